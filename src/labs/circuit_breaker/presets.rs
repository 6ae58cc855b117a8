//! Settings that real libraries have when nothing is said, and what of each library they do not reproduce.
//!
//! The numbers were read in the libraries' sources. What no switch expresses is named in each note.

use crate::lab::Preset;

/// The presets; the first is the default.
pub(super) const PRESETS: &[Preset] = &[
    Preset { id: "default", label: "3 in a row", note: "", source: "", set: &[] },
    Preset {
        id: "resilience4j",
        label: "resilience4j",
        note: "Judges nothing before 100 calls. Left out: predicates that choose which exceptions count.",
        source: "resilience4j, CircuitBreakerConfig.java",
        set: &[
            ("trip", "rate"), ("rate_percent", "50%"), ("window", "calls"), ("window_calls", "100"), ("minimum_calls", "100"),
            ("slow", "on"), ("slow_longer_than", "60s"), ("slow_percent", "100%"),
            ("open_for", "60s"), ("wait_over", "above"), ("permits", "10"), ("decide", "rate"), ("probe_percent", "50%"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "polly",
        label: "Polly v8",
        note: "Only a failure can open it. A probe that never returns keeps it half-open. Left out: break lengths that a generator chooses.",
        source: "Polly, CircuitBreakerConstants.cs and HealthMetrics.cs",
        set: &[
            ("trip", "rate"), ("rate_percent", "10%"), ("window", "time"), ("window_time", "30s"), ("window_buckets", "10"), ("minimum_calls", "100"),
            ("success_may_trip", "off"), ("open_for", "5s"), ("ignored", "counts_as_success"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "failsafe",
        label: "failsafe (Java)",
        note: "With nothing set, a single failure opens it. Left out: closing or reopening once the other verdict can no longer be reached.",
        source: "failsafe, CircuitBreakerBuilder.java",
        set: &[
            ("trip", "failures"), ("threshold", "1"), ("window", "calls"), ("window_calls", "1"), ("minimum_calls", "1"),
            ("open_for", "1min"), ("permits", "1"), ("permits_limit", "in_flight"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "hystrix",
        label: "Hystrix",
        note: "Left out: it judges by a timer every 500 ms and truncates the percentage; its own pool's rejections count as failures.",
        source: "Hystrix, HystrixCommandProperties.java",
        set: &[
            ("trip", "rate"), ("rate_percent", "50%"), ("window", "time"), ("window_time", "10s"), ("window_buckets", "10"), ("minimum_calls", "20"),
            ("open_for", "5s"), ("wait_over", "above"), ("timeout", "1s"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "opossum",
        label: "opossum",
        note: "No minimum: the first failure opens it. Left out: it divides by everything fired, refused and running calls included.",
        source: "opossum, lib/circuit.js",
        set: &[
            ("trip", "rate"), ("rate_percent", "50%"), ("compare", "above"), ("window", "time"), ("window_time", "10s"), ("window_buckets", "10"), ("minimum_calls", "1"),
            ("success_may_trip", "off"), ("open_for", "30s"), ("half_open_by", "clock"), ("ignored", "counts_as_success"), ("timeout", "10s"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "cockatiel",
        label: "cockatiel",
        note: "The library leaves these numbers to its user: the ones here are ours, the rules its count breaker's. Left out: callers that wait for the probe's verdict.",
        source: "cockatiel, CircuitBreakerPolicy.ts",
        set: &[
            ("trip", "rate"), ("rate_percent", "20%"), ("compare", "above"), ("window", "calls"), ("window_calls", "20"), ("minimum_calls", "20"),
            ("success_may_trip", "off"), ("open_for", "10s"), ("ignored", "counts_as_success"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "gobreaker",
        label: "gobreaker v2",
        note: "More than 5 in a row, so the sixth opens it. Late results are dropped by generation. Left out: its rolling window and predicates of your own.",
        source: "gobreaker, v2/gobreaker.go",
        set: &[("trip", "consecutive"), ("threshold", "6"), ("open_for", "60s"), ("wait_over", "above"), ("late_results", "drop")],
    },
    Preset {
        id: "failsafe_rs",
        label: "failsafe-rs",
        note: "Left out: the second trip by an exponentially weighted success rate, the jitter of its wait (10 s to 300 s), and half-open without any limit on probes.",
        source: "failsafe-rs, failure_policy.rs",
        set: &[
            ("trip", "consecutive"), ("threshold", "5"), ("open_for", "10s"), ("open_factor", "2x"), ("open_cap", "300s"), ("wait_over", "above"),
            ("permits", "100"), ("permits_limit", "in_flight"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "recloser",
        label: "recloser",
        note: "Left out: it judges on the call after the one that filled its ring, and lets any number of probes through.",
        source: "recloser, recloser.rs",
        set: &[
            ("trip", "rate"), ("rate_percent", "50%"), ("window", "calls"), ("window_calls", "100"), ("minimum_calls", "100"), ("open_for", "30s"), ("wait_over", "above"),
            ("permits", "100"), ("permits_limit", "in_flight"), ("decide", "rate"), ("probe_percent", "50%"), ("probe_after", "10"), ("late_results", "count"),
        ],
    },
    Preset {
        id: "tower_resilience",
        label: "tower-resilience",
        note: "Left out: its count window does not slide, it is emptied only when the state changes.",
        source: "tower-resilience, circuitbreaker/src/config.rs",
        set: &[
            ("trip", "rate"), ("rate_percent", "50%"), ("window", "calls"), ("window_calls", "100"), ("minimum_calls", "100"), ("open_for", "30s"), ("late_results", "count"),
        ],
    },
];
