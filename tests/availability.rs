//! The command line's availability: numbers that must come out, and input that must not.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use halfopen::system::{self, Given, TEXT_MAX};
use proptest::prelude::*;
use serde_json::Value;

fn halfopen(args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_halfopen"))
        .arg("availability")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn json(system: &str) -> Value {
    let (code, out, err) = halfopen(&[system, "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{system}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_numbers_that_must_come_out_do() {
    let (_, one, _) = halfopen(&["99.9%"]);
    assert!(one.contains("available  99.9 %") && one.contains("8.76 h a year  (8 h 45 min 36 s)"), "{one}");
    let (_, all, _) = halfopen(&["series(99.9%, 99.9%, 99.9%)"]);
    assert!(all.contains("available  99.7003 %") && all.contains("26.25 h a year"), "{all}");
    let (_, any, _) = halfopen(&["parallel(99.9%, 99.9%, 99.9%)"]);
    assert!(any.contains("available  99.9999999 %") && any.contains("31.5 ms a year"), "{any}");
    let any = json("1of3(99.9%)");
    assert!((any["unavailability"].as_f64().unwrap() / 1e-9 - 1.0).abs() < 1e-12, "{any}");
    let common = json("parallel(99.9%, 99.9%, 99.9%, common 10%)");
    assert!((common["availability"].as_f64().unwrap() - 0.9999).abs() < 1e-8, "{common}");
    assert_eq!(common["percent"], "99.99 %");
}

#[test]
fn what_costs_most_stands_first() {
    let told = json("series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))");
    let labels: Vec<&str> =
        told["contributions"].as_array().unwrap().iter().map(|part| part["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["lb", "app", "app", "app", "db", "db"]);
    let share: f64 = told["contributions"][0]["share"].as_f64().unwrap();
    assert!((share - 1e-4).abs() < 1e-8, "{share}");
    assert_eq!(told["contributions"][0]["unavailability_if_down"], 1.0);
}

#[test]
fn what_cannot_be_understood_is_said_and_ends_with_2() {
    let deep = "parallel(".repeat(10_000);
    for (wrong, said) in [
        ("99,9", "error: at character 1: A comma separates blocks: write 99.9% if that is meant."),
        ("0.999", "error: at character 1: 0.999 may be 99.9% available or 0.999%: write the one that is meant."),
        ("series(a 99.9%, NaN)", "error: at character 17: “NaN” is no availability."),
        ("150%", "error: at character 1: 150% is over 100%"),
        ("1e-400", "error: at character 1: “1e-400” is no availability."),
        (&deep, "error: at character 1: It takes at most 20000 bytes"),
        (&deep[..9_000], "error: at character 577: Groups stand within each other more than 64 deep."),
        ("", "error: at character 1: A part is missing here."),
        ("series(lb 99.99% app 99.9%)", "error: at character 18: A comma is missing here, between “99.99%” and “app”."),
        ("series(99.9%; 99.9%)", "error: at character 13: A comma separates blocks: write it instead of “;”."),
        ("parallel(common 99.95%, db 99.95%)", "error: at character 10: “common” is no name of a part here"),
    ] {
        let (code, out, err) = halfopen(&[wrong]);
        assert_eq!((code, out.as_str()), (2, ""), "{wrong:.40}");
        assert!(err.starts_with(said), "{wrong:.40}: {err}");
        assert_eq!(err.lines().count(), 1);
    }
}

proptest! {
    #[test]
    fn nothing_that_is_typed_leads_to_a_panic(text in r"[a-z0-9%.,;()/\n -]{0,60}|(series|parallel|2of3|common 9%|99%|nines|three|a|,|;|\n|\(|\)| ){0,30}|\PC{0,40}") {
        if let Err(error) = system::read(&text).and_then(|system| system.block(&Given::default())) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{error:?}");
            prop_assert!(!error.message.is_empty() && error.message.len() < 400);
        }
        let _ = system::read_all(&text);
        prop_assert!(text.len() < TEXT_MAX);
    }

    /// As many parts as are written, or an error: none is lost in another's name.
    #[test]
    fn no_part_is_lost(
        parts in prop::collection::vec(("[a-z]{0,3}", prop_oneof![Just("99.9%"), Just("three nines"), Just("8.76 h / year"), Just("30d/1h"), Just("9 %")]), 2..5),
        between in prop_oneof![Just(", "), Just(" "), Just("\n"), Just("; "), Just(",\n")],
    ) {
        let list: Vec<String> = parts.iter().map(|(name, said)| format!("{name} {said}").trim().to_owned()).collect();
        let text = format!("parallel({})", list.join(between));
        match system::read(&text) {
            Ok(system) => prop_assert_eq!(system.children().count(), parts.len(), "{}", text),
            Err(error) => prop_assert!(!between.contains(','), "{}: {}", text, error.message),
        }
    }
}
