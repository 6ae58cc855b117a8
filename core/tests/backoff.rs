//! The waits: their rules against a slow exact model, their ends and means against what is drawn, and bad settings.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::backoff::{Backoff, Config, ConfigError, Jitter, Kind, Series, Settings};
use halfopen_core::rng::Seed;
use halfopen_core::{OutOfRange, Quantity};
use proptest::prelude::*;

const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn config(settings: Settings) -> Config {
    Config::new(settings).unwrap()
}

fn exponential(base: Duration, factor_permille: u32) -> Settings {
    Settings::plain(Kind::Exponential { base, factor_permille })
}

fn decorrelated(base: Duration, cap: Option<Duration>) -> Settings {
    Settings { cap, ..Settings::plain(Kind::Decorrelated { base }) }
}

/// The rules of `tests/conformance/README.md` in whole numbers of 128 bits: times in millionths of a nanosecond, draws
/// in thousandths. It plans every wait by multiplying up from the first.
struct Model {
    settings: Settings,
    given: u32,
    /// In whole nanoseconds, as the code counts.
    waited: u128,
    previous: u128,
    over: bool,
}

const FINE: u128 = 1_000_000;

impl Model {
    fn new(settings: Settings) -> Self {
        Self { settings, given: 0, waited: 0, previous: 0, over: false }
    }

    /// The next wait from the exact rule; `given` is what the code made of it.
    fn next(&mut self, draw: u128, hint: Option<u128>) -> Option<u128> {
        let Settings { kind, cap, cap_after_jitter, jitter, hint_slack, .. } = self.settings;
        let cap = cap.map_or(u128::MAX, |cap| cap.as_nanos() * FINE);
        let fine = |time: Duration| time.as_nanos() * FINE;
        let planned = match kind {
            Kind::None => 0,
            Kind::Constant { base } => fine(base),
            Kind::Linear { base } => fine(base) * u128::from(self.given + 1),
            Kind::Exponential { base, factor_permille } => {
                (0..self.given).fold(fine(base), |wait, _| wait * u128::from(factor_permille) / 1000)
            }
            Kind::Decorrelated { base } => {
                let previous = if self.given == 0 { fine(base) } else { self.previous };
                fine(base) + (3 * previous - fine(base)) * draw / 1000
            }
        };
        let planned = planned.min(u128::from(u64::MAX) * FINE);
        let mut wait = if cap_after_jitter { planned } else { planned.min(cap) };
        wait = match jitter {
            Jitter::None => wait,
            Jitter::Full => wait * draw / 1000,
            Jitter::Equal => wait / 2 + wait * draw / 2000,
            Jitter::PlusMinus { permille } => {
                wait * (1_000_000 + u128::from(permille) * 2 * draw - u128::from(permille) * 1000) / 1_000_000
            }
            Jitter::Plus { permille } => wait + wait * u128::from(permille) * draw / 1_000_000,
            Jitter::UpTo { most } => wait + fine(most) * draw / 1000,
        };
        wait = wait.min(cap.max(if cap_after_jitter { 0 } else { wait }));
        self.previous = wait;
        let most = hint_slack.map_or(u128::MAX, |slack| wait + fine(slack));
        let wait = hint.map_or(wait, |hint| (hint * FINE).clamp(wait, most));
        self.over |= self.settings.max_delays.is_some_and(|most| self.given >= most);
        (!self.over).then_some(wait)
    }

    /// The wait was given, as the code rounded it.
    fn gave(&mut self, wait: Option<Duration>) {
        match wait {
            Some(wait) => {
                self.given += 1;
                self.waited = (self.waited + wait.as_nanos()).min(u128::from(u64::MAX));
            }
            None => self.over = true,
        }
    }
}

