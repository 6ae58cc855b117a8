//! A ratio of requests with a reserve: Finagle's and tower's retry budget, and Linkerd's.

use core::time::Duration;

use super::window::{Window, width};
use super::{ConfigError, Refused};
use crate::time::Instant;

/// What a [`Deposit`] counts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepositConfig {
    /// How long deposits and takings last; above zero, at most 104 days, and a whole number of nanoseconds a bucket.
    pub ttl: Duration,
    /// In how many steps they expire; at least 1, at most the `N` of the [`Deposit`].
    pub buckets: u32,
    /// Retries a second that are permitted however few requests there are, in thousandths. Over the whole of `ttl` they
    /// are rounded down to a billionth of a retry.
    pub min_per_second_permille: u32,
    /// How many retries a hundred requests pay for.
    pub percent: u32,
}

impl DepositConfig {
    /// The defaults of Finagle (`RetryBudget.scala`), tower (`tps_budget.rs`) and Linkerd's service profiles: a fifth
    /// of the requests of the last 10 s, and 10 a second besides. The ten buckets are tower's and Finagle's.
    pub const FINAGLE: Self =
        Self { ttl: Duration::from_secs(10), buckets: 10, min_per_second_permille: 10_000, percent: 20 };
}

/// One retry, and a hundredth of it, in the unit that is counted in: fine enough that reserves are whole.
const RETRY: i64 = 1_000_000_000;
const PERCENT: i64 = RETRY / 100;

/// A balance that requests pay into and retries are paid from; both expire after [`DepositConfig::ttl`].
///
/// A retry is permitted when the balance covers all of it, so no retry takes it below zero. But a taking can outlive the
/// deposits that paid for it, by up to the whole of them, and is then a debt until it expires. There is nothing to spend
/// then: [`Deposit::balance`] is 0, and [`Deposit::net`] tells the debt, which later deposits pay first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit<const N: usize> {
    config: DepositConfig,
    window: Window<N>,
    /// What is always there.
    reserve: i64,
}

impl<const N: usize> Deposit<N> {
    /// Only the reserve is there.
    ///
    /// # Errors
    /// A number is out of its range, or the buckets are not whole.
    pub fn new(config: DepositConfig) -> Result<Self, ConfigError> {
        let width = width::<N>("ttl", config.ttl, "buckets", config.buckets)?;
        // A retry a second for a nanosecond is just one billionth of a retry.
        let nanos = width.saturating_mul(u64::from(config.buckets));
        let reserve = nanos.saturating_mul(u64::from(config.min_per_second_permille)) / 1000;
        let reserve = i64::try_from(reserve).unwrap_or(i64::MAX);
        Ok(Self { config, window: Window::new(width, config.buckets), reserve })
    }

    /// A request begins; retries are none.
    pub fn on_request(&mut self, now: Instant) {
        self.window.add(i64::from(self.config.percent) * PERCENT, now);
    }

    /// Takes a retry from the balance.
    ///
    /// # Errors
    /// It does not cover one; nothing has been taken.
    pub fn try_retry(&mut self, now: Instant) -> Result<(), Refused> {
        let balance = self.net(now);
        if balance < RETRY {
            return Err(Refused::Deposit { balance });
        }
        self.window.add(-RETRY, now);
        Ok(())
    }

    /// What there is to spend at `now`, in billionths of a retry: never below zero.
    pub fn balance(&self, now: Instant) -> u64 {
        u64::try_from(self.net(now)).unwrap_or(0)
    }

    /// Deposits less takings at `now`, with the reserve, in billionths of a retry; below zero only as described above.
    pub fn net(&self, now: Instant) -> i64 {
        self.window.sum(now).saturating_add(self.reserve)
    }

    /// What it runs on.
    pub const fn config(&self) -> &DepositConfig {
        &self.config
    }
}
