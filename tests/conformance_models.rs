//! Random cases of `bulkhead`, `rate_limiter` and `adaptive_limit`, as files: what they expect is worked out here, from
//! `tests/conformance/README.md` alone and as slowly as it says it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, VecDeque};

use halfopen::conform::run_file;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Plays the file with this one case; what it says when an expectation is not met.
fn differs(policy: &str, config: &Value, steps: &[Value]) -> Option<String> {
    let case = json!({"name": "x", "source": "derived: random", "policy": policy, "config": config, "steps": steps});
    let report = run_file(&json!({"suite": "random", "cases": [case]}).to_string()).unwrap();
    (report.failed() > 0).then(|| format!("{report}{config}\n{}", json!(steps)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn bulkheads(
        parallel in 0usize..5, queue in prop::option::of(0usize..6),
        picks in prop::collection::vec((0u8..6, 0usize..8), 1..40),
    ) {
        let places = queue.unwrap_or(0);
        let (mut executing, mut waiting) = (BTreeSet::new(), VecDeque::new());
        let (mut calls, mut rejected, mut steps) = (0, 0, Vec::new());
        for (action, pick) in picks {
            let (mut started, mut results) = (Vec::new(), Vec::new());
            let mut step = match action {
                0..=2 => {
                    for _ in 0..pick {
                        calls += 1;
                        if executing.len() < parallel {
                            executing.insert(calls);
                            started.push(calls);
                            results.push("executing");
                        } else if waiting.len() < places {
                            waiting.push_back(calls);
                            results.push("queued");
                        } else {
                            rejected += 1;
                            results.push("rejected");
                        }
                    }
                    json!({"launch": pick})
                }
                3 | 4 if !executing.is_empty() => {
                    let call = *executing.iter().nth(pick % executing.len()).unwrap();
                    executing.remove(&call);
                    if let Some(next) = waiting.pop_front() {
                        executing.insert(next);
                        started.push(next);
                    }
                    json!({"finish": call})
                }
                5 if !waiting.is_empty() => {
                    let call = waiting.remove(pick % waiting.len()).unwrap();
                    json!({"cancel": call})
                }
                _ => continue,
            };
            let mut expect = json!({
                "executing": executing.len(), "queued": waiting.len(), "rejected": rejected, "started": started,
            });
            if action <= 2 {
                expect["results"] = json!(results);
            }
            step["expect"] = expect;
            steps.push(step);
        }
        let config = queue.map_or(json!({"parallel": parallel}), |queue| json!({"parallel": parallel, "queue": queue}));
        let differs = differs("bulkhead", &config, &steps);
        prop_assert!(differs.is_none(), "{}", differs.unwrap());
    }
}

/// A limiter of the README, in nanoseconds; time goes forward one by one where that matters.
#[derive(Clone, Debug)]
enum Model {
    Periods {
        permits: i64,
        period: i64,
        available: i64,
        last: i64,
    },
    Smooth {
        interval: i64,
        next_free: i64,
    },
    /// The level counts parts of a token, so many of which come to a token as there are nanoseconds to one.
    Bucket {
        capacity: i64,
        every: i64,
        level: i64,
    },
}

impl Model {
    /// A nanosecond passes, and it is `now`.
    fn tick(&mut self, now: i64) {
        match self {
            Self::Periods { permits, period, available, last } => {
                if now / *period > *last {
                    *last += 1;
                    *available = (*available + *permits).min(*permits);
                }
            }
            Self::Smooth { .. } => {}
            Self::Bucket { capacity, every, level } => *level = (*level + 1).min(*capacity * *every),
        }
    }

    /// Asks for `n`: how long they wait, unless that is more than `max_wait`.
    fn ask(&mut self, n: i64, now: i64, max_wait: Option<i64>) -> Option<i64> {
        let mut after = self.clone();
        let wait = match &mut after {
            Self::Periods { permits, period, available, .. } => {
                *available -= n;
                let (mut owed, mut start) = (-*available, now / *period * *period);
                while owed > 0 {
                    owed -= *permits;
                    start += *period;
                }
                (start - now).max(0)
            }
            Self::Smooth { interval, next_free } => {
                let start = if *next_free > now { *next_free } else { now / *interval * *interval };
                *next_free = start + n * *interval;
                (start + (n - 1) * *interval - now).max(0)
            }
            Self::Bucket { every, level, .. } => {
                *level -= n * *every;
                (-*level).max(0)
            }
        };
        if max_wait.is_some_and(|most| wait > most) {
            return None;
        }
        *self = after;
        Some(wait)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn rate_limiters(
        kind in 0u8..3, amount in 1i64..6, every in 1i64..20, max_wait in prop::option::of(0i64..60),
        asks in prop::collection::vec((prop_oneof![3 => 0i64..4, 2 => 0i64..20, 1 => 0i64..200], 0i64..5, 1u32..4, any::<bool>()), 1..40),
    ) {
        let time = |nanos: i64| format!("{nanos}ns");
        let (mut model, mut config) = match kind {
            0 => (
                Model::Periods { permits: amount, period: every, available: amount, last: 0 },
                json!({"kind": "periods", "permits": amount, "period": time(every)}),
            ),
            1 => (Model::Smooth { interval: every, next_free: 0 }, json!({"kind": "smooth", "interval": time(every)})),
            _ => (
                Model::Bucket { capacity: amount, every, level: amount * every },
                json!({"kind": "bucket", "capacity": amount, "refill_every": time(every)}),
            ),
        };
        if let Some(most) = max_wait {
            config["max_wait"] = json!(time(most));
        }
        let (mut now, mut steps) = (0, Vec::new());
        for (later, n, times, told) in asks {
            for _ in 0..later {
                now += 1;
                model.tick(now);
            }
            let mut wait = None;
            for _ in 0..times {
                wait = model.ask(n, now, max_wait);
            }
            let mut step = json!({"at": time(now), "ask": n, "times": times});
            if !told && later == 0 {
                step = json!({"ask": n, "times": times});
            }
            let mut expect = json!({"wait": wait.map(time), "permitted": wait.is_some()});
            match &model {
                Model::Periods { available, .. } => expect["available"] = json!(available),
                Model::Smooth { next_free, .. } => expect["next_free"] = json!(time(*next_free)),
                Model::Bucket { every, level, .. } => expect["available"] = json!(level.div_euclid(*every)),
            }
            step["expect"] = expect;
            steps.push(step);
        }
        let differs = differs("rate_limiter", &config, &steps);
        prop_assert!(differs.is_none(), "{}", differs.unwrap());
    }
}

/// The limit after a sample, in whole numbers found by trying.
fn aimd(limit: i64, thousandths: i64, lost: bool, in_flight: i64) -> i64 {
    match lost {
        true => (0..=limit).rev().find(|less| less * 1000 <= limit * thousandths).unwrap(),
        false if 2 * in_flight >= limit => limit + 1,
        false => limit,
    }
}

fn vegas(limit: i64, (alpha, beta): (i64, i64), (least, rtt): (i64, i64), dropped: bool, in_flight: i64) -> i64 {
    let digits = limit.to_string().len() as i64;
    let u = (digits - 1).max(1);
    // The least q that is not below limit · (1 − least / rtt), both sides times rtt.
    let q = (0..=limit).find(|q| q * rtt >= limit * (rtt - least)).unwrap();
    match () {
        () if dropped => limit - u,
        () if 2 * in_flight < limit => limit,
        () if q <= u => limit + beta,
        () if q < alpha => limit + u,
        () if q > beta => limit - u,
        () => limit,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn adaptive_limits(
        is_vegas in any::<bool>(), min in 1i64..30, over in prop_oneof![0i64..20, 0i64..1500], start in 0i64..=100,
        decrease in prop::option::of(0i64..=1000), timeout in prop::option::of(1i64..40), thresholds in (0i64..12, 0i64..12),
        samples in prop::collection::vec((prop_oneof![1i64..40, 1i64..9_000_000_000], 0i64..=250, prop::bool::weighted(0.15)), 1..50),
    ) {
        let (max, mut limit) = (min + over, min + over * start / 100);
        let mut config = json!({"kind": "vegas", "initial": limit, "min": min, "max": max});
        if is_vegas {
            config["alpha"] = json!(thresholds.0);
            config["beta"] = json!(thresholds.1);
        } else {
            config["kind"] = json!("aimd");
            if let Some(decrease) = decrease {
                config["decrease"] = json!(decrease as f64 / 1000.0);
            }
            if let Some(timeout) = timeout {
                config["timeout"] = json!(format!("{timeout}ns"));
            }
        }
        let (mut least, mut steps) = (None, Vec::new());
        for (rtt, share, dropped) in samples {
            // Around what is in use when it may grow, and a half more than there may be.
            let in_flight = limit * share / 200;
            limit = match (is_vegas, least) {
                (false, _) => aimd(limit, decrease.unwrap_or(900), dropped || rtt > timeout.unwrap_or(5_000_000_000), in_flight),
                (true, Some(shortest)) if rtt >= shortest => vegas(limit, thresholds, (shortest, rtt), dropped, in_flight),
                (true, _) => {
                    least = Some(rtt);
                    limit
                }
            };
            limit = limit.max(min).min(max);
            let mut sample = json!({"rtt": format!("{rtt}ns"), "in_flight": in_flight});
            if dropped {
                sample["dropped"] = json!(true);
            }
            steps.push(json!({"sample": sample, "expect": {"limit": limit}}));
        }
        let differs = differs("adaptive_limit", &config, &steps);
        prop_assert!(differs.is_none(), "{}", differs.unwrap());
    }
}

/// The models find what is wrong: an expectation that is off by one is not met.
#[test]
fn a_wrong_expectation_is_told() {
    let step = json!({"launch": 2, "expect": {"results": ["executing", "queued"], "started": [2]}});
    let told = differs("bulkhead", &json!({"parallel": 1, "queue": 1}), &[step]).unwrap();
    assert!(told.starts_with("FAIL x: step 1: started: expected [2], got [1]"), "{told}");
    let step = json!({"ask": 3, "expect": {"available": 1}});
    let told =
        differs("rate_limiter", &json!({"kind": "bucket", "capacity": 2, "refill_every": "1s"}), &[step]).unwrap();
    assert!(told.starts_with("FAIL x: step 1: available: expected 1, got -1"), "{told}");
}

#[test]
fn a_bulkhead_may_have_more_calls_wait_than_the_replay_has_places() {
    let steps = [
        json!({"launch": 100_002, "expect": {"executing": 1, "queued": 100_000, "rejected": 1, "started": [1]}}),
        // In the middle of those that wait in the bulkhead itself, right behind them, and the last.
        json!({"cancel": 2, "expect": {"queued": 99_999}}),
        json!({"cancel": 4097, "expect": {"queued": 99_998}}),
        json!({"cancel": 4099}),
        json!({"cancel": 100_001, "expect": {"queued": 99_996, "started": []}}),
        json!({"launch": 6, "expect": {"rejected": 3, "queued": 100_000}}),
    ];
    let mut steps = steps.to_vec();
    let left = (3..=100_000).filter(|call| ![4097, 4099].contains(call)).chain(100_003..=100_006);
    let mut at_work = 1;
    for next in left {
        steps.push(json!({"finish": at_work, "expect": {"executing": 1, "started": [next]}}));
        at_work = next;
    }
    steps.push(json!({"finish": at_work, "expect": {"executing": 0, "queued": 0, "started": []}}));
    let differs = differs("bulkhead", &json!({"parallel": 1, "queue": 100_000}), &steps);
    assert!(differs.is_none(), "{:.200}", differs.unwrap());
}