fn arbitrary_settings(longest: u64) -> impl Strategy<Value = Settings> {
    let time = move || prop_oneof![1u64..=20, 1..=longest].prop_map(Duration::from_nanos);
    let kind = prop_oneof![
        Just(Kind::None),
        time().prop_map(|base| Kind::Constant { base }),
        time().prop_map(|base| Kind::Linear { base }),
        (time(), prop_oneof![Just(1000u32), Just(2000), 1001u32..5000])
            .prop_map(|(base, factor_permille)| Kind::Exponential { base, factor_permille }),
        time().prop_map(|base| Kind::Decorrelated { base }),
    ];
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        (0u32..=1000).prop_map(|permille| Jitter::PlusMinus { permille }),
        (0u32..=3000).prop_map(|permille| Jitter::Plus { permille }),
        time().prop_map(|most| Jitter::UpTo { most }),
    ];
    let some = move || prop::option::of(time());
    (kind, jitter, some(), any::<bool>(), prop::option::of(0u32..20), some(), some())
        .prop_map(|(kind, jitter, cap, cap_after_jitter, max_delays, total, hint_slack)| Settings {
            kind,
            cap,
            cap_after_jitter,
            jitter: if matches!(kind, Kind::Decorrelated { .. }) { Jitter::None } else { jitter },
            max_delays,
            total,
            hint_slack,
        })
        .prop_filter("base over cap", |settings| Config::new(*settings).is_ok())
}

