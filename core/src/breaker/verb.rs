//! What goes into the breaker's verbs and comes out of them.

use core::fmt;
use core::time::Duration;

use super::settings::State;
use crate::quantity::Span;
use crate::time::Instant;

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// It says nothing about the health of what was called (a client's own mistake, say): never recorded, never
    /// judged, unless [`Ignored::CountsAsSuccess`](super::Ignored::CountsAsSuccess) says so for `half_open`.
    Ignored,
}

/// Permission for one call. Hand it back with its result, or without one through
/// [`Breaker::release`](super::Breaker::release): one that is dropped blocks its place in `half_open` until the stay
/// ends.
///
/// It is good for the breaker that gave it. `Clone` is there for copies of a whole simulation; handing back both a
/// permit and its clone counts one call twice.
#[must_use = "hand the permit back with on_success, on_failure, on_ignored, on_result or release"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The stay in a state that granted it.
    pub(super) stay: u64,
    pub(super) asked: Instant,
}

impl Permit {
    /// When it was granted.
    pub const fn asked(&self) -> Instant {
        self.asked
    }

    /// The stay in a state that granted it; [`Breaker::stay`](super::Breaker::stay) is the present one.
    pub const fn stay(&self) -> u64 {
        self.stay
    }
}

/// An ask was refused: the call must not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The state that refused: `open`, `half_open` or `forced_open`.
    pub state: State,
    /// In `open`: the rest of the wait, zero at its exact end where the wait must be passed
    /// ([`Settings::wait_over`](super::Settings::wait_over)). Else `None`: it depends on calls, or on people.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.state, self.retry_after) {
            (_, Some(rest)) => write!(f, "the breaker is open; {:.3} of its wait remain", Span(rest)),
            (State::HalfOpen, None) => f.write_str("the breaker is half-open and has no permit left for another probe"),
            (state, None) => write!(f, "the breaker is {state}"),
        }
    }
}

impl core::error::Error for Rejected {}

/// The breaker does not go by hand from the one state to the other; nothing has changed.
///
/// Refused are `closed` and `metrics_only` to `half_open`, and `metrics_only` to `open`, as in resilience4j.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForceRefused {
    /// The state it is in.
    pub from: State,
    /// The state it was to enter.
    pub to: State,
}

impl fmt::Display for ForceRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a breaker cannot be forced from {} into {}", self.from, self.to)
    }
}

impl core::error::Error for ForceRefused {}
