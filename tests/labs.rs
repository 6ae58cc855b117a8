//! What the labs claim, held against their runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::lab::link::{self, Target};
use halfopen::lab::text;
use halfopen::labs::LABS;
use halfopen::session::Session;
use halfopen_core::Instant;

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

#[test]
fn breaker_trips_probes_and_closes_and_says_why() {
    let session = run("#/circuit-breaker?do=0.5:break,1:send,1.2:send,1.4:send,2:send,3:heal,8:send&t=9");
    assert_eq!(
        said(&session),
        [
            "You broke the backend: 100\u{a0}% of its calls fail.",
            "Failed: the backend answered 500.",
            "Failed: the backend answered 500.",
            "Failed: the backend answered 500.",
            "▲ open. 3 failures in a row; the threshold is 3.",
            "Turned away without calling the backend. Took 0\u{a0}ms instead of 500\u{a0}ms.",
            "You healed the backend.",
            "▲ still open. The 5\u{a0}s wait is over, but nothing probes by itself: the next request will.",
            "◐ half-open. The 5\u{a0}s wait is over; it was open for 6.1\u{a0}s. This request is the probe; others are turned away until it returns.",
            "Answered in 500\u{a0}ms.",
            "● closed. The probe succeeded.",
        ]
    );
}

#[test]
fn breaker_totals_balance_under_every_preset() {
    let lab = halfopen::labs::find("circuit-breaker").expect("it is there");
    for preset in lab.about.presets {
        let link = format!(
            "#/circuit-breaker?preset={}&rate=40/s&do=3:break,9:slow,15:hang,20:shut_down,24:heal&t=50",
            preset.id
        );
        let session = run(&link);
        let sum: f64 = ["answered", "failed", "ignored", "turned_away", "under_way"]
            .iter()
            .filter_map(|id| number(&session, id))
            .sum();
        assert_eq!(number(&session, "requests"), Some(sum), "{link}");
        assert!(session.now() == Instant::from_secs(50));
    }
}

