//! Versions of a value: which came after which, and which neither.

use alloc::vec::Vec;
use core::fmt;

use crate::time::Instant;

/// Of each writer how many of its writes are known: a version vector (Parker et al., "Detection of Mutual Inconsistency
/// in Distributed Systems", IEEE TSE 9, 1983).
///
/// A writer is whoever writes one thing after the other and counts its writes: a client here, not a replica. So a vector
/// says exactly what was known when something was written, and two clients behind one replica are not mixed up.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionVector {
    /// By writer; counts are above 0.
    counts: Vec<(u16, u64)>,
}

/// How two version vectors stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Causality {
    /// They know the same.
    Equal,
    /// The first is known to the second.
    Before,
    /// The second is known to the first.
    After,
    /// Neither is known to the other.
    Concurrent,
}

impl VersionVector {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self { counts: Vec::new() }
    }

    /// How many of a writer's writes are known.
    pub fn get(&self, writer: u16) -> u64 {
        self.counts.iter().find(|(known, _)| *known == writer).map_or(0, |(_, count)| *count)
    }

    /// From now on so many of a writer's writes are known, if they were fewer.
    pub fn raise(&mut self, writer: u16, count: u64) {
        match self.counts.binary_search_by_key(&writer, |(known, _)| *known) {
            Ok(place) => {
                if let Some((_, known)) = self.counts.get_mut(place) {
                    *known = count.max(*known);
                }
            }
            Err(place) if count > 0 => self.counts.insert(place, (writer, count)),
            Err(_) => {}
        }
    }

    /// From now on all is known that `other` knows.
    pub fn join(&mut self, other: &Self) {
        other.counts.iter().for_each(|(writer, count)| self.raise(*writer, *count));
    }

    /// Whether all is known that `other` knows.
    pub fn covers(&self, other: &Self) -> bool {
        other.counts.iter().all(|(writer, count)| self.get(*writer) >= *count)
    }

    /// How it stands to another.
    pub fn compare(&self, other: &Self) -> Causality {
        match (self.covers(other), other.covers(self)) {
            (true, true) => Causality::Equal,
            (true, false) => Causality::After,
            (false, true) => Causality::Before,
            (false, false) => Causality::Concurrent,
        }
    }

    /// Writers and their counts, by writer.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.counts.iter().copied()
    }
}

impl fmt::Display for VersionVector {
    /// Such as `{1:3, 2:1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (place, (writer, count)) in self.iter().enumerate() {
            write!(f, "{}{writer}:{count}", if place == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

/// A value that was written, and what is needed to tell it from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// What its writer knew, this write included.
    pub vector: VersionVector,
    /// Who wrote it.
    pub writer: u16,
    /// When, by its writer's clock, which may be wrong.
    pub stamp: Instant,
    /// What was written.
    pub value: u64,
}

impl Version {
    /// Which of its writer's writes it is, from 1.
    pub fn number(&self) -> u64 {
        self.vector.get(self.writer)
    }

    fn order(&self) -> (Instant, u16, u64) {
        (self.stamp, self.writer, self.number())
    }
}

/// What becomes of two versions of which neither came after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resolve {
    /// Both are kept, as siblings, until a writer that has read both writes over them.
    #[default]
    Siblings,
    /// That with the later stamp wins, whoever knew of whom; the other is lost. (Equal stamps: the higher writer's.)
    LastWrite,
}

/// Adds a version to those that are kept; whether that changed anything. Those kept are in an order that depends on nothing
/// but themselves.
pub fn merge(kept: &mut Vec<Version>, version: &Version, resolve: Resolve) -> bool {
    match resolve {
        Resolve::Siblings => {
            if kept.iter().any(|other| other.vector.covers(&version.vector)) {
                return false;
            }
            kept.retain(|other| !version.vector.covers(&other.vector));
            let place = kept.partition_point(|other| other.vector < version.vector);
            kept.insert(place, version.clone());
            true
        }
        Resolve::LastWrite => {
            if kept.iter().any(|other| other.order() >= version.order()) {
                return false;
            }
            kept.clear();
            kept.push(version.clone());
            true
        }
    }
}

/// Whether what is kept knows of a write: it is among them, or one of them was written in its knowledge.
pub fn knows(kept: &[Version], vector: &VersionVector) -> bool {
    kept.iter().any(|version| version.vector.covers(vector))
}

/// A client that writes and reads, one thing after the other: it numbers its writes, and remembers what it has seen of
/// each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    writer: u16,
    written: u64,
    seen: alloc::collections::BTreeMap<u16, VersionVector>,
}

impl Client {
    /// A client that has written and seen nothing; no two may have the same number.
    pub const fn new(writer: u16) -> Self {
        Self { writer, written: 0, seen: alloc::collections::BTreeMap::new() }
    }

    /// Its number.
    pub const fn writer(&self) -> u16 {
        self.writer
    }

    /// The next version that it writes, over all that it has seen of the key; `stamp` is what its clock says.
    pub fn write(&mut self, key: u16, value: u64, stamp: Instant) -> Version {
        self.written += 1;
        let seen = self.seen.entry(key).or_default();
        seen.raise(self.writer, self.written);
        Version { vector: seen.clone(), writer: self.writer, stamp, value }
    }

    /// It has read these.
    pub fn saw(&mut self, key: u16, versions: &[Version]) {
        let seen = self.seen.entry(key).or_default();
        versions.iter().for_each(|version| seen.join(&version.vector));
    }

    /// What it knows of a key.
    pub fn seen(&self, key: u16) -> Option<&VersionVector> {
        self.seen.get(&key)
    }

    /// It forgets what it has seen of others, so that it writes blindly; its own writes it still knows.
    pub fn forget(&mut self) {
        for seen in self.seen.values_mut() {
            let own = seen.get(self.writer);
            *seen = VersionVector::new();
            seen.raise(self.writer, own);
        }
    }
}
