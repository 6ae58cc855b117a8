//! The load balancer: whom it takes out, and whom it does not see.

use core::time::Duration;

use halfopen_core::cluster::{
    BalanceConfig, BalanceEvent, BalanceOutput, BalanceSettings, Balancer, Checks, Ejection, Pick,
};
use halfopen_core::rng::Seed;
use halfopen_core::{Instant, Node, Nodes};
use proptest::prelude::*;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A balancer in front of nodes of which each answers after so long, or fails.
struct World {
    balancer: Balancer,
    now: Instant,
    told: Vec<String>,
    served: [u32; 16],
    slowest: Duration,
}

impl World {
    fn new(settings: BalanceSettings) -> Self {
        let balancer = Balancer::new(BalanceConfig::new(settings).unwrap(), Instant::ZERO);
        Self { balancer, now: Instant::ZERO, told: Vec::new(), served: [0; 16], slowest: Duration::ZERO }
    }

    /// A request every 10 ms until then; `answers` says how a node answers requests, `checks` how it does checks.
    fn run(&mut self, seconds: u64, answers: impl Fn(Node) -> (bool, Duration), checks: impl Fn(Node) -> Option<bool>) {
        let until = self.now + Duration::from_secs(seconds);
        while self.now < until {
            self.now = self.now + ms(10);
            let now = self.now;
            let mut asked = Vec::new();
            let mut sink = |output| match output {
                BalanceOutput::Check(node) => asked.push(node),
                BalanceOutput::Tell(event) => self.told.push(format!("{now}: {event}")),
            };
            let node = self.balancer.pick(Nodes::NONE, now, &mut sink);
            let (ok, took) = answers(node);
            self.slowest = self.slowest.max(took);
            self.served[node.index()] += 1;
            self.balancer.on_result(node, ok, took, now, &mut sink);
            for node in asked {
                if let Some(ok) = checks(node) {
                    let told = &mut self.told;
                    self.balancer.on_check(node, ok, now, &mut |output| {
                        if let BalanceOutput::Tell(event) = output {
                            told.push(format!("{now}: {event}"));
                        }
                    });
                }
            }
        }
    }
}

#[test]
fn checks_take_out_who_is_silent_and_put_back_who_answers() {
    let mut world = World::new(BalanceSettings::default());
    let fast = |_| (true, ms(5));
    world.run(10, fast, |node| (node != Node(1)).then_some(true));
    // Asked at 0.8, 2.8 and 4.8 s, and silent for a second each time.
    assert_eq!(world.told, ["5.8s: takes B out: 3 health checks in a row failed"]);
    assert_eq!(world.balancer.used(), Nodes::first(5).without(Nodes::of(Node(1))));
    assert_eq!(world.served.iter().sum::<u32>(), 1000);
    assert!(world.served[1] < 130 && world.served[0] > 200, "{:?}", world.served);
    world.told.clear();
    world.run(10, fast, |_| Some(true));
    assert_eq!(world.told, ["12.8s: puts B back: 2 health checks in a row passed"]);
}

#[test]
fn a_slow_node_passes_checks_and_is_ejected_for_its_requests() {
    let answers = |node| (true, if node == Node(3) { ms(400) } else { ms(20) });
    let mut blind = World::new(BalanceSettings::default());
    blind.run(60, answers, |_| Some(true));
    assert_eq!((blind.told.len(), blind.served[3]), (0, 1200), "checks see nothing");
    let ejection = Some(Ejection { slow_permille: 3_000, ..Ejection::default() });
    let mut world = World::new(BalanceSettings { ejection, ..BalanceSettings::default() });
    world.run(101, answers, |_| Some(true));
    assert_eq!(
        world.told,
        [
            "10s: ejects D for 30 s: it took 400 ms on average, and of all nodes' means the median is 20 ms",
            "40s: puts D back: it was out for 30 s",
            "50s: ejects D for 60 s: it took 400 ms on average, and of all nodes' means the median is 20 ms",
        ]
    );
    assert_eq!(world.balancer.ejected().collect::<Vec<_>>(), [(Node(3), Instant::from_secs(110))]);
    let mut fine = World::new(BalanceSettings { ejection, ..BalanceSettings::default() });
    fine.run(60, |_| (true, ms(20)), |_| Some(true));
    assert!(fine.told.is_empty());
}

#[test]
fn failures_in_a_row_eject_and_a_limit_spares() {
    let ejection = Some(Ejection { most_percent: 40, ..Ejection::default() });
    let settings = BalanceSettings { ejection, checks: None, panic_percent: 0, ..BalanceSettings::default() };
    let mut world = World::new(settings);
    world.run(1, |node| (node.0 < 2, ms(1)), |_| None);
    assert_eq!(world.told[0], "230ms: ejects C for 30 s: 5 requests in a row failed");
    assert_eq!(world.told[1], "240ms: ejects D for 30 s: 5 requests in a row failed");
    assert_eq!(world.told[2], "250ms: would eject E, but 2 are out and 2 may be");
    assert_eq!(world.balancer.used(), Nodes(0b10011));
}

