//! The parts together: a source, a server and callers with a timeout, run through the queue.

use super::*;
use crate::rng::{Seed, Stream};
use crate::time::Instant;
use crate::trace::Trace;
use core::time::Duration;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::vec::Vec;

const MS: Duration = Duration::from_millis(1);

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    Finish(Ticket),
    TimedOut(Ticket),
    Input(Input),
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Fault(Fault),
    Arrivals(Arrivals),
    Server(ServerConfig),
}

#[derive(Clone)]
struct Run {
    queue: Queue<Event>,
    source: Source,
    arrivals: Stream,
    server: Server,
    timeout: Option<Duration>,
    ids: u64,
    open: BTreeMap<Ticket, u64>,
    waits: (Duration, u64),
    trace: Trace,
}

impl Run {
    fn new(arrivals: Arrivals, server: ServerConfig, timeout: Option<Duration>, seed: u64) -> Self {
        let mut stream = Seed(seed).stream("arrivals");
        let mut run = Self {
            queue: Queue::new(),
            source: Source::new(arrivals, Instant::ZERO, &mut stream),
            arrivals: stream,
            server: Server::new(server, Seed(seed).fork("server", 0)),
            timeout,
            ids: 0,
            open: BTreeMap::new(),
            waits: (Duration::ZERO, 0),
            trace: Trace::new(),
        };
        run.expect_arrival();
        run
    }

    fn expect_arrival(&mut self) {
        if let Some(at) = self.source.next_at() {
            self.queue.push(at, Event::Arrive);
        }
    }

    fn started(&mut self, started: Started) {
        self.waits.0 += started.waited;
        self.waits.1 += 1;
        if let Some(ends) = started.ends {
            self.queue.push(ends, Event::Finish(started.ticket));
        }
    }

    fn changed(&mut self, now: Instant, changed: Changed) {
        for lost in changed.lost {
            assert_eq!(self.open.remove(&lost.ticket), Some(lost.id));
            self.trace.event(now, 4, &[lost.id]);
        }
        changed.started.into_iter().for_each(|started| self.started(started));
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            match event {
                Event::Arrive => {
                    let Some(arrival) = self.source.take(now, &mut self.arrivals) else { continue };
                    self.expect_arrival();
                    for _ in 0..arrival.count {
                        self.ids += 1;
                        let offered = self.server.offer(now, self.ids);
                        self.trace.event(now, 1, &[self.ids, u64::from(offered.is_ok())]);
                        let Ok(accepted) = offered else { continue };
                        self.open.insert(accepted.ticket(), self.ids);
                        if let Accepted::Started(started) = accepted {
                            self.started(started);
                        }
                        if let Some(timeout) = self.timeout {
                            self.queue.push(now + timeout, Event::TimedOut(accepted.ticket()));
                        }
                    }
                }
                Event::Finish(ticket) => {
                    let Some(finished) = self.server.finish(now, ticket) else { continue };
                    assert_eq!(self.open.remove(&ticket), Some(finished.id));
                    self.trace.event(now, 2, &[finished.id, u64::from(finished.ok)]);
                    finished.next.into_iter().for_each(|next| self.started(next));
                }
                Event::TimedOut(ticket) => {
                    let Some(cancelled) = self.server.cancel(now, ticket) else { continue };
                    self.trace.event(now, 3, &[]);
                    if let Cancelled::Dropped { next } = cancelled {
                        self.open.remove(&ticket);
                        next.into_iter().for_each(|next| self.started(next));
                    }
                }
                Event::Input(Input::Fault(fault)) => {
                    let changed = self.server.set_fault(now, fault);
                    self.changed(now, changed);
                }
                Event::Input(Input::Arrivals(arrivals)) => {
                    self.source.set(now, arrivals, &mut self.arrivals);
                    self.expect_arrival();
                }
                Event::Input(Input::Server(config)) => {
                    let changed = self.server.set_config(now, config);
                    self.changed(now, changed);
                }
            }
        }
    }
}

fn any_input() -> impl Strategy<Value = Input> {
    let latency = Latency::log_normal(4 * MS, 700);
    let rate = Rate::per_sec(1_500);
    prop::sample::select(std::vec![
        Input::Fault(Fault::Healthy),
        Input::Fault(Fault::failing(200)),
        Input::Fault(Fault::slower(3)),
        Input::Fault(Fault::Hung),
        Input::Fault(Fault::Down),
        Input::Arrivals(Arrivals::Poisson { rate }),
        Input::Arrivals(Arrivals::Constant { rate }),
        Input::Arrivals(Arrivals::Burst { size: 20, every: 30 * MS }),
        Input::Server(ServerConfig {
            abandoned: Abandoned::DropWaiting,
            ..ServerConfig::new(5, latency).with_queue(9)
        }),
        Input::Server(ServerConfig { order: Order::NewestFirst, ..ServerConfig::new(9, latency).with_queue(30) }),
        Input::Server(ServerConfig { abandoned: Abandoned::Drop, ..ServerConfig::new(3, latency).with_queue(50) }),
    ])
}

