//! Cascade: a backend that hangs takes its caller with it, unless something lets go of the threads.
//!
//! Two callers get the same traffic. Each request holds a thread (its memory, a connection) until it is answered or gives
//! up; the second caller has a breaker around each attempt, inside its retry.

mod about;
mod numbers;
mod picture;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{self, Breaker, EventKind, OpenFor, Permit, Settings, State, Trip, Window};
use halfopen_core::rng::{Seed, Stream};
use halfopen_core::sim::{Arrivals, Queue, Rate, Source};

use crate::lab::record::{Health, Level, Tally};
use crate::lab::scene::{Chart, Scene, Tone, View};
use crate::lab::{self, About, Config, Record, text, wording};

/// Two callers with the same traffic, one with a breaker.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    queue: Queue<Event>,
    source: Source,
    arrivals: Stream,
    hung: bool,
    arrived: u64,
    without: Lane,
    with: Lane,
    record: Record,
}

#[derive(Clone)]
struct Setup {
    arrivals: Arrivals,
    timeout: Duration,
    attempts: u32,
    breaker: breaker::Config,
    threads: u32,
    stack_mb: u32,
    latency: Duration,
}

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    Hang,
    /// An attempt's answer (`true`) or the end of its patience; of the lane with the breaker or the other.
    Attempt {
        with: bool,
        slot: u32,
        generation: u32,
        answered: bool,
    },
}

/// A caller: its threads and what became of its requests.
#[derive(Clone, Default)]
struct Lane {
    breaker: Option<Breaker<1>>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    used: u32,
    peak: u32,
    full_at: Option<Instant>,
    /// Requests are refused for want of a thread.
    full: bool,
    answered: u64,
    by_fallback: u64,
    failed: u64,
    refused: u64,
    threads: Level,
    answers: Option<Tally>,
    fallbacks: Option<Tally>,
    failures: Option<Tally>,
    refusals: Option<Tally>,
}

/// A thread.
#[derive(Clone, Default)]
struct Slot {
    /// Counts what the thread did, so that an event of an earlier attempt is known as stale.
    generation: u32,
    attempt: u32,
    busy: bool,
    permit: Option<Permit>,
}

impl Setup {
    fn new(config: &Config) -> Self {
        let rate = Rate::from_millihertz(config.count("rate"));
        let settings = Settings {
            trip: Trip::Consecutive { failures: config.small("threshold") },
            window: Window::Calls { calls: 1 },
            open_for: OpenFor::constant(config.duration("open_for")),
            ..Settings::default()
        };
        let Ok(breaker) = breaker::Config::new(settings) else {
            unreachable!("the table's ranges lie within the core's, which the registry walk tries")
        };
        Self {
            arrivals: if config.choice("arrivals") == "poisson" {
                Arrivals::Poisson { rate }
            } else {
                Arrivals::Constant { rate }
            },
            timeout: config.duration("timeout"),
            attempts: config.small("attempts"),
            breaker,
            threads: config.small("threads"),
            stack_mb: config.small("stack"),
            latency: config.duration("latency"),
        }
    }
}

impl Lane {
    fn new(breaker: Option<Breaker<1>>) -> Self {
        let tally = || Some(Tally::new(Duration::from_millis(500)));
        let mut lane = Self {
            breaker,
            answers: tally(),
            fallbacks: tally(),
            failures: tally(),
            refusals: tally(),
            ..Self::default()
        };
        lane.threads.set(Instant::ZERO, 0.0);
        lane
    }

    fn state(&self) -> Option<State> {
        self.breaker.as_ref().map(Breaker::state)
    }

