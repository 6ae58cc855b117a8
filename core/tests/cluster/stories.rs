//! The replicated register in small: each thing that keeps copies alike, and what it says of it.

use core::time::Duration;
use std::collections::BTreeMap;

use super::Schedule;
use super::clients::World;
use halfopen_core::cluster::{
    Fault, Groups, Happening, RegisterConfig, RegisterMessage, RegisterSettings, Repair, Resolve,
};
use halfopen_core::{Instant, Node, Nodes};

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
    read_repair: Repair::Behind,
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
    for read_repair in [Repair::Behind, Repair::Never] {
        let repairs = read_repair == Repair::Behind;
        let mut world = quiet(RegisterSettings { read: 3, write: 1, read_repair, ..SILENT });
        world.cluster.inject(Fault::Crash(Node(1)), &mut |_, _| {});
        world.act(0, Node(0), 0, true);
        told(&mut world, Instant::from_secs(2));
        world.cluster.inject(Fault::Restart(Node(1)), &mut |_, _| {});
        world.clients[0].waits = None;
        world.act(1, Node(4), 0, false);
        let said = told(&mut world, Instant::from_secs(4));
        assert_eq!(said[0], "E answers the read of key 0 with one version, from A, B and C");
        assert_eq!(said.get(1).map(String::as_str), repairs.then_some("E repairs key 0 at B: a read found newer"));
        assert_eq!(world.left(0).iter().map(Vec::len).collect::<Vec<_>>(), [1, usize::from(repairs), 1]);
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
            "A acknowledges the write of key 0: stored by A, B and D, of whom D only stands in",
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
            && let RegisterMessage::Got { versions, .. } = &flight.message
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

#[test]
fn a_write_that_failed_is_read_once_and_then_never_again() {
    // Two of three each time, and nobody lies: still no single copy behaves so.
    let mut world = quiet(RegisterSettings { nodes: 3, read_repair: Repair::Never, ..SILENT });
    let alone = |node| Fault::Partition(Groups::new(&[Nodes::of(Node(node))]));
    let step = |world: &mut World, fault, client, node, writes| {
        world.cluster.inject(Fault::Heal, &mut |_, _| {});
        world.cluster.inject(fault, &mut |_, _| {});
        world.act(client, Node(node), 0, writes);
        let until = world.cluster.now() + Duration::from_secs(2);
        world.run(until, false);
    };
    step(&mut world, alone(0), 0, 0, true);
    step(&mut world, alone(2), 1, 0, false);
    step(&mut world, alone(0), 2, 1, false);
    let found: Vec<String> = world.history.findings().map(|finding| world.history.tell(finding).to_string()).collect();
    assert_eq!(
        found,
        ["client 2's read of key 0 at 4s found nothing, although before it client 1's read of key 0 at 2s found 1",]
    );
    assert_eq!(world.history.iter().filter(|(_, op)| op.ended.is_none()).count(), 1, "the write has no answer");
}

#[test]
fn a_cut_off_side_writes_on_as_long_as_anybody_can_stand_in() {
    // A and B are alone; key 2 is at home at C, D and E, and F and G are asked before them.
    let mut world = quiet(RegisterSettings { nodes: 7, sloppy: true, ..SILENT });
    world.cluster.inject(Fault::Partition(Groups::new(&[Nodes(0b11)])), &mut |_, _| {});
    world.act(0, Node(0), 2, true);
    let said = told(&mut world, Instant::from_secs(2));
    assert_eq!(
        said,
        [
            "A asks F to stand in for C, which has not answered for 100 ms",
            "A asks G to stand in for D, which has not answered for 100 ms",
            "A asks A to stand in for E, which has not answered for 100 ms",
            "A holds key 2 for E",
            "A asks B to stand in for C, which has not answered for 200 ms",
            "B holds key 2 for C",
            "A acknowledges the write of key 2: stored by A and B, of whom A and B only stand in",
        ]
    );
}
