//! The calls that wait, in the order in which they came.

use super::verb::Call;
use crate::time::Instant;

/// A waiting call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiter {
    pub(super) call: Call,
    pub(super) asked: Instant,
}

impl Waiter {
    const NOBODY: Self = Self { call: Call(0), asked: Instant::ZERO };
}

/// A ring of up to `N` waiting calls, first in, first out.
#[derive(Clone, Debug)]
pub(super) struct Line<const N: usize> {
    places: [Waiter; N],
    /// Where the first stands; below `N` unless `N` is 0.
    head: usize,
    len: usize,
}

impl<const N: usize> Line<N> {
    pub(super) const fn new() -> Self {
        Self { places: [Waiter::NOBODY; N], head: 0, len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Puts a call at the end; whether there was a place.
    pub(super) fn push(&mut self, waiter: Waiter) -> bool {
        if self.len >= N {
            return false;
        }
        let place = self.place(self.len);
        if let Some(free) = self.places.get_mut(place) {
            *free = waiter;
            self.len += 1;
        }
        true
    }

    pub(super) fn first(&self) -> Option<Waiter> {
        self.get(0)
    }

    pub(super) fn pop(&mut self) -> Option<Waiter> {
        let first = self.first()?;
        self.head = self.place(1);
        self.len -= 1;
        Some(first)
    }

    /// Takes a call out of the line; whether it stood there. Those behind it move up, a step each.
    pub(super) fn remove(&mut self, call: Call) -> bool {
        let Some(index) = (0..self.len).find(|index| self.get(*index).is_some_and(|waiter| waiter.call == call)) else {
            return false;
        };
        for index in index..self.len {
            let (behind, place) = (self.get(index + 1), self.place(index));
            if let (Some(behind), Some(place)) = (behind, self.places.get_mut(place)) {
                *place = behind;
            }
        }
        self.len -= 1;
        true
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Waiter> + '_ {
        (0..self.len).filter_map(|index| self.get(index))
    }

    fn get(&self, index: usize) -> Option<Waiter> {
        if index >= self.len {
            return None;
        }
        self.places.get(self.place(index)).copied()
    }

    fn place(&self, index: usize) -> usize {
        (self.head + index).checked_rem(N).unwrap_or(0)
    }
}
