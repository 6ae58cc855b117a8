//! Small helpers over the browser: everything that can be missing or forbidden there is an `Option` or does nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Storage, Window};

/// The window. There always is one where the page is mounted.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The element of that id.
pub(crate) fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Gives the element of that id the focus, as soon as it is there.
pub(crate) fn focus(id: &'static str) {
    later(0, move || drop(by_id(id).map(|element| element.focus())));
}

/// Brings the element of that id into view, as soon as it is there and no further than it takes.
pub(crate) fn show(id: &'static str) {
    later(0, move || {
        let (Some(element), Some(window)) = (by_id(id), window()) else { return };
        let (place, height) = (element.get_bounding_client_rect(), window.inner_height().ok());
        let below = height.and_then(|height| height.as_f64()).is_some_and(|height| place.bottom() > height);
        if place.top() < 0.0 || below {
            element.scroll_into_view_with_bool(place.top() < 0.0);
        }
    });
}

/// What stands in the field of that id.
pub(crate) fn value_of(id: &str) -> String {
    let field = by_id(id).and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    field.map_or_else(String::new, |field| field.value())
}

/// Milliseconds of real time, for measuring only.
pub(crate) fn real_ms() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// What stands in the address after and with its `#`.
pub(crate) fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Puts another `#…` into the address without a new entry in the history. Browsers refuse when asked too often; then the
/// address is a little old, which does no harm.
pub(crate) fn replace_hash(hash: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Keeps a text with this entry of the history, for when the reader comes back to it.
pub(crate) fn keep_state(text: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state(&JsValue::from_str(text), "");
    }
}

/// What was kept with this entry of the history.
pub(crate) fn kept_state() -> Option<String> {
    window()?.history().ok()?.state().ok()?.as_string()
}

/// The address of the page without its `#…`.
pub(crate) fn base() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Whether a test has marked the document as one that may fail on purpose.
pub(crate) fn may_fail() -> bool {
    document().and_then(|document| document.document_element()).is_some_and(|root| root.has_attribute("data-may-fail"))
}

/// What was stored under this name. `None` where storage is blocked, too.
pub(crate) fn stored(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Stores, or forgets with `None`. Does nothing where storage is blocked or full.
pub(crate) fn store(name: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// Whether the page is shown inside another one.
pub(crate) fn is_framed() -> bool {
    let Some(window) = window() else { return false };
    let Ok(Some(parent)) = window.parent() else { return false };
    !js_sys::Object::is(&parent, &window)
}

/// Whether the event comes from a place where letters are typed or chosen by key.
pub(crate) fn is_typing(event: &Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| {
        let kind = element.get_attribute("type").unwrap_or_default();
        match element.tag_name().to_ascii_lowercase().as_str() {
            "textarea" | "select" => true,
            "input" => !matches!(kind.as_str(), "range" | "checkbox" | "button"),
            _ => element.get_attribute("contenteditable").is_some(),
        }
    })
}

/// Whether the event comes from something that Space or Enter already works on.
pub(crate) fn is_control(event: &Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| {
        element.closest("button, a, summary, input, select, textarea, [role=button]").ok().flatten().is_some()
    })
}

/// What stands in the field that the event comes from.
pub(crate) fn typed(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?.value())
}

/// The whole number that the slider stands at which the event comes from.
pub(crate) fn number(event: &Event) -> Option<i32> {
    typed(event)?.parse().ok()
}

/// Whether the event comes from a link.
pub(crate) fn is_link(event: &Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest("a[href]").ok().flatten().is_some())
}

/// A listener that is taken off when it is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens to `kind` on `target`.
    pub(crate) fn on(target: &EventTarget, kind: &'static str, act: impl FnMut(Event) + 'static) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(act);
        let _ = target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.kind, self.closure.as_ref().unchecked_ref());
    }
}

/// Watches the size of an element; stops when it is dropped.
pub(crate) struct SizeWatch {
    observer: web_sys::ResizeObserver,
    _closure: Closure<dyn FnMut(js_sys::Array)>,
}

