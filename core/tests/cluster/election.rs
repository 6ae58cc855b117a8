//! Elections: never two leaders in one term, whatever fails; but for forgetful disks and liars.

use core::time::Duration;
use std::collections::BTreeMap;

use super::{Schedule, say, schedules};
use halfopen_core::cluster::{
    Chaos, Cluster, Election, ElectionConfig, ElectionEvent, ElectionSettings, Fault, Groups, Happening, Role,
};
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

/// Timeouts that suit links of some 12 ms with a tail.
fn settings(nodes: u8) -> ElectionSettings {
    ElectionSettings { nodes, ..ElectionSettings::default() }
}

fn cluster(schedule: &Schedule, settings: ElectionSettings) -> Cluster<Election> {
    let config = ElectionConfig::new(settings).unwrap();
    schedule.cluster(|node, seed| Election::new(node, config, Instant::ZERO, seed))
}

/// Who was elected in which term, and the first term that two led.
#[derive(Default)]
struct Elected {
    leaders: BTreeMap<u64, Node>,
    twice: Option<(u64, Node, Node)>,
    told: Vec<(Node, ElectionEvent)>,
}

impl Elected {
    fn watch(&mut self, cluster: &mut Cluster<Election>, until: Instant) {
        cluster.advance(until, &mut |_, happening| {
            let Happening::Told(node, event) = happening else { return };
            self.told.push((node, *event));
            if let ElectionEvent::Elected { term, .. } = *event
                && let Some(before) = self.leaders.insert(term, node)
                && before != node
            {
                self.twice = self.twice.or(Some((term, before, node)));
            }
        });
    }
}

fn quiet(nodes: u8, seed: u64) -> Schedule {
    Schedule { seed, nodes, loss: 0, twice: 0, ordered: false, every: 1000, keep: 0 }
}

#[test]
fn a_leader_is_elected_and_after_its_crash_another() {
    let mut cluster = cluster(&quiet(5, 3), settings(5));
    let mut elected = Elected::default();
    elected.watch(&mut cluster, Instant::from_secs(2));
    let (term, first) = elected.leaders.pop_last().unwrap();
    let follows = |cluster: &Cluster<Election>, node| cluster.process(node).unwrap().leader();
    assert!(cluster.nodes().iter().all(|node| follows(&cluster, node) == Some(first)));
    cluster.inject(Fault::Crash(first), &mut |_, _| {});
    elected.told.clear();
    elected.watch(&mut cluster, Instant::from_secs(4));
    let (next, second) = elected.leaders.pop_last().unwrap();
    assert!(next > term && second != first);
    let stands = elected.told.iter().find(|(_, event)| matches!(event, ElectionEvent::Stands { .. })).unwrap();
    let told = stands.1.to_string();
    assert!(
        told.starts_with("stands for election in term ") && told.contains(": no leader and no vote for "),
        "{told}"
    );
    let told = elected.told.iter().find(|(_, event)| matches!(event, ElectionEvent::Elected { .. })).unwrap();
    assert!(
        told.1.to_string().contains("votes, from ") && told.1.to_string().ends_with("; 3 are needed"),
        "{}",
        told.1
    );
    // Back again, it follows.
    cluster.inject(Fault::Restart(first), &mut |_, _| {});
    elected.watch(&mut cluster, Instant::from_secs(6));
    assert_eq!(follows(&cluster, first), Some(second));
}

#[test]
fn a_leader_that_was_cut_off_steps_down_when_it_hears_of_the_next() {
    for check_quorum in [false, true] {
        let mut cluster = cluster(&quiet(5, 8), ElectionSettings { check_quorum, ..settings(5) });
        let mut elected = Elected::default();
        elected.watch(&mut cluster, Instant::from_secs(2));
        let (old, first) = elected.leaders.last_key_value().map(|(term, node)| (*term, *node)).unwrap();
        let beside = Node((first.0 + 1) % 5);
        cluster.inject(Fault::Partition(Groups::new(&[Nodes::of(first).and(Nodes::of(beside))])), &mut |_, _| {});
        elected.watch(&mut cluster, Instant::from_secs(4));
        let (term, second) = elected.leaders.last_key_value().map(|(term, node)| (*term, *node)).unwrap();
        assert!(term > old && second != first && second != beside);
        // Two who believe they lead, in different terms; with the check the old one knows better.
        let role = cluster.process(first).unwrap().role();
        assert_eq!(matches!(role, Role::Leader { .. }), !check_quorum, "{role:?}");
        cluster.inject(Fault::Heal, &mut |_, _| {});
        elected.told.clear();
        elected.watch(&mut cluster, Instant::from_secs(6));
        let down = elected
            .told
            .iter()
            .find(|(node, event)| *node == first && matches!(event, ElectionEvent::StepsDown { led: true, .. }));
        assert_eq!(down.is_some(), !check_quorum);
        if let Some((_, event)) = down {
            let told = event.to_string();
            assert!(told.starts_with(&format!("leads no longer in term {old}: ")), "{told}");
        }
        let leaders: Vec<_> = cluster.nodes().iter().map(|node| cluster.process(node).unwrap().leader()).collect();
        assert!(leaders[0].is_some() && leaders.iter().all(|leader| *leader == leaders[0]), "{leaders:?}");
    }
}

