//! Clusters under random faults: what the protocols promise, and what they do not.
//!
//! Each property says how many schedules of faults it was tried with, on the error output, also when it passes.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

mod balance;
mod both;
mod byzantine;
mod clients;
mod election;
mod network;
mod register;
mod stories;
mod versions;
mod watch;

use core::time::Duration;
use std::io::Write as _;

use halfopen_core::cluster::{Chaos, Cluster, Fault, Link, Process, Settings};
use halfopen_core::rng::Seed;
use halfopen_core::sim::Latency;
use halfopen_core::{Instant, Node};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

/// A random schedule of faults, and the seed of the run under it.
#[derive(Clone, Debug)]
struct Schedule {
    seed: u64,
    nodes: u8,
    /// Of a thousand messages those that a link loses, and those that arrive twice.
    loss: u32,
    twice: u32,
    ordered: bool,
    /// How often a fault comes, in milliseconds of the run.
    every: u64,
    /// So many faults are kept; shrinking takes later ones away.
    keep: usize,
}

/// Faults come in so long a time, and then everything is healed.
const STORM: Duration = Duration::from_secs(20);

impl Schedule {
    fn any(nodes: core::ops::RangeInclusive<u8>) -> impl Strategy<Value = Self> {
        let links = (prop_oneof![Just(0u32), 0u32..300], prop_oneof![Just(0u32), 0u32..200], any::<bool>());
        (any::<u64>(), nodes, links, 200u64..5000, 0usize..200).prop_map(
            |(seed, nodes, (loss, twice, ordered), every, keep)| Self {
                seed,
                nodes,
                loss,
                twice,
                ordered,
                every,
                keep,
            },
        )
    }

    fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    fn settings(&self) -> Settings {
        let latency = Latency::exponential(Duration::from_millis(10)).shifted(Duration::from_millis(2));
        let (loss_permille, twice_permille) = (self.loss, self.twice);
        let link = Link { loss_permille, twice_permille, ordered: self.ordered, ..Link::new(latency) };
        Settings { nodes: self.nodes, link, handling: Latency::constant(Duration::from_micros(500)) }
    }

    /// A cluster with the faults planned; at [`Schedule::calm`] all is healed, and no link loses anything from then on
    /// where [`heal_links`] is called.
    fn cluster<P: Process>(&self, make: impl FnMut(Node, Seed) -> P) -> Cluster<P> {
        let mut cluster = Cluster::new(self.settings(), self.seed(), make).unwrap();
        for (at, fault) in self.faults() {
            cluster.plan(at, fault);
        }
        cluster
    }

    fn faults(&self) -> Vec<(Instant, Fault)> {
        let every = Duration::from_millis(self.every);
        let chaos = Chaos { every, ..Chaos::all(self.nodes, Self::calm()) };
        let mut faults = chaos.schedule(&mut self.seed().stream("chaos"));
        let healing = faults.iter().position(|(at, _)| *at == Self::calm()).unwrap_or(faults.len());
        let dropped = self.keep.min(healing)..healing;
        faults.drain(dropped);
        faults
    }

    fn calm() -> Instant {
        Instant::ZERO + STORM
    }
}

/// Has links lose and double nothing any more.
fn heal_links<P: Process>(cluster: &mut Cluster<P>) {
    let link = Link { loss_permille: 0, twice_permille: 0, ..cluster.settings().link };
    cluster.set_links(link);
}

/// Tries `holds` under so many random schedules, and says so.
fn schedules<S: Strategy>(what: &str, cases: u32, strategy: S, mut holds: impl FnMut(S::Value) -> TestCaseResult) {
    let tried = core::cell::Cell::new(0u32);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let holds = core::cell::RefCell::new(&mut holds);
    let result = TestRunner::new(config).run(&strategy, |value| {
        tried.set(tried.get() + 1);
        (holds.borrow_mut())(value)
    });
    say(&format!("{what}: {} schedules", tried.get()));
    if let Err(error) = result {
        panic!("{what}: {error}");
    }
}

/// Past the capturing of output, since it is wanted of tests that pass.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
