//! What the knobs say, in the types of the core, and what follows from them before anything runs.

use std::time::Duration;

use halfopen_core::sim::{Arrivals, Rate};
use halfopen_core::{backoff, idempotency, retry};

use super::service::PLACES;
use crate::lab::{Config, Fact, text};

#[derive(Clone)]
pub(super) struct Setup {
    pub(super) key: bool,
    pub(super) per_attempt: bool,
    pub(super) lose_first: bool,
    /// How many of a thousand requests and of a thousand answers are lost.
    pub(super) loss: [u32; 2],
    pub(super) leg: Duration,
    pub(super) work: Duration,
    pub(super) timeout: Duration,
    pub(super) retry: retry::Config,
    pub(super) store: idempotency::Config,
    pub(super) arrivals: Arrivals,
    /// Payments a second, in thousandths.
    pub(super) rate: u64,
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let factor_permille = if config.choice("growth") == "double" { 2000 } else { 1000 };
        let kind = backoff::Kind::Exponential { base: config.duration("wait"), factor_permille };
        let settings = retry::Settings {
            attempts: config.small("attempts"),
            backoff: backoff::Settings::plain(kind),
            ..retry::Settings::default()
        };
        let store = idempotency::Settings {
            ttl: config.duration("ttl"),
            lease: None,
            capacity: config.small("capacity").min(PLACES as u32),
            in_flight: if config.choice("in_flight") == "refuse" {
                idempotency::InFlight::Refuse
            } else {
                idempotency::InFlight::Wait
            },
            when_full: if config.choice("when_full") == "forget" {
                idempotency::WhenFull::EvictOldest
            } else {
                idempotency::WhenFull::Refuse
            },
        };
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let (Ok(retry), Ok(store)) = (retry::Config::new(settings), idempotency::Config::new(store)) else {
            unreachable!("the table's ranges lie within the core's, which the registry walk tries")
        };
        let rate = config.count("rate");
        Self {
            key: config.flag("key"),
            per_attempt: config.choice("maker") == "attempt",
            lose_first: config.flag("lose_first"),
            loss: [config.small("lose_requests"), config.small("lose_answers")],
            leg: config.duration("leg"),
            work: config.duration("work"),
            timeout: config.duration("timeout"),
            retry,
            store,
            arrivals: if rate == 0 { Arrivals::None } else { Arrivals::Poisson { rate: Rate::from_millihertz(rate) } },
            rate,
        }
    }

    pub(super) fn attempts(&self) -> u32 {
        self.retry.settings().attempts
    }

    pub(super) fn ttl(&self) -> Duration {
        self.store.settings().ttl
    }

    /// From the first attempt to the last, when each times out.
    pub(super) fn chain(&self) -> Duration {
        let backoff = self.retry.settings().backoff.kind;
        let (base, factor) = match backoff {
            backoff::Kind::Exponential { base, factor_permille } => (base, factor_permille / 1000),
            _ => (Duration::ZERO, 1),
        };
        let mut wait = base;
        let mut chain = Duration::ZERO;
        for _ in 1..self.attempts() {
            chain += self.timeout + wait;
            wait = wait.saturating_mul(factor);
        }
        chain
    }

    /// The longest that a key must be remembered: from the first attempt's answer until the last attempt arrives.
    pub(super) fn needed(&self) -> Duration {
        self.chain().saturating_sub(self.work)
    }

    /// From sending to the answer, when nothing is lost.
    pub(super) fn takes(&self) -> Duration {
        self.leg * 2 + self.work
    }

    /// Keys in the store when as many come as expire: rate × time to live.
    pub(super) fn storage(&self) -> f64 {
        self.rate as f64 / 1000.0 * self.ttl().as_secs_f64()
    }

    /// How often a payment is charged on average, where nothing is recognised.
    fn charges(&self) -> f64 {
        let arrives = 1.0 - f64::from(self.loss[0]) / 1000.0;
        let returns = if self.takes() > self.timeout { 0.0 } else { 1.0 - f64::from(self.loss[1]) / 1000.0 };
        let (mut charges, mut reached) = (0.0, 1.0);
        for _ in 0..self.attempts() {
            charges += reached * arrives;
            reached *= 1.0 - arrives * returns;
        }
        charges
    }
}

/// A number with its groups, from a float that is one.
pub(super) fn many(number: f64) -> String {
    text::grouped(libm::round(number) as i64)
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let about = text::about;
    let fact = |label: &str, value, because| Fact { label: label.to_owned(), value, because };
    let attempts = text::counted(setup.attempts().into(), "attempt", "attempts");
    let mut facts = vec![
        fact(
            "An answer takes",
            about(setup.takes()),
            format!(
                "2 × {} on the way and {} of work; the client waits {}.",
                about(setup.leg),
                about(setup.work),
                about(setup.timeout)
            ),
        ),
        fact(
            "The last attempt begins after",
            about(setup.chain()),
            format!("{attempts}, each with {} of patience, and the waits between them.", about(setup.timeout)),
        ),
        fact(
            "Charged per payment, without a key",
            format!("×\u{a0}{}", text::decimal(libm::round(setup.charges() * 1000.0) as i64, 3)),
            format!(
                "{} of requests and {} of answers are lost, and each attempt that arrives is charged.",
                config.show("lose_requests"),
                config.show("lose_answers")
            ),
        ),
    ];
    if setup.key {
        facts.push(fact(
            "Keys to store",
            many(setup.storage()),
            format!(
                "Rate × time to live: {} payments/s × {}. There is room for {}.",
                text::decimal(setup.rate as i64, 3),
                about(setup.ttl()),
                config.show("capacity")
            ),
        ));
    }
    facts
}

pub(super) fn conflicts(config: &Config) -> Vec<String> {
    let setup = Setup::new(config);
    let about = text::about;
    let mut told = Vec::new();
    if !setup.key {
        if setup.takes() > setup.timeout {
            told.push(format!(
                "An answer takes {}, the client waits {}: each attempt is charged and none is answered in time.",
                about(setup.takes()),
                about(setup.timeout)
            ));
        }
        return told;
    }
    if !setup.per_attempt && setup.attempts() > 1 && setup.ttl() <= setup.needed() {
        told.push(format!(
            "The last retry comes after {}, keys live {}: it may be charged again.",
            about(setup.chain()),
            about(setup.ttl())
        ));
    }
    let capacity = f64::from(setup.store.settings().capacity);
    if setup.storage() > capacity {
        let then = if setup.store.settings().when_full == idempotency::WhenFull::Refuse {
            "new payments are refused"
        } else {
            "keys are forgotten before their time"
        };
        told.push(format!(
            "Rate × time to live is {} keys, and there is room for {}: once it is full, {then}.",
            many(setup.storage()),
            many(capacity)
        ));
    }
    told
}
