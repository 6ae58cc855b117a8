//! The list of keys.

use yew::prelude::*;

use super::el::el;
use super::icons::{Icon, draw};
use crate::lab::Action;

#[derive(Properties)]
pub(crate) struct Props {
    /// The lab's actions, for their keys.
    pub(crate) actions: &'static [Action],
    /// The reader has read it.
    pub(crate) on_close: Callback<bool>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.actions, other.actions)
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

/// A modal dialog; Escape closes it, as the browser does by itself.
#[component]
pub(crate) fn Help(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = {
        let dialog = dialog.clone();
        move |_: Event| {
            if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                dialog.close();
            }
        }
    };
    let row =
        |key: AttrValue, what: &'static str| el("div").put(el("dt").put(el("kbd").text(key))).put(el("dd").text(what));
    let mut keys = el("dl.keys");
    for action in props.actions {
        if let Some(key) = action.key {
            keys = keys.put(row(key.to_string().into(), action.label));
        }
    }
    for (key, what) in KEYS {
        keys = keys.put(row(key.into(), what));
    }
    let button = el("button.ghost[type=button][aria-label=Close]").on("click", close).put(draw(Icon::Close));
    let on_close = props.on_close.clone();
    el("dialog.card.help[aria-labelledby=help-title]")
        .node(&dialog)
        .on("close", move |_: Event| on_close.emit(false))
        // Keys pressed in the dialog are not meant for the stage around it.
        .on("keydown", |event: Event| event.stop_propagation())
        .put(el("div.help-head").put(el("h2[id=help-title]").text("Keys")).put(button))
        .put(el("p").text("They work while the stage has the focus: click into it, or follow “Skip to the stage”."))
        .put(keys)
        .put(el("p").text("On the time bar: arrows, Page Up and Page Down, Home and End."))
        .html()
}
