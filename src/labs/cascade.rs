//! Cascade: a backend that hangs takes its caller with it, unless something lets go of the threads.
//!
//! Two callers get the same traffic. Each request holds a thread (its memory, a connection) until it is answered or gives
//! up; the second caller has a breaker around each attempt, inside its retry.

mod about;
mod forecast;
mod lane;
mod numbers;
mod outage;
mod picture;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{self, Breaker, EventKind, OpenFor, Settings, State, Trip, Window};
use halfopen_core::rng::Seed;
use halfopen_core::sim::{Arrivals, Queue, Rate};

use crate::lab::record::Health;
use crate::lab::scene::{Chart, Scene, Tone, View};
use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Config, Record, text, wording};
use lane::Lane;

/// Two callers with the same traffic, one with a breaker.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    queue: Queue<Event>,
    traffic: Traffic,
    hung: bool,
    hung_since: Instant,
    /// When the reader last healed it.
    healed: Option<Instant>,
    /// Whether a timeout has returned since it hung, which the log then told.
    timeouts_told: bool,
    /// Counts the times at which it was set to hang, so that one that is no longer meant is known as stale.
    hang_generation: u32,
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
    hangs_from: Instant,
}

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    Hang {
        generation: u32,
    },
    /// An attempt's answer (`true`) or the end of its patience; of the lane with the breaker or the other.
    Attempt {
        with: bool,
        slot: u32,
        generation: u32,
        answered: bool,
    },
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
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
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
            hangs_from: Instant::ZERO + config.duration("hangs_from"),
        }
    }
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(breaker) = Breaker::new(setup.breaker, Instant::ZERO) else {
            unreachable!("a window of one call fits one place")
        };
        let mut lab = Self {
            now: Instant::ZERO,
            queue: Queue::new(),
            traffic: Traffic::new(setup.arrivals, seed),
            hung: false,
            hung_since: Instant::ZERO,
            healed: None,
            timeouts_told: false,
            hang_generation: 0,
            arrived: 0,
            without: Lane::new(None, setup.stack_mb),
            with: Lane::new(Some(breaker), setup.stack_mb),
            record: Record::new(),
            setup,
        };
        lab.traffic.expect(&mut lab.queue, Event::Arrive);
        lab.queue.push(lab.setup.hangs_from, Event::Hang { generation: 0 });
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    for _ in 0..self.traffic.take(now, &mut self.queue, Event::Arrive) {
                        self.arrived += 1;
                        self.request(false);
                        self.request(true);
                    }
                }
                Event::Hang { generation } if generation == self.hang_generation => self.hang(),
                Event::Hang { .. } => {}
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
        let before = std::mem::replace(&mut self.setup, Setup::new(config));
        let now = self.now;
        let mut heard = Vec::new();
        if let Some(breaker) = &mut self.with.breaker {
            // A window of one call fits one place, so this does not fail.
            let _ = breaker.reconfigure_with(self.setup.breaker, now, &mut |event| heard.push(event));
        }
        self.hear(heard);
        self.traffic.set(now, self.setup.arrivals, &mut self.queue, Event::Arrive);
        for with in [false, true] {
            if before.stack_mb != self.setup.stack_mb {
                let stack_mb = self.setup.stack_mb;
                self.lane(with).set_stack(now, stack_mb);
            }
            if before.threads != self.setup.threads {
                self.pool_resized(with);
            }
        }
        if before.hangs_from != self.setup.hangs_from {
            self.set_to_hang();
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
    fn lane(&mut self, with: bool) -> &mut Lane {
        if with { &mut self.with } else { &mut self.without }
    }

    fn request(&mut self, with: bool) {
        let (now, threads, id) = (self.now, self.setup.threads, self.arrived);
        match self.lane(with).take_thread(now, threads) {
            Some(slot) => {
                self.record.event(now, 1, &[id, u64::from(with)]);
                if self.lane(with).used >= threads {
                    self.pool_full(with);
                }
                self.attempt(with, slot);
            }
            None => {
                self.record.event(now, 2, &[id, u64::from(with)]);
                let lane = self.lane(with);
                lane.refused += 1;
                lane.refusals.iter_mut().for_each(|tally| tally.add(now, 1));
                self.pool_full(with);
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
        let (used, threads) = (lane.used, text::grouped(i64::from(threads)));
        let held = if used > self.setup.threads {
            format!(
                "{} threads wait for the backend, more than the {threads} that there are now",
                text::grouped(used.into())
            )
        } else {
            format!("all {threads} threads wait for the backend")
        };
        let said = format!("{who}, {held}. A request that finds none free is refused, also one that does not need it.");
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
            thread.patience = now + timeout;
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
        if !answered {
            self.tell_first_timeout();
        }
        let lane = self.lane(with);
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
        let spare = threads / 10;
        if lane.full && lane.used < threads - spare {
            // At the same instant others may be freed yet.
            self.pool_open(with, format!("more than {}", text::grouped(spare.into())));
        }
    }

    /// The reader turned the number of threads: those held beyond it stay until they are done.
    fn pool_resized(&mut self, with: bool) {
        let (threads, lane) = (self.setup.threads, self.lane(with));
        if lane.used >= threads {
            self.pool_full(with);
        } else if lane.full {
            let free = threads.saturating_sub(lane.used);
            self.pool_open(with, text::grouped(free.into()));
        }
    }

    fn pool_open(&mut self, with: bool, free: String) {
        let (now, threads) = (self.now, self.setup.threads);
        self.lane(with).full = false;
        let (head, who) = if with {
            ("● pool open, with.", "With a breaker")
        } else {
            ("● pool open, without.", "Without a breaker")
        };
        let said =
            format!("{who}, {free} of {} threads are free: new requests are taken.", text::grouped(threads.into()));
        self.record.log(now, Tone::Ok, head, said);
        self.note_health();
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

    fn note_health(&mut self) {
        let health = match (self.hung, self.without.full || self.with.full) {
            (_, true) => Health::Bad,
            (true, false) => Health::Half,
            (false, false) => Health::Ok,
        };
        self.record.health(self.now, health);
    }
}
