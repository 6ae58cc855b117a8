//! The charts: more of the same, what each part costs, how what is measured closes in, and the error budget.

use halfopen_core::availability::{CommonCause, Period, Unavailability};

use super::Lab;
use super::incidents;
use crate::lab::chart::{Axis, Chart, Limit, Line, Stroke};
use crate::lab::scene::Tone;
use crate::system::words;

/// Replicas on the horizontal axis.
const REPLICAS: u32 = 10;
/// The common cause that is shown beside none, where the knob says none.
const USUAL: f64 = 0.1;
/// Parts in the chart of what they cost.
const PARTS: usize = 20;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![measured(lab), replicas(lab), contributions(lab), incidents::chart(&lab.setup)]
}

fn line(name: impl Into<String>, tone: Tone, stroke: Stroke, points: Vec<(f64, f64)>) -> Line {
    Line { name: name.into(), tone, stroke, points, spread: Vec::new() }
}

/// What more of the weakest part would bring.
fn replicas(lab: &Lab) -> Chart {
    let setup = &lab.setup;
    let weakest = setup.weakest_part();
    let part = setup.parts.get(weakest).map_or(setup.down, |part| part.down);
    let label = setup.labels.get(weakest).map_or("a part", String::as_str);
    let own = setup.given.common.share();
    let beta = if own > 0.0 { own } else { USUAL };
    let cause = CommonCause::new(beta).unwrap_or(CommonCause::NONE);
    let of = |cause: CommonCause| {
        let nines = move |n: u32| cause.k_of_n_alike(1, n, part).nines();
        (1..=REPLICAS).map(move |n| (f64::from(n), nines(n))).filter(|point| point.1.is_finite()).collect::<Vec<_>>()
    };
    let (alone, shared) = (of(CommonCause::NONE), of(cause));
    let top = alone.last().map_or(1.0, |last| last.1).max(1.0);
    let percent = words::number(beta * 100.0, 1);
    let summary = match (alone.last(), shared.last()) {
        (Some(alone), Some(shared)) => format!(
            "Of {REPLICAS} replicas of {label}, any of which suffices: {} nines if nothing takes them down together, {} with {percent} % in common.",
            words::number(alone.1, 2),
            words::number(shared.1, 2)
        ),
        // It never fails.
        _ => format!("However many replicas of {label} there are: there is no end of nines."),
    };
    Chart {
        id: "replicas",
        title: "Availability against replicas",
        lane: None,
        reading: format!(
            "How many nines so many replicas of {label} have, any one of which suffices. What they have in common is a floor that more of the same does not lower."
        ),
        x: Axis { label: "Replicas", unit: "", from: 1.0, to: f64::from(REPLICAS) },
        y: Axis { label: "Availability", unit: "nines", from: 0.0, to: top },
        lines: vec![
            line("all independent", Tone::LaneA, Stroke::Dashed, alone),
            line(format!("{percent} % in common"), Tone::LaneB, Stroke::Solid, shared),
        ],
        limits: Vec::new(),
        bands: Vec::new(),
        summary,
    }
}

/// What each part costs, the costliest first.
fn contributions(lab: &Lab) -> Chart {
    let setup = &lab.setup;
    let order = setup.costliest().iter().copied();
    let parts: Vec<(f64, &str)> = order
        .filter_map(|index| Some((setup.costs(index), setup.labels.get(index)?.as_str())))
        // What is too small to be told is too small to be drawn.
        .map(|(costs, label)| (costs.downtime(Period::Year).unwrap_or(0.0), label))
        .collect();
    let most = parts.first().map_or(0.0, |part| part.0);
    let (unit, size) = [("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3)]
        .into_iter()
        .find(|(_, size)| most >= *size)
        .unwrap_or(("µs", 1e-6));
    let told: Vec<String> =
        parts.iter().take(3).map(|(cost, label)| format!("{label} {}", words::seconds(*cost))).collect();
    let shown = parts.len().min(PARTS);
    let points = parts.iter().take(PARTS).enumerate().map(|(index, (cost, _))| (index as f64 + 1.0, cost / size));
    Chart {
        id: "contributions",
        title: "Downtime by part",
        lane: None,
        reading:
            "The downtime a year that would be gone if it never failed, the costliest part first; the table names them."
                .to_owned(),
        x: Axis { label: "Part", unit: "", from: 0.5, to: shown as f64 + 0.5 },
        y: Axis { label: "Down a year", unit, from: 0.0, to: (most / size * 1.1).max(1e-3) },
        lines: vec![line("costs", Tone::Half, Stroke::Columns, points.collect())],
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!("The costliest: {}.", told.join(", ")),
    }
}

/// How what is measured closes in on what is worked out.
fn measured(lab: &Lab) -> Chart {
    let calculated = lab.setup.down.share().unwrap_or(0.0) * 100.0;
    let curve = lab.measure.curve();
    let points: Vec<(f64, f64)> = curve.iter().map(|(years, down, _)| (*years, down * 100.0)).collect();
    let bound = |sign: f64| {
        let known = curve.iter().filter(|point| point.2.is_finite());
        known.map(|(years, down, margin)| (*years, (down + sign * margin).max(0.0) * 100.0)).collect::<Vec<_>>()
    };
    let (low, high) = (bound(-1.0), bound(1.0));
    // All of both lines. The interval of a few outages would leave no room for either: it may begin above the frame.
    let most = points.iter().map(|point| point.1).fold(calculated * 1.5, f64::max);
    let narrowest = high.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let widest = high.iter().map(|point| point.1).fold(0.0, f64::max);
    let interval = if narrowest.is_finite() { widest.min(narrowest * 2.0) } else { 0.0 };
    let top = most.max(interval) * 1.05;
    let years = curve.last().map_or(1.0, |last| last.0).max(1e-3);
    let summary = match lab.measure.measured() {
        None => "Nothing has been measured yet.".to_owned(),
        Some(measured) => {
            let share =
                |share: f64| Unavailability::new(share.clamp(0.0, 1.0)).map_or_else(|_| String::new(), words::missing);
            let sure =
                if measured.margin.is_finite() { format!(" ± {}", share(measured.margin)) } else { String::new() };
            format!("{} down{sure} measured, {} worked out.", share(measured.down), words::missing(lab.setup.down))
        }
    };
    Chart {
        id: "measured",
        title: "Measured against worked out",
        lane: None,
        reading: "The share of time that the whole was down so far, and its 95 % interval. Time in which you hold something down does not count.".to_owned(),
        x: Axis { label: "Time measured", unit: "years", from: 0.0, to: years },
        y: Axis { label: "Down", unit: "%", from: 0.0, to: top.max(1e-9) },
        lines: vec![
            line("95 % interval, from", Tone::Faint, Stroke::Dashed, low),
            line("95 % interval, to", Tone::Faint, Stroke::Dashed, high),
            line("measured", Tone::LaneA, Stroke::Solid, points),
        ],
        limits: vec![Limit { at: calculated, label: "worked out".to_owned(), tone: Tone::Plain }],
        bands: Vec::new(),
        summary,
    }
}
