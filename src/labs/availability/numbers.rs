//! What is told in numbers: readouts, the table of contributions, and the rule with its numbers.

use halfopen_core::availability::{Block, Period, Unavailability};

use super::Lab;
use super::clock;
use super::setup::Setup;
use crate::lab::scene::Why;
use crate::lab::{Readout, Table, Tone, text};
use crate::system::{Given, Is, Needed, System, words};

/// Rows of the table at most.
const ROWS: usize = 20;
/// Groups whose rule is told.
const RULES: usize = 8;

fn spaced(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let (setup, plant) = (&lab.setup, &lab.plant);
    let down = setup.down;
    let readout = |id, label, number, value: String, tone| Readout { id, label, number, value: spaced(&value), tone };
    let nines = Some(down.nines()).filter(|nines| nines.is_finite());
    let mut all = vec![
        readout("calculated", "Worked out", Some(down.availability()), words::percent(down), Tone::Plain),
        readout("nines", "Nines", nines, words::nines(down), Tone::Plain),
        readout(
            "downtime",
            "Down a year",
            down.downtime(Period::Year),
            words::downtime(down, Period::Year),
            Tone::Plain,
        ),
    ];
    let measured = lab.measure.measured();
    let told = measured.map_or_else(
        || "not yet".to_owned(),
        |measured| {
            let share = Unavailability::new(measured.down.clamp(0.0, 1.0)).unwrap_or(Unavailability::NEVER);
            words::percent(share)
        },
    );
    all.push(readout("measured", "Measured", measured.map(|measured| 1.0 - measured.down), told, Tone::LaneA));
    let margin = measured.filter(|measured| measured.margin.is_finite());
    let told = margin.map_or_else(|| "not yet".to_owned(), |measured| format!("± {}", points(measured.margin)));
    all.push(readout("margin", "95 % interval", margin.map(|measured| measured.margin), told, Tone::Plain));
    let tone = if plant.outages > 0 { Tone::Bad } else { Tone::Plain };
    all.push(Readout::count("outages", "Outages of the whole", plant.outages, tone));
    let date = lab.date();
    all.push(readout("passed", "Time passed", Some(clock::seconds(date)), clock::passed(date), Tone::Plain));
    let held: Vec<usize> = (0..plant.parts.len()).filter(|part| lab.is_held(*part)).collect();
    if !held.is_empty() {
        let with = setup.down_with(&held);
        let tone = if with == Unavailability::ALWAYS { Tone::Bad } else { Tone::Half };
        all.push(readout("if_down", "With what you hold down", Some(with.availability()), words::percent(with), tone));
    }
    all
}

/// A share as percentage points.
fn points(share: f64) -> String {
    words::missing(Unavailability::new(share.clamp(0.0, 1.0)).unwrap_or(Unavailability::ALWAYS))
}

