//! When a second copy is sent: never, after a fixed delay, or after the 95th percentile of what first copies took.
//!
//! J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56, 2013: waiting for the 95th percentile
//! keeps the copies at about a twentieth of the requests.

use std::time::Duration;

use halfopen_core::Instant;

/// First copies whose times are remembered.
const REMEMBERED: usize = 1_000;
/// Times that a percentile needs.
const ENOUGH: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Never,
    After(Duration),
    P95,
}

#[derive(Clone, Debug)]
pub(super) struct Hedge {
    when: When,
    times: Vec<Duration>,
    next: usize,
    p95: Option<Duration>,
}

impl Hedge {
    pub(super) fn new(when: When) -> Self {
        Self { when, times: Vec::new(), next: 0, p95: None }
    }

    pub(super) fn set(&mut self, when: When) {
        self.when = when;
    }

    /// How long after the first copy the second one goes out; `None` while none does.
    pub(super) fn delay(&self) -> Option<Duration> {
        match self.when {
            When::Never => None,
            When::After(delay) => Some(delay),
            When::P95 => self.p95,
        }
    }

    /// When the copy of a request sent now is due, if its caller still waits by then.
    pub(super) fn copy_at(&self, sent: Instant, timeout: Duration) -> Option<Instant> {
        self.delay().filter(|delay| *delay < timeout).map(|delay| sent + delay)
    }

    /// A first copy took so long, whether it won or not.
    pub(super) fn took(&mut self, time: Duration) {
        match self.times.get_mut(self.next) {
            Some(slot) => *slot = time,
            None => self.times.push(time),
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// Looks anew at what first copies take.
    pub(super) fn look(&mut self) {
        if self.times.len() < ENOUGH || self.when != When::P95 {
            self.p95 = None;
            return;
        }
        let mut times = self.times.clone();
        let place = times.len() * 95 / 100;
        self.p95 = Some(*times.select_nth_unstable(place).1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_the_percentile_of_first_copies() {
        let mut hedge = Hedge::new(When::P95);
        assert_eq!(hedge.copy_at(Instant::ZERO, Duration::from_secs(1)), None, "nothing is known yet");
        for time in 1..=REMEMBERED as u64 * 2 {
            hedge.took(Duration::from_millis(time % 1000));
        }
        hedge.look();
        assert_eq!(hedge.delay(), Some(Duration::from_millis(950)));
        assert_eq!(hedge.copy_at(Instant::ZERO, Duration::from_millis(950)), None, "its caller has gone by then");
        hedge.set(When::After(Duration::from_millis(5)));
        assert_eq!(hedge.copy_at(Instant::ZERO, Duration::from_secs(1)), Some(Instant::from_millis(5)));
        hedge.set(When::Never);
        assert_eq!(hedge.delay(), None);
    }
}
