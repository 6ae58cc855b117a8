//! The breaker's words and corners: the sentences, the errors, the ends of time, and being left alone for long.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{
    Breaker, CYCLES_TOLD, Compare, Config, ConfigError, Decide, Event, EventKind, HalfOpen, HalfOpenBy, MaxHalfOpen,
    OpenFor, Outcome, PermitsLimit, Quantity, Reason, Settings, Slow, Span, State, Then, Traffic, Trip, Window,
};

const SECOND: Duration = Duration::from_secs(1);

fn breaker(settings: Settings) -> Breaker<100> {
    Breaker::new(Config::new(settings).unwrap(), Instant::ZERO).unwrap()
}

/// Makes calls with these outcomes (`s`, `f`), each at its second, and returns the sentences of the transitions.
fn story(settings: Settings, calls: &[(u64, &str)]) -> Vec<String> {
    let mut breaker = breaker(settings);
    let mut told = Vec::new();
    let mut sink = |event: Event| {
        if let EventKind::Transition { to, reason, .. } = event.kind {
            told.push(format!("{to}: {reason}"));
        }
    };
    for (second, outcomes) in calls {
        let now = Instant::from_secs(*second);
        breaker.handle_timeout_with(now, &mut sink);
        for outcome in outcomes.chars() {
            let outcome = if outcome == 's' { Outcome::Success } else { Outcome::Failure };
            if let Ok(permit) = breaker.try_acquire_with(now, &mut sink) {
                breaker.on_result_with(permit, outcome, None, now, &mut sink);
            }
        }
    }
    told
}

#[test]
fn a_run_of_failures_says_why() {
    let settings = Settings {
        trip: Trip::Consecutive { failures: 3 },
        open_for: OpenFor::constant(5 * SECOND),
        ..Settings::default()
    };
    assert_eq!(
        story(settings, &[(0, "fff"), (5, "f"), (12, "s")]),
        [
            "open: 3 failures in a row; the threshold is 3",
            "half_open: the 5 s wait is over",
            "open: the probe failed, so the 5 s wait starts over",
            "half_open: the 5 s wait is over; it was open for 7 s",
            "closed: the probe succeeded",
        ]
    );
}

#[test]
fn rates_and_growing_waits_say_why() {
    let settings = Settings {
        trip: Trip::Rate { percent: 50, compare: Compare::Above },
        minimum_calls: 3,
        open_for: OpenFor { initial: 1500 * SECOND / 1000, factor_permille: 2000, cap: None },
        half_open_by: HalfOpenBy::Clock,
        half_open: HalfOpen {
            permits: 10,
            decide: Decide::Rate { percent: 30, compare: Compare::AtLeast, after: None, early: true },
            ..HalfOpen::default()
        },
        max_half_open: Some(MaxHalfOpen { after: 60 * SECOND, then: Then::Open }),
        ..Settings::default()
    };
    assert_eq!(
        story(settings, &[(0, "sff"), (2, "sfff"), (5, "ssssssssss"), (5, "fff"), (67, "")]),
        [
            "open: 2 of 3 calls failed (66.67 %); the threshold is more than 50 %",
            "half_open: the 1.5 s wait is over",
            "open: 3 of 4 probes failed, which is 30 % of all 10; the threshold is 30 %, \
             so a wait of 3 s starts (the last one was 1.5 s)",
            "half_open: the 3 s wait is over",
            "closed: 0 of 10 probes failed (0 %); the threshold is 30 %",
            "open: 3 of 3 calls failed (100 %); the threshold is more than 50 %",
            "half_open: the 1.5 s wait is over",
            "open: half-open for 60 s without a decision, which is the limit, \
             so a wait of 3 s starts (the last one was 1.5 s)",
        ]
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    );
}

