//! The calls under way: who holds a thread, who waits, who works, and which of them for nobody.

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::deadline::Deadline;
use halfopen_core::retry::Retry;
use halfopen_core::rng::Stream;

use super::setup::{C, CLIENT, Chain};
use crate::lab::record::Level;

/// A call, as long as it is the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    slot: usize,
    generation: u32,
}

/// One call, or the client's whole request, in the hop that has taken it.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) hop: usize,
    pub(super) request: u64,
    /// Which attempts it came by, as digits to the base 8.
    pub(super) path: u64,
    /// Who made it, with which attempt.
    pub(super) parent: Option<(Id, u32)>,
    /// The settings that its request was sent with.
    pub(super) chain: Rc<Chain>,
    /// Where the deadline travels along.
    pub(super) deadline: Deadline,
    /// From when it has held a thread.
    pub(super) arrived: Option<Instant>,
    pub(super) state: State,
    /// Its own way through its attempts on the next hop, once it calls on.
    pub(super) retry: Option<Retry>,
    pub(super) jitter: Stream,
    /// The call that it waits for, and until when.
    pub(super) child: Option<Id>,
    pub(super) patience: Option<Instant>,
    /// From when on nobody will read its answer.
    pub(super) nobody: Option<Instant>,
    /// Whether the log tells of it: the reader sent it.
    pub(super) told: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// On its way: it holds no thread yet.
    Coming,
    /// Works on its own.
    Working,
    /// Does nothing, and will not.
    Hung,
    /// Waits for the next hop's answer.
    Waiting,
    /// Waits until it may try again.
    Pausing,
}

impl State {
    const fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::Hung)
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Answer,
    Failed,
    /// It was not begun: no thread, or too little time.
    Refused,
}

/// All calls under way, with what they cost.
#[derive(Clone)]
pub(super) struct Calls {
    slots: Vec<(u32, Option<Call>)>,
    free: Vec<usize>,
    /// Threads held, by hop; of the client, requests under way.
    pub(super) held: [u32; 4],
    /// Calls for nobody now, by hop: those that wait, and those that work or hang.
    waiting: [u32; 4],
    working: [u32; 4],
    /// The sums of what such calls have taken up to `settled`, in nanoseconds.
    waited: u64,
    worked: u64,
    settled: Instant,
    pub(super) threads: [Level; 4],
    pub(super) for_nobody: [Level; 2],
}

impl Calls {
    pub(super) fn new() -> Self {
        let mut calls = Self {
            slots: Vec::new(),
            free: Vec::new(),
            held: [0; 4],
            waiting: [0; 4],
            working: [0; 4],
            waited: 0,
            worked: 0,
            settled: Instant::ZERO,
            threads: Default::default(),
            for_nobody: Default::default(),
        };
        calls.note(Instant::ZERO);
        calls
    }

    pub(super) fn get(&self, id: Id) -> Option<&Call> {
        self.slots.get(id.slot).filter(|slot| slot.0 == id.generation)?.1.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Call> {
        self.slots.get_mut(id.slot).filter(|slot| slot.0 == id.generation)?.1.as_mut()
    }

    pub(super) fn add(&mut self, now: Instant, call: Call) -> Id {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push((0, None));
        }
        self.settle(now);
        self.count(&call, true);
        let mut generation = 0;
        if let Some(place) = self.slots.get_mut(slot) {
            place.1 = Some(call);
            generation = place.0;
        }
        self.note(now);
        Id { slot, generation }
    }

    /// Takes a call away.
    pub(super) fn remove(&mut self, now: Instant, id: Id) -> Option<Call> {
        let place = self.slots.get_mut(id.slot).filter(|slot| slot.0 == id.generation)?;
        let call = place.1.take()?;
        place.0 = place.0.wrapping_add(1);
        self.free.push(id.slot);
        self.settle(now);
        self.count(&call, false);
        self.note(now);
        Some(call)
    }

    /// Changes what a call is about.
    pub(super) fn change(&mut self, now: Instant, id: Id, change: impl FnOnce(&mut Call)) {
        self.settle(now);
        let Some(mut call) =
            self.slots.get_mut(id.slot).filter(|slot| slot.0 == id.generation).and_then(|slot| slot.1.take())
        else {
            return;
        };
        self.count(&call, false);
        change(&mut call);
        self.count(&call, true);
        if let Some(place) = self.slots.get_mut(id.slot) {
            place.1 = Some(call);
        }
        self.note(now);
    }

    /// Nobody will read the answer of this call, nor of those that it waits for.
    pub(super) fn abandon(&mut self, now: Instant, id: Id) -> Vec<Id> {
        let mut next = Some(id);
        let mut gone = Vec::new();
        while let Some(id) = next {
            next = self.get(id).and_then(|call| call.child);
            if self.get(id).is_none() {
                break;
            }
            self.change(now, id, |call| _ = call.nobody.get_or_insert(now));
            gone.push(id);
        }
        gone
    }

    /// The calls in this hop that stand so.
    pub(super) fn standing(&self, hop: usize, state: State) -> Vec<Id> {
        let all = self.slots.iter().enumerate();
        all.filter_map(|(slot, (generation, call))| {
            let stands = call.as_ref().is_some_and(|call| call.hop == hop && call.state == state);
            stands.then_some(Id { slot, generation: *generation })
        })
        .collect()
    }

    /// Calls that wait, and that work, for nobody, by hop.
    pub(super) fn nobody(&self, hop: usize) -> (u32, u32) {
        (self.waiting.get(hop).copied().unwrap_or(0), self.working.get(hop).copied().unwrap_or(0))
    }

    /// What calls have waited, and worked, for nobody so far.
    pub(super) fn wasted(&self, now: Instant) -> (Duration, Duration) {
        let since = now.since(self.settled).as_nanos() as u64;
        let all = |sum: u64, now: &[u32; 4]| Duration::from_nanos(sum.saturating_add(since.saturating_mul(total(now))));
        (all(self.waited, &self.waiting), all(self.worked, &self.working))
    }

    fn settle(&mut self, now: Instant) {
        let (waited, worked) = self.wasted(now);
        (self.waited, self.worked) = (nanos(waited), nanos(worked));
        self.settled = self.settled.max(now);
    }

    fn count(&mut self, call: &Call, up: bool) {
        let turn = |count: Option<&mut u32>| {
            if let Some(count) = count {
                *count = if up { count.saturating_add(1) } else { count.saturating_sub(1) };
            }
        };
        if call.state == State::Coming {
            return;
        }
        turn(self.held.get_mut(call.hop));
        if call.nobody.is_some() && call.hop != CLIENT {
            turn(if call.state.is_working() { &mut self.working } else { &mut self.waiting }.get_mut(call.hop));
        }
    }

    fn note(&mut self, now: Instant) {
        for (level, held) in self.threads.iter_mut().zip(self.held) {
            level.set(now, f64::from(held));
        }
        let [waiting, working] = &mut self.for_nobody;
        waiting.set(now, total(&self.waiting) as f64);
        working.set(now, total(&self.working) as f64);
    }
}

fn total(of: &[u32; 4]) -> u64 {
    of.iter().take(C + 1).map(|count| u64::from(*count)).sum()
}

fn nanos(time: Duration) -> u64 {
    (Instant::ZERO + time).as_nanos()
}
