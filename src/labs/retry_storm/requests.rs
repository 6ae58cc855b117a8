//! A request's way: its tries, their ends, and what comes between them.

use halfopen_core::Instant;
use halfopen_core::breaker::Permit;
use halfopen_core::budget::{Cause, Held};
use halfopen_core::rng::Seed;
use halfopen_core::sim::{Abandoned, Accepted, Cancelled, Refused, Ticket};

use super::events::Kind;
use super::setup::{Shed, too_late};
use super::{Event, Lab, Last, unit};

/// Requests under way at most: an open loop that never gives up would have ever more.
pub(super) const UNDER_WAY_MAX: usize = 40_000;

/// A request that somebody wants.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) client: u32,
    /// Failed tries, those that were not sent among them.
    pub(super) failed: u32,
    calls: u32,
    /// Counts what becomes of it and of those that had its place before, so that what is out of date is known as such.
    generation: u32,
    stage: Stage,
    /// When the present try began.
    since: Instant,
    luck: u64,
    ticket: Option<Ticket>,
    pub(super) permit: Option<Permit>,
    pub(super) held: Held,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Nobody's.
    #[default]
    Free,
    /// Its try is at the server.
    There,
    /// Between two tries.
    Between,
}

/// Why a try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server refused it, or went down with it.
    Refused,
    /// The server had a place and turned it away.
    Shed,
    TimedOut,
    /// A breaker or a throttle did not let it out.
    HeldBack,
}

/// The requests under way, in places that are used again.
#[derive(Clone, Default)]
pub(super) struct Requests {
    slots: Vec<Request>,
    free: Vec<u32>,
}

/// A try's name at the server.
fn id(slot: u32, generation: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(slot)
}

/// The place and generation in a try's name.
pub(super) fn name(id: u64) -> (u32, u32) {
    (id as u32, (id >> 32) as u32)
}

impl Requests {
    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Those under way.
    pub(super) fn under_way(&self) -> impl Iterator<Item = &Request> {
        self.slots.iter().filter(|request| request.stage != Stage::Free)
    }

    pub(super) fn under_way_mut(&mut self) -> impl Iterator<Item = &mut Request> {
        self.slots.iter_mut().filter(|request| request.stage != Stage::Free)
    }

    /// The request whose present try this is, if it is at the server.
    pub(super) fn at_server(&mut self, slot: u32, generation: u32) -> Option<&mut Request> {
        let request = self.slots.get_mut(slot as usize)?;
        (request.stage == Stage::There && request.generation == generation).then_some(request)
    }

    fn add(&mut self, client: u32, luck: u64) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Request::default());
            // There are not as many as that.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(request) = self.slots.get_mut(slot as usize) {
            let generation = request.generation.wrapping_add(1);
            *request = Request { client, luck, generation, stage: Stage::Between, ..Request::default() };
        }
        slot
    }

    fn remove(&mut self, slot: u32) -> Option<Request> {
        let request = self.slots.get_mut(slot as usize).filter(|request| request.stage != Stage::Free)?;
        let generation = request.generation.wrapping_add(1);
        let removed = std::mem::replace(request, Request { generation, ..Request::default() });
        self.free.push(slot);
        Some(removed)
    }
}

impl Lab {
    /// A client wants something: its first try goes out.
    pub(super) fn want(&mut self, number: u32) {
        let now = self.now;
        let Some(client) = self.clients.get_mut(number as usize) else { return };
        let luck = self.luck.fork("client", u64::from(number) << 32 | u64::from(client.wants)).0;
        client.wants = client.wants.wrapping_add(1);
        self.counts.wanted += 1;
        self.watch.bucket.wanted += 1;
        self.record.event(now, 1, &[u64::from(number)]);
        if self.requests.len() >= UNDER_WAY_MAX {
            self.counts.gave_up += 1;
            self.counts.by_room += 1;
            (client.ended, client.last) = (now, Last::GaveUp);
            self.tell_no_room();
            return self.think(number);
        }
        client.open += 1;
        if let Some(caller) = self.caller(number) {
            caller.active += 1;
            caller.budget.on_request(now);
        }
        let slot = self.requests.add(number, luck);
        self.attempt(slot);
    }

