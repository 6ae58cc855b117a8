//! Deadlines: what a hop gets, and the worst case against retries that are really played to it.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{self, Jitter, Kind};
use halfopen_core::deadline::{Deadline, Hop, TooLate, Worst};
use halfopen_core::retry::{Config, Outcome, Retry, Settings, Verdict};
use halfopen_core::rng::Seed;
use proptest::prelude::*;

fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

#[test]
fn a_deadline_travels() {
    let hop = Hop { timeout: None, margin: ns(10), needs: ns(5) };
    let mut deadline = Deadline::after(Instant::ZERO, ns(100));
    let mut now = Instant::ZERO;
    let mut hops = 0;
    // Each hop works for 7 before it calls the next.
    let refused = loop {
        match deadline.next(&hop, now) {
            Ok(next) => deadline = next,
            Err(refused) => break refused,
        }
        hops += 1;
        now = now + ns(7);
    };
    assert_eq!((hops, deadline.instant()), (6, Some(Instant::from_nanos(40))));
    // After six hops 42 have passed, and the sixth was to answer by 40.
    assert_eq!(refused, TooLate { left: ns(0), needs: ns(5) });
    assert_eq!(Deadline::NEVER.next(&hop, now), Ok(Deadline::NEVER));
    assert_eq!((Deadline::NEVER.remaining(now), Deadline::NEVER.is_over(Instant::MAX)), (None, false));
    assert_eq!(Deadline::after(Instant::from_secs(1), Duration::MAX), Deadline::NEVER);
    let end = Deadline::at(Instant::from_nanos(5));
    assert!(!end.is_over(Instant::from_nanos(4)) && end.is_over(Instant::from_nanos(5)));
    assert_eq!(
        (end.earlier(Deadline::NEVER), end.earlier(Deadline::at(Instant::ZERO)).instant()),
        (end, Some(Instant::ZERO))
    );
    let over = end.for_hop(&Hop::default(), Instant::from_nanos(5)).unwrap_err();
    assert_eq!(over.to_string(), "no time is left for the work");
}

fn settings(attempts: u32, backoff: backoff::Settings) -> Settings {
    Settings { attempts, backoff, ..Settings::default() }
}

fn worst(settings: Settings) -> Worst {
    Worst::of_a_call(Some(ns(1000))).behind(&Config::new(settings).unwrap())
}

#[test]
fn layers_multiply() {
    let constant = backoff::Settings::plain(Kind::Constant { base: ns(100) });
    let config = Config::new(settings(3, constant)).unwrap();
    let twice = Worst::of_a_call(Some(ns(1000))).behind(&config).behind(&config);
    assert_eq!((twice.time, twice.waits, twice.calls), (Some(ns(3 * 3200 + 200)), Some(ns(200)), 9));
    let unlimited = Worst::of_a_call(None).behind(&config);
    assert_eq!((unlimited.time, unlimited.waits, unlimited.attempts), (None, Some(ns(200)), 3));
    let limited = Settings { total_time: Some(ns(5000)), ..settings(3, constant) };
    assert_eq!(Worst::of_a_call(None).behind(&Config::new(limited).unwrap()).time, Some(ns(5000)));
    assert_eq!(worst(limited).time, Some(ns(3200)), "the limit is not reached");
    // After a wait of 100 nothing begins in 100: there is only one attempt, and it may take all of that time.
    let short = Settings { total_time: Some(ns(100)), ..limited };
    assert_eq!((worst(short).attempts, worst(short).time, worst(short).calls), (1, Some(ns(100)), 1));
    let hints = Worst::of_a_call(Some(ns(1000))).behind_hinted(&config);
    assert_eq!((hints.time, hints.waits), (None, None), "a server may say any wait");
    let cut = backoff::Settings { hint_slack: Some(ns(50)), ..constant };
    let hints = Worst::of_a_call(Some(ns(1000))).behind_hinted(&Config::new(settings(3, cut)).unwrap());
    assert_eq!(hints.time, Some(ns(3300)));
}

