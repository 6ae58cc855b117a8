//! What goes into the bulkhead's verbs and comes out of them.

use core::fmt;
use core::time::Duration;

use crate::time::Instant;

/// A call, by its number: calls are counted from 1 in the order in which they ask, rejected ones among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call(
    /// The number.
    pub u64,
);

/// What became of a call that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It begins now.
    Started(Permit),
    /// It waits; [`Event::Started`] or [`Event::GaveUp`] will name it, unless it is cancelled.
    Waiting(Call),
}

/// A slot, for one call. Hand it back with [`Bulkhead::release`](super::Bulkhead::release) when the work has ended,
/// however it went: the slot of one that is dropped stays in use for ever.
///
/// It is good for the bulkhead that gave it. `Clone` is there for copies of a whole simulation; handing back both a
/// permit and its clone frees two slots for one.
#[must_use = "hand the permit back with release"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    pub(super) call: Call,
    pub(super) started: Instant,
    /// Whether it still holds a slot.
    pub(super) slot: bool,
    /// Whether somebody still waits for the work.
    pub(super) wanted: bool,
}

impl Permit {
    /// Whose it is.
    pub const fn call(&self) -> Call {
        self.call
    }

    /// When the call began to run.
    pub const fn started(&self) -> Instant {
        self.started
    }

    /// Whether nobody waits for the work any more ([`Bulkhead::abandon`](super::Bulkhead::abandon)).
    pub const fn is_abandoned(&self) -> bool {
        !self.wanted
    }
}

/// What happened to a waiting call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It begins to run.
    Started {
        /// When.
        at: Instant,
        /// Its slot; [`Permit::call`] says whose.
        permit: Permit,
        /// How long it waited.
        waited: Duration,
    },
    /// It has waited as long as it may, and waits no more.
    GaveUp {
        /// When: its own time, which may be before the verb's.
        at: Instant,
        /// Which.
        call: Call,
        /// How long it waited.
        waited: Duration,
    },
}

/// A call was turned away: neither a slot nor a place was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its number.
    pub call: Call,
    /// Slots in use.
    pub in_use: u32,
    /// Slots there are.
    pub parallel: u32,
    /// Calls waiting.
    pub waiting: u32,
    /// Places to wait there are.
    pub queue: u32,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { in_use, parallel, waiting, queue, .. } = self;
        let slots = if *parallel == 1 { "slot" } else { "slots" };
        let are = if *in_use == 1 { "is" } else { "are" };
        write!(f, "{in_use} of {parallel} {slots} {are} in use")?;
        match queue {
            0 => f.write_str(" and there is no place to wait"),
            1 => write!(f, " and {waiting} of 1 place to wait is taken"),
            _ => write!(f, " and {waiting} of {queue} places to wait are taken"),
        }
    }
}

impl core::error::Error for Rejected {}
