//! What happened, when, and why: the reason as data, and the sentence made from it.

use core::fmt;
use core::time::Duration;

use super::settings::{Compare, State};
use crate::quantity::{Span, decimal};
use crate::time::Instant;

/// Something that happened in a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When; never earlier than the event before it.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A success was recorded.
    Success,
    /// A failure was recorded.
    Failure,
    /// A result was ignored.
    Ignored,
    /// An ask was refused in `open` or `half_open`.
    NotPermitted,
    /// The trip was found fulfilled; once per stay in `closed` or `metrics_only`.
    FailuresExceeded(Reason),
    /// Too many calls were found slow; once per stay in `closed` or `metrics_only`.
    SlowExceeded(Reason),
    /// The state changed.
    Transition {
        /// The state that was left.
        from: State,
        /// The state that was entered.
        to: State,
        /// Why.
        reason: Reason,
    },
    /// So many timed transitions, between `open` and `half_open` and back, were worked out at once instead of being
    /// told one by one, because nobody had looked for more than [`CYCLES_TOLD`](super::CYCLES_TOLD) of their cycles.
    Skipped {
        /// How many; even, so the state is `open` before and after.
        transitions: u64,
    },
}

impl EventKind {
    /// The reason, where there is one.
    pub const fn reason(&self) -> Option<&Reason> {
        match self {
            Self::FailuresExceeded(reason) | Self::SlowExceeded(reason) | Self::Transition { reason, .. } => {
                Some(reason)
            }
            Self::Success | Self::Failure | Self::Ignored | Self::NotPermitted | Self::Skipped { .. } => None,
        }
    }
}

impl fmt::Display for EventKind {
    /// The name used in `tests/conformance/README.md`, such as `failures_exceeded` or `closed>open`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Failure => f.write_str("failure"),
            Self::Ignored => f.write_str("ignored"),
            Self::NotPermitted => f.write_str("not_permitted"),
            Self::FailuresExceeded(_) => f.write_str("failures_exceeded"),
            Self::SlowExceeded(_) => f.write_str("slow_exceeded"),
            Self::Transition { from, to, .. } => write!(f, "{from}>{to}"),
            Self::Skipped { transitions } => write!(f, "skipped {transitions} transitions"),
        }
    }
}

/// Why something was decided: which rule, and the numbers it was applied to.
///
/// `Display` makes the sentence, in lower case and without a full stop: "3 failures in a row; the threshold is 3".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// [`Trip::Consecutive`](super::Trip::Consecutive) was fulfilled.
    Consecutive {
        /// Failures in a row.
        failures: u64,
        /// How many are too many.
        threshold: u32,
    },
    /// [`Trip::Failures`](super::Trip::Failures) was fulfilled.
    Failures {
        /// Failures in the window.
        failures: u64,
        /// Results in the window.
        recorded: u64,
        /// How many failures are too many.
        threshold: u32,
    },
    /// [`Trip::Rate`](super::Trip::Rate) was fulfilled.
    FailureRate {
        /// Failures in the window.
        failed: u64,
        /// Results in the window.
        recorded: u64,
        /// The threshold in percent.
        percent: u32,
        /// Whether reaching it is enough.
        compare: Compare,
    },
    /// Too many calls in the window, or too many probes, were slow.
    SlowRate {
        /// Slow calls in the window or in the stay in `half_open`.
        slow: u64,
        /// Results there.
        recorded: u64,
        /// The threshold in percent; reaching it is too much.
        percent: u32,
        /// What makes a call slow.
        longer_than: Duration,
        /// The wait that follows, when it was probes.
        wait: Option<Wait>,
    },
    /// `open` had lasted long enough.
    WaitOver {
        /// How long it had to wait.
        wait: Duration,
        /// How long it has been open.
        waited: Duration,
    },
    /// As many probes failed as [`Decide::Numbers`](super::Decide::Numbers) reopens at.
    ProbeFailed {
        /// Failures of this stay.
        failures: u64,
        /// How many reopen.
        threshold: u32,
        /// The wait that follows.
        wait: Wait,
    },
    /// As many probes succeeded as [`Decide::Numbers`](super::Decide::Numbers) closes at.
    ProbesSucceeded {
        /// Successes of this stay.
        successes: u64,
        /// How many close.
        threshold: u32,
    },
    /// The share of failed probes reopened it ([`Decide::Rate`](super::Decide::Rate)).
    ProbesFailed {
        /// Failures of this stay.
        failed: u64,
        /// Results of this stay.
        recorded: u64,
        /// The number of results they are held against: those of the stay, or, early, all that were planned.
        of: u64,
        /// The threshold in percent.
        percent: u32,
        /// Whether reaching it is enough.
        compare: Compare,
        /// The wait that follows.
        wait: Wait,
    },
    /// The share of failed probes let it close ([`Decide::Rate`](super::Decide::Rate)).
    ProbesPassed {
        /// Failures of this stay.
        failed: u64,
        /// Results of this stay.
        recorded: u64,
        /// The threshold in percent.
        percent: u32,
        /// Whether reaching it would have been too much.
        compare: Compare,
    },
    /// `half_open` lasted as long as it may without a decision.
    HalfOpenExpired {
        /// How long that is.
        after: Duration,
        /// The wait that follows, when it reopens.
        wait: Option<Wait>,
    },
    /// Somebody forced it.
    Forced,
}

