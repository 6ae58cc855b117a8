//! The numbers: readouts, the rules with the current numbers in them, and the table of the hops.

use std::time::Duration;

use super::rules::{self, Kept, Rule};
use super::setup::{A, B, C, CLIENT, HEADS, NAMES, Setup, told};
use super::{Lab, calls::Reply};
use crate::lab::scene::{Readout, Table, Tone, Why};
use crate::lab::{text, wording};

/// The share of C's answers that come after B has given up.
pub(super) fn lost(setup: &Setup, timeout: Option<Duration>) -> f64 {
    let ways = setup.chain.way * 2;
    timeout.map_or(0.0, |timeout| timeout.checked_sub(ways).map_or(1.0, |left| setup.latency.share_over(left)))
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    let decimals = if share < 0.01 { 2 } else { 1 };
    let scale = if decimals == 2 { 10_000.0 } else { 1000.0 };
    format!("{}\u{a0}%", text::decimal(libm::round(share * scale) as i64, decimals))
}

/// The rules as they are now: of the request that is looked at where it has come so far, else as the chain is set.
pub(super) fn rules_now(lab: &Lab) -> Vec<(Rule, bool)> {
    let live = |hop: usize| lab.trail.rules.get(hop).copied().flatten().filter(|_| lab.trail.over.is_none());
    rules::of(&lab.chain).map(|rule| live(rule.hop).map_or((rule, false), |rule| (rule, true))).collect()
}

/// A rule's sign and tone, so that colour is never alone.
pub(super) fn sign(rule: &Rule) -> (&'static str, Tone) {
    match rule.kept() {
        Kept::Fits => ("✓", Tone::Ok),
        Kept::Cut => ("◐", Tone::Half),
        Kept::Broken | Kept::Starved => ("✕", Tone::Bad),
    }
}

/// “B and C”, of the hops with calls for nobody.
pub(super) fn for_nobody(lab: &Lab) -> (u64, String) {
    let mut many = 0;
    let mut who = Vec::new();
    for hop in A..=C {
        let (waiting, working) = lab.calls.nobody(hop);
        let calls = u64::from(waiting) + u64::from(working);
        many += calls;
        if calls > 0 {
            let times = if calls == 1 { String::new() } else { format!(" × {}", text::grouped(calls as i64)) };
            who.push(format!("{}{times}", HEADS.get(hop).copied().unwrap_or_default()));
        }
    }
    (many, if who.is_empty() { "no one".to_owned() } else { who.join(", ") })
}

fn seconds(id: &'static str, label: &'static str, time: Duration, tone: Tone) -> Readout {
    Readout { id, label, number: Some(time.as_secs_f64()), value: text::about(time), tone }
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let count = Readout::count;
    let counts = lab.counts;
    let (waited, worked) = lab.calls.wasted(lab.now);
    let bad = |bad: bool| if bad { Tone::Bad } else { Tone::Plain };
    let (nobody, who) = for_nobody(lab);
    let held: u64 = (A..=C).filter_map(|hop| lab.calls.held.get(hop)).map(|held| u64::from(*held)).sum();
    let each: Vec<String> = (A..=C)
        .map(|hop| {
            let held = lab.calls.held.get(hop).copied().unwrap_or(0);
            format!("{} {}", HEADS.get(hop).copied().unwrap_or_default(), text::grouped(held.into()))
        })
        .collect();
    let remaining = remaining(lab);
    vec![
        count("requests", "requests", counts.requests, Tone::Plain),
        count("answered", "answered", counts.answered, Tone::Ok),
        count("failed", "failed", counts.failed, bad(counts.failed > 0)),
        count(
            "false_failures",
            "of these false: C would have answered",
            counts.false_failures,
            bad(counts.false_failures > 0),
        ),
        count("rejected", "turned away", counts.rejected, Tone::Plain),
        count("in_flight", "the client waits for", lab.calls.held[CLIENT].into(), Tone::Info),
        Readout {
            id: "for_nobody",
            label: "busy for nobody now",
            number: Some(nobody as f64),
            value: who,
            tone: bad(nobody > 0),
        },
        seconds("waited_for_nobody", "waited for nobody, in all", waited, bad(!waited.is_zero())),
        seconds("worked_for_nobody", "worked for nobody, in all", worked, bad(!worked.is_zero())),
        Readout {
            id: "threads",
            label: "threads held",
            number: Some(held as f64),
            value: each.join(" · "),
            tone: bad(lab.full.contains(&true)),
        },
        Readout {
            id: "remaining",
            label: "left of the client's time",
            number: remaining.map(|left| left.as_secs_f64()),
            value: match (remaining, lab.trail.over, lab.trail.request) {
                (Some(left), ..) => text::countdown(left),
                (None, _, 0) => "not sent yet".to_owned(),
                (None, Some((_, Reply::Answer)), _) => "answered".to_owned(),
                (None, Some(_), _) => "over".to_owned(),
                (None, None, _) => "no limit".to_owned(),
            },
            tone: Tone::Plain,
        },
        count("broken_rules", "rules broken", lab.broken() as u64, if lab.broken() > 0 { Tone::Bad } else { Tone::Ok }),
    ]
}

