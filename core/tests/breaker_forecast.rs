//! Forecasts against what the breaker then does, over many runs from fixed seeds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{
    Breaker, Compare, Config, Decide, Estimate, EventKind, HalfOpen, MaxHalfOpen, OpenFor, Outcome, PermitsLimit,
    Settings, State, Then, Traffic, Trip, Window,
};
use halfopen_core::rng::Seed;

const CONSECUTIVE: Trip = Trip::Consecutive { failures: 3 };
const HALF: Trip = Trip::Rate { percent: 50, compare: Compare::AtLeast };

fn config(trip: Trip, window: Window, minimum_calls: u32) -> Config {
    let open_for = OpenFor::constant(Duration::from_secs(2));
    Config::new(Settings { trip, window, minimum_calls, open_for, ..Settings::default() }).unwrap()
}

/// The mean number of calls until it opens, over so many runs.
fn simulated(config: &Config, traffic: Traffic, runs: u64) -> f64 {
    let gap = Duration::from_secs_f64(1.0 / traffic.calls_per_second);
    let mut calls = 0u64;
    for run in 0..runs {
        let mut stream = Seed(run).stream("failures");
        let mut now = Instant::ZERO;
        let mut breaker = Breaker::<1000>::new(*config, now).unwrap();
        while breaker.state() == State::Closed {
            let permit = breaker.try_acquire(now).unwrap();
            let outcome = if stream.unit() < traffic.failing { Outcome::Failure } else { Outcome::Success };
            breaker.on_result(permit, outcome, None, now);
            calls += 1;
            now = now + gap;
        }
    }
    calls as f64 / runs as f64
}

#[track_caller]
fn close(estimate: Estimate, simulated: f64, tolerance: f64) {
    let value = estimate.value().unwrap();
    assert!((value / simulated - 1.0).abs() < tolerance, "{estimate:?}, but simulated {simulated}");
}

#[test]
fn consecutive_failures_by_the_formula() {
    let traffic = |failing| Traffic { calls_per_second: 10.0, failing };
    let plain = config(CONSECUTIVE, Window::Calls { calls: 100 }, 1);
    // (1 - 0.5³) / (0.5³ · 0.5) = 14, as every textbook has it.
    assert_eq!(plain.calls_to_open(traffic(0.5)), Some(Estimate::Exact(14.0)));
    assert_eq!(plain.seconds_to_open(traffic(0.5)), Some(Estimate::Exact(1.4)));
    assert_eq!(plain.calls_to_open(traffic(1.0)), Some(Estimate::Exact(3.0)));
    assert_eq!(plain.calls_to_open(traffic(0.0)), Some(Estimate::Never));
    close(plain.calls_to_open(traffic(0.2)).unwrap(), simulated(&plain, traffic(0.2), 4000), 0.08);
    // A fixed window of 5 calls cuts runs: it takes longer.
    let cut = config(CONSECUTIVE, Window::Fixed { length: Duration::from_millis(500) }, 1);
    let estimate = cut.calls_to_open(traffic(0.3)).unwrap();
    assert!(matches!(estimate, Estimate::Exact(_)), "{estimate:?}");
    close(estimate, simulated(&cut, traffic(0.3), 4000), 0.08);
    assert!(estimate.value() > plain.calls_to_open(traffic(0.3)).unwrap().value());
    let short = config(CONSECUTIVE, Window::Fixed { length: Duration::from_millis(200) }, 1);
    assert_eq!(short.calls_to_open(traffic(0.9)), Some(Estimate::Never));
}

#[test]
fn windows_that_trip_while_they_fill_are_exact() {
    for (trip, minimum, failing) in [(HALF, 10, 0.8), (HALF, 20, 0.9), (Trip::Failures { failures: 5 }, 1, 0.3)] {
        let config = config(trip, Window::Calls { calls: 200 }, minimum);
        let traffic = Traffic { calls_per_second: 10.0, failing };
        let estimate = config.calls_to_open(traffic).unwrap();
        assert!(matches!(estimate, Estimate::Exact(_)), "{estimate:?}");
        close(estimate, simulated(&config, traffic, 4000), 0.05);
    }
}

