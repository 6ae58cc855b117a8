//! The numbers: readouts, buttons, and the rules with the current numbers in them.

use std::time::Duration;

use halfopen_core::Instant;

use super::setup::{Late, Retries, Setup};
use super::watch::{Phase, SECOND};
use super::{Lab, forecast};
use crate::lab::scene::{Button, Readout, Tone, Why};
use crate::lab::text;

/// A number for reading, rounded.
pub(super) fn many(number: f64) -> String {
    text::grouped(libm::round(number) as i64)
}

pub(super) fn places(queue: u32) -> String {
    text::counted(queue.into(), "place", "places")
}

/// With one decimal.
pub(super) fn tenths(number: f64) -> String {
    text::decimal(libm::round(number * 10.0) as i64, 1)
}

pub(super) fn share_said(share: f64) -> String {
    format!("{}\u{a0}%", tenths(share * 100.0))
}

/// Tries a second while every one of them fails so long after it was sent, in the long run. `None` where an open loop never
/// gives up: ever more.
pub(super) fn failing_load(setup: &Setup, fails_after: Duration) -> Option<f64> {
    let wanted = setup.wanted().as_per_sec_f64();
    if setup.open_loop {
        return setup.tries().map(|tries| wanted * f64::from(tries));
    }
    let clients = f64::from(setup.clients);
    let (tries, pauses) = match setup.retries {
        Retries::Forever => return Some(clients / (fails_after + setup.mean_wait()).as_secs_f64().max(1e-3)),
        Retries::None => (1, 0.0),
        Retries::Limited => {
            let tries = setup.tries().unwrap_or(1);
            // By the draw's mean, as each wait is uniform between its ends.
            let waits = (1..tries).map(|failed| setup.wait(failed, 0.5).as_secs_f64());
            (tries, waits.sum())
        }
    };
    let round = setup.every.as_secs_f64() + pauses + fails_after.as_secs_f64() * f64::from(tries);
    Some(clients * f64::from(tries) / round.max(1e-3))
}

pub(super) fn tone(phase: Phase) -> Tone {
    match phase {
        Phase::Healthy => Tone::Ok,
        Phase::Overloaded => Tone::Half,
        Phase::Metastable | Phase::Outage => Tone::Bad,
    }
}

pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let out = !lab.is_up();
    let (sends, label) = if out { ("end", "End the outage") } else { ("start", "Start an outage") };
    vec![
        Button { action: "start", sends, label: label.to_owned(), pressed: Some(out), enabled: true },
        Button {
            action: "restart",
            sends: "restart",
            label: "Restart the server".to_owned(),
            pressed: None,
            enabled: !out,
        },
    ]
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let counts = &lab.counts;
    let (second, seconds) = lab.watch.last(SECOND);
    let rate = |id, label, number: u32, tone| {
        let number = f64::from(number) / seconds;
        Readout { id, label, number: Some(number), value: format!("{}/s", many(number)), tone }
    };
    let share = |id, label, part: u64, whole: u64, tone| {
        let share = (whole > 0).then(|| part as f64 / whole as f64);
        let value = share.map_or_else(|| "none yet".to_owned(), share_said);
        Readout { id, label, number: share, value, tone }
    };
    let time = |id, label, time: Option<Duration>, none: &str| Readout {
        id,
        label,
        number: time.map(|time| time.as_secs_f64()),
        value: time.map_or_else(|| none.to_owned(), text::about),
        tone: Tone::Plain,
    };
    let amplification = counts.sent as f64 / counts.wanted.max(1) as f64;
    let done = lab.server.counters();
    let outage = lab.watch.outage.map(|(from, to)| to.unwrap_or(lab.now).since(from));
    let waiting = match (lab.phase(), lab.watch.outage) {
        (Phase::Healthy, _) => "no trouble yet",
        _ => "not yet",
    };
    let recovered = time("recovered_after", "time to recover", lab.watch.recovered, waiting);
    let many_retries = second.retried > second.sent / 5;
    vec![
        rate("goodput", "goodput", second.good, tone(lab.phase())),
        rate(
            "load",
            "load",
            second.sent,
            if f64::from(second.sent) > lab.setup.per_second() * seconds { Tone::Bad } else { Tone::Plain },
        ),
        Readout {
            id: "amplification",
            label: "amplification: sent per wanted",
            number: (counts.wanted > 0).then_some(amplification),
            value: if counts.wanted > 0 {
                text::decimal(libm::round(amplification * 100.0) as i64, 2)
            } else {
                "none yet".to_owned()
            },
            tone: if amplification > 1.5 { Tone::Bad } else { Tone::Plain },
        },
        share(
            "wasted_share",
            "work for nobody",
            done.wasted,
            done.served + done.failed,
            if done.wasted > 0 { Tone::Bad } else { Tone::Plain },
        ),
        recovered,
        share(
            "retry_share",
            "of them retries",
            second.retried.into(),
            second.sent.into(),
            if many_retries { Tone::Half } else { Tone::Plain },
        ),
        Readout::count("queued", "in the queue", lab.server.queued().into(), Tone::Plain),
        Readout::count("most_calls", "most calls of one request", counts.most_calls.into(), Tone::Plain),
        Readout::count("wanted", "wanted", counts.wanted, Tone::Plain),
        Readout::count("answered", "answered in time", counts.answered, Tone::Plain),
        Readout::count("gave_up", "given up", counts.gave_up, Tone::Plain),
        Readout::count("under_way", "under way", lab.requests.len() as u64, Tone::Plain),
        Readout::count("sent", "sent", counts.sent, Tone::Plain),
        Readout::count("timed_out", "timed out", counts.timed_out, Tone::Plain),
        Readout::count("refused", "refused", done.refused + counts.shed, Tone::Plain),
        Readout::count("held_back", "held back, not sent", counts.held_back, Tone::Plain),
        Readout::count("wasted", "served for nobody", done.wasted, Tone::Plain),
        time("outage_lasted", "last outage", outage, "none yet"),
        time("time", "time", Some(lab.now.since(Instant::ZERO)), ""),
    ]
}

