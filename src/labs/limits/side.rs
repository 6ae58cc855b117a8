//! A gate, two servers and the requests that were let in: one run of the two that are held against each other.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::hedge::{Config, Hedge, Verdict};
use halfopen_core::rng::Seed;
use halfopen_core::sim::{Accepted, Queue, Server, Started, Ticket};

use super::guard::{End, Guard, Pass, Turned};
use super::hedge::Hedging;
use super::setup::{SERVERS, Setup};
use super::times::Times;
use super::watch::{Bucket, Rates};
use crate::lab::Record;

/// What has become of all requests. `offered = admitted + rejected`, and
/// `admitted = in time + late + failed + in flight`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) offered: u64,
    pub(super) admitted: u64,
    pub(super) rejected: u64,
    pub(super) in_time: u64,
    pub(super) late: u64,
    pub(super) failed: u64,
    /// Callers that wait.
    pub(super) in_flight: u64,
    /// Second copies sent, and those of them that were first.
    pub(super) copies: u64,
    pub(super) won: u64,
    /// Answers that nobody waited for.
    pub(super) wasted: u64,
}

/// A request that was let in, until all its copies are done.
#[derive(Clone, Debug)]
struct Call {
    began: Instant,
    /// Decides which copies are sent and whose answer it is, as was set when it began.
    hedge: Hedge,
    hedging: Option<Config>,
    /// Its caller gave up.
    late: bool,
    /// The server of its first copy; the second one goes to the other.
    first: usize,
    copies: [Option<(Ticket, Pass)>; 2],
}

impl Call {
    /// Whether its caller waits.
    fn waits(&self) -> bool {
        !self.late && !self.hedge.is_over()
    }
}

#[derive(Clone, Copy, Debug)]
enum Due {
    Finish { server: usize, ticket: Ticket },
    Copy { number: u64 },
    TimeUp { number: u64 },
}

/// What is worth telling, once.
#[derive(Clone, Debug)]
pub(super) enum News {
    Turned(Turned),
    Refused { queued: u32 },
    Late { queued: u32 },
    Copied { after: Duration },
}

#[derive(Clone)]
pub(super) struct Side {
    setup: Setup,
    pub(super) guard: Guard,
    pub(super) hedging: Hedging,
    pub(super) servers: [Server; SERVERS],
    events: Queue<Due>,
    /// Who gives up when, soonest first; the first of them still waits.
    patience: VecDeque<(Instant, u64)>,
    calls: BTreeMap<u64, Call>,
    pub(super) counts: Counts,
    pub(super) bucket: Bucket,
    pub(super) rates: Rates,
    pub(super) times: Times,
    /// What was told since it was last asked for.
    told: [bool; 4],
    news: Vec<News>,
}

impl Side {
    pub(super) fn new(setup: Setup, seed: Seed) -> Self {
        // By the copy's number alone: neither guard nor server shifts a draw.
        let server = || Server::new(setup.server, seed.fork("request", 0));
        Self {
            guard: Guard::new(setup.guard),
            hedging: Hedging::new(setup.hedge),
            servers: [server(), server()],
            events: Queue::new(),
            patience: VecDeque::new(),
            calls: BTreeMap::new(),
            counts: Counts::default(),
            bucket: Bucket::default(),
            rates: Rates::default(),
            times: Times::default(),
            told: [false; 4],
            news: Vec::new(),
            setup,
        }
    }

    pub(super) fn set(&mut self, now: Instant, setup: Setup) {
        if self.setup.guard != setup.guard {
            self.guard.set(setup.guard, now);
        }
        self.hedging.set(setup.hedge);
        if self.setup.server != setup.server {
            for server in 0..SERVERS {
                let Some(changed) = self.servers.get_mut(server).map(|at| at.set_config(now, setup.server)) else {
                    continue;
                };
                for started in changed.started {
                    self.started(server, started);
                }
            }
        }
        self.setup = setup;
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        let patience = self.patience.front().map(|front| front.0);
        self.events.next_at().into_iter().chain(patience).min()
    }

