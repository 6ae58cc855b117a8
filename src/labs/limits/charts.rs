//! The charts.

use halfopen_core::Instant;

use super::numbers::many;
use super::sweep::Sweep;
use super::watch::Phase;
use super::window::Doubles;
use super::{Lab, Without};
use crate::lab::record::Level;
use crate::lab::scene::{Axis, Band, Chart, Limit, Line, Stroke, Tone};
use crate::lab::text;

type Points = Vec<(f64, f64)>;

/// Points of a line at most.
const POINTS_MAX: usize = 400;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    let mut charts = Vec::with_capacity(5);
    // What the reader asks about comes first.
    if let Some(doubles) = &lab.doubles {
        charts.push(window(lab, doubles));
    }
    if matches!(lab.without, Some((Without::Hedging, _))) {
        charts.extend([latency(lab), rates(lab), sweep(lab)]);
    } else {
        charts.extend([rates(lab), sweep(lab), latency(lab)]);
    }
    charts.push(inside(lab));
    charts
}

fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(20.0) }
}

fn line(name: impl Into<String>, tone: Tone, stroke: Stroke, points: Points) -> Line {
    Line { name: name.into(), tone, stroke, points, spread: Vec::new() }
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
        tone: phase.tone(),
        label: phase.word(),
    };
    phases.iter().zip(ends).filter(|(phase, to)| phase.0 < *to).map(band).collect()
}

/// A rate in as many buckets as are drawn; what is left over at the end is not whole yet.
fn per_second(lab: &Lab, tally: &crate::lab::record::Tally) -> Points {
    let rates = tally.per_second(lab.now);
    let together = rates.len().div_ceil(POINTS_MAX).max(1);
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
    let capacity = lab.setup.capacity();
    Limit { at: capacity, label: format!("capacity {}/s", many(capacity)), tone: Tone::Plain }
}

fn rates(lab: &Lab) -> Chart {
    let main = &lab.main.rates;
    let mut lines = vec![
        line("offered", Tone::Info, Stroke::Steps, per_second(lab, &main.offered)),
        line("let in", Tone::Plain, Stroke::DashedSteps, per_second(lab, &main.admitted)),
        line("answered in time", Tone::Ok, Stroke::Steps, per_second(lab, &main.good)),
    ];
    let mut beside = String::new();
    if let Some((without, side)) = &lab.without {
        let name = without.name();
        let points = per_second(lab, &side.rates.good);
        lines.push(line(format!("answered in time {name}"), Tone::Bad, Stroke::DashedSteps, points));
        beside = format!(", {} {name}", many(side.rates.rate(|bucket| bucket.good)));
    }
    Chart {
        lane: None,
        id: "rates",
        title: "Offered, let in, answered in time",
        reading: format!(
            "Requests in each {}, as a rate. What is let in and not answered in time was work for nobody.",
            text::about(main.offered.width())
        ),
        x: time(lab),
        y: Axis { label: "requests per second", unit: "1/s", from: 0.0, to: top(lab.setup.capacity(), &lines) },
        lines,
        limits: vec![capacity(lab)],
        bands: bands(lab),
        summary: format!(
            "{} a second are offered, {} let in, and {} answered in time{beside}.",
            many(main.rate(|bucket| bucket.offered)),
            many(main.rate(|bucket| bucket.admitted)),
            many(main.rate(|bucket| bucket.good))
        ),
    }
}

fn sweep(lab: &Lab) -> Chart {
    let found = lab.sweep.get_or_init(|| Sweep::new(&lab.setup));
    let rates = &lab.main.rates;
    let (offered, good) = (rates.rate(|bucket| bucket.offered), rates.rate(|bucket| bucket.good));
    let mut lines = vec![line("no guard", Tone::Bad, Stroke::Dashed, found.bare.clone())];
    if !found.guarded.is_empty() {
        lines.insert(0, line(lab.setup.kind.name(), Tone::Ok, Stroke::Solid, found.guarded.clone()));
    }
    // Upright, where this second stands.
    lines.push(line("the last second", Tone::Info, Stroke::Solid, vec![(offered, 0.0), (offered, good)]));
    let end = found.bare.last().map_or(1.0, |last| last.0);
    let at_twice = |points: &Points| points.get(points.len().saturating_sub(3)).map_or(0.0, |point| point.1);
    let guarded = if found.guarded.is_empty() {
        String::new()
    } else {
        format!(" and {} with {}", many(at_twice(&found.guarded)), lab.setup.kind.the(false))
    };
    Chart {
        lane: None,
        id: "goodput",
        title: "Goodput against offered load",
        reading: format!(
            "Simulated for these settings, without hedging: at each load requests come for {}, and after the first {} answers in time are counted, per second; beyond capacity the queues begin as full as they become.",
            text::about(found.warm + found.counted),
            text::about(found.warm)
        ),
        x: Axis { label: "offered load", unit: "1/s", from: 0.0, to: end.max(offered * 1.05) },
        y: Axis { label: "answered in time", unit: "1/s", from: 0.0, to: top(lab.setup.capacity(), &lines) },
        lines,
        limits: vec![capacity(lab)],
        bands: Vec::new(),
        summary: format!(
            "At twice what the servers can do, {} a second are answered in time without a guard{guarded}; in the last second it was {} of {}.",
            many(at_twice(&found.bare)),
            many(good),
            many(offered)
        ),
    }
}

