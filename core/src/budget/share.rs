//! Envoy's retry budget: a share of what is under way.

use super::Refused;

/// What a [`Share`] counts with. Any numbers will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareConfig {
    /// How many retries at a time a hundred requests under way permit.
    pub percent: u32,
    /// How many are permitted however few requests there are.
    pub at_least: u32,
}

impl ShareConfig {
    /// Envoy's defaults (`circuit_breaker.proto`, `RetryBudget`).
    pub const ENVOY: Self = Self { percent: 20, at_least: 3 };

    /// How many retries may be under way beside so many requests: the percentage rounded down, or the floor.
    pub fn most(&self, active: u32) -> u32 {
        let share = u64::from(active) * u64::from(self.percent) / 100;
        u32::try_from(share).unwrap_or(u32::MAX).max(self.at_least)
    }
}

/// The retries under way, held against the requests under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    config: ShareConfig,
    retrying: u32,
}

impl Share {
    /// No retry is under way.
    pub const fn new(config: ShareConfig) -> Self {
        Self { config, retrying: 0 }
    }

    /// A retry begins, if it may; `active` are the requests under way or waiting for a place, retries among them.
    ///
    /// # Errors
    /// As many retries are under way as may be.
    pub fn try_retry(&mut self, active: u32) -> Result<(), Refused> {
        let most = self.config.most(active);
        if self.retrying >= most {
            return Err(Refused::Share { retrying: self.retrying, most });
        }
        self.retrying += 1;
        Ok(())
    }

    /// A retry that was permitted has ended, in whatever way.
    pub const fn on_retry_end(&mut self) {
        self.retrying = self.retrying.saturating_sub(1);
    }

    /// How many retries are under way.
    pub const fn retrying(&self) -> u32 {
        self.retrying
    }

    /// What it runs on.
    pub const fn config(&self) -> &ShareConfig {
        &self.config
    }
}
