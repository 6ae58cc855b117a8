//! Goodput against offered load, found by simulation: for each load the same few thousand requests come to servers that
//! are empty at first, with the guard and without one, and what is answered in the later half of their time is counted.
//!
//! The two servers share one queue here, which the choice of the less busy one comes close to, and nothing is hedged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

use super::guard::{End, Guard, Make, Pass};
use super::setup::Setup;

/// Offered load in percent of what the servers can do.
const LOADS: [u64; 12] = [20, 40, 60, 80, 90, 100, 110, 125, 150, 200, 250, 300];

/// Points of load and goodput, a second each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sweep {
    pub(super) guarded: Vec<(f64, f64)>,
    pub(super) bare: Vec<(f64, f64)>,
    /// Requests at each load.
    pub(super) requests: usize,
}

impl Sweep {
    pub(super) fn new(setup: &Setup) -> Self {
        // Enough for the queue of a slight overload to become too long, within bounds.
        let requests = (setup.patience() * 10.0) as usize;
        let requests = requests.clamp(1_000, 2_500);
        // The same luck at every load, and every time.
        let (mut gaps, mut services) = (Seed(1).stream("arrivals"), Seed(1).stream("services"));
        let mean = std::time::Duration::from_millis(1);
        let luck: Vec<(f64, u64)> = (0..requests)
            .map(|_| {
                let gap = if setup.poisson { gaps.exponential(mean).as_secs_f64() * 1e3 } else { 1.0 };
                let service = setup.server.latency.draw(&mut services);
                (gap, (Instant::ZERO + service).as_nanos())
            })
            .collect();
        let line = |make: Make| {
            let point = |percent: &u64| {
                let load = setup.capacity() * *percent as f64 / 100.0;
                (load, goodput(setup, make, load, &luck))
            };
            LOADS.iter().map(point).collect::<Vec<_>>()
        };
        let guarded = if setup.guard == Make::None { Vec::new() } else { line(setup.guard) };
        Self { guarded, bare: line(Make::None), requests }
    }
}

/// Requests a second answered in time while the later half of them comes.
fn goodput(setup: &Setup, make: Make, load: f64, luck: &[(f64, u64)]) -> f64 {
    let mut guard = Guard::new(make);
    let room = (setup.server.queue * 2 + setup.workers()) as usize;
    let timeout = (Instant::ZERO + setup.timeout).as_nanos();
    let mut workers: BinaryHeap<Reverse<u64>> = (0..setup.workers()).map(|_| Reverse(0)).collect();
    // When each leaves, and which it is; passes by their place.
    let mut inside: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut passes: VecDeque<Option<(Pass, u64)>> = VecDeque::with_capacity(luck.len());
    let gap = 1e9 / load.max(1e-3);
    let arrival = |share: f64| libm::round(share * gap) as u64;
    let end: u64 = luck.iter().map(|(share, _)| arrival(*share)).sum();
    let half: u64 = luck.iter().take(luck.len() / 2).map(|(share, _)| arrival(*share)).sum();
    let (mut now, mut good) = (0_u64, 0_u32);
    for (index, (share, service)) in luck.iter().enumerate() {
        now = now.saturating_add(arrival(*share));
        while let Some(Reverse((left, which))) = inside.peek().copied().filter(|leaves| leaves.0.0 <= now) {
            inside.pop();
            if let Some((pass, came)) = passes.get_mut(which).and_then(Option::take) {
                let end = if left - came > timeout { End::GaveUp } else { End::Answered };
                guard.back(pass, end, Instant::from_nanos(left));
            }
        }
        let at = Instant::from_nanos(now);
        let admitted = match guard.ask(at) {
            Ok(pass) if inside.len() >= room => {
                guard.back(pass, End::Refused, at);
                None
            }
            other => other.ok(),
        };
        let Some(pass) = admitted else {
            passes.push_back(None);
            continue;
        };
        let free = workers.pop().map_or(0, |free| free.0);
        let leaves = free.max(now).saturating_add(*service);
        workers.push(Reverse(leaves));
        inside.push(Reverse((leaves, index)));
        passes.push_back(Some((pass, now)));
        if (half..end).contains(&leaves) && leaves - now <= timeout {
            good += 1;
        }
    }
    f64::from(good) / (end.saturating_sub(half).max(1) as f64 / 1e9)
}
