//! gRPC's retry throttling.

use super::{ConfigError, Refused};
use crate::quantity::thousandths;

/// What a [`TokenRatio`] counts with, in thousandths of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRatioConfig {
    /// The most it holds, and what it starts with; above zero. gRPC permits up to 1000 tokens.
    pub max: u32,
    /// What a success gives.
    pub per_success: u32,
    /// What a failure takes.
    pub per_failure: u32,
    /// Retries are permitted while there is more than this.
    pub floor: u32,
}

impl TokenRatioConfig {
    /// The example of gRPC's proposal A6 ("gRPC Retry Design", `retryThrottling`): 10 tokens, a tenth for a success, one
    /// for a failure, and the floor that is fixed at half.
    pub const GRPC: Self = Self { max: 10_000, per_success: 100, per_failure: 1000, floor: 5000 };
}

/// Tokens that failures take and successes give back, first attempts and retries alike; a retry itself takes none. When
/// more than a share of all attempts fails (per_success to per_failure: a tenth in the example), retries stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRatio {
    config: TokenRatioConfig,
    tokens: u32,
}

impl TokenRatio {
    /// Full of tokens.
    ///
    /// # Errors
    /// `max` is zero.
    pub fn new(config: TokenRatioConfig) -> Result<Self, ConfigError> {
        thousandths("max", config.max, 1, u32::MAX)?;
        Ok(Self { config, tokens: config.max })
    }

    /// Whether there may be a retry now. Takes nothing.
    ///
    /// # Errors
    /// The tokens are not above the floor.
    pub const fn try_retry(&self) -> Result<(), Refused> {
        if self.tokens > self.config.floor {
            return Ok(());
        }
        Err(Refused::TokenRatio { tokens: self.tokens, floor: self.config.floor })
    }

    /// An attempt succeeded.
    pub fn on_success(&mut self) {
        self.tokens = self.tokens.saturating_add(self.config.per_success).min(self.config.max);
    }

    /// An attempt failed, a first one or a retry.
    pub const fn on_failure(&mut self) {
        self.tokens = self.tokens.saturating_sub(self.config.per_failure);
    }

    /// What there is, in thousandths of a token.
    pub const fn tokens(&self) -> u32 {
        self.tokens
    }

    /// What it runs on.
    pub const fn config(&self) -> &TokenRatioConfig {
        &self.config
    }
}