/// What each part costs.
pub(super) fn contributions(setup: &Setup) -> Table {
    let rows = setup.costliest().iter().copied().take(ROWS).filter_map(|index| {
        let (share, label) = (setup.share(index)?, setup.labels.get(index)?);
        let of_all = setup
            .of_all(share.costs)
            .map_or_else(|| "–".to_owned(), |percent| format!("{} %", words::number(percent, 1)));
        let weakest = if setup.is_weakest(index) { "★ " } else { "" };
        Some(vec![
            format!("{weakest}{label}"),
            words::percent(share.down),
            words::downtime(share.costs, Period::Year),
            of_all,
            if share.if_down == Unavailability::ALWAYS {
                "all of it is down".to_owned()
            } else {
                words::percent(share.if_down)
            },
        ])
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let left = setup.count().saturating_sub(ROWS);
    let more = if left > 0 { format!(" {left} more cost no more than the last.") } else { String::new() };
    Table {
        id: "contributions",
        title: "What each part costs",
        note: format!(
            "The downtime a year that would be gone if it never failed, and its share of all. Parts of which another could do the same count little, and shares need not add up to 100 %.{}{more}",
            if setup.count() > setup.parts.len() {
                " What a group shares has a row of its own: what would be gone if that never happened and all else stayed as it is. In what a part of the group costs it counts once more: a part that never fails shares nothing. ★ stands where most is to be gained by itself."
            } else {
                ""
            }
        ),
        heads: vec!["part", "available", "costs a year", "of all downtime", "the whole, with it down"],
        rows,
        current: None,
    }
}

/// The rule of each group with its numbers, the outermost first.
pub(super) fn rules(system: &System, block: &Block, given: &Given) -> Vec<Why> {
    let mut rules = Vec::new();
    rule(system, block, given, &mut rules);
    rules
}

/// The rules, and how what is measured stands to them.
pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let setup = &lab.setup;
    let mut rules = setup.rules.clone();
    let now = match lab.measure.measured() {
        Some(measured) if measured.margin.is_finite() => {
            let away = (measured.down - setup.down.share().unwrap_or(0.0)).abs();
            let within = if away <= measured.margin {
                "the calculated value lies within"
            } else {
                "the calculated value lies outside, as it does one time in twenty"
            };
            format!(
                "{} down ± {} over {}: {within}.",
                points(measured.down),
                points(measured.margin),
                words::seconds(measured.seconds)
            )
        }
        _ => "Too few outages so far to say how sure it is.".to_owned(),
    };
    rules.push(Why {
        rule: "Measured: the share of time down, with the 95 % interval of the mean of equal stretches".to_owned(),
        now,
    });
    let rate = lab.plant.rate() / 2.0;
    let every = if rate > 0.0 { words::seconds(1.0 / rate) } else { "never".to_owned() };
    rules.push(Why {
        rule: "A part fails after a time that is exponential, with the mean that its availability and its time to repair give: repair × up ÷ down".to_owned(),
        now: format!("Something fails every {every} on average; a second shows {}.", words::seconds(lab.clock.pace() as f64 / 1000.0)),
    });
    rules
}

fn rule(system: &System, block: &Block, given: &Given, rules: &mut Vec<Why>) {
    let Is::Group { needed, common, .. } = &system.is else {
        if rules.is_empty() {
            let said =
                Why { rule: "One part: the whole is down when it is".to_owned(), now: words::missing(block.down()) };
            rules.push(said);
        }
        return;
    };
    if rules.len() >= RULES {
        return;
    }
    let children = block.children();
    let (count, down) = (children.len(), words::missing(block.down()));
    let downs: Vec<Unavailability> = children.iter().map(Block::down).collect();
    let alike = downs.windows(2).all(|pair| pair[0] == pair[1]);
    let of = match downs.first() {
        Some(first) if alike && count > 1 => format!("{count} times {}", words::missing(*first)),
        _ => {
            let each: Vec<String> = downs.iter().take(4).map(|down| words::missing(*down)).collect();
            let left = count.saturating_sub(4);
            each.join(", ") + &if left > 0 { format!(" and {left} more") } else { String::new() }
        }
    };
    let common = common.unwrap_or(given.common).share();
    let shared = if common > 0.0 && count > 1 {
        format!(
            " A share of {} % takes all of them down together: {} of the time, and more of the same does not lower that.",
            words::share(common),
            {
                let least = downs.iter().filter_map(|down| down.share()).fold(1.0, f64::min);
                points(least * common)
            }
        )
    } else {
        String::new()
    };
    let (name, now) = match needed {
        Needed::All | Needed::One | Needed::Of(_) if count == 1 => {
            ("1 of 1 is needed: down = u₁".to_owned(), format!("Down {of}: so is the group."))
        }
        // With something in common, all of them are down a little less often than in series.
        needed if *needed == Needed::All || needed.is_all(count) && shared.is_empty() => (
            format!("All of {count} are needed: down = 1 − (1 − u₁) × (1 − u₂) × …"),
            format!("Down {of}: together {down}. Small downtimes simply add up."),
        ),
        Needed::All | Needed::One | Needed::Of(1) => {
            (format!("One of {count} suffices: down = u₁ × u₂ × …"), format!("Down {of}: all at once {down}.{shared}"))
        }
        Needed::Of(needed) => (
            format!(
                "{needed} of {count} are needed: down while {} or more are down",
                count.saturating_sub(*needed) + 1
            ),
            format!("Down {of}: too many at once {down}.{shared}"),
        ),
        Needed::Failover { takes, works } => (
            "A standby takes over: down = primary × (fails + works × (takeover ÷ repair + the rest × standby))"
                .to_owned(),
            format!(
                "Down {of}, a takeover takes {} and works in {} %: {down}.",
                words::seconds(*takes),
                words::share(*works)
            ),
        ),
    };
    rules.push(Why { rule: name, now });
    let mut seen = None;
    for (child, block) in system.children().zip(children) {
        // Copies have the same rule.
        if seen != Some(child.at.clone()) {
            rule(child, block, given, rules);
        }
        seen = Some(child.at.clone());
    }
}

/// In words, how many nines: “nine nines”.
pub(super) fn in_nines(down: Unavailability) -> Option<String> {
    let nines = down.nines();
    let whole = libm::round(nines);
    let words = [
        "",
        "one nine",
        "two nines",
        "three nines",
        "four nines",
        "five nines",
        "six nines",
        "seven nines",
        "eight nines",
        "nine nines",
        "ten nines",
        "eleven nines",
        "twelve nines",
    ];
    ((nines - whole).abs() < 1e-6 && whole >= 1.0)
        .then(|| words.get(whole as usize).map(|words| (*words).to_owned()))
        .flatten()
}

/// The whole in a sentence's middle: “99.9 % (three nines), 8.76 h down a year (8 h 45 min 36 s)”.
pub(super) fn told(down: Unavailability) -> String {
    let nines = in_nines(down).map(|nines| format!(" ({nines})")).unwrap_or_default();
    let full =
        down.downtime(Period::Year).and_then(words::in_full).map(|full| format!(" ({full})")).unwrap_or_default();
    format!(
        "{}{nines}, {} down a year{full}",
        spaced(&words::percent(down)),
        spaced(&words::downtime(down, Period::Year))
    )
}

/// How many there are of something, as a word where it is short.
pub(super) fn parts(count: usize) -> String {
    text::counted(count as u64, "part", "parts")
}
