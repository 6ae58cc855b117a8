//! One knob: a slider with a field that takes units, a choice, a switch, or a document.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::document::Document;
use super::dom;
use super::el::{el, many, maybe};
use super::icons::{Icon, draw};
use super::part::{Change, Part, part};
use super::player::Intent;
use super::scale;
use crate::lab::knob::SetError;
use crate::lab::{Config, Kind, Knob, Value, text, wording};

/// A knob of a table; two are the same when they stand in the same place.
#[derive(Clone, Copy)]
pub(crate) struct Of(pub(crate) &'static Knob);

impl PartialEq for Of {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

/// A row of the panel: the knob, its value now, the other knobs, what the link locks, and where turns go.
pub(crate) fn field(
    knob: &'static Knob,
    value: &Value,
    config: &Config,
    lock: &[String],
    send: &Callback<Intent>,
) -> Html {
    let default = knob.default_value();
    let locked = lock.iter().any(|id| same(id, knob.id));
    let matters = (knob.matters)(config);
    let off = locked || !matters;
    let about = if locked {
        "Locked by the link."
    } else if !matters {
        "No effect with these settings."
    } else {
        knob.help
    };
    let id = format!("knob-{}", knob.id);
    let is_group = matches!(&knob.kind, Kind::Choice { options } if options.len() <= SEGMENTS);
    let label = if is_group { el("span.label") } else { el("label").set("for", id.clone()) };
    let label = label.set("id", format!("{id}-label")).text(knob.label);
    let name = el("div.name").put(label).put(el("small").set("id", format!("{id}-help")).text(about));
    let reset = (default != *value).then(|| {
        let back = knob.show(&default);
        el("button.ghost.reset[type=button]")
            .flag("disabled", locked)
            .set("aria-label", format!("{}: back to {back}", knob.label))
            .set("title", format!("Back to {back}"))
            .press(send, Intent::Turn(knob.id, default))
            .put(draw(Icon::Reset))
    });
    el("div.row")
        .key(knob.id)
        .class_if(reset.is_some(), "changed")
        .class_if(off, "off")
        .class(kind_class(&knob.kind))
        .word("data-knob", knob.id)
        .put(name)
        .put(input(knob, value, id, off, send))
        .put(maybe(reset))
        .html()
}

/// A choice of so many is shown as buttons in a row; of more, as a list.
const SEGMENTS: usize = 4;

fn kind_class(kind: &Kind) -> &'static str {
    match kind {
        Kind::Number { .. } => "number",
        Kind::Choice { .. } => "choice",
        Kind::Flag { .. } => "flag",
        Kind::Document { .. } => "document",
    }
}

/// Hyphens count as underscores.
fn same(written: &str, id: &str) -> bool {
    written.len() == id.len() && written.bytes().zip(id.bytes()).all(|(a, b)| a == b || a == b'-' && b == b'_')
}

fn input(knob: &'static Knob, value: &Value, id: String, off: bool, send: &Callback<Intent>) -> Html {
    let help = format!("{id}-help");
    match (&knob.kind, value) {
        (Kind::Number { .. }, Value::Number(number)) => {
            part(Number { knob: Of(knob), number: *number, id, off, beside: false, send: send.clone() })
        }
        (Kind::Choice { options }, Value::Choice(chosen)) if options.len() <= SEGMENTS => {
            let mut group = el("div.segments[role=radiogroup]")
                .set("aria-labelledby", format!("{id}-label"))
                .set("aria-describedby", help);
            for (index, (option, label)) in options.iter().enumerate() {
                let turn = Intent::Turn(knob.id, Value::Choice(index));
                let button = el("input[type=radio]")
                    .set("name", id.clone())
                    .value(*option)
                    .checked(index == *chosen)
                    .flag("disabled", off)
                    .tell("change", send, turn);
                group = group.put(el("label").key(option).put(button).put(el("span").text(*label)));
            }
            group.html()
        }
        (Kind::Choice { options }, Value::Choice(chosen)) => {
            let (send, knob) = (send.clone(), knob.id);
            let mut list = el("select.field").set("id", id).flag("disabled", off).set("aria-describedby", help).on(
                "change",
                move |event: Event| {
                    let select = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
                    if let Some(index) = select.and_then(|select| usize::try_from(select.selected_index()).ok()) {
                        send.emit(Intent::Turn(knob, Value::Choice(index)));
                    }
                },
            );
            for (index, (option, label)) in options.iter().enumerate() {
                let option = el("option").key(option).word("value", option).flag("selected", index == *chosen);
                list = list.put(option.text(*label));
            }
            list.html()
        }
        (Kind::Flag { .. }, Value::Flag(on)) => el("input.switch[type=checkbox][role=switch]")
            .set("id", id)
            .checked(*on)
            .flag("disabled", off)
            .set("aria-describedby", help)
            .tell("change", send, Intent::Turn(knob.id, Value::Flag(!*on)))
            .html(),
        (Kind::Document { .. }, Value::Text(text)) => {
            let text = AttrValue::from(text.clone());
            part(Document { knob: Of(knob), text, id, off, edits: None, send: send.clone() })
        }
        _ => Html::default(),
    }
}

/// A slider with its value.
#[derive(PartialEq)]
pub(crate) struct Number {
    /// The knob.
    pub(crate) knob: Of,
    /// Its value now.
    pub(crate) number: i64,
    /// The id of its elements.
    pub(crate) id: String,
    /// Whether it cannot be turned now.
    pub(crate) off: bool,
    /// Whether it stands beside the actions: with its name, and its value as mere text.
    pub(crate) beside: bool,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// While the slider moves and while letters are typed, these drafts stand; then the knob's own value does.
#[derive(Default)]
pub(crate) struct Turning {
    sliding: Option<usize>,
    typed: Option<String>,
    said: Said,
}

/// What the field says about what was typed.
#[derive(Default)]
enum Said {
    #[default]
    Nothing,
    /// It could not be read; the value stays.
    Wrong(String),
    /// It was read, with a remark.
    Note(String),
}

impl Part for Number {
    type Memory = Turning;

    fn show(&self, turning: &Turning, change: &Change) -> Html {
        let knob = self.knob.0;
        let stops = Rc::new(scale::stops(knob));
        let Turning { sliding, typed, said } = turning;
        let slide = {
            let change = change.clone();
            move |event: Event| {
                let sliding = dom::number(&event).map(|stop| stop as usize);
                change.to(Turning { sliding, ..Turning::default() });
            }
        };
        let let_go = {
            let (change, stops, send) = (change.clone(), stops.clone(), self.send.clone());
            move |event: Event| {
                if let Some(value) = dom::number(&event).and_then(|stop| stops.get(stop as usize)) {
                    send.emit(Intent::Turn(knob.id, Value::Number(*value)));
                }
                change.make(|turning: &mut Turning| turning.sliding = None);
            }
        };
        let shown = sliding.and_then(|index| stops.get(index).copied()).unwrap_or(self.number);
        let text = knob.show(&Value::Number(shown));
        let index = sliding.unwrap_or_else(|| scale::nearest(&stops, self.number));
        let slider = el("input[type=range][min=0][step=1]")
            .set("max", stops.len().saturating_sub(1).to_string())
            .set("aria-valuetext", text.clone())
            .flag("disabled", self.off)
            .value(index.to_string())
            .on("input", slide)
            .on("change", let_go);
        let id = &self.id;
        if self.beside {
            return el("div.rate")
                .put(el("label").set("for", id.clone()).text(knob.label))
                .put(slider.set("id", id.clone()))
                .put(el("output.num").set("for", id.clone()).text(text))
                .html();
        }
        let type_in = change.clone();
        let commit = {
            let (change, send) = (change.clone(), self.send.clone());
            move |event: Event| {
                let Some(text) = dom::typed(&event) else { return };
                let (value, error) = knob.parse(&text::point(&text));
                let said = match (&value, error) {
                    (None, Some(SetError::Unreadable(hint))) => {
                        let wrong = Said::Wrong(wording::sentence(&hint));
                        return change.make(|turning: &mut Turning| turning.said = wrong);
                    }
                    (Some(value), Some(SetError::Clamped(range))) => {
                        Said::Note(format!("It goes from {range}; it was set to {}.", knob.show(value)))
                    }
                    _ => Said::Nothing,
                };
                change.make(|turning: &mut Turning| (turning.typed, turning.said) = (None, said));
                if let Some(value) = value {
                    send.emit(Intent::Turn(knob.id, value));
                }
            }
        };
        let message = format!("{id}-said");
        let (wrong, words) = match said {
            Said::Nothing => (false, String::new()),
            Said::Wrong(words) => (true, words.clone()),
            Said::Note(words) => (false, words.clone()),
        };
        let mut field = el("input.field.num[type=text][autocomplete=off][spellcheck=false]")
            .set("id", id.clone())
            .value(typed.clone().unwrap_or(text))
            .flag("disabled", self.off)
            .set("aria-describedby", format!("{id}-help {message}"))
            .on("input", move |event: Event| {
                let typed = dom::typed(&event);
                type_in.make(|turning: &mut Turning| turning.typed = typed);
            })
            .on("change", commit);
        if wrong {
            field = field.word("aria-invalid", "true");
        }
        many(vec![
            slider.set("aria-labelledby", format!("{id}-label")).html(),
            field.html(),
            el("span.said[role=status]").class_if(wrong, "error").set("id", message).text(words).html(),
        ])
    }
}
