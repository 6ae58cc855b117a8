//! What can be set.

use super::setup::Setup;
use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Kind, Knob, Preset, Unit};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = SECOND / 1000;

const REQUESTS: &str = "Payments and orders";
const POOLS: &str = "Pools";
const CALLERS: &str = "Callers";
const SHARED: &str = "What both still share";
const CHANCE: &str = "Chance";

const fn count(noun: &'static str, min: i64, max: i64, default: i64) -> Kind {
    Kind::Number { unit: Unit::Count(noun), min, max, default, log: false }
}

fn pools(config: &Config) -> bool {
    config.choice("isolation") == "pool"
}

pub(super) const KNOBS: &[Knob] = &[
    knob(
        REQUESTS,
        "payments_rate",
        "Payments",
        "So many payments come a second, the same to both arrangements.",
        number(Unit::MilliPerSecond, 0, 5_000_000, 20_000),
        Knob::ALWAYS,
    ),
    knob(
        REQUESTS,
        "payments_take",
        "A payment takes",
        "How long it holds its thread on average while the payment service is well.",
        number(Unit::Nanos, MILLI, 2 * SECOND, 100 * MILLI),
        Knob::ALWAYS,
    ),
    knob(
        REQUESTS,
        "slow",
        "A slow payment takes",
        "The same once you have made payments slow.",
        number(Unit::Nanos, 10 * MILLI, 30 * SECOND, 20 * SECOND),
        Knob::ALWAYS,
    ),
    knob(
        REQUESTS,
        "orders_rate",
        "Orders",
        "So many orders come a second, the same to both arrangements.",
        number(Unit::MilliPerSecond, 0, 5_000_000, 50_000),
        Knob::ALWAYS,
    ),
    knob(
        REQUESTS,
        "orders_take",
        "An order takes",
        "How long it holds its thread on average. Nothing makes orders slow but what both share.",
        number(Unit::Nanos, MILLI, 2 * SECOND, 100 * MILLI),
        Knob::ALWAYS,
    ),
    knob(
        POOLS,
        "payments_threads",
        "Threads for payments",
        "The payments’ own threads or permits behind a bulkhead; the shared pool has these and the orders’ together.",
        count("threads", 1, 100, 10),
        Knob::ALWAYS,
    ),
    knob(
        POOLS,
        "orders_threads",
        "Threads for orders",
        "The orders’ own threads or permits behind a bulkhead; the shared pool has these and the payments’ together.",
        count("threads", 1, 100, 20),
        Knob::ALWAYS,
    ),
    knob(
        POOLS,
        "isolation",
        "Made of",
        "A pool has threads of its own, and a bounded queue before them. A semaphore only counts: callers do the work in their own threads, and wait in them.",
        choice(&[("pool", "a pool of threads"), ("semaphore", "a semaphore")]),
        Knob::ALWAYS,
    ),
    knob(
        POOLS,
        "payments_queue",
        "Queue for payments",
        "Places to wait for a thread; the shared pool has these and the orders’ together.",
        count("places", 0, 100, 10),
        pools,
    ),
    knob(
        POOLS,
        "orders_queue",
        "Queue for orders",
        "Places to wait for a thread; the shared pool has these and the payments’ together.",
        count("places", 0, 100, 10),
        pools,
    ),
    knob(
        POOLS,
        "max_wait",
        "Longest wait for a permit",
        "A caller that finds no permit free waits so long, 100 of each kind at most; 0 turns it away at once.",
        Kind::Number { unit: Unit::Nanos, min: 0, max: 10 * SECOND, default: 0, log: false },
        |config| !pools(config),
    ),
    knob(
        CALLERS,
        "timeout",
        "Timeout",
        "So long a caller waits for its answer, in the queue and at work together. Turned during a run, it holds for work that begins.",
        number(Unit::Nanos, 100 * MILLI, 60 * SECOND, 2 * SECOND),
        Knob::ALWAYS,
    ),
    knob(
        CALLERS,
        "on_timeout",
        "Its thread then",
        "A timeout ends the waiting, not the work. Either the work goes on holding its thread or permit, or these are free at once and more can be at work than there are.",
        choice(&[("holds", "stays with the work"), ("frees", "is free at once")]),
        Knob::ALWAYS,
    ),
    knob(
        SHARED,
        "shared",
        "Share of the work",
        "So much of each call’s usual work needs what the whole process shares: CPU, memory, connections to the database. No bulkhead of threads divides that.",
        Kind::Number { unit: Unit::Percent, min: 0, max: 100, default: 0, log: false },
        Knob::ALWAYS,
    ),
    knob(
        SHARED,
        "full_speed",
        "At full speed up to",
        "With more calls at work, slow payments included, that share takes longer in proportion, ten times at most.",
        count("calls", 1, 200, 8),
        |config| config.number("shared") > 0,
    ),
    knob(
        CHANCE,
        "arrivals",
        "Requests come",
        "How they are spaced.",
        choice(&[("poisson", "at random (Poisson)"), ("constant", "evenly")]),
        Knob::ALWAYS,
    ),
    knob(
        CHANCE,
        "times",
        "Work takes",
        "Whether its time varies about the mean.",
        choice(&[("exponential", "exponential times"), ("constant", "always the mean")]),
        Knob::ALWAYS,
    ),
];

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "default",
        label: "10 and 20 threads",
        note: "Far more than either needs while payments are quick; make them slow.",
        source: "",
        set: &[],
    },
    Preset {
        id: "semaphore",
        label: "Semaphores",
        note: "Permits instead of threads and no wait: who finds none is turned away at once, as resilience4j’s semaphore does by default (of 25 permits).",
        source: "resilience4j, BulkheadConfig.java",
        set: &[("isolation", "semaphore")],
    },
    Preset {
        id: "too_small",
        label: "Pools too small",
        note: "Little more than rate × time, and no queue: while all is well, many are turned away, and more of them behind bulkheads than from the one pool, which lends what is idle.",
        source: "",
        set: &[("payments_threads", "3"), ("orders_threads", "7"), ("payments_queue", "0"), ("orders_queue", "0")],
    },
    Preset {
        id: "too_large",
        label: "Pools too large",
        note: "Most threads are idle while all is well, and once payments are slow their pool lets 100 of them at what both share: a wall that wide holds nothing back.",
        source: "",
        set: &[("payments_threads", "100"), ("orders_threads", "60"), ("shared", "100%")],
    },
    Preset {
        id: "shared_database",
        label: "A shared database",
        note: "All of the work needs a database that bears 8 calls at full speed: 10 slow payments slow orders down behind the bulkhead too, and need not starve them.",
        source: "",
        set: &[("shared", "100%")],
    },
    Preset {
        id: "timeouts_free",
        label: "Timeouts free the thread",
        note: "The bulkhead admits new payments while the old ones are still at work: far more of them than it has threads.",
        source: "",
        set: &[("on_timeout", "frees")],
    },
];

