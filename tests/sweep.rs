//! Two lanes and many seeds on the command line.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use serde_json::Value;

/// Standard output and standard error of a call that succeeds.
fn halfopen(args: &[&str]) -> (String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_halfopen")).args(args).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let err = text(out.stderr);
    assert!(out.status.success(), "{args:?}: {err}");
    (text(out.stdout), err)
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&halfopen(&[args, &["--format", "json"]].concat()).0).unwrap()
}

#[test]
fn a_row_a_seed_has_both_lanes_and_their_difference() {
    let link = "#/backoff?b.jitter=none&t=20s";
    let (csv, _) = halfopen(&["sweep", link, "--seeds", "3..6", "--readout", "together", "--format", "csv"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("seed,a,b,difference"));
    let rows: Vec<Vec<f64>> = lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [3.0, 4.0, 5.0, 6.0]);
    assert!(rows.iter().all(|row| row[3] == row[2] - row[1]), "{csv}");
    assert!(rows.iter().all(|row| row[3] > 0.0), "without jitter more come together: {csv}");
    // A seed's row is the run with that seed.
    let alone = json(&["run", link, "--seed", "5"]);
    let number = |lane: &Value| lane["readouts"]["together"]["value"].as_f64().unwrap();
    assert_eq!([number(&alone), number(&alone["b"])], [rows[2][1], rows[2][2]]);
}

#[test]
fn what_only_the_second_lane_has_can_be_asked_for() {
    let link = "#/backoff?b.breaker=each_attempt&t=20s";
    let told = json(&["sweep", link, "--seeds", "1..4", "--readout", "openings"]);
    let openings = &told["readouts"]["openings"];
    assert_eq!((openings["a"].is_null(), openings["b"]["count"].as_u64()), (true, Some(4)), "{told}");
    assert!(openings["difference"].is_null());
}

#[test]
fn seeds_without_a_number_are_told() {
    // Some of these runs have recovered by then and others not.
    let link = "#/retry-storm?breaker=on&processes=100&t=18s&do=5:start,10:end";
    let told = json(&["sweep", link, "--seeds", "1..8", "--readout", "recovered_after"]);
    let count = told["readouts"]["recovered_after"]["a"]["count"].as_u64().unwrap();
    assert!((1..8).contains(&count), "else this proves nothing: {told}");
    let (text, _) = halfopen(&["sweep", link, "--seeds", "1..8", "--readout", "recovered_after"]);
    assert!(text.contains(&format!("(of {count} of 8 seeds)")), "{text}");
}

#[test]
fn a_preset_is_set_in_both_lanes_and_keeps_their_difference() {
    let told = json(&["run", "#/circuit-breaker?b.open_for=7s&t=5s", "--preset", "polly"]);
    let differing: Vec<&str> =
        told["b"]["differing"].as_array().unwrap().iter().map(|knob| knob["knob"].as_str().unwrap()).collect();
    assert_eq!(differing, ["open_for"]);
}

#[test]
fn a_picture_has_both_lanes() {
    let (svg, _) = halfopen(&["run", "#/retry-storm?b.queue=100&do=5:start&t=9s", "--format", "svg"]);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg:.300}");
    for title in ["Load against capacity · A", "Load against capacity · B"] {
        assert_eq!(svg.matches(&format!("<title>{title}</title>")).count(), 1, "{title}");
    }
    // Lines that fit into one picture are in one.
    let (svg, _) =
        halfopen(&["run", "#/retry-storm?b.queue=100&do=5:start&t=9s", "--format", "svg", "--chart", "retries"]);
    assert_eq!(svg.matches("<svg ").count(), 1);
}

#[test]
fn settings_that_contradict_themselves_are_told_by_every_command() {
    for verb in ["run", "sweep", "code"] {
        let (_, err) = halfopen(&[verb, "#/backoff?base=100s&cap=1s"]);
        assert!(err.starts_with("notice: "), "{verb}: {err}");
    }
}
