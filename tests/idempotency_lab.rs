//! What the lab on idempotency keys claims: its books balance at every instant, and a key that is remembered protects.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Dice, played, random_config, random_input, random_instant, read};
use halfopen::lab::{Entrance, Input, Lane, Link, Timed, Value, View};
use halfopen::labs;
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

const SPAN: Instant = Instant::from_secs(30);

fn lab() -> &'static Entrance {
    labs::find("idempotency").unwrap()
}

fn number(session: &Session, id: &str) -> f64 {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

fn at_end(query: &str) -> Session {
    let link = read(&format!("#/idempotency?{query}"));
    played(&link, link.at.unwrap())
}

fn told(session: &Session) -> Vec<String> {
    session.record().entries().map(|entry| entry.sentence().replace('\u{a0}', " ")).collect()
}

/// `1 234.50 €` in cents.
fn cents(shown: &str) -> u64 {
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u64>().unwrap() * if shown.contains('.') { 1 } else { 100 }
}

/// What must hold at any instant, whatever the settings.
fn assert_balances(session: &Session, capacity: f64, what: &str) {
    let of = |id| number(session, id);
    let sum = of("answered") + of("failed") + of("rejected") + of("under_way");
    assert_eq!(of("requests"), sum, "{what}");
    let ledger = session.tables_of(Lane::A).into_iter().find(|table| table.id == "ledger").unwrap();
    let entries: u64 = ledger.rows.iter().map(|row| cents(&row[4])).sum();
    assert!((of("charged") * 100.0 - entries as f64).abs() < 0.5, "{what}");
    assert!(of("over") <= of("charged"), "{what}");
    assert!(of("keys") <= capacity, "{what}: {} keys of {capacity}", of("keys"));
}

/// A link with random settings and clicks, and knobs turned on the way.
fn random(dice: &mut Dice) -> Link {
    let mut link = Link { config: random_config(lab(), dice), seed: dice.below(u64::MAX), ..Link::to(lab()) };
    let random =
        (0..dice.below(30)).map(|_| Timed { at: random_instant(SPAN, dice), input: random_input(lab(), dice) });
    link.inputs = random.collect();
    link.inputs.sort_by_key(|timed| timed.at);
    link
}

/// The largest number of keys that the knob was at by then: a store that was made smaller keeps what it has.
fn room(link: &Link, at: Instant) -> f64 {
    let turned = link.inputs.iter().filter(|timed| timed.at <= at).filter_map(|timed| match &timed.input {
        Input::Set { knob: "capacity", value: Value::Number(keys), .. } => Some(*keys),
        _ => None,
    });
    turned.fold(link.config.number("capacity"), i64::max) as f64
}

fn walk(link: &Link, mut look: impl FnMut(&Session)) {
    let mut session = Session::open(link);
    for step in 1..=60 {
        session.advance(Instant::from_millis(500 * step));
        look(&session);
    }
}

proptest! {
    #![proptest_config(common::cases(48))]

    #[test]
    fn the_books_balance_at_every_instant(numbers in common::numbers()) {
        let link = random(&mut Dice::new(numbers));
        walk(&link, |session| assert_balances(session, room(&link, session.now()), &link.write()));
    }

    #[test]
    fn one_key_a_payment_that_is_remembered_charges_once(numbers in common::numbers()) {
        let mut link = random(&mut Dice::new(numbers));
        // Nothing expires within the run, and nothing is put out: a full store refuses. Nobody turns that.
        let kept = [
            ("key", Value::Flag(true)),
            ("maker", Value::Choice(0)),
            ("ttl", Value::Number(24 * 3600 * 1_000_000_000)),
            ("when_full", Value::Choice(0)),
        ];
        link.inputs.retain(|timed| match &timed.input {
            Input::Set { knob, .. } => kept.iter().all(|kept| kept.0 != *knob),
            Input::Do { .. } => true,
        });
        for (knob, value) in kept {
            assert!(link.config.set(knob, value));
        }
        walk(&link, |session| {
            assert_eq!((number(session, "twice"), number(session, "over")), (0.0, 0.0), "{}", link.write());
        });
    }
}

#[test]
fn without_a_key_one_click_charges_twice_within_five_seconds() {
    let session = at_end("do=0:pay&t=5s");
    assert_eq!((number(&session, "charged"), number(&session, "twice")), (20.0, 1.0));
    let session = at_end("key=on&do=0:pay&t=5s");
    assert_eq!((number(&session, "charged"), number(&session, "replayed")), (10.0, 1.0));
}

#[test]
fn what_has_expired_is_charged_again_and_the_log_says_why() {
    let session = at_end("key=on&ttl=5s&do=0:pay,10:retry&t=14s");
    assert_eq!(number(&session, "charged"), 20.0);
    let said = told(&session);
    assert!(
        said.iter().any(|said| said.contains("Key k1 had expired: done 9.6 s before, and kept for 5 s.")),
        "{said:?}"
    );
}

#[test]
fn a_longer_time_to_live_does_not_bring_back_what_has_expired() {
    let session = at_end("key=on&ttl=5s&do=0:pay,8:set:ttl:60s,10:retry&t=14s");
    assert_eq!(number(&session, "charged"), 20.0);
    assert_eq!(number(&session, "keys"), 1.0);
}

#[test]
fn two_at_once_wait_or_are_refused() {
    let waits = at_end("key=on&do=0:twice&t=5s");
    assert_eq!((number(&waits, "charged"), number(&waits, "rejected")), (10.0, 0.0));
    assert_eq!((number(&waits, "answered"), number(&waits, "replayed")), (2.0, 1.0));
    let refused = at_end("key=on&in_flight=refuse&do=0:twice&t=5s");
    assert_eq!((number(&refused, "charged"), number(&refused, "rejected")), (10.0, 1.0));
    // The one that was refused came again.
    assert_eq!(number(&refused, "answered"), 2.0);
    let keyless = at_end("do=0:twice&t=5s");
    assert_eq!(number(&keyless, "charged"), 20.0);
}

#[test]
fn another_amount_under_the_same_key_is_refused_and_not_tried_again() {
    let session = at_end("key=on&do=0:pay,6:other_amount&t=20s");
    assert_eq!((number(&session, "charged"), number(&session, "rejected")), (10.0, 1.0));
    assert!(told(&session).iter().any(|said| said.contains("422")));
}

#[test]
fn a_full_store_forgets_or_refuses() {
    let query = "key=on&capacity=1&lose_first=off&do=0:pay,3:pay,6:retry";
    let refused = at_end(&format!("{query}&t=20s"));
    assert!(number(&refused, "rejected") > 0.0 && number(&refused, "keys") <= 1.0);
    let query = "key=on&capacity=1&when_full=forget&rate=2/s&lose_first=off&do=5:pay,10:retry";
    let forgot = at_end(&format!("{query}&t=14s"));
    assert!(
        told(&forgot).iter().any(|said| said.contains("had been forgotten before its time")),
        "{:?}",
        told(&forgot)
    );
}

#[test]
fn keys_that_live_shorter_than_the_last_retry_are_a_conflict() {
    let link = read("#/idempotency?key=on&ttl=30s&attempts=5&timeout=8s&wait=1s");
    let conflicts = (lab().about.conflicts)(&link.config);
    assert_eq!(
        conflicts.iter().map(|said| said.replace('\u{a0}', " ")).collect::<Vec<_>>(),
        ["The last retry comes after 47 s, keys live 30 s: it may be charged again."]
    );
}

#[test]
fn a_knob_shifts_no_other_draw() {
    // The same payments come, whatever becomes of them.
    let of = |query: &str| {
        let session = at_end(&format!("rate=3/s&lose_answers=10%25&t=30s&{query}"));
        (number(&session, "payments"), number(&session, "charged") - number(&session, "over"))
    };
    assert_eq!(of("attempts=6&wait=50ms&do=7:pay,9:twice").0, of("attempts=1&key=on&do=7:pay,9:twice").0);
    assert_eq!(of("key=on&ttl=168h&attempts=6"), of("attempts=6"));
}
