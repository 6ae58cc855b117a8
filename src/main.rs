//! Two faces of one program: in the browser it mounts the page; elsewhere it is the command line.

#[cfg(target_arch = "wasm32")]
fn main() {
    halfopen::ui::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    halfopen::cli::main()
}
