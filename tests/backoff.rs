//! What the lab of backoff claims, held against its runs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{played, read, view};
use halfopen::lab::scene::Shape;
use halfopen::lab::{Chart, Lane, Layout, Link, Table, Tone, text};
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
    let drawn = drawn.lines.iter().find(|line| line.name == "drawn by client 1").unwrap();
    assert_eq!(drawn.points.len(), 3);
    assert!(drawn.points.iter().any(|wait| wait.1 > 2.0), "{:?}", drawn.points);
    // Capped last, none does.
    let cut = run("preset=backon&cap=2s&cap_last=on&t=20s");
    assert_eq!(column(&cut, "worst case"), ["–", "2 s", "2 s", "2 s"]);
    assert!(!table(&cut).note.contains("pass the cap"), "{}", table(&cut).note);
    let chart = cut.charts().into_iter().find(|chart| chart.id == "waits").unwrap();
    let drawn = chart.lines.iter().find(|line| line.name == "drawn by client 1").unwrap();
    assert!(drawn.points.iter().all(|wait| wait.1 <= 2.0), "{:?}", drawn.points);
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
fn equal_counts_have_bars_of_equal_height_in_every_strategy() {
    let session = run("clients=40&overlay_none=on&overlay_plus=on&t=100s");
    for layout in [Layout::Wide, Layout::Narrow] {
        let marks = session.scene(view(layout)).diagram.marks;
        // All begin together, so the first bar counts all.
        let first = |id: &str| {
            let mark = marks.iter().find(|mark| mark.id == id).unwrap_or_else(|| panic!("no mark {id}"));
            let Shape::Bars { at, heights } = &mark.shape else { panic!("{id} has no bars") };
            at.h * heights[0]
        };
        let own = first("bars");
        assert!(own > 40.0 && own == first("overlay_none-bars") && own == first("overlay_plus-bars"), "{own}");
    }
}

