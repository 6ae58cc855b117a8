//! The buttons below the picture, from the lab's table and as the scene says they look now.

use yew::{Callback, Html};

use super::el::{El, el, maybe};
use super::player::Intent;
use crate::lab::Action;
use crate::lab::scene::Button;

/// The row of buttons: the lab's actions, how those look now that differ from the table, and what stands at its end.
pub(crate) fn actions(actions: &[Action], buttons: &[Button], send: &Callback<Intent>, end: Html) -> El {
    let mut large = true;
    let mut row = el("div.actions[data-part=actions][role=group][aria-label=Actions]");
    for action in actions.iter().filter(|action| action.button) {
        row = row.put(button(action, buttons, send, &mut large));
    }
    row.put(maybe(others(actions, send))).put(end)
}

/// What is done on the picture too, for those who look for a button: folded, since it is wanted seldom.
fn others(actions: &[Action], send: &Callback<Intent>) -> Option<El> {
    let mut list = el("div.others");
    let mut any = false;
    for action in actions.iter().filter(|action| !action.button && action.args.is_empty()) {
        any = true;
        let button = el("button.chip[type=button]").word("data-action", action.id).word("title", action.help);
        list = list.put(button.press(send, Intent::Act(action.id, Vec::new())).text(action.label));
    }
    any.then(|| el("details.more-actions").put(el("summary").text("More")).put(list))
}

fn button(action: &Action, buttons: &[Button], send: &Callback<Intent>, large: &mut bool) -> El {
    let now = buttons.iter().find(|button| button.action == action.id);
    let label = now.map_or_else(|| action.label.to_owned(), |now| now.label.clone());
    let pressed = now.and_then(|now| now.pressed);
    let mut drawn = el("button.action[type=button]")
        .class_if(action.primary && std::mem::take(large), "primary")
        .class_if(pressed == Some(true), "pressed")
        .flag("disabled", now.is_some_and(|now| !now.enabled))
        .word("data-action", action.id)
        .press(send, Intent::Act(now.map_or(action.id, |now| now.sends), Vec::new()))
        .text(label);
    if let Some(pressed) = pressed {
        drawn = drawn.either("aria-pressed", pressed);
    }
    let mut title = action.help.to_owned();
    if let Some(key) = action.key {
        title.push_str(" Key: ");
        title.push(key);
        drawn = drawn.set("aria-keyshortcuts", String::from(key));
    }
    drawn.set("title", title)
}
