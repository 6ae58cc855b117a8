//! Arrivals: when requests come.

use core::time::Duration;

use crate::rng::Stream;
use crate::time::Instant;

/// One request in the units of progress towards it: millihertz × nanoseconds.
const ONE: u64 = 1_000_000_000_000;

/// How many requests a second, as a whole number of millihertz (thousandths of a request a second).
///
/// From 0 (none) to [`Rate::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

impl Rate {
    /// No requests.
    pub const ZERO: Self = Self(0);
    /// One request a nanosecond: the most that virtual time can tell apart.
    pub const MAX: Self = Self(ONE);

    /// This many thousandths of a request a second; at most [`Rate::MAX`].
    pub const fn from_millihertz(millihertz: u64) -> Self {
        Self(if millihertz > ONE { ONE } else { millihertz })
    }

    /// This many requests a second; at most [`Rate::MAX`].
    pub const fn per_sec(requests: u64) -> Self {
        Self::from_millihertz(requests.saturating_mul(1_000))
    }

    /// One request every `gap`, to the nearest millihertz; [`Rate::MAX`] for a gap of zero.
    pub fn every(gap: Duration) -> Self {
        let nanos = gap.as_nanos();
        let rounded = (u128::from(ONE) + nanos / 2).checked_div(nanos).unwrap_or(u128::from(ONE));
        Self::from_millihertz(u64::try_from(rounded).unwrap_or(ONE))
    }

    /// Thousandths of a request a second.
    pub const fn millihertz(self) -> u64 {
        self.0
    }

    /// Requests a second: for showing, never for deciding.
    pub const fn as_per_sec_f64(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// The mean time between two requests, rounded down to a nanosecond; `None` at a rate of zero.
    pub fn gap(self) -> Option<Duration> {
        ONE.checked_div(self.0).map(Duration::from_nanos)
    }
}

/// In which pattern requests come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arrivals {
    /// None at all.
    #[default]
    None,
    /// `count` requests at once, `after` the beginning, and no more. None when `count` is 0.
    Single {
        /// From the beginning, or from the change to this pattern.
        after: Duration,
        /// How many at once.
        count: u32,
    },
    /// Evenly spaced, without drift: the n-th request (from 1) comes exactly ⌊n × 10⁹ / rate⌋ ns after the beginning.
    /// None at a rate of zero.
    Constant {
        /// Requests a second.
        rate: Rate,
    },
    /// A Poisson process: independent gaps, exponentially distributed. None at a rate of zero.
    Poisson {
        /// The mean number of requests a second.
        rate: Rate,
    },
    /// `size` requests at once, every `every`; the first one `every` after the beginning. None when either is zero.
    Burst {
        /// How many at once.
        size: u32,
        /// From one burst to the next.
        every: Duration,
    },
}

impl Arrivals {
    /// The mean rate in requests a second, as `f64`: for showing, never for deciding. Zero for [`Arrivals::Single`].
    pub fn mean_per_sec(&self) -> f64 {
        match *self {
            Self::None | Self::Single { .. } => 0.0,
            Self::Constant { rate } | Self::Poisson { rate } => rate.as_per_sec_f64(),
            Self::Burst { every: Duration::ZERO, .. } => 0.0,
            Self::Burst { size, every } => f64::from(size) / (every.as_nanos() as f64 / 1e9),
        }
    }
}

/// Requests that come at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arrival {
    /// When they come.
    pub at: Instant,
    /// How many; at least 1.
    pub count: u32,
}

/// A source of arrivals: says when the next one is due, and hands it out.
///
/// Whoever runs it pushes an event for [`Source::next_at`], calls [`Source::take`] when it is due, and pushes the next.
/// After [`Source::set`] one more event is pushed; the one that is out of date then gets `None` from `take` and is
/// dropped, or, should an arrival be due just then, takes the part of the new one.
///
/// Only [`Arrivals::Poisson`] draws from the stream: once for each arrival, and once when it begins. Turning its rate
/// draws nothing, it stretches the gaps: the same seed gives the same arrivals on another scale of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    arrivals: Arrivals,
    /// The last arrival, or the last change, or the beginning.
    from: Instant,
    /// With a rate: what is left of the way to the next arrival at `from`, in millihertz × nanoseconds. The remainder
    /// of each arrival's rounding is carried over, so that there is no drift and no rounded gap is ever summed.
    left: u64,
    /// Single: whether it is still to come.
    pending: bool,
}

