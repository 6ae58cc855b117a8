//! Percent, nines and downtime, side by side.

use halfopen_core::availability::{Period, Unavailability};

use super::{Answer, Calculator, fact, told};
use crate::lab::knob::knob;
use crate::lab::{Config, Fact, Knob, Table};
use crate::system::{available, words};

pub(super) const CALCULATOR: Calculator = Calculator {
    slug: "availability/nines",
    title: "Nines and downtime",
    summary: "What a percentage allows to be down in a year, a month, a week and a day.",
    knobs: &[knob(
        "Settings",
        "available",
        "Availability",
        "A percentage, nines, or the time down: 99.9%, three nines, 8.76h/year.",
        available::number(0, ALWAYS_DOWN, ALWAYS_DOWN / 1000),
        Knob::ALWAYS,
    )],
    answer,
};

/// All of the time, in the knob's base unit.
pub(super) const ALWAYS_DOWN: i64 = 1_000_000_000_000_000_000;

/// What periods are, for notes.
pub(super) const PERIODS: &str = "A year has 365 days, a month is a twelfth of it.";

/// The rows that everybody knows: what is missing to 100 %, from 90 % to nine nines.
const KNOWN: [i64; 13] = [
    ALWAYS_DOWN / 10,
    ALWAYS_DOWN / 20,
    ALWAYS_DOWN / 100,
    ALWAYS_DOWN / 200,
    ALWAYS_DOWN / 1000,
    ALWAYS_DOWN / 2000,
    ALWAYS_DOWN / 10_000,
    ALWAYS_DOWN / 20_000,
    ALWAYS_DOWN / 100_000,
    ALWAYS_DOWN / 1_000_000,
    ALWAYS_DOWN / 10_000_000,
    ALWAYS_DOWN / 100_000_000,
    ALWAYS_DOWN / 1_000_000_000,
];

fn answer(config: &Config) -> Answer {
    let missing = config.number("available");
    let down = available::down(missing);
    let percent = told::percent(down);
    let headline = if missing == 0 {
        format!("{percent} is never down: there is no end of nines.")
    } else if missing == ALWAYS_DOWN {
        format!("{percent} is always down: it has no nines.")
    } else {
        format!("{percent} has {}: it is down for {} a year.", told::nines(down), told::downtime(down, Period::Year))
    };
    let mut facts = vec![nines(down)];
    facts.extend(downtimes(down));
    Answer { headline, facts, table: Some(table(missing)), charts: Vec::new() }
}

/// How many nines, and why.
pub(super) fn nines(down: Unavailability) -> Fact {
    let because = if down == Unavailability::NEVER {
        "Nothing is missing to 100\u{a0}%.".to_owned()
    } else {
        format!("−log₁₀(1 − availability) = −log₁₀({})", told::share(down))
    };
    fact("Nines", words::nines(down), because)
}

/// The downtime in each period, and why.
pub(super) fn downtimes(down: Unavailability) -> impl Iterator<Item = Fact> {
    Period::ALL.into_iter().map(move |period| {
        let because = format!("(1 − availability) × {0} = {1} × {0}", told::length(period), told::share(down));
        fact(format!("Down a {}", period.name()), told::downtime(down, period), because)
    })
}

/// The known rows, with the reader's own among them.
fn table(own: i64) -> Table {
    let above = KNOWN.into_iter().filter(|known| *known > own);
    let place = above.clone().count();
    let shares: Vec<i64> = above.chain([own]).chain(KNOWN.into_iter().filter(|known| *known < own)).collect();
    let rows = shares.iter().map(|missing| {
        let down = available::down(*missing);
        let mut row = vec![told::percent(down), words::nines(down)];
        row.extend(Period::ALL.map(|period| words::downtime(down, period).replace(' ', "\u{a0}")));
        row
    });
    Table {
        id: "nines",
        title: "Percent, nines, downtime",
        note: PERIODS.to_owned(),
        heads: vec!["Available", "Nines", "Down a year", "A month", "A week", "A day"],
        rows: rows.collect(),
        current: Some(place),
    }
}