    /// Lets the next thing happen; an answer that comes as its caller gives up is in time.
    pub(super) fn step(&mut self, to: Instant, record: Option<&mut Record>) {
        let give_up = self.patience.front().copied().filter(|front| front.0 <= to);
        let until = give_up.map_or(to, |front| front.0);
        match self.events.pop_until(until) {
            Some((now, Due::Finish { server, ticket })) => self.finish(now, server, ticket, record),
            Some((now, Due::Copy { number })) => self.copy(now, number, record),
            Some((now, Due::TimeUp { number })) => self.time_up(now, number, record),
            None => {
                if let Some((now, number)) = give_up {
                    self.time_up(now, number, record);
                }
            }
        }
    }

    /// A request comes; whether it was let in.
    pub(super) fn offer(&mut self, now: Instant, number: u64, record: Option<&mut Record>) -> bool {
        self.counts.offered += 1;
        self.bucket.offered += 1;
        let pass = match self.guard.ask(now) {
            Ok(pass) => pass,
            Err(turned) => {
                self.counts.rejected += 1;
                self.bucket.rejected += 1;
                event(record, now, 2, number);
                self.tell(News::Turned(turned));
                return false;
            }
        };
        self.counts.admitted += 1;
        self.bucket.admitted += 1;
        self.counts.in_flight += 1;
        let load = |server: usize| self.servers.get(server).map_or(0, |at| at.in_service() + at.queued());
        // The one with less to do; of two that have as much, in turn.
        let first = match load(0).cmp(&load(1)) {
            core::cmp::Ordering::Less => 0,
            core::cmp::Ordering::Greater => 1,
            core::cmp::Ordering::Equal => (number % SERVERS as u64) as usize,
        };
        let (hedge, hedging) = (Hedge::new(now), self.hedging.config());
        let copy =
            hedging.as_ref().and_then(|config| hedge.poll_timeout(config)).filter(|at| *at < now + self.setup.timeout);
        let call = Call { began: now, hedge, hedging, late: false, first, copies: [None, None] };
        self.calls.insert(number, call);
        if !self.send(now, number, 0, pass) {
            // It went to the emptier server: the other would have turned it down too.
            self.calls.remove(&number);
            self.counts.in_flight -= 1;
            self.counts.failed += 1;
            self.bucket.failed += 1;
            event(record, now, 3, number);
            let queued = self.queued();
            self.tell(News::Refused { queued });
            return true;
        }
        event(record, now, 1, number);
        let up = now + self.setup.timeout;
        // A timeout that was made shorter ends before those that were there.
        if self.patience.back().is_none_or(|back| back.0 <= up) {
            self.patience.push_back((up, number));
        } else {
            self.events.push(up, Due::TimeUp { number });
        }
        if let Some(at) = copy {
            self.events.push(at, Due::Copy { number });
        }
        true
    }

    /// Sends a copy; whether the server took it.
    fn send(&mut self, now: Instant, number: u64, copy: usize, pass: Pass) -> bool {
        let Some(call) = self.calls.get_mut(&number) else { return false };
        let at = (call.first + copy) % SERVERS;
        let Some(server) = self.servers.get_mut(at) else { return false };
        match server.offer(now, number << 1 | copy as u64) {
            Ok(accepted) => {
                if let Some(slot) = call.copies.get_mut(copy) {
                    *slot = Some((accepted.ticket(), pass));
                }
                if let Accepted::Started(started) = accepted {
                    self.started(at, started);
                }
                true
            }
            Err(_) => {
                self.guard.back(pass, End::Refused, now);
                false
            }
        }
    }

    fn started(&mut self, server: usize, started: Started) {
        if let Some(ends) = started.ends {
            self.events.push(ends, Due::Finish { server, ticket: started.ticket });
        }
    }

    /// A caller has waited for so long that a second copy goes out, if it may.
    fn copy(&mut self, now: Instant, number: u64, record: Option<&mut Record>) {
        let Some(call) = self.calls.get_mut(&number).filter(|call| call.waits()) else { return };
        let (began, Some(hedging)) = (call.began, call.hedging) else { return };
        let Ok(pass) = self.guard.ask(now) else {
            call.hedge.on_not_sent(&hedging, now);
            return;
        };
        if call.hedge.try_send(&hedging, now).is_none() {
            self.guard.back(pass, End::Unsent, now);
            return;
        }
        if self.send(now, number, 1, pass) {
            self.counts.copies += 1;
            self.bucket.copies += 1;
            event(record, now, 4, number);
            self.tell(News::Copied { after: now.since(began) });
        } else if let Some(call) = self.calls.get_mut(&number) {
            call.hedge.on_failure(&hedging, 1, now);
        }
    }

