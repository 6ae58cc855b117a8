//! `halfopen sweep`: plays a link with many seeds, on all cores, and tells how a number spreads.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::args::{Format, Order};
use super::{Stop, plain, play};
use crate::lab::compare;
use crate::lab::link::{self, Target, quoted};
use crate::lab::mean::Mean;
use crate::labs::LABS;
use crate::paint::csv_field;
use crate::sweep::{self, Means, Sample, sample};

/// Plays the order and writes it as it asks.
pub(super) fn sweep(order: &Order, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    // One first: a wrong name is told before minutes have gone by.
    let first = sample(&order.link, *order.seeds.start(), order.until);
    let ids: Vec<&str> = first.numbers.iter().map(|number| number.id).collect();
    if !order.readout.is_empty() && !ids.contains(&order.readout.as_str()) {
        let named = quoted(&order.readout);
        return Err(Stop::Error(format!("there is no readout {named}; there is {}", ids.join(", "))));
    }
    if order.readout.is_empty() && order.format == Format::Csv {
        return Err(Stop::Error(format!("--format csv wants a --readout; there is {}", ids.join(", "))));
    }
    let chosen: Vec<&str> = ids.into_iter().filter(|id| order.readout.is_empty() || *id == order.readout).collect();
    let samples = samples(order);
    let text = match order.format {
        Format::Csv => csv(order, &samples),
        Format::Json => json(order, &chosen, &samples),
        _ => text(order, &chosen, &samples),
    };
    if order.format != Format::Json {
        play::tell(&order.notices(), err);
    }
    play::put(&text, order.out.as_ref(), out)
}

/// All samples in the order of their seeds, whichever core was faster.
fn samples(order: &Order) -> Vec<Sample> {
    let (first, last) = (*order.seeds.start(), *order.seeds.end());
    let (text, until, readout) = (order.link.write(), order.until, order.readout.as_str());
    let (next, done) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                // A link as a value stays in its thread; as text it goes anywhere and comes back the same.
                let (Target::Lab(link), _) = link::read(&text, LABS) else { return };
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index > last - first {
                        return;
                    }
                    let sample = sample(&link, first + index, until);
                    // A million seeds want memory for what is asked and no more.
                    let sample = if readout.is_empty() { sample } else { sample.only(readout) };
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(sample);
                }
            });
        }
    });
    let mut samples = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    samples.sort_by_key(|sample: &Sample| sample.seed);
    samples
}

fn text(order: &Order, chosen: &[&str], samples: &[Sample]) -> String {
    let (first, last) = (order.seeds.start(), order.seeds.end());
    let mut out = format!(
        "{}\n{}\nSeeds {first} to {last}, each up to {}; means with their 95% confidence intervals\n",
        order.link.lab.about.title,
        order.link.write(),
        order.until,
    );
    // Writing to a String cannot fail, here and below.
    if let Some(b) = &order.link.b {
        for (knob, a, b) in compare::differing(&order.link.config, b) {
            let _ = writeln!(out, "B differs in {}: {a} in A, {b} in B", knob.label);
        }
    }
    let labels = || sweep::told(samples).filter(|one| chosen.contains(&one.id));
    let width = labels().map(|one| one.heading().chars().count()).max().unwrap_or(0);
    let told = |mean: Option<Mean>| {
        let Some(Mean { count, mean, margin, .. }) = mean else { return "no number".to_owned() };
        let interval = if count == 1 { String::new() } else { format!(" ± {}", short(margin)) };
        // Else it is not seen that the rest had none: those may be just the runs that went badly.
        let of =
            if count < samples.len() { format!(" (of {count} of {} seeds)", samples.len()) } else { String::new() };
        format!("{}{interval}{of}", short(mean))
    };
    for number in labels() {
        let Means { a, b, difference } = Means::of(number.id, samples);
        let told = |mean: Option<Mean>| told(mean.map(|mean| number.told(mean)));
        let _ = write!(out, "\n  {:width$}  {}", number.heading(), told(a));
        if order.link.b.is_some() {
            let verdict = difference.map_or("", |mean| mean.verdict());
            let _ = write!(out, "  B {}  B − A {}  {verdict}", told(b), told(difference));
        }
    }
    out.push('\n');
    plain(&out)
}

/// A number with at most four decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A row a seed: `seed,<readout>`, in two lanes `seed,a,b,difference`.
fn csv(order: &Order, samples: &[Sample]) -> String {
    let (readout, two) = (order.readout.as_str(), order.link.b.is_some());
    let mut out = if two { "seed,a,b,difference\n".to_owned() } else { format!("seed,{}\n", csv_field(readout)) };
    let cell = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    for sample in samples {
        let (a, b) = sample.of(readout).map_or((None, None), |number| (number.a, number.b));
        let _ = write!(out, "{},{}", sample.seed, cell(a));
        if two {
            let _ = write!(out, ",{},{}", cell(b), cell(a.zip(b).map(|(a, b)| b - a)));
        }
        out.push('\n');
    }
    out
}

fn json(order: &Order, chosen: &[&str], samples: &[Sample]) -> String {
    let mean = |mean: Option<Mean>| {
        mean.map_or(
            Value::Null,
            |mean| json!({"count": mean.count, "mean": mean.mean, "deviation": mean.deviation, "margin": mean.margin}),
        )
    };
    let readouts: serde_json::Map<String, Value> = chosen
        .iter()
        .map(|id| {
            let Means { a, b, difference } = Means::of(id, samples);
            let rows = samples.iter().map(|sample| {
                let (a, b) = sample.of(id).map_or((None, None), |number| (number.a, number.b));
                json!({"seed": sample.seed, "a": a, "b": b})
            });
            let whole = json!({
                "a": mean(a), "b": mean(b), "difference": mean(difference), "samples": rows.collect::<Vec<_>>(),
            });
            ((*id).to_owned(), whole)
        })
        .collect();
    let whole = json!({
        "lab": order.link.lab.about.slug,
        "link": order.link.write(),
        "seeds": [order.seeds.start(), order.seeds.end()],
        "until": order.until.as_secs_f64(),
        "readouts": readouts,
        "notices": order.notices(),
    });
    format!("{whole}\n")
}
