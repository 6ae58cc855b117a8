//! The breaker itself: its verbs and its getters. How states are left and entered is in `states`.

use core::time::Duration;

use super::config::{Config, ConfigError, nanos};
use super::event::{Event, EventKind, Reason};
use super::figures::{Figures, Rate};
use super::settings::{Compare, Decide, Ignored, LateResults, PermitsLimit, State};
use super::verb::{ForceRefused, Outcome, Permit, Rejected};
use super::window::{Tally, WindowRing};
use crate::time::Instant;

/// So many cycles of timed transitions are told one by one, should a breaker be left alone that long; then the rest is
/// worked out at once ([`EventKind::Skipped`]). A cycle is `open`, `half_open` and back.
pub const CYCLES_TOLD: u64 = 1000;

/// A circuit breaker whose window has up to `N` calls or time buckets.
///
/// Verbs take `now`. Time that goes backwards is taken as the latest time seen. Timed transitions that are due
/// ([`Breaker::poll_timeout`]) happen before the verb's own action, each at its own time, so a caller who never calls
/// [`Breaker::handle_timeout`] gets the same decisions; only [`Breaker::state`] is then behind.
///
/// Each verb `x` has a form `x_with` that reports events to a closure, in order. The plain forms cost nothing for them.
///
/// A verb takes a constant number of steps on average. The exceptions: timed transitions that have gone unseen for
/// long cost a step each, at most [`CYCLES_TOLD`] cycles once the wait grows no more, and some 40,000 until then.
///
/// It takes 16 bytes a place and some 400 bytes more.
#[derive(Clone, Debug)]
pub struct Breaker<const N: usize> {
    pub(super) config: Config,
    pub(super) state: State,
    /// Counts the entries into states; a permit is late when its stay is not this one.
    pub(super) stay: u64,
    pub(super) entered: Instant,
    pub(super) latest: Instant,
    /// When the state changes by itself.
    pub(super) due: Option<Instant>,
    pub(super) window: WindowRing<N>,
    pub(super) not_permitted: u64,
    /// Half-open permits granted in this stay and not given back; results under [`PermitsLimit::Total`] give none back.
    pub(super) permits_kept: u64,
    pub(super) probes_in_flight: u32,
    pub(super) told_failures: bool,
    pub(super) told_slow: bool,
    /// In `open`: whether the frozen figures may be shown as rates.
    pub(super) judgeable: bool,
    /// The wait of this or the last `open`, uncapped, in nanoseconds.
    pub(super) grown: u64,
    pub(super) openings_in_a_row: u64,
    pub(super) openings: u64,
}

impl<const N: usize> Breaker<N> {
    /// A breaker that enters [`Settings::start_in`](super::Settings::start_in) at `now`, without an event.
    ///
    /// One that starts in `open` or `half_open` counts as having opened once.
    ///
    /// # Errors
    /// The window has more calls or buckets than `N`.
    pub fn new(config: Config, now: Instant) -> Result<Self, ConfigError> {
        config.fits(N)?;
        let mut breaker = Self {
            config,
            state: State::Disabled,
            stay: 0,
            entered: now,
            latest: now,
            due: None,
            window: WindowRing::new(),
            not_permitted: 0,
            permits_kept: 0,
            probes_in_flight: 0,
            told_failures: false,
            told_slow: false,
            judgeable: false,
            grown: config.initial(),
            openings_in_a_row: 0,
            openings: 0,
        };
        let start = config.settings().start_in;
        breaker.enter(start, now);
        if start == State::HalfOpen {
            breaker.openings_in_a_row = 1;
        }
        Ok(breaker)
    }

    /// Asks for permission for one call. In `open`, once the wait is over, this begins `half_open` and takes its first
    /// permit.
    ///
    /// # Errors
    /// The call must not be made.
    #[inline]
    pub fn try_acquire(&mut self, now: Instant) -> Result<Permit, Rejected> {
        self.try_acquire_with(now, &mut |_| {})
    }

