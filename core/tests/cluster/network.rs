//! The cluster's own rules: messages, faults, slices.

use core::time::Duration;

use super::{Schedule, schedules};
use halfopen_core::cluster::{Cluster, Fault, Groups, Happening, Link, Loss, Network, Out, Process, Running, Settings};
use halfopen_core::rng::Seed;
use halfopen_core::sim::Latency;
use halfopen_core::trace::Trace;
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

/// Says a number to everybody every 100 ms, and tells the numbers that it hears.
#[derive(Clone, Debug)]
pub(crate) struct Talker {
    me: Node,
    next: Instant,
    said: u32,
}

impl Talker {
    pub(crate) fn new(me: Node) -> Self {
        Self { me, next: Instant::from_millis(100), said: 0 }
    }
}

impl Process for Talker {
    type Message = u32;
    type Event = (Node, u32);

    fn on_message(&mut self, from: Node, message: u32, _now: Instant, out: &mut Out<Self>) {
        out.tell((from, message));
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.next)
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>) {
        self.said += 1;
        self.next = now + Duration::from_millis(100);
        for peer in Nodes::first(3).without(Nodes::of(self.me)).iter() {
            out.send(peer, self.said);
        }
    }

    fn restart(&mut self, now: Instant, _out: &mut Out<Self>) {
        *self = Self { next: now + Duration::from_millis(100), ..Self::new(self.me) };
    }

    fn lie(&self, to: Node, message: u32, _chance: &mut halfopen_core::rng::Stream) -> Option<u32> {
        (to != Node(2)).then_some(message + 1000)
    }
}

fn cluster(link: Link) -> Cluster<Talker> {
    let settings = Settings { nodes: 3, link, handling: Latency::constant(Duration::from_millis(1)) };
    Cluster::new(settings, Seed(1), |node, _| Talker::new(node)).unwrap()
}

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn plain() -> Link {
    Link::new(Latency::constant(Duration::from_millis(10)))
}

/// What B hears of A until then, as (milliseconds, number), and what is lost between them.
fn heard(cluster: &mut Cluster<Talker>, until: Instant) -> (Vec<(u64, u32)>, Vec<Loss>) {
    let (mut heard, mut lost) = (Vec::new(), Vec::new());
    cluster.advance(until, &mut |now, happening| match happening {
        Happening::Told(Node(1), (Node(0), number)) => heard.push((now.as_nanos() / 1_000_000, *number)),
        Happening::Lost(flight, loss) if (flight.from, flight.to) == (Node(0), Node(1)) => lost.push(loss),
        _ => {}
    });
    (heard, lost)
}

#[test]
fn a_message_takes_its_link_and_its_handling() {
    let mut cluster = cluster(plain());
    assert_eq!(heard(&mut cluster, ms(105)), (vec![], vec![]));
    assert_eq!(cluster.network().in_flight().len(), 6);
    assert_eq!(heard(&mut cluster, ms(350)).0, [(111, 1), (211, 2), (311, 3)]);
}