#[test]
fn sliding_windows_are_approximate() {
    for (trip, calls, minimum, failing) in [
        (HALF, 10, 10, 0.2),
        (HALF, 10, 5, 0.2),
        (HALF, 20, 20, 0.3),
        (HALF, 20, 20, 0.4),
        (HALF, 50, 50, 0.4),
        (HALF, 100, 100, 0.45),
        (HALF, 100, 100, 0.5),
        (Trip::Failures { failures: 5 }, 20, 1, 0.08),
        (Trip::Failures { failures: 2 }, 3, 1, 0.1),
    ] {
        let config = config(trip, Window::Calls { calls }, minimum);
        let traffic = Traffic { calls_per_second: 10.0, failing };
        let estimate = config.calls_to_open(traffic).unwrap();
        close(estimate, simulated(&config, traffic, 2000), 0.1);
    }
    let time = config(HALF, Window::Time { time: Duration::from_secs(4), buckets: 4 }, 10);
    let traffic = Traffic { calls_per_second: 10.0, failing: 0.3 };
    close(time.calls_to_open(traffic).unwrap(), simulated(&time, traffic, 1000), 0.3);
    let fixed = config(HALF, Window::Fixed { length: Duration::from_secs(2) }, 10);
    close(fixed.calls_to_open(traffic).unwrap(), simulated(&fixed, traffic, 2000), 0.08);
}

#[test]
fn what_cannot_happen_never_does() {
    let traffic = Traffic { calls_per_second: 1.0, failing: 0.5 };
    // Five calls in five seconds never make the minimum of ten.
    let starved = config(HALF, Window::Time { time: Duration::from_secs(5), buckets: 5 }, 10);
    assert_eq!(starved.calls_to_open(traffic), Some(Estimate::Never));
    let starved = config(HALF, Window::Fixed { length: Duration::from_secs(5) }, 10);
    assert_eq!(starved.calls_to_open(traffic), Some(Estimate::Never));
    let too_small = config(Trip::Failures { failures: 4 }, Window::Calls { calls: 3 }, 1);
    assert_eq!(too_small.calls_to_open(traffic), Some(Estimate::Never));
    let more_than_all = config(Trip::Rate { percent: 100, compare: Compare::Above }, Window::Calls { calls: 3 }, 1);
    assert_eq!(more_than_all.calls_to_open(traffic), Some(Estimate::Never));
    for (calls_per_second, failing) in [(0.0, 0.5), (-1.0, 0.5), (f64::NAN, 0.5), (1.0, 1.5), (1.0, f64::NAN)] {
        assert_eq!(starved.calls_to_open(Traffic { calls_per_second, failing }), None);
    }
}

#[test]
fn healthy_traffic_hardly_ever_opens_a_large_window() {
    // resilience4j's defaults at 1 % failures: the very rare event must not be lost to rounding.
    let config = config(HALF, Window::Calls { calls: 100 }, 100);
    let calls = config.calls_to_open(Traffic { calls_per_second: 100.0, failing: 0.01 }).unwrap().value().unwrap();
    assert!(calls > 1e60 && calls.is_finite(), "{calls}");
}

#[test]
fn false_openings_are_those_of_a_long_day() {
    let half_open =
        HalfOpen { permits: 2, decide: Decide::Numbers { successes: 2, failures: 1 }, ..HalfOpen::default() };
    let settings = Settings {
        trip: CONSECUTIVE,
        open_for: OpenFor { initial: Duration::from_secs(2), factor_permille: 2000, cap: Some(Duration::from_secs(8)) },
        half_open,
        ..Settings::default()
    };
    let config = Config::new(settings).unwrap();
    let traffic = Traffic { calls_per_second: 10.0, failing: 0.1 };
    let forecast = config.false_openings(traffic, 5).unwrap();
    assert!(matches!(forecast.per_day, Estimate::Exact(_)), "{forecast:?}");
    assert_eq!(forecast.per_day_all.value(), forecast.per_day.value().map(|count| 5.0 * count));

    let mut stream = Seed(1).stream("failures");
    let mut breaker = Breaker::<100>::new(config, Instant::ZERO).unwrap();
    let (mut openings, days, gap) = (0, 10, Duration::from_millis(100));
    let mut now = Instant::ZERO;
    while now < Instant::from_secs(days * 86_400) {
        let mut sink = |event: halfopen_core::breaker::Event| {
            openings += u64::from(matches!(event.kind, EventKind::Transition { from: State::Closed, .. }));
        };
        if let Ok(permit) = breaker.try_acquire_with(now, &mut sink) {
            let outcome = if stream.unit() < traffic.failing { Outcome::Failure } else { Outcome::Success };
            breaker.on_result_with(permit, outcome, None, now, &mut sink);
        }
        now = now + gap;
    }
    close(forecast.per_day, openings as f64 / days as f64, 0.05);
}

