//! The charts: the state with what the trip watches, and outcomes per second.

use halfopen_core::breaker::State;

use super::{Lab, why};
use crate::lab::scene::{Axis, Band, Chart, Limit, Line, Stroke, Tone};
use crate::lab::wording;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![state(lab), outcomes(lab)]
}

/// Time from the beginning; at least ten seconds, so that the first request does not fill the chart.
fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(10.0) }
}

fn state(lab: &Lab) -> Chart {
    let watched = why::watched(lab);
    let points = lab.watched.points(lab.now);
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let to = if watched.unit == "%" { 100.0 } else { (watched.threshold + 1.0).max(highest * 1.1) };
    let now = lab.now.as_secs_f64();
    let ends = lab.states.iter().skip(1).map(|state| state.0.as_secs_f64()).chain([now]);
    let bands =
        lab.states.iter().zip(ends).filter(|((from, _), to)| from.as_secs_f64() < *to).map(|((from, state), to)| {
            Band { from: from.as_secs_f64(), to, tone: wording::state_tone(*state), label: wording::state_name(*state) }
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
        reading: format!("The line is the {} that it opens on; the band below is its state.", watched.label),
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
            label: format!(
                "opens {} {}{}",
                if watched.above { "above" } else { "at" },
                watched.threshold as u64,
                if watched.unit.is_empty() { "" } else { "\u{a0}%" }
            ),
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
