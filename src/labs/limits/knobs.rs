//! The knobs.

use super::guard::Kind as Guards;
use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Knob, Unit};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;

const RATE: fn(&Config) -> bool = |config| Guards::of(config).is_rate();
const CONCURRENT: fn(&Config) -> bool = |config| Guards::of(config).is_concurrent();
const ADAPTIVE: fn(&Config) -> bool = |config| Guards::of(config).is_adaptive();
const AIMD: fn(&Config) -> bool = |config| Guards::of(config) == Guards::Aimd;
const VEGAS: fn(&Config) -> bool = |config| Guards::of(config) == Guards::Vegas;
const GRADIENT: fn(&Config) -> bool = |config| Guards::of(config) == Guards::Gradient;
const DELAYED: fn(&Config) -> bool = |config| config.choice("hedge") == "delay";

/// The table. Groups are folded except the first.
pub(super) const KNOBS: &[Knob] = &[
    knob(
        "Guard",
        "guard",
        "In front of the server",
        "AIMD, Vegas and gradient adapt a limit on requests in flight, a fixed limit stays; bucket, GCRA and window limit their rate. Whoever is turned away learns it at once, and costs the server nothing.",
        choice(&[
            ("aimd", "AIMD"),
            ("vegas", "Vegas"),
            ("gradient", "gradient"),
            ("fixed", "fixed limit"),
            ("bucket", "token bucket"),
            ("gcra", "GCRA"),
            ("window", "fixed window"),
            ("none", "nothing"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Guard",
        "limit",
        "Limit",
        "So many requests may be in the server at a time, waiting or being served; where an adaptive limit begins.",
        number(Unit::Count("requests"), 1, 2_000, 20),
        CONCURRENT,
    ),
    knob(
        "Rate limiter",
        "permits",
        "Permits per window",
        "What a rate limiter lets in in the long run, window by window. A burst at the boundary is twice as many.",
        number(Unit::Count("permits"), 1, 2_000, 200),
        Knob::ALWAYS,
    ),
    knob(
        "Rate limiter",
        "window",
        "Window",
        "Windows follow each other from time 0. A token bucket and GCRA spread the permits evenly over it.",
        number(Unit::Nanos, 100 * MILLI, 10 * SECOND, SECOND),
        Knob::ALWAYS,
    ),
    knob(
        "Rate limiter",
        "burst",
        "Burst",
        "So many may come at once: the tokens that a full bucket holds. GCRA tells the same as a tolerance in time.",
        number(Unit::Count("requests"), 1, 2_000, 200),
        RATE,
    ),
    knob(
        "Adaptive limit",
        "least",
        "Least limit",
        "It never falls below this.",
        number(Unit::Count("requests"), 1, 2_000, 10),
        ADAPTIVE,
    ),
    knob(
        "Adaptive limit",
        "most",
        "Greatest limit",
        "It never grows above this; one below the least limit acts as it.",
        number(Unit::Count("requests"), 1, 2_000, 1_000),
        ADAPTIVE,
    ),
    knob(
        "Adaptive limit",
        "decrease",
        "Falls to",
        "What is left of the limit when a request was late or dropped. It grows by one at a time.",
        number(Unit::Permille, 100, 990, 900),
        AIMD,
    ),
    knob(
        "Adaptive limit",
        "late_after",
        "Late after",
        "A request that is in the server for longer lets the limit fall.",
        number(Unit::Nanos, MILLI, 10 * SECOND, 100 * MILLI),
        AIMD,
    ),
    knob(
        "Adaptive limit",
        "alpha",
        "Short queue",
        "With fewer in the queue the limit grows; times the number of the limit's digits less one, at least 1.",
        number(Unit::Count("requests"), 1, 20, 3),
        VEGAS,
    ),
    knob(
        "Adaptive limit",
        "beta",
        "Long queue",
        "With more in the queue the limit falls; times the number of the limit's digits less one, at least 1.",
        number(Unit::Count("requests"), 1, 40, 6),
        VEGAS,
    ),
    knob(
        "Adaptive limit",
        "tolerance",
        "Tolerance",
        "The limit falls when a request takes more than so many times the long-run mean.",
        number(Unit::Milli, 1_000, 5_000, 1_500),
        GRADIENT,
    ),
    knob(
        "Adaptive limit",
        "smoothing",
        "Smoothing",
        "How far each request takes the limit towards where it should be.",
        number(Unit::Permille, 10, 1_000, 200),
        GRADIENT,
    ),
    knob(
        "Adaptive limit",
        "headroom",
        "May queue",
        "How many may queue: what the limit grows towards while nothing is slow.",
        number(Unit::Count("requests"), 0, 100, 4),
        GRADIENT,
    ),
    knob(
        "Hedging",
        "hedge",
        "A second copy",
        "Sent to the other server while the first copy is not answered; the first answer wins, the other is wasted. It needs a permit, too.",
        choice(&[("off", "none"), ("p95", "after the p95"), ("delay", "after a delay")]),
        Knob::ALWAYS,
    ),
    knob(
        "Hedging",
        "hedge_after",
        "Delay",
        "So long after the first copy.",
        number(Unit::Nanos, MILLI, 2 * SECOND, 50 * MILLI),
        DELAYED,
    ),
    knob(
        "Server",
        "workers",
        "Workers of each server",
        "There are two servers. A request goes to the one that has less to do.",
        number(Unit::Count("workers"), 1, 100, 5),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "service",
        "Time to serve a request",
        "On average, without waiting.",
        number(Unit::Nanos, MILLI, SECOND, 10 * MILLI),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "spread",
        "How it varies",
        "With the same mean; some tail is log-normal with σ = 1, a long one with σ = 1.5. The longer, the more hedging has to gain.",
        choice(&[
            ("exponential", "exponential"),
            ("constant", "not at all"),
            ("tail", "some tail"),
            ("long_tail", "long tail"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "queue",
        "Places in each queue",
        "When they are taken, the server refuses at once.",
        number(Unit::Count("places"), 0, 5_000, 500),
        Knob::ALWAYS,
    ),
    knob(
        "Traffic",
        "rate",
        "Offered load",
        "Requests that callers send a second; the button doubles it.",
        number(Unit::MilliPerSecond, 1_000, 10_000_000, 700_000),
        Knob::ALWAYS,
    ),
    knob(
        "Traffic",
        "arrivals",
        "Arrivals",
        "In which pattern they come; at random is a Poisson process.",
        choice(&[("poisson", "at random"), ("constant", "evenly")]),
        Knob::ALWAYS,
    ),
    knob(
        "Traffic",
        "timeout",
        "Callers wait",
        "Then they give up. The server is not told, and serves what they left behind.",
        number(Unit::Nanos, 10 * MILLI, 2 * SECOND, 250 * MILLI),
        Knob::ALWAYS,
    ),
];
