//! The token quota of the AWS SDKs.

use super::{Cause, Refused};

/// What a [`Quota`] holds and asks for, in whole tokens. Any numbers will do: a retry that costs more than there can be
/// is never permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaConfig {
    /// The most it holds, and what it starts with.
    pub capacity: u32,
    /// What a retry after a failure costs.
    pub failure: u32,
    /// What a retry after a timeout costs.
    pub timeout: u32,
    /// What a retry after a throttling answer costs.
    pub throttled: u32,
    /// What a request that succeeds at once gives.
    pub unused_refund: u32,
}

impl QuotaConfig {
    /// The SDKs' standard mode since 10 November 2026 (botocore 1.44, `retries/quota.py`, `standard.py`).
    pub const AWS: Self = Self { capacity: 500, failure: 14, timeout: 14, throttled: 5, unused_refund: 1 };
    /// The same before that day.
    pub const AWS_BEFORE_NOV_2026: Self =
        Self { capacity: 500, failure: 5, timeout: 10, throttled: 5, unused_refund: 1 };

    /// What a retry costs.
    pub const fn cost(&self, cause: Cause) -> u32 {
        match cause {
            Cause::Failure => self.failure,
            Cause::Timeout => self.timeout,
            Cause::Throttled => self.throttled,
        }
    }
}

/// A bucket of tokens that retries are paid from, one a client: success pays back what its last retry took, final
/// failure pays nothing. So a client whose retries help is not limited, and one whose retries do not soon stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    config: QuotaConfig,
    tokens: u32,
}

/// What the last permitted retry of a request took. Hand it to [`Quota::on_success`], or drop it when the request has
/// failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken(u32);

impl Quota {
    /// A full quota.
    pub const fn new(config: QuotaConfig) -> Self {
        Self { config, tokens: config.capacity }
    }

    /// Takes the cost of a retry. What it took replaces what an earlier retry of the same request took.
    ///
    /// # Errors
    /// There are not as many tokens; none has been taken.
    pub const fn try_retry(&mut self, cause: Cause) -> Result<Taken, Refused> {
        self.try_take(self.config.cost(cause))
    }

    /// [`Quota::try_retry`] for a cost of the caller's own.
    ///
    /// # Errors
    /// There are not as many tokens; none has been taken.
    pub const fn try_take(&mut self, cost: u32) -> Result<Taken, Refused> {
        match self.tokens.checked_sub(cost) {
            Some(rest) => {
                self.tokens = rest;
                Ok(Taken(cost))
            }
            None => Err(Refused::Quota { tokens: self.tokens, cost }),
        }
    }

    /// A request succeeded: it gives back what its last retry took, or the refund of one that took nothing.
    pub fn on_success(&mut self, taken: Option<Taken>) {
        let refund = taken.map_or(self.config.unused_refund, |taken| taken.0);
        self.tokens = self.tokens.saturating_add(refund).min(self.config.capacity);
    }

    /// What there is.
    pub const fn tokens(&self) -> u32 {
        self.tokens
    }

    /// What it runs on.
    pub const fn config(&self) -> &QuotaConfig {
        &self.config
    }
}
