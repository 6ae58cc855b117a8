//! Two faces of one program: in the browser it mounts the page; elsewhere it is the command line.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "split")), forbid(unsafe_code))]

#[cfg(target_arch = "wasm32")]
mod chunks;

/// Smaller and quicker than the one that comes with the language.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() {
    halfopen::ui::mount(chunks::CHUNKS);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    halfopen::cli::main()
}