#[test]
fn what_is_yet_to_come_is_the_rest_of_the_sum() {
    let doubling = backoff::Settings::plain(Kind::Exponential { base: ns(100), factor_permille: 2000 });
    let config = Config::new(Settings { attempt_timeout: Some(ns(900)), ..settings(4, doubling) }).unwrap();
    let call = Worst::of_a_call(Some(ns(1000)));
    assert_eq!(
        (call.behind_from(&config, 0), call.behind_from(&config, 1)),
        (call.behind(&config), call.behind(&config))
    );
    let told = |number| {
        let worst = call.behind_from(&config, number);
        (worst.attempts, worst.attempt, worst.waits, worst.time, worst.calls)
    };
    assert_eq!(told(1), (4, Some(ns(900)), Some(ns(700)), Some(ns(4300)), 4));
    assert_eq!(told(2), (3, Some(ns(900)), Some(ns(600)), Some(ns(3300)), 3));
    assert_eq!(told(4), (1, Some(ns(900)), Some(ns(0)), Some(ns(900)), 1));
    assert_eq!(told(9), told(4), "there is no later one");
    // Of 1500 for everything, 300 at least were waited before the third attempt.
    let limited = Config::new(Settings { total_time: Some(ns(1500)), ..*config.settings() }).unwrap();
    assert_eq!(call.behind_from(&limited, 3).time, Some(ns(1200)));
}

#[test]
fn many_attempts_take_no_time_to_count() {
    let huge = |kind, cap| {
        let backoff = backoff::Settings { cap, ..backoff::Settings::plain(kind) };
        worst(settings(u32::MAX, backoff)).waits.unwrap()
    };
    let gaps = u64::from(u32::MAX - 1);
    assert_eq!(huge(Kind::Constant { base: ns(3) }, None), ns(3 * gaps));
    assert_eq!(huge(Kind::Linear { base: ns(2) }, None), ns(gaps * (gaps + 1)));
    assert_eq!(
        huge(Kind::Linear { base: ns(2) }, Some(ns(1_000_000))),
        ns(500_000 * 500_001 + (gaps - 500_000) * 1_000_000)
    );
    let slow = Kind::Exponential { base: ns(1), factor_permille: 1001 };
    assert_eq!(huge(slow, None), ns(u64::MAX));
    assert!(huge(slow, Some(ns(100))) > ns(99 * gaps));
    assert_eq!(huge(Kind::None, None), ns(0));
}

