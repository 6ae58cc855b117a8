//! What time does when a reader plays, waits, goes elsewhere and takes back. Real milliseconds are the tests' own.

use std::cell::Cell;

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::lab::link::{self, Target};
use crate::labs::LABS;

/// A clock on which no work takes any time.
const STANDING: &dyn Fn() -> f64 = &|| 0.0;

fn link(text: &str) -> Link {
    let (Target::Lab(link), notices) = link::read(text, LABS) else { panic!("{text} leads to no lab") };
    assert_eq!(notices, []);
    link
}

fn player(text: &str) -> Player {
    Player::open(&link(text))
}

/// A clock that goes on by so many milliseconds at each look: each slice of work takes as long.
fn slow(step: f64) -> impl Fn() -> f64 {
    let now = Cell::new(0.0);
    move || now.replace(now.get() + step)
}

fn millis(player: &Player) -> u64 {
    player.now().as_nanos() / 1_000_000
}

const TRAFFIC: &str = "#/circuit-breaker?rate=100/s";

#[wasm_bindgen_test]
fn time_stands_until_played_and_follows_real_time() {
    let mut player = player(TRAFFIC);
    player.frame(50.0, STANDING);
    assert_eq!((millis(&player), player.pause, player.touched), (0, Some(Pause::Fresh), false));
    player.take(Intent::Toggle, STANDING);
    player.frame(50.0, STANDING);
    assert_eq!((millis(&player), player.is_moving(), player.touched), (50, true, true));
    player.take(Intent::Speed(2), STANDING);
    player.frame(16.0, STANDING);
    assert_eq!(millis(&player), 114, "four times as fast");
    player.frame(5_000.0, STANDING);
    assert_eq!(millis(&player), 514, "a hitch stands for 100 ms");
    player.take(Intent::Toggle, STANDING);
    player.frame(50.0, STANDING);
    assert_eq!((millis(&player), player.pause), (514, Some(Pause::Reader)));
}

#[wasm_bindgen_test]
fn time_stops_when_nothing_is_under_way_and_an_act_plays_on() {
    let mut player = player("#/circuit-breaker");
    player.take(Intent::Toggle, STANDING);
    for _ in 0..99 {
        player.frame(100.0, STANDING);
    }
    assert_eq!(player.pause, None);
    player.frame(100.0, STANDING);
    assert_eq!((millis(&player), player.pause), (10_000, Some(Pause::Quiet)));
    player.take(Intent::Act("send", Vec::new()), STANDING);
    assert_eq!(player.pause, None);
    // Whoever paused wants it to stand.
    player.take(Intent::Toggle, STANDING);
    player.take(Intent::Act("send", Vec::new()), STANDING);
    assert_eq!(player.pause, Some(Pause::Reader));
    assert!(
        player.hint.as_deref().is_some_and(|hint| hint.starts_with("Time stands at 10.0\u{a0}s;")),
        "{:?}",
        player.hint
    );
}

#[wasm_bindgen_test]
fn a_far_instant_is_reached_in_slices_and_the_way_can_be_left() {
    let (mut player, clock) = (player(TRAFFIC), slow(40.0));
    let minute = Instant::from_secs(60);
    player.take(Intent::Seek(minute), &clock);
    player.frame(16.0, &clock);
    let far = player.progress().unwrap();
    assert!(player.is_moving() && far > 0.0 && far < 1.0, "{far}");
    player.take(Intent::Act("send", Vec::new()), &clock);
    assert_eq!(player.hint.as_deref(), Some("On the way to another time. Wait, or cancel."));
    assert_eq!(player.session.borrow().inputs(), []);

    let left = player.now();
    player.take(Intent::Cancel, &clock);
    assert!(player.hint.as_deref().is_some_and(|hint| hint.starts_with("Stopped on the way, at ")));
    player.frame(16.0, &clock);
    assert_eq!((player.now(), player.progress(), player.pause), (left, None, Some(Pause::Moved)));

    // Another time is gone to from there, on a machine that is quick at once.
    player.take(Intent::Seek(minute), STANDING);
    assert_eq!((player.now(), player.is_moving()), (minute, false));
    player.take(Intent::Seek(left), STANDING);
    assert_eq!((player.now(), player.is_past()), (left, true));
}

