//! What the lab of timeouts claims: nothing is lost in the count, a deadline that travels along leaves nobody at work, the
//! worst case is never passed and is reached, and *Fix it* fixes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use core::time::Duration;

use common::{Dice, cases, numbers, played, random_config, random_input, random_instant, read};
use halfopen::lab::scene::{Layout, Shape};
use halfopen::lab::{Config, Entrance, Input, Lab as _, Lane, Value, View};
use halfopen::labs::{self, timeouts::Lab};
use halfopen::session::Session;
use halfopen_core::Instant;
use halfopen_core::rng::Seed;
use proptest::prelude::*;

fn entrance() -> &'static Entrance {
    labs::find("timeouts").unwrap()
}

fn shown(lab: &Lab, id: &str) -> f64 {
    let readouts = lab.scene(View::default()).readouts;
    readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

fn number(session: &Session, id: &str) -> f64 {
    let readouts = session.scene(View::default()).readouts;
    readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

fn said(session: &Session) -> Vec<String> {
    session.record().entries().map(|entry| entry.sentence().replace('\u{a0}', " ")).collect()
}

/// A random chain of short times, so that much happens in a few seconds: within a run of it, `acts` happen.
fn story(dice: &mut Dice, turned: bool) -> (Config, Vec<(Instant, Input)>) {
    let mut config = random_config(entrance(), dice);
    for knob in ["client_timeout", "a_timeout", "b_timeout"] {
        if !dice.one_in(4) {
            config.set(knob, Value::Number(dice.between(1, 3_000) * 1_000_000));
        }
    }
    for (knob, most) in [("work", 200), ("wait", 300), ("latency", 400), ("margin", 150), ("way", 60)] {
        config.set(knob, Value::Number(dice.between(1, most) * 1_000_000));
    }
    config.set("rate", Value::Number(dice.between(0, 20_000)));
    let mut acts: Vec<(Instant, Input)> = (0..dice.below(24))
        .map(|_| (random_instant(Instant::from_secs(8), dice), random_input(entrance(), dice)))
        .filter(|(_, input)| turned || matches!(input, Input::Do { .. }))
        .collect();
    acts.sort_by_key(|(at, _)| *at);
    (config, acts)
}

/// Plays it, and looks after every hundredth of a second.
fn play(config: &Config, acts: &[(Instant, Input)], seed: u64, mut look: impl FnMut(&Lab)) -> Lab {
    let (mut lab, mut config) = (Lab::start(config, Seed(seed)), config.clone());
    let mut acts = acts.iter().peekable();
    for step in 0..1200 {
        let to = Instant::from_millis(step * 10);
        while let Some((at, input)) = acts.next_if(|(at, _)| *at <= to) {
            lab.advance(*at);
            match input {
                Input::Do { action, args } => lab.act(action, args),
                Input::Set { knob, value, .. } => {
                    config.set(knob, value.clone());
                    lab.set(&config);
                }
            }
            look(&lab);
        }
        lab.advance(to);
        look(&lab);
        if lab.record().trace().events() > 20_000 {
            break;
        }
    }
    lab
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn every_request_is_counted_once_at_every_instant(numbers in numbers(), seed in 0u64..9) {
        let (config, acts) = story(&mut Dice::new(numbers), true);
        play(&config, &acts, seed, |lab| {
            let sum: f64 = ["answered", "failed", "rejected", "in_flight"].iter().map(|id| shown(lab, id)).sum();
            assert_eq!(shown(lab, "requests"), sum);
            assert!(shown(lab, "false_failures") <= shown(lab, "failed"));
        });
    }

    #[test]
    fn with_the_deadline_nobody_is_busy_for_nobody_but_on_the_way(numbers in numbers(), seed in 0u64..9) {
        let (mut config, acts) = story(&mut Dice::new(numbers), false);
        config.set("propagate", Value::Flag(true));
        let lab = play(&config, &acts, seed, |_| {});
        // How much is left is told when a call is sent, and counts from its arrival: one way late, hop by hop, unless the
        // margin makes up for it.
        let way = config.duration("way");
        let ways = if config.duration("margin") >= way { way } else { way * 3 };
        let longest = lab.longest_for_nobody();
        assert!(longest <= ways, "{longest:?} for nobody, and one way is {way:?}");
    }

    #[test]
    fn the_worst_case_is_never_passed(numbers in numbers(), seed in 0u64..9) {
        let (mut config, acts) = story(&mut Dice::new(numbers), false);
        // The chain stays as it is, and it is C that hangs: the worst case presumes that A and B do their part.
        let stays = |input: &Input| match input {
            Input::Do { action, args } => *action != "fix" && args.first().is_none_or(|hop| *hop == 3),
            Input::Set { .. } => false,
        };
        let acts: Vec<_> = acts.into_iter().filter(|(_, input)| stays(input)).collect();
        config.set("hangs", Value::Choice(0));
        let lab = play(&config, &acts, seed, |_| {});
        for (longest, worst) in lab.spent() {
            assert!(worst.is_none_or(|worst| longest <= worst), "{longest:?}, and at worst {worst:?}");
        }
    }

    #[test]
    fn fixed_chains_break_no_rule(numbers in numbers(), seed in 0u64..9) {
        let (mut config, mut acts) = story(&mut Dice::new(numbers), false);
        // It is C that hangs: a hop's worst case presumes that those before C do their part.
        acts.retain(|(_, input)| !matches!(input, Input::Do { args, .. } if args.first().is_some_and(|hop| *hop != 3)));
        config.set("hangs", Value::Choice(0));
        acts.insert(0, (Instant::ZERO, Input::Do { action: "fix", args: Vec::new() }));
        acts.push((Instant::from_millis(8_500), Input::Do { action: "send", args: Vec::new() }));
        let lab = play(&config, &acts, seed, |lab| assert_eq!(lab.broken(), 0));
        assert_eq!(shown(&lab, "broken_rules"), 0.0);
        // Nor does any request, on what it really has left.
        let broken = lab.record().entries().find(|entry| entry.head.starts_with('▲'));
        assert!(broken.is_none(), "{broken:?}");
    }

    #[test]
    fn any_settings_can_be_fixed(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let config = random_config(entrance(), dice);
        let mut lab = Lab::start(&config, Seed(1));
        lab.act("fix", &[]);
        assert_eq!(lab.broken(), 0, "{config:?}");
        // By hand, hop by hop, it is the same.
        let mut made = config.clone();
        for edit in ["fit", "fit_attempts"] {
            for hop in 0..3 {
                let edit = entrance().edit(edit).unwrap();
                let (knob, value) = (edit.make)(&config, &[hop], "").unwrap();
                assert!(made.set(knob, value));
            }
        }
        assert_eq!(Lab::start(&made, Seed(1)).broken(), 0);
    }
}

#[test]
fn the_worst_case_is_reached() {
    for query in [
        "hangs=c&do=0:send&t=40s",
        "preset=consistent&do=0:send&t=40s",
        "preset=retries_inside&client_attempts=2&a_attempts=2&client_timeout=20s&a_timeout=7s&do=0:send&t=120s",
        "client_attempts=3&a_attempts=3&b_attempts=3&b_timeout=300ms&a_timeout=10s&client_timeout=60s&do=0:send&t=180s",
    ] {
        let link = read(&format!("#/timeouts?{query}"));
        let mut lab = Lab::start(&link.config, Seed(1));
        lab.act("send", &[]);
        lab.advance(link.at.unwrap());
        for (longest, worst) in lab.spent() {
            assert_eq!(Some(longest), worst, "{query}");
        }
    }
}

#[test]
fn one_click_shows_within_five_seconds_that_b_will_wait_25_s_for_nobody() {
    for (millis, layout) in
        [600, 2_500, 5_000].into_iter().flat_map(|millis| [(millis, Layout::Wide), (millis, Layout::Narrow)])
    {
        let session = played(&read("#/timeouts?do=0:send"), Instant::from_millis(millis));
        let marks = session.scene(View { layout, ..View::default() }).diagram.marks;
        // B's bar: what it has waited, what A waits for yet, and from then on an outline, hatched and named.
        let of_b: Vec<_> = marks
            .iter()
            .filter(|mark| mark.id.starts_with("bar-2-0-"))
            .map(|mark| match mark.shape {
                Shape::Span { at, wasted } => (at.x, at.w, wasted, mark.label.as_str()),
                _ => panic!("{mark:?}"),
            })
            .collect();
        let [(from, ..), .., (nobody, w, true, "would be for nobody")] = of_b[..] else {
            panic!("at {millis} ms: {of_b:?}")
        };
        // Of 30 s, all but the 4.725 s that A waits.
        let share = w / (nobody + w - from);
        assert!((share - 25.275 / 30.0).abs() < 0.01, "at {millis} ms: {share}");
        // And in words.
        let words = |mark: &halfopen::lab::scene::Mark| format!("{} {}", mark.label, mark.note).replace('\u{a0}', " ");
        assert!(
            marks.iter().any(|mark| words(mark).contains("B may spend 30 s on C, but A has 4.7 s left")),
            "at {millis} ms: {:?}",
            marks.iter().map(words).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_first_request_shows_who_works_for_nobody() {
    let session = played(&read("#/timeouts?do=0:send"), Instant::from_millis(5_500));
    assert_eq!(number(&session, "for_nobody"), 2.0);
    assert_eq!(number(&session, "failed"), 1.0);
    let said = said(&session);
    assert!(said.iter().any(|line| line.contains("B may spend 30 s on C, but A has 4.7 s left.")), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("✕ A gave up.") && line.contains("B does not know")), "{said:?}");
    // 30 s from 0.55 s on, of which A waited until 5.275 s.
    let session = played(&read("#/timeouts?do=0:send"), Instant::from_secs(31));
    assert!((number(&session, "waited_for_nobody") - 25.275).abs() < 1e-6);
}

#[test]
fn retries_inside_are_told_as_a_sum() {
    let session = played(&read("#/timeouts?preset=retries_inside&do=0:send"), Instant::from_secs(1));
    let said = said(&session);
    let told = "B may spend 3 × 4 s + 3 s = 15 s on C, but A has 4.7 s left.";
    assert!(said.iter().any(|line| line.contains(told)), "{said:?}");
}

#[test]
fn a_rule_is_held_against_what_is_really_left() {
    // Of 1 s under 2 s, B's first call of C has enough; by its second the client has little left.
    let link = "#/timeouts?client_timeout=3s&a_timeout=2s&a_attempts=2&wait=100ms&b_timeout=1s&hangs=c&do=0:send";
    let said = said(&played(&read(link), Instant::from_secs(4)));
    let broken: Vec<_> = said.iter().filter(|line| line.starts_with("▲ does not fit. B may spend")).collect();
    assert_eq!(broken.len(), 1, "{said:?}");
    assert!(broken[0].contains("B may spend 1 s on C, but the client has 1.1 s left, of which 100 ms are kept back."));
}

#[test]
fn the_deadline_stops_c_too() {
    let session = played(&read("#/timeouts?preset=propagated&do=0:send"), Instant::from_secs(20));
    assert_eq!(number(&session, "threads"), 0.0);
    let way = 0.025;
    assert!(number(&session, "waited_for_nobody") + number(&session, "worked_for_nobody") <= 2.0 * way + 1e-9);
    // Less than the least that it takes: it is not begun.
    let session = played(&read("#/timeouts?preset=propagated&client_timeout=600ms&do=0:send"), Instant::from_secs(2));
    assert_eq!((number(&session, "rejected"), number(&session, "failed")), (1.0, 0.0));
    assert!(said(&session).iter().any(|line| line.starts_with("■ not begun.")));
}

#[test]
fn threads_pile_up_without_timeouts_until_none_is_left() {
    let link = "#/timeouts?preset=no_timeouts&threads=50";
    let session = played(&read(link), Instant::from_secs(30));
    assert_eq!((number(&session, "in_flight"), number(&session, "threads")), (50.0, 150.0));
    assert!(number(&session, "rejected") > 200.0);
    assert!(said(&session).iter().any(|line| line.contains("full")));
}

#[test]
fn a_timeout_that_is_too_short_fails_falsely_as_often_as_it_is_worked_out() {
    let link = read("#/timeouts?preset=too_short&rate=100/s");
    let session = played(&link, Instant::from_secs(60));
    let share = number(&session, "false_failures") / (number(&session, "requests") - number(&session, "in_flight"));
    let facts = (entrance().about.outlook)(&link.config);
    let told = facts.iter().find(|fact| fact.label.contains("gives up")).unwrap();
    let told: f64 = told.value.split('\u{a0}').next().unwrap().parse().unwrap();
    assert!((share * 100.0 - told).abs() < 2.0, "{share}, and {told} %");
}

#[test]
fn the_valley_lies_where_both_costs_are_least() {
    let session = played(&read("#/timeouts?do=0:send"), Instant::from_secs(1));
    let chart = session.charts().into_iter().find(|chart| chart.id == "valley").unwrap();
    let (lost, wasted, both) = (&chart.lines[0].points, &chart.lines[1].points, &chart.lines[2].points);
    assert!(lost.windows(2).all(|pair| pair[0].1 >= pair[1].1), "what is lost only falls");
    assert!(wasted.windows(2).all(|pair| pair[0].1 <= pair[1].1 + 1e-9), "what is wasted only rises");
    let best = both.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert!(both[0].1 > best.1 && both.last().unwrap().1 > best.1, "in between");
    assert!((chart.lines[3].points[0].0 - 0.05 - p99(Duration::from_millis(300)).as_secs_f64()).abs() < 1e-9);
}

fn p99(median: Duration) -> Duration {
    halfopen_core::sim::Latency::log_normal(median, 1000).quantile(0.99)
}

#[test]
fn a_knob_turned_later_overrides_the_fix() {
    let session = played(&read("#/timeouts?do=1:fix,2:send,3:set:rate:1/s"), Instant::from_secs(4));
    assert_eq!(number(&session, "broken_rules"), 0.0, "a knob beside the chain leaves it fixed");
    let session = played(&read("#/timeouts?do=1:fix,2:send,3:set:margin:90ms"), Instant::from_secs(4));
    assert_eq!(number(&session, "broken_rules"), 1.0);
    assert!(said(&session).iter().any(|line| line.starts_with("Your own settings hold again")));
}

#[test]
fn held_against_each_other_both_have_the_same_axis() {
    for query in ["timeouts?b.preset=consistent&do=0:send&t=7s", "backoff?b.attempts=9&t=3s"] {
        let session = played(&read(&format!("#/{query}")), Instant::from_secs(3));
        let axis = |lane| {
            let marks = session.scene_of(lane, View::default()).diagram.marks;
            marks.into_iter().find(|mark| matches!(mark.shape, Shape::Axis { .. })).map(|mark| mark.shape).unwrap()
        };
        assert_eq!(axis(Lane::A), axis(Lane::B), "{query}");
    }
}