fn arbitrary_backoff() -> impl Strategy<Value = backoff::Settings> {
    let kind = prop_oneof![
        Just(Kind::None),
        (1u64..50).prop_map(|base| Kind::Constant { base: ns(base) }),
        (1u64..50).prop_map(|base| Kind::Linear { base: ns(base) }),
        (1u64..50, 1000u32..3000)
            .prop_map(|(base, factor_permille)| Kind::Exponential { base: ns(base), factor_permille }),
        (1u64..50).prop_map(|base| Kind::Decorrelated { base: ns(base) }),
    ];
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        (0u32..=1000).prop_map(|permille| Jitter::PlusMinus { permille }),
        (0u32..2000).prop_map(|permille| Jitter::Plus { permille }),
    ];
    let limits = (prop::option::of(50u64..300), prop::option::of(0u32..6), prop::option::of(1u64..500));
    (kind, jitter, limits).prop_map(|(kind, jitter, (cap, max_delays, total))| backoff::Settings {
        jitter: if matches!(kind, Kind::Decorrelated { .. }) { Jitter::None } else { jitter },
        cap: cap.map(ns),
        max_delays,
        total: total.map(ns),
        ..backoff::Settings::plain(kind)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    /// What the next hop gets never exceeds its timeout, nor what remains less the margin; nothing is begun in vain.
    #[test]
    fn a_hop_gets_what_is_left(
        end in prop::option::of(0u64..200), now in 0u64..200, timeout in prop::option::of(0u64..200),
        margin in 0u64..100, needs in 0u64..100,
    ) {
        let deadline = end.map_or(Deadline::NEVER, |end| Deadline::at(Instant::from_nanos(end)));
        let hop = Hop { timeout: timeout.map(ns), margin: ns(margin), needs: ns(needs) };
        let left = end.map(|end| end.saturating_sub(now).saturating_sub(margin));
        let now = Instant::from_nanos(now);
        match deadline.for_hop(&hop, now) {
            Ok(Some(given)) => {
                prop_assert!(left.is_none_or(|left| given <= ns(left)) && hop.timeout.is_none_or(|most| given <= most));
                prop_assert!(Some(given) == left.map(ns) || Some(given) == hop.timeout, "and no less");
                prop_assert!(given >= hop.needs && !given.is_zero());
                let next = deadline.next(&hop, now).unwrap();
                prop_assert!(end.is_none_or(|end| next.instant().unwrap() + ns(margin) <= Instant::from_nanos(end)));
            }
            Ok(None) => prop_assert!(end.is_none() && timeout.is_none()),
            Err(TooLate { left: told, .. }) => {
                let given = match (left, timeout) {
                    (Some(left), Some(timeout)) => left.min(timeout),
                    (one, other) => one.or(other).unwrap(),
                };
                prop_assert_eq!(ns(given), told);
                prop_assert!(given == 0 || given < needs);
            }
        }
    }

    /// No retry takes longer than its worst case, whatever happens.
    #[test]
    fn no_retry_is_worse_than_the_worst(
        attempts in 1u32..6, backoff in arbitrary_backoff(), attempt_timeout in prop::option::of(1u64..300),
        total_time in prop::option::of(1u64..900), durations in prop::collection::vec(0u64..300, 6), seed in any::<u64>(),
        longest in any::<bool>(),
    ) {
        let settings = Settings {
            attempt_timeout: attempt_timeout.map(ns),
            total_time: total_time.map(ns),
            ..settings(attempts, backoff)
        };
        let Ok(config) = Config::new(settings) else { return Ok(()) };
        let worst = Worst::of_a_call(Some(ns(299))).behind(&config);
        let (mut retry, mut jitter, mut now) = (Retry::new(Instant::ZERO), Seed(seed).stream("jitter"), Instant::ZERO);
        let (mut calls, mut began) = (0, Vec::new());
        for took in durations {
            calls += 1;
            began.push(now);
            let done = now + ns(if longest { 299 } else { took });
            now = retry.deadline(&config).map_or(done, |deadline| deadline.min(done));
            match retry.on_result(&config, Outcome::FAILED, &mut jitter, now) {
                Verdict::Wait { until, .. } => now = until,
                Verdict::Done | Verdict::GiveUp { .. } => break,
            }
            retry.begin(now);
        }
        prop_assert!(retry.ended().is_some());
        let time = worst.time.unwrap();
        prop_assert!(now <= Instant::ZERO + time, "{now} and at worst {time:?}");
        for (number, began) in (1..).zip(began) {
            let rest = Worst::of_a_call(Some(ns(299))).behind_from(&config, number);
            prop_assert!(now - began <= rest.time.unwrap(), "from attempt {number} on {:?}, {rest:?}", now - began);
            prop_assert!(rest.attempts == worst.attempts + 1 - number && rest.time <= worst.time);
        }
        prop_assert!(retry.series().waited() <= worst.waits.unwrap());
        prop_assert!(calls <= worst.calls && worst.attempts <= attempts);
        // Without chance, and where the whole has no limit, the worst is what happens when every attempt takes longest.
        if longest && backoff.jitter == Jitter::None && !matches!(backoff.kind, Kind::Decorrelated { .. }) && total_time.is_none() {
            prop_assert_eq!((now, calls), (Instant::ZERO + time, worst.calls));
        }
    }
}