#[test]
fn a_single_wait_takes_and_several_take() {
    let claim = |query: &str| {
        let session = run(query);
        (session.lab().about.claim)(session.config()).replace('\u{a0}', " ")
    };
    let envoy = claim("preset=envoy&t=0s");
    assert!(envoy.starts_with("1 wait between 2 attempts takes 13 ms on average, 25 ms at most."), "{envoy}");
    assert!(claim("attempts=3&t=0s").starts_with("2 waits between 3 attempts take "));
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

/// All of what *Why* says, with plain spaces.
fn why(session: &Session) -> String {
    let why = session.scene(view(Layout::Wide)).why;
    why.iter().map(|why| format!("{}: {}\n", why.rule, why.now)).collect::<String>().replace('\u{a0}', " ")
}

fn chart(session: &Session, id: &str) -> Chart {
    session.charts().into_iter().find(|chart| chart.id == id).unwrap()
}

#[test]
fn behind_a_breaker_the_axis_reaches_to_the_rounds_end() {
    // Whoever was turned away when it would have been answered goes on.
    for query in
        ["fails=2&breaker=each_attempt&threshold=1&overlay_none=off", "fails=0&breaker=each_attempt&do=0:break"]
    {
        let session = run(&format!("{query}&t=60s"));
        let over = session.record().entries().find(|entry| entry.text.starts_with("Round 1 is over")).unwrap().at;
        let arrivals = chart(&session, "arrivals");
        assert!(arrivals.x.to >= over.as_secs_f64(), "{query}: {} and {over}", arrivals.x.to);
        let told: f64 = arrivals.lines[0].points.iter().map(|point| point.1).sum();
        assert_eq!(told, number(&session, "reached"), "{query}: each call stands in its own bar");
    }
    // Without one the axis ends where the attempts do.
    assert_eq!(chart(&run("fails=2&jitter=none&t=60s"), "arrivals").x.to, 4.0);
}

#[test]
fn why_explains_the_last_wait_and_only_a_single_attempt_has_none() {
    for query in ["fails=2&t=60s", "fails=2&breaker=each_attempt&threshold=1&overlay_none=off&t=60s", "do=1:heal&t=60s"]
    {
        let session = run(query);
        let waits: Vec<String> = column(&session, "wait drawn").into_iter().filter(|wait| wait != "–").collect();
        let (said, last) = (why(&session), waits.len());
        assert!(!said.contains("no retry"), "{query}: {said}");
        assert!(
            said.contains(&format!("wait {last}: ")) && said.contains(&waits[last - 1]),
            "{query}: {waits:?} {said}"
        );
    }
    assert!(why(&run("attempts=1&t=1s")).contains("no retry, no wait: one attempt that may fail"));
}

#[test]
fn retries_that_come_together_are_counted_alike_whatever_is_shown() {
    let plain = number(&run("t=60s"), "together");
    for shown in ["overlay_decorrelated=on", "overlay_none=off", "overlay_plus=on&overlay_equal=on"] {
        assert_eq!(number(&run(&format!("{shown}&t=60s")), "together"), plain, "{shown}");
    }
    // A longer round has wider bars, and counts in the same parts of a second.
    assert!(number(&run("base=8s&cap=0&t=400s"), "together") < plain);
    assert_eq!(number(&run("jitter=none&base=8s&cap=0&t=400s"), "together"), 40.0);
}

#[test]
fn charts_of_two_lanes_share_an_axis_only_with_bars_of_the_same_width() {
    let axes = |query: &str| {
        let charts = run(&format!("{query}&t=20s")).charts_of_all().into_iter();
        let axes: Vec<_> = charts.map(|chart| (chart.id, chart.x.to, chart.y.label, chart.y.to)).collect();
        let (pairs, []) = axes.as_chunks::<2>() else { panic!("a chart a lane: {axes:?}") };
        pairs.to_vec()
    };
    for [a, b] in axes("b.jitter=equal&b.overlay_full=on") {
        assert_eq!(a, b, "bars of 200 ms in both");
    }
    let [a, b] = axes("b.base=8s&b.cap=0").into_iter().find(|pair| pair[0].0 == "arrivals").unwrap();
    assert_eq!(a.1, b.1, "time is shared");
    assert_eq!((a.2, b.2), ("attempts in 200\u{a0}ms", "attempts in 3\u{a0}s"));
}

#[test]
fn a_cap_that_comes_last_is_told_as_such() {
    let session = run("cap=2s&cap_last=on&attempts=6&t=60s");
    let column = |head: &str| column(&session, head)[1..].join(", ");
    assert_eq!(column("ceiling (before the cap)"), "1 s, 2 s, 4 s, 8 s, 16 s");
    assert_eq!(
        (column("expected"), column("worst case")),
        ("500 ms, 1 s, 1.5 s, 1.8 s, 1.9 s".to_owned(), "1 s, 2 s, 2 s, 2 s, 2 s".to_owned())
    );
    let note = table(&session).note;
    assert!(note.contains("That is before the cap of 2\u{a0}s, which comes last"), "{note}");
    let said = why(&session);
    assert!(said.contains("mean of wait n: less than ceiling n / 2"), "{said}");
    let mean = |session: &Session| {
        let facts = (session.lab().about.outlook)(session.config());
        facts.into_iter().find(|fact| fact.label == "Mean of a wait").map(|fact| fact.value)
    };
    assert_eq!(mean(&session).as_deref(), Some("half of its ceiling, or less"));
    let waits = chart(&session, "waits");
    assert!(waits.lines.iter().flat_map(|line| &line.points).all(|point| point.1 <= waits.y.to), "all is drawn");
    // Where it cuts nothing, all is as it was.
    let wide = run("cap=60s&cap_last=on&t=60s");
    assert_eq!(mean(&wide).as_deref(), Some("half of its ceiling"));
    assert!(!table(&wide).note.contains("before the cap") && why(&wide).contains("mean of wait n = ceiling n / 2:"));
}

#[test]
fn clients_are_spread_out_only_by_attempts_of_one_round() {
    let reached = |query: &str| {
        let session = run(query);
        let goal = &session.lab().about.goals[0];
        (goal.reached)(session.record(), &session.scene(view(Layout::Wide)).readouts)
    };
    let spread = "clients=100&kind=constant&base=4s&jitter=plus_minus&width=100%25";
    assert!(reached(&format!("{spread}&t=40s")));
    for none in [
        "clients=100&attempts=1&do=1:reroll,2:reroll,3:reroll,4:reroll&t=6s".to_owned(),
        format!("{spread}&attempts=4&do=20:reroll,40:reroll&t=60s"),
        format!("{spread}&do=0:heal&t=40s"),
        // Of the round before all gave up; this one has only begun.
        format!("{spread}&do=40:reroll&t=40.1s"),
        "clients=100&jitter=none&t=60s".to_owned(),
    ] {
        assert!(!reached(&none), "{none}");
    }
}

/// When the count in a readout grows, to the nanosecond.
fn grows(session: &mut Session, lane: Lane, id: &str, until: Instant) -> Vec<Instant> {
    let mut at = |nanos: u64| {
        session.seek(Instant::from_nanos(nanos));
        let readouts = session.scene_of(lane, view(Layout::Wide)).readouts;
        readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap_or_default()
    };
    let (mut grown, mut now, end) = (Vec::new(), 0, until.as_nanos());
    while at(now) < at(end) {
        // The count is more at `least`, and at `now` it is not.
        let (before, mut least) = (at(now), end);
        while least - now > 1 {
            let middle = now + (least - now) / 2;
            if at(middle) > before { least = middle } else { now = middle }
        }
        grown.push(Instant::from_nanos(least));
        now = least;
    }
    grown
}

#[test]
fn jitter_in_b_changes_no_arrival_in_either_lane() {
    // An attempt takes so long that nobody tries again before all have begun.
    let plain = "clients=12&spread=4s&takes=5s&jitter=none&overlay_none=off";
    let (mut both, mut alone) = (run(&format!("b.jitter=full&{plain}&t=5s")), run(&format!("{plain}&t=5s")));
    assert!(both.is_comparing());
    let end = Instant::from_secs(5);
    let begun = grows(&mut alone, Lane::A, "reached", end);
    assert_eq!(begun.len(), 12, "{begun:?}");
    assert_eq!(grows(&mut both, Lane::A, "reached", end), begun);
    assert_eq!(grows(&mut both, Lane::B, "reached", end), begun);
    // It does change when they try again.
    let later = Instant::from_secs(20);
    let [plain, jittered] = [Lane::A, Lane::B].map(|lane| grows(&mut both, lane, "reached", later));
    assert_eq!((&plain[..12], &jittered[..12]), (&begun[..], &begun[..]));
    assert_ne!(plain, jittered);
}