#[test]
fn any_opening_in_a_day_is_a_probability() {
    let config = config(Trip::Consecutive { failures: 5 }, Window::Calls { calls: 100 }, 1);
    let traffic = Traffic { calls_per_second: 10.0, failing: 0.01 };
    let one = config.false_openings(traffic, 1).unwrap();
    let many = config.false_openings(traffic, 1000).unwrap();
    // 864,000 calls a day, each the last of 5 failures after a success with probability 0.99 · 1e-10.
    assert!((one.per_day.value().unwrap() - 8.55e-5).abs() < 1e-6, "{one:?}");
    assert!((many.any_in_a_day.value().unwrap() - 0.0820).abs() < 1e-3, "{many:?}");
}

#[test]
fn probes_that_may_run_out_leave_no_exact_time() {
    let decide = Decide::Numbers { successes: 1, failures: 3 };
    let traffic = Traffic { calls_per_second: 10.0, failing: 0.1 };
    let open_for = OpenFor::constant(Duration::from_secs(2));
    let with = |permits, permits_limit, max_half_open| {
        let half_open = HalfOpen { permits, permits_limit, decide, ..HalfOpen::default() };
        Config::new(Settings { trip: CONSECUTIVE, open_for, half_open, max_half_open, ..Settings::default() }).unwrap()
    };
    let limit = |millis| Some(MaxHalfOpen { after: Duration::from_millis(millis), then: Then::Open });
    let total = PermitsLimit::Total;
    assert!(matches!(with(3, total, None).seconds_open(traffic), Estimate::Exact(_)));
    assert!(matches!(with(1, PermitsLimit::InFlight, None).seconds_open(traffic), Estimate::Exact(_)));
    assert!(matches!(with(3, total, limit(1000)).seconds_open(traffic), Estimate::Exact(_)));
    // A limit may come before the third probe, or in the place of one.
    for (permits, millis) in [(3, 200), (2, 1000)] {
        assert!(matches!(with(permits, total, limit(millis)).seconds_open(traffic), Estimate::Approximate(_)));
    }
    // Nothing ends it: the wait and one probe are the least, and a day holds fewer openings than that makes.
    let stuck = with(2, total, None);
    assert_eq!(stuck.seconds_open(traffic), Estimate::AtLeast(2.1));
    let forecast = stuck.false_openings(traffic, 1).unwrap();
    assert!(matches!(forecast.per_day, Estimate::AtMost(_)), "{forecast:?}");
    let mut stream = Seed(1).stream("failures");
    let mut breaker = Breaker::<100>::new(stuck, Instant::ZERO).unwrap();
    for call in 0..864_000 {
        let now = Instant::from_millis(100 * call);
        if let Ok(permit) = breaker.try_acquire(now) {
            let outcome = if stream.unit() < traffic.failing { Outcome::Failure } else { Outcome::Success };
            breaker.on_result(permit, outcome, None, now);
        }
    }
    assert_eq!(breaker.state(), State::HalfOpen, "for ever");
    assert!(breaker.opened_count() as f64 <= forecast.per_day.value().unwrap());
    // Without errors, or with nothing else, it is plain.
    assert!(matches!(stuck.seconds_open(Traffic { failing: 0.0, ..traffic }), Estimate::Exact(_)));
    assert_eq!(stuck.seconds_open(Traffic { failing: 1.0, ..traffic }), Estimate::Never);
}
