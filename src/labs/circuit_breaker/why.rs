//! The numbers: readouts, what the trip watches, and the rule with the current numbers in it.

use halfopen_core::breaker::{Compare, Decide, Figures, State, Trip};

use super::Lab;
use crate::lab::scene::{Readout, Tone, Why};
use crate::lab::{text, wording};

/// What the trip watches: a number and where it opens.
pub(super) struct Watched {
    /// What it is.
    pub(super) label: &'static str,
    /// Its unit on the axis.
    pub(super) unit: &'static str,
    /// Its value now.
    pub(super) value: f64,
    /// Where it opens.
    pub(super) threshold: f64,
    /// Whether it must be passed, not only reached.
    pub(super) above: bool,
    /// How far it is from being judged at all, 0 to 1, while there are too few results.
    pub(super) early: Option<f64>,
    /// In words: "2 of 3 failures in a row".
    pub(super) said: String,
    /// What is said in its place while the window is not looked at.
    pub(super) instead: Option<&'static str>,
    /// The results in the window.
    pub(super) buffered: u64,
    /// The share of failures in the window, in percent.
    pub(super) failing: f64,
    /// The share of slow calls in the window, in percent.
    pub(super) slow: f64,
}

pub(super) fn watched(lab: &Lab) -> Watched {
    let settings = lab.setup.breaker.settings();
    let judging = matches!(lab.breaker.state(), State::Closed | State::MetricsOnly);
    // In half-open the figures are those of the probes, which the trip does not watch, and so are those that are kept
    // when a probe reopens it.
    let instead = match lab.breaker.state() {
        State::HalfOpen => Some("the probes decide now"),
        State::Open if lab.breaker.openings_in_a_row() > 1 => Some("a probe opened it again"),
        _ => None,
    };
    let figures = if instead.is_some() { Figures::default() } else { figures(lab) };
    let (buffered, minimum) = (figures.buffered, minimum(lab));
    let share = |part: u64| if buffered == 0 { 0.0 } else { 100.0 * part as f64 / buffered as f64 };
    // Before they may be judged there are no numbers to show beside a threshold.
    let judged = |value: f64| if buffered < minimum { 0.0 } else { value };
    let count = |number: u64, failures: u32, which: &str| {
        format!("{number} of {failures} {} {which}", text::noun(failures.into(), "failure", "failures"))
    };
    let in_a_row = figures.failures_in_a_row;
    let (label, unit, value, threshold, above, said) = match settings.trip {
        Trip::Consecutive { failures } => {
            ("failures in a row", "", in_a_row as f64, failures, false, count(in_a_row, failures, "in a row"))
        }
        Trip::Failures { failures } => {
            let said = count(figures.failed, failures, "in the window");
            ("failures in the window", "", judged(figures.failed as f64), failures, false, said)
        }
        Trip::Rate { percent, compare } => {
            let failing = share(figures.failed);
            let said = format!("{} of {buffered} failed: {}\u{a0}%", figures.failed, round(failing));
            ("failure rate", "%", judged(failing), percent, compare == Compare::Above, said)
        }
    };
    let counts_all = matches!(settings.trip, Trip::Consecutive { .. });
    let early = (judging && !counts_all && buffered < minimum).then(|| buffered as f64 / minimum as f64);
    Watched {
        label,
        unit,
        value,
        threshold: f64::from(threshold),
        above,
        early,
        said: match (instead, early) {
            (Some(instead), _) => instead.to_owned(),
            (None, Some(_)) => {
                format!("{buffered} of {minimum} {} before it judges", text::noun(minimum, "call", "calls"))
            }
            (None, None) => said,
        },
        instead,
        buffered,
        failing: if unit.is_empty() { share(figures.failed) } else { value },
        slow: judged(share(figures.slow)),
    }
}

/// The minimum of calls as it acts.
pub(super) fn minimum(lab: &Lab) -> u64 {
    let settings = lab.setup.breaker.settings();
    let minimum = u64::from(settings.minimum_calls.max(1));
    match settings.window {
        halfopen_core::breaker::Window::Calls { calls } => minimum.min(u64::from(calls)),
        _ => minimum,
    }
}

fn figures(lab: &Lab) -> Figures {
    lab.breaker.figures(lab.now)
}

