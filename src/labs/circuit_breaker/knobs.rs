//! The knobs.

use crate::lab::{Config, Kind, Knob, Unit};

/// The most calls that a count window holds: the breaker's places.
pub(super) const WINDOW_CALLS_MAX: usize = 1024;

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;

const fn number(unit: Unit, min: i64, max: i64, default: i64) -> Kind {
    Kind::Number { unit, min, max, default, log: max / (if min > 0 { min } else { 1 }) >= 50 }
}

const fn choice(options: &'static [(&'static str, &'static str)]) -> Kind {
    Kind::Choice { options }
}

const COMPARE: &[(&str, &str)] = &[("at_least", "≥ reaching it is enough"), ("above", "> it must be passed")];
const STATES: &[(&str, &str)] = &[
    ("closed", "● closed"),
    ("open", "▲ open"),
    ("half_open", "◐ half-open"),
    ("forced_open", "■ forced open"),
    ("disabled", "○ disabled"),
    ("metrics_only", "◇ metrics only"),
];

const BY_RATE: fn(&Config) -> bool = |config| config.choice("trip") == "rate";
const BY_NUMBER: fn(&Config) -> bool = |config| config.choice("trip") != "rate";
const WINDOWED: fn(&Config) -> bool = |config| config.choice("trip") != "consecutive" || config.flag("slow");
const SLOW: fn(&Config) -> bool = |config| config.flag("slow");
/// Whether it starts in a state that it may open from by itself.
pub(super) const OPENS: fn(&Config) -> bool =
    |config| matches!(config.choice("start_in"), "closed" | "open" | "half_open");
const PROBES_BY_NUMBER: fn(&Config) -> bool = |config| config.choice("decide") == "numbers";
const PROBES_BY_RATE: fn(&Config) -> bool = |config| config.choice("decide") == "rate";

const fn knob(
    group: &'static str,
    id: &'static str,
    label: &'static str,
    help: &'static str,
    kind: Kind,
    matters: fn(&Config) -> bool,
) -> Knob {
    Knob { id, label, help, group, kind, matters }
}

