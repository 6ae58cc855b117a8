//! What clients saw, and what is wrong with it.

use alloc::vec::Vec;
use core::fmt;

use super::register::{Version, knows};
use crate::time::Instant;

/// Something that a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Which client.
    pub client: u16,
    /// The key.
    pub key: u16,
    /// When it asked.
    pub began: Instant,
    /// When it had its answer; `None` while it has none, and for ever when it failed.
    pub ended: Option<Instant>,
    /// What it did.
    pub action: Action,
}

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It wrote this.
    Write(Version),
    /// It read these; nothing before it has an answer.
    Read(Vec<Version>),
}

/// Something that is wrong with a history. Operations are named by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finding {
    /// A read that began after a write had been acknowledged found neither it nor anything written in its knowledge.
    Stale {
        /// The read.
        read: usize,
        /// The write.
        write: usize,
    },
    /// A read did not find what an earlier read had found, nor anything written in its knowledge: no single copy behaves
    /// so, therefore this history is not linearizable (Herlihy and Wing, 1990).
    WentBack {
        /// The earlier read, which had ended when the later began.
        earlier: usize,
        /// The later read.
        later: usize,
    },
    /// An acknowledged write is in none of what is left in the end, nor anything written in its knowledge.
    Lost {
        /// The write.
        write: usize,
    },
}

/// What clients did, in the order in which they began, and what is wrong with it.
///
/// It keeps the last so many operations, and finds fault with these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    ops: Vec<Op>,
    most: usize,
    /// How many were forgotten.
    forgotten: usize,
}

impl History {
    /// An empty history that keeps so many operations at most, at least one.
    pub const fn new(most: usize) -> Self {
        Self { ops: Vec::new(), most: if most == 0 { 1 } else { most }, forgotten: 0 }
    }

    /// A client begins; the place of the operation, which stays.
    pub fn begin(&mut self, op: Op) -> usize {
        if self.ops.len() >= self.most {
            self.ops.remove(0);
            self.forgotten += 1;
        }
        self.ops.push(op);
        self.forgotten + self.ops.len() - 1
    }

    /// An operation has its answer: a read these versions, a write none.
    pub fn end(&mut self, place: usize, found: &[Version], now: Instant) {
        let op = place.checked_sub(self.forgotten).and_then(|place| self.ops.get_mut(place));
        if let Some(op) = op {
            op.ended = Some(now);
            if let Action::Read(versions) = &mut op.action {
                *versions = found.to_vec();
            }
        }
    }

    /// An operation by its place; `None` when it was forgotten or has not been.
    pub fn get(&self, place: usize) -> Option<&Op> {
        place.checked_sub(self.forgotten).and_then(|place| self.ops.get(place))
    }

    /// The operations kept, with their places.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Op)> {
        (self.forgotten..).zip(&self.ops)
    }

    /// How many operations were forgotten.
    pub const fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// What is wrong with a read that has its answer, against all that had ended when it began.
    pub fn judge(&self, read: usize) -> impl Iterator<Item = Finding> {
        let judged = self.get(read).filter(|op| op.ended.is_some());
        let before = judged.map_or(Instant::ZERO, |op| op.began);
        let earlier = self.iter().filter(move |(_, op)| op.ended.is_some_and(|ended| ended < before));
        earlier.filter_map(move |(place, op)| {
            let judged = judged.filter(|judged| judged.key == op.key)?;
            let Action::Read(found) = &judged.action else { return None };
            match &op.action {
                Action::Write(version) => {
                    (!knows(found, &version.vector)).then_some(Finding::Stale { read, write: place })
                }
                Action::Read(seen) => {
                    let missed = seen.iter().any(|version| !knows(found, &version.vector));
                    missed.then_some(Finding::WentBack { earlier: place, later: read })
                }
            }
        })
    }

    /// What is wrong with all reads.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        self.iter().flat_map(|(place, _)| self.judge(place))
    }

    /// The acknowledged writes that are not in what is left of their key.
    pub fn lost<'a>(&'a self, left: impl Fn(u16) -> Vec<Version> + 'a) -> impl Iterator<Item = Finding> + 'a {
        self.iter().filter_map(move |(place, op)| {
            let Action::Write(version) = &op.action else { return None };
            let lost = op.ended.is_some() && !knows(&left(op.key), &version.vector);
            lost.then_some(Finding::Lost { write: place })
        })
    }

    /// The finding in words, with clients, keys, values and times.
    pub fn tell(&self, finding: Finding) -> impl fmt::Display + '_ {
        Told { history: self, finding }
    }
}

struct Told<'a> {
    history: &'a History,
    finding: Finding,
}

impl Told<'_> {
    fn op(&self, f: &mut fmt::Formatter<'_>, place: usize) -> fmt::Result {
        let Some(op) = self.history.get(place) else { return f.write_str("an operation that was forgotten") };
        let Op { client, key, began, ended, action } = op;
        match action {
            Action::Write(version) => {
                write!(f, "client {client}'s write of {} to key {key}", version.value)?;
                ended.map_or(Ok(()), |ended| write!(f, " (acknowledged at {ended})"))
            }
            Action::Read(versions) => {
                write!(f, "client {client}'s read of key {key} at {began} found ")?;
                for (place, version) in versions.iter().enumerate() {
                    write!(f, "{}{}", if place == 0 { "" } else { " and " }, version.value)?;
                }
                if versions.is_empty() { f.write_str("nothing") } else { Ok(()) }
            }
        }
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.finding {
            Finding::Stale { read, write } => {
                self.op(f, read)?;
                f.write_str(", and knew nothing of ")?;
                self.op(f, write)
            }
            Finding::WentBack { earlier, later } => {
                self.op(f, later)?;
                f.write_str(", although before it ")?;
                self.op(f, earlier)
            }
            Finding::Lost { write } => {
                self.op(f, write)?;
                f.write_str(" is lost: nothing that is left knows of it")
            }
        }
    }
}
