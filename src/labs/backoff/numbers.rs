//! The numbers: readouts, the table of attempts, and the rule with an attempt's numbers in it.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::Config as Waits;

use super::lane::{Came, Client, Lane};
use super::settings::Guard;
use super::{Lab, about, formula};
use crate::lab::scene::{Readout, Table, Tone, Why};
use crate::lab::{text, wording};

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let counts = lab.counts;
    let Some(own) = lab.own() else { return Vec::new() };
    let count = Readout::count;
    let tone = |number: u64, tone| if number > 0 { tone } else { Tone::Plain };
    let waiting =
        own.clients.iter().filter(|client| client.waits_until().is_some() && !client.tries.is_empty()).count();
    let first: Vec<Duration> =
        own.clients.iter().filter_map(|client| client.tries.first().and_then(|first| first.wait)).collect();
    // At most 200 waits of at most 146 years.
    let mean = first.iter().map(Duration::as_secs_f64).sum::<f64>() / first.len().max(1) as f64;
    let mean = (!first.is_empty()).then_some(mean);
    let mut readouts = vec![
        count("clients", "clients", own.clients.len() as u64, Tone::Plain),
        count("waiting", "waiting to try again", waiting as u64, tone(waiting as u64, Tone::Half)),
        count("answered", "answered", counts.answered, tone(counts.answered, Tone::Ok)),
        count("gave_up", "gave up", counts.gave_up, tone(counts.gave_up, Tone::Bad)),
        count("reached", "calls that reached the backend", counts.reached, Tone::Plain),
        count("together", "most retries within 200\u{a0}ms", together(own, lab.begun), Tone::Plain),
        count("in_vain", "gave up after 5 calls or more", in_vain(own), Tone::Plain),
        Readout {
            id: "mean_first_wait",
            label: "first wait, mean so far",
            number: mean,
            value: mean.map_or_else(
                || "–".to_owned(),
                |mean| text::about(Duration::from_nanos(libm::round(mean * 1e9) as u64)),
            ),
            tone: Tone::Plain,
        },
        count("work_done", "times the work was done", counts.done, Tone::Plain),
        count("twice", "requests for which it was done twice", counts.twice, tone(counts.twice, Tone::Bad)),
    ];
    if lab.setup.guard != Guard::None {
        readouts.push(count("refused", "turned away", counts.refused, tone(counts.refused, Tone::Half)));
        readouts.push(count("openings", "times opened", lab.breaker.opened_count(), Tone::Plain));
        readouts.push(count(
            "past_open",
            "calls past an open breaker",
            counts.past_open,
            tone(counts.past_open, Tone::Bad),
        ));
    }
    readouts
}

/// So wide are the parts of a round in which retries are counted together: the same whatever is drawn or set, so that
/// rounds, seeds and strategies compare.
const TOGETHER: Duration = Duration::from_millis(200);

/// The most retries of a round that have come within one such part.
fn together(lane: &Lane, begun: Instant) -> u64 {
    let retries = lane.clients.iter().flat_map(|client| client.tries.iter().skip(1));
    let reached = retries.filter(|retry| retry.came != Came::Refused);
    let mut parts: Vec<u128> = reached.map(|retry| retry.at.since(begun).as_nanos() / TOGETHER.as_nanos()).collect();
    parts.sort_unstable();
    parts.chunk_by(|one, other| one == other).map(<[_]>::len).max().unwrap_or(0) as u64
}

/// Clients that gave up in this round, after five calls that reached the backend or more.
fn in_vain(lane: &Lane) -> u64 {
    let calls = |client: &Client| client.tries.iter().filter(|attempt| attempt.came == Came::Failed).count();
    let answered = |client: &Client| client.tries.last().is_some_and(|last| last.came == Came::Answered);
    lane.clients.iter().filter(|client| client.over && !answered(client) && calls(client) >= 5).count() as u64
}