    fn time_up(&mut self, now: Instant, number: u64, record: Option<&mut Record>) {
        if let Some(call) = self.calls.get_mut(&number).filter(|call| call.waits()) {
            call.late = true;
            self.counts.late += 1;
            self.bucket.late += 1;
            self.counts.in_flight -= 1;
            self.times.add(self.setup.timeout);
            event(record, now, 5, number);
            let queued = self.queued();
            self.tell(News::Late { queued });
            self.abandon(now, number);
        }
        self.prune();
    }

    /// Nobody waits for the copies of this request any more; the servers go on.
    fn abandon(&mut self, now: Instant, number: u64) {
        let Some(call) = self.calls.get(&number) else { return };
        let first = call.first;
        let tickets = [0, 1].map(|copy: usize| call.copies.get(copy)?.as_ref().map(|sent| sent.0));
        for (copy, ticket) in tickets.into_iter().enumerate() {
            if let (Some(ticket), Some(server)) = (ticket, self.servers.get_mut((first + copy) % SERVERS)) {
                server.cancel(now, ticket);
            }
        }
    }

    fn finish(&mut self, now: Instant, server: usize, ticket: Ticket, record: Option<&mut Record>) {
        let Some(done) = self.servers.get_mut(server).and_then(|at| at.finish(now, ticket)) else { return };
        if let Some(next) = done.next {
            self.started(server, next);
        }
        let (number, copy) = (done.id >> 1, (done.id & 1) as usize);
        let Some(call) = self.calls.get_mut(&number) else { return };
        let pass = call.copies.get_mut(copy).and_then(Option::take).map(|sent| sent.1);
        let late = call.late;
        let verdict = call.hedge.on_success(copy as u32, now);
        let waited = !late && matches!(verdict, Verdict::Won { .. });
        let took = now.since(call.began);
        let over = call.copies.iter().all(Option::is_none);
        if let Some(pass) = pass {
            self.guard.back(pass, if late { End::GaveUp } else { End::Answered }, now);
        }
        if copy == 0 {
            self.hedging.took(took);
        }
        event(record, now, if waited { 6 } else { 7 }, number);
        if waited {
            self.counts.in_time += 1;
            self.counts.in_flight -= 1;
            self.counts.won += copy as u64;
            self.bucket.good += 1;
            self.times.add(took);
            self.abandon(now, number);
        } else {
            self.counts.wasted += 1;
            self.bucket.wasted += 1;
        }
        if over {
            self.calls.remove(&number);
        }
        self.prune();
    }

    fn prune(&mut self) {
        while self.patience.front().is_some_and(|front| !self.calls.get(&front.1).is_some_and(Call::waits)) {
            self.patience.pop_front();
        }
    }

    /// A tenth of a second is over.
    pub(super) fn tick(&mut self, now: Instant) {
        self.hedging.look();
        self.times.look();
        let bucket = std::mem::take(&mut self.bucket);
        self.rates.next(now, bucket);
    }

    fn tell(&mut self, news: News) {
        let kind = match news {
            News::Turned(_) => 0,
            News::Refused { .. } => 1,
            News::Late { .. } => 2,
            News::Copied { .. } => 3,
        };
        if let Some(told) = self.told.get_mut(kind).filter(|told| !**told) {
            *told = true;
            self.news.push(news);
        }
    }

    pub(super) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// What is told once is told again, but for the first copy.
    pub(super) fn tell_again(&mut self) {
        for told in self.told.iter_mut().take(3) {
            *told = false;
        }
    }

    /// How many wait in both queues.
    pub(super) fn queued(&self) -> u32 {
        self.servers.iter().map(Server::queued).sum()
    }

    /// How many are in the servers, waiting or being served.
    pub(super) fn inside(&self) -> u32 {
        self.servers.iter().map(|server| server.queued() + server.in_service()).sum()
    }
}

fn event(record: Option<&mut Record>, now: Instant, kind: u16, number: u64) {
    if let Some(record) = record {
        record.event(now, kind, &[number]);
    }
}
