//! What the lab says of itself: its claim, its actions, and what the settings mean.

use std::time::Duration;

use halfopen_core::backoff::{Config as Waits, Jitter, Kind};

use super::settings::{self, Setup};
use super::{Lab, formula, knobs, presets};
use crate::lab::scene::Button;
use crate::lab::{About, Action, Config, Fact, Goal, Prediction, text};

pub(super) const ABOUT: About = About {
    slug: "backoff",
    title: "Backoff timelines",
    summary: "See when each client tries again, and how chance keeps many of them from coming back together.",
    claim,
    knobs: knobs::KNOBS,
    presets: presets::PRESETS,
    edits: &[],
    actions: &[
        Action {
            id: "reroll",
            label: "Re-roll the jitter",
            help: "The same clients begin anew at the same instants; only what the jitter draws differs.",
            args: &[],
            button: true,
            primary: false,
            key: Some('r'),
        },
        Action {
            id: "heal",
            label: "Heal the backend",
            help: "Attempts that end from now on are answered.",
            args: &[],
            button: true,
            primary: false,
            key: Some('h'),
        },
        Action {
            id: "break",
            label: "Break the backend",
            help: "Attempts that end from now on fail.",
            args: &[],
            button: false,
            primary: false,
            key: None,
        },
    ],
    outlook,
    conflicts: |config| settings::backoff(config).1,
    predictions: &[
        Prediction {
            id: "mean_of_full_jitter",
            question: "200 clients fail at once and wait with full jitter; the first wait's ceiling is 1 s. How long do they wait on average before their second attempt?",
            setup: "clients=200&overlay_none=off",
            readout: "mean_first_wait",
            at_ms: 1_500,
            answer: 0.5,
            tolerance: 0.06,
            misconceptions: &[
                (
                    1.0,
                    "1 s is the longest that they wait. A number drawn evenly from 0 to 1 s is half of it on average.",
                ),
                (0.75, "That is equal jitter, which keeps half of the wait and draws the other half."),
            ],
        },
        Prediction {
            id: "together_without_jitter",
            question: "40 clients fail together and back off exponentially, without jitter. How many of them come within the same fifth of a second when they try for the third time?",
            setup: "jitter=none",
            readout: "together",
            at_ms: 16_000,
            answer: 40.0,
            tolerance: 0.5,
            misconceptions: &[
                (
                    10.0,
                    "Longer waits alone spread nothing: whoever failed together waits equally long, and comes back together.",
                ),
                (1.0, "Only chance parts them. Without jitter all have the same wait, however long it is."),
            ],
        },
    ],
    goals: &[Goal {
        id: "spread_out",
        task: "Let 100 clients or more give up after at least 5 calls each, in one round, and no more than one in ten come back within the same fifth of a second.",
        hint: "What bunches is the second attempt: the first wait is the shortest, so the jitter has least room. Let the first wait be longer, and let the jitter reach far.",
        reached: |_, readouts| {
            let number = |id: &str| readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number);
            let (clients, together) = (number("clients").unwrap_or(0.0), number("together").unwrap_or(f64::MAX));
            clients >= 100.0 && number("in_vain") == Some(clients) && together * 10.0 <= clients
        },
        proof: "clients=100&kind=constant&base=4s&jitter=plus_minus&width=100%25&t=40s",
    }],
};

/// So much in all: sums saturate.
pub(super) fn sum(waits: &Waits, attempts: u32, each: impl Fn(&Waits, u32) -> Duration) -> Duration {
    (0..attempts.saturating_sub(1)).map(|number| each(waits, number)).fold(Duration::ZERO, Duration::saturating_add)
}

