//! Deadlines: a time by which the answer must be there, which travels with the call.
//!
//! A timeout begins anew at each hop; a [`Deadline`] does not. Each hop gets the least of its own timeout and what
//! remains, less a margin for the way back ([`Deadline::for_hop`]), and work that cannot be done in that time is not
//! begun ([`TooLate`]): nobody would wait for its answer. gRPC passes deadlines on so, as the time that is left
//! (`grpc-timeout`), because clocks differ; *Site Reliability Engineering*, chapter "Addressing Cascading Failures",
//! calls it deadline propagation.
//!
//! What a chain of hops takes at worst is not the first timeout: each layer of retries multiplies it. [`Worst`] works it
//! out from the retries' own settings, and how many calls reach the bottom.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::deadline::{Deadline, Hop, Worst};
//! use halfopen_core::{Instant, backoff, retry};
//!
//! let deadline = Deadline::after(Instant::ZERO, Duration::from_secs(1));
//! let hop = Hop {
//!     timeout: Some(Duration::from_millis(800)),
//!     margin: Duration::from_millis(50),
//!     needs: Duration::from_millis(100),
//! };
//! assert_eq!(deadline.for_hop(&hop, Instant::ZERO)?, Some(Duration::from_millis(800)));
//! assert_eq!(deadline.for_hop(&hop, Instant::from_millis(600))?, Some(Duration::from_millis(350)));
//! let too_late = deadline.for_hop(&hop, Instant::from_millis(900)).unwrap_err();
//! assert_eq!(too_late.to_string(), "50 ms are left for the work; it needs 100 ms");
//!
//! // Three attempts of at most 2 s each, with waits of 100 ms and 200 ms between them, and around them three more.
//! let doubling = backoff::Kind::Exponential { base: Duration::from_millis(100), factor_permille: 2000 };
//! let settings = retry::Settings {
//!     backoff: backoff::Settings::plain(doubling),
//!     attempt_timeout: Some(Duration::from_secs(2)),
//!     ..retry::Settings::default()
//! };
//! let inner = retry::Config::new(settings)?;
//! let outer = retry::Config::new(retry::Settings { attempt_timeout: None, ..settings })?;
//! let worst = Worst::of_a_call(None).behind(&inner);
//! assert_eq!((worst.time, worst.calls), (Some(Duration::from_millis(6_300)), 3));
//! let worst = worst.behind(&outer);
//! assert_eq!((worst.time, worst.calls), (Some(Duration::from_millis(19_200)), 9));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod worst;

use core::fmt;
use core::time::Duration;

use crate::quantity::Span;
use crate::time::Instant;

pub use worst::Worst;

/// When the answer must be there, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Deadline(Option<Instant>);

/// What a hop takes of a deadline. All lengths of time will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// The hop's own timeout. `None`: as long as the deadline leaves.
    pub timeout: Option<Duration>,
    /// What is kept back for the way there and back and for what is to be done with the answer.
    pub margin: Duration,
    /// The least that the work takes: with less it is not begun. Zero: begin whenever anything is left.
    pub needs: Duration,
}

impl Deadline {
    /// No deadline.
    pub const NEVER: Self = Self(None);

    /// The answer must be there before `at`.
    pub const fn at(at: Instant) -> Self {
        Self(Some(at))
    }

    /// The answer must be there before `length` has passed, as at the receiver of a call that brought along how much is
    /// left. [`Deadline::NEVER`] past [`Instant::MAX`].
    pub fn after(now: Instant, length: Duration) -> Self {
        Self(now.checked_add(length))
    }

    /// When it is over.
    pub const fn instant(self) -> Option<Instant> {
        self.0
    }

    /// What remains at `now`, zero when it is over; `None` without a deadline.
    pub fn remaining(self, now: Instant) -> Option<Duration> {
        self.0.map(|at| at - now)
    }

    /// Whether it is over: at its very instant it is.
    pub fn is_over(self, now: Instant) -> bool {
        self.0.is_some_and(|at| at <= now)
    }

    /// The earlier of the two.
    pub fn earlier(self, other: Self) -> Self {
        Self(match (self.0, other.0) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        })
    }

    /// How much the next hop gets: the least of its own timeout and what remains less the margin. `None`: there is
    /// neither deadline nor timeout.
    ///
    /// # Errors
    /// Nothing is left for it, or less than the work needs: it must not be begun.
    pub fn for_hop(self, hop: &Hop, now: Instant) -> Result<Option<Duration>, TooLate> {
        let left = self.remaining(now).map(|remaining| remaining.saturating_sub(hop.margin));
        let given = match (left, hop.timeout) {
            (Some(left), Some(timeout)) => left.min(timeout),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Ok(None),
        };
        if given.is_zero() || given < hop.needs {
            return Err(TooLate { left: given, needs: hop.needs });
        }
        Ok(Some(given))
    }

    /// The deadline of the next hop, by this clock: [`Deadline::for_hop`] from `now` on. It is never later than this
    /// one, and earlier by the margin at least.
    ///
    /// # Errors
    /// As there.
    pub fn next(self, hop: &Hop, now: Instant) -> Result<Self, TooLate> {
        Ok(self.for_hop(hop, now)?.map_or(Self::NEVER, |given| Self::after(now, given)))
    }
}

/// The work must not be begun: it would not be done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate {
    /// What is left for it, the margin apart; zero: nothing.
    pub left: Duration,
    /// What it needs at least.
    pub needs: Duration,
}

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left.is_zero() {
            return f.write_str("no time is left for the work");
        }
        write!(f, "{:.3} are left for the work; it needs {}", Span(self.left), Span(self.needs))
    }
}

impl core::error::Error for TooLate {}
