//! What the labs claim, held against their runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::lab::link::{self, Target};
use halfopen::lab::text;
use halfopen::labs::LABS;
use halfopen::session::Session;

/// A run of a link, to its playhead.
fn run(link: &str) -> Session {
    let (target, notices) = link::read(link, LABS);
    assert_eq!(notices, [], "{link}");
    let Target::Lab(link) = target else { panic!("{link} leads to no lab") };
    let mut session = Session::open(&link);
    session.seek(link.at.expect("the link has a playhead"));
    session
}

fn number(session: &Session, id: &str) -> Option<f64> {
    let scene = session.scene(Default::default());
    scene.readouts.iter().find(|readout| readout.id == id).unwrap_or_else(|| panic!("no readout {id}")).number
}

fn said(session: &Session) -> Vec<String> {
    session.record().entries().map(|entry| entry.sentence()).collect()
}

#[test]
fn cascade_at_its_defaults_fills_only_the_pool_without_a_breaker() {
    let before = run("#/cascade?t=4.999");
    assert_eq!((number(&before, "threads_without"), number(&before, "threads_with")), (Some(4999.0), Some(4999.0)));
    let opened = run("#/cascade?t=6");
    assert!(said(&opened).iter().any(|line| line.starts_with("▲ open. 5 failures in a row; the threshold is 5.")));
    let full = run("#/cascade?t=10");
    assert_eq!(number(&full, "full_at_without"), Some(10.0));
    let later = run("#/cascade?t=30");
    let peak = number(&later, "peak_with").expect("a number");
    assert!((5_000.0..5_100.0).contains(&peak), "{peak}");
    assert_eq!(number(&later, "full_at_with"), None);
    assert_eq!(number(&later, "threads_with"), Some(0.0));
    assert_eq!(number(&later, "refused_with"), Some(0.0));
    assert!(number(&later, "refused_without") > Some(0.0));
    // Free again within the 5 s after it opened: one probe at most is held at 10.1 s.
    assert!(number(&run("#/cascade?t=10.1"), "threads_with") <= Some(1.0));
    // Healed, the backend has room to recover: the other caller leaves it a full pool of calls.
    assert_eq!(number(&later, "left_over_with"), None);
    let healed = run("#/cascade?do=29:heal&t=29.5");
    assert_eq!((number(&healed, "left_over_without"), number(&healed, "left_over_with")), (Some(10_000.0), Some(0.0)));
}

#[test]
fn cascade_with_a_long_timeout_fills_both_pools_at_ten_seconds() {
    let session = run("#/cascade?preset=long_timeout&t=60");
    assert_eq!((number(&session, "full_at_without"), number(&session, "full_at_with")), (Some(10.0), Some(10.0)));
    assert!(said(&session).iter().any(|line| line.starts_with("▲ open.")), "it opens, but too late");
}

#[test]
fn cascade_with_a_short_timeout_and_one_attempt_fills_neither_pool() {
    let session = run("#/cascade?preset=short_timeout&t=60");
    assert_eq!((number(&session, "full_at_without"), number(&session, "full_at_with")), (None, None));
    assert_eq!(number(&session, "peak_without"), Some(2000.0));
}

#[test]
fn cascade_healed_answers_again_on_both_sides() {
    let session = run("#/cascade?do=20:heal&t=40");
    for id in ["answered_without", "answered_with"] {
        assert!(number(&session, id) > Some(15_000.0), "{id}");
    }
    assert!(said(&session).iter().any(|line| line == "● closed. The probe succeeded."));
}

#[test]
fn cascade_totals_balance_in_both_lanes() {
    for link in [
        "#/cascade?t=33",
        "#/cascade?preset=long_timeout&t=47",
        "#/cascade?do=3:heal,9:hang,20:heal&arrivals=poisson&t=31",
    ] {
        let session = run(link);
        let sum = |ids: &[&str]| ids.iter().filter_map(|id| number(&session, id)).sum::<f64>();
        let requests = number(&session, "requests").expect("a number");
        assert_eq!(
            requests,
            sum(&["answered_without", "failed_without", "refused_without", "threads_without"]),
            "{link}"
        );
        let with = ["answered_with", "fallback_with", "failed_with", "refused_with", "threads_with"];
        assert_eq!(requests, sum(&with), "{link}");
    }
}

/// Texts of the log, with their times.
fn told(session: &Session, start: &str) -> Vec<(f64, String)> {
    let entries = session.record().entries().map(|entry| (entry.at.as_secs_f64(), entry.sentence()));
    entries.filter(|(_, said)| said.starts_with(start)).collect()
}

