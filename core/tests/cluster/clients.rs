//! Clients of a register, and what they saw of it.

use core::time::Duration;

use super::Schedule;
use halfopen_core::cluster::{
    Action, Client, Cluster, Finding, Happening, History, Op, Register, RegisterConfig, RegisterEvent,
    RegisterSettings, Version,
};
use halfopen_core::rng::Stream;
use halfopen_core::{Instant, Node};

const KEYS: u64 = 3;
const TICK: Duration = Duration::from_millis(10);

/// Clients that write and read at random nodes, one thing after the other each, and what they saw.
pub(crate) struct World {
    pub(crate) cluster: Cluster<Register>,
    pub(crate) clients: Vec<Asking>,
    pub(crate) history: History,
    chance: Stream,
    told: Vec<(Instant, Node, RegisterEvent)>,
    values: u64,
}

pub(crate) struct Asking {
    pub(crate) client: Client,
    /// The coordinator, its number of the operation, its place in the history, and when the client gives up.
    pub(crate) waits: Option<(Node, u64, usize, Instant)>,
    next: Instant,
    /// How far its clock is ahead.
    ahead: Duration,
}

impl World {
    pub(crate) fn new(schedule: &Schedule, settings: RegisterSettings) -> Self {
        let config = RegisterConfig::new(settings).unwrap();
        let mut chance = schedule.seed().stream("clients");
        let asking = |writer| Asking {
            client: Client::new(writer),
            waits: None,
            next: Instant::ZERO + chance.up_to(Duration::from_millis(500)),
            ahead: chance.up_to(Duration::from_secs(3)),
        };
        Self {
            cluster: schedule.cluster(|node, seed| Register::new(node, config, Instant::ZERO, seed)),
            clients: (0..3).map(asking).collect(),
            history: History::new(10_000),
            chance,
            told: Vec::new(),
            values: 0,
        }
    }

    /// Lets time pass; clients go on asking if they are to.
    pub(crate) fn run(&mut self, until: Instant, asks: bool) {
        while self.cluster.now() < until {
            let to = (self.cluster.now() + TICK).min(until);
            let told = &mut self.told;
            self.cluster.advance(to, &mut |now, happening| {
                if let Happening::Told(node, event) = happening {
                    told.push((now, node, event.clone()));
                }
            });
            self.answers();
            for index in (0..self.clients.len()).filter(|_| asks) {
                if self.clients[index].waits.is_none() && self.clients[index].next <= to {
                    self.ask(index);
                }
            }
            self.answers();
        }
    }

    fn ask(&mut self, index: usize) {
        let (now, chance) = (self.cluster.now(), &mut self.chance);
        let node = Node(chance.below(u64::from(self.cluster.settings().nodes)) as u8);
        let (key, writes) = (chance.below(KEYS) as u16, chance.chance_permille(500));
        self.clients[index].next = now + chance.up_to(Duration::from_millis(400));
        self.act(index, node, key, writes);
    }

    pub(crate) fn act(&mut self, index: usize, node: Node, key: u16, writes: bool) {
        let now = self.cluster.now();
        if !self.cluster.up().contains(node) {
            return;
        }
        let asking = &mut self.clients[index];
        self.values += 1;
        let version = writes.then(|| asking.client.write(key, self.values, now + asking.ahead));
        let action = version.clone().map_or(Action::Read(Vec::new()), Action::Write);
        let client = asking.client.writer();
        let place = self.history.begin(Op { client, key, began: now, ended: None, action });
        let told = &mut self.told;
        let op = self.cluster.act(
            node,
            &mut |now, happening| {
                if let Happening::Told(node, event) = happening {
                    told.push((now, node, event.clone()));
                }
            },
            |register, now, out| match version {
                Some(version) => register.write(key, version, now, out),
                None => register.read(key, now, out),
            },
        );
        self.clients[index].waits = op.map(|op| (node, op, place, now + Duration::from_millis(1500)));
    }

    fn answers(&mut self) {
        let now = self.cluster.now();
        for (at, node, event) in self.told.drain(..) {
            let (op, key, found) = match event {
                RegisterEvent::Written { op, key, version, .. } => (op, key, Some(vec![version])),
                RegisterEvent::Read { op, key, versions, .. } => (op, key, Some(versions)),
                RegisterEvent::Failed { op, key, .. } => (op, key, None),
                _ => continue,
            };
            for asking in &mut self.clients {
                let Some((_, _, place, _)) = asking.waits.filter(|waits| (waits.0, waits.1) == (node, op)) else {
                    continue;
                };
                asking.waits = None;
                if let Some(found) = &found {
                    self.history.end(place, found, at);
                    asking.client.saw(key, found);
                }
            }
        }
        for asking in &mut self.clients {
            asking.waits = asking.waits.filter(|waits| waits.3 > now);
        }
    }

    pub(crate) fn left(&self, key: u16) -> Vec<Vec<Version>> {
        let config = *self.cluster.process(Node(0)).unwrap().config();
        let homes = config.homes(key).iter();
        homes.map(|home| self.cluster.process(home).unwrap().store().versions(key).to_vec()).collect()
    }

    pub(crate) fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        for finding in self.history.findings() {
            let (count, told) = match finding {
                Finding::Stale { .. } => (&mut findings.stale, &mut findings.told[0]),
                _ => (&mut findings.went_back, &mut findings.told[1]),
            };
            *count += 1;
            if told.is_empty() {
                *told = self.history.tell(finding).to_string();
            }
        }
        for finding in self.history.lost(|key| self.left(key).concat()) {
            findings.lost += 1;
            findings.told[2] = self.history.tell(finding).to_string();
        }
        findings.split =
            (0..KEYS as u16).filter(|key| !self.left(*key).iter().all(|has| *has == self.left(*key)[0])).count();
        findings.acknowledged = self.history.iter().filter(|(_, op)| op.ended.is_some()).count();
        findings
    }
}

#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) stale: usize,
    pub(crate) went_back: usize,
    pub(crate) lost: usize,
    /// Keys of which homes have different copies.
    pub(crate) split: usize,
    pub(crate) acknowledged: usize,
    pub(crate) told: [String; 3],
}
