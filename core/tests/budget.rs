//! The budgets: their stories, and slow models that keep everything that ever happened.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::budget::{
    Budget, Cause, ConfigError, Deposit, DepositConfig, Held, Quota, QuotaConfig, Refused, Share, ShareConfig, Taken,
    Throttle, ThrottleConfig, Throttled, TokenRatio, TokenRatioConfig,
};
use halfopen_core::rng::Seed;
use proptest::prelude::*;

const RETRY: i64 = 1_000_000_000;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

#[test]
fn a_quota_pays_for_few_retries_that_do_not_help() {
    for (config, cause, retries) in [
        (QuotaConfig::AWS_BEFORE_NOV_2026, Cause::Failure, 100),
        (QuotaConfig::AWS_BEFORE_NOV_2026, Cause::Timeout, 50),
        (QuotaConfig::AWS, Cause::Failure, 35),
        (QuotaConfig::AWS, Cause::Timeout, 35),
        (QuotaConfig::AWS, Cause::Throttled, 100),
    ] {
        let mut quota = Quota::new(config);
        let granted = (0..1000).filter(|_| quota.try_retry(cause).is_ok()).count();
        assert_eq!(granted, retries, "{config:?} {cause:?}");
        let left = config.capacity - retries as u32 * config.cost(cause);
        assert_eq!(quota.tokens(), left);
        let refused = quota.try_retry(cause).unwrap_err();
        assert_eq!(refused, Refused::Quota { tokens: left, cost: config.cost(cause) });
        // Requests that succeed at once pay for another, one token each.
        (left..config.cost(cause)).for_each(|_| quota.on_success(None));
        assert!(quota.try_retry(cause).is_ok());
    }
    let mut empty = Quota::new(QuotaConfig { capacity: 1, ..QuotaConfig::AWS });
    let told = empty.try_retry(Cause::Failure).unwrap_err().to_string();
    assert_eq!(told, "the quota holds 1 token; a retry costs 14");
}

#[test]
fn retries_that_help_cost_a_quota_nothing() {
    let mut quota = Quota::new(QuotaConfig::AWS);
    for _ in 0..1000 {
        let taken = quota.try_retry(Cause::Failure).unwrap();
        quota.on_success(Some(taken));
    }
    assert_eq!(quota.tokens(), 500);
    // Only the last retry of a request is paid back.
    let first = quota.try_retry(Cause::Failure).unwrap();
    let second = quota.try_retry(Cause::Throttled).unwrap();
    assert_ne!(first, second);
    quota.on_success(Some(second));
    assert_eq!(quota.tokens(), 500 - 14);
}

#[test]
fn grpc_stops_at_half_its_tokens() {
    let mut tokens = TokenRatio::new(TokenRatioConfig::GRPC).unwrap();
    (0..4).for_each(|_| tokens.on_failure());
    assert_eq!((tokens.tokens(), tokens.try_retry()), (6000, Ok(())));
    tokens.on_failure();
    assert_eq!(tokens.try_retry(), Err(Refused::TokenRatio { tokens: 5000, floor: 5000 }));
    assert_eq!(tokens.try_retry().unwrap_err().to_string(), "there are 5 tokens; retries need more than 5");
    tokens.on_success();
    assert_eq!((tokens.tokens(), tokens.try_retry()), (5100, Ok(())));
    (0..99).for_each(|_| tokens.on_failure());
    assert_eq!(tokens.tokens(), 0);
    (0..999).for_each(|_| tokens.on_success());
    assert_eq!(tokens.tokens(), 10_000);
    let none = TokenRatio::new(TokenRatioConfig { max: 0, ..TokenRatioConfig::GRPC }).unwrap_err();
    assert_eq!(none.to_string(), "max is 0, outside 0.001 to 4294967.295");
}

