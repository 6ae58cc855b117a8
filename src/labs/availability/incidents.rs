//! A list of incidents as text, and what they do to an error budget.

use std::time::Duration;

use halfopen_core::availability::{Alert, Incident, Objective, Unavailability};

use super::setup::Setup;
use crate::lab::chart::{Axis, Band, Chart, Limit, Line, Stroke};
use crate::lab::knob::DocumentError;
use crate::lab::{Table, Tone, text};
use crate::system::{shown, value, words};

pub(super) const DEFAULT: &str = "3d14h 40min 25%, 11d 2h 2%, 19d9h30min 6min 100%, 24d 36h 0.2%";

/// So many are read.
const INCIDENTS_MAX: usize = 50;
/// Points of the charts.
const POINTS: u32 = 720;
const DAY: f64 = 86_400.0;

/// Reads `3d14h 40min 25%`, and more of them after commas or on lines of their own.
pub(super) fn read(written: &str) -> Result<Vec<Incident>, DocumentError> {
    let mut incidents = Vec::new();
    let mut at = 0;
    for piece in written.split_inclusive([',', '\n', ';']) {
        let begin = at + (piece.len() - piece.trim_start().len());
        at += piece.len();
        let said = piece.trim_end_matches([',', '\n', ';']).trim();
        if said.is_empty() {
            continue;
        }
        let place = begin..begin + said.len();
        let wrong = |message: String| Err(DocumentError { at: place.clone(), message });
        if incidents.len() == INCIDENTS_MAX {
            return wrong(format!("There are more than {INCIDENTS_MAX} incidents."));
        }
        let words: Vec<&str> = said.split_whitespace().collect();
        let [start, length, share] = words[..] else {
            return wrong(
                "An incident says when it began, how long it lasted and what share failed: 3d14h 40min 25%.".to_owned(),
            );
        };
        let Some(start) = together(start) else {
            return wrong(format!("“{}” is no time from the window's beginning: write 3d14h, or 0h.", shown(start)));
        };
        let Some(length) = together(length) else {
            return wrong(format!("“{}” is no length of time: write 40min, or 1h30min.", shown(length)));
        };
        let Some(failing) = share.strip_suffix('%').and_then(value::share) else {
            return wrong(format!("“{}” is no share of requests from 0% to 100%.", shown(share)));
        };
        // A share from 0 to 1 is one.
        let failing = Unavailability::new(failing).unwrap_or(Unavailability::ALWAYS);
        incidents.push(Incident { start, length, failing });
    }
    Ok(incidents)
}

/// A length of time of several units, `1d2h`.
fn together(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let letters = rest.find(|sign: char| sign.is_ascii_alphabetic())?;
        let end = rest
            .get(letters..)?
            .find(|sign: char| !sign.is_ascii_alphabetic())
            .map_or(rest.len(), |more| letters + more);
        seconds += value::length(rest.get(..end)?)?;
        rest = rest.get(end..)?;
    }
    // Ten years are longer than any window.
    (!text.is_empty() && seconds <= 3650.0 * DAY).then(|| Duration::from_secs_f64(seconds))
}

/// How an alert is called.
fn name(alert: Alert) -> String {
    let hours = alert.lookback.as_secs() / 3600;
    let over = if hours >= 72 { format!("{} d", hours / 24) } else { format!("{hours} h") };
    format!("{}× over {over}", words::number(alert.burn_rate, 1))
}

/// Signs and words of the alerts, as bands of the chart tell them.
const FIRING: [(&str, Tone); 3] =
    [("▲ 14.4× over 1 h", Tone::Bad), ("◐ 6× over 6 h", Tone::Half), ("■ 1× over 3 d", Tone::Info)];

fn day(day: f64) -> Duration {
    Duration::from_secs_f64(day * DAY)
}

/// Which alerts fire at an instant.
fn firing(objective: &Objective, incidents: &[Incident], now: Duration) -> [bool; 3] {
    Alert::USUAL
        .map(|alert| objective.burn_rate_over(incidents, now, alert.lookback) >= alert.burn_rate * (1.0 - 1e-12))
}

