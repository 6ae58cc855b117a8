//! What the lab says of itself: its claim, its actions, and what the settings mean.

use halfopen_core::breaker::{
    Compare, Decide, HalfOpen, HalfOpenBy, OpenFor, PermitsLimit, Settings, Slow, State, Trip, Window,
};

use super::{Backend, Lab, knobs, outlook, presets, settings};
use crate::lab::scene::Button;
use crate::lab::{About, Action, Config, Goal, Prediction, text};

const fn button(id: &'static str, label: &'static str, help: &'static str, key: char) -> Action {
    Action { id, label, help, args: &[], button: true, primary: false, key: Some(key) }
}

const fn on_picture(id: &'static str, label: &'static str, help: &'static str) -> Action {
    Action { id, label, help, args: &[], button: false, primary: false, key: None }
}

pub(super) const ABOUT: About = About {
    slug: "circuit-breaker",
    title: "Circuit breaker",
    summary: "Send requests through a circuit breaker and watch it trip, probe and close.",
    claim,
    knobs: knobs::KNOBS,
    presets: presets::PRESETS,
    edits: &[],
    actions: &[
        Action { primary: true, ..button("send", "Send request", "Sends one request.", 's') },
        button("send_10", "Send 10", "Sends ten requests, 100 ms apart.", 't'),
        button("break", "Break the backend", "Its calls fail from now on.", 'b'),
        button("slow", "Make it slow", "Its calls take many times as long from now on.", 'l'),
        on_picture("heal", "Heal the backend", "It answers as it should from now on."),
        on_picture("hang", "Make it hang", "It takes calls and never answers."),
        on_picture("shut_down", "Take it down", "It refuses every connection."),
        on_picture(
            "send_malformed",
            "Send a malformed request",
            "Sends a request that the backend answers with 400: the caller's own mistake.",
        ),
        on_picture("force_open", "Force open", "Every request is turned away until you close it."),
        on_picture("disable", "Disable", "Every request passes and nothing is counted."),
        on_picture(
            "watch_only",
            "Metrics only",
            "Every request passes; results are counted and judged, but it never opens.",
        ),
        on_picture("close", "Reset to closed", "It closes and counts from zero."),
    ],
    outlook: outlook::outlook,
    conflicts: |config| settings::breaker(config).1,
    predictions: &[Prediction {
        id: "ten_at_a_broken_backend",
        question: "The backend fails every call half a second after it was sent. You send ten requests, 100 ms apart, through a breaker that opens after 3 failures in a row. How many of them reach the backend?",
        setup: "do=1:break,2:send_10",
        readout: "reached",
        at_ms: 4_000,
        answer: 8.0,
        tolerance: 0.5,
        misconceptions: &[
            (
                3.0,
                "The breaker opens at the third failure, not at the third request: while the first answers are on their way, requests keep passing.",
            ),
            (
                10.0,
                "By the time the third failure is back, at 0.7 s, two requests are still to be sent: they are turned away.",
            ),
        ],
    }],
    goals: &[Goal {
        id: "open_and_recover",
        task: "Open the breaker, then let it close again by itself.",
        hint: "Break the backend and send requests until it opens. Heal the backend, wait until the ring is empty, and send one more: it is the probe.",
        reached: |record, readouts| {
            let opened = readouts.iter().any(|readout| readout.id == "openings" && readout.number > Some(0.0));
            opened
                && record.entries().any(|entry| {
                    entry.head.starts_with("● closed")
                        && entry.text.split(' ').any(|word| word.starts_with("succeeded"))
                })
        },
        proof: "do=0.5:break,1:send,1.2:send,1.4:send,3:heal,8:send&t=9s",
    }],
};

/// What the breaker does, from the settings that it runs with.
fn claim(config: &Config) -> String {
    let settings = *settings::breaker(config).0.settings();
    match settings.start_in {
        State::ForcedOpen => return "Forced open, it turns every request away until you close it.".to_owned(),
        State::Disabled => return "Disabled, it lets every request pass and counts nothing.".to_owned(),
        State::MetricsOnly => {
            return "Set to metrics only, it counts and judges but lets every request pass.".to_owned();
        }
        State::Closed | State::Open | State::HalfOpen => {}
    }
    let slow = settings.slow.map_or(String::new(), |Slow { longer_than, percent }| {
        // A rate has just said of what.
        let of = if matches!(settings.trip, Trip::Rate { .. }) { "" } else { &format!(" {}", window(&settings)) };
        format!(", or {percent}\u{a0}%{of} took longer than {}{},", text::about(longer_than), judged(&settings))
    });
    format!("After {}{slow} it stops asking and answers for itself. {}", trip(&settings), recovery(&settings))
}

