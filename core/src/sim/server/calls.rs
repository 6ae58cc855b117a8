//! Where a server keeps its calls: lists threaded through one vector, so that a call leaves from anywhere in O(1).

use super::{Call, Ticket};
use crate::time::Instant;

/// No entry: the end of a list.
pub(super) const NIL: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    Queued,
    Serving,
}

/// A call, or room for one. Each is in exactly one of the server's lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) offered: Instant,
    pub(super) started: Instant,
    pub(super) ends: Option<Instant>,
    pub(super) generation: u32,
    pub(super) previous: u32,
    pub(super) next: u32,
    pub(super) place: Place,
    pub(super) ok: bool,
    pub(super) abandoned: bool,
}

impl Entry {
    pub(super) const VACANT: Self = Self {
        id: 0,
        offered: Instant::ZERO,
        started: Instant::ZERO,
        ends: None,
        generation: 0,
        previous: NIL,
        next: NIL,
        place: Place::Free,
        ok: false,
        abandoned: false,
    };

    pub(super) fn show(&self, index: u32) -> Call {
        let serving = self.place == Place::Serving;
        Call {
            ticket: Ticket { index, generation: self.generation },
            id: self.id,
            offered: self.offered,
            started: serving.then_some(self.started),
            ends: self.ends.filter(|_| serving),
            ok: self.ends.filter(|_| serving).map(|_| self.ok),
            abandoned: self.abandoned,
        }
    }
}

/// A list threaded through the entries, so that a call leaves from the middle in O(1).
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) head: u32,
    tail: u32,
    pub(super) len: u32,
}

impl List {
    pub(super) const EMPTY: Self = Self { head: NIL, tail: NIL, len: 0 };

    pub(super) fn head(&self) -> Option<u32> {
        (self.head != NIL).then_some(self.head)
    }

    pub(super) fn tail(&self) -> Option<u32> {
        (self.tail != NIL).then_some(self.tail)
    }

    /// Appends an entry that is in no list.
    pub(super) fn push(&mut self, entries: &mut [Entry], index: u32, place: Place) {
        let Some(entry) = entries.get_mut(index as usize) else { return };
        (entry.previous, entry.next, entry.place) = (self.tail, NIL, place);
        match entries.get_mut(self.tail as usize) {
            Some(tail) => tail.next = index,
            None => self.head = index,
        }
        self.tail = index;
        self.len += 1;
    }

    /// Removes an entry that is in this list.
    pub(super) fn remove(&mut self, entries: &mut [Entry], index: u32) {
        let Some(&Entry { previous, next, .. }) = entries.get(index as usize) else { return };
        match entries.get_mut(previous as usize) {
            Some(entry) => entry.next = next,
            None => self.head = next,
        }
        match entries.get_mut(next as usize) {
            Some(entry) => entry.previous = previous,
            None => self.tail = previous,
        }
        self.len -= 1;
    }
}
