//! How many replicas, of which one suffices, reach a target, and what they have in common that no number of them heals.

use halfopen_core::availability::{CommonCause, Period, REPLICAS_MAX, Unavailability, replicas_for};

use super::nines::ALWAYS_DOWN;
use super::{Answer, Calculator, fact, told};
use crate::lab::knob::{knob, number};
use crate::lab::scene::{Axis, Limit, Line, Stroke};
use crate::lab::text::{counted, grouped};
use crate::lab::{Chart, Config, Fact, Knob, Table, Tone, Unit};
use crate::system::{available, words};

pub(super) const CALCULATOR: Calculator = Calculator {
    slug: "availability/replicas",
    title: "Replicas for a target",
    summary: "How many replicas, of which one suffices, reach a target, and when no number does.",
    knobs: &[
        knob(
            "Settings",
            "available",
            "Availability of one",
            "How available a single replica is: 99.9%, three nines, 8.76h/year.",
            available::number(0, ALWAYS_DOWN, ALWAYS_DOWN / 1000),
            Knob::ALWAYS,
        ),
        knob(
            "Settings",
            "target",
            "Target",
            "How available all of them together must be.",
            available::number(0, ALWAYS_DOWN, ALWAYS_DOWN / 1_000_000_000),
            Knob::ALWAYS,
        ),
        knob(
            "Settings",
            "common",
            "Common cause",
            "The share of a replica's failures that takes all of them down: one deployment, one power supply, one mistake. 10% is a usual first guess.",
            number(Unit::Permille, 0, 1000, 0),
            Knob::ALWAYS,
        ),
    ],
    answer,
};

/// Rows of the table, and points of the chart, at least.
const SHOWN: u32 = 6;
/// Rows of the table at most, besides those about the answer.
const ROWS: u32 = 8;

/// The question.
struct Asked {
    one: Unavailability,
    target: Unavailability,
    cause: CommonCause,
    /// The share in common in thousandths.
    permille: i64,
    /// What is in common, as a percentage, and as a plain number.
    common: String,
    beta: String,
}

/// Why no number of replicas suffices.
#[derive(Clone, Copy, PartialEq)]
enum Never {
    /// One is always down, and so are all.
    Down,
    /// The target is never to be down.
    Perfect,
    /// What they have in common is as much as the target allows.
    Floor,
    /// More than are tried.
    Many,
}

impl Asked {
    /// So many of them, of which one suffices.
    fn together(&self, n: u32) -> Unavailability {
        self.cause.k_of_n_alike(1, n, self.one)
    }

    /// However many there are, this remains.
    fn floor(&self) -> Unavailability {
        self.cause.shared([self.one])
    }
}

fn answer(config: &Config) -> Answer {
    let (one, target, permille) = (config.number("available"), config.number("target"), config.number("common"));
    let beta = permille as f64 / 1000.0;
    let asked = Asked {
        one: available::down(one),
        target: available::down(target),
        cause: CommonCause::new(beta).unwrap_or(CommonCause::NONE),
        permille,
        common: config.show("common"),
        beta: told::number(beta),
    };
    // By whole numbers: where floor and target are the same, no number reaches it, and a rounding would say that one does.
    let (floor, bound) = (i128::from(one) * i128::from(permille), i128::from(target) * 1000);
    let found = if target >= one {
        Ok(1)
    } else if target == 0 {
        Err(Never::Perfect)
    } else if one == ALWAYS_DOWN {
        Err(Never::Down)
    } else if floor >= bound {
        Err(Never::Floor)
    } else {
        replicas_for(asked.target, asked.one, asked.cause).ok_or(Never::Many)
    };
    Answer {
        headline: headline(&asked, found),
        facts: facts(&asked, found),
        table: Some(table(&asked, found.ok())),
        charts: chart(&asked, found.ok()).into_iter().collect(),
    }
}

