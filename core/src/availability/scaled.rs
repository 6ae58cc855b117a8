//! A number that is not negative, with a float's digits and far more than its range.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Sub};

/// `mantissa` × 2^`exponent`. The mantissa is 0, or from a half to below 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaled {
    mantissa: f64,
    exponent: i32,
}

impl Scaled {
    pub(super) const ZERO: Self = Self { mantissa: 0.0, exponent: 0 };
    pub(super) const ONE: Self = Self { mantissa: 0.5, exponent: 1 };

    /// A float that is not negative and not infinite.
    pub(super) fn new(value: f64) -> Self {
        let (mantissa, exponent) = libm::frexp(value);
        if mantissa == 0.0 { Self::ZERO } else { Self { mantissa, exponent } }
    }

    /// As a float: 0 where that is too small for one, which only a difference from 1 may do with.
    pub(super) fn to_f64(self) -> f64 {
        libm::scalbn(self.mantissa, self.exponent)
    }

    /// What is missing to 1; 0 of what is more than that by rounding.
    pub(super) fn complement(self) -> Self {
        Self::new((1.0 - self.to_f64()).max(0.0))
    }

    pub(super) const fn is_zero(self) -> bool {
        self.mantissa == 0.0
    }

    /// The decimal logarithm; minus infinity of 0.
    pub(super) fn log10(self) -> f64 {
        libm::log10(self.mantissa) + f64::from(self.exponent) * core::f64::consts::LOG10_2
    }

    pub(super) fn min(self, other: Self) -> Self {
        if other.partial_cmp(&self) == Some(Ordering::Less) { other } else { self }
    }

    /// So many of them multiplied.
    pub(super) fn power(self, times: u32) -> Self {
        let (mut power, mut square, mut left) = (Self::ONE, self, times);
        while left > 0 {
            if left % 2 == 1 {
                power = power * square;
            }
            square = square * square;
            left /= 2;
        }
        power
    }
}

impl Div for Scaled {
    type Output = Self;

    /// 0 where it is divided by 0, which callers see to.
    fn div(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        let (mantissa, shift) = libm::frexp(self.mantissa / other.mantissa);
        Self { mantissa, exponent: self.exponent.saturating_sub(other.exponent).saturating_add(shift) }
    }
}

impl Sub for Scaled {
    type Output = Self;

    /// 0 where the other is as large or larger.
    fn sub(self, other: Self) -> Self {
        if self <= other {
            return Self::ZERO;
        }
        let below = other.exponent.saturating_sub(self.exponent);
        let (mantissa, shift) = libm::frexp(self.mantissa - libm::scalbn(other.mantissa, below));
        if mantissa == 0.0 {
            return Self::ZERO;
        }
        Self { mantissa, exponent: self.exponent.saturating_add(shift) }
    }
}

impl Mul for Scaled {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (mantissa, shift) = libm::frexp(self.mantissa * other.mantissa);
        if mantissa == 0.0 {
            return Self::ZERO;
        }
        Self { mantissa, exponent: self.exponent.saturating_add(other.exponent).saturating_add(shift) }
    }
}

impl Add for Scaled {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (large, small) =
            if self.partial_cmp(&other) == Some(Ordering::Less) { (other, self) } else { (self, other) };
        if small.is_zero() {
            return large;
        }
        let below = small.exponent.saturating_sub(large.exponent);
        let (mantissa, shift) = libm::frexp(large.mantissa + libm::scalbn(small.mantissa, below));
        Self { mantissa, exponent: large.exponent.saturating_add(shift) }
    }
}

impl PartialOrd for Scaled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) => match self.exponent.cmp(&other.exponent) {
                Ordering::Equal => self.mantissa.partial_cmp(&other.mantissa),
                order => Some(order),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_where_floats_do_not() {
        let tiny = Scaled::new(1e-200);
        let square = tiny * tiny;
        assert_eq!(square.to_f64(), 0.0, "no float");
        assert!((square.log10() + 400.0).abs() < 1e-12);
        assert!(square < tiny && square > Scaled::ZERO);
        assert_eq!(tiny + square, tiny);
        assert_eq!(Scaled::new(0.25) + Scaled::new(0.5), Scaled::new(0.75));
        assert_eq!(Scaled::new(0.75).complement(), Scaled::new(0.25));
        assert_eq!(square.complement(), Scaled::ONE);
        assert_eq!(Scaled::ZERO * tiny, Scaled::ZERO);
        assert_eq!(square / tiny, tiny);
        assert_eq!((Scaled::ZERO / tiny, tiny / Scaled::ZERO), (Scaled::ZERO, Scaled::ZERO));
        assert_eq!(Scaled::new(0.75) - Scaled::new(0.5), Scaled::new(0.25));
        assert_eq!((tiny - square, square - tiny, tiny - tiny), (tiny, Scaled::ZERO, Scaled::ZERO));
        assert_eq!(Scaled::new(2.0).power(13), Scaled::new(8192.0));
        assert_eq!((tiny.power(0), tiny.power(1), tiny.power(2)), (Scaled::ONE, tiny, square));
    }
}
