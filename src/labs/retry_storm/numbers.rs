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
    let Some(tries) = setup.tries() else {
        return Some(clients / (fails_after + setup.mean_wait()).as_secs_f64().max(1e-3));
    };
    let pauses = pauses(setup).as_secs_f64();
    let round = setup.every.as_secs_f64() + pauses + fails_after.as_secs_f64() * f64::from(tries);
    Some(clients * f64::from(tries) / round.max(1e-3))
}

/// Tries a second while the queue is full and nobody is answered: the server takes so many a second, which time out, and
/// refuses all others, which are back sooner. As long as one who has a place waits the whole timeout, `served` × timeout of
/// the clients wait there, and the others go round without it. `None` where there are ever more.
pub(super) fn full_load(setup: &Setup, served: f64) -> Option<f64> {
    let late = failing_load(setup, setup.timeout);
    if setup.open_loop || late.is_some_and(|load| load <= served) {
        // In an open loop waits play no part, and a load that the server can take leaves no queue full.
        return late;
    }
    let clients = f64::from(setup.clients) - served * setup.timeout.as_secs_f64();
    let all = failing_load(setup, Duration::ZERO)?;
    Some(all * clients / f64::from(setup.clients).max(1.0))
}

/// What that is made of.
pub(super) fn full_load_terms(setup: &Setup, served: f64) -> String {
    let clients = text::grouped(setup.clients.into());
    let there = match served {
        0.0 => clients,
        _ => format!("({clients} − {}/s × {})", many(served), text::about(setup.timeout)),
    };
    match setup.tries() {
        None => format!("{there} ÷ {}", text::about(setup.mean_wait())),
        Some(tries) => format!("{there} × {tries} ÷ {}", text::about(setup.every + pauses(setup))),
    }
}

/// All waits of a request that fails, by the draw's mean, as each is uniform between its ends.
fn pauses(setup: &Setup) -> Duration {
    (1..setup.tries().unwrap_or(1)).map(|failed| setup.wait(failed, 0.5)).sum()
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
    let mut recovered = time("recovered_after", "time to recover", lab.watch.recovered.map(|found| found.0), waiting);
    if let Some((_, at)) = lab.watch.recovered {
        recovered.value = format!("{}, at {}", recovered.value, text::stamp(at, 1));
    }
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
                "load while every try times out = clients ÷ (timeout + mean wait), in the long run",
                format!("{} ÷ ({timeout} + {})", text::grouped(setup.clients.into()), text::about(setup.mean_wait())),
            )
        } else {
            (
                "load while every try times out = clients × tries ÷ (time between two wants + tries × timeout + waits)",
                {
                    let (clients, tries) = (text::grouped(setup.clients.into()), setup.tries().unwrap_or(1));
                    let round = setup.every + pauses(setup) + setup.timeout * tries;
                    format!("{clients} × {tries} ÷ {}", text::about(round))
                },
            )
        };
        let verdict = forecast::verdict(setup, Some(load));
        why.push(Why {
            rule: rule.to_owned(),
            now: format!("{terms} = {}/s; {}/s: {verdict}", many(load), many(capacity)),
        });
        let served = setup.per_second_with(lab.server.fault());
        // Where the queue stays full, for who has a place in it is not answered.
        if let Some(full) = full_load(setup, served)
            .filter(|_| !setup.open_loop && load > served && (!lab.is_up() || forecast::keeps_full(setup)))
        {
            why.push(Why {
                rule: match setup.tries() {
                    None if served == 0.0 => "load while every try is refused = clients ÷ mean wait",
                    Some(_) if served == 0.0 => {
                        "load while every try is refused = clients × tries ÷ (time between two wants + waits)"
                    }
                    None => {
                        "load while the queue is full = (clients − served a second × timeout) ÷ mean wait: who is refused is back sooner"
                    }
                    Some(_) => {
                        "load while the queue is full = (clients − served a second × timeout) × tries ÷ (time between two wants + waits): who is refused is back sooner"
                    }
                }
                .to_owned(),
                now: format!("{} = {}/s", full_load_terms(setup, served), many(full)),
            });
        }
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