    fn take_thread(&mut self, now: Instant, threads: u32) -> Option<u32> {
        if self.used >= threads {
            return None;
        }
        let slot = self.free.pop().unwrap_or(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        if slot as usize == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let thread = self.slots.get_mut(slot as usize)?;
        (thread.attempt, thread.busy) = (0, true);
        self.used += 1;
        self.peak = self.peak.max(self.used);
        self.threads.set(now, f64::from(self.used));
        Some(slot)
    }

    fn free_thread(&mut self, now: Instant, slot: u32) {
        if let Some(thread) = self.slots.get_mut(slot as usize).filter(|thread| thread.busy) {
            thread.busy = false;
            thread.generation = thread.generation.wrapping_add(1);
            self.free.push(slot);
            self.used -= 1;
            self.threads.set(now, f64::from(self.used));
        }
    }
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let mut arrivals = seed.stream("arrivals");
        let hangs_from = Instant::ZERO + config.duration("hangs_from");
        let Ok(breaker) = Breaker::new(setup.breaker, Instant::ZERO) else {
            unreachable!("a window of one call fits one place")
        };
        let mut lab = Self {
            now: Instant::ZERO,
            queue: Queue::new(),
            source: Source::new(setup.arrivals, Instant::ZERO, &mut arrivals),
            arrivals,
            hung: false,
            arrived: 0,
            without: Lane::new(None),
            with: Lane::new(Some(breaker)),
            record: Record::new(),
            setup,
        };
        lab.expect_arrival();
        lab.queue.push(hangs_from, Event::Hang);
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    if let Some(arrival) = self.source.take(now, &mut self.arrivals) {
                        self.expect_arrival();
                        for _ in 0..arrival.count {
                            self.arrived += 1;
                            self.request(false);
                            self.request(true);
                        }
                    }
                }
                Event::Hang => self.hang(),
                Event::Attempt { with, slot, generation, answered } => {
                    self.attempt_ended(with, slot, generation, answered)
                }
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "heal" => self.heal(),
            "hang" => self.hang(),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        let mut heard = Vec::new();
        if let Some(breaker) = &mut self.with.breaker {
            // A window of one call fits one place, so this does not fail.
            let _ = breaker.reconfigure_with(self.setup.breaker, self.now, &mut |event| heard.push(event));
        }
        self.hear(heard);
        if *self.source.arrivals() != self.setup.arrivals {
            self.source.set(self.now, self.setup.arrivals, &mut self.arrivals);
            self.expect_arrival();
        }
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view.layout),
            readouts: numbers::readouts(self),
            buttons: numbers::buttons(self),
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        numbers::charts(self)
    }
}

impl Lab {
    fn expect_arrival(&mut self) {
        if let Some(at) = self.source.next_at() {
            self.queue.push(at, Event::Arrive);
        }
    }

    fn lane(&mut self, with: bool) -> &mut Lane {
        if with { &mut self.with } else { &mut self.without }
    }

    fn request(&mut self, with: bool) {
        let (now, threads, id) = (self.now, self.setup.threads, self.arrived);
        match self.lane(with).take_thread(now, threads) {
            Some(slot) => {
                self.record.event(now, 1, &[id, u64::from(with)]);
                if self.lane(with).used == threads {
                    self.pool_full(with);
                }
                self.attempt(with, slot);
            }
            None => {
                self.record.event(now, 2, &[id, u64::from(with)]);
                let lane = self.lane(with);
                lane.refused += 1;
                lane.refusals.iter_mut().for_each(|tally| tally.add(now, 1));
            }
        }
    }

    fn pool_full(&mut self, with: bool) {
        let (now, threads) = (self.now, self.setup.threads);
        let lane = self.lane(with);
        if lane.full {
            return;
        }
        lane.full = true;
        lane.full_at.get_or_insert(now);
        let (head, who) = if with {
            ("✕ pool full, with.", "With a breaker")
        } else {
            ("✕ pool full, without.", "Without a breaker")
        };
        let said = format!(
            "{who}, all {} threads wait for the backend. Every further request is refused, also those that do not need it.",
            text::grouped(i64::from(threads))
        );
        self.record.log(now, Tone::Bad, head, said);
        self.note_health();
    }

    /// The next attempt of the request on this thread; turned away attempts take no time, so several may happen at once.
    fn attempt(&mut self, with: bool, slot: u32) {
        let (now, attempts) = (self.now, self.setup.attempts);
        let (hung, latency, timeout) = (self.hung, self.setup.latency, self.setup.timeout);
        let mut turned_away = false;
        loop {
            let lane = self.lane(with);
            let Some(thread) = lane.slots.get_mut(slot as usize) else { return };
            if thread.attempt >= attempts {
                return self.gave_up(with, slot, turned_away);
            }
            thread.attempt += 1;
            thread.generation = thread.generation.wrapping_add(1);
            let generation = thread.generation;
            let mut heard = Vec::new();
            if let Some(breaker) = &mut lane.breaker {
                match breaker.try_acquire_with(now, &mut |event| heard.push(event)) {
                    Ok(permit) => thread.permit = Some(permit),
                    Err(_) => {
                        turned_away = true;
                        continue;
                    }
                }
            }
            self.hear(heard);
            // The earlier of answer and patience; a hung backend has no answer, and healing brings one.
            let answered = !hung && latency <= timeout;
            let ends = now + if answered { latency } else { timeout };
            self.queue.push(ends, Event::Attempt { with, slot, generation, answered });
            return;
        }
    }

