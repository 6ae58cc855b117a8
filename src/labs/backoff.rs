//! Backoff: clients whose requests fail, how long each waits before it tries again, and when they all arrive.
//!
//! In a round each client makes one request. A knob turned, or *Re-roll*, begins another round: the same clients, with the
//! same draws after a knob, with other draws after a re-roll. So what changes is the knob's doing, or chance's, alone.

mod about;
mod charts;
mod exercise;
mod formula;
mod knobs;
mod lane;
mod numbers;
mod picture;
mod presets;
mod programs;
mod settings;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{self, Breaker, EventKind, State};
use halfopen_core::retry::{Outcome, Retry, Verdict};
use halfopen_core::rng::Seed;
use halfopen_core::sim::Queue;

use crate::lab::record::Health;
use crate::lab::{self, About, Chart, Config, Exercise, Program, Record, Scene, Table, Tone, View, text, wording};
use lane::{Came, Lane, Try};
use settings::{Guard, Setup};

/// Clients, the strategies that they follow, and the backend that they all call.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    seed: Seed,
    queue: Queue<Event>,
    /// The lab's own strategy, then those laid over it.
    lanes: Vec<Lane>,
    /// When the round began, and the how-manieth it is.
    begun: Instant,
    round: u64,
    /// Which draws it is played with.
    draws: u64,
    broken: bool,
    breaker: Breaker<1>,
    counts: Counts,
    record: Record,
}

/// Of the lab's own strategy, over all rounds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Attempts that reached the backend.
    reached: u64,
    refused: u64,
    /// Attempts that reached it while the breaker stood open.
    past_open: u64,
    answered: u64,
    gave_up: u64,
    /// How often the work was done, and for how many requests more than once.
    done: u64,
    twice: u64,
}

/// Something due, of a client in a lane.
#[derive(Clone, Copy, Debug)]
struct Event {
    lane: usize,
    client: usize,
    ends: bool,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;
    const EXERCISE: Option<&'static Exercise> = Some(&exercise::EXERCISE);

    fn programs(config: &Config) -> Vec<Program> {
        programs::programs(config)
    }

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(breaker) = Breaker::new(setup.breaker, Instant::ZERO) else {
            unreachable!("a window of one call fits one place")
        };
        let mut lab = Self {
            now: Instant::ZERO,
            setup,
            seed,
            queue: Queue::new(),
            lanes: Vec::new(),
            begun: Instant::ZERO,
            round: 0,
            draws: 0,
            broken: true,
            breaker,
            counts: Counts::default(),
            record: Record::new(),
        };
        lab.begin();
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, Event { lane, client, ends })) = self.queue.pop_until(to) {
            self.now = now;
            if ends {
                self.ended(lane, client);
            } else {
                self.attempt(lane, client);
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "reroll" => {
                self.draws += 1;
                self.record.event(self.now, 6, &[self.draws]);
                let clients = text::counted(self.setup.clients.into(), "client begins", "clients begin");
                let said =
                    format!("The same {clients} anew, at the same instants: only what the jitter draws differs.");
                self.record.log(self.now, Tone::Info, "↻ re-rolled.", said);
                self.begin();
            }
            "heal" => self.turn(false),
            "break" => self.turn(true),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        let mut heard = Vec::new();
        // A window of one call fits one place, so this does not fail.
        let _ = self.breaker.reconfigure_with(self.setup.breaker, self.now, &mut |event| heard.push(event));
        self.hear(heard);
        self.record.log(self.now, Tone::Plain, "", "The round begins anew, with the same draws.");
        self.begin();
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn reach(&self) -> Duration {
        picture::Scale::reach(self)
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view),
            readouts: numbers::readouts(self),
            buttons: about::buttons(self),
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        charts::charts(self)
    }

    fn tables(&self) -> Vec<Table> {
        vec![numbers::table(self)]
    }
}

