//! Latency: how long a server takes to answer.

use core::time::Duration;

use crate::rng::{Stream, scaled};

/// How long an answer takes: a fixed part and a part drawn from a distribution.
///
/// Every draw takes exactly two numbers from the stream, whatever the distribution: the i-th call gets the same
/// randomness under each, and changing the distribution of one call shifts no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Latency {
    /// Added to every draw, such as the way there and back. Any duration.
    pub shift: Duration,
    /// The part that is drawn.
    pub shape: Shape,
}

/// The distribution of the part of a latency that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Always the same.
    Constant(Duration),
    /// Uniform from zero to `most`.
    Uniform {
        /// The longest.
        most: Duration,
    },
    /// Exponential: the memoryless service time of queueing theory's M.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Log-normal: the long tail that measured latencies have.
    LogNormal {
        /// Half of the draws are shorter.
        median: Duration,
        /// The standard deviation of the logarithm, in thousandths: 0 is constant, 500 gives a 99th percentile of 3.2
        /// medians, 1000 one of 10.
        sigma_permille: u32,
    },
}

impl Latency {
    /// Always `duration`.
    pub const fn constant(duration: Duration) -> Self {
        Self::of(Shape::Constant(duration))
    }

    /// Uniform from `least` to `most`; constant when `most` is not above `least`.
    pub const fn uniform(least: Duration, most: Duration) -> Self {
        Self { shift: least, shape: Shape::Uniform { most: most.saturating_sub(least) } }
    }

    /// Exponentially distributed with this mean.
    pub const fn exponential(mean: Duration) -> Self {
        Self::of(Shape::Exponential { mean })
    }

    /// Log-normally distributed with this median; `sigma_permille` is the standard deviation of the logarithm in
    /// thousandths.
    pub const fn log_normal(median: Duration, sigma_permille: u32) -> Self {
        Self::of(Shape::LogNormal { median, sigma_permille })
    }

    /// The same, with `shift` added to every draw (instead of what was added before).
    pub const fn shifted(self, shift: Duration) -> Self {
        Self { shift, shape: self.shape }
    }

    const fn of(shape: Shape) -> Self {
        Self { shift: Duration::ZERO, shape }
    }

    /// Draws a latency, in whole nanoseconds; saturates at `u64::MAX` of them. Always takes two numbers from `stream`.
    pub fn draw(&self, stream: &mut Stream) -> Duration {
        let drawn = match self.shape {
            Shape::LogNormal { median, sigma_permille } => stream.log_normal(median, sigma(sigma_permille)),
            Shape::Constant(duration) => {
                stream.bits();
                stream.bits();
                duration
            }
            Shape::Uniform { most } => {
                let drawn = scaled(most, stream.unit());
                stream.bits();
                drawn
            }
            Shape::Exponential { mean } => {
                let drawn = stream.exponential(mean);
                stream.bits();
                drawn
            }
        };
        saturating(self.shift.saturating_add(drawn))
    }

    /// The latency where chance has no part in it.
    pub(super) fn fixed(&self) -> Option<Duration> {
        match self.shape {
            Shape::Constant(duration) => Some(saturating(self.shift.saturating_add(duration))),
            _ => None,
        }
    }

    /// The mean: the shift plus, of the shapes in the order above, *d*, *most*/2, *mean*, *median* × e^(σ²/2).
    pub fn mean(&self) -> Duration {
        let drawn = match self.shape {
            Shape::Constant(duration) => duration,
            Shape::Uniform { most } => most / 2,
            Shape::Exponential { mean } => mean,
            Shape::LogNormal { median, sigma_permille } => {
                let sigma = sigma(sigma_permille);
                scaled(median, libm::exp(sigma * sigma / 2.0))
            }
        };
        saturating(self.shift.saturating_add(drawn))
    }

