//! The page inside another page: it tells the host how high it is, in the languages that hosts understand.
//!
//! Spoken: open-iframe-resizer (`iframe-resized`), Canvas (`lti.frameResize`) and Open edX (`plugin.resize`). Only a
//! height is told, so any host may know it; nothing a host says is acted on.

use std::cell::Cell;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::ui::watch_height;

/// From now on tells the parent frame each new height. Does nothing when the page is not framed.
pub fn tell_height() {
    let told = Cell::new(0.0);
    watch_height(move |width, height| {
        // Rounded up: a missing half pixel would make a scroll bar.
        let height = libm::ceil(height);
        if (height - told.get()).abs() < 1.0 {
            return;
        }
        told.set(height);
        let payload = object(&[("height", height.into())]);
        for message in [
            object(&[("type", "iframe-resized".into()), ("width", width.into()), ("height", height.into())]),
            object(&[("subject", "lti.frameResize".into()), ("height", height.into())]),
            object(&[("type", "plugin.resize".into()), ("payload", payload.into())]),
        ] {
            if let Some(parent) = web_sys::window().and_then(|window| window.parent().ok().flatten()) {
                let _ = parent.post_message(&message, "*");
            }
        }
    });
}

fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object
}
