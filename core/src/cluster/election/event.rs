//! What a node tells of an election, and why.

use core::fmt;
use core::time::Duration;

use crate::node::{Node, Nodes};
use crate::quantity::Span;

/// Something that a node did in an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElectionEvent {
    /// It stands for election, in a new term.
    Stands {
        /// The term.
        term: u64,
        /// For how long it heard of no leader and gave no vote.
        silent: Duration,
    },
    /// It gave its vote of a term.
    Votes {
        /// The term.
        term: u64,
        /// To whom.
        candidate: Node,
    },
    /// It was asked for its vote and refused.
    Refuses {
        /// The candidate's term.
        term: u64,
        /// To whom.
        candidate: Node,
        /// Why.
        because: Refusal,
    },
    /// It leads a term.
    Elected {
        /// The term.
        term: u64,
        /// Whose votes it has.
        votes: Nodes,
        /// How many it needed.
        needed: u32,
    },
    /// It follows a leader.
    Follows {
        /// The term.
        term: u64,
        /// Whom.
        leader: Node,
    },
    /// It leads, or stands for election, no longer.
    StepsDown {
        /// The term in which it did.
        term: u64,
        /// Whether it was the leader, and no candidate.
        led: bool,
        /// Why.
        because: StepDown,
    },
}

/// Why a vote was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The candidate's term is over.
    OldTerm {
        /// The term of the node that was asked.
        own: u64,
    },
    /// The vote of the term is given.
    Voted {
        /// To whom; to the node itself if it stands too.
        candidate: Node,
    },
}

/// Why a leader or a candidate stepped down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepDown {
    /// It heard of a higher term.
    HigherTerm {
        /// The term.
        term: u64,
        /// From whom.
        from: Node,
    },
    /// Another leads the term in which it stood.
    AnotherLeads {
        /// Who.
        leader: Node,
    },
    /// Too few answered its heartbeats.
    NoQuorum {
        /// Who did, itself among them.
        heard: Nodes,
        /// How many are needed.
        needed: u32,
        /// Within which time.
        within: Duration,
    },
}

impl fmt::Display for ElectionEvent {
    /// What the node does, such as `votes for B in term 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Stands { term, silent } => {
                write!(f, "stands for election in term {term}: no leader and no vote for {:.2}", Span(silent))
            }
            Self::Votes { term, candidate } => write!(f, "votes for {candidate} in term {term}"),
            Self::Refuses { term, candidate, because } => {
                write!(f, "refuses {candidate} its vote in term {term}: ")?;
                match because {
                    Refusal::OldTerm { own } => write!(f, "it is term {own} already"),
                    Refusal::Voted { candidate } => write!(f, "it was given to {candidate}"),
                }
            }
            Self::Elected { term, votes, needed } => {
                write!(f, "leads term {term}: {} votes, from {votes}; {needed} are needed", votes.len())
            }
            Self::Follows { term, leader } => write!(f, "follows {leader} in term {term}"),
            Self::StepsDown { term, led, because } => {
                write!(f, "{} in term {term}: ", if led { "leads no longer" } else { "stands no longer" })?;
                match because {
                    StepDown::HigherTerm { term, from } => write!(f, "{from} is in term {term}"),
                    StepDown::AnotherLeads { leader } => write!(f, "{leader} leads it"),
                    StepDown::NoQuorum { heard, needed, within } => {
                        let within = Span(within);
                        write!(f, "within {within:.2} it heard of {heard} only; {needed} are needed")
                    }
                }
            }
        }
    }
}
