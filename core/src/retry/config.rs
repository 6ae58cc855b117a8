//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::backoff;
use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a retry, as plain data with public fields. Nothing is checked before [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Attempts in all, the first one included, as resilience4j, AWS and gRPC count (Polly, backon and Envoy do not
    /// count the first); at least 1. Default: 3, as in the AWS SDKs' standard mode.
    pub attempts: u32,
    /// How long to wait before each further attempt. Default: [`backoff::Settings::default`].
    pub backoff: backoff::Settings,
    /// No attempt begins so long after the first one began, or later; above zero. Default: no limit.
    pub total_time: Option<Duration>,
    /// How long one attempt may take; above zero. Default: no limit. The retry only says when
    /// ([`Retry::deadline`](super::Retry::deadline)): giving up waiting is the caller's part, and does not stop the
    /// work on the other side.
    pub attempt_timeout: Option<Duration>,
    /// Whether an attempt that a breaker refused is followed by another; each uses up an attempt all the same.
    /// Default: yes.
    pub retries_refusals: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts: 3,
            backoff: backoff::Settings::default(),
            total_time: None,
            attempt_timeout: None,
            retries_refusals: true,
        }
    }
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    settings: Settings,
    backoff: backoff::Config,
}

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`Settings`].
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        count("attempts", settings.attempts, 1, u32::MAX)?;
        let backoff = backoff::Config::new(settings.backoff).map_err(ConfigError::Backoff)?;
        for (field, limit) in [("total_time", settings.total_time), ("attempt_timeout", settings.attempt_timeout)] {
            if let Some(limit) = limit {
                time(field, limit, 1, u64::MAX)?;
            }
        }
        Ok(Self { settings, backoff })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The waits between attempts.
    pub const fn backoff(&self) -> &backoff::Config {
        &self.backoff
    }
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    /// [`Config::new`].
    fn try_from(settings: Settings) -> Result<Self, ConfigError> {
        Self::new(settings)
    }
}

/// Why settings were turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value outside its range.
    OutOfRange(OutOfRange),
    /// Something of the backoff.
    Backoff(backoff::ConfigError),
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
            Self::Backoff(error) => write!(f, "backoff: {error}"),
        }
    }
}

impl core::error::Error for ConfigError {}
