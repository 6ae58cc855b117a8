//! What comes out of the store's verbs.

use core::fmt;
use core::time::Duration;

use crate::time::Instant;

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun<T> {
    /// Do it, and tell how it went.
    Execute(Ticket),
    /// It is done: pass this on.
    Done {
        /// The answer, as it was given first.
        answer: T,
        /// How long ago.
        age: Duration,
    },
    /// Another one is doing it: ask again when that has ended.
    Wait {
        /// Since when.
        since: Instant,
    },
}

/// The right to do a request. Hand it back with [`Store::complete`](super::Store::complete) or
/// [`Store::abort`](super::Store::abort): the key of one that is dropped stays in flight until its lease ends, or for
/// ever.
///
/// It is good for the store that gave it. `Clone` is there for copies of a whole simulation.
#[must_use = "hand the ticket back with complete or abort"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) place: usize,
    pub(super) execution: u64,
}

/// A request must not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Another one is doing it ([`InFlight::Refuse`](super::InFlight::Refuse)). HTTP: 409.
    InFlight {
        /// Since when.
        since: Instant,
    },
    /// The key was used for another payload: the client has made a mistake. HTTP: 422.
    OtherPayload,
    /// The store is full, and nothing in it may be put out.
    Full {
        /// How many keys it has.
        keys: u32,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InFlight { since } => write!(f, "a request with this key is in flight since {since}"),
            Self::OtherPayload => f.write_str("this key was used for another payload"),
            Self::Full { keys: 1 } => f.write_str("the store is full with 1 key"),
            Self::Full { keys } => write!(f, "the store is full with {keys} keys"),
        }
    }
}

impl core::error::Error for Refused {}

/// A result came too late to be kept: its lease had ended, and its key or its place was given to another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded;

impl fmt::Display for Superseded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lease had ended, and another request has taken the place of this one")
    }
}

impl core::error::Error for Superseded {}