    pub(super) fn try_again(&mut self, slot: u32, generation: u32) {
        let request = self.requests.slots.get(slot as usize);
        if request.is_some_and(|request| request.stage == Stage::Between && request.generation == generation) {
            self.attempt(slot);
        }
    }

    fn attempt(&mut self, slot: u32) {
        let now = self.now;
        let Some(&Request { client, failed, luck, .. }) = self.requests.slots.get(slot as usize) else { return };
        let Some(caller) = self.caller(client) else { return };
        if let Some(throttle) = &mut caller.throttle {
            let draw = unit(Seed(luck).fork("throttle", failed.into()));
            if throttle.try_request(draw, now).is_err() {
                return self.held_back(slot);
            }
        }
        let Ok(permit) = caller.admit(now) else { return self.held_back(slot) };
        self.counts.sent += 1;
        self.watch.bucket.sent += 1;
        if failed > 0 {
            self.counts.retried += 1;
            self.watch.bucket.retried += 1;
        }
        let Some(request) = self.requests.slots.get_mut(slot as usize) else { return };
        request.calls += 1;
        (request.since, request.permit, request.stage) = (now, permit, Stage::There);
        request.ticket = None;
        let generation = request.generation;
        self.counts.most_calls = self.counts.most_calls.max(request.calls);
        if failed > 0 {
            self.record.event(now, 2, &[u64::from(client), u64::from(failed)]);
        }
        if self.is_up() && self.sheds(failed) {
            return self.failed(slot, Failed::Shed);
        }
        match self.server.offer(now, id(slot, generation)) {
            Ok(accepted) => {
                if let Some(request) = self.requests.slots.get_mut(slot as usize) {
                    request.ticket = Some(accepted.ticket());
                }
                let drops = self.setup.server.abandoned != Abandoned::GoOn;
                match accepted {
                    Accepted::Started(started) => self.started(started),
                    Accepted::Queued { .. } if drops => {
                        self.tell_queue();
                        self.events.push(too_late(now, &self.setup), Event::TooLate { slot, generation });
                        return;
                    }
                    Accepted::Queued { .. } => self.tell_queue(),
                }
                self.events.line_up(Kind::TimeUp, now + self.setup.timeout, Event::TimeUp { slot, generation });
            }
            Err(refused) => {
                if let Refused::Full { .. } = refused {
                    self.tell_full();
                }
                self.failed(slot, Failed::Refused);
            }
        }
    }

    fn held_back(&mut self, slot: u32) {
        self.counts.held_back += 1;
        self.record.event(self.now, 3, &[u64::from(slot)]);
        self.failed(slot, Failed::HeldBack);
    }

    /// Whether the server turns a try away although it has a place.
    fn sheds(&self, failed: u32) -> bool {
        let answer = || self.setup.answer(self.server.queued());
        match self.setup.shed {
            Shed::None => false,
            Shed::Late => answer() > self.setup.timeout,
            Shed::Retries => failed > 0 && answer() > self.setup.timeout / 2,
        }
    }

    /// In time it would have been begun by now. Whoever waits does not know, and waits on.
    pub(super) fn too_late(&mut self, slot: u32, generation: u32) {
        let now = self.now;
        let Some(request) = self.requests.at_server(slot, generation) else { return };
        let (ticket, up) = (request.ticket, request.since + self.setup.timeout);
        let waiting = ticket.and_then(|ticket| self.server.call(ticket)).is_some_and(|call| call.started.is_none());
        if waiting && let Some(Cancelled::Dropped { next }) = ticket.and_then(|ticket| self.server.cancel(now, ticket))
        {
            self.record.event(now, 4, &[u64::from(slot)]);
            next.into_iter().for_each(|started| self.started(started));
        }
        self.events.line_up(Kind::TimeUp, up, Event::TimeUp { slot, generation });
    }

    pub(super) fn time_up(&mut self, slot: u32, generation: u32) {
        let now = self.now;
        let Some(request) = self.requests.at_server(slot, generation) else { return };
        if let Some(Cancelled::Dropped { next }) = request.ticket.and_then(|ticket| self.server.cancel(now, ticket)) {
            next.into_iter().for_each(|started| self.started(started));
        }
        self.counts.timed_out += 1;
        self.failed(slot, Failed::TimedOut);
    }

