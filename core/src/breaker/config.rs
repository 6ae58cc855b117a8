//! Settings validated once: what the breaker runs on.

use core::fmt;
use core::time::Duration;

use super::settings::{Compare, Decide, HalfOpenBy, PermitsLimit, Settings, Trip, Window};
use super::window::Shape;
use crate::quantity::{Quantity, Span};

/// Settings that were found valid, with what the breaker needs worked out from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    settings: Settings,
    pub(super) shape: Shape,
    /// [`Settings::minimum_calls`], not above a count window.
    pub(super) minimum: u64,
    /// A call is slow when it took more nanoseconds; `u64::MAX` when none is.
    pub(super) slow_over: u64,
    /// [`Decide::Rate`]'s `after` with its default put in; 1 where it plays no part.
    pub(super) after: u32,
}

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`Settings`]. Whether a window fits is
    /// for the [`Breaker`](super::Breaker), which has a size, to say.
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        match settings.trip {
            Trip::Consecutive { failures } => count("trip.consecutive", failures, 1, u32::MAX)?,
            Trip::Failures { failures } => count("trip.failures", failures, 1, u32::MAX)?,
            Trip::Rate { percent, .. } => percentage("trip.rate_percent", percent)?,
        }
        let shape = shape(settings.window)?;
        let slow_over = match settings.slow {
            None => u64::MAX,
            Some(slow) => {
                let nanos = time("slow.longer_than", slow.longer_than)?;
                percentage("slow.rate_percent", slow.percent)?;
                nanos
            }
        };
        time("open_for.initial", settings.open_for.initial)?;
        if settings.open_for.factor_permille == 0 {
            return Err(ConfigError::OutOfRange {
                field: "open_for.factor",
                value: Quantity::Thousandths(0),
                least: Quantity::Thousandths(1),
                most: Quantity::Thousandths(u32::MAX),
            });
        }
        if let Some(cap) = settings.open_for.cap {
            time("open_for.cap", cap)?;
        }
        let permits = settings.half_open.permits;
        count("half_open.permits", permits, 1, u32::MAX)?;
        let most = match settings.half_open.permits_limit {
            PermitsLimit::Total => permits,
            PermitsLimit::InFlight => u32::MAX,
        };
        let after = match settings.half_open.decide {
            Decide::Numbers { successes, failures } => {
                count("half_open.decide.successes", successes, 1, most)?;
                count("half_open.decide.failures", failures, 1, u32::MAX)?;
                1
            }
            Decide::Rate { percent, after, .. } => {
                percentage("half_open.decide.rate_percent", percent)?;
                let after = after.unwrap_or(permits);
                count("half_open.decide.after", after, 1, most)?;
                after
            }
        };
        if let Some(limit) = settings.max_half_open {
            time("max_half_open.after", limit.after)?;
        }
        let minimum = match settings.window {
            Window::Calls { calls } => settings.minimum_calls.min(calls),
            Window::Time { .. } | Window::Fixed { .. } => settings.minimum_calls,
        };
        Ok(Self { settings, shape, minimum: u64::from(minimum), slow_over, after })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a breaker with `slots` places has room for the window.
    pub(super) fn fits(&self, slots: usize) -> Result<(), ConfigError> {
        let most = u32::try_from(slots).unwrap_or(u32::MAX);
        match self.settings.window {
            Window::Calls { calls } => count("window.calls", calls, 1, most),
            Window::Time { buckets, .. } => count("window.buckets", buckets, 1, most),
            Window::Fixed { .. } => Ok(()),
        }
    }

    /// The wait after this (uncapped) one, in nanoseconds: times the factor, rounded up.
    pub(super) fn grow(&self, nanos: u64) -> u64 {
        let product = u128::from(nanos) * u128::from(self.settings.open_for.factor_permille);
        u64::try_from(product.div_ceil(1000)).unwrap_or(u64::MAX)
    }

    /// The uncapped wait of the `entry`-th entry into `open`, in nanoseconds.
    ///
    /// Growing takes at most some 40,000 steps until it reaches either end of `u64`, or stands still.
    pub(super) fn grown(&self, entry: u64) -> u64 {
        let mut nanos = self.initial();
        for _ in 1..entry {
            let next = self.grow(nanos);
            if next == nanos {
                break;
            }
            nanos = next;
        }
        nanos
    }

    /// The first wait, in nanoseconds.
    pub(super) fn initial(&self) -> u64 {
        nanos(self.settings.open_for.initial)
    }

    /// `grown` with the cap, in nanoseconds.
    pub(super) fn capped(&self, grown: u64) -> u64 {
        self.settings.open_for.cap.map_or(grown, |cap| grown.min(nanos(cap)))
    }

    /// Whether all waits from this one (uncapped) on are equal.
    pub(super) fn is_steady(&self, grown: u64) -> bool {
        let grows = self.settings.open_for.factor_permille >= 1000;
        self.grow(grown) == grown || (grows && self.capped(grown) < grown)
    }

    /// From the entry into `open` to the first nanosecond at which the wait is over, for a capped wait.
    pub(super) fn lead(&self, wait: u64) -> Option<u64> {
        match self.settings.wait_over {
            Compare::AtLeast => Some(wait),
            Compare::Above => wait.checked_add(1),
        }
    }

    /// Whether `half_open` begins by itself.
    pub(super) fn by_clock(&self) -> bool {
        self.settings.half_open_by == HalfOpenBy::Clock
    }
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    /// [`Config::new`].
    fn try_from(settings: Settings) -> Result<Self, ConfigError> {
        Self::new(settings)
    }
}

