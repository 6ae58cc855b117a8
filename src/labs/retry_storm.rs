//! Retry storm: many clients, a server of limited capacity, and an outage whose end does not end it.
//!
//! Clients give up after their timeout; the server does not know, and serves what they abandoned. A queue that takes longer
//! than the clients' patience thus turns all work into waste, and every timeout brings another request.

mod about;
mod callers;
mod charts;
mod events;
mod forecast;
mod knobs;
mod numbers;
mod picture;
mod presets;
mod requests;
mod setup;
mod story;
mod watch;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::{Seed, Stream, scaled};
use halfopen_core::sim::{Changed, Fault, Server, Started, Ticket};

use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Chart, Config, Record, Scene, View};
use callers::Caller;
use events::{Events, Kind};
use requests::{Failed, Requests};
use setup::Setup;
use watch::{Phase, Watch};

/// Many clients and a server.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Setup,
    events: Events,
    /// When an open loop wants something.
    traffic: Traffic,
    /// Which client it is that wants it.
    who: Stream,
    /// What each wait of a client in the closed loop is drawn from.
    thinks: Seed,
    /// What each request's waits between its tries are drawn from.
    luck: Seed,
    clients: Vec<Client>,
    requests: Requests,
    callers: Vec<Caller>,
    server: Server,
    counts: Counts,
    watch: Watch,
    record: Record,
}

/// A client: 24 bytes, for there are thousands.
#[derive(Clone, Copy, Default)]
struct Client {
    /// When its last request ended.
    ended: Instant,
    /// Requests that it wanted so far.
    wants: u32,
    /// Counts its thoughts, so that one that was cut short is known as stale.
    generation: u32,
    /// Requests under way.
    open: u32,
    /// It will want something by itself.
    thinks: bool,
    last: Last,
}

/// How a client's last request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    None,
    Answered,
    GaveUp,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A client of a closed loop wants something.
    Want {
        client: u32,
        generation: u32,
    },
    /// Some client of an open loop wants something.
    Arrive,
    /// The end of a try's patience.
    TimeUp {
        slot: u32,
        generation: u32,
    },
    /// What has not begun by now cannot be answered in time.
    TooLate {
        slot: u32,
        generation: u32,
    },
    /// The wait before the next try is over.
    Retry {
        slot: u32,
        generation: u32,
    },
    Finish(Ticket),
    /// A tenth of a second is over.
    Tick,
}

/// `wanted = answered + gave up + under way`, always.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    wanted: u64,
    answered: u64,
    gave_up: u64,
    /// Of those that gave up: for want of a budget, or of room for so many requests.
    by_budget: u64,
    by_room: u64,
    /// Requests sent to the server, refused ones too.
    sent: u64,
    retried: u64,
    /// Tries that a breaker or a throttle did not let out.
    held_back: u64,
    timed_out: u64,
    shed: u64,
    /// Most calls that one request made.
    most_calls: u32,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let now = Instant::ZERO;
        let mut lab = Self {
            now,
            events: Events::default(),
            traffic: Traffic::new(setup.traffic(), seed),
            who: seed.stream("who"),
            thinks: seed.fork("thinks", 0),
            luck: seed.fork("jitter", 0),
            clients: vec![Client::default(); setup.clients as usize],
            requests: Requests::default(),
            callers: (0..setup.processes).map(|_| Caller::new(&setup, now)).collect(),
            server: Server::new(setup.server, seed.fork("server", 0)),
            counts: Counts::default(),
            watch: Watch::new(),
            record: Record::new(),
            setup,
        };
        lab.traffic.expect(lab.events.heap(), Event::Arrive);
        lab.events.push(now + watch::TICK, Event::Tick);
        lab.all_think();
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.events.pop_until(to) {
            self.now = now;
            match event {
                Event::Want { client, generation } => self.thought(client, generation),
                Event::Arrive => {
                    for _ in 0..self.traffic.take(now, self.events.heap(), Event::Arrive) {
                        let client = self.who.below(self.setup.clients.into()) as u32;
                        self.want(client);
                    }
                }
                Event::TimeUp { slot, generation } => self.time_up(slot, generation),
                Event::TooLate { slot, generation } => self.too_late(slot, generation),
                Event::Retry { slot, generation } => self.try_again(slot, generation),
                Event::Finish(ticket) => self.finish(ticket),
                Event::Tick => {
                    self.tick();
                    self.events.push(now + watch::TICK, Event::Tick);
                }
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.events.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "start" => self.begin_outage(),
            "end" => self.end_outage(),
            "restart" => self.restart(),
            "surge" => self.surge(),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        let before = std::mem::replace(&mut self.setup, Setup::new(config));
        let now = self.now;
        if before.server != self.setup.server {
            let changed = self.server.set_config(now, self.setup.server);
            self.changed(changed);
        }
        self.set_callers(&before);
        if before.clients < self.setup.clients && self.clients.len() < self.setup.clients as usize {
            self.clients.resize(self.setup.clients as usize, Client::default());
        }
        self.traffic.set(now, self.setup.traffic(), self.events.heap(), Event::Arrive);
        if before.open_loop != self.setup.open_loop {
            // Whoever was thinking of something thinks anew, or no more.
            for client in &mut self.clients {
                client.thinks = false;
                client.generation = client.generation.wrapping_add(1);
            }
        }
        self.all_think();
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
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        charts::charts(self)
    }
}