    pub(super) fn finish(&mut self, ticket: Ticket) {
        let now = self.now;
        let Some(done) = self.server.finish(now, ticket) else { return };
        done.next.into_iter().for_each(|started| self.started(started));
        let (slot, generation) = name(done.id);
        let wanted = !done.abandoned && self.requests.at_server(slot, generation).is_some();
        self.record.event(now, 5, &[u64::from(wanted)]);
        if wanted {
            self.watch.bucket.good += 1;
            self.answered(slot);
        } else {
            self.watch.bucket.wasted += 1;
        }
    }

    fn answered(&mut self, slot: u32) {
        let now = self.now;
        let Some(mut request) = self.requests.remove(slot) else { return };
        if let Some(caller) = self.caller(request.client) {
            caller.settle(request.permit.take(), true, now);
            caller.budget.on_success(&mut request.held);
            if let Some(throttle) = &mut caller.throttle {
                throttle.on_accepted(now);
            }
        }
        self.counts.answered += 1;
        self.ended(request.client, Last::Answered);
    }

    /// The present try failed: another follows, or the client gives up.
    pub(super) fn failed(&mut self, slot: u32, why: Failed) {
        let (now, tries) = (self.now, self.setup.tries());
        self.watch.bucket.failed += 1;
        self.counts.shed += u64::from(why == Failed::Shed);
        self.watch.bucket.refused += u32::from(matches!(why, Failed::Refused | Failed::Shed));
        let Some(request) = self.requests.slots.get_mut(slot as usize) else { return };
        request.failed += 1;
        request.generation = request.generation.wrapping_add(1);
        request.stage = Stage::Between;
        let (failed, generation) = (request.failed, request.generation);
        // Drawn by request and try, so that no setting shifts another's.
        let draw = unit(Seed(request.luck).fork("try", failed.into()));
        let (client, permit, mut held) = (request.client, request.permit.take(), std::mem::take(&mut request.held));
        let spent = tries.is_some_and(|tries| failed >= tries);
        let was_open = self.setup.breaker.is_some() && self.caller(client).is_some_and(|caller| caller.is_open());
        let Some(caller) = self.caller(client) else { return };
        if why == Failed::HeldBack {
            // There is no permit, and the server had no part in it.
            caller.budget.on_not_sent(&mut held);
        } else {
            caller.settle(permit, false, now);
            caller.budget.on_failure(&mut held);
        }
        let cause = match why {
            Failed::TimedOut => Cause::Timeout,
            Failed::Shed => Cause::Throttled,
            Failed::Refused | Failed::HeldBack => Cause::Failure,
        };
        let active = caller.active;
        let refused = if spent { None } else { caller.budget.try_retry(&mut held, cause, active, now).err() };
        let opened = !was_open && caller.is_open();
        if opened {
            self.tell_breaker(client);
        }
        self.record.event(now, 6, &[u64::from(client), why as u64]);
        if let Some(refused) = refused {
            self.counts.by_budget += 1;
            self.tell_budget(client, &refused);
        }
        if spent || refused.is_some() {
            self.record.event(now, 7, &[u64::from(client)]);
            if let Some(request) = self.requests.remove(slot) {
                self.counts.gave_up += 1;
                self.ended(request.client, Last::GaveUp);
            }
            return;
        }
        if let Some(request) = self.requests.slots.get_mut(slot as usize) {
            request.held = held;
        }
        self.events.line_up(Kind::Retry, now + self.setup.wait(failed, draw), Event::Retry { slot, generation });
    }

    fn ended(&mut self, number: u32, last: Last) {
        let now = self.now;
        if let Some(caller) = self.caller(number) {
            caller.active = caller.active.saturating_sub(1);
        }
        if let Some(client) = self.clients.get_mut(number as usize) {
            client.open = client.open.saturating_sub(1);
            (client.ended, client.last) = (now, last);
        }
        self.think(number);
    }
}
