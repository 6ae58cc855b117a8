//! What several services promise together, all of which are needed.

use halfopen_core::availability::{Block, Period, Unavailability};

use super::nines::{PERIODS, downtimes, nines};
use super::{Answer, Calculator, fact, told};
use crate::lab::knob::{DocumentError, Kind, knob};
use crate::lab::text::counted;
use crate::lab::{Config, Knob, Table};
use crate::system::{self, Given, Is, Needed, Part, System, parts, words};

pub(super) const CALCULATOR: Calculator = Calculator {
    slug: "availability/sla",
    title: "Composite SLA",
    summary: "What several services promise together when all of them are needed, and which of them costs most.",
    knobs: &[knob(
        "Settings",
        "services",
        "Services",
        "All are needed: a name and an availability each, with commas between or a line each. Or a whole system, such as series(lb 99.99%, 2of3(app 99.9%)).",
        Kind::Document { default: "web 99.95%, database 99.99%, queue 99.9%", max_bytes: system::TEXT_MAX, check },
        Knob::ALWAYS,
    )],
    answer,
};

/// Services that the table has at most.
const ROWS: usize = 40;
/// Factors that the formula has at most.
const FACTORS: usize = 6;

fn read(text: &str) -> Result<(System, Block), DocumentError> {
    system::read_all(text).and_then(|system| system.block(&Given::default()).map(|block| (system, block)))
}

fn check(text: &str) -> Result<(), DocumentError> {
    read(text).map(drop)
}

fn answer(config: &Config) -> Answer {
    let (system, block) = match read(config.document("services")) {
        Ok(read) => read,
        // A knob holds no text that its check refuses; if it did, this is what would be wrong.
        Err(error) => {
            return Answer { headline: error.message, facts: Vec::new(), table: None, charts: Vec::new() };
        }
    };
    let down = block.down();
    let parts = parts(&system, &block);
    let all = told::percent(down);
    let year = told::downtime(down, Period::Year);
    let headline = match parts.len() {
        1 => format!("One service alone: {all}, down {year} a year."),
        many => {
            let many = counted(many as u64, "service", "services");
            format!("{many} together are {all} available: down {year} a year.")
        }
    };
    let mut facts = vec![fact("All together", all, formula(&system, down)), nines(down)];
    facts.extend(downtimes(down));
    if let Some(worst) = parts.first().filter(|worst| parts.len() > 1 && worst.costs > Unavailability::NEVER) {
        facts.push(fact(
            "What costs most",
            worst.label.clone(),
            format!("{} of the downtime a year would be gone if it never failed.", cost(worst)),
        ));
    }
    facts.push(fact(
        "What this takes for granted",
        "independent failures",
        "Promises multiply only where services fail independently of each other. An SLA is a promise with a price, not a measurement: look at both.",
    ));
    Answer { headline, facts, table: Some(table(&parts)), charts: Vec::new() }
}

/// How the whole comes about.
fn formula(system: &System, down: Unavailability) -> String {
    let shares: Option<Vec<Unavailability>> = match &system.is {
        Is::Part { down, .. } => Some(vec![*down]),
        Is::Group { needed: Needed::All, .. } => system
            .children()
            .map(|child| if let Is::Part { down, .. } = child.is { Some(down) } else { None })
            .collect(),
        Is::Group { .. } => None,
    };
    let total = told::share(down);
    match shares {
        Some(shares) => {
            let mut factors: Vec<String> =
                shares.iter().take(FACTORS).map(|share| format!("(1 − {})", told::share(*share))).collect();
            if shares.len() > FACTORS {
                factors.push(format!("… {} more", shares.len() - FACTORS));
            }
            format!("The product of all: {} = 1 − {total}", factors.join(" × "))
        }
        None => format!("Group by group, from the inside: 1 − {total}"),
    }
}

/// What a part costs, in time a year.
fn cost(part: &Part) -> String {
    words::downtime(part.costs, Period::Year).replace(' ', "\u{a0}")
}

fn table(parts: &[Part]) -> Table {
    // Where each is needed, nothing is left without it.
    let spare = parts.iter().any(|part| part.if_down != Unavailability::ALWAYS);
    let rows = parts.iter().take(ROWS).map(|part| {
        let alone = words::downtime(part.down, Period::Year).replace(' ', "\u{a0}");
        let mut row = vec![part.label.clone(), told::percent(part.down), alone, cost(part)];
        if spare {
            row.push(told::percent(part.if_down));
        }
        row
    });
    let mut heads = vec!["Service", "Available", "Down a year", "Costs a year"];
    let mut note = format!("Those first whose failures cost the whole most. {PERIODS}");
    if spare {
        heads.push("Without it");
        note.push_str(" The last column is how available the whole is while the service is down.");
    }
    let more = parts.len().saturating_sub(ROWS);
    if more > 0 {
        note.push_str(&format!(" {more} more cost no more than these."));
    }
    Table { id: "services", title: "What each costs", note, heads, rows: rows.collect(), current: None }
}
