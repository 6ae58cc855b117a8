//! Phi accrual: a timeout that learns from the heartbeats so far.

use core::time::Duration;

use super::event::{Event, Opinion, Reason};
use crate::quantity::{OutOfRange, count, thousandths, time};
use crate::time::Instant;

/// The longest interval that is learnt from, in nanoseconds: an hour. With [`WIDEST`] of them the sums fit into 128 bits.
const LONGEST: u64 = 3_600_000_000_000;

/// The widest window.
const WIDEST: u32 = 1_000_000;

/// How the time until the next heartbeat is taken to be distributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Estimate {
    /// Normal, with mean and variance of the window (Hayashibara et al., §4): φ = −log₁₀ (½ erfc((t − μ) / (σ √2))).
    #[default]
    Normal,
    /// Exponential, with the mean of the window, as in Apache Cassandra's `FailureDetector.java`: φ = t / (μ ln 10).
    Exponential,
}

/// Everything that can be set on a [`Phi`], as plain data. Nothing is checked before [`PhiConfig::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhiSettings {
    /// Suspect when φ reaches this, in thousandths, 100 to 100,000: were the estimate right, a suspicion would be false
    /// once in 10^φ heartbeats. Default: 8000, a φ of 8 (Akka's and Cassandra's).
    pub threshold: u32,
    /// How many intervals are remembered; 2 to the `N` of the detector, a million at most. Default: 100.
    pub window: u32,
    /// The interval that is expected before any was seen, from 4 ns to an hour: the window begins with two, a quarter
    /// shorter and longer (Akka, `PhiAccrualFailureDetector.scala`). Default: 1 s.
    pub first: Duration,
    /// The standard deviation is taken to be at least this, from 1 ns to an hour, or very regular heartbeats would make
    /// the smallest delay implausible. Default: 100 ms (Akka).
    pub least_deviation: Duration,
    /// Added to the mean: a pause that is forgiven; up to an hour. Default: none. (Akka's clusters: 3 s.)
    pub pause: Duration,
    /// The distribution. Default: normal.
    pub estimate: Estimate,
    /// Whether the interval that a suspicion was in is learnt from as well. Without, a long outage does not blunt the
    /// detector (Akka); with, it gets used to a node that has become slow for good (as in the paper). Default: with.
    pub learns_outages: bool,
}

impl Default for PhiSettings {
    fn default() -> Self {
        Self {
            threshold: 8_000,
            window: 100,
            first: Duration::from_secs(1),
            least_deviation: Duration::from_millis(100),
            pause: Duration::ZERO,
            estimate: Estimate::Normal,
            learns_outages: true,
        }
    }
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhiConfig {
    settings: PhiSettings,
    /// How many deviations (normal) or means (exponential) after the mean or the last heartbeat φ reaches the threshold.
    reach: f64,
}

impl PhiConfig {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`PhiSettings`].
    pub fn new(settings: PhiSettings) -> Result<Self, OutOfRange> {
        let threshold = thousandths("threshold", settings.threshold, 100, 100_000)?;
        count("window", settings.window, 2, WIDEST)?;
        time("first", settings.first, 4, LONGEST)?;
        time("least_deviation", settings.least_deviation, 1, LONGEST)?;
        time("pause", settings.pause, 0, LONGEST)?;
        let phi = f64::from(threshold) / 1e3;
        let reach = match settings.estimate {
            Estimate::Normal => normal_reach(phi),
            Estimate::Exponential => phi * core::f64::consts::LN_10,
        };
        Ok(Self { settings, reach })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &PhiSettings {
        &self.settings
    }
}

/// −log₁₀ of the share of a standard normal above `z`.
fn normal_phi(z: f64) -> f64 {
    if z < 30.0 {
        return -libm::log10(libm::erfc(z * core::f64::consts::FRAC_1_SQRT_2) / 2.0);
    }
    // The asymptotic series' first terms, since the share itself would soon underflow; at 30 off by 4e-6 of itself.
    let log = -z * z / 2.0 - libm::log(z * libm::sqrt(2.0 * core::f64::consts::PI)) - 1.0 / (z * z);
    -log * core::f64::consts::LOG10_E
}

/// The z at which [`normal_phi`] reaches `phi`, by halving: it grows, from 0 to over 100 between these ends.
fn normal_reach(phi: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 40.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal_phi(middle) < phi { low = middle } else { high = middle }
    }
    high
}

