//! Seeded randomness, one stream a concern.
//!
//! A run has one seed. Each concern (arrivals, faults, jitter …) forks its own stream from it by name, so turning one
//! knob never shifts the draws of another. The generator is xoshiro256++ (Blackman and Vigna, 2019,
//! "Scrambled Linear Pseudorandom Number Generators"), seeded through SplitMix64. Distributions are written here over
//! `libm`, called directly, because platform float functions differ in their last bit between targets.

use core::time::Duration;

use crate::time::nanos;
use rand_core::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The seed of a run, from which every stream is forked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of the concern called `concern`. The same seed and name always give the same stream; other names give
    /// unrelated ones.
    pub fn stream(self, concern: &str) -> Stream {
        // xxh64 spreads the name over 64 bits; the run's seed is its key, so neither shifts the other.
        Stream(Xoshiro256PlusPlus::seed_from_u64(xxhash_rust::xxh64::xxh64(concern.as_bytes(), self.0)))
    }

    /// A seed for a part of the run that has streams of its own, such as the `index`-th client.
    pub fn fork(self, part: &str, index: u64) -> Self {
        let named = xxhash_rust::xxh64::xxh64(part.as_bytes(), self.0);
        Self(xxhash_rust::xxh64::xxh64(&index.to_le_bytes(), named))
    }
}

/// One concern's source of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..bound`, without bias; 0 when `bound` is 0.
    ///
    /// Lemire, 2019, "Fast Random Integer Generation in an Interval".
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.bits()) * u128::from(bound);
        let unfair = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
        while bound != 0 && (product as u64) < unfair {
            product = u128::from(self.bits()) * u128::from(bound);
        }
        (product >> 64) as u64
    }

    /// `true` with probability `permille` / 1000; always when it is 1000 or more.
    ///
    /// Draws once whatever the probability, so that turning it does not shift later draws.
    pub fn chance_permille(&mut self, permille: u32) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// Exponentially distributed with this mean: the gaps of Poisson arrivals. Zero when the mean is.
    pub fn exponential(&mut self, mean: Duration) -> Duration {
        // 1 - unit is in (0, 1], so the logarithm is finite.
        scaled(mean, -libm::log(1.0 - self.unit()))
    }

    /// Standard normal, by the polar method's non-rejecting form (Box and Muller, 1958); always draws twice.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * core::f64::consts::PI * self.unit())
    }

    /// Two independent standard normals for the price of one (Box and Muller, 1958); always draws twice.
    pub fn normals(&mut self) -> (f64, f64) {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        let (sin, cos) = libm::sincos(2.0 * core::f64::consts::PI * self.unit());
        (radius * cos, radius * sin)
    }

    /// Log-normal with this median and `sigma`, the standard deviation of its logarithm (0 is constant).
    pub fn log_normal(&mut self, median: Duration, sigma: f64) -> Duration {
        let factor = libm::exp(sigma * self.normal());
        scaled(median, factor)
    }

    /// Uniform in `[0, bound]`, in whole nanoseconds.
    pub fn up_to(&mut self, bound: Duration) -> Duration {
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.below(nanos.saturating_add(1)))
    }
}

/// `duration` times `factor`, rounded to a whole nanosecond; saturates at `u64::MAX` nanoseconds, and is zero for a
/// factor that is negative or not a number.
pub fn scaled(duration: Duration, factor: f64) -> Duration {
    // `as` saturates and maps NaN to 0, which is what is wanted; libm::round keeps targets equal.
    let nanos = nanos(duration).map_or_else(|| duration.as_nanos() as f64, |nanos| nanos as f64);
    Duration::from_nanos(libm::round(nanos * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_stable_and_apart() {
        // Pinned: a change of generator or of forking changes every link ever shared.
        let bits = |seed: Seed, concern: &str| {
            let mut stream = seed.stream(concern);
            [stream.bits(), stream.bits()]
        };
        assert_eq!(bits(Seed(1), "arrivals"), [0x54b5_fe28_10ef_fa3e, 0xd1dc_89c8_97c3_6419]);
        assert_eq!(bits(Seed(1), "latency"), [0xdd24_9a29_78e1_d890, 0xe50d_d0db_7959_16a2]);
        assert_eq!(bits(Seed(u64::MAX), ""), [0x9cbe_d3c8_e7dc_2519, 0x0d83_8c93_e862_817a]);
        assert_eq!(bits(Seed(1).fork("client", 7), "jitter"), [0xcfda_04ce_7533_bd56, 0xbedb_4cd4_ac6d_0e85]);
        assert_ne!(Seed(1).stream("arrivals").bits(), Seed(1).stream("faults").bits());
        assert_ne!(Seed(1).stream("arrivals").bits(), Seed(2).stream("arrivals").bits());
        assert_ne!(Seed(1).fork("client", 0), Seed(1).fork("client", 1));
    }

    #[test]
    fn means_are_right() {
        let mut stream = Seed(7).stream("test");
        let n = 100_000;
        let mean = Duration::from_secs(1);
        let (mut unit, mut exponential, mut normal, mut square) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            unit += stream.unit();
            exponential += stream.exponential(mean).as_secs_f64();
            let draw = stream.normal();
            normal += draw;
            square += draw * draw;
        }
        let (mut both, mut mixed) = (0.0, 0.0);
        for _ in 0..n {
            let (one, other) = stream.normals();
            both += one * one + other * other;
            mixed += one * other;
        }
        let n = f64::from(n);
        assert!((both / n - 2.0).abs() < 0.03 && (mixed / n).abs() < 0.02);
        assert!((unit / n - 0.5).abs() < 0.005);
        assert!((exponential / n - 1.0).abs() < 0.02);
        assert!((normal / n).abs() < 0.02);
        assert!((square / n - 1.0).abs() < 0.03);
    }

    #[test]
    fn bounds_hold() {
        let mut stream = Seed(3).stream("test");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
        assert!((0..1000).all(|_| stream.below(10) < 10));
        assert!((0..1000).all(|_| stream.up_to(Duration::from_nanos(3)) <= Duration::from_nanos(3)));
        assert!((0..100).all(|_| !stream.chance_permille(0)));
        assert!((0..100).all(|_| stream.chance_permille(1000)));
        assert_eq!(scaled(Duration::from_secs(1), f64::NAN), Duration::ZERO);
        assert_eq!(scaled(Duration::from_secs(1), -1.0), Duration::ZERO);
    }
}
