//! The rules of `tests/conformance/README.md`, as plainly as they can be written down. Nothing is counted along the
//! way: there are only lists of what happened.

use core::time::Duration;

use halfopen_core::breaker::{
    Compare, Decide, HalfOpenBy, Ignored, LateResults, Outcome, PermitsLimit, Settings, State, Then, Trip, Window,
};

/// A permission: the stay it is of, when it was given, and which of the stay's it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    stay: usize,
    asked: u64,
    number: usize,
}

/// What became of a permission.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Held,
    /// Its call is over; whether that gave the permission back, apart from what `in_flight` gives.
    Over {
        returned: bool,
    },
}

#[derive(Clone, Copy)]
struct Recorded {
    at: u64,
    failed: bool,
    slow: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) buffered: u64,
    pub(crate) failed: u64,
    pub(crate) succeeded: u64,
    pub(crate) slow: u64,
    pub(crate) run: u64,
    pub(crate) failure_rate: Option<(u64, u64)>,
    pub(crate) slow_rate: Option<(u64, u64)>,
    pub(crate) not_permitted: u64,
    pub(crate) permits_left: Option<u32>,
    pub(crate) in_flight: u32,
}

pub(crate) struct Model {
    settings: Settings,
    pub(crate) now: u64,
    pub(crate) state: State,
    pub(crate) entered: u64,
    pub(crate) events: Vec<(u64, String)>,
    /// Every state ever entered.
    entries: Vec<State>,
    /// All results of this stay; which of them count begins at `window_from` and `run_from`, after a reconfiguration.
    results: Vec<Recorded>,
    window_from: usize,
    run_from: usize,
    /// All permissions of this stay.
    fates: Vec<Fate>,
    refusals: u64,
    frozen: Figures,
    told: Vec<&'static str>,
    reconfigured: u64,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        let start = settings.start_in;
        Self {
            settings,
            now: 0,
            state: start,
            entered: 0,
            events: Vec::new(),
            entries: vec![start],
            results: Vec::new(),
            window_from: 0,
            run_from: 0,
            fates: Vec::new(),
            refusals: 0,
            frozen: Figures::default(),
            told: Vec::new(),
            reconfigured: 0,
        }
    }

    // --- what can be seen -------------------------------------------------------------------------------------------

    pub(crate) fn figures(&self, at: u64) -> Figures {
        let half_open = self.state == State::HalfOpen;
        let counts = match self.state {
            State::Open => self.frozen.clone(),
            State::ForcedOpen | State::Disabled => Figures::default(),
            State::Closed | State::MetricsOnly | State::HalfOpen => self.counts(at),
        };
        Figures {
            not_permitted: self.refusals,
            permits_left: half_open.then(|| self.permits_left()),
            in_flight: if half_open { self.fates.iter().filter(|fate| **fate == Fate::Held).count() as u32 } else { 0 },
            ..counts
        }
    }

    /// The results that count at this time, in a state that records.
    fn counts(&self, at: u64) -> Figures {
        let windowed = self.state != State::HalfOpen;
        let all = &self.results[self.window_from..];
        let in_window: Vec<&Recorded> = match self.settings.window {
            _ if !windowed => all.iter().collect(),
            Window::Calls { calls } => all.iter().rev().take(calls as usize).collect(),
            Window::Time { time, buckets } => {
                let width = ns(time) / u64::from(buckets);
                let oldest = (at / width + 1).saturating_sub(u64::from(buckets));
                all.iter().filter(|result| result.at / width >= oldest).collect()
            }
            Window::Fixed { .. } => all.iter().filter(|result| self.same_fixed_window(result.at, at)).collect(),
        };
        let run = self.results[self.run_from..]
            .iter()
            .filter(|result| !windowed || self.same_fixed_window(result.at, at))
            .rev()
            .take_while(|result| result.failed)
            .count();
        let buffered = in_window.len() as u64;
        let failed = in_window.iter().filter(|result| result.failed).count() as u64;
        let slow = in_window.iter().filter(|result| result.slow).count() as u64;
        let enough = match self.state {
            State::HalfOpen => match self.settings.half_open.decide {
                Decide::Rate { after, .. } => buffered >= u64::from(after.unwrap_or(self.settings.half_open.permits)),
                Decide::Numbers { .. } => true,
            },
            _ => buffered >= self.minimum(),
        };
        let rate = |part| (enough && buffered > 0).then_some((part, buffered));
        Figures {
            buffered,
            failed,
            succeeded: buffered - failed,
            slow,
            run: run as u64,
            failure_rate: rate(failed),
            slow_rate: rate(slow),
            ..Figures::default()
        }
    }

    fn minimum(&self) -> u64 {
        u64::from(match self.settings.window {
            Window::Calls { calls } => self.settings.minimum_calls.min(calls),
            _ => self.settings.minimum_calls,
        })
    }

    /// Two times of this stay; without fixed windows they always are in the same one.
    fn same_fixed_window(&self, one: u64, other: u64) -> bool {
        match self.settings.window {
            Window::Fixed { length } => (one - self.entered) / ns(length) == (other - self.entered) / ns(length),
            _ => true,
        }
    }

    fn permits_left(&self) -> u32 {
        let used = self.fates.iter().filter(|fate| match self.settings.half_open.permits_limit {
            PermitsLimit::Total => **fate != Fate::Over { returned: true },
            PermitsLimit::InFlight => **fate == Fate::Held,
        });
        self.settings.half_open.permits.saturating_sub(used.count() as u32)
    }

    pub(crate) fn opened_count(&self) -> u64 {
        self.entries.iter().filter(|state| **state == State::Open).count() as u64
    }

    /// The wait of this stay in `open`.
    fn wait(&self) -> u64 {
        let resets = |state: &State| matches!(state, State::Closed | State::Disabled | State::MetricsOnly);
        let since = self.entries.iter().rposition(resets).map_or(0, |index| index + 1);
        let opened = self.entries[since..].iter().filter(|state| **state == State::Open).count();
        let started_half_open = since == 0 && self.entries[0] == State::HalfOpen;
        let mut wait = u128::from(ns(self.settings.open_for.initial));
        for _ in 1..opened + usize::from(started_half_open) {
            wait = (wait * u128::from(self.settings.open_for.factor_permille)).div_ceil(1000).min(u128::from(u64::MAX));
        }
        self.settings.open_for.cap.map_or(wait, |cap| wait.min(u128::from(ns(cap)))) as u64
    }

    pub(crate) fn wait_ends(&self) -> Option<u64> {
        let lead = self.wait().checked_add(u64::from(self.settings.wait_over == Compare::Above));
        lead.and_then(|lead| self.entered.checked_add(lead)).filter(|_| self.state == State::Open)
    }

    pub(crate) fn due(&self) -> Option<u64> {
        let due = match self.state {
            State::Open if self.settings.half_open_by == HalfOpenBy::Clock => self.wait_ends(),
            State::HalfOpen => self.settings.max_half_open.map(|limit| self.entered + ns(limit.after)),
            _ => None,
        };
        due.map(|due| due.max(self.reconfigured))
    }

    /// The next moments at which something happens or rolls off.
    pub(crate) fn edges(&self) -> Vec<u64> {
        let rolls = match self.settings.window {
            Window::Calls { .. } => None,
            Window::Time { time, buckets } => {
                let width = ns(time) / u64::from(buckets);
                Some((self.now / width + 1) * width)
            }
            Window::Fixed { length } => Some(self.entered + ((self.now - self.entered) / ns(length) + 1) * ns(length)),
        };
        let leaves = match self.settings.window {
            Window::Time { time, .. } => Some(self.now + ns(time)),
            _ => None,
        };
        [self.due(), self.wait_ends(), rolls, leaves].into_iter().flatten().collect()
    }

    // --- what can be done -------------------------------------------------------------------------------------------

    pub(crate) fn look(&mut self, now: u64) {
        let now = self.now.max(now);
        while let Some(due) = self.due().filter(|due| *due <= now) {
            let to = match (self.state, self.settings.max_half_open.map(|limit| limit.then)) {
                (State::HalfOpen, Some(Then::Closed)) => State::Closed,
                (State::HalfOpen, _) => State::Open,
                _ => State::HalfOpen,
            };
            self.now = due;
            self.transition(to);
        }
        self.now = now;
    }

    pub(crate) fn ask(&mut self, now: u64) -> Result<Ticket, Option<u64>> {
        self.look(now);
        let elapsed = self.now - self.entered;
        if self.state == State::Open && self.settings.wait_over.exceeds(elapsed, self.wait()) {
            self.transition(State::HalfOpen);
        }
        let permitted = match self.state {
            State::Closed | State::Disabled | State::MetricsOnly => true,
            State::HalfOpen => self.permits_left() > 0,
            State::Open | State::ForcedOpen => false,
        };
        if permitted {
            self.fates.push(Fate::Held);
            return Ok(Ticket { stay: self.entries.len(), asked: self.now, number: self.fates.len() - 1 });
        }
        self.refusals += 1;
        if self.state != State::ForcedOpen {
            self.tell("not_permitted");
        }
        Err((self.state == State::Open).then(|| self.wait() - elapsed))
    }

    pub(crate) fn release(&mut self, ticket: Ticket, now: u64) {
        self.look(now);
        if ticket.stay == self.entries.len() {
            self.fates[ticket.number] = Fate::Over { returned: true };
        }
    }

    pub(crate) fn finish(&mut self, ticket: Ticket, outcome: Outcome, took: Option<u64>, now: u64) {
        self.look(now);
        let of_this_stay = ticket.stay == self.entries.len();
        let windowed = matches!(self.state, State::Closed | State::MetricsOnly);
        let late = !of_this_stay || (windowed && !self.same_fixed_window(ticket.asked, self.now));
        if of_this_stay {
            let returned = outcome == Outcome::Ignored && self.settings.half_open.ignored == Ignored::ReturnsPermit;
            self.fates[ticket.number] = Fate::Over { returned };
        }
        if late && self.settings.late_results == LateResults::Drop {
            return;
        }
        let counts_as_success =
            self.state == State::HalfOpen && self.settings.half_open.ignored == Ignored::CountsAsSuccess;
        let outcome = if outcome == Outcome::Ignored && counts_as_success { Outcome::Success } else { outcome };
        if !windowed && self.state != State::HalfOpen {
            return;
        }
        self.tell(match outcome {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Ignored => "ignored",
        });
        if outcome == Outcome::Ignored {
            return;
        }
        let failed = outcome == Outcome::Failure;
        let took = took.unwrap_or(self.now - ticket.asked);
        let slow = self.settings.slow.is_some_and(|slow| took > ns(slow.longer_than));
        self.results.push(Recorded { at: self.now, failed, slow });
        if !windowed {
            self.vote();
        } else if failed || self.settings.success_may_trip {
            self.judge();
        }
    }

    pub(crate) fn force(&mut self, to: State, now: u64) -> bool {
        self.look(now);
        let refused = matches!(
            (self.state, to),
            (State::Closed | State::MetricsOnly, State::HalfOpen) | (State::MetricsOnly, State::Open)
        );
        if !refused {
            if self.state == to { self.enter(to) } else { self.transition(to) }
        }
        !refused
    }

    /// Not of the README, but as `Breaker::reconfigure` describes it.
    pub(crate) fn reconfigure(&mut self, settings: Settings, now: u64) {
        self.look(now);
        if settings.window != self.settings.window {
            let is_fixed = |window| matches!(window, Window::Fixed { .. });
            let before = self.settings.window;
            if matches!(self.state, State::Closed | State::MetricsOnly) {
                self.window_from = self.results.len();
                if is_fixed(before) || is_fixed(settings.window) {
                    self.run_from = self.results.len();
                }
            }
        }
        self.settings = settings;
        self.reconfigured = self.now;
        self.look(now);
        if self.state == State::HalfOpen && !self.results.is_empty() {
            self.vote();
        }
    }

    // --- how it goes on ---------------------------------------------------------------------------------------------

    fn judge(&mut self) {
        let Figures { buffered, failed, slow, run, .. } = self.counts(self.now);
        let enough = buffered >= self.minimum();
        let failures = match self.settings.trip {
            Trip::Consecutive { failures } => run >= u64::from(failures),
            Trip::Failures { failures } => enough && failed >= u64::from(failures),
            Trip::Rate { percent, compare } => enough && exceeds(failed, buffered, percent, compare),
        };
        let slow = enough && self.is_slow(slow, buffered);
        for (found, name) in [(failures, "failures_exceeded"), (slow, "slow_exceeded")] {
            if found && !self.told.contains(&name) {
                self.told.push(name);
                self.tell(name);
            }
        }
        if (failures || slow) && self.state == State::Closed {
            self.transition(State::Open);
        }
    }

    fn vote(&mut self) {
        let Figures { buffered, failed, succeeded, slow, .. } = self.counts(self.now);
        let to = match self.settings.half_open.decide {
            Decide::Numbers { successes, failures } => {
                if failed >= u64::from(failures) {
                    Some(State::Open)
                } else {
                    (succeeded >= u64::from(successes)).then_some(State::Closed)
                }
            }
            Decide::Rate { percent, compare, after, early } => {
                let after = u64::from(after.unwrap_or(self.settings.half_open.permits));
                if buffered >= after {
                    let bad = exceeds(failed, buffered, percent, compare) || self.is_slow(slow, buffered);
                    Some(if bad { State::Open } else { State::Closed })
                } else {
                    (early && exceeds(failed, after, percent, compare)).then_some(State::Open)
                }
            }
        };
        if let Some(to) = to {
            self.transition(to);
        }
    }

    fn is_slow(&self, slow: u64, of: u64) -> bool {
        self.settings.slow.is_some_and(|rule| exceeds(slow, of, rule.percent, Compare::AtLeast))
    }

    fn transition(&mut self, to: State) {
        let name = format!("{}>{}", self.state, to);
        self.enter(to);
        self.events.push((self.now, name));
    }

    fn enter(&mut self, to: State) {
        if to == State::Open {
            self.frozen = self.figures(self.now);
        }
        self.state = to;
        self.entered = self.now;
        self.entries.push(to);
        self.results.clear();
        (self.window_from, self.run_from) = (0, 0);
        self.fates.clear();
        self.refusals = 0;
        self.told.clear();
    }

    fn tell(&mut self, name: &str) {
        self.events.push((self.now, name.to_owned()));
    }
}

fn exceeds(part: u64, whole: u64, percent: u32, compare: Compare) -> bool {
    let (left, right) = (100 * part, u64::from(percent) * whole);
    match compare {
        Compare::AtLeast => left >= right,
        Compare::Above => left > right,
    }
}

fn ns(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}
