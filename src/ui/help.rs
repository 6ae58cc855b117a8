//! The list of keys.

use yew::prelude::*;

use super::el::el;
use super::icons::{Icon, draw};
use super::part::{Change, Part};
use crate::lab::Action;

/// A modal dialog; Escape closes it, as the browser does by itself.
#[derive(PartialEq)]
pub(crate) struct Help {
    /// The lab's actions, for their keys.
    pub(crate) actions: Table,
    /// The reader has read it.
    pub(crate) on_close: Callback<bool>,
}

/// A lab's actions; the same ones are those in the same place.
#[derive(Clone, Copy)]
pub(crate) struct Table(pub(crate) &'static [Action]);

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

const KEYS: [(&str, &str); 6] = [
    ("Space", "Play or pause"),
    (".", "Step to the next entry of the log"),
    (",", "Step back to the last entry"),
    ("z", "Undo"),
    ("Shift+z", "Redo"),
    ("?", "This list"),
];

impl Part for Help {
    type Memory = NodeRef;

    fn show(&self, dialog: &NodeRef, _change: &Change) -> Html {
        let close = {
            let dialog = dialog.clone();
            move |_: Event| {
                if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                    dialog.close();
                }
            }
        };
        let row = |key: AttrValue, what: &'static str| {
            el("div").put(el("dt").put(el("kbd").text(key))).put(el("dd").text(what))
        };
        let mut keys = el("dl.keys");
        for action in self.actions.0 {
            if let Some(key) = action.key {
                keys = keys.put(row(key.to_string().into(), action.label));
            }
        }
        for (key, what) in KEYS {
            keys = keys.put(row(key.into(), what));
        }
        let button = el("button.ghost[type=button][aria-label=Close]").on("click", close).put(draw(Icon::Close));
        let on_close = self.on_close.clone();
        el("dialog.card.help[aria-labelledby=help-title]")
            .node(dialog)
            .on("close", move |_: Event| on_close.emit(false))
            // Keys pressed in the dialog are not meant for the stage around it.
            .on("keydown", |event: Event| event.stop_propagation())
            .put(el("div.help-head").put(el("h2[id=help-title]").text("Keys")).put(button))
            .put(el("p").text("They work while the stage has the focus: click into it, or follow “Skip to the stage”."))
            .put(keys)
            .put(el("p").text("On the time bar: arrows, Page Up and Page Down, Home and End."))
            .html()
    }

    fn shown(&self, dialog: &NodeRef, _: &Change, first: bool) {
        if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>().filter(|_| first) {
            let _ = dialog.show_modal();
        }
    }
}
