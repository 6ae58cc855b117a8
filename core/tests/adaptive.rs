//! The adaptive limits: Netflix's numbers, bounds, and a loop with a server that they have to find the size of.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::adaptive::{Config, Limit, Limiter, Outcome, Permit, Rule, Sample, Settings, Thresholds};
use proptest::prelude::*;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn limit(settings: Settings) -> Limit {
    Limit::new(Config::new(settings).unwrap())
}

fn full(limit: &Limit, rtt: Duration) -> Sample {
    Sample { rtt, in_flight: limit.get(), dropped: false }
}

#[test]
fn a_gradient_limit_is_worked_out_by_hand() {
    let mut limit = limit(Settings { min: 1, ..Settings::GRADIENT });
    assert_eq!(limit.unloaded(), None);
    // Within what is tolerated it makes room for four more, a fifth of the way at a time: 20 + 0.8 = 20.8, 21.6, …
    for expected in [20, 21, 22, 23, 24, 24, 25, 26, 27, 28] {
        assert_eq!(limit.on_sample(full(&limit, ms(100))), expected);
    }
    assert_eq!(limit.unloaded(), Some(ms(100)));
    // Three times as long: the mean is 100 + 200 × 2/601; the gradient 1.5 times that by 300 is just over a half.
    let mean: f64 = 100.0 * (1.0 - 2.0 / 601.0) + 300.0 * (2.0 / 601.0);
    let expected = 28.0 * 0.8 + (28.0 * (1.5 * mean / 300.0) + 4.0) * 0.2;
    assert_eq!(limit.on_sample(full(&limit, ms(300))), expected as u32);
    assert_eq!(limit.unloaded(), Some(Duration::from_nanos((mean * 1e6 + 0.5) as u64)));
    // However slow: no faster than to a half, a fifth of the way. And idle calls change nothing.
    let before = f64::from(limit.get());
    let after = f64::from(limit.on_sample(full(&limit, ms(100_000))));
    assert!(after >= before * 0.9 - 1.0, "{before} {after}");
    let idle = Sample { rtt: ms(100_000), in_flight: 1, dropped: false };
    assert_eq!(f64::from(limit.on_sample(idle)), after);
    // A call that takes no time is no trouble.
    limit.on_sample(full(&limit, Duration::ZERO));
    assert!(limit.get() >= 1);
}

#[test]
fn a_long_mean_comes_down_when_calls_are_fast_again() {
    let mut limit = limit(Settings::GRADIENT);
    (0..600).for_each(|_| _ = limit.on_sample(full(&limit, ms(1000))));
    let mut samples = 0;
    while limit.unloaded().unwrap() > ms(100) {
        limit.on_sample(full(&limit, ms(50)));
        samples += 1;
    }
    // By the exponential mean alone it would be some 890.
    assert!((40..60).contains(&samples), "{samples}");
}

#[test]
fn vegas_forgets_a_lucky_call_where_it_probes() {
    let settings = Settings { initial: 20, min: 1, max: 100, ..Settings::VEGAS };
    // At 6 all of it seems to queue, and that is no more than beta.
    for (probe_multiplier, ends) in [(None, 6), (Some(30), 100)] {
        let rule = Rule::Vegas { alpha: 3, beta: 6, thresholds: Thresholds::TimesStep, probe_multiplier };
        let mut limit = limit(Settings { rule, ..settings });
        limit.on_sample(full(&limit, ms(1)));
        (0..3000).for_each(|_| _ = limit.on_sample(full(&limit, ms(100))));
        assert_eq!((limit.get(), limit.unloaded().unwrap() == ms(1)), (ends, ends == 6));
    }
}

#[test]
fn a_vegas_limit_tells_when_it_probes() {
    let rule = Rule::Vegas { alpha: 3, beta: 6, thresholds: Thresholds::Fixed, probe_multiplier: Some(2) };
    let mut limit = limit(Settings { rule, initial: 10, min: 10, max: 10 });
    for round in 1..=3 {
        for left in (1..=20).rev() {
            assert_eq!(limit.probe_in(), Some(left));
            limit.on_sample(full(&limit, ms(100 * round)));
            // The first of all sets it too.
            assert_eq!(limit.unloaded() == Some(ms(100 * round)), left == 1 || round == 1, "{round}, {left}");
        }
    }
    assert_eq!(Limit::new(Config::new(Settings::AIMD).unwrap()).probe_in(), None);
}