/// What becomes of a request that comes now, by the length of the queue.
fn why_late(lab: &Lab) -> Why {
    let setup = &lab.setup;
    let (queued, timeout, service) = (lab.server.queued(), setup.timeout, text::about(setup.service()));
    let (many_wait, capacity) = (text::grouped(queued.into()), many(setup.per_second()));
    let answer = setup.answer(queued);
    let compared = |limit: Duration| {
        let longer = if answer > limit { "longer" } else { "not longer" };
        format!(
            "{many_wait} ÷ {capacity}/s + {service} = {}, {longer} than {}",
            text::about(answer),
            text::about(limit)
        )
    };
    let unwell = if lab.is_up() { "" } else { "; but a server that is not well turns nobody away" };
    let (rule, now) = match setup.late() {
        Late::Served => (
            "work is waste when the clients' timeout is shorter than queue ÷ capacity + the time to serve one",
            compared(timeout),
        ),
        Late::Dropped => (
            "a request is dropped unserved when it has waited for the clients' timeout less the time to serve one",
            format!(
                "{} − {service} = {}; {many_wait} ÷ {capacity}/s = {}, if all were served",
                text::about(timeout),
                text::about(timeout.saturating_sub(setup.service())),
                text::about(lab.queue_takes())
            ),
        ),
        Late::TurnedAway => (
            "a newcomer is turned away when queue ÷ capacity + the time to serve one is longer than the clients' timeout",
            format!("{}{unwell}", compared(timeout)),
        ),
        Late::RetriesTurnedAway => (
            "a retry is turned away when queue ÷ capacity + the time to serve one is longer than half of the clients' timeout",
            format!("{}{unwell}", compared(timeout / 2)),
        ),
        Late::Overtaken => (
            "newest first: a newcomer is served next, however long the queue; work is waste for those who were overtaken for longer than the clients' timeout",
            format!("{many_wait} wait, {} of them given up", text::grouped(lab.server.abandoned().min(queued).into())),
        ),
    };
    Why { rule: rule.to_owned(), now }
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let setup = &lab.setup;
    let (capacity, timeout) = (setup.per_second(), text::about(setup.timeout));
    let mut why = vec![why_late(lab)];
    if let Some(load) = failing_load(setup, setup.timeout) {
        let (rule, terms) = if setup.open_loop {
            (
                "load while nobody is answered = wanted a second × tries: waits play no part in an open loop",
                format!("{}/s × {}", many(setup.wanted().as_per_sec_f64()), setup.tries().unwrap_or(1)),
            )
        } else if setup.retries == Retries::Forever {
            (
                "load while nobody is answered = clients ÷ (timeout + wait), in the long run",
                format!("{} ÷ ({timeout} + {})", text::grouped(setup.clients.into()), text::about(setup.mean_wait())),
            )
        } else {
            (
                "load while nobody is answered = clients × tries ÷ (time between two wants + tries × timeout + waits)",
                format!("{} × {} ÷ …", text::grouped(setup.clients.into()), setup.tries().unwrap_or(1)),
            )
        };
        let verdict = forecast::verdict(setup, Some(load));
        why.push(Why {
            rule: rule.to_owned(),
            now: format!("{terms} = {}/s; {}/s: {verdict}", many(load), many(capacity)),
        });
    } else {
        why.push(Why {
            rule: "load while nobody is answered, in an open loop that never gives up".to_owned(),
            now: forecast::verdict(setup, None),
        });
    }
    why.push(Why {
        rule: "amplification = requests sent ÷ requests wanted".to_owned(),
        now: format!("{} ÷ {}", text::grouped(lab.counts.sent as i64), text::grouped(lab.counts.wanted as i64)),
    });
    if let Some(tries) = setup.tries().filter(|tries| *tries > 1) {
        let layers = vec![setup.attempts.to_string(); setup.layers as usize].join(" × ");
        why.push(Why {
            rule: "calls of one request at most = tries, multiplied over the layers that retry".to_owned(),
            now: if setup.layers > 1 { format!("{layers} = {tries}") } else { layers },
        });
    }
    why
}