#[test]
fn cascade_with_fewer_threads_in_the_middle_is_full_and_with_more_it_is_not() {
    let session = run("#/cascade?do=2:set:threads:100&t=3");
    assert_eq!((number(&session, "full_at_without"), number(&session, "full_at_with")), (Some(2.0), Some(2.0)));
    assert_eq!(number(&session, "refused_with"), Some(1000.0));
    assert!(told(&session, "✕ pool full, with.")[0].1.contains("2000 threads wait for the backend, more than the 100"));
    let threads = &session.charts()[0];
    assert!(threads.y.to > 2000.0, "the chart shows them all");
    // Room again, at once.
    let session = run("#/cascade?do=2:set:threads:100,3:set:threads:2100&t=3");
    assert!(
        session.scene(Default::default()).diagram.name.ends_with("a breaker not full, pool with a breaker not full")
    );
    let open = "● pool open, with. With a breaker, 100 of 2100 threads are free: new requests are taken.";
    assert_eq!(told(&session, "● pool open, with."), [(3.0, open.to_owned())]);
}

#[test]
fn cascade_tells_of_a_pool_that_opens_what_holds_when_the_instant_is_over() {
    let session = run("#/cascade?t=12.05s&do=12:heal");
    let open = told(&session, "● pool open, without.");
    let said = "● pool open, without. Without a breaker, more than 1000 of 10\u{202f}000 threads are free: new requests are taken.";
    assert_eq!(open, [(12.05, said.to_owned())]);
    assert!(number(&session, "threads_without") < Some(9_000.0));
    // Captions have their numbers grouped as everything else.
    let threads = &session.charts()[0].summary;
    assert!(threads.contains("at most it was 10\u{202f}000 and 5004."), "{threads}");
}

#[test]
fn times_of_charts_are_short_when_they_are_written() {
    for link in [
        "#/cascade?t=40&do=20:heal",
        "#/retry-storm?t=37&do=5:start,10:end",
        "#/backoff?t=20",
        "#/circuit-breaker?t=40&do=5:break,20:heal",
    ] {
        for chart in run(link).charts() {
            for (x, _) in chart.lines.iter().flat_map(|line| &line.points) {
                let decimals = x.to_string().split_once('.').map_or(0, |number| number.1.len());
                assert!(decimals <= 9, "{link}: {x} in {}", chart.id);
            }
        }
    }
}

#[test]
fn cascade_claims_what_its_runs_do() {
    let lab = halfopen::labs::find("cascade").expect("it is there");
    let mut told = [0; 4];
    let mut hold = |settings: &str, end: u32| {
        let session = run(&format!("#/cascade?{settings}&t={end}"));
        let mut config = lab.defaults();
        for (knob, value) in settings.split('&').filter_map(|setting| setting.split_once('=')) {
            config.set_text(knob, value).expect("it fits");
        }
        let claim = (lab.about.claim)(&config);
        let is_full = ["full_at_without", "full_at_with"].map(|id| number(&session, id).is_some());
        let claims = |id, text: &str| {
            let peak = text::grouped(number(&session, id).expect("a number") as i64);
            assert!(claim.contains(&text.replace("{}", &peak)), "{settings}: {peak} held, but: {claim}");
        };
        let case = if claim.contains("can bear without a breaker") {
            assert_eq!(is_full, [false, false], "{settings}: {claim}");
            claims("peak_without", ": {}\u{a0}thread");
            0
        } else if claim.contains("lets go of them") {
            assert_eq!(is_full, [true, false], "{settings}: {claim}");
            claims("peak_with", " in a row: {} are held by then");
            1
        } else {
            assert_eq!(is_full, [true, true], "{settings}: {claim}");
            let timeout = config.duration("timeout").as_secs_f64();
            let first = 1000.0 / config.count("rate") as f64 + timeout;
            let before_the_first = number(&session, "full_at_with") < Some(first);
            assert_eq!(claim.contains("before the first timeout returns"), before_the_first, "{settings}: {claim}");
            if before_the_first { 2 } else { 3 }
        };
        let facts = (lab.about.outlook)(&config);
        for (fact, id) in facts.iter().zip(["peak_without", "peak_with"]) {
            let held: f64 =
                fact.value.split(" of ").next().expect("a number").replace('\u{202f}', "").parse().expect(&fact.value);
            assert_eq!(
                number(&session, id),
                Some(held.min(config.count("threads") as f64)),
                "{settings}: {fact:?}",
                fact = fact.value
            );
        }
        told[case] += 1;
    };
    for timeout in ["2s", "3.33s", "5s", "9.5s", "9.95s", "9.99s", "10s", "10.01s", "30s"] {
        for attempts in 1..=3 {
            for threshold in [1, 5, 51, 1000] {
                let settings = format!("timeout={timeout}&attempts={attempts}&threshold={threshold}");
                hold(&format!("rate=100/s&threads=1000&{settings}"), 45);
            }
        }
    }
    // A gap as long as the timeout, or longer.
    for settings in
        ["timeout=1s&attempts=10", "timeout=1s&attempts=10&threshold=1000", "timeout=100ms", "timeout=2s&threshold=9"]
    {
        for threads in [10, 11, 12] {
            hold(&format!("rate=1/s&threads={threads}&{settings}"), 200);
        }
    }
    // At the defaults otherwise, as the review had them.
    for settings in ["seed=1", "timeout=9.5s&threshold=1000", "timeout=10s&attempts=1", "threshold=1000"] {
        hold(settings.strip_prefix("seed=1").unwrap_or(settings), 16);
    }
    assert!(told.iter().all(|times| *times > 3), "each case occurs: {told:?}");
}

