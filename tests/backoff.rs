//! What the lab of backoff claims, held against its runs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{played, read, view};
use halfopen::lab::scene::Shape;
use halfopen::lab::{Lane, Layout, Link, Table, Tone, text};
use halfopen::session::Session;
use halfopen_core::Instant;

fn run(query: &str) -> Session {
    let link = read(&format!("#/backoff?{query}"));
    played(&link, link.at.unwrap_or_default())
}

fn number(session: &Session, id: &str) -> f64 {
    let scene = session.scene(view(Layout::Wide));
    let readout = scene.readouts.into_iter().find(|readout| readout.id == id);
    readout.unwrap_or_else(|| panic!("no readout {id}")).number.unwrap_or_else(|| panic!("{id} has no number yet"))
}

fn table(session: &Session) -> Table {
    session.tables_of(Lane::A).remove(0)
}

/// A column of the table of attempts, its last row apart.
fn column(session: &Session, head: &str) -> Vec<String> {
    let table = table(session);
    let at = table.heads.iter().position(|found| *found == head).unwrap();
    let attempts = table.rows.len() - 1;
    table.rows.iter().take(attempts).map(|row| row[at].replace('\u{a0}', " ")).collect()
}

fn total(session: &Session, head: &str) -> String {
    let table = table(session);
    let at = table.heads.iter().position(|found| *found == head).unwrap();
    table.rows.last().unwrap()[at].replace('\u{a0}', " ")
}

/// Where a lane's dots of one kind stand, in the wide picture.
fn dots(session: &Session, id: &str) -> Vec<(f32, f32)> {
    let marks = session.scene(view(Layout::Wide)).diagram.marks;
    let places = marks.iter().find(|mark| mark.id == id).map(|mark| match &mark.shape {
        Shape::Dots { at, .. } => at.iter().map(|at| (at.x, at.y)).collect(),
        _ => panic!("{id} is no field of dots"),
    });
    places.unwrap_or_default()
}

#[test]
fn the_defaults_are_five_attempts_from_a_second_doubled_up_to_a_minute_with_full_jitter() {
    let session = run("t=20s");
    let config = session.config();
    assert_eq!((config.number("attempts"), config.choice("kind"), config.choice("jitter")), (5, "exponential", "full"));
    assert_eq!((config.duration("base"), config.duration("cap")), (Duration::from_secs(1), Duration::from_secs(60)));
    assert_eq!(config.number("factor"), 2000);
    assert_eq!(column(&session, "ceiling (capped)"), ["–", "1 s", "2 s", "4 s", "8 s"]);
    assert_eq!(column(&session, "result"), ["✕ failed"; 5]);
    assert_eq!(number(&session, "reached"), 200.0);
    assert_eq!(number(&session, "gave_up"), 40.0);
}

#[test]
fn the_mean_of_full_jitter_is_half_of_the_ceiling_and_it_says_so() {
    let session = run("clients=200&t=20s");
    assert_eq!(column(&session, "expected"), ["–", "500 ms", "1 s", "2 s", "4 s"]);
    assert_eq!(column(&session, "worst case"), ["–", "1 s", "2 s", "4 s", "8 s"]);
    assert_eq!((total(&session, "expected"), total(&session, "worst case")), ("7.5 s".to_owned(), "15 s".to_owned()));
    assert!((number(&session, "mean_first_wait") - 0.5).abs() < 0.05);
    assert!(table(&session).note.contains("the mean wait is half of its ceiling, not the ceiling"));
    let claim = (session.lab().about.claim)(session.config());
    assert!(claim.contains("7.5\u{a0}s on average, 15\u{a0}s at most"), "{claim}");
}

