//! The limiters: what each rule lets through at most, and slow models of them.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::limiter::{Config, Limiter, Rule, Settings};
use proptest::prelude::*;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

fn limiter(rule: Rule, max_wait: Option<Duration>) -> Limiter {
    Limiter::new(Config::new(Settings { rule, max_wait }).unwrap())
}

#[test]
fn a_fixed_window_lets_twice_its_limit_through_where_two_meet() {
    let second = Duration::from_secs(1);
    let mut window = Limiter::new(Config::new(Settings::fixed_window(100, second)).unwrap());
    let mut bucket = Limiter::new(Config::new(Settings::bucket(100, second / 100)).unwrap());
    let (end, start) = (at(999_999_999), at(1_000_000_000));
    let burst = |limiter: &mut Limiter, now| (0..200).filter(|_| limiter.try_acquire(1, now).is_ok()).count();
    // 200 within a nanosecond, by a limit of 100 a second.
    assert_eq!((burst(&mut window, end), burst(&mut window, start)), (100, 100));
    // A bucket of the same size and rate has gained nothing in that nanosecond.
    assert_eq!((burst(&mut bucket, end), burst(&mut bucket, start)), (100, 0));
    assert_eq!(window.try_acquire(1, start).unwrap_err().to_string(), "the wait would be 1 s; none is permitted");
}

#[test]
fn a_cell_may_come_as_early_as_is_tolerated() {
    let mut limiter = limiter(Rule::Gcra { interval: ns(10), tolerance: ns(4) }, Some(Duration::ZERO));
    assert!(limiter.try_acquire(1, at(100)).is_ok());
    assert_eq!(limiter.next_free(), Some(at(110)));
    assert!(limiter.try_acquire(1, at(105)).is_err());
    assert!(limiter.try_acquire(1, at(106)).is_ok(), "4 before its time");
    assert_eq!(limiter.next_free(), Some(at(120)), "which does not move the one after it");
    assert_eq!((limiter.wait_for(1, at(115)), limiter.wait_for(2, at(116))), (ns(1), ns(10)));
}

#[test]
fn numbers_are_checked_and_settings_may_change() {
    let told = |rule, max_wait| Config::new(Settings { rule, max_wait }).unwrap_err().to_string();
    assert_eq!(told(Rule::Periods { permits: 0, period: ns(1) }, None), "permits is 0, outside 1 to 4294967295");
    for rule in [
        Rule::Periods { permits: 1, period: ns(0) },
        Rule::Smooth { interval: ns(0) },
        Rule::Bucket { capacity: 1, refill_every: ns(0) },
        Rule::Gcra { interval: ns(0), tolerance: ns(0) },
    ] {
        assert!(told(rule, None).contains(" is 0 s, outside 1 ns to "));
    }
    assert!(told(Rule::Smooth { interval: ns(1) }, Some(Duration::MAX)).starts_with("max_wait is "));
    let rule = Rule::Bucket { capacity: 2, refill_every: ns(10) };
    let mut limiter = limiter(rule, None);
    assert_eq!(limiter.try_acquire(5, at(3)).unwrap().wait, ns(30));
    limiter.reconfigure(Config::new(Settings { rule, max_wait: Some(ns(39)) }).unwrap(), at(3));
    assert_eq!((limiter.available(at(3)), limiter.try_acquire(1, at(3)).is_err()), (Some(-3), true));
    // Time does not run backwards.
    assert_eq!(limiter.wait_for(1, at(0)), ns(40));
    limiter.reconfigure(Config::new(Settings::RESILIENCE4J).unwrap(), at(3));
    assert_eq!(limiter.available(at(3)), Some(50));
}

