//! Tests of the app's WebAssembly, run in real browsers by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "common/replays.rs"]
mod replays;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn links_give_the_same_runs_as_natively() {
    let mut links = 0;
    for replays::Replay { link, gives } in replays::replays() {
        assert_eq!(replays::play(link).map(|(_, now)| now).as_deref(), Some(gives), "{link}");
        links += 1;
    }
    assert!(links > 0);
}
