//! The breaker settings that the knobs make, and where knobs contradict each other.

use std::time::Duration;

use halfopen_core::breaker::{
    Compare, Config as BreakerConfig, Decide, HalfOpen, HalfOpenBy, Ignored, LateResults, MaxHalfOpen, OpenFor,
    PermitsLimit, Settings, Slow, State, Then, Trip, Window,
};

use crate::lab::{Config, text};

/// The breaker that the knobs describe, and what had to be made of knobs that contradict each other.
pub(super) fn breaker(config: &Config) -> (BreakerConfig, Vec<String>) {
    let mut conflicts = Vec::new();
    let settings = settings(config, &mut conflicts);
    match BreakerConfig::new(settings) {
        Ok(valid) => (valid, conflicts),
        Err(error) => {
            // Every range of the table lies within the core's; a contradiction left over falls back to the plain breaker.
            conflicts.push(format!("These settings do not go together ({error}); the plain breaker runs instead."));
            #[expect(clippy::unreachable, reason = "it depends on no knob")]
            let Ok(plain) = BreakerConfig::new(Settings::default()) else {
                unreachable!("the core's own default is valid, and a test of the core says so")
            };
            (plain, conflicts)
        }
    }
}

fn settings(config: &Config, conflicts: &mut Vec<String>) -> Settings {
    let compare = |id| if config.choice(id) == "above" { Compare::Above } else { Compare::AtLeast };
    let limit = |id| Some(config.duration(id)).filter(|limit| !limit.is_zero());
    let failures = config.small("threshold");
    let window = match config.choice("window") {
        "calls" => Window::Calls { calls: config.small("window_calls") },
        "fixed" => Window::Fixed { length: config.duration("window_time") },
        _ => {
            let buckets = config.small("window_buckets");
            let nanos = config.count("window_time");
            let whole = nanos - nanos % u64::from(buckets.max(1));
            Window::Time { time: Duration::from_nanos(whole), buckets }
        }
    };
    let trip = match config.choice("trip") {
        "failures" => Trip::Failures { failures },
        "rate" => Trip::Rate { percent: config.small("rate_percent"), compare: compare("compare") },
        _ => Trip::Consecutive { failures },
    };
    if let (Trip::Failures { failures }, Window::Calls { calls }) = (trip, window)
        && failures > calls
    {
        conflicts.push(format!(
            "It never opens by failures: the window holds {} and {failures} failures are needed.",
            text::counted(calls.into(), "call", "calls")
        ));
    }
    let minimum_calls = config.small("minimum_calls");
    if let Window::Calls { calls } = window
        && minimum_calls > calls
        && (config.knob("minimum_calls").is_some_and(|knob| (knob.matters)(config)))
    {
        conflicts.push(format!(
            "The minimum of {minimum_calls} calls is more than the window of {calls} holds, and acts as {calls}."
        ));
    }
    Settings {
        trip,
        window,
        minimum_calls,
        success_may_trip: config.flag("success_may_trip"),
        slow: config
            .flag("slow")
            .then(|| Slow { longer_than: config.duration("slow_longer_than"), percent: config.small("slow_percent") }),
        open_for: OpenFor {
            initial: config.duration("open_for"),
            factor_permille: config.small("open_factor"),
            cap: limit("open_cap"),
        },
        wait_over: compare("wait_over"),
        half_open_by: if config.choice("half_open_by") == "clock" { HalfOpenBy::Clock } else { HalfOpenBy::Ask },
        half_open: half_open(config, compare("probe_compare"), conflicts),
        max_half_open: limit("max_half_open").map(|after| MaxHalfOpen {
            after,
            then: if config.choice("max_then") == "closed" { Then::Closed } else { Then::Open },
        }),
        late_results: if config.choice("late_results") == "count" { LateResults::Count } else { LateResults::Drop },
        start_in: State::ALL.into_iter().find(|state| state.name() == config.choice("start_in")).unwrap_or_default(),
    }
}

fn half_open(config: &Config, compare: Compare, conflicts: &mut Vec<String>) -> HalfOpen {
    let permits = config.small("permits");
    let total = config.choice("permits_limit") == "total";
    // With a total of n probes, more than n results never come.
    let mut reachable = |what: &str, wanted: u32| {
        if total && wanted > permits {
            conflicts.push(format!(
                "{what} {wanted} is more than {} in total can give, and acts as {permits}.",
                text::counted(permits.into(), "probe", "probes")
            ));
            permits
        } else {
            wanted
        }
    };
    let decide = if config.choice("decide") == "rate" {
        let after = Some(config.small("probe_after"))
            .filter(|after| *after > 0)
            .map(|after| reachable("Deciding after", after));
        Decide::Rate { percent: config.small("probe_percent"), compare, after, early: config.flag("probe_early") }
    } else {
        let (successes, failures) =
            (reachable("Successes to close:", config.small("successes")), config.small("failures"));
        // One success and one failure less than needed, and no probe is left to decide.
        if total && permits < successes + failures - 1 && config.number("max_half_open") == 0 {
            conflicts.push(format!(
                "It can stay half-open for ever: {} in total may bring neither {} nor {}.",
                text::counted(permits.into(), "probe", "probes"),
                text::counted(successes.into(), "success", "successes"),
                text::counted(failures.into(), "failure", "failures")
            ));
        }
        Decide::Numbers { successes, failures }
    };
    HalfOpen {
        permits,
        permits_limit: if total { PermitsLimit::Total } else { PermitsLimit::InFlight },
        ignored: match config.choice("ignored") {
            "keeps_permit" => Ignored::KeepsPermit,
            "counts_as_success" => Ignored::CountsAsSuccess,
            _ => Ignored::ReturnsPermit,
        },
        decide,
    }
}