/// The wait that client 1 is in, comes to next, or was in last: its number from 0. None where there is a single attempt.
fn wait_of(lab: &Lab, client: &Client) -> Option<u32> {
    let last = lab.setup.retry.settings().attempts.checked_sub(2)?;
    Some(client.attempt().saturating_sub(if client.over { 2 } else { 1 }).min(last))
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let Some((client, _)) = lab.first() else { return Vec::new() };
    let waits = lab.setup.retry.backoff();
    let mut lines = Vec::new();
    match wait_of(lab, client).and_then(|number| Some((number, client.plan.get(number as usize + 1)?))) {
        Some((number, planned)) => {
            let before = client.plan.get(number as usize).map_or(Duration::ZERO, |before| before.wait);
            lines = formula::why(waits, number, planned.draw, planned.wait, before);
            lines.push(Why {
                rule: "draw: a number from 0 to 1, another for each wait of each client".to_owned(),
                now: format!(
                    "client 1, wait {}: {}",
                    number + 1,
                    text::fixed(libm::round(planned.draw * 1000.0) as u64, 3)
                ),
            });
        }
        None => lines.push(Why { rule: "no retry, no wait".to_owned(), now: "one attempt that may fail".to_owned() }),
    }
    if lab.setup.guard != Guard::None {
        lines.push(Why {
            rule: "the breaker opens when failures in a row ≥ threshold".to_owned(),
            now: format!(
                "{} of {}, and it is {}",
                lab.breaker.figures(lab.now).failures_in_a_row,
                text::counted(threshold(lab).into(), "failure", "failures"),
                wording::state_name(lab.breaker.state())
            ),
        });
    }
    let over = lab.counts.answered + lab.counts.gave_up;
    lines.push(Why {
        rule: "requests that are over = answered + gave up".to_owned(),
        now: format!("{over} = {} + {}", lab.counts.answered, lab.counts.gave_up),
    });
    lines
}

fn threshold(lab: &Lab) -> u32 {
    match lab.setup.breaker.settings().trip {
        halfopen_core::breaker::Trip::Consecutive { failures } => failures,
        _ => 0,
    }
}

/// Client 1, attempt by attempt: what was drawn against what was to be expected.
pub(super) fn table(lab: &Lab) -> Table {
    let waits = lab.setup.retry.backoff();
    let attempts = lab.setup.retry.settings().attempts;
    let mut rows = Vec::new();
    let (client, known) = lab.first().map_or((None, false), |(client, known)| (Some(client), known));
    let none = || "–".to_owned();
    let mut total = Duration::ZERO;
    for number in 1..=attempts as usize {
        let made = client.and_then(|client| client.tries.get(number - 1));
        let wait = client.and_then(|client| match made {
            // What it waited before this attempt.
            Some(_) => number.checked_sub(2).and_then(|before| client.tries.get(before)?.wait),
            None if client.over => None,
            None if number == 1 => None,
            None => client
                .tries
                .get(number - 2)
                .and_then(|before| before.wait)
                .or_else(|| client.alone().get(number - 1).filter(|_| known).map(|planned| planned.wait)),
        });
        let came = match made.map(|made| made.came) {
            Some(Came::Failed) => "✕ failed",
            Some(Came::Refused) => "▲ turned away",
            Some(Came::Answered) => "✓ answered",
            Some(Came::UnderWay) => "… under way",
            None if wait.is_some() || number == 1 => "○ ahead",
            None => "not made",
        };
        total = total.saturating_add(wait.unwrap_or_default());
        let mut row = vec![number.to_string()];
        match number.checked_sub(2).and_then(|index| u32::try_from(index).ok()) {
            Some(index) => {
                row.push(text::about(waits.ceiling(index)));
                row.push(wait.map_or_else(none, text::about));
                row.push(wait.map_or_else(none, |_| text::about(total)));
                row.push(text::about(waits.mean(index).wait));
                row.push(text::about(waits.most(index)));
            }
            None => row.extend((0..5).map(|_| none())),
        }
        row.push(came.to_owned());
        rows.push(row);
    }
    let mean = about::sum(waits, attempts, |waits, number| waits.mean(number).wait);
    let most = about::sum(waits, attempts, Waits::most);
    let ceiling = about::sum(waits, attempts, Waits::ceiling);
    let all = [ceiling, total, total, mean, most].map(text::about);
    rows.push(core::iter::once("all".to_owned()).chain(all).chain([String::from("–")]).collect());
    let current = client.filter(|client| !client.over).map(|client| match client.waits_until() {
        Some(_) => client.tries.len(),
        None => client.tries.len().saturating_sub(1),
    });
    Table {
        id: "attempts",
        title: "Client 1, attempt by attempt",
        note: formula::caution(waits, attempts),
        heads: vec![
            "attempt",
            if waits.settings().cap_after_jitter { "ceiling (before the cap)" } else { "ceiling (capped)" },
            "wait drawn",
            "waited in all",
            "expected",
            "worst case",
            "result",
        ],
        rows,
        current: current.filter(|row| *row < attempts as usize),
    }
}
