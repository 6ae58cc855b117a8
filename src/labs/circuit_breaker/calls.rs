//! A request from the caller to its end: asked for, let through or turned away, answered or given up.

use halfopen_core::breaker::{EventKind, Outcome, State};
use halfopen_core::sim::{Accepted, Changed, Refused, Started};

use super::{Backend, Call, Came, Event, Lab};
use crate::lab::record::Health;
use crate::lab::scene::Tone;
use crate::lab::text;

impl Lab {
    pub(super) fn send(&mut self, own: bool, malformed: bool) {
        let (now, id) = (self.now, self.counts.sent);
        self.counts.sent += 1;
        if self.counts.sent == 1 && self.breaker.state() == State::Closed {
            self.record.health(now, Health::Ok);
        }
        let mut heard = Vec::new();
        let asked = self.breaker.try_acquire_with(now, &mut |event| heard.push(event));
        self.hear(heard);
        self.expect_breaker();
        match asked {
            Err(rejected) => {
                self.counts.turned_away += 1;
                self.turned_away.add(now, 1);
                self.record.event(now, 2, &[id, rejected.state as u64]);
                self.remember(id, Came::TurnedAway);
                if self.tells(own) {
                    let why = self.why_turned_away(rejected.state);
                    self.record.log(now, Tone::Plain, "", why);
                }
            }
            Ok(permit) => {
                self.record.event(now, 1, &[id, u64::from(own)]);
                let probe = self.breaker.state() == State::HalfOpen;
                self.calls.insert(id, Call { sent: now, permit, ticket: None, probe, own, malformed });
                self.queue.push(now + self.setup.timeout, Event::TimeUp(id));
                self.drop_stale_timeouts();
                match self.server.offer(now, id) {
                    Ok(accepted) => {
                        self.counts.reached += 1;
                        if let Some(call) = self.calls.get_mut(&id) {
                            call.ticket = Some(accepted.ticket());
                        }
                        if let Accepted::Started(started) = accepted {
                            self.started(started);
                        }
                    }
                    Err(refused) => self.came_back(id, false, Some(refused)),
                }
            }
        }
        self.watch();
    }

    pub(super) fn started(&mut self, started: Started) {
        if let Some(ends) = started.ends {
            self.queue.push(ends, Event::Finish(started.ticket));
        }
    }

    pub(super) fn changed(&mut self, changed: Changed) {
        changed.started.into_iter().for_each(|started| self.started(started));
        for lost in changed.lost.into_iter().filter(|lost| !lost.abandoned) {
            self.came_back(lost.id, false, Some(Refused::Down));
        }
    }

    pub(super) fn came_back(&mut self, id: u64, ok: bool, refused: Option<Refused>) {
        let Some(call) = self.calls.remove(&id) else { return };
        let took = text::about(self.now.since(call.sent));
        let (outcome, said) = match (ok, call.malformed, refused) {
            (_, _, Some(Refused::Down)) => (Outcome::Failure, "Failed: the backend is down, the connection was refused.".to_owned()),
            (_, _, Some(Refused::Full { in_service, .. })) => {
                (Outcome::Failure, format!("Failed: the backend is full with {} and refused this one.", text::counted(in_service.into(), "call", "calls")))
            }
            (true, true, None) => (
                Outcome::Ignored,
                "Answered 400: the request was malformed. That is the caller's own mistake and says nothing about the backend, so it is ignored.".to_owned(),
            ),
            (true, false, None) => (Outcome::Success, format!("Answered in {took}.")),
            (false, _, None) => (Outcome::Failure, "Failed: the backend answered 500.".to_owned()),
        };
        self.settle(id, call, outcome, said);
    }

    pub(super) fn time_up(&mut self, id: u64) {
        let Some(call) = self.calls.remove(&id) else { return };
        if let Some(ticket) = call.ticket {
            // The caller stops waiting; the backend goes on working, so its place stays taken.
            let _ = self.server.cancel(self.now, ticket);
        }
        let waited = text::about(self.now.since(call.sent));
        self.settle(id, call, Outcome::Failure, format!("Failed: no answer within {waited}, so the caller gave up."));
    }

