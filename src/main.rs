//! Two faces of one program: in the browser it mounts the page; elsewhere it is the command line.

#[cfg(target_arch = "wasm32")]
fn main() {
    yew::Renderer::<halfopen::ui::App>::new().render();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
