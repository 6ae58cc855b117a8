//! The page. The only part that knows a browser.
//!
//! `router` reads the address and shows a page; `stage` is the one component that runs any lab; everything else shows a
//! part of it. Parts talk to the stage in [`player::Intent`]s and are given plain data.

mod actions;
pub mod chart;
mod clock;
pub mod diagram;
mod dom;
mod help;
mod home;
mod icons;
mod knob_field;
mod knobs;
mod log;
mod notices;
mod outlook;
mod panic;
mod player;
mod readouts;
mod router;
mod scale;
mod scrub;
mod share;
mod shell;
mod stage;
mod stage_view;
mod theme;
mod transport;

/// Mounts the page on the element with the id `app`. Does nothing where there is none, such as in tests.
pub fn mount() {
    panic::watch();
    theme::apply(theme::read());
    if let Some(root) = dom::by_id("app") {
        yew::Renderer::<router::App>::with_root(root.into()).render();
    }
}

/// Tells width and height of the page, at once and after each change, for as long as it is shown.
pub(crate) fn watch_height(tell: impl FnMut(f64, f64) + 'static) {
    if !dom::is_framed() {
        return;
    }
    if let Some(root) = dom::by_id("app")
        && let Some(watch) = dom::SizeWatch::on(&root, tell)
    {
        // As long as the page itself.
        std::mem::forget(watch);
    }
}
