//! What the lab says of itself.

use super::{knobs, outlook, presets};
use crate::lab::{About, Action, Goal, Prediction, Readout};

const fn button(id: &'static str, label: &'static str, help: &'static str, key: char) -> Action {
    Action { id, label, help, args: &[], button: true, primary: false, key: Some(key) }
}

pub(super) const ABOUT: About = About {
    slug: "limits",
    title: "Rate limiting and load shedding",
    summary: "Twice the load, and nobody is answered in time: what a limit in front of a server saves, what bursts get past it, and what a second copy costs.",
    claim: outlook::claim,
    knobs: knobs::KNOBS,
    presets: presets::PRESETS,
    edits: &[],
    actions: &[
        Action { primary: true, ..button("double", "Double the load", "Callers send twice as many requests.", 'd') },
        Action {
            button: false,
            key: None,
            ..button("halve", "Halve the load", "Callers send as many as before.", 'h')
        },
        button(
            "burst",
            "Burst at the boundary",
            "As many requests as a window has permits right before the next window, and as many right after it begins.",
            'b',
        ),
    ],
    outlook: outlook::outlook,
    conflicts: outlook::conflicts,
    predictions: &[
        Prediction {
            id: "twice_the_load",
            question: "Two servers can do 1000 requests a second. Callers send 1400, and give up after 250 ms; the servers are not told. Each queue has 500 places, and nothing stands in front. After 10 s, how many requests a second are answered in time?",
            setup: "preset=none&do=0:double",
            readout: "goodput",
            at_ms: 10_000,
            answer: 0.0,
            tolerance: 20.0,
            misconceptions: &[
                (
                    1000.0,
                    "The servers do 1000 a second. But the queues are full and take a second, and nobody waits as long: every answer is for a caller who has gone.",
                ),
                (
                    700.0,
                    "More work does not leave what was done before untouched: all requests wait in the same queues, and all wait too long.",
                ),
            ],
        },
        Prediction {
            id: "around_the_boundary",
            question: "A fixed window lets 200 requests in every second. 200 come right before one window ends, and 200 right after the next one begins. How many are let in at most within the length of a second?",
            setup: "preset=double_burst&do=0.5:burst",
            readout: "peak_in_window",
            at_ms: 2_500,
            answer: 400.0,
            tolerance: 12.0,
            misconceptions: &[
                (
                    200.0,
                    "The limit holds for windows that begin on the second, and not for every second: the end of one and the beginning of the next are close together.",
                ),
                (
                    220.0,
                    "That is what a token bucket lets in: 200 at once, and those that become free meanwhile. A fixed window forgets at the boundary.",
                ),
            ],
        },
        Prediction {
            id: "cost_of_copies",
            question: "A request that is not answered within the time that 95 % of them take is sent a second time, to another server. By how many percent do the copies raise the load?",
            setup: "preset=hedged",
            readout: "extra_load",
            at_ms: 20_000,
            answer: 0.05,
            tolerance: 0.02,
            misconceptions: &[
                (1.0, "Only the slowest are sent twice. Whoever is answered before the delay is over needs no copy."),
                (0.0, "Each copy is work, and one of the two answers is wasted."),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "way_back",
            task: "Let the servers collapse, and bring them back with the load still doubled.",
            hint: "Choose no guard and double the load. When it has collapsed, put something in front that turns enough away.",
            reached: |record, readouts| {
                let collapsed = record.entries().position(|entry| entry.head.starts_with("■ collapsed"));
                let Some(collapsed) = collapsed else { return false };
                let mut load = false;
                for entry in record.entries().take(collapsed) {
                    load |= entry.head.starts_with("▲ load doubled");
                    load &= !entry.head.starts_with("▼ load back");
                }
                // Less load, or more servers, is another way.
                let other = ["▼ load back", "“Offered load”", "“Workers", "“Time to serve", "“Callers wait”"];
                let cheats = |text: &str| other.iter().any(|other| text.contains(other));
                let cheated = record.entries().skip(collapsed).any(|entry| cheats(&entry.sentence()));
                let back = record
                    .entries()
                    .skip(collapsed)
                    .any(|entry| entry.head.starts_with("◐ shedding") || entry.head.starts_with("● healthy"));
                load && back && !cheated && number(readouts, "wasted_share") < Some(0.1)
            },
            proof: "preset=none&do=1:double,6:set:guard:aimd&t=14s",
        },
        Goal {
            id: "half_the_tail",
            task: "Halve the 99th percentile with copies that raise the load by at most 10 %.",
            hint: "Copies help where a few requests are slow by chance: service with a long tail, servers that are not busy, and a delay that only the slowest reach.",
            reached: |_, readouts| {
                let (with, without) = (number(readouts, "p99"), number(readouts, "p99_without"));
                let (Some(with), Some(without)) = (with, without) else { return false };
                number(readouts, "extra_load").is_some_and(|extra| extra > 0.0 && extra <= 0.1) && with <= without / 2.0
            },
            proof: "preset=hedged&t=20s",
        },
    ],
};

fn number(readouts: &[Readout], id: &str) -> Option<f64> {
    readouts.iter().find(|readout| readout.id == id)?.number
}
