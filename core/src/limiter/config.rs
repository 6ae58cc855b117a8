//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a limiter, as plain data with public fields. Nothing is checked before
/// [`Config::new`]; no time may be over `u64::MAX` nanoseconds, about 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How permits become free.
    pub rule: Rule,
    /// An ask whose permits would become free later than this is refused; zero refuses whatever is not free now. `None`:
    /// none is refused.
    pub max_wait: Option<Duration>,
}

impl Settings {
    /// resilience4j's defaults (`RateLimiterConfig.java`): 50 permits every 500 *nano*seconds, 5 s of wait; no limit in
    /// practice until it is set.
    pub const RESILIENCE4J: Self = Self {
        rule: Rule::Periods { permits: 50, period: Duration::from_nanos(500) },
        max_wait: Some(Duration::from_secs(5)),
    };

    /// The fixed window counter: so many permits in each period, counted from [`Instant::ZERO`](crate::Instant::ZERO),
    /// and no wait for the next one. Up to twice as many pass within an instant where two periods meet.
    pub const fn fixed_window(permits: u32, period: Duration) -> Self {
        Self { rule: Rule::Periods { permits, period }, max_wait: Some(Duration::ZERO) }
    }

    /// A token bucket that lends nothing.
    pub const fn bucket(capacity: u32, refill_every: Duration) -> Self {
        Self { rule: Rule::Bucket { capacity, refill_every }, max_wait: Some(Duration::ZERO) }
    }
}

/// How permits become free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// So many at the start of each period, and never more than so many at a time; what is not used is lost. Period k
    /// is k × `period` to (k + 1) × `period`, without its end. Asks beyond that take the permits of later periods in
    /// advance and wait for their start; an ask for several that are of two periods uses them all in the later one.
    Periods {
        /// At least 1.
        permits: u32,
        /// Above zero.
        period: Duration,
    },
    /// One every `interval`, on a grid of multiples of it; what is not used is lost, but an ask right before the next
    /// multiple and one right after are both served at once.
    Smooth {
        /// Above zero.
        interval: Duration,
    },
    /// A token bucket, full at first, that gains one token every `refill_every`, continuously, up to its capacity.
    Bucket {
        /// The most tokens it holds: what may come at once. With 0 every token is lent, and comes with a wait.
        capacity: u32,
        /// Above zero.
        refill_every: Duration,
    },
    /// The generic cell rate algorithm, as virtual scheduling: the theoretical arrival time moves on by `interval` a
    /// permit, from now at least, and a permit is free when it is not used more than `tolerance` before that time.
    Gcra {
        /// The emission interval T, above zero.
        interval: Duration,
        /// The burst tolerance τ: (b − 1) × T lets b through at once; zero is exactly one every `interval`.
        tolerance: Duration,
    },
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    settings: Settings,
}

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`Settings`].
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        let above_zero = |field, value| time(field, value, 1, u64::MAX);
        match settings.rule {
            Rule::Periods { permits, period } => {
                count("permits", permits, 1, u32::MAX)?;
                above_zero("period", period)?;
            }
            Rule::Smooth { interval } => _ = above_zero("interval", interval)?,
            Rule::Bucket { refill_every, .. } => _ = above_zero("refill_every", refill_every)?,
            Rule::Gcra { interval, tolerance } => {
                above_zero("interval", interval)?;
                time("tolerance", tolerance, 0, u64::MAX)?;
            }
        }
        if let Some(wait) = settings.max_wait {
            time("max_wait", wait, 0, u64::MAX)?;
        }
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    /// [`Config::new`].
    fn try_from(settings: Settings) -> Result<Self, ConfigError> {
        Self::new(settings)
    }
}

/// Why settings were turned down. Fields have the names of `tests/conformance/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value outside its range.
    OutOfRange(OutOfRange),
}

impl From<OutOfRange> for ConfigError {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(error)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ConfigError {}