    /// The latency that a share `p` of the draws does not exceed, such as 0.99 for the 99th percentile.
    ///
    /// The shift plus, of the shapes in the order above, *d*, p × *most*, −*mean* × ln(1 − p), *median* × e^(σ z) where
    /// z is the standard normal's quantile. `p` is clamped to 0 … 1; at 1 the unbounded shapes saturate at `u64::MAX`
    /// nanoseconds.
    pub fn quantile(&self, p: f64) -> Duration {
        let p = if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) };
        let drawn = match self.shape {
            Shape::Constant(duration) => duration,
            Shape::Uniform { most } => scaled(most, p),
            Shape::Exponential { mean } => scaled(mean, -libm::log1p(-p)),
            Shape::LogNormal { median, sigma_permille: 0 } => median,
            Shape::LogNormal { median, sigma_permille } => {
                scaled(median, libm::exp(sigma(sigma_permille) * normal_quantile(p)))
            }
        };
        saturating(self.shift.saturating_add(drawn))
    }

    /// The share of draws that exceed `limit`, from 0 to 1: what a timeout of `limit` turns into failures.
    pub fn share_over(&self, limit: Duration) -> f64 {
        let Some(rest) = limit.checked_sub(self.shift) else { return 1.0 };
        let rest_nanos = rest.as_nanos() as f64;
        let ratio = |duration: Duration| rest_nanos / duration.as_nanos() as f64;
        match self.shape {
            Shape::Constant(duration) | Shape::LogNormal { median: duration, sigma_permille: 0 } => {
                f64::from(duration > rest)
            }
            Shape::Uniform { most: Duration::ZERO }
            | Shape::Exponential { mean: Duration::ZERO }
            | Shape::LogNormal { median: Duration::ZERO, .. } => 0.0,
            Shape::Uniform { most } => (1.0 - ratio(most)).max(0.0),
            Shape::Exponential { mean } => libm::exp(-ratio(mean)),
            Shape::LogNormal { median, sigma_permille } => {
                normal_share_over(libm::log(ratio(median)) / sigma(sigma_permille))
            }
        }
    }

    /// The squared coefficient of variation, variance / mean²: 0 for constant, 1 for an unshifted exponential,
    /// e^(σ²) − 1 for an unshifted log-normal. It is what the mean wait of an M/G/1 queue depends on
    /// (Pollaczek–Khinchine: ρ/(1−ρ) × mean × (1 + this)/2).
    pub fn squared_variation(&self) -> f64 {
        let (drawn, variation) = match self.shape {
            Shape::Constant(duration) => (duration, 0.0),
            Shape::Uniform { most } => (most / 2, 1.0 / 3.0),
            Shape::Exponential { mean } => (mean, 1.0),
            Shape::LogNormal { sigma_permille, .. } => {
                let sigma = sigma(sigma_permille);
                (self.shifted(Duration::ZERO).mean(), libm::expm1(sigma * sigma))
            }
        };
        let mean = self.shift.saturating_add(drawn).as_nanos() as f64;
        let share = drawn.as_nanos() as f64 / mean;
        // Neither 0 / 0 nor 0 × infinity.
        if share > 0.0 { variation * share * share } else { 0.0 }
    }
}

fn sigma(permille: u32) -> f64 {
    f64::from(permille) / 1e3
}

/// Virtual time counts nanoseconds in 64 bits: nothing longer is ever given out.
fn saturating(duration: Duration) -> Duration {
    duration.min(Duration::from_nanos(u64::MAX))
}