#[test]
fn when_too_few_are_left_all_are_used() {
    let mut world = World::new(BalanceSettings::default());
    world.run(10, |_| (true, ms(1)), |node| Some(node.0 < 2));
    let panics = world.told.last().unwrap();
    assert!(panics.ends_with("uses all nodes: only 2 of 5 are left"), "{panics}");
    assert_eq!((world.balancer.used(), world.balancer.good()), (Nodes::first(5), Nodes::first(2)));
    world.run(10, |_| (true, ms(1)), |_| Some(true));
    assert!(world.told.iter().any(|told| told.ends_with("uses the good ones only: 3 of 5 are left")));
}

#[test]
fn a_second_attempt_goes_elsewhere_and_the_least_busy_first() {
    let settings = BalanceSettings { nodes: 3, pick: Pick::LeastBusy, checks: None, ..BalanceSettings::default() };
    let mut balancer = Balancer::new(BalanceConfig::new(settings).unwrap(), Instant::ZERO);
    let pick = |balancer: &mut Balancer, besides| balancer.pick(besides, Instant::ZERO, &mut |_| {});
    let first: Vec<_> = (0..3).map(|_| pick(&mut balancer, Nodes::NONE)).collect();
    assert_eq!(first, [Node(0), Node(1), Node(2)]);
    balancer.on_result(Node(1), true, ms(1), Instant::ZERO, &mut |_| {});
    assert_eq!(pick(&mut balancer, Nodes::NONE), Node(1));
    assert_eq!(pick(&mut balancer, Nodes(0b101)), Node(1));
    // Nobody else is there.
    assert!(Nodes::first(3).contains(pick(&mut balancer, Nodes::first(3))));
}

#[test]
fn settings_out_of_range_are_named() {
    let told = |settings| BalanceConfig::new(settings).unwrap_err().to_string();
    let plain = BalanceSettings::default();
    assert_eq!(told(BalanceSettings { nodes: 17, ..plain }), "nodes is 17, outside 1 to 16");
    let checks = Some(Checks { timeout: ms(2000), ..Checks::default() });
    assert_eq!(told(BalanceSettings { checks, ..plain }), "timeout is 2 s, outside 1 ns to 1.999999999 s");
    let ejection = Some(Ejection { slow_permille: 900, ..Ejection::default() });
    assert_eq!(told(BalanceSettings { ejection, ..plain }), "slow_permille is 900, outside 1001 to 4294967295");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// Whatever requests and checks come to: somebody is always asked, ejections keep their limit, what is told agrees with
    /// what is seen, and looking in between changes nothing.
    #[test]
    fn the_rules_hold_whatever_happens(
        nodes in 1u8..=16, seed in any::<u64>(), most_percent in 0u32..=100, panic_percent in 0u32..=100,
        busy in any::<bool>(), steps in 1usize..300,
    ) {
        let ejection = Ejection { most_percent, slow_permille: 2_000, least_requests: 2, failures: 3, ..Ejection::default() };
        let ejection = Ejection { interval: ms(500), base: ms(700), ..ejection };
        let checks = Checks { every: ms(300), timeout: ms(100), fall: 2, rise: 2 };
        let pick = if busy { Pick::LeastBusy } else { Pick::InTurn };
        let settings = BalanceSettings { nodes, pick, checks: Some(checks), ejection: Some(ejection), panic_percent };
        let mut balancer = Balancer::new(BalanceConfig::new(settings).unwrap(), Instant::ZERO);
        let mut chance = Seed(seed).stream("balance");
        let (mut now, mut under_way, mut out) = (Instant::ZERO, Vec::new(), Nodes::NONE);
        for _ in 0..steps {
            now = now + chance.up_to(ms(100));
            let mut outputs = Vec::new();
            while let Some(due) = balancer.poll_timeout().filter(|due| *due <= now) {
                balancer.handle_timeout(due, &mut |output| outputs.push(output));
                prop_assert!(balancer.poll_timeout().is_none_or(|next| next > due));
            }
            match chance.below(4) {
                0 | 1 => under_way.push((balancer.pick(Nodes::NONE, now, &mut |output| outputs.push(output)), now)),
                2 => if let Some((node, since)) = under_way.pop() {
                    let ok = chance.chance_permille(600);
                    balancer.on_result(node, ok, now.since(since), now, &mut |output| outputs.push(output));
                },
                _ => {
                    let node = Node(chance.below(u64::from(nodes)) as u8);
                    balancer.on_check(node, chance.chance_permille(500), now, &mut |output| outputs.push(output));
                }
            }
            for output in outputs {
                match output {
                    BalanceOutput::Tell(BalanceEvent::Out { node, .. }) => { out.insert(node); }
                    BalanceOutput::Tell(BalanceEvent::In { node, .. }) if balancer.good().contains(node) => {
                        out.remove(node);
                    }
                    _ => {}
                }
            }
            prop_assert!(balancer.good().common(out).is_empty());
            prop_assert!(!balancer.used().is_empty());
            let most = (usize::from(nodes) * most_percent as usize / 100).max(1);
            prop_assert!(balancer.ejected().count() <= most);
            prop_assert!(balancer.ejected().all(|(_, until)| until > now));
            let busy: u32 = Nodes::first(nodes).iter().map(|node| balancer.busy(node)).sum();
            prop_assert_eq!(busy as usize, under_way.len());
        }
    }
}
