//! A document being written: a field as high as its text, what is wrong with it while it is typed, and where.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::dom;
use super::el::{El, el, many, maybe};
use super::knob_field::Of;
use super::part::{Change, Part, part};
use super::player::Intent;
use super::share::Copied;
use crate::lab::document::{Place, fault};
use crate::lab::{AS_TEXT, Config, Kind, Lanes, Value};

/// A document's field. What is typed is a draft until it can be read and Enter is pressed or the field is left; a draft of
/// a text that has become another one in the meantime is gone.
#[derive(PartialEq)]
pub(crate) struct Document {
    /// The knob.
    pub(crate) knob: Of,
    /// Its value now.
    pub(crate) text: AttrValue,
    /// The field's id.
    pub(crate) id: String,
    /// Whether it cannot be turned now.
    pub(crate) off: bool,
    /// Whether it is what the picture is of, as an edit of these lanes, and not one of the settings.
    pub(crate) edits: Option<Lanes>,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// What is being written.
#[derive(Default)]
pub(crate) struct Writing {
    draft: Option<Draft>,
    copied: Copied,
}

struct Draft {
    /// The text that it was begun from.
    of: AttrValue,
    text: String,
}

impl Document {
    /// The draft is done, if it can be read.
    fn commit(&self, text: &str, change: &Change) {
        let knob = self.knob.0;
        let Some(value) = knob.parse(text).0 else {
            // What was said of an earlier change does not stand beside what is wrong with this one.
            if let Some(lanes) = self.edits {
                self.send.emit(Intent::Lanes(lanes));
            }
            return;
        };
        if value == Value::Text(self.text.as_str().into()) {
            return change.make(|writing: &mut Writing| writing.draft = None);
        }
        self.send.emit(match self.edits {
            Some(lanes) => Intent::Edit(lanes, knob.id, value),
            None => Intent::Turn(knob.id, value),
        });
    }

    fn field(&self, shown: &str, wrong: bool, change: &Change) -> El {
        let (id, typing) = (&self.id, change.clone());
        let of = self.text.clone();
        let whole = || Self { knob: self.knob, text: of.clone(), id: id.clone(), send: self.send.clone(), ..*self };
        let (left, entered) = ((whole(), change.clone()), (whole(), change.clone()));
        let field = el("textarea.field[rows=1][spellcheck=false][autocomplete=off][autocapitalize=off]")
            .set("id", id.clone())
            .value(shown.to_owned())
            .flag("readonly", self.off)
            .set("aria-describedby", format!("{id}-help {id}-said"))
            .on("input", move |event: Event| {
                let draft = text_of(&event).map(|text| Draft { of: of.clone(), text });
                typing.make(|writing: &mut Writing| writing.draft = draft);
            })
            .on("change", move |event: Event| {
                if let Some(text) = text_of(&event) {
                    left.0.commit(&text, &left.1);
                }
            })
            .on("keydown", move |event: KeyboardEvent| {
                let Some(text) = text_of(&event).filter(|_| event.key() == "Enter") else {
                    return;
                };
                // What is one line is done then; in a list, or a text of several lines, Enter begins another.
                let plain = entered.0.edits.is_some() && !event.shift_key() && !text.contains('\n');
                if plain || event.ctrl_key() || event.meta_key() {
                    event.prevent_default();
                    entered.0.commit(&text, &entered.1);
                }
            });
        if wrong { field.word("aria-invalid", "true") } else { field }
    }
}

impl Part for Document {
    type Memory = Writing;

    fn show(&self, writing: &Writing, change: &Change) -> Html {
        let draft = writing.draft.as_ref().filter(|draft| draft.of == self.text).map(|draft| &*draft.text);
        let shown = draft.unwrap_or(&self.text);
        let fault = draft.and_then(|draft| fault(self.knob.0, draft));
        let place = fault.as_ref().map(|fault| Place::new(shown, &fault.at));
        // The same letters below the field make it as high as its text, and mark the place.
        let mirror = el("div.sheet-mirror[aria-hidden=true]");
        let mirror = match &place {
            None => mirror.text(shown.to_owned()),
            Some(place) => mirror
                .text(place.before.to_owned())
                .put(el("mark").class_if(place.here.is_empty(), "gap").text(place.here.to_owned()))
                .text(place.behind.to_owned()),
        };
        let field = self.field(shown, fault.is_some(), change);
        let (told, text) = (change.clone(), shown.to_owned());
        let copy = el("button.ghost.sheet-copy[type=button]").on("click", move |_: Event| {
            let told = told.clone();
            dom::copy(&text, move |allowed| {
                let copied = if allowed { Copied::Yes } else { Copied::Denied };
                told.make(move |writing: &mut Writing| writing.copied = copied);
            });
        });
        let said = el("span.said[role=status]").set("id", format!("{}-said", self.id));
        let said = match (&fault, &place, writing.copied) {
            (Some(fault), Some(place), _) => {
                // What the underline is for those who do not see it.
                let at = if place.here.is_empty() {
                    "At the end.".to_owned()
                } else {
                    format!("At “{}”.", start(place.here))
                };
                said.class("error").text(place.told(&fault.message)).put(el("span.unseen").text(format!(" {at}")))
            }
            (.., Copied::Yes) => said.text("Copied."),
            (.., Copied::Denied) => said.text("The browser does not allow it: select it and copy it by hand."),
            _ => said,
        };
        let back = fault.is_some().then(|| {
            let change = change.clone();
            let button = el("button.quiet[type=button]").on("click", move |_: Event| change.to(Writing::default()));
            button.text("Back to the last good one")
        });
        el("div.document")
            .put(el("div.sheet").put(mirror.text("\u{200b}")).put(field))
            .put(copy.text("Copy"))
            .put(el("div.sheet-said").put(said).put(maybe(back)))
            .html()
    }

    fn shown(&self, writing: &Writing, change: &Change, _first: bool) {
        // Or undo would bring back the draft with the text that it was begun from.
        if writing.draft.as_ref().is_some_and(|draft| draft.of != self.text) {
            change.to(Writing::default());
        }
    }
}

/// As much of a place as is worth reading out.
fn start(here: &str) -> String {
    let mut start: String = here.chars().take(40).collect();
    if start.len() < here.len() {
        start.push('…');
    }
    start
}

fn text_of(event: &Event) -> Option<String> {
    event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value())
}

/// The documents that the picture is of, for the stage.
pub(crate) fn beside_picture(
    config: &Config,
    lock: &[String],
    lanes: Lanes,
    lane: &'static str,
    send: &Callback<Intent>,
) -> Html {
    let mut lines = Vec::new();
    for (knob, value) in config.iter().filter(|(knob, _)| knob.group == AS_TEXT) {
        let (Kind::Document { .. }, Value::Text(text)) = (&knob.kind, value) else { continue };
        let id = format!("text-{}", knob.id);
        let off = lock.iter().any(|id| id == knob.id);
        let label = el("label").set("for", id.clone()).text(format!("{AS_TEXT}{lane}"));
        let help = el("p").set("id", format!("{id}-help")).text(if off { "Locked by the link." } else { knob.help });
        let keys = el("p").text("Enter or leaving the field applies it; Shift and Enter begin another line.");
        let how = el("details").put(el("summary").text("How to write it")).put(help).put(maybe((!off).then_some(keys)));
        let text = AttrValue::from(text.clone());
        let document = Document { knob: Of(knob), text, id, off, edits: Some(lanes), send: send.clone() };
        lines.push(el("div.as-text[data-part=text]").key(knob.id).put(label).put(part(document)).put(how).html());
    }
    many(lines)
}