/// The share of a standard normal above `z`.
fn normal_share_over(z: f64) -> f64 {
    libm::erfc(z * core::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The standard normal's quantile: Acklam's rational approximation (2003, relative error 1.15e-9), refined by one step
/// of Halley's method.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let horner = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);

    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    // The upper half by symmetry, where 1 − p is exact.
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let z = if p < 0.02425 {
        let q = libm::sqrt(-2.0 * libm::log(p));
        horner(&C, q) / horner(&D, q)
    } else {
        let q = p - 0.5;
        q * horner(&A, q * q) / horner(&B, q * q)
    };
    let error = normal_share_over(-z) - p;
    let step = error * libm::sqrt(2.0 * core::f64::consts::PI) * libm::exp(z * z / 2.0);
    z - step / (1.0 + z * step / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use proptest::prelude::*;
    use std::vec::Vec;

    const MS: Duration = Duration::from_millis(1);

    fn all() -> [Latency; 6] {
        [
            Latency::constant(20 * MS),
            Latency::uniform(10 * MS, 30 * MS),
            Latency::exponential(20 * MS),
            Latency::log_normal(20 * MS, 500),
            Latency::log_normal(20 * MS, 0),
            Latency::exponential(20 * MS).shifted(5 * MS),
        ]
    }

    #[test]
    fn formulas_agree_with_draws() {
        for latency in all() {
            let mut stream = Seed(11).stream("latency");
            let mut draws: Vec<f64> = (0..200_000).map(|_| latency.draw(&mut stream).as_secs_f64()).collect();
            draws.sort_by(f64::total_cmp);
            let n = draws.len() as f64;
            let mean = draws.iter().sum::<f64>() / n;
            let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / n;
            let close = |found: f64, expected: f64, by: f64| {
                assert!((found - expected).abs() <= by * expected.abs() + 1e-9, "{latency:?}: {found}, not {expected}");
            };
            close(mean, latency.mean().as_secs_f64(), 0.01);
            close(variance / (mean * mean), latency.squared_variation(), 0.03);
            for p in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999] {
                let found = draws.get((n * p) as usize).copied().unwrap_or_default();
                close(found, latency.quantile(p).as_secs_f64(), 0.05);
                let limit = latency.quantile(p);
                let over = draws.iter().filter(|&&draw| draw > limit.as_secs_f64()).count() as f64 / n;
                assert!((over - latency.share_over(limit)).abs() < 0.005, "{latency:?} over {limit:?}");
            }
        }
    }

    #[test]
    fn every_draw_takes_two() {
        let mut expected = Seed(1).stream("latency");
        expected.bits();
        expected.bits();
        for latency in all() {
            let mut stream = Seed(1).stream("latency");
            latency.draw(&mut stream);
            assert_eq!(stream, expected);
        }
    }

    #[test]
    fn known_quantiles() {
        // NIST's table of the standard normal.
        for (p, z) in [(0.5, 0.0), (0.9, 1.281_551_565_544_600_4), (0.99, 2.326_347_874_040_840_8)] {
            assert!((normal_quantile(p) - z).abs() < 1e-14, "{p}");
            assert!((normal_quantile(1.0 - p) + z).abs() < 1e-14, "{p}");
        }
        assert!((normal_quantile(1e-9) + 5.997_807_015_007_687).abs() < 1e-12);
        assert_eq!(Latency::exponential(MS).quantile(1.0), Duration::from_nanos(u64::MAX));
        assert_eq!(Latency::exponential(MS).quantile(f64::NAN), Duration::ZERO);
        // The figures that the documentation of `sigma_permille` gives.
        assert_eq!(Latency::log_normal(MS, 500).quantile(0.99).as_micros(), 3_200);
        assert_eq!(Latency::log_normal(MS, 1_000).quantile(0.99).as_micros(), 10_240);
        // A constant latency as long as the timeout is not over it.
        assert_eq!((Latency::constant(MS).share_over(MS), Latency::constant(2 * MS).share_over(MS)), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn quantiles_invert_the_shares(p in 0.001f64..0.999, sigma in 1u32..3_000) {
            for latency in [
                Latency::log_normal(Duration::from_secs(1), sigma),
                Latency::exponential(Duration::from_secs(1)),
                Latency::uniform(Duration::from_secs(1), Duration::from_secs(2)),
            ] {
                let back = 1.0 - latency.share_over(latency.quantile(p));
                prop_assert!((back - p).abs() < 1e-4, "{latency:?}: {back}, not {p}");
            }
        }

        #[test]
        fn never_panics(a in any::<u64>(), b in any::<u64>(), sigma in any::<u32>(), p in any::<f64>()) {
            let (a, b) = (Duration::from_nanos(a), Duration::from_nanos(b));
            let mut stream = Seed(a.as_secs()).stream("latency");
            for latency in [
                Latency::constant(Duration::MAX),
                Latency::uniform(a, b),
                Latency::exponential(a).shifted(Duration::MAX),
                Latency::log_normal(a, sigma).shifted(b),
            ] {
                let most = Duration::from_nanos(u64::MAX);
                prop_assert!(latency.draw(&mut stream) <= most);
                prop_assert!(latency.mean() <= most && latency.quantile(p) <= most);
                prop_assert!((0.0..=1.0).contains(&latency.share_over(a)));
                prop_assert!(latency.squared_variation() >= 0.0);
            }
            prop_assert_eq!(Latency::log_normal(Duration::ZERO, sigma).shifted(b).squared_variation(), 0.0);
        }
    }
}
