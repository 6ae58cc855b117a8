//! Timeouts: client → A → B → C. Each waits as long as it is set to, and nobody tells the one below that it stopped.
//!
//! A request keeps the settings that it was sent with. Where the deadline travels along, each hop passes on what is left
//! of it; elsewhere a hop goes on after its caller has given up, and what it does then is work for nobody.

mod about;
mod calls;
mod charts;
mod fix;
mod flow;
mod knobs;
mod numbers;
mod picture;
mod presets;
mod rules;
mod setup;
mod story;
mod trail;
mod waterfall;

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;
use halfopen_core::sim::Queue;

use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Chart, Config, Record, Scene, Table, View};
use calls::{Calls, Id, Reply};
use setup::{C, CLIENT, Chain, Setup};
use story::Told;
use trail::Trail;

/// A chain of calls, and the requests that go down it.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    /// What requests are sent with: as it is set, or as *Fix it* made it.
    chain: Rc<Chain>,
    fixed: bool,
    seed: Seed,
    queue: Queue<Event>,
    traffic: Traffic,
    calls: Calls,
    counts: Counts,
    /// By hop; the client never hangs.
    hung: [bool; 4],
    /// When one that hung was last healed.
    healed: Option<Instant>,
    /// Hops that turned a call away for want of a thread, and still have few.
    full: [bool; 4],
    last_failed: bool,
    /// The longest that client, A and B spent on calling on.
    longest: [Duration; 3],
    /// The longest that one call went on for nobody.
    for_nobody: Duration,
    told: Told,
    trail: Trail,
    record: Record,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    requests: u64,
    answered: u64,
    failed: u64,
    rejected: u64,
    /// Of those that failed: nothing hung, and C would have answered.
    false_failures: u64,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Arrive,
    /// A call arrives at its hop.
    Reach {
        id: Id,
    },
    /// A hop has done its own work.
    Worked {
        id: Id,
    },
    /// What the next hop said to an attempt arrives.
    Reply {
        id: Id,
        attempt: u32,
        reply: Reply,
    },
    /// An attempt has waited as long as it may.
    Patience {
        id: Id,
        attempt: u32,
    },
    /// The wait after an attempt is over.
    Again {
        id: Id,
        attempt: u32,
    },
    /// The deadline that came along is over.
    Over {
        id: Id,
    },
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let mut hung = [false; 4];
        if let Some(hangs) = hung.get_mut(setup.hangs).filter(|_| setup.hangs != CLIENT) {
            *hangs = true;
        }
        let mut lab = Self {
            now: Instant::ZERO,
            chain: Rc::clone(&setup.chain),
            fixed: false,
            seed,
            queue: Queue::new(),
            traffic: Traffic::new(setup.arrivals, seed),
            calls: Calls::new(),
            counts: Counts::default(),
            hung,
            healed: None,
            full: [false; 4],
            last_failed: false,
            longest: [Duration::ZERO; 3],
            for_nobody: Duration::ZERO,
            told: Told::default(),
            trail: Trail::default(),
            record: Record::new(),
            setup,
        };
        lab.traffic.expect(&mut lab.queue, Event::Arrive);
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    for _ in 0..self.traffic.take(now, &mut self.queue, Event::Arrive) {
                        self.send(false);
                    }
                }
                Event::Reach { id } => self.reach(id),
                Event::Worked { id } => self.worked(id),
                Event::Reply { id, attempt, reply } => self.replied(id, attempt, reply),
                Event::Patience { id, attempt } => self.out_of_patience(id, attempt),
                Event::Again { id, attempt } => self.again(id, attempt),
                Event::Over { id } => self.over(id),
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, args: &[i64]) {
        let hop = args.first().and_then(|hop| usize::try_from(*hop).ok()).unwrap_or(C);
        match action {
            "send" => self.send(true),
            "fix" => self.fix(),
            "hang" | "hang_hop" => self.hang(hop),
            "heal" => (setup::A..=C).for_each(|hop| self.heal(hop)),
            "heal_hop" => self.heal(hop),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        let before = std::mem::replace(&mut self.setup, Setup::new(config));
        self.traffic.set(self.now, self.setup.arrivals, &mut self.queue, Event::Arrive);
        if before.chain != self.setup.chain {
            self.chain = Rc::clone(&self.setup.chain);
            if std::mem::take(&mut self.fixed) {
                self.tell_unfixed();
            }
        }
        if before.hangs != self.setup.hangs {
            let hangs = self.setup.hangs;
            for hop in (setup::A..=C).filter(|hop| *hop != hangs) {
                self.heal(hop);
            }
            self.hang(hangs);
        }
        if before.threads < self.setup.threads {
            for hop in CLIENT..=C {
                if self.full.get(hop) == Some(&true) {
                    self.thread_free(hop);
                }
            }
        }
        self.told = Told::default();
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn reach(&self) -> Duration {
        waterfall::Scale::reach(self)
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
    /// Makes the chain consistent, for requests sent from now on.
    fn fix(&mut self) {
        let made = fix::consistent(&self.chain, self.setup.p99());
        let changes = fix::changes(&self.chain, &made);
        if changes.is_empty() {
            return;
        }
        (self.chain, self.fixed) = (Rc::new(made), true);
        self.record.event(self.now, 10, &[]);
        self.told = Told::default();
        self.tell_fixed(&changes);
    }

    /// The longest that the client, A and B have spent so far on calling on, and what they may spend at worst as the chain is
    /// now; `None`: for ever.
    pub fn spent(&self) -> [(Duration, Option<Duration>); 3] {
        let worst = self.chain.worst();
        let mut spent = self.longest.map(|longest| (longest, None));
        for (spent, worst) in spent.iter_mut().zip(worst) {
            spent.1 = worst.time;
        }
        spent
    }

    /// The longest that one call, of those that have ended, went on after nobody wanted its answer any more.
    pub fn longest_for_nobody(&self) -> Duration {
        self.for_nobody
    }

    /// How many rules the chain breaks as it is now.
    pub fn broken(&self) -> usize {
        rules::broken(&self.chain)
    }
}
