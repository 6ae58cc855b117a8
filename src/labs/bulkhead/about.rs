//! The lab's tables.

use super::forecast::{claim, outlook};
use super::knobs::{KNOBS, PRESETS, conflicts};
use crate::lab::scene::Readout;
use crate::lab::{About, Action, Goal, Prediction};

pub(super) const ABOUT: About = About {
    slug: "bulkhead",
    title: "Bulkheads",
    summary: "Slow payments take every thread of a shared pool and orders starve; with a pool each, orders do not notice. The same requests to both, side by side.",
    claim,
    knobs: KNOBS,
    presets: PRESETS,
    edits: &[],
    actions: &[
        Action {
            id: "slow",
            label: "Make payments slow",
            help: "The payment service answers late: payments that begin from now on take as long as slow ones do.",
            args: &[],
            button: true,
            primary: true,
            key: Some('s'),
        },
        Action {
            id: "burst",
            label: "Send 40 orders at once",
            help: "Of so many at once as many run as there are threads free, as many wait as there are places, and the rest is turned away.",
            args: &[],
            button: true,
            primary: false,
            key: Some('b'),
        },
        Action {
            id: "usual",
            label: "Make payments quick again",
            help: "Payments that begin from now on take as long as usual; those under way end when they would have.",
            args: &[],
            button: false,
            primary: false,
            key: None,
        },
    ],
    outlook,
    conflicts,
    predictions: &[
        Prediction {
            id: "orders_starve",
            question: "20 payments and 50 orders a second share 30 threads; each takes 100 ms. Then payments take 20 s. What share of the orders is answered 6 s later, in percent?",
            setup: "do=2:slow",
            readout: "orders_shared",
            at_ms: 8_000,
            answer: 0.08,
            tolerance: 0.06,
            misconceptions: &[
                (
                    1.0,
                    "Nothing is wrong with orders, but each needs a thread, and a thread that a payment has taken comes back 20 s later. After some 1.3 s payments have nearly all.",
                ),
                (
                    0.71,
                    "5 of 7 requests are orders, but a payment holds its thread 200 times as long: what is in use is rate × time, 400 for payments and 5 for orders.",
                ),
                (0.67, "Nobody keeps 20 of the 30 threads for orders: that is what a bulkhead would do."),
            ],
        },
        Prediction {
            id: "work_goes_on",
            question: "Payments have 10 threads behind their bulkhead and no queue. They come 20 a second and take 20 s; their callers give up after 2 s, and the thread is free then. How many payments are at work a minute later?",
            setup: "on_timeout=frees&payments_queue=0&do=2:slow",
            readout: "at_work",
            at_ms: 62_000,
            answer: 100.0,
            tolerance: 20.0,
            misconceptions: &[
                (
                    10.0,
                    "A timeout ends the waiting, not the work. The thread is free for the next payment while the one before is still at work: some 5 begin a second, and each works 20 s.",
                ),
                (
                    40.0,
                    "20/s × 2 s are the threads that would be needed to let all of them begin; what has begun works for 20 s.",
                ),
                (
                    400.0,
                    "20/s × 20 s would be at work if all came in: 10 threads, each free after 2 s, let 5 a second begin.",
                ),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "no_bulkhead",
            task: "Have 95 % of the orders answered from the shared pool 10 s after you made payments slow.",
            hint: "Threads in use = rate × time each is held. How long a payment holds one is up to you, too: a shorter timeout that frees it. Then look at what is at work.",
            reached: |_, readouts| {
                number(readouts, "slow_for") >= Some(10.0) && number(readouts, "orders_shared") >= Some(0.95)
            },
            proof: "timeout=700ms&on_timeout=frees&do=2:slow&t=13s",
        },
        Goal {
            id: "right_size",
            task: "Have 99 % of the payments answered behind their bulkhead 10 s after you made them slow.",
            hint: "Rate × time = threads, and some more, for requests come at random. At 20/s, payments of 500 ms need 10; no pool here is large enough for 20 s.",
            reached: |_, readouts| {
                number(readouts, "slow_for") >= Some(10.0) && number(readouts, "payments_apart") >= Some(0.99)
            },
            proof: "slow=400ms&payments_threads=20&timeout=10s&do=2:slow&t=14s",
        },
    ],
};

fn number(readouts: &[Readout], id: &str) -> Option<f64> {
    readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number)
}
