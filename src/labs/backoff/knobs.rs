//! The knobs.

use super::settings::{self, Overlay};
use crate::lab::knob::number;
use crate::lab::{Config, Kind, Knob, Unit};

/// Attempts that a request may make.
pub(super) const ATTEMPTS_MAX: i64 = 20;

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;
const STRATEGY: &str = "Settings";
const BREAKER: &str = "Breaker and idempotency key";

const fn knob(group: &'static str, id: &'static str, label: &'static str, help: &'static str, kind: Kind) -> Knob {
    Knob { id, label, help, group, kind, matters: Knob::ALWAYS }
}

const fn overlay(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    default: bool,
    matters: fn(&Config) -> bool,
) -> Knob {
    Knob { id, label, help, group: "Overlaid strategies", kind: Kind::Flag { default }, matters }
}

const WAITS: fn(&Config) -> bool = |config| config.choice("kind") != "none";
const JITTERED: fn(&Config) -> bool = |config| !matches!(config.choice("kind"), "none" | "decorrelated");
/// Whether the overlays, or the strategy itself, follow base × factorⁿ.
const GROWS: fn(&Config) -> bool = |config| match config.choice("kind") {
    "exponential" => true,
    "decorrelated" => {
        Overlay::ALL.iter().any(|overlay| *overlay != Overlay::Decorrelated && config.flag(overlay.knob()))
    }
    _ => false,
};

/// The table. Groups are folded except the first.
pub(super) const KNOBS: &[Knob] = &[
    knob(
        STRATEGY,
        "attempts",
        "Attempts",
        "How often each client tries, the first one included.",
        number(Unit::Count("attempts"), 1, ATTEMPTS_MAX, 5),
    ),
    knob(
        STRATEGY,
        "kind",
        "Waits grow",
        "How each wait follows from its number, before the jitter.",
        Kind::Choice {
            options: &[
                ("exponential", "base × factorⁿ"),
                ("linear", "base × n"),
                ("constant", "not at all"),
                ("decorrelated", "decorrelated"),
                ("none", "no wait"),
            ],
        },
    ),
    Knob {
        matters: WAITS,
        ..knob(
            STRATEGY,
            "base",
            "Base",
            "The first wait, before the jitter.",
            number(Unit::Nanos, MILLI, 600 * SECOND, SECOND),
        )
    },
    Knob {
        matters: GROWS,
        ..knob(
            STRATEGY,
            "factor",
            "Factor",
            "How many times as long each wait is as the one before.",
            number(Unit::Milli, 1000, 10_000, 2000),
        )
    },
    Knob {
        matters: WAITS,
        ..knob(
            STRATEGY,
            "cap",
            "Cap",
            "No planned wait is longer; what the jitter adds may pass it.",
            number(Unit::Limit, 0, 3600 * SECOND, 60 * SECOND),
        )
    },
    Knob {
        matters: JITTERED,
        ..knob(
            STRATEGY,
            "jitter",
            "Jitter",
            "What chance makes of a planned wait d.",
            Kind::Choice {
                options: &[
                    ("full", "full: 0 to d"),
                    ("none", "none: d"),
                    ("equal", "equal: d/2 to d"),
                    ("plus_minus", "d ± a share of d"),
                    ("plus", "d and up to a share of d more"),
                    ("up_to", "d and up to a fixed time more"),
                ],
            },
        )
    },
    Knob {
        matters: |config| JITTERED(config) && matches!(config.choice("jitter"), "plus_minus" | "plus"),
        ..knob(
            STRATEGY,
            "width",
            "Share of the wait",
            "How much the jitter takes off or adds at most.",
            number(Unit::Permille, 0, 1000, 250),
        )
    },
    Knob {
        matters: |config| JITTERED(config) && config.choice("jitter") == "up_to",
        ..knob(
            STRATEGY,
            "adds",
            "Adds up to",
            "The same at every attempt.",
            number(Unit::Nanos, MILLI, 60 * SECOND, SECOND),
        )
    },
    Knob {
        matters: |config| WAITS(config) && config.number("cap") > 0,
        ..knob(
            STRATEGY,
            "cap_last",
            "Cap what was drawn",
            "Off, the cap comes before the jitter. On, no wait passes it, but those planned well over it are all equal.",
            Kind::Flag { default: false },
        )
    },
    knob(
        "Traffic",
        "clients",
        "Clients",
        "Each makes one request, and retries it alone. The first is the one on the timeline.",
        number(Unit::Count("clients"), 1, 200, 40),
    ),
    knob(
        "Traffic",
        "spread",
        "They begin within",
        "At 0 s all begin together, as when an outage begins; else each at a time of its own.",
        Kind::Number { unit: Unit::Nanos, min: 0, max: 600 * SECOND, default: 0, log: false },
    ),
    knob(
        "Traffic",
        "takes",
        "An attempt takes",
        "From the call to its end, well or not.",
        number(Unit::Nanos, MILLI, 60 * SECOND, SECOND / 5),
    ),
    knob(
        "Traffic",
        "fails",
        "Attempts that fail",
        "So many of each request's, the first ones, while the backend is broken; 20 is all of them.",
        number(Unit::Count("attempts"), 0, ATTEMPTS_MAX, ATTEMPTS_MAX),
    ),
    knob(
        "Traffic",
        "failure",
        "How they fail",
        "Whoever hears nothing cannot know which of the two it was.",
        Kind::Choice { options: &[("before", "before the work is done"), ("after", "after it: the answer is lost")] },
    ),
    overlay(
        "overlay_none",
        "No jitter",
        "The same clients with the same waits, undisturbed by chance.",
        true,
        |config| settings::is_overlaid(config, Overlay::NoJitter),
    ),
    overlay("overlay_full", "Full jitter", "Anywhere from nothing to the planned wait.", false, |config| {
        settings::is_overlaid(config, Overlay::Full)
    }),
    overlay("overlay_equal", "Equal jitter", "Half of the planned wait is kept, half is drawn.", false, |config| {
        settings::is_overlaid(config, Overlay::Equal)
    }),
    overlay("overlay_plus", "Added jitter", "The planned wait, and up to as much again.", false, |config| {
        settings::is_overlaid(config, Overlay::Plus)
    }),
    overlay(
        "overlay_decorrelated",
        "Decorrelated",
        "Each wait is drawn from the base to three times the one before.",
        false,
        |config| settings::is_overlaid(config, Overlay::Decorrelated),
    ),
    knob(
        BREAKER,
        "breaker",
        "Breaker",
        "How the clients, as requests of one process, use the breaker that they share. Only one way of it is right.",
        Kind::Choice {
            options: &[
                ("none", "none"),
                ("each_attempt", "around each attempt"),
                ("asked_once", "asked once, before the first attempt"),
                ("never_told", "never told how a call went"),
                ("state_read", "its state is read, no permit is taken"),
            ],
        },
    ),
    knob(
        BREAKER,
        "threshold",
        "Failures to open",
        "So many in a row open it; the programs below have it too.",
        number(Unit::Count("failures"), 1, 1000, 5),
    ),
    knob(
        BREAKER,
        "open_for",
        "Stays open for",
        "So long every attempt is turned away; then one may probe.",
        number(Unit::Nanos, MILLI, 600 * SECOND, 5 * SECOND),
    ),
    knob(
        BREAKER,
        "key",
        "Idempotency key",
        "The same for all attempts of a request, so that the backend does the work once.",
        Kind::Flag { default: true },
    ),
];
