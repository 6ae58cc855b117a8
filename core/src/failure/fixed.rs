//! A fixed timeout.

use core::time::Duration;

use super::event::{Event, Opinion, Reason};
use crate::quantity::{OutOfRange, time};
use crate::time::Instant;

/// A timeout that was found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedConfig {
    timeout: u64,
}

impl FixedConfig {
    /// Checks a timeout: how long without a heartbeat is too long; from 1 ns to `u64::MAX` of them.
    ///
    /// # Errors
    /// It is out of its range.
    pub fn new(timeout: Duration) -> Result<Self, OutOfRange> {
        Ok(Self { timeout: time("timeout", timeout, 1, u64::MAX)? })
    }

    /// The timeout.
    pub const fn timeout(&self) -> Duration {
        Duration::from_nanos(self.timeout)
    }
}

/// Suspects a peer from which no heartbeat has come for a fixed time, and trusts it again at the next one.
///
/// A crash is found between the timeout less an interval and the timeout after it, give or take the way; a heartbeat that
/// comes later than the timeout after the one before it is a false suspicion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    config: FixedConfig,
    /// When the last heartbeat came, or the beginning.
    heard: Instant,
    /// Since when it is suspected.
    suspected: Option<Instant>,
    latest: Instant,
}

impl Fixed {
    /// A detector that trusts its peer, and gives it from `now` the timeout for its first heartbeat.
    pub const fn new(config: FixedConfig, now: Instant) -> Self {
        Self { config, heard: now, suspected: None, latest: now }
    }

    /// A heartbeat has come.
    pub fn on_heartbeat(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        self.handle_timeout(now, sink);
        let now = self.latest;
        if let Some(since) = self.suspected.take() {
            let reason = Reason::Heartbeat { silent: now.since(self.heard), suspected: now.since(since) };
            sink(Event { at: now, opinion: Opinion::Trusted, reason });
        }
        self.heard = now;
    }

    /// When it will suspect its peer if no heartbeat comes; `None` while it does.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.suspected.is_some() { None } else { Some(self.heard + self.config.timeout()) }
    }

    /// Suspects the peer if it has been silent for too long.
    pub fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        let told = self.latest;
        self.latest = self.latest.max(now);
        if let Some(due) = self.poll_timeout()
            && due <= self.latest
        {
            // Not before what has been told already, where the timeout was shortened.
            let at = due.max(told);
            self.suspected = Some(at);
            let reason = Reason::Silent { silent: at.since(self.heard), timeout: self.config.timeout() };
            sink(Event { at, opinion: Opinion::Suspected, reason });
        }
    }

    /// Goes on with another timeout, which holds for the silence there is now too.
    pub fn reconfigure(&mut self, config: FixedConfig, now: Instant, sink: &mut impl FnMut(Event)) {
        self.handle_timeout(now, sink);
        self.config = config;
        self.handle_timeout(now, sink);
    }

    /// What it thinks of its peer, as of the last verb.
    pub const fn opinion(&self) -> Opinion {
        if self.suspected.is_some() { Opinion::Suspected } else { Opinion::Trusted }
    }

    /// When the last heartbeat came; before the first, when the watching began.
    pub const fn heard(&self) -> Instant {
        self.heard
    }

    /// What it runs on.
    pub const fn config(&self) -> &FixedConfig {
        &self.config
    }
}