/// The phi accrual detector: Hayashibara, Défago, Yared and Katayama, "The φ Accrual Failure Detector", SRDS 2004.
///
/// φ grows while no heartbeat comes: −log₁₀ of the probability that one still comes, given the intervals in a sliding
/// window of up to `N`. How they are taken to be distributed says [`Estimate`]. It suspects its peer when φ reaches a
/// threshold, that is, at an instant which is known at the last heartbeat ([`Phi::poll_timeout`]).
///
/// It takes 8 bytes an interval and some 150 more, and a constant number of steps for each heartbeat.
#[derive(Clone, Debug, PartialEq)]
pub struct Phi<const N: usize> {
    config: PhiConfig,
    intervals: [u64; N],
    /// Where the next goes.
    next: usize,
    len: usize,
    sum: u128,
    squares: u128,
    /// What the intervals come to: how long a silence is too long.
    timeout: u64,
    heard: Instant,
    suspected: Option<Instant>,
    latest: Instant,
}

impl<const N: usize> Phi<N> {
    /// A detector that trusts its peer and waits from `now` for its first heartbeat.
    ///
    /// # Errors
    /// The window is larger than `N`.
    pub fn new(config: PhiConfig, now: Instant) -> Result<Self, OutOfRange> {
        Self::fits(&config)?;
        let mut phi = Self {
            config,
            intervals: [0; N],
            next: 0,
            len: 0,
            sum: 0,
            squares: 0,
            timeout: 0,
            heard: now,
            suspected: None,
            latest: now,
        };
        let first = crate::time::nanos(config.settings.first).unwrap_or(LONGEST);
        phi.learn(first - first / 4);
        phi.learn(first + first / 4);
        phi.set_timeout();
        Ok(phi)
    }

    fn fits(config: &PhiConfig) -> Result<(), OutOfRange> {
        count("window", config.settings.window, 2, u32::try_from(N).unwrap_or(WIDEST).min(WIDEST)).map(|_| ())
    }

    fn learn(&mut self, interval: u64) {
        let interval = interval.min(LONGEST);
        while self.len >= self.config.settings.window as usize {
            self.forget();
        }
        if let Some(place) = self.intervals.get_mut(self.next) {
            *place = interval;
            self.next = (self.next + 1).checked_rem(N).unwrap_or(0);
            self.len += 1;
            self.sum += u128::from(interval);
            self.squares += u128::from(interval) * u128::from(interval);
        }
    }

    /// Drops the oldest interval.
    fn forget(&mut self) {
        let oldest = (self.next + N - self.len).checked_rem(N).unwrap_or(0);
        let interval = u128::from(self.intervals.get(oldest).copied().unwrap_or(0));
        self.len = self.len.saturating_sub(1);
        self.sum = self.sum.saturating_sub(interval);
        self.squares = self.squares.saturating_sub(interval * interval);
    }

    /// A heartbeat has come.
    pub fn on_heartbeat(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        self.handle_timeout(now, sink);
        let now = self.latest;
        let silent = now.since(self.heard);
        if self.suspected.is_none() || self.config.settings.learns_outages {
            self.learn(crate::time::nanos(silent).unwrap_or(LONGEST));
            self.set_timeout();
        }
        self.heard = now;
        if let Some(since) = self.suspected.take() {
            let reason = Reason::Heartbeat { silent, suspected: now.since(since) };
            sink(Event { at: now, opinion: Opinion::Trusted, reason });
        }
    }

