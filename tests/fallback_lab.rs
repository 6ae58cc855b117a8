//! What the lab on fallbacks claims: every page is accounted for, nothing is shown beyond its age, and loss is what it says.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Dice, played, random_config, random_input, random_instant, read};
use halfopen::lab::{Entrance, Input, Link, Timed, Value, View};
use halfopen::labs;
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

const SPAN: Instant = Instant::from_secs(40);

fn lab() -> &'static Entrance {
    labs::find("fallback").unwrap()
}

fn number(session: &Session, id: &str) -> f64 {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

fn price_age(session: &Session) -> Option<f64> {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == "price_age").unwrap().number
}

fn at_end(query: &str) -> Session {
    let link = read(&format!("#/fallback?{query}"));
    played(&link, link.at.unwrap())
}

/// Random settings, clicks and turned knobs; short age limits, so that they are reached.
fn play(dice: &mut Dice) -> Link {
    let mut link = Link { config: random_config(lab(), dice), seed: dice.below(u64::MAX), ..Link::to(lab()) };
    for age in ["price_age", "recs_age", "stock_age"] {
        if dice.one_in(2) {
            let limit = dice.between(1_000_000_000, 20_000_000_000);
            assert!(link.config.set(age, Value::Number(limit)));
        }
    }
    let random =
        (0..dice.below(20)).map(|_| Timed { at: random_instant(SPAN, dice), input: random_input(lab(), dice) });
    link.inputs = random.collect();
    link.inputs.sort_by_key(|timed| timed.at);
    link
}

/// The longest age limit of the price that is ever set, in seconds.
fn longest_price_age(link: &Link) -> f64 {
    let turned = link.inputs.iter().filter_map(|timed| match &timed.input {
        Input::Set { knob, value: Value::Number(nanos), .. } if *knob == "price_age" => Some(*nanos as f64 / 1e9),
        _ => None,
    });
    turned.fold(link.config.duration("price_age").as_secs_f64(), f64::max)
}

proptest! {
    #![proptest_config(common::cases(40))]

    #[test]
    fn every_page_is_accounted_for_and_nothing_is_too_old(numbers in common::numbers()) {
        let link = play(&mut Dice::new(numbers));
        let limit = longest_price_age(&link);
        let mut session = Session::open(&link);
        let mut before = (0.0, 0.0);
        for step in 1..=80 {
            session.advance(Instant::from_millis(500 * step));
            let of = |id| number(&session, id);
            let sum = of("whole") + of("degraded") + of("failed") + of("under_way");
            prop_assert_eq!(of("pages"), sum, "{}", link.write());
            prop_assert!(of("oldest") <= 1.0, "{}", link.write());
            prop_assert!(price_age(&session).is_none_or(|age| age <= limit), "{}", link.write());
            prop_assert!(of("orders") + of("missed") <= of("pages"), "{}", link.write());
            // What is lost stays lost.
            prop_assert!(before.0 <= of("stale_loss") && before.1 <= of("error_loss"), "{}", link.write());
            before = (of("stale_loss"), of("error_loss"));
        }
    }
}

#[test]
fn one_click_degrades_the_page_within_five_seconds() {
    let session = at_end("do=1:break_price&t=6s");
    assert!(number(&session, "degraded") > 10.0 && number(&session, "failed") == 0.0);
    assert!(price_age(&session).is_some_and(|age| age > 3.0));
    assert!(number(&session, "stale_loss") > 0.0);
}

#[test]
fn one_click_on_a_fresh_page_degrades_it_too() {
    for secs in 1..=5 {
        let session = at_end(&format!("do=0:break_price&t={secs}s"));
        assert!(number(&session, "degraded") > 0.0 && number(&session, "failed") == 0.0, "after {secs} s");
        // What is shown is as old as the run, but for the page's way.
        let age = price_age(&session).unwrap();
        assert!((secs as f64 - 0.5..=secs as f64).contains(&age), "{age} s old after {secs} s");
    }
    let first = at_end("do=0:break_price&t=5s").record().entries().next().unwrap().sentence();
    assert_eq!(first, "A page was loaded as the run began: the cache for price was filled.");
    // As long as the claim says, and no longer.
    assert_eq!(number(&at_end("do=0:break_price&t=30s"), "failed"), 0.0);
    assert!(number(&at_end("do=0:break_price&t=31s"), "failed") > 0.0);
    // Nothing is remembered of what could not have been answered.
    let never = at_end("latency=900ms&do=0:break_price&t=5s");
    assert_eq!((number(&never, "degraded"), price_age(&never)), (0.0, None));
}

