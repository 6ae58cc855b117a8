//! The retry: its stories, its ends in every order, and a model that works each verdict out from the whole history.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::backoff::{self, Jitter, Kind, Series};
use halfopen_core::retry::{Config, GiveUp, Outcome, Retry, Settings, Verdict};
use halfopen_core::rng::{Seed, Stream};
use halfopen_core::{Instant, OutOfRange, Quantity};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn constant(wait: Duration) -> backoff::Settings {
    backoff::Settings::plain(Kind::Constant { base: wait })
}

fn settings(attempts: u32, backoff: backoff::Settings) -> Settings {
    Settings { attempts, backoff, ..Settings::default() }
}

fn stream() -> Stream {
    Seed(1).stream("jitter")
}

/// Plays attempts of `took` each until the end, and tells each verdict and when it was said.
fn story(settings: Settings, outcomes: &[Outcome], took: Duration) -> Vec<(u64, String)> {
    let config = Config::new(settings).unwrap();
    let (mut retry, mut stream, mut now) = (Retry::new(Instant::ZERO), stream(), Instant::ZERO);
    let mut told = Vec::new();
    let last = *outcomes.last().unwrap();
    for outcome in outcomes.iter().copied().chain(core::iter::repeat(last)) {
        now = now + took;
        let verdict = retry.on_result(&config, outcome, &mut stream, now);
        let second = now.as_nanos() / 1_000_000_000;
        match verdict {
            Verdict::Done => told.push((second, "done".to_owned())),
            Verdict::Wait { until, .. } => told.push((second, format!("wait until {until}"))),
            Verdict::GiveUp { reason, .. } => told.push((second, reason.to_string())),
        }
        let Verdict::Wait { until, .. } = verdict else {
            assert_eq!((retry.ended(), retry.poll_timeout(&config)), (Some(verdict), None));
            return told;
        };
        assert_eq!(retry.poll_timeout(&config), Some(until));
        now = until;
        retry.begin(now);
    }
    told
}

#[test]
fn it_says_what_to_do_and_why() {
    let fails = &[Outcome::FAILED];
    let told = |told: &[(u64, &str)]| told.iter().map(|(at, text)| (*at, (*text).to_owned())).collect::<Vec<_>>();
    let of_three = settings(3, constant(2 * SECOND));
    assert_eq!(
        story(of_three, fails, SECOND),
        told(&[(1, "wait until 3s"), (4, "wait until 6s"), (7, "all 3 attempts are used up")])
    );
    assert_eq!(
        story(of_three, &[Outcome::FAILED, Outcome::Success], SECOND),
        told(&[(1, "wait until 3s"), (4, "done")])
    );
    assert_eq!(
        story(of_three, &[Outcome::TimedOut, Outcome::Fatal], SECOND),
        told(&[(1, "wait until 3s"), (4, "no other attempt would mend this failure")])
    );
    assert_eq!(story(settings(1, constant(SECOND)), fails, SECOND), told(&[(1, "there is only one attempt")]));
    let two = backoff::Settings { max_delays: Some(1), ..constant(SECOND) };
    assert_eq!(
        story(settings(9, two), fails, SECOND),
        told(&[(1, "wait until 2s"), (3, "the backoff gives no wait after 1 of them")])
    );
    let limited = Settings { total_time: Some(4 * SECOND), ..settings(9, constant(SECOND)) };
    // The third attempt would begin at the very end.
    assert_eq!(
        story(limited, fails, SECOND),
        told(&[(1, "wait until 2s"), (3, "after another wait of 1 s the limit of 4 s would be over")])
    );
    let final_refusals = Settings { retries_refusals: false, ..of_three };
    assert_eq!(
        story(final_refusals, &[Outcome::REFUSED], Duration::ZERO),
        told(&[(0, "the breaker refused the attempt, and that is final")])
    );
    assert_eq!(story(of_three, &[Outcome::REFUSED], Duration::ZERO).len(), 3, "by default they are retried");
}

#[test]
fn the_last_failure_is_passed_on() {
    let config = Config::new(settings(2, constant(SECOND))).unwrap();
    let mut retry = Retry::new(Instant::ZERO);
    retry.on_result(&config, Outcome::FAILED, &mut stream(), Instant::ZERO);
    let end = retry.on_result(&config, Outcome::REFUSED, &mut stream(), Instant::from_secs(1));
    assert_eq!(end, Verdict::GiveUp { reason: GiveUp::Attempts { attempts: 2 }, last: Outcome::REFUSED });
    // Whatever comes after the end changes nothing.
    assert_eq!(retry.on_result(&config, Outcome::Success, &mut stream(), Instant::from_secs(9)), end);
    retry.begin(Instant::from_secs(9));
    assert_eq!((retry.ended(), retry.attempt()), (Some(end), 2));
}

