//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a bulkhead, as plain data with public fields. Nothing is checked before
/// [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Slots: how many calls run at a time. With none nothing runs, and what may wait waits. Default: 25, as in
    /// resilience4j's semaphore (`BulkheadConfig.java`).
    pub parallel: u32,
    /// Places: how many calls wait at a time, at most the `N` of the [`Bulkhead`](super::Bulkhead). Default: none.
    pub queue: u32,
    /// How long a call waits at most; the call that has waited so long gives up, also when a slot is freed at that very
    /// instant. With zero no call waits, whatever [`Settings::queue`] says. Default: no limit.
    pub max_wait: Option<Duration>,
    /// Where the slot goes when the caller of a running call waits no longer. Default: it stays with the work.
    pub on_timeout: OnTimeout,
}

impl Settings {
    /// A semaphore: whoever finds no permit free waits for one, up to `max_wait`, in a line of `queue` places.
    pub const fn semaphore(parallel: u32, queue: u32, max_wait: Duration) -> Self {
        Self { parallel, queue, max_wait: Some(max_wait), on_timeout: OnTimeout::HoldsSlot }
    }

    /// A pool of so many threads with a bounded queue, in which work waits without a limit. (A pool that grows begins
    /// its further threads only when the queue is full; this one is fixed.)
    pub const fn pool(threads: u32, queue: u32) -> Self {
        Self { parallel: threads, queue, max_wait: None, on_timeout: OnTimeout::HoldsSlot }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { parallel: 25, queue: 0, max_wait: None, on_timeout: OnTimeout::HoldsSlot }
    }
}

/// What a caller that waits no longer does to the slot of its call, whose work goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnTimeout {
    /// The slot stays in use until the work has ended: there is never more at work than there are slots, but slots can
    /// all be held by work that nobody waits for (a thread pool whose threads cannot be stopped).
    #[default]
    HoldsSlot,
    /// The slot is free at once, as where a timeout inside the bulkhead ends the waiting and not the work: nobody is
    /// kept out by forgotten work, but more is at work than there are slots.
    FreesSlot,
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    settings: Settings,
}

impl Config {
    /// Checks settings. Any number of slots and places will do; whether the places fit is for the
    /// [`Bulkhead`](super::Bulkhead), which has a size, to say.
    ///
    /// # Errors
    /// [`Settings::max_wait`] is over `u64::MAX` nanoseconds, about 584 years.
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        if let Some(wait) = settings.max_wait {
            time("max_wait", wait, 0, u64::MAX)?;
        }
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many calls can wait: none where no wait is permitted.
    pub(super) fn places(&self) -> u32 {
        if self.settings.max_wait == Some(Duration::ZERO) { 0 } else { self.settings.queue }
    }

    /// Whether the places fit into `size`.
    pub(super) fn fits(&self, size: usize) -> Result<(), ConfigError> {
        count("queue", self.settings.queue, 0, u32::try_from(size).unwrap_or(u32::MAX))?;
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
