//! What the lab says of itself: its knobs, its claim, and what the settings mean.

use super::forecast::{claim, outlook};
use crate::lab::knob::number;
use crate::lab::{About, Action, Goal, Kind, Knob, Prediction, Preset, Unit};

const SECOND: i64 = 1_000_000_000;
const fn knob(group: &'static str, id: &'static str, label: &'static str, help: &'static str, kind: Kind) -> Knob {
    Knob { id, label, help, group, kind, matters: Knob::ALWAYS }
}

const KNOBS: &[Knob] = &[
    knob(
        "Settings",
        "rate",
        "Requests",
        "They arrive at both callers at the same instants.",
        number(Unit::MilliPerSecond, 1_000, 5_000_000, 1_000_000),
    ),
    knob(
        "Settings",
        "timeout",
        "Timeout of an attempt",
        "So long a caller waits for an answer; meanwhile the request holds its thread.",
        number(Unit::Nanos, SECOND / 100, 120 * SECOND, 5 * SECOND),
    ),
    knob(
        "Settings",
        "attempts",
        "Attempts",
        "The first one included; each holds the same thread.",
        number(Unit::Count("attempts"), 1, 10, 3),
    ),
    knob(
        "Breaker of the second caller",
        "threshold",
        "Failures to open",
        "So many failed attempts in a row open it.",
        number(Unit::Count("failures"), 1, 1_000, 5),
    ),
    knob(
        "Breaker of the second caller",
        "open_for",
        "Stays open for",
        "So long attempts are turned away; then one may probe.",
        number(Unit::Nanos, SECOND / 10, 600 * SECOND, 5 * SECOND),
    ),
    knob(
        "Callers and backend",
        "threads",
        "Threads of each caller",
        "Each holds a connection as well while it waits. A request without a free thread is refused, whatever it wants.",
        number(Unit::Count("threads"), 10, 20_000, 10_000),
    ),
    knob(
        "Callers and backend",
        "stack",
        "Memory of a thread (MB)",
        "What a thread takes while it waits, in megabytes. Turned during a run, the threads held then take it too.",
        number(Unit::Count("MB"), 1, 64, 1),
    ),
    knob(
        "Callers and backend",
        "latency",
        "The backend answers after",
        "How long it takes while it is well.",
        number(Unit::Nanos, SECOND / 1000, 10 * SECOND, SECOND / 20),
    ),
    knob(
        "Callers and backend",
        "hangs_from",
        "It hangs from",
        "From then on it takes calls and never answers, until you heal it. Turned during a run to a time that is past, it hangs at once, unless you healed it since that time; turning this never heals it.",
        Kind::Number { unit: Unit::Nanos, min: 0, max: 600 * SECOND, default: 0, log: false },
    ),
    knob(
        "Callers and backend",
        "arrivals",
        "Requests arrive",
        "How they are spaced.",
        Kind::Choice { options: &[("constant", "evenly"), ("poisson", "at random (Poisson)")] },
    ),
];

pub(super) const ABOUT: About = About {
    slug: "cascade",
    title: "Cascading failure",
    summary: "A backend that hangs fills its caller's threads. Watch what a timeout and a breaker do about it, side by side.",
    claim,
    knobs: KNOBS,
    presets: &[
        Preset {
            id: "default",
            label: "5 s, 3 attempts",
            note: "The breaker opens when the first timeouts return, before the pool is full.",
            source: "",
            set: &[],
        },
        Preset {
            id: "long_timeout",
            label: "30 s timeout",
            note: "The breaker opens too late: both pools are full first. A breaker does not replace a timeout.",
            source: "",
            set: &[("timeout", "30s")],
        },
        Preset {
            id: "short_timeout",
            label: "2 s, one attempt",
            note: "Neither pool fills: a short timeout alone is enough here.",
            source: "",
            set: &[("timeout", "2s"), ("attempts", "1")],
        },
    ],
    edits: &[],
    actions: &[
        Action {
            id: "heal",
            label: "Heal the backend",
            help: "It answers again: calls that it held, too, as late from now as it takes when well; one that times out before is not answered, nor any if it hangs again first.",
            args: &[],
            button: true,
            primary: false,
            key: Some('h'),
        },
        Action {
            id: "hang",
            label: "Make the backend hang",
            help: "It takes calls and never answers, nor does it answer those that it had begun: each ends with its timeout, unless you heal it before.",
            args: &[],
            button: false,
            primary: false,
            key: None,
        },
    ],
    outlook,
    conflicts: |_| Vec::new(),
    predictions: &[Prediction {
        id: "threads_with_a_breaker",
        question: "The backend hangs. 1000 requests a second arrive; each may try 3 times and waits 2 s each time. The breaker opens after 5 failures in a row. How many threads does the caller with the breaker hold at most?",
        setup: "timeout=2s",
        readout: "peak_with",
        at_ms: 8_000,
        answer: 2_000.0,
        tolerance: 100.0,
        misconceptions: &[
            (5.0, "A hung backend shows no failure before the first timeout: for 2 s, nothing has failed yet."),
            (
                6_000.0,
                "Without a breaker a thread is held for all three attempts. With one, the second is turned away: the breaker opens when the first ones time out.",
            ),
            (
                10_000.0,
                "The pool would be full after 10 s; the breaker opens at 2 s, when the first attempts time out.",
            ),
        ],
    }],
    goals: &[Goal {
        id: "neither_fills",
        task: "Let the backend hang for 30 s without either pool filling up.",
        hint: "Threads held = rate × time held. Without a breaker the time held is timeout × attempts: make that small enough.",
        reached: |record, readouts| {
            let at_least_30_s = !record.healths().is_empty()
                && readouts.iter().any(|readout| readout.id == "time" && readout.number >= Some(30.0));
            at_least_30_s
                && readouts
                    .iter()
                    .filter(|readout| readout.id.starts_with("full_at"))
                    .all(|readout| readout.number.is_none())
        },
        proof: "timeout=2s&attempts=1&t=31s",
    }],
};
