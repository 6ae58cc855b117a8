//! What first requests took lately, and the delay that few of them reach.

use alloc::vec::Vec;
use core::time::Duration;

/// What the last first requests took: where a delay comes from that follows the latency.
///
/// J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56, 2013, send the second request after the
/// 95th percentile of what first ones take, which keeps the extra load at about a twentieth.
///
/// ```
/// use core::time::Duration;
/// use halfopen_core::hedge::Observed;
///
/// let mut observed = Observed::new(1_000, 100);
/// for millis in 1..=100 {
///     assert_eq!(observed.quantile(950), None, "too few are known");
///     observed.on_first(Duration::from_millis(millis));
/// }
/// assert_eq!(observed.quantile(950), Some(Duration::from_millis(96)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    times: Vec<Duration>,
    next: usize,
    remembered: usize,
    enough: usize,
}

impl Observed {
    /// Remembers so many requests, at least 1, and says nothing before `enough` of them have been seen; more than are
    /// remembered are not asked for.
    pub const fn new(remembered: u32, enough: u32) -> Self {
        let remembered = if remembered == 0 { 1 } else { remembered };
        let enough = if enough > remembered { remembered } else { enough };
        Self { times: Vec::new(), next: 0, remembered: remembered as usize, enough: enough as usize }
    }

    /// A first request took so long, whether its answer was the first or not: to leave out those that lost would make
    /// the delay shorter with every copy.
    pub fn on_first(&mut self, took: Duration) {
        match self.times.get_mut(self.next) {
            Some(oldest) => *oldest = took,
            None => self.times.push(took),
        }
        self.next = (self.next + 1) % self.remembered;
    }

    /// The time that this many of a thousand were below, 0 to 999; more count as 999. `None` until enough are known. It
    /// looks through all that are remembered: ask now and then, not for every request.
    pub fn quantile(&self, permille: u32) -> Option<Duration> {
        if self.times.len() < self.enough {
            return None;
        }
        let place = self.times.len() * permille.min(999) as usize / 1_000;
        let mut times = self.times.clone();
        (place < times.len()).then(|| *times.select_nth_unstable(place).1)
    }
}
