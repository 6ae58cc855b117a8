//! What the labs claim, held against their runs.
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
            "◐ half-open. The 5 s wait is over; it was open for 6.1 s. This request is the probe; others are turned away until it returns.",
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
