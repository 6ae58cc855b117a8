//! How long a chain of parts may be that are all needed, and how good each must be.

use halfopen_core::availability::{CHAIN_EXACT_MAX, Period, Unavailability, longest_chain, part_for, series};

use super::nines::ALWAYS_DOWN;
use super::{Answer, Calculator, fact, told};
use crate::lab::knob::{knob, number};
use crate::lab::scene::{Axis, Limit, Line, Stroke};
use crate::lab::text::{counted, grouped};
use crate::lab::{Chart, Config, Fact, Knob, Table, Tone, Unit};
use crate::system::{available, words};

pub(super) const CALCULATOR: Calculator = Calculator {
    slug: "availability/chain",
    title: "Chain length for a target",
    summary: "How many parts may stand in a row that are all needed, and how good each must be in a longer one.",
    knobs: &[
        knob(
            "Settings",
            "available",
            "Availability of each",
            "How available each part is: 99.99%, four nines, 52.6min/year.",
            available::number(0, ALWAYS_DOWN, ALWAYS_DOWN / 10_000),
            Knob::ALWAYS,
        ),
        knob(
            "Settings",
            "target",
            "Target",
            "How available the whole chain must be.",
            available::number(0, ALWAYS_DOWN, ALWAYS_DOWN / 1000),
            Knob::ALWAYS,
        ),
        knob(
            "Settings",
            "length",
            "Parts in the chain",
            "For the other way round: how good each of so many must be.",
            number(Unit::Count("parts"), 1, LENGTH_MAX, 30),
            Knob::ALWAYS,
        ),
    ],
    answer,
};

/// The longest chain that can be asked for.
const LENGTH_MAX: i64 = 100_000;
/// Points of the chart at most.
const POINTS: u32 = 500;
/// Lengths that the table always has.
const LENGTHS: [u32; 8] = [1, 2, 3, 5, 10, 20, 50, 100];

/// So many alike in a row.
fn chain(many: u32, part: Unavailability) -> Unavailability {
    series((0..many).map(|_| part))
}

fn answer(config: &Config) -> Answer {
    let (part, target) = (available::down(config.number("available")), available::down(config.number("target")));
    let length = config.small("length");
    let longest = longest_chain(target, part);
    let (each, goal) = (told::percent(part), told::percent(target));
    let headline = match longest {
        0 => format!("Not even one part of {each} reaches {goal}: a chain is never better than its parts."),
        u32::MAX if part == Unavailability::NEVER => {
            format!("There is no limit: parts of {each} are never down, however many stand in a row.")
        }
        u32::MAX if target == Unavailability::ALWAYS => {
            format!("There is no limit: {goal} allows a chain to be down always.")
        }
        u32::MAX => format!("More than {} parts of {each} in a row reach {goal}.", grouped(i64::from(u32::MAX))),
        CHAIN_EXACT_MAX.. => format!("About {} parts of {each} in a row reach {goal}.", grouped(i64::from(longest))),
        many => format!("At most {} of {each} in a row reach {goal}.", counted(u64::from(many), "part", "parts")),
    };
    let mut facts = longest_facts(part, target, longest);
    facts.extend(reverse(target, length));
    let own = chain(length, part);
    let (u, raised) = (told::share(part), words::superscript(f64::from(length)));
    facts.push(fact(
        format!("{} of {each}", counted(u64::from(length), "part", "parts")),
        format!("{}, down {} a year", told::percent(own), told::downtime(own, Period::Year)),
        format!("1 − (1 − u)ⁿ = 1 − (1 − {u}){raised} = {}, with u = 1 − availability of each", told::share(own)),
    ));
    Answer {
        headline,
        facts,
        table: Some(table(part, target, longest, length)),
        charts: chart(part, target, longest, length).into_iter().collect(),
    }
}

