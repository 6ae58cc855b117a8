//! What is wrong with a budget's numbers, and why it refuses.

use core::fmt;
use core::time::Duration;

use crate::quantity::{OutOfRange, Span, decimal};

/// Why numbers were turned down. Fields have the names of `tests/conformance/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value outside its range.
    OutOfRange(OutOfRange),
    /// A window that is not a whole number of nanoseconds a bucket.
    UnevenBuckets {
        /// Which one.
        field: &'static str,
        /// How long it is.
        length: Duration,
        /// Its buckets, of which the length in nanoseconds must be a multiple.
        buckets: u32,
    },
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
            Self::UnevenBuckets { field, length, buckets } => {
                let length = Span(*length);
                write!(f, "{field} is {length}, not a whole number of nanoseconds for each of {buckets} buckets")
            }
        }
    }
}

impl core::error::Error for ConfigError {}

/// There must be no retry now. `Display` makes the sentence, in lower case and without a full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// A [`Quota`](super::Quota) holds too little.
    Quota {
        /// What it holds.
        tokens: u32,
        /// What the retry would cost.
        cost: u32,
    },
    /// A [`TokenRatio`](super::TokenRatio) is at its floor or below; thousandths of a token.
    TokenRatio {
        /// What it holds.
        tokens: u32,
        /// What it must hold more than.
        floor: u32,
    },
    /// A [`Deposit`](super::Deposit) does not cover one.
    Deposit {
        /// What it holds, in billionths of a retry; below zero is what it owes ([`Deposit::net`](super::Deposit::net)).
        balance: i64,
    },
    /// A [`Share`](super::Share) is used up.
    Share {
        /// Retries under way.
        retrying: u32,
        /// How many may be.
        most: u32,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Quota { tokens, cost } => {
                let s = if tokens == 1 { "" } else { "s" };
                write!(f, "the quota holds {tokens} token{s}; a retry costs {cost}")
            }
            Self::TokenRatio { tokens, floor } => {
                f.write_str("there are ")?;
                decimal(f, u64::from(tokens), 3)?;
                f.write_str(" tokens; retries need more than ")?;
                decimal(f, u64::from(floor), 3)
            }
            Self::Deposit { balance } => {
                f.write_str(if balance < 0 { "the budget is overdrawn by " } else { "the budget holds " })?;
                // Hundredths, rounded down: what is short of a retry shall not read as one.
                decimal(f, balance.unsigned_abs() / 10_000_000, 2)?;
                f.write_str(" of a retry")
            }
            Self::Share { retrying, most } => {
                let are = if retrying == 1 { "retry is" } else { "retries are" };
                write!(f, "{retrying} {are} under way; there may be {most}")
            }
        }
    }
}

impl core::error::Error for Refused {}
