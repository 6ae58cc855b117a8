//! Sessions: going back, forking, undoing, stepping, turning knobs, and bounds.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::ticker::{TICK, TICKERS};
use common::{Dice, assert_same, assert_same_record, breaker, cases, numbers, played, random_instant, random_link};
use halfopen::lab::link::{INPUTS_MAX, LINK_BYTES_MAX, RUN_MAX};
use halfopen::lab::record::{LOG_KEEPS, Level};
use halfopen::lab::{Input, Lanes, Link, Timed, Value};
use halfopen::session::{Refused, Session};
use halfopen_core::Instant;
use proptest::prelude::*;

fn ticker() -> Session {
    Session::open(&Link::to(&TICKERS[0]))
}

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

#[test]
fn what_was_played_once_is_not_played_again_on_the_way_forward() {
    let mut session = ticker();
    session.advance(at(64));
    session.act("add", &[1, 1]).unwrap();
    session.advance(at(100));
    let link = session.link();

    // Checkpoints lie 4 s apart by now.
    session.seek(at(5));
    session.approach(at(91));
    assert_eq!(session.now(), at(88));
    session.approach(at(90));
    assert_eq!(session.now(), at(88), "the playhead is nearer than the checkpoint");
    session.seek(at(90));
    assert_same(&session, &played(&link, at(90)), "gone forward");

    session.seek(at(5));
    session.approach(at(64));
    assert_same(&session, &played(&link, at(64)), "at a checkpoint, with the input of its instant");
}

#[test]
fn another_future_replaces_the_first_and_undo_brings_it_back() {
    let mut session = ticker();
    session.advance(at(3));
    session.act("add", &[1, 1]).unwrap();
    session.advance(at(6));
    session.act("stop", &[]).unwrap();
    session.advance(at(20));
    let first = session.link();

    session.seek(at(4));
    session.act("add", &[7, 2]).unwrap();
    assert_eq!(session.inputs().len(), 2, "what lay ahead is replaced");
    assert_eq!(session.played(), at(4));
    session.advance(at(9));
    let second = session.link();

    assert!(session.undo());
    assert_eq!(
        (session.now(), session.played()),
        (at(4), at(20)),
        "back where the fork was, with the old future ahead"
    );
    session.seek(at(20));
    assert_same(&session, &played(&first, at(20)), "undone");

    assert!(session.redo());
    assert_eq!(session.now(), at(9));
    assert_same(&session, &played(&second, at(9)), "redone");
    assert!(!session.can_redo());

    // All the way back: what was never done is not in the record.
    while session.undo() {}
    assert_eq!(session.inputs(), []);
    session.seek(at(20));
    assert_same(&session, &played(&Link::to(&TICKERS[0]), at(20)), "all undone");
    while session.redo() {}
    assert_same(&session, &played(&second, at(9)), "all redone");
}

#[test]
fn a_new_act_ends_what_could_be_redone() {
    let mut session = ticker();
    session.advance(at(1));
    session.act("poke", &[]).unwrap();
    session.undo();
    assert!(session.can_redo());
    session.act("stop", &[]).unwrap();
    assert!(!session.can_redo());
}

#[test]
fn real_labs_fork_too() {
    let mut session = Session::open(&Link::to(breaker()));
    for second in 1..4 {
        session.advance(at(second));
        session.act("send", &[]).unwrap();
    }
    session.advance(at(10));
    let link = session.link();
    session.seek(Instant::from_millis(1500));
    session.act("send", &[]).unwrap();
    assert_eq!(session.inputs().len(), 2);
    session.undo();
    session.seek(at(10));
    assert_same(&session, &played(&link, at(10)), "undone");
}

#[test]
fn steps_go_from_entry_to_entry() {
    let mut session = ticker();
    session.advance(at(2));
    session.act("add", &[0, 0]).unwrap();
    session.advance(at(60));
    let times: Vec<_> = session.record().entries().map(|entry| entry.at).collect();
    assert!(times.len() > 20);
    session.seek(Instant::ZERO);
    let mut stepped = vec![];
    stepped.extend(times.first().filter(|first| **first == Instant::ZERO));
    while session.now() < *times.last().unwrap() {
        session.step().unwrap();
        stepped.push(session.now());
    }
    let mut distinct = times.clone();
    distinct.dedup();
    assert_eq!(stepped, distinct);
    for back in distinct.iter().rev().skip(1) {
        session.step_back();
        assert_eq!(session.now(), *back);
    }
    session.step_back();
    session.step_back();
    assert_eq!(session.now(), Instant::ZERO);
    assert_eq!(session.played(), at(60), "stepping forgets nothing");
}

