//! Goodput against offered load, found by simulation: for each load requests come for the same span of time, with the guard
//! and without one, and what is answered in time within the later part of it is counted.
//!
//! It is as the lab's own run is once it has gone on for a while: beyond capacity the queues begin as full as the guard lets
//! them become, and the requests of the span have exactly the mean gap and the mean service of the settings, so that a short
//! span says what a long one would. The two servers share one queue here, which the choice of the less busy one comes close
//! to, and nothing is hedged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

use super::guard::{End, Guard, Make, Pass};
use super::setup::Setup;

/// Offered load in percent of what the servers can do.
const LOADS: [usize; 12] = [20, 40, 60, 80, 90, 100, 110, 125, 150, 200, 250, 300];
/// Requests that the servers can do in the span that is not counted, and in the one that is.
const WARM: usize = 1_000;
const COUNTED: usize = 3_000;

/// Points of load and goodput, a second each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sweep {
    pub(super) guarded: Vec<(f64, f64)>,
    pub(super) bare: Vec<(f64, f64)>,
    /// How long requests come before anything is counted, and how long it is counted.
    pub(super) warm: Duration,
    pub(super) counted: Duration,
}

impl Sweep {
    pub(super) fn new(setup: &Setup) -> Self {
        let most = LOADS.into_iter().max().unwrap_or(100);
        // The same luck at every load, and every time.
        let (mut gaps, mut services) = (Seed(1).stream("arrivals"), Seed(1).stream("services"));
        let mut gap = || if setup.poisson { gaps.exponential(Duration::from_secs(1)).as_secs_f64() } else { 1.0 };
        let gaps: Vec<f64> = (0..(WARM + COUNTED) * most / 100).map(|_| gap()).collect();
        let mut services: Vec<f64> =
            (0..WARM + COUNTED).map(|_| setup.server.latency.draw(&mut services).as_secs_f64()).collect();
        let mean = setup.service().as_secs_f64();
        let (warm, counted) = services.split_at_mut(WARM);
        scale(warm, mean * WARM as f64);
        scale(counted, mean * COUNTED as f64);
        let services: Vec<i64> = services.into_iter().map(nanos).collect();
        let line = |make: Make| {
            let point = |percent: &usize| {
                let load = setup.capacity() * *percent as f64 / 100.0;
                (load, goodput(setup, make, *percent, &gaps, &services))
            };
            LOADS.iter().map(point).collect::<Vec<_>>()
        };
        let guarded = if setup.guard == Make::None { Vec::new() } else { line(setup.guard) };
        let span = |requests: usize| Duration::from_secs_f64(requests as f64 / setup.capacity());
        Self { guarded, bare: line(Make::None), warm: span(WARM), counted: span(COUNTED) }
    }
}

fn nanos(seconds: f64) -> i64 {
    libm::round(seconds * 1e9) as i64
}

/// Makes numbers come to a sum.
fn scale(numbers: &mut [f64], sum: f64) {
    let factor = sum / numbers.iter().sum::<f64>().max(1e-12);
    numbers.iter_mut().for_each(|number| *number *= factor);
}

/// When each request comes at this load: exactly as many as it says within either part of the span.
fn arrivals(capacity: f64, percent: usize, gaps: &[f64]) -> Vec<i64> {
    let count = |part: usize| part * percent / 100;
    let mut gaps: Vec<f64> = gaps.iter().copied().take(count(WARM) + count(COUNTED)).collect();
    let (warm, counted) = gaps.split_at_mut(count(WARM));
    scale(warm, WARM as f64 / capacity);
    scale(counted, COUNTED as f64 / capacity);
    let mut now = 0.0;
    gaps.into_iter()
        .map(|gap| {
            now += gap;
            nanos(now)
        })
        .collect()
}

/// A request in the servers: when it leaves, when it came, and its pass.
struct Inside {
    leaves: i64,
    came: i64,
    pass: Option<Pass>,
}

struct Servers<'a> {
    timeout: i64,
    room: usize,
    services: &'a [i64],
    started: usize,
    workers: BinaryHeap<Reverse<i64>>,
    /// By when each leaves, and its place in `all`.
    inside: BinaryHeap<Reverse<(i64, usize)>>,
    all: Vec<Inside>,
}

impl Servers<'_> {
    /// Serves one in its turn; tells when it leaves.
    fn serve(&mut self, now: i64, came: i64, pass: Option<Pass>) -> i64 {
        let service = self.services.get(self.started % self.services.len().max(1)).copied().unwrap_or_default();
        self.started += 1;
        let free = self.workers.pop().map_or(0, |free| free.0);
        let leaves = free.max(now) + service;
        self.workers.push(Reverse(leaves));
        self.inside.push(Reverse((leaves, self.all.len())));
        self.all.push(Inside { leaves, came, pass });
        leaves
    }

    /// Those leave whose time has come.
    fn leave(&mut self, now: i64, guard: &mut Guard) {
        while let Some(Reverse((_, place))) = self.inside.peek().copied().filter(|leaves| leaves.0.0 <= now) {
            self.inside.pop();
            let Some(inside) = self.all.get_mut(place) else { continue };
            if let Some(pass) = inside.pass.take() {
                let late = inside.leaves - inside.came > self.timeout;
                let end = if late { End::GaveUp } else { End::Answered };
                guard.back(pass, end, instant(inside.leaves));
            }
        }
    }
}

fn instant(nanos: i64) -> Instant {
    Instant::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

/// Requests a second answered in time within the later part of the span.
fn goodput(setup: &Setup, make: Make, percent: usize, gaps: &[f64], services: &[i64]) -> f64 {
    let capacity = setup.capacity();
    let mut guard = Guard::new(make);
    let mut servers = Servers {
        timeout: nanos(setup.timeout.as_secs_f64()),
        room: (setup.server.queue * 2 + setup.workers()) as usize,
        services,
        started: 0,
        workers: (0..setup.workers()).map(|_| Reverse(0)).collect(),
        inside: BinaryHeap::new(),
        all: Vec::new(),
    };
    let load = capacity * percent as f64 / 100.0;
    // Full queues, as they become: whoever stands in them came one after the other.
    let before: Vec<Option<Pass>> = match make {
        Make::None if load > capacity => (0..servers.room).map(|_| None).collect(),
        Make::Rate(_) if load.min(setup.permitted()) > capacity => (0..servers.room).map(|_| None).collect(),
        Make::Fixed(_) | Make::Adaptive(_) if load > capacity => {
            (0..servers.room).map_while(|_| guard.ask(Instant::ZERO).ok()).map(Some).collect()
        }
        _ => Vec::new(),
    };
    let many = before.len();
    for (place, pass) in before.into_iter().enumerate() {
        servers.serve(0, -nanos((many - place) as f64 / capacity), pass);
    }
    let (begin, end) = (nanos(WARM as f64 / capacity), nanos((WARM + COUNTED) as f64 / capacity));
    for now in arrivals(capacity, percent, gaps) {
        servers.leave(now, &mut guard);
        let Ok(pass) = guard.ask(instant(now)) else { continue };
        if servers.inside.len() >= servers.room {
            guard.back(pass, End::Refused, instant(now));
        } else {
            servers.serve(now, now, Some(pass));
        }
    }
    let good =
        |inside: &&Inside| (begin..end).contains(&inside.leaves) && inside.leaves - inside.came <= servers.timeout;
    servers.all.iter().filter(good).count() as f64 * capacity / COUNTED as f64
}
