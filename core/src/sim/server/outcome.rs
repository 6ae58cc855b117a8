//! What a server says: what became of a call, and what has happened so far.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

#[cfg(doc)]
use super::{Abandoned, Server};
#[cfg(doc)]
use crate::sim::Fault;
use crate::time::Instant;

/// A call that a [`Server`] has accepted, for as long as it is there. It fits no later call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// The server took the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accepted {
    /// It is being served.
    Started(Started),
    /// It waits for its turn.
    Queued {
        /// The call.
        ticket: Ticket,
        /// How many were waiting when it came.
        ahead: u32,
    },
}

impl Accepted {
    /// The call's ticket.
    pub const fn ticket(&self) -> Ticket {
        match *self {
            Self::Started(Started { ticket, .. }) | Self::Queued { ticket, .. } => ticket,
        }
    }
}

/// The server is serving a call: [`Server::finish`] is due at `ends`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Started {
    /// The call.
    pub ticket: Ticket,
    /// What [`Server::offer`] was given.
    pub id: u64,
    /// How long it waited for its turn.
    pub waited: Duration,
    /// When it will be answered; `None` when the server hangs.
    pub ends: Option<Instant>,
}

/// The server did not take the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// Nobody listens: [`Fault::Down`].
    Down,
    /// Every place is taken, in service and in the queue.
    Full {
        /// How many are being served.
        in_service: u32,
        /// How many are waiting.
        queued: u32,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("the server is down"),
            Self::Full { in_service, queued: 0 } => write!(f, "the server is full: {in_service} in service"),
            Self::Full { in_service, queued } => {
                write!(f, "the server is full: {in_service} in service, {queued} waiting")
            }
        }
    }
}

impl core::error::Error for Refused {}

/// A call has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Finished {
    /// What [`Server::offer`] was given.
    pub id: u64,
    /// Whether the answer is a success.
    pub ok: bool,
    /// Whether nobody waits for it any more.
    pub abandoned: bool,
    /// How long it waited for its turn.
    pub waited: Duration,
    /// How long it was served.
    pub took: Duration,
    /// The call that takes its place.
    pub next: Option<Started>,
}

/// What became of a call whose caller has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cancelled {
    /// The server goes on with it; it will finish as abandoned.
    GoesOn,
    /// The server has dropped it.
    Dropped {
        /// The call that takes its place.
        next: Option<Started>,
    },
}

/// What a change of fault or of configuration did to the calls that were there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Calls that are now being served, each with its end: those that hung, oldest start first, or those whose turn it
    /// became.
    pub started: Vec<Started>,
    /// Calls that are gone: failed as the server went down, or dropped as nobody waited for them any more; those in
    /// service first, oldest first.
    pub lost: Vec<Lost>,
}

/// A call that a change took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lost {
    /// The call; its ticket is spent.
    pub ticket: Ticket,
    /// What [`Server::offer`] was given.
    pub id: u64,
    /// Whether nobody waits for it any more.
    pub abandoned: bool,
}

/// A call that is at the server, for showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The call.
    pub ticket: Ticket,
    /// What [`Server::offer`] was given.
    pub id: u64,
    /// When it came.
    pub offered: Instant,
    /// When its service began; `None` while it waits.
    pub started: Option<Instant>,
    /// When it will be answered; `None` while it waits or hangs.
    pub ends: Option<Instant>,
    /// How it will be answered; `None` while it waits or hangs.
    pub ok: Option<bool>,
    /// Whether nobody waits for it any more.
    pub abandoned: bool,
}

/// What has happened at a server since it began.
///
/// `offered = refused + served + failed + cancelled + lost + in service + waiting`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counters {
    /// Calls offered.
    pub offered: u64,
    /// Calls not taken.
    pub refused: u64,
    /// Calls answered with success.
    pub served: u64,
    /// Calls answered with failure, or cut off in service when the server went down.
    pub failed: u64,
    /// Calls dropped because the caller had gone.
    pub cancelled: u64,
    /// Calls that waited when the server went down: nothing was done for them.
    pub lost: u64,
    /// Of `served` and `failed`: those that nobody waited for any more.
    pub wasted: u64,
}
