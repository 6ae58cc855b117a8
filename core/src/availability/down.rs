//! The share of time that something is down, in the words that people have for it.

use core::fmt;
use core::time::Duration;

use super::scaled::Scaled;

/// The smallest share that is told as a number.
pub const SMALLEST: f64 = 1e-300;

/// The most nines that an availability is made of: more than anything has.
pub const NINES_MAX: f64 = 1e6;

/// The share of time that something is down: 0 is never, 1 is always. What is smaller than [`SMALLEST`] is kept as exactly as
/// the rest, and told as being below it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Unavailability(pub(super) Scaled);

/// A number that is no share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoShare(
    /// What it was.
    pub f64,
);

impl fmt::Display for NoShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no share: it goes from 0 to 1", self.0)
    }
}

impl core::error::Error for NoShare {}

impl Unavailability {
    /// Never down.
    pub const NEVER: Self = Self(Scaled::ZERO);
    /// Always down.
    pub const ALWAYS: Self = Self(Scaled::ONE);

    /// From the share of time that it is down, 0 to 1: `0.001` is 99.9 % available.
    ///
    /// # Errors
    /// [`NoShare`] for anything outside 0 to 1, and for NaN.
    pub fn new(share: f64) -> Result<Self, NoShare> {
        if (0.0..=1.0).contains(&share) { Ok(Self(Scaled::new(share))) } else { Err(NoShare(share)) }
    }

    /// From so many nines, 0 to [`NINES_MAX`]: 3 is 99.9 %, 3.5 is 99.968 %.
    ///
    /// # Errors
    /// [`NoShare`] for a number outside of that, or none; it names the share that this would be.
    pub fn from_nines(nines: f64) -> Result<Self, NoShare> {
        if !(0.0..=NINES_MAX).contains(&nines) {
            return Err(NoShare(libm::pow(10.0, -nines)));
        }
        // A hundred at a time: no float is as small as all of them.
        let hundreds = libm::floor(nines / 100.0);
        let rest = Scaled::new(libm::pow(10.0, 100.0 * hundreds - nines));
        Ok(Self((Scaled::new(1e-100).power(hundreds as u32) * rest).min(Scaled::ONE)))
    }

    /// From a percentage that it is up, written in up to 30 digits with or without a point: `99.9`. The digits are taken as
    /// they are, so that `99.999999999` is 10⁻¹¹ down to the last bit, which `1.0 - 0.99999999999` is not. `None` for
    /// anything else, and above 100.
    pub fn from_percent(written: &str) -> Option<Self> {
        let (whole, rest) = written.split_once('.').unwrap_or((written, ""));
        let digits = || whole.bytes().chain(rest.bytes());
        if !(1..=30).contains(&digits().count()) || !digits().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let up = digits().fold(0_u128, |number, digit| number * 10 + u128::from(digit - b'0'));
        let scale = u32::try_from(rest.len()).ok()?;
        // At most 10³⁰ × 100, which fits.
        let always = 10_u128.checked_pow(scale)?.checked_mul(100)?;
        Some(Self(Scaled::new(always.checked_sub(up)? as f64) / Scaled::new(always as f64)))
    }

    /// From the downtime in a period.
    ///
    /// # Errors
    /// [`NoShare`] when it is longer than the period.
    pub fn from_downtime(down: Duration, period: Period) -> Result<Self, NoShare> {
        Self::new(down.as_secs_f64() / period.seconds())
    }

    /// The share as a number; `None` when it is above 0 and below [`SMALLEST`].
    pub fn share(self) -> Option<f64> {
        let share = self.0.to_f64();
        (self.0.is_zero() || share >= SMALLEST).then_some(share)
    }

    /// The share that it is up, rounded to a float: 1 from some 16 nines on. Only to be shown.
    pub fn availability(self) -> f64 {
        1.0 - self.0.to_f64()
    }

    /// How many nines: 99.9 % has 3, 99.95 % has 3.3. Infinite for what is never down.
    pub fn nines(self) -> f64 {
        // 0 has none, and not minus 0.
        (-self.0.log10()).max(0.0)
    }