#[test]
fn a_cached_price_is_shown_up_to_its_age_limit_and_not_beyond() {
    let session = at_end("do=5:break_price&t=34.5s");
    assert_eq!(number(&session, "failed"), 0.0);
    assert!(price_age(&session).is_some_and(|age| (29.0..=30.0).contains(&age)));
    let session = at_end("do=5:break_price&t=36s");
    assert!(number(&session, "failed") > 0.0);
    assert_eq!(price_age(&session), None);
}

#[test]
fn an_age_limit_that_is_made_shorter_makes_no_page_under_way_too_old() {
    // Pages whose price is taken from the cache at once wait for the second provider of the stock.
    let query = "price=cached&stock=second&second_latency=500ms&do=2:break_price,2:break_stock,12:set:price_age:1s";
    let before = at_end(&format!("{query}&t=12s"));
    assert!(number(&before, "under_way") > 0.0 && price_age(&before).is_some_and(|age| age > 9.0));
    let after = at_end(&format!("{query}&t=14s"));
    assert!(number(&after, "failed") > 0.0, "the limit is in force");
    assert!(number(&after, "oldest") <= 1.0, "{}", number(&after, "oldest"));
}

#[test]
fn only_the_price_fails_the_page() {
    let broken = |part: &str| at_end(&format!("price=none&recs=none&stock=none&do=2:break_{part}&t=12s"));
    assert_eq!(number(&broken("recs"), "failed"), 0.0);
    assert_eq!(number(&broken("stock"), "failed"), 0.0);
    let price = broken("price");
    assert!(number(&price, "failed") > 35.0 && number(&price, "error_loss") > 0.0);
    assert_eq!(number(&price, "stale_loss"), 0.0);
}

#[test]
fn orders_come_alike_whatever_is_shown() {
    let of = |query: &str| {
        let session = at_end(&format!("{query}&do=5:break_price&t=60s"));
        number(&session, "orders") + number(&session, "missed")
    };
    let whole = of("price=second");
    // A page that is still under way at the end may make a difference of one.
    assert!((whole - of("price=none")).abs() <= 1.0);
    assert!((whole - of("price=static")).abs() <= 1.0);
}

#[test]
fn a_second_provider_that_is_too_slow_for_the_page_is_a_conflict_and_never_shown() {
    let query = "price=second&broken=hangs&second_latency=2s&do=2:break_price&t=20s";
    let link = read(&format!("#/fallback?{query}"));
    assert!((lab().about.conflicts)(&link.config).iter().any(|said| said.contains("too late")));
    let session = at_end(query);
    assert_eq!(number(&session, "degraded"), 0.0);
    assert!(number(&session, "failed") > 50.0);
}

#[test]
fn what_orders_cost_is_rate_times_drift() {
    // 50 orders a second for 50 s at a price that rises by 6 % a minute: on average over the ages, half the last drift.
    let query = "rate=50/s&orders=100%25&volatility=0%25&price_age=1min&do=5:break_price&t=55s";
    let session = at_end(query);
    let (rise, price) = (0.06 / 60.0, 100.5);
    let expected = 50.0 * 50.0 * (rise * 50.0 / 2.0) * price;
    let lost = number(&session, "stale_loss");
    assert!((lost / expected - 1.0).abs() < 0.05, "lost {lost}, expected {expected}");
}

#[test]
fn the_expected_drift_is_what_chance_brings() {
    // Without a trend: half of the time the price falls, and the mean of the other half is 0.4 deviations.
    let mut lost = 0.0;
    for seed in 0..200 {
        let query =
            format!("seed={seed}&rise=0%25&volatility=5%25&orders=100%25&rate=4/s&price_age=1h&do=1:break_price&t=61s");
        lost += number(&at_end(&query), "stale_loss");
    }
    // The integral of 0.3989 σ √t over a minute, four orders a second, at 100 €.
    let expected = 200.0 * 4.0 * 100.0 * 0.3989 * 0.05 * 60.0 * 2.0 / 3.0;
    assert!((lost / expected - 1.0).abs() < 0.25, "lost {lost}, expected {expected}");
}
