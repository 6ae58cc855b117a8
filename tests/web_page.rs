//! The page, mounted in a real browser by `cargo xtask test`; by itself, because it shows failures in its own way from then on.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::poll_fn;
use std::task::Poll;

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, Window};

#[path = "../src/chunks.rs"]
mod chunks;

wasm_bindgen_test_configure!(run_in_browser);

fn window() -> Window {
    web_sys::window().unwrap()
}

fn document() -> Document {
    window().document().unwrap()
}

/// Waits until the selector finds something, looking once a frame. The runner ends a test that waits for ever.
async fn there(selector: &str) -> Element {
    poll_fn(|cx| {
        if let Some(found) = document().query_selector(selector).unwrap() {
            return Poll::Ready(found);
        }
        let waker = cx.waker().clone();
        let again = Closure::once_into_js(move |_now: f64| waker.wake());
        window().request_animation_frame(again.unchecked_ref()).unwrap();
        Poll::Pending
    })
    .await
}

#[wasm_bindgen_test]
async fn a_link_mounts_its_lab() {
    let root = document().create_element("div").unwrap();
    root.set_id("app");
    document().body().unwrap().append_child(&root).unwrap();
    window().location().set_hash("#/cascade?threads=50&t=2s").unwrap();
    halfopen::ui::mount(chunks::CHUNKS);

    let transport = there("#app main:not([aria-busy]) .transport").await;
    assert_eq!(transport.get_attribute("aria-label").as_deref(), Some("Time"));
    let heading = document().query_selector("#app main h1").unwrap().unwrap();
    assert_eq!(heading.text_content().as_deref(), Some("Cascading failure"));
    assert!(document().title().starts_with("Cascading failure"), "{}", document().title());
    // The link's playhead, and its knob, which the address keeps.
    there("#app .scrub[aria-valuenow='2000']").await;
    let hash = window().location().hash().unwrap();
    assert!(hash.starts_with("#/cascade?") && hash.contains("threads=50"), "{hash}");
}
