//! What the bulkhead lab claims: its totals balance, no slot is lost, and orders starve where and when it says.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Dice, end_within, numbers, played, random_config, random_input, random_instant, read};
use halfopen::lab::{Entrance, Input, Lane, Link, Timed, Value, View};
use halfopen::labs;
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

fn lab() -> &'static Entrance {
    labs::find("bulkhead").unwrap()
}

fn run(query: &str) -> Session {
    let link = read(&format!("#/bulkhead?{query}"));
    let end = link.at.unwrap();
    played(&link, end)
}

fn number(session: &Session, id: &str) -> f64 {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

/// A row of the table of fates.
#[derive(Debug, PartialEq)]
struct Fates {
    came: u64,
    answered: u64,
    late: u64,
    gave_up: u64,
    rejected: u64,
    in_flight: u64,
    in_use: u64,
    held: u64,
    loose: u64,
}

/// Payments and orders of the shared pool, then of the bulkheads.
fn fates(session: &Session) -> [Fates; 4] {
    let table = session.tables_of(Lane::A).into_iter().find(|table| table.id == "fates").unwrap();
    let rows = table.rows.iter().map(|row| {
        let cells: Vec<u64> = row[1..]
            .iter()
            .map(|cell| cell.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap())
            .collect();
        let [came, answered, late, gave_up, rejected, in_flight, in_use, held, loose] = cells[..] else {
            panic!("{row:?}")
        };
        Fates { came, answered, late, gave_up, rejected, in_flight, in_use, held, loose }
    });
    rows.collect::<Vec<_>>().try_into().unwrap()
}

/// What must hold at any instant; how many of each pool are in use: of the shared one, and of the two.
fn assert_balanced(session: &Session, what: &str) -> [u64; 3] {
    let all = fates(session);
    for row in &all {
        let ends = row.answered + row.late + row.gave_up + row.rejected;
        assert_eq!(row.came, ends + row.in_flight, "{what} at {}: {row:?}", session.now());
        assert!(row.held <= row.in_use, "{what} at {}: {row:?}", session.now());
    }
    let [payments, orders, own_payments, own_orders] = &all;
    // Both arrangements get the same.
    assert_eq!((payments.came, orders.came), (own_payments.came, own_orders.came), "{what}");
    [payments.in_use + orders.in_use, own_payments.in_use, own_orders.in_use]
}

/// The slots of each pool that there ever were after `from` and until `to`, at most.
fn slots(link: &Link, from: Instant, to: Instant) -> [u64; 3] {
    let mut now = ["payments_threads", "orders_threads"].map(|id| link.config.count(id));
    let pools = |[payments, orders]: [u64; 2]| [payments + orders, payments, orders];
    let mut most = [0; 3];
    for timed in link.inputs.iter().filter(|timed| timed.at <= to) {
        if timed.at > from {
            most = [0, 1, 2].map(|pool| pools(now)[pool].max(most[pool]));
        }
        match &timed.input {
            Input::Set { knob: "payments_threads", value: Value::Number(threads), .. } => now[0] = *threads as u64,
            Input::Set { knob: "orders_threads", value: Value::Number(threads), .. } => now[1] = *threads as u64,
            _ => {}
        }
    }
    [0, 1, 2].map(|pool| pools(now)[pool].max(most[pool]))
}

proptest! {
    #![proptest_config(common::cases(60))]

    #[test]
    fn totals_balance_and_no_pool_is_passed_but_by_work_that_began_in_a_larger_one(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let mut link = Link { config: random_config(lab(), dice), seed: dice.below(99), ..Link::to(lab()) };
        let span = Instant::from_secs(10);
        let inputs = (0..dice.below(12)).map(|_| Timed { at: random_instant(span, dice), input: random_input(lab(), dice) });
        link.inputs = inputs.collect();
        link.inputs.sort_by_key(|timed| timed.at);
        let end = end_within(&link, span, 20_000);
        let mut session = Session::open(&link);
        let mut in_use = [0; 3];
        for step in 1..=40 {
            let before = session.now();
            session.advance(Instant::from_nanos(end.as_nanos() / 40 * step));
            // Work that began in a pool that was larger goes on; beyond that nothing begins until it has ended.
            let most = slots(&link, before, session.now());
            let now = assert_balanced(&session, &link.write());
            for pool in 0..3 {
                let most = most[pool].max(in_use[pool]);
                prop_assert!(now[pool] <= most, "{} of {most} at {}: {}", now[pool], session.now(), link.write());
            }
            in_use = now;
        }
    }

    /// When nothing comes any more, everything ends and every slot is free.
    #[test]
    fn no_slot_is_lost(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let mut link = Link { config: random_config(lab(), dice), seed: dice.below(99), ..Link::to(lab()) };
        // Long enough for a time drawn some twenty times its mean.
        for (knob, most) in [("slow", 3_000_000_000), ("payments_rate", 500_000), ("orders_rate", 500_000)] {
            let now = link.config.number(knob);
            assert!(link.config.set(knob, Value::Number(now.min(most))));
        }
        let span = Instant::from_secs(5);
        link.inputs = (0..dice.below(10))
            .map(|_| Timed { at: random_instant(span, dice), input: random_input(lab(), dice) })
            .filter(|timed| matches!(timed.input, Input::Do { .. }))
            .collect();
        link.inputs.sort_by_key(|timed| timed.at);
        let mut session = played(&link, span);
        for knob in ["payments_rate", "orders_rate"] {
            session.turn(halfopen::lab::Lanes::Both, knob, Value::Number(0)).unwrap();
        }
        session.advance(Instant::from_secs(1_000));
        for row in fates(&session) {
            prop_assert_eq!((row.in_flight, row.in_use, row.held, row.loose), (0, 0, 0, 0), "{}", link.write());
        }
        prop_assert_eq!(number(&session, "threads_shared") + number(&session, "threads_apart"), 0.0);
    }
}

#[test]
fn one_click_shows_it_within_five_seconds() {
    let mut session = Session::open(&Link::to(lab()));
    session.advance(Instant::from_secs(2));
    assert_eq!((number(&session, "orders_shared"), number(&session, "orders_apart")), (1.0, 1.0));
    session.act("slow", &[]).unwrap();
    session.advance(Instant::from_secs(7));
    assert!(number(&session, "orders_shared") < 0.2, "{}", number(&session, "orders_shared"));
    assert_eq!(number(&session, "orders_apart"), 1.0);
    let said: Vec<String> = session.record().entries().map(|entry| entry.sentence()).collect();
    assert!(said.iter().any(|said| said.starts_with("✕ orders turned away, shared pool. Orders: no thread was free")));
    assert!(!said.iter().any(|said| said.contains("orders turned away, bulkheads")));
    // And the opposite heals it.
    session.act("usual", &[]).unwrap();
    session.advance(Instant::from_secs(20));
    assert!(number(&session, "orders_shared") > 0.9);
}

#[test]
fn the_claim_is_what_runs_do() {
    for query in [
        "",
        "on_timeout=frees&",
        "on_timeout=frees&payments_queue=0&orders_queue=0&",
        "slow=3s&",
        "preset=semaphore&",
        "payments_rate=100/s&orders_threads=60&",
    ] {
        let link = read(&format!("#/bulkhead?{query}"));
        let claim = (lab().about.claim)(&link.config);
        let told = claim.split(" of the orders").next().unwrap().rsplit(' ').next().unwrap();
        let told: f64 = told.trim_end_matches('%').trim_end_matches('\u{a0}').parse().unwrap();
        let session = run(&format!("{query}do=2:slow&t=120s"));
        let orders = &fates(&session)[1];
        let answered = 100.0 * orders.answered as f64 / (orders.came - orders.in_flight) as f64;
        let most = if claim.contains("at least") { 20.0 } else { 6.0 };
        assert!((-6.0..most).contains(&(answered - told)), "{query}: {claim} It was {answered} %.");
    }
    let claim = (lab().about.claim)(&read("#/bulkhead?slow=500ms").config).replace('\u{a0}', " ");
    assert_eq!(
        claim,
        "Slow payments need 20/s × 500 ms = 10 threads, and orders 5: one pool of 30 bears both, without a bulkhead."
    );
    assert!(number(&run("slow=500ms&do=2:slow&t=60s"), "orders_shared") > 0.99);
}

/// Whether payments fail alone, or which share of the orders is answered behind their bulkhead, in percent.
fn said_of_bulkheads(claim: &str) -> Option<f64> {
    let (_, said) = claim.split_once("Behind bulkheads some orders fail too, and about ")?;
    said.split('\u{a0}').next().unwrap().parse().ok()
}

#[test]
fn the_claim_says_when_orders_fail_behind_bulkheads_too() {
    let all = lab().about.presets.iter().map(|preset| format!("preset={}&", preset.id));
    let more = [
        "payments_rate=5000/s&orders_rate=5000/s&",
        "orders_rate=180/s&",
        "orders_rate=300/s&orders_queue=0&",
        "shared=100%25&full_speed=20&",
        "shared=50%25&",
        "shared=100%25&times=constant&",
        "shared=100%25&on_timeout=frees&",
        "preset=too_large&timeout=5s&",
        "preset=too_large&on_timeout=frees&",
        "preset=too_small&isolation=semaphore&",
        "orders_threads=1&orders_rate=5/s&",
    ];
    for query in all.chain(more.map(str::to_owned)) {
        let link = read(&format!("#/bulkhead?{query}"));
        let claim = (lab().about.claim)(&link.config);
        let mut answered = 0.0;
        for seed in 1..=3 {
            let of = |end: u64| {
                let session = run(&format!("{query}seed={seed}&do=2:slow&t={end}s"));
                let [_, _, _, orders] = fates(&session);
                [orders.answered, orders.came - orders.in_flight]
            };
            // From when payments have taken what they take.
            let (then, now) = (of(20), of(80));
            answered += 100.0 * (now[0] - then[0]) as f64 / (now[1] - then[1]) as f64 / 3.0;
        }
        match said_of_bulkheads(&claim) {
            None => assert!(answered >= 98.0, "{query}: {claim} It was {answered} %."),
            Some(told) => assert!((answered - told).abs() < 5.0, "{query}: {claim} It was {answered} %."),
        }
        assert!(!claim.contains("payments fail alone") || said_of_bulkheads(&claim).is_none(), "{claim}");
    }
}

#[test]
fn a_pool_smaller_than_rate_times_time_is_named() {
    let conflicts = (lab().about.conflicts)(&read("#/bulkhead?payments_take=600ms").config);
    assert_eq!(
        conflicts[0].replace('\u{a0}', " "),
        "Payments need 12 threads at 20/s × 600 ms and have 10: behind a bulkhead some are always turned away."
    );
    // Little's law, the other way round: ten threads serve ten in 600 ms.
    let payments = &fates(&run("payments_take=600ms&timeout=60s&t=300s"))[2];
    let share = payments.answered as f64 / payments.came as f64;
    assert!((share - 10.0 / 12.0).abs() < 0.05, "{share}");
}

#[test]
fn small_pools_turn_away_what_erlang_says() {
    let session = run("preset=too_small&t=300s");
    let lost = |row: &Fates| row.rejected as f64 / row.came as f64;
    let [shared_payments, shared_orders, payments, orders] = &fates(&session);
    for (row, said) in [(payments, 0.2105), (orders, 0.1205), (shared_payments, 0.0787), (shared_orders, 0.0787)] {
        assert!((lost(row) - said).abs() < 0.025, "{} for {said}", lost(row));
    }
    let facts = (lab().about.outlook)(&read("#/bulkhead?preset=too_small").config);
    let fact = facts.iter().find(|fact| fact.label.starts_with("Turned away")).unwrap();
    assert_eq!(fact.value.replace('\u{a0}', " "), "21 % of payments, 12 % of orders");
}

#[test]
fn what_is_shared_slows_orders_behind_the_bulkhead() {
    let alone = run("do=2:slow&t=12s");
    let shared = run("shared=100%25&do=2:slow&t=12s");
    assert_eq!(number(&alone, "orders_apart"), 1.0);
    let in_use = |session: &Session| fates(session)[3].in_use;
    assert!(in_use(&shared) > in_use(&alone) + 4, "{} and {}", in_use(&shared), in_use(&alone));
    // Many more at work than there are threads, and a database that all of them need: no wall is left.
    assert!(number(&run("preset=timeouts_free&shared=100%25&do=2:slow&t=40s"), "orders_apart") < 0.8);
}

#[test]
fn a_burst_runs_waits_and_is_turned_away() {
    // 20 threads and 10 places of their own for 40; the shared pool has 30 and 20.
    let session = run("payments_rate=0/s&orders_rate=0/s&times=constant&do=1:burst&t=1.05s");
    let [_, shared, _, own] = &fates(&session);
    assert_eq!((shared.in_use, shared.in_flight, shared.rejected), (30, 40, 0));
    assert_eq!((own.in_use, own.in_flight, own.rejected), (20, 30, 10));
}

#[test]
fn many_requests_are_cheap() {
    // 10 000 a second for ten seconds: a run of half a million events must not take longer than a test may.
    let session = run(
        "payments_rate=5000/s&orders_rate=5000/s&payments_take=5ms&orders_take=5ms&payments_threads=100&orders_threads=100&on_timeout=frees&timeout=100ms&slow=30s&do=1:slow&t=10s",
    );
    assert!(session.record().trace().events() > 200_000);
    let [_, _, payments, _] = &fates(&session);
    assert!(payments.in_use + payments.loose <= 5_100, "{payments:?}");
    let in_use = assert_balanced(&session, "many");
    assert!(in_use[0] <= 200 && in_use[1] <= 100 && in_use[2] <= 100, "{in_use:?}");
}

#[test]
fn a_pool_that_is_made_smaller_lets_its_work_end_and_begins_no_other() {
    // Twenty orders at work for 2 s in their own pool of 20, which is then one of 5; more wait.
    let query =
        "payments_rate=0/s&orders_rate=0/s&orders_take=2s&times=constant&timeout=60s&do=1:burst,2:set:orders_threads:5";
    let link = read(&format!("#/bulkhead?{query}"));
    let mut session = Session::open(&link);
    let mut at = |millis| {
        session.advance(Instant::from_millis(millis));
        let row = &fates(&session)[3];
        (row.in_use, row.in_flight, row.answered)
    };
    assert_eq!([at(1_900), at(2_100), at(2_900)].map(|now| now.0), [20; 3]);
    let (in_use, in_flight, answered) = at(3_100);
    assert_eq!((in_use, answered), (5, 20));
    assert!(in_flight > in_use);
}
