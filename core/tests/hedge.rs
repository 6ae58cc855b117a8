//! Hedging: its stories, and a model that keeps every request in a list.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::hedge::{Config, Hedge, MOST, Observed, Settings, Verdict};
use proptest::prelude::*;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn config(delay: u64, most: u32, hurries: bool) -> Config {
    Config::new(Settings { delay: Duration::from_nanos(delay), most, hurries }).unwrap()
}

#[test]
fn a_failure_hurries_the_next_one_or_does_not() {
    for (hurries, next) in [(true, 3), (false, 10)] {
        let config = config(10, 3, hurries);
        let mut hedge = Hedge::new(at(0));
        assert_eq!(hedge.try_send(&config, at(9)), None);
        assert_eq!(hedge.on_failure(&config, 0, at(9)), Verdict::Pending);
        // With none under way there is nothing to wait for in either case.
        assert_eq!(hedge.try_send(&config, at(9)), Some(1));
        assert_eq!(hedge.poll_timeout(&config), Some(at(19)));
        assert_eq!(hedge.try_send(&config, at(19)), Some(2));
        assert_eq!((hedge.poll_timeout(&config), hedge.try_send(&config, at(99))), (None, None));

        let mut hedge = Hedge::new(at(0));
        let config = self::config(10, 4, hurries);
        assert_eq!(hedge.try_send(&config, at(10)), Some(1));
        assert_eq!(hedge.on_failure(&config, 0, at(13)), Verdict::Pending);
        assert_eq!(hedge.poll_timeout(&config), Some(at(10 + next)));
    }
}

