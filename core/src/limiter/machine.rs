//! The limiter: a rule, and how long it may make wait.

use core::fmt;
use core::time::Duration;

use super::config::Config;
use super::rules::State;
use crate::quantity::Span;
use crate::time::Instant;

/// A rate limiter. Verbs take `now`; time that goes backwards is taken as the latest time seen. A verb takes a constant
/// number of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limiter {
    config: Config,
    state: State,
    latest: Instant,
}

/// Permits were granted, and are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// How long until they may be used; zero: now.
    pub wait: Duration,
}

/// Permits were refused: they would become free later than may be waited. None was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// How long the wait would be.
    pub wait: Duration,
    /// The longest that is permitted.
    pub max_wait: Duration,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wait would be {}; ", Span(self.wait))?;
        if self.max_wait.is_zero() {
            return f.write_str("none is permitted");
        }
        write!(f, "at most {} is permitted", Span(self.max_wait))
    }
}

impl core::error::Error for Limited {}

impl Limiter {
    /// A limiter that has granted nothing yet; its grids and periods are aligned to [`Instant::ZERO`].
    pub fn new(config: Config) -> Self {
        Self { config, state: State::new(&config.settings().rule), latest: Instant::ZERO }
    }

    /// Asks for so many permits at once, all or none.
    ///
    /// # Errors
    /// They would become free after more than [`Settings::max_wait`](super::Settings::max_wait); none was taken.
    pub fn try_acquire(&mut self, permits: u32, now: Instant) -> Result<Grant, Limited> {
        self.latest = self.latest.max(now);
        let taking = self.state.take(permits, u128::from(self.latest.as_nanos()));
        let wait = duration(taking.wait);
        match self.config.settings().max_wait {
            Some(max_wait) if taking.wait > max_wait.as_nanos() => Err(Limited { wait, max_wait }),
            _ => {
                self.state = taking.after;
                Ok(Grant { wait })
            }
        }
    }

    /// How long an ask for so many permits at `now` would wait, if it may; saturates at `u64::MAX` seconds. Nothing is
    /// taken.
    pub fn wait_for(&self, permits: u32, now: Instant) -> Duration {
        duration(self.state.take(permits, self.at(now)).wait)
    }

    /// How many permits there are at `now`, rounded down; below zero is what is owed. `None` for
    /// [`Rule::Smooth`](super::Rule::Smooth), which counts none.
    pub fn available(&self, now: Instant) -> Option<i64> {
        let available = match &self.state {
            State::Periods(state) => state.available(self.at(now)),
            State::Bucket(state) => state.available(self.at(now)),
            State::Smooth(_) => return None,
        };
        Some(i64::try_from(available).unwrap_or(if available < 0 { i64::MIN } else { i64::MAX }))
    }

    /// For [`Rule::Smooth`](super::Rule::Smooth), when the permit after the last one granted is free, which may have
    /// passed; for [`Rule::Bucket`](super::Rule::Bucket) and [`Rule::Gcra`](super::Rule::Gcra), when the bucket was or
    /// will be full: the theoretical arrival time. Saturates. `None` for [`Rule::Periods`](super::Rule::Periods).
    pub fn next_free(&self) -> Option<Instant> {
        let next = match &self.state {
            State::Smooth(state) => state.next_free(),
            State::Bucket(state) => state.full_at(),
            State::Periods(_) => return None,
        };
        Some(Instant::from_nanos(u64::try_from(next).unwrap_or(u64::MAX)))
    }

    /// Goes on with other settings, and what was taken stays taken, so that they let no more through than they say:
    ///
    /// - [`Rule::Periods`]: what was taken of this period is missing in the one that `now` is in then, however many permits
    ///   that has and however long it is; the next one has all of its own, but for those that were lent.
    /// - [`Rule::Bucket`] and [`Rule::Gcra`], which are the same: the tokens that are in the bucket stay as far as it
    ///   holds them, and a larger one fills up in time.
    /// - [`Rule::Smooth`]: the next permit is free when it was to be.
    ///
    /// With a rule of another kind it begins anew.
    ///
    /// [`Rule::Periods`]: super::Rule::Periods
    /// [`Rule::Bucket`]: super::Rule::Bucket
    /// [`Rule::Gcra`]: super::Rule::Gcra
    /// [`Rule::Smooth`]: super::Rule::Smooth
    pub fn reconfigure(&mut self, config: Config, now: Instant) {
        self.latest = self.latest.max(now);
        if config.settings().rule != self.config.settings().rule {
            self.state = self.state.on_with(State::new(&config.settings().rule), u128::from(self.latest.as_nanos()));
        }
        self.config = config;
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    fn at(&self, now: Instant) -> u128 {
        u128::from(self.latest.max(now).as_nanos())
    }
}

/// Nanoseconds as a length of time, as far as it can be told.
fn duration(wait: u128) -> Duration {
    const PER_SECOND: u128 = 1_000_000_000;
    match (u64::try_from(wait / PER_SECOND), u32::try_from(wait % PER_SECOND)) {
        (Ok(secs), Ok(subsec)) => Duration::new(secs, subsec),
        _ => Duration::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_saturate() {
        assert_eq!(duration(u128::from(u64::MAX) + 1), Duration::from_nanos(u64::MAX) + Duration::from_nanos(1));
        assert_eq!(duration(u128::MAX), Duration::MAX);
        let most = Duration::from_nanos(u64::MAX);
        let rule = super::super::Rule::Gcra { interval: most, tolerance: most };
        let config = Config::new(super::super::Settings { rule, max_wait: None }).unwrap_or_else(|_| panic!());
        let mut limiter = Limiter::new(config);
        for _ in 0..100 {
            assert!(limiter.try_acquire(u32::MAX, Instant::MAX).is_ok());
        }
        assert_eq!(limiter.available(Instant::MAX), Some(2 - 100 * i64::from(u32::MAX)));
    }
}
