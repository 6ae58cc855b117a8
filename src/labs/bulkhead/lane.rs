//! One arrangement of the threads: who waits, who is at work, and what became of the others.

use std::collections::VecDeque;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::bulkhead::{self, Admitted, Bulkhead, Permit};
use halfopen_core::sim::Queue;

use super::Event;
use super::counts::Account;
use super::setup::{Arranged, Kind, Setup};
use crate::lab::Record;
use crate::lab::record::Level;

/// Places to wait that a pool has at most: twice what a knob gives one of two.
const PLACES: usize = 200;
/// Calls at work at most. Above, a caller that gives up leaves its slot to the work, whatever the knob says.
pub(super) const AT_WORK_MAX: u64 = 5_000;
/// So long nobody was turned away when it is over. Less, and a pool that is nearly large enough would fill the log.
pub(super) const CALM: Duration = Duration::from_secs(3);
/// Means are told for a time of one second, and scaled.
pub(super) const UNIT: Duration = Duration::from_secs(1);

/// What a lane needs of the lab.
pub(super) struct Around<'a> {
    pub(super) now: Instant,
    pub(super) setup: &'a Setup,
    pub(super) slow: bool,
    pub(super) queue: &'a mut Queue<Event>,
    pub(super) record: &'a mut Record,
    /// What the lane tells the lab of.
    pub(super) news: Vec<News>,
}

/// A request.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) kind: Kind,
    /// Counts up from 1 within its kind.
    pub(super) number: u64,
    pub(super) asked: Instant,
    /// How long it would take if the mean were a second.
    pub(super) unit: Duration,
}

/// What the log is told of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Requests of this kind begin to be turned away; whether the first of them had waited.
    TurnedAway { kind: Kind, waited: bool },
    /// The first caller gave up on work since payments were made slow.
    Late,
    /// No more work can go on without a slot.
    TooMuch,
}

/// An arrangement.
#[derive(Clone)]
pub(super) struct Lane {
    pub(super) arranged: Arranged,
    pub(super) pools: Vec<Pool>,
    calls: Vec<Call>,
    free: Vec<u32>,
    pub(super) accounts: [Account; 2],
    /// Whether it has been told since payments were made slow that a caller gave up, and ever that there is too much.
    pub(super) told_late: bool,
    told_much: bool,
}

/// A pool of threads or a semaphore.
#[derive(Clone)]
pub(super) struct Pool {
    /// Of which kind; of both where there is none.
    pub(super) of: Option<Kind>,
    pub(super) bulkhead: Bulkhead<PLACES>,
    /// Those in the bulkhead's line, in its order.
    line: VecDeque<Caller>,
    /// The event at which the next of them gives up.
    wakes: Option<Instant>,
    pub(super) waiting: Level,
}

/// A place for a call at work.
#[derive(Clone, Default)]
struct Call {
    /// Counts what the place was used for, so that an event of an earlier call is known as stale.
    generation: u32,
    work: Option<Work>,
}

#[derive(Clone)]
struct Work {
    caller: Caller,
    permit: Permit,
    pool: usize,
    ends: Instant,
    /// Whether its caller still waits.
    wanted: bool,
    /// Whether it has a slot.
    slot: bool,
}

impl Pool {
    fn new(setup: &Setup, of: Option<Kind>) -> Self {
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(bulkhead) = Bulkhead::new(setup.bulkhead(of)) else {
            unreachable!("two times the greatest queue are the places there are")
        };
        let mut waiting = Level::default();
        waiting.set(Instant::ZERO, 0.0);
        Self { of, bulkhead, line: VecDeque::new(), wakes: None, waiting }
    }
}

impl Lane {
    pub(super) fn new(arranged: Arranged, setup: &Setup) -> Self {
        let pools = match arranged {
            Arranged::Shared => vec![Pool::new(setup, None)],
            Arranged::Apart => Kind::ALL.map(|kind| Pool::new(setup, Some(kind))).to_vec(),
        };
        Self {
            arranged,
            pools,
            calls: Vec::new(),
            free: Vec::new(),
            accounts: Kind::ALL.map(|_| Account::new()),
            told_late: false,
            told_much: false,
        }
    }

    pub(super) fn of(&self, kind: Kind) -> &Account {
        &self.accounts[kind as usize]
    }

    fn account(&mut self, kind: Kind) -> &mut Account {
        &mut self.accounts[kind as usize]
    }