fn headline(asked: &Asked, found: Result<u32, Never>) -> String {
    let (one, target) = (told::percent(asked.one), told::percent(asked.target));
    let with = if asked.permille > 0 {
        format!(" with {} of the failures in common", asked.common)
    } else {
        " that fail independently".to_owned()
    };
    match found {
        Ok(1) => format!("One is enough: with {one} it reaches {target} alone."),
        Ok(n) => format!("It takes {} of {one}{with} to reach {target}.", counted(u64::from(n), "replica", "replicas")),
        Err(Never::Down) => {
            format!("No number is enough for {target}: a replica of {one} is always down, and so are all of them.")
        }
        Err(Never::Perfect) => {
            format!("No number is enough for {target}: each more makes an outage of all rarer, and none rules it out.")
        }
        Err(Never::Floor) => format!(
            "No number of replicas of {one}{with} is enough for {target}: together they never get above {}.",
            told::percent(asked.floor())
        ),
        Err(Never::Many) => {
            format!(
                "Not even {} of {one}{with} reach {target}.",
                counted(u64::from(REPLICAS_MAX), "replica", "replicas")
            )
        }
    }
}

fn facts(asked: &Asked, found: Result<u32, Never>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Ok(n) = found {
        let down = asked.together(n);
        let value = format!("{}, down {} a year", told::percent(down), told::downtime(down, Period::Year));
        facts.push(fact(
            format!("{} together", counted(u64::from(n), "replica", "replicas")),
            value,
            formula(asked, n),
        ));
        if n > 1 {
            let fewer = asked.together(n - 1);
            let because =
                format!("Down {} of the time; the target allows {}.", told::share(fewer), told::share(asked.target));
            facts.push(fact("With one fewer", told::percent(fewer), because));
        }
    }
    if asked.permille > 0 && asked.one != Unavailability::NEVER {
        let floor = asked.floor();
        facts.push(fact(
            "However many there are",
            format!("at most {}", told::percent(floor)),
            format!(
                "{} × {} = {}: what they have in common takes all of them down. More of the same does not help; replicas that differ in power, place, version or maker have less in common.",
                asked.beta,
                told::share(asked.one),
                told::share(floor)
            ),
        ));
        let alone = replicas_for(asked.target, asked.one, CommonCause::NONE);
        if let Some(n) = alone.filter(|n| found != Ok(*n)) {
            let because =
                "So many would do if nothing were in common. Who counts on that plans with nines that are not there.";
            facts.push(fact("If they failed independently", counted(u64::from(n), "replica", "replicas"), because));
        }
    } else if asked.one != Unavailability::NEVER {
        let floor = CommonCause::new(0.1).unwrap_or(CommonCause::NONE).shared([asked.one]);
        facts.push(fact(
            "If a tenth had a common cause",
            format!("at most {}", told::percent(floor)),
            format!(
                "0.1 × {} = {}: a mistake that all share takes all of them down at once, and no number of them gets above that.",
                told::share(asked.one),
                told::share(floor)
            ),
        ));
    }
    match found {
        Err(Never::Floor) => {
            let bound = asked.target.share().unwrap_or(0.0);
            let common = bound / asked.one.share().filter(|one| *one > 0.0).unwrap_or(1.0);
            facts.push(fact(
                "What would do: less in common",
                format!("below {}\u{a0}%", told::number(common * 100.0)),
                format!("{} / {} = {}", told::share(asked.target), told::share(asked.one), told::number(common)),
            ));
            let each = bound * 1000.0 / asked.permille as f64;
            if let Ok(better) = Unavailability::new(each) {
                facts.push(fact(
                    "Or: better ones",
                    format!("above {} each", told::percent(better)),
                    format!("1 − {} / {} = 1 − {}", told::share(asked.target), asked.beta, told::share(better)),
                ));
            }
        }
        Err(Never::Many) => {
            let down = asked.together(REPLICAS_MAX);
            let because = format!("{}. Better ones would do with fewer.", formula(asked, REPLICAS_MAX));
            facts.push(fact(format!("{REPLICAS_MAX} together"), told::percent(down), because));
        }
        Err(Never::Down) => {
            facts.push(fact("Any number together", "always down", "(1 − availability)ⁿ = 1ⁿ = 1, whatever n is."));
        }
        Err(Never::Perfect) => {
            let because = format!("{}ⁿ is never 0, whatever n is.", base(&told::share(asked.one)));
            facts.push(fact("Any number together", "down at times", because));
        }
        Ok(_) => {}
    }
    facts
}

/// A number to be raised to a power: in brackets where it has one itself.
fn base(number: &str) -> String {
    if number.contains('⁻') { format!("({number})") } else { number.to_owned() }
}

