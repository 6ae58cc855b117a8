//! What first requests took lately, and the delay that few of them reach.

use core::time::Duration;

/// What the last `N` first requests took: where a delay comes from that follows the latency. 16 bytes each, in place.
///
/// J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56, 2013, send the second request after the
/// 95th percentile of what first ones take, which keeps the extra load at about a twentieth.
///
/// ```
/// use core::time::Duration;
/// use halfopen_core::hedge::Observed;
///
/// let mut observed = Observed::<1_000>::new(100);
/// for millis in 1..=100 {
///     assert_eq!(observed.quantile(950), None, "too few are known");
///     observed.on_first(Duration::from_millis(millis));
/// }
/// assert_eq!(observed.quantile(950), Some(Duration::from_millis(96)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed<const N: usize> {
    times: [Duration; N],
    /// How many of them are known, and the place of the next.
    known: usize,
    next: usize,
    enough: usize,
}

impl<const N: usize> Observed<N> {
    /// Says nothing before `enough` requests have been seen, at most `N`.
    pub fn new(enough: u32) -> Self {
        let enough = usize::try_from(enough).map_or(N, |enough| enough.min(N));
        Self { times: [Duration::ZERO; N], known: 0, next: 0, enough }
    }

    /// A first request took so long, whether its answer was the first or not: to leave out those that lost would make
    /// the delay shorter with every copy.
    pub fn on_first(&mut self, took: Duration) {
        let Some(oldest) = self.times.get_mut(self.next) else { return };
        *oldest = took;
        self.known = self.known.max(self.next + 1);
        self.next = (self.next + 1) % N;
    }

    /// The time that this many of a thousand were below, 0 to 999; more count as 999. `None` until enough are known. It
    /// looks through all that are remembered: ask now and then, not for every request.
    pub fn quantile(&self, permille: u32) -> Option<Duration> {
        if self.known < self.enough {
            return None;
        }
        let mut times = self.times;
        let known = times.get_mut(..self.known).filter(|known| !known.is_empty())?;
        let place = (known.len() as u64 * u64::from(permille.min(999)) / 1_000) as usize;
        Some(*known.select_nth_unstable(place).1)
    }
}
