//! What makes a drawn chart stale besides its data: its size, the device's pixel ratio, the system's theme, being in
//! view.

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, Element, IntersectionObserver, IntersectionObserverEntry, MediaQueryList, MutationObserver,
    MutationObserverInit, Node, ResizeObserver,
};
use yew::Callback;

use super::super::dom::{self, Listener};

/// What has happened.
pub(super) enum Event {
    /// Size, theme or ratio may be others.
    Stale,
    /// It came into view or left it.
    Seen(bool),
    /// The page is about to be printed.
    Printed,
    /// Something was pressed there.
    Pressed(Option<Node>),
}

type Hear<T> = Closure<dyn FnMut(T)>;

/// Watches an element as long as it is kept.
pub(super) struct Watch {
    resize: ResizeObserver,
    view: IntersectionObserver,
    theme: MutationObserver,
    document: Option<Document>,
    media: Vec<MediaQueryList>,
    stale: Hear<JsValue>,
    _resized: Hear<JsValue>,
    pressed: Hear<web_sys::Event>,
    // Called by the observers: kept alive as long as these.
    _seen: Hear<Array>,
    _printed: Option<Listener>,
}

impl Watch {
    /// `None` in a browser without the observers.
    pub(super) fn new(element: &Element, tell: Callback<Event>) -> Option<Self> {
        let hear = tell.clone();
        let stale: Hear<JsValue> = Closure::new(move |_| hear.emit(Event::Stale));
        let hear = tell.clone();
        let resized: Hear<JsValue> = Closure::new(move |_| {
            let hear = hear.clone();
            // Not at once: a drawing of another height would be reported as an error of the page.
            Timeout::new(0, move || hear.emit(Event::Stale)).forget();
        });
        let hear = tell.clone();
        let printed =
            web_sys::window().map(|window| Listener::on(&window, "beforeprint", move |_| hear.emit(Event::Printed)));
        let hear = tell.clone();
        let seen: Hear<Array> = Closure::new(move |entries: Array| {
            if let Ok(entry) = entries.pop().dyn_into::<IntersectionObserverEntry>() {
                hear.emit(Event::Seen(entry.is_intersecting()));
            }
        });
        let pressed: Hear<web_sys::Event> = Closure::new(move |event: web_sys::Event| {
            // Inside a shadow root the target is the host; the path's first entry is the thing itself.
            tell.emit(Event::Pressed(event.composed_path().get(0).dyn_into().ok()));
        });
        let resize = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
        let view = IntersectionObserver::new(seen.as_ref().unchecked_ref()).ok()?;
        // What the reader chose; what the system does is asked of the media queries.
        let theme = MutationObserver::new(resized.as_ref().unchecked_ref()).ok()?;
        resize.observe(element);
        view.observe(element);
        let document = element.owner_document();
        if let Some(root) = document.as_ref().and_then(Document::document_element) {
            let chosen = MutationObserverInit::new();
            chosen.set_attributes(true);
            chosen.set_attribute_filter(&Array::of1(&"data-theme".into()));
            // Should it fail, the transition of the colours tells too.
            let _ = theme.observe_with_options(&root, &chosen);
        }
        if let Some(document) = &document {
            // Only to close an open menu: should it fail, Escape and the menu itself still do.
            let _ = document.add_event_listener_with_callback("pointerdown", pressed.as_ref().unchecked_ref());
        }
        // Zooming, and moving to another screen, where the media query is slow to tell.
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback("resize", stale.as_ref().unchecked_ref());
        }
        let mut watch = Self {
            resize,
            view,
            theme,
            document,
            media: Vec::new(),
            stale,
            _resized: resized,
            pressed,
            _seen: seen,
            _printed: printed,
        };
        watch.arm();
        Some(watch)
    }

    /// Listens for another theme, and for a ratio other than the present one: to be called again when it has changed.
    pub(super) fn arm(&mut self) {
        self.disarm();
        let Some(window) = web_sys::window() else { return };
        let ratio = format!("(resolution: {}dppx)", dom::exact(window.device_pixel_ratio()));
        for query in ["(prefers-color-scheme: dark)", "(forced-colors: active)", &ratio] {
            if let Ok(Some(media)) = window.match_media(query) {
                let _ = media.add_event_listener_with_callback("change", self.stale.as_ref().unchecked_ref());
                self.media.push(media);
            }
        }
    }

    fn disarm(&mut self) {
        for media in self.media.drain(..) {
            let _ = media.remove_event_listener_with_callback("change", self.stale.as_ref().unchecked_ref());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.disarm();
        self.resize.disconnect();
        self.view.disconnect();
        self.theme.disconnect();
        if let Some(window) = web_sys::window() {
            let _ = window.remove_event_listener_with_callback("resize", self.stale.as_ref().unchecked_ref());
        }
        if let Some(document) = &self.document {
            let _ = document.remove_event_listener_with_callback("pointerdown", self.pressed.as_ref().unchecked_ref());
        }
    }
}