/// The table. Groups are folded except the first.
pub(super) const KNOBS: &[Knob] = &[
    knob(
        "Settings",
        "trip",
        "Opens on",
        "What the breaker counts before it opens.",
        choice(&[
            ("consecutive", "failures in a row"),
            ("failures", "failures in the window"),
            ("rate", "share of failures in the window"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Settings",
        "threshold",
        "Failures to open",
        "So many failures, in a row or in the window, open it.",
        number(Unit::Count("failures"), 1, 100, 3),
        BY_NUMBER,
    ),
    knob(
        "Settings",
        "rate_percent",
        "Failure rate to open",
        "Opens when this share of the calls in the window failed.",
        number(Unit::Percent, 0, 100, 50),
        BY_RATE,
    ),
    knob(
        "Settings",
        "open_for",
        "Stays open for",
        "So long every request is turned away; then a probe may pass.",
        number(Unit::Nanos, MILLI, 3600 * SECOND, 5 * SECOND),
        Knob::ALWAYS,
    ),
    knob(
        "Traffic",
        "rate",
        "Traffic",
        "Requests that arrive by themselves, besides those you send.",
        number(Unit::MilliPerSecond, 0, 1_000_000, 0),
        Knob::ALWAYS,
    ),
    knob(
        "Window and rates",
        "window",
        "Window",
        "Which results are judged.",
        choice(&[
            ("calls", "the last calls"),
            ("time", "the last seconds, in buckets"),
            ("fixed", "intervals that start afresh"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Window and rates",
        "window_calls",
        "Calls in the window",
        "So many of the latest results are judged.",
        number(Unit::Count("calls"), 1, WINDOW_CALLS_MAX as i64, 100),
        |config| WINDOWED(config) && config.choice("window") == "calls",
    ),
    knob(
        "Window and rates",
        "window_time",
        "Length of the window",
        "Results older than this no longer count.",
        number(Unit::Nanos, 10 * MILLI, 3600 * SECOND, 10 * SECOND),
        |config| config.choice("window") == "fixed" || (WINDOWED(config) && config.choice("window") == "time"),
    ),
    knob(
        "Window and rates",
        "window_buckets",
        "Buckets",
        "The window moves on by a bucket at a time, so results leave it in steps.",
        number(Unit::Count("buckets"), 1, 100, 10),
        |config| WINDOWED(config) && config.choice("window") == "time",
    ),
    knob(
        "Window and rates",
        "minimum_calls",
        "Minimum calls",
        "Before so many results are in the window, nothing is judged.",
        number(Unit::Count("calls"), 1, 1000, 10),
        WINDOWED,
    ),
    knob(
        "Window and rates",
        "compare",
        "Compared with",
        "Whether reaching the failure rate opens it, or only passing it.",
        choice(COMPARE),
        BY_RATE,
    ),
    knob(
        "Window and rates",
        "success_may_trip",
        "A success may open it",
        "Judge after every result, so that the success which completes the minimum can open it.",
        Kind::Flag { default: true },
        WINDOWED,
    ),
    knob(
        "Window and rates",
        "slow",
        "Judge slow calls",
        "Too large a share of slow calls opens it too.",
        Kind::Flag { default: false },
        Knob::ALWAYS,
    ),
    knob(
        "Window and rates",
        "slow_longer_than",
        "Slow is longer than",
        "A call that takes longer than this is slow.",
        number(Unit::Nanos, MILLI, 600 * SECOND, SECOND),
        SLOW,
    ),
    knob(
        "Window and rates",
        "slow_percent",
        "Slow share to open",
        "Opens when this share of the calls in the window was slow.",
        number(Unit::Percent, 0, 100, 50),
        SLOW,
    ),
    knob(
        "Open",
        "open_factor",
        "Wait grows by",
        "Each time a probe fails, the next wait is longer by this factor.",
        number(Unit::Milli, 1000, 10_000, 1000),
        Knob::ALWAYS,
    ),
    knob(
        "Open",
        "open_cap",
        "Longest wait",
        "No wait is longer than this, however it grows; 0 s sets no limit.",
        number(Unit::Limit, 0, 24 * 3600 * SECOND, 0),
        Knob::ALWAYS,
    ),
    knob(
        "Open",
        "wait_over",
        "The wait is over",
        "When exactly the wait has passed: one nanosecond of difference.",
        choice(&[("at_least", "≥ when it has been reached"), ("above", "> when it has been passed")]),
        Knob::ALWAYS,
    ),
    knob(
        "Open",
        "half_open_by",
        "Half-open begins",
        "In most libraries the next request starts it; in some the clock does.",
        choice(&[("ask", "with the next request"), ("clock", "by the clock")]),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "permits",
        "Probes",
        "So many requests are let through to see whether the backend is well.",
        number(Unit::Count("probes"), 1, 100, 1),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "permits_limit",
        "Counted",
        "Whether that is all of them or those under way at a time.",
        choice(&[("total", "in total"), ("in_flight", "at a time")]),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "ignored",
        "An ignored result",
        "What a probe does that came back with a result that says nothing about the backend.",
        choice(&[
            ("returns_permit", "lets another probe pass"),
            ("keeps_permit", "uses its probe up"),
            ("counts_as_success", "counts as a success"),
        ]),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "decide",
        "Decides by",
        "How the probes decide between closed and open.",
        choice(&[("numbers", "numbers of successes and failures"), ("rate", "the share of failures")]),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "successes",
        "Successes to close",
        "So many successful probes close it.",
        number(Unit::Count("successes"), 1, 100, 1),
        PROBES_BY_NUMBER,
    ),
    knob(
        "Half-open",
        "failures",
        "Failures to reopen",
        "So many failed probes open it again.",
        number(Unit::Count("failures"), 1, 100, 1),
        PROBES_BY_NUMBER,
    ),
    knob(
        "Half-open",
        "probe_percent",
        "Failure rate to reopen",
        "This share of failed probes opens it again.",
        number(Unit::Percent, 0, 100, 50),
        PROBES_BY_RATE,
    ),
    knob(
        "Half-open",
        "probe_compare",
        "Compared with",
        "Whether reaching that share reopens it, or only passing it.",
        choice(COMPARE),
        PROBES_BY_RATE,
    ),
    knob(
        "Half-open",
        "probe_after",
        "Decides after",
        "So many results of probes are waited for; 0 means as many as there are probes.",
        number(Unit::Count("results"), 0, 100, 0),
        PROBES_BY_RATE,
    ),
    knob(
        "Half-open",
        "probe_early",
        "Reopen early",
        "Open it again as soon as the failures so far are too many whatever is still to come.",
        Kind::Flag { default: false },
        PROBES_BY_RATE,
    ),
    knob(
        "Half-open",
        "max_half_open",
        "Half-open at most",
        "A probe that never comes back must not hold it here for ever; 0 s sets no limit.",
        number(Unit::Limit, 0, 3600 * SECOND, 0),
        Knob::ALWAYS,
    ),
    knob(
        "Half-open",
        "max_then",
        "Then",
        "Where it goes when that time is up.",
        choice(&[("open", "open"), ("closed", "closed")]),
        |config| config.number("max_half_open") > 0,
    ),
    knob(
        "Late results and start",
        "late_results",
        "A late result",
        "What becomes of a result whose request was let through in an earlier state.",
        choice(&[("drop", "is dropped"), ("count", "counts in the present state")]),
        Knob::ALWAYS,
    ),
    knob(
        "Late results and start",
        "start_in",
        "Starts",
        "The state at the beginning; turned in the middle of a run it changes only the next one.",
        choice(STATES),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "latency",
        "Answers after",
        "How long the backend takes while it is well: the mean, or the median of the log-normal.",
        number(Unit::Nanos, MILLI, 60 * SECOND, 500 * MILLI),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "spread",
        "Spread of that",
        "Whether it always takes as long.",
        choice(&[("constant", "none"), ("exponential", "exponential"), ("log_normal", "log-normal, σ = 0.5")]),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "timeout",
        "Caller gives up after",
        "An answer that takes longer is a failure for the caller; the backend goes on working.",
        number(Unit::Nanos, MILLI, 600 * SECOND, 2 * SECOND),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "broken_percent",
        "Broken: calls that fail",
        "The share of calls that fail while the backend is broken.",
        number(Unit::Percent, 1, 100, 100),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "slow_factor",
        "Slow: takes longer by",
        "While the backend is slow, every call takes so many times as long.",
        number(Unit::Milli, 1000, 100_000, 6000),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "capacity",
        "Calls at once",
        "The backend serves so many calls at a time and refuses the others.",
        number(Unit::Count("calls"), 1, 10_000, 1000),
        Knob::ALWAYS,
    ),
    knob(
        "Backend and caller",
        "arrivals",
        "Traffic arrives",
        "How the traffic that comes by itself is spaced.",
        choice(&[("poisson", "at random (Poisson)"), ("constant", "evenly"), ("bursts", "in bursts of ten")]),
        |config| config.number("rate") > 0,
    ),
    knob(
        "What these settings mean",
        "outlook_rate",
        "At a rate of",
        "Requests a second through one instance, for the figures below.",
        number(Unit::MilliPerSecond, 100, 10_000_000, 10_000),
        OPENS,
    ),
    knob(
        "What these settings mean",
        "outlook_failing",
        "When failing",
        "The share of calls that fail in an outage, for the figures below.",
        number(Unit::Percent, 1, 100, 50),
        OPENS,
    ),
    knob(
        "What these settings mean",
        "outlook_healthy",
        "Errors when healthy",
        "The share of calls that fail although nothing is wrong, for the figures below.",
        number(Unit::Permille, 0, 500, 10),
        OPENS,
    ),
    knob(
        "What these settings mean",
        "outlook_instances",
        "Instances",
        "Each instance of the caller has a breaker of its own.",
        number(Unit::Count("instances"), 1, 10_000, 10),
        OPENS,
    ),
];
