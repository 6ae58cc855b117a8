//! What nodes of a register say to each other, and what they tell.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::tree::HashTree;
use super::version::Version;
use crate::node::{Node, Nodes};
use crate::quantity::Span;

/// What nodes of a register say to each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RegisterMessage {
    /// Store these.
    Put {
        /// The coordinator's number of the operation; 0 for a repair.
        op: u64,
        /// The key.
        key: u16,
        /// What to store.
        versions: Vec<Version>,
        /// The home that the receiver stands in for.
        hint_for: Option<Node>,
    },
    /// They are stored.
    Stored {
        /// As in the request.
        op: u64,
    },
    /// What have you?
    Get {
        /// The coordinator's number of the operation.
        op: u64,
        /// The key.
        key: u16,
    },
    /// This.
    Got {
        /// As in the request.
        op: u64,
        /// What the node has, siblings and all.
        versions: Vec<Version>,
    },
    /// I held these for you while you did not answer.
    Handoff {
        /// The key.
        key: u16,
        /// What was held.
        versions: Vec<Version>,
    },
    /// I have them.
    Taken {
        /// The key.
        key: u16,
        /// The hash of what was taken.
        hash: u64,
    },
    /// These are hashes of my tree; where yours differ, go on.
    Hashes {
        /// Of which range of keys.
        range: u8,
        /// Numbers of nodes of the tree, and their hashes.
        nodes: Vec<(u8, u64)>,
    },
    /// A leaf in which we differ: all that I have in it.
    Leaf {
        /// Of which range of keys.
        range: u8,
        /// Its number.
        leaf: u8,
        /// Keys and their versions.
        entries: Vec<(u16, Vec<Version>)>,
        /// Whether I want yours in return.
        answer: bool,
    },
}

impl fmt::Display for RegisterMessage {
    /// What the sender says, such as `store key 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { op: 0, key, .. } => write!(f, "repair key {key}"),
            Self::Put { key, hint_for: None, .. } => write!(f, "store key {key}"),
            Self::Put { key, hint_for: Some(home), .. } => write!(f, "hold key {key} for {home}"),
            Self::Stored { .. } => f.write_str("stored"),
            Self::Get { key, .. } => write!(f, "what is key {key}?"),
            Self::Got { versions, .. } => match versions.len() {
                0 => f.write_str("nothing"),
                1 => f.write_str("one version"),
                count => write!(f, "{count} siblings"),
            },
            Self::Handoff { key, .. } => write!(f, "I held key {key} for you"),
            Self::Taken { key, .. } => write!(f, "I have key {key} now"),
            Self::Hashes { nodes, .. } => match nodes.first() {
                Some((HashTree::ROOT, _)) => f.write_str("is your root hash like mine?"),
                _ => write!(f, "are these {} hashes like yours?", nodes.len()),
            },
            Self::Leaf { entries, .. } => write!(f, "where we differ I have {} keys", entries.len()),
        }
    }
}

/// What a client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// A read.
    Read,
    /// A write.
    Write,
}

/// Something that a node of a register tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterEvent {
    /// A write is acknowledged: W nodes have stored it.
    Written {
        /// The coordinator's number of the operation.
        op: u64,
        /// The key.
        key: u16,
        /// What was written.
        version: Version,
        /// Who has stored it.
        by: Nodes,
        /// Those of them that stand in for others.
        instead: Nodes,
        /// How long it took.
        took: Duration,
    },
    /// A read is answered: R nodes have.
    Read {
        /// The coordinator's number of the operation.
        op: u64,
        /// The key.
        key: u16,
        /// What was found; more than one are siblings.
        versions: Vec<Version>,
        /// Who answered.
        by: Nodes,
        /// Those of them that stand in for others.
        instead: Nodes,
        /// How long it took.
        took: Duration,
    },
    /// Too few answered in time. A write may have been stored all the same, by some.
    Failed {
        /// The coordinator's number of the operation.
        op: u64,
        /// The key.
        key: u16,
        /// What was asked for.
        asked: Asked,
        /// Who answered; of a read that repairs first, who has what it found.
        by: Nodes,
        /// How many had to.
        needed: u8,
        /// How long it waited.
        waited: Duration,
    },
    /// A home does not answer, and another is asked to stand in.
    Fallback {
        /// The coordinator's number of the operation.
        op: u64,
        /// Who does not answer.
        home: Node,
        /// Who is asked.
        instead: Node,
        /// How long it waited.
        waited: Duration,
    },
    /// It stored something that is not for itself.
    Hinted {
        /// The key.
        key: u16,
        /// Whom it is for.
        home: Node,
    },
    /// It handed over what it held for another.
    HandedOver {
        /// The key.
        key: u16,
        /// To whom.
        home: Node,
    },
    /// It threw away what it held for another, after too long a time.
    ThrownAway {
        /// The key.
        key: u16,
        /// Whom it was for.
        home: Node,
        /// How long it was held.
        held: Duration,
    },
    /// A read found copies out of date and has them repaired.
    Repairs {
        /// The key.
        key: u16,
        /// Whose.
        stale: Nodes,
    },
    /// Comparing hash trees brought something that it did not have.
    Learnt {
        /// The key.
        key: u16,
        /// From whom.
        from: Node,
    },
    /// A key has concurrent versions now, which it had not.
    Siblings {
        /// The key.
        key: u16,
        /// How many.
        count: usize,
    },
}

impl fmt::Display for RegisterEvent {
    /// What the node does, such as `acknowledges the write of key 1: stored by A and B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written { key, by, instead, .. } => {
                write!(f, "acknowledges the write of key {key}: stored by {by}")?;
                if instead.is_empty() {
                    Ok(())
                } else {
                    write!(f, ", of whom {instead} only stand{} in", instead.verb_ending())
                }
            }
            Self::Read { key, versions, by, instead, .. } => {
                let found = match versions.len() {
                    0 => "nothing",
                    1 => "one version",
                    _ => "siblings",
                };
                write!(f, "answers the read of key {key} with {found}, from {by}")?;
                if instead.is_empty() {
                    Ok(())
                } else {
                    write!(f, ", of whom {instead} only stand{} in", instead.verb_ending())
                }
            }
            Self::Failed { key, asked, by, needed, waited, .. } => {
                let asked = if *asked == Asked::Read { "read" } else { "write" };
                write!(f, "fails the {asked} of key {key}: after {:.2} {by} answered", Span(*waited))?;
                write!(f, "; {needed} are needed")
            }
            Self::Fallback { home, instead, waited, .. } => {
                write!(f, "asks {instead} to stand in for {home}, which has not answered for {:.2}", Span(*waited))
            }
            Self::Hinted { key, home } => write!(f, "holds key {key} for {home}"),
            Self::HandedOver { key, home } => write!(f, "has handed key {key} over to {home}"),
            Self::ThrownAway { key, home, held } => {
                write!(f, "throws away what it held of key {key} for {home} for {:.2}", Span(*held))
            }
            Self::Repairs { key, stale } => write!(f, "repairs key {key} at {stale}: a read found newer"),
            Self::Learnt { key, from } => write!(f, "learns key {key} from {from}: their hash trees differed"),
            Self::Siblings { key, count } => write!(f, "has {count} siblings of key {key}: none knew of the others"),
        }
    }
}
