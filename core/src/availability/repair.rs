//! From times between failures to availability, and back.

use super::down::{NoShare, Unavailability};
use super::scaled::Scaled;

/// A part that fails and is repaired, in seconds on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// From a repair to the next failure, in seconds. Some call this the mean time to failure and count the repair in with the
    /// mean time *between* failures; for times to repair that are short against it, both are nearly the same.
    pub between_failures: f64,
    /// From a failure to its repair, in seconds.
    pub to_repair: f64,
}

impl Repair {
    /// How often it is down: time to repair over the sum of both.
    ///
    /// # Errors
    /// [`NoShare`] when a time is negative or no number, or both are 0.
    pub fn unavailability(self) -> Result<Unavailability, NoShare> {
        let Self { between_failures, to_repair } = self;
        if !(0.0..=f64::MAX).contains(&between_failures) || !(0.0..=f64::MAX).contains(&to_repair) {
            return Err(NoShare(f64::NAN));
        }
        if between_failures == 0.0 && to_repair == 0.0 {
            return Err(NoShare(f64::NAN));
        }
        let repair = Scaled::new(to_repair);
        Ok(Unavailability((repair / (Scaled::new(between_failures) + repair)).min(Scaled::ONE)))
    }

    /// With this time to repair, in seconds above 0, how long from a repair to the next failure gives this unavailability.
    /// Infinite for what is never down.
    pub fn from_repair(down: Unavailability, to_repair: f64) -> Self {
        let odds = down.0.complement().to_f64() / down.0.to_f64();
        Self { between_failures: to_repair * odds, to_repair }
    }

    /// With this time between failures, in seconds, how quick the repair is. Infinite for what is always down.
    pub fn from_failures(down: Unavailability, between_failures: f64) -> Self {
        let odds = down.0.to_f64() / down.0.complement().to_f64();
        Self { between_failures, to_repair: between_failures * odds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_both_ways() {
        let month = Repair { between_failures: 999.0 * 3600.0, to_repair: 3600.0 };
        let down = month.unavailability().unwrap();
        assert!((down.share().unwrap() - 0.001).abs() < 1e-18);
        assert!((Repair::from_repair(down, 3600.0).between_failures / month.between_failures - 1.0).abs() < 1e-12);
        assert!((Repair::from_failures(down, month.between_failures).to_repair / 3600.0 - 1.0).abs() < 1e-12);
        for (between_failures, to_repair) in [(0.0, 0.0), (-1.0, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
            assert!(Repair { between_failures, to_repair }.unavailability().is_err());
        }
        let huge = Repair { between_failures: f64::MAX, to_repair: f64::MAX };
        assert_eq!(huge.unavailability().unwrap().share(), Some(0.5));
        let hardly = Repair { between_failures: 1e300, to_repair: 1e-300 }.unavailability().unwrap();
        assert_eq!(hardly.share(), None, "too small to be told, but not never");
        assert!((hardly.nines() - 600.0).abs() < 1e-9);
    }
}