/// What a preset's library does when nothing is said; what it has in common with the others is left out.
struct Published {
    /// What opens it: a knob with its value, and whether it must be passed.
    trip: (&'static str, i64, bool),
    /// Results that are judged, or the time in which they came and its buckets.
    window: Judged,
    minimum: i64,
    open_secs: i64,
    probes: i64,
    /// What else is said, as in a link.
    beside: &'static [(&'static str, &'static str)],
}

enum Judged {
    InARow,
    Calls(i64),
    Secs(i64, i64),
}

/// The numbers as they stand in the libraries' sources, read apart from the table in `presets.rs`.
const PUBLISHED: &[(&str, Published)] = {
    use Judged::{Calls, InARow, Secs};
    &[
        (
            // CircuitBreakerConfig.java
            "resilience4j",
            Published {
                trip: ("rate_percent", 50, false),
                window: Calls(100),
                minimum: 100,
                open_secs: 60,
                probes: 10,
                beside: &[
                    ("slow", "on"),
                    ("slow_longer_than", "60s"),
                    ("slow_percent", "100"),
                    ("max_half_open", "0s"),
                ],
            },
        ),
        (
            // CircuitBreakerConstants.cs, HealthMetrics.cs
            "polly",
            Published {
                trip: ("rate_percent", 10, false),
                window: Secs(30, 10),
                minimum: 100,
                open_secs: 5,
                probes: 1,
                beside: &[("slow", "off")],
            },
        ),
        (
            // CircuitBreakerBuilder.java
            "failsafe",
            Published {
                trip: ("threshold", 1, false),
                window: Calls(1),
                minimum: 1,
                open_secs: 60,
                probes: 1,
                beside: &[("slow", "off")],
            },
        ),
        (
            // HystrixCommandProperties.java
            "hystrix",
            Published {
                trip: ("rate_percent", 50, false),
                window: Secs(10, 10),
                minimum: 20,
                open_secs: 5,
                probes: 1,
                beside: &[("timeout", "1s")],
            },
        ),
        (
            // lib/circuit.js; its minimum of 0 is our 1: without a result there is no rate.
            "opossum",
            Published {
                trip: ("rate_percent", 50, true),
                window: Secs(10, 10),
                minimum: 1,
                open_secs: 30,
                probes: 1,
                beside: &[("timeout", "10s"), ("half_open_by", "clock")],
            },
        ),
        (
            // v2/gobreaker.go: more than 5 in a row
            "gobreaker",
            Published {
                trip: ("threshold", 6, false),
                window: InARow,
                minimum: 10,
                open_secs: 60,
                probes: 1,
                beside: &[("slow", "off")],
            },
        ),
        (
            // failure_policy.rs: waits of 10 s to 300 s, any number of probes
            "failsafe_rs",
            Published {
                trip: ("threshold", 5, false),
                window: InARow,
                minimum: 10,
                open_secs: 10,
                probes: 100,
                beside: &[("open_cap", "300s"), ("permits_limit", "in_flight")],
            },
        ),
        (
            // recloser.rs: a ring of 100 that must be full, one of 10 and a threshold of 0.5 for probes
            "recloser",
            Published {
                trip: ("rate_percent", 50, false),
                window: Calls(100),
                minimum: 100,
                open_secs: 30,
                probes: 100,
                beside: &[("probe_after", "10"), ("probe_percent", "50"), ("permits_limit", "in_flight")],
            },
        ),
        (
            // circuitbreaker/src/config.rs
            "tower_resilience",
            Published {
                trip: ("rate_percent", 50, false),
                window: Calls(100),
                minimum: 100,
                open_secs: 30,
                probes: 1,
                beside: &[("slow", "off")],
            },
        ),
    ]
};

#[test]
fn breaker_presets_have_the_published_numbers() {
    let lab = halfopen::labs::find("circuit-breaker").expect("it is there");
    for (id, published) in PUBLISHED {
        let config = lab.preset(id).unwrap_or_else(|| panic!("no preset {id}"));
        let (knob, value, above) = published.trip;
        assert_eq!(config.number(knob), value, "{id}: {knob}");
        assert_eq!(config.choice("trip") == "rate", knob == "rate_percent", "{id}");
        if knob == "rate_percent" {
            assert_eq!(config.choice("compare") == "above", above, "{id}");
        }
        match published.window {
            Judged::InARow => assert_eq!(config.choice("trip"), "consecutive", "{id}"),
            Judged::Calls(calls) => {
                assert_eq!((config.choice("window"), config.number("window_calls")), ("calls", calls), "{id}");
            }
            Judged::Secs(secs, buckets) => {
                let window = (config.choice("window"), config.number("window_time"), config.number("window_buckets"));
                assert_eq!(window, ("time", secs * 1_000_000_000, buckets), "{id}");
            }
        }
        assert_eq!(config.number("minimum_calls"), published.minimum, "{id}: minimum");
        assert_eq!(config.number("open_for"), published.open_secs * 1_000_000_000, "{id}: open");
        assert_eq!(config.number("permits"), published.probes, "{id}: probes");
        for (knob, text) in published.beside {
            let mut said = config.clone();
            assert_eq!(said.set_text(knob, text), Ok(()), "{id}: {knob}");
            assert_eq!(said.value(knob), config.value(knob), "{id}: {knob}");
        }
    }
    // Ours, and cockatiel's, whose numbers its user chooses, have none to compare.
    assert_eq!(lab.about.presets.len(), PUBLISHED.len() + 2);
}

#[test]
fn breaker_claim_is_what_happens() {
    let lab = halfopen::labs::find("circuit-breaker").expect("it is there");
    for failures in [1, 2, 3, 7, 20] {
        for (open_for, probes) in [("1s", 1), ("5s", 1), ("90s", 3), ("2min", 1), ("1500ms", 2)] {
            let knobs = format!("threshold={failures}&open_for={open_for}&permits={probes}");
            let link = run(&format!("#/circuit-breaker?{knobs}&t=0"));
            let claim = (lab.about.claim)(link.config()).replace('\u{a0}', " ");
            let between = |before: &str, after: &str| {
                let rest = claim.split_once(before).unwrap_or_else(|| panic!("{claim}")).1;
                rest.split_once(after).unwrap_or_else(|| panic!("{claim}")).0
            };
            let whole = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("{text} in {claim}"));
            let needed = match between("After ", " stops asking").trim_end_matches(" it") {
                "one failure" => 1,
                many => whole(many.strip_suffix(" failures in a row").unwrap_or_else(|| panic!("{claim}"))),
            };
            let wait = link::read_seconds(&between("From ", " later on").replace(' ', ""));
            let wait = wait.unwrap_or_else(|| panic!("{claim}")).as_nanos();
            let passed = match between("lets the next ", " through") {
                "request" => 1,
                many => whole(many.trim_end_matches(" requests")),
            };

            // Failures half a second after their requests; the last of them opens it.
            let sends: String = (1..=needed).map(|second| format!(",{second}:send")).collect();
            let opens = needed * 1_000_000_000 + 500_000_000;
            let opened = |nanos: u64, more: &str| {
                let at = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
                let more = more.replace('@', &at);
                run(&format!("#/circuit-breaker?{knobs}&do=0:break{sends}{more}&t={at}"))
            };
            let count = |session: &Session, id| number(session, id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(count(&opened(opens - 1, ""), "openings"), 0.0, "{claim}");
            assert_eq!(count(&opened(opens, ""), "openings"), 1.0, "{claim}");
            let early = opened(opens + wait - 1, ",@:send");
            assert_eq!((count(&early, "turned_away"), count(&early, "under_way")), (1.0, 0.0), "{claim}");
            let asks = ",@:send".repeat(passed as usize + 1);
            let probed = opened(opens + wait, &asks);
            assert_eq!((count(&probed, "turned_away"), count(&probed, "under_way")), (1.0, passed as f64), "{claim}");
        }
    }
}

#[test]
fn breaker_outlook_is_the_cores_forecast() {
    let lab = halfopen::labs::find("circuit-breaker").expect("it is there");
    let facts = (lab.about.outlook)(&lab.defaults());
    // Three in a row at one half: (1 − 1/8) / (1/8 × 1/2) = 14 calls, at 10 a second.
    assert_eq!(facts[0].value, "1.4\u{a0}s");
    assert!(facts[0].because.starts_with("14 calls at 10/s"), "{}", facts[0].because);
    // At 1 % of errors: about 10 × 86400 × 0.01³ × 0.99 a day.
    assert!(facts[1].value.starts_with("0.8"), "{}", facts[1].value);
    for preset in lab.about.presets {
        let config = lab.preset(preset.id).expect("it is there");
        assert!(!(lab.about.outlook)(&config).is_empty(), "{}", preset.id);
    }
}

fn claim(link: &str) -> String {
    let (Target::Lab(link), notices) = link::read(link, LABS) else { panic!("{link} leads to no lab") };
    assert_eq!(notices, []);
    (link.lab.about.claim)(&link.config)
}

#[test]
fn breaker_claim_names_the_minimum_the_cap_and_the_probes() {
    assert!(claim("#/circuit-breaker?trip=failures").contains("(judged once there are 10)"));
    assert!(claim("#/circuit-breaker?open_cap=1s").contains("From 1\u{a0}s later on it lets"));
    assert!(claim("#/circuit-breaker?preset=recloser").contains("up to 100 requests at a time through"));
    assert!(claim("#/circuit-breaker?preset=recloser").ends_with("10\u{a0}results decide."));
    assert!(
        claim("#/circuit-breaker?window=fixed&window_time=2s").contains("3 failures in a row within the same 2\u{a0}s")
    );
    assert!(claim("#/circuit-breaker").ends_with("whether the backend is well again."));
}

#[test]
fn breaker_says_once_that_nothing_probes_by_itself() {
    let session =
        run("#/circuit-breaker?do=0.5:break,1:send,1.2:send,1.4:send,3:set:threshold:4,4:set:threshold:5&t=9");
    assert_eq!(said(&session).iter().filter(|line| line.starts_with("▲ still open.")).count(), 1);
}

#[test]
fn breaker_tells_why_a_request_was_turned_away_or_late() {
    let down = run("#/circuit-breaker?do=0:shut_down,1:send,2:send,3:send,4:send&t=5");
    assert!(said(&down).contains(&"Turned away without calling the backend.".to_owned()));
    let probing =
        run("#/circuit-breaker?permits=3&successes=3&do=0:break,0.1:send,0.2:send,0.3:send,1:heal,7:send_10&t=9");
    assert!(said(&probing).contains(&"Turned away: 3 probes are out and have not come back yet.".to_owned()));
    let fixed = run("#/circuit-breaker?window=fixed&window_time=1s&do=0.8:send&t=2");
    assert!(
        said(&fixed)
            .iter()
            .any(|line| line.ends_with("the interval in which it was sent has ended, so it is not counted."))
    );
}

#[test]
fn breaker_figures_of_probes_are_not_the_windows() {
    let session = run(
        "#/circuit-breaker?permits=3&successes=3&failures=3&do=0:break,0.1:send,0.2:send,0.3:send,7:send,7.1:send&t=8",
    );
    assert_eq!(number(&session, "failure_rate"), None);
}

#[test]
fn breaker_says_of_what_a_late_result_is_late() {
    // The third failure opens it at 1.2 s; a request sent at that very instant had just been let through.
    let session = run("#/circuit-breaker?do=0.1:break,0.6:send,0.65:send,0.7:send_10&t=3");
    let late: Vec<_> = said(&session).into_iter().filter(|line| line.contains("comes late")).collect();
    assert!(!late.is_empty() && late.iter().all(|line| line.contains("before the breaker last changed")), "{late:?}");
}

#[test]
fn breaker_reopened_by_a_probe_shows_no_rate_of_the_window() {
    let session = run("#/circuit-breaker?preset=hystrix&rate=20/s&do=2:break&t=11");
    let chart = &session.charts()[0];
    let highest = chart.lines[0].points.iter().map(|point| point.1).fold(0.0, f64::max);
    assert!(highest < 60.0, "the probe's 100 % is not the window's: {highest}");
    assert!(chart.summary.contains("A probe opened it again"), "{}", chart.summary);
}

#[test]
fn a_preset_leaves_the_traffic_alone() {
    let lab = halfopen::labs::find("circuit-breaker").expect("it is there");
    let mut config = lab.defaults();
    assert_eq!(config.set_text("rate", "20/s"), Ok(()));
    let onto = lab.preset_onto("hystrix", &config).expect("it is there");
    assert_eq!((onto.number("rate"), onto.number("rate_percent")), (20_000, 50));
    assert_eq!(lab.preset_of(&onto).map(|preset| preset.id), Some("hystrix"));
}
