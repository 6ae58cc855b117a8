//! The detectors: their stories, figures of the paper's formula, and a model.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::failure::{
    Estimate, Event, Fixed, FixedConfig, Message, Opinion, Output, Phi, PhiConfig, PhiSettings, Prober, Reason,
    SwimConfig, SwimSettings,
};
use halfopen_core::rng::Seed;
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn phi(settings: PhiSettings) -> Phi<100> {
    Phi::new(PhiConfig::new(settings).unwrap(), Instant::ZERO).unwrap()
}

/// A detector that has seen heartbeats at regular intervals of a second, but for a quarter of one more or less.
fn steady(settings: PhiSettings) -> (Phi<100>, Instant) {
    let (mut phi, mut now) = (phi(settings), Instant::ZERO);
    for beat in 0..100 {
        now = now + if beat % 2 == 0 { millis(750) } else { millis(1250) };
        phi.on_heartbeat(now, &mut |event| panic!("{event}"));
    }
    (phi, now)
}

#[test]
fn phi_is_the_papers_formula() {
    let (phi, now) = steady(PhiSettings::default());
    assert_eq!((phi.mean(), phi.deviation()), (millis(1000), millis(250)));
    // −log₁₀ of the share of a normal distribution above 0, 1, 2, 3, 6 standard deviations.
    for (z, expected) in
        [(0, core::f64::consts::LOG10_2), (1, 0.799_546), (2, 1.643_017), (3, 2.869_699), (6, 9.005_870)]
    {
        let found = phi.phi(now + millis(1000) + millis(250) * z);
        assert!((found - expected).abs() < 1e-5, "{found} at {z}");
    }
    // Far out, where the share itself would be 0: ½ erfc(40 / √2) is 3.655893540915029e-350.
    assert!((phi.phi(now + millis(1000) + millis(10_000)) - 349.437_007).abs() < 1e-4);
    // 8 is reached at 5.612 deviations.
    assert!((phi.timeout().as_secs_f64() - (1.0 + 0.25 * 5.612_001)).abs() < 1e-5, "{:?}", phi.timeout());
    let (cassandra, now) = steady(PhiSettings { estimate: Estimate::Exponential, ..PhiSettings::default() });
    assert!((cassandra.timeout().as_secs_f64() - 8.0 * core::f64::consts::LN_10).abs() < 1e-9);
    assert!((cassandra.phi(now + Duration::from_secs(1)) - core::f64::consts::LOG10_E).abs() < 1e-9);
}

#[test]
fn phi_says_why_and_learns_outages_or_not() {
    for learns_outages in [true, false] {
        let (mut phi, now) = steady(PhiSettings { learns_outages, ..PhiSettings::default() });
        let mut told = Vec::new();
        let due = phi.poll_timeout().unwrap();
        phi.handle_timeout(due.before(), &mut |event| panic!("{event}"));
        phi.handle_timeout(due, &mut |event| told.push(event.to_string()));
        assert_eq!((phi.opinion(), phi.poll_timeout()), (Opinion::Suspected, None));
        phi.on_heartbeat(now + Duration::from_secs(10), &mut |event| told.push(event.to_string()));
        assert_eq!(
            told,
            [
                "suspected: no heartbeat for 2.4 s, where they came every 1 s give or take 250 ms; φ reached 8",
                "trusted: a heartbeat came after 10 s; the suspicion was 7.6 s old"
            ]
        );
        assert_eq!(phi.mean() > millis(1000), learns_outages);
    }
}

/// The difference to an instant, as an instant: for the last nanosecond before a deadline.
trait Before {
    fn before(self) -> Instant;
}