impl Lab {
    /// Another round, from now on.
    fn begin(&mut self) {
        for client in self.lanes.iter_mut().flat_map(|lane| &mut lane.clients) {
            if let Some(permit) = client.permit.take() {
                self.breaker.release(permit, self.now);
            }
        }
        self.queue.clear();
        (self.begun, self.round) = (self.now, self.round + 1);
        self.record.event(self.now, 5, &[self.round]);
        self.record.health(self.now, Health::Half);
        let own = (None, self.setup.retry);
        let overlays = self.setup.overlays.iter().map(|(overlay, retry)| (Some(*overlay), *retry));
        let make = |strategy| Lane::new(strategy, &self.setup, self.seed, self.draws, self.now);
        self.lanes = core::iter::once(own).chain(overlays).map(make).collect();
        for (lane, of) in self.lanes.iter().enumerate() {
            for (client, who) in of.clients.iter().enumerate() {
                self.queue.push(who.begins, Event { lane, client, ends: false });
            }
        }
    }

    /// The lab's own strategy. There always is one.
    fn own(&self) -> Option<&Lane> {
        self.lanes.first()
    }

    /// Whether the rest of a lane's round is known: nothing is answered, and no breaker steps in.
    fn is_known(&self, lane: &Lane) -> bool {
        self.broken && (self.setup.guard == Guard::None || lane.overlay.is_some())
    }

    /// What client 1 of the lab's own strategy is about, with whether the rest of its round is known.
    fn first(&self) -> Option<(&lane::Client, bool)> {
        let own = self.own()?;
        Some((own.clients.first()?, self.is_known(own)))
    }

    /// A client's next attempt begins, if its breaker lets it.
    fn attempt(&mut self, lane: usize, client: usize) {
        let (now, guarded) = (self.now, lane == 0);
        let mut heard = Vec::new();
        let breaker = &mut self.breaker;
        let Some(who) = self.lanes.get_mut(lane).and_then(|lane| lane.clients.get_mut(client)) else { return };
        match &mut who.retry {
            Some(retry) => retry.begin(now),
            None => who.retry = Some(Retry::new(now)),
        }
        let first = who.tries.is_empty();
        let open = breaker.state() == State::Open;
        let mut ask = || breaker.try_acquire_with(now, &mut |event| heard.push(event)).ok();
        let (permit, refused) = match self.setup.guard {
            _ if !guarded => (None, false),
            Guard::None => (None, false),
            Guard::AskedOnce if !first => (who.permit.take(), false),
            Guard::StateRead if open => (None, true),
            Guard::EachAttempt | Guard::AskedOnce | Guard::NeverTold | Guard::StateRead => {
                let permit = ask();
                let refused = permit.is_none();
                (permit, refused)
            }
        };
        who.permit = permit;
        let came = if refused { Came::Refused } else { Came::UnderWay };
        who.tries.push(Try { at: now, came, ended: refused.then_some(now), wait: None });
        let number = who.tries.len() as u64;
        self.hear(heard);
        self.record.event(now, if refused { 2 } else { 1 }, &[lane as u64, client as u64, number]);
        if refused {
            self.counts.refused += 1;
            self.decide(lane, client, Outcome::REFUSED);
            return;
        }
        if guarded {
            self.counts.reached += 1;
            self.counts.past_open += u64::from(open && self.breaker.state() == State::Open);
        }
        self.queue.push(now + self.setup.takes, Event { lane, client, ends: true });
    }

    /// A client's attempt has ended.
    fn ended(&mut self, lane: usize, client: usize) {
        let (now, broken, guard) = (self.now, self.broken, self.setup.guard);
        let (fails, after_the_work, key) = (self.setup.fails, self.setup.after_the_work, self.setup.key);
        let Some(who) = self.lanes.get_mut(lane).and_then(|lane| lane.clients.get_mut(client)) else { return };
        let number = who.tries.len() as u32;
        let failed = broken && number <= fails;
        let Some(attempt) = who.tries.last_mut() else { return };
        (attempt.ended, attempt.came) = (Some(now), if failed { Came::Failed } else { Came::Answered });
        self.record.event(now, 3, &[lane as u64, client as u64, u64::from(failed)]);
        if lane == 0 && (!failed || after_the_work) && !(key && who.done > 0) {
            who.done += 1;
            self.counts.done += 1;
            self.counts.twice += u64::from(who.done == 2);
            self.record.event(now, 8, &[client as u64, u64::from(who.done)]);
        }
        if let Some(permit) = who.permit.take() {
            let mut heard = Vec::new();
            if guard == Guard::AskedOnce {
                // The one permit that it asked for stands for all attempts.
                who.permit = Some(permit.clone());
            }
            match (guard, failed) {
                (Guard::NeverTold, _) => self.breaker.release_with(permit, now, &mut |event| heard.push(event)),
                (_, true) => self.breaker.on_failure_with(permit, now, &mut |event| heard.push(event)),
                (_, false) => self.breaker.on_success_with(permit, now, &mut |event| heard.push(event)),
            }
            self.hear(heard);
        }
        self.decide(lane, client, if failed { Outcome::FAILED } else { Outcome::Success });
    }