#[test]
fn finagle_lets_a_fifth_and_ten_a_second_pass() {
    let mut budget = Deposit::<10>::new(DepositConfig::FINAGLE).unwrap();
    let mut granted = 0;
    for _ in 0..1000 {
        budget.on_request(Instant::ZERO);
        granted += u32::from(budget.try_retry(Instant::ZERO).is_ok());
    }
    assert_eq!(granted, 1000 / 5 + 10 * 10);
    assert_eq!(budget.balance(Instant::ZERO), 0);
    // Nothing expires within ten seconds, everything after.
    let refused = budget.try_retry(at(9_999_999_999)).unwrap_err();
    assert_eq!(refused.to_string(), "the budget holds 0 of a retry");
    assert_eq!(budget.net(at(10_000_000_000)), 100 * RETRY);
}

#[test]
fn a_taking_may_outlive_its_deposits() {
    let config = DepositConfig { ttl: Duration::from_nanos(10), buckets: 10, min_per_second_permille: 0, percent: 150 };
    let mut budget = Deposit::<10>::new(config).unwrap();
    budget.on_request(at(0));
    assert_eq!(budget.try_retry(at(9)), Ok(()));
    assert_eq!([9, 10, 19].map(|now| budget.net(at(now))), [RETRY / 2, -RETRY, 0]);
    // A debt is nothing to spend.
    assert_eq!([9, 10, 19].map(|now| budget.balance(at(now))), [500_000_000, 0, 0]);
    let told = budget.try_retry(at(12)).unwrap_err().to_string();
    assert_eq!(told, "the budget is overdrawn by 1 of a retry");
}

#[test]
fn envoy_counts_what_is_under_way() {
    let mut share = Share::new(ShareConfig::ENVOY);
    let granted = (0..100).filter(|_| share.try_retry(4).is_ok()).count();
    assert_eq!((granted, share.retrying()), (3, 3));
    assert_eq!(share.try_retry(19).unwrap_err().to_string(), "3 retries are under way; there may be 3");
    assert_eq!(share.try_retry(20), Ok(()), "a fifth of twenty is four");
    (0..9).for_each(|_| share.on_retry_end());
    assert_eq!(share.retrying(), 0);
    assert_eq!(ShareConfig { percent: u32::MAX, at_least: 0 }.most(u32::MAX), u32::MAX);
}

#[test]
fn a_throttle_turns_away_what_would_be_turned_away() {
    let mut throttle = Throttle::<60>::new(ThrottleConfig::SRE).unwrap();
    let now = Instant::from_secs(1);
    let mut jitter = Seed(1).stream("throttle");
    for _ in 0..100 {
        assert_eq!(throttle.try_request(jitter.unit(), now), Ok(()));
        throttle.on_accepted(now);
    }
    // 100 were accepted, so 200 may be sent before the first can be turned away.
    for _ in 0..101 {
        assert_eq!(throttle.try_request(0.0, now), Ok(()));
    }
    assert_eq!(throttle.try_request(0.0, now), Err(Throttled { requests: 201, accepts: 100 }));
    assert_eq!(throttle.probability(now), 2.0 / 203.0);
    let told = throttle.try_request(0.0, now).unwrap_err().to_string();
    assert_eq!(told, "only 100 of the last 202 requests were accepted");
    // With nothing accepted nearly all are turned away, and in two minutes all is forgotten.
    assert_eq!(throttle.probability(Instant::from_secs(119)), 3.0 / 204.0);
    assert_eq!((throttle.probability(Instant::from_secs(120)), throttle.requests(Instant::from_secs(120))), (0.0, 0));
    let mut lost = Throttle::<100>::new(ThrottleConfig::GRPC_GO).unwrap();
    (0..92).for_each(|_| _ = lost.try_request(1.0, now));
    assert_eq!(lost.probability(now), 0.92);
}