fn claim(config: &Config) -> String {
    let Setup { retry, clients, .. } = Setup::new(config);
    let (waits, attempts) = (retry.backoff(), retry.settings().attempts);
    let clients = text::counted(clients.into(), "client", "clients");
    if attempts == 1 {
        return format!("With a single attempt nothing is retried: {clients} fail once, and that is it.");
    }
    let most = text::about(sum(waits, attempts, Waits::most));
    let caution = formula::caution(waits, attempts);
    let counted = text::counted(u64::from(attempts) - 1, "wait", "waits");
    let take = if attempts == 2 { "takes" } else { "take" };
    match waits.settings().kind {
        Kind::None => format!("All {attempts} attempts follow each other at once. {caution}"),
        // Its mean is worked out on a grid, which is not for every frame.
        Kind::Decorrelated { .. } => format!("{counted} between {attempts} attempts {take} {most} at most. {caution}"),
        _ => {
            let mean = text::about(sum(waits, attempts, |waits, number| waits.mean(number).wait));
            let long = if mean == most {
                format!("{take} {most}")
            } else {
                format!("{take} {mean} on average, {most} at most")
            };
            format!("{counted} between {attempts} attempts {long}. {caution}")
        }
    }
}

fn outlook(config: &Config) -> Vec<Fact> {
    let Setup { retry, clients, takes, fails, spread, .. } = Setup::new(config);
    let (waits, attempts) = (retry.backoff(), retry.settings().attempts);
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: String, because: String| {
        facts.push(Fact { label: label.to_owned(), value, because });
    };
    let calls = u64::from(clients) * u64::from(attempts.min(fails.saturating_add(1)));
    fact(
        "Calls while the backend is broken",
        text::grouped(calls as i64),
        format!(
            "{} of at most {} each, if no breaker steps in.",
            text::counted(clients.into(), "client", "clients"),
            text::counted(attempts.into(), "attempt", "attempts")
        ),
    );
    if attempts > 1 {
        let shown = |each: &dyn Fn(u32) -> Duration| {
            let few: Vec<_> = (0..attempts - 1).take(6).map(|number| text::about(each(number))).collect();
            let more = if attempts > 7 { " + …" } else { "" };
            format!("{}{more}", few.join(" + "))
        };
        let mean = |number| waits.mean(number).wait;
        let all: Duration = sum(waits, attempts, |_, number| mean(number));
        fact("All waits of a request, on average", text::about(all), format!("{}.", shown(&mean)));
        let all = sum(waits, attempts, Waits::most);
        fact("All waits of a request, at most", text::about(all), format!("{}.", shown(&|number| waits.most(number))));
        let last = spread.saturating_add(all).saturating_add(takes.saturating_mul(attempts));
        fact(
            "The last attempt ends, at the latest",
            text::about(last),
            format!(
                "Its beginning (up to {}), its waits, and {} of {} each.",
                text::about(spread),
                text::counted(attempts.into(), "attempt", "attempts"),
                text::about(takes)
            ),
        );
    }
    if matches!(waits.settings().jitter, Jitter::Full) {
        let cut = attempts.checked_sub(2).and_then(|last| formula::cut(waits, last));
        let but = cut.map_or_else(String::new, |cap| {
            format!(
                " The cap of {} comes last and cuts what is drawn over it: there the mean is less.",
                text::about(cap)
            )
        });
        fact(
            "Mean of a wait",
            if cut.is_some() { "half of its ceiling, or less" } else { "half of its ceiling" }.to_owned(),
            format!("A number drawn evenly from 0 to c is c / 2 on average. Many explanations have it at c.{but}"),
        );
    }
    if let Some(cap) = waits.settings().cap.filter(|cap| attempts > 1 && waits.most(attempts - 2) > *cap) {
        fact(
            "A wait may pass the cap",
            text::about(waits.most(attempts - 2)),
            format!("The cap of {} bounds what the jitter is added to, and not the sum.", text::about(cap)),
        );
    }
    facts
}

/// The buttons that look different now.
pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let (sends, label) = if lab.broken { ("heal", "Heal the backend") } else { ("break", "Backend is well · break") };
    vec![Button { action: "heal", sends, label: label.to_owned(), pressed: Some(!lab.broken), enabled: true }]
}
