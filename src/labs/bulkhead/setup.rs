//! The knobs as the run needs them.

use std::time::Duration;

use halfopen_core::bulkhead::{self, OnTimeout, Settings};
use halfopen_core::sim::{Arrivals, Rate};

use crate::lab::Config;

/// Callers that wait for a permit of one kind at most: a semaphore has no queue of its own, but memory has an end.
pub(super) const SEMAPHORE_LINE: u32 = 100;
/// What both share slows work down so many times at most.
const STRETCH_MAX: u64 = 10;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Payments,
    Orders,
}

impl Kind {
    /// Both, in the order of every pair that is made for them.
    pub(super) const ALL: [Self; 2] = [Self::Payments, Self::Orders];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Orders => "orders",
        }
    }

    /// At the beginning of a sentence.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Payments => "Payments",
            Self::Orders => "Orders",
        }
    }

    pub(super) const fn one(self) -> &'static str {
        match self {
            Self::Payments => "payment",
            Self::Orders => "order",
        }
    }
}

/// How the threads are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arranged {
    /// One pool for both.
    Shared,
    /// A pool each.
    Apart,
}

impl Arranged {
    pub(super) const ALL: [Self; 2] = [Self::Shared, Self::Apart];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared pool",
            Self::Apart => "bulkheads",
        }
    }
}

/// The knobs.
#[derive(Clone, PartialEq)]
pub(super) struct Setup {
    pub(super) arrivals: [Arrivals; 2],
    /// Thousandths of a request a second.
    pub(super) rate: [u64; 2],
    /// How long a request of each kind takes on average while all is well.
    pub(super) usual: [Duration; 2],
    /// How long a slow payment takes on average.
    pub(super) slow: Duration,
    /// Whether times vary about their mean.
    pub(super) varied: bool,
    pub(super) threads: [u32; 2],
    pub(super) places: [u32; 2],
    pub(super) semaphore: bool,
    /// The longest wait for a permit.
    max_wait: Duration,
    /// How long a caller waits for its answer.
    pub(super) timeout: Duration,
    /// Whether a caller that gives up takes its slot along.
    pub(super) frees: bool,
    /// The share of the work that needs what all calls share, in percent.
    pub(super) shared: u32,
    /// Calls that it bears at full speed.
    pub(super) full_speed: u32,
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let poisson = config.choice("arrivals") == "poisson";
        let semaphore = config.choice("isolation") == "semaphore";
        let rate = [config.count("payments_rate"), config.count("orders_rate")];
        let arrivals = rate.map(|rate| {
            let rate = Rate::from_millihertz(rate);
            if poisson { Arrivals::Poisson { rate } } else { Arrivals::Constant { rate } }
        });
        let places = if semaphore {
            [SEMAPHORE_LINE; 2]
        } else {
            [config.small("payments_queue"), config.small("orders_queue")]
        };
        Self {
            arrivals,
            rate,
            usual: [config.duration("payments_take"), config.duration("orders_take")],
            slow: config.duration("slow"),
            varied: config.choice("times") == "exponential",
            threads: [config.small("payments_threads"), config.small("orders_threads")],
            places,
            semaphore,
            max_wait: config.duration("max_wait"),
            timeout: config.duration("timeout"),
            frees: config.choice("on_timeout") == "frees",
            shared: config.small("shared"),
            full_speed: config.small("full_speed"),
        }
    }

    /// How long a request of this kind takes on average, before what is shared slows it.
    pub(super) fn takes(&self, kind: Kind, slow: bool) -> Duration {
        match kind {
            Kind::Payments if slow => self.slow,
            _ => self.usual[kind as usize],
        }
    }

    /// How long it holds its slot on average: no longer than the caller waits, where the slot goes with the caller. The mean
    /// of an exponential time that is cut off is d × (1 − e^(−timeout ÷ d)).
    pub(super) fn holds(&self, kind: Kind, slow: bool) -> f64 {
        let takes = self.takes(kind, slow).as_secs_f64();
        let timeout = self.timeout.as_secs_f64();
        match (self.frees, self.varied) {
            (false, _) => takes,
            (true, true) => takes * (1.0 - libm::exp(-timeout / takes)),
            (true, false) => takes.min(timeout),
        }
    }

    pub(super) fn per_second(&self, kind: Kind) -> f64 {
        self.rate[kind as usize] as f64 / 1000.0
    }

    /// Little's law: the threads in use on average if there were enough.
    pub(super) fn needs(&self, kind: Kind, slow: bool) -> f64 {
        self.per_second(kind) * self.holds(kind, slow)
    }

    /// How many times as long the shared part of the work takes with so many calls at work, in steps of one `full_speed`-th.
    pub(super) fn stretched(&self, usual: Duration, at_work: u64) -> Duration {
        let full = u64::from(self.full_speed.max(1));
        let over = at_work.min(full * STRETCH_MAX).saturating_sub(full);
        let nanos = usual.as_nanos() * u128::from(over) * u128::from(self.shared) / u128::from(full * 100);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The longest wait for a slot.
    pub(super) fn wait(&self) -> Duration {
        if self.semaphore { self.max_wait.min(self.timeout) } else { self.timeout }
    }

    /// The slots of a pool: the one of a kind, or the one of all.
    pub(super) fn slots(&self, of: Option<Kind>) -> u32 {
        of.map_or(self.threads[0] + self.threads[1], |kind| self.threads[kind as usize])
    }

    /// Its places to wait; none where nobody waits.
    pub(super) fn queue(&self, of: Option<Kind>) -> u32 {
        if self.wait().is_zero() {
            return 0;
        }
        of.map_or(self.places[0] + self.places[1], |kind| self.places[kind as usize])
    }

    pub(super) fn bulkhead(&self, of: Option<Kind>) -> bulkhead::Config {
        let settings = Settings {
            parallel: self.slots(of),
            queue: self.queue(of),
            max_wait: Some(self.wait()),
            on_timeout: if self.frees { OnTimeout::FreesSlot } else { OnTimeout::HoldsSlot },
        };
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(config) = bulkhead::Config::new(settings) else {
            unreachable!("the table's ranges lie within the core's, which the registry walk tries")
        };
        config
    }

    /// What a slot is called.
    pub(super) const fn noun(&self, many: u64) -> &'static str {
        match (self.semaphore, many) {
            (false, 1) => "thread",
            (false, _) => "threads",
            (true, 1) => "permit",
            (true, _) => "permits",
        }
    }
}