#[test]
fn deadlines_are_the_nearer_of_the_two() {
    let limits = Settings {
        attempt_timeout: Some(3 * SECOND),
        total_time: Some(8 * SECOND),
        ..settings(9, constant(2 * SECOND))
    };
    let config = Config::new(limits).unwrap();
    let mut retry = Retry::new(Instant::from_secs(10));
    assert_eq!(retry.deadline(&config), Some(Instant::from_secs(13)));
    retry.on_result(&config, Outcome::TimedOut, &mut stream(), Instant::from_secs(13));
    assert_eq!((retry.deadline(&config), retry.poll_timeout(&config)), (None, Some(Instant::from_secs(15))));
    // The caller woke up late: the attempt has less time left, by the total.
    retry.begin(Instant::from_secs(16));
    assert_eq!((retry.attempt(), retry.since()), (2, Instant::from_secs(16)));
    assert_eq!(retry.deadline(&config), Some(Instant::from_secs(18)));
    let unlimited = Config::new(settings(2, constant(SECOND))).unwrap();
    assert_eq!(retry.poll_timeout(&unlimited), None);
}

#[test]
fn hints_of_servers_and_breakers_lengthen_the_wait() {
    let backoff = backoff::Settings { hint_slack: Some(5 * SECOND), ..constant(SECOND) };
    let config = Config::new(settings(9, backoff)).unwrap();
    let mut retry = Retry::new(Instant::ZERO);
    let mut wait = |outcome| match retry.on_result(&config, outcome, &mut stream(), Instant::ZERO) {
        Verdict::Wait { wait, .. } => wait,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(Outcome::Failure { retry_after: Some(3 * SECOND) }), 3 * SECOND);
    assert_eq!(wait(Outcome::Failure { retry_after: Some(60 * SECOND) }), 6 * SECOND);
    assert_eq!(wait(Outcome::Refused { retry_after: Some(Duration::ZERO) }), SECOND);
    assert_eq!(wait(Outcome::FAILED), SECOND);
}

#[test]
fn bad_settings_are_named() {
    let told = |settings: Settings| Config::new(settings).unwrap_err().to_string();
    let good = Settings::default();
    assert_eq!(told(Settings { attempts: 0, ..good }), "attempts is 0, outside 1 to 4294967295");
    let (zero, limits) = (Some(Duration::ZERO), "outside 1 ns to 18446744073.709551615 s");
    assert_eq!(told(Settings { total_time: zero, ..good }), format!("total_time is 0 s, {limits}"));
    assert_eq!(told(Settings { attempt_timeout: zero, ..good }), format!("attempt_timeout is 0 s, {limits}"));
    let backoff = backoff::Settings { cap: Some(SECOND), ..constant(2 * SECOND) };
    assert_eq!(told(Settings { backoff, ..good }), "backoff: base is 2 s, over the cap of 1 s");
    let (value, least, most) = (Quantity::Count(0), Quantity::Count(1), Quantity::Count(u32::MAX));
    let error = OutOfRange { field: "attempts", value, least, most };
    assert_eq!(Config::new(Settings { attempts: 0, ..good }), Err(error.into()));
}

/// One result: how the attempt went, when it began after it was due, how long it took, whether the budget permits.
#[derive(Clone, Copy, Debug)]
struct Step {
    outcome: Outcome,
    late: u64,
    took: u64,
    permitted: bool,
}

/// The verdict on the last of these steps, from the rules and the whole history; whether the budget was asked.
fn expected(config: &Config, steps: &[(Step, Instant)]) -> (Verdict, bool) {
    let settings = config.settings();
    let (last, now) = *steps.last().unwrap();
    let give_up = |reason| Verdict::GiveUp { reason, last: last.outcome };
    let (mut series, mut stream) = (Series::new(), stream());
    let mut wait = None;
    for (step, _) in steps {
        let hint = match step.outcome {
            Outcome::Failure { retry_after } | Outcome::Refused { retry_after } => retry_after,
            _ => None,
        };
        wait = series.next(config.backoff(), stream.unit(), hint);
    }
    let end = settings.total_time.map(|limit| u128::from(steps[0].1.as_nanos() - steps[0].0.took) + limit.as_nanos());
    let attempts = u32::try_from(steps.len()).unwrap();
    let verdict = match (last.outcome, wait) {
        (Outcome::Success, _) => Verdict::Done,
        (Outcome::Fatal, _) => give_up(GiveUp::Fatal),
        (Outcome::Refused { .. }, _) if !settings.retries_refusals => give_up(GiveUp::Refused),
        _ if attempts == settings.attempts => give_up(GiveUp::Attempts { attempts }),
        (_, None) => give_up(GiveUp::NoWait { given: attempts - 1 }),
        (_, Some(wait)) if end.is_some_and(|end| u128::from(now.as_nanos()) + wait.as_nanos() >= end) => {
            give_up(GiveUp::TotalTime { limit: settings.total_time.unwrap(), wait })
        }
        (_, Some(_)) if !last.permitted => return (give_up(GiveUp::Budget), true),
        (_, Some(wait)) => return (Verdict::Wait { until: now + wait, wait }, true),
    };
    (verdict, false)
}

