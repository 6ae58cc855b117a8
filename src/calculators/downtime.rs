//! From a downtime back to percent and nines.

use std::time::Duration;

use halfopen_core::availability::{Period, Unavailability};

use super::length::{self, DAY};
use super::nines::{PERIODS, downtimes, nines};
use super::{Answer, Calculator, fact, told};
use crate::lab::knob::{choice, knob};
use crate::lab::{Config, Knob};

pub(super) const CALCULATOR: Calculator = Calculator {
    slug: "availability/downtime",
    title: "From downtime to percent",
    summary: "What so much downtime in a year, a month, a week or a day is as an availability.",
    knobs: &[
        knob(
            "Settings",
            "downtime",
            "Time down",
            "All outages of the period together: 43min, 8h 45min 36s, 2d.",
            length::number(365 * DAY, DAY / 24),
            Knob::ALWAYS,
        ),
        knob(
            "Settings",
            "period",
            "In a",
            "A year has 365 days, a month is a twelfth of it.",
            choice(&[("year", "year"), ("month", "month"), ("week", "week"), ("day", "day")]),
            Knob::ALWAYS,
        ),
    ],
    answer,
};

fn answer(config: &Config) -> Answer {
    let name = config.choice("period");
    let period = Period::ALL.into_iter().find(|period| period.name() == name).unwrap_or(Period::Year);
    let (long, down) = (config.duration("downtime"), config.show("downtime"));
    let all = told::length(period);
    let Ok(share) = Unavailability::from_downtime(long, period) else {
        return Answer {
            headline: format!("{down} is longer than a {name}, which has {all}: more than all of it cannot be down."),
            facts: vec![fact(
                format!("The most that a {name} can be down"),
                all,
                format!("Then it is always down: 0\u{a0}% available. {PERIODS}"),
            )],
            table: None,
            charts: Vec::new(),
        };
    };
    let percent = told::percent(share);
    let headline = match long {
        Duration::ZERO => format!("No time down in a {name} is {percent} available, for that {name}."),
        _ => format!("{down} down in a {name} is {percent} available: {}.", told::nines(share)),
    };
    let because = format!("1 − {down} / {all} = 1 − {}. {PERIODS}", told::share(share));
    let mut facts = vec![fact("Availability", percent, because), nines(share)];
    facts.extend(next(share, period));
    // The period's own is what was asked with.
    facts.extend(downtimes(share).zip(Period::ALL).filter(|(_, other)| *other != period).map(|(fact, _)| fact));
    Answer { headline, facts, table: None, charts: Vec::new() }
}

/// What the next whole number of nines leaves.
fn next(share: Unavailability, period: Period) -> Option<crate::lab::Fact> {
    // A rounding is no step to the next.
    let nines = libm::floor(share.nines() + 1e-9) + 1.0;
    let next = Unavailability::from_nines(nines).ok().filter(|_| nines <= 18.0)?;
    let because = format!("{} × {} a {}", told::share(next), told::length(period), period.name());
    Some(fact(
        format!("{} would leave", told::nines(next)),
        told::downtime(next, period),
        format!("{because}: {} available.", told::percent(next)),
    ))
}
