//! The results as charts.

use super::{Row, Strategy};
use crate::lab::scene::{Axis, Chart, Line, Stroke, Tone};
use crate::lab::text::{counted, grouped};

/// Time until all have succeeded, and writes, each over the number of clients.
pub(super) fn charts(rows: &[Row], runs: usize) -> Vec<Chart> {
    let time = |row: &Row| (row.time.mean / 1e3, row.time.margin / 1e3);
    let writes = |row: &Row| (row.writes.mean, row.writes.margin);
    let runs = counted(runs as u64, "run", "runs");
    vec![
        chart(
            rows,
            "time",
            "Time until all clients have written",
            format!(
                "Means of {runs} with their 95\u{202f}% intervals. The server of this model does any amount of work in no time, so that clients who do \
                 not wait are done first; with a queue before it this can turn round."
            ),
            Axis { label: "time", unit: "s", from: 0.0, to: 1.0 },
            time,
        ),
        chart(
            rows,
            "writes",
            "Writes until all clients have written",
            format!(
                "Means of {runs} with their 95\u{202f}% intervals. Each client needs one write; all others failed, because another was faster."
            ),
            Axis { label: "writes", unit: "", from: 0.0, to: 1.0 },
            writes,
        ),
    ]
}

fn chart(
    rows: &[Row],
    id: &'static str,
    title: &'static str,
    reading: String,
    y: Axis,
    value: impl Fn(&Row) -> (f64, f64),
) -> Chart {
    let mut lines = Vec::new();
    let mut last = String::new();
    let mut most = 0.0_f64;
    let clients = rows.iter().map(|row| row.clients).max().unwrap_or(1);
    for strategy in Strategy::ALL {
        let of = rows.iter().filter(|row| row.strategy == strategy);
        let mut points: Vec<(f64, (f64, f64))> = of.map(|row| (f64::from(row.clients), value(row))).collect();
        // Few points, mostly in order: by insertion.
        for end in 1..points.len() {
            let mut at = end;
            while at > 0 && points[at - 1].0 > points[at].0 {
                points.swap(at - 1, at);
                at -= 1;
            }
        }
        let spread = points.iter().map(|(_, (_, spread))| *spread).collect();
        let points: Vec<(f64, f64)> = points.into_iter().map(|(x, (y, _))| (x, y)).collect();
        if let Some((_, end)) = points.last() {
            most = points.iter().map(|point| point.1).fold(most, f64::max);
            let gap = if last.is_empty() { "" } else { ", " };
            last.push_str(&format!("{gap}{} with {}", shown(*end, y.unit), strategy.label()));
        }
        lines.push(Line {
            name: strategy.label().to_owned(),
            tone: tone(strategy),
            stroke: Stroke::Solid,
            points,
            spread,
        });
    }
    let summary = if last.is_empty() {
        "No run has ended yet.".to_owned()
    } else {
        format!("With {}: {last}.", counted(u64::from(clients), "client", "clients"))
    };
    let x = Axis { label: "clients", unit: "", from: 0.0, to: f64::from(clients) };
    Chart {
        lane: None,
        id,
        title,
        reading,
        x,
        y: Axis { to: if most > 0.0 { most * 1.05 } else { y.to }, ..y },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary,
    }
}

fn shown(value: f64, unit: &str) -> String {
    if unit.is_empty() {
        return grouped(libm::round(value) as i64);
    }
    format!("{}\u{a0}{unit}", crate::lab::text::decimal(libm::round(value * 10.0) as i64, 1))
}

fn tone(strategy: Strategy) -> Tone {
    match strategy {
        Strategy::None => Tone::Plain,
        Strategy::Exponential => Tone::Bad,
        Strategy::EqualJitter => Tone::LaneB,
        Strategy::FullJitter => Tone::LaneA,
        Strategy::Decorrelated => Tone::Ok,
    }
}
