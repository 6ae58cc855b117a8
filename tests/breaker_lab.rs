//! What the circuit breaker's lab claims, held against its runs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::lab::link::{self, Target};
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
fn trips_probes_and_closes_and_says_why() {
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
fn totals_balance_under_every_preset() {
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
fn presets_have_the_published_numbers() {
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
fn claim_is_what_happens() {
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
fn outlook_is_the_cores_forecast() {
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
fn claim_names_the_minimum_the_cap_and_the_probes() {
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
fn says_once_that_nothing_probes_by_itself() {
    let session =
        run("#/circuit-breaker?do=0.5:break,1:send,1.2:send,1.4:send,3:set:threshold:4,4:set:threshold:5&t=9");
    assert_eq!(said(&session).iter().filter(|line| line.starts_with("▲ still open.")).count(), 1);
}

#[test]
fn tells_why_a_request_was_turned_away_or_late() {
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
fn figures_of_probes_are_not_the_windows() {
    let session = run(
        "#/circuit-breaker?permits=3&successes=3&failures=3&do=0:break,0.1:send,0.2:send,0.3:send,7:send,7.1:send&t=8",
    );
    assert_eq!(number(&session, "failure_rate"), None);
}

#[test]
fn says_of_what_a_late_result_is_late() {
    // The third failure opens it at 1.2 s; a request sent at that very instant had just been let through.
    let session = run("#/circuit-breaker?do=0.1:break,0.6:send,0.65:send,0.7:send_10&t=3");
    let late: Vec<_> = said(&session).into_iter().filter(|line| line.contains("comes late")).collect();
    assert!(!late.is_empty() && late.iter().all(|line| line.contains("before the breaker last changed")), "{late:?}");
}

#[test]
fn reopened_by_a_probe_shows_no_rate_of_the_window() {
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

#[test]
fn late_is_said_of_an_interval_only_where_there_are_intervals() {
    // Sent, or let through, at the very instant of the change.
    let probes =
        "permits=5&permits_limit=in_flight&successes=3&do=0:break,0.1:send_10,2:heal,8:send_10,8.4:break&t=12s";
    for link in ["do=1:send,1:close&t=3s", probes] {
        let session = run(&format!("#/circuit-breaker?{link}"));
        let late: Vec<_> = said(&session).into_iter().filter(|line| line.contains("comes late")).collect();
        assert!(!late.is_empty(), "{link}");
        assert!(late.iter().all(|line| line.contains("from before the breaker last changed")), "{link}: {late:?}");
    }
}

#[test]
fn a_wait_that_is_turned_shorter_ends_when_it_says() {
    let ends = |link: &str| {
        let session = run(&format!("#/circuit-breaker?do=0:break,0.1:send_10,{link}"));
        let entries = session.record().entries().filter(|entry| entry.head == "▲ still open.");
        entries.map(|entry| (entry.at.as_secs_f64(), entry.text.replace('\u{a0}', " "))).collect::<Vec<_>>()
    };
    let said = |wait: &str| format!("The {wait} wait is over, but nothing probes by itself: the next request will.");
    // It opens at 0.8 s.
    assert_eq!(ends("3:set:open_for:1s&t=12s"), [(3.0, said("1 s"))]);
    assert_eq!(ends("3:set:open_for:4s&t=12s"), [(4.8, said("4 s"))]);
    assert_eq!(ends("3:set:open_for:9s,4:set:open_for:5s&t=12s"), [(5.8, said("5 s"))], "once");
    assert_eq!(ends("7:set:open_for:1s,8:set:open_for:2s&t=12s"), [(5.8, said("5 s"))], "it was over before");
}

#[test]
fn a_choice_that_is_turned_is_told_in_quotes() {
    let session = run("#/circuit-breaker?do=1:set:half_open_by:clock,2:set:threshold:2&t=3s");
    assert_eq!(
        said(&session),
        [
            "You set “Half-open begins” from “with the next request” to “by the clock”.",
            "You set “Failures to open” from 3 to 2."
        ]
    );
}
