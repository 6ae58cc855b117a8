//! The charts.

use halfopen_core::Instant;

use super::numbers::{many, share_said};
use super::setup::Late;
use super::watch::{Phase, SECOND};
use super::{Lab, numbers};
use crate::lab::record::{Level, Tally};
use crate::lab::scene::{Axis, Band, Chart, Limit, Line, Stroke, Tone};
use crate::lab::text;

type Points = Vec<(f64, f64)>;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![load(lab), queue(lab), goodput(lab), retries(lab)]
}

fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(20.0) }
}

fn line(name: &str, tone: Tone, stroke: Stroke, points: Points) -> Line {
    Line { name: name.to_owned(), tone, stroke, points, spread: Vec::new() }
}

fn top(least: f64, lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(least, f64::max) * 1.1
}

/// What has happened since time 0, as a band below the lines.
fn bands(lab: &Lab) -> Vec<Band> {
    let phases = lab.watch.phases();
    let ends = phases.iter().skip(1).map(|phase| phase.0).chain([lab.now]);
    let band = |((from, phase), to): (&(Instant, Phase), Instant)| Band {
        from: from.as_secs_f64(),
        to: to.as_secs_f64(),
        tone: numbers::tone(*phase),
        label: phase.word(),
    };
    phases.iter().zip(ends).filter(|(phase, to)| phase.0 < *to).map(band).collect()
}

/// Points of a line at most, all tenths of a second of the first 40: each costs in every chart that is painted anew.
const POINTS_MAX: usize = 400;

/// So many buckets are drawn as one.
fn together(lab: &Lab) -> usize {
    let whole = lab.now.since(Instant::ZERO).as_nanos() / lab.watch.sent.width().as_nanos().max(1);
    usize::try_from(whole).unwrap_or(usize::MAX).div_ceil(POINTS_MAX).max(1)
}

/// A rate in as many buckets as are drawn; what is left over at the end is not whole yet.
fn per_second(lab: &Lab, tally: &Tally) -> Points {
    let together = together(lab);
    let rates = tally.per_second(lab.now);
    let mean =
        |part: &[(f64, f64)]| Some((part.first()?.0, part.iter().map(|point| point.1).sum::<f64>() / together as f64));
    rates.chunks_exact(together).filter_map(mean).collect()
}

/// Of a level that often changes, the highest of each few values.
fn level(lab: &Lab, level: &Level) -> Points {
    let points = level.points(lab.now);
    let few = points.len().div_ceil(POINTS_MAX).max(1);
    let highest =
        |part: &[(f64, f64)]| part.iter().copied().reduce(|high, point| if point.1 > high.1 { point } else { high });
    points.chunks(few).filter_map(highest).collect()
}

fn capacity(lab: &Lab) -> Limit {
    let capacity = lab.setup.per_second();
    Limit { at: capacity, label: format!("capacity {}/s", many(capacity)), tone: Tone::Plain }
}

fn each(lab: &Lab) -> String {
    text::about(lab.watch.sent.width().saturating_mul(u32::try_from(together(lab)).unwrap_or(u32::MAX)))
}

fn load(lab: &Lab) -> Chart {
    let (second, seconds) = lab.watch.last(SECOND);
    let lines = vec![
        line("sent to the server", Tone::Bad, Stroke::Area, per_second(lab, &lab.watch.sent)),
        line("wanted", Tone::Info, Stroke::Steps, per_second(lab, &lab.watch.wanted)),
    ];
    Chart {
        lane: None,
        id: "load",
        title: "Load against capacity",
        reading: format!(
            "Requests that come in each {}, as a rate; the dashed line is what the server can serve.",
            each(lab)
        ),
        x: time(lab),
        y: Axis { label: "requests per second", unit: "1/s", from: 0.0, to: top(lab.setup.per_second(), &lines) },
        lines,
        limits: vec![capacity(lab)],
        bands: bands(lab),
        summary: format!(
            "{} a second arrive now, {} of them wanted anew; the server serves {}.",
            many(f64::from(second.sent) / seconds),
            many(f64::from(second.wanted) / seconds),
            many(lab.setup.per_second())
        ),
    }
}