#[test]
fn what_was_taken_stays_taken_when_a_knob_is_turned() {
    let second = Duration::from_secs(1);
    let (half, next) = (Instant::from_millis(500), Instant::from_secs(1));
    let ask = |limiter: &mut Limiter, now| (0..500).filter(|_| limiter.try_acquire(1, now).is_ok()).count();
    let turned = |limiter: &mut Limiter, settings| limiter.reconfigure(Config::new(settings).unwrap(), half);

    let mut window = Limiter::new(Config::new(Settings::fixed_window(100, second)).unwrap());
    assert_eq!(ask(&mut window, half), 100);
    turned(&mut window, Settings::fixed_window(120, second));
    assert_eq!(ask(&mut window, half), 20, "of 120, of which 100 were taken");
    turned(&mut window, Settings::fixed_window(60, second));
    assert_eq!((ask(&mut window, half), window.available(half)), (0, Some(0)));
    turned(&mut window, Settings::fixed_window(130, second));
    assert_eq!(ask(&mut window, half), 10, "it remembers what was taken of more");
    turned(&mut window, Settings::fixed_window(60, second));
    assert_eq!(ask(&mut window, next), 60, "the next window owes nothing");
    // A window of another length, that half a second is in too.
    let mut window = Limiter::new(Config::new(Settings::fixed_window(100, second)).unwrap());
    assert_eq!(ask(&mut window, half), 100);
    turned(&mut window, Settings::fixed_window(150, Duration::from_secs(2)));
    assert_eq!((ask(&mut window, half), ask(&mut window, next)), (50, 0));
    // What another rule takes is another's.
    turned(&mut window, Settings::bucket(7, second));
    assert_eq!(ask(&mut window, next), 7);

    let mut bucket = Limiter::new(Config::new(Settings::bucket(100, second)).unwrap());
    assert_eq!(ask(&mut bucket, half), 100);
    turned(&mut bucket, Settings::bucket(3, Duration::from_millis(1)));
    turned(&mut bucket, Settings::bucket(200, Duration::from_millis(1)));
    assert_eq!(ask(&mut bucket, half), 0, "a larger bucket fills up in time");
    assert_eq!(ask(&mut bucket, half + Duration::from_millis(9)), 9);
    let mut smooth = limiter(Rule::Smooth { interval: second }, Some(Duration::ZERO));
    assert_eq!(ask(&mut smooth, half), 1);
    turned(&mut smooth, Settings { rule: Rule::Smooth { interval: second * 2 }, max_wait: Some(Duration::ZERO) });
    assert_eq!((ask(&mut smooth, half), smooth.next_free()), (0, Some(next)));
}

fn arbitrary_rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (1u32..6, 1u64..20).prop_map(|(permits, period)| Rule::Periods { permits, period: ns(period) }),
        (1u64..10).prop_map(|interval| Rule::Smooth { interval: ns(interval) }),
        (1u32..6, 1u64..10).prop_map(|(capacity, every)| Rule::Bucket { capacity, refill_every: ns(every) }),
        (1u64..10, 0u64..40)
            .prop_map(|(interval, tolerance)| Rule::Gcra { interval: ns(interval), tolerance: ns(tolerance) }),
    ]
}

