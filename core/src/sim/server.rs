//! A server: so many calls at a time, a queue in front, a latency, and a fault.

mod calls;
mod outcome;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use calls::{Entry, List, NIL, Place};
pub use outcome::{Accepted, Call, Cancelled, Changed, Counters, Finished, Lost, Refused, Started, Ticket};

use super::{Fate, Fault, Latency};
use crate::rng::Seed;
use crate::time::Instant;

/// As a capacity or as the length of a queue: without limit.
pub const UNLIMITED: u32 = u32::MAX;

/// How a [`Server`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerConfig {
    /// How many calls are served at a time: 0 (none is ever served) … [`UNLIMITED`].
    pub capacity: u32,
    /// How many calls may wait for their turn: 0 (none) … [`UNLIMITED`].
    pub queue: u32,
    /// Whose turn it is.
    pub order: Order,
    /// What becomes of a call whose caller has gone.
    pub abandoned: Abandoned,
    /// How long it takes to serve a call.
    pub latency: Latency,
}

impl ServerConfig {
    /// Serves `capacity` calls at a time; no queue; goes on with abandoned calls.
    pub const fn new(capacity: u32, latency: Latency) -> Self {
        Self { capacity, queue: 0, order: Order::OldestFirst, abandoned: Abandoned::GoOn, latency }
    }

    /// The same, with a queue of this length.
    pub const fn with_queue(self, queue: u32) -> Self {
        Self { queue, ..self }
    }
}

/// Which of the waiting calls is served next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// First come, first served.
    #[default]
    OldestFirst,
    /// Last come, first served. A full queue still refuses the newcomer.
    NewestFirst,
}

/// What becomes of a call whose caller has gone (given up, timed out, hung up).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Abandoned {
    /// The server does not notice: the call keeps its place and is served for nobody.
    #[default]
    GoOn,
    /// It is dropped while it waits; once begun it is finished. That is *serve only what is still wanted*.
    DropWaiting,
    /// It is dropped at once, wherever it is, and frees its place.
    Drop,
}

/// A server: so many calls at a time, a bounded queue, a latency, and a fault.
///
/// It is sans-IO. [`Started`] says when a call ends: whoever runs the server puts that into the
/// [`Queue`](super::Queue), and calls [`Server::finish`] when it is due. Every operation is O(1), but for changes of
/// fault or configuration, which are O(calls there).
///
/// # Randomness
///
/// Latency and the coin of a failure are drawn for a call from the server's seed, the concern and the call's `id`, and
/// from nothing else. The same call (the third attempt of request 17, say) meets the same luck in two lanes although
/// one of them turned other calls away, so a difference between lanes is the setting's alone. Calls with the same id
/// get the same draws: make the id from whatever tells calls apart.
///
/// # What faults do to calls that are there
///
/// A chosen model, as plain as the truth allows:
/// - [`Fault::Failing`] and [`Fault::Slow`] act on calls whose service begins under them; the others end as they were
///   going to.
/// - [`Fault::Hung`] freezes everything: calls in service hang too, and hold their places until they are cancelled
///   (with [`Abandoned::Drop`]) or the server heals. Then each is answered one latency after the healing, drawn under
///   the fault that holds then, as if it began anew.
/// - [`Fault::Down`] is a process that died: calls in service and in the queue fail at once, as their connections are
///   reset.
#[derive(Clone, Debug)]
pub struct Server {
    config: ServerConfig,
    fault: Fault,
    seed: Seed,
    calls: Vec<Entry>,
    free: List,
    queue: List,
    serving: List,
    abandoned: u32,
    counters: Counters,
}

impl Server {
    /// A healthy, idle server.
    pub const fn new(config: ServerConfig, seed: Seed) -> Self {
        Self {
            config,
            fault: Fault::Healthy,
            seed,
            calls: Vec::new(),
            free: List::EMPTY,
            queue: List::EMPTY,
            serving: List::EMPTY,
            abandoned: 0,
            counters: Counters { offered: 0, refused: 0, served: 0, failed: 0, cancelled: 0, lost: 0, wasted: 0 },
        }
    }

    /// The configuration in force.
    pub const fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// The fault in force.
    pub const fn fault(&self) -> &Fault {
        &self.fault
    }

    /// How many calls are being served, hanging ones included.
    pub const fn in_service(&self) -> u32 {
        self.serving.len
    }

    /// How many calls wait for their turn.
    pub const fn queued(&self) -> u32 {
        self.queue.len
    }

    /// How many of those in service and waiting nobody waits for any more.
    pub const fn abandoned(&self) -> u32 {
        self.abandoned
    }

