//! One request and its copies.

use core::time::Duration;

use super::config::{Config, MOST};
use crate::time::Instant;

/// One request and its copies, counted from 0; number 0 is under way when it is made.
///
/// Verbs take the configuration, which may change between them. Time that goes backwards is taken as the latest time
/// seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hedge {
    sent: u32,
    /// A bit for each request under way.
    in_flight: u32,
    /// When the last one was sent.
    since: Instant,
    /// Whether a failure calls for the next one now.
    hurry: bool,
    /// Whether no other will be sent, whatever the settings say.
    stopped: bool,
    over: Option<Over>,
    latest: Instant,
    /// The time that requests have been under way, all together, until `latest`; in nanoseconds.
    work: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Won { attempt: u32 },
    Failed,
}

/// What a result means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the answer: pass it on, and cancel the others.
    Won {
        /// Whose.
        attempt: u32,
        /// How many are under way in vain now.
        losers: u32,
    },
    /// No answer yet, but others are under way or will be: see [`Hedge::poll_timeout`].
    Pending,
    /// None is under way and none will be: pass this failure on.
    Failed,
    /// The end was before, or this one was told already: nothing has changed but the cost.
    TooLate,
}

/// What a request has cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Requests sent.
    pub sent: u32,
    /// Those that would not have been without hedging.
    pub extra: u32,
    /// Requests under way.
    pub in_flight: u32,
    /// How long requests have been under way, all together: what the backend was kept busy with, or waiting for.
    pub work: Duration,
}

impl Hedge {
    /// A request that is sent now.
    pub const fn new(now: Instant) -> Self {
        Self { sent: 1, in_flight: 1, since: now, hurry: false, stopped: false, over: None, latest: now, work: 0 }
    }

    /// When the next one is to be sent, as far as is known; it may have passed. `None` when none is: there is an answer,
    /// or as many have been sent as may be.
    pub fn poll_timeout(&self, config: &Config) -> Option<Instant> {
        let settings = config.settings();
        if self.over.is_some() || self.stopped || self.sent >= settings.most.min(MOST) {
            return None;
        }
        // With none under way there is nothing to wait for.
        let now = self.in_flight == 0 || (self.hurry && settings.hurries);
        Some(if now { self.latest } else { self.since + settings.delay })
    }

    /// Sends the next one if its time has come: its number, or `None`. Ask until there is none; with a delay of zero
    /// there are several at once. What a budget forbids to send is told by [`Hedge::on_not_sent`].
    pub fn try_send(&mut self, config: &Config, now: Instant) -> Option<u32> {
        self.tick(now);
        self.poll_timeout(config).filter(|due| *due <= self.latest)?;
        let attempt = self.sent;
        self.sent += 1;
        self.in_flight |= bit(attempt);
        (self.since, self.hurry) = (self.latest, false);
        Some(attempt)
    }

    /// A request was answered.
    pub fn on_success(&mut self, attempt: u32, now: Instant) -> Verdict {
        if !self.end(attempt, now) {
            return Verdict::TooLate;
        }
        self.over = Some(Over::Won { attempt });
        Verdict::Won { attempt, losers: self.in_flight.count_ones() }
    }

    /// A request failed in a way that another may mend.
    pub fn on_failure(&mut self, config: &Config, attempt: u32, now: Instant) -> Verdict {
        if !self.end(attempt, now) {
            return Verdict::TooLate;
        }
        self.hurry = true;
        if self.in_flight == 0 && self.poll_timeout(config).is_none() {
            self.over = Some(Over::Failed);
            return Verdict::Failed;
        }
        Verdict::Pending
    }

    /// A request failed in a way that no other mends (gRPC's fatal status codes): the others are to be cancelled.
    pub fn on_fatal(&mut self, attempt: u32, now: Instant) -> Verdict {
        if !self.end(attempt, now) {
            return Verdict::TooLate;
        }
        self.over = Some(Over::Failed);
        Verdict::Failed
    }

    /// The next one will not be sent, nor any after it: the budget has none left, say. If none is under way this is the
    /// end.
    pub fn on_not_sent(&mut self, config: &Config, now: Instant) -> Verdict {
        self.tick(now);
        if self.poll_timeout(config).is_none() {
            return Verdict::TooLate;
        }
        self.stopped = true;
        if self.in_flight > 0 {
            return Verdict::Pending;
        }
        self.over = Some(Over::Failed);
        Verdict::Failed
    }

    /// A request was cancelled after the end: it costs no more. `false` when it was not under way.
    pub fn on_cancelled(&mut self, attempt: u32, now: Instant) -> bool {
        self.tick(now);
        let was = self.is_in_flight(attempt);
        self.in_flight &= !bit(attempt);
        was
    }

    /// Which one won, if one has.
    pub const fn winner(&self) -> Option<u32> {
        match self.over {
            Some(Over::Won { attempt }) => Some(attempt),
            Some(Over::Failed) | None => None,
        }
    }

    /// Whether it has an answer, or failed for good.
    pub const fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Whether this one is under way.
    pub const fn is_in_flight(&self, attempt: u32) -> bool {
        self.in_flight & bit(attempt) != 0
    }

    /// What it has cost until `now`; it still grows while one is under way.
    pub fn cost(&self, now: Instant) -> Cost {
        let in_flight = self.in_flight.count_ones();
        let nanos = self.work.saturating_add(self.since_latest(now));
        let work = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        Cost { sent: self.sent, extra: self.sent.saturating_sub(1), in_flight, work }
    }

    /// Ends one that is under way; whether the result counts.
    fn end(&mut self, attempt: u32, now: Instant) -> bool {
        self.on_cancelled(attempt, now) && self.over.is_none()
    }

    fn since_latest(&self, now: Instant) -> u128 {
        u128::from(self.in_flight.count_ones()) * (now - self.latest).as_nanos()
    }

    fn tick(&mut self, now: Instant) {
        self.work = self.work.saturating_add(self.since_latest(now));
        self.latest = self.latest.max(now);
    }
}

const fn bit(attempt: u32) -> u32 {
    if attempt < MOST { 1 << attempt } else { 0 }
}
