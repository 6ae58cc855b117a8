//! Settings validated once: what waits are made from.

use core::fmt;
use core::time::Duration;

use super::settings::{Jitter, Kind, Settings};
use crate::quantity::{OutOfRange, Span, thousandths, time};

/// The longest length of time in settings, in nanoseconds: 104 days, as many as a float tells apart.
const LONGEST: u64 = 1 << 53;

/// Settings that were found valid, with what the waits need worked out from them. Times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    settings: Settings,
    /// 0 for [`Kind::None`] alone.
    pub(super) base: u64,
    /// `u64::MAX` when there is none, as are the two below.
    pub(super) cap: u64,
    pub(super) total: u64,
    pub(super) slack: u64,
    /// What [`Jitter::UpTo`] adds at most.
    up_to: u64,
}

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`Settings`]; then values that
    /// contradict each other.
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        let base = match settings.kind {
            Kind::None => 0,
            Kind::Constant { base } | Kind::Linear { base } | Kind::Decorrelated { base } => {
                time("base", base, 1, LONGEST)?
            }
            Kind::Exponential { base, factor_permille } => {
                let nanos = time("base", base, 1, LONGEST)?;
                thousandths("factor", factor_permille, 1000, u32::MAX)?;
                nanos
            }
        };
        let optional = |field, value: Option<Duration>, least| match value {
            Some(value) => time(field, value, least, LONGEST),
            None => Ok(u64::MAX),
        };
        let cap = optional("cap", settings.cap, 1)?;
        let mut up_to = 0;
        match settings.jitter {
            Jitter::None | Jitter::Full | Jitter::Equal | Jitter::Plus { .. } => {}
            Jitter::PlusMinus { permille } => _ = thousandths("jitter.plus_minus", permille, 0, 1000)?,
            Jitter::UpTo { most } => up_to = time("jitter.up_to", most, 1, LONGEST)?,
        }
        let total = optional("total", settings.total, 1)?;
        let slack = optional("hint_slack", settings.hint_slack, 0)?;
        let config = Self { settings, base, cap, total, slack, up_to };
        let decorrelated = config.is_decorrelated();
        if decorrelated && settings.jitter != Jitter::None {
            return Err(ConfigError::JitterTwice);
        }
        // With the cap last, a base over it still makes sense while the jitter reaches below.
        let least = if settings.cap_after_jitter { config.jittered(base as f64).0 } else { base as f64 };
        match settings.cap {
            Some(cap) if least > config.cap as f64 => {
                Err(ConfigError::BaseOverCap { base: Duration::from_nanos(base), cap })
            }
            _ => Ok(config),
        }
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) const fn is_decorrelated(&self) -> bool {
        matches!(self.settings.kind, Kind::Decorrelated { .. })
    }

    /// What the jitter of wait number `attempt` is applied to. Not for [`Kind::Decorrelated`], which plans nothing.
    ///
    /// In nanoseconds and not yet rounded to them, as all that a wait is made from: rounding once, at the end, keeps a
    /// wait within half a nanosecond of its formula, as far as floats do.
    pub(super) fn unjittered(&self, attempt: u32) -> f64 {
        let base = self.base as f64;
        let planned = match self.settings.kind {
            Kind::None | Kind::Constant { .. } | Kind::Decorrelated { .. } => base,
            Kind::Linear { .. } => base * (f64::from(attempt) + 1.0),
            Kind::Exponential { factor_permille, .. } => {
                base * libm::pow(f64::from(factor_permille) / 1000.0, f64::from(attempt))
            }
        };
        // An infinite power ends here.
        planned.min(if self.settings.cap_after_jitter { u64::MAX } else { self.cap } as f64)
    }

    /// From where to where the jitter takes a wait.
    pub(super) fn jittered(&self, wait: f64) -> (f64, f64) {
        match self.settings.jitter {
            Jitter::None => (wait, wait),
            Jitter::Full => (0.0, wait),
            Jitter::Equal => (wait / 2.0, wait),
            Jitter::PlusMinus { permille } => {
                let off = wait * f64::from(permille) / 1000.0;
                (wait - off, wait + off)
            }
            Jitter::Plus { permille } => (wait, wait + wait * f64::from(permille) / 1000.0),
            Jitter::UpTo { .. } => (wait, wait + self.up_to as f64),
        }
    }

    /// A drawn wait, cut if the cap comes last, in whole nanoseconds.
    pub(super) fn cut(&self, wait: f64) -> u64 {
        // `as` saturates.
        let nanos = libm::round(wait) as u64;
        if self.caps_last() { nanos.min(self.cap) } else { nanos }
    }

    /// Whether the cap is applied to what was drawn.
    pub(super) const fn caps_last(&self) -> bool {
        self.settings.cap_after_jitter || self.is_decorrelated()
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
    /// The very first wait would be cut, and so would all others.
    BaseOverCap {
        /// The first planned wait.
        base: Duration,
        /// The longest that is permitted.
        cap: Duration,
    },
    /// [`Kind::Decorrelated`] with a [`Jitter`] on top of its own.
    JitterTwice,
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
            Self::BaseOverCap { base, cap } => {
                write!(f, "base is {}, over the cap of {}", Span(*base), Span(*cap))
            }
            Self::JitterTwice => f.write_str("jitter is set, but a decorrelated backoff takes none besides its own"),
        }
    }
}

impl core::error::Error for ConfigError {}
