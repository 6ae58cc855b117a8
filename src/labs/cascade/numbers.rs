//! The numbers: readouts, charts, and the rule with the current numbers in it.

use std::time::Duration;

use halfopen_core::Instant;

use super::{Lab, Lane, Setup};
use crate::lab::record::Tally;
use crate::lab::scene::{Axis, Button, Chart, Limit, Line, Readout, Stroke, Tone, Why};
use crate::lab::text;

pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let (sends, label) = if lab.hung { ("heal", "Heal the backend") } else { ("hang", "Make the backend hang") };
    vec![Button { action: "heal", sends, label: label.to_owned(), pressed: None, enabled: true }]
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let count = Readout::count;
    let full = |id, label, at: Option<Instant>| Readout {
        id,
        label,
        number: at.map(Instant::as_secs_f64),
        value: at.map_or_else(|| "never".to_owned(), |at| text::about(at.since(Instant::ZERO))),
        tone: if at.is_some() { Tone::Bad } else { Tone::Ok },
    };
    let memory = |id, label, lane: &Lane| Readout {
        id,
        label,
        number: Some(lane.memory_gb()),
        value: memory(lane),
        tone: Tone::Plain,
    };
    let left_over = |id, label, lane: &Lane| Readout {
        id,
        label,
        number: lane.left_over.map(f64::from),
        value: lane.left_over.map_or_else(|| "not healed yet".to_owned(), |many| text::grouped(many.into())),
        tone: Tone::Plain,
    };
    let (without, with) = (&lab.without, &lab.with);
    vec![
        count("threads_without", "threads held, without", without.used.into(), Tone::LaneA),
        count("threads_with", "threads held, with", with.used.into(), Tone::LaneB),
        full("full_at_without", "pool full, without", without.full_at),
        full("full_at_with", "pool full, with", with.full_at),
        count("peak_without", "most threads, without", without.peak.into(), Tone::Plain),
        count("peak_with", "most threads, with", with.peak.into(), Tone::Plain),
        memory("memory_without", "memory held, without", without),
        memory("memory_with", "memory held, with", with),
        count("requests", "requests to each", lab.arrived, Tone::Plain),
        count("answered_without", "answered, without", without.answered, Tone::Plain),
        count("answered_with", "answered, with", with.answered, Tone::Plain),
        count("fallback_with", "answered by the fallback, with", with.by_fallback, Tone::Plain),
        count("failed_without", "failed, without", without.failed, Tone::Plain),
        count("failed_with", "failed, with", with.failed, Tone::Plain),
        count("refused_without", "no thread free, without", without.refused, Tone::Plain),
        count("refused_with", "no thread free, with", with.refused, Tone::Plain),
        left_over("left_over_without", "calls left to the healed backend, without", without),
        left_over("left_over_with", "calls left to the healed backend, with", with),
        Readout {
            id: "time",
            label: "time",
            number: Some(lab.now.as_secs_f64()),
            value: text::about(lab.now.since(Instant::ZERO)),
            tone: Tone::Plain,
        },
    ]
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let Setup { timeout, attempts, latency, .. } = lab.setup;
    let rate = lab.setup.arrivals.mean_per_sec();
    let many = |number: f64| text::grouped(libm::round(number) as i64);
    let held = |time: Duration, times: u32| {
        let threads = rate * time.as_secs_f64() * f64::from(times);
        format!("{} × {} × {times} = {}", many(rate), text::about(time), many(threads))
    };
    vec![
        Why {
            rule: "threads held = rate × time held".to_owned(),
            now: format!("while it is well: {}", held(latency, 1)),
        },
        Why {
            rule: "time held while it hangs, without a breaker = timeout × attempts".to_owned(),
            now: held(timeout, attempts),
        },
        Why {
            rule: "time held until the first failure is known, with a breaker = timeout".to_owned(),
            now: held(timeout, 1),
        },
        Why {
            rule: "a pool is full when that is as many as its threads".to_owned(),
            now: format!("threads: {}", text::grouped(i64::from(lab.setup.threads))),
        },
    ]
}

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    let x = Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(20.0) };
    let line = |name: &str, tone, stroke, points: Vec<(f64, f64)>| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points,
        spread: Vec::new(),
    };
    let pool = f64::from(lab.setup.threads);
    let (without, with) = (lab.without.threads.points(lab.now), lab.with.threads.points(lab.now));
    let (memory_without, memory_with) = (lab.without.memory.points(lab.now), lab.with.memory.points(lab.now));
    let highest = |least: f64, lines: [&[(f64, f64)]; 2]| {
        lines.into_iter().flatten().map(|point| point.1).fold(least, f64::max) * 1.15
    };
    let (threads_top, memory_top) = (
        highest(pool, [&without, &with]),
        highest(pool * f64::from(lab.setup.stack_mb) / 1000.0, [&memory_without, &memory_with]),
    );
    let rate = |tally: &Option<Tally>| tally.as_ref().map_or_else(Vec::new, |tally| tally.per_second(lab.now));
    let top = lab.setup.arrivals.mean_per_sec() * 1.25;
    let per_second = |id, title, reading: &str, lines: Vec<Line>, summary| {
        let highest = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(top, f64::max);
        let y = Axis { label: "requests per second", unit: "1/s", from: 0.0, to: highest * 1.05 };
        Chart {
            lane: None,
            id,
            title,
            reading: reading.to_owned(),
            x: x.clone(),
            y,
            lines,
            limits: Vec::new(),
            bands: Vec::new(),
            summary,
        }
    };
    vec![
        Chart {
        lane: None,
            id: "threads",
            title: "Threads held",
            reading: "How many threads of each caller wait for the backend, each with a connection of its own; the dashed line is the whole pool."
                .to_owned(),
            x: x.clone(),
            y: Axis { label: "threads", unit: "", from: 0.0, to: threads_top },
            lines: vec![
                line("without a breaker", Tone::LaneA, Stroke::Steps, without),
                line("with a breaker", Tone::LaneB, Stroke::DashedSteps, with),
            ],
            limits: vec![Limit {
                at: pool,
                label: format!("pool of {}", text::grouped(i64::from(lab.setup.threads))),
                tone: Tone::Bad,
            }],
            bands: Vec::new(),
            summary: format!(
                "Threads held now: {} without a breaker and {} with one; at most it was {} and {}.",
                many(lab.without.used),many(lab.with.used),many(lab.without.peak),many(lab.with.peak)
            ),
        },
        Chart {
        lane: None,
            id: "memory",
            title: "Memory held",
            reading: "Threads held times the memory of a thread at that time.".to_owned(),
            x: x.clone(),
            y: Axis { label: "memory", unit: "GB", from: 0.0, to: memory_top },
            lines: vec![
                line("without a breaker", Tone::LaneA, Stroke::Steps, memory_without),
                line("with a breaker", Tone::LaneB, Stroke::DashedSteps, memory_with),
            ],
            limits: Vec::new(),
            bands: Vec::new(),
            summary: format!(
                "Held now: {} without a breaker and {} with one; each thread takes {}\u{a0}MB now.",
                memory(&lab.without),
                memory(&lab.with),
                lab.setup.stack_mb
            ),
        },
        per_second(
            "answered",
            "Answered per second",
            "Requests that got an answer, from the backend or from the fallback.",
            vec![
                line("without a breaker", Tone::LaneA, Stroke::Steps, rate(&lab.without.answers)),
                line("with a breaker", Tone::LaneB, Stroke::DashedSteps, rate(&lab.with.answers)),
                line("with, by the fallback", Tone::Ok, Stroke::Steps, rate(&lab.with.fallbacks)),
            ],
            format!(
                "So far {} answered without a breaker; with one {}, and {} by the fallback.",
                many(lab.without.answered),many(lab.with.answered),many(lab.with.by_fallback)
            ),
        ),
        per_second(
            "failed",
            "Failed and refused per second",
            "Failed: every attempt timed out. Refused: no thread was free.",
            vec![
                line("failed, without", Tone::LaneA, Stroke::Steps, rate(&lab.without.failures)),
                line("failed, with", Tone::LaneB, Stroke::Steps, rate(&lab.with.failures)),
                line("refused, without", Tone::LaneA, Stroke::DashedSteps, rate(&lab.without.refusals)),
                line("refused, with", Tone::LaneB, Stroke::DashedSteps, rate(&lab.with.refusals)),
            ],
            format!(
                "So far {} failed and {} were refused without a breaker; with one {} and {}.",
                many(lab.without.failed),many(lab.without.refused),many(lab.with.failed),many(lab.with.refused)
            ),
        ),
    ]
}

fn many(number: impl Into<u64>) -> String {
    text::grouped(i64::try_from(number.into()).unwrap_or(i64::MAX))
}

/// The memory that a caller's threads hold, in megabytes until it is a gigabyte.
fn memory(lane: &Lane) -> String {
    let gigabytes = lane.memory_gb();
    if gigabytes < 1.0 {
        format!("{}\u{a0}MB", libm::round(gigabytes * 1000.0) as i64)
    } else {
        format!("{}\u{a0}GB", text::decimal(libm::round(gigabytes * 10.0) as i64, 1))
    }
}
