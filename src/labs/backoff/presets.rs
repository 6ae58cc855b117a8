//! Settings that real libraries have when nothing is said, and what of each library they do not reproduce.
//!
//! The numbers were read in the libraries' sources; attempts include the first one, whatever the library counts.

use crate::lab::Preset;

/// The presets; the first is the default.
pub(super) const PRESETS: &[Preset] = &[
    Preset { id: "default", label: "Full jitter", note: "", source: "", set: &[] },
    Preset {
        id: "aws_before",
        label: "AWS until Nov 2026",
        note: "The standard mode of the AWS SDKs before 10 November 2026. Left out: the retry quota of 500 tokens.",
        source: "botocore, retries/standard.py",
        set: &[("attempts", "3"), ("cap", "20s")],
    },
    Preset {
        id: "aws",
        label: "AWS since Nov 2026",
        note: "The standard mode of the AWS SDKs since 10 November 2026. Left out: the base of 1 s when throttled, DynamoDB's 4 attempts from 25 ms, the server's hint (up to 5 s longer), the retry quota.",
        source: "botocore, behind AWS_NEW_RETRIES_2026",
        set: &[("attempts", "3"), ("base", "50ms"), ("cap", "20s"), ("takes", "20ms")],
    },
    Preset {
        id: "grpc",
        label: "gRPC",
        note: "The example of gRPC's proposal A6; a service has no retries until it configures them. Left out: the client's own limit of 5 attempts, throttling, and hints of the server.",
        source: "gRPC proposal A6-client-retries.md",
        set: &[
            ("attempts", "4"),
            ("base", "100ms"),
            ("cap", "1s"),
            ("jitter", "plus_minus"),
            ("width", "20%"),
            ("takes", "20ms"),
        ],
    },
    Preset {
        id: "polly",
        label: "Polly v8",
        note: "3 retries, every 2 s, all together: its jitter is off until asked for. Left out: what its jitter is with exponential waits, a smoothed decorrelated curve; with constant ones it is ± 25 %.",
        source: "Polly, RetryConstants.cs",
        set: &[("attempts", "4"), ("kind", "constant"), ("base", "2s"), ("cap", "0"), ("jitter", "none")],
    },
    Preset {
        id: "resilience4j",
        label: "resilience4j",
        note: "Every 500 ms, without jitter. Its exponential waits grow by 1.5 from 500 ms, and its random ones are ± 50 %: both are a knob away. Left out: intervals computed from the result.",
        source: "resilience4j, RetryConfig.java and IntervalFunction.java",
        set: &[("attempts", "3"), ("kind", "constant"), ("base", "500ms"), ("cap", "0"), ("jitter", "none")],
    },
    Preset {
        id: "backon",
        label: "backon",
        note: "3 retries. Its jitter, off until asked for, is on here: it adds up to the whole wait, so a wait may pass the cap. Left out: its limit on the total delay, and its Fibonacci waits.",
        source: "backon, exponential.rs",
        set: &[("attempts", "4"), ("jitter", "plus"), ("width", "100%")],
    },
    Preset {
        id: "cockatiel",
        label: "cockatiel",
        note: "Its full jitter. Left out: the generator that it takes when nothing is said, a smoothed decorrelated curve. It tries for ever unless told otherwise: the 5 attempts are ours.",
        source: "cockatiel, ExponentialBackoff.ts",
        set: &[("base", "128ms"), ("cap", "30s"), ("takes", "20ms")],
    },
    Preset {
        id: "envoy",
        label: "Envoy",
        note: "One retry. Left out: from the second retry on its ranges grow as 2ⁿ − 1, not as 2ⁿ⁻¹; its limit of 3 retries at a time, and its retry budget.",
        source: "Envoy, circuit_breaker.proto and the retry policy of route_components.proto",
        set: &[("attempts", "2"), ("base", "25ms"), ("cap", "250ms"), ("takes", "20ms")],
    },
];