#[test]
fn each_fault_does_what_it_says() {
    let after = |fault: &[Fault]| {
        let mut cluster = cluster(plain());
        fault.iter().for_each(|fault| cluster.plan(ms(150), *fault));
        heard(&mut cluster, ms(350))
    };
    let fine = [(111, 1), (211, 2), (311, 3)];
    assert_eq!(after(&[Fault::Crash(Node(1))]), (fine[..1].to_vec(), vec![Loss::Crashed; 2]));
    assert_eq!(after(&[Fault::Crash(Node(0))]), (fine[..1].to_vec(), vec![]));
    assert_eq!(after(&[Fault::Pause(Node(1))]), (fine[..1].to_vec(), vec![]));
    assert_eq!(after(&[Fault::Drop { node: Node(1), permille: 1000 }]).1, [Loss::Dropped; 2]);
    let slow = |node| Fault::Slow { node, factor_permille: 30_000 };
    assert_eq!(after(&[slow(Node(1))]).0, [(111, 1), (240, 2), (340, 3)]);
    // A slow sender's leave late.
    assert_eq!(after(&[slow(Node(0))]).0, [(111, 1), (240, 2), (340, 3)]);
    let (a, b) = (Nodes::of(Node(0)), Nodes::of(Node(1)));
    assert_eq!(after(&[Fault::Cut { from: a, to: b }]), (fine[..1].to_vec(), vec![Loss::Cut; 2]));
    assert_eq!(after(&[Fault::Cut { from: b, to: a }]).0, fine);
    assert_eq!(after(&[Fault::Cut { from: a, to: b }, Fault::Mend { from: a, to: b }]).0, fine);
    assert_eq!(after(&[Fault::Partition(Groups::new(&[b]))]).1, [Loss::Cut; 2]);
    assert_eq!(after(&[Fault::Partition(Groups::new(&[b])), Fault::Heal]).0, fine);
    assert_eq!(after(&[Fault::Partition(Groups::new(&[a.and(b)]))]).0, fine);
    assert_eq!(after(&[Fault::Lie(Node(0))]).0, [(111, 1), (211, 1002), (311, 1003)]);
    assert_eq!(after(&[Fault::Lie(Node(0)), Fault::Honest(Node(0))]).0, fine);
}

#[test]
fn a_paused_node_hears_late_and_a_crashed_one_never() {
    let mut paused = cluster(plain());
    paused.plan(ms(150), Fault::Pause(Node(1)));
    paused.plan(ms(500), Fault::Resume(Node(1)));
    assert_eq!(heard(&mut paused, ms(480)).0.len(), 1);
    assert_eq!((paused.waiting(Node(1)), paused.condition(Node(1)).running), (6, Running::Paused));
    assert_eq!(heard(&mut paused, ms(505)).0, [(501, 2), (501, 3), (501, 4)]);
    assert_eq!(paused.up(), Nodes::first(3));
    let mut crashed = cluster(plain());
    crashed.plan(ms(150), Fault::Crash(Node(1)));
    crashed.plan(ms(500), Fault::Restart(Node(1)));
    let (told, lost) = heard(&mut crashed, ms(550));
    assert_eq!((told, lost.len()), (vec![(111, 1), (511, 5)], 3));
    // What was in a paused node is lost with it.
    let mut both = cluster(plain());
    both.plan(ms(150), Fault::Pause(Node(1)));
    both.plan(ms(450), Fault::Crash(Node(1)));
    assert_eq!(heard(&mut both, ms(460)).1, [Loss::Crashed; 3]);
}

#[test]
fn a_cut_takes_what_is_on_the_wire() {
    let mut cluster = cluster(plain());
    cluster.plan(ms(205), Fault::Partition(Groups::new(&[Nodes::of(Node(0))])));
    assert_eq!(heard(&mut cluster, ms(220)), (vec![(111, 1)], vec![Loss::Cut]));
}

#[test]
fn reordering_and_doubling_are_the_links() {
    let wild = Link { twice_permille: 300, ..Link::new(Latency::exponential(Duration::from_millis(150))) };
    for (link, ordered) in [(wild, false), (Link { ordered: true, ..wild }, true)] {
        let mut cluster = cluster(link);
        let told = heard(&mut cluster, Instant::from_secs(60)).0;
        let mut first = told.clone();
        first.dedup_by_key(|(_, number)| *number);
        let mut seen = std::collections::BTreeSet::new();
        first.retain(|(_, number)| seen.insert(*number));
        assert_eq!(first.is_sorted_by_key(|(_, number)| *number), ordered);
        let doubled = told.len() - first.len();
        assert!((120..240).contains(&doubled), "{doubled} of some 600");
    }
}

