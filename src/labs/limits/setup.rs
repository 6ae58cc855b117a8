//! What the knobs say, in the types of the core.

use std::time::Duration;

use halfopen_core::sim::{Arrivals, Latency, Rate, ServerConfig};
use halfopen_core::{adaptive, limiter};

use super::guard::{Kind, Make};
use super::hedge::When;
use crate::lab::Config;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setup {
    pub(super) kind: Kind,
    pub(super) guard: Make,
    pub(super) hedge: When,
    /// Permits of a window, its length, and what may come at once.
    pub(super) permits: u32,
    pub(super) window: Duration,
    pub(super) burst: u32,
    /// The two rate limiters that are held against each other.
    pub(super) by_window: limiter::Config,
    pub(super) by_bucket: limiter::Config,
    pub(super) server: ServerConfig,
    pub(super) rate: Rate,
    pub(super) poisson: bool,
    pub(super) timeout: Duration,
}

/// The servers.
pub(super) const SERVERS: usize = 2;

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let kind = Kind::of(config);
        let (permits, window, burst) = (config.small("permits"), config.duration("window"), config.small("burst"));
        let by_window = rate(limiter::Settings::fixed_window(permits, window));
        let interval = (window / permits.max(1)).max(Duration::from_nanos(1));
        let by_bucket = rate(limiter::Settings::bucket(burst, interval));
        let gcra = limiter::Rule::Gcra { interval, tolerance: interval * burst.saturating_sub(1) };
        let guard = match kind {
            Kind::None => Make::None,
            Kind::Window => Make::Rate(by_window),
            Kind::Bucket => Make::Rate(by_bucket),
            Kind::Gcra => Make::Rate(rate(limiter::Settings { rule: gcra, max_wait: Some(Duration::ZERO) })),
            Kind::Fixed => Make::Fixed(config.small("limit")),
            Kind::Aimd | Kind::Vegas | Kind::Gradient => Make::Adaptive(adaptive(config, kind)),
        };
        let mean = config.duration("service");
        // With the same mean: that of a log-normal is its median times e^(σ²/2).
        let log_normal = |permille: u32, factor: f64| {
            Latency::log_normal(halfopen_core::rng::scaled(mean, 1.0 / libm::exp(factor * factor / 2.0)), permille)
        };
        let latency = match config.choice("spread") {
            "constant" => Latency::constant(mean),
            "tail" => log_normal(1_000, 1.0),
            "long_tail" => log_normal(1_500, 1.5),
            _ => Latency::exponential(mean),
        };
        Self {
            kind,
            guard,
            hedge: match config.choice("hedge") {
                "delay" => When::After(config.duration("hedge_after")),
                "p95" => When::P95,
                _ => When::Never,
            },
            permits,
            window,
            burst,
            by_window,
            by_bucket,
            server: ServerConfig::new(config.small("workers"), latency).with_queue(config.small("queue")),
            rate: Rate::from_millihertz(config.count("rate")),
            poisson: config.choice("arrivals") == "poisson",
            timeout: config.duration("timeout"),
        }
    }

    /// The same without what is asked about: without hedging where there is any, else without a guard. `None` where there
    /// is neither.
    pub(super) fn without(&self) -> Option<(Without, Self)> {
        match (self.hedge, self.kind) {
            (When::Never, Kind::None) => None,
            (When::Never, _) => Some((Without::Guard, Self { kind: Kind::None, guard: Make::None, ..self.clone() })),
            _ => Some((Without::Hedging, Self { hedge: When::Never, ..self.clone() })),
        }
    }

    pub(super) fn traffic(&self, doubled: bool) -> Arrivals {
        let rate = self.offered(doubled);
        if self.poisson { Arrivals::Poisson { rate } } else { Arrivals::Constant { rate } }
    }

    pub(super) fn offered(&self, doubled: bool) -> Rate {
        Rate::from_millihertz(self.rate.millihertz() * if doubled { 2 } else { 1 })
    }

    pub(super) fn workers(&self) -> u32 {
        self.server.capacity * SERVERS as u32
    }

    /// How long a request takes on average, without waiting.
    pub(super) fn service(&self) -> Duration {
        self.server.latency.mean()
    }

    /// Requests a second that the servers can do, for showing.
    pub(super) fn capacity(&self) -> f64 {
        f64::from(self.workers()) / self.service().as_secs_f64().max(1e-9)
    }

    /// How long so many requests take the servers.
    pub(super) fn work(&self, requests: u32) -> Duration {
        Duration::from_secs_f64(f64::from(requests) / self.capacity())
    }

    /// So many in the servers are answered in time on average: Little's law with the callers' patience.
    pub(super) fn patience(&self) -> f64 {
        self.capacity() * self.timeout.as_secs_f64()
    }

    /// What a rate limiter lets in a second, for showing.
    pub(super) fn permitted(&self) -> f64 {
        f64::from(self.permits) / self.window.as_secs_f64()
    }
}

/// What the other run beside this one is without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    Guard,
    Hedging,
}

impl Without {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Guard => "without a guard",
            Self::Hedging => "without hedging",
        }
    }
}

fn rate(settings: limiter::Settings) -> limiter::Config {
    #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
    let Ok(config) = limiter::Config::new(settings) else {
        unreachable!("the table's ranges lie within the core's, which the registry walk tries")
    };
    config
}

fn adaptive(config: &Config, kind: Kind) -> adaptive::Config {
    let rule = match kind {
        Kind::Vegas => adaptive::Rule::Vegas {
            alpha: config.small("alpha"),
            beta: config.small("beta"),
            thresholds: adaptive::Thresholds::TimesStep,
            probe_multiplier: Some(30),
        },
        Kind::Gradient => adaptive::Rule::Gradient {
            smoothing_permille: config.small("smoothing"),
            queue: config.small("headroom"),
            long_window: 600,
            tolerance_permille: config.small("tolerance"),
        },
        _ => {
            adaptive::Rule::Aimd { decrease_permille: config.small("decrease"), timeout: config.duration("late_after") }
        }
    };
    let min = config.small("least");
    // One that is below the least acts as it, and the lab says so.
    let max = config.small("most").max(min);
    let settings = adaptive::Settings { rule, initial: config.small("limit").clamp(min, max), min, max };
    #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
    let Ok(config) = adaptive::Config::new(settings) else {
        unreachable!("the table's ranges lie within the core's, and the greatest is not below the least")
    };
    config
}