#[test]
fn jitter_that_adds_passes_the_cap_and_it_says_so() {
    let session = run("preset=backon&cap=2s&clients=200&overlay_none=off&t=20s");
    assert_eq!(column(&session, "ceiling (capped)"), ["–", "1 s", "2 s", "2 s"]);
    assert_eq!(column(&session, "expected"), ["–", "1.5 s", "3 s", "3 s"]);
    assert_eq!(column(&session, "worst case"), ["–", "2 s", "4 s", "4 s"]);
    assert!(table(&session).note.contains("may pass the cap of 2\u{a0}s"), "{}", table(&session).note);
    let facts = (session.lab().about.outlook)(session.config());
    assert!(facts.iter().any(|fact| fact.label == "A wait may pass the cap" && fact.value == "4\u{a0}s"));
    // And some do: of 600 waits three quarters of those with that ceiling.
    let drawn = session.charts().into_iter().find(|chart| chart.id == "waits").unwrap();
    assert!(drawn.lines.iter().any(|line| line.name == "longest"), "it is not the ceiling here");
    // Capped last, none does.
    let cut = run("preset=backon&cap=2s&cap_last=on&t=20s");
    assert_eq!(column(&cut, "worst case"), ["–", "2 s", "2 s", "2 s"]);
    assert!(!table(&cut).note.contains("cap of"));
}

#[test]
fn the_running_total_is_the_sum_of_the_waits_drawn() {
    let link = read("#/backoff?takes=1ms");
    let session = played(&link, Instant::from_secs(20));
    let entries: Vec<String> = session.record().entries().map(|entry| entry.sentence()).collect();
    let drawn = column(&session, "wait drawn");
    for (wait, attempt) in drawn.iter().skip(1).zip(1..) {
        let said = format!("attempt {attempt} failed; it waits {wait} of at most");
        let found = entries.iter().any(|entry| entry.replace('\u{a0}', " ").contains(&said));
        assert!(found, "{said} is not in {entries:#?}");
    }
    let gave_up = session.record().entries().find(|entry| entry.head == "✕ gave up.").unwrap();
    let waited = gave_up.at.since(Instant::ZERO) - Duration::from_millis(5);
    assert_eq!(total(&session, "waited in all"), text::about(waited).replace('\u{a0}', " "));
}

#[test]
fn without_jitter_all_come_back_together_and_with_it_they_do_not() {
    let together = run("jitter=none&t=20s");
    assert_eq!(number(&together, "together"), 40.0);
    let xs = |dots: Vec<(f32, f32)>| {
        let mut xs: Vec<i32> = dots.iter().map(|dot| (dot.0 * 10.0) as i32).collect();
        xs.sort();
        xs.dedup();
        xs.len()
    };
    assert_eq!(xs(dots(&together, "failed")), 5, "five columns");
    let apart = run("t=20s");
    assert!(number(&apart, "together") < 20.0);
    assert!(xs(dots(&apart, "failed")) > 120);
    // What is laid over it are the same clients, and shows both at once.
    assert_eq!(dots(&apart, "overlay_none-failed").len(), 200);
    assert_eq!(xs(dots(&apart, "overlay_none-failed")), 5);
}

#[test]
fn a_reroll_changes_the_jitter_alone() {
    let spread = "spread=4s&clients=60&overlay_plus=on";
    let (first, second) = (run(&format!("{spread}&t=100s")), run(&format!("{spread}&do=0:reroll&t=100s")));
    let begins = |session: &Session| {
        let mut seen = std::collections::BTreeMap::new();
        for (x, y) in dots(session, "failed") {
            let row = seen.entry((y * 10.0) as i32).or_insert(f32::MAX);
            *row = row.min(x);
        }
        seen
    };
    // The axis depends on the draws: compared are places on equal axes.
    let same_axis = |id: &str| {
        let axis = |session: &Session| {
            let marks = session.scene(view(Layout::Wide)).diagram.marks;
            marks.into_iter().find(|mark| mark.id == id).map(|mark| mark.shape)
        };
        axis(&first) == axis(&second)
    };
    assert!(same_axis("time"), "choose settings whose rounds are about equally long");
    assert_eq!(begins(&first), begins(&second), "arrivals stay");
    assert_ne!(dots(&first, "failed"), dots(&second, "failed"), "waits do not");
    assert_eq!(dots(&first, "overlay_none-failed"), dots(&second, "overlay_none-failed"), "chance has no say there");
    assert_ne!(dots(&first, "overlay_plus-failed"), dots(&second, "overlay_plus-failed"));
    // The next one differs again, and the same ones always give the same.
    let third = run(&format!("{spread}&do=0:reroll,0:reroll&t=100s"));
    assert_ne!(column(&second, "wait drawn"), column(&third, "wait drawn"));
    let later = run(&format!("{spread}&do=50:reroll&t=150s"));
    assert_eq!(column(&second, "wait drawn"), column(&later, "wait drawn"));
}

