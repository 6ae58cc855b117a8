//! What can be set.

use super::incidents;
use crate::lab::Knob;
use crate::lab::knob::{DocumentError, Kind, Unit, knob, number};
use crate::system::{self, Given, available};

/// Where the line of text stands: below the picture that it is.
pub(super) const SYSTEM: &str = crate::lab::AS_TEXT;
const TIME: &str = "Time";
const BUDGET: &str = "Error budget";
const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;

/// Nines of an objective, in units of 10⁻¹⁸ that may fail.
const NINE: i64 = 1_000_000_000_000_000_000 / 10;

/// Bytes of a system: of two lanes, with all signs encoded, both still fit into a link.
const SYSTEM_MAX: usize = 8000;

/// A system that can be read and worked out.
fn check(text: &str) -> Result<(), DocumentError> {
    system::read(text)?.block(&Given::default()).map(|_| ())
}

pub(super) const KNOBS: &[Knob] = &[
    knob(
        SYSTEM,
        "system",
        "System",
        "series(…) needs all of its parts, parallel(…) one, 2of3(…) two of three; failover(…, …) has a standby. A part has a name and 99.9%, three nines, 8.76h/year, or 30d/1h: between failures, and to repair.",
        Kind::Document { default: super::presets::SERVICE, max_bytes: SYSTEM_MAX, check },
        Knob::ALWAYS,
    ),
    knob(
        "Failures",
        "common",
        "Failures in common",
        "The share of each part's downtime that takes all of its parallel group down together: the same mistake, power or deployment (beta factor). For groups that do not say their own.",
        number(Unit::Permille, 0, 1000, 0),
        super::setup::has_groups,
    ),
    knob(
        "Failures",
        "repair",
        "A repair takes",
        "On average, for parts that do not say it. It sets how often they fail, not how available they are: half the time to repair is twice as many failures.",
        number(Unit::Nanos, SECOND, 720 * HOUR, HOUR),
        Knob::ALWAYS,
    ),
    knob(
        TIME,
        "pace",
        "Days in a second",
        "How much time passes in a second of the run.",
        number(Unit::Count("days"), 1, 3650, 30),
        Knob::ALWAYS,
    ),
    knob(
        BUDGET,
        "objective",
        "Objective",
        "The share of requests that is to be answered over the window.",
        available::number(NINE / 1_000_000, NINE, NINE / 100),
        Knob::ALWAYS,
    ),
    knob(
        BUDGET,
        "window",
        "Window",
        "Over which the objective is counted.",
        number(Unit::Count("days"), 1, 90, 30),
        Knob::ALWAYS,
    ),
    knob(
        BUDGET,
        "incidents",
        "Incidents",
        "What failed in the window: when it began, how long it lasted and the share of requests that failed, as in 3d14h 40min 25%. Commas or new lines between them.",
        Kind::Document {
            default: incidents::DEFAULT,
            max_bytes: 2000,
            check: |text| incidents::read(text).map(|_| ()),
        },
        Knob::ALWAYS,
    ),
];
