//! The list of keys.

use yew::prelude::*;

use super::icons::{Draw, Icon};
use crate::lab::Action;

#[derive(Properties)]
pub(crate) struct Props {
    /// The lab's actions, for their keys.
    pub(crate) actions: &'static [Action],
    /// The reader has read it.
    pub(crate) on_close: Callback<()>,
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
    let onclose = props.on_close.reform(|_: Event| ());
    let onclick = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    // Keys pressed in the dialog are not meant for the stage around it.
    let onkeydown = Callback::from(|event: KeyboardEvent| event.stop_propagation());
    html! {
        <dialog ref={dialog} class="card help" aria-labelledby="help-title" {onclose} {onkeydown}>
            <div class="help-head">
                <h2 id="help-title">{ "Keys" }</h2>
                <button type="button" class="ghost" {onclick} aria-label="Close"><Draw icon={Icon::Close} /></button>
            </div>
            <p>{ "They work while the stage has the focus: click into it, or follow “Skip to the stage”." }</p>
            <dl class="keys">
                for action in props.actions.iter() {
                    if let Some(key) = action.key {
                        <div><dt><kbd>{ key }</kbd></dt><dd>{ action.label }</dd></div>
                    }
                }
                for (key, what) in KEYS {
                    <div><dt><kbd>{ key }</kbd></dt><dd>{ what }</dd></div>
                }
            </dl>
            <p>{ "On the time bar: arrows, Page Up and Page Down, Home and End." }</p>
        </dialog>
    }
}
