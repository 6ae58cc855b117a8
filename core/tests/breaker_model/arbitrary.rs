//! Random settings and steps: small numbers, so that edges and coincidences are common, and wild ones.

use core::time::Duration;

use halfopen_core::breaker::{
    Compare, Decide, HalfOpen, HalfOpenBy, Ignored, LateResults, MaxHalfOpen, OpenFor, Outcome, PermitsLimit, Settings,
    Slow, State, Then, Trip, Window,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub(crate) const PLACES: usize = 8;

/// One step: when, and what.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) jump: Jump,
    pub(crate) action: Action,
}

/// When a step happens.
#[derive(Clone, Debug)]
pub(crate) enum Jump {
    Stay,
    By(u64),
    Back(u64),
    /// At, just before or just after one of the next moments at which something is due.
    Edge {
        which: usize,
        offset: i64,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Ask,
    Finish { which: usize, outcome: Outcome, took: Option<u64> },
    Release { which: usize },
    Call { outcome: Outcome, took: u64, times: usize },
    Force(State),
    Look,
    Reconfigure(Settings),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let jump = prop_oneof![
        4 => Just(Jump::Stay),
        2 => (1u64..=6).prop_map(Jump::By),
        1 => (1u64..=200).prop_map(Jump::By),
        1 => (1u64..=9).prop_map(Jump::Back),
        4 => (0usize..4, -1i64..=1).prop_map(|(which, offset)| Jump::Edge { which, offset }),
    ];
    let which = || any::<Index>().prop_map(|which| which.index(64));
    let action = prop_oneof![
        6 => Just(Action::Ask),
        8 => (which(), outcome(), prop::option::of(0u64..=14))
            .prop_map(|(which, outcome, took)| Action::Finish { which, outcome, took }),
        1 => which().prop_map(|which| Action::Release { which }),
        8 => (outcome(), 0u64..=14, 1usize..=3)
            .prop_map(|(outcome, took, times)| Action::Call { outcome, took, times }),
        1 => state().prop_map(Action::Force),
        3 => Just(Action::Look),
        1 => settings().prop_map(Action::Reconfigure),
    ];
    (jump, action).prop_map(|(jump, action)| Step { jump, action })
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    assembled(short(), trip(1..=4, percent()), window(), 0..=6, open_for(), half_open(), percent())
}

/// Settings of any size, most of them invalid in one way or another.
pub(crate) fn wild_settings() -> impl Strategy<Value = Settings> {
    let number = || prop_oneof![2 => 0u32..=9, 1 => any::<u32>()];
    let percent = || prop_oneof![3 => 0u32..=101, 1 => any::<u32>()];
    let window = prop_oneof![
        number().prop_map(|calls| Window::Calls { calls }),
        (wild_time(), number()).prop_map(|(time, buckets)| Window::Time { time, buckets }),
        wild_time().prop_map(|length| Window::Fixed { length }),
    ];
    let open_for = (wild_time(), number(), prop::option::of(wild_time()))
        .prop_map(|(initial, factor_permille, cap)| OpenFor { initial, factor_permille, cap });
    let decide = prop_oneof![
        (number(), number()).prop_map(|(successes, failures)| Decide::Numbers { successes, failures }),
        (percent(), compare(), prop::option::of(number()), any::<bool>())
            .prop_map(|(percent, compare, after, early)| Decide::Rate { percent, compare, after, early }),
    ];
    let half_open = (number(), permits_limit(), ignored(), decide)
        .prop_map(|(permits, permits_limit, ignored, decide)| HalfOpen { permits, permits_limit, ignored, decide });
    prop_oneof![
        assembled(wild_time(), trip(0..=u32::MAX, percent()), window, 0..=u32::MAX, open_for, half_open, percent()),
        settings(),
    ]
}

fn assembled(
    time: impl Strategy<Value = Duration> + Clone,
    trip: impl Strategy<Value = Trip>,
    window: impl Strategy<Value = Window>,
    minimum: core::ops::RangeInclusive<u32>,
    open_for: impl Strategy<Value = OpenFor>,
    half_open: impl Strategy<Value = HalfOpen>,
    percent: impl Strategy<Value = u32>,
) -> impl Strategy<Value = Settings> {
    let slow = (time.clone(), percent).prop_map(|(longer_than, percent)| Slow { longer_than, percent });
    let then = select(vec![Then::Open, Then::Closed]);
    let limit = (time, then).prop_map(|(after, then)| MaxHalfOpen { after, then });
    let judged = (trip, window, minimum, any::<bool>(), prop::option::of(slow));
    let waits = (open_for, compare(), select(vec![HalfOpenBy::Ask, HalfOpenBy::Clock]));
    let late = select(vec![LateResults::Drop, LateResults::Count]);
    let start = prop_oneof![3 => Just(State::Closed), 2 => state()];
    (judged, waits, half_open, prop::option::of(limit), late, start).prop_map(
        |(
            (trip, window, minimum_calls, success_may_trip, slow),
            (open_for, wait_over, half_open_by),
            half_open,
            max_half_open,
            late_results,
            start_in,
        )| {
            Settings {
                trip,
                window,
                minimum_calls,
                success_may_trip,
                slow,
                open_for,
                wait_over,
                half_open_by,
                half_open,
                max_half_open,
                late_results,
                start_in,
            }
        },
    )
}

fn short() -> impl Strategy<Value = Duration> + Clone {
    (1u64..=12).prop_map(Duration::from_nanos)
}

fn wild_time() -> impl Strategy<Value = Duration> + Clone {
    let nanos = prop_oneof![3 => 1u64..=60, 1 => any::<u64>()].prop_map(Duration::from_nanos);
    prop_oneof![40 => nanos, 1 => Just(Duration::ZERO), 1 => Just(Duration::MAX)]
}

fn percent() -> impl Strategy<Value = u32> {
    select(vec![0, 1, 25, 30, 33, 34, 50, 60, 66, 67, 75, 99, 100])
}

fn compare() -> impl Strategy<Value = Compare> {
    select(vec![Compare::AtLeast, Compare::Above])
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![4 => Just(Outcome::Failure), 3 => Just(Outcome::Success), 1 => Just(Outcome::Ignored)]
}

fn state() -> impl Strategy<Value = State> {
    select(State::ALL.to_vec())
}

fn permits_limit() -> impl Strategy<Value = PermitsLimit> {
    select(vec![PermitsLimit::Total, PermitsLimit::InFlight])
}

fn ignored() -> impl Strategy<Value = Ignored> {
    select(vec![Ignored::ReturnsPermit, Ignored::KeepsPermit, Ignored::CountsAsSuccess])
}

fn trip(failures: core::ops::RangeInclusive<u32>, percent: impl Strategy<Value = u32>) -> impl Strategy<Value = Trip> {
    prop_oneof![
        failures.clone().prop_map(|failures| Trip::Consecutive { failures }),
        failures.prop_map(|failures| Trip::Failures { failures }),
        (percent, compare()).prop_map(|(percent, compare)| Trip::Rate { percent, compare }),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        (1u32..=PLACES as u32).prop_map(|calls| Window::Calls { calls }),
        (1u64..=5, 1u32..=PLACES as u32).prop_map(|(width, buckets)| {
            Window::Time { time: Duration::from_nanos(width * u64::from(buckets)), buckets }
        }),
        (1u64..=20).prop_map(|length| Window::Fixed { length: Duration::from_nanos(length) }),
    ]
}

fn half_open() -> impl Strategy<Value = HalfOpen> {
    (1u32..=4, permits_limit(), ignored()).prop_flat_map(|(permits, permits_limit, ignored)| {
        let most = if permits_limit == PermitsLimit::Total { permits } else { 5 };
        // In flight, `after` defaults to the permits too.
        let decide = prop_oneof![
            (1..=most, 1u32..=4).prop_map(|(successes, failures)| Decide::Numbers { successes, failures }),
            (percent(), compare(), prop::option::of(1..=most), any::<bool>())
                .prop_map(|(percent, compare, after, early)| Decide::Rate { percent, compare, after, early }),
        ];
        decide.prop_map(move |decide| HalfOpen { permits, permits_limit, ignored, decide })
    })
}

fn open_for() -> impl Strategy<Value = OpenFor> {
    let factor = select(vec![1000, 1000, 1500, 2000, 1001, 700]);
    (short(), factor, prop::option::of((5u64..=40).prop_map(Duration::from_nanos)))
        .prop_map(|(initial, factor_permille, cap)| OpenFor { initial, factor_permille, cap })
}
