//! The playground: labs, the stage that shows them, and the command line. Nothing here is a stable interface.

#[cfg(target_arch = "wasm32")]
pub mod ui;