impl SizeWatch {
    /// Tells width and height of the content in CSS pixels, soon and after each change.
    pub(crate) fn on(element: &Element, tell: impl FnMut(f64, f64) + 'static) -> Option<Self> {
        let tell = Rc::new(RefCell::new(tell));
        let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<web_sys::ResizeObserverEntry>() {
                let (area, tell) = (entry.content_rect(), tell.clone());
                // Not at once: what answers with another size would be reported as an error of the page.
                Timeout::new(0, move || (tell.borrow_mut())(area.width(), area.height())).forget();
            }
        });
        let observer = web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Watches whether an element is in view; stops when it is dropped.
pub(crate) struct ViewWatch {
    observer: web_sys::IntersectionObserver,
    _closure: Closure<dyn FnMut(js_sys::Array)>,
}

impl ViewWatch {
    /// Tells whether any of the element is in view, at once and after each change.
    pub(crate) fn on(element: &Element, mut tell: impl FnMut(bool) + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last = entries.length().checked_sub(1).map(|last| entries.get(last));
            if let Some(entry) = last.and_then(|entry| entry.dyn_into::<web_sys::IntersectionObserverEntry>().ok()) {
                tell(entry.is_intersecting());
            }
        });
        let observer = web_sys::IntersectionObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for ViewWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Copies text to the clipboard; tells whether it was allowed.
pub(crate) fn copy(text: &str, told: impl FnOnce(bool) + 'static) {
    // Outside a secure context, or inside a frame without permission, there is no clipboard.
    let clipboard = window()
        .and_then(|window| js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("clipboard")).ok())
        .and_then(|clipboard| clipboard.dyn_into::<web_sys::Clipboard>().ok());
    let Some(clipboard) = clipboard else { return told(false) };
    let written = clipboard.write_text(text);
    let told = Rc::new(Cell::new(Some(told)));
    let tell = |allowed: bool| {
        let told = told.clone();
        Closure::<dyn FnMut(JsValue)>::new(move |_: JsValue| {
            if let Some(told) = told.take() {
                told(allowed);
            }
        })
    };
    let (yes, no) = (tell(true), tell(false));
    let _ = written.then2(&yes, &no);
    // One of them is called once; neither is missed much.
    yes.forget();
    no.forget();
}

/// Does something after so many milliseconds.
pub(crate) fn later(millis: u32, act: impl FnOnce() + 'static) {
    Timeout::new(millis, act).forget();
}

/// A number with as many digits as it needs to be read back as itself: the browser writes it, our own code for it would be
/// large.
pub(crate) fn exact(number: f64) -> String {
    js_sys::Number::from(number).to_string_with_radix(10).map_or_else(|_| String::new(), Into::into)
}

/// Hands the reader a file with a text in it.
pub(crate) fn download(name: &str, kind: &str, text: &str) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) {
        hand_over(&blob, name);
    }
}

/// Hands the reader a file.
pub(crate) fn hand_over(blob: &web_sys::Blob, name: &str) {
    let Ok(address) = web_sys::Url::create_object_url_with_blob(blob) else { return };
    let link = document().and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Some browsers begin to read only after the click has been dealt with.
    later(30_000, move || drop(web_sys::Url::revoke_object_url(&address)));
}

/// Gives the page these style sheets, once. The security policy allows what a script makes this way.
pub(crate) fn adopt_styles(styles: &[&str]) {
    static ADOPTED: AtomicBool = AtomicBool::new(false);
    let Some(document) = document().filter(|_| !ADOPTED.swap(true, Ordering::Relaxed)) else { return };
    let name = JsValue::from_str("adoptedStyleSheets");
    let held = js_sys::Reflect::get(&document, &name).ok().and_then(|held| held.dyn_into::<js_sys::Array>().ok());
    let all = held.unwrap_or_default().slice(0, u32::MAX);
    for style in styles {
        if let Ok(sheet) = web_sys::CssStyleSheet::new()
            && sheet.replace_sync(style).is_ok()
        {
            all.push(&sheet);
        }
    }
    let _ = js_sys::Reflect::set(&document, &name, &all);
}

/// A seed of chance: small enough to read out, large enough never to meet twice.
pub(crate) fn fresh_seed() -> Option<u64> {
    Some(u64::from(getrandom::u32().ok()? % 1_000_000))
}
