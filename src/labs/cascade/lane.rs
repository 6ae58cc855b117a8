//! A caller: its pool of threads, and what became of its requests.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{Breaker, Permit, State};

use crate::lab::record::{Level, Tally};

/// A caller: its threads and what became of its requests.
#[derive(Clone, Default)]
pub(super) struct Lane {
    pub(super) breaker: Option<Breaker<1>>,
    pub(super) slots: Vec<Slot>,
    free: Vec<u32>,
    pub(super) used: u32,
    pub(super) peak: u32,
    pub(super) full_at: Option<Instant>,
    /// Requests are refused for want of a thread.
    pub(super) full: bool,
    pub(super) answered: u64,
    pub(super) by_fallback: u64,
    pub(super) failed: u64,
    pub(super) refused: u64,
    /// Calls of this caller that the backend still held when it was healed last.
    pub(super) left_over: Option<u32>,
    pub(super) threads: Level,
    /// The memory of the threads held, in gigabytes: a level of its own, for the memory of a thread can be turned.
    pub(super) memory: Level,
    stack_mb: u32,
    pub(super) answers: Option<Tally>,
    pub(super) fallbacks: Option<Tally>,
    pub(super) failures: Option<Tally>,
    pub(super) refusals: Option<Tally>,
}

/// A thread.
#[derive(Clone, Default)]
pub(super) struct Slot {
    /// Counts what the thread did, so that an event of an earlier attempt is known as stale.
    pub(super) generation: u32,
    pub(super) attempt: u32,
    pub(super) busy: bool,
    /// When the attempt is given up.
    pub(super) patience: Instant,
    pub(super) permit: Option<Permit>,
}

impl Lane {
    pub(super) fn new(breaker: Option<Breaker<1>>, stack_mb: u32) -> Self {
        let tally = || Some(Tally::new(Duration::from_millis(500)));
        let mut lane = Self {
            breaker,
            stack_mb,
            answers: tally(),
            fallbacks: tally(),
            failures: tally(),
            refusals: tally(),
            ..Self::default()
        };
        lane.note_held(Instant::ZERO);
        lane
    }

    /// How much memory its threads hold, in gigabytes.
    pub(super) fn memory_gb(&self) -> f64 {
        f64::from(self.used) * f64::from(self.stack_mb) / 1000.0
    }

    /// From now on a thread takes this much, also one that is held already.
    pub(super) fn set_stack(&mut self, now: Instant, stack_mb: u32) {
        self.stack_mb = stack_mb;
        self.note_held(now);
    }

    fn note_held(&mut self, now: Instant) {
        self.threads.set(now, f64::from(self.used));
        self.memory.set(now, self.memory_gb());
    }

    pub(super) fn state(&self) -> Option<State> {
        self.breaker.as_ref().map(Breaker::state)
    }

    /// The threads that wait for an answer, by number.
    pub(super) fn busy_slots(&mut self) -> impl Iterator<Item = (u32, &mut Slot)> {
        (0..).zip(&mut self.slots).filter(|(_, thread)| thread.busy)
    }

    pub(super) fn take_thread(&mut self, now: Instant, threads: u32) -> Option<u32> {
        if self.used >= threads {
            return None;
        }
        let slot = self.free.pop().unwrap_or(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        if slot as usize == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let thread = self.slots.get_mut(slot as usize)?;
        (thread.attempt, thread.busy) = (0, true);
        self.used += 1;
        self.peak = self.peak.max(self.used);
        self.note_held(now);
        Some(slot)
    }

    pub(super) fn free_thread(&mut self, now: Instant, slot: u32) {
        if let Some(thread) = self.slots.get_mut(slot as usize).filter(|thread| thread.busy) {
            thread.busy = false;
            thread.generation = thread.generation.wrapping_add(1);
            self.free.push(slot);
            self.used -= 1;
            self.note_held(now);
        }
    }
}