    /// Seconds down in a period, on average. `None` where [`Unavailability::share`] has none.
    pub fn downtime(self, period: Period) -> Option<f64> {
        self.share().map(|share| share * period.seconds())
    }

    /// Both are needed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        super::series([self, other])
    }

    /// One of both suffices.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        super::parallel([self, other])
    }

    /// This share of it, from 0 to 1; rounded into that range.
    #[must_use]
    pub fn part(self, share: f64) -> Self {
        Self(self.0 * Scaled::new(share.clamp(0.0, 1.0)))
    }
}

/// A period in which downtime is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A twelfth of a year: 30 days and 10 hours.
    Month,
    /// 365 days.
    Year,
}

impl Period {
    /// All of them, the longest first.
    pub const ALL: [Self; 4] = [Self::Year, Self::Month, Self::Week, Self::Day];

    /// How long it is.
    pub const fn seconds(self) -> f64 {
        match self {
            Self::Day => 86_400.0,
            Self::Week => 604_800.0,
            Self::Month => 2_628_000.0,
            Self::Year => 31_536_000.0,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(share: f64) -> Unavailability {
        Unavailability::new(share).unwrap()
    }

    #[test]
    fn the_well_known_numbers_come_out() {
        let server = down(0.001);
        // 8.76 h: 8 h 45 min 36 s.
        assert!((server.downtime(Period::Year).unwrap() - (8.0 * 3600.0 + 45.0 * 60.0 + 36.0)).abs() < 1e-9);
        let all = super::super::series([server; 3]);
        assert!((all.share().unwrap() / 0.002_997_001 - 1.0).abs() < 1e-15);
        assert!((all.downtime(Period::Year).unwrap() / 3600.0 - 26.2537).abs() < 1e-4);
        let any = super::super::parallel([server; 3]);
        assert!((any.share().unwrap() / 1e-9 - 1.0).abs() < 1e-15);
        assert!((any.nines() - 9.0).abs() < 1e-12);
        assert!((any.downtime(Period::Year).unwrap() - 0.031_536).abs() < 1e-15);
    }

    #[test]
    fn nines_go_both_ways() {
        for nines in [0.0, 1.0, 2.0, 3.0, 3.5, 5.0, 9.0, 16.0, 100.0, 310.0, 323.0, 400.5, 1e6] {
            let back = Unavailability::from_nines(nines).unwrap().nines();
            assert!((back - nines).abs() < 1e-12 * nines.max(1.0), "{nines}: {back}");
        }
        for wrong in [-1.0, f64::NAN, f64::INFINITY, 2e6] {
            assert!(Unavailability::from_nines(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Unavailability::NEVER.nines(), f64::INFINITY);
        assert_eq!(Unavailability::ALWAYS.nines(), 0.0);
    }

    #[test]
    fn percentages_are_taken_by_their_digits() {
        for (written, share) in
            [("99.9", 1e-3), ("99.9999999", 1e-9), ("100", 0.0), ("0", 1.0), ("99.9999999999999999999999999999", 1e-30)]
        {
            let told = Unavailability::from_percent(written).unwrap().share().unwrap();
            assert!((told - share).abs() <= 2e-16 * share, "{written}: {told}");
        }
        for wrong in ["", ".", "-1", "100.1", "99,9", "1e2", "NaN", "99.99999999999999999999999999999"] {
            assert_eq!(Unavailability::from_percent(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_too_small_to_tell_is_not_told_as_nothing() {
        let tiny = super::super::parallel([down(1e-200), down(1e-150)]);
        assert_eq!(tiny.share(), None);
        assert_eq!(tiny.downtime(Period::Year), None);
        assert!((tiny.nines() - 350.0).abs() < 1e-9);
        assert_eq!(Unavailability::NEVER.share(), Some(0.0));
        // Many of them are again enough.
        assert!(super::super::series([super::super::parallel([down(1e-150), down(9e-151)]); 100]).share().is_some());
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for wrong in [-0.1, 1.000_001, f64::NAN, f64::INFINITY] {
            assert!(Unavailability::new(wrong).is_err(), "{wrong}");
        }
        assert!(Unavailability::from_downtime(Duration::from_secs(86_401), Period::Day).is_err());
    }
}
