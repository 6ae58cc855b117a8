//! Client-side throttling: a client that is turned away asks less.

use core::fmt;
use core::time::Duration;

use super::ConfigError;
use super::window::{Window, width};
use crate::quantity::{count, thousandths};
use crate::time::Instant;

/// What a [`Throttle`] counts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// How far back it looks; above zero, at most 104 days, and a whole number of nanoseconds a bucket.
    pub history: Duration,
    /// In how many steps it forgets; at least 1, at most the `N` of the [`Throttle`].
    pub buckets: u32,
    /// K in thousandths: so many requests are sent for each that is accepted. At least 1000; the higher, the later it
    /// throttles, and the sooner it notices that the backend is well again.
    pub multiplier_permille: u32,
    /// Added to the divisor, so that few requests do not throttle much; at least 1.
    pub padding: u32,
}

impl ThrottleConfig {
    /// *Site Reliability Engineering*, chapter "Handling Overload": two minutes, K = 2, one more in the divisor. It does
    /// not say in which steps the two minutes move; here in those of 2 s.
    pub const SRE: Self =
        Self { history: Duration::from_secs(120), buckets: 60, multiplier_permille: 2000, padding: 1 };
    /// The adaptive throttler of grpc-go: 30 s in 100 steps, K = 2, 8 more in the divisor.
    pub const GRPC_GO: Self =
        Self { history: Duration::from_secs(30), buckets: 100, multiplier_permille: 2000, padding: 8 };
}

/// Turns requests away before they are sent, retries and first attempts alike, with the probability
/// `max(0, (requests − K × accepts) / (requests + 1))` over its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle<const N: usize> {
    config: ThrottleConfig,
    requests: Window<N>,
    accepts: Window<N>,
}

impl<const N: usize> Throttle<N> {
    /// An empty history: nothing is turned away.
    ///
    /// # Errors
    /// A number is out of its range, or the buckets are not whole.
    pub fn new(config: ThrottleConfig) -> Result<Self, ConfigError> {
        let width = width::<N>("history", config.history, "buckets", config.buckets)?;
        thousandths("multiplier", config.multiplier_permille, 1000, u32::MAX)?;
        count("padding", config.padding, 1, u32::MAX)?;
        let window = Window::new(width, config.buckets);
        Ok(Self { config, requests: window.clone(), accepts: window })
    }

    /// A request is to be sent: whether it may. It counts either way. It is turned away when `draw`, uniform from 0 to
    /// below 1, is below the probability.
    ///
    /// # Errors
    /// It must not be sent.
    pub fn try_request(&mut self, draw: f64, now: Instant) -> Result<(), Throttled> {
        let told = Throttled { requests: self.requests(now), accepts: self.accepts(now) };
        let probability = self.probability(now);
        self.requests.add(1, now);
        if draw < probability { Err(told) } else { Ok(()) }
    }

    /// The backend accepted a request: it did the work, well or badly, instead of turning it away.
    pub fn on_accepted(&mut self, now: Instant) {
        self.accepts.add(1, now);
    }

    /// The probability with which a request at `now` is turned away, below 1.
    pub fn probability(&self, now: Instant) -> f64 {
        let (requests, accepts) = (self.requests(now) as f64, self.accepts(now) as f64);
        let spare = requests - accepts * f64::from(self.config.multiplier_permille) / 1000.0;
        (spare / (requests + f64::from(self.config.padding))).max(0.0)
    }

    /// Requests in the history, those turned away here among them.
    pub fn requests(&self, now: Instant) -> u64 {
        self.requests.sum(now).unsigned_abs()
    }

    /// Requests in the history that the backend accepted.
    pub fn accepts(&self, now: Instant) -> u64 {
        self.accepts.sum(now).unsigned_abs()
    }

    /// What it runs on.
    pub const fn config(&self) -> &ThrottleConfig {
        &self.config
    }
}

/// A request was turned away before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// Requests in the history.
    pub requests: u64,
    /// How many of them the backend accepted.
    pub accepts: u64,
}

impl fmt::Display for Throttled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only {} of the last {} requests were accepted", self.accepts, self.requests)
    }
}

impl core::error::Error for Throttled {}