/// Why it is that long.
fn longest_facts(part: Unavailability, target: Unavailability, longest: u32) -> Vec<Fact> {
    let (u, bound) = (told::share(part), told::share(target));
    let (each, goal) = (told::percent(part), told::percent(target));
    let mut facts = Vec::new();
    if (1..CHAIN_EXACT_MAX).contains(&longest) {
        let (fits, over) = (chain(longest, part), chain(longest + 1, part));
        let log = |down: Unavailability| libm::log1p(-down.share().unwrap_or(0.0));
        let ratio = told::number(log(target) / log(part));
        let sum =
            |many: u32, down| format!("1 − (1 − {u}){} = {}", words::superscript(f64::from(many)), told::share(down));
        facts.push(fact(
            "The longest chain",
            counted(u64::from(longest), "part", "parts"),
            format!(
                "(1 − u)ⁿ ≥ 1 − t, so n ≤ ln(1 − t) ÷ ln(1 − u) = ln({goal}) ÷ ln({each}) = {ratio}, rounded down, with u = 1 − availability of each = {u} and t = 1 − target = {bound}: {} ≤ {bound}",
                sum(longest, fits)
            ),
        ));
        facts.push(fact("With one more", told::percent(over), format!("{} > {bound}", sum(longest + 1, over))));
    } else if longest == 0 {
        let because = format!("{u} > {bound}: the first part alone is down for longer than the target allows.");
        facts.push(fact("The longest chain", "none", because));
    } else if longest == u32::MAX && (part == Unavailability::NEVER || target == Unavailability::ALWAYS) {
        facts.push(fact("The longest chain", "no limit", format!("1 − (1 − {u})ⁿ ≤ {bound} for every n")));
    } else {
        let because = format!(
            "ln(1 − {bound}) ÷ ln(1 − {u}), what may be down of all and what is of each; chains as long as that are worked out to some nine digits."
        );
        let more = if longest == u32::MAX { "more than" } else { "about" };
        facts.push(fact("The longest chain", format!("{more} {}", grouped(i64::from(longest))), because));
    }
    facts
}

/// The other way round.
fn reverse(target: Unavailability, length: u32) -> [Fact; 1] {
    let each = part_for(target, length);
    let label = format!("Each of {} must have", counted(u64::from(length), "part", "parts"));
    let because = format!(
        "1 − (1 − t)^(1 ÷ n) = 1 − (1 − {0})^(1 ÷ {1}) = {2}, with t = 1 − target = {0} and n = {1}: {3} down a year each",
        told::share(target),
        grouped(i64::from(length)),
        told::share(each),
        told::downtime(each, Period::Year)
    );
    [fact(label, told::percent(each), because)]
}

fn table(part: Unavailability, target: Unavailability, longest: u32, length: u32) -> Table {
    let mut lengths: Vec<u32> = LENGTHS.into_iter().chain([length, longest, longest.saturating_add(1)]).collect();
    lengths.retain(|many| (1..=CHAIN_EXACT_MAX).contains(many));
    lengths.sort_unstable();
    lengths.dedup();
    let current = lengths.iter().position(|many| *many == length);
    let rows = lengths.iter().map(|many| {
        let down = chain(*many, part);
        vec![
            grouped(i64::from(*many)),
            told::percent(down),
            words::nines(down),
            words::downtime(down, Period::Year).replace(' ', "\u{a0}"),
            if *many <= longest { "yes" } else { "no" }.to_owned(),
        ]
    });
    Table {
        id: "chain",
        title: "Longer and longer",
        note: format!("All parts are needed and fail independently. The target is {}.", told::percent(target)),
        heads: vec!["Parts", "Available", "Nines", "Down a year", "Reaches the target"],
        rows: rows.collect(),
        current,
    }
}

fn chart(part: Unavailability, target: Unavailability, longest: u32, length: u32) -> Option<Chart> {
    // Without an end of nines, or without any, there is nothing to draw.
    if part == Unavailability::NEVER || part == Unavailability::ALWAYS {
        return None;
    }
    let last = longest.saturating_mul(2).max(length).clamp(10, POINTS);
    let mut whole = Unavailability::NEVER;
    let points: Vec<(f64, f64)> = (1..=last)
        .map(|many| {
            whole = whole.and(part);
            (f64::from(many), whole.nines())
        })
        .collect();
    let limit = target.nines();
    let limits: Vec<Limit> = (limit > 0.0 && limit.is_finite())
        .then(|| Limit { at: limit, label: format!("target {}", told::percent(target)), tone: Tone::Plain })
        .into_iter()
        .collect();
    let top = limits.iter().map(|limit| limit.at).fold(part.nines(), f64::max);
    Some(Chart {
        id: "chain",
        title: "Nines by length of the chain",
        lane: None,
        reading: "Each part more is one more that may be down: ten times as long is one nine less.".to_owned(),
        x: Axis { label: "parts", unit: "", from: 1.0, to: f64::from(last) },
        y: Axis { label: "nines", unit: "", from: 0.0, to: if top > 0.0 { top * 1.08 } else { 1.0 } },
        lines: vec![Line {
            name: "chain".to_owned(),
            tone: Tone::LaneA,
            stroke: Stroke::Solid,
            points,
            spread: Vec::new(),
        }],
        limits,
        bands: Vec::new(),
        summary: format!(
            "From {} with one part to {} with {}.",
            told::nines(part),
            told::nines(whole),
            grouped(i64::from(last))
        ),
    })
}