/// A percentage for reading, with one decimal where it has one.
pub(super) fn round(percent: f64) -> String {
    text::decimal(libm::round(percent * 10.0) as i64, 1)
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let counts = lab.counts;
    let count = Readout::count;
    let tone = |number: u64, tone| if number > 0 { tone } else { Tone::Plain };
    let judging = matches!(lab.breaker.state(), State::Closed | State::MetricsOnly);
    let rate = figures(lab).failure_rate.filter(|_| judging).map(|rate| rate.percent());
    vec![
        count("requests", "requests", counts.sent, Tone::Plain),
        count("answered", "answered", counts.answered, tone(counts.answered, Tone::Ok)),
        count("failed", "failed", counts.failed, tone(counts.failed, Tone::Bad)),
        count("turned_away", "turned away", counts.turned_away, tone(counts.turned_away, Tone::Half)),
        count("under_way", "under way", lab.calls.len() as u64, Tone::Plain),
        count("reached", "reached the backend", counts.reached, Tone::Plain),
        count("openings", "times opened", lab.breaker.opened_count(), Tone::Plain),
        Readout {
            id: "failure_rate",
            label: "failure rate in the window",
            number: rate.map(|percent| percent / 100.0),
            value: rate.map_or_else(|| "–".to_owned(), |percent| format!("{}\u{a0}%", round(percent))),
            tone: Tone::Plain,
        },
        count("ignored", "ignored", counts.ignored, Tone::Plain),
        count("late", "came late, not counted", counts.late, Tone::Plain),
        count(
            "abandoned",
            "served for nobody, so far",
            lab.server.counters().wasted + u64::from(lab.server.abandoned()),
            Tone::Plain,
        ),
    ]
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let (settings, figures) = (lab.setup.breaker.settings(), figures(lab));
    let mut lines = Vec::new();
    let mut line = |rule: &str, now: String| lines.push(Why { rule: rule.to_owned(), now });
    let verdict = |yes: bool| if yes { "yes" } else { "not yet" };
    match lab.breaker.state() {
        State::Closed | State::MetricsOnly => {
            let judged = figures.buffered >= minimum(lab);
            match settings.trip {
                Trip::Consecutive { failures } => {
                    let run = figures.failures_in_a_row;
                    line(
                        "opens when failures in a row ≥ threshold",
                        format!("{run} ≥ {failures}: {}", verdict(run >= u64::from(failures))),
                    );
                }
                Trip::Failures { failures } => {
                    line(
                        "judges when results in the window ≥ minimum",
                        format!("{} ≥ {}: {}", figures.buffered, minimum(lab), verdict(judged)),
                    );
                    line(
                        "opens when failures in the window ≥ threshold",
                        format!("{} ≥ {failures}: {}", figures.failed, verdict(figures.failed >= u64::from(failures))),
                    );
                }
                Trip::Rate { percent, compare } => {
                    let (sign, above) = if compare == Compare::Above { (">", true) } else { ("≥", false) };
                    let (left, right) = (100 * figures.failed, u64::from(percent) * figures.buffered);
                    let over = if above { left > right } else { left >= right && figures.buffered > 0 };
                    line(
                        "judges when results in the window ≥ minimum",
                        format!("{} ≥ {}: {}", figures.buffered, minimum(lab), verdict(judged)),
                    );
                    line(
                        &format!("opens when 100 × failed {sign} percentage × results"),
                        format!("100 × {} {sign} {percent} × {}: {}", figures.failed, figures.buffered, verdict(over)),
                    );
                }
            }
            if let Some(slow) = settings.slow {
                line(
                    &format!(
                        "opens when 100 × slow ≥ percentage × results; slow is longer than {}",
                        text::about(slow.longer_than)
                    ),
                    format!("100 × {} ≥ {} × {}", figures.slow, slow.percent, figures.buffered),
                );
            }
        }
        State::Open => {
            let (waited, wait) = (lab.now.since(lab.breaker.since()), lab.breaker.wait().unwrap_or_default());
            let sign = if settings.wait_over == Compare::Above { ">" } else { "≥" };
            line(
                &format!("may probe when time open {sign} wait"),
                format!(
                    "{} {sign} {}: {}",
                    text::about(waited),
                    text::about(wait),
                    verdict(settings.wait_over.exceeds(waited, wait))
                ),
            );
            if settings.open_for.factor_permille > 1000 {
                line(
                    "wait = initial × factor^(openings in a row − 1), at most the longest",
                    format!(
                        "{} × {}^{} → {}",
                        text::about(settings.open_for.initial),
                        text::decimal(settings.open_for.factor_permille.into(), 3),
                        lab.breaker.openings_in_a_row().saturating_sub(1),
                        text::about(wait)
                    ),
                );
            }
        }
        State::HalfOpen => match settings.half_open.decide {
            Decide::Numbers { successes, failures } => {
                line(
                    "closes when successful probes ≥ needed",
                    format!("{} ≥ {successes}: {}", figures.succeeded, verdict(figures.succeeded >= successes.into())),
                );
                line(
                    "reopens when failed probes ≥ limit",
                    format!("{} ≥ {failures}: {}", figures.failed, verdict(figures.failed >= failures.into())),
                );
            }
            Decide::Rate { percent, compare, after, early } => {
                let after = after.unwrap_or(settings.half_open.permits);
                let sign = if compare == Compare::Above { ">" } else { "≥" };
                let when = if early { "as soon as" } else { "then, if" };
                line(
                    "decides when results of probes ≥ needed",
                    format!("{} ≥ {after}: {}", figures.buffered, verdict(figures.buffered >= after.into())),
                );
                line(
                    &format!("reopens {when} 100 × failed {sign} percentage × needed, else closes"),
                    format!("100 × {} {sign} {percent} × {after}", figures.failed),
                );
                if let Some(slow) = settings.slow {
                    line(
                        "reopens too if 100 × slow ≥ percentage × results",
                        format!("100 × {} ≥ {} × {}", figures.slow, slow.percent, figures.buffered),
                    );
                }
            }
        },
        state @ (State::ForcedOpen | State::Disabled) => {
            line("entered and left by hand", format!("it is {}", wording::state_name(state)))
        }
    }
    line(
        "requests = answered + failed + ignored + turned away + under way",
        format!(
            "{} = {} + {} + {} + {} + {}",
            lab.counts.sent,
            lab.counts.answered,
            lab.counts.failed,
            lab.counts.ignored,
            lab.counts.turned_away,
            lab.calls.len()
        ),
    );
    lines
}