#[test]
fn slow_calls_and_force_say_why() {
    let settings = Settings {
        trip: Trip::Failures { failures: 2 },
        slow: Some(Slow { longer_than: SECOND / 10, percent: 50 }),
        minimum_calls: 2,
        ..Settings::default()
    };
    let mut breaker = breaker(settings);
    let mut reasons = Vec::new();
    let mut sink = |event: Event| reasons.extend(event.kind.reason().map(|reason| format!("{}: {reason}", event.kind)));
    for took in [SECOND, SECOND / 10] {
        let permit = breaker.try_acquire(Instant::ZERO).unwrap();
        breaker.on_result_with(permit, Outcome::Success, Some(took), Instant::ZERO, &mut sink);
    }
    breaker.force_with(State::Closed, Instant::ZERO, &mut sink).unwrap();
    for _ in 0..2 {
        let permit = breaker.try_acquire(Instant::ZERO).unwrap();
        breaker.on_failure_with(permit, Instant::ZERO, &mut sink);
    }
    assert_eq!(
        reasons,
        [
            "slow_exceeded: 1 of 2 calls took longer than 100 ms (50 %); the threshold is 50 %",
            "closed>open: 1 of 2 calls took longer than 100 ms (50 %); the threshold is 50 %",
            "open>closed: forced by hand",
            "failures_exceeded: 2 of 2 calls failed; the threshold is 2",
            "closed>open: 2 of 2 calls failed; the threshold is 2",
        ]
    );
    assert_eq!(
        breaker.try_acquire(Instant::ZERO).unwrap_err().to_string(),
        "the breaker is open; 60 s of its wait remain"
    );
    breaker.force(State::MetricsOnly, Instant::ZERO).unwrap();
    let refused = breaker.force(State::Open, Instant::ZERO).unwrap_err();
    assert_eq!(refused.to_string(), "a breaker cannot be forced from metrics_only into open");
}

#[test]
fn spans_are_exact_unless_asked_to_round() {
    let shown =
        |nanos| (Span(Duration::from_nanos(nanos)).to_string(), format!("{:.1}", Span(Duration::from_nanos(nanos))));
    for (nanos, exact, rounded) in [
        (0, "0 s", "0 s"),
        (7, "7 ns", "7 ns"),
        (1_500, "1.5 µs", "1.5 µs"),
        (419_905_650, "419.90565 ms", "419.9 ms"),
        (1_249_999_999, "1.249999999 s", "1.2 s"),
        (1_950_000_000, "1.95 s", "2 s"),
        (999_999_999, "999.999999 ms", "1000 ms"),
        (3_600_000_000_000, "3600 s", "3600 s"),
    ] {
        assert_eq!(shown(nanos), (exact.to_owned(), rounded.to_owned()));
    }
}

#[test]
fn bad_settings_name_field_value_and_range() {
    let default = Settings::default();
    let half_open = HalfOpen::default();
    let rate = |after| Decide::Rate { percent: 50, compare: Compare::AtLeast, after, early: false };
    for (settings, message) in [
        (
            Settings { trip: Trip::Consecutive { failures: 0 }, ..default },
            "trip.consecutive is 0, outside 1 to 4294967295",
        ),
        (
            Settings { trip: Trip::Rate { percent: 101, compare: Compare::Above }, ..default },
            "trip.rate_percent is 101 %, outside 0 % to 100 %",
        ),
        (Settings { window: Window::Calls { calls: 0 }, ..default }, "window.calls is 0, outside 1 to 4294967295"),
        (
            Settings { window: Window::Fixed { length: Duration::ZERO }, ..default },
            "window.fixed is 0 s, outside 1 ns to 18446744073.709551615 s",
        ),
        (
            Settings { window: Window::Time { time: SECOND, buckets: 7 }, ..default },
            "window.time is 1 s, not a whole number of nanoseconds for each of 7 buckets",
        ),
        (
            Settings { open_for: OpenFor { factor_permille: 0, ..default.open_for }, ..default },
            "open_for.factor is 0, outside 0.001 to 4294967.295",
        ),
        (
            Settings { half_open: HalfOpen { permits: 0, ..half_open }, ..default },
            "half_open.permits is 0, outside 1 to 4294967295",
        ),
        (
            Settings { half_open: HalfOpen { permits: 3, decide: rate(Some(4)), ..half_open }, ..default },
            "half_open.decide.after is 4, outside 1 to 3",
        ),
    ] {
        assert_eq!(Config::new(settings).unwrap_err().to_string(), message);
    }
    let config = Config::new(Settings { window: Window::Calls { calls: 101 }, ..default }).unwrap();
    let error = Breaker::<100>::new(config, Instant::ZERO).unwrap_err();
    let (value, least, most) = (Quantity::Count(101), Quantity::Count(1), Quantity::Count(100));
    assert_eq!(error, ConfigError::OutOfRange { field: "window.calls", value, least, most });
    assert_eq!(breaker(default).reconfigure(config, Instant::ZERO), Err(error));
    // In flight, more results than permits may be waited for.
    let decide = rate(Some(4));
    let half_open = HalfOpen { permits: 3, permits_limit: PermitsLimit::InFlight, decide, ..half_open };
    assert!(Config::new(Settings { half_open, ..default }).is_ok());
}