#[test]
fn faults_are_told_in_words() {
    let told: Vec<String> = [
        Fault::Slow { node: Node(2), factor_permille: 2_500 },
        Fault::Drop { node: Node(0), permille: 25 },
        Fault::Partition(Groups::new(&[Nodes(0b11), Nodes(0b100)])),
        Fault::Cut { from: Nodes(0b1), to: Nodes(0b110) },
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        told,
        [
            "C takes 2.5 times as long",
            "A loses 2.5 % of what it is sent",
            "the network falls apart: A and B | C | the rest",
            "B and C no longer hear what A says"
        ]
    );
    let groups = Groups::new(&[Nodes(0b11), Nodes(0b100)]);
    assert!(groups.among(Nodes::first(4)).eq([Nodes(0b1000), Nodes(0b11), Nodes(0b100)]));
}

#[test]
fn what_is_sent_on_one_link_shifts_nothing_on_another() {
    let lossy = Link { loss_permille: 200, ..Link::new(Latency::exponential(Duration::from_millis(50))) };
    // What becomes of messages from A to B, and of those from A to C, when so many are sent to C for each to B.
    let run = |to_c: u64, cut: bool| {
        let mut network = Network::new(3, lossy, Seed(6));
        network.set_cut(Node(0), Node(1), cut);
        let mut ways = [Vec::new(), Vec::new()];
        for step in 0..100 {
            let mut send = |to: u8, network: &mut Network<u64>| {
                let flight = network.send(Node(0), Node(to), step, ms(step * 10)).unwrap();
                ways[usize::from(to) - 1].push((flight.arrives.since(flight.sent), flight.doomed.is_some()));
            };
            send(1, &mut network);
            (0..to_c).for_each(|_| send(2, &mut network));
        }
        ways
    };
    let ([alone, _], [beside, other], [cut, _]) = (run(0, false), run(2, false), run(0, true));
    assert_eq!(alone, beside);
    assert_ne!(alone[..], other[..100]);
    let times = |way: &[(Duration, bool)]| way.iter().map(|(takes, _)| *takes).collect::<Vec<_>>();
    assert_eq!(times(&alone), times(&cut), "a cut shifts nothing either");
    assert!(cut.iter().all(|(_, lost)| *lost) && alone.iter().any(|(_, lost)| *lost));
}

/// The hash over all that happens, when advanced in steps of so long.
fn hash(schedule: &Schedule, step: Duration) -> (u64, u64) {
    let mut cluster = schedule.cluster(|node, _| Talker::new(node));
    let mut trace = Trace::new();
    while cluster.now() < Instant::from_secs(25) {
        let to = cluster.now() + step;
        cluster.advance(to.min(Instant::from_secs(25)), &mut |now, happening| match happening {
            Happening::Sent(flight) => trace.event(now, 1, &[flight.number]),
            Happening::Delivered(flight) => trace.event(now, 2, &[flight.number]),
            Happening::Lost(flight, _) => trace.event(now, 3, &[flight.number]),
            Happening::Held(flight) => trace.event(now, 4, &[flight.number]),
            Happening::Told(node, (from, number)) => {
                trace.event(now, 5, &[u64::from(node.0), u64::from(from.0), u64::from(*number)]);
            }
            Happening::Fault(_) => trace.event(now, 6, &[]),
        });
    }
    let totals = cluster.totals();
    let waiting: u64 = cluster.nodes().iter().map(|node| cluster.waiting(node) as u64).sum();
    let under_way = cluster.network().in_flight().len() as u64;
    let gone = totals.delivered + totals.lost;
    assert_eq!(cluster.network().sent(), gone + waiting + under_way, "no message is forgotten");
    assert!(Nodes::first(schedule.nodes).iter().all(|node| cluster.condition(node).is_healthy()), "all is healed");
    (trace.hash(), trace.events())
}

#[test]
fn a_run_is_the_same_in_any_slices() {
    schedules("the same run in slices", 500, (Schedule::any(3..=3), 1u64..3000), |(schedule, step)| {
        let whole = hash(&schedule, Duration::from_secs(25));
        prop_assert!(whole.1 > 100);
        prop_assert_eq!(whole, hash(&schedule, Duration::from_millis(step)));
        Ok(())
    });
}