#[test]
fn the_end_comes_once() {
    let one = config(10, 1, true);
    let mut hedge = Hedge::new(at(0));
    assert_eq!(hedge.on_failure(&one, 0, at(5)), Verdict::Failed);
    assert_eq!(hedge.on_failure(&one, 0, at(6)), Verdict::TooLate);
    assert_eq!((hedge.is_over(), hedge.winner()), (true, None));

    let all = config(0, 3, true);
    let mut hedge = Hedge::new(at(0));
    assert_eq!(hedge.try_send(&all, at(0)), Some(1));
    assert_eq!(hedge.try_send(&all, at(0)), Some(2));
    assert_eq!(hedge.on_fatal(2, at(1)), Verdict::Failed);
    assert_eq!(hedge.on_success(0, at(2)), Verdict::TooLate);
    assert!(hedge.on_cancelled(1, at(4)) && !hedge.on_cancelled(1, at(5)));
    assert_eq!(hedge.cost(at(99)).work, Duration::from_nanos(1 + 2 + 4));

    // The budget forbids the second: the first one is all there is.
    let two = config(10, 2, true);
    let mut hedge = Hedge::new(at(0));
    assert_eq!(hedge.on_not_sent(&two, at(10)), Verdict::Pending);
    assert_eq!(hedge.poll_timeout(&two), None);
    assert_eq!(hedge.on_failure(&two, 0, at(12)), Verdict::Failed);
    let mut hedge = Hedge::new(at(0));
    assert_eq!(hedge.on_failure(&two, 0, at(3)), Verdict::Pending);
    assert_eq!(hedge.on_not_sent(&two, at(3)), Verdict::Failed);
    assert_eq!(hedge.on_not_sent(&two, at(3)), Verdict::TooLate);

    let too_many = Config::new(Settings { most: MOST + 1, ..Settings::GRPC }).unwrap_err();
    assert_eq!(too_many.to_string(), "most is 33, outside 1 to 32");
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let config = Config::new(Settings { delay: Duration::from_nanos(u64::MAX), ..Settings::GRPC }).unwrap();
    let mut hedge = Hedge::new(Instant::ZERO);
    assert_eq!(hedge.try_send(&config, Instant::MAX), Some(1));
    assert_eq!(hedge.poll_timeout(&config), Some(Instant::MAX));
    assert_eq!((hedge.try_send(&config, Instant::MAX), hedge.try_send(&config, Instant::ZERO)), (Some(2), Some(3)));
    assert_eq!(hedge.on_success(u32::MAX, Instant::MAX), Verdict::TooLate);
    assert_eq!(hedge.cost(Instant::MAX).work, Duration::from_nanos(u64::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_models(
        delay in 0u64..10, most in 1u32..=6, hurries in any::<bool>(),
        steps in prop::collection::vec((0u64..6, 0u8..6, 0u32..7), 1..40),
    ) {
        let config = config(delay, most, hurries);
        let mut hedge = Hedge::new(at(0));
        // When each was sent, and when it ended.
        let mut sent: Vec<(u64, Option<u64>)> = vec![(0, None)];
        let (mut now, mut winner, mut failed, mut hurry) = (0, None, false, false);
        for (later, action, attempt) in steps {
            now += later;
            let over = winner.is_some() || failed;
            let under_way = sent.get(attempt as usize).is_some_and(|call| call.1.is_none());
            let none_under_way = |sent: &[(u64, Option<u64>)]| sent.iter().all(|call| call.1.is_some());
            match action {
                0..=2 => {
                    let due = none_under_way(&sent) || (hurry && hurries) || sent.last().unwrap().0 + delay <= now;
                    let sends = !over && (sent.len() as u32) < most && due;
                    prop_assert_eq!(hedge.try_send(&config, at(now)), sends.then_some(sent.len() as u32));
                    if sends {
                        sent.push((now, None));
                        hurry = false;
                    }
                }
                3 => {
                    let verdict = hedge.on_success(attempt, at(now));
                    if under_way {
                        sent[attempt as usize].1 = Some(now);
                    }
                    if under_way && !over {
                        winner = Some(attempt);
                        let losers = sent.iter().filter(|call| call.1.is_none()).count() as u32;
                        prop_assert_eq!(verdict, Verdict::Won { attempt, losers });
                    } else {
                        prop_assert_eq!(verdict, Verdict::TooLate);
                    }
                }
                4 => {
                    let verdict = hedge.on_failure(&config, attempt, at(now));
                    if under_way {
                        sent[attempt as usize].1 = Some(now);
                    }
                    if under_way && !over {
                        hurry = true;
                        failed = none_under_way(&sent) && sent.len() as u32 >= most;
                        prop_assert_eq!(verdict, if failed { Verdict::Failed } else { Verdict::Pending });
                    } else {
                        prop_assert_eq!(verdict, Verdict::TooLate);
                    }
                }
                _ => {
                    if over {
                        prop_assert_eq!(hedge.on_cancelled(attempt, at(now)), under_way);
                        if under_way {
                            sent[attempt as usize].1 = Some(now);
                        }
                    }
                }
            }
            let cost = hedge.cost(at(now + 3));
            let work: u64 = sent.iter().map(|(from, to)| to.unwrap_or(now + 3) - from).sum();
            prop_assert_eq!((cost.sent as usize, cost.work.as_nanos() as u64), (sent.len(), work));
            prop_assert_eq!((cost.extra, cost.in_flight as usize), (cost.sent - 1, sent.iter().filter(|call| call.1.is_none()).count()));
            prop_assert!(cost.sent <= most);
            prop_assert_eq!((hedge.winner(), hedge.is_over()), (winner, winner.is_some() || failed));
            prop_assert!(!hedge.is_over() || hedge.poll_timeout(&config).is_none());
            // It never waits for nothing.
            prop_assert!(hedge.is_over() || cost.in_flight > 0 || hedge.poll_timeout(&config).is_some());
        }
    }
}

proptest! {
    /// Against a list that is sorted.
    #[test]
    fn a_quantile_is_that_of_the_last_requests(
        times in prop::collection::vec(0_u64..1_000, 0..40),
        enough in 0_u32..12,
        permille in 0_u32..1_100,
    ) {
        let mut observed = Observed::<8>::new(enough);
        for time in &times {
            observed.on_first(Duration::from_nanos(*time));
        }
        let mut last: Vec<u64> = times.iter().rev().take(8).copied().collect();
        last.sort_unstable();
        let place = last.len() * permille.min(999) as usize / 1_000;
        let expected = last.get(place).filter(|_| last.len() >= enough.min(8) as usize);
        prop_assert_eq!(observed.quantile(permille), expected.map(|nanos| Duration::from_nanos(*nanos)));
    }
}