#[test]
fn a_knob_turned_changes_no_draw() {
    // Half the wait is kept with equal jitter, so from the same draws come d/2 + full/2.
    let nanos = |query: &str| -> Vec<f64> {
        let chart = run(&format!("{query}&t=30s")).charts().into_iter().find(|chart| chart.id == "waits").unwrap();
        let line = chart.lines.into_iter().find(|line| line.name == "drawn by client 1").unwrap();
        line.points.iter().map(|point| point.1).collect()
    };
    let (full, equal) = (nanos("jitter=full"), nanos("do=3:set:jitter:equal"));
    let ceilings = [1.0, 2.0, 4.0, 8.0];
    for ((full, equal), ceiling) in full.iter().zip(&equal).zip(ceilings) {
        assert!((ceiling / 2.0 + full / 2.0 - equal).abs() < 1e-8, "{full} and {equal}");
    }
    assert_eq!(nanos("jitter=full"), nanos("clients=7&takes=3s&overlay_equal=on&breaker=each_attempt"));
}

#[test]
fn healing_ends_it() {
    let session = run("do=2:heal&t=30s");
    assert_eq!((number(&session, "answered"), number(&session, "gave_up")), (40.0, 0.0));
    assert!(column(&session, "result").contains(&"✓ answered".to_owned()));
    // Only so many of its attempts fail, broken or not.
    let twice = run("fails=2&t=30s");
    assert_eq!((number(&twice, "answered"), number(&twice, "reached")), (40.0, 120.0));
    assert_eq!(column(&twice, "result"), ["✕ failed", "✕ failed", "✓ answered", "not made", "not made"]);
}

#[test]
fn presets_are_those_of_the_libraries() {
    // Attempts in all, ceilings, and the worst case of each wait, from the reference of presets.
    for (preset, attempts, ceilings, worst) in [
        ("aws_before", 3, "1 s, 2 s", "1 s, 2 s"),
        ("aws", 3, "50 ms, 100 ms", "50 ms, 100 ms"),
        ("grpc", 4, "100 ms, 200 ms, 400 ms", "120 ms, 240 ms, 480 ms"),
        ("polly", 4, "2 s, 2 s, 2 s", "2 s, 2 s, 2 s"),
        ("resilience4j", 3, "500 ms, 500 ms", "500 ms, 500 ms"),
        ("backon", 4, "1 s, 2 s, 4 s", "2 s, 4 s, 8 s"),
        ("cockatiel", 5, "128 ms, 256 ms, 512 ms, 1 s", "128 ms, 256 ms, 512 ms, 1 s"),
        ("envoy", 2, "25 ms", "25 ms"),
    ] {
        let session = run(&format!("preset={preset}&t=1s"));
        assert_eq!(session.config().number("attempts"), attempts, "{preset}");
        assert_eq!(column(&session, "ceiling (capped)")[1..].join(", "), ceilings, "{preset}");
        assert_eq!(column(&session, "worst case")[1..].join(", "), worst, "{preset}");
        let note = session.lab().about.presets.iter().find(|found| found.id == preset).unwrap().note;
        assert!(note.contains("Left out: "), "{preset} says what it does not reproduce");
    }
    for (preset, cap) in [
        ("aws_before", 20_000),
        ("aws", 20_000),
        ("grpc", 1000),
        ("backon", 60_000),
        ("cockatiel", 30_000),
        ("envoy", 250),
    ] {
        assert_eq!(run(&format!("preset={preset}")).config().duration("cap"), Duration::from_millis(cap), "{preset}");
    }
}