#[test]
fn a_throttled_share_of_many_requests_is_the_formulas() {
    // A backend that accepts 300 of a second's 1000 requests: in balance K × 300 = 600 are sent, 400 turned away.
    let config = ThrottleConfig { history: Duration::from_secs(10), buckets: 10, ..ThrottleConfig::SRE };
    let mut throttle = Throttle::<10>::new(config).unwrap();
    let (mut stream, mut sent, mut accepted) = (Seed(2).stream("throttle"), 0, 0);
    for request in 0..100_000u64 {
        let now = at(request * 1_000_000);
        if throttle.try_request(stream.unit(), now).is_ok() {
            sent += u64::from(request >= 50_000);
            if accepted < request * 3 / 10 {
                accepted += 1;
                throttle.on_accepted(now);
            }
        }
    }
    assert!((0.59..0.61).contains(&(sent as f64 / 50_000.0)), "{sent}");
}

#[test]
fn bad_numbers_are_named() {
    let deposit = |config: DepositConfig| Deposit::<10>::new(config).unwrap_err().to_string();
    let good = DepositConfig::FINAGLE;
    assert_eq!(
        deposit(DepositConfig { ttl: Duration::ZERO, ..good }),
        "ttl is 0 s, outside 1 ns to 9007199.254740992 s"
    );
    assert_eq!(deposit(DepositConfig { buckets: 11, ..good }), "buckets is 11, outside 1 to 10");
    assert_eq!(deposit(DepositConfig { buckets: 0, ..good }), "buckets is 0, outside 1 to 10");
    let uneven = DepositConfig { ttl: Duration::from_nanos(25), ..good };
    assert_eq!(deposit(uneven), "ttl is 25 ns, not a whole number of nanoseconds for each of 10 buckets");
    let throttle = |config: ThrottleConfig| Throttle::<60>::new(config).unwrap_err();
    let good = ThrottleConfig::SRE;
    assert_eq!(
        throttle(ThrottleConfig { multiplier_permille: 999, ..good }).to_string(),
        "multiplier is 0.999, outside 1 to 4294967.295"
    );
    assert_eq!(throttle(ThrottleConfig { padding: 0, ..good }).to_string(), "padding is 0, outside 1 to 4294967295");
    let history = Duration::from_nanos(61);
    let uneven = ConfigError::UnevenBuckets { field: "history", length: history, buckets: 60 };
    assert_eq!(throttle(ThrottleConfig { history, ..good }), uneven);
    let most = DepositConfig { min_per_second_permille: u32::MAX, percent: u32::MAX, ..DepositConfig::FINAGLE };
    let mut most =
        Deposit::<10>::new(DepositConfig { ttl: Duration::from_nanos(1 << 53), buckets: 1, ..most }).unwrap();
    (0..99).for_each(|_| most.on_request(Instant::MAX));
    assert_eq!(most.try_retry(Instant::MAX), Ok(()));
    assert!(most.balance(Instant::MAX) > 1 << 61);
}