    /// Which pool serves this kind.
    pub(super) fn pool_of(&self, kind: Kind) -> usize {
        (kind as usize).min(self.pools.len() - 1)
    }

    /// Calls at work in the process.
    pub(super) fn at_work(&self) -> u64 {
        self.accounts.iter().map(Account::at_work).sum()
    }

    /// Slots in use.
    pub(super) fn in_use(&self) -> u32 {
        self.accounts.iter().map(|account| account.slots).sum()
    }

    /// A request comes.
    pub(super) fn ask(&mut self, around: &mut Around, caller: Caller) {
        let (now, pool) = (around.now, self.pool_of(caller.kind));
        self.account(caller.kind).came += 1;
        let mut heard = Vec::new();
        let asked = self.pools[pool].bulkhead.try_acquire(now, &mut |event| heard.push(event));
        self.hear(around, pool, heard);
        match asked {
            Ok(Admitted::Started(permit)) => {
                self.account(caller.kind).recent.waited(now, Duration::ZERO);
                self.begin(around, pool, caller, permit);
            }
            Ok(Admitted::Waiting(_)) => {
                self.pools[pool].line.push_back(caller);
                self.wait_changed(now, pool, caller.kind, true);
            }
            Err(_) => {
                self.account(caller.kind).rejected += 1;
                self.event(around, 2, caller);
                self.turned_away(around, caller.kind, false);
            }
        }
        self.wake(around, pool);
    }

    /// Waiting callers of this pool may have given up.
    pub(super) fn woken(&mut self, around: &mut Around, pool: usize) {
        let mut heard = Vec::new();
        let Some(of) = self.pools.get_mut(pool) else { return };
        if of.wakes == Some(around.now) {
            of.wakes = None;
        }
        of.bulkhead.handle_timeout(around.now, &mut |event| heard.push(event));
        self.hear(around, pool, heard);
        self.wake(around, pool);
    }

    /// The caller of a call at work gives up; the work goes on.
    pub(super) fn gave_up(&mut self, around: &mut Around, number: u32, generation: u32) {
        let (now, frees) = (around.now, around.setup.frees);
        let much = frees && self.at_work() >= AT_WORK_MAX;
        let of = self.calls.get_mut(number as usize).filter(|call| call.generation == generation);
        let Some(work) = of.and_then(|call| call.work.as_mut()) else { return };
        let (caller, pool) = (work.caller, work.pool);
        (work.wanted, work.slot) = (false, !frees || much);
        around.queue.push(work.ends, Event::End { arranged: self.arranged, call: number, generation });
        let mut heard = Vec::new();
        if !much {
            self.pools[pool].bulkhead.abandon(&mut work.permit, now, &mut |event| heard.push(event));
        }
        let account = self.account(caller.kind);
        account.late += 1;
        account.recent.failed(now);
        if frees && !much {
            account.loose += 1;
            account.slots -= 1;
            account.in_use.set(now, f64::from(account.slots));
        } else {
            account.held += 1;
        }
        self.event(around, 4, caller);
        self.hear(around, pool, heard);
        self.wake(around, pool);
        if much && !std::mem::replace(&mut self.told_much, true) {
            around.news.push(News::TooMuch);
        }
        if !std::mem::replace(&mut self.told_late, true) {
            around.news.push(News::Late);
        }
    }

    /// The work of a call has ended.
    pub(super) fn ended(&mut self, around: &mut Around, number: u32, generation: u32) {
        let now = around.now;
        let of = self.calls.get_mut(number as usize).filter(|call| call.generation == generation);
        let Some((call, work)) = of.and_then(|call| call.work.take().map(|work| (call, work))) else { return };
        let Work { caller, permit, pool, wanted, slot, .. } = work;
        call.generation = call.generation.wrapping_add(1);
        self.free.push(number);
        self.event(around, 3, caller);
        let account = self.account(caller.kind);
        if slot {
            account.slots -= 1;
            account.in_use.set(now, f64::from(account.slots));
            account.held -= u32::from(!wanted);
        } else {
            account.loose -= 1;
        }
        if wanted {
            account.answered += 1;
            account.recent.answered(now);
            account.answers.add(now, 1);
        }
        let mut heard = Vec::new();
        self.pools[pool].bulkhead.release(permit, now, &mut |event| heard.push(event));
        self.hear(around, pool, heard);
        self.wake(around, pool);
    }