fn queue(lab: &Lab) -> Chart {
    let (queued, abandoned) = (lab.server.queued(), lab.server.abandoned().min(lab.server.queued()));
    let lines = vec![
        line("waiting", Tone::Plain, Stroke::Steps, level(lab, &lab.watch.queued)),
        line("of them for nobody", Tone::Bad, Stroke::DashedSteps, level(lab, &lab.watch.abandoned)),
    ];
    let patience = f64::from(lab.setup.patience);
    let above = match lab.setup.late() {
        Late::Served => "Above the dashed line the wait is longer than the clients' timeout.",
        Late::Dropped => "More than the dashed line cannot all be served in time; who would be late is dropped.",
        Late::TurnedAway => "Above the dashed line a server that is well turns newcomers away.",
        Late::RetriesTurnedAway => {
            "Above the dashed line the wait is longer than the clients' timeout; from half of that on a server that is well turns retries away."
        }
        Late::Overtaken => {
            "Newest first, nobody waits for those who came before: the dashed line is where that would be too long."
        }
    };
    Chart {
        lane: None,
        id: "queue",
        title: "The queue",
        reading: format!("Requests that wait at the server. {above}"),
        x: time(lab),
        y: Axis { label: "requests", unit: "", from: 0.0, to: top(patience.max(1.0), &lines) },
        lines,
        limits: vec![Limit { at: patience, label: "clients' patience".to_owned(), tone: Tone::Bad }],
        bands: Vec::new(),
        summary: format!(
            "{} waiting now, {} of them given up; so many take {}, and clients wait {}.",
            text::grouped(queued.into()),
            text::grouped(abandoned.into()),
            text::about(lab.queue_takes()),
            text::about(lab.setup.timeout)
        ),
    }
}

fn goodput(lab: &Lab) -> Chart {
    let (second, seconds) = lab.watch.last(SECOND);
    let lines = vec![
        line("answered in time", Tone::Ok, Stroke::Steps, per_second(lab, &lab.watch.good)),
        line("served for nobody", Tone::Bad, Stroke::DashedSteps, per_second(lab, &lab.watch.wasted)),
    ];
    Chart {
        lane: None,
        id: "goodput",
        title: "Goodput and waste",
        reading: format!(
            "What the server finishes in each {}, as a rate: goodput is what somebody still waited for.",
            each(lab)
        ),
        x: time(lab),
        y: Axis { label: "requests per second", unit: "1/s", from: 0.0, to: top(lab.setup.per_second(), &lines) },
        lines,
        limits: vec![capacity(lab)],
        bands: Vec::new(),
        summary: format!(
            "{} a second are answered in time now, {} served for nobody.",
            many(f64::from(second.good) / seconds),
            many(f64::from(second.wasted) / seconds)
        ),
    }
}

fn retries(lab: &Lab) -> Chart {
    let (second, _) = lab.watch.last(SECOND);
    let (sent, retried) = (per_second(lab, &lab.watch.sent), per_second(lab, &lab.watch.retried));
    let share = sent
        .iter()
        .zip(&retried)
        .map(|(sent, retried)| (sent.0, if sent.1 > 0.0 { 100.0 * retried.1 / sent.1 } else { 0.0 }));
    let now = f64::from(second.retried) / f64::from(second.sent.max(1));
    Chart {
        lane: None,
        id: "retries",
        title: "Share of retries",
        reading: "Of the requests that reach the server, those that were sent before.".to_owned(),
        x: time(lab),
        y: Axis { label: "retries", unit: "%", from: 0.0, to: 100.0 },
        lines: vec![line("retries among requests", Tone::Half, Stroke::Steps, share.collect())],
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!("{} of the last second's requests were retries.", share_said(now)),
    }
}
