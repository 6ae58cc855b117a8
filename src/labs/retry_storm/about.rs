//! What the lab says of itself.

use super::{forecast, knobs, presets};
use crate::lab::{About, Action, Goal, Prediction, Readout, Record};

const fn button(id: &'static str, label: &'static str, help: &'static str, key: char) -> Action {
    Action { id, label, help, args: &[], button: true, primary: false, key: Some(key) }
}

pub(super) const ABOUT: About = About {
    slug: "retry-storm",
    title: "Retry storm",
    summary: "A thousand clients retry in step. The outage ends, the storm does not: find out why, and the way out.",
    claim: forecast::claim,
    knobs: knobs::KNOBS,
    presets: presets::PRESETS,
    edits: &[],
    actions: &[
        Action { primary: true, ..button("start", "Start an outage", "The server fails until you end it.", 'o') },
        Action {
            button: false,
            key: None,
            ..button("end", "End the outage", "The server is as well as before, from now on.", 'e')
        },
        button("surge", "All at once", "Every client that wants nothing wants something now.", 'a'),
        button(
            "restart",
            "Restart the server",
            "Whatever it holds fails at once; it begins again with an empty queue.",
            'r',
        ),
    ],
    outlook: forecast::outlook,
    conflicts: forecast::conflicts,
    predictions: &[
        Prediction {
            id: "after_the_outage",
            question: "1000 clients want 667 requests a second; the server can serve 1000. For 5 s it answers nothing, and each client tries again 100 ms after a failure. Its queue has 2000 places, clients wait 250 ms for an answer. The outage has been over for 15 s: how many requests a second are answered in time?",
            setup: "do=5:start,10:end",
            readout: "goodput",
            at_ms: 25_000,
            answer: 0.0,
            tolerance: 5.0,
            misconceptions: &[
                (
                    667.0,
                    "There would be room for what is wanted. But the queue is full and takes 2 s, and nobody waits as long: each try times out, and the next one keeps the queue full.",
                ),
                (
                    1000.0,
                    "It serves 1000 a second, all of them given up 1.75 s before: it is busy, and works for nobody.",
                ),
            ],
        },
        Prediction {
            id: "jitter_and_load",
            question: "The server is down and refuses at once. 1000 clients try again, each after a wait drawn between 0 and 100 ms (full jitter) instead of exactly 100 ms. How many requests a second does the server see?",
            setup: "jitter=full&do=1:start",
            readout: "load",
            at_ms: 15_000,
            answer: 20_000.0,
            tolerance: 500.0,
            misconceptions: &[
                (
                    10_000.0,
                    "A wait between 0 and 100 ms is 50 ms on average, so each client tries 20 times a second. Jitter spreads load; it does not lower it.",
                ),
                (5_000.0, "Shorter waits make more requests, not fewer."),
                (1_000.0, "Spread out they are as many, and with waits half as long twice as many."),
            ],
        },
        Prediction {
            id: "three_layers",
            question: "A client calls a service, that calls a second, and that a third, which is down. The client and both services in between try 3 times each. How many calls does one request make at the last?",
            setup: "preset=layers&clients=1&every=100ms&do=0:start",
            readout: "most_calls",
            at_ms: 20_000,
            answer: 27.0,
            tolerance: 0.5,
            misconceptions: &[
                (
                    9.0,
                    "They do not add up, they multiply: each of the client's 3 calls makes 3, and each of those 3 again.",
                ),
                (3.0, "Each layer tries again by itself, for it does not know that another one will."),
            ],
        },
        Prediction {
            id: "more_tries",
            question: "As many clients, but they want something new whatever became of the last request (open loop), and give up after 3 tries, with exponential backoff and full jitter. The outage of 5 s has been over for 25 s. How many requests a second are answered in time?",
            setup: "preset=open_loop&do=5:start,10:end",
            readout: "goodput",
            at_ms: 35_000,
            answer: 0.0,
            tolerance: 20.0,
            misconceptions: &[(
                667.0,
                "With one try it would be so. But each request that fails makes 3, so 2000 a second come to a server that serves 1000: more tries, less success.",
            )],
        },
    ],
    goals: &[
        Goal {
            id: "metastable",
            task: "Find the metastable state: the outage is over, and the server does not recover.",
            hint: "Start an outage, wait until most clients try again, and end it. Watch the queue, and how long it takes.",
            reached: |record, _| says(record, "■ metastable"),
            proof: "do=2:start,7:end&t=20s",
        },
        Goal {
            id: "way_out",
            task: "Then get it out of there: without fewer clients, and without their wanting less.",
            hint: "Somewhere the circle must break: fewer retries, a shorter queue, or no work for those who have gone. Restarting the server alone brings the queue back within a moment.",
            reached: |record, _| {
                let mut metastable = false;
                let mut out = false;
                for entry in record.entries() {
                    metastable |= entry.head.starts_with("■ metastable");
                    out |= metastable && entry.head.starts_with("● recovered");
                    // Less load is another way, and not the one asked for.
                    let less =
                        ["“Clients”", "“Each wants something every”"].iter().any(|knob| entry.text.contains(knob));
                    if metastable && !out && less {
                        return false;
                    }
                }
                out
            },
            proof: "do=2:start,7:end,16:set:queue:100&t=25s",
        },
        Goal {
            id: "soon",
            task: "Find settings with which it recovers within 10 s after an outage of 5 s or longer.",
            hint: "Try the presets, and read why they recover or do not: some lower the load, some make the work useful.",
            reached: |_, readouts| {
                number(readouts, "recovered_after") <= Some(10.0)
                    && number(readouts, "recovered_after").is_some()
                    && number(readouts, "outage_lasted") >= Some(5.0)
            },
            proof: "preset=shed&do=2:start,8:end&t=20s",
        },
    ],
};

fn says(record: &Record, head: &str) -> bool {
    record.entries().any(|entry| entry.head.starts_with(head))
}

fn number(readouts: &[Readout], id: &str) -> Option<f64> {
    readouts.iter().find(|readout| readout.id == id)?.number
}