impl Before for Instant {
    fn before(self) -> Instant {
        Instant::from_nanos(self.as_nanos() - 1)
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let told = |settings| PhiConfig::new(settings).unwrap_err().to_string();
    let plain = PhiSettings::default();
    assert_eq!(told(PhiSettings { threshold: 0, ..plain }), "threshold is 0, outside 0.1 to 100");
    assert_eq!(told(PhiSettings { window: 1, ..plain }), "window is 1, outside 2 to 1000000");
    let wide = PhiConfig::new(PhiSettings { window: 101, ..plain }).unwrap();
    assert_eq!(Phi::<100>::new(wide, Instant::ZERO).unwrap_err().to_string(), "window is 101, outside 2 to 100");
    assert_eq!(FixedConfig::new(Duration::ZERO).unwrap_err().field, "timeout");
    let late = SwimSettings { timeout: millis(1000), ..SwimSettings::default() };
    assert_eq!(SwimConfig::new(late).unwrap_err().to_string(), "timeout is 1 s, outside 1 ns to 999.999999 ms");
}

#[test]
fn a_shorter_timeout_holds_for_the_silence_there_is() {
    let mut fixed = Fixed::new(FixedConfig::new(millis(1000)).unwrap(), Instant::ZERO);
    let mut told = Vec::new();
    fixed.reconfigure(FixedConfig::new(millis(300)).unwrap(), at(500), &mut |event| told.push(event));
    // Not in the past: nobody was suspected then.
    let reason = Reason::Silent { silent: millis(500), timeout: millis(300) };
    assert_eq!(told, [Event { at: at(500), opinion: Opinion::Suspected, reason }]);
}

/// Probers that hear each other at once, unless a link is cut one way or a node is dead.
struct Net {
    probers: Vec<Prober>,
    dead: Nodes,
    cut: Vec<(Node, Node)>,
    told: Vec<(Node, Node, Event)>,
    sent: u64,
}

impl Net {
    fn new(nodes: u8, helpers: u32, seed: u64) -> Self {
        let config = SwimConfig::new(SwimSettings { helpers, ..SwimSettings::default() }).unwrap();
        let prober = |node| {
            let chance = Seed(seed).fork("node", u64::from(node)).stream("prober");
            Prober::new(Node(node), Nodes::first(nodes), config, Instant::ZERO, chance)
        };
        let probers = (0..nodes).map(prober).collect();
        Self { probers, dead: Nodes::NONE, cut: Vec::new(), told: Vec::new(), sent: 0 }
    }