/// How the budget is spent over the window.
pub(super) fn chart(setup: &Setup) -> Chart {
    let (objective, incidents) = (setup.objective, &setup.incidents[..]);
    let days = objective.window.as_secs_f64() / DAY;
    let step = days / f64::from(POINTS);
    let mut spent = Vec::new();
    let mut bands: Vec<Band> = Vec::new();
    for point in 0..=POINTS {
        let at = f64::from(point) * step;
        let share = objective.spent(incidents, day(at)) * 100.0;
        spent.push((at, share));
        let fires = firing(&objective, incidents, day(at));
        let Some((label, tone)) = fires.iter().zip(FIRING).find(|(fires, _)| **fires).map(|found| found.1) else {
            continue;
        };
        match bands.last_mut().filter(|band| band.label == label && band.to >= at - step * 0.5) {
            Some(band) => band.to = (at + step).min(days),
            None => bands.push(Band { from: at, to: (at + step).min(days), tone, label }),
        }
    }
    let all = objective.spent(incidents, objective.window);
    let top = spent.last().map_or(0.0, |last| last.1).clamp(100.0, 1000.0) * 1.1;
    Chart {
        id: "error_budget",
        title: "Error budget spent",
        lane: None,
        reading: "What the listed incidents took of the budget. The band says which burn-rate alert fires, the fastest first.".to_owned(),
        x: Axis { label: "Time", unit: "days", from: 0.0, to: days },
        y: Axis { label: "Spent", unit: "%", from: 0.0, to: top },
        lines: vec![Line { name: "spent".to_owned(), tone: Tone::LaneA, stroke: Stroke::Solid, points: spent, spread: Vec::new() }],
        limits: vec![Limit { at: 100.0, label: "all of the budget".to_owned(), tone: Tone::Bad }],
        bands,
        summary: format!("{} of the budget of {} is spent by the window's end.", share(all), words::seconds(objective.budget())),
    }
}

fn share(share: f64) -> String {
    if share.is_finite() { format!("{} %", words::number(share * 100.0, 1)) } else { "More than all".to_owned() }
}

/// When each alert fires, and what the incidents cost.
pub(super) fn table(setup: &Setup) -> Table {
    let (objective, incidents) = (setup.objective, &setup.incidents[..]);
    // Looked at every five minutes.
    let looks = (objective.window.as_secs() / 300).min(26_000);
    let mut first = [None; 3];
    let mut lasted = [0_u64; 3];
    let mut worst = [0.0_f64; 3];
    for look in 0..=looks {
        let now = Duration::from_secs(look * 300);
        for (index, alert) in Alert::USUAL.into_iter().enumerate() {
            let rate = objective.burn_rate_over(incidents, now, alert.lookback);
            worst[index] = worst[index].max(rate);
            if rate >= alert.burn_rate * (1.0 - 1e-12) {
                first[index] = first[index].or(Some(now));
                lasted[index] += 300;
            }
        }
    }
    let rows = Alert::USUAL.into_iter().enumerate().map(|(index, alert)| {
        let fires = first[index].map_or_else(
            || "never".to_owned(),
            |at| {
                let hours = at.as_secs() / 3600;
                format!("day {}, {:02}:{:02}", hours / 24 + 1, hours % 24, at.as_secs() / 60 % 60)
            },
        );
        let lasted = if lasted[index] == 0 { "–".to_owned() } else { words::seconds(lasted[index] as f64) };
        let rate = if worst[index].is_finite() {
            format!("{}×", words::number(worst[index], 1))
        } else {
            "no budget".to_owned()
        };
        let spends = format!("{} %", words::number(alert.spends(objective.window) * 100.0, 1));
        vec![name(alert), spends, fires, lasted, rate]
    });
    Table {
        id: "alerts",
        title: "Burn-rate alerts",
        note: format!(
            "Of {} over {}, {} may fail; the incidents take {}. Those at the same time add up, to all requests at most. Looked at every five minutes. Rates of Google's SRE Workbook, made for 30 days.",
            words::percent(objective.may_fail),
            text::counted(objective.window.as_secs() / 86_400, "day", "days"),
            words::seconds(objective.budget()),
            share(objective.spent(incidents, objective.window)),
        ),
        heads: vec!["alert", "spends at least", "first fires", "fires for", "fastest burn"],
        rows: rows.collect(),
        current: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_read_or_their_place_is_named() {
        let all = read("3d14h 40min 25%\n 0h 1h30min 100%;").unwrap();
        assert_eq!((all[0].start.as_secs(), all[1].length.as_secs()), (309_600, 5400));
        assert!(read("").unwrap().is_empty() && !read(DEFAULT).unwrap().is_empty());
        for (text, place, said) in [
            ("3d 1h", "3d 1h", "An incident says when"),
            ("1d 1h 5%, soon 1h 5%", "soon 1h 5%", "“soon” is no time"),
            ("1d 5 5%", "1d 5 5%", "“5” is no length"),
            ("1d 1h 500%", "1d 1h 500%", "no share of requests"),
            ("99999999d 1h 5%", "99999999d 1h 5%", "no time"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(&text[error.at], place, "{}", error.message);
            assert!(error.message.contains(said), "{}", error.message);
        }
    }
}