/// Settings that go round between open and half-open by themselves.
fn restless(wait: u64, factor_permille: u32, cap: Option<u64>, after: u64) -> Settings {
    Settings {
        start_in: State::Open,
        open_for: OpenFor { initial: Duration::from_nanos(wait), factor_permille, cap: cap.map(Duration::from_nanos) },
        wait_over: Compare::Above,
        half_open_by: HalfOpenBy::Clock,
        max_half_open: Some(MaxHalfOpen { after: Duration::from_nanos(after), then: Then::Open }),
        ..Settings::default()
    }
}

#[test]
fn a_breaker_left_alone_for_ever_answers_at_once() {
    for settings in [
        restless(1, 1000, None, 1),
        restless(1, 1001, None, 1),
        restless(1_000_000, 999, None, 1),
        restless(1, 2000, Some(64), 3),
        restless(u64::MAX, 1001, Some(2), 1),
    ] {
        let mut breaker = breaker(settings);
        let mut events = 0u64;
        breaker.handle_timeout_with(Instant::MAX, &mut |_| events += 1);
        assert!(events < 100_000, "{events} events for {settings:?}");
        assert!(breaker.poll_timeout().is_none_or(|due| due > breaker.latest()));
    }
}

#[test]
fn skipping_cycles_ends_where_living_through_them_does() {
    for settings in [restless(1, 1000, None, 1), restless(3, 1500, Some(40), 2), restless(50, 700, None, 5)] {
        let (mut lived, mut skipped) = (breaker(settings), breaker(settings));
        let end = Instant::from_nanos(500_003);
        let (mut lived_through, mut told, mut jumped) = (0u64, 0u64, 0u64);
        while let Some(due) = lived.poll_timeout().filter(|due| *due <= end) {
            lived.handle_timeout_with(due, &mut |_| lived_through += 1);
        }
        lived.handle_timeout(end);
        skipped.handle_timeout_with(end, &mut |event| match event.kind {
            EventKind::Skipped { transitions } => jumped += transitions,
            _ => told += 1,
        });
        assert!(jumped > CYCLES_TOLD, "{jumped}");
        assert_eq!(told + jumped, lived_through);
        let seen = |breaker: &Breaker<100>| {
            (
                breaker.state(),
                breaker.since(),
                breaker.poll_timeout(),
                breaker.opened_count(),
                breaker.openings_in_a_row(),
            )
        };
        assert_eq!(seen(&lived), seen(&skipped));
        assert_eq!(lived.figures(end), skipped.figures(end));
    }
}

