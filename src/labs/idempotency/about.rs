//! The lab's tables.

use super::setup::{self, Setup};
use super::{Lab, knobs};
use crate::lab::scene::{Button, Readout};
use crate::lab::{About, Action, Config, Goal, Prediction, text};

const fn button(id: &'static str, label: &'static str, help: &'static str, key: char) -> Action {
    Action { id, label, help, args: &[], button: true, primary: false, key: Some(key) }
}

pub(super) const ABOUT: About = About {
    slug: "idempotency",
    title: "Idempotency keys",
    summary: "An answer is lost, the client pays again: charged twice without a key, once with one, as long as the key is remembered.",
    claim,
    knobs: knobs::KNOBS,
    presets: knobs::PRESETS,
    edits: &[],
    actions: &[
        Action {
            primary: true,
            ..button(
                "pay",
                "Pay 10 €",
                "A customer pays 10 €. Unless a knob says otherwise, the first answer is lost.",
                'p',
            )
        },
        button("retry", "Retry by hand", "Sends your last payment once more, with its key where it has one.", 'r'),
        button("twice", "Two at once", "A double click: the same payment of 10 € is sent twice at the same time.", 't'),
        button(
            "other_amount",
            "Same key, 25 €",
            "Uses the key of your last payment for another amount: a mistake of the client's.",
            'm',
        ),
        button("lose", "Lose the next answer", "Whosever answer the service sends next is lost.", 'l'),
    ],
    outlook: setup::outlook,
    conflicts: setup::conflicts,
    predictions: &[
        Prediction {
            id: "lost_answer",
            question: "A customer pays 10 €. The service charges it, but the answer is lost. The client sees a timeout and sends the payment again, without a key; this time the answer arrives. How many euros has the customer been charged?",
            setup: "do=1:pay",
            readout: "charged",
            at_ms: 6_000,
            answer: 20.0,
            tolerance: 0.5,
            misconceptions: &[
                (
                    10.0,
                    "The service has no way to know that the second request is the first one again: nothing in it says so.",
                ),
                (30.0, "The second answer arrives, so the client does not send a third time."),
            ],
        },
        Prediction {
            id: "key_per_attempt",
            question: "The same, but the client has learnt about keys: right before it sends a request it makes a random key and puts it in. How many euros has the customer been charged?",
            setup: "key=on&maker=attempt&do=1:pay",
            readout: "charged",
            at_ms: 6_000,
            answer: 20.0,
            tolerance: 0.5,
            misconceptions: &[(
                10.0,
                "A key made for an attempt names the attempt and not the payment: the retry comes with another one, and is new to the service.",
            )],
        },
        Prediction {
            id: "storage",
            question: "Five payments come every second, each with a key of its own. Keys live for 20 seconds. How many keys does the store hold after a minute?",
            setup: "key=on&rate=5/s&ttl=20s",
            readout: "keys",
            at_ms: 60_000,
            answer: 100.0,
            tolerance: 30.0,
            misconceptions: &[
                (
                    300.0,
                    "That is every key so far. From 20 seconds on as many expire as come: rate × time to live stay.",
                ),
                (5.0, "Those are the keys of the last second; each is kept for twenty of them."),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "charged_once",
            task: "Have a payment sent again, and charged once all the same.",
            hint: "Turn the key on, and pay.",
            reached: |_, readouts| number(readouts, "replayed") > 0.0 && number(readouts, "twice") == 0.0,
            proof: "key=on&do=1:pay&t=6s",
        },
        Goal {
            id: "forgotten",
            task: "Get a payment charged twice although both requests had the same key.",
            hint: "A key is a promise only as long as it is remembered: make it live short, pay, wait, and retry by hand.",
            reached: |record, _| {
                record.entries().any(|entry| {
                    let forgotten =
                        ["had expired", "had been forgotten"].into_iter().any(|why| entry.text.contains(why));
                    forgotten && entry.head.starts_with('▲')
                })
            },
            proof: "key=on&ttl=5s&do=1:pay,12:retry&t=16s",
        },
    ],
};

fn number(readouts: &[Readout], id: &str) -> f64 {
    readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap_or(0.0)
}

fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    if setup.attempts() == 1 {
        return "A client that never sends again is never charged twice, and often does not know whether it has paid."
            .to_owned();
    }
    match (setup.key, setup.per_attempt) {
        (false, _) => {
            "When an answer is lost, the client cannot know whether it has paid. It sends again, and is charged again."
                .to_owned()
        }
        (true, true) => {
            "A key that is made anew for each attempt protects nobody: the retry looks like a new payment.".to_owned()
        }
        (true, false) => format!(
            "With a key a payment that is sent again is charged once, as long as the key is remembered: {}.",
            text::about(setup.ttl())
        ),
    }
}

/// The buttons that look different now.
pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let sent = lab.last.is_some();
    let plain = |action, label: &str, enabled| Button {
        action,
        sends: action,
        label: label.to_owned(),
        pressed: None,
        enabled,
    };
    let mut buttons = vec![
        plain("retry", "Retry by hand", sent),
        plain("other_amount", if lab.setup.key { "Same key, 25 €" } else { "Pay 25 €, no key" }, sent),
    ];
    if lab.armed {
        buttons.push(plain("lose", "The next answer will be lost", false));
    }
    buttons
}