fn arbitrary_asks() -> impl Strategy<Value = Vec<(u64, u32)>> {
    prop::collection::vec((prop_oneof![3 => 0u64..3, 2 => 0u64..12, 1 => 0u64..100], 1u32..4), 1..100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// No two uses, however far apart, have more between them than the rule permits. A use is when a permit is free.
    #[test]
    fn no_window_has_more_than_the_rule_permits(
        rule in arbitrary_rule(), max_wait in prop::option::of(0u64..60), asks in arbitrary_asks(),
    ) {
        let mut limiter = limiter(rule, max_wait.map(ns));
        let (mut now, mut uses) = (0, Vec::new());
        for (later, permits) in asks {
            now += later;
            // So many at once are within every rule here.
            let permits = match rule {
                Rule::Periods { permits: most, .. } | Rule::Bucket { capacity: most, .. } => permits.min(most),
                Rule::Smooth { .. } | Rule::Gcra { .. } => 1,
            };
            let before = limiter.clone();
            let expected = limiter.wait_for(permits, at(now));
            match limiter.try_acquire(permits, at(now)) {
                Ok(grant) => {
                    prop_assert_eq!(grant.wait, expected);
                    prop_assert!(max_wait.is_none_or(|most| grant.wait <= ns(most)));
                    uses.push((now + grant.wait.as_nanos() as u64, u64::from(permits)));
                }
                Err(limited) => {
                    prop_assert_eq!(Some(limited.max_wait), max_wait.map(ns));
                    prop_assert!(limited.wait == expected && limited.wait > limited.max_wait);
                    prop_assert_eq!(limiter.available(at(now)), before.available(at(now)), "nothing is taken");
                    prop_assert_eq!(limiter.next_free(), before.next_free());
                }
            }
        }
        prop_assert!(uses.is_sorted_by_key(|used| used.0), "whoever asks first is served first");
        for (first, (from, _)) in uses.iter().enumerate() {
            let mut sum = 0;
            for (to, permits) in &uses[first..] {
                sum += permits;
                // Both ends count, so `to - from` is the shortest time that holds them.
                let time = to - from;
                let most = match rule {
                    Rule::Periods { permits, period } => {
                        let period = period.as_nanos() as u64;
                        let touched = to / period - from / period + 1;
                        // What an ask took of the period before it waits with the rest of it.
                        let early = if max_wait == Some(0) { 0 } else { u64::from(permits.min(3)) - 1 };
                        let twice = 2 * u64::from(permits) + early;
                        prop_assert!(time >= period || sum <= twice, "the double burst, no more");
                        touched * u64::from(permits) + early
                    }
                    Rule::Smooth { interval } => time / interval.as_nanos() as u64 + 2,
                    Rule::Bucket { capacity, refill_every } => {
                        u64::from(capacity) + time / refill_every.as_nanos() as u64
                    }
                    Rule::Gcra { interval, tolerance } => {
                        1 + (tolerance.as_nanos() as u64 + time) / interval.as_nanos() as u64
                    }
                };
                prop_assert!(sum <= most, "{sum} permits in {time} ns, and {most} may be");
            }
        }
    }

    /// The bucket of the textbook: tokens in fractions that trickle in; and GCRA with the tolerance of its capacity.
    #[test]
    fn a_bucket_is_the_textbooks_and_gcra(
        capacity in 1u32..6, every in 1u64..10, max_wait in prop::option::of(0u64..60), asks in arbitrary_asks(),
    ) {
        let mut bucket = limiter(Rule::Bucket { capacity, refill_every: ns(every) }, max_wait.map(ns));
        let tolerance = ns(every * u64::from(capacity - 1));
        let mut gcra = limiter(Rule::Gcra { interval: ns(every), tolerance }, max_wait.map(ns));
        // In parts of which `every` are a token.
        let (mut now, mut level, full) = (0, i128::from(every) * i128::from(capacity), i128::from(every) * i128::from(capacity));
        for (later, permits) in asks {
            for _ in 0..later {
                now += 1;
                level = (level + 1).min(full);
            }
            let after = level - i128::from(every) * i128::from(permits);
            let wait = (-after).max(0) as u64;
            let granted = max_wait.is_none_or(|most| wait <= most);
            let got = bucket.try_acquire(permits, at(now));
            prop_assert_eq!(got.map(|grant| grant.wait).ok(), granted.then_some(ns(wait)));
            prop_assert_eq!(got, gcra.try_acquire(permits, at(now)));
            if granted {
                level = after;
            }
            prop_assert_eq!(bucket.available(at(now)), Some(level.div_euclid(i128::from(every)) as i64));
            prop_assert_eq!(gcra.available(at(now)), bucket.available(at(now)));
        }
    }

    /// GCRA the other way round: the leaky bucket, which a cell fills by an interval and time empties.
    #[test]
    fn gcra_is_a_leaky_bucket(
        interval in 1u64..10, tolerance in 0u64..40, asks in arbitrary_asks(),
    ) {
        let mut limiter = limiter(Rule::Gcra { interval: ns(interval), tolerance: ns(tolerance) }, Some(ns(0)));
        let (mut now, mut fill) = (0, 0u64);
        for (later, _) in asks {
            now += later;
            fill = fill.saturating_sub(later);
            let conforms = fill <= tolerance;
            prop_assert_eq!(limiter.try_acquire(1, at(now)).is_ok(), conforms);
            if conforms {
                fill += interval;
            }
        }
    }

    /// However often knobs are turned: in a window no more than the most that it was ever to let through, and from a
    /// bucket no more than the largest was to hold, and what the fastest gains.
    #[test]
    fn turning_a_knob_lets_no_more_through(
        first in (1u32..6, 1u64..10),
        steps in prop::collection::vec((0u64..12, prop::option::weighted(0.4, (1u32..6, 1u64..10))), 1..100),
    ) {
        const PERIOD: u64 = 20;
        let window = |permits: u32| Config::new(Settings::fixed_window(permits, ns(PERIOD))).unwrap();
        let bucket = |capacity, every| Config::new(Settings::bucket(capacity, ns(every))).unwrap();
        let (mut by_window, mut by_bucket) = (Limiter::new(window(first.0)), Limiter::new(bucket(first.0, first.1)));
        let (mut now, mut permits) = (0, first.0);
        // Of the window: which it is, the most that it may let through, and what it has.
        let mut of = (0, permits, 0);
        let mut uses = Vec::new();
        let (mut most, mut least) = first;
        for (later, turned) in steps {
            now += later;
            if let Some((other, every)) = turned {
                by_window.reconfigure(window(other), at(now));
                by_bucket.reconfigure(bucket(other, every), at(now));
                (permits, most, least) = (other, most.max(other), least.min(every));
            }
            if now / PERIOD != of.0 {
                of = (now / PERIOD, permits, 0);
            }
            of.1 = of.1.max(permits);
            of.2 += u32::from(by_window.try_acquire(1, at(now)).is_ok());
            prop_assert!(of.2 <= of.1, "{} of {} in a window", of.2, of.1);
            if by_bucket.try_acquire(1, at(now)).is_ok() {
                uses.push(now);
            }
        }
        for (first, from) in uses.iter().enumerate() {
            for (last, to) in uses.iter().enumerate().skip(first) {
                prop_assert!((last - first + 1) as u64 <= u64::from(most) + (to - from) / least + 1);
            }
        }
    }

    /// The same settings again change nothing, and with waits what was lent stays lent.
    #[test]
    fn turning_nothing_changes_nothing(
        rule in arbitrary_rule(), other in arbitrary_rule(), max_wait in prop::option::of(0u64..60), asks in arbitrary_asks(),
    ) {
        let mut limiter = limiter(rule, max_wait.map(ns));
        let mut now = 0;
        for (later, permits) in asks {
            now += later;
            let _ = limiter.try_acquire(permits, at(now));
        }
        let before = (limiter.available(at(now)), limiter.wait_for(3, at(now)));
        limiter.reconfigure(*limiter.clone().config(), at(now));
        prop_assert_eq!((limiter.available(at(now)), limiter.wait_for(3, at(now))), before);
        let config = Config::new(Settings { rule: other, max_wait: None }).unwrap();
        limiter.reconfigure(config, at(now));
        let whole = Limiter::new(config).available(at(now));
        let (Some(was), Some(is), Some(whole)) = (before.0, limiter.available(at(now)), whole) else { return Ok(()) };
        match (rule, other) {
            (Rule::Periods { permits, .. }, Rule::Periods { permits: others, .. }) => {
                let missing = i64::from(permits) - was;
                prop_assert_eq!(is, (i64::from(others) - missing.min(permits.into())).max(0) + was.min(0));
            }
            (Rule::Periods { .. }, _) | (_, Rule::Periods { .. }) => prop_assert_eq!(is, whole),
            _ => prop_assert_eq!(is, was.min(whole)),
        }
    }
}
