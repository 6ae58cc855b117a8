//! What can be set.

use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Kind, Knob, Unit};

const MS: i64 = 1_000_000;
const SECOND: i64 = 1000 * MS;
const ALWAYS: fn(&Config) -> bool = Knob::ALWAYS;

const fn timeout(default: i64) -> Kind {
    number(Unit::Limit, 0, 600 * SECOND, default)
}

const fn attempts() -> Kind {
    number(Unit::Count("attempts"), 1, 5, 1)
}

fn retries(config: &Config) -> bool {
    super::setup::ATTEMPTS.iter().any(|knob| config.number(knob) > 1)
}

pub(super) const KNOBS: &[Knob] = &[
    knob(
        "Timeouts",
        "client_timeout",
        "The client waits for A",
        "So long an attempt of the client waits for an answer; 0 is for ever.",
        timeout(6 * SECOND),
        ALWAYS,
    ),
    knob(
        "Timeouts",
        "a_timeout",
        "A waits for B",
        "So long an attempt of A waits for an answer; 0 is for ever.",
        timeout(5 * SECOND),
        ALWAYS,
    ),
    knob(
        "Timeouts",
        "b_timeout",
        "B waits for C",
        "So long an attempt of B waits for an answer; 0 is for ever.",
        timeout(30 * SECOND),
        ALWAYS,
    ),
    knob(
        "Timeouts",
        "propagate",
        "The deadline travels along",
        "Each call brings along how much time is left. A hop waits no longer than that, stops when it is over, and begins nothing that it is too short for.",
        Kind::Flag { default: false },
        ALWAYS,
    ),
    knob(
        "Timeouts",
        "hangs",
        "Hangs from the beginning",
        "It takes calls and never answers, until you heal it.",
        choice(&[("c", "C"), ("b", "B"), ("a", "A"), ("nobody", "nobody")]),
        ALWAYS,
    ),
    knob("Retries", "client_attempts", "Attempts of the client", "The first one included.", attempts(), ALWAYS),
    knob(
        "Retries",
        "a_attempts",
        "Attempts of A",
        "The first one included, for each call that A gets.",
        attempts(),
        ALWAYS,
    ),
    knob(
        "Retries",
        "b_attempts",
        "Attempts of B",
        "The first one included, for each call that B gets.",
        attempts(),
        ALWAYS,
    ),
    knob(
        "Retries",
        "wait",
        "Wait before the second attempt",
        "Before the third it is twice as long, and so on.",
        number(Unit::Nanos, MS, 5 * SECOND, SECOND),
        retries,
    ),
    knob(
        "Retries",
        "jitter",
        "Jitter",
        "Full jitter draws each wait from zero up to its length.",
        choice(&[("none", "none"), ("full", "full")]),
        retries,
    ),
    knob(
        "Hops",
        "latency",
        "C answers half of its calls within",
        "The median of the time that C works.",
        number(Unit::Nanos, MS, 10 * SECOND, 300 * MS),
        ALWAYS,
    ),
    knob(
        "Hops",
        "shape",
        "How C's time is distributed",
        "Log-normal has the long tail that measured latencies have.",
        choice(&[("log_normal", "log-normal"), ("exponential", "exponential"), ("constant", "always the same")]),
        ALWAYS,
    ),
    knob(
        "Hops",
        "sigma",
        "How far it scatters",
        "The standard deviation of its logarithm: at 1 the slowest hundredth takes over ten medians.",
        number(Unit::Milli, 0, 2000, 1000),
        |config| config.choice("shape") == "log_normal",
    ),
    knob(
        "Hops",
        "way",
        "One way between hops",
        "A call, and its answer, travel for so long.",
        number(Unit::Nanos, 0, SECOND, 25 * MS),
        ALWAYS,
    ),
    knob(
        "Hops",
        "work",
        "A and B work for",
        "Each works so long itself before it calls on.",
        number(Unit::Nanos, 0, 10 * SECOND, 250 * MS),
        ALWAYS,
    ),
    knob(
        "Hops",
        "margin",
        "Margin",
        "So much of what is left is kept back for the way and for what is to be done with the answer.",
        number(Unit::Nanos, 0, 10 * SECOND, 100 * MS),
        ALWAYS,
    ),
    knob(
        "Hops",
        "least",
        "C is not called with less than",
        "Where the deadline travels along: work that cannot be done in what is left is not begun. Ways, and the work of hops between, come on top.",
        number(Unit::Nanos, 0, 10 * SECOND, 20 * MS),
        |config| config.flag("propagate"),
    ),
    knob(
        "Hops",
        "threads",
        "Threads of each hop",
        "A call holds one until it ends, whether somebody waits for it or not. Without a free one, a call is turned away.",
        number(Unit::Count("threads"), 10, 2000, 1000),
        ALWAYS,
    ),
    knob(
        "Traffic",
        "rate",
        "Requests by themselves",
        "Beside those that you send.",
        number(Unit::MilliPerSecond, 0, 100_000, 0),
        ALWAYS,
    ),
    knob(
        "Traffic",
        "arrivals",
        "Requests arrive",
        "How they are spaced.",
        choice(&[("constant", "evenly"), ("poisson", "at random (Poisson)")]),
        |config| config.number("rate") > 0,
    ),
    knob(
        "What these settings mean",
        "hang_share",
        "Calls of C that hang",
        "For the chart of both costs alone: this share of calls is taken never to be answered.",
        number(Unit::Permille, 1, 500, 10),
        ALWAYS,
    ),
];