    /// [`Breaker::try_acquire`], telling `sink` what happened.
    ///
    /// # Errors
    /// The call must not be made.
    #[inline]
    pub fn try_acquire_with(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Result<Permit, Rejected> {
        let now = self.tick(now, sink);
        match self.state {
            State::Closed | State::Disabled | State::MetricsOnly => Ok(Permit { stay: self.stay, asked: now }),
            State::Open | State::HalfOpen | State::ForcedOpen => self.ask_for_probe(now, sink),
        }
    }

    #[inline(never)]
    fn ask_for_probe(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Result<Permit, Rejected> {
        let mut retry_after = None;
        if self.state == State::Open {
            let (wait, waited) = (self.wait_nanos(), nanos(now - self.entered));
            if self.config.settings().wait_over.exceeds(waited, wait) {
                self.go(State::HalfOpen, self.wait_over(now), now, sink);
            } else {
                retry_after = Some(Duration::from_nanos(wait.saturating_sub(waited)));
            }
        }
        if self.state == State::HalfOpen && self.permits_left() > 0 {
            self.permits_kept = self.permits_kept.saturating_add(1);
            self.probes_in_flight = self.probes_in_flight.saturating_add(1);
            return Ok(Permit { stay: self.stay, asked: now });
        }
        self.not_permitted = self.not_permitted.saturating_add(1);
        if self.state != State::ForcedOpen {
            sink(Event { at: now, kind: EventKind::NotPermitted });
        }
        Err(Rejected { state: self.state, retry_after })
    }

    /// The call succeeded; it took the time since its ask.
    #[inline]
    pub fn on_success(&mut self, permit: Permit, now: Instant) {
        self.on_result_with(permit, Outcome::Success, None, now, &mut |_| {});
    }

    /// [`Breaker::on_success`], telling `sink` what happened.
    #[inline]
    pub fn on_success_with(&mut self, permit: Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        self.on_result_with(permit, Outcome::Success, None, now, sink);
    }

    /// The call failed; it took the time since its ask.
    #[inline]
    pub fn on_failure(&mut self, permit: Permit, now: Instant) {
        self.on_result_with(permit, Outcome::Failure, None, now, &mut |_| {});
    }

    /// [`Breaker::on_failure`], telling `sink` what happened.
    #[inline]
    pub fn on_failure_with(&mut self, permit: Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        self.on_result_with(permit, Outcome::Failure, None, now, sink);
    }

    /// The call ended in a way that says nothing about what was called.
    #[inline]
    pub fn on_ignored(&mut self, permit: Permit, now: Instant) {
        self.on_result_with(permit, Outcome::Ignored, None, now, &mut |_| {});
    }

    /// [`Breaker::on_ignored`], telling `sink` what happened.
    #[inline]
    pub fn on_ignored_with(&mut self, permit: Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        self.on_result_with(permit, Outcome::Ignored, None, now, sink);
    }

    /// The call ended. `took` is how long it is to have taken, `None` for the time since its ask.
    #[inline]
    pub fn on_result(&mut self, permit: Permit, outcome: Outcome, took: Option<Duration>, now: Instant) {
        self.on_result_with(permit, outcome, took, now, &mut |_| {});
    }

    /// [`Breaker::on_result`], telling `sink` what happened.
    #[inline]
    pub fn on_result_with(
        &mut self,
        permit: Permit,
        outcome: Outcome,
        took: Option<Duration>,
        now: Instant,
        sink: &mut impl FnMut(Event),
    ) {
        let now = self.tick(now, sink);
        self.window.roll(now.as_nanos());
        let same_stay = permit.stay == self.stay;
        let late = !same_stay || self.window.outlived(permit.asked.as_nanos());
        if late && self.config.settings().late_results == LateResults::Drop {
            return;
        }
        let took = took.map_or_else(|| now.as_nanos().saturating_sub(permit.asked.as_nanos()), nanos);
        let slow = took > self.config.slow_over;
        match self.state {
            State::Closed | State::MetricsOnly => self.on_judged(outcome, slow, now, sink),
            State::HalfOpen => self.on_probe(outcome, slow, same_stay, now, sink),
            State::Open | State::ForcedOpen | State::Disabled => {}
        }
    }

    #[inline]
    fn on_judged(&mut self, outcome: Outcome, slow: bool, now: Instant, sink: &mut impl FnMut(Event)) {
        let failed = match outcome {
            Outcome::Ignored => return sink(Event { at: now, kind: EventKind::Ignored }),
            Outcome::Success => false,
            Outcome::Failure => true,
        };
        self.window.record(failed, slow);
        sink(Event { at: now, kind: if failed { EventKind::Failure } else { EventKind::Success } });
        if failed || self.config.settings().success_may_trip {
            self.judge(now, sink);
        }
    }

    #[inline(never)]
    fn on_probe(&mut self, outcome: Outcome, slow: bool, same_stay: bool, now: Instant, sink: &mut impl FnMut(Event)) {
        let half_open = &self.config.settings().half_open;
        let outcome = match (outcome, half_open.ignored) {
            (Outcome::Ignored, Ignored::CountsAsSuccess) => Outcome::Success,
            (outcome, _) => outcome,
        };
        if same_stay {
            let returned = outcome == Outcome::Ignored && half_open.ignored == Ignored::ReturnsPermit;
            self.probes_in_flight = self.probes_in_flight.saturating_sub(1);
            self.permits_kept = self.permits_kept.saturating_sub(u64::from(returned));
        }
        let kind = match outcome {
            Outcome::Ignored => return sink(Event { at: now, kind: EventKind::Ignored }),
            Outcome::Success => EventKind::Success,
            Outcome::Failure => EventKind::Failure,
        };
        self.window.record(outcome == Outcome::Failure, slow);
        sink(Event { at: now, kind });
        self.decide(now, sink);
    }

    /// Gives the permission back without a result: the call was not made, or its end will never be known.
    pub fn release(&mut self, permit: Permit, now: Instant) {
        self.release_with(permit, now, &mut |_| {});
    }

    /// [`Breaker::release`], telling `sink` what happened.
    pub fn release_with(&mut self, permit: Permit, now: Instant, sink: &mut impl FnMut(Event)) {
        self.tick(now, sink);
        if self.state == State::HalfOpen && permit.stay == self.stay {
            self.probes_in_flight = self.probes_in_flight.saturating_sub(1);
            self.permits_kept = self.permits_kept.saturating_sub(1);
        }
    }

    /// Enters a state by hand. Entering the current one anew restarts its counters, windows and waits, without an
    /// event.
    ///
    /// # Errors
    /// The pair is not allowed; nothing has changed, except that timed transitions that were due have happened.
    pub fn force(&mut self, state: State, now: Instant) -> Result<(), ForceRefused> {
        self.force_with(state, now, &mut |_| {})
    }

    /// [`Breaker::force`], telling `sink` what happened.
    ///
    /// # Errors
    /// The pair is not allowed.
    pub fn force_with(&mut self, state: State, now: Instant, sink: &mut impl FnMut(Event)) -> Result<(), ForceRefused> {
        let now = self.tick(now, sink);
        match (self.state, state) {
            (from @ (State::Closed | State::MetricsOnly), to @ State::HalfOpen)
            | (from @ State::MetricsOnly, to @ State::Open) => Err(ForceRefused { from, to }),
            (from, to) if from == to => {
                self.enter(to, now);
                Ok(())
            }
            (_, to) => {
                self.go(to, Reason::Forced, now, sink);
                Ok(())
            }
        }
    }

    /// Lets everything happen that is due at `now`. May be called at any time, and need not be.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.handle_timeout_with(now, &mut |_| {});
    }

    /// [`Breaker::handle_timeout`], telling `sink` what happened.
    pub fn handle_timeout_with(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        self.tick(now, sink);
    }

    /// When the state next changes by itself, if it does. Any verb may change it.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// Goes on with another configuration from `now` on.
    ///
    /// The state and the time of its entry stay; [`Settings::start_in`](super::Settings::start_in) plays no part.
    /// Waits and limits are measured from the entry with the new numbers, and one that the new numbers put into the
    /// past ends now. New thresholds are applied to the next result, except in `half_open`, where no other may come:
    /// there they are applied at once. The window keeps its results when it has the same shape, else it is emptied;
    /// results that are in it stay as slow as they were judged. A run of failures goes on, unless the old or the new
    /// window is a fixed one. Permits stay good.
    ///
    /// # Errors
    /// The new window has more calls or buckets than `N`; nothing has changed.
    pub fn reconfigure(&mut self, config: Config, now: Instant) -> Result<(), ConfigError> {
        self.reconfigure_with(config, now, &mut |_| {})
    }

    /// [`Breaker::reconfigure`], telling `sink` what happened.
    ///
    /// # Errors
    /// The new window has more calls or buckets than `N`; nothing has changed.
    pub fn reconfigure_with(
        &mut self,
        config: Config,
        now: Instant,
        sink: &mut impl FnMut(Event),
    ) -> Result<(), ConfigError> {
        config.fits(N)?;
        let now = self.tick(now, sink);
        let (judged, reshaped) = (self.judges(), config.shape != self.config.shape);
        if config.settings().open_for != self.config.settings().open_for {
            self.grown = config.grown(self.openings_in_a_row);
        }
        self.config = config;
        if judged && reshaped {
            self.window.change(config.shape, self.entered.as_nanos(), now.as_nanos());
        }
        self.due = self.timed().map(|due| due.max(now));
        self.tick(now, sink);
        if self.state == State::HalfOpen && self.window.tally().recorded > 0 {
            self.decide(now, sink);
        }
        Ok(())
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The state, as of the last verb.
    pub const fn state(&self) -> State {
        self.state
    }

    /// When the state was entered; entering it anew by hand counts.
    pub const fn since(&self) -> Instant {
        self.entered
    }

    /// Which stay in a state this is: a number that every entry changes, also one into the same state.
    pub const fn stay(&self) -> u64 {
        self.stay
    }

    /// The latest time that any verb was told.
    pub const fn latest(&self) -> Instant {
        self.latest
    }

    /// How often it has opened, forced or not, since it was made.
    pub const fn opened_count(&self) -> u64 {
        self.openings
    }

    /// How often it has opened since it last was closed, disabled or in metrics_only: what the wait grows with.
    pub const fn openings_in_a_row(&self) -> u64 {
        self.openings_in_a_row
    }

    /// In `open`: how long the whole wait is.
    pub fn wait(&self) -> Option<Duration> {
        (self.state == State::Open).then(|| Duration::from_nanos(self.wait_nanos()))
    }

    /// In `open`: the first instant at which the wait is over, after which `half_open` begins by itself or with an ask.
    /// `None` past [`Instant::MAX`].
    pub fn wait_ends(&self) -> Option<Instant> {
        if self.state == State::Open { self.wait_end() } else { None }
    }

    /// The counts of the current state as of `now`: what a time or fixed window has let go of by then is not in them.
    ///
    /// Timed transitions due by `now` are not seen here; [`Breaker::handle_timeout`] makes them happen.
    pub fn figures(&self, now: Instant) -> Figures {
        let now = now.max(self.latest);
        let Tally { recorded, failed, slow, run } = self.window.tally_at(now.as_nanos());
        let judgeable = self.is_judgeable(recorded);
        let rate = |part| (judgeable && recorded > 0).then_some(Rate { part, whole: recorded });
        Figures {
            buffered: recorded,
            failed,
            succeeded: recorded.saturating_sub(failed),
            slow,
            failures_in_a_row: run,
            failure_rate: rate(failed),
            slow_rate: rate(slow),
            not_permitted: self.not_permitted,
            permits_left: (self.state == State::HalfOpen).then(|| self.permits_left()),
            probes_in_flight: self.probes_in_flight,
        }
    }

    /// In `half_open`: how many more probes may pass now.
    fn permits_left(&self) -> u32 {
        let half_open = &self.config.settings().half_open;
        let used = match half_open.permits_limit {
            PermitsLimit::Total => u32::try_from(self.permits_kept).unwrap_or(u32::MAX),
            PermitsLimit::InFlight => self.probes_in_flight,
        };
        half_open.permits.saturating_sub(used)
    }

    /// Whether so many results of the current state may be shown as a rate.
    pub(super) fn is_judgeable(&self, recorded: u64) -> bool {
        match (self.state, self.config.settings().half_open.decide) {
            (State::Closed | State::MetricsOnly, _) => recorded >= self.config.minimum,
            (State::HalfOpen, Decide::Numbers { .. }) => true,
            (State::HalfOpen, Decide::Rate { .. }) => recorded >= u64::from(self.config.after),
            (State::Open, _) => self.judgeable,
            (State::ForcedOpen | State::Disabled, _) => false,
        }
    }

    /// Whether the state records into the window and judges it.
    pub(super) fn judges(&self) -> bool {
        matches!(self.state, State::Closed | State::MetricsOnly)
    }

    /// Notes the time, and lets happen what is due.
    #[inline]
    fn tick(&mut self, now: Instant, sink: &mut impl FnMut(Event)) -> Instant {
        self.latest = self.latest.max(now);
        if self.due.is_some_and(|due| due <= self.latest) {
            self.advance(self.latest, sink);
        }
        self.latest
    }

    /// Whether slow calls are too many of `tally`.
    #[inline]
    pub(super) fn is_too_slow(&self, tally: &Tally) -> bool {
        self.config.settings().slow.is_some_and(|slow| {
            Rate { part: tally.slow, whole: tally.recorded }.exceeds(slow.percent, Compare::AtLeast)
        })
    }
}
