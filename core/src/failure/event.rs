//! What detectors tell, and why.

use core::fmt;
use core::time::Duration;

use crate::node::{Node, Nodes};
use crate::quantity::{Quantity, Span};
use crate::time::Instant;

/// What a detector thinks of a peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Opinion {
    /// It seems to work.
    #[default]
    Trusted,
    /// It may have failed.
    Suspected,
}

impl fmt::Display for Opinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trusted => "trusted",
            Self::Suspected => "suspected",
        })
    }
}

/// A detector has changed its mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When: a suspicion's own time, which may be before the verb's.
    pub at: Instant,
    /// What it thinks now.
    pub opinion: Opinion,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.opinion, self.reason)
    }
}

/// Why a detector changed its mind. `Display` makes the sentence, in lower case and without a full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No heartbeat came within the fixed timeout.
    Silent {
        /// For how long.
        silent: Duration,
        /// How long is too long.
        timeout: Duration,
    },
    /// A heartbeat is so late that, as the others came, it would be a surprise if it still did.
    Implausible {
        /// How long no heartbeat came.
        silent: Duration,
        /// The mean of the intervals between heartbeats, as estimated.
        mean: Duration,
        /// Their standard deviation, as used.
        deviation: Duration,
        /// The threshold of φ, in thousandths.
        threshold: u32,
    },
    /// It acknowledged no ping, neither ours nor those of helpers.
    Unanswered {
        /// How long ago our ping was sent.
        waited: Duration,
        /// Who was asked to ping it too.
        helpers: Nodes,
    },
    /// A heartbeat came after all.
    Heartbeat {
        /// How long none had come.
        silent: Duration,
        /// How long it was suspected.
        suspected: Duration,
    },
    /// It acknowledged a ping.
    Acknowledged {
        /// The helper through which it did; `None` when directly.
        through: Option<Node>,
        /// How long it was suspected.
        suspected: Duration,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Silent { silent, timeout } => {
                write!(f, "no heartbeat for {:.2}; the timeout is {}", Span(silent), Span(timeout))
            }
            Self::Implausible { silent, mean, deviation, threshold } => {
                let (silent, mean, deviation) = (Span(silent), Span(mean), Span(deviation));
                write!(f, "no heartbeat for {silent:.2}, where they came every {mean:.2} give or take {deviation:.2}")?;
                write!(f, "; φ reached {}", Quantity::Thousandths(threshold))
            }
            Self::Unanswered { waited, helpers } if helpers.is_empty() => {
                write!(f, "no answer to a ping for {:.2}, and nobody to ask for help", Span(waited))
            }
            Self::Unanswered { waited, helpers } => {
                write!(f, "no answer to a ping for {:.2}, neither to us nor through {helpers}", Span(waited))
            }
            Self::Heartbeat { silent, suspected } => {
                let (silent, suspected) = (Span(silent), Span(suspected));
                write!(f, "a heartbeat came after {silent:.2}; the suspicion was {suspected:.2} old")
            }
            Self::Acknowledged { through: None, suspected } => {
                write!(f, "it answered a ping; the suspicion was {:.2} old", Span(suspected))
            }
            Self::Acknowledged { through: Some(helper), suspected } => {
                write!(f, "it answered a ping through {helper}; the suspicion was {:.2} old", Span(suspected))
            }
        }
    }
}