    /// A request has come back: tells the breaker, the log and the counts.
    pub(super) fn settle(&mut self, id: u64, call: Call, outcome: Outcome, mut said: String) {
        let now = self.now;
        let came = if outcome == Outcome::Failure { Came::Failed } else { Came::Answered };
        match outcome {
            Outcome::Success => self.counts.answered += 1,
            Outcome::Failure => self.counts.failed += 1,
            Outcome::Ignored => self.counts.ignored += 1,
        }
        match outcome {
            Outcome::Success => self.answered.add(now, 1),
            Outcome::Failure => self.failed.add(now, 1),
            Outcome::Ignored => {}
        }
        self.record.event(now, 3, &[id, outcome as u64]);
        self.remember(id, came);
        let (stay, own) = (call.permit.stay(), call.own);
        let mut heard = Vec::new();
        self.breaker.on_result_with(call.permit, outcome, None, now, &mut |event| heard.push(event));
        let counted = heard
            .iter()
            .any(|event| matches!(event.kind, EventKind::Success | EventKind::Failure | EventKind::Ignored));
        let passive = matches!(self.breaker.state(), State::Disabled | State::ForcedOpen);
        if !counted && !passive {
            self.counts.late += 1;
            // Within one stay only the end of a fixed window makes a result late.
            said.push_str(if stay == self.breaker.stay() {
                " It comes late: the interval in which it was sent has ended, so it is not counted."
            } else {
                " It comes late, from before the breaker last changed, so it is not counted."
            });
        }
        if self.tells(own) {
            self.record.log(now, Tone::Plain, "", said);
        }
        self.hear(heard);
        self.expect_breaker();
        self.watch();
    }

    fn why_turned_away(&self, state: State) -> String {
        let saved = match self.backend {
            Backend::Well | Backend::Broken => Some(self.setup.server.latency.mean()),
            Backend::Slow => Some(self.slow_takes()),
            Backend::Hung => Some(self.setup.timeout),
            // A refused connection takes no time either.
            Backend::Down => None,
        };
        let saved = saved.map(|saved| text::about(saved.min(self.setup.timeout)));
        let figures = self.breaker.figures(self.now);
        match (state, figures.probes_in_flight, saved) {
            (State::ForcedOpen, ..) => "Turned away: the breaker is forced open.".to_owned(),
            (State::HalfOpen, 0, _) => "Turned away: every probe of this stay has been used up.".to_owned(),
            (State::HalfOpen, 1, _) => "Turned away: the probe has not come back yet.".to_owned(),
            (State::HalfOpen, probes, _) => format!("Turned away: {probes} probes are out and have not come back yet."),
            (_, _, Some(saved)) => {
                format!("Turned away without calling the backend. Took 0\u{a0}ms instead of {saved}.")
            }
            (_, _, None) => "Turned away without calling the backend.".to_owned(),
        }
    }

    /// Calls that came back leave their timeouts in the queue; when most of them are stale, they go.
    fn drop_stale_timeouts(&mut self) {
        self.timeouts += 1;
        if self.timeouts > 2 * self.calls.len() + 1_000 {
            let calls = &self.calls;
            self.queue.retain(|_, event| !matches!(event, Event::TimeUp(id) if !calls.contains_key(id)));
            self.timeouts = self.calls.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use halfopen_core::Instant;
    use halfopen_core::rng::Seed;

    use super::super::Lab;
    use crate::lab::{Config, Lab as _};

    #[test]
    fn timeouts_of_calls_that_came_back_do_not_pile_up() {
        let mut config = Config::new(Lab::ABOUT.knobs);
        for (knob, value) in [("rate", "1000/s"), ("timeout", "10min"), ("latency", "1ms")] {
            assert_eq!(config.set_text(knob, value), Ok(()));
        }
        let mut lab = Lab::start(&config, Seed(1));
        lab.advance(Instant::from_secs(30));
        assert!(lab.counts.answered > 25_000);
        assert!(lab.queue.len() < 3_000, "{} events wait", lab.queue.len());
    }

    #[test]
    fn times_at_which_it_may_change_by_itself_do_not_pile_up() {
        for half_open_by in ["ask", "clock"] {
            let mut config = Config::new(Lab::ABOUT.knobs);
            for (knob, value) in [
                ("threshold", "1"),
                ("open_for", "1ms"),
                ("max_half_open", "1h"),
                ("half_open_by", half_open_by),
                ("rate", "1000/s"),
                ("arrivals", "constant"),
                ("latency", "1ms"),
            ] {
                assert_eq!(config.set_text(knob, value), Ok(()));
            }
            let mut lab = Lab::start(&config, Seed(1));
            lab.act("break", &[]);
            lab.advance(Instant::from_secs(30));
            assert!(lab.breaker.opened_count() > 5_000);
            assert!(lab.queue.len() < 2_000, "{} events wait", lab.queue.len());
        }
    }
}
