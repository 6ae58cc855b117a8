//! The charts: when attempts arrive, and how the drawn waits compare with what they were drawn from.

use std::time::Duration;

use halfopen_core::Instant;

use super::lane::Lane;
use super::picture::Scale;
use super::settings::Overlay;
use super::{Lab, formula};
use crate::lab::scene::{Axis, Chart, Line, Stroke, Tone};
use crate::lab::text;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![arrivals(lab), waits(lab)]
}

/// How a strategy is drawn, so that six of them can be told apart.
pub(super) fn look(overlay: Option<Overlay>) -> (Tone, Stroke) {
    match overlay {
        None => (Tone::LaneA, Stroke::Steps),
        Some(Overlay::NoJitter) => (Tone::Bad, Stroke::DashedSteps),
        Some(Overlay::Full) => (Tone::Ok, Stroke::DashedSteps),
        Some(Overlay::Equal) => (Tone::Half, Stroke::DashedSteps),
        Some(Overlay::Plus) => (Tone::LaneB, Stroke::DashedSteps),
        Some(Overlay::Decorrelated) => (Tone::Info, Stroke::DashedSteps),
    }
}

fn name(lab: &Lab, lane: &Lane) -> String {
    match lane.overlay {
        Some(overlay) => format!("overlaid: {}", overlay.name()),
        None => formula::name(lab.setup.retry.backoff()),
    }
}

fn arrivals(lab: &Lab) -> Chart {
    let scale = Scale::of(lab, Duration::ZERO);
    let seconds = |length: Duration| (Instant::ZERO + length).as_secs_f64();
    let at = |index: usize| seconds(scale.bucket * u32::try_from(index).unwrap_or(u32::MAX));
    let mut lines = Vec::new();
    let (mut highest, mut told) = (0, Vec::new());
    for lane in &lab.lanes {
        let (made, ahead) = scale.histogram(lane, lab.is_known(lane));
        let all: Vec<u32> = made.iter().zip(&ahead).map(|(made, ahead)| made + ahead).collect();
        highest = all.iter().copied().max().unwrap_or(0).max(highest);
        let most = all.iter().skip(1).copied().max().unwrap_or(0);
        told.push(format!("{most} with {}", name(lab, lane)));
        let (tone, stroke) = look(lane.overlay);
        let mut points: Vec<_> = all.iter().enumerate().map(|(index, many)| (at(index), f64::from(*many))).collect();
        points.push((seconds(scale.length), 0.0));
        lines.push(Line { name: name(lab, lane), tone, stroke, points, spread: Vec::new() });
    }
    let bar = text::about(scale.bucket);
    Chart {
        lane: None,
        id: "arrivals",
        title: "Attempts that arrive together",
        reading: format!("How many attempts begin in each {bar} of this round, those ahead included."),
        x: Axis { label: "since the round began", unit: "s", from: 0.0, to: seconds(scale.length) },
        y: Axis { label: scale.counted, unit: "", from: 0.0, to: (f64::from(highest) * 1.1).max(4.0) },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!("After the first {bar}, the most in {bar} are {}.", told.join(", ")),
    }
}

fn waits(lab: &Lab) -> Chart {
    let waits = lab.setup.retry.backoff();
    let count = lab.setup.retry.settings().attempts.saturating_sub(1);
    let line =
        |name: &str, tone, stroke, points| Line { name: name.to_owned(), tone, stroke, points, spread: Vec::new() };
    let points = |each: &dyn Fn(u32) -> Duration| -> Vec<(f64, f64)> {
        (0..count).map(|number| (f64::from(number) + 1.0, (Instant::ZERO + each(number)).as_secs_f64())).collect()
    };
    let drawn = lab.first().map(|(client, _)| {
        let planned = client.plan.iter().skip(1).enumerate();
        planned.map(|(index, planned)| (index as f64 + 1.0, (Instant::ZERO + planned.wait).as_secs_f64())).collect()
    });
    let drawn: Vec<(f64, f64)> = drawn.unwrap_or_default();
    // The ceiling is the higher one where the cap comes last.
    let highest = points(&|number| waits.most(number).max(waits.ceiling(number)));
    let highest = highest.iter().map(|point| point.1).fold(0.0, f64::max);
    let mut lines = vec![
        line("ceiling", Tone::Plain, Stroke::Dashed, points(&|number| waits.ceiling(number))),
        line("mean", Tone::LaneA, Stroke::Solid, points(&|number| waits.mean(number).wait)),
        line("drawn by client 1", Tone::LaneB, Stroke::Solid, drawn),
    ];
    // Mostly the ceiling itself.
    if (0..count).any(|number| waits.most(number) != waits.ceiling(number)) {
        lines.insert(1, line("longest", Tone::Bad, Stroke::Dashed, points(&|number| waits.most(number))));
    }
    let last = count.checked_sub(1);
    let summary = last.map_or_else(
        || "There is no wait: each client tries once.".to_owned(),
        |last| {
            format!(
                "The last wait has a ceiling of {}, {} on average and {} at most.",
                text::about(waits.ceiling(last)),
                text::about(waits.mean(last).wait),
                text::about(waits.most(last))
            )
        },
    );
    Chart {
        lane: None,
        id: "waits",
        title: "Each wait against what it was drawn from",
        reading:
            "The ceiling is what the jitter is applied to; the mean is what to expect. Jitter that adds goes beyond the ceiling."
                .to_owned(),
        x: Axis { label: "wait", unit: "", from: 1.0, to: f64::from(count).max(2.0) },
        y: Axis { label: "length", unit: "s", from: 0.0, to: (highest * 1.05).max(1e-3) },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary,
    }
}