/// 1 ns and a millionth, as the conformance cases have it.
fn near(got: Duration, expected: u128) -> bool {
    let (got, expected) = (got.as_nanos() * FINE, expected.min(u128::from(u64::MAX) * FINE));
    got.abs_diff(expected) <= FINE + expected / 1_000_000
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn waits_are_those_of_the_model(
        settings in arbitrary_settings(1_000_000_000),
        steps in prop::collection::vec((0u16..=1000, prop::option::of(0u64..3_000_000_000)), 1..24),
    ) {
        let config = config(settings);
        let (mut series, mut model) = (Series::new(), Model::new(settings));
        for (draw, hint) in steps {
            let got = series.next(&config, f64::from(draw) / 1000.0, hint.map(Duration::from_nanos));
            match (got, model.next(u128::from(draw), hint.map(u128::from))) {
                (Some(got), Some(expected)) => prop_assert!(near(got, expected), "{:?}, not {} fs", got, expected),
                (None, None) => {}
                // What the model permits still has to fit into the total.
                (None, Some(next)) => {
                    let total = settings.total.unwrap().as_nanos();
                    prop_assert!((model.waited + 1) * FINE + next + next / 1_000_000 > total * FINE);
                }
                (got, expected) => prop_assert!(false, "{:?}, not {:?}", got, expected),
            }
            model.gave(got);
            prop_assert_eq!(series.given(), model.given);
            prop_assert_eq!(series.waited().as_nanos(), model.waited);
            prop_assert!(settings.total.is_none_or(|total| series.waited() <= total));
        }
    }

    #[test]
    fn no_wait_passes_its_documented_ends(settings in arbitrary_settings(1 << 53), seed in any::<u64>()) {
        let config = config(Settings { max_delays: None, total: None, ..settings });
        let mut backoff = Backoff::new(config, Seed(seed).stream("jitter"));
        for attempt in 0..200 {
            let wait = backoff.next().unwrap();
            let (least, most) = (config.least(attempt), config.most(attempt));
            prop_assert!((least..=most).contains(&wait), "{:?}: {:?} is not in {:?} to {:?}", attempt, wait, least, most);
            let adds = matches!(settings.jitter, Jitter::PlusMinus { .. } | Jitter::Plus { .. } | Jitter::UpTo { .. });
            prop_assert!(adds || wait <= config.ceiling(attempt));
            if !adds || settings.cap_after_jitter {
                prop_assert!(settings.cap.is_none_or(|cap| wait <= cap));
            }
        }
    }

    #[test]
    fn any_attempt_has_ends(
        settings in arbitrary_settings(1 << 53), attempt in prop_oneof![20 => 0u32..99, 1 => any::<u32>()],
    ) {
        let config = config(settings);
        let (least, most) = (config.least(attempt), config.most(attempt));
        prop_assert!(least <= most && config.ceiling(attempt) <= Duration::from_nanos(u64::MAX));
        let mean = config.mean(attempt).wait;
        prop_assert!((least..=most).contains(&mean), "{:?} is not in {:?} to {:?}", mean, least, most);
    }

    #[test]
    fn no_settings_panic(
        settings in arbitrary_settings(1 << 53), factor in any::<u32>(), permille in any::<u32>(),
        cap in prop::option::of((any::<u64>(), any::<bool>())),
        draws in prop::collection::vec(prop_oneof![any::<f64>(), 0.0..=1.0], 1..50),
    ) {
        let kind = match settings.kind {
            Kind::Exponential { base, .. } => Kind::Exponential { base, factor_permille: factor },
            other => other,
        };
        let jitter = match settings.jitter {
            Jitter::PlusMinus { .. } => Jitter::PlusMinus { permille },
            Jitter::Plus { .. } => Jitter::Plus { permille },
            other => other,
        };
        let cap = cap.map(|(cap, long)| if long { Duration::from_secs(cap) } else { Duration::from_nanos(cap >> 8) });
        let wild = Settings { kind, jitter, cap, ..settings };
        match Config::new(wild) {
            Ok(config) => {
                let mut series = Series::new();
                for draw in draws {
                    series.next(&config, draw, Some(Duration::MAX));
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn growth_has_no_end_but_the_largest_number() {
    let forever = |kind| Backoff::new(config(Settings::plain(kind)), Seed(1).stream("jitter"));
    let last = |kind| forever(kind).nth(3000).unwrap();
    let end = Duration::from_nanos(u64::MAX);
    assert_eq!(last(Kind::Exponential { base: SECOND, factor_permille: 2000 }), end);
    assert_eq!(last(Kind::Exponential { base: Duration::from_nanos(1), factor_permille: u32::MAX }), end);
    assert_eq!(last(Kind::Linear { base: Duration::from_nanos(1 << 53) }), end);
    assert_eq!(last(Kind::Exponential { base: MILLI, factor_permille: 1000 }), MILLI);
    assert_eq!(last(Kind::Linear { base: MILLI }), MILLI * 3001);
    let uncapped = config(exponential(SECOND, 1001));
    assert_eq!((uncapped.ceiling(u32::MAX), uncapped.most(u32::MAX)), (end, end));
    let wide = Settings { jitter: Jitter::Plus { permille: u32::MAX }, ..exponential(SECOND, 2000) };
    assert_eq!((config(wide).least(70), config(wide).most(70), config(wide).mean(70).wait), (end, end, end));
}

/// The mean of the `attempt`-th wait over 100,000 series, and its standard error.
fn drawn_mean(config: &Config, attempt: u32) -> (f64, f64) {
    let mut stream = Seed(0x5eed).fork("attempt", u64::from(attempt)).stream("jitter");
    let (mut sum, mut squares, n) = (0.0, 0.0, 100_000);
    for _ in 0..n {
        let mut series = Series::new();
        let mut wait = Duration::ZERO;
        // Only the decorrelated wait depends on those before it.
        for _ in 0..=attempt {
            wait = series.next(config, stream.unit(), None).unwrap();
        }
        let wait = wait.as_secs_f64();
        sum += wait;
        squares += wait * wait;
    }
    let n = f64::from(n);
    let mean = sum / n;
    (mean, libm::sqrt((squares / n - mean * mean).max(0.0) / n))
}

#[test]
fn means_of_many_draws_are_those_of_the_formulas() {
    let capped = Settings { cap: Some(20 * SECOND), ..exponential(SECOND, 2000) };
    let last = Settings { cap: Some(SECOND * 3), cap_after_jitter: true, ..exponential(SECOND, 1500) };
    for jitter in [
        Jitter::None,
        Jitter::Full,
        Jitter::Equal,
        Jitter::PlusMinus { permille: 250 },
        Jitter::Plus { permille: 1000 },
        Jitter::UpTo { most: SECOND },
    ] {
        for settings in [capped, last] {
            let config = config(Settings { jitter, ..settings });
            for attempt in 0..7 {
                let ((mean, error), told) = (drawn_mean(&config, attempt), config.mean(attempt));
                let off = (mean - told.wait.as_secs_f64()).abs();
                assert!(told.exact && off <= 4.5 * error + 1e-9, "{settings:?} {jitter:?} {attempt}: {mean}, {told:?}");
            }
        }
    }
}

#[test]
fn full_jitter_waits_half_its_ceiling() {
    let config = config(Settings { jitter: Jitter::Full, cap: Some(20 * SECOND), ..exponential(SECOND, 2000) });
    for (attempt, ceiling) in [(0, 1), (1, 2), (4, 16), (5, 20), (40, 20)] {
        assert_eq!(config.ceiling(attempt), SECOND * ceiling);
        assert_eq!(config.mean(attempt).wait, SECOND * ceiling / 2);
        assert_eq!((config.least(attempt), config.most(attempt)), (Duration::ZERO, SECOND * ceiling));
    }
}

#[test]
fn jitter_on_top_passes_the_cap() {
    let on_top = |jitter| config(Settings { jitter, cap: Some(2 * SECOND), ..exponential(SECOND, 2000) });
    assert_eq!(on_top(Jitter::Plus { permille: 1000 }).most(9), 4 * SECOND);
    assert_eq!(on_top(Jitter::PlusMinus { permille: 500 }).most(9), 3 * SECOND);
    let google = on_top(Jitter::UpTo { most: SECOND });
    assert_eq!((google.ceiling(9), google.most(9), google.mean(9).wait), (2 * SECOND, 3 * SECOND, 5 * SECOND / 2));
}

#[test]
fn decorrelated_means_are_those_of_many_draws() {
    let uncapped = config(decorrelated(5 * MILLI, None));
    let means: Vec<_> = (0..4).map(|attempt| uncapped.mean(attempt)).collect();
    assert!(means.iter().all(|mean| mean.exact));
    assert_eq!(means.iter().map(|mean| mean.wait.as_micros()).collect::<Vec<_>>(), [10_000, 17_500, 28_750, 45_625]);
    for (cap, attempts) in [(6, 0..3), (12, 0..5), (400, 3..9), (2000, 4..12), (2_000_000, 11..14)] {
        let config = config(decorrelated(5 * MILLI, Some(MILLI * cap)));
        for attempt in attempts {
            let ((mean, error), told) = (drawn_mean(&config, attempt), config.mean(attempt));
            let (wait, off) = (told.wait.as_secs_f64(), (mean - told.wait.as_secs_f64()).abs());
            assert_eq!(told.exact, config.most(attempt) < MILLI * cap, "{cap} {attempt}");
            assert!(off <= 4.5 * error + 2e-4 * wait, "cap {cap} ms, wait {attempt}: {mean} ± {error}, {wait}");
        }
        // It settles, and any attempt is told in bounded time.
        let (late, last) = (config.mean(800).wait, config.mean(u32::MAX).wait);
        assert!((late.as_secs_f64() / last.as_secs_f64() - 1.0).abs() < 1e-9, "{cap}: {late:?}, {last:?}");
    }
}

#[test]
fn a_seed_gives_the_same_waits() {
    let waits = |seed: u64| -> Vec<u64> {
        let backoff = Backoff::new(config(Settings::default()), Seed(seed).stream("jitter"));
        backoff.take(6).map(|wait| wait.as_nanos() as u64).collect()
    };
    assert_eq!(waits(1), waits(1));
    assert_ne!(waits(1), waits(2));
    // Pinned: another number here changes every run that was shared.
    assert_eq!(waits(1), [3_138_145, 38_232_511, 82_018_818, 270_820_379, 48_330_757, 231_590_213]);
    // The draws do not depend on the jitter, so later ones stay where they are.
    let mut streams = [Jitter::None, Jitter::Full].map(|jitter| {
        let settings = Settings { jitter, ..Settings::default() };
        Backoff::new(config(settings), Seed(3).stream("jitter"))
    });
    streams.iter_mut().for_each(|backoff| _ = backoff.by_ref().take(5).count());
    let [none, full] = &streams;
    assert_eq!(none.series().given(), 5);
    assert_ne!(none.series().waited(), full.series().waited());
}

#[test]
fn the_end_is_final_and_a_reset_begins_anew() {
    let settings = Settings { total: Some(5 * MILLI), ..exponential(MILLI, 2000) };
    let mut backoff = Backoff::new(config(settings), Seed(1).stream("jitter"));
    assert_eq!(backoff.by_ref().collect::<Vec<_>>(), [MILLI, 2 * MILLI]);
    // Two more would fit, but it is over.
    assert_eq!((backoff.next(), backoff.series().waited()), (None, 3 * MILLI));
    backoff.reset();
    assert_eq!(backoff.next(), Some(MILLI));
    let mut none = Backoff::new(config(Settings { max_delays: Some(0), ..settings }), Seed(1).stream("jitter"));
    assert_eq!(none.next(), None);
}

#[test]
fn hints_lengthen_and_never_shorten() {
    let settings = Settings { hint_slack: Some(5 * SECOND), ..Settings::plain(Kind::Decorrelated { base: SECOND }) };
    let hinted = |settings: Settings, hints: [u64; 3]| {
        let (config, mut series) = (config(settings), Series::new());
        hints.map(|hint| series.next(&config, 1.0, Some(SECOND * hint as u32)).unwrap().as_secs())
    };
    // 3, 9, 27 s without hints: a later wait builds on the one that was not hinted.
    assert_eq!(hinted(settings, [100, 0, 30]), [8, 9, 30]);
    assert_eq!(hinted(Settings { hint_slack: None, ..settings }, [100, 0, 30]), [100, 9, 30]);
    assert_eq!(hinted(Settings { hint_slack: Some(Duration::ZERO), ..settings }, [100, 0, 30]), [3, 9, 27]);
}

#[test]
fn bad_settings_are_named() {
    let told = |settings: Settings| Config::new(settings).unwrap_err().to_string();
    let good = Settings::plain(Kind::Constant { base: SECOND });
    let zero = Duration::ZERO;
    assert_eq!(told(Settings::plain(Kind::Linear { base: zero })), "base is 0 s, outside 1 ns to 9007199.254740992 s");
    assert_eq!(told(exponential(SECOND, 999)), "factor is 0.999, outside 1 to 4294967.295");
    assert_eq!(told(Settings { cap: Some(zero), ..good }), "cap is 0 s, outside 1 ns to 9007199.254740992 s");
    assert_eq!(
        told(Settings { jitter: Jitter::PlusMinus { permille: 1001 }, ..good }),
        "jitter.plus_minus is 1.001, outside 0 to 1"
    );
    assert_eq!(told(Settings { cap: Some(900 * MILLI), ..good }), "base is 1 s, over the cap of 900 ms");
    let last = Settings { cap: Some(900 * MILLI), cap_after_jitter: true, ..good };
    assert_eq!(Config::new(last), Err(ConfigError::BaseOverCap { base: SECOND, cap: 900 * MILLI }));
    assert!(Config::new(Settings { jitter: Jitter::PlusMinus { permille: 200 }, ..last }).is_ok());
    assert_eq!(
        told(Settings { jitter: Jitter::Full, ..decorrelated(SECOND, None) }),
        "jitter is set, but a decorrelated backoff takes none besides its own"
    );
    assert_eq!(
        Config::new(Settings { total: Some(zero), ..good }),
        Err(ConfigError::OutOfRange(OutOfRange {
            field: "total",
            value: Quantity::Time(zero),
            least: Quantity::Time(Duration::from_nanos(1)),
            most: Quantity::Time(Duration::from_nanos(1 << 53)),
        }))
    );
    assert!(told(Settings { hint_slack: Some(Duration::MAX), ..good }).starts_with("hint_slack is "));
    assert!(told(Settings { jitter: Jitter::UpTo { most: zero }, ..good }).starts_with("jitter.up_to is 0 s"));
}