#[wasm_bindgen_test]
fn steps_go_from_entry_to_entry() {
    let mut player = player("#/circuit-breaker?latency=50ms&do=1:send");
    player.take(Intent::Step, STANDING);
    let first = player.now();
    assert!(first >= Instant::from_secs(1) && player.pause == Some(Pause::Reader), "{first:?}");
    player.take(Intent::Seek(Instant::from_secs(9)), STANDING);
    player.take(Intent::StepBack, STANDING);
    assert!(player.now() < Instant::from_secs(9) && player.session.borrow().record().logged() > 0);
    assert_eq!(player.pause, Some(Pause::Reader));
}

#[wasm_bindgen_test]
fn an_undo_plays_the_run_before_to_where_it_was() {
    let mut player = player("#/circuit-breaker?t=3s");
    player.frame(16.0, STANDING);
    assert_eq!(millis(&player), 3_000);
    let hash = |player: &Player| player.session.borrow().record().trace().hash();
    player.take(Intent::Act("send", Vec::new()), STANDING);
    player.frame(100.0, STANDING);
    let (now, done) = (player.now(), hash(&player));
    player.take(Intent::Undo, STANDING);
    assert_eq!((millis(&player), player.hint.as_deref()), (3_000, Some("Undone.")));
    assert!(hash(&player) != done && player.session.borrow().inputs().is_empty());
    player.take(Intent::Redo, STANDING);
    assert_eq!((player.now(), player.hint.as_deref()), (now, Some("Done again.")));
    assert_eq!(hash(&player), done);
    player.take(Intent::Reset, STANDING);
    assert_eq!((player.now(), player.pause), (Instant::ZERO, Some(Pause::Fresh)));
}

#[wasm_bindgen_test]
fn a_run_that_is_shown_stands_at_its_end_and_gives_the_speed_back() {
    let mut player = player(TRAFFIC);
    player.take(Intent::Speed(-1), STANDING);
    player.show(&link("#/circuit-breaker?rate=50/s"), Instant::from_secs(20));
    assert!(player.speed > 0, "fast enough to last some seconds");
    for _ in 0..200 {
        player.frame(100.0, STANDING);
    }
    assert_eq!((millis(&player), player.pause, player.speed), (20_000, Some(Pause::Moved), -1));
}

#[wasm_bindgen_test]
fn a_speed_that_the_machine_cannot_keep_is_told() {
    let (mut player, clock) = (player(TRAFFIC), slow(10.0));
    player.take(Intent::Speed(6), &clock);
    player.take(Intent::Toggle, &clock);
    for _ in 0..10 {
        player.frame(100.0, &clock);
    }
    let reached = player.behind.unwrap();
    assert!(reached > 0.0 && reached < 0.9 * 64.0, "{reached}");
    player.take(Intent::Speed(0), STANDING);
    assert_eq!(player.behind, None);
}

#[wasm_bindgen_test]
fn an_edit_on_the_way_is_made_and_the_way_goes_on() {
    let mut player = player("#/circuit-breaker?rate=100/s&t=20m");
    player.more = Some(|player, intent| player.take_more(intent, &slow(1.0)));
    player.frame(16.0, &slow(10.0));
    let (all, half) = (player.progress(), player.now());
    assert!(all.is_some() && half < Instant::from_secs(1200), "still on the way at {half}");
    // Anything else waits.
    player.take(Intent::Undo, STANDING);
    assert!(player.hint.as_ref().is_some_and(|hint| hint.starts_with("On the way")), "{:?}", player.hint);
    player.take(Intent::Edit(Lanes::Both, "threshold", Value::Number(7)), STANDING);
    assert_eq!(player.hint.as_deref(), Some("Changed. Undo takes it back."));
    while player.progress().is_some() {
        player.frame(16.0, STANDING);
    }
    assert_eq!((player.now(), player.session.borrow().config().number("threshold")), (Instant::from_secs(1200), 7));
    player.take(Intent::Undo, STANDING);
    assert_eq!(player.session.borrow().config().number("threshold"), 3);
}