    /// What has happened so far.
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The calls being served, oldest start first.
    pub fn calls_in_service(&self) -> impl Iterator<Item = Call> + '_ {
        self.walk(self.serving.head)
    }

    /// The calls that wait, oldest first.
    pub fn calls_queued(&self) -> impl Iterator<Item = Call> + '_ {
        self.walk(self.queue.head)
    }

    /// The call of this ticket; `None` when it is no longer there.
    pub fn call(&self, ticket: Ticket) -> Option<Call> {
        self.entry(ticket).map(|entry| entry.show(ticket.index))
    }

    /// Offers a call at `now`. `id` is the caller's own, and decides the call's luck (see [`Server`]).
    ///
    /// # Errors
    ///
    /// [`Refused`] when the server is down or has no place left.
    pub fn offer(&mut self, now: Instant, id: u64) -> Result<Accepted, Refused> {
        self.counters.offered += 1;
        let refused = if self.fault == Fault::Down {
            Some(Refused::Down)
        } else if self.serving.len >= self.config.capacity && self.queue.len >= self.config.queue {
            Some(Refused::Full { in_service: self.serving.len, queued: self.queue.len })
        } else {
            None
        };
        let admitted = match refused {
            Some(refused) => Err(refused),
            // Only with four thousand million calls there.
            None => self.admit(now, id).ok_or(Refused::Full { in_service: self.serving.len, queued: self.queue.len }),
        };
        let index = admitted.inspect_err(|_| self.counters.refused += 1)?;
        let ahead = self.queue.len;
        self.queue.push(&mut self.calls, index, Place::Queued);
        match self.start_next(now) {
            Some(started) => Ok(Accepted::Started(started)),
            None => Ok(Accepted::Queued { ticket: self.ticket(index), ahead }),
        }
    }

    /// Answers the call of this ticket if that is due at `now`, and starts the next.
    ///
    /// `None` when it is not due: the call is gone, waits, hangs, or was given a later end. An event that is out of date
    /// thus does no harm.
    pub fn finish(&mut self, now: Instant, ticket: Ticket) -> Option<Finished> {
        let entry = *self.entry(ticket)?;
        if entry.place != Place::Serving || entry.ends.is_none_or(|ends| ends > now) {
            return None;
        }
        self.release(ticket.index);
        self.count_answer(entry.ok, entry.abandoned);
        Some(Finished {
            id: entry.id,
            ok: entry.ok,
            abandoned: entry.abandoned,
            waited: entry.started.since(entry.offered),
            took: now.since(entry.started),
            next: self.start_next(now),
        })
    }

    /// The caller of this ticket's call has gone. What becomes of the call is for [`ServerConfig::abandoned`] to say.
    ///
    /// `None` when it is no longer there.
    pub fn cancel(&mut self, now: Instant, ticket: Ticket) -> Option<Cancelled> {
        let place = self.entry(ticket)?.place;
        if self.drops(place) {
            self.release(ticket.index);
            self.counters.cancelled += 1;
            return Some(Cancelled::Dropped { next: self.start_next(now) });
        }
        if let Some(entry) = self.calls.get_mut(ticket.index as usize).filter(|entry| !entry.abandoned) {
            entry.abandoned = true;
            self.abandoned += 1;
        }
        Some(Cancelled::GoesOn)
    }

    /// Changes the fault from `now` on; see [`Server`] for what that does to the calls that are there.
    pub fn set_fault(&mut self, now: Instant, fault: Fault) -> Changed {
        let before = core::mem::replace(&mut self.fault, fault);
        let mut changed = Changed::default();
        match (before, fault) {
            (Fault::Hung, Fault::Hung) => {}
            (_, Fault::Down) => {
                while let Some(index) = self.serving.head().or(self.queue.head()) {
                    let Some(&entry) = self.calls.get(index as usize) else { break };
                    // What only waited was no work.
                    match entry.place {
                        Place::Serving => self.count_answer(false, entry.abandoned),
                        Place::Queued | Place::Free => self.counters.lost += 1,
                    }
                    changed.lost.push(Lost { ticket: self.ticket(index), id: entry.id, abandoned: entry.abandoned });
                    self.release(index);
                }
            }
            (_, Fault::Hung) => {
                let mut at = self.serving.head;
                while let Some(entry) = self.calls.get_mut(at as usize) {
                    entry.ends = None;
                    at = entry.next;
                }
            }
            (Fault::Hung, _) => {
                let mut at = self.serving.head();
                while let Some(index) = at {
                    changed.started.extend(self.serve(now, index));
                    at = self.calls.get(index as usize).map(|entry| entry.next).filter(|&next| next != NIL);
                }
            }
            _ => {}
        }
        changed
    }

    /// Changes the configuration from `now` on.
    ///
    /// Latency acts on calls that start from now on. A smaller capacity or queue turns nobody out: it fills no place until
    /// enough have left. When abandoned calls are dropped from now on, those that are there go at once.
    pub fn set_config(&mut self, now: Instant, config: ServerConfig) -> Changed {
        self.config = config;
        let mut changed = Changed::default();
        for (head, place) in [(self.serving.head, Place::Serving), (self.queue.head, Place::Queued)] {
            let mut at = if self.abandoned > 0 && self.drops(place) { head } else { NIL };
            while let Some(&entry) = self.calls.get(at as usize) {
                if entry.abandoned {
                    changed.lost.push(Lost { ticket: self.ticket(at), id: entry.id, abandoned: true });
                    self.release(at);
                    self.counters.cancelled += 1;
                }
                at = entry.next;
            }
        }
        changed.started.extend(core::iter::from_fn(|| self.start_next(now)));
        changed
    }

    /// Whether an abandoned call is dropped when it is in this place.
    fn drops(&self, place: Place) -> bool {
        match self.config.abandoned {
            Abandoned::GoOn => false,
            Abandoned::DropWaiting => place == Place::Queued,
            Abandoned::Drop => true,
        }
    }

    fn count_answer(&mut self, ok: bool, abandoned: bool) {
        let counter = if ok { &mut self.counters.served } else { &mut self.counters.failed };
        *counter += 1;
        self.counters.wasted += u64::from(abandoned);
    }

    /// An entry for a call, in no list yet.
    fn admit(&mut self, now: Instant, id: u64) -> Option<u32> {
        let index = match self.free.head() {
            Some(index) => {
                self.free.remove(&mut self.calls, index);
                index
            }
            None => {
                let index = u32::try_from(self.calls.len()).ok().filter(|&index| index != NIL)?;
                self.calls.push(Entry::VACANT);
                index
            }
        };
        let entry = self.calls.get_mut(index as usize)?;
        *entry = Entry { id, offered: now, started: now, generation: entry.generation, ..Entry::VACANT };
        Some(index)
    }

    /// Takes a call out of its list for good, which spends its ticket.
    fn release(&mut self, index: u32) {
        let Some(entry) = self.calls.get_mut(index as usize) else { return };
        entry.generation = entry.generation.wrapping_add(1);
        self.abandoned -= u32::from(entry.abandoned);
        match entry.place {
            Place::Queued => self.queue.remove(&mut self.calls, index),
            Place::Serving => self.serving.remove(&mut self.calls, index),
            Place::Free => return,
        }
        self.free.push(&mut self.calls, index, Place::Free);
    }

    /// Moves the call whose turn it is from the queue into service, if there is one and there is a place.
    fn start_next(&mut self, now: Instant) -> Option<Started> {
        if self.serving.len >= self.config.capacity {
            return None;
        }
        let index = match self.config.order {
            Order::OldestFirst => self.queue.head(),
            Order::NewestFirst => self.queue.tail(),
        }?;
        self.queue.remove(&mut self.calls, index);
        self.serving.push(&mut self.calls, index, Place::Serving);
        self.calls.get_mut(index as usize)?.started = now;
        self.serve(now, index)
    }

    /// Decides how a call in service ends, counted from `now`.
    fn serve(&mut self, now: Instant, index: u32) -> Option<Started> {
        let ticket = self.ticket(index);
        let entry = self.calls.get_mut(index as usize)?;
        let (seed, id) = (self.seed, entry.id);
        // Each concern of each call has a stream of its own, so what need not be drawn shifts nothing.
        let stream = |concern| seed.fork("call", id).stream(concern);
        let latency = self.config.latency;
        let latency = latency.fixed().unwrap_or_else(|| latency.draw(&mut stream("latency")));
        let fails = |permille| stream("faults").chance_permille(permille);
        (entry.ends, entry.ok) = match self.fault.judge_by(latency, fails) {
            Fate::Answers { after, ok } => (Some(now.saturating_add(after)), ok),
            Fate::Never => (None, false),
            Fate::Refused => (Some(now), false),
        };
        Some(Started { ticket, id: entry.id, waited: entry.started.since(entry.offered), ends: entry.ends })
    }

    fn ticket(&self, index: u32) -> Ticket {
        Ticket { index, generation: self.calls.get(index as usize).map_or(0, |entry| entry.generation) }
    }

    fn entry(&self, ticket: Ticket) -> Option<&Entry> {
        let entry = self.calls.get(ticket.index as usize)?;
        (entry.generation == ticket.generation && entry.place != Place::Free).then_some(entry)
    }

    fn walk(&self, head: u32) -> impl Iterator<Item = Call> + '_ {
        let mut at = head;
        core::iter::from_fn(move || {
            let index = at;
            let entry = self.calls.get(index as usize)?;
            at = entry.next;
            Some(entry.show(index))
        })
    }
}