/// The wait that begins with a reopening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How long it is.
    pub next: Duration,
    /// The wait of the opening before, if there was one.
    pub last: Option<Duration>,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) if last == self.next => write!(f, ", so the {} wait starts over", Span(self.next)),
            Some(last) => write!(f, ", so a wait of {} starts (the last one was {})", Span(self.next), Span(last)),
            None => write!(f, ", so a wait of {} starts", Span(self.next)),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Consecutive { failures, threshold } => {
                write!(f, "{failures} failure{} in a row; the threshold is {threshold}", plural(failures))
            }
            Self::Failures { failures, recorded, threshold } => {
                write!(f, "{failures} of {recorded} call{} failed; the threshold is {threshold}", plural(recorded))
            }
            Self::FailureRate { failed, recorded, percent, compare } => {
                write!(f, "{failed} of {recorded} call{} failed ({})", plural(recorded), Percent(failed, recorded))?;
                threshold(f, percent, compare)
            }
            Self::SlowRate { slow, recorded, percent, longer_than, wait } => {
                let what = if wait.is_some() { "probe" } else { "call" };
                let (s, span, share) = (plural(recorded), Span(longer_than), Percent(slow, recorded));
                write!(f, "{slow} of {recorded} {what}{s} took longer than {span} ({share})")?;
                threshold(f, percent, Compare::AtLeast)?;
                wait.map_or(Ok(()), |wait| write!(f, "{wait}"))
            }
            Self::WaitOver { wait, waited } if wait == waited => write!(f, "the {} wait is over", Span(wait)),
            Self::WaitOver { wait, waited } => {
                write!(f, "the {} wait is over; it was open for {:.3}", Span(wait), Span(waited))
            }
            Self::ProbeFailed { failures: 1, threshold: 1, wait } => write!(f, "the probe failed{wait}"),
            Self::ProbeFailed { failures, threshold, wait } => {
                write!(f, "{failures} probe{} failed; the threshold is {threshold}{wait}", plural(failures))
            }
            Self::ProbesSucceeded { successes: 1, threshold: 1 } => f.write_str("the probe succeeded"),
            Self::ProbesSucceeded { successes, threshold } => {
                write!(f, "{successes} probe{} succeeded; the threshold is {threshold}", plural(successes))
            }
            Self::ProbesFailed { failed, recorded, of, percent, compare, wait } => {
                if of == recorded {
                    write!(
                        f,
                        "{failed} of {recorded} probe{} failed ({})",
                        plural(recorded),
                        Percent(failed, recorded)
                    )?;
                } else {
                    let s = plural(recorded);
                    write!(f, "{failed} of {recorded} probe{s} failed, which is {} of all {of}", Percent(failed, of))?;
                }
                threshold(f, percent, compare)?;
                write!(f, "{wait}")
            }
            Self::ProbesPassed { failed: 0, recorded: 1, .. } => f.write_str("the probe succeeded"),
            Self::ProbesPassed { failed, recorded, percent, compare } => {
                write!(f, "{failed} of {recorded} probe{} failed ({})", plural(recorded), Percent(failed, recorded))?;
                threshold(f, percent, compare)
            }
            Self::HalfOpenExpired { after, wait } => {
                write!(f, "half-open for {} without a decision, which is the limit", Span(after))?;
                wait.map_or(Ok(()), |wait| write!(f, "{wait}"))
            }
            Self::Forced => f.write_str("forced by hand"),
        }
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn threshold(f: &mut fmt::Formatter<'_>, percent: u32, compare: Compare) -> fmt::Result {
    let more = match compare {
        Compare::AtLeast => "",
        Compare::Above => "more than ",
    };
    write!(f, "; the threshold is {more}{percent} %")
}

/// A share in percent with up to two decimals, rounded to the nearest; for reading, never for deciding.
struct Percent(u64, u64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, whole) = (u128::from(self.0), u128::from(self.1.max(1)));
        let hundredths = (part * 20_000 + whole) / (2 * whole);
        decimal(f, u64::try_from(hundredths).unwrap_or(u64::MAX), 2)?;
        f.write_str(" %")
    }
}
