//! The knob table and the presets.

use super::service::PLACES;
use crate::lab::knob::{choice, knob, number};
use crate::lab::{Config, Kind, Knob, Preset, Unit};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = SECOND / 1000;

const ALWAYS: fn(&Config) -> bool = Knob::ALWAYS;
const KEYED: fn(&Config) -> bool = |config| config.flag("key");

const KEY: &str = "Key";
const STORE: &str = "Key store";
const CLIENT: &str = "Client";
const WAY: &str = "Network and service";

pub(super) const KNOBS: &[Knob] = &[
    knob(
        KEY,
        "key",
        "Requests have a key",
        "A name for what is wanted, made by the client; a request that comes twice with it is done once.",
        Kind::Flag { default: false },
        ALWAYS,
    ),
    knob(
        KEY,
        "maker",
        "A key is made",
        "Once for a payment and kept for its retries; or, by mistake, anew each time that it is sent.",
        choice(&[("payment", "once for a payment"), ("attempt", "anew for each attempt")]),
        KEYED,
    ),
    knob(
        STORE,
        "ttl",
        "Time to live",
        "So long a key and its answer are kept once the answer was given. What has been forgotten is done again.",
        number(Unit::Nanos, SECOND, 7 * 24 * 3600 * SECOND, 60 * SECOND),
        KEYED,
    ),
    knob(
        STORE,
        "capacity",
        "Room for",
        "How many keys there may be at a time, those in flight included.",
        number(Unit::Count("keys"), 1, PLACES as i64, 200),
        KEYED,
    ),
    knob(
        STORE,
        "when_full",
        "A new key to a full store",
        "Refused, it keeps every promise and does nothing new; else the oldest answer is forgotten, and would be done again.",
        choice(&[("refuse", "is refused"), ("forget", "puts out the oldest")]),
        KEYED,
    ),
    knob(
        STORE,
        "in_flight",
        "A second one in flight",
        "What a request gets whose key is being worked on just then.",
        choice(&[("wait", "waits for the answer"), ("refuse", "is refused (409)")]),
        KEYED,
    ),
    knob(
        CLIENT,
        "timeout",
        "Waits for an answer",
        "So long the client waits before it takes an attempt for lost.",
        number(Unit::Nanos, 100 * MILLI, 60 * SECOND, 1500 * MILLI),
        ALWAYS,
    ),
    knob(CLIENT, "attempts", "Attempts", "The first one included.", number(Unit::Count("attempts"), 1, 6, 3), ALWAYS),
    knob(
        CLIENT,
        "wait",
        "Wait before a retry",
        "Before the second attempt.",
        number(Unit::Nanos, 10 * MILLI, 10 * SECOND, 500 * MILLI),
        |config| config.number("attempts") > 1,
    ),
    knob(
        CLIENT,
        "growth",
        "Further waits",
        "Whether each wait is as long as the one before, or twice as long.",
        choice(&[("double", "twice as long"), ("same", "as long")]),
        |config| config.number("attempts") > 2,
    ),
    knob(
        WAY,
        "lose_first",
        "Pay 10 € loses its first answer",
        "Whether the first answer to each payment of that button gets lost on its way back.",
        Kind::Flag { default: true },
        ALWAYS,
    ),
    knob(
        WAY,
        "lose_requests",
        "Requests lost",
        "The share of all requests that never arrive.",
        number(Unit::Permille, 0, 900, 0),
        ALWAYS,
    ),
    knob(
        WAY,
        "lose_answers",
        "Answers lost",
        "The share of all answers that never come back, although the service has done its work.",
        number(Unit::Permille, 0, 900, 0),
        ALWAYS,
    ),
    knob(
        WAY,
        "leg",
        "One way takes",
        "How long a message travels.",
        number(Unit::Nanos, 10 * MILLI, 5 * SECOND, 300 * MILLI),
        ALWAYS,
    ),
    knob(
        WAY,
        "work",
        "A payment takes",
        "How long the service works on it; it charges at the end.",
        number(Unit::Nanos, 10 * MILLI, 30 * SECOND, 400 * MILLI),
        ALWAYS,
    ),
    knob(
        "Traffic",
        "rate",
        "Payments",
        "They come at random from other customers, 5 to 50 € each.",
        number(Unit::MilliPerSecond, 0, 20_000, 0),
        ALWAYS,
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
    preset("none", "No key", "The service cannot tell a retry from a new payment.", &[]),
    preset("payment", "A key per payment", "The retry is recognised and answered from the store.", &[("key", "on")]),
    preset(
        "attempt",
        "A key per attempt",
        "The classic mistake: the key is made where the request is sent, so each retry has a new one.",
        &[("key", "on"), ("maker", "attempt")],
    ),
    preset(
        "waits",
        "Slow, the second waits",
        "The retry finds its key in flight and waits for the same answer.",
        &[("key", "on"), ("work", "2.5s"), ("lose_first", "off")],
    ),
    preset(
        "refuses",
        "Slow, the second is refused",
        "The retry finds its key in flight, gets 409 and comes again.",
        &[("key", "on"), ("work", "2.5s"), ("lose_first", "off"), ("in_flight", "refuse")],
    ),
    preset(
        "shop",
        "A shop at work",
        "Four payments a second over a network that loses one message in twenty.",
        &[("key", "on"), ("rate", "4/s"), ("lose_requests", "5%"), ("lose_answers", "5%"), ("ttl", "30s")],
    ),
    Preset {
        id: "stripe",
        label: "Stripe",
        note: "Keys may go when they are 24 hours old; one that is in use, or comes with other parameters, is an error. Work, network and client are ours.",
        source: "https://docs.stripe.com/api/idempotent_requests",
        set: &[("key", "on"), ("ttl", "24h"), ("in_flight", "refuse")],
    },
];