/// Nanoseconds; saturates, though a validated duration never does.
pub(super) fn nanos(duration: Duration) -> u64 {
    crate::time::nanos(duration).unwrap_or(u64::MAX)
}

fn count(field: &'static str, value: u32, least: u32, most: u32) -> Result<(), ConfigError> {
    if value >= least && value <= most {
        return Ok(());
    }
    Err(ConfigError::OutOfRange {
        field,
        value: Quantity::Count(value),
        least: Quantity::Count(least),
        most: Quantity::Count(most),
    })
}

fn percentage(field: &'static str, value: u32) -> Result<(), ConfigError> {
    if value <= 100 {
        return Ok(());
    }
    Err(ConfigError::OutOfRange {
        field,
        value: Quantity::Percent(value),
        least: Quantity::Percent(0),
        most: Quantity::Percent(100),
    })
}

fn time(field: &'static str, value: Duration) -> Result<u64, ConfigError> {
    match u64::try_from(value.as_nanos()) {
        Ok(nanos) if nanos > 0 => Ok(nanos),
        _ => Err(ConfigError::OutOfRange {
            field,
            value: Quantity::Time(value),
            least: Quantity::Time(Duration::from_nanos(1)),
            most: Quantity::Time(Duration::from_nanos(u64::MAX)),
        }),
    }
}

/// More buckets could not be told apart by the 32 bits that a bucket keeps of its number.
const BUCKETS_MAX: u32 = 1 << 30;

fn shape(window: Window) -> Result<Shape, ConfigError> {
    match window {
        Window::Calls { calls } => {
            count("window.calls", calls, 1, u32::MAX)?;
            Ok(Shape::Calls { calls })
        }
        Window::Time { time: length, buckets } => {
            let nanos = time("window.time", length)?;
            count("window.buckets", buckets, 1, BUCKETS_MAX)?;
            let width = nanos.checked_div(u64::from(buckets)).unwrap_or(0);
            if width.checked_mul(u64::from(buckets)) != Some(nanos) {
                return Err(ConfigError::UnevenBuckets { time: length, buckets });
            }
            Ok(Shape::Time { width, buckets })
        }
        Window::Fixed { length } => Ok(Shape::Fixed { length: time("window.fixed", length)? }),
    }
}

/// Why settings were turned down. Fields have the names of `tests/conformance/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value outside its range, both ends of which are permitted.
    OutOfRange {
        /// Which one, such as `window.calls`.
        field: &'static str,
        /// What it was.
        value: Quantity,
        /// The smallest permitted.
        least: Quantity,
        /// The largest permitted.
        most: Quantity,
    },
    /// A time window that is not a whole number of nanoseconds a bucket.
    UnevenBuckets {
        /// The length of the window.
        time: Duration,
        /// Its buckets, of which `time` in nanoseconds must be a multiple.
        buckets: u32,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { field, value, least, most } => {
                write!(f, "{field} is {value}, outside {least} to {most}")
            }
            Self::UnevenBuckets { time, buckets } => {
                write!(
                    f,
                    "window.time is {}, not a whole number of nanoseconds for each of {buckets} buckets",
                    Span(*time)
                )
            }
        }
    }
}

impl core::error::Error for ConfigError {}
