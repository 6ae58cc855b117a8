//! What the settings mean before anything runs, and the rule with the present numbers in it.

use std::rc::Rc;

use yew::prelude::*;

use super::knob_field::{Field, Of};
use super::knobs::{OUTLOOK, same};
use super::player::Intent;
use crate::lab::Config;
use crate::lab::scene::Why;
use crate::labs;

#[derive(Properties, PartialEq)]
pub(crate) struct OutlookProps {
    /// The lab's address.
    pub(crate) lab: &'static str,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
    /// Knobs that cannot be turned.
    pub(crate) lock: Vec<String>,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

/// "What these settings mean".
#[component]
pub(crate) fn Outlook(props: &OutlookProps) -> Html {
    let send = {
        let send = props.send.clone();
        use_memo(send, |send| {
            let send = send.clone();
            Callback::from(move |intent: Intent| {
                // What the figures assume is no event of the run.
                send.emit(match intent {
                    Intent::Turn(knob, value) => Intent::TurnAll(knob, value),
                    other => other,
                });
            })
        })
    };
    let assumed: Vec<_> = props.config.iter().filter(|(knob, _)| knob.group == OUTLOOK).collect();
    let facts = use_memo((props.lab, props.config.clone()), |(lab, config)| {
        labs::find(lab).map(|lab| (lab.about.outlook)(config)).unwrap_or_default()
    });
    if facts.is_empty() && assumed.is_empty() {
        return Html::default();
    }
    html! {
        <details data-part="outlook">
            <summary>{ "What these settings mean" }<small>{ "computed, before anything runs" }</small></summary>
            for (knob, value) in assumed {
                <Field
                    key={knob.id}
                    knob={Of(knob)}
                    value={value.clone()}
                    matters={(knob.matters)(&props.config)}
                    locked={props.lock.iter().any(|id| same(id, knob.id))}
                    send={(*send).clone()}
                />
            }
            <dl class="facts">
                for fact in facts.iter() {
                    <div>
                        <dt>{ &fact.label }</dt>
                        <dd class="num"><strong>{ &fact.value }</strong><span>{ &fact.because }</span></dd>
                    </div>
                }
            </dl>
        </details>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct WhyProps {
    /// Line by line.
    pub(crate) why: Vec<Why>,
}

/// The rule with the present numbers in it.
#[component]
pub(crate) fn WhyPanel(props: &WhyProps) -> Html {
    if props.why.is_empty() {
        return Html::default();
    }
    html! {
        <details data-part="why">
            <summary>{ "Why" }<small>{ "the rule, with the numbers of this moment" }</small></summary>
            <dl class="rules">
                for why in props.why.iter() {
                    <div><dt>{ &why.rule }</dt><dd class="num">{ &why.now }</dd></div>
                }
            </dl>
        </details>
    }
}
