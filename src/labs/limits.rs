//! Rate limiting and load shedding: requests that callers give up on, a server that does not know, and what is put in front
//! of it.
//!
//! Every run has another beside it, of the same requests with the same luck, without the guard, or without hedging where
//! there is any: so the difference is the guard's, or the copies', alone.

mod about;
mod charts;
mod guard;
mod hedge;
mod knobs;
mod numbers;
mod outlook;
mod picture;
mod presets;
mod setup;
mod side;
mod story;
mod strip;
mod sweep;
mod tables;
mod times;
mod watch;
mod why;
mod window;

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::rc::Rc;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;
use halfopen_core::sim::Queue;

use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Chart, Config, Record, Scene, Table, View};
use guard::Kind;
use setup::{Setup, Without};
use side::{Counts, Side};
use sweep::Sweep;
use watch::{TICK, Watch};
use window::Doubles;

/// Requests that the picture remembers.
const RECENT: usize = 512;

/// Callers, a guard and two servers.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    /// The reader doubled the load.
    doubled: bool,
    traffic: Traffic,
    events: Queue<Event>,
    /// Requests so far.
    number: u64,
    burst: Option<Burst>,
    main: Side,
    /// The same requests without what is asked about.
    without: Option<(Without, Side)>,
    /// Both kinds of rate limiter, while there is one.
    doubles: Option<Doubles>,
    watch: Watch,
    /// What was counted when a knob was last turned.
    since: Counts,
    recent: VecDeque<Recent>,
    sweep: Rc<OnceCell<Sweep>>,
    record: Record,
}

/// A request that came lately, for the picture.
#[derive(Clone, Copy, Debug)]
struct Recent {
    at: Instant,
    number: u64,
    admitted: bool,
}

/// Requests about a boundary between two windows, as many on both sides.
#[derive(Clone, Copy, Debug)]
struct Burst {
    boundary: Instant,
    /// Nanoseconds on each side of it.
    span: u64,
    /// Requests on each side of it.
    size: u32,
    sent: u32,
    /// Of these requests, and of no others, admitted so far: by the guard, and by a fixed window and a bucket if they are
    /// asked.
    admitted: u32,
    by: [u32; 2],
    /// The guard was turned meanwhile, so that no one guard let them in.
    turned: bool,
}

impl Burst {
    /// When the next request of it comes: evenly from a span before the boundary to one after it.
    fn next_at(&self) -> Instant {
        let began = self.boundary.as_nanos().saturating_sub(self.span);
        Instant::from_nanos(began + self.span * u64::from(self.sent) / u64::from(self.size.max(1)))
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Arrive,
    Burst,
    Tick,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let mut lab = Self {
            now: Instant::ZERO,
            doubled: false,
            traffic: Traffic::new(setup.traffic(false), seed),
            events: Queue::new(),
            number: 0,
            burst: None,
            main: Side::new(setup.clone(), seed),
            without: setup.without().map(|(without, setup)| (without, Side::new(setup, seed))),
            doubles: setup.kind.is_rate().then(|| Doubles::new(&setup)),
            watch: Watch::new(),
            since: Counts::default(),
            recent: VecDeque::new(),
            sweep: Rc::default(),
            record: Record::new(),
            setup,
        };
        lab.traffic.expect(&mut lab.events, Event::Arrive);
        lab.events.push(Instant::ZERO + TICK, Event::Tick);
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some(now) = self.due().filter(|due| *due <= to) {
            self.now = now;
            if self.main.next_at() == Some(now) {
                self.main.step(now, Some(&mut self.record));
                self.tell_news();
            } else if let Some((_, side)) = self.without.as_mut().filter(|(_, side)| side.next_at() == Some(now)) {
                side.step(now, None);
            } else if let Some((_, event)) = self.events.pop_until(now) {
                match event {
                    Event::Arrive => {
                        for _ in 0..self.traffic.take(now, &mut self.events, Event::Arrive) {
                            self.arrive(false);
                        }
                    }
                    Event::Burst => self.send_burst(),
                    Event::Tick => {
                        self.tick();
                        self.events.push(now + TICK, Event::Tick);
                    }
                }
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.due()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "double" => self.double(true),
            "halve" => self.double(false),
            "burst" => self.begin_burst(),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        let before = std::mem::replace(&mut self.setup, Setup::new(config));
        if before == self.setup {
            return;
        }
        let now = self.now;
        let apart = self.setup.without();
        let same = self.without.as_ref().map(|(without, _)| *without) == apart.as_ref().map(|apart| apart.0);
        if !same {
            // From here on the two go different ways.
            self.without = apart.as_ref().map(|apart| (apart.0, self.main.clone()));
        }
        self.main.set(now, self.setup.clone());
        if let (Some((_, side)), Some((_, setup))) = (&mut self.without, apart) {
            side.set(now, setup);
            side.times.clear();
        }
        self.main.times.clear();
        self.main.tell_again();
        self.since = self.main.counts;
        if let Some(burst) = self.burst.as_mut().filter(|burst| burst.sent > 0) {
            burst.turned |= before.guard != self.setup.guard
                || (before.by_window, before.by_bucket) != (self.setup.by_window, self.setup.by_bucket);
        }
        // A guard that takes the place of one of another kind knows nothing of what was taken before.
        let kind = |setup: &Setup| (setup.kind.is_rate(), setup.kind == Kind::Window);
        match &mut self.doubles {
            Some(doubles) if kind(&before) == kind(&self.setup) => {
                if (before.by_window, before.by_bucket) != (self.setup.by_window, self.setup.by_bucket) {
                    doubles.set(now, &self.setup);
                }
            }
            doubles => *doubles = self.setup.kind.is_rate().then(|| Doubles::new(&self.setup)),
        }
        self.traffic.set(now, self.setup.traffic(self.doubled), &mut self.events, Event::Arrive);
        self.sweep = Rc::default();
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view),
            readouts: numbers::readouts(self),
            buttons: numbers::buttons(self),
            why: why::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        charts::charts(self)
    }

    fn tables(&self) -> Vec<Table> {
        tables::tables(self)
    }
}

impl Lab {
    /// When the next thing happens.
    fn due(&self) -> Option<Instant> {
        let without = self.without.as_ref().and_then(|(_, side)| side.next_at());
        [self.main.next_at(), without, self.events.next_at()].into_iter().flatten().min()
    }

