//! What the availability lab claims: the numbers that are known, the system that lives as it is worked out, and bad input.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{played, read};
use halfopen::lab::{Entrance, Lane, Lanes, Layout, Value, View};
use halfopen::labs;
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

fn lab() -> &'static Entrance {
    labs::find("availability").unwrap()
}

fn claim(query: &str) -> String {
    (lab().about.claim)(&read(&format!("#/availability?{query}")).config).replace('\u{a0}', " ")
}

fn number(session: &Session, id: &str) -> f64 {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap()
}

#[test]
fn the_numbers_that_are_known_come_out() {
    for (query, told) in [
        ("system=server%2099.9%25", "One part: 99.9 % (three nines), 8.76 h down a year (8 h 45 min 36 s)."),
        (
            "system=series(99.9%25,99.9%25,99.9%25)",
            "3 parts that are all needed: 99.7003 %, 26.25 h down a year (26 h 15 min 13 s).",
        ),
        (
            "system=parallel(99.9%25,99.9%25,99.9%25)",
            "3 parts of which one suffices: 99.9999999 % (nine nines), 31.5 ms down a year.",
        ),
        (
            "system=parallel(99.9%25,99.9%25,99.9%25)&common=10%25",
            "3 parts of which one suffices: 99.99 %, 52.6 min down a year (52 min 34 s). If nothing took parts down together it would be 99.9999999 %.",
        ),
        ("system=1of3(99.9%25)", "3 parts of which one suffices: 99.9999999 % (nine nines), 31.5 ms down a year."),
        ("system=series(99.9%25)", "One part: 99.9 % (three nines), 8.76 h down a year (8 h 45 min 36 s)."),
        ("system=0%25", "One part: 0 %, 8760 h down a year."),
    ] {
        assert_eq!(claim(query), told);
    }
}

#[test]
fn groups_are_called_alike() {
    let captions = |system: &str| {
        let link = read(&format!("#/availability?system={}", system.replace('%', "%25")));
        let scene = Session::open(&link).scene(View::default());
        let groups = scene.diagram.marks.into_iter().filter(|mark| mark.id.starts_with("group-"));
        groups.map(|mark| mark.note).filter(|note| !note.is_empty()).collect::<Vec<_>>()
    };
    for (system, told) in [
        ("series(99%)", "1 of 1 needed"),
        ("parallel(99%)", "1 of 1 needed"),
        ("parallel(99%, 99%)", "1 of 2 suffices"),
        ("1of1000(99%)", "1 of 1000 suffices"),
        ("2of2(99%)", "all 2 needed"),
        ("2of3(99%)", "2 of 3 needed"),
        ("failover(99%, 99%, takes 30s, works 99.9999999%)", "standby · 30 s, 99.9999999 %"),
    ] {
        assert_eq!(captions(system), [told], "{system}");
    }
}

#[test]
fn an_action_out_of_range_is_named() {
    let (_, notices) = halfopen::lab::link::read("#/availability?do=1:break:5000", labs::LABS);
    let said: Vec<&str> = notices.iter().map(|notice| notice.0.as_str()).collect();
    assert_eq!(said, ["break:5000 is out of range; the nearest end was taken."]);
}

#[test]
fn the_usual_mistake_is_named() {
    let preset = lab().about.presets.iter().find(|preset| preset.id == "parallel").unwrap();
    assert!(preset.note.contains("99.9999 %, which is wrong by a thousand"));
}

#[test]
fn measured_closes_in_on_worked_out() {
    for seed in 1..=5 {
        let query = format!("system=series(web%2099%25,parallel(db%2095%25,db%2095%25))&pace=365&seed={seed}&t=60s");
        let session = played(&read(&format!("#/availability?{query}")), Instant::from_secs(60));
        let (measured, up, margin) =
            (number(&session, "measured"), number(&session, "calculated"), number(&session, "margin"));
        // Three times the margin is far more than chance brings.
        assert!((measured - up).abs() < 3.0 * margin, "seed {seed}: {measured} ± {margin}, worked out {up}");
        assert!(margin < (1.0 - up) / 5.0, "seed {seed}: ± {margin}");
    }
}

