//! The rules themselves: what a taking makes of their state, and how long it waits. Nanoseconds, in 128 bits, so that
//! neither debts nor sums overflow; whatever would all the same saturates.

use core::time::Duration;

use super::config::Rule;
use crate::time::nanos;

/// What a rule remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Periods(Periods),
    Smooth(Smooth),
    Bucket(Bucket),
}

/// A taking: the state after it, and how long its permits are not free yet.
pub(super) struct Taking {
    pub(super) after: State,
    pub(super) wait: u128,
}

impl State {
    pub(super) fn new(rule: &Rule) -> Self {
        let whole = |time: Duration| u128::from(nanos(time).unwrap_or(u64::MAX));
        match *rule {
            Rule::Periods { permits, period } => {
                let (permits, period) = (i128::from(permits), whole(period));
                Self::Periods(Periods { permits, period, number: 0, available: permits, excess: 0 })
            }
            Rule::Smooth { interval } => Self::Smooth(Smooth { interval: whole(interval), next_free: 0 }),
            Rule::Bucket { capacity, refill_every } => {
                let interval = whole(refill_every);
                Self::Bucket(Bucket { interval, depth: interval.saturating_mul(u128::from(capacity)), full_at: 0 })
            }
            // The last of a burst comes the tolerance before its time, and that is one interval after the one before it.
            Rule::Gcra { interval, tolerance } => {
                let interval = whole(interval);
                Self::Bucket(Bucket { interval, depth: interval.saturating_add(whole(tolerance)), full_at: 0 })
            }
        }
    }

    /// The state of another rule, before anything was taken, with what was taken of this one.
    pub(super) fn on_with(&self, fresh: Self, now: u128) -> Self {
        match (self, fresh) {
            (Self::Periods(was), Self::Periods(fresh)) => Self::Periods(was.on_with(&fresh, now)),
            (Self::Smooth(was), Self::Smooth(fresh)) => Self::Smooth(Smooth { next_free: was.next_free, ..fresh }),
            (Self::Bucket(was), Self::Bucket(fresh)) => Self::Bucket(was.on_with(&fresh, now)),
            (_, fresh) => fresh,
        }
    }

    pub(super) fn take(&self, permits: u32, now: u128) -> Taking {
        match self {
            Self::Periods(state) => state.take(permits, now),
            Self::Smooth(state) => state.take(permits, now),
            Self::Bucket(state) => state.take(permits, now),
        }
    }
}

/// Permits at the start of each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Periods {
    permits: i128,
    period: u128,
    /// The period that `available` is of.
    number: u128,
    /// Below zero: taken from later periods.
    available: i128,
    /// Permits that were taken of this period when it had more than now.
    excess: i128,
}

impl Periods {
    fn at(&self, now: u128) -> Self {
        let number = now.checked_div(self.period).unwrap_or(0);
        let passed = i128::try_from(number.saturating_sub(self.number)).unwrap_or(i128::MAX);
        let gained = passed.saturating_mul(self.permits);
        let excess = if passed > 0 { 0 } else { self.excess };
        Self { number, available: self.available.saturating_add(gained).min(self.permits), excess, ..*self }
    }

    fn on_with(&self, fresh: &Self, now: u128) -> Self {
        let (was, fresh) = (self.at(now), fresh.at(now));
        let lent = was.available.min(0);
        let taken = was.permits.saturating_sub(was.available.max(0)).saturating_add(was.excess);
        let excess = taken.saturating_sub(fresh.permits).max(0);
        let free = fresh.permits.saturating_sub(taken).max(0);
        Self { available: free.saturating_add(lent), excess, ..fresh }
    }

    fn take(&self, permits: u32, now: u128) -> Taking {
        let mut state = self.at(now);
        state.available = state.available.saturating_sub(i128::from(permits));
        let missing = u128::try_from(state.available.saturating_neg()).unwrap_or(0);
        // A missing permit is in the debt of the period that pays it: 1 to p are the next one's.
        let periods = missing.div_ceil(state.permits.unsigned_abs().max(1));
        let wait = match periods {
            0 => 0,
            _ => (state.number.saturating_add(periods)).saturating_mul(self.period).saturating_sub(now),
        };
        Taking { after: State::Periods(state), wait }
    }

    pub(super) fn available(&self, now: u128) -> i128 {
        self.at(now).available
    }
}

/// A permit every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Smooth {
    interval: u128,
    next_free: u128,
}

impl Smooth {
    fn take(&self, permits: u32, now: u128) -> Taking {
        let grid = now.saturating_sub(now.checked_rem(self.interval).unwrap_or(0));
        let start = if self.next_free > now { self.next_free } else { grid };
        let next_free = start.saturating_add(self.interval.saturating_mul(u128::from(permits)));
        // The last of them is free one interval before the next one.
        let wait = next_free.saturating_sub(self.interval.saturating_add(now));
        Taking { after: State::Smooth(Self { next_free, ..*self }), wait }
    }

    pub(super) fn next_free(&self) -> u128 {
        self.next_free
    }
}

/// A token bucket, or GCRA: it is full at a time that each token moves on by an interval, and empty `depth` before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    interval: u128,
    depth: u128,
    /// GCRA's theoretical arrival time.
    full_at: u128,
}

impl Bucket {
    fn on_with(&self, fresh: &Self, now: u128) -> Self {
        // Whole tokens and the part of one apart, which is below one: no product passes 128 bits.
        let (level, interval) = (self.level(now), filled(self.interval).max(1));
        let (whole, part) = (level.div_euclid(interval), level.rem_euclid(interval).unsigned_abs());
        let part = part.saturating_mul(fresh.interval).checked_div(self.interval).unwrap_or(0);
        let level = whole.saturating_mul(filled(fresh.interval)).saturating_add(filled(part));
        let missing = filled(fresh.depth).saturating_sub(level).max(0).unsigned_abs();
        Self { full_at: now.saturating_add(missing), ..*fresh }
    }

    fn take(&self, permits: u32, now: u128) -> Taking {
        let taken = self.interval.saturating_mul(u128::from(permits));
        let full_at = self.full_at.max(now).saturating_add(taken);
        let wait = full_at.saturating_sub(now.saturating_add(self.depth));
        Taking { after: State::Bucket(Self { full_at, ..*self }), wait }
    }

    pub(super) fn available(&self, now: u128) -> i128 {
        self.level(now).checked_div_euclid(filled(self.interval)).unwrap_or(0)
    }

    /// What is in it: of each token as much as its interval.
    fn level(&self, now: u128) -> i128 {
        filled(self.depth).saturating_sub(filled(self.full_at.saturating_sub(now)))
    }

    pub(super) fn full_at(&self) -> u128 {
        self.full_at
    }
}

/// With a sign, as far as it goes.
fn filled(nanos: u128) -> i128 {
    i128::try_from(nanos).unwrap_or(i128::MAX)
}
