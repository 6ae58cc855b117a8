//! Ways to retry, and ways out.
//!
//! The libraries' numbers were read in their sources; the traffic and the server are this lab's in all of them.

use crate::lab::Preset;

const fn own(
    id: &'static str,
    label: &'static str,
    note: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Preset {
    Preset { id, label, note, source: "", set }
}

/// The presets; the first is the default.
pub(super) const PRESETS: &[Preset] = &[
    own("naive", "Every 100 ms", "Equal waits, no end, a long queue: after the outage it does not recover.", &[]),
    own(
        "jitter",
        "Jitter alone",
        "Full jitter waits half as long on average, so more is sent: it does not recover either.",
        &[("jitter", "full")],
    ),
    own(
        "exponential",
        "Exponential, no jitter",
        "Closed loop: whoever waits wants nothing new, so waiting lowers the load and the queue drains.",
        &[("backoff", "exponential")],
    ),
    own(
        "full_jitter",
        "Exponential, full jitter",
        "As without jitter, and no two clients keep step.",
        &[("backoff", "exponential"), ("jitter", "full")],
    ),
    own(
        "open_loop",
        "The same, open loop",
        "Three tries, and new requests whatever became of the last: waiting only puts the load off, and it does not recover.",
        &[
            ("retries", "limited"),
            ("attempts", "3"),
            ("backoff", "exponential"),
            ("jitter", "full"),
            ("arrivals", "open"),
        ],
    ),
    own(
        "short_queue",
        "Short queue",
        "100 places take 100 ms, less than the clients wait: whatever is served is in time.",
        &[("queue", "100")],
    ),
    own(
        "only_wanted",
        "Serve only what is wanted",
        "The queue is as long, but what is late is dropped unserved.",
        &[("only_wanted", "on")],
    ),
    own(
        "newest_first",
        "Newest first",
        "The newest are served in time; the old ones stay until there is nothing else to do.",
        &[("order", "newest")],
    ),
    own("shed", "Load shedding", "Whoever would wait too long is turned away at once.", &[("shed", "late")]),
    own(
        "breaker",
        "Circuit breaker",
        "Three tries, which fail unsent while it is open: the queue drains. Clients that never give up would all be back when it closes.",
        &[("retries", "limited"), ("attempts", "3"), ("breaker", "on")],
    ),
    Preset {
        id: "aws",
        label: "AWS SDKs",
        note: "Three tries, and 500 tokens a process: a retry costs 14, and only success pays them back.",
        source: "botocore 1.44, retries/standard.py and quota.py",
        set: &[
            ("retries", "limited"),
            ("attempts", "3"),
            ("wait", "50ms"),
            ("backoff", "exponential"),
            ("cap", "20s"),
            ("jitter", "full"),
            ("budget", "aws"),
        ],
    },
    Preset {
        id: "grpc",
        label: "gRPC",
        note: "Four tries; after five failures more than successes can make up for, a process retries no more.",
        source: "gRPC proposal A6, example",
        set: &[
            ("retries", "limited"),
            ("attempts", "4"),
            ("backoff", "exponential"),
            ("cap", "1s"),
            ("jitter", "around"),
            ("budget", "grpc"),
        ],
    },
    Preset {
        id: "finagle",
        label: "Finagle",
        note: "Its budget of a fifth of the requests, and 10 retries a second and process; the waits are this lab's.",
        source: "Finagle, RetryBudget.scala",
        set: &[("budget", "finagle")],
    },
    Preset {
        id: "envoy",
        label: "Envoy",
        note: "One retry, for at most a fifth of what is under way. Left out: its waits begin at zero and grow by 2ⁿ − 1.",
        source: "Envoy, circuit_breaker.proto and its retry documentation",
        set: &[
            ("retries", "limited"),
            ("attempts", "2"),
            ("wait", "25ms"),
            ("backoff", "exponential"),
            ("cap", "250ms"),
            ("jitter", "full"),
            ("budget", "envoy"),
        ],
    },
    Preset {
        id: "sre",
        label: "Google SRE",
        note: "Three tries, and each process sends some twice what was accepted in the last two minutes: it is slow to trust again. The waits are this lab's.",
        source: "Site Reliability Engineering, Handling Overload",
        set: &[("retries", "limited"), ("attempts", "3"), ("budget", "sre")],
    },
    own(
        "layers",
        "Three layers, three tries",
        "A request that fails makes 3 × 3 × 3 = 27 calls at the last service.",
        &[("retries", "limited"), ("attempts", "3"), ("layers", "3")],
    ),
    own(
        "one_layer",
        "Three layers, one retries",
        "The same chain, but only the client tries again: 3 calls.",
        &[("retries", "limited"), ("attempts", "3"), ("layers", "3"), ("one_layer", "on")],
    ),
];
