//! The knobs.

use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Kind, Knob, Unit};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;

/// Clients at most.
pub(super) const CLIENTS_MAX: i64 = 10_000;

const RETRIES: fn(&Config) -> bool = |config| config.choice("retries") != "none";
const LIMITED: fn(&Config) -> bool = |config| config.choice("retries") == "limited";
const LAYERED: fn(&Config) -> bool = |config| LIMITED(config) && config.number("layers") > 1;
const GROWING: fn(&Config) -> bool = |config| RETRIES(config) && config.choice("backoff") == "exponential";
const SHARED: fn(&Config) -> bool = |config| config.choice("budget") != "none" || config.flag("breaker");
const PERCENT: fn(&Config) -> bool = |config| RETRIES(config) && matches!(config.choice("budget"), "finagle" | "envoy");
const BREAKER: fn(&Config) -> bool = |config| config.flag("breaker");

/// The table. Groups are folded except the first.
pub(super) const KNOBS: &[Knob] = &[
    knob(
        "Retries",
        "retries",
        "Clients try again",
        "What a client does when a try was refused or timed out.",
        choice(&[("forever", "until they are answered"), ("limited", "up to so many tries"), ("none", "never")]),
        Knob::ALWAYS,
    ),
    knob(
        "Retries",
        "attempts",
        "Tries",
        "The first one included. With layers each of them tries so often.",
        number(Unit::Count("tries"), 2, 10, 3),
        LIMITED,
    ),
    knob(
        "Retries",
        "wait",
        "Wait before the next try",
        "From the failure of a try to the next one; with exponential backoff the first wait.",
        number(Unit::Nanos, 10 * MILLI, 60 * SECOND, 100 * MILLI),
        RETRIES,
    ),
    knob(
        "Retries",
        "backoff",
        "Backoff",
        "Whether waits grow.",
        choice(&[("constant", "none: equal waits"), ("exponential", "exponential: each twice as long")]),
        RETRIES,
    ),
    knob(
        "Retries",
        "cap",
        "Longest wait",
        "Waits grow up to this; a first wait that is longer acts as it.",
        number(Unit::Nanos, 100 * MILLI, 600 * SECOND, 10 * SECOND),
        GROWING,
    ),
    knob(
        "Retries",
        "jitter",
        "Jitter",
        "What chance makes of each wait. Clients that wait equally long come back together.",
        choice(&[
            ("none", "none"),
            ("full", "full: anything up to the wait"),
            ("equal", "equal: half of it, and up to as much again"),
            ("around", "± 20 %"),
        ]),
        RETRIES,
    ),
    knob(
        "Retries",
        "layers",
        "Layers that retry",
        "The client, and services between it and the last one, which pass everything on, add no time, and try as often each.",
        number(Unit::Count("layers"), 1, 4, 1),
        LIMITED,
    ),
    knob(
        "Retries",
        "one_layer",
        "Retry at one layer only",
        "Only the client tries again; the services between pass the failure on.",
        Kind::Flag { default: false },
        LAYERED,
    ),
    knob(
        "Clients",
        "timeout",
        "Timeout of a try",
        "The clients' patience: after so long they give a try up. The server is not told.",
        number(Unit::Nanos, 10 * MILLI, 60 * SECOND, 250 * MILLI),
        Knob::ALWAYS,
    ),
    knob(
        "Clients",
        "arrivals",
        "Arrivals",
        "Whether a client wants something new while its last request is under way.",
        choice(&[
            ("closed", "closed loop: it waits for the end of its last request"),
            ("open", "open loop: whatever became of the last one"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "capacity",
        "Capacity",
        "Requests that it serves a second, wanted or not, some ten milliseconds each.",
        number(Unit::MilliPerSecond, 10_000, 20_000_000, 1_000_000),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "queue",
        "Places in the queue",
        "Requests that may wait for their turn. When all places are taken, newcomers are refused at once.",
        number(Unit::Count("places"), 0, 10_000, 2_000),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "only_wanted",
        "Serve only what is still wanted",
        "Requests carry their deadline: whatever has waited too long to be answered in time is dropped unserved.",
        Kind::Flag { default: false },
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "order",
        "Whose turn it is",
        "Which of the waiting requests is served next.",
        choice(&[("oldest", "oldest first"), ("newest", "newest first")]),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "shed",
        "Load shedding",
        "What is turned away although there is a place. Turning away costs the server nothing here.",
        choice(&[
            ("none", "none"),
            ("late", "what would wait longer than the timeout"),
            ("retries", "retries, once the wait is half the timeout"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Server",
        "outage",
        "In an outage the server",
        "Takes effect with the next outage.",
        choice(&[("hung", "never answers"), ("down", "refuses everything"), ("slow", "takes ten times as long")]),
        Knob::ALWAYS,
    ),
    knob(
        "Budget and breaker",
        "budget",
        "Retry budget",
        "A limit on all retries of a process together. A retry that it refuses is not made: the client gives up.",
        choice(&[
            ("none", "none"),
            ("aws", "AWS: tokens that success pays back"),
            ("grpc", "gRPC: while few tries fail"),
            ("finagle", "Finagle: a share of the requests, and 10 a second"),
            ("envoy", "Envoy: a share of what is under way"),
            ("sre", "Google SRE: throttles every try by what is accepted"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Budget and breaker",
        "budget_percent",
        "Share of retries",
        "How many retries a hundred requests permit.",
        number(Unit::Percent, 0, 100, 20),
        PERCENT,
    ),
    knob(
        "Budget and breaker",
        "breaker",
        "Circuit breaker",
        "While it is open, tries fail at once and are not sent.",
        Kind::Flag { default: false },
        Knob::ALWAYS,
    ),
    knob(
        "Budget and breaker",
        "breaker_failures",
        "Failures to open",
        "So many failed tries of a process in a row open its breaker.",
        number(Unit::Count("failures"), 1, 1_000, 5),
        BREAKER,
    ),
    knob(
        "Budget and breaker",
        "breaker_open_for",
        "Stays open for",
        "Then one try of the process may probe.",
        number(Unit::Nanos, 100 * MILLI, 60 * SECOND, 5 * SECOND),
        BREAKER,
    ),
    knob(
        "Budget and breaker",
        "processes",
        "Processes that the clients run in",
        "Each has a budget and a breaker of its own, which its clients share.",
        number(Unit::Count("processes"), 1, 100, 10),
        SHARED,
    ),
    knob(
        "Traffic",
        "clients",
        "Clients",
        "How many there are.",
        number(Unit::Count("clients"), 1, CLIENTS_MAX, 1_000),
        Knob::ALWAYS,
    ),
    knob(
        "Traffic",
        "every",
        "Each wants something every",
        "On average, at random. In the closed loop: so long after its last request ended.",
        number(Unit::Nanos, 100 * MILLI, 600 * SECOND, 1_500 * MILLI),
        Knob::ALWAYS,
    ),
];