/// What the client has left of its present attempt, of the request that is looked at.
fn remaining(lab: &Lab) -> Option<Duration> {
    let client = lab.trail.bars.first().filter(|_| lab.trail.over.is_none())?;
    Some(lab.calls.get(client.id)?.patience?.since(lab.now))
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let margin = text::about(lab.chain.margin);
    let mut why = vec![Why {
        rule: "what a hop may spend = attempts × timeout of each + waits between them, each attempt at most as long as the hop below may take".to_owned(),
        now: [A, B].iter().filter_map(|hop| Some(rules_now(lab).get(*hop)?.0.spends())).collect::<Vec<_>>().join("; "),
    }];
    for (rule, live) in rules_now(lab).into_iter().skip(1) {
        let head = HEADS.get(rule.hop).copied().unwrap_or_default();
        let when = if live { "for this request" } else { "as it is set" };
        let (sign, _) = sign(&rule);
        let left = rule.left.map_or_else(
            || "nobody's time".to_owned(),
            |(whose, left)| format!("{}'s {}", NAMES.get(whose).copied().unwrap_or_default(), text::about(left)),
        );
        why.push(Why {
            rule: format!("what {head} may spend ≤ what its callers have left − the margin, {when}"),
            now: format!(
                "{} ≤ {left} − {margin}: {sign} {}",
                rule.sum(),
                match rule.kept() {
                    Kept::Fits => "fits",
                    Kept::Cut => "cut by the deadline",
                    Kept::Broken => "does not fit",
                    Kept::Starved => "too little is left",
                }
            ),
        });
    }
    why.push(Why {
        rule: "a timeout is false where C would have answered: p99 and more is long enough for 99 of 100".to_owned(),
        now: format!(
            "C's p99 is {}; B waits {}, less {} of ways, and loses {} of C's answers",
            text::about(lab.setup.p99()),
            told(lab.chain.timeout(B)),
            text::about(lab.chain.way * 2),
            percent(lost(&lab.setup, lab.chain.timeout(B)))
        ),
    });
    why
}

/// Each hop's rule and what it holds, row by row.
pub(super) fn table(lab: &Lab) -> Table {
    let spent = lab.spent();
    let rows = (CLIENT..=C).map(|hop| {
        let head = HEADS.get(hop).copied().unwrap_or_default().to_owned();
        let held = lab.calls.held.get(hop).copied().unwrap_or(0);
        let (waiting, working) = lab.calls.nobody(hop);
        let (longest, worst) = match spent.get(hop) {
            Some((longest, worst)) => (text::about(*longest), worst.map_or_else(|| "for ever".to_owned(), text::about)),
            None => ("–".to_owned(), "–".to_owned()),
        };
        let (timeout, attempts) = match lab.chain.layer(hop) {
            Some(_) => (told(lab.chain.timeout(hop)), lab.chain.attempts(hop).to_string()),
            None => ("–".to_owned(), "–".to_owned()),
        };
        vec![
            head,
            timeout,
            attempts,
            worst,
            longest,
            text::grouped(held.into()),
            text::grouped(waiting.into()),
            text::grouped(working.into()),
        ]
    });
    let broken =
        rules::of(&lab.chain).filter(|rule| !rule.kept().is_well()).map(|rule| wording::sentence(&rule.said()));
    let fixed = lab
        .fixed
        .then(|| "Fixed during the run: the sliders show what was set, and hold again once one is turned.".to_owned());
    Table {
        id: "hops",
        title: "The hops",
        note: fixed.into_iter().chain(broken).collect::<Vec<_>>().join(" "),
        heads: vec![
            "hop",
            "timeout",
            "attempts",
            "waits at worst",
            "longest so far",
            "threads held",
            "waiting for nobody",
            "working for nobody",
        ],
        rows: rows.collect(),
        current: None,
    }
}
