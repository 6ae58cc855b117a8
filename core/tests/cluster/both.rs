//! Two protocols on one node.

use core::time::Duration;

use halfopen_core::cluster::{
    Both, Cluster, Detect, Either, Election, ElectionConfig, ElectionEvent, ElectionSettings, Fault, Happening, Link,
    Settings, Watch, WatchConfig,
};
use halfopen_core::failure::FixedConfig;
use halfopen_core::rng::Seed;
use halfopen_core::sim::Latency;
use halfopen_core::{Instant, Node, Nodes};

#[test]
fn a_detector_and_an_election_share_a_nodes_fate() {
    let link = Link::new(Latency::constant(Duration::from_millis(5)));
    let settings = Settings { nodes: 5, link, handling: Latency::constant(Duration::ZERO) };
    let detect = Detect::Fixed(FixedConfig::new(Duration::from_millis(500)).unwrap());
    let watch = WatchConfig::new(5, Duration::from_millis(100), detect).unwrap();
    let election = ElectionConfig::new(ElectionSettings::default()).unwrap();
    let make = |node, seed: Seed| {
        let one = Watch::new(node, watch, Instant::ZERO, seed.fork("watch", 0));
        Both::new(one, Election::new(node, election, Instant::ZERO, seed.fork("election", 0)))
    };
    let mut cluster = Cluster::new(settings, Seed(2), make).unwrap();
    cluster.advance(Instant::from_secs(5), &mut |_, _| {});
    let leader = cluster.process(Node(0)).and_then(|both| both.other.leader()).unwrap();
    cluster.inject(Fault::Crash(leader), &mut |_, _| {});
    let (mut accused, mut elected) = (Nodes::NONE, Vec::new());
    cluster.advance(Instant::from_secs(10), &mut |_, happening| match happening {
        Happening::Told(node, Either::One(event)) => {
            assert_eq!(event.peer, leader);
            accused.insert(node);
        }
        Happening::Told(node, Either::Other(ElectionEvent::Elected { .. })) => elected.push(node),
        _ => {}
    });
    assert_eq!(accused, cluster.nodes().without(Nodes::of(leader)));
    assert!(!elected.is_empty() && !elected.contains(&leader));
    cluster.inject(Fault::Restart(leader), &mut |_, _| {});
    cluster.advance(Instant::from_secs(15), &mut |_, _| {});
    for node in cluster.nodes().iter() {
        let both = cluster.process(node).unwrap();
        assert_eq!((both.one.suspects(), both.other.leader()), (Nodes::NONE, elected.last().copied()));
    }
}

#[test]
fn the_same_heartbeats_come_to_every_detector() {
    // Two clusters that differ in the detector alone: each heartbeat is sent and arrives at the same instant in both, also
    // from a slow node.
    let run = |millis: u64| {
        let link = Link { loss_permille: 50, ..Link::new(Latency::exponential(Duration::from_millis(30))) };
        let settings = Settings { nodes: 4, link, handling: Latency::exponential(Duration::from_millis(2)) };
        let detect = Detect::Fixed(FixedConfig::new(Duration::from_millis(millis)).unwrap());
        let config = WatchConfig::new(4, Duration::from_millis(100), detect).unwrap();
        let mut cluster =
            Cluster::new(settings, Seed(9), |node, seed| Watch::new(node, config, Instant::ZERO, seed)).unwrap();
        cluster.plan(Instant::from_secs(5), Fault::Slow { node: Node(2), factor_permille: 50_000 });
        cluster.plan(Instant::from_secs(10), Fault::Pause(Node(1)));
        cluster.plan(Instant::from_secs(11), Fault::Resume(Node(1)));
        let (mut seen, mut told) = (Vec::new(), 0);
        cluster.advance(Instant::from_secs(20), &mut |now, happening| match happening {
            Happening::Delivered(flight) => seen.push((now, flight.from, flight.to, flight.sent)),
            Happening::Told(..) => told += 1,
            _ => {}
        });
        (seen, told)
    };
    let ((short, many), (long, few)) = (run(250), run(1500));
    assert!(short == long && many > few && short.len() > 1000, "{many} suspicions and trusts against {few}");
}