    /// When φ will reach the threshold if no heartbeat comes; `None` once it has.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.suspected.is_some() { None } else { Some(self.heard + self.timeout()) }
    }

    /// Suspects the peer if φ has reached the threshold.
    pub fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        let told = self.latest;
        self.latest = self.latest.max(now);
        if let Some(due) = self.poll_timeout()
            && due <= self.latest
        {
            let at = due.max(told);
            self.suspected = Some(at);
            let reason = Reason::Implausible {
                silent: at.since(self.heard),
                mean: self.mean(),
                deviation: self.deviation(),
                threshold: self.config.settings.threshold,
            };
            sink(Event { at, opinion: Opinion::Suspected, reason });
        }
    }

    /// Goes on with other settings. What was learnt stays, as far as it fits the new window.
    ///
    /// # Errors
    /// The window is larger than `N`; nothing has changed.
    pub fn reconfigure(
        &mut self,
        config: PhiConfig,
        now: Instant,
        sink: &mut impl FnMut(Event),
    ) -> Result<(), OutOfRange> {
        Self::fits(&config)?;
        self.handle_timeout(now, sink);
        self.config = config;
        while self.len > config.settings.window as usize {
            self.forget();
        }
        self.set_timeout();
        self.handle_timeout(now, sink);
        Ok(())
    }

    /// φ as of `now`, from 0 on: 1 stands for a suspicion that would be false once in ten heartbeats, 2 for once in a
    /// hundred. For showing; what is decided is decided by [`Phi::poll_timeout`], which differs by rounding only.
    pub fn phi(&self, now: Instant) -> f64 {
        let silent = now.since(self.heard).as_secs_f64();
        let mean = self.mean_nanos() / 1e9 + self.config.settings.pause.as_secs_f64();
        match self.config.settings.estimate {
            Estimate::Normal => normal_phi((silent - mean) / (self.deviation_nanos() / 1e9)).max(0.0),
            Estimate::Exponential => silent / (mean * core::f64::consts::LN_10),
        }
    }

    /// How long a silence it takes, as estimated now, for φ to reach the threshold: the timeout that it has learnt.
    pub const fn timeout(&self) -> Duration {
        Duration::from_nanos(self.timeout)
    }

    fn set_timeout(&mut self) {
        let mean = self.mean_nanos() + self.config.settings.pause.as_nanos() as f64;
        let nanos = match self.config.settings.estimate {
            Estimate::Normal => mean + self.config.reach * self.deviation_nanos(),
            Estimate::Exponential => mean * self.config.reach,
        };
        // `as` saturates. At least a nanosecond, so that a heartbeat is not suspected at once.
        self.timeout = (libm::ceil(nanos) as u64).max(1);
    }

    /// The mean of the remembered intervals.
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(libm::round(self.mean_nanos()) as u64)
    }

    /// Their standard deviation, but not less than [`PhiSettings::least_deviation`].
    pub fn deviation(&self) -> Duration {
        Duration::from_nanos(libm::round(self.deviation_nanos()) as u64)
    }

    fn mean_nanos(&self) -> f64 {
        self.sum as f64 / self.len.max(1) as f64
    }

    fn deviation_nanos(&self) -> f64 {
        // Exact in whole numbers until the division, so that nothing is lost however alike the intervals are.
        let len = self.len.max(1) as u128;
        let scaled = (len * self.squares).saturating_sub(self.sum * self.sum);
        let deviation = libm::sqrt(scaled as f64) / len as f64;
        deviation.max(self.config.settings.least_deviation.as_nanos() as f64)
    }

    /// What it thinks of its peer, as of the last verb.
    pub const fn opinion(&self) -> Opinion {
        if self.suspected.is_some() { Opinion::Suspected } else { Opinion::Trusted }
    }

    /// When the last heartbeat came; before the first, when the watching began.
    pub const fn heard(&self) -> Instant {
        self.heard
    }

    /// What it runs on.
    pub const fn config(&self) -> &PhiConfig {
        &self.config
    }
}
