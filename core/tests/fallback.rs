//! The fallback: each order of its steps, and a model that looks everything up.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::fallback::{Config, Fallback, Next, Nothing, Settings, Source, Step};
use proptest::prelude::*;

const CACHED: Step = Step::Cached { max_age: Duration::from_nanos(20) };

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

#[test]
fn steps_are_checked() {
    let told = |steps: &[Step]| Config::new(Settings { steps }).unwrap_err().to_string();
    assert_eq!(told(&[CACHED, Step::Second, CACHED]), "the step cached is there twice");
    assert_eq!(told(&[Step::Static, Step::Second]), "the step second comes after static, which always answers");
    assert_eq!(told(&[Step::Static, Step::Static]), "the step static is there twice");
    let config = Config::new(Settings { steps: &[Step::Second, CACHED, Step::Static] }).unwrap();
    assert_eq!(config.steps().collect::<Vec<_>>(), [Step::Second, CACHED, Step::Static]);
}

#[test]
fn nothing_says_what_there_was() {
    let mut fallback = Fallback::new(Config::new(Settings { steps: &[CACHED] }).unwrap(), None);
    let Next::Nothing(nothing) = fallback.on_failure(at(0)) else { panic!("there was no answer yet") };
    assert_eq!(nothing.to_string(), "there is nothing to fall back on");
    fallback.on_success(1, at(10));
    // A result that comes in late does not replace a later one.
    fallback.on_success(2, at(5));
    assert_eq!(fallback.cached(), Some((&1, at(10))));
    assert!(matches!(fallback.on_failure(at(30)), Next::Answer(answer) if answer.value == 1));
    let Next::Nothing(nothing) = fallback.on_failure(at(31)) else { panic!("it is too old") };
    assert_eq!(nothing.to_string(), "there is nothing to fall back on but an answer that is 21 ns old");
    fallback.forget();
    assert_eq!(fallback.on_failure(at(30)), Next::Nothing(Nothing { cached: None }));
}

/// The kinds of step in some order, of which some are left out.
fn arbitrary_steps() -> impl Strategy<Value = Vec<Step>> {
    let all = Just(vec![CACHED, Step::Second]).prop_shuffle();
    (all, 0usize..=2, any::<bool>()).prop_map(|(mut steps, kept, fixed)| {
        steps.truncate(kept);
        steps.extend(fixed.then_some(Step::Static));
        steps
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// The first step that has an answer gives it, and the answer says what it is.
    #[test]
    fn the_first_step_that_can_answers(
        steps in arbitrary_steps(), fixed in prop::option::of(0u32..9),
        asks in prop::collection::vec((0u64..30, any::<bool>(), any::<bool>()), 1..30),
    ) {
        let mut fallback = Fallback::new(Config::new(Settings { steps: &steps }).unwrap(), fixed);
        let (mut now, mut last) = (0, None);
        for (index, (later, first, second)) in asks.into_iter().enumerate() {
            now += later;
            let value = 100 + index as u32;
            if first {
                let answer = fallback.on_success(value, at(now));
                prop_assert_eq!((answer.value, answer.source, answer.age), (value, Source::Primary, Some(Duration::ZERO)));
                last = Some((value, now));
                continue;
            }
            let expected = steps.iter().find_map(|step| match step {
                Step::Cached { .. } => last.filter(|(_, then)| now - then <= 20)
                    .map(|(value, then)| (value, Source::Cached, Some(Duration::from_nanos(now - then)))),
                Step::Second => second.then_some((value, Source::Second, Some(Duration::ZERO))),
                Step::Static => fixed.map(|fixed| (fixed, Source::Static, None)),
            });
            let mut next = fallback.on_failure(at(now));
            if let Next::AskSecond(asked) = next {
                next = match second {
                    true => Next::Answer(fallback.on_second_success(asked, value)),
                    false => fallback.on_second_failure(asked, at(now)),
                };
            }
            match next {
                Next::Answer(answer) => prop_assert_eq!(Some((answer.value, answer.source, answer.age)), expected),
                Next::Nothing(_) => prop_assert_eq!(expected, None),
                Next::AskSecond(_) => prop_assert!(false, "it asks once"),
            }
        }
    }
}