    /// The reader turned a knob.
    pub(super) fn set(&mut self, around: &mut Around) {
        for pool in 0..self.pools.len() {
            let config = around.setup.bulkhead(self.pools[pool].of);
            let mut heard = Vec::new();
            // Two times the greatest queue fits, so this does not fail.
            let _ = self.pools[pool].bulkhead.reconfigure(config, around.now, &mut |event| heard.push(event));
            self.hear(around, pool, heard);
            self.wake(around, pool);
        }
    }

    /// Some time ago requests of this kind were turned away: whether that is over now. Else it is looked at again.
    pub(super) fn calmed(&mut self, around: &mut Around, kind: Kind) -> Option<(Instant, u64)> {
        let account = &mut self.accounts[kind as usize];
        let again = account.turned_last + CALM;
        if again > around.now {
            around.queue.push(again, Event::Calm { arranged: self.arranged, kind });
            return None;
        }
        account.turned.take()
    }

    fn begin(&mut self, around: &mut Around, pool: usize, caller: Caller, permit: Permit) {
        let (now, setup) = (around.now, around.setup);
        let account = self.account(caller.kind);
        account.slots += 1;
        account.in_use.set(now, f64::from(account.slots));
        let unit = if setup.varied { caller.unit } else { UNIT };
        let drawn = |mean: Duration| {
            let nanos = mean.as_nanos() * unit.as_nanos() / UNIT.as_nanos();
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        };
        let usual = drawn(setup.usual[caller.kind as usize]);
        let takes = drawn(setup.takes(caller.kind, around.slow)) + setup.stretched(usual, self.at_work());
        let (ends, patience) = (now.saturating_add(takes), caller.asked.saturating_add(setup.timeout).max(now));
        let number = self.free.pop().unwrap_or_else(|| {
            self.calls.push(Call::default());
            u32::try_from(self.calls.len() - 1).unwrap_or(u32::MAX)
        });
        self.event(around, 1, caller);
        let Some(call) = self.calls.get_mut(number as usize) else { return };
        call.work = Some(Work { caller, permit, pool, ends, wanted: true, slot: true });
        let (arranged, generation) = (self.arranged, call.generation);
        if ends <= patience {
            around.queue.push(ends, Event::End { arranged, call: number, generation });
        } else {
            around.queue.push(patience, Event::Late { arranged, call: number, generation });
        }
    }

    /// What became of those who waited. They are in the bulkhead's order, the longest waiting first.
    fn hear(&mut self, around: &mut Around, pool: usize, heard: Vec<bulkhead::Event>) {
        for event in heard {
            let Some(caller) = self.pools[pool].line.pop_front() else { continue };
            self.wait_changed(around.now, pool, caller.kind, false);
            let account = self.account(caller.kind);
            match event {
                bulkhead::Event::Started { permit, waited, .. } => {
                    account.recent.waited(around.now, waited);
                    self.begin(around, pool, caller, permit);
                }
                bulkhead::Event::GaveUp { waited, .. } => {
                    account.recent.waited(around.now, waited);
                    account.gave_up += 1;
                    self.event(around, 5, caller);
                    self.turned_away(around, caller.kind, true);
                }
            }
        }
    }

    /// A request found no slot in time.
    fn turned_away(&mut self, around: &mut Around, kind: Kind, waited: bool) {
        let (now, arranged) = (around.now, self.arranged);
        let account = self.account(kind);
        account.recent.failed(now);
        account.turned_last = now;
        if account.turned.is_none() {
            account.turned = Some((now, account.without_slot() - 1));
            around.queue.push(now + CALM, Event::Calm { arranged, kind });
            around.news.push(News::TurnedAway { kind, waited });
        }
    }

    fn wait_changed(&mut self, now: Instant, pool: usize, kind: Kind, more: bool) {
        let waiting = &mut self.account(kind).waiting;
        *waiting = if more { *waiting + 1 } else { *waiting - 1 };
        let pool = &mut self.pools[pool];
        pool.waiting.set(now, pool.line.len() as f64);
    }

    /// The next one to give up will do so in time.
    fn wake(&mut self, around: &mut Around, pool: usize) {
        let arranged = self.arranged;
        let of = &mut self.pools[pool];
        if let Some(at) = of.bulkhead.poll_timeout()
            && of.wakes != Some(at)
        {
            of.wakes = Some(at);
            around.queue.push(at, Event::Wake { arranged, pool });
        }
    }

    fn event(&self, around: &mut Around, what: u16, caller: Caller) {
        around.record.event(around.now, what, &[self.arranged as u64, caller.kind as u64, caller.number]);
    }
}
