//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, count, thousandths, time};

/// Everything that can be set on an adaptive limit, as plain data with public fields. Nothing is checked before
/// [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How it moves.
    pub rule: Rule,
    /// Where it begins; the first sample takes it between `min` and `max`.
    pub initial: u32,
    /// Never less. With 0 it can shut everything off, and then nothing is there to open it again.
    pub min: u32,
    /// Never more; at least `min`.
    pub max: u32,
}

impl Settings {
    /// Netflix's AIMD (`AIMDLimit.java`): from 20, in 20 to 200, down by a tenth when a call is dropped or takes over 5 s.
    pub const AIMD: Self = Self {
        rule: Rule::Aimd { decrease_permille: 900, timeout: Duration::from_secs(5) },
        initial: 20,
        min: 20,
        max: 200,
    };
    /// Netflix's Vegas (`VegasLimit.java`): from 20, at most 1000, thresholds of 3 and 6 for each decimal place of the
    /// limit, and a new least time every 30 × limit calls. (There that is 15 to 30 by chance; here there is none.)
    pub const VEGAS: Self = Self {
        rule: Rule::Vegas { alpha: 3, beta: 6, thresholds: Thresholds::TimesStep, probe_multiplier: Some(30) },
        initial: 20,
        min: 1,
        max: 1000,
    };
    /// Netflix's Gradient2 (`Gradient2Limit.java`): from 20, in 20 to 200, a fifth of the way at a time, 4 may queue,
    /// half as long again as in the last 600 calls is tolerated.
    pub const GRADIENT: Self = Self {
        rule: Rule::Gradient { smoothing_permille: 200, queue: 4, long_window: 600, tolerance_permille: 1500 },
        initial: 20,
        min: 20,
        max: 200,
    };
}

impl Default for Settings {
    /// [`Settings::AIMD`].
    fn default() -> Self {
        Self::AIMD
    }
}

/// How a limit moves. What it comes to is cut to [`Settings::min`] and [`Settings::max`] after every sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Additive increase, multiplicative decrease. A call that was dropped, or took strictly longer than `timeout`:
    /// limit × `decrease`, rounded down. Else, when 2 × in flight ≥ limit: limit + 1.
    Aimd {
        /// In thousandths, at most 1000.
        decrease_permille: u32,
        /// Any time; a call that takes longer counts as dropped.
        timeout: Duration,
    },
    /// With u = max(1, ⌊log₁₀ limit⌋) and the queue q = ⌈limit × (1 − least / rtt)⌉: dropped: limit − u; else
    /// 2 × in flight < limit: unchanged; else q ≤ u: limit + beta; q < alpha: limit + u; q > beta: limit − u; otherwise
    /// unchanged. The first sample, and every one with an rtt below the least so far, only sets the least.
    Vegas {
        /// A queue shorter than this is short.
        alpha: u32,
        /// A queue longer than this is long; also what is added while there is none.
        beta: u32,
        /// Whether the two are multiplied with u.
        thresholds: Thresholds,
        /// After so many × limit samples the next one's rtt becomes the least, whatever it is: without that, one lucky
        /// call is the measure for ever. Where calls always queue, the queue is then taken for a part of the work, and
        /// the limit grows. At least 1. `None`: never.
        probe_multiplier: Option<u32>,
    },
    /// With long, the exponential mean of `long_window` calls (the plain mean of the first 10), gradient = tolerance ×
    /// long / rtt, cut to 0.5 to 1, and, unless 2 × in flight < limit: limit × (1 − s) + (limit × gradient + queue) × s.
    /// A mean over twice the rtt shrinks by a twentieth. The limit is a fraction inside, and rounded down outside.
    /// A dropped call is a sample like others.
    Gradient {
        /// s in thousandths, at most 1000.
        smoothing_permille: u32,
        /// How many calls may queue; what a limit grows towards.
        queue: u32,
        /// At least 1; an exponential mean in which each call weighs 2 / (window + 1).
        long_window: u32,
        /// In thousandths, at least 1000: how much longer than the mean a call may take before the limit falls.
        tolerance_permille: u32,
    },
}

/// Whether the thresholds of [`Rule::Vegas`] grow with the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Thresholds {
    /// As they are.
    #[default]
    Fixed,
    /// Multiplied with u, the step.
    TimesStep,
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
        match settings.rule {
            Rule::Aimd { decrease_permille, timeout } => {
                thousandths("decrease", decrease_permille, 0, 1000)?;
                time("timeout", timeout, 0, u64::MAX)?;
            }
            Rule::Vegas { probe_multiplier, .. } => {
                count("probe_multiplier", probe_multiplier.unwrap_or(1), 1, u32::MAX)?;
            }
            Rule::Gradient { smoothing_permille, long_window, tolerance_permille, .. } => {
                thousandths("smoothing", smoothing_permille, 0, 1000)?;
                count("long_window", long_window, 1, u32::MAX)?;
                thousandths("tolerance", tolerance_permille, 1000, u32::MAX)?;
            }
        }
        count("max", settings.max, settings.min, u32::MAX)?;
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
    /// A value outside its range; for `max` that begins at `min`.
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
