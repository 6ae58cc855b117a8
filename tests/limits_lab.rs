//! What the lab of limits claims: totals that balance at every instant, arrivals that no guard changes, a fixed window that
//! keeps its limit and lets twice as much through around a boundary, and what a limit saves when the load is doubled.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Dice, cases, numbers, played, random_link, read};
use halfopen::lab::{Entrance, Input, Lane, Table, View};
use halfopen::labs;
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

fn lab() -> &'static Entrance {
    labs::find("limits").unwrap()
}

fn run(query: &str, secs: u64) -> Session {
    played(&read(&format!("#/limits?{query}")), Instant::from_secs(secs))
}

fn number(session: &Session, id: &str) -> Option<f64> {
    let scene = session.scene(View::default());
    scene.readouts.iter().find(|readout| readout.id == id).unwrap_or_else(|| panic!("no readout {id}")).number
}

fn table(session: &Session, id: &str) -> Table {
    session.tables_of(Lane::A).into_iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

/// The numbers of a column of a table, row by row.
fn column(table: &Table, place: usize) -> Vec<u64> {
    let cell = |row: &Vec<String>| row[place].replace('\u{202f}', "").parse().unwrap();
    table.rows.iter().map(cell).collect()
}

fn assert_balance(session: &Session, what: &str) {
    let table = table(session, "requests");
    let mut offered = Vec::new();
    for place in 1..table.heads.len() {
        let Ok::<[u64; 10], _>([all, rejected, admitted, in_time, late, failed, in_flight, copies, won, _]) =
            column(&table, place).try_into()
        else {
            panic!("ten rows");
        };
        assert_eq!(all, admitted + rejected, "{what}: {}", table.heads[place]);
        assert_eq!(admitted, in_time + late + failed + in_flight, "{what}: {}", table.heads[place]);
        assert!(won <= copies && copies <= admitted, "{what}: {won} of {copies} copies of {admitted}");
        offered.push(all);
    }
    assert!(offered.windows(2).all(|pair| pair[0] == pair[1]), "{what}: the same requests come to both");
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn totals_balance_at_every_instant(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let link = random_link(lab(), Instant::from_secs(6), dice);
        let mut session = Session::open(&link);
        for step in 1..=40_u64 {
            session.advance(Instant::from_micros(step * step * 1_237));
            assert_balance(&session, &link.write());
        }
    }

    #[test]
    fn arrivals_are_the_same_whatever_the_guard(numbers in numbers()) {
        let dice = &mut Dice::new(numbers);
        let mut link = random_link(lab(), Instant::from_secs(6), dice);
        link.b = None;
        link.inputs.retain(|timed| matches!(timed.input, Input::Do { .. }));
        let ids = ["guard", "limit", "burst", "least", "most", "hedge", "hedge_after", "workers", "spread", "queue"];
        let offered = |link: &halfopen::lab::Link| {
            let mut session = Session::open(link);
            let at = (1..=12).map(|half| {
                session.advance(Instant::from_millis(500 * half));
                column(&table(&session, "requests"), 1)[0]
            });
            at.collect::<Vec<_>>()
        };
        let before = offered(&link);
        for id in ids {
            let knob = link.config.knob(id).unwrap();
            prop_assert!(link.config.set(id, common::random_value(knob, dice)));
        }
        prop_assert_eq!(before, offered(&link), "{}", link.write());
    }

    #[test]
    fn a_fixed_window_lets_its_permits_in_and_no_more(
        permits in 1_u64..400,
        rate in 1_u64..2_000,
        bursts in prop::collection::vec(0_u64..5_000, 0..4),
        turned in prop::collection::vec((1_u64..6_999, 1_u64..400), 0..6),
    ) {
        let mut turned = turned;
        turned.sort_by_key(|turned| turned.0);
        let bursts = bursts.iter().map(|ms| (*ms, "burst".to_owned()));
        let mut clicks: Vec<_> =
            turned.iter().map(|(ms, permits)| (*ms, format!("set:permits:{permits}"))).chain(bursts).collect();
        clicks.sort_by_key(|click| click.0);
        let clicks: Vec<String> =
            clicks.iter().map(|(ms, what)| format!("{}.{:03}:{what}", ms / 1000, ms % 1000)).collect();
        let clicks = if clicks.is_empty() { String::new() } else { format!("&do={}", clicks.join(",")) };
        let session = run(&format!("guard=window&permits={permits}&rate={rate}/s{clicks}"), 7);
        let windows = table(&session, "windows");
        // The most that a window was ever to let through: as many as at its start, or as the knob was turned to within it.
        let most = |window: u64| {
            let before = turned.iter().rfind(|turned| turned.0 <= 1000 * window).map_or(permits, |turned| turned.1);
            let within = turned.iter().filter(|turned| turned.0 / 1000 == window).map(|turned| turned.1);
            within.fold(before, u64::max)
        };
        for (window, admitted) in (0..).zip(column(&windows, 2)) {
            prop_assert!(admitted <= most(window), "{admitted} of {}: {:?}", most(window), windows.rows);
        }
        let peak = number(&session, "peak_in_window").unwrap_or(0.0);
        prop_assert!(peak <= 2.0 * (0..7).map(most).max().unwrap() as f64, "{peak}");
        // And what is let in is what the guard let in.
        let all: u64 = column(&windows, 2).iter().sum();
        prop_assert_eq!(all, column(&table(&session, "requests"), 1)[2]);
    }
}

#[test]
fn around_a_boundary_a_fixed_window_lets_in_twice_its_permits_and_a_bucket_does_not() {
    for seed in 1..=8 {
        for (preset, least, most) in [("double_burst", 380.0, 400.0), ("bucket_burst", 200.0, 240.0)] {
            let session = run(&format!("preset={preset}&seed={seed}&do=0.5:burst"), 3);
            let peak = number(&session, "peak_in_window").unwrap();
            assert!((least..=most).contains(&peak), "{preset}, seed {seed}: {peak}");
        }
        // Twice the permits do not fit into the callers' patience; once they do.
        let late = |preset: &str| {
            let session = run(&format!("preset={preset}&seed={seed}&do=0.5:burst"), 3);
            column(&table(&session, "requests"), 1)[4]
        };
        let (window, bucket) = (late("double_burst"), late("bucket_burst"));
        assert!(window > 50 && bucket < 10, "seed {seed}: {window} and {bucket} too late");
    }
}

#[test]
fn of_a_burst_no_more_is_let_in_than_comes() {
    for guard in ["none", "window", "bucket", "gcra", "fixed", "aimd"] {
        // 200 before and after a boundary, a second after the click; 900 others come meanwhile.
        let session = run(&format!("guard={guard}&rate=900/s&permits=200&do=1.02:burst"), 4);
        let said = told(&session);
        let over = said.iter().find(|said| said.contains(" burst over.") || said.contains(" double burst.")).unwrap();
        let numbers: Vec<u32> = over.split(' ').filter_map(|word| word.parse().ok()).collect();
        let admitted = numbers[0];
        assert!(admitted <= 400 && over.contains("400"), "{guard}: {over}");
        assert!(guard != "none" || over.contains("all 400 went in"), "{over}");
    }
}

/// What a fixed window and a token bucket of 200 a second let in of a burst alone, 200 requests on both sides of the third
/// second, among `rate` a second that come evenly: counted here, by hand.
fn let_in_of_a_burst(rate: u64) -> [i64; 2] {
    let background = (1..=4 * rate).map(|k| (k as f64 / rate as f64, false));
    let mut all: Vec<(f64, bool)> =
        background.chain((0..400).map(|k| (2.95 + f64::from(k) * 0.1 / 400.0, true))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut window, mut used, mut tokens, mut last, mut admitted) = (0.0, 0, 200.0_f64, 0.0, [0, 0]);
    for (at, of_burst) in all {
        if libm::floor(at) > window {
            (window, used) = (libm::floor(at), 0);
        }
        tokens = (tokens + (at - last) * 200.0).min(200.0);
        last = at;
        let by = [used < 200, tokens >= 1.0];
        used += i64::from(by[0]);
        tokens -= f64::from(u8::from(by[1]));
        for (sum, by) in admitted.iter_mut().zip(by) {
            *sum += i64::from(by && of_burst);
        }
    }
    admitted
}

#[test]
fn a_burst_is_told_with_its_own_requests_and_no_others() {
    for rate in [1, 7, 37, 50, 130, 170] {
        let [fixed, bucket] = let_in_of_a_burst(rate);
        for (preset, own, other) in [("double_burst", fixed, bucket), ("bucket_burst", bucket, fixed)] {
            let session = run(&format!("preset={preset}&rate={rate}/s&arrivals=constant&do=2:burst"), 4);
            let entry =
                session.record().entries().find(|entry| entry.head.contains("burst") && entry.text.contains("let "));
            let said = entry.unwrap().sentence();
            let numbers: Vec<i64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
            assert!(numbers.contains(&400), "{said}");
            // One at an edge may change places with one of the others.
            assert!((first - own).abs() <= 1 && (last - other).abs() <= 1, "{own} and {other} at {rate}/s: {said}");
            // In a window's length no more than there is: what a bucket begins with, and what comes free in 100 ms.
            assert!(bucket <= 220);
        }
    }
}

#[test]
fn a_burst_whose_guard_is_turned_is_told_as_that() {
    let session = run("preset=double_burst&do=0.5:burst,0.98:set:guard:bucket", 3);
    let said = session.record().entries().map(|entry| entry.sentence()).find(|said| said.starts_with("● burst over"));
    assert!(said.unwrap().contains("While the guard was turned, "));
}

/// Mean of the goodput over the last seconds of a run.
fn goodput(query: &str) -> f64 {
    let mut session = Session::open(&read(&format!("#/limits?{query}")));
    let seconds = (10..=30).map(|second| {
        session.advance(Instant::from_secs(second));
        number(&session, "goodput").unwrap()
    });
    seconds.sum::<f64>() / 21.0
}

#[test]
fn beyond_capacity_an_adaptive_limit_keeps_the_goodput_and_nothing_does_not() {
    // 1400 a second, of which the servers can do 1000; and twice as many as they can do.
    for load in ["do=1:double", "rate=1000/s&do=1:double"] {
        for preset in ["aimd", "netflix_aimd", "netflix_vegas", "netflix_gradient", "fixed"] {
            let good = goodput(&format!("preset={preset}&{load}"));
            assert!(good >= 900.0, "{preset}, {load}: {good}/s of 1000/s");
        }
        let bare = goodput(&format!("preset=none&{load}"));
        assert!(bare < 500.0, "{load}: {bare}/s without a guard");
    }
}

#[test]
fn one_click_shows_it_within_five_seconds() {
    let session = run("do=0:double", 5);
    assert!(number(&session, "goodput") > Some(900.0) && number(&session, "goodput_without") < Some(50.0));
    assert!(session.record().entries().any(|entry| entry.head == "◐ shedding."));
}

/// The chart of goodput against offered load: the guard's line, or that without one.
fn forecast(query: &str) -> Vec<(f64, f64)> {
    let mut chart = run(query, 1).charts().into_iter().find(|chart| chart.id == "goodput").unwrap();
    chart.lines.remove(0).points
}

#[test]
fn what_is_forecast_is_what_runs() {
    for preset in ["aimd", "none", "fixed", "netflix_aimd", "netflix_vegas", "netflix_gradient", "bucket"] {
        for (load, forecast) in forecast(&format!("preset={preset}")) {
            // Where it tips over, half a minute of the lab itself says little.
            if load < 500.0 || (890.0..1_150.0).contains(&load) {
                continue;
            }
            let of = |seed: u64| goodput(&format!("preset={preset}&rate={}/s&seed={seed}", libm::round(load)));
            let good = (1..=3).map(of).sum::<f64>() / 3.0;
            assert!((good - forecast).abs() < 30.0, "{preset} at {load}/s: {good}/s, forecast {forecast}/s");
        }
    }
}

#[test]
fn no_forecast_is_above_what_comes_or_what_the_servers_can_do() {
    for preset in lab().about.presets.iter().map(|preset| preset.id) {
        for more in ["", "&service=100ms", "&arrivals=constant", "&workers=1&queue=0", "&timeout=2s&queue=5000"] {
            let session = run(&format!("preset={preset}{more}"), 1);
            let chart = session.charts().into_iter().find(|chart| chart.id == "goodput").unwrap();
            let capacity = chart.limits[0].at;
            for (load, good) in chart.lines.iter().filter(|line| line.points.len() > 2).flat_map(|line| &line.points) {
                let most = load.min(capacity);
                assert!(*good <= most + 0.02 * capacity, "{preset}{more}: {good}/s of {load}/s, capacity {capacity}/s");
            }
        }
    }
}

#[test]
fn copies_shorten_the_tail_and_cost_a_twentieth_or_overload_the_servers_by_themselves() {
    for seed in 1..=4 {
        let hedged = run(&format!("preset=hedged&seed={seed}"), 20);
        let extra = number(&hedged, "extra_load").unwrap();
        assert!((0.03..0.07).contains(&extra), "seed {seed}: {extra}");
        assert!(number(&hedged, "p99").unwrap() < 0.7 * number(&hedged, "p99_without").unwrap(), "seed {seed}");
    }
    let early = run("preset=hedged_early", 20);
    assert!(number(&early, "p99") < number(&early, "p99_without"));
    let doubled = run("preset=hedged_early&do=1:double", 20);
    assert!(number(&doubled, "p99").unwrap() > 5.0 * number(&doubled, "p99_without").unwrap());
}

#[test]
fn a_run_without_copies_beside_one_with_them_is_the_run_that_it_would_be_alone() {
    let beside = run("preset=hedged", 10);
    let alone = run("preset=hedged&hedge=off", 10);
    assert_eq!(column(&table(&beside, "requests"), 2), column(&table(&alone, "requests"), 1));
    assert_eq!(number(&beside, "p99_without"), number(&alone, "p99"));
}

/// All that the log tells, and what *Why* says of the guard.
fn told(session: &Session) -> Vec<String> {
    session.record().entries().map(|entry| entry.sentence().replace('\u{a0}', " ")).collect()
}

fn guard_why(session: &Session, rule: &str) -> String {
    let why = session.scene(View::default()).why;
    let line = why.into_iter().find(|line| line.rule.starts_with(rule)).unwrap_or_else(|| panic!("no rule {rule}"));
    line.now.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn a_refusal_by_a_server_is_neither_a_caller_who_gave_up_nor_a_request_of_no_time() {
    for (guard, rule) in [("aimd", "AIMD"), ("vegas", "Vegas"), ("gradient", "gradient")] {
        let mut session = Session::open(&read(&format!("#/limits?guard={guard}&queue=0&do=0:double")));
        let mut refused = 0;
        for tenth in 1..=200 {
            session.advance(Instant::from_millis(100 * tenth));
            let now = guard_why(&session, rule);
            assert!(
                !now.contains("÷ 0 ms") && !now.contains(" 0 ms <") && !now.contains("after 0 ms"),
                "{guard}: {now}"
            );
            refused += u32::from(now.starts_with("a server refused it: "));
        }
        let table = table(&session, "requests");
        let (late, failed) = (column(&table, 1)[4], column(&table, 1)[5]);
        assert!(late == 0 && failed > 100, "{guard}: {late} too late, {failed} refused");
        let said = told(&session);
        assert!(!said.iter().any(|said| said.contains("gave up") || said.contains("give up")), "{guard}: {said:?}");
        assert!(
            !said.iter().any(|said| said.contains("took 0 ms") || said.contains("request of 0 ms")),
            "{guard}: {said:?}"
        );
        // It is a loss, and only AIMD goes by losses.
        assert_eq!(refused > 0, guard == "aimd", "{guard}");
    }
    let said = told(&run("guard=aimd&limit=200&queue=0&do=0:double", 20));
    assert!(said.iter().any(|said| said.contains("a server refused the last request to lower it.")), "{said:?}");
}

#[test]
fn why_a_vegas_limit_moves_is_the_rule_that_applied() {
    let mut kinds = [0; 9];
    for query in [
        "preset=netflix_vegas&do=1:double",
        "preset=netflix_vegas&spread=constant&rate=1500/s",
        "guard=vegas&limit=400&timeout=300ms&rate=2000/s",
    ] {
        let mut session = Session::open(&read(&format!("#/limits?{query}")));
        for step in 1..=600 {
            session.advance(Instant::from_millis(7 * step));
            let now = guard_why(&session, "Vegas");
            let stays = ["no request has come back", "the first one took", "taken anew", "time now", "not in use"];
            if let Some(kind) = stays.iter().position(|stay| now.contains(stay)) {
                kinds[kind] += 1;
                continue;
            }
            let moved = now.rsplit_once(": ").and_then(|(_, moved)| moved.split_once(" → "));
            let (before, after) = moved.unwrap_or_else(|| panic!("{query}: {now}"));
            let number = |digits: &str| -> u32 { digits.split(',').next().unwrap().parse().unwrap() };
            let (before, after) = (number(before), number(after));
            let bound = now.ends_with("it may be");
            let kind = if let Some((_, by)) = now.split_once("so it grows by ") {
                let by = number(by.split(':').next().unwrap());
                assert!(after == before + by || bound, "{query}: {now}");
                5
            } else if let Some((_, by)) = now.split_once("so it falls by ") {
                let by = number(by.split(':').next().unwrap());
                assert!(after == before - by || bound, "{query}: {now}");
                if now.contains("its caller had gone") { 6 } else { 7 }
            } else {
                assert!(now.contains("so it stays") && after == before, "{query}: {now}");
                8
            };
            kinds[kind] += 1;
        }
    }
    // The first one and the probes are rare; each of the others was seen.
    assert!(kinds[3..].iter().all(|seen| *seen > 0), "{kinds:?}");
}