/// What happened, and when, in nanoseconds.
fn arbitrary_events() -> impl Strategy<Value = Vec<(u64, u8)>> {
    prop::collection::vec((prop_oneof![4 => 0u64..4, 1 => 0u64..40], 0u8..8), 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// The balance is the sum of what lies in the window, looked up one by one.
    #[test]
    fn a_deposit_is_the_models(
        buckets in 1u32..=6, width in 1u64..=5, min_per_second_permille in prop_oneof![Just(0u32), 1u32..=u32::MAX],
        percent in prop_oneof![Just(100u32), 0u32..=300], events in arbitrary_events(),
    ) {
        let ttl = Duration::from_nanos(width * u64::from(buckets));
        let mut budget = Deposit::<6>::new(DepositConfig { ttl, buckets, min_per_second_permille, percent }).unwrap();
        let mut history: Vec<(u64, i128)> = Vec::new();
        let reserve = i128::from(min_per_second_permille) * ttl.as_nanos() as i128 / 1000;
        let balance = |history: &[(u64, i128)], now: u64| -> i128 {
            let inside = |then: u64| then / width + u64::from(buckets) > now / width;
            reserve + history.iter().filter(|(then, _)| inside(*then)).map(|entry| entry.1).sum::<i128>()
        };
        let mut now = 0;
        for (later, action) in events {
            now += later;
            if action < 4 {
                budget.on_request(at(now));
                history.push((now, i128::from(percent) * 10_000_000));
            } else {
                let before = balance(&history, now);
                let granted = before >= i128::from(RETRY);
                prop_assert_eq!(budget.try_retry(at(now)).is_ok(), granted);
                if granted {
                    history.push((now, -i128::from(RETRY)));
                    prop_assert!(balance(&history, now) >= 0, "a retry never takes it below zero");
                }
            }
            for ahead in [0, 1, 7, 29, 1000] {
                prop_assert_eq!(i128::from(budget.net(at(now + ahead))), balance(&history, now + ahead));
            }
        }
    }

    #[test]
    fn a_throttle_is_the_models(
        buckets in 1u32..=6, width in 1u64..=5, multiplier_permille in 1000u32..4000, padding in 1u32..9,
        events in arbitrary_events(), seed in any::<u64>(),
    ) {
        let history = Duration::from_nanos(width * u64::from(buckets));
        let config = ThrottleConfig { history, buckets, multiplier_permille, padding };
        let mut throttle = Throttle::<6>::new(config).unwrap();
        let (mut requests, mut accepts, mut stream) = (Vec::new(), Vec::new(), Seed(seed).stream("throttle"));
        let mut now = 0;
        for (later, action) in events {
            now += later;
            let inside = |times: &[u64]| {
                times.iter().filter(|then| **then / width + u64::from(buckets) > now / width).count() as u64
            };
            let (sent, accepted) = (inside(&requests), inside(&accepts));
            prop_assert_eq!((throttle.requests(at(now)), throttle.accepts(at(now))), (sent, accepted));
            // In whole thousandths: the probability is spare / divisor.
            let spare = (sent * 1000).saturating_sub(accepted * u64::from(multiplier_permille));
            let divisor = (sent + u64::from(padding)) * 1000;
            let probability = throttle.probability(at(now));
            prop_assert!((probability - spare as f64 / divisor as f64).abs() < 1e-12);
            prop_assert!((0.0..1.0).contains(&probability));
            if action < 6 {
                let draw = stream.unit();
                prop_assert_eq!(throttle.try_request(draw, at(now)).is_ok(), draw >= probability);
                requests.push(now);
            } else {
                throttle.on_accepted(at(now));
                accepts.push(now);
            }
        }
    }

    /// No budget ever holds less than nothing or more than it may, and a refused retry changes nothing.
    #[test]
    fn budgets_stay_in_their_bounds(
        kind in 0u8..4, numbers in prop::array::uniform4(0u32..20), events in arbitrary_events(),
    ) {
        let [a, b, c, d] = numbers;
        let ttl = Duration::from_nanos(20);
        let quota = QuotaConfig { capacity: a, failure: b, timeout: c, throttled: d, unused_refund: 1 };
        let tokens = TokenRatioConfig { max: a + 1, per_success: b, per_failure: c, floor: d };
        let deposit = DepositConfig { ttl, buckets: 5, min_per_second_permille: a * 100_000_000, percent: 10 * b };
        let mut budget: Budget<5> = match kind {
            0 => Budget::Quota(Quota::new(quota)),
            1 => Budget::TokenRatio(TokenRatio::new(tokens).unwrap()),
            2 => Budget::Deposit(Deposit::new(deposit).unwrap()),
            _ => Budget::Share(Share::new(ShareConfig { percent: 10 * a, at_least: b })),
        };
        let (mut held, mut now, mut last, mut paid) = (vec![Held::default(); 4], 0, None::<Taken>, 0);
        for (later, action) in events {
            now += later;
            let one = &mut held[usize::from(action) % 4];
            match action {
                0 | 1 => {
                    *one = Held::default();
                    paid += 1;
                    budget.on_request(at(now));
                }
                2..=4 => {
                    let before = budget.clone();
                    let cause = [Cause::Failure, Cause::Timeout, Cause::Throttled][usize::from(action) - 2];
                    if budget.try_retry(one, cause, 5, at(now)).is_err() {
                        prop_assert_eq!(&budget, &before);
                    } else if let (Budget::Quota(after), Budget::Quota(before)) = (&budget, &before) {
                        prop_assert_eq!(before.tokens() - after.tokens(), quota.cost(cause));
                    } else if let (Budget::Deposit(after), Budget::Deposit(before)) = (&budget, &before) {
                        prop_assert_eq!(before.balance(at(now)) - after.balance(at(now)), RETRY.unsigned_abs());
                        prop_assert!(after.net(at(now)) >= 0, "a retry leaves no debt");
                    }
                }
                5 => budget.on_success(one),
                6 => budget.on_not_sent(one),
                _ => budget.on_failure(one),
            }
            match &mut budget {
                Budget::Quota(bounded) => {
                    prop_assert!(bounded.tokens() <= quota.capacity);
                    // A success pays back no more than there is room for.
                    bounded.on_success(last);
                    prop_assert!(bounded.tokens() <= quota.capacity);
                    last = bounded.try_take(b).ok();
                }
                Budget::TokenRatio(bounded) => prop_assert!(bounded.tokens() <= tokens.max),
                Budget::Share(bounded) => prop_assert!(bounded.retrying() <= bounded.config().most(5)),
                Budget::Deposit(bounded) => {
                    // All that can be in it: the reserve, and what each request paid.
                    let most = u64::from(a) * 2_000_000 + paid * u64::from(b) * 100_000_000;
                    prop_assert!(bounded.balance(at(now)) <= most, "{} of {most}", bounded.balance(at(now)));
                    prop_assert!(i128::from(bounded.balance(at(now))) == i128::from(bounded.net(at(now))).max(0));
                }
                Budget::Unlimited => {}
            }
        }
    }
}

#[test]
fn a_request_gives_back_once_what_it_holds() {
    let mut held = Held::default();
    let mut quota = Budget::<1>::Quota(Quota::new(QuotaConfig::AWS));
    let tokens = |budget: &Budget<1>| match budget {
        Budget::Quota(quota) => quota.tokens(),
        Budget::Share(share) => share.retrying(),
        other => panic!("{other:?}"),
    };
    for _ in 0..3 {
        quota.try_retry(&mut held, Cause::Failure, 0, Instant::ZERO).unwrap();
        quota.on_failure(&mut held);
    }
    quota.on_success(&mut held);
    assert_eq!(tokens(&quota), 500 - 3 * 14 + 14);
    // The next request took none.
    quota.on_success(&mut held);
    assert_eq!(tokens(&quota), 500 - 3 * 14 + 14 + 1);

    let mut share = Budget::<1>::Share(Share::new(ShareConfig::ENVOY));
    let mut all = [Held::default(), Held::default(), Held::default()];
    for held in &mut all {
        share.on_failure(held);
        share.try_retry(held, Cause::Failure, 3, Instant::ZERO).unwrap();
    }
    assert_eq!(tokens(&share), 3);
    share.on_failure(&mut all[0]);
    share.on_failure(&mut all[0]);
    share.on_success(&mut all[1]);
    assert_eq!(tokens(&share), 1, "each retry ends once");
    // Whether it was sent or not.
    share.on_not_sent(&mut all[2]);
    share.on_not_sent(&mut all[2]);
    share.on_failure(&mut all[2]);
    assert_eq!(tokens(&share), 0);
    share.try_retry(&mut all[2], Cause::Failure, 3, Instant::ZERO).unwrap();
    assert_eq!(tokens(&share), 1, "and the next one is another");
}

#[test]
fn an_unlimited_budget_refuses_nothing() {
    let mut held = Held::default();
    let mut budget = Budget::<1>::Unlimited;
    assert!((0..1000).all(|_| budget.try_retry(&mut held, Cause::Failure, 0, Instant::ZERO).is_ok()));
}