/// Where the settings contradict each other.
pub(super) fn conflicts(config: &Config) -> Vec<String> {
    use super::numbers::threads;
    use super::setup::Kind;
    let setup = Setup::new(config);
    let mut conflicts = Vec::new();
    for kind in Kind::ALL {
        let (has, name) = (setup.slots(Some(kind)), kind.name());
        let takes = config.count(&format!("{name}_take"));
        // Millihertz × nanoseconds: exact.
        let need = u128::from(setup.rate[kind as usize]) * u128::from(takes);
        if need > u128::from(has) * 1_000_000_000_000 {
            conflicts.push(format!(
                "{} need {} {} at {} × {} and have {has}: behind a bulkhead some are always turned away.",
                kind.title(),
                threads(need as f64 / 1e12),
                setup.noun(2),
                config.show(&format!("{name}_rate")),
                config.show(&format!("{name}_take"))
            ));
        }
    }
    if setup.slow <= setup.usual[0] {
        conflicts.push(format!(
            "A slow payment takes {}, no longer than usual: making payments slow shows nothing.",
            config.show("slow")
        ));
    }
    if setup.semaphore && config.duration("max_wait") > setup.timeout {
        conflicts.push(format!(
            "Nobody waits {} for a permit: callers leave after {}.",
            config.show("max_wait"),
            config.show("timeout")
        ));
    }
    conflicts
}
