//! One permitted, successful call through a breaker: ours against its peers, in one run.
//!
//! The peers read the clock themselves; ours is told the time. So it is measured twice: told, as in firmware or a loop
//! that has the time at hand, and with a reading of the clock per verb, as the peers do it.
#![allow(missing_docs, reason = "the macros of criterion make undocumented items")]
#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use failsafe::CircuitBreaker as _;
use halfopen_core::Instant;
use halfopen_core::breaker::{Breaker, Compare, Config, OpenFor, Settings, Trip, Window};
use tower::{Service as _, ServiceExt as _};

fn settings(trip: Trip, window: Window) -> Config {
    let open_for = OpenFor::constant(Duration::from_secs(30));
    Config::new(Settings { trip, window, minimum_calls: 100, open_for, ..Settings::default() }).expect("valid")
}

fn ours<const N: usize>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, config: Config) {
    let mut breaker = Breaker::<N>::new(config, Instant::ZERO).expect("it fits");
    let mut nanos = 0;
    group.bench_function(format!("halfopen-core, {name}, told the time"), |bencher| {
        bencher.iter(|| {
            nanos += 1_000;
            let permit = breaker.try_acquire(black_box(Instant::from_nanos(nanos))).expect("closed");
            breaker.on_success(black_box(permit), black_box(Instant::from_nanos(nanos)));
        });
    });
    let mut breaker = Breaker::<N>::new(config, Instant::ZERO).expect("it fits");
    let began = Clock::now();
    let now = || Instant::from_nanos(began.elapsed().as_nanos() as u64);
    group.bench_function(format!("halfopen-core, {name}, reading the clock"), |bencher| {
        bencher.iter(|| {
            let permit = breaker.try_acquire(now()).expect("closed");
            breaker.on_success(black_box(permit), now());
        });
    });
}

fn breaker(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("try_acquire + on_success");
    let rate = Trip::Rate { percent: 50, compare: Compare::AtLeast };
    ours::<100>(&mut group, "rate over 100 calls", settings(rate, Window::Calls { calls: 100 }));
    let time = Window::Time { time: Duration::from_secs(10), buckets: 10 };
    ours::<10>(&mut group, "rate over 10 s", settings(rate, time));
    ours::<1>(&mut group, "5 in a row", settings(Trip::Consecutive { failures: 5 }, Window::Calls { calls: 1 }));

    let backoff = failsafe::backoff::constant(Duration::from_secs(30));
    let peer =
        failsafe::Config::new().failure_policy(failsafe::failure_policy::consecutive_failures(5, backoff)).build();
    group.bench_function("failsafe, 5 in a row", |bencher| {
        bencher.iter(|| peer.call(|| Ok::<_, ()>(black_box(1))).is_ok());
    });
    let backoff = failsafe::backoff::constant(Duration::from_secs(30));
    let policy = failsafe::failure_policy::success_rate_over_time_window(0.5, 100, Duration::from_secs(10), backoff);
    let peer = failsafe::Config::new().failure_policy(policy).build();
    group.bench_function("failsafe, rate over 10 s", |bencher| {
        bencher.iter(|| peer.call(|| Ok::<_, ()>(black_box(1))).is_ok());
    });

    let peer = recloser::Recloser::custom().error_rate(0.5).closed_len(100).build();
    group.bench_function("recloser, rate over 100 calls", |bencher| {
        bencher.iter(|| peer.call(|| Ok::<_, ()>(black_box(1))).is_ok());
    });

    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let layer = tower_resilience_circuitbreaker::CircuitBreakerLayer::builder()
        .failure_rate_threshold(0.5)
        .sliding_window_size(100)
        .build()
        .expect("valid");
    let bare = tower::service_fn(|()| async { Ok::<_, Infallible>(black_box(1)) });
    let mut peer = tower::Layer::layer(&layer, bare);
    group.bench_function("tower-resilience, rate over 100 calls, as a service", |bencher| {
        bencher.iter(|| runtime.block_on(async { peer.ready().await.expect("ready").call(()).await.is_ok() }));
    });
    let mut bare = bare;
    group.bench_function("the same service without a breaker", |bencher| {
        bencher.iter(|| runtime.block_on(async { bare.ready().await.expect("ready").call(()).await.is_ok() }));
    });
    group.finish();
}

criterion_group!(benches, breaker);
criterion_main!(benches);