#[test]
fn numbers_are_checked_and_settings_may_change() {
    let told = |settings: Settings| Config::new(settings).unwrap_err().to_string();
    assert_eq!(told(Settings { min: 9, max: 8, ..Settings::AIMD }), "max is 8, outside 9 to 4294967295");
    let rule = Rule::Aimd { decrease_permille: 1001, timeout: ms(1) };
    assert_eq!(told(Settings { rule, ..Settings::AIMD }), "decrease is 1.001, outside 0 to 1");
    let rule = Rule::Gradient { smoothing_permille: 0, queue: 0, long_window: 0, tolerance_permille: 1000 };
    assert_eq!(told(Settings { rule, ..Settings::AIMD }), "long_window is 0, outside 1 to 4294967295");
    let mut limit = limit(Settings::AIMD);
    for _ in 0..10 {
        limit.on_sample(full(&limit, ms(1)));
    }
    limit.reconfigure(Config::new(Settings::GRADIENT).unwrap());
    assert_eq!((limit.get(), limit.unloaded()), (30, None), "another rule goes on from the same limit");
    limit.reconfigure(Config::new(Settings { max: 25, ..Settings::GRADIENT }).unwrap());
    assert_eq!(limit.on_sample(full(&limit, ms(1))), 25);
}

/// A server that does eight calls at a time in 100 ms each, in the order in which they come; others wait their turn.
fn driven(settings: Settings) -> (u32, u32) {
    const SLOTS: usize = 8;
    let mut limiter = Limiter::new(Config::new(settings).unwrap());
    let mut free = [Instant::ZERO; SLOTS];
    let mut calls: Vec<(Instant, Permit)> = Vec::new();
    let (mut least, mut most) = (u32::MAX, 0);
    for step in 0..60_000u64 {
        let now = Instant::from_millis(step);
        // Whoever is done is told; then as many come as may.
        while let Some(index) = calls.iter().position(|(done, _)| *done <= now) {
            let (done, permit) = calls.remove(index);
            limiter.on_result(permit, Outcome::Success, done);
        }
        while let Ok(permit) = limiter.try_acquire(now) {
            let slot = free.iter_mut().min().unwrap();
            *slot = (*slot).max(now) + ms(100);
            calls.push((*slot, permit));
            assert!(limiter.in_flight() as usize == calls.len() && limiter.in_flight() <= limiter.limit());
        }
        if step > 30_000 {
            (least, most) = (least.min(limiter.limit()), most.max(limiter.limit()));
        }
    }
    (least, most)
}

#[test]
fn limits_find_the_size_of_a_server() {
    let bounds = |settings: Settings| Settings { initial: 1, min: 1, max: 500, ..settings };
    // Eight at work and a few in line: what alpha and beta leave, and what comes before a sample does.
    let rule = Rule::Vegas { alpha: 3, beta: 6, thresholds: Thresholds::TimesStep, probe_multiplier: None };
    let (least, most) = driven(bounds(Settings { rule, ..Settings::VEGAS }));
    assert!(least >= 8 && most <= 24, "Vegas: {least} to {most}");
    // A probe while the line is never empty takes the line for a part of the server.
    let (least, probed) = driven(bounds(Settings::VEGAS));
    assert!(least >= 8 && probed > most, "Vegas, probing: {least} to {probed}");
    // AIMD is told of no latency but by its timeout. 400 ms are 32 calls; by the time they are late more are in line, and
    // each of them takes a tenth, so it falls far below the server's size before it grows again.
    let rule = Rule::Aimd { decrease_permille: 900, timeout: ms(400) };
    let (least, most) = driven(bounds(Settings { rule, ..Settings::AIMD }));
    assert!(least < 8 && (30..80).contains(&most), "AIMD: {least} to {most}");
    // A gradient follows its own mean, which the line lengthens: it swings, far below the 500 that it may have, and never
    // starves the server.
    let (least, most) = driven(bounds(Settings::GRADIENT));
    assert!(least >= 8 && most < 100, "Gradient: {least} to {most}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// Whatever comes, a limit stays within its bounds, falls by no drop to more than it was, and never grows idle.
    #[test]
    fn limits_keep_their_bounds(
        kind in 0u8..3, numbers in prop::array::uniform3(0u32..20), min in 0u32..30, over in 0u32..300,
        samples in prop::collection::vec((prop_oneof![4 => 0u64..50, 1 => any::<u64>()], 0u32..200, any::<bool>()), 1..60),
    ) {
        let [a, b, c] = numbers;
        let rule = match kind {
            0 => Rule::Aimd { decrease_permille: a * 50, timeout: Duration::from_nanos(u64::from(b)) },
            1 => Rule::Vegas { alpha: a, beta: b, thresholds: Thresholds::TimesStep, probe_multiplier: (c > 0).then_some(c) },
            _ => Rule::Gradient { smoothing_permille: a * 50, queue: b, long_window: c + 1, tolerance_permille: 1000 + 100 * b },
        };
        let mut limit = limit(Settings { rule, initial: min + over / 2, min, max: min + over });
        for (rtt, in_flight, dropped) in samples {
            let before = limit.get();
            let after = limit.on_sample(Sample { rtt: Duration::from_nanos(rtt), in_flight, dropped });
            prop_assert!((min..=min + over).contains(&after));
            prop_assert!(2 * in_flight >= before || after <= before, "it grew idle: {before} to {after}");
            prop_assert!(!dropped || kind == 2 || after <= before);
        }
    }
}