#[test]
fn what_is_held_down_is_answered_and_not_measured() {
    let link = read("#/availability?system=parallel(a%2099.9%25,b%2099%25)&do=1s:break:0&t=2s");
    let mut session = played(&link, Instant::from_secs(2));
    assert!((number(&session, "if_down") - 0.99).abs() < 1e-12);
    let said: Vec<String> = session.record().entries().map(|entry| entry.sentence()).collect();
    assert!(said.iter().any(|said| said.contains("You took a down and hold it there. The whole is up; as long as this lasts it is 99 % available instead of 99.999 %.")), "{said:?}");
    session.act("break", &[1]).unwrap();
    session.advance(Instant::from_secs(20));
    assert_eq!(number(&session, "if_down"), 0.0);
    assert_eq!(number(&session, "measured"), 1.0);
    session.act("repair_all", &[]).unwrap();
    let scene = session.scene(View::default());
    assert!(scene.readouts.iter().all(|readout| readout.id != "if_down"));
}

fn said(session: &Session) -> Vec<String> {
    session.record().entries().map(|entry| entry.sentence()).collect()
}

fn turn(session: &mut Session, knob: &str, value: &str) {
    session.turn_from_start(Lanes::Both, knob, Value::Text(value.into())).unwrap();
}

#[test]
fn what_is_held_down_is_a_component_and_no_place_in_the_text() {
    let system = |system: &str| system.to_owned();
    for (deed, balancer) in [("break:0", "break:4"), ("break_weakest", "break:4")] {
        let mut session =
            played(&read(&format!("#/availability?do=1s:{deed},2s:break:2,3s:repair:2&t=4s")), Instant::from_secs(4));
        turn(&mut session, "system", &system("series(extra 99%, 2of3(app 99.9%), balancer 99.99%)"));
        // The same once more in text: links carry places, counted in the system that they are of.
        let link = session.link().write();
        assert!(link.contains(&format!("1:{balancer},2:break:2,3:repair:2")), "{link}");
        let log = said(&session);
        assert!(log.iter().any(|said| said.contains("You took balancer down and hold it there.")), "{log:?}");
        assert_eq!(number(&session, "if_down"), 0.0);
        assert_eq!(said(&played(&read(&link), Instant::from_secs(4))), log);
        // What has gone is not held; undo brings it back.
        turn(&mut session, "system", &system("series(extra 99%, web 99%)"));
        let log = said(&session);
        assert!(log.iter().any(|said| said.contains("is not in this system: nothing is held for it.")), "{log:?}");
        assert!(session.scene(View::default()).readouts.iter().all(|readout| readout.id != "if_down"));
        session.undo();
        assert_eq!(number(&session, "if_down"), 0.0);
        session.configure(Lanes::Both, &lab().preset("regions").unwrap());
        let link = session.link().write();
        assert!(link.contains("1:break:1,"), "the first balancer of two: {link}");
    }
}

#[test]
fn what_is_held_down_stays_so_when_the_system_is_turned_in_the_middle() {
    let mut session = played(
        &read("#/availability?system=parallel(a%2099.9%25,b%2099%25)&do=0:break:0,0:break:1&t=2s"),
        Instant::from_secs(2),
    );
    session.turn(Lanes::Both, "system", Value::Text("series(c 99%, a 99%)".into())).unwrap();
    let log = said(&session);
    assert!(
        log.iter().any(|said| said.contains(
            "You still hold a down, all else is up, and what is measured begins anew. b is gone, and held no more."
        )),
        "{log:?}"
    );
    assert_eq!(number(&session, "if_down"), 0.0);
    session.act("repair", &[1]).unwrap();
    assert!(session.scene(View::default()).readouts.iter().all(|readout| readout.id != "if_down"));
}

fn contributions(query: &str) -> Vec<Vec<String>> {
    let tables = Session::open(&read(&format!("#/availability?{query}"))).tables_of(Lane::A);
    tables.into_iter().find(|table| table.id == "contributions").unwrap().rows
}

