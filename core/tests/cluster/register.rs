//! The replicated register: what its quorums promise under any faults, and what they do not.

use core::time::Duration;
use std::collections::BTreeMap;

use super::{Schedule, say, schedules};
use halfopen_core::cluster::{
    Action, Client, Cluster, Fault, Finding, Groups, Happening, History, Op, Register, RegisterConfig, RegisterEvent,
    RegisterSettings, Resolve, Version,
};
use halfopen_core::rng::Stream;
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

const KEYS: u64 = 3;
const TICK: Duration = Duration::from_millis(10);

/// Clients that write and read at random nodes, one thing after the other each, and what they saw.
struct World {
    cluster: Cluster<Register>,
    clients: Vec<Asking>,
    history: History,
    chance: Stream,
    told: Vec<(Instant, Node, RegisterEvent)>,
    values: u64,
}

struct Asking {
    client: Client,
    /// The coordinator, its number of the operation, its place in the history, and when the client gives up.
    waits: Option<(Node, u64, usize, Instant)>,
    next: Instant,
    /// How far its clock is ahead.
    ahead: Duration,
}

impl World {
    fn new(schedule: &Schedule, settings: RegisterSettings) -> Self {
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
    fn run(&mut self, until: Instant, asks: bool) {
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

    fn act(&mut self, index: usize, node: Node, key: u16, writes: bool) {
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

    fn left(&self, key: u16) -> Vec<Vec<Version>> {
        let config = *self.cluster.process(Node(0)).unwrap().config();
        let homes = config.homes(key).iter();
        homes.map(|home| self.cluster.process(home).unwrap().store().versions(key).to_vec()).collect()
    }

    fn findings(&self) -> Findings {
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
struct Findings {
    stale: usize,
    went_back: usize,
    lost: usize,
    /// Keys of which homes have different copies.
    split: usize,
    acknowledged: usize,
    told: [String; 3],
}

/// A run through the storm, and, healed, on until everything that mends has mended.
fn weathered(schedule: &Schedule, settings: RegisterSettings) -> Findings {
    let every = Some(Duration::from_millis(500));
    let settings = RegisterSettings { anti_entropy_every: every, handoff_every: every, ..settings };
    let mut world = World::new(schedule, settings);
    world.run(Schedule::calm(), true);
    super::heal_links(&mut world.cluster);
    let quiet = Schedule::calm() + Duration::from_secs(120);
    world.run(quiet, false);
    world.findings()
}

fn numbers() -> impl Strategy<Value = (Schedule, RegisterSettings)> {
    let schedule = Schedule::any(3..=7);
    (schedule, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(schedule, copies, write, read_repair)| {
            let nodes = schedule.nodes;
            let copies = copies.index(usize::from(nodes.min(5))) as u8 + 1;
            let write = write.index(usize::from(copies)) as u8 + 1;
            let read = copies + 1 - write;
            (schedule, RegisterSettings { nodes, copies, read, write, read_repair, ..RegisterSettings::default() })
        },
    )
}

#[test]
fn strict_quorums_that_overlap_are_never_stale_and_lose_nothing() {
    let (mut went_back, mut acknowledged, mut told) = (0, 0, String::new());
    schedules("R + W > N, strict, version vectors, disks", 2000, numbers(), |(schedule, settings)| {
        let found = weathered(&schedule, settings);
        prop_assert_eq!(found.stale, 0, "{}", found.told[0]);
        prop_assert_eq!(found.lost, 0, "{}", found.told[2]);
        prop_assert_eq!(found.split, 0, "all copies agree");
        acknowledged += found.acknowledged;
        if found.went_back > 0 {
            went_back += 1;
            told = found.told[1].clone();
        }
        Ok(())
    });
    say(&format!("of {acknowledged} answered operations none was stale or lost, but in {went_back} schedules reads"));
    say(&format!("went back, so they are not linearizable: {told}"));
    assert!(went_back > 0 && acknowledged > 50_000);
}

#[test]
fn hints_that_are_kept_bring_every_write_home() {
    let (mut stale, mut told) = (0, String::new());
    schedules("sloppy, hints for ever", 1000, numbers(), |(schedule, settings)| {
        let found = weathered(&schedule, RegisterSettings { sloppy: true, ..settings });
        prop_assert_eq!(found.lost, 0, "{}", found.told[2]);
        prop_assert_eq!(found.split, 0);
        if found.stale > 0 {
            stale += 1;
            told = found.told[0].clone();
        }
        Ok(())
    });
    say(&format!("sloppy quorums lost nothing in the end, but reads were stale in {stale} schedules: {told}"));
    assert!(stale > 0);
}

/// In how many of so many schedules something is lost, and stale.
fn broken(what: &str, tries: u64, settings: RegisterSettings) -> (u64, u64) {
    let (mut lost, mut stale, mut told) = (0, 0, [String::new(), String::new()]);
    for seed in 0..tries {
        let schedule = Schedule { seed, nodes: 5, loss: 0, twice: 0, ordered: false, every: 700, keep: 200 };
        let found = weathered(&schedule, settings);
        assert_eq!(found.split, 0, "copies agree, also on what is wrong");
        if found.lost > 0 {
            lost += 1;
            told[0] = found.told[2].clone();
        }
        if found.stale > 0 {
            stale += 1;
            told[1] = found.told[0].clone();
        }
    }
    say(&format!("{what}: of {tries} schedules {lost} lost a write, {stale} read stale. {}. {}", told[0], told[1]));
    (lost, stale)
}

#[test]
fn what_else_is_chosen_loses_writes_or_reads_stale() {
    let plain = RegisterSettings::default();
    let (lost, _) = broken("last write wins", 20, RegisterSettings { resolve: Resolve::LastWrite, ..plain });
    assert!(lost > 0);
    let hints_kept = Some(Duration::from_millis(1));
    let (lost, _) =
        broken("a sloppy quorum that throws hints away", 100, RegisterSettings { sloppy: true, hints_kept, ..plain });
    assert!(lost > 0);
    let (lost, _) = broken("disks that forget", 100, RegisterSettings { durable: false, write: 1, read: 3, ..plain });
    assert!(lost > 0);
    let (lost, stale) = broken("R + W = N", 20, RegisterSettings { read: 1, ..plain });
    assert!(lost == 0 && stale > 0);
    assert_eq!(broken("R + W > N", 20, plain), (0, 0));
}

/// Three or more nodes over quiet links of 2 to some 50 ms.
fn quiet(settings: RegisterSettings) -> World {
    let nodes = settings.nodes;
    World::new(&Schedule { seed: 4, nodes, loss: 0, twice: 0, ordered: false, every: 1000, keep: 0 }, settings)
}

/// Lets time pass without answers to clients, and says what is told by whom.
fn told(world: &mut World, until: Instant) -> Vec<String> {
    let mut told = Vec::new();
    world.cluster.advance(until, &mut |_, happening| {
        if let Happening::Told(node, event) = happening {
            told.push(format!("{node} {event}"));
        }
    });
    told
}

const SILENT: RegisterSettings = RegisterSettings {
    nodes: 5,
    copies: 3,
    read: 2,
    write: 2,
    sloppy: false,
    resolve: Resolve::Siblings,
    read_repair: true,
    handoff_every: None,
    hints_kept: None,
    anti_entropy_every: None,
    fallback_after: Duration::from_millis(100),
    timeout: Duration::from_secs(1),
    durable: true,
};

#[test]
fn a_minority_side_fails_and_says_why() {
    let mut world = quiet(SILENT);
    // Key 0 is at home at A, B and C; A is alone with D and E.
    world.cluster.inject(Fault::Partition(Groups::new(&[Nodes(0b110)])), &mut |_, _| {});
    world.act(0, Node(0), 0, true);
    let said = told(&mut world, Instant::from_secs(2));
    assert_eq!(said, ["A fails the write of key 0: after 1 s A answered; 2 are needed"]);
    // It was stored all the same, by A.
    assert_eq!(world.left(0).iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn a_read_repairs_what_it_finds_out_of_date() {
    for read_repair in [true, false] {
        let mut world = quiet(RegisterSettings { read: 3, write: 1, read_repair, ..SILENT });
        world.cluster.inject(Fault::Crash(Node(1)), &mut |_, _| {});
        world.act(0, Node(0), 0, true);
        told(&mut world, Instant::from_secs(2));
        world.cluster.inject(Fault::Restart(Node(1)), &mut |_, _| {});
        world.clients[0].waits = None;
        world.act(1, Node(4), 0, false);
        let said = told(&mut world, Instant::from_secs(4));
        assert_eq!(said[0], "E answers the read of key 0 with one version, from A, B and C");
        assert_eq!(
            said.get(1).map(String::as_str),
            read_repair.then_some("E repairs key 0 at B: a read found it out of date")
        );
        assert_eq!(world.left(0).iter().map(Vec::len).collect::<Vec<_>>(), [1, usize::from(read_repair), 1]);
    }
}

#[test]
fn who_stands_in_hands_over_when_the_home_is_back() {
    let every = Some(Duration::from_millis(500));
    let mut world = quiet(RegisterSettings { sloppy: true, write: 3, handoff_every: every, ..SILENT });
    world.cluster.inject(Fault::Crash(Node(2)), &mut |_, _| {});
    world.act(0, Node(0), 0, true);
    let said = told(&mut world, Instant::from_millis(900));
    assert_eq!(
        said,
        [
            "A asks D to stand in for C, which has not answered for 100 ms",
            "D holds key 0 for C",
            "A acknowledges the write of key 0: stored by A, B and D, of whom D only stand in",
        ]
    );
    assert_eq!(world.cluster.process(Node(3)).unwrap().store().hints().count(), 1);
    world.cluster.inject(Fault::Restart(Node(2)), &mut |_, _| {});
    assert_eq!(told(&mut world, Instant::from_secs(2)), ["D has handed key 0 over to C"]);
    assert_eq!(world.cluster.process(Node(3)).unwrap().store().hints().count(), 0);
    assert_eq!(world.left(0).iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn both_sides_write_and_anti_entropy_makes_siblings_of_it() {
    let every = Some(Duration::from_millis(500));
    let mut world = quiet(RegisterSettings { write: 1, read: 1, anti_entropy_every: every, ..SILENT });
    world.cluster.inject(Fault::Partition(Groups::new(&[Nodes(0b110)])), &mut |_, _| {});
    world.act(0, Node(0), 0, true);
    world.act(1, Node(1), 0, true);
    told(&mut world, Instant::from_secs(2));
    world.cluster.inject(Fault::Heal, &mut |_, _| {});
    let said = told(&mut world, Instant::from_secs(20));
    assert!(said.iter().any(|said| said.contains("learns key 0 from")), "{said:?}");
    assert!(said.contains(&"A has 2 siblings of key 0: none knew of the others".into()), "{said:?}");
    assert_eq!(world.left(0).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    // Alike, they have nothing more to say.
    let sent = world.cluster.network().sent();
    assert_eq!(told(&mut world, Instant::from_secs(30)), Vec::<String>::new());
    // One root in each comparison: five nodes, twice a second.
    assert_eq!(world.cluster.network().sent() - sent, 100);
}

#[test]
fn one_comparison_makes_both_alike() {
    let every = Some(Duration::from_secs(20));
    let settings = RegisterSettings { nodes: 2, copies: 2, write: 1, read: 1, anti_entropy_every: every, ..SILENT };
    let mut world = quiet(settings);
    world.cluster.inject(Fault::Partition(Groups::new(&[Nodes(0b10)])), &mut |_, _| {});
    world.act(0, Node(0), 0, true);
    world.act(1, Node(1), 2, true);
    told(&mut world, Instant::from_millis(10));
    world.cluster.inject(Fault::Heal, &mut |_, _| {});
    let mut said = Vec::new();
    while said.is_empty() {
        let to = world.cluster.now() + Duration::from_millis(10);
        said = told(&mut world, to);
        assert!(to < Instant::from_secs(60));
    }
    let soon = world.cluster.now() + Duration::from_millis(500);
    said.extend(told(&mut world, soon));
    said.sort();
    assert_eq!(
        said,
        ["A learns key 2 from B: their hash trees differed", "B learns key 0 from A: their hash trees differed"]
    );
}

#[test]
fn silent_corruption_answers_with_what_was_never_written() {
    let mut world = quiet(RegisterSettings { write: 3, read: 3, ..SILENT });
    world.cluster.inject(Fault::Lie(Node(1)), &mut |_, _| {});
    world.run(Instant::from_secs(1), false);
    world.act(0, Node(0), 0, true);
    world.run(Instant::from_secs(2), false);
    world.act(0, Node(0), 0, false);
    let mut values = BTreeMap::new();
    world.cluster.advance(Instant::from_secs(3), &mut |_, happening| {
        if let Happening::Delivered(flight) = happening
            && let halfopen_core::cluster::RegisterMessage::Got { versions, .. } = &flight.message
        {
            values.insert(flight.from, versions[0].value);
        }
    });
    assert_eq!(values, BTreeMap::from([(Node(1), 2), (Node(2), 1)]));
}

#[test]
fn settings_are_judged_in_words() {
    let verdict = |read, write, sloppy| {
        RegisterConfig::new(RegisterSettings { read, write, sloppy, ..SILENT }).unwrap().verdict().to_string()
    };
    assert_eq!(
        verdict(2, 2, false),
        "R + W > N: at least 1 of those that answer a read has the last acknowledged write"
    );
    assert_eq!(
        verdict(3, 3, false),
        "R + W > N: at least 3 of those that answer a read have the last acknowledged write"
    );
    assert_eq!(verdict(1, 2, false), "R + W ≤ N: a read may miss the last acknowledged write");
    assert_eq!(verdict(3, 3, true), "sloppy quorum: a read may miss a write that nodes which stand in have stored");
    let refused = RegisterConfig::new(RegisterSettings { write: 4, ..SILENT }).unwrap_err();
    assert_eq!(refused.to_string(), "write is 4, outside 1 to 3");
}
