//! What the settings mean before anything runs, and the rule with the present numbers in it.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::Config;
use crate::lab::scene::Why;
use crate::labs;

#[derive(Properties, PartialEq)]
pub(crate) struct OutlookProps {
    /// The lab's address.
    pub(crate) lab: &'static str,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
}

/// "What these settings mean".
#[component]
pub(crate) fn Outlook(props: &OutlookProps) -> Html {
    let facts = use_memo((props.lab, props.config.clone()), |(lab, config)| {
        labs::find(lab).map(|lab| (lab.about.outlook)(config)).unwrap_or_default()
    });
    if facts.is_empty() {
        return Html::default();
    }
    html! {
        <details data-part="outlook">
            <summary>{ "What these settings mean" }<small>{ "computed, before anything runs" }</small></summary>
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
