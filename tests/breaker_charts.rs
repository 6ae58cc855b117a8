//! What the circuit breaker's lab draws and says of its settings, held against what the breaker does.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{breaker, played, read, view};
use halfopen::lab::compare;
use halfopen::lab::scene::Shape;
use halfopen::lab::{Chart, Fact, Lane, Layout};
use halfopen::session::Session;

fn run(query: &str) -> Session {
    let link = read(&format!("#/circuit-breaker?{query}"));
    played(&link, link.at.unwrap())
}

fn chart(session: &Session, id: &str) -> Option<Chart> {
    session.charts().into_iter().find(|chart| chart.id == id)
}

/// The value of a chart's line at a time.
fn at(chart: &Chart, line: &str, time: f64) -> f64 {
    let line = chart.lines.iter().find(|found| found.name == line).unwrap_or_else(|| panic!("no line {line}"));
    line.points.iter().rev().find(|point| point.0 <= time).map_or(0.0, |point| point.1)
}

fn claim(query: &str) -> String {
    (breaker().about.claim)(&read(&format!("#/circuit-breaker?{query}")).config).replace('\u{a0}', " ")
}

fn facts(query: &str) -> Vec<Fact> {
    (breaker().about.outlook)(&read(&format!("#/circuit-breaker?{query}")).config)
}

fn conflicts(query: &str) -> Vec<String> {
    let conflicts = (breaker().about.conflicts)(&read(&format!("#/circuit-breaker?{query}")).config);
    conflicts.into_iter().map(|said| said.replace('\u{a0}', " ")).collect()
}

#[test]
fn failures_before_the_minimum_reach_no_threshold() {
    let session = run("trip=failures&do=0:break,0.1:send,0.2:send,0.3:send&t=2s");
    let scene = session.scene(view(Layout::Wide));
    let counter = scene.diagram.marks.into_iter().find(|mark| mark.id == "counter").unwrap();
    assert_eq!(counter.label, "3 of 10 calls before it judges");
    assert!(matches!(counter.shape, Shape::Meter { fill, .. } if (fill - 0.3).abs() < 1e-6), "no full pips");
    let state = chart(&session, "state").unwrap();
    assert_eq!(at(&state, "failures in the window", 2.0), 0.0);
    assert!(state.reading.contains("opens on (judged once there are 10);"), "{}", state.reading);
    assert!(state.summary.ends_with("3 of 10 calls before it judges."), "{}", state.summary);
    // Once it may judge, it counts.
    let session = run("trip=failures&threshold=30&do=0:break,0.1:send_10&t=2s");
    assert_eq!(at(&chart(&session, "state").unwrap(), "failures in the window", 2.0), 10.0);
}

#[test]
fn a_window_is_left_when_the_core_lets_go() {
    // A fixed window is aligned to the entry into the state.
    let fixed = run("window=fixed&window_time=10s&do=0.1:break,8:send,8.2:send&t=12s");
    for (chart, line) in [("state", "failures in a row"), ("shares", "failure rate")] {
        let chart = the_chart(&fixed, chart);
        assert!(at(&chart, line, 9.999) > 0.0 && at(&chart, line, 10.0) == 0.0, "{line}: {:?}", chart.lines[0].points);
    }
    let entered = run("window=fixed&window_time=4s&do=0.1:break,1.5:force_open,3:close,4:send&t=12s");
    let state = the_chart(&entered, "state");
    assert_eq!((at(&state, "failures in a row", 6.999), at(&state, "failures in a row", 7.0)), (1.0, 0.0));
    // Buckets are aligned to the beginning of the run: that of 0.8 s leaves at 10 s.
    let time = "trip=failures&window=time&window_time=10s&window_buckets=10&minimum_calls=1";
    let state = the_chart(&run(&format!("{time}&do=0.1:break,0.3:send&t=12s")), "state");
    assert_eq!((at(&state, "failures in the window", 9.999), at(&state, "failures in the window", 10.0)), (1.0, 0.0));
    // A shorter window, turned in the middle, is looked at sooner.
    let turned = run("window=fixed&window_time=60s&do=0.1:break,0.3:send,2:set:window_time:2s,2.1:send&t=6s");
    let state = the_chart(&turned, "state");
    assert_eq!((at(&state, "failures in a row", 3.999), at(&state, "failures in a row", 4.0)), (1.0, 0.0));
}

fn the_chart(session: &Session, id: &str) -> Chart {
    chart(session, id).unwrap_or_else(|| panic!("no chart {id}"))
}

#[test]
fn the_failure_rate_is_drawn_whatever_it_opens_on() {
    // Two of four failed.
    let link = "do=0:send,0.1:send,0.9:break,1:send,1.1:send&t=3s";
    let shares = the_chart(&run(link), "shares");
    assert_eq!(at(&shares, "failure rate", 3.0), 50.0);
    assert!(shares.limits.is_empty(), "it does not open on it");
    assert_eq!(shares.summary, "50\u{a0}% failed.");
    assert_eq!(the_chart(&run("t=1s"), "shares").summary, "No results in the window.");
    assert!(shares.reading.replace('\u{a0}', " ").contains("of the last 100 calls"), "{}", shares.reading);
    // Where it opens on the rate, that is beside the state, with its threshold.
    let by_rate = run(&format!("trip=rate&minimum_calls=4&rate_percent=80&{link}"));
    assert_eq!(chart(&by_rate, "shares"), None);
    let state = the_chart(&by_rate, "state");
    assert_eq!((at(&state, "failure rate", 3.0), state.limits[0].at), (50.0, 80.0));
}

