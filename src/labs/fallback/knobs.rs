//! The knob table and the presets.

use super::setup::uses;
use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Kind, Knob, Preset, Unit};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = SECOND / 1000;

const ALWAYS: fn(&Config) -> bool = Knob::ALWAYS;

const PRICE: &str = "Price";
const RECS: &str = "Recommendations";
const STOCK: &str = "Stock";
const COST: &str = "What a stale price costs";
const PAGE: &str = "Page and services";

const NONE: (&str, &str) = ("none", "nothing");
const CACHED: (&str, &str) = ("cached", "the last good answer");
const SECOND_ONE: (&str, &str) = ("second", "a second provider");
const STATIC: (&str, &str) = ("static", "a fixed value");
const CHAIN: (&str, &str) = ("chain", "cached, then second, then fixed");

const HELP: &str = "What the page falls back on when the service fails.";
const AGE: &str = "The last good answer is shown up to this age, and not beyond.";

const fn age(default: i64) -> Kind {
    number(Unit::Nanos, SECOND, 3600 * SECOND, default)
}

pub(super) const KNOBS: &[Knob] = &[
    knob(
        PRICE,
        "price",
        "If the price fails",
        "What the page falls back on. Without any price the whole page is an error; the fixed value is the list price of 100 €.",
        choice(&[CACHED, NONE, SECOND_ONE, STATIC, CHAIN]),
        ALWAYS,
    ),
    knob(PRICE, "price_age", "A price is good for", AGE, age(30 * SECOND), |config| uses(config, "price", "cached")),
    knob(
        RECS,
        "recs",
        "If recommendations fail",
        "What the page falls back on. Without any it leaves them out; the fixed value is a list of best sellers.",
        choice(&[STATIC, NONE, CACHED, SECOND_ONE, CHAIN]),
        ALWAYS,
    ),
    knob(RECS, "recs_age", "Recommendations are good for", AGE, age(600 * SECOND), |config| {
        uses(config, "recs", "cached")
    }),
    knob(STOCK, "stock", "If the stock fails", HELP, choice(&[NONE, STATIC, CACHED, SECOND_ONE, CHAIN]), ALWAYS),
    knob(STOCK, "stock_age", "A stock is good for", AGE, age(10 * SECOND), |config| uses(config, "stock", "cached")),
    knob(
        COST,
        "rise",
        "The price rises a minute",
        "By this share of it; at 200 € it turns round and falls, at 50 € it rises again.",
        number(Unit::Permille, 0, 500, 60),
        ALWAYS,
    ),
    knob(
        COST,
        "volatility",
        "It moves by chance a minute",
        "The standard deviation of what chance does to it in a minute; in four minutes it is twice that.",
        number(Unit::Permille, 0, 300, 10),
        ALWAYS,
    ),
    knob(
        COST,
        "orders",
        "Pages that bring an order",
        "The share of customers who buy, if the page has a price.",
        number(Unit::Permille, 0, 1000, 250),
        ALWAYS,
    ),
    knob(
        COST,
        "loss",
        "Sold below price costs",
        "Of the difference to the price of the moment: 100 % where the shop bears it, more where it has to make good.",
        number(Unit::Percent, 0, 500, 100),
        ALWAYS,
    ),
    knob(
        COST,
        "margin",
        "An order earns",
        "As a share of the price: what an error costs that turns the customer away.",
        number(Unit::Permille, 10, 900, 200),
        ALWAYS,
    ),
    knob(
        PAGE,
        "timeout",
        "The page waits",
        "Then it is shown with what is there.",
        number(Unit::Nanos, 50 * MILLI, 10 * SECOND, SECOND),
        ALWAYS,
    ),
    knob(
        PAGE,
        "patience",
        "For a service it waits",
        "Then the call counts as failed, and the fallback has its turn.",
        number(Unit::Nanos, 20 * MILLI, 5 * SECOND, 500 * MILLI),
        ALWAYS,
    ),
    knob(
        PAGE,
        "latency",
        "A service answers in",
        "Each of the three, while it is well; a call that fails takes as long.",
        number(Unit::Nanos, 10 * MILLI, 5 * SECOND, 200 * MILLI),
        ALWAYS,
    ),
    knob(
        PAGE,
        "second_latency",
        "A second provider answers in",
        "It is asked once the first has failed, and is always well.",
        number(Unit::Nanos, 10 * MILLI, 5 * SECOND, 300 * MILLI),
        |config| ["price", "recs", "stock"].into_iter().any(|part| uses(config, part, "second")),
    ),
    knob(
        PAGE,
        "broken",
        "A broken service",
        "How it fails once you break it.",
        choice(&[("errors", "answers with errors"), ("hangs", "hangs")]),
        ALWAYS,
    ),
    knob(
        PAGE,
        "errors",
        "Fails now and then",
        "The share of calls that fail although nothing is broken.",
        number(Unit::Permille, 0, 500, 0),
        ALWAYS,
    ),
    knob("Traffic", "rate", "Pages", "How many are asked for.", number(Unit::MilliPerSecond, 0, 50_000, 4_000), ALWAYS),
    knob(
        "Traffic",
        "arrivals",
        "Pages are asked for",
        "How they are spaced.",
        choice(&[("constant", "evenly"), ("poisson", "at random (Poisson)")]),
        |config| config.number("rate") > 0,
    ),
];

const fn preset(
    id: &'static str,
    label: &'static str,
    note: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Preset {
    Preset { id, label, note, source: "", set }
}

pub(super) const PRESETS: &[Preset] = &[
    preset(
        "cached",
        "Cached price",
        "The last good price for half a minute, best sellers for recommendations, no word on stock.",
        &[],
    ),
    preset(
        "none",
        "No fallback",
        "The page is as available as its price service.",
        &[("price", "none"), ("recs", "none"), ("stock", "none")],
    ),
    preset(
        "second",
        "A second provider",
        "Always fresh, a little later; somebody has to run it.",
        &[("price", "second"), ("recs", "second"), ("stock", "second")],
    ),
    preset(
        "static",
        "Fixed values",
        "Never an error; the list price is older than any cache.",
        &[("price", "static"), ("recs", "static"), ("stock", "static")],
    ),
    preset(
        "chain",
        "One after the other",
        "Cached while it is young, then a second provider, and a fixed value at last.",
        &[("price", "chain"), ("recs", "chain"), ("stock", "chain")],
    ),
    preset(
        "volatile",
        "A price that runs away",
        "A third more every minute: half a minute is too long for a cache.",
        &[("rise", "33%"), ("volatility", "5%"), ("price_age", "20s")],
    ),
];
