//! The settings, made from the knob table: presets, then groups that unfold.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::knob_field::{Field, Of};
use super::player::Intent;
use super::scale;
use crate::lab::{Config, Kind, Knob, Value};
use crate::labs;

/// The group whose first number stands beside the actions as well.
const INLINE: &str = "Traffic";
/// The group that stands with the figures it is for.
pub(crate) const OUTLOOK: &str = "What these settings mean";

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The lab's address.
    pub(crate) lab: &'static str,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
    /// Knobs that cannot be turned.
    pub(crate) lock: Vec<String>,
    /// Whether knobs are turned for the whole run.
    pub(crate) from_start: bool,
    /// Whether the first group is open: not before the reader has begun.
    pub(crate) begun: bool,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// The panel.
#[component]
pub(crate) fn Knobs(props: &Props) -> Html {
    let Some(lab) = labs::find(props.lab) else { return Html::default() };
    let knobs = lab.about.knobs;
    let mut groups: Vec<&'static str> = Vec::new();
    for knob in knobs {
        if knob.group != OUTLOOK && !groups.contains(&knob.group) {
            groups.push(knob.group);
        }
    }
    let first = groups.iter().copied().find(|group| *group != INLINE).or(groups.first().copied());
    let preset = lab.preset_of(&props.config);
    html! {
        <section class="card knobs" aria-label="Settings" data-part="knobs">
            <div class="knobs-head">
                <h2>{ if lab.about.presets.len() > 1 { "Presets" } else { "Settings" } }</h2>
                <label class="check" title="Plays the whole run again with the new setting. Otherwise it holds from now on.">
                    <input
                        type="checkbox"
                        checked={props.from_start}
                        onchange={props.send.reform({ let on = props.from_start; move |_: Event| Intent::FromStart(!on) })}
                    />
                    { "apply from the start" }
                </label>
            </div>
            if lab.about.presets.len() > 1 {
                <div class="presets" role="group" aria-label="Presets">
                    for preset_here in lab.about.presets {
                        <button
                            type="button"
                            class="chip"
                            key={preset_here.id}
                            disabled={!props.lock.is_empty()}
                            aria-pressed={if preset.is_some_and(|preset| preset.id == preset_here.id) { "true" } else { "false" }}
                            onclick={props.send.reform(move |_: MouseEvent| Intent::Preset(preset_here.id))}
                        >
                            { preset_here.label }
                        </button>
                    }
                </div>
                if let Some(preset) = preset.filter(|preset| !preset.note.is_empty() || !preset.source.is_empty()) {
                    <p class="note">
                        { preset.note }
                        if !preset.source.is_empty() {
                            <span class="source">{ format!(" Source: {}", preset.source) }</span>
                        }
                    </p>
                }
            }
            for group in groups {
                <Group
                    key={group}
                    name={group}
                    table={props.lab}
                    config={props.config.clone()}
                    lock={props.lock.clone()}
                    open={props.begun && Some(group) == first}
                    send={props.send.clone()}
                />
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct GroupProps {
    name: &'static str,
    table: &'static str,
    config: Rc<Config>,
    lock: Vec<String>,
    open: bool,
    send: Callback<Intent>,
}

/// A group that unfolds. What is folded is not made: a lab may have dozens of knobs.
#[component]
fn Group(props: &GroupProps) -> Html {
    // The reader's own choice stands; until they make one, the lab's.
    let chosen = use_state(|| None::<bool>);
    let open = chosen.unwrap_or(props.open);
    let onclick = {
        let chosen = chosen.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            chosen.set(Some(!open));
        })
    };
    let knobs: Vec<_> = props.config.iter().filter(|(knob, _)| knob.group == props.name).collect();
    let changed = knobs.iter().filter(|(knob, value)| knob.default_value() != **value).count();
    html! {
        <details {open}>
            <summary {onclick}>
                { props.name }
                <small>
                    if changed > 0 {
                        <b class="dot" aria-hidden="true"></b>{ format!("{changed} changed") }
                    } else if !open {
                        { gist(&props.config, props.name) }
                    }
                </small>
            </summary>
            if open {
                for (knob, value) in knobs {
                    <Field
                        key={knob.id}
                        knob={Of(knob)}
                        value={value.clone()}
                        matters={(knob.matters)(&props.config)}
                        locked={props.lock.iter().any(|id| same(id, knob.id))}
                        send={props.send.clone()}
                    />
                }
            }
        </details>
    }
}

/// Hyphens count as underscores.
pub(crate) fn same(written: &str, id: &str) -> bool {
    written.len() == id.len() && written.bytes().zip(id.bytes()).all(|(a, b)| a == b || a == b'-' && b == b'_')
}

/// The first knobs of a folded group with their values.
fn gist(config: &Config, group: &str) -> String {
    let shown = config
        .iter()
        .filter(|(knob, _)| {
            knob.group == group && !matches!(knob.kind, Kind::Document { .. }) && (knob.matters)(config)
        })
        .take(2)
        .map(|(knob, value)| format!("{} {}", knob.label.to_ascii_lowercase(), knob.show(value).to_ascii_lowercase()));
    shown.collect::<Vec<_>>().join(" · ")
}

/// The knob that stands beside the actions.
#[derive(Clone, Copy)]
pub(crate) struct InlineKnob(pub(crate) &'static Knob);

impl PartialEq for InlineKnob {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

impl InlineKnob {
    /// The first number of the group "Traffic", while it matters.
    pub(crate) fn of(knobs: &'static [Knob], config: &Config) -> Option<Self> {
        let number = |knob: &&Knob| knob.group == INLINE && matches!(knob.kind, Kind::Number { .. });
        knobs.iter().find(number).filter(|knob| (knob.matters)(config)).map(Self)
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct InlineProps {
    /// The knob.
    pub(crate) knob: InlineKnob,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// A slider in the row of actions.
#[component]
pub(crate) fn Inline(props: &InlineProps) -> Html {
    let knob = props.knob.0;
    let stops = use_memo(Of(knob), |knob| scale::stops(knob.0));
    let sliding = use_state(|| None::<usize>);
    let value = if let Some(Value::Number(number)) = props.config.value(knob.id) { *number } else { 0 };
    let index = sliding.unwrap_or_else(|| scale::nearest(&stops, value));
    let shown = sliding.and_then(|index| stops.get(index).copied()).unwrap_or(value);
    let stop_of = |event: &Event| -> Option<usize> {
        event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?.value().parse().ok()
    };
    let oninput = {
        let sliding = sliding.clone();
        Callback::from(move |event: InputEvent| sliding.set(stop_of(&event)))
    };
    let onchange = {
        let (sliding, stops, send) = (sliding.clone(), stops.clone(), props.send.clone());
        Callback::from(move |event: Event| {
            if let Some(value) = stop_of(&event).and_then(|index| stops.get(index).copied()) {
                send.emit(Intent::Turn(knob.id, Value::Number(value)));
            }
            sliding.set(None);
        })
    };
    let text = knob.show(&Value::Number(shown));
    html! {
        <div class="rate">
            <label for="inline-knob">{ knob.label }</label>
            <input
                type="range"
                id="inline-knob"
                min="0"
                max={stops.len().saturating_sub(1).to_string()}
                step="1"
                value={index.to_string()}
                aria-valuetext={text.clone()}
                {oninput}
                {onchange}
            />
            <output class="num" for="inline-knob">{ text }</output>
        </div>
    }
}