#[test]
fn a_minority_elects_nobody() {
    let mut cluster = cluster(&quiet(4, 8), settings(4));
    cluster.inject(Fault::Partition(Groups::new(&[Nodes(0b0011)])), &mut |_, _| {});
    let mut elected = Elected::default();
    elected.watch(&mut cluster, Instant::from_secs(10));
    assert!(elected.leaders.is_empty(), "two of four are no majority");
}

#[test]
fn never_two_leaders_in_one_term() {
    let (mut terms, mut crowned) = (0, 0);
    let strategy = (Schedule::any(3..=7), any::<bool>(), 20u64..200);
    schedules("one leader a term", 3000, strategy, |(schedule, check_quorum, spread)| {
        let timeout_most = Duration::from_millis(150 + spread);
        let mut cluster =
            cluster(&schedule, ElectionSettings { check_quorum, timeout_most, ..settings(schedule.nodes) });
        let mut elected = Elected::default();
        elected.watch(&mut cluster, Schedule::calm());
        crowned += elected.leaders.len();
        // And when the storm is over, one of them is followed by all.
        super::heal_links(&mut cluster);
        elected.watch(&mut cluster, Schedule::calm() + Duration::from_secs(10));
        prop_assert_eq!(elected.twice, None);
        let leader = cluster.process(Node(0)).unwrap().leader();
        prop_assert!(leader.is_some());
        for node in cluster.nodes().iter() {
            let process = cluster.process(node).unwrap();
            prop_assert_eq!(process.leader(), leader, "as {} believes", node);
            terms = terms.max(process.term());
        }
        Ok(())
    });
    say(&format!("one leader a term: {crowned} leaders were elected in the storms, up to term {terms}"));
    assert!(crowned > 10_000);
}

/// How many of so many schedules have a term with two leaders.
fn broken(durable: bool, liar: bool, tries: u64) -> (u64, String) {
    let (mut broken, mut first) = (0, String::new());
    for seed in 0..tries {
        let schedule = Schedule { seed, nodes: 5, loss: 100, twice: 0, ordered: false, every: 1000, keep: 0 };
        // Narrow timeouts, so that there are many candidates at a time, and many short crashes.
        let (timeout_least, timeout_most) = (Duration::from_millis(50), Duration::from_millis(60));
        let narrow =
            ElectionSettings { timeout_least, timeout_most, heartbeat: Duration::from_millis(30), ..settings(5) };
        let mut cluster = cluster(&schedule, ElectionSettings { durable, ..narrow });
        let crashes =
            Chaos { cuts: false, slowness: false, pauses: false, drops: false, ..Chaos::all(5, Schedule::calm()) };
        let crashes = Chaos { every: Duration::from_millis(10), ..crashes };
        for (at, fault) in crashes.schedule(&mut schedule.seed().stream("crashes")) {
            cluster.plan(at, fault);
        }
        if liar {
            cluster.plan(Instant::ZERO, Fault::Lie(Node(4)));
        }
        let mut elected = Elected::default();
        elected.watch(&mut cluster, Schedule::calm());
        if let Some((term, one, other)) = elected.twice {
            broken += 1;
            first = format!("with seed {seed} both {one} and {other} led term {term}");
        }
    }
    (broken, first)
}

#[test]
fn forgetful_disks_and_liars_elect_two() {
    assert_eq!(broken(true, false, 100), (0, String::new()));
    for (what, durable, liar) in [("disks that forget", false, false), ("a node that votes for everybody", true, true)]
    {
        let (count, first) = broken(durable, liar, 100);
        say(&format!("{what}: two leaders in one term in {count} of 100 schedules, {first}"));
        assert!(count > 0);
    }
}
