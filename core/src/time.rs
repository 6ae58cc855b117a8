//! Virtual time: an instant is the number of nanoseconds since the run began.
//!
//! The caller passes `now` to every verb that ages state, so the same calls give the same run wherever they are made.
//! Lengths of time are [`core::time::Duration`].

use core::fmt;
use core::ops::{Add, Sub};
use core::time::Duration;

/// A point in virtual time, in whole nanoseconds since the run (or the program) began.
///
/// Arithmetic saturates at [`Instant::ZERO`] and [`Instant::MAX`] (about 584 years); it never panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The beginning of the run.
    pub const ZERO: Self = Self(0);
    /// The last instant that can be told, about 584 years after the beginning.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant this many nanoseconds after the beginning.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The instant this many microseconds after the beginning; saturates.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// The instant this many milliseconds after the beginning; saturates.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The instant this many seconds after the beginning; saturates.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the beginning, rounded to the nearest `f64`: for showing, never for deciding.
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The instant `duration` later, or `None` past [`Instant::MAX`].
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        nanos(duration).and_then(|nanos| self.0.checked_add(nanos)).map(Self)
    }

    /// The instant `duration` later; saturates at [`Instant::MAX`].
    pub fn saturating_add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }
}

/// A length of time as whole nanoseconds, if they fit: without the 128 bits that `Duration` would count them in.
pub(crate) const fn nanos(duration: Duration) -> Option<u64> {
    const PER_SECOND: u64 = 1_000_000_000;
    if duration.as_secs() > u64::MAX / PER_SECOND {
        return None;
    }
    (duration.as_secs() * PER_SECOND).checked_add(duration.subsec_nanos() as u64)
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates at [`Instant::MAX`].
    fn add(self, duration: Duration) -> Self {
        self.saturating_add(duration)
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Zero when `earlier` is the later of the two.
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Instant {
    /// Seconds with as many decimals as there are digits, such as `5.1s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Duration::from_nanos(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Instant::MAX + Duration::from_nanos(1), Instant::MAX);
        assert_eq!(Instant::ZERO + Duration::MAX, Instant::MAX);
        assert_eq!(Instant::from_secs(1) - Instant::from_secs(2), Duration::ZERO);
        assert_eq!(Instant::from_millis(u64::MAX), Instant::MAX);
        assert_eq!(Instant::ZERO.checked_add(Duration::MAX), None);
    }

    #[test]
    fn since_and_add_are_inverse() {
        let t = Instant::from_millis(5_100);
        assert_eq!((t + Duration::from_millis(900)).since(t), Duration::from_millis(900));
    }
}
