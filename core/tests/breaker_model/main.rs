//! The breaker against a plain, slow model of it, written from the rules of `tests/conformance/README.md` alone: it
//! keeps every result it was ever told and works everything out anew each time it is asked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

mod arbitrary;
mod model;

use core::time::Duration;

use arbitrary::{Action, Jump, PLACES, Step};
use halfopen_core::Instant;
use halfopen_core::breaker::{Breaker, Config, Event, Outcome, Permit, Rate, Settings};
use model::{Model, Ticket};
use proptest::prelude::*;

/// The breaker and its model, side by side.
struct Pair {
    breaker: Breaker<PLACES>,
    model: Model,
    held: Vec<(Permit, Ticket)>,
    events: Vec<Event>,
}

impl Pair {
    fn new(settings: Settings) -> Self {
        let breaker = Breaker::new(Config::new(settings).unwrap(), Instant::ZERO).unwrap();
        Self { breaker, model: Model::new(settings), held: Vec::new(), events: Vec::new() }
    }

    fn ask(&mut self, now: Instant) -> Option<(Permit, Ticket)> {
        let got = self.breaker.try_acquire_with(now, &mut |event| self.events.push(event));
        let expected = self.model.ask(now.as_nanos());
        match (got, expected) {
            (Ok(permit), Ok(ticket)) => Some((permit, ticket)),
            (Err(got), Err(expected)) => {
                assert_eq!(got.retry_after.map(|rest| rest.as_nanos()), expected.map(u128::from), "retry_after");
                assert_eq!(got.state, self.model.state, "the state that refused");
                None
            }
            (got, expected) => panic!("permitted: got {}, expected {}", got.is_ok(), expected.is_ok()),
        }
    }

    fn finish(&mut self, (permit, ticket): (Permit, Ticket), outcome: Outcome, took: Option<u64>, now: Instant) {
        let duration = took.map(Duration::from_nanos);
        self.breaker.on_result_with(permit, outcome, duration, now, &mut |event| self.events.push(event));
        self.model.finish(ticket, outcome, took, now.as_nanos());
    }

    fn when(&self, jump: &Jump) -> Instant {
        let latest = self.model.now;
        Instant::from_nanos(match *jump {
            Jump::Stay => latest,
            Jump::By(nanos) => latest + nanos,
            Jump::Back(nanos) => latest.saturating_sub(nanos),
            Jump::Edge { which, offset } => {
                let edge = self.model.edges().get(which).copied();
                edge.map_or(latest, |edge| edge.saturating_add_signed(offset).max(latest))
            }
        })
    }

    fn act(&mut self, action: &Action, now: Instant) {
        match *action {
            Action::Ask => {
                let granted = self.ask(now);
                self.held.extend(granted);
            }
            Action::Call { outcome, took, times } => {
                for _ in 0..times {
                    if let Some(held) = self.ask(now) {
                        self.finish(held, outcome, Some(took), now);
                    }
                }
            }
            Action::Finish { which, outcome, took } if !self.held.is_empty() => {
                let held = self.held.remove(which % self.held.len());
                self.finish(held, outcome, took, now);
            }
            Action::Release { which } if !self.held.is_empty() => {
                let (permit, ticket) = self.held.remove(which % self.held.len());
                self.breaker.release_with(permit, now, &mut |event| self.events.push(event));
                self.model.release(ticket, now.as_nanos());
            }
            Action::Force(state) => {
                let got = self.breaker.force_with(state, now, &mut |event| self.events.push(event));
                assert_eq!(got.is_ok(), self.model.force(state, now.as_nanos()), "whether it could be forced");
            }
            Action::Reconfigure(settings) => {
                let config = Config::new(settings).unwrap();
                self.breaker.reconfigure_with(config, now, &mut |event| self.events.push(event)).unwrap();
                self.model.reconfigure(settings, now.as_nanos());
            }
            Action::Look | Action::Finish { .. } | Action::Release { .. } => {
                self.breaker.handle_timeout_with(now, &mut |event| self.events.push(event));
                self.model.look(now.as_nanos());
            }
        }
        self.compare();
    }