#[test]
fn the_share_of_slow_calls_is_drawn_with_its_threshold() {
    let link = "slow=on&slow_longer_than=600ms&slow_percent=70&latency=500ms&slow_factor=2x&minimum_calls=4\
                &do=0:send,0.1:send,0.9:slow,1:send,1.1:send&t=4s";
    let shares = the_chart(&run(link), "shares");
    assert_eq!((at(&shares, "slow calls", 2.05), at(&shares, "slow calls", 4.0)), (0.0, 50.0), "judged from 4 on");
    assert_eq!((at(&shares, "failure rate", 4.0), shares.limits[0].at), (0.0, 70.0));
    assert_eq!(shares.limits[0].label, "opens at 70\u{a0}% slow");
    assert_eq!(shares.summary, "0\u{a0}% failed, 50\u{a0}% were slow.");
    let by_rate = the_chart(&run(&format!("trip=rate&{link}")), "shares");
    assert_eq!((by_rate.lines.len(), at(&by_rate, "slow calls", 4.0)), (1, 50.0));
    // Three failures in a row open it before the slow share is judged: it shows none.
    let opened = run("slow=on&slow_longer_than=100ms&do=0:break,0.1:send,0.2:send,0.3:send&t=2s");
    let shares = the_chart(&opened, "shares");
    assert_eq!(at(&shares, "slow calls", 2.0), 0.0);
    assert_eq!(shares.summary, "100\u{a0}% failed, slow ones are judged from 10 results on.");
}

#[test]
fn a_knob_turned_in_the_middle_mixes_no_units() {
    let session = run("minimum_calls=1&do=0:break,0.1:send,1:set:trip:rate&t=2s");
    let state = the_chart(&session, "state");
    assert_eq!(at(&state, "failure rate", 0.7), 100.0, "of one result, not one failure");
}

#[test]
fn a_chart_that_one_lane_lacks_stands_alone() {
    let session = run("b.trip=rate&do=0:break,1:send&t=3s");
    let charts = compare::charts(session.charts_of(Lane::A), session.charts_of(Lane::B));
    let told: Vec<_> = charts.iter().map(|chart| (chart.id, chart.lane)).collect();
    let (a, b) = (Some(Lane::A), Some(Lane::B));
    assert_eq!(told, [("state", a), ("state", b), ("shares", a), ("outcomes", a), ("outcomes", b)]);
}

#[test]
fn claims_are_grammatical_about_one() {
    assert!(claim("successes=1&failures=3&permits=5").ends_with("1 success closes it, 3 failures open it again."));
    assert!(claim("successes=2&failures=1&permits=5").ends_with("2 successes close it, 1 failure opens it again."));
    assert!(claim("decide=rate").ends_with("1 result decides."));
    assert!(claim("decide=rate&permits=2").ends_with("2 results decide."));
}

#[test]
fn a_claim_says_of_which_calls_so_many_were_slow() {
    for (query, of) in [
        ("", "of the last 100 calls"),
        ("trip=failures", "of the last 100 calls"),
        ("window=fixed", "of the calls of each 10 s"),
    ] {
        let claim = claim(&format!("slow=on&{query}"));
        assert!(claim.contains(&format!("or 50 % {of} took longer than 1 s")), "{claim}");
    }
}

#[test]
fn what_may_stay_half_open_for_ever_is_named() {
    let stays = "It can stay half-open for ever: 1 probe in total may bring neither 1 success nor 3 failures.";
    assert_eq!(conflicts("failures=3"), [stays]);
    // And so it does: the only probe fails, and nothing follows from that.
    let stuck = run("failures=3&do=0:break,0.1:send,0.2:send,0.3:send,7:send,8:heal,8:set:rate:5/s&t=600s");
    assert!(stuck.scene(view(Layout::Wide)).diagram.name.contains("half-open"));
    assert_eq!(conflicts("permits=3&successes=2&failures=3").len(), 1);
    for well in
        ["", "permits=4&successes=2&failures=3", "failures=3&permits_limit=in_flight", "failures=3&max_half_open=1s"]
    {
        assert_eq!(conflicts(well), [""; 0], "{well}");
    }
    let opened = &facts("failures=3")[1].value;
    assert!(opened.starts_with("at most "), "{opened}");
}

#[test]
fn an_outlook_has_its_reservations() {
    let said = |query: &str| facts(query).into_iter().map(|fact| fact.because).collect::<Vec<_>>();
    assert!(said("").iter().all(|because| !because.contains("Slow calls")));
    let slow = said("slow=on");
    assert!(slow.len() == 3 && slow.iter().all(|because| because.contains("Slow calls are left out")), "{slow:?}");
    for (state, told) in [("forced_open", 0), ("disabled", 0), ("metrics_only", 0), ("open", 3), ("half_open", 3)] {
        assert_eq!(said(&format!("start_in={state}")).len(), told, "{state}");
    }
}