#[test]
fn another_links_run_is_told_and_undo_brings_the_present_one_back() {
    let mut session = ticker();
    session.advance(at(7));
    session.act("stop", &[]).unwrap();
    let own = session.link().write();
    let mut other = Link { seed: 9, ..Link::to(&TICKERS[0]) };
    other.inputs = vec![Timed { at: at(2), input: Input::Do { action: "poke", args: vec![] } }];
    session.tell(&other);
    assert_eq!((session.now(), session.played()), (Instant::ZERO, Instant::ZERO));
    session.advance(at(5));
    assert_same_record(&session, &played(&other, at(5)), "told");
    // Told once more it begins anew, and is no second thing to take back.
    session.tell(&other);
    assert_eq!(session.now(), Instant::ZERO);
    assert!(session.undo());
    assert_eq!(session.link().write(), own);
}

#[test]
fn a_step_to_nowhere_is_refused_and_goes_nowhere() {
    let mut session = ticker();
    session.advance(at(1));
    session.act("stop", &[]).unwrap();
    assert_eq!(session.step(), Err(Refused::NothingToCome));
    assert_eq!((session.now(), session.played()), (at(1), at(1)));
    assert!(!session.is_busy());
}

#[test]
fn a_knob_turned_at_the_beginning_is_the_configuration() {
    let mut session = ticker();
    session.turn(Lanes::Both, "every", Value::Number(1_000_000_000)).unwrap();
    assert_eq!(session.inputs(), []);
    assert_eq!(session.config().duration("every").as_secs(), 1);
    session.advance(at(3));
    // In the middle it is an input, and holds from then on.
    session.turn(Lanes::Both, "every", Value::Number(2_000_000_000)).unwrap();
    assert_eq!(session.inputs().len(), 1);
    assert_eq!(session.config().duration("every").as_secs(), 1);
    assert_eq!(session.config_now().duration("every").as_secs(), 2);
    session.advance(at(6));
    // From the start it replaces both, and the playhead stays.
    session.turn_from_start(Lanes::Both, "every", Value::Number(500_000_000)).unwrap();
    assert_eq!(session.inputs(), []);
    assert_eq!(session.now(), at(6));
    let mut link = Link::to(&TICKERS[0]);
    link.config.set("every", Value::Number(500_000_000));
    assert_same(&session, &played(&link, at(6)), "from the start");
    // Going back before a turn shows the knob as it was.
    session.turn(Lanes::Both, "every", Value::Number(1_000_000_000)).unwrap();
    session.advance(at(9));
    assert_eq!(session.config_now().duration("every").as_secs(), 1);
    session.seek(at(2));
    assert_eq!(session.config_now().duration("every").as_millis(), 500);
}

#[test]
fn a_slider_dragged_while_time_stands_is_one_turn() {
    let mut session = ticker();
    session.advance(at(3));
    for every in 1..50 {
        session.turn(Lanes::Both, "every", Value::Number(every * 10_000_000)).unwrap();
    }
    assert_eq!(session.inputs().len(), 1);
    session.advance(at(5));
    assert_same(&session, &played(&session.link(), at(5)), "dragged");
    // With a future ahead it is a turn of its own: undo must bring that future back.
    session.seek(at(3));
    session.turn(Lanes::Both, "every", Value::Number(1_000_000_000)).unwrap();
    assert_eq!(session.played(), at(3));
    session.undo();
    assert_eq!(session.played(), at(5));
    session.seek(at(5));
    assert_eq!(session.config_now().duration("every").as_millis(), 490);
}

#[test]
fn a_drag_ends_what_could_be_redone() {
    let mut session = ticker();
    session.advance(at(3));
    session.turn(Lanes::Both, "every", Value::Number(20_000_000)).unwrap();
    session.act("poke", &[]).unwrap();
    session.undo();
    session.turn(Lanes::Both, "every", Value::Number(30_000_000)).unwrap();
    assert!(!session.can_redo(), "redo would bring the old value back");
}