/// Of which calls the results are judged.
pub(super) fn window(settings: &Settings) -> String {
    match settings.window {
        Window::Calls { calls } => format!("of the last {}", text::counted(calls.into(), "call", "calls")),
        Window::Time { time, .. } => format!("of the calls of the last {}", text::about(time)),
        Window::Fixed { length } => format!("of the calls of each {}", text::about(length)),
    }
}

fn trip(settings: &Settings) -> String {
    let window = window(settings);
    match settings.trip {
        Trip::Consecutive { failures } => {
            let run = if failures == 1 { "one failure".to_owned() } else { format!("{failures} failures in a row") };
            match settings.window {
                Window::Fixed { length } if failures > 1 => format!("{run} within the same {}", text::about(length)),
                _ => run,
            }
        }
        Trip::Failures { failures } => {
            if matches!(settings.window, Window::Calls { calls: 1 }) {
                return "one failure".to_owned();
            }
            let failures = text::counted(failures.into(), "failure", "failures");
            format!("{failures} among the results {window}{}", judged(settings))
        }
        Trip::Rate { percent, compare } => {
            let more = if compare == Compare::Above { "more than " } else { "" };
            format!("{more}{percent}\u{a0}% {window} failed{}", judged(settings))
        }
    }
}

/// From how many results on the window is judged, where that is more than one.
pub(super) fn judged(settings: &Settings) -> String {
    let minimum = match settings.window {
        Window::Calls { calls } => settings.minimum_calls.min(calls),
        _ => settings.minimum_calls,
    };
    if minimum > 1 { format!(" (judged once there are {minimum})") } else { String::new() }
}

fn recovery(settings: &Settings) -> String {
    let OpenFor { initial, factor_permille, cap } = settings.open_for;
    let wait = text::about(cap.map_or(initial, |cap| cap.min(initial)));
    let grows = if factor_permille > 1000 && cap.is_none_or(|cap| cap > initial) { ", longer each time," } else { "" };
    let HalfOpen { permits, permits_limit, decide, .. } = settings.half_open;
    let probes = match (permits, permits_limit) {
        (1, PermitsLimit::Total) => "the next request".to_owned(),
        (n, PermitsLimit::Total) => format!("the next {n} requests"),
        (1, PermitsLimit::InFlight) => "requests one at a time".to_owned(),
        (n, PermitsLimit::InFlight) => format!("up to {n} requests at a time"),
    };
    let verdict = match decide {
        Decide::Numbers { successes: 1, failures: 1 } => "the first answer decides".to_owned(),
        Decide::Numbers { successes, failures } => format!(
            "{} it, {} it again",
            text::counted(successes.into(), "success closes", "successes close"),
            text::counted(failures.into(), "failure opens", "failures open")
        ),
        Decide::Rate { after, .. } => {
            text::counted(after.unwrap_or(permits).into(), "result decides", "results decide")
        }
    };
    let verdict =
        if permits == 1 && verdict == "the first answer decides" { String::new() } else { format!(": {verdict}") };
    let begins = match settings.half_open_by {
        HalfOpenBy::Ask => format!("From {wait} later on{grows} it lets"),
        HalfOpenBy::Clock => format!("{wait} later{grows} it is half-open by the clock and lets"),
    };
    format!("{begins} {probes} through to see whether the backend is well again{verdict}.")
}

/// The buttons that look different now.
pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let switch = |action, backend, on: &str, off: &str| {
        let pressed = lab.backend == backend;
        Button {
            action,
            sends: if pressed { "heal" } else { action },
            label: if pressed { on } else { off }.to_owned(),
            pressed: Some(pressed),
            enabled: true,
        }
    };
    vec![
        switch("break", Backend::Broken, "Backend is broken · heal", "Break the backend"),
        switch("slow", Backend::Slow, "Backend is slow · heal", "Make it slow"),
    ]
}
