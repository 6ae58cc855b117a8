//! What a load balancer tells, and why.

use core::fmt;
use core::time::Duration;

use crate::node::Node;
use crate::quantity::Span;

/// A load balancer has changed whom it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BalanceEvent {
    /// A node is taken out.
    Out {
        /// Which.
        node: Node,
        /// Why.
        because: Left,
    },
    /// A node is put back, unless the other rule still keeps it out.
    In {
        /// Which.
        node: Node,
        /// Why.
        because: Back,
    },
    /// A node would have been ejected, but too many are out already.
    Spared {
        /// Which.
        node: Node,
        /// So many are out.
        out: u32,
        /// So many may be.
        most: u32,
    },
    /// So few are left that all are used again.
    Panics {
        /// How many are left.
        left: u32,
        /// Of how many.
        of: u32,
    },
    /// Enough are left again.
    Calm {
        /// How many are left.
        left: u32,
        /// Of how many.
        of: u32,
    },
}

/// Why a node was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Health checks failed.
    Checks {
        /// How many in a row.
        failed: u32,
    },
    /// Requests failed.
    Failures {
        /// How many in a row.
        failed: u32,
        /// How long it stays out.
        term: Duration,
    },
    /// Its answers are slow.
    Slow {
        /// The mean of its latencies.
        mean: Duration,
        /// The median of all nodes' means.
        median: Duration,
        /// How long it stays out.
        term: Duration,
    },
}

/// Why a node was put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// Health checks passed.
    Checks {
        /// How many in a row.
        passed: u32,
    },
    /// It has been out as long as it had to.
    Term {
        /// How long.
        term: Duration,
    },
}

impl fmt::Display for BalanceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Out { node, because: Left::Checks { failed } } => {
                write!(f, "takes {node} out: {failed} health checks in a row failed")
            }
            Self::Out { node, because: Left::Failures { failed, term } } => {
                write!(f, "ejects {node} for {}: {failed} requests in a row failed", Span(term))
            }
            Self::Out { node, because: Left::Slow { mean, median, term } } => {
                let (mean, median) = (Span(mean), Span(median));
                write!(f, "ejects {node} for {}: it took {mean:.1} on average", Span(term))?;
                write!(f, ", and of all nodes' means the median is {median:.1}")
            }
            Self::In { node, because: Back::Checks { passed } } => {
                write!(f, "puts {node} back: {passed} health checks in a row passed")
            }
            Self::In { node, because: Back::Term { term } } => {
                write!(f, "puts {node} back: it was out for {}", Span(term))
            }
            Self::Spared { node, out, most } => {
                write!(f, "would eject {node}, but {out} are out and {most} may be")
            }
            Self::Panics { left, of } => write!(f, "uses all nodes: only {left} of {of} are left"),
            Self::Calm { left, of } => write!(f, "uses the good ones only: {left} of {of} are left"),
        }
    }
}