    fn compare(&mut self) {
        let (breaker, model) = (&self.breaker, &mut self.model);
        let told: Vec<_> = self.events.drain(..).map(|event| (event.at.as_nanos(), event.kind.to_string())).collect();
        assert_eq!(told, core::mem::take(&mut model.events), "events");
        assert_eq!(breaker.state(), model.state, "state");
        assert_eq!(breaker.since().as_nanos(), model.entered, "since");
        assert_eq!(breaker.latest().as_nanos(), model.now, "latest");
        assert_eq!(breaker.poll_timeout().map(Instant::as_nanos), model.due(), "poll_timeout");
        assert_eq!(breaker.wait_ends().map(Instant::as_nanos), model.wait_ends(), "wait_ends");
        assert_eq!(breaker.opened_count(), model.opened_count(), "opened_count");
        // The figures of now, and those of later without touching the breaker.
        for later in [0, 1, 3, 17, 60] {
            let at = model.now + later;
            let figures = breaker.figures(Instant::from_nanos(at));
            let rate = |rate: Option<Rate>| rate.map(|rate| (rate.part, rate.whole));
            let got = model::Figures {
                buffered: figures.buffered,
                failed: figures.failed,
                succeeded: figures.succeeded,
                slow: figures.slow,
                run: figures.failures_in_a_row,
                failure_rate: rate(figures.failure_rate),
                slow_rate: rate(figures.slow_rate),
                not_permitted: figures.not_permitted,
                permits_left: figures.permits_left,
                in_flight: figures.probes_in_flight,
            };
            assert_eq!(got, model.figures(at), "figures {later} ns later");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// Every decision, figure and event is the model's.
    #[test]
    fn agrees_with_the_model(settings in arbitrary::settings(), steps in prop::collection::vec(arbitrary::step(), 1..60)) {
        let mut pair = Pair::new(settings);
        pair.compare();
        for Step { jump, action } in &steps {
            let now = pair.when(jump);
            pair.act(action, now);
        }
    }

    /// Calling `handle_timeout` whenever `poll_timeout` says, or never, makes no difference to anything else.
    #[test]
    fn looking_changes_nothing(settings in arbitrary::settings(), steps in prop::collection::vec(arbitrary::step(), 1..40)) {
        let (mut seen, mut unseen) = (Pair::new(settings), Pair::new(settings));
        for Step { jump, action } in &steps {
            let now = unseen.when(jump);
            while let Some(at) = seen.breaker.poll_timeout().filter(|at| *at <= now) {
                seen.act(&Action::Look, at);
            }
            seen.act(action, now);
            unseen.act(action, now);
            prop_assert_eq!(seen.breaker.figures(now), unseen.breaker.figures(now));
            prop_assert_eq!(format!("{:?}", seen.breaker), format!("{:?}", unseen.breaker));
        }
    }

    /// Whatever the settings and times, they are turned down or run; the figures stay in proportion.
    #[test]
    fn nothing_panics(settings in arbitrary::wild_settings(), steps in prop::collection::vec((any::<u64>(), arbitrary::step()), 1..30)) {
        let config = match Config::new(settings) {
            Ok(config) => config,
            Err(error) => {
                prop_assert!(!error.to_string().is_empty());
                return Ok(());
            }
        };
        let Ok(mut breaker) = Breaker::<PLACES>::new(config, Instant::ZERO) else { return Ok(()) };
        let mut held = Vec::new();
        for (at, step) in steps {
            let now = Instant::from_nanos(at);
            let mut last = breaker.latest();
            let mut sink = |event: Event| {
                assert!(event.at >= last, "events are in order");
                last = event.at;
                event.kind.reason().map(ToString::to_string);
            };
            match step.action {
                Action::Ask => held.extend(breaker.try_acquire_with(now, &mut sink)),
                Action::Call { outcome, took, .. } => {
                    if let Ok(permit) = breaker.try_acquire_with(now, &mut sink) {
                        breaker.on_result_with(permit, outcome, Some(Duration::from_nanos(took)), now, &mut sink);
                    }
                }
                Action::Finish { outcome, .. } => {
                    if let Some(permit) = held.pop() {
                        breaker.on_result_with(permit, outcome, None, now, &mut sink);
                    }
                }
                Action::Release { .. } => {
                    if let Some(permit) = held.pop() {
                        breaker.release_with(permit, now, &mut sink);
                    }
                }
                Action::Force(state) => _ = breaker.force_with(state, now, &mut sink),
                Action::Reconfigure(settings) => _ = breaker.reconfigure_with(Config::new(settings).unwrap(), now, &mut sink),
                Action::Look => breaker.handle_timeout_with(now, &mut sink),
            }
            let figures = breaker.figures(now);
            prop_assert_eq!(figures.buffered, figures.failed + figures.succeeded);
            prop_assert!(figures.slow <= figures.buffered);
            prop_assert!(breaker.poll_timeout().is_none_or(|due| due > breaker.latest()));
        }
    }
}
