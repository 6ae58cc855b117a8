//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, count, time};

/// The most requests that one may become.
pub const MOST: u32 = 32;

/// Everything that can be set on hedging, as plain data with public fields. Nothing is checked before [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long after one request the next is sent while none has answered; zero: all at once. Default: 2 s (Polly,
    /// `HedgingConstants.cs`).
    pub delay: Duration,
    /// Requests in all, the first included; 1 to [`MOST`]. Default: 2 (Polly's first and one more).
    pub most: u32,
    /// Whether a request that fails is followed by the next at once (gRPC, Polly) or when the delay has passed; if none
    /// is under way any more the next is sent at once in either case. Default: at once.
    pub hurries: bool,
}

impl Settings {
    /// The example of gRPC's proposal A6: 4 requests, one every half second.
    pub const GRPC: Self = Self { delay: Duration::from_millis(500), most: 4, hurries: true };
}

impl Default for Settings {
    fn default() -> Self {
        Self { delay: Duration::from_secs(2), most: 2, hurries: true }
    }
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
        time("delay", settings.delay, 0, u64::MAX)?;
        count("most", settings.most, 1, MOST)?;
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

/// Why settings were turned down.
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