#[test]
fn buckets_are_told_apart_after_2_to_the_32() {
    let window = Window::Time { time: Duration::from_nanos(4), buckets: 4 };
    let mut breaker = breaker(Settings { trip: Trip::Failures { failures: 2 }, window, ..Settings::default() });
    for jump in [0, 1 << 32, 1 << 33] {
        let now = Instant::from_nanos(jump);
        let permit = breaker.try_acquire(now).unwrap();
        assert_eq!(breaker.figures(now).buffered, 0);
        breaker.on_failure(permit, now);
        assert_eq!((breaker.state(), breaker.figures(now).buffered), (State::Closed, 1));
    }
}

#[test]
fn the_end_of_time_is_no_end() {
    for window in [
        Window::Calls { calls: 3 },
        Window::Time { time: 4 * SECOND, buckets: 4 },
        Window::Fixed { length: 7 * SECOND },
    ] {
        let mut breaker = breaker(Settings { window, ..restless(1000, 1000, None, 1000) });
        breaker.force(State::Closed, Instant::MAX).unwrap();
        let permit = breaker.try_acquire(Instant::MAX).unwrap();
        breaker.on_failure(permit, Instant::ZERO);
        assert_eq!(breaker.figures(Instant::MAX).failed, 1);
        breaker.force(State::Open, Instant::MAX).unwrap();
        assert_eq!((breaker.wait_ends(), breaker.poll_timeout()), (None, None));
    }
}

#[test]
fn a_longer_or_shorter_wait_acts_at_once() {
    let opened = |wait: u32, by| Settings {
        start_in: State::Open,
        open_for: OpenFor::constant(wait * SECOND),
        half_open_by: by,
        ..Settings::default()
    };
    let mut breaker = breaker(opened(10, HalfOpenBy::Clock));
    let config = |wait| Config::new(opened(wait, HalfOpenBy::Clock)).unwrap();
    breaker.reconfigure(config(20), Instant::from_secs(5)).unwrap();
    assert_eq!((breaker.state(), breaker.wait_ends()), (State::Open, Some(Instant::from_secs(20))));
    let mut told = None;
    breaker.reconfigure_with(config(4), Instant::from_secs(7), &mut |event| told = Some(event)).unwrap();
    assert_eq!((breaker.state(), breaker.since()), (State::HalfOpen, Instant::from_secs(7)));
    let reason = told.and_then(|event| event.kind.reason().copied());
    assert_eq!(reason, Some(Reason::WaitOver { wait: 4 * SECOND, waited: 7 * SECOND }));
}

#[test]
fn any_forecast_is_made_quickly_and_is_a_number() {
    let windows = [
        Window::Calls { calls: u32::MAX },
        Window::Calls { calls: 1 },
        Window::Time { time: Duration::from_secs(1 << 33), buckets: 1 << 30 },
        Window::Fixed { length: Duration::from_nanos(u64::MAX) },
    ];
    let mut trips = Vec::new();
    for number in [1, 5, 1000, 1001, 5000, u32::MAX] {
        trips.extend([Trip::Consecutive { failures: number }, Trip::Failures { failures: number }]);
    }
    for percent in [0, 1, 50, 100] {
        trips.extend([Compare::AtLeast, Compare::Above].map(|compare| Trip::Rate { percent, compare }));
    }
    for trip in trips {
        for window in windows {
            for minimum_calls in [0, u32::MAX] {
                let config = Config::new(Settings { trip, window, minimum_calls, ..Settings::default() }).unwrap();
                for failing in [0.0, 1e-300, 0.01, 1.0] {
                    for calls_per_second in [1e-9, 10.0] {
                        let traffic = Traffic { calls_per_second, failing };
                        let calls = config.calls_to_open(traffic).unwrap();
                        assert!(calls.value().is_none_or(|calls| calls >= 0.999), "{calls:?} {config:?} {traffic:?}");
                        let openings = config.false_openings(traffic, 1000).unwrap();
                        assert!(openings.per_day_all.value().is_none_or(|count| count >= 0.0), "{openings:?}");
                        assert!(openings.any_in_a_day.value().is_none_or(|p| (0.0..=1.0).contains(&p)), "{openings:?}");
                    }
                }
            }
        }
    }
}
