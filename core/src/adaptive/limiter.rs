//! Calls under way, held against a limit that follows them.

use core::fmt;

use super::config::Config;
use super::limit::{Limit, Sample};
use crate::time::Instant;

/// A limiter of the calls under way. A call that ends is a sample for its [`Limit`]: how long it took, and how many were
/// under way when it began.
#[derive(Clone, Debug, PartialEq)]
pub struct Limiter {
    limit: Limit,
    in_flight: u32,
}

/// How a call went, as far as the limit is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was answered, well or badly: a sample.
    Success,
    /// It was turned away for load, or timed out: a sample that it was dropped.
    Dropped,
    /// It says nothing about load (it failed before it was sent, say): no sample.
    Ignored,
}

/// Permission for one call. Hand it back with [`Limiter::on_result`]: one that is dropped counts as under way for ever.
///
/// It is good for the limiter that gave it. `Clone` is there for copies of a whole simulation.
#[must_use = "hand the permit back with on_result"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    asked: Instant,
    in_flight: u32,
}

impl Permit {
    /// When it was granted.
    pub const fn asked(&self) -> Instant {
        self.asked
    }
}

/// A call was turned away: as many are under way as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Calls under way; more than the limit when that has fallen.
    pub in_flight: u32,
    /// The limit now.
    pub limit: u32,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let are = if self.in_flight == 1 { "call is" } else { "calls are" };
        write!(f, "{} {are} under way; the limit is {}", self.in_flight, self.limit)
    }
}

impl core::error::Error for Rejected {}

impl Limiter {
    /// Nothing is under way.
    pub fn new(config: Config) -> Self {
        Self { limit: Limit::new(config), in_flight: 0 }
    }

    /// Asks for permission for one call.
    ///
    /// # Errors
    /// As many calls are under way as may be; nothing has changed.
    pub fn try_acquire(&mut self, now: Instant) -> Result<Permit, Rejected> {
        let limit = self.limit.get();
        if self.in_flight >= limit {
            return Err(Rejected { in_flight: self.in_flight, limit });
        }
        self.in_flight += 1;
        Ok(Permit { asked: now, in_flight: self.in_flight })
    }

    /// A call has ended: the limit after it.
    pub fn on_result(&mut self, permit: Permit, outcome: Outcome, now: Instant) -> u32 {
        self.in_flight = self.in_flight.saturating_sub(1);
        let sample = |dropped| Sample { rtt: now - permit.asked, in_flight: permit.in_flight, dropped };
        match outcome {
            Outcome::Success => self.limit.on_sample(sample(false)),
            Outcome::Dropped => self.limit.on_sample(sample(true)),
            Outcome::Ignored => self.limit.get(),
        }
    }

    /// How many calls may be under way now.
    pub const fn limit(&self) -> u32 {
        self.limit.get()
    }

    /// How many are.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// The limit and what it has learnt.
    pub const fn state(&self) -> &Limit {
        &self.limit
    }

    /// Goes on with other settings; see [`Limit::reconfigure`].
    pub fn reconfigure(&mut self, config: Config) {
        self.limit.reconfigure(config);
    }
}
