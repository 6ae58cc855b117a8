//! The bulkhead itself.

use super::config::{Config, ConfigError, OnTimeout};
use super::line::{Line, Waiter};
use super::verb::{Admitted, Call, Event, Permit, Rejected};
use crate::time::Instant;

/// A bulkhead in which up to `N` calls can wait.
///
/// Verbs take `now`; time that goes backwards is taken as the latest time seen. Calls that have waited too long give up
/// before the verb's own action, each at its own time ([`Bulkhead::poll_timeout`]), so a caller who never calls
/// [`Bulkhead::handle_timeout`] gets the same decisions. Each verb tells `sink` which waiting calls began or gave up, in
/// order; the slot of a call that began is in the event, so events must not be thrown away.
///
/// It takes 16 bytes a place and some 150 bytes more. A verb takes a constant number of steps for each event, but for
/// [`Bulkhead::cancel`], which takes one for each waiting call.
#[derive(Clone, Debug)]
pub struct Bulkhead<const N: usize> {
    config: Config,
    line: Line<N>,
    in_use: u32,
    /// At work with a slot, though nobody waits for it.
    held: u32,
    /// At work without a slot, as its caller took it along.
    loose: u64,
    latest: Instant,
    totals: Totals,
}

/// What became of all calls so far: `asked` is the sum of the others and of those waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls that asked.
    pub asked: u64,
    /// Calls that began to run, at once or after a wait.
    pub started: u64,
    /// Calls turned away.
    pub rejected: u64,
    /// Calls that waited as long as they may.
    pub gave_up: u64,
    /// Calls that were cancelled while waiting.
    pub cancelled: u64,
}

