//! The conformance cases in `tests/conformance`, which restate what well-known libraries are tested to do.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::conform::{Case, Verdict, run_file, summary};

#[test]
fn breaker() {
    let report = run_file(include_str!("conformance/breaker.json")).unwrap();
    assert_eq!(report.failed(), 0, "\n{report}");
    assert_eq!(summary([&report]), "71 passed, 0 failed");
}

#[test]
fn waits_and_retries() {
    for (text, passed) in [
        (include_str!("conformance/backoff.json"), "15 passed, 0 failed"),
        (include_str!("conformance/retry.json"), "10 passed, 0 failed"),
        (include_str!("conformance/retry_budget.json"), "14 passed, 0 failed"),
    ] {
        let report = run_file(text).unwrap();
        assert_eq!(summary([&report]), passed, "\n{report}");
    }
}

#[test]
fn isolation_and_limits() {
    for (text, passed) in [
        (include_str!("conformance/bulkhead.json"), "6 passed, 0 failed"),
        (include_str!("conformance/rate_limiter.json"), "6 passed, 0 failed"),
        (include_str!("conformance/adaptive_limit.json"), "10 passed, 0 failed"),
    ] {
        let report = run_file(text).unwrap();
        assert_eq!(summary([&report]), passed, "\n{report}");
    }
}

/// The verdict on a file with this one case of the breaker.
fn verdict(config: &str, steps: &str) -> String {
    verdict_on("breaker", config, steps)
}