#[test]
fn what_a_group_shares_is_listed_with_what_it_costs() {
    let rows = contributions("system=parallel(99.9%25,99.9%25,99.9%25)&common=10%25");
    let told: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    assert_eq!(told[0], ["★ what parallel shares", "99.99 %", "52.6 min", "100 %", "all of it is down"]);
    assert!(told.len() == 4 && told[1..].iter().all(|row| row[0].starts_with("part ")), "{told:?}");
    // Beside something worse it is no star, and in series with it the line is straight.
    let rows = contributions("system=series(web%2099%25,parallel(a%2099%25,b%2099%25,common%2010%25))");
    assert_eq!(rows[0][0], "★ web");
    let row = rows.iter().find(|row| row[0] == "what parallel shares").unwrap();
    // 99 % of 0.001 that is not down for its own (0.009/0.999)².
    assert_eq!(row[1..3], ["99.9 %", "8.67 h"]);
    assert_eq!(row[4], "all of it is down");
}

#[test]
fn a_pace_that_cannot_be_played_is_slowed_and_told() {
    let system = format!("series({})", vec!["1ms/1ms"; 200].join(","));
    let link = read(&format!("#/availability?system={system}&pace=3650"));
    let conflicts = (lab().about.conflicts)(&link.config);
    assert!(conflicts[0].contains("too many failures to play"), "{conflicts:?}");
    // A second of it is some 20,000 failures and repairs, not 10¹⁴.
    let session = played(&link, Instant::from_secs(1));
    assert!(session.record().trace().events() < 30_000, "{}", session.record().trace().events());
}

#[test]
fn each_incident_fires_what_it_is_for() {
    let fires = |incidents: &str| {
        let link = read(&format!("#/availability?incidents={incidents}"));
        let table = Session::open(&link).tables_of(Lane::A).into_iter().find(|table| table.id == "alerts");
        table.unwrap().rows.into_iter().map(|row| row[2] != "never").collect::<Vec<_>>()
    };
    assert_eq!(fires("1d%201min%20100%25"), [true, false, false]);
    assert_eq!(fires("1d%206h%200.7%25"), [false, true, false]);
    assert_eq!(fires("1d%2072h%200.1%25"), [false, false, true]);
    assert_eq!(fires("1d%2072h%200.09%25"), [false, false, false]);
}

/// Systems of all kinds, some deep, some wide.
fn systems() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("99.9%".to_owned()),
        Just("0%".to_owned()),
        Just("100%".to_owned()),
        Just("three nines".to_owned()),
        Just("30d/1h".to_owned()),
        Just("a 8.76h/year".to_owned()),
        (0_u32..=1000).prop_map(|tenths| format!("part {}.{}%", tenths / 10, tenths % 10)),
    ];
    value.prop_recursive(8, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..6).prop_map(|all| format!("series({})", all.join(", "))),
            (prop::collection::vec(inner.clone(), 1..6), 0_u32..=100)
                .prop_map(|(all, common)| format!("parallel({}, common {common}%)", all.join(", "))),
            (inner.clone(), 1_u32..9, 0_u32..9).prop_map(|(one, k, more)| format!("{k}of{}({one})", k + more)),
            (inner.clone(), inner).prop_map(|(a, b)| format!("failover({a}, {b}, takes 5min, works 90%)")),
        ]
    })
}

proptest! {
    #![proptest_config(common::cases(60))]

    /// Whatever can be read is drawn within its picture, in both layouts, and lives.
    #[test]
    fn any_system_shows_and_lives(system in systems()) {
        let mut link = read("#/availability");
        prop_assume!(link.config.set("system", Value::Text(system.as_str().into())));
        let session = played(&link, Instant::from_secs(2));
        for layout in [Layout::Wide, Layout::Narrow] {
            let scene = session.scene(View { layout, ..View::default() });
            common::invariants::assert_scene(lab(), &scene, layout);
        }
        common::invariants::assert_charts(&session.charts());
    }
}
