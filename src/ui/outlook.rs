//! What the settings mean before anything runs, and the rule with the present numbers in it.

use std::rc::Rc;

use yew::prelude::*;

use super::el::{el, many};
use super::knob_field::field;
use super::knobs::OUTLOOK;
use super::part::{Change, Part};
use super::player::Intent;
use crate::lab::scene::Why;
use crate::lab::{Config, Entrance, Fact, Lanes};

/// "What these settings mean".
#[derive(PartialEq)]
pub(crate) struct Outlook {
    /// The lab.
    pub(crate) lab: &'static Entrance,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
    /// Knobs that cannot be turned.
    pub(crate) lock: Vec<String>,
    /// The lanes in which knobs are turned.
    pub(crate) lanes: Lanes,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

impl Part for Outlook {
    type Memory = ();

    fn show(&self, _memory: &(), _change: &Change) -> Html {
        let mut body = vec![folded("What these settings mean", "computed, before anything runs")];
        let send = {
            let (send, lanes) = (self.send.clone(), self.lanes);
            Callback::from(move |intent: Intent| {
                // What the figures assume is no event of the run.
                send.emit(match intent {
                    Intent::Turn(knob, value) => Intent::Edit(lanes, knob, value),
                    other => other,
                });
            })
        };
        for (knob, value) in self.config.iter().filter(|(knob, _)| knob.group == OUTLOOK) {
            body.push(field(knob, value, &self.config, &self.lock, &send));
        }
        let facts = (self.lab.about.outlook)(&self.config);
        if facts.is_empty() && body.len() == 1 {
            return Html::default();
        }
        body.push(self::facts(facts));
        el("details[data-part=outlook]").put(many(body)).html()
    }
}

/// Numbers with what they mean.
pub(super) fn facts(facts: Vec<Fact>) -> Html {
    let mut list = el("dl.facts");
    for fact in facts {
        let why = el("dd.num").put(el("strong").text(fact.value)).put(el("span").text(fact.because));
        list = list.put(el("div").put(el("dt").text(fact.label)).put(why));
    }
    list.html()
}

/// The rule with the present numbers in it.
pub(crate) fn why_panel(why: Vec<Why>) -> Html {
    if why.is_empty() {
        return Html::default();
    }
    let mut list = el("dl.rules");
    for line in why {
        list = list.put(el("div").put(el("dt").text(line.rule)).put(el("dd.num").text(line.now)));
    }
    el("details[data-part=why]").put(folded("Why", "the rule, with the numbers of this moment")).put(list).html()
}

/// What stands of a panel while it is folded.
fn folded(name: &'static str, about: &'static str) -> Html {
    el("summary").text(name).put(el("small").text(about)).html()
}
