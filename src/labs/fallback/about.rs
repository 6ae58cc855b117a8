//! The lab's tables.

use super::setup::{self, Setup};
use super::{Lab, Part, knobs};
use crate::lab::scene::{Button, Readout};
use crate::lab::text::about;
use crate::lab::{About, Action, Config, Goal, Prediction};

const fn button(id: &'static str, label: &'static str, help: &'static str, key: char) -> Action {
    Action { id, label, help, args: &[], button: true, primary: false, key: Some(key) }
}

const fn on_picture(id: &'static str, label: &'static str, help: &'static str) -> Action {
    Action { id, label, help, args: &[], button: false, primary: false, key: None }
}

pub(super) const ABOUT: About = About {
    slug: "fallback",
    title: "Fallbacks",
    summary: "Break the services behind a product page: it is shown all the same, with older answers, and you see what a stale price costs.",
    claim,
    knobs: knobs::KNOBS,
    presets: knobs::PRESETS,
    edits: &[],
    actions: &[
        Action {
            primary: true,
            ..button("break_price", "Break the price service", "Its calls fail until you heal it.", 'b')
        },
        button("break_recs", "Break recommendations", "Their calls fail until you heal them.", 'r'),
        button("break_stock", "Break the stock service", "Its calls fail until you heal it.", 's'),
        button("load", "Load the page", "One page more, which the log tells of.", 'l'),
        on_picture("heal_price", "Heal the price service", "It answers again."),
        on_picture("heal_recs", "Heal recommendations", "They answer again."),
        on_picture("heal_stock", "Heal the stock service", "It answers again."),
        on_picture("heal_all", "Heal all", "All three services answer again."),
    ],
    outlook: setup::outlook,
    conflicts: setup::conflicts,
    predictions: &[
        Prediction {
            id: "how_long",
            question: "Four pages a second. The price service breaks and stays broken for a minute. A cached price is shown until it is 30 s old; without a price the page is an error. How many pages fail in that minute?",
            setup: "do=5:break_price",
            readout: "failed",
            at_ms: 65_000,
            answer: 120.0,
            tolerance: 6.0,
            misconceptions: &[
                (
                    0.0,
                    "A fallback with an age limit buys time, and no more: nothing refreshes the cache while its service is down.",
                ),
                (240.0, "For the first half of the minute the last good price is young enough, and the page is shown."),
            ],
        },
        Prediction {
            id: "stale_cost",
            question: "The price is 101 € and rises by 10 cents a second. Its service breaks; for 30 seconds the page shows the last price and takes four orders a second. The shop bears the difference. How many euros do these 120 orders cost?",
            setup: "orders=100%25&volatility=0%25&price_age=1min&do=10:break_price",
            readout: "stale_loss",
            at_ms: 40_000,
            answer: 180.0,
            tolerance: 20.0,
            misconceptions: &[
                (
                    363.0,
                    "Only the last order is short of 3 €. The difference grows from nothing, so on average it is half of that.",
                ),
                (3.0, "That is what the last of the orders costs alone."),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "all_broken",
            task: "Break all three services, and show 40 degraded pages without a single error.",
            hint: "Only the price can fail the page: give it a cache that lasts, or something behind it.",
            reached: |record, readouts| {
                let all = record.entries().any(|entry| entry.head.starts_with("▲ all three"));
                all && number(readouts, "failed") == 0.0 && number(readouts, "degraded") >= 40.0
            },
            proof: "do=2:break_price,2:break_recs,2:break_stock&t=20s",
        },
        Goal {
            id: "cheap_outage",
            task: "Go through half a minute without the price service, with no error and less than 1 € lost.",
            hint: "A cached price is free to have and dear to use. What is asked anew is not stale.",
            reached: |_, readouts| {
                let lost = number(readouts, "stale_loss") + number(readouts, "error_loss");
                number(readouts, "price_down") >= 30.0
                    && number(readouts, "failed") == 0.0
                    && number(readouts, "degraded") >= 20.0
                    && lost < 1.0
            },
            proof: "price=second&do=5:break_price&t=40s",
        },
    ],
};

fn number(readouts: &[Readout], id: &str) -> f64 {
    readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap_or(0.0)
}

fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    match config.choice("price") {
        "none" => {
            "Without a fallback for its price the page is an error whenever the price service is down.".to_owned()
        }
        "cached" => format!(
            "When the price service is down the page shows the last price for {}, and each order pays for its age.",
            about(setup.limits[0])
        ),
        "second" => {
            "A second provider keeps the price fresh when the first is down, and the page a little slower.".to_owned()
        }
        "static" => "A fixed price is always there, and as wrong as the price has moved since it was set.".to_owned(),
        _ => format!(
            "When the price service is down the page goes through its fallbacks in order: {}.",
            setup::steps(&setup.fallback[0])
        ),
    }
}

/// The buttons that look different now.
pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let labels = |part| match part {
        Part::Price => ("Break the price service", "Price service is broken · heal"),
        Part::Recommendations => ("Break recommendations", "Recommendations are broken · heal"),
        Part::Stock => ("Break the stock service", "Stock service is broken · heal"),
    };
    let switch = |part: Part| {
        let broken = lab.part(part).broken.is_some();
        let (well, ill) = labels(part);
        Button {
            action: part.breaks(),
            sends: if broken { part.heals() } else { part.breaks() },
            label: if broken { ill } else { well }.to_owned(),
            pressed: Some(broken),
            enabled: true,
        }
    };
    Part::ALL.map(switch).into()
}