impl Source {
    /// A source that begins at `start`.
    pub fn new(arrivals: Arrivals, start: Instant, stream: &mut Stream) -> Self {
        let mut source = Self { arrivals: Arrivals::None, from: start, left: 0, pending: false };
        source.begin(arrivals, start, stream);
        source
    }

    /// The pattern now in force.
    pub const fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    /// When the next arrival is due; `None` when there is none to come.
    pub fn next_at(&self) -> Option<Instant> {
        match self.arrivals {
            Arrivals::None | Arrivals::Single { count: 0, .. } | Arrivals::Burst { size: 0, .. } => None,
            Arrivals::Burst { every: Duration::ZERO, .. } => None,
            Arrivals::Single { after, .. } => self.from.checked_add(after).filter(|_| self.pending),
            Arrivals::Burst { every, .. } => self.from.checked_add(every),
            Arrivals::Constant { rate } | Arrivals::Poisson { rate } => {
                self.from.checked_add(Duration::from_nanos(self.left.checked_div(rate.0)?))
            }
        }
    }

    /// The next arrival when it is due at or before `now`, and moves on to the one after it; otherwise `None`.
    ///
    /// When several are due, each call gives one, in order.
    pub fn take(&mut self, now: Instant, stream: &mut Stream) -> Option<Arrival> {
        let at = self.next_at().filter(|&at| at <= now)?;
        self.from = at;
        let count = match self.arrivals {
            Arrivals::None => return None,
            Arrivals::Single { count, .. } => {
                self.pending = false;
                count
            }
            Arrivals::Burst { size, .. } => size,
            Arrivals::Constant { rate } => {
                self.left = self.left.checked_rem(rate.0)?.saturating_add(ONE);
                1
            }
            Arrivals::Poisson { rate } => {
                self.left = self.left.checked_rem(rate.0)?.saturating_add(exponential(stream));
                1
            }
        };
        Some(Arrival { at, count })
    }

    /// Changes the pattern from `now` on.
    ///
    /// A change of rate within a pattern keeps the way already gone to the next arrival: halfway through the gap before,
    /// it is halfway through the gap after, so that a slider that is dragged neither holds arrivals up nor hurries them.
    /// A burst keeps the time it has waited since the last one. Any other change begins the pattern anew at `now`, a
    /// [`Arrivals::Single`] even when it is the same. Arrivals that are overdue come at `now`.
    pub fn set(&mut self, now: Instant, arrivals: Arrivals, stream: &mut Stream) {
        let now = now.max(self.from);
        match (self.arrivals, arrivals) {
            (Arrivals::Constant { rate }, Arrivals::Constant { .. })
            | (Arrivals::Poisson { rate }, Arrivals::Poisson { .. }) => {
                let gone = u128::from(rate.0).saturating_mul(now.since(self.from).as_nanos());
                self.left = self.left.saturating_sub(u64::try_from(gone).unwrap_or(u64::MAX));
                self.from = now;
                self.arrivals = arrivals;
            }
            (Arrivals::Burst { .. }, Arrivals::Burst { every, .. }) => {
                // Not before now: a shorter interval does not make bursts that should have been.
                let overdue = now.since(self.from).saturating_sub(every);
                self.from = self.from.saturating_add(overdue);
                self.arrivals = arrivals;
            }
            _ => self.begin(arrivals, now, stream),
        }
    }

    fn begin(&mut self, arrivals: Arrivals, now: Instant, stream: &mut Stream) {
        self.arrivals = arrivals;
        self.from = now;
        self.pending = matches!(arrivals, Arrivals::Single { .. });
        self.left = match arrivals {
            Arrivals::Constant { .. } => ONE,
            Arrivals::Poisson { .. } => exponential(stream),
            _ => 0,
        };
    }
}

