//! Requests that come by themselves, as events in a lab's queue.

use halfopen_core::Instant;
use halfopen_core::rng::{Seed, Stream};
use halfopen_core::sim::{Arrivals, Queue, Source};

/// A source of requests with its own stream of chance, `arrivals`. Its next arrival is always in the queue.
#[derive(Clone)]
pub struct Traffic {
    source: Source,
    chance: Stream,
}

impl Traffic {
    /// Requests from the beginning of a run; [`Traffic::expect`] puts the first into the queue.
    pub fn new(arrivals: Arrivals, seed: Seed) -> Self {
        let mut chance = seed.stream("arrivals");
        Self { source: Source::new(arrivals, Instant::ZERO, &mut chance), chance }
    }

    /// When the next requests come, if any do.
    pub fn next_at(&self) -> Option<Instant> {
        self.source.next_at()
    }

    /// The next requests come into the queue as this event.
    pub fn expect<E>(&self, queue: &mut Queue<E>, event: E) {
        if let Some(at) = self.source.next_at() {
            queue.push(at, event);
        }
    }

    /// How many come now; before what they cause, the next ones are in the queue. None for an event that is out of date.
    pub fn take<E>(&mut self, now: Instant, queue: &mut Queue<E>, event: E) -> u32 {
        let Some(arrival) = self.source.take(now, &mut self.chance) else { return 0 };
        self.expect(queue, event);
        arrival.count
    }

    /// From now on they come like this, if that is another way than before.
    pub fn set<E>(&mut self, now: Instant, arrivals: Arrivals, queue: &mut Queue<E>, event: E) {
        if *self.source.arrivals() != arrivals {
            self.source.set(now, arrivals, &mut self.chance);
            self.expect(queue, event);
        }
    }
}