    /// What a client makes of its attempt's outcome.
    fn decide(&mut self, lane: usize, client: usize, outcome: Outcome) {
        let now = self.now;
        let Some(of) = self.lanes.get_mut(lane) else { return };
        let Some(who) = of.clients.get_mut(client) else { return };
        let Some(retry) = &mut who.retry else { return };
        let number = who.tries.len() as u32;
        let verdict = retry.on_result(&of.retry, outcome, &mut who.jitter, now);
        let told = lane == 0 && client == 0;
        let ended = match outcome {
            Outcome::Success => "was answered",
            Outcome::Refused { .. } => "was turned away by the breaker",
            _ => "failed",
        };
        match verdict {
            Verdict::Wait { until, wait } => {
                if let Some(last) = who.tries.last_mut() {
                    last.wait = Some(wait);
                }
                self.queue.push(until, Event { lane, client, ends: false });
                if told {
                    let said = format!(
                        "Client 1: attempt {number} {ended}; it waits {} of at most {}.",
                        text::about(wait),
                        text::about(self.setup.retry.backoff().most(number - 1))
                    );
                    self.record.log(now, Tone::Plain, "", said);
                }
            }
            Verdict::Done | Verdict::GiveUp { .. } => {
                who.over = true;
                self.record.event(now, 4, &[lane as u64, client as u64]);
                if lane == 0 {
                    self.request_over(told, number, ended, verdict);
                }
            }
        }
    }

    /// A request of the lab's own strategy is over.
    fn request_over(&mut self, told: bool, number: u32, ended: &str, verdict: Verdict) {
        let now = self.now;
        match verdict {
            Verdict::GiveUp { reason, .. } => {
                self.counts.gave_up += 1;
                self.record.health(now, Health::Bad);
                if told {
                    let why = wording::sentence(&reason.to_string());
                    self.record.log(now, Tone::Bad, "✕ gave up.", format!("Client 1: attempt {number} {ended}. {why}"));
                }
            }
            _ => {
                self.counts.answered += 1;
                if told {
                    self.record.log(now, Tone::Ok, "✓ answered.", format!("Client 1: attempt {number} {ended}."));
                }
            }
        }
        if let Some(clients) = self.own().map(|own| &own.clients).filter(|of| of.iter().all(|client| client.over)) {
            let answered = |client: &lane::Client| client.tries.last().is_some_and(|last| last.came == Came::Answered);
            let well = clients.iter().filter(|client| answered(client)).count();
            let said = format!(
                "Round {} is over: {well} of {} answered.",
                self.round,
                text::counted(clients.len() as u64, "request was", "requests were")
            );
            let whole = well == clients.len();
            self.record.health(now, if whole { Health::Ok } else { Health::Bad });
            self.record.log(now, if whole { Tone::Ok } else { Tone::Plain }, "", said);
        }
    }

    fn turn(&mut self, broken: bool) {
        if self.broken == broken {
            return;
        }
        self.broken = broken;
        self.record.event(self.now, 7, &[u64::from(broken)]);
        if broken {
            let said = "You broke the backend: attempts fail from now on.";
            self.record.log(self.now, Tone::Bad, "✕ broken.", said);
        } else {
            let said = "You healed the backend: attempts that end from now on are answered.";
            self.record.log(self.now, Tone::Ok, "● healed.", said);
        }
    }

    /// Takes over what the breaker told.
    fn hear(&mut self, heard: Vec<breaker::Event>) {
        for event in heard {
            if let EventKind::Transition { from, to, reason } = event.kind {
                self.record.event(event.at, 16, &[from as u64, to as u64]);
                let said = wording::transition_text(from, to, &reason, self.setup.breaker.settings());
                self.record.log(event.at, wording::state_tone(to), wording::transition_head(from, to), said);
            }
        }
    }
}
