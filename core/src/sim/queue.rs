//! The event queue: what happens next, in an order that no platform can change.

use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

use crate::time::Instant;

/// Events to come, ordered by (time, sequence of insertion).
///
/// Events of the same time come out in the order in which they were pushed. Time never goes backwards: an event pushed
/// for a time before the last popped one is delivered at the last popped time, after those already waiting for it.
///
/// # Cancelling
///
/// There is no handle to an event; what it is about tells whether it is still wanted. Put a generation into the event
/// and compare it when it comes out: `Event::Timeout { call, generation }` is skipped when `call` has moved on. The
/// other parts of the simulation follow this idiom: [`Source::take`](super::Source::take) and
/// [`Server::finish`](super::Server::finish) answer `None` to an event that is out of date. [`Queue::retain`] removes
/// events for good, in O(n).
#[derive(Clone, Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Entry<E>>,
    sequence: u64,
    last: Instant,
}

#[derive(Clone, Debug)]
struct Entry<E> {
    at: Instant,
    sequence: u64,
    event: E,
}

// The heap gives the greatest first, so the order is turned round: the earliest is the greatest.
impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<E> Eq for Entry<E> {}

impl<E> Queue<E> {
    /// An empty queue at [`Instant::ZERO`].
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0, last: Instant::ZERO }
    }

    /// Adds an event for the time `at`, or for the last popped time when that is later. O(log n), usually O(1).
    pub fn push(&mut self, at: Instant, event: E) {
        let at = at.max(self.last);
        self.heap.push(Entry { at, sequence: self.sequence, event });
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Takes out the next event and its time when that is at or before `to`; otherwise `None`. O(log n).
    pub fn pop_until(&mut self, to: Instant) -> Option<(Instant, E)> {
        if self.next_at()? > to {
            return None;
        }
        let entry = self.heap.pop()?;
        self.last = entry.at;
        Some((entry.at, entry.event))
    }

    /// The time of the next event; `None` when there is none.
    pub fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|entry| entry.at)
    }

    /// The time of the event popped last; [`Instant::ZERO`] before the first.
    pub const fn last_at(&self) -> Instant {
        self.last
    }

    /// How many events are waiting.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no event is waiting.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Drops all waiting events. The last popped time stays.
    pub fn clear(&mut self) {
        self.heap.clear();
    }

    /// Drops the waiting events for which `keep` is false; the order of the others stays. `keep` sees them in no
    /// particular order. O(n).
    pub fn retain(&mut self, mut keep: impl FnMut(Instant, &E) -> bool) {
        self.heap.retain(|entry| keep(entry.at, &entry.event));
    }
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn the_past_is_delivered_now() {
        let mut queue = Queue::new();
        queue.push(at(10), 'a');
        queue.push(at(10), 'b');
        assert_eq!(queue.pop_until(at(9)), None);
        assert_eq!(queue.pop_until(at(10)), Some((at(10), 'a')));
        queue.push(at(3), 'c');
        queue.push(at(11), 'd');
        assert_eq!(queue.pop_until(at(10)), Some((at(10), 'b')));
        assert_eq!(queue.pop_until(at(10)), Some((at(10), 'c')));
        assert_eq!((queue.pop_until(at(10)), queue.next_at(), queue.len()), (None, Some(at(11)), 1));
        queue.clear();
        assert!(queue.is_empty());
        assert_eq!(queue.last_at(), at(10));
    }

    proptest! {
        /// Against the plain model: a stable sort by time.
        #[test]
        fn sorted_and_stable(times in prop::collection::vec(0u64..20, 0..200)) {
            let mut queue = Queue::new();
            let mut model: Vec<(Instant, usize)> = Vec::new();
            for (index, &time) in times.iter().enumerate() {
                queue.push(at(time), index);
                model.push((at(time), index));
            }
            model.sort_by_key(|&(time, _)| time);
            let mut copy = queue.clone();
            let all: Vec<_> = core::iter::from_fn(|| copy.pop_until(Instant::MAX)).collect();
            prop_assert_eq!(&all, &model);
            queue.retain(|_, event| event % 3 != 0);
            model.retain(|(_, event)| event % 3 != 0);
            let kept: Vec<_> = core::iter::from_fn(|| queue.pop_until(Instant::MAX)).collect();
            prop_assert_eq!(kept, model);
        }

        /// Pushing while popping: time never goes back, and nothing is lost.
        #[test]
        fn never_backwards(steps in prop::collection::vec((0u64..50, any::<bool>()), 0..200)) {
            let mut queue = Queue::new();
            let (mut last, mut pushed, mut popped) = (Instant::ZERO, 0, 0);
            for (time, pop) in steps {
                if pop {
                    if let Some((now, ())) = queue.pop_until(at(time)) {
                        prop_assert!(now >= last && now <= at(time));
                        last = now;
                        popped += 1;
                    }
                } else {
                    queue.push(at(time), ());
                    pushed += 1;
                }
                prop_assert_eq!(queue.len(), pushed - popped);
                prop_assert!(queue.next_at().is_none_or(|next| next >= last));
            }
        }
    }
}