impl<const N: usize> Bulkhead<N> {
    /// An empty bulkhead.
    ///
    /// # Errors
    /// There are more places to wait than `N`.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.fits(N)?;
        Ok(Self {
            config,
            line: Line::new(),
            in_use: 0,
            held: 0,
            loose: 0,
            latest: Instant::ZERO,
            totals: Totals::default(),
        })
    }

    /// A call asks for a slot.
    ///
    /// # Errors
    /// There is neither a slot nor a place to wait; the call must not be made.
    pub fn try_acquire(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Result<Admitted, Rejected> {
        let now = self.tick(now, sink);
        self.totals.asked = self.totals.asked.saturating_add(1);
        let call = Call(self.totals.asked);
        if self.is_free() {
            return Ok(Admitted::Started(self.start(call, now)));
        }
        if self.waiting() < self.config.places() && self.line.push(Waiter { call, asked: now }) {
            return Ok(Admitted::Waiting(call));
        }
        self.totals.rejected = self.totals.rejected.saturating_add(1);
        let (parallel, queue) = (self.config.settings().parallel, self.config.places());
        Err(Rejected { call, in_use: self.in_use, parallel, waiting: self.waiting(), queue })
    }

    /// The work of a call has ended, however it went. If that frees a slot, the longest waiting call begins.
    pub fn release(&mut self, permit: Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        let now = self.tick(now, sink);
        if permit.slot {
            self.in_use = self.in_use.saturating_sub(1);
            self.held = self.held.saturating_sub(u32::from(!permit.wanted));
        } else {
            self.loose = self.loose.saturating_sub(1);
        }
        self.fill(now, sink);
    }

    /// The caller of a running call waits no longer, for a timeout say, but the work goes on and will be
    /// [released](Bulkhead::release) when it ends. What becomes of the slot says [`OnTimeout`]. The second time it does
    /// nothing.
    pub fn abandon(&mut self, permit: &mut Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        let now = self.tick(now, sink);
        if !permit.wanted {
            return;
        }
        permit.wanted = false;
        match self.config.settings().on_timeout {
            OnTimeout::HoldsSlot => self.held = self.held.saturating_add(1),
            OnTimeout::FreesSlot => {
                permit.slot = false;
                self.in_use = self.in_use.saturating_sub(1);
                self.loose = self.loose.saturating_add(1);
            }
        }
        self.fill(now, sink);
    }

    /// A waiting call waits no longer, because its caller went away: its place is free, and nothing else. `false` when
    /// it was not waiting (any more); then nothing has changed.
    pub fn cancel(&mut self, call: Call, now: Instant, sink: &mut impl FnMut(Event)) -> bool {
        self.tick(now, sink);
        let waited = self.line.remove(call);
        self.totals.cancelled = self.totals.cancelled.saturating_add(u64::from(waited));
        waited
    }

    /// When the next waiting call will have waited too long. `None` when none waits, or without a limit. Any verb may
    /// change it.
    pub fn poll_timeout(&self) -> Option<Instant> {
        // All wait equally long at most, so the first in the line is the first to give up.
        self.line.first().and_then(|first| self.expiry(first))
    }

    /// Lets the calls give up that have waited too long.
    pub fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        self.tick(now, sink);
    }

    /// Goes on with other settings. Of more slots the waiting calls make use at once. Calls that run run on, and calls
    /// that wait keep their places, also when there are fewer of them now; a new limit of the wait holds for them too.
    ///
    /// # Errors
    /// There are more places to wait than `N`; nothing has changed.
    pub fn reconfigure(
        &mut self,
        config: Config,
        now: Instant,
        sink: &mut impl FnMut(Event),
    ) -> Result<(), ConfigError> {
        config.fits(N)?;
        let now = self.tick(now, sink);
        self.config = config;
        self.tick(now, sink);
        self.fill(now, sink);
        Ok(())
    }

    /// Slots in use: never more than there are, unless there have been more.
    pub const fn in_use(&self) -> u32 {
        self.in_use
    }

    /// Calls waiting for a slot.
    pub const fn waiting(&self) -> u32 {
        // At most N, and N is at most what settings can say.
        self.line.len() as u32
    }

    /// The waiting calls and when they asked, the longest waiting first.
    pub fn line(&self) -> impl Iterator<Item = (Call, Instant)> + '_ {
        self.line.iter().map(|waiter| (waiter.call, waiter.asked))
    }

    /// Slots that work holds for which nobody waits any more ([`OnTimeout::HoldsSlot`]); they are in use.
    pub const fn held(&self) -> u32 {
        self.held
    }

    /// What is at work without a slot ([`OnTimeout::FreesSlot`]).
    pub const fn loose(&self) -> u64 {
        self.loose
    }

    /// What is at work, with a slot or without: what the thing behind the bulkhead really has to bear.
    pub const fn at_work(&self) -> u64 {
        self.loose.saturating_add(self.in_use as u64)
    }

    /// What became of all calls so far.
    pub const fn totals(&self) -> Totals {
        self.totals
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    fn is_free(&self) -> bool {
        self.in_use < self.config.settings().parallel
    }

    fn expiry(&self, waiter: Waiter) -> Option<Instant> {
        self.config.settings().max_wait.map(|limit| waiter.asked + limit)
    }

    /// Notes the time, and lets those give up whose wait is over.
    fn tick(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Instant {
        // Not before what has already been told, where a limit was shortened.
        let told = self.latest;
        self.latest = self.latest.max(now);
        while let Some(first) = self.line.first()
            && let Some(at) = self.expiry(first)
            && at <= self.latest
        {
            let at = at.max(told);
            self.line.pop();
            self.totals.gave_up = self.totals.gave_up.saturating_add(1);
            sink(Event::GaveUp { at, call: first.call, waited: at - first.asked });
        }
        self.latest
    }

    /// Gives free slots to those who have waited longest.
    fn fill(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        while self.is_free()
            && let Some(first) = self.line.pop()
        {
            let permit = self.start(first.call, now);
            sink(Event::Started { at: now, permit, waited: now - first.asked });
        }
    }

    fn start(&mut self, call: Call, now: Instant) -> Permit {
        self.in_use = self.in_use.saturating_add(1);
        self.totals.started = self.totals.started.saturating_add(1);
        Permit { call, started: now, slot: true, wanted: true }
    }
}
