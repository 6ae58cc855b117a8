//! The numbers: readouts, charts, and the rules with the current numbers in them.

use super::setup::many;
use super::{Lab, service};
use crate::lab::scene::{Axis, Chart, Limit, Line, Readout, Stroke, Tone, Why};
use crate::lab::text::{self, about, euros};

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let counts = &lab.counts;
    let money = |id, label, cents: u64, tone| Readout {
        id,
        label,
        number: Some(cents as f64 / 100.0),
        value: euros(cents),
        tone,
    };
    let bad = |number: u64| if number > 0 { Tone::Bad } else { Tone::Plain };
    let count = Readout::count;
    vec![
        money("charged", "charged", lab.service.charged, Tone::Plain),
        money("over", "charged too much", counts.over, bad(counts.over)),
        count("twice", "payments charged twice", counts.twice, bad(counts.twice)),
        count("keys", "keys in the store", lab.service.keys(lab.now) as u64, Tone::Plain),
        count("replayed", "answered from the store", counts.replayed, Tone::Plain),
        count("payments", "payments", counts.payments, Tone::Plain),
        count("requests", "requests sent", counts.requests, Tone::Plain),
        count("answered", "answered", counts.answered, Tone::Plain),
        count("failed", "no answer in time", counts.failed, Tone::Plain),
        count("rejected", "refused", counts.rejected, Tone::Plain),
        count("under_way", "under way", lab.under_way(), Tone::Plain),
        count("gave_up", "given up", counts.gave_up, bad(counts.gave_up)),
    ]
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let setup = &lab.setup;
    let line = |rule: &str, now: String| Why { rule: rule.to_owned(), now };
    let last = lab.service.ledger.back().map_or_else(
        || "nothing is charged yet".to_owned(),
        |entry| {
            let with = entry.key.map_or_else(|| "no key".to_owned(), |key| format!("key {}", service::name(key)));
            let verdict = if entry.again { "again" } else { "for the first time" };
            format!("last charge: payment {}, {with}, {verdict}", entry.payment)
        },
    );
    let mut lines = vec![
        line("a request is done, unless its key is known: then it gets the answer of the first", last),
        line(
            "last attempt = (attempts − 1) × timeout + the waits between",
            format!(
                "{} × {} + {} = {}",
                setup.attempts() - 1,
                about(setup.timeout),
                about(setup.chain().saturating_sub(setup.timeout * (setup.attempts() - 1))),
                about(setup.chain())
            ),
        ),
    ];
    if setup.key {
        let (ttl, needed) = (setup.ttl(), setup.needed());
        let holds = if ttl > needed { "every automatic retry is covered" } else { "the last retry may be done again" };
        lines.push(line(
            "a key protects while time to live > from its answer to the last retry",
            format!("{} > {}: {holds}", about(ttl), about(needed)).replacen(
                '>',
                if ttl > needed { ">" } else { "≤" },
                1,
            ),
        ));
        lines.push(line(
            "keys in the store = rate × time to live",
            format!(
                "{}/s × {} = {}; now {}, room for {}",
                text::decimal(setup.rate as i64, 3),
                about(ttl),
                many(setup.storage()),
                lab.service.keys(lab.now),
                setup.store.settings().capacity
            ),
        ));
    }
    lines
}

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    let x = Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(10.0) };
    let line = |name: &str, tone, stroke, points: Vec<(f64, f64)>| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points,
        spread: Vec::new(),
    };
    let top = |lines: &[Line], least: f64| {
        lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(least, f64::max) * 1.1
    };
    let chart = |id, title, reading: &str, y: (&'static str, &'static str, f64), lines, limits, summary| Chart {
        lane: None,
        id,
        title,
        reading: reading.to_owned(),
        x: x.clone(),
        y: Axis { label: y.0, unit: y.1, from: 0.0, to: y.2 },
        lines,
        limits,
        bands: Vec::new(),
        summary,
    };
    let money = vec![
        line("charged", Tone::Bad, Stroke::Steps, lab.charged.points(lab.now)),
        line("each payment once", Tone::Ok, Stroke::DashedSteps, lab.owed.points(lab.now)),
    ];
    let keys = vec![line("keys", Tone::Info, Stroke::Steps, lab.keys.points(lab.now))];
    let rates = vec![
        line("answered", Tone::Ok, Stroke::Steps, lab.answered.per_second(lab.now)),
        line("no answer in time", Tone::Bad, Stroke::DashedSteps, lab.failed.per_second(lab.now)),
        line("refused", Tone::Half, Stroke::Steps, lab.rejected.per_second(lab.now)),
    ];
    let (money_top, keys_top, rates_top) = (top(&money, 40.0), top(&keys, 5.0), top(&rates, 4.0));
    let mut limits = Vec::new();
    let mut limit = |at: f64, label: String, tone| {
        if lab.setup.key && at > 0.0 && at <= 4.0 * keys_top {
            limits.push(Limit { at, label, tone });
        }
    };
    let (capacity, storage) = (f64::from(lab.setup.store.settings().capacity), lab.setup.storage());
    limit(capacity, format!("room for {}", many(capacity)), Tone::Bad);
    if libm::fabs(capacity - storage) > 1.0 {
        limit(storage, format!("rate × time to live = {}", many(storage)), Tone::Plain);
    }
    let keys_top = limits.iter().map(|limit| limit.at * 1.1).fold(keys_top, f64::max);
    let counts = &lab.counts;
    vec![
        chart(
            "money",
            "Money charged",
            "Where the lines part, somebody was charged twice.",
            ("money", "€", money_top),
            money,
            Vec::new(),
            format!("Charged {} in all, {} of it too much.", euros(lab.service.charged), euros(counts.over)),
        ),
        chart(
            "keys",
            "Keys in the store",
            "It fills until as many keys expire as come.",
            ("keys", "", keys_top),
            keys,
            limits,
            format!(
                "{} in the store now; {} were put out before their time.",
                text::counted(lab.service.keys(lab.now) as u64, "key is", "keys are"),
                lab.service.evicted()
            ),
        ),
        chart(
            "outcomes",
            "Outcomes per second",
            "How requests ended for the client, as a rate in each half second.",
            ("requests per second", "1/s", rates_top),
            rates,
            Vec::new(),
            format!(
                "So far {} answered, {} without an answer in time, {} refused.",
                counts.answered, counts.failed, counts.rejected
            ),
        ),
    ]
}