#[test]
fn overlays_have_the_waits_of_their_strategy() {
    let session = run("overlay_full=on&overlay_equal=on&overlay_plus=on&overlay_decorrelated=on&t=200s");
    let marks = session.scene(view(Layout::Wide)).diagram.marks;
    let titles: Vec<&str> =
        marks.iter().filter(|mark| mark.id.ends_with("title")).map(|mark| mark.label.as_str()).collect();
    // Full jitter is the strategy itself, and not laid over it again.
    let overlaid =
        ["Overlaid: no jitter", "Overlaid: equal jitter", "Overlaid: added jitter", "Overlaid: decorrelated"];
    assert_eq!(titles[0], "40\u{a0}clients, full jitter");
    assert_eq!(titles[1..], overlaid);
    let chart = &session.charts()[0];
    assert_eq!(chart.lines.len(), 5);
    for line in &chart.lines {
        assert_eq!(line.points.iter().map(|point| point.1).sum::<f64>(), 200.0, "{}: all attempts", line.name);
    }
    assert_eq!(chart.lines[0].tone, Tone::LaneA);
}

#[test]
fn each_fault_shows_and_is_gone_when_mended() {
    let lab = halfopen::labs::find("backoff").unwrap();
    let exercise = lab.exercise.unwrap();
    assert_eq!(exercise.faults.len(), 4);
    for fault in exercise.faults {
        let shows = |query: &str| number(&run(query), fault.readout);
        assert_eq!(shows(fault.play), fault.shows, "{}", fault.title);
        assert_eq!(shows(fault.mended.0), fault.mended.1, "{}, mended", fault.title);
        assert_ne!(fault.shows, fault.mended.1, "{}", fault.title);
    }
    // It never opens; past it the calls go; nobody probes; and the charge is made again and again.
    let said = |query: &str, part: &str| run(query).record().entries().any(|entry| entry.sentence().contains(part));
    let [asked_once, for_ever, keyless, never_told] = exercise.faults else { panic!("four of them") };
    assert!(!said(never_told.play, "▲ open"), "{}", never_told.title);
    assert!(said(asked_once.play, "▲ open."), "{}", asked_once.title);
    assert!(said(for_ever.play, "● healed.") && !said(for_ever.play, "half-open"), "{}", for_ever.title);
    assert_eq!(number(&run(keyless.play), "work_done"), 200.0);
    assert_eq!(number(&run(keyless.mended.0), "work_done"), 40.0);
}

#[test]
fn a_breaker_around_each_attempt_takes_the_load_away() {
    let (without, with) = (run("t=30s"), run("breaker=each_attempt&t=30s"));
    assert_eq!(number(&without, "reached"), 200.0);
    assert!(number(&with, "reached") < 60.0 && number(&with, "refused") > 100.0);
    assert_eq!(number(&with, "past_open"), 0.0);
    // Refused attempts are attempts: nobody tries more often for it.
    assert_eq!(number(&with, "reached") + number(&with, "refused"), 200.0);
}

#[test]
fn settings_that_contradict_each_other_are_named() {
    let session = run("base=10s&cap=2s");
    let conflicts = (session.lab().about.conflicts)(session.config());
    assert_eq!(conflicts, ["The base of 10\u{a0}s is over the cap of 2\u{a0}s, and acts as 2\u{a0}s."]);
    assert_eq!(column(&session, "ceiling (capped)"), ["–", "2 s", "2 s", "2 s", "2 s"]);
    let (target, notices) =
        halfopen::lab::link::read("#/backoff?factor=0.5x&attempts=0&clients=1000000000", halfopen::labs::LABS);
    let halfopen::lab::link::Target::Lab(Link { config, .. }) = target else { panic!("it is a lab") };
    assert_eq!((config.number("factor"), config.number("attempts"), config.number("clients")), (1000, 1, 200));
    assert_eq!(notices.len(), 3, "{notices:?}");
}
