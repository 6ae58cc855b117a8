//! Guards and copies to begin with. Libraries' numbers were read in their sources; server and traffic are this lab's.

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
    own(
        "aimd",
        "AIMD",
        "Grows by one while it is in use, and falls by a tenth when a request is in the server for over 100 ms.",
        &[],
    ),
    own("none", "No guard", "Nothing keeps the queue shorter than callers wait.", &[("guard", "none")]),
    own(
        "fixed",
        "Fixed limit",
        "50 in the server at a time: by Little's law each is there for 50 ms when it is busy.",
        &[("guard", "fixed"), ("limit", "50")],
    ),
    Preset {
        id: "netflix_aimd",
        label: "Netflix AIMD",
        note: "From 20 to 200, down by a tenth when a request is dropped or takes over 5 s, longer than anybody waits here.",
        source: "concurrency-limits, AIMDLimit.java",
        set: &[("least", "20"), ("most", "200"), ("late_after", "5s")],
    },
    Preset {
        id: "netflix_vegas",
        label: "Netflix Vegas",
        note: "Takes the fastest request as the time without a queue: it needs service that hardly varies, as here. Left out: it looks for that time anew after a random number of requests.",
        source: "concurrency-limits, VegasLimit.java",
        set: &[("guard", "vegas"), ("least", "1"), ("spread", "constant")],
    },
    Preset {
        id: "netflix_gradient",
        label: "Netflix Gradient2",
        note: "Takes the mean of the last 600 requests for the time without a queue: under lasting load it grows used to one.",
        source: "concurrency-limits, Gradient2Limit.java",
        set: &[("guard", "gradient"), ("least", "20"), ("most", "200")],
    },
    own(
        "bucket",
        "Token bucket",
        "900 a second, 100 at once: below what the servers can do, whatever is offered.",
        &[("guard", "bucket"), ("permits", "900"), ("burst", "100")],
    ),
    own(
        "gcra",
        "GCRA, no burst",
        "One every 1.11 ms and nothing in advance: of requests that come at random it turns many away below its rate.",
        &[("guard", "gcra"), ("permits", "900"), ("burst", "1")],
    ),
    own(
        "double_burst",
        "Fixed window, double burst",
        "200 a second. A burst at the boundary gets nearly twice that through within a tenth of a second.",
        &[("guard", "window"), ("rate", "5/s"), ("timeout", "200ms")],
    ),
    own(
        "bucket_burst",
        "The same, token bucket",
        "The burst at the boundary gets through once, and not twice.",
        &[("guard", "bucket"), ("rate", "5/s"), ("timeout", "200ms")],
    ),
    own(
        "hedged",
        "Hedged after the p95",
        "A long tail, and a second copy for the slowest twentieth, as in The Tail at Scale (2013).",
        &[
            ("guard", "none"),
            ("hedge", "p95"),
            ("spread", "long_tail"),
            ("workers", "20"),
            ("rate", "700/s"),
            ("timeout", "1s"),
        ],
    ),
    own(
        "hedged_early",
        "Hedged too early",
        "After a fixed 5 ms, half of what a request takes. At 700/s copies help; double the load, and the copies overload the servers by themselves.",
        &[
            ("guard", "none"),
            ("hedge", "delay"),
            ("hedge_after", "5ms"),
            ("workers", "10"),
            ("rate", "700/s"),
            ("timeout", "1s"),
        ],
    ),
];
