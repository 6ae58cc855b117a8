//! Real time, frame by frame: the only place where the browser's clock enters. And how instants and speeds are written.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use yew::Callback;

use super::dom;

/// Asks for a frame again and again while it is wanted.
pub(crate) struct Frames {
    inner: Rc<Inner>,
}

struct Inner {
    wanted: Cell<bool>,
    asked: Cell<Option<i32>>,
    closure: RefCell<Option<OnFrame>>,
}

type OnFrame = Closure<dyn FnMut(f64)>;

impl Frames {
    /// Tells each frame's time in milliseconds, once [`Frames::want`] is told.
    pub(crate) fn new(tell: Callback<f64>) -> Self {
        let inner = Rc::new(Inner { wanted: Cell::new(false), asked: Cell::new(None), closure: RefCell::new(None) });
        let weak = Rc::downgrade(&inner);
        let closure = Closure::<dyn FnMut(f64)>::new(move |now| {
            let Some(inner) = weak.upgrade() else { return };
            inner.asked.set(None);
            if inner.wanted.get() && !super::panic::has_panicked() {
                inner.ask();
                tell.emit(now);
            }
        });
        inner.closure.replace(Some(closure));
        Self { inner }
    }

    /// From now on frames are wanted, or no more.
    pub(crate) fn want(&self, wanted: bool) {
        self.inner.wanted.set(wanted);
        if wanted {
            self.inner.ask();
        }
    }
}

impl Inner {
    fn ask(&self) {
        if self.asked.get().is_some() {
            return;
        }
        if let (Some(window), Some(closure)) = (dom::window(), self.closure.borrow().as_ref()) {
            self.asked.set(window.request_animation_frame(closure.as_ref().unchecked_ref()).ok());
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.inner.wanted.set(false);
        if let (Some(window), Some(asked)) = (dom::window(), self.inner.asked.take()) {
            let _ = window.cancel_animation_frame(asked);
        }
    }
}

/// Speeds are powers of two: from 1/16× …
pub(crate) const SLOWEST: i8 = -4;
/// … to 64×.
pub(crate) const FASTEST: i8 = 6;

/// How much faster than real time a speed is.
pub(crate) fn factor(speed: i8) -> f64 {
    if speed >= 0 { f64::from(1_u32 << speed.min(FASTEST)) } else { 1.0 / f64::from(1_u32 << (-speed).min(-SLOWEST)) }
}

/// A speed as it is written: `1/4×`, `8×`.
pub(crate) fn speed_text(speed: i8) -> String {
    let whole = 1_u32 << speed.unsigned_abs().min(8);
    if speed >= 0 { format!("{whole}×") } else { format!("1/{whole}×") }
}
