//! Where the focus goes when what had it goes away or is switched off: to what stood around it. The browser would have whoever
//! has no mouse begin at the top of the page.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit};

use super::dom::{self, Listener};

/// What has the focus, and what is around it, from the inside out.
#[derive(Clone)]
struct Held {
    element: Element,
    around: Vec<Element>,
}

/// What the page needs for as long as it is there.
struct Keeper {
    held: Option<Held>,
    _listener: Listener,
    _observer: MutationObserver,
    _changed: Closure<dyn FnMut(Array)>,
}

thread_local! {
    static KEEPER: RefCell<Option<Keeper>> = const { RefCell::new(None) };
}

/// What can be told by its name, and hence take the focus over.
const PLACES: &str = "[tabindex], [aria-label], [aria-labelledby], main";

/// From now on the focus is kept.
pub(crate) fn keep() {
    let Some(document) = dom::document().filter(|_| KEEPER.with_borrow(Option::is_none)) else { return };
    let changed = Closure::<dyn FnMut(Array)>::new(|_| look());
    let Ok(observer) = MutationObserver::new(changed.as_ref().unchecked_ref()) else { return };
    let what = MutationObserverInit::new();
    what.set_child_list(true);
    what.set_subtree(true);
    what.set_attribute_filter(&Array::of1(&"disabled".into()));
    if observer.observe_with_options(&document, &what).is_err() {
        return;
    }
    let listener = Listener::on(&document, "focusin", |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let held = element.map(|element| {
            let around = std::iter::successors(element.parent_element(), |element| element.parent_element()).collect();
            Held { element, around }
        });
        KEEPER.with_borrow_mut(|keeper| keeper.iter_mut().for_each(|keeper| keeper.held = held.clone()));
    });
    let keeper = Keeper { held: None, _listener: listener, _observer: observer, _changed: changed };
    KEEPER.with_borrow_mut(|place| *place = Some(keeper));
}

/// Looks whether the focus was lost.
fn look() {
    let active = dom::document().and_then(|document| document.active_element());
    if active.is_some_and(|active| active.tag_name() != "BODY") {
        return;
    }
    let lost = |held: &Held| !held.element.is_connected() || held.element.matches(":disabled").unwrap_or(false);
    let held = KEEPER.with_borrow_mut(|keeper| keeper.as_mut()?.held.take_if(|held| lost(held)));
    let around = held.map_or_else(Vec::new, |held| held.around);
    let place = around.into_iter().filter(|place| place.is_connected()).find_map(|place| {
        // What is folded away is opened again by its heading.
        let summary =
            place.matches("details").ok().filter(|is| *is).and_then(|_| place.query_selector("summary").ok()?);
        let place = summary.or_else(|| place.matches(PLACES).unwrap_or(false).then_some(place));
        // Not a whole picture: what stands around it can be told better where one is.
        place?.dyn_into::<HtmlElement>().ok()
    });
    if let Some(place) = place {
        if place.tab_index() < 0 && !place.has_attribute("tabindex") {
            place.set_tab_index(-1);
        }
        let gently = FocusOptions::new();
        gently.set_prevent_scroll(true);
        let _ = place.focus_with_options(&gently);
    }
}
