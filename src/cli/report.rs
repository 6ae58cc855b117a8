//! A played run as text, JSON and CSV.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::plain;
use crate::lab::scene::Axis;
use crate::lab::{Chart, View};
use crate::paint::csv_field;
use crate::session::Session;

/// The log with its reasons, and the readouts.
pub(super) fn text(session: &Session) -> String {
    let (about, record) = (&session.lab().about, session.record());
    let mut out = format!("{}\n{}\n{}\n\nLog\n", about.title, session.link().write(), (about.claim)(session.config()));
    // Writing to a String cannot fail, here and below.
    if record.dropped() > 0 {
        let _ = writeln!(out, "              {} earlier entries were dropped.", record.dropped());
    }
    for entry in record.entries() {
        let _ = writeln!(out, "{:>10.3} s  {}", entry.at.as_secs_f64(), entry.sentence());
    }
    if record.logged() == 0 {
        out.push_str("              No state has changed; busy traffic is not told request by request.\n");
    }
    out.push_str("\nReadouts\n");
    let readouts = session.scene(View::default()).readouts;
    let width = readouts.iter().map(|readout| readout.label.chars().count()).max().unwrap_or(0);
    for readout in readouts {
        let _ = writeln!(out, "  {:width$}  {}", readout.label, readout.value);
    }
    let (now, seed) = (session.now(), session.seed());
    let _ = writeln!(out, "\nTrace {} up to {now}, seed {seed}", trace_hash(session));
    plain(&out)
}

/// Everything, as one object.
pub(super) fn json(session: &Session, charts: &[Chart], notices: &[String]) -> String {
    let record = session.record();
    let readouts: Map<String, Value> = session
        .scene(View::default())
        .readouts
        .into_iter()
        .map(|readout| {
            let told = json!({"label": readout.label, "value": readout.number, "text": readout.value});
            (readout.id.to_owned(), told)
        })
        .collect();
    let log: Vec<Value> = record
        .entries()
        .map(|entry| {
            let (at, at_ns) = (entry.at.as_secs_f64(), entry.at.as_nanos());
            json!({"at": at, "at_ns": at_ns, "head": entry.head, "text": entry.text})
        })
        .collect();
    let whole = json!({
        "lab": session.lab().about.slug,
        "link": session.link().write(),
        "seed": session.seed(),
        "until": session.now().as_secs_f64(),
        "readouts": readouts,
        "series": charts.iter().map(series).collect::<Vec<_>>(),
        "log": log,
        "log_dropped": record.dropped(),
        "notices": notices,
        "trace_hash": trace_hash(session),
    });
    format!("{whole}\n")
}

/// A chart: what its axes tell, and its table.
fn series(chart: &Chart) -> Value {
    let axis = |axis: &Axis| json!({"label": axis.label, "unit": axis.unit});
    let (columns, rows) = chart.table();
    let limits: Vec<Value> = chart.limits.iter().map(|limit| json!({"at": limit.at, "label": limit.label})).collect();
    let band = |band: &crate::lab::scene::Band| json!({"from": band.from, "to": band.to, "label": band.label});
    json!({
        "id": chart.id,
        "title": chart.title,
        "x": axis(&chart.x),
        "y": axis(&chart.y),
        "columns": columns,
        "rows": rows,
        "limits": limits,
        "bands": chart.bands.iter().map(band).collect::<Vec<_>>(),
    })
}

/// The points of all lines of all charts, a row each: `chart,series,x,y`.
///
/// Long, because the charts' horizontal axes differ and a line has points of its own.
pub(super) fn csv(charts: &[Chart]) -> String {
    let mut out = String::from("chart,series,x,y\n");
    for chart in charts {
        for line in &chart.lines {
            for (x, y) in &line.points {
                let _ = writeln!(out, "{},{},{x},{y}", csv_field(chart.id), csv_field(&plain(&line.name)));
            }
        }
    }
    out
}

fn trace_hash(session: &Session) -> String {
    format!("{:016x}", session.record().trace().hash())
}