fn arbitrary_step() -> impl Strategy<Value = Step> {
    let hint = || prop::option::of(0u64..60).prop_map(|nanos| nanos.map(Duration::from_nanos));
    let outcome = prop_oneof![
        1 => Just(Outcome::Success),
        8 => hint().prop_map(|retry_after| Outcome::Failure { retry_after }),
        2 => Just(Outcome::TimedOut),
        1 => Just(Outcome::Fatal),
        3 => hint().prop_map(|retry_after| Outcome::Refused { retry_after }),
    ];
    let rarely = prop::bool::weighted(0.9);
    (outcome, 0u64..3, 0u64..8, rarely).prop_map(|(outcome, late, took, permitted)| Step {
        outcome,
        late,
        took,
        permitted,
    })
}

fn arbitrary_settings() -> impl Strategy<Value = Settings> {
    let time = |most: u64| prop::option::of((1..=most).prop_map(Duration::from_nanos));
    let jitter = prop_oneof![Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal)];
    let backoff = (1u64..9, 1000u32..3000, jitter, time(90), time(20), prop::option::of(0u32..8)).prop_map(
        |(base, factor_permille, jitter, total, hint_slack, max_delays)| backoff::Settings {
            jitter,
            total,
            hint_slack,
            max_delays,
            ..backoff::Settings::plain(Kind::Exponential { base: Duration::from_nanos(base), factor_permille })
        },
    );
    (1u32..8, backoff, time(120), time(6), any::<bool>()).prop_map(
        |(attempts, backoff, total_time, attempt_timeout, retries_refusals)| Settings {
            attempts,
            backoff,
            total_time,
            attempt_timeout,
            retries_refusals,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_verdict_is_the_models(
        settings in arbitrary_settings(), steps in prop::collection::vec(arbitrary_step(), 8), start in 0u64..1000,
    ) {
        let config = Config::new(settings).unwrap();
        let mut now = Instant::from_nanos(start);
        let (mut retry, mut stream, mut history) = (Retry::new(now), stream(), Vec::new());
        let (mut due, mut made) = (now, 0);
        for (index, step) in steps.iter().enumerate() {
            let late = if index == 0 { Duration::ZERO } else { Duration::from_nanos(step.late) };
            now = due + late;
            retry.begin(now);
            prop_assert!(settings.total_time.is_none_or(|limit| due.since(retry.begun()) < limit), "it began too late");
            let deadline = retry.deadline(&config);
            prop_assert!(deadline.is_none_or(|end| settings.attempt_timeout.is_none_or(|limit| end <= now + limit)));
            now = now + Duration::from_nanos(step.took);
            history.push((*step, now));
            let mut asked = false;
            let verdict = retry.on_result_within(&config, step.outcome, &mut stream, now, &mut || {
                asked = true;
                step.permitted
            });
            prop_assert_eq!((verdict, asked), expected(&config, &history));
            made += u32::from(matches!(verdict, Verdict::Wait { .. }));
            prop_assert_eq!(retry.series().given(), made, "only waits that are made count");
            prop_assert_eq!(retry.attempt() as usize, history.len());
            match verdict {
                Verdict::Wait { until, .. } => due = until,
                Verdict::Done | Verdict::GiveUp { .. } => break,
            }
            prop_assert!(retry.attempt() < settings.attempts);
        }
    }
}

#[test]
fn an_attempt_that_was_not_announced_began_when_it_was_due() {
    let config = Config::new(settings(3, constant(SECOND))).unwrap();
    let mut retry = Retry::new(Instant::ZERO);
    retry.on_result(&config, Outcome::FAILED, &mut stream(), Instant::from_secs(1));
    retry.on_result(&config, Outcome::FAILED, &mut stream(), Instant::from_secs(5));
    assert_eq!((retry.attempt(), retry.since()), (2, Instant::from_secs(2)));
    assert_eq!(retry.series().waited(), 2 * SECOND);
}

#[test]
fn a_wait_that_is_not_made_is_none_of_the_series() {
    let limited = Settings { total_time: Some(3 * SECOND), ..settings(9, constant(2 * SECOND)) };
    let config = Config::new(limited).unwrap();
    let mut late = Retry::new(Instant::ZERO);
    late.on_result(&config, Outcome::FAILED, &mut stream(), Instant::ZERO);
    let end = late.on_result(&config, Outcome::FAILED, &mut stream(), Instant::from_secs(2));
    assert!(matches!(end, Verdict::GiveUp { reason: GiveUp::TotalTime { .. }, .. }), "{end:?}");
    assert_eq!((late.series().given(), late.series().waited()), (1, 2 * SECOND));
    let mut poor = Retry::new(Instant::ZERO);
    let end = poor.on_result_within(&config, Outcome::FAILED, &mut stream(), Instant::ZERO, &mut || false);
    assert!(matches!(end, Verdict::GiveUp { reason: GiveUp::Budget, .. }), "{end:?}");
    assert_eq!((poor.series().given(), poor.series().waited()), (0, Duration::ZERO));
}
