//! The page inside another page: it tells the host how high it is, in the languages that hosts understand.
//!
//! Spoken: open-iframe-resizer (`iframe-resized`), Canvas (`lti.frameResize`), Open edX (`plugin.resize`), and H5P's
//! handshake. Only a height is told, so any host may know it; of what a host says only the wish to hear it is heeded.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::ui::{hear_messages, watch_height};

/// What was told, and in which languages more is wanted.
#[derive(Default)]
struct Told {
    width: Cell<f64>,
    height: Cell<f64>,
    h5p: Cell<bool>,
    /// Kept as long as the page.
    held: RefCell<Vec<Box<dyn core::any::Any>>>,
}

/// From now on tells the parent frame each new height. Does nothing when the page is not framed.
pub fn tell_height() {
    let told = Rc::new(Told::default());
    let watched = Rc::clone(&told);
    let watch = watch_height(move |width, height| {
        // Rounded up: a missing half pixel would make a scroll bar.
        let height = libm::ceil(height);
        if (height - watched.height.get()).abs() >= 1.0 {
            watched.width.set(width);
            watched.height.set(height);
            watched.tell();
        }
    });
    let heard = Rc::clone(&told);
    let ears = hear_messages(move |message| heard.hear(message));
    // One page, one life: what it holds in turn keeps it.
    told.held.borrow_mut().extend([watch, ears].into_iter().flatten());
}

impl Told {
    fn tell(&self) {
        let (width, height) = (JsValue::from(self.width.get()), JsValue::from(self.height.get()));
        let payload = object(&[("height", height.clone())]);
        post(&object(&[("type", "iframe-resized".into()), ("width", width), ("height", height.clone())]));
        post(&object(&[("subject", "lti.frameResize".into()), ("height", height.clone())]));
        post(&object(&[("type", "plugin.resize".into()), ("payload", payload.into())]));
        if self.h5p.get() {
            let inner = web_sys::window().and_then(|window| window.inner_height().ok()).unwrap_or(JsValue::NULL);
            post(&h5p("prepareResize", &[("scrollHeight", height), ("clientHeight", inner)]));
        }
    }

    fn hear(&self, message: &JsValue) {
        let text = |key: &str| Reflect::get(message, &key.into()).ok().and_then(|value| value.as_string());
        if matches!(text("type").as_deref(), Some("iframe-child-init" | "iframe-get-child-dimensions")) {
            self.tell();
        }
        if text("context").as_deref() != Some("h5p") {
            return;
        }
        match text("action").as_deref() {
            Some("hello") => {
                self.h5p.set(true);
                post(&h5p("hello", &[]));
                self.tell();
            }
            Some("ready") => post(&h5p("hello", &[])),
            Some("resizePrepared") => post(&h5p("resize", &[("scrollHeight", self.height.get().into())])),
            Some("resize") => self.tell(),
            _ => {}
        }
    }
}

fn h5p(action: &str, more: &[(&str, JsValue)]) -> Object {
    let message = object(&[("context", "h5p".into()), ("action", action.into())]);
    for (key, value) in more {
        let _ = Reflect::set(&message, &JsValue::from_str(key), value);
    }
    message
}

fn post(message: &Object) {
    if let Some(parent) = web_sys::window().and_then(|window| window.parent().ok().flatten()) {
        let _ = parent.post_message(message, "*");
    }
}

fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object
}