#[test]
fn presets_seeds_and_reset() {
    let mut session = ticker();
    session.advance(at(2));
    session.act("poke", &[]).unwrap();
    session.turn(Lanes::Both, "share", Value::Number(7)).unwrap();
    session.advance(at(4));
    session.configure(Lanes::Both, &TICKERS[0].preset("other").unwrap());
    assert_eq!(session.inputs().len(), 1, "clicks stay, turns go");
    assert_eq!((session.now(), session.config_now().number("share")), (at(4), 50));
    session.reseed(99);
    assert_same(&session, &played(&session.link(), at(4)), "reseeded");
    session.turn(Lanes::Both, "share", Value::Number(8)).unwrap();
    session.reset();
    assert_eq!((session.now(), session.played(), session.seed()), (Instant::ZERO, Instant::ZERO, 99));
    assert_eq!(session.config().number("share"), 8, "the settings that hold now stay");
    assert_eq!(session.inputs(), []);
    session.undo();
    assert_eq!(session.now(), at(4));
}

#[test]
fn the_unknown_is_refused_and_arguments_are_clamped() {
    let mut session = ticker();
    session.advance(at(1));
    assert_eq!(session.act("dance", &[]), Err(Refused::Unknown));
    assert_eq!(session.turn(Lanes::Both, "tempo", Value::Flag(true)), Err(Refused::Unknown));
    assert_eq!(session.turn(Lanes::Both, "every", Value::Flag(true)), Err(Refused::Unknown));
    assert_eq!(session.turn(Lanes::Both, "text", Value::Text("!".into())), Err(Refused::Unknown));
    assert_eq!(session.inputs(), []);
    assert!(!session.can_undo());
    session.act("add", &[i64::MAX]).unwrap();
    assert_eq!(session.inputs()[0].input, Input::Do { action: "add", args: vec![100, 0] });
}

#[test]
fn time_zero_is_the_same_from_both_sides() {
    let mut link = Link::to(&TICKERS[0]);
    link.inputs = vec![Timed { at: Instant::ZERO, input: Input::Do { action: "add", args: vec![5, 1] } }];
    let fresh = Session::open(&link);
    let mut back = played(&link, at(7));
    back.seek(Instant::ZERO);
    assert_same(&fresh, &back, "at 0");
    back.seek(at(7));
    assert_same(&played(&link, at(7)), &back, "at 7 again");
}

#[test]
fn a_run_ends_after_a_day() {
    let mut link = Link::to(&TICKERS[0]);
    link.config.set("every", Value::Number(10_000_000_000));
    let mut session = played(&link, Instant::MAX);
    assert_eq!(session.now(), RUN_MAX);
    assert_eq!(session.act("poke", &[]), Err(Refused::Full));
    // What is old is dropped, and the record says so.
    assert_eq!(session.record().entries().len(), LOG_KEEPS);
    assert_eq!(session.record().dropped() + LOG_KEEPS as u64, session.record().logged());
    // Checkpoints are few, and still lead anywhere.
    for back in [80_000, 12_345, 86_000, 1, 43_210] {
        session.seek(at(back));
        assert_same_record(&session, &played(&link, at(back)), "back in a long run");
    }
}

#[test]
fn inputs_are_bounded_by_what_a_link_holds() {
    // Short ones by their number, as a link in which they are read.
    let poke = |n: u64| Timed { at: at(n / 100), input: Input::Do { action: "poke", args: vec![] } };
    let mut link = Link::to(&TICKERS[0]);
    link.inputs = (0..INPUTS_MAX as u64).map(poke).collect();
    let mut session = played(&link, at(50));
    assert_eq!(session.act("poke", &[]), Err(Refused::Full));
    let (again, notices) = halfopen::lab::link::read(&session.link().write(), TICKERS);
    assert_eq!(notices, []);
    let halfopen::lab::link::Target::Lab(again) = again else { panic!("no lab") };
    assert_eq!(again.inputs, link.inputs);
    // Long ones by the bytes they take.
    let mut session = ticker();
    let mut refused = None;
    for turn in 0..100_u64 {
        session.advance(Instant::from_nanos(1 + turn * 1_000_000_007));
        let text = format!("{turn}{}", " ,".repeat(1500));
        refused = session.turn(Lanes::Both, "text", Value::Text(text.into())).err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused, Some(Refused::Full));
    assert!(session.link().write().len() <= LINK_BYTES_MAX);
    assert!(session.inputs().len() > 3);
}

