//! How a breaker judges, and how it leaves and enters its states.

use core::time::Duration;

use super::config::nanos;
use super::event::{Event, EventKind, Reason, Wait};
use super::figures::Rate;
use super::machine::{Breaker, CYCLES_TOLD};
use super::settings::{Decide, State, Then, Trip};
use super::window::{Shape, Tally};
use crate::time::Instant;

impl<const N: usize> Breaker<N> {
    /// In `closed` and `metrics_only`: whether the window, as it stands, is too bad.
    #[inline]
    pub(super) fn judge(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        let tally = self.window.tally();
        let enough = tally.recorded >= self.config.minimum;
        let failures = match self.config.settings().trip {
            Trip::Consecutive { failures } => tally.run >= u64::from(failures),
            Trip::Failures { failures } => enough && tally.failed >= u64::from(failures),
            Trip::Rate { percent, compare } => {
                enough && Rate { part: tally.failed, whole: tally.recorded }.exceeds(percent, compare)
            }
        };
        let slow = enough && self.is_too_slow(tally);
        if failures || slow {
            self.exceeded(failures, slow, now, sink);
        }
    }

    #[cold]
    fn exceeded(&mut self, failures: bool, slow: bool, now: Instant, sink: &mut impl FnMut(Event)) {
        let tally = *self.window.tally();
        let (of_failures, of_slow) = (self.trip_reason(tally), self.slow_reason(tally, None));
        if failures && !self.told_failures {
            self.told_failures = true;
            sink(Event { at: now, kind: EventKind::FailuresExceeded(of_failures) });
        }
        if slow && !self.told_slow {
            self.told_slow = true;
            sink(Event { at: now, kind: EventKind::SlowExceeded(of_slow) });
        }
        if self.state == State::Closed {
            self.go(State::Open, if failures { of_failures } else { of_slow }, now, sink);
        }
    }

    fn trip_reason(&self, tally: Tally) -> Reason {
        let Tally { recorded, failed, run, .. } = tally;
        match self.config.settings().trip {
            Trip::Consecutive { failures } => Reason::Consecutive { failures: run, threshold: failures },
            Trip::Failures { failures } => Reason::Failures { failures: failed, recorded, threshold: failures },
            Trip::Rate { percent, compare } => Reason::FailureRate { failed, recorded, percent, compare },
        }
    }

    fn slow_reason(&self, tally: Tally, wait: Option<Wait>) -> Reason {
        let (percent, longer_than) =
            self.config.settings().slow.map_or((0, Duration::ZERO), |slow| (slow.percent, slow.longer_than));
        Reason::SlowRate { slow: tally.slow, recorded: tally.recorded, percent, longer_than, wait }
    }

    /// In `half_open`: whether the results of this stay decide.
    pub(super) fn decide(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        let tally = *self.window.tally();
        let Tally { recorded, failed, .. } = tally;
        let succeeded = recorded.saturating_sub(failed);
        let wait = self.next_wait();
        let (to, reason) = match self.config.settings().half_open.decide {
            Decide::Numbers { failures, .. } if failed >= u64::from(failures) => {
                (State::Open, Reason::ProbeFailed { failures: failed, threshold: failures, wait })
            }
            Decide::Numbers { successes, .. } if succeeded >= u64::from(successes) => {
                (State::Closed, Reason::ProbesSucceeded { successes: succeeded, threshold: successes })
            }
            Decide::Numbers { .. } => return,
            Decide::Rate { percent, compare, early, .. } => {
                let done = recorded >= u64::from(self.config.after);
                let of = if done { recorded } else { u64::from(self.config.after) };
                if (done || early) && (Rate { part: failed, whole: of }).exceeds(percent, compare) {
                    (State::Open, Reason::ProbesFailed { failed, recorded, of, percent, compare, wait })
                } else if !done {
                    return;
                } else if self.is_too_slow(&tally) {
                    (State::Open, self.slow_reason(tally, Some(wait)))
                } else {
                    (State::Closed, Reason::ProbesPassed { failed, recorded, percent, compare })
                }
            }
        };
        self.go(to, reason, now, sink);
    }

    /// The wait that the next opening begins, beside the last one.
    fn next_wait(&self) -> Wait {
        let next = self.config.capped(self.next_grown());
        let last = (self.openings_in_a_row > 0).then(|| Duration::from_nanos(self.wait_nanos()));
        Wait { next: Duration::from_nanos(next), last }
    }

    /// The uncapped wait of the next opening.
    fn next_grown(&self) -> u64 {
        if self.openings_in_a_row == 0 { self.config.initial() } else { self.config.grow(self.grown) }
    }

