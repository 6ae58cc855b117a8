//! One knob: a slider with a field that takes units, a choice, a switch, or a document.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::icons::{Draw, Icon};
use super::player::Intent;
use super::scale;
use crate::lab::knob::SetError;
use crate::lab::{Kind, Knob, Value};

/// A knob of a table; two are the same when they stand in the same place.
#[derive(Clone, Copy)]
pub(crate) struct Of(pub(crate) &'static Knob);

impl PartialEq for Of {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The knob.
    pub(crate) knob: Of,
    /// Its value now.
    pub(crate) value: Value,
    /// Whether it has any effect with these settings.
    pub(crate) matters: bool,
    /// Whether the link forbids turning it.
    pub(crate) locked: bool,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// A row of the panel.
#[component]
pub(crate) fn Field(props: &Props) -> Html {
    let knob = props.knob.0;
    let changed = knob.default_value() != props.value;
    let off = props.locked || !props.matters;
    let reason = if props.locked {
        "Locked by the link."
    } else if !props.matters {
        "No effect with these settings."
    } else {
        ""
    };
    let reset = props.send.reform(move |_: MouseEvent| Intent::Turn(knob.id, knob.default_value()));
    let id = format!("knob-{}", knob.id);
    let is_group = matches!(&knob.kind, Kind::Choice { options } if options.len() <= SEGMENTS);
    html! {
        <div class={classes!("row", changed.then_some("changed"), off.then_some("off"), kind_class(&knob.kind))} data-knob={knob.id}>
            <div class="name">
                if is_group {
                    <span id={format!("{id}-label")} class="label">{ knob.label }</span>
                } else {
                    <label for={id.clone()} id={format!("{id}-label")}>{ knob.label }</label>
                }
                <small id={format!("{id}-help")}>{ if reason.is_empty() { knob.help } else { reason } }</small>
            </div>
            { input(props, &id) }
            if changed {
                <button
                    type="button"
                    class="ghost reset"
                    onclick={reset}
                    disabled={props.locked}
                    aria-label={format!("{}: back to {}", knob.label, knob.show(&knob.default_value()))}
                    title={format!("Back to {}", knob.show(&knob.default_value()))}
                >
                    <Draw icon={Icon::Reset} />
                </button>
            }
        </div>
    }
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

fn input(props: &Props, id: &str) -> Html {
    let knob = props.knob.0;
    let off = props.locked || !props.matters;
    let turn = |value: Value| Intent::Turn(knob.id, value);
    match (&knob.kind, &props.value) {
        (Kind::Number { .. }, Value::Number(number)) => {
            html! { <Number knob={props.knob} number={*number} id={id.to_owned()} {off} send={props.send.clone()} /> }
        }
        (Kind::Choice { options }, Value::Choice(chosen)) if options.len() <= SEGMENTS => {
            let buttons = options.iter().enumerate().map(|(index, (option, label))| {
                let onchange = props.send.reform(move |_: Event| turn(Value::Choice(index)));
                html! {
                    <label key={*option}>
                        <input type="radio" name={id.to_owned()} value={*option} checked={index == *chosen} disabled={off} {onchange} />
                        <span>{ *label }</span>
                    </label>
                }
            });
            html! { <div class="segments" role="radiogroup" aria-labelledby={format!("{id}-label")}>{ for buttons }</div> }
        }
        (Kind::Choice { options }, Value::Choice(chosen)) => {
            let send = props.send.clone();
            let onchange = Callback::from(move |event: Event| {
                let select = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
                if let Some(index) = select.and_then(|select| usize::try_from(select.selected_index()).ok()) {
                    send.emit(turn(Value::Choice(index)));
                }
            });
            let shown = options.iter().enumerate().map(|(index, (option, label))| {
                html! { <option key={*option} value={*option} selected={index == *chosen}>{ *label }</option> }
            });
            html! { <select class="field" id={id.to_owned()} disabled={off} {onchange} aria-describedby={format!("{id}-help")}>{ for shown }</select> }
        }
        (Kind::Flag { .. }, Value::Flag(on)) => {
            let on = *on;
            let onchange = props.send.reform(move |_: Event| turn(Value::Flag(!on)));
            html! { <input type="checkbox" role="switch" class="switch" id={id.to_owned()} checked={on} disabled={off} {onchange} aria-describedby={format!("{id}-help")} /> }
        }
        (Kind::Document { .. }, Value::Text(text)) => {
            let text = AttrValue::from(text.to_string());
            html! { <Document knob={props.knob} {text} id={id.to_owned()} {off} send={props.send.clone()} /> }
        }
        _ => Html::default(),
    }
}

#[derive(Properties, PartialEq)]
struct NumberProps {
    knob: Of,
    number: i64,
    id: String,
    off: bool,
    send: Callback<Intent>,
}

/// What the field says about what was typed.
#[derive(Clone, PartialEq)]
enum Said {
    Nothing,
    /// It could not be read; the value stays.
    Wrong(String),
    /// It was read, with a remark.
    Note(String),
}

#[component]
fn Number(props: &NumberProps) -> Html {
    let knob = props.knob.0;
    let stops = use_memo(props.knob, |knob| scale::stops(knob.0));
    // While the slider moves and while letters are typed, the draft stands; then the knob's own value does.
    let sliding = use_state(|| None::<usize>);
    let typed = use_state(|| None::<String>);
    let said = use_state(|| Said::Nothing);

    let stop_of = {
        let stops = stops.clone();
        move |event: &Event| {
            let slider = event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?;
            let index: usize = slider.value().parse().ok()?;
            Some((index, *stops.get(index)?))
        }
    };
    let slide = {
        let (sliding, typed, said, stop_of) = (sliding.clone(), typed.clone(), said.clone(), stop_of.clone());
        Callback::from(move |event: InputEvent| {
            sliding.set(stop_of(&event).map(|stop| stop.0));
            typed.set(None);
            said.set(Said::Nothing);
        })
    };
    let let_go = {
        let (sliding, send) = (sliding.clone(), props.send.clone());
        Callback::from(move |event: Event| {
            if let Some((_, value)) = stop_of(&event) {
                send.emit(Intent::Turn(knob.id, Value::Number(value)));
            }
            sliding.set(None);
        })
    };
    let type_in = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| typed.set(text_of(&event)))
    };
    let commit = {
        let (typed, said, send) = (typed.clone(), said.clone(), props.send.clone());
        Callback::from(move |event: Event| {
            let Some(text) = text_of(&event) else { return };
            let (value, error) = knob.parse(&text);
            match (&value, error) {
                (None, Some(SetError::Unreadable(hint))) => return said.set(Said::Wrong(sentence(&hint))),
                (_, Some(SetError::Clamped(range))) => said.set(Said::Note(format!("It goes from {range}."))),
                _ => said.set(Said::Nothing),
            }
            typed.set(None);
            if let Some(value) = value {
                send.emit(Intent::Turn(knob.id, value));
            }
        })
    };
    let shown = sliding.and_then(|index| stops.get(index).copied()).unwrap_or(props.number);
    let text = knob.show(&Value::Number(shown));
    let index = sliding.unwrap_or_else(|| scale::nearest(&stops, props.number));
    let message = format!("{}-said", props.id);
    let wrong = matches!(*said, Said::Wrong(_));
    html! {
        <>
            <input
                type="range"
                min="0"
                max={stops.len().saturating_sub(1).to_string()}
                step="1"
                value={index.to_string()}
                disabled={props.off}
                aria-labelledby={format!("{}-label", props.id)}
                aria-valuetext={text.clone()}
                oninput={slide}
                onchange={let_go}
            />
            <input
                type="text"
                id={props.id.clone()}
                class="field num"
                value={(*typed).clone().unwrap_or(text)}
                disabled={props.off}
                autocomplete="off"
                spellcheck="false"
                aria-invalid={wrong.then_some("true")}
                aria-describedby={format!("{}-help {message}", props.id)}
                oninput={type_in}
                onchange={commit}
            />
            <span class={classes!("said", wrong.then_some("error"))} id={message} role="status">
                { match &*said { Said::Nothing => "", Said::Wrong(words) | Said::Note(words) => words } }
            </span>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct DocumentProps {
    knob: Of,
    text: AttrValue,
    id: String,
    off: bool,
    send: Callback<Intent>,
}

#[component]
fn Document(props: &DocumentProps) -> Html {
    let knob = props.knob.0;
    let draft = use_state(|| None::<String>);
    let shown = (*draft).clone().unwrap_or_else(|| props.text.to_string());
    let error = draft.as_ref().and_then(|draft| problem(knob, draft));
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(area_of(&event)))
    };
    let onchange = {
        let (draft, send) = (draft.clone(), props.send.clone());
        Callback::from(move |event: Event| {
            if let Some(value) = area_of(&event).and_then(|text| knob.parse(&text).0) {
                draft.set(None);
                send.emit(Intent::Turn(knob.id, value));
            }
        })
    };
    let message = format!("{}-said", props.id);
    html! {
        <>
            <textarea
                id={props.id.clone()}
                class="field"
                rows="6"
                value={shown}
                disabled={props.off}
                spellcheck="false"
                aria-invalid={error.is_some().then_some("true")}
                aria-describedby={format!("{}-help {message}", props.id)}
                {oninput}
                {onchange}
            />
            <span class="said error" id={message} role="status">{ error.unwrap_or_default() }</span>
        </>
    }
}

/// What is wrong with a document, with its line and column.
fn problem(knob: &Knob, text: &str) -> Option<String> {
    let Kind::Document { max_bytes, check, .. } = &knob.kind else { return None };
    if text.trim().len() > *max_bytes {
        return Some(format!("It takes at most {max_bytes} bytes; this has {}.", text.len()));
    }
    let error = check(text).err()?;
    let before = text.get(..error.at.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    Some(format!("Line {line}, column {column}: {}", error.message))
}

/// A hint as a sentence of its own.
fn sentence(hint: &str) -> String {
    let mut letters = hint.chars();
    let first: String = letters.next().map(|first| first.to_ascii_uppercase().into()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn text_of(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?.value())
}

fn area_of(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?.value())
}