fn latency(lab: &Lab) -> Chart {
    let watch = &lab.watch;
    let mut lines = vec![
        line("99th percentile", Tone::LaneA, Stroke::Steps, level(lab, &watch.p99)),
        line("median", Tone::Plain, Stroke::Steps, level(lab, &watch.p50)),
    ];
    let mut beside = String::new();
    if let Some((without, side)) = &lab.without {
        let name = format!("99th percentile {}", without.name());
        lines.push(line(name, Tone::LaneB, Stroke::DashedSteps, level(lab, &watch.p99_without)));
        if let Some(found) = side.times.found {
            beside = format!(", {} {}", text::about(found.p99), without.name());
        }
    }
    let timeout = lab.setup.timeout.as_secs_f64() * 1e3;
    Chart {
        lane: None,
        id: "latency",
        title: "How long callers wait",
        reading: format!(
            "Percentiles of the last {} requests that ended; whoever gave up counts with the whole wait.",
            text::grouped(super::times::LAST as i64)
        ),
        x: time(lab),
        y: Axis { label: "time", unit: "ms", from: 0.0, to: top(1.0, &lines) },
        limits: vec![Limit { at: timeout, label: "callers give up".to_owned(), tone: Tone::Bad }],
        lines,
        bands: Vec::new(),
        summary: lab.main.times.found.map_or_else(
            || "No request has ended yet.".to_owned(),
            |found| {
                format!(
                    "Half of the callers wait {} at most, 99\u{a0}% {} at most{beside}.",
                    text::about(found.p50),
                    text::about(found.p99)
                )
            },
        ),
    }
}

fn inside(lab: &Lab) -> Chart {
    let mut lines = vec![line("in the servers", Tone::Info, Stroke::Steps, level(lab, &lab.watch.inside))];
    let limit = lab.main.guard.limit();
    if limit.is_some() {
        lines.push(line("limit", Tone::Half, Stroke::DashedSteps, level(lab, &lab.watch.limit)));
    }
    let patience = lab.setup.patience();
    let said = limit.map_or_else(
        || "nothing limits them".to_owned(),
        |limit| format!("the limit is {}", text::grouped(limit.into())),
    );
    Chart {
        lane: None,
        id: "inside",
        title: "Limit and requests in the servers",
        reading:
            "Waiting and being served. Above the dashed line a request that comes is answered when its caller has gone."
                .to_owned(),
        x: time(lab),
        y: Axis { label: "requests", unit: "", from: 0.0, to: top(f64::from(lab.setup.workers()), &lines) },
        lines,
        limits: vec![Limit {
            at: patience,
            label: format!("{} take as long as callers wait", many(patience)),
            tone: Tone::Bad,
        }],
        bands: Vec::new(),
        summary: format!("{} are in the servers now; {said}.", text::grouped(lab.main.inside().into())),
    }
}

fn window(lab: &Lab, doubles: &Doubles) -> Chart {
    let [fixed, bucket] = &doubles.along;
    let lines = vec![
        line("fixed window", Tone::LaneA, Stroke::Steps, level(lab, fixed)),
        line("token bucket", Tone::LaneB, Stroke::DashedSteps, level(lab, bucket)),
    ];
    let permits = f64::from(lab.setup.permits);
    let window = text::about(lab.setup.window);
    let number = |number: u32| text::grouped(number.into());
    Chart {
        lane: None,
        id: "window",
        title: "Let in within the length of a window",
        reading: format!(
            "What either lets in of the same requests within the last {window}, at every instant; the permits of a window as a line."
        ),
        x: time(lab),
        y: Axis { label: "requests", unit: "", from: 0.0, to: top(permits * 1.2, &lines) },
        lines,
        limits: vec![Limit {
            at: permits,
            label: format!("{} a window", number(lab.setup.permits)),
            tone: Tone::Plain,
        }],
        bands: Vec::new(),
        summary: format!(
            "At most {} were let in within {window} by the fixed window, and {} by the token bucket.",
            number(doubles.most[0]),
            number(doubles.most[1])
        ),
    }
}