    /// Leaves the state for another one and says so.
    #[cold]
    pub(super) fn go(&mut self, to: State, reason: Reason, at: Instant, sink: &mut impl FnMut(Event)) {
        let from = self.state;
        self.enter(to, at);
        sink(Event { at, kind: EventKind::Transition { from, to, reason } });
    }

    /// Enters a state, which may be the current one.
    pub(super) fn enter(&mut self, to: State, at: Instant) {
        let nanos = at.as_nanos();
        if to == State::Open {
            self.window.freeze(nanos);
            self.judgeable = self.is_judgeable(self.window.tally().recorded);
            self.grown = self.next_grown();
            self.openings_in_a_row = self.openings_in_a_row.saturating_add(1);
            self.openings = self.openings.saturating_add(1);
        }
        self.state = to;
        self.stay = self.stay.wrapping_add(1);
        self.entered = at;
        self.not_permitted = 0;
        self.permits_kept = 0;
        self.probes_in_flight = 0;
        self.told_failures = false;
        self.told_slow = false;
        match to {
            State::Open => {}
            State::Closed | State::MetricsOnly => {
                self.openings_in_a_row = 0;
                self.window.start(self.config.shape, nanos, nanos);
            }
            State::Disabled => {
                self.openings_in_a_row = 0;
                self.window.start(Shape::All, nanos, nanos);
            }
            State::HalfOpen | State::ForcedOpen => self.window.start(Shape::All, nanos, nanos),
        }
        self.due = self.timed();
    }

    /// When the state ends by itself.
    pub(super) fn timed(&self) -> Option<Instant> {
        match self.state {
            State::Open if self.config.by_clock() => self.wait_end(),
            State::HalfOpen => {
                self.config.settings().max_half_open.and_then(|limit| self.entered.checked_add(limit.after))
            }
            _ => None,
        }
    }

    /// The wait of this or the last `open`, in nanoseconds.
    pub(super) fn wait_nanos(&self) -> u64 {
        self.config.capped(self.grown)
    }

    /// The first instant at which the wait of this `open` is over.
    pub(super) fn wait_end(&self) -> Option<Instant> {
        self.config.lead(self.wait_nanos()).and_then(|lead| self.entered.checked_add(Duration::from_nanos(lead)))
    }

    pub(super) fn wait_over(&self, now: Instant) -> Reason {
        Reason::WaitOver { wait: Duration::from_nanos(self.wait_nanos()), waited: now - self.entered }
    }

    /// Makes all timed transitions up to `now`, each at its own time.
    #[cold]
    pub(super) fn advance(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        while let Some(due) = self.due
            && due <= now
        {
            match self.state {
                State::Open => {
                    let due = self.skip_cycles(now, sink).unwrap_or(due);
                    self.go(State::HalfOpen, self.wait_over(due), due, sink);
                }
                State::HalfOpen => self.expire(due, sink),
                State::Closed | State::ForcedOpen | State::Disabled | State::MetricsOnly => self.due = None,
            }
        }
    }

    fn expire(&mut self, at: Instant, sink: &mut impl FnMut(Event)) {
        let Some(limit) = self.config.settings().max_half_open else {
            self.due = None;
            return;
        };
        let (to, wait) = match limit.then {
            Then::Open => (State::Open, Some(self.next_wait())),
            Then::Closed => (State::Closed, None),
        };
        self.go(to, Reason::HalfOpenExpired { after: limit.after, wait }, at, sink);
    }

    /// In `open`, where it goes round and round in equal cycles that nobody sees: jumps to the last but one of them
    /// if they are many. Says when that one's wait is over.
    fn skip_cycles(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Option<Instant> {
        let limit = self.config.settings().max_half_open.filter(|limit| limit.then == Then::Open)?;
        let lead = self.config.lead(self.wait_nanos())?;
        let period = lead.checked_add(nanos(limit.after))?;
        // A wait cut short or drawn out by `reconfigure` is not one of the equal ones.
        let is_regular = self.due == self.entered.checked_add(Duration::from_nanos(lead));
        let cycles = nanos(now - self.entered).checked_div(period)?;
        if !is_regular || cycles <= CYCLES_TOLD || !self.config.is_steady(self.grown) {
            return None;
        }
        let skipped = cycles - 1;
        let entered = self.entered + Duration::from_nanos(period.saturating_mul(skipped));
        self.window.start(Shape::All, 0, 0);
        self.judgeable = false;
        self.stay = self.stay.wrapping_add(skipped.wrapping_mul(2));
        self.openings = self.openings.saturating_add(skipped);
        self.openings_in_a_row = self.openings_in_a_row.saturating_add(skipped);
        self.not_permitted = 0;
        self.entered = entered;
        self.due = self.timed();
        sink(Event { at: entered, kind: EventKind::Skipped { transitions: skipped.saturating_mul(2) } });
        self.due
    }
}
