//! The numbers: readouts and buttons.

use super::guard::Kind;
use super::hedge::When;
use super::watch::Phase;
use super::{Lab, Without};
use crate::lab::scene::{Button, Readout, Tone};
use crate::lab::text;

/// A number for reading, rounded.
pub(super) fn many(number: f64) -> String {
    text::grouped(libm::round(number) as i64)
}

/// A rate as it was set: below ten a second with its decimals.
pub(super) fn rate_said(rate: f64) -> String {
    if rate < 10.0 { text::decimal(libm::round(rate * 1000.0) as i64, 3) } else { many(rate) }
}

pub(super) fn share_said(share: f64) -> String {
    format!("{}\u{a0}%", text::decimal(libm::round(share * 1000.0) as i64, 1))
}

pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let (sends, label) = if lab.doubled { ("halve", "Halve the load") } else { ("double", "Double the load") };
    vec![
        Button { action: "double", sends, label: label.to_owned(), pressed: Some(lab.doubled), enabled: true },
        Button {
            action: "burst",
            sends: "burst",
            label: if lab.burst.is_some() { "Burst is coming" } else { "Burst at the boundary" }.to_owned(),
            pressed: None,
            enabled: lab.burst.is_none(),
        },
    ]
}

/// The most that was let in within the length of a window, by the kind of limiter that stands there.
pub(super) fn most_in_a_window(lab: &Lab) -> Option<u32> {
    let most = lab.doubles.as_ref()?.most;
    Some(if lab.setup.kind == Kind::Window { most[0] } else { most[1] })
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let rates = &lab.main.rates;
    let (second, seconds) = rates.last();
    let rate = |id, label, number: f64, tone| Readout {
        id,
        label,
        number: Some(number),
        value: format!("{}/s", many(number)),
        tone,
    };
    let share = |id, label, part: u32, whole: u32, bad: Tone| {
        let share = (whole > 0).then(|| f64::from(part) / f64::from(whole));
        let value = share.map_or_else(|| "none yet".to_owned(), share_said);
        Readout { id, label, number: share, value, tone: if part * 50 > whole { bad } else { Tone::Plain } }
    };
    let time = |id, label, time: Option<std::time::Duration>, none: &str, tone| Readout {
        id,
        label,
        number: time.map(|time| time.as_secs_f64()),
        value: time.map_or_else(|| none.to_owned(), text::about),
        tone,
    };
    let found = lab.main.times.found;
    let apart = lab.without.as_ref();
    let good_without = apart.map(|(_, side)| side.rates.rate(|bucket| bucket.good));
    let without = match apart.map(|apart| apart.0) {
        Some(Without::Hedging) => "goodput without hedging",
        _ => "goodput without a guard",
    };
    let p99_without = match apart.map(|apart| apart.0) {
        Some(Without::Hedging) => "99th percentile without hedging",
        _ => "99th percentile without a guard",
    };
    let (admitted, copies, _) = lab.lately();
    let extra = (lab.setup.hedge != When::Never && admitted > 0).then(|| copies as f64 / admitted as f64);
    let (limit, limit_said) = limit_said(lab);
    let most = most_in_a_window(lab);
    let overloaded = lab.watch.phase >= Phase::Overloaded;
    vec![
        rate("goodput", "goodput", f64::from(second.good) / seconds, if overloaded { Tone::Bad } else { Tone::Ok }),
        Readout {
            number: good_without,
            value: good_without.map_or_else(|| "as this".to_owned(), |number| format!("{}/s", many(number))),
            ..rate("goodput_without", without, 0.0, Tone::Plain)
        },
        rate("offered", "offered", f64::from(second.offered) / seconds, Tone::Plain),
        share("turned_away", "turned away", second.rejected, second.offered, Tone::Half),
        share("wasted_share", "work for nobody", second.wasted, second.good + second.wasted, Tone::Bad),
        Readout { id: "limit", label: "limit", number: limit, value: limit_said, tone: Tone::Plain },
        time("p50", "median time", found.map(|found| found.p50), "none yet", Tone::Plain),
        time("p95", "95th percentile", found.map(|found| found.p95), "none yet", Tone::Plain),
        time("p99", "99th percentile", found.map(|found| found.p99), "none yet", Tone::Plain),
        time(
            "p99_without",
            p99_without,
            apart.and_then(|(_, side)| side.times.found).map(|found| found.p99),
            if apart.is_some() { "none yet" } else { "as this" },
            Tone::Plain,
        ),
        Readout {
            id: "extra_load",
            label: "extra load by copies",
            number: extra,
            value: extra.map_or_else(|| "no copies".to_owned(), share_said),
            tone: if extra.is_some_and(|extra| extra > 0.2) { Tone::Bad } else { Tone::Plain },
        },
        Readout {
            id: "peak_in_window",
            label: "most in a window's length",
            number: most.map(f64::from),
            value: most.map_or_else(
                || "no windows".to_owned(),
                |most| format!("{} of {}", text::grouped(most.into()), text::grouped(lab.setup.permits.into())),
            ),
            tone: if most.is_some_and(|most| most > lab.setup.permits) { Tone::Bad } else { Tone::Plain },
        },
    ]
}

/// What the guard lets in now.
fn limit_said(lab: &Lab) -> (Option<f64>, String) {
    let guard = &lab.main.guard;
    if let Some(limit) = guard.limit() {
        let said = format!("{} at a time", text::grouped(limit.into()));
        (Some(f64::from(limit)), said)
    } else if lab.setup.kind.is_rate() {
        (Some(lab.setup.permitted()), format!("{}/s", many(lab.setup.permitted())))
    } else {
        (None, "none".to_owned())
    }
}
