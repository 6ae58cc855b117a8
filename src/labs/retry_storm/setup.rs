//! What the knobs say, in the types of the core.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{self, Jitter, Kind};
use halfopen_core::breaker::{self, OpenFor, Settings, Trip, Window};
use halfopen_core::rng::scaled;
use halfopen_core::sim::{Abandoned, Arrivals, Fault, Latency, Order, Rate, ServerConfig};

use crate::lab::Config;

/// Waits told apart: exponential ones have long reached any cap by then.
const WAITS: u32 = 48;

#[derive(Clone)]
pub(super) struct Setup {
    pub(super) clients: u32,
    pub(super) every: Duration,
    pub(super) open_loop: bool,
    pub(super) retries: Retries,
    /// How many tries each layer that retries has.
    pub(super) attempts: u32,
    /// Layers that retry.
    pub(super) layers: u32,
    pub(super) timeout: Duration,
    pub(super) backoff: backoff::Config,
    /// Least and most of each wait, the last for all that follow.
    waits: Vec<(Duration, Duration)>,
    /// Requests a second, in thousandths.
    pub(super) capacity: u64,
    pub(super) server: ServerConfig,
    /// So many may be ahead of a request that is answered in time: a queue of more is too long.
    pub(super) patience: u32,
    pub(super) shed: Shed,
    pub(super) outage: Fault,
    pub(super) budget: BudgetKind,
    pub(super) budget_percent: u32,
    pub(super) breaker: Option<breaker::Config>,
    pub(super) processes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retries {
    Forever,
    Limited,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shed {
    None,
    Late,
    Retries,
}

/// What becomes of a request that comes while the queue is too long for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// It is served, when nobody waits for it any more.
    Served,
    /// It is dropped before its turn.
    Dropped,
    TurnedAway,
    RetriesTurnedAway,
    /// It is served next, and whoever it overtakes later.
    Overtaken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BudgetKind {
    None,
    Aws,
    Grpc,
    Finagle,
    Envoy,
    Sre,
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let jitter = match config.choice("jitter") {
            "full" => Jitter::Full,
            "equal" => Jitter::Equal,
            "around" => Jitter::PlusMinus { permille: 200 },
            _ => Jitter::None,
        };
        let growing = config.choice("backoff") == "exponential";
        let cap = growing.then(|| config.duration("cap"));
        // A first wait over the cap acts as the cap, and the lab says so.
        let wait = config.duration("wait").min(cap.unwrap_or(Duration::MAX));
        let kind = if growing {
            Kind::Exponential { base: wait, factor_permille: 2000 }
        } else {
            Kind::Constant { base: wait }
        };
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(backoff) = backoff::Config::new(backoff::Settings { cap, jitter, ..backoff::Settings::plain(kind) })
        else {
            unreachable!("the table's ranges lie within the core's, and no cap is below the wait")
        };
        let waits = (0..WAITS).map(|number| (backoff.least(number), backoff.most(number))).collect();
        let retries = match config.choice("retries") {
            "limited" => Retries::Limited,
            "none" => Retries::None,
            _ => Retries::Forever,
        };
        let attempts = if retries == Retries::Limited { config.small("attempts") } else { 1 };
        let layers = if retries == Retries::Limited && !config.flag("one_layer") { config.small("layers") } else { 1 };
        let capacity = config.count("capacity");
        // So many at a time that each takes some ten milliseconds.
        let workers = (capacity / 100_000).max(1);
        let latency = Duration::from_nanos(workers * 1_000_000_000_000 / capacity.max(1));
        let server = ServerConfig {
            queue: config.small("queue"),
            order: if config.choice("order") == "newest" { Order::NewestFirst } else { Order::OldestFirst },
            abandoned: if config.flag("only_wanted") { Abandoned::DropWaiting } else { Abandoned::GoOn },
            ..ServerConfig::new(u32::try_from(workers).unwrap_or(u32::MAX), Latency::constant(latency))
        };
        let timeout = config.duration("timeout");
        let spare = timeout.saturating_sub(latency).as_nanos().saturating_mul(capacity.into()) / 1_000_000_000_000;
        let settings = Settings {
            trip: Trip::Consecutive { failures: config.small("breaker_failures") },
            window: Window::Calls { calls: 1 },
            open_for: OpenFor::constant(config.duration("breaker_open_for")),
            ..Settings::default()
        };
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(breaker) = breaker::Config::new(settings) else {
            unreachable!("the table's ranges lie within the core's, which the registry walk tries")
        };
        Self {
            clients: config.small("clients"),
            every: config.duration("every"),
            open_loop: config.choice("arrivals") == "open",
            retries,
            attempts,
            layers,
            timeout,
            backoff,
            waits,
            capacity,
            server,
            patience: u32::try_from(spare).unwrap_or(u32::MAX),
            shed: match config.choice("shed") {
                "late" => Shed::Late,
                "retries" => Shed::Retries,
                _ => Shed::None,
            },
            outage: match config.choice("outage") {
                "down" => Fault::Down,
                "slow" => Fault::slower(10),
                _ => Fault::Hung,
            },
            budget: match config.choice("budget") {
                "aws" => BudgetKind::Aws,
                "grpc" => BudgetKind::Grpc,
                "finagle" => BudgetKind::Finagle,
                "envoy" => BudgetKind::Envoy,
                "sre" => BudgetKind::Sre,
                _ => BudgetKind::None,
            },
            budget_percent: config.small("budget_percent"),
            breaker: config.flag("breaker").then_some(breaker),
            processes: config.small("processes"),
        }
    }

    /// What becomes of what would be late. Of several ways the one that leaves least for the others.
    pub(super) fn late(&self) -> Late {
        match (self.server.abandoned, self.shed, self.server.order) {
            (Abandoned::DropWaiting | Abandoned::Drop, ..) => Late::Dropped,
            (_, Shed::Late, _) => Late::TurnedAway,
            (_, Shed::Retries, _) if self.retries != Retries::None => Late::RetriesTurnedAway,
            (.., Order::NewestFirst) => Late::Overtaken,
            (.., Order::OldestFirst) => Late::Served,
        }
    }

    /// How long the server takes for a request.
    pub(super) fn service(&self) -> Duration {
        self.server.latency.mean()
    }

    /// Requests a second, for showing.
    pub(super) fn per_second(&self) -> f64 {
        self.capacity as f64 / 1000.0
    }

    /// How long so many requests take the whole server.
    pub(super) fn work(&self, requests: u32) -> Duration {
        let nanos = u64::from(requests).saturating_mul(1_000_000_000_000) / self.capacity.max(1);
        Duration::from_nanos(nanos)
    }

    /// How long after it joins behind so many others a request is answered.
    pub(super) fn answer(&self, ahead: u32) -> Duration {
        self.work(ahead) + self.service()
    }

    /// How many requests a second are wanted while all are answered at once.
    pub(super) fn wanted(&self) -> Rate {
        let nanos = u64::try_from(self.every.as_nanos()).unwrap_or(u64::MAX).max(1);
        Rate::from_millihertz(u64::from(self.clients) * 1_000_000_000_000 / nanos)
    }

    /// The traffic of an open loop: that of many clients who want something at random is at random as well.
    pub(super) fn traffic(&self) -> Arrivals {
        if self.open_loop { Arrivals::Poisson { rate: self.wanted() } } else { Arrivals::None }
    }

    /// Tries of a request at most, those of all layers multiplied; `None` without limit.
    pub(super) fn tries(&self) -> Option<u32> {
        match self.retries {
            Retries::Forever => None,
            Retries::Limited => Some(self.attempts.saturating_pow(self.layers)),
            Retries::None => Some(1),
        }
    }

    /// The wait after so many failed tries. `draw`, from 0 to below 1, is where between its ends it lies.
    ///
    /// Of nested layers the outer one waits when all within it have used up their tries: the number of failures, written
    /// with the tries of a layer as its base, ends in as many zeros as layers have, and the digit before them is the
    /// failures of the one that waits.
    pub(super) fn wait(&self, failed: u32, draw: f64) -> Duration {
        let mut number = failed;
        if self.retries == Retries::Limited {
            while number > 0 && number.is_multiple_of(self.attempts) {
                number /= self.attempts;
            }
            number %= self.attempts;
        }
        let place = (number.max(1) - 1).min(WAITS - 1) as usize;
        let (least, most) = self.waits.get(place).copied().unwrap_or_default();
        least + scaled(most.saturating_sub(least), draw)
    }

    /// The place of the longest waits that a request comes to.
    fn last_wait(&self) -> u32 {
        self.tries().map_or(WAITS, |_| self.attempts.saturating_sub(1).max(1)) - 1
    }

    /// The mean of the longest waits that a request comes to.
    pub(super) fn mean_wait(&self) -> Duration {
        self.backoff.mean(self.last_wait()).wait
    }

    /// The shortest and the longest that a wait can be.
    pub(super) fn shortest_and_longest_wait(&self) -> (Duration, Duration) {
        (self.backoff.least(0), self.backoff.most(self.last_wait()))
    }

    /// Requests a second that the server serves while it has this fault, for showing.
    pub(super) fn per_second_with(&self, fault: &Fault) -> f64 {
        match fault {
            Fault::Hung | Fault::Down => 0.0,
            Fault::Slow { .. } => self.per_second() / 10.0,
            Fault::Healthy | Fault::Failing { .. } => self.per_second(),
        }
    }
}

/// When a server has been at work for so long that it finishes as `until` comes: what has not begun then is too late.
pub(super) fn too_late(sent: Instant, setup: &Setup) -> Instant {
    sent + setup.timeout.saturating_sub(setup.service())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nested_layers_the_one_that_has_tries_left_waits() {
        let mut config = Config::new(super::super::knobs::KNOBS);
        for (knob, value) in [("retries", "limited"), ("attempts", "3"), ("layers", "3"), ("backoff", "exponential")] {
            assert_eq!(config.set_text(knob, value), Ok(()));
        }
        let setup = Setup::new(&config);
        assert_eq!(setup.tries(), Some(27));
        // In units of 100 ms: the last layer waits 1 and 2, then the one before it, then the last anew …
        let waits: Vec<u128> = (1..27).map(|failed| setup.wait(failed, 0.5).as_millis() / 100).collect();
        let twice = [1, 2, 1, 1, 2, 2, 1, 2];
        assert_eq!(waits[..8], twice);
        assert_eq!((waits[8], &waits[9..17]), (1, &twice[..]));
        assert_eq!((waits[17], &waits[18..]), (2, &twice[..]));
    }

    #[test]
    fn a_first_wait_over_the_cap_acts_as_the_cap() {
        let mut config = Config::new(super::super::knobs::KNOBS);
        for (knob, value) in [("wait", "50s"), ("cap", "1s")] {
            assert_eq!(config.set_text(knob, value), Ok(()));
        }
        assert_eq!(Setup::new(&config).wait(1, 0.0), Duration::from_secs(50), "equal waits have no cap");
        assert_eq!(config.set_text("backoff", "exponential"), Ok(()));
        assert_eq!(Setup::new(&config).wait(1, 0.0), Duration::from_secs(1));
    }

    #[test]
    fn waits_of_a_single_layer_grow_up_to_the_cap() {
        let mut config = Config::new(super::super::knobs::KNOBS);
        assert_eq!(config.set_text("backoff", "exponential"), Ok(()));
        let setup = Setup::new(&config);
        let waits: Vec<u128> = (1..10).map(|failed| setup.wait(failed, 0.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        assert_eq!(setup.wait(u32::MAX, 0.0), Duration::from_secs(10));
    }
}
