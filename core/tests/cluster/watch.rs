//! Detectors in a cluster.

use core::time::Duration;

use super::{Schedule, schedules};
use halfopen_core::cluster::{Cluster, Detect, Fault, Groups, Happening, Link, Settings, Watch, WatchConfig};
use halfopen_core::failure::{FixedConfig, Opinion, PhiConfig, PhiSettings, SwimConfig, SwimSettings};
use halfopen_core::rng::Seed;
use halfopen_core::sim::Latency;
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

fn fixed(millis: u64) -> Detect {
    Detect::Fixed(FixedConfig::new(Duration::from_millis(millis)).unwrap())
}

fn phi(threshold: u32) -> Detect {
    let settings = PhiSettings { threshold, first: Duration::from_millis(200), ..PhiSettings::default() };
    Detect::Phi(PhiConfig::new(settings).unwrap())
}

fn swim() -> Detect {
    Detect::Swim(SwimConfig::new(SwimSettings::default()).unwrap())
}

fn cluster(detect: Detect, latency: Latency) -> Cluster<Watch> {
    let config = WatchConfig::new(5, Duration::from_millis(200), detect).unwrap();
    let settings = Settings { nodes: 5, link: Link::new(latency), handling: Latency::constant(Duration::ZERO) };
    Cluster::new(settings, Seed(5), |node, seed| Watch::new(node, config, Instant::ZERO, seed)).unwrap()
}

/// What is told until then: when, by whom, about whom, what.
fn told(cluster: &mut Cluster<Watch>, until: Instant) -> Vec<(Instant, Node, Node, Opinion)> {
    let mut told = Vec::new();
    cluster.advance(until, &mut |now, happening| {
        if let Happening::Told(by, event) = happening {
            told.push((now, by, event.peer, event.event.opinion));
        }
    });
    told
}

#[test]
fn every_detector_finds_a_crash_and_forgives_the_restart() {
    for (detect, within) in [(fixed(1000), 1000), (phi(8000), 1500), (swim(), 8000)] {
        let mut cluster = cluster(detect, Latency::constant(Duration::from_millis(5)));
        cluster.plan(Instant::from_secs(30), Fault::Crash(Node(2)));
        assert_eq!(told(&mut cluster, Instant::from_secs(30)), []);
        let found = told(&mut cluster, Instant::from_secs(50));
        assert_eq!(found.len(), 4, "{found:?}");
        for (at, by, about, opinion) in found {
            assert!(at.since(Instant::from_secs(30)) <= Duration::from_millis(within), "{at}");
            assert!(by != Node(2) && about == Node(2) && opinion == Opinion::Suspected);
        }
        assert_eq!(cluster.process(Node(0)).unwrap().suspects(), Nodes::of(Node(2)));
        cluster.inject(Fault::Restart(Node(2)), &mut |_, _| {});
        let trusted = told(&mut cluster, Instant::from_secs(70));
        assert_eq!(trusted.len(), 4, "{trusted:?}");
        assert!(trusted.iter().all(|(.., about, opinion)| (*about, *opinion) == (Node(2), Opinion::Trusted)));
    }
}

#[test]
fn a_short_timeout_accuses_the_slow_and_a_learnt_one_gets_used_to_them() {
    let accusations = |detect| {
        let slow = Latency::exponential(Duration::from_millis(150));
        told(&mut cluster(detect, slow), Instant::from_secs(300)).len()
    };
    let (short, long, learnt) = (accusations(fixed(400)), accusations(fixed(2000)), accusations(phi(8000)));
    assert!(short > 100 * (long + 1) && short > 20 * (learnt + 1), "{short}, {long}, {learnt}");
}

#[test]
fn a_link_cut_one_way_accuses_by_heartbeat_and_not_by_helpers() {
    for (detect, accuses) in [(fixed(1000), true), (phi(8000), true), (swim(), false)] {
        let mut cluster = cluster(detect, Latency::constant(Duration::from_millis(5)));
        cluster.plan(Instant::from_secs(5), Fault::Cut { from: Nodes::of(Node(1)), to: Nodes::of(Node(0)) });
        let told = told(&mut cluster, Instant::from_secs(60));
        let expected: &[_] = if accuses { &[(Node(0), Node(1))] } else { &[] };
        assert_eq!(told.iter().map(|(_, by, about, _)| (*by, *about)).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn both_sides_of_a_partition_accuse_each_other() {
    let mut cluster = cluster(fixed(1000), Latency::constant(Duration::from_millis(5)));
    cluster.plan(Instant::from_secs(5), Fault::Partition(Groups::new(&[Nodes(0b00011)])));
    told(&mut cluster, Instant::from_secs(10));
    for node in cluster.nodes().iter() {
        let other = if node.0 < 2 { Nodes(0b11100) } else { Nodes(0b00011) };
        assert_eq!(cluster.process(node).unwrap().suspects(), other);
    }
}

#[test]
fn who_stood_still_accuses_everybody_for_a_moment() {
    let mut cluster = cluster(fixed(1000), Latency::constant(Duration::from_millis(5)));
    cluster.plan(Instant::from_secs(5), Fault::Pause(Node(0)));
    cluster.plan(Instant::from_secs(9), Fault::Resume(Node(0)));
    let told = told(&mut cluster, Instant::from_secs(20));
    let by = |by: Node| told.iter().filter(move |event| event.1 == by).count();
    // It suspects and trusts the four others; each of them suspects and trusts it.
    assert_eq!(cluster.nodes().iter().map(by).collect::<Vec<_>>(), [8, 2, 2, 2, 2]);
}

#[test]
fn after_any_storm_everybody_trusts_everybody() {
    let detects = prop_oneof![Just(fixed(1000)), Just(phi(8000)), Just(swim())];
    schedules("trust after the storm", 1000, (Schedule::any(3..=7), detects), |(schedule, detect)| {
        let config = WatchConfig::new(schedule.nodes, Duration::from_millis(200), detect).unwrap();
        let mut cluster = schedule.cluster(|node, seed| Watch::new(node, config, Instant::ZERO, seed));
        cluster.advance(Schedule::calm(), &mut |_, _| {});
        super::heal_links(&mut cluster);
        let last = std::cell::RefCell::new(std::collections::BTreeMap::new());
        let mut alternates = true;
        cluster.advance(Schedule::calm() + Duration::from_secs(60), &mut |_, happening| {
            if let Happening::Told(by, event) = happening {
                let before = last.borrow_mut().insert((by, event.peer), event.event.opinion);
                alternates &= before != Some(event.event.opinion);
            }
        });
        prop_assert!(alternates, "nobody says the same twice");
        for node in cluster.nodes().iter() {
            prop_assert_eq!(cluster.process(node).unwrap().suspects(), Nodes::NONE, "by {}", node);
        }
        Ok(())
    });
}