/// The verdict on a file with this one case.
fn verdict_on(policy: &str, config: &str, steps: &str) -> String {
    let case = format!(r#"{{"name": "x", "source": "", "policy": "{policy}", "config": {config}, "steps": {steps}}}"#);
    let report = run_file(&format!(r#"{{"suite": "s", "cases": [{case}]}}"#));
    report.map_or_else(|error| error.to_string(), |report| report.to_string()).trim_end().to_owned()
}

#[test]
fn the_first_differing_step_is_shown() {
    let steps = r#"[{"look": true}, {"call": "failure", "expect": {"state": "open", "buffered": 1, "failed": 2}},
                    {"look": true, "expect": {"state": "half_open"}}]"#;
    assert_eq!(
        verdict(r#"{"trip": {"consecutive": 3}}"#, steps),
        "FAIL x: step 2: state: expected open, got closed; failed: expected 2, got 1"
    );
}

#[test]
fn malformed_cases_fail_with_the_place() {
    let trip = r#"{"trip": {"consecutive": 3}}"#;
    for (config, steps, message) in [
        ("{}", "[]", "malformed: config.trip is missing"),
        (r#"{"trip": {"consecutive": 0}}"#, "[]", "malformed: config: trip.consecutive is 0, outside 1 to 4294967295"),
        (
            r#"{"trip": {}}"#,
            "[]",
            "malformed: config.trip must have exactly one of consecutive, failures, rate_percent",
        ),
        (
            r#"{"trip": {"failures": 1.5}}"#,
            "[]",
            "malformed: config.trip.failures is 1.5, not a whole number from 0 to 4294967295",
        ),
        (r#"{"trip": {"failures": 1}, "colour": 1}"#, "[]", "malformed: unknown key config.colour"),
        (
            r#"{"trip": {"failures": 1}, "window": {"calls": 5000}}"#,
            "[]",
            "malformed: config: window.calls is 5000, outside 1 to 4096",
        ),
        (trip, "[{}]", "step 1: malformed: no action; there must be one of ask, finish, release, call, force, look"),
        (trip, r#"[{"look": true, "ask": true}]"#, "step 1: malformed: two actions, ask and look"),
        (trip, r#"[{"look": true, "id": "a"}]"#, "step 1: malformed: id does not go with look"),
        (trip, r#"[{"finish": "success", "id": "a"}]"#, "step 1: malformed: id \"a\" is not held"),
        (
            trip,
            r#"[{"look": true, "expect": {"permitted": true}}]"#,
            "step 1: malformed: expect.permitted is not known on look",
        ),
        (trip, r#"[{"look": true, "expect": {"state": 1}}]"#, "step 1: malformed: expect.state is 1, not a string"),
        (
            trip,
            r#"[{"at": "1s", "look": true}, {"at": "0s", "look": true}]"#,
            "step 2: malformed: at is 0ns, before the step before it at 1s",
        ),
        (trip, r#"[{"at": 1, "look": true}]"#, "step 1: malformed: at is 1, not a duration such as \"1.5s\""),
        (trip, "[3]", "step 1: malformed: the step is 3, not an object"),
        (trip, "3", "malformed: steps is 3, not a list"),
    ] {
        assert_eq!(verdict(config, steps), format!("FAIL x: {message}"));
    }
}

#[test]
fn malformed_cases_of_the_others_fail_with_the_place() {
    let constant = r#"{"kind": "constant", "base": "1s"}"#;
    let quota = r#"{"kind": "quota", "capacity": 5, "costs": {"failure": 5}}"#;
    for (policy, config, steps, message) in [
        ("backoff", r#"{"kind": "constant"}"#, "[]", "malformed: config.base is missing"),
        (
            "backoff",
            r#"{"kind": "exponential", "base": "1s", "factor": 0.5}"#,
            "[]",
            "malformed: config: factor is 0.5, outside 1 to 4294967.295",
        ),
        (
            "backoff",
            r#"{"kind": "constant", "base": "1s", "jitter": {"plus": 1, "plus_minus": 1}}"#,
            "[]",
            "malformed: config.jitter must have exactly one of plus_minus, plus",
        ),
        ("backoff", constant, r#"[{"next": [1.5]}]"#, "step 1: malformed: next: 1.5 is no number from 0 to 1"),
        (
            "backoff",
            constant,
            r#"[{"next": [0, 0], "hint": "1s"}]"#,
            "step 1: malformed: hint goes with one draw, not with 2",
        ),
        ("backoff", constant, r#"[{"next": [0], "expect": {"delays": ["1001ms"]}}]"#, DELAYED),
        ("retry", "{}", "[]", "malformed: config.layers is missing"),
        (
            "retry",
            r#"{"layers": [{"retry": {"attempts": 0}}]}"#,
            "[]",
            "malformed: config.layers[0]: attempts is 0, outside 1 to 4294967295",
        ),
        (
            "retry",
            r#"{"layers": [{"breaker": {"trip": {"consecutive": 1}}}, {"breaker": {}}]}"#,
            "[]",
            "malformed: config.layers[1].breaker.trip is missing",
        ),
        (
            "retry",
            r#"{"layers": [{"retry": {"attempts": 2, "backoff": {"kind": "decorrelated", "base": "1s"}}}]}"#,
            "[]",
            "malformed: config.layers[0].retry.backoff is random, which does not go with retry",
        ),
        ("retry", r#"{"layers": []}"#, r#"[{"run": []}]"#, "step 1: malformed: run lists no outcome"),
        (
            "retry",
            r#"{"layers": [{"retry": {"attempts": 4000000000}}]}"#,
            r#"[{"run": ["failure"]}]"#,
            "step 1: malformed: run takes more than 10000000 attempts",
        ),
        ("retry_budget", r#"{"kind": "none"}"#, "[]", WHICH_KIND),
        (
            "retry_budget",
            r#"{"kind": "quota", "capacity": 5, "costs": {}}"#,
            "[]",
            "malformed: config.costs.failure is missing",
        ),
        (
            "retry_budget",
            r#"{"kind": "deposit", "ttl": "1s", "buckets": 7, "min_per_second": 1, "percent": 20}"#,
            "[]",
            "malformed: config: ttl is 1 s, not a whole number of nanoseconds for each of 7 buckets",
        ),
        (
            "retry_budget",
            quota,
            r#"[{"success": "a", "after": "timeout"}]"#,
            "step 1: malformed: after does not go with success",
        ),
        ("retry_budget", quota, r#"[{"repeat": 2, "do": ["hope"]}]"#, "step 1: malformed: do: hope is no verb"),
        (
            "retry_budget",
            quota,
            r#"[{"repeat": 20000000, "do": []}]"#,
            "step 1: malformed: repeat is 20000000, more than 10000000",
        ),
        (
            "retry_budget",
            quota,
            r#"[{"request": "a", "expect": {"permitted": true}}]"#,
            "step 1: malformed: expect.permitted is not known on request",
        ),
        ("bulkhead", "{}", "[]", "malformed: config.parallel is missing"),
        ("bulkhead", PAIR, r#"[{"finish": 1}]"#, "step 1: malformed: finish: 1 is not executing"),
        ("bulkhead", PAIR, r#"[{"launch": 1}, {"cancel": 1}]"#, "step 2: malformed: cancel: 1 is not queued"),
        ("bulkhead", PAIR, r#"[{"launch": -1}]"#, "step 1: malformed: launch is no whole number"),
        ("bulkhead", PAIR, r#"[{"launch": 20000000}]"#, "step 1: malformed: launch is 20000000, more than 10000000"),
        (
            "bulkhead",
            PAIR,
            r#"[{"launch": 1}, {"finish": 1, "expect": {"results": []}}]"#,
            "step 2: malformed: expect.results is not known on finish",
        ),
        (
            "rate_limiter",
            r#"{"kind": "window"}"#,
            "[]",
            r#"malformed: config.kind is window, not one of "periods", "smooth", "bucket""#,
        ),
        (
            "rate_limiter",
            r#"{"kind": "periods", "permits": 0, "period": "1s"}"#,
            "[]",
            "malformed: config: permits is 0, outside 1 to 4294967295",
        ),
        (
            "rate_limiter",
            r#"{"kind": "smooth", "interval": "1s"}"#,
            r#"[{"ask": 1, "expect": {"available": 1}}]"#,
            "step 1: malformed: expect.available is not known on ask",
        ),
        (
            "adaptive_limit",
            r#"{"kind": "vegas", "initial": 1, "min": 1, "max": 2, "alpha": 1, "beta": 1}"#,
            r#"[{"sample": {"rtt": "1s"}}]"#,
            "step 1: malformed: sample.in_flight is missing",
        ),
        (
            "adaptive_limit",
            r#"{"kind": "aimd", "initial": 1, "min": 3, "max": 2}"#,
            "[]",
            "malformed: config: max is 2, outside 3 to 4294967295",
        ),
    ] {
        assert_eq!(verdict_on(policy, config, steps), format!("FAIL x: {message}"));
    }
}

const PAIR: &str = r#"{"parallel": 2, "queue": 1}"#;
const DELAYED: &str = "step 1: delays: expected [1001ms], got [1s]";
const WHICH_KIND: &str = r#"malformed: config.kind is none, not one of "quota", "token_ratio", "deposit""#;

#[test]
fn delays_are_held_to_a_millionth_and_a_nanosecond() {
    let config = r#"{"kind": "constant", "base": "1s", "jitter": "full"}"#;
    let delays = |delay: &str| {
        verdict_on("backoff", config, &format!(r#"[{{"next": [1], "expect": {{"delays": [{delay}]}}}}]"#))
    };
    assert_eq!(delays(r#""1000001001ns""#), "PASS x");
    assert_ne!(delays(r#""1000001003ns""#), "PASS x");
    assert_ne!(delays("null"), "PASS x");
    // A base that the cap cuts every time is as good as the cap.
    let config = r#"{"kind": "exponential", "base": "3s", "cap": "2s", "jitter": "full"}"#;
    assert_eq!(verdict_on("backoff", config, r#"[{"next": [1, 0.5], "expect": {"delays": ["2s", "1s"]}}]"#), "PASS x");
}

#[test]
fn budgets_count_to_the_thousandth_and_each_repeat_is_a_request_of_its_own() {
    let config =
        r#"{"kind": "quota", "capacity": 10, "costs": {"failure": 2.5, "slow": 0.001}, "unused_refund": 0.25}"#;
    let steps = r#"[{"repeat": 2, "do": ["try"], "expect": {"granted": 2, "tokens": 5}},
                    {"repeat": 1, "do": ["success"], "expect": {"tokens": 5.25}},
                    {"try": 1, "after": "slow", "expect": {"tokens": 5.249}},
                    {"success": 1, "expect": {"tokens": 5.25}}]"#;
    assert_eq!(verdict_on("retry_budget", config, steps), "PASS x");
    let config = r#"{"kind": "deposit", "ttl": "1s", "min_per_second": 1.5, "percent": 50}"#;
    let steps = r#"[{"request": "a", "expect": {"tokens": 2}}, {"at": "950ms", "try": "a"},
                    {"try": "a", "expect": {"permitted": true, "tokens": 0}},
                    {"at": "1s", "try": "b", "expect": {"permitted": false, "tokens": -0.5}},
                    {"request": "b", "expect": {"tokens": 0}},
                    {"at": "2s", "try": "a", "expect": {"permitted": true, "tokens": 0.5}}]"#;
    assert_eq!(verdict_on("retry_budget", config, steps), "PASS x");
}

/// Opens at once and then goes from open to half-open and back by the clock, a transition every second.
const CYCLING: &str = r#"{"trip": {"consecutive": 1}, "open_for": "1s", "half_open_by": "clock",
    "max_half_open": {"after": "1s", "then": "open"}}"#;

#[test]
fn every_transition_of_a_long_sleep_is_told() {
    let there = ["open>half_open", "half_open>open"];
    let cycles: Vec<&str> = there.into_iter().cycle().take(3000).collect();
    let events = serde_json::to_string(&cycles).unwrap();
    let steps = format!(
        r#"[{{"call": "failure", "expect": {{"events": ["failure", "failures_exceeded", "closed>open"]}}}},
            {{"at": "3000s", "look": true, "expect": {{"state": "open", "events": {events}}}}}]"#
    );
    assert_eq!(verdict(CYCLING, &steps), "PASS x");
    // Where nobody asks for events, no length is too long.
    let steps = r#"[{"call": "failure"}, {"at": "9000000s", "look": true, "expect": {"state": "open"}},
                    {"at": "18000000s", "look": true, "expect": {"events": []}}]"#;
    assert_eq!(
        verdict(CYCLING, steps),
        "FAIL x: step 3: malformed: expect.events: more than 1000000 events since the step before"
    );
}

#[test]
fn times_is_bounded() {
    let trip = r#"{"trip": {"consecutive": 1}, "open_for": "1s"}"#;
    let steps = |times: u64, expect: &str| {
        verdict(trip, &format!(r#"[{{"call": "failure", "times": {times}, "expect": {{{expect}}}}}]"#))
    };
    assert_eq!(steps(2_000_000, r#""state": "open", "not_permitted": 1999999"#), "PASS x");
    let message = "malformed: times is 10000001, outside 1 to 10000000";
    assert_eq!(steps(10_000_001, ""), format!("FAIL x: step 1: {message}"));
    assert_eq!(steps(0, ""), "FAIL x: step 1: malformed: times is 0, outside 1 to 10000000");
    let message = "malformed: expect.events: more than 1000000 events since the step before";
    assert_eq!(steps(2_000_000, r#""events": []"#), format!("FAIL x: step 1: {message}"));
}

#[test]
fn a_whole_number_may_be_written_as_a_float() {
    let config = r#"{"trip": {"rate_percent": 50.0}, "window": {"calls": 4.0}, "minimum_calls": 2.0}"#;
    let steps = r#"[{"call": "success", "times": 2.0, "expect": {"buffered": 2.0, "failed": 0.0}},
                    {"call": "failure", "times": 2, "expect": {"state": "open"}}]"#;
    assert_eq!(verdict(config, steps), "PASS x");
    let wrong = "is 2.5, not a whole number";
    assert_eq!(
        verdict(config, r#"[{"look": true, "expect": {"buffered": 2.5}}]"#),
        format!("FAIL x: step 1: malformed: expect.buffered {wrong}")
    );
}

#[test]
fn what_is_no_file_is_an_error() {
    for text in ["", "{", "[]", "{}", r#"{"cases": 1}"#, r#"{"cases": [], "more": 1}"#] {
        assert!(run_file(text).is_err(), "{text}");
    }
    let report = run_file(r#"{"suite": "s", "cases": [1, {"policy": "quorum", "config": {}, "steps": []}]}"#).unwrap();
    assert_eq!(
        report.cases[1],
        Case { name: "case 2".into(), verdict: Verdict::Unsupported { policy: "quorum".into() } }
    );
    assert_eq!(
        report.to_string(),
        "FAIL case 1: malformed: the case is 1, not an object\nFAIL case 2: unsupported policy quorum\n"
    );
}