    fn run(&mut self, until: Instant) {
        let alive = |net: &Self, place: &usize| !net.dead.contains(Node(*place as u8));
        while let Some((now, place)) = (0..self.probers.len())
            .filter(|place| alive(self, place))
            .filter_map(|place| self.probers[place].poll_timeout().map(|due| (due, place)))
            .min()
            .filter(|(now, _)| *now <= until)
        {
            let mut outputs: Vec<(Node, Output)> = Vec::new();
            self.probers[place].handle_timeout(now, &mut |output| outputs.push((Node(place as u8), output)));
            while !outputs.is_empty() {
                let (from, output) = outputs.remove(0);
                match output {
                    Output::Tell { peer, event } => self.told.push((from, peer, event)),
                    Output::Send { to, message } => {
                        self.sent += 1;
                        if alive(self, &to.index()) && !self.cut.contains(&(from, to)) {
                            let sink = &mut |output| outputs.push((to, output));
                            self.probers[to.index()].on_message(from, message, now, sink);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn helpers_keep_a_cut_link_from_accusing_anybody() {
    for (helpers, accuses) in [(0, true), (1, false), (3, false)] {
        let mut net = Net::new(5, helpers, 1);
        net.cut = vec![(Node(0), Node(1)), (Node(3), Node(2))];
        // With a single helper it can be one that is cut off too; here none is.
        net.run(Instant::from_secs(60));
        assert_eq!(!net.told.is_empty(), accuses, "{:?}", net.told);
    }
}

#[test]
fn a_crash_is_found_within_two_tours_and_forgiven_after_the_restart() {
    let mut net = Net::new(8, 3, 7);
    net.run(Instant::from_secs(20));
    assert_eq!(net.told, []);
    net.dead.insert(Node(4));
    net.run(Instant::from_secs(20) + Duration::from_secs(2 * 7));
    let suspecting: Nodes = net.told.iter().map(|(by, ..)| *by).collect();
    assert_eq!(suspecting, Nodes::first(8).without(Nodes::of(Node(4))));
    assert!(net.told.iter().all(|(_, about, event)| *about == Node(4) && event.opinion == Opinion::Suspected));
    let first = net.told[0].2.to_string();
    assert!(first.starts_with("suspected: no answer to a ping for 1 s, neither to us nor through "), "{first}");
    net.dead.remove(Node(4));
    net.told.clear();
    net.run(Instant::from_secs(60));
    // It was deaf for 14 s and pings on, late: nobody but those who suspected it have anything to tell.
    let trusting: Nodes = net.told.iter().map(|(by, ..)| *by).collect();
    assert_eq!(trusting, suspecting);
    assert!(net.told.iter().all(|(.., event)| event.opinion == Opinion::Trusted));
}

#[test]
fn the_load_of_pings_does_not_grow_with_the_cluster() {
    let each = [4u8, 16].map(|nodes| {
        let mut net = Net::new(nodes, 3, 3);
        net.run(Instant::from_secs(100));
        net.sent as f64 / f64::from(nodes) / 100.0
    });
    // A ping and an answer a second and node.
    assert!(each.iter().all(|each| (each - 2.0).abs() < 0.1), "{each:?}");
}

#[test]
fn an_answer_from_an_earlier_round_counts_for_nothing() {
    let config = SwimConfig::new(SwimSettings::default()).unwrap();
    let mut prober = Prober::new(Node(0), Nodes::first(2), config, Instant::ZERO, Seed(1).stream("prober"));
    let mut told = Vec::new();
    let first = prober.poll_timeout().unwrap();
    prober.handle_timeout(first, &mut |_| {});
    for _ in 0..2 {
        prober.handle_timeout(prober.poll_timeout().unwrap(), &mut |output| told.push(output));
    }
    assert_eq!(prober.opinion(Node(1)), Opinion::Suspected);
    let late = Message::Ack { asked_by: None, round: 1 };
    prober.on_message(Node(1), late, first + millis(1100), &mut |output| panic!("{output:?}"));
    assert_eq!(prober.opinion(Node(1)), Opinion::Suspected);
    let new = Message::Ack { asked_by: None, round: 2 };
    prober.on_message(Node(1), new, first + millis(1100), &mut |output| told.push(output));
    assert_eq!(prober.opinion(Node(1)), Opinion::Trusted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// The fixed timeout against the list of its heartbeats: it is suspected in exactly the gaps that are too long, from
    /// the timeout on; polling in between changes nothing.
    #[test]
    fn a_fixed_timeout_accuses_in_long_gaps_alone(
        timeout in 1u64..50, gaps in prop::collection::vec(0u64..100, 1..60), polls in prop::collection::vec(0u64..100, 60),
    ) {
        let mut fixed = Fixed::new(FixedConfig::new(millis(timeout)).unwrap(), Instant::ZERO);
        let (mut expected, mut told, mut now) = (Vec::new(), Vec::new(), 0);
        for (gap, poll) in gaps.iter().zip(&polls) {
            if *gap >= timeout {
                expected.push((at(now + timeout), Opinion::Suspected));
                expected.push((at(now + gap), Opinion::Trusted));
            }
            fixed.handle_timeout(at(now + poll % (gap + 1)), &mut |event| told.push((event.at, event.opinion)));
            now += gap;
            fixed.on_heartbeat(at(now), &mut |event| told.push((event.at, event.opinion)));
        }
        prop_assert_eq!(told, expected);
    }

    /// φ reaches its threshold when the detector says so, whatever it has seen, and never falls while nothing comes.
    #[test]
    fn phi_and_its_deadline_agree(
        threshold in 100u32..20_000, window in 2u32..=100, least in 1u64..500, pause in 0u64..3000,
        exponential in any::<bool>(), learns_outages in any::<bool>(),
        gaps in prop::collection::vec(0u64..3000, 0..150),
    ) {
        let estimate = if exponential { Estimate::Exponential } else { Estimate::Normal };
        let (least_deviation, pause) = (millis(least), millis(pause));
        let first = millis(500);
        let mut phi = phi(PhiSettings { threshold, window, first, least_deviation, pause, estimate, learns_outages });
        let mut now = 0;
        let mut kept = vec![375u64, 625];
        for gap in gaps {
            let due = phi.poll_timeout();
            now += gap;
            let mut suspected = false;
            phi.on_heartbeat(at(now), &mut |event| suspected |= event.opinion == Opinion::Suspected);
            prop_assert_eq!(suspected, due.is_some_and(|due| due <= at(now)));
            if !suspected || learns_outages {
                kept.push(gap);
            }
        }
        let kept = &kept[kept.len().saturating_sub(window as usize)..];
        let mean = kept.iter().sum::<u64>() as f64 / kept.len() as f64;
        let variance = kept.iter().map(|gap| (*gap as f64 - mean) * (*gap as f64 - mean)).sum::<f64>() / kept.len() as f64;
        prop_assert!((phi.mean().as_secs_f64() * 1e3 - mean).abs() < 1e-3);
        prop_assert!((phi.deviation().as_secs_f64() * 1e3 - libm::sqrt(variance).max(least as f64)).abs() < 1e-3);
        let due = phi.poll_timeout().unwrap();
        // A deadline in the first nanosecond after the heartbeat says that φ begins above its threshold.
        if due.since(at(now)) > Duration::from_nanos(1) {
            let reached = phi.phi(due);
            prop_assert!((reached - f64::from(threshold) / 1e3).abs() < 1e-4, "{} at {:?}", reached, due);
            let mut quiet = phi.clone();
            quiet.handle_timeout(due.before(), &mut |event| panic!("{event}"));
        }
        let falls = (0..100).any(|step| phi.phi(at(now + step * 50)) > phi.phi(at(now + step * 50 + 50)));
        prop_assert!(!falls);
    }
}
