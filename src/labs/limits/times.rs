//! How long callers waited, lately.

use std::time::Duration;

/// Requests that are looked at.
pub(super) const LAST: usize = 2_000;

/// The waits of the last requests that ended: with an answer, or by giving up, which counts as the timeout.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// In microseconds.
    last: Vec<u32>,
    next: usize,
    /// As of the last look.
    pub(super) found: Option<Percentiles>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Percentiles {
    pub(super) p50: Duration,
    pub(super) p95: Duration,
    pub(super) p99: Duration,
    /// Of so many requests.
    pub(super) of: usize,
}

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        let micros = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        match self.last.get_mut(self.next) {
            Some(slot) => *slot = micros,
            None => self.last.push(micros),
        }
        self.next = (self.next + 1) % LAST;
    }

    /// Begins anew, as when a knob was turned.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn look(&mut self) {
        let mut times = self.last.clone();
        let of = times.len();
        self.found = (of > 0).then(|| {
            let mut at = |percent: usize| {
                let place = (of * percent / 100).min(of - 1);
                Duration::from_micros(u64::from(*times.select_nth_unstable(place).1))
            };
            Percentiles { p50: at(50), p95: at(95), p99: at(99), of }
        });
    }
}