    /// A request comes, of the burst or by itself, to both runs and to both limiters.
    fn arrive(&mut self, of_burst: bool) {
        let (now, number) = (self.now, self.number);
        self.number += 1;
        let by = self.doubles.as_mut().map_or([false; 2], |doubles| doubles.ask(now));
        let admitted = self.main.offer(now, number, Some(&mut self.record));
        if let Some((_, side)) = &mut self.without {
            side.offer(now, number, None);
        }
        if let Some(burst) = self.burst.as_mut().filter(|_| of_burst) {
            burst.admitted += u32::from(admitted);
            for (sum, admitted) in burst.by.iter_mut().zip(by) {
                *sum += u32::from(admitted);
            }
        }
        // So many that the last second is among them.
        let step = (self.setup.offered(self.doubled).millihertz() / (RECENT as u64 * 500)).max(1).next_power_of_two();
        if number.is_multiple_of(step) {
            self.recent.push_back(Recent { at: now, number, admitted });
            if self.recent.len() > RECENT {
                self.recent.pop_front();
            }
        }
        self.tell_news();
    }

    fn double(&mut self, doubled: bool) {
        if self.doubled == doubled {
            return;
        }
        self.doubled = doubled;
        self.record.event(self.now, 20, &[u64::from(doubled)]);
        self.traffic.set(self.now, self.setup.traffic(doubled), &mut self.events, Event::Arrive);
        self.main.tell_again();
        self.tell_doubled();
    }

    /// So many requests right before the next boundary between two windows, and as many right after it.
    fn begin_burst(&mut self) {
        if self.burst.is_some() {
            return;
        }
        let window = (Instant::ZERO + self.setup.window).as_nanos().max(1);
        // A twentieth of a window before it.
        let span = window / 20;
        let earliest = self.now.as_nanos().saturating_add(span);
        let boundary = Instant::from_nanos((earliest / window + 1).saturating_mul(window));
        let burst = Burst { boundary, span, size: self.setup.permits, sent: 0, admitted: 0, by: [0; 2], turned: false };
        self.burst = Some(burst);
        self.record.event(self.now, 21, &[boundary.as_nanos()]);
        self.events.push(burst.next_at(), Event::Burst);
        self.tell_burst(&burst);
    }

    fn send_burst(&mut self) {
        if self.burst.is_none() {
            return;
        }
        let Some(burst) = &mut self.burst else { return };
        burst.sent += 1;
        let sent = *burst;
        self.arrive(true);
        if sent.sent < 2 * sent.size {
            self.events.push(sent.next_at(), Event::Burst);
        } else if let Some(burst) = self.burst.take() {
            self.tell_burst_over(&burst);
        }
    }

    /// What was counted since a knob was last turned.
    fn lately(&self) -> (u64, u64, u64) {
        let (now, then) = (self.main.counts, self.since);
        (now.admitted - then.admitted, now.copies - then.copies, now.won - then.won)
    }
}