/// How often so many are down, with the numbers in it.
fn formula(asked: &Asked, n: u32) -> String {
    let (one, down, raised) =
        (told::share(asked.one), told::share(asked.together(n)), words::superscript(f64::from(n)));
    if n == 1 {
        return format!("1 − availability = {one}");
    }
    if asked.permille == 0 {
        return format!("(1 − availability)ⁿ = {}{raised} = {down}", base(&one));
    }
    let own = base(&told::share(asked.cause.own(asked.one, asked.one)));
    format!(
        "s = βu in common, or all n by themselves with o = (u − s) ÷ (1 − s): s + (1 − s) × oⁿ = {0} + (1 − {0}) × {own}{raised} = {down}, with u = 1 − availability = {one} and β = {1}",
        told::share(asked.floor()),
        asked.beta
    )
}

fn table(asked: &Asked, found: Option<u32>) -> Table {
    let last = found.map_or(SHOWN, |n| n.saturating_add(1)).max(SHOWN);
    let mut counts: Vec<u32> = (1..=last.min(ROWS)).collect();
    // Of many only those about the answer.
    counts.extend(last.saturating_sub(2).max(ROWS + 1)..=last);
    let rows = counts.iter().map(|n| {
        let down = asked.together(*n);
        let mut row = vec![
            grouped(i64::from(*n)),
            told::percent(down),
            words::nines(down),
            words::downtime(down, Period::Year).replace(' ', "\u{a0}"),
        ];
        if asked.permille > 0 {
            row.push(told::percent(CommonCause::NONE.k_of_n_alike(1, *n, asked.one)));
        }
        row
    });
    let mut heads = vec!["Replicas", "Available", "Nines", "Down a year"];
    if asked.permille > 0 {
        heads.push("If independent");
    }
    let note =
        "One of them suffices. They take over at once: a failover that takes time or fails costs more.".to_owned();
    let current = found.and_then(|found| counts.iter().position(|n| *n == found));
    Table { id: "replicas", title: "One more, and one more", note, heads, rows: rows.collect(), current }
}

fn chart(asked: &Asked, found: Option<u32>) -> Option<Chart> {
    // Without an end of nines, or without any, there is nothing to draw.
    if asked.one == Unavailability::NEVER || asked.one == Unavailability::ALWAYS {
        return None;
    }
    let last = found.map_or(SHOWN, |n| n.saturating_add(2)).clamp(SHOWN, REPLICAS_MAX);
    let line = |name: &str, tone, stroke, cause: CommonCause| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points: (1..=last).map(|n| (f64::from(n), cause.k_of_n_alike(1, n, asked.one).nines())).collect(),
        spread: Vec::new(),
    };
    let mut lines = vec![line("if independent", Tone::LaneA, Stroke::Dashed, CommonCause::NONE)];
    if asked.permille > 0 {
        lines.push(line("with a common cause", Tone::LaneB, Stroke::Solid, asked.cause));
    } else if let Some(line) = lines.first_mut() {
        (line.name, line.stroke) = ("replicas".to_owned(), Stroke::Solid);
    }
    let limit = asked.target.nines();
    let limits: Vec<Limit> = (limit > 0.0 && limit.is_finite())
        .then(|| Limit { at: limit, label: format!("target {}", told::percent(asked.target)), tone: Tone::Plain })
        .into_iter()
        .collect();
    let tops = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let top = tops.chain(limits.iter().map(|limit| limit.at)).fold(0.0, f64::max);
    let end = asked.together(last);
    Some(Chart {
        id: "replicas",
        title: "Nines by number of replicas",
        lane: None,
        reading: "Replicas that fail independently add the same nines each time; with a common cause the line bends to a floor.".to_owned(),
        x: Axis { label: "replicas", unit: "", from: 1.0, to: f64::from(last) },
        y: Axis { label: "nines", unit: "", from: 0.0, to: if top > 0.0 { top * 1.08 } else { 1.0 } },
        lines,
        limits,
        bands: Vec::new(),
        summary: format!(
            "From {} with one to {} with {}.",
            told::nines(asked.together(1)),
            told::nines(end),
            grouped(i64::from(last))
        ),
    })
}