#[test]
fn cascade_hangs_from_when_it_is_told_to_in_the_middle() {
    let hangs = |inputs: &str| -> Vec<f64> {
        told(&run(&format!("#/cascade?rate=20/s&{inputs}&t=12")), "✕ hanging.").iter().map(|told| told.0).collect()
    };
    let later = "hangs_from=600s&";
    assert_eq!(hangs(&format!("{later}do=2:set:hangs_from:5s")), [5.0]);
    assert_eq!(hangs(&format!("{later}do=2:set:hangs_from:2s")), [2.0]);
    assert_eq!(hangs(&format!("{later}do=2:set:hangs_from:1s")), [2.0], "what is past is now");
    assert_eq!(hangs("hangs_from=5s&do=2:set:hangs_from:8s"), [8.0], "and no more at 5 s");
    assert_eq!(hangs("do=2:heal,3:set:hangs_from:1s"), [0.0], "it was healed since");
    assert_eq!(hangs("do=2:heal,4:set:hangs_from:3s"), [0.0, 4.0], "it was not healed since");
    assert_eq!(hangs("do=2:heal,4:set:hangs_from:6s"), [0.0, 6.0]);
}

#[test]
fn cascade_tells_of_the_first_timeouts_of_each_outage_truly() {
    let first = |link: &str| told(&run(link), "The first timeouts return");
    let entry = |since: &str, held: &str| {
        format!(
            "The first timeouts return, {since} after the backend hung: from then until now no call had failed. Threads held: {held} without a breaker and {held} with one."
        )
    };
    assert_eq!(first("#/cascade?t=9"), [(5.001, entry("5\u{a0}s", "5000"))]);
    // The call of 9.95 s was being answered when it hung; something was logged before.
    let link = "#/cascade?rate=100/s&hangs_from=10s&do=1:set:stack:2,1:set:stack:1&t=16";
    assert_eq!(first(link), [(14.95, entry("5\u{a0}s", "500"))]);
    // One for each outage.
    assert_eq!(first("#/cascade?rate=100/s&do=6:heal,8:hang&t=16").len(), 2);
}

#[test]
fn cascade_hanging_again_stops_the_answers_of_healing() {
    // Healed for 40 ms, less than the backend takes to answer.
    let session = run("#/cascade?rate=100/s&do=2:heal,2.04:hang&t=4.99");
    assert_eq!((number(&session, "answered_without"), number(&session, "answered_with")), (Some(0.0), Some(0.0)));
    assert_eq!(number(&session, "threads_with"), Some(499.0));
    // They still end with the timeouts that they had.
    let opens = told(&run("#/cascade?rate=100/s&do=2:heal,2.04:hang&t=6"), "▲ open.");
    assert_eq!(opens[0].0, 5.05);
    // So do calls begun while it was well: answered until 1.99 s, the one of 1.94 s last.
    let session = run("#/cascade?rate=100/s&hangs_from=1.995s&t=6.94");
    assert_eq!((number(&session, "answered_with"), number(&session, "threads_with")), (Some(194.0), Some(500.0)));
    // And healing brings them, one latency later.
    let session = run("#/cascade?rate=100/s&do=2:heal,2.04:hang,3:heal&t=3.05");
    assert_eq!(number(&session, "answered_without"), Some(300.0));
}

#[test]
fn cascade_remembers_what_a_thread_took() {
    let memory = |link: &str| {
        let charts = run(link).charts();
        charts.into_iter().find(|chart| chart.id == "memory").expect("a chart of the memory")
    };
    let chart = memory("#/cascade?rate=100/s&do=3:set:stack:64&t=4");
    for line in &chart.lines {
        let before: Vec<_> = line.points.iter().filter(|point| point.0 < 3.0).collect();
        assert!(before.len() > 100 && before.iter().all(|point| point.1 <= 0.3), "before it was turned");
        assert!(line.points.contains(&(3.0, 19.2)), "from then on, all that are held");
        assert_eq!(line.points.last().map(|point| point.1), Some(25.6));
    }
    // What was higher before still fits.
    let chart = memory("#/cascade?rate=100/s&stack=64&threads=300&do=3:set:stack:1&t=4");
    assert!(chart.lines.iter().flat_map(|line| &line.points).all(|point| point.1 <= chart.y.to));
}
