//! The charts: the state with what the trip watches, the shares in the window, and outcomes per second.

use halfopen_core::breaker::{State, Trip};

use super::{Lab, about, why};
use crate::lab::scene::{Axis, Band, Chart, Limit, Line, Stroke, Tone};
use crate::lab::wording;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    let mut charts = vec![state(lab)];
    charts.extend(shares(lab));
    charts.push(outcomes(lab));
    charts
}

/// Time from the beginning; at least ten seconds, so that the first request does not fill the chart.
fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(10.0) }
}

fn state(lab: &Lab) -> Chart {
    let watched = why::watched(lab);
    let settings = lab.setup.breaker.settings();
    let judged =
        if matches!(settings.trip, Trip::Consecutive { .. }) { String::new() } else { about::judged(settings) };
    let level = if watched.unit == "%" { &lab.failing } else { &lab.watched };
    let points = level.points(lab.now);
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let to = if watched.unit == "%" { 100.0 } else { (watched.threshold + 1.0).max(highest * 1.1) };
    let now = lab.now.as_secs_f64();
    let ends = lab.states.iter().skip(1).map(|state| state.0.as_secs_f64()).chain([now]);
    let bands =
        lab.states.iter().zip(ends).filter(|((from, _), to)| from.as_secs_f64() < *to).map(|((from, state), to)| {
            Band { from: from.as_secs_f64(), to, tone: wording::state_tone(*state), label: wording::state_word(*state) }
        });
    let opened = lab.breaker.opened_count();
    Chart {
        lane: None,
        id: "state",
        title: match watched.label {
            "failure rate" => "State and failure rate in the window",
            "failures in the window" => "State and failures in the window",
            _ => "State and failures in a row",
        },
        reading: format!("The line is the {} that it opens on{judged}; the band below is its state.", watched.label),
        x: time(lab),
        y: Axis { label: watched.label, unit: watched.unit, from: 0.0, to },
        lines: vec![Line {
            name: watched.label.to_owned(),
            tone: Tone::Plain,
            stroke: Stroke::Steps,
            points,
            spread: Vec::new(),
        }],
        limits: vec![Limit {
            at: watched.threshold,
            label: opens(watched.above, watched.threshold, watched.unit),
            tone: Tone::Bad,
        }],
        bands: bands.collect(),
        summary: format!(
            "It is {} now, and has opened {opened} {}. {}.{}",
            wording::state_name(lab.breaker.state()),
            if opened == 1 { "time" } else { "times" },
            wording::sentence(&watched.said).trim_end_matches('.'),
            if lab.states_thinned {
                " There were so many changes that the band shows them two by two, the worse of each."
            } else {
                ""
            }
        ),
    }
}

/// How a threshold is labelled.
fn opens(above: bool, threshold: f64, unit: &str) -> String {
    let gap = if unit.is_empty() { "" } else { "\u{a0}" };
    format!("opens {} {}{gap}{unit}", if above { "above" } else { "at" }, threshold as u64)
}

/// The shares of the results in the window that the chart of the state does not show: of failures where it counts them, and
/// of slow calls where they are judged.
fn shares(lab: &Lab) -> Option<Chart> {
    let (watched, settings) = (why::watched(lab), lab.setup.breaker.settings());
    let (label, title, reads) = match (watched.unit.is_empty(), settings.slow) {
        (false, None) => return None,
        (true, None) => ("failure rate", "Failure rate in the window", "The share that failed"),
        (true, Some(_)) => {
            ("share of calls", "Failed and slow calls in the window", "The shares that failed and were slow,")
        }
        (false, Some(_)) => ("slow calls", "Slow calls in the window", "The share that was slow,"),
    };
    let mut told = Vec::new();
    let mut lines = Vec::new();
    if watched.unit.is_empty() {
        told.push(format!("{}\u{a0}% failed", why::round(watched.failing)));
        lines.push(("failure rate", Tone::Plain, Stroke::Steps, &lab.failing));
    }
    let mut limits = Vec::new();
    if let Some(slow) = settings.slow {
        let minimum = why::minimum(lab);
        told.push(if watched.buffered < minimum {
            format!("slow ones are judged from {minimum} results on")
        } else {
            format!("{}\u{a0}% were slow", why::round(watched.slow))
        });
        lines.push(("slow calls", Tone::Half, Stroke::DashedSteps, &lab.slow));
        let at = f64::from(slow.percent);
        // A tone that means no good would mark where the other line comes to it, too.
        let tone = if lines.len() > 1 { Tone::Info } else { Tone::Bad };
        limits.push(Limit { at, label: format!("{} slow", opens(false, at, "%")), tone });
    }
    let on = if limits.is_empty() { "It does not open on this." } else { "It opens on the slow ones too." };
    let lines = lines.into_iter().map(|(name, tone, stroke, level)| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points: level.points(lab.now),
        spread: Vec::new(),
    });
    Some(Chart {
        lane: None,
        id: "shares",
        title,
        reading: format!("{reads} {}. {on}", about::window(settings)),
        x: time(lab),
        y: Axis { label, unit: "%", from: 0.0, to: 100.0 },
        lines: lines.collect(),
        limits,
        bands: Vec::new(),
        summary: wording::sentence(&match watched.instead {
            Some(instead) => instead.to_owned(),
            None if watched.buffered == 0 => "no results in the window".to_owned(),
            None => told.join(", "),
        }),
    })
}

fn outcomes(lab: &Lab) -> Chart {
    let lines = [
        ("answered", Tone::Ok, Stroke::Steps, &lab.answered),
        ("failed", Tone::Bad, Stroke::DashedSteps, &lab.failed),
        ("turned away", Tone::Half, Stroke::Steps, &lab.turned_away),
    ]
    .map(|(name, tone, stroke, tally)| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points: tally.per_second(lab.now),
        spread: Vec::new(),
    });
    let highest = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let counts = lab.counts;
    let state = if lab.breaker.state() == State::Closed { "" } else { " It is not closed now." };
    Chart {
        lane: None,
        id: "outcomes",
        title: "Outcomes per second",
        reading: "How requests ended, as a rate in each half second.".to_owned(),
        x: time(lab),
        y: Axis { label: "requests per second", unit: "1/s", from: 0.0, to: (highest * 1.1).max(4.0) },
        lines: lines.into(),
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!(
            "So far {} answered, {} failed, {} turned away.{state}",
            counts.answered, counts.failed, counts.turned_away
        ),
    }
}