proptest! {
    /// Advanced in one go or in any slices, with checkpoints on the way: the same trace. And no call is ever forgotten.
    #[test]
    fn slices_and_checkpoints_do_not_matter(
        seed in any::<u64>(),
        inputs in prop::collection::vec((0u64..300, any_input()), 0..12),
        slices in prop::collection::vec(0u64..60_000_000, 0..20),
    ) {
        let server = ServerConfig::new(4, Latency::exponential(3 * MS)).with_queue(20);
        let mut whole = Run::new(Arrivals::Poisson { rate: Rate::per_sec(1_000) }, server, Some(20 * MS), seed);
        for (at, input) in inputs {
            whole.queue.push(Instant::from_millis(at), Event::Input(input));
        }
        let mut sliced = whole.clone();
        let mut now = Instant::ZERO;
        for slice in slices {
            now = (now + Duration::from_nanos(slice)).min(Instant::from_millis(400));
            sliced.advance(now);
            sliced = sliced.clone();
        }
        for run in [&mut whole, &mut sliced] {
            run.advance(Instant::from_millis(400));
        }
        prop_assert_eq!((whole.trace.events(), whole.trace.hash()), (sliced.trace.events(), sliced.trace.hash()));
        prop_assert_eq!(whole.server.counters(), sliced.server.counters());
        prop_assert_eq!(whole.open.len() as u64, u64::from(whole.server.in_service() + whole.server.queued()));
        let ends = whole.server.calls_in_service().filter(|call| call.ends.is_some_and(|e| e <= Instant::from_millis(400)));
        prop_assert_eq!(ends.count(), 0);
    }
}

/// Mean waits in a queue of 30 runs agree with queueing theory to 3 standard errors.
#[test]
fn waits_are_those_of_queueing_theory() {
    // ρ = 0.7 in each. M/M/c: Erlang's C over c μ − λ. M/G/1: Pollaczek and Khinchine.
    let (lambda, rho) = (700.0, 0.7);
    let erlang_c = |servers: i32| {
        let load = rho * f64::from(servers);
        let blocked = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
        blocked / (1.0 - rho * (1.0 - blocked))
    };
    let log_normal = Latency::log_normal(Duration::from_nanos(835_270), 600);
    let variation = log_normal.squared_variation();
    let mean = log_normal.mean().as_secs_f64();
    assert!((mean - 1e-3).abs() < 1e-7);
    for (name, servers, latency, expected) in [
        ("M/M/1", 1, Latency::exponential(MS), rho / (1.0 - rho) * 1e-3),
        ("M/M/4", 4, Latency::exponential(4 * MS), erlang_c(4) / (4.0 / 4e-3 - lambda)),
        ("M/D/1", 1, Latency::constant(MS), rho / (1.0 - rho) * 1e-3 / 2.0),
        ("M/G/1", 1, log_normal, rho / (1.0 - rho) * 1e-3 * (1.0 + variation) / 2.0),
    ] {
        let waits: Vec<f64> = (0..30)
            .map(|seed| {
                let server = ServerConfig::new(servers, latency).with_queue(UNLIMITED);
                let mut run = Run::new(Arrivals::Poisson { rate: Rate::per_sec(700) }, server, None, seed);
                run.advance(Instant::from_secs(5));
                run.waits = (Duration::ZERO, 0);
                run.advance(Instant::from_secs(60));
                run.waits.0.as_secs_f64() / run.waits.1 as f64
            })
            .collect();
        let n = waits.len() as f64;
        let found = waits.iter().sum::<f64>() / n;
        let variance = waits.iter().map(|wait| (wait - found) * (wait - found)).sum::<f64>() / (n - 1.0);
        let error = libm::sqrt(variance / n);
        assert!((found - expected).abs() < 3.0 * error, "{name}: {found} s, not {expected} s (± {error})");
    }
}

/// Pinned: a change here changes every link ever shared.
#[test]
fn a_run_keeps_its_hash() {
    let server = ServerConfig::new(4, Latency::log_normal(3 * MS, 500)).with_queue(20);
    let mut run = Run::new(Arrivals::Poisson { rate: Rate::per_sec(1_000) }, server, Some(20 * MS), 1);
    for (at, fault) in [(1_000, Fault::failing(200)), (2_000, Fault::Hung), (3_000, Fault::Healthy)] {
        run.queue.push(Instant::from_millis(at), Event::Input(Input::Fault(fault)));
    }
    run.advance(Instant::from_secs(10));
    assert_eq!((run.trace.events(), run.trace.hash()), (19_143, 11_194_315_570_071_733_866));
}
