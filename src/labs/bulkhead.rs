//! Bulkheads: slow payments take every thread of a shared pool, and orders starve although nothing is wrong with them. With
//! a pool each they do not notice, but for what both still share.
//!
//! The same requests, with the same times drawn for them, come to two arrangements of the same threads.

mod about;
mod charts;
mod counts;
mod forecast;
mod knobs;
mod lane;
mod numbers;
mod picture;
mod setup;
mod tell;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;
use halfopen_core::sim::{Latency, Queue};

use crate::lab::record::{Health, Tally};
use crate::lab::scene::{Chart, Scene, Table, View};
use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Config, Record};
use lane::{Around, Caller, Lane, UNIT};
use setup::{Arranged, Kind, Setup};

/// Orders that come at once when the reader says so.
const BURST: u32 = 40;

/// Two arrangements of the same threads under the same requests.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    seed: Seed,
    queue: Queue<Event>,
    traffic: [Traffic; 2],
    came: [u64; 2],
    /// Orders that came along time.
    orders: Tally,
    /// Since when payments are slow.
    slow: Option<Instant>,
    lanes: [Lane; 2],
    record: Record,
}

#[derive(Clone, Debug)]
enum Event {
    Arrive(Kind),
    /// The work of a call ends.
    End {
        arranged: Arranged,
        call: u32,
        generation: u32,
    },
    /// The caller of a call at work has waited as long as it may.
    Late {
        arranged: Arranged,
        call: u32,
        generation: u32,
    },
    /// Callers in a pool's line may have waited as long as they may.
    Wake {
        arranged: Arranged,
        pool: usize,
    },
    /// Nobody may have been turned away for a while.
    Calm {
        arranged: Arranged,
        kind: Kind,
    },
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let traffic = Kind::ALL.map(|kind| Traffic::new(setup.arrivals[kind as usize], seed.fork(kind.name(), 0)));
        let mut lab = Self {
            now: Instant::ZERO,
            seed,
            queue: Queue::new(),
            traffic,
            came: [0; 2],
            orders: Tally::new(Duration::from_millis(500)),
            slow: None,
            lanes: Arranged::ALL.map(|arranged| Lane::new(arranged, &setup)),
            record: Record::new(),
            setup,
        };
        for kind in Kind::ALL {
            lab.traffic[kind as usize].expect(&mut lab.queue, Event::Arrive(kind));
        }
        lab.note_health();
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive(kind) => {
                    let traffic = &mut self.traffic[kind as usize];
                    for _ in 0..traffic.take(now, &mut self.queue, Event::Arrive(kind)) {
                        self.arrive(kind);
                    }
                }
                Event::End { arranged, call, generation } => {
                    self.lane(arranged, |lane, around| lane.ended(around, call, generation));
                }
                Event::Late { arranged, call, generation } => {
                    self.lane(arranged, |lane, around| lane.gave_up(around, call, generation));
                }
                Event::Wake { arranged, pool } => self.lane(arranged, |lane, around| lane.woken(around, pool)),
                Event::Calm { arranged, kind } => self.calmed(arranged, kind),
            }
            self.note_health();
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "slow" => self.make_slow(),
            "usual" => self.make_usual(),
            "burst" => {
                self.tell_burst();
                for _ in 0..BURST {
                    self.arrive(Kind::Orders);
                }
            }
            _ => {}
        }
        self.note_health();
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        for kind in Kind::ALL {
            let (traffic, arrivals) = (&mut self.traffic[kind as usize], self.setup.arrivals[kind as usize]);
            traffic.set(self.now, arrivals, &mut self.queue, Event::Arrive(kind));
        }
        for arranged in Arranged::ALL {
            self.lane(arranged, Lane::set);
        }
        self.note_health();
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
        charts::charts(self)
    }

    fn tables(&self) -> Vec<Table> {
        vec![numbers::fates(self)]
    }
}

impl Lab {
    fn of(&self, arranged: Arranged) -> &Lane {
        &self.lanes[arranged as usize]
    }

    /// Something happens in an arrangement, and the log is told what is new.
    fn lane(&mut self, arranged: Arranged, happens: impl FnOnce(&mut Lane, &mut Around)) {
        let mut around = Around {
            now: self.now,
            setup: &self.setup,
            slow: self.slow.is_some(),
            queue: &mut self.queue,
            record: &mut self.record,
            news: Vec::new(),
        };
        happens(&mut self.lanes[arranged as usize], &mut around);
        for news in around.news {
            self.tell(arranged, news);
        }
    }

    /// A request comes to both arrangements. What it draws depends on its number alone.
    fn arrive(&mut self, kind: Kind) {
        let came = &mut self.came[kind as usize];
        *came += 1;
        let number = *came;
        if kind == Kind::Orders {
            self.orders.add(self.now, 1);
        }
        let mut chance = self.seed.fork(kind.one(), number).stream("work");
        let unit = Latency::exponential(UNIT).draw(&mut chance);
        let caller = Caller { kind, number, asked: self.now, unit };
        for arranged in Arranged::ALL {
            self.lane(arranged, |lane, around| lane.ask(around, caller));
        }
    }

    fn note_health(&mut self) {
        let turned = |kind: Kind| self.lanes.iter().any(|lane| lane.of(kind).turned.is_some());
        let health = match (turned(Kind::Orders), turned(Kind::Payments), self.slow.is_some()) {
            (true, _, _) => Health::Bad,
            (_, true, _) | (_, _, true) => Health::Half,
            _ => Health::Ok,
        };
        self.record.health(self.now, health);
    }
}