/// The way to the next arrival of a Poisson process, whatever its rate: exponentially distributed with mean [`ONE`].
fn exponential(stream: &mut Stream) -> u64 {
    // A mean of 1,000 s is 10¹² ns; the largest draw is 53 ln 2 ≈ 37 times that.
    u64::try_from(stream.exponential(Duration::from_nanos(ONE)).as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn stream() -> Stream {
        Seed(5).stream("arrivals")
    }

    /// All arrivals up to and including `to`, as (ns, count).
    fn until(source: &mut Source, to: Instant, stream: &mut Stream) -> Vec<(u64, u32)> {
        core::iter::from_fn(|| source.take(to, stream)).map(|arrival| (arrival.at.as_nanos(), arrival.count)).collect()
    }

    #[test]
    fn rates() {
        assert_eq!(Rate::per_sec(1_000).gap(), Some(Duration::from_millis(1)));
        assert_eq!(Rate::every(Duration::from_millis(3)).millihertz(), 333_333);
        assert_eq!((Rate::every(Duration::ZERO), Rate::every(Duration::MAX)), (Rate::MAX, Rate::ZERO));
        assert_eq!((Rate::per_sec(u64::MAX), Rate::ZERO.gap()), (Rate::MAX, None));
        assert_eq!(Arrivals::Burst { size: 5, every: Duration::from_millis(500) }.mean_per_sec(), 10.0);
    }

    #[test]
    fn single_and_burst() {
        let mut stream = stream();
        let ms = Duration::from_millis;
        let mut single = Source::new(Arrivals::Single { after: ms(2), count: 3 }, Instant::from_millis(1), &mut stream);
        assert_eq!(until(&mut single, Instant::from_nanos(2_999_999), &mut stream), vec![]);
        assert_eq!(until(&mut single, Instant::MAX, &mut stream), vec![(3_000_000, 3)]);
        let mut burst = Source::new(Arrivals::Burst { size: 10, every: ms(5) }, Instant::ZERO, &mut stream);
        assert_eq!(until(&mut burst, Instant::from_millis(11), &mut stream), vec![(5_000_000, 10), (10_000_000, 10)]);
        burst.set(Instant::from_millis(14), Arrivals::Burst { size: 2, every: ms(1) }, &mut stream);
        assert_eq!(until(&mut burst, Instant::from_millis(15), &mut stream), vec![(14_000_000, 2), (15_000_000, 2)]);
    }

    #[test]
    fn zero_is_none_and_comes_back() {
        let mut stream = stream();
        for none in [
            Arrivals::None,
            Arrivals::Constant { rate: Rate::ZERO },
            Arrivals::Poisson { rate: Rate::ZERO },
            Arrivals::Burst { size: 0, every: Duration::from_secs(1) },
            Arrivals::Burst { size: 1, every: Duration::ZERO },
            Arrivals::Single { after: Duration::ZERO, count: 0 },
        ] {
            let mut source = Source::new(none, Instant::ZERO, &mut stream);
            assert_eq!((source.next_at(), source.take(Instant::MAX, &mut stream)), (None, None));
        }
        let mut source = Source::new(Arrivals::Constant { rate: Rate::ZERO }, Instant::ZERO, &mut stream);
        source.set(Instant::from_secs(9), Arrivals::Constant { rate: Rate::per_sec(2) }, &mut stream);
        assert_eq!(source.next_at(), Some(Instant::from_millis(9_500)));
    }

    #[test]
    fn a_change_of_rate_keeps_the_way_gone() {
        let mut stream = stream();
        let mut source = Source::new(Arrivals::Constant { rate: Rate::per_sec(1) }, Instant::ZERO, &mut stream);
        source.set(Instant::from_millis(500), Arrivals::Constant { rate: Rate::per_sec(10) }, &mut stream);
        assert_eq!(source.next_at(), Some(Instant::from_millis(550)));
        // Dragged to and fro, the arrivals go on coming.
        for step in 0..1_000 {
            let rate = Rate::per_sec(10 + step % 2);
            source.set(Instant::from_millis(500 + step), Arrivals::Constant { rate }, &mut stream);
            until(&mut source, Instant::from_millis(500 + step), &mut stream);
        }
        assert!(source.next_at().is_some_and(|at| at < Instant::from_millis(1_600)));
    }

    #[test]
    fn poisson_scales_with_its_rate() {
        let at = |rate| {
            let mut stream = stream();
            let mut source = Source::new(Arrivals::Poisson { rate: Rate::per_sec(rate) }, Instant::ZERO, &mut stream);
            (0..100).filter_map(|_| source.take(Instant::MAX, &mut stream)).map(|a| a.at.as_nanos()).collect::<Vec<_>>()
        };
        for (slow, fast) in at(10).into_iter().zip(at(20)) {
            assert!(slow.abs_diff(2 * fast) <= 1);
        }
    }

    #[test]
    fn poisson_has_the_right_mean_and_variance() {
        let mut stream = stream();
        let mut source = Source::new(Arrivals::Poisson { rate: Rate::per_sec(50) }, Instant::ZERO, &mut stream);
        let counts: Vec<f64> =
            (1..=4_000).map(|sec| until(&mut source, Instant::from_secs(sec), &mut stream).len() as f64).collect();
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>() / n;
        // Four standard errors.
        assert!((mean - 50.0).abs() < 4.0 * libm::sqrt(50.0 / n), "{mean}");
        assert!((variance - 50.0).abs() < 4.0 * 50.0 * libm::sqrt(2.0 / n), "{variance}");
    }

    proptest! {
        #[test]
        fn constant_does_not_drift(millihertz in 1u64..=2 * ONE, start in 0u64..1 << 40) {
            let mut stream = stream();
            let rate = Rate::from_millihertz(millihertz);
            let mut source = Source::new(Arrivals::Constant { rate }, Instant::from_nanos(start), &mut stream);
            for n in 1..500u64 {
                let exact = u128::from(n) * u128::from(ONE) / u128::from(rate.millihertz());
                let arrival = source.take(Instant::MAX, &mut stream);
                prop_assert_eq!(arrival.map(|a| u128::from(a.at.as_nanos() - start)), Some(exact));
            }
        }

        /// Any slices give the same arrivals, and an event that is out of date changes nothing.
        #[test]
        fn slices_do_not_matter(pauses in prop::collection::vec(0u64..3_000_000, 1..50)) {
            for arrivals in [
                Arrivals::Poisson { rate: Rate::per_sec(2_000) },
                Arrivals::Constant { rate: Rate::from_millihertz(1_234_567) },
                Arrivals::Burst { size: 3, every: Duration::from_micros(700) },
            ] {
                let (mut one, mut other) = (stream(), stream());
                let mut whole = Source::new(arrivals, Instant::ZERO, &mut one);
                let mut sliced = Source::new(arrivals, Instant::ZERO, &mut other);
                let mut now = Instant::ZERO;
                let mut pieces = Vec::new();
                for pause in pauses.iter().copied() {
                    now = now + Duration::from_nanos(pause);
                    pieces.extend(until(&mut sliced, now, &mut other));
                }
                prop_assert_eq!(until(&mut whole, now, &mut one), pieces);
                prop_assert_eq!(whole, sliced);
            }
        }

        #[test]
        fn any_changes_keep_the_order(
            changes in prop::collection::vec((0u64..5_000_000, 0u8..5, 0u64..5_000_000), 1..60),
        ) {
            let mut stream = stream();
            let mut source = Source::new(Arrivals::None, Instant::ZERO, &mut stream);
            let (mut now, mut last) = (Instant::ZERO, 0);
            for (pause, kind, size) in changes {
                now = now + Duration::from_nanos(pause);
                for (at, count) in until(&mut source, now, &mut stream) {
                    prop_assert!(at >= last && count > 0);
                    last = at;
                }
                let (rate, every) = (Rate::from_millihertz(size), Duration::from_nanos(size.max(1_000)));
                let arrivals = match kind {
                    0 => Arrivals::None,
                    1 => Arrivals::Single { after: every, count: 1 },
                    2 => Arrivals::Constant { rate },
                    3 => Arrivals::Poisson { rate },
                    _ => Arrivals::Burst { size: 2, every },
                };
                source.set(now, arrivals, &mut stream);
                prop_assert!(source.next_at().is_none_or(|at| at >= now));
            }
        }
    }
}
