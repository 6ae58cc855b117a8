//! What goes into the retry and comes out of it.

use core::fmt;
use core::time::Duration;

use crate::quantity::Span;
use crate::time::Instant;

/// How an attempt went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed in a way that another attempt may mend.
    Failure {
        /// How long the server asks to wait, as HTTP's `Retry-After` does. The backoff cuts it
        /// ([`hint_slack`](crate::backoff::Settings::hint_slack)).
        retry_after: Option<Duration>,
    },
    /// It took longer than it may, and nobody waits for it any more; what became of it is not known.
    TimedOut,
    /// It failed in a way that no other attempt mends: passed on at once.
    Fatal,
    /// A breaker refused it: no call was made.
    Refused {
        /// A hint, as above; the rest of the breaker's wait is one
        /// ([`Rejected::retry_after`](crate::breaker::Rejected::retry_after)).
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    /// It failed, and nobody says when to come back.
    pub const FAILED: Self = Self::Failure { retry_after: None };
    /// A breaker refused it, and nobody says when to come back.
    pub const REFUSED: Self = Self::Refused { retry_after: None };
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded: pass the answer on.
    Done,
    /// Make the next attempt at this time.
    Wait {
        /// When.
        until: Instant,
        /// How long that is from now.
        wait: Duration,
    },
    /// Pass the last attempt's failure on.
    GiveUp {
        /// Why there is no other attempt.
        reason: GiveUp,
        /// How the last attempt went.
        last: Outcome,
    },
}

/// Why there is no other attempt. `Display` makes the sentence, in lower case and without a full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GiveUp {
    /// The failure is fatal.
    Fatal,
    /// A breaker refused the attempt, and [`retries_refusals`](super::Settings::retries_refusals) is off.
    Refused,
    /// There were as many attempts as there may be.
    Attempts {
        /// How many.
        attempts: u32,
    },
    /// The backoff gives no wait ([`max_delays`](crate::backoff::Settings::max_delays),
    /// [`total`](crate::backoff::Settings::total)).
    NoWait {
        /// How many it has given.
        given: u32,
    },
    /// After the wait that would come now, the total time would be over.
    TotalTime {
        /// The limit.
        limit: Duration,
        /// The wait.
        wait: Duration,
    },
    /// The retry budget refused it.
    Budget,
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fatal => f.write_str("no other attempt would mend this failure"),
            Self::Refused => f.write_str("the breaker refused the attempt, and that is final"),
            Self::Attempts { attempts: 1 } => f.write_str("there is only one attempt"),
            Self::Attempts { attempts } => write!(f, "all {attempts} attempts are used up"),
            Self::NoWait { given } => write!(f, "the backoff gives no wait after {given} of them"),
            Self::TotalTime { limit, wait } => {
                write!(f, "after another wait of {:.3} the limit of {} would be over", Span(wait), Span(limit))
            }
            Self::Budget => f.write_str("the retry budget refuses another attempt"),
        }
    }
}
