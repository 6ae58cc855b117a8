//! A sum over the last while, in buckets of time.

use core::time::Duration;

use super::ConfigError;
use crate::quantity::{count, time};
use crate::time::Instant;

/// Amounts that expire with their bucket: equal buckets aligned to [`Instant::ZERO`], of which the last `count` are
/// summed up. An amount leaves at the exact start of a bucket, at most `count` widths after it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window<const N: usize> {
    /// The amounts of bucket n stand at n modulo `count`.
    buckets: [i64; N],
    /// In nanoseconds, above zero.
    width: u64,
    /// At most `N`.
    count: u64,
    /// The number of the latest bucket.
    number: u64,
}

impl<const N: usize> Window<N> {
    pub(super) const fn new(width: u64, count: u32) -> Self {
        Self { buckets: [0; N], width, count: count as u64, number: 0 }
    }

    /// Adds an amount at `now`. Time that goes backwards is taken as the latest bucket.
    pub(super) fn add(&mut self, amount: i64, now: Instant) {
        let number = self.number_at(now);
        // Whatever was skipped holds amounts that have expired.
        let stale = number.saturating_sub(self.number).min(self.count);
        for back in 0..stale {
            if let Some(bucket) = self.bucket(number.saturating_sub(back)) {
                *bucket = 0;
            }
        }
        self.number = number;
        if let Some(bucket) = self.bucket(number) {
            *bucket = bucket.saturating_add(amount);
        }
    }

    /// The sum at `now`.
    pub(super) fn sum(&self, now: Instant) -> i64 {
        let gone = self.number_at(now).saturating_sub(self.number);
        let kept = self.count.saturating_sub(gone);
        // From the latest back, as far as they have not expired; there are none before the first.
        let numbers = (0..kept).map_while(|back| self.number.checked_sub(back));
        numbers.filter_map(|number| self.buckets.get(self.place(number))).fold(0, |sum, part| sum.saturating_add(*part))
    }

    fn number_at(&self, now: Instant) -> u64 {
        now.as_nanos().checked_div(self.width).unwrap_or(0).max(self.number)
    }

    fn place(&self, number: u64) -> usize {
        number.checked_rem(self.count).map_or(0, |place| place as usize)
    }

    fn bucket(&mut self, number: u64) -> Option<&mut i64> {
        let place = self.place(number);
        self.buckets.get_mut(place)
    }
}

/// The width of a bucket of a window so long, in nanoseconds.
pub(super) fn width<const N: usize>(
    length_field: &'static str,
    length: Duration,
    count_field: &'static str,
    buckets: u32,
) -> Result<u64, ConfigError> {
    let nanos = time(length_field, length, 1, 1 << 53)?;
    count(count_field, buckets, 1, u32::try_from(N).unwrap_or(u32::MAX))?;
    let width = nanos.checked_div(u64::from(buckets)).unwrap_or(0);
    if width.saturating_mul(u64::from(buckets)) == nanos {
        return Ok(width);
    }
    Err(ConfigError::UnevenBuckets { field: length_field, length, buckets })
}