    fn attempt_ended(&mut self, with: bool, slot: u32, generation: u32, answered: bool) {
        let now = self.now;
        let lane = self.lane(with);
        let Some(thread) =
            lane.slots.get_mut(slot as usize).filter(|thread| thread.busy && thread.generation == generation)
        else {
            return;
        };
        let permit = thread.permit.take();
        let first_timeout = !answered && lane.failed == 0 && lane.by_fallback == 0 && thread.attempt == 1;
        let mut heard = Vec::new();
        if let (Some(breaker), Some(permit)) = (&mut lane.breaker, permit) {
            if answered {
                breaker.on_success_with(permit, now, &mut |event| heard.push(event));
            } else {
                breaker.on_failure_with(permit, now, &mut |event| heard.push(event));
            }
        }
        self.record.event(now, 3, &[u64::from(with), u64::from(slot), u64::from(answered)]);
        self.hear(heard);
        if answered {
            let lane = self.lane(with);
            lane.answered += 1;
            lane.answers.iter_mut().for_each(|tally| tally.add(now, 1));
            self.free(with, slot);
        } else {
            if first_timeout && !with && self.record.logged() < 2 {
                let held = text::grouped(i64::from(self.without.used));
                let timeout = text::about(self.setup.timeout);
                let said = format!(
                    "The first timeouts return, {timeout} after the first request: until now nothing had failed. {held} threads are held."
                );
                self.record.log(now, Tone::Plain, "", said);
            }
            self.attempt(with, slot);
        }
    }

    fn gave_up(&mut self, with: bool, slot: u32, turned_away: bool) {
        let now = self.now;
        self.record.event(now, 4, &[u64::from(with), u64::from(slot), u64::from(turned_away)]);
        let lane = self.lane(with);
        let tally = if turned_away {
            lane.by_fallback += 1;
            &mut lane.fallbacks
        } else {
            lane.failed += 1;
            &mut lane.failures
        };
        tally.iter_mut().for_each(|tally| tally.add(now, 1));
        self.free(with, slot);
    }

    fn free(&mut self, with: bool, slot: u32) {
        let (now, threads) = (self.now, self.setup.threads);
        let lane = self.lane(with);
        lane.free_thread(now, slot);
        // Only a pool with room to spare counts as open again; one that is refilled at once does not.
        if lane.full && lane.used < threads - threads / 10 {
            lane.full = false;
            let who = if with { "With a breaker" } else { "Without a breaker" };
            let said = format!("{who}, a tenth of the threads is free again: new requests are taken.");
            self.record.log(now, Tone::Ok, if with { "● pool open, with." } else { "● pool open, without." }, said);
            self.note_health();
        }
    }

    fn hear(&mut self, heard: Vec<breaker::Event>) {
        for event in heard {
            match event.kind {
                EventKind::Transition { from, to, reason } => {
                    self.record.event(event.at, 16, &[from as u64, to as u64]);
                    let mut said = wording::transition_text(from, to, &reason, self.setup.breaker.settings());
                    if to == State::Open && from == State::Closed {
                        said.push_str(" Attempts are turned away at once; a fallback answers, and threads are free again as the last timeouts return.");
                    }
                    self.record.log(event.at, wording::state_tone(to), wording::transition_head(from, to), said);
                    self.note_health();
                }
                EventKind::Success => self.record.event(event.at, 10, &[]),
                EventKind::Failure => self.record.event(event.at, 11, &[]),
                _ => {}
            }
        }
    }

    fn hang(&mut self) {
        if self.hung {
            return;
        }
        self.hung = true;
        self.record.event(self.now, 5, &[1]);
        self.record.log(
            self.now,
            Tone::Bad,
            "✕ hanging.",
            "The backend takes calls and never answers: each one holds a thread until its timeout.",
        );
        self.note_health();
    }

    fn heal(&mut self) {
        if !self.hung {
            return;
        }
        self.hung = false;
        let now = self.now;
        self.record.event(now, 5, &[0]);
        let (without, with) = (self.without.used, self.with.used);
        let said = format!(
            "The backend answers again. It still held {} calls without the breaker and {} with it.",
            text::grouped(i64::from(without)),
            text::grouped(i64::from(with))
        );
        self.record.log(now, Tone::Ok, "● healed.", said);
        // What it held is answered one latency later; a caller whose patience ends before that has given up by then.
        let ends = now + self.setup.latency;
        for with in [false, true] {
            let held: Vec<(u32, u32)> = self
                .lane(with)
                .slots
                .iter()
                .enumerate()
                .filter(|(_, thread)| thread.busy)
                .map(|(slot, thread)| (slot as u32, thread.generation))
                .collect();
            for (slot, generation) in held {
                self.queue.push(ends, Event::Attempt { with, slot, generation, answered: true });
            }
        }
        self.note_health();
    }

    fn note_health(&mut self) {
        let health = match (self.hung, self.without.full || self.with.full) {
            (_, true) => Health::Bad,
            (true, false) => Health::Half,
            (false, false) => Health::Ok,
        };
        self.record.health(self.now, health);
    }
}
