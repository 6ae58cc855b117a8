//! Tests of the app's WebAssembly, run in real browsers by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_tests_run_in_a_browser() {
    assert!(web_sys::window().and_then(|window| window.document()).is_some());
}