impl Lab {
    /// The clients of a closed loop that neither think nor ask think.
    fn all_think(&mut self) {
        for client in 0..self.setup.clients {
            self.think(client);
        }
    }

    /// When this client of a closed loop wants something again.
    fn think(&mut self, number: u32) {
        let (now, every) = (self.now, self.setup.every);
        if self.setup.open_loop || number >= self.setup.clients {
            return;
        }
        let Some(client) = self.clients.get_mut(number as usize).filter(|client| !client.thinks && client.open == 0)
        else {
            return;
        };
        client.thinks = true;
        client.generation = client.generation.wrapping_add(1);
        // By the number of the want, so that nothing but that decides it.
        let draw = unit(self.thinks.fork("client", u64::from(number) << 32 | u64::from(client.wants)));
        let at = now + scaled(every, -libm::log(1.0 - draw));
        self.events.push(at, Event::Want { client: number, generation: client.generation });
    }

    fn thought(&mut self, number: u32, generation: u32) {
        let number_wanted = self.setup.clients;
        let Some(client) =
            self.clients.get_mut(number as usize).filter(|client| client.thinks && client.generation == generation)
        else {
            return;
        };
        client.thinks = false;
        if number < number_wanted {
            self.want(number);
        }
    }

    fn surge(&mut self) {
        let (now, mut asked) = (self.now, 0);
        self.record.event(now, 20, &[]);
        for number in 0..self.setup.clients {
            let Some(client) = self.clients.get_mut(number as usize) else { continue };
            if self.setup.open_loop || client.thinks {
                client.thinks = false;
                client.generation = client.generation.wrapping_add(1);
                asked += 1;
                self.want(number);
            }
        }
        self.tell_surge(asked);
    }

    fn begin_outage(&mut self) {
        if *self.server.fault() != Fault::Healthy {
            return;
        }
        self.record.event(self.now, 21, &[]);
        self.tell_outage();
        let changed = self.server.set_fault(self.now, self.setup.outage);
        self.changed(changed);
    }

    fn end_outage(&mut self) {
        if *self.server.fault() == Fault::Healthy {
            return;
        }
        self.record.event(self.now, 22, &[]);
        let changed = self.server.set_fault(self.now, Fault::Healthy);
        self.changed(changed);
        self.tell_outage_over();
    }

    /// A process that ends and begins anew: whatever was there fails at once.
    fn restart(&mut self) {
        if *self.server.fault() != Fault::Healthy {
            return;
        }
        self.record.event(self.now, 23, &[]);
        self.tell_restart();
        let changed = self.server.set_fault(self.now, Fault::Down);
        self.server.set_fault(self.now, Fault::Healthy);
        self.changed(changed);
    }

    /// A change of fault or settings let requests begin, or took them away.
    fn changed(&mut self, changed: Changed) {
        for started in changed.started {
            self.started(started);
        }
        for lost in changed.lost {
            let (slot, generation) = requests::name(lost.id);
            if self.requests.at_server(slot, generation).is_some() {
                self.failed(slot, Failed::Refused);
            }
        }
    }

    fn started(&mut self, started: Started) {
        if let Some(ends) = started.ends {
            self.events.line_up(Kind::Finish, ends, Event::Finish(started.ticket));
        }
    }

    fn set_callers(&mut self, before: &Setup) {
        let now = self.now;
        let shared = before.processes != self.setup.processes;
        if shared {
            // Another number of processes: all begin anew, and what their requests held is void.
            self.callers = (0..self.setup.processes).map(|_| Caller::new(&self.setup, now)).collect();
        }
        let budget = before.budget != self.setup.budget || before.budget_percent != self.setup.budget_percent;
        let breaker = before.breaker != self.setup.breaker;
        let switched = before.breaker.is_some() != self.setup.breaker.is_some();
        if !shared {
            for caller in &mut self.callers {
                if budget {
                    caller.set_budget(&self.setup);
                }
                if breaker {
                    caller.set_breaker(&self.setup, now);
                }
            }
        }
        let processes = self.setup.processes;
        for request in self.requests.under_way_mut() {
            if shared && let Some(caller) = self.callers.get_mut((request.client % processes) as usize) {
                caller.active += 1;
            }
            if shared || budget {
                request.held = Default::default();
            }
            if shared || switched {
                request.permit = None;
            }
        }
    }

    /// The process that a client runs in.
    fn caller(&mut self, client: u32) -> Option<&mut Caller> {
        let number = client % self.setup.processes.max(1);
        self.callers.get_mut(number as usize)
    }

    /// Whether the server is as it should be.
    fn is_up(&self) -> bool {
        *self.server.fault() == Fault::Healthy
    }

    /// How long a request waits that comes now, oldest first.
    fn queue_takes(&self) -> Duration {
        self.setup.work(self.server.queued())
    }

    fn phase(&self) -> Phase {
        self.watch.phase
    }
}

/// A seed as a number from 0 to below 1. What [`Seed::fork`] gives is as good as drawn, and costs no generator.
fn unit(seed: Seed) -> f64 {
    (seed.0 >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}
