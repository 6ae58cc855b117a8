//! The page. The only part that knows a browser.
//!
//! `router` reads the address and shows a page; `stage` is the one component that runs any lab; everything else shows a
//! part of it. Parts talk to the stage in intents and are given plain data.

mod actions;
mod arrive;
mod calculators;
pub mod chart;
mod clock;
mod code;
mod diagram;
mod document;
mod dom;
mod el;
mod experiments;
mod focus;
mod help;
mod home;
mod icons;
mod knob_field;
mod knobs;
mod lanes;
mod log;
mod notices;
mod num;
mod outlook;
mod pages;
mod panic;
mod part;
mod player;
mod readouts;
mod router;
mod scale;
mod scrub;
mod seeds;
mod share;
mod shell;
mod stage;
mod tables;
mod theme;
mod transport;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

pub use arrive::{Arriving, Chunks};
pub use pages::{Pages, pages};
pub use stage::{Panels, panels};

/// Memory for what labs usually take, made sure of before the program's other files are there: while it grows, WebKit has been
/// seen to check an access from one file by the size that another knew. What is not used yet costs nothing.
const RESERVED: usize = 48 << 20;

/// Mounts the page on the element with the id `app`. Does nothing where there is none, such as in tests.
pub fn mount(chunks: Chunks) {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(RESERVED)));
    panic::watch();
    panic::forget_restart();
    theme::apply(theme::read());
    if let Some(root) = dom::by_id("app") {
        yew::Renderer::<router::App>::with_root_and_props(root.into(), router::Props { chunks }).render();
    }
}

/// Tells width and height of the page, at once and after each change, as long as what is returned is held. Nothing when
/// the page is not framed.
pub(crate) fn watch_height(tell: impl FnMut(f64, f64) + 'static) -> Option<Box<dyn core::any::Any>> {
    if !dom::is_framed() {
        return None;
    }
    let watch = dom::SizeWatch::on(&*dom::by_id("app")?, tell)?;
    Some(Box::new(watch))
}

/// Tells what the parent frame says, as long as what is returned is held. Nothing when the page is not framed.
pub(crate) fn hear_messages(tell: impl Fn(&wasm_bindgen::JsValue) + 'static) -> Option<Box<dyn core::any::Any>> {
    use wasm_bindgen::JsCast;
    let window = dom::window().filter(|_| dom::is_framed())?;
    let parent = window.parent().ok()??;
    let ears = dom::Listener::on(&window, "message", move |event| {
        let Ok(event) = event.dyn_into::<web_sys::MessageEvent>() else { return };
        if event.source().is_some_and(|source| js_sys::Object::is(&source, &parent)) {
            tell(&event.data());
        }
    });
    Some(Box::new(ears))
}