#[test]
fn a_link_far_ahead_of_its_inputs_takes_them_in_time() {
    // Thousands of knobs turned: linear, not quadratic, so this is over at once.
    let mut link = Link::to(&TICKERS[0]);
    link.inputs = (0..INPUTS_MAX)
        .map(|n| Timed {
            at: Instant::from_millis(n as u64),
            input: Input::Set { lanes: Lanes::Both, knob: "share", value: Value::Number(n as i64 % 1000) },
        })
        .collect();
    let session = played(&link, at(10));
    assert_eq!(session.config_now().number("share"), 999);
    assert!(session.record().logged() > INPUTS_MAX as u64);
}

#[test]
fn a_level_thinned_out_still_ends_where_it_is() {
    let mut level = Level::default();
    for n in 0..100_000_u64 {
        // Up and down, and never the extreme at the end.
        let value = [0.0, 9.0, 1.0, 5.0, 4.0][(n % 5) as usize] + (n as f64) / 1e6;
        level.set(Instant::from_millis(n), value);
        assert_eq!(level.last(), Some(value));
    }
    let points = level.points(at(100));
    assert!(points.len() < 2100);
    assert!(points.is_sorted_by(|a, b| a.0 <= b.0));
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn whatever_is_done_the_link_reproduces_it(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let mut session = Session::open(&random_link(&TICKERS[0], at(8), dice));
        for _ in 0..dice.below(25) {
            match dice.below(12) {
                0..3 => session.advance(random_instant(at(12), dice)),
                3 | 4 => session.seek(random_instant(at(12), dice)),
                5 | 6 => match common::random_input(&TICKERS[0], dice) {
                    Input::Do { action, args } => session.act(action, &args).unwrap(),
                    Input::Set { lanes, knob, value } => session.turn(lanes, knob, value).unwrap(),
                },
                7 => drop(session.undo()),
                8 => drop(session.redo()),
                9 => drop(session.step()),
                10 => session.step_back(),
                _ => session.turn_from_start(Lanes::Both, "every", Value::Number(dice.between(50_000_000, 900_000_000))).unwrap(),
            }
            prop_assert!(session.played() >= session.now());
            prop_assert!(session.healths().iter().all(|health| health.0 <= session.played()));
        }
        assert_same(&session, &played(&session.link(), session.now()), "by its link");
        let far = session.played();
        session.seek(far);
        assert_same(&session, &played(&session.link(), far), "as far as it was played");
    }
}

#[test]
fn the_ticker_ticks() {
    let session = played(&Link::to(&TICKERS[0]), at(1));
    assert_eq!(session.record().trace().events(), 1 + 1_000 / TICK.as_millis() as u64);
}

#[test]
fn a_step_through_what_is_not_logged_goes_on_and_says_so() {
    // Far ahead.
    let mut link = Link::to(&TICKERS[0]);
    link.config.set("on", Value::Flag(false));
    link.inputs = vec![Timed { at: at(1000), input: Input::Do { action: "poke", args: vec![] } }];
    let mut session = played(&link, at(1));
    assert_eq!(session.step(), Err(Refused::NothingLogged));
    assert_eq!((session.now(), session.played()), (at(601), at(601)));
    assert_eq!(session.step(), Ok(()));
    assert_eq!(session.now(), at(1000));
    // Busy traffic: no longer than it takes to see so many events.
    let mut link = Link::to(breaker());
    link.config.set("rate", Value::Number(1_000_000));
    let mut session = Session::open(&link);
    session.advance(at(1));
    assert_eq!(session.step(), Err(Refused::NothingLogged));
    let there = session.now();
    assert!(there > at(1) && there < at(601), "{there:?}");
    assert_eq!(session.step(), Err(Refused::NothingLogged));
    assert!(session.now() > there);
}
