//! The buttons below the picture, from the lab's table and as the scene says they look now.

use yew::prelude::*;

use super::player::Intent;
use crate::lab::Action;
use crate::lab::scene::Button;

#[derive(Properties)]
pub(crate) struct Props {
    /// The lab's address: another lab, another table.
    pub(crate) table: &'static str,
    /// The lab's actions.
    pub(crate) actions: &'static [Action],
    /// How those look now that differ from the table.
    pub(crate) buttons: Vec<Button>,
    /// Where clicks go.
    pub(crate) send: Callback<Intent>,
    /// What stands at the end of the row.
    #[prop_or_default]
    pub(crate) children: Html,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
            && self.buttons == other.buttons
            && self.send == other.send
            && self.children == other.children
    }
}

/// The row of buttons.
#[component]
pub(crate) fn Actions(props: &Props) -> Html {
    let mut large = true;
    html! {
        <div class="actions" data-part="actions" role="group" aria-label="Actions">
            for action in props.actions.iter().filter(|action| action.button) {
                { button(action, props, &mut large) }
            }
            { props.children.clone() }
        </div>
    }
}

fn button(action: &'static Action, props: &Props, large: &mut bool) -> Html {
    let now = props.buttons.iter().find(|button| button.action == action.id);
    let label = now.map_or_else(|| action.label.to_owned(), |now| now.label.clone());
    let pressed = now.and_then(|now| now.pressed);
    let enabled = now.is_none_or(|now| now.enabled);
    let is_large = action.primary && std::mem::take(large);
    let sends = now.map_or(action.id, |now| now.sends);
    let onclick = props.send.reform(move |_: MouseEvent| Intent::Act(sends, Vec::new()));
    let title = match action.key {
        Some(key) => format!("{} Key: {key}", action.help),
        None => action.help.to_owned(),
    };
    html! {
        <button
            type="button"
            class={classes!("action", is_large.then_some("primary"), (pressed == Some(true)).then_some("pressed"))}
            aria-pressed={pressed.map(|pressed| if pressed { "true" } else { "false" })}
            aria-keyshortcuts={action.key.map(String::from)}
            disabled={!enabled}
            data-action={action.id}
            {title}
            {onclick}
        >
            { label }
        </button>
    }
}
