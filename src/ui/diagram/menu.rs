//! The list of a mark's actions, where it has several.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, SvgElement};
use yew::prelude::*;

use super::super::el::el;
use super::super::num;
use super::super::part::{Change, Part, keyed};
use super::draw;
use crate::lab::scene::{Act, Mark};

/// A menu beside the mark that it belongs to: arrows move, Escape closes and gives the focus back.
#[derive(PartialEq)]
pub(super) struct Menu {
    /// The mark's name.
    name: String,
    /// What can be done to it.
    acts: Vec<Act>,
    /// The box that holds picture and menu.
    place: NodeRef,
    /// One is chosen.
    on_act: Callback<Act>,
    /// The menu is to go.
    on_close: Callback<()>,
}

impl Menu {
    /// The menu of a mark.
    #[inline(never)]
    pub(super) fn beside(mark: &Mark, place: &NodeRef, on_act: &Callback<Act>, on_close: Callback<()>) -> Html {
        let (place, on_act) = (place.clone(), on_act.clone());
        keyed(&mark.id, Self { name: draw::name(mark), acts: mark.acts.clone(), place, on_act, on_close })
    }
}

impl Part for Menu {
    type Memory = NodeRef;

    fn show(&self, node: &NodeRef, _change: &Change) -> Html {
        let leave = {
            let (place, on_close) = (self.place.clone(), self.on_close.clone());
            move || {
                if let Some(mark) = opener(&place) {
                    // A mark that cannot be focused any more has gone from the picture: nothing is lost.
                    let _ = mark.focus();
                }
                on_close.emit(());
            }
        };
        let onkeydown = {
            let (node, leave) = (node.clone(), leave.clone());
            move |event: KeyboardEvent| {
                let step: fn(usize, usize) -> usize = match event.key().as_str() {
                    "ArrowDown" | "ArrowRight" => |at, of| (at + 1) % of,
                    "ArrowUp" | "ArrowLeft" => |at, of| (at + of - 1) % of,
                    "Home" => |_, _| 0,
                    "End" => |_, of| of - 1,
                    "Escape" => {
                        event.prevent_default();
                        event.stop_propagation();
                        return leave();
                    }
                    "Enter" | " " => return event.stop_propagation(),
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                if let Some(menu) = node.cast::<HtmlElement>() {
                    focus_item(&menu, step);
                }
            }
        };
        let onfocusout = {
            let (node, place, on_close) = (node.clone(), self.place.clone(), self.on_close.clone());
            move |event: FocusEvent| {
                let next = event.related_target().and_then(|next| next.dyn_into::<Element>().ok());
                let inside = |of: Option<Element>| of.is_some_and(|of| of.contains(next.as_ref().map(AsRef::as_ref)));
                // The mark itself closes it by being pressed again.
                if next.is_none() || !(inside(node.cast()) || inside(opener(&place).map(Into::into))) {
                    on_close.emit(());
                }
            }
        };
        let mut menu = el("div.dg-menu[role=menu]")
            .node(node)
            .set("aria-label", format!("{}: actions", self.name))
            .on("keydown", onkeydown)
            .on("focusout", onfocusout);
        for act in &self.acts {
            let (on_act, leave, act, label) = (self.on_act.clone(), leave.clone(), act.clone(), act.label.clone());
            let item = el("button[type=button][role=menuitem][tabindex=-1]").text(label);
            menu = menu.put(item.on("click", move |_: Event| {
                on_act.emit(act.clone());
                leave();
            }));
        }
        menu.html()
    }

    fn shown(&self, node: &NodeRef, _: &Change, first: bool) {
        if let (true, Some(menu), Some(place)) = (first, node.cast::<HtmlElement>(), self.place.cast::<Element>()) {
            settle(&menu, &place);
            focus_item(&menu, |_, _| 0);
        }
    }
}

/// The mark whose menu is open.
pub(super) fn opener(place: &NodeRef) -> Option<SvgElement> {
    place.cast::<Element>()?.query_selector(".dg-open").ok().flatten()?.dyn_into().ok()
}

/// Puts the menu below its mark, or above it, but always within the picture: the stage may cut off what stands out.
fn settle(menu: &HtmlElement, place: &Element) {
    let Some(mark) = place.query_selector(".dg-open .dg-focus").ok().flatten() else { return };
    let (mark, place, own) =
        (mark.get_bounding_client_rect(), place.get_bounding_client_rect(), menu.get_bounding_client_rect());
    let left = (mark.left() + mark.width() / 2.0 - own.width() / 2.0 - place.left()).min(place.width() - own.width());
    let below = mark.bottom() - place.top() + 6.0;
    let above = mark.top() - place.top() - own.height() - 6.0;
    let top = if below + own.height() <= place.height() { below } else { above };
    for (side, value) in [("left", left), ("top", top)] {
        // Setting through the object model is allowed under the strict policy, and does not fail for these two.
        let _ = menu.style().set_property(side, &num::with(value.max(0.0), 2, "px"));
    }
}

/// Moves the focus to another item, given the present one and how many there are.
fn focus_item(menu: &HtmlElement, step: fn(usize, usize) -> usize) {
    let items = menu.children();
    let of = items.length() as usize;
    if of == 0 {
        return;
    }
    let item = |number: usize| items.item(number as u32);
    let active = active(menu);
    let at = (0..of).find(|number| item(*number) == active).unwrap_or(0);
    if let Some(next) = item(step(at, of)).and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // An item of an open menu can be focused.
        let _ = next.focus();
    }
}

/// What has the focus where this is.
pub(super) fn active(menu: &HtmlElement) -> Option<Element> {
    // In a host page's shadow root, the document knows only the host as focused.
    js_sys::Reflect::get(&menu.get_root_node(), &"activeElement".into()).ok()?.dyn_into().ok()
}
