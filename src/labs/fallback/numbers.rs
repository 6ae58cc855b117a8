//! The numbers: readouts, charts, and the rules with the current numbers in them.

use halfopen_core::Instant;
use halfopen_core::fallback::{Answer, Source};

use super::setup::{rate, steps};
use super::{Lab, Part, Slot};
use crate::lab::scene::{Axis, Chart, Limit, Line, Readout, Stroke, Tone, Why};
use crate::lab::text::{self, about, euros};

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let counts = &lab.counts;
    let count = Readout::count;
    let money = |id, label, cents: u64| Readout {
        id,
        label,
        number: Some(cents as f64 / 100.0),
        value: euros(cents),
        tone: if cents > 0 { Tone::Bad } else { Tone::Plain },
    };
    let [whole, degraded, failed] = counts.became;
    let age = lab.price_age();
    let down = lab.part(Part::Price).broken.map(|since| lab.now.since(since));
    vec![
        count("pages", "pages", counts.pages, Tone::Plain),
        count("whole", "● whole", whole, Tone::Ok),
        count("degraded", "◔ degraded", degraded, if degraded > 0 { Tone::Half } else { Tone::Plain }),
        count("failed", "✕ failed", failed, if failed > 0 { Tone::Bad } else { Tone::Plain }),
        count("under_way", "under way", lab.pages.len() as u64, Tone::Plain),
        Readout {
            id: "price_age",
            label: "age of the price shown",
            number: age.map(|age| age.as_secs_f64()),
            value: age.map_or_else(|| "none".to_owned(), about),
            tone: if age.is_some_and(|age| !age.is_zero()) { Tone::Half } else { Tone::Plain },
        },
        Readout {
            id: "oldest",
            label: "oldest shown, of its limit",
            number: Some(counts.oldest as f64 / 1000.0),
            value: format!("{}\u{a0}%", text::decimal(counts.oldest as i64, 1)),
            tone: Tone::Plain,
        },
        count("orders", "orders", counts.orders, Tone::Plain),
        money("stale_loss", "lost to stale prices", counts.stale_loss),
        count("missed", "orders missed", counts.missed, if counts.missed > 0 { Tone::Bad } else { Tone::Plain }),
        money("error_loss", "lost to errors", counts.error_loss),
        Readout {
            id: "price_down",
            label: "price service down for",
            number: Some(down.unwrap_or_default().as_secs_f64()),
            value: down.map_or_else(|| "up".to_owned(), about),
            tone: if down.is_some() { Tone::Bad } else { Tone::Plain },
        },
    ]
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let setup = &lab.setup;
    let line = |rule: &str, now: String| Why { rule: rule.to_owned(), now };
    let chains = Part::ALL.map(|part| format!("{}: {}", part.name(), steps(&setup.fallback[part as usize])));
    let price = lab.market.price();
    let shown = lab.shown.as_ref().and_then(|shown| match shown.slots.first() {
        Some(Slot::Has(answer)) => Some(*answer),
        _ => None,
    });
    let cost = match shown {
        Some(Answer { value, source: Source::Cached | Source::Static, .. }) => {
            let short = price.saturating_sub(value);
            format!(
                "{} − {} = {}, × {}\u{a0}% = {}",
                euros(price),
                euros(value),
                if price < value { "below zero, so 0\u{a0}€".to_owned() } else { euros(short) },
                setup.loss,
                euros(short * u64::from(setup.loss) / 100)
            )
        }
        Some(_) => "the price shown is the price of the moment: 0\u{a0}€".to_owned(),
        None => "no price is shown".to_owned(),
    };
    let age = lab.price_age().unwrap_or_default();
    let drift = setup.stale(age);
    let expected = setup.orders_per_second() * drift * price as f64;
    let earns = price * u64::from(setup.margin) / 1000;
    let then = setup.break_even().map_or_else(|| "over 1\u{a0}h".to_owned(), about);
    vec![
        line("a part is fresh; else the first of its fallbacks that has an answer", chains.join("; ")),
        line("an order at a stale price costs (price now − price shown) × share, if above zero", cost),
        line(
            "expected loss = orders × price drift over its age",
            format!(
                "{}/s × {}, at {} old = {}/s",
                rate(setup.orders_per_second()),
                euros(libm::round(drift * price as f64) as u64),
                about(age),
                euros(libm::round(expected) as u64)
            ),
        ),
        line(
            "an error costs what the order earns",
            format!("{}; a stale price costs as much from an age of {then}", euros(earns)),
        ),
    ]
}

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    let x = Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(10.0) };
    let line = |name: &str, tone, stroke, points: Vec<(f64, f64)>| Line {
        name: name.to_owned(),
        tone,
        stroke,
        points,
        spread: Vec::new(),
    };
    let ends = |lines: &[Line]| {
        let values = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        values.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), value| (low.min(value), high.max(value)))
    };
    let chart = |id, title, reading: &str, y, lines, limits, summary| Chart {
        lane: None,
        id,
        title,
        reading: reading.to_owned(),
        x: x.clone(),
        y,
        lines,
        limits,
        bands: Vec::new(),
        summary,
    };
    let counts = &lab.counts;
    let prices = vec![
        line("price now", Tone::Plain, Stroke::Steps, lab.market.prices.points(lab.now)),
        line("price shown", Tone::Info, Stroke::DashedSteps, lab.shown_price.points(lab.now)),
    ];
    let (low, high) = ends(&prices);
    let losses = vec![
        line("stale prices", Tone::Half, Stroke::Steps, lab.stale.points(lab.now)),
        line("errors", Tone::Bad, Stroke::DashedSteps, lab.missed.points(lab.now)),
    ];
    let lost = ends(&losses).1;
    let names = [("whole", Tone::Ok), ("degraded", Tone::Half), ("failed", Tone::Bad)];
    let pages: Vec<Line> = names
        .into_iter()
        .zip(&lab.tallies)
        .map(|((name, tone), tally)| {
            let stroke = if tone == Tone::Bad { Stroke::DashedSteps } else { Stroke::Steps };
            line(name, tone, stroke, tally.per_second(lab.now))
        })
        .collect();
    let most = ends(&pages).1;
    let asked = lab.setup.arrivals.mean_per_sec();
    let limits = if asked > 0.0 {
        vec![Limit { at: asked, label: format!("asked for: {}/s", rate(asked)), tone: Tone::Plain }]
    } else {
        Vec::new()
    };
    let [whole, degraded, failed] = counts.became;
    let since = |at: Instant| about(lab.now.since(at));
    let down = lab
        .part(Part::Price)
        .broken
        .map_or_else(String::new, |at| format!(" The price service has been broken for {}.", since(at)));
    vec![
        chart(
            "price",
            "Price now and price shown",
            "Where the line of the shown price lies below, each order costs the difference.",
            Axis { label: "price", unit: "€", from: libm::floor(low * 0.98), to: libm::ceil(high * 1.02) },
            prices,
            Vec::new(),
            format!("It is {} now.{down}", euros(lab.market.price())),
        ),
        chart(
            "pages",
            "Pages per second",
            "How pages ended, as a rate in each half second.",
            Axis { label: "pages per second", unit: "1/s", from: 0.0, to: most.max(asked).max(4.0) * 1.15 },
            pages,
            limits,
            format!("So far {whole} whole, {degraded} degraded, {failed} failed."),
        ),
        chart(
            "losses",
            "Money lost",
            "What orders below the price cost, and what orders would have earned that errors turned away.",
            Axis { label: "money lost", unit: "€", from: 0.0, to: (lost * 1.1).max(10.0) },
            losses,
            Vec::new(),
            format!(
                "{} lost on {} below the price, {} on {} missed.",
                euros(counts.stale_loss),
                text::counted(counts.below, "order", "orders"),
                euros(counts.error_loss),
                text::counted(counts.missed, "order", "orders")
            ),
        ),
    ]
}
