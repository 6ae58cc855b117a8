//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a store, as plain data with public fields. Nothing is checked before [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an answer is kept, from when it was given; above zero. At exactly its end it is gone. It must be longer
    /// than clients may send a request again. Default: 24 hours.
    pub ttl: Duration,
    /// How long a request may be in flight before it counts as lost, and the next one with its key is executed; above
    /// zero. If the first was merely slow it is then done twice: choose it longer than the work can take. Default: never.
    pub lease: Option<Duration>,
    /// How many keys there are at a time, in flight and done; at least 1, at most the `N` of the
    /// [`Store`](super::Store). Default: 1000.
    pub capacity: u32,
    /// What a second request gets while the first is in flight. Default: it waits.
    pub in_flight: InFlight,
    /// What a new key does to a store that is full of keys that have not expired. Default: it is refused.
    pub when_full: WhenFull,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(24 * 60 * 60),
            lease: None,
            capacity: 1000,
            in_flight: InFlight::Wait,
            when_full: WhenFull::Refuse,
        }
    }
}

/// What a second request with a key gets while the first is in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum InFlight {
    /// It waits for the first one's answer ([`Begun::Wait`](super::Begun::Wait)).
    #[default]
    Wait,
    /// It is refused, and its client may come again ([`Refused::InFlight`](super::Refused::InFlight), HTTP 409).
    Refuse,
}

/// What a new key does to a store that is full of keys that have not expired. A request in flight is never put out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// It is refused: no promise is broken, and nothing new is done.
    #[default]
    Refuse,
    /// The oldest answer is forgotten; its request would be done again.
    EvictOldest,
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    settings: Settings,
}

impl Config {
    /// Checks settings. Whether the keys fit is for the [`Store`](super::Store), which has a size, to say.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`Settings`].
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        time("ttl", settings.ttl, 1, u64::MAX)?;
        if let Some(lease) = settings.lease {
            time("lease", lease, 1, u64::MAX)?;
        }
        count("capacity", settings.capacity, 1, u32::MAX)?;
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the keys fit into `size`.
    pub(super) fn fits(&self, size: usize) -> Result<(), ConfigError> {
        count("capacity", self.settings.capacity, 1, u32::try_from(size).unwrap_or(u32::MAX))?;
        Ok(())
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
