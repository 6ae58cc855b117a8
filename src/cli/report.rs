//! A played run as text, JSON and CSV.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::plain;
use crate::lab::scene::Axis;
use crate::lab::{Chart, Lane, View, compare};
use crate::paint::csv_field;
use crate::session::Session;

/// The log with its reasons, and the readouts; of two lanes one after the other.
pub(super) fn text(session: &Session) -> String {
    let about = &session.lab().about;
    let mut out = format!("{}\n{}\n", about.title, session.link().write());
    for lane in lanes(session) {
        // Writing to a String cannot fail, here and below.
        if session.is_comparing() {
            let _ = writeln!(out, "\n── {} ──", lane.name());
        }
        if lane == Lane::B {
            let differing = compare::differing(session.config(), session.config_of(lane));
            for (knob, a, b) in &differing {
                let _ = writeln!(out, "{}: {b}, where A has {a}", knob.label);
            }
            if differing.is_empty() {
                out.push_str("The same settings as A\n");
            }
        }
        let _ = writeln!(out, "{}\n\nLog", (about.claim)(session.config_of(lane)));
        lane_text(session, lane, &mut out);
    }
    let (now, seed) = (session.now(), session.seed());
    let hashes = lanes(session).map(|lane| trace_hash(session, lane)).collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "\nTrace {hashes} up to {now}, seed {seed}");
    plain(&out)
}

fn lane_text(session: &Session, lane: Lane, out: &mut String) {
    let record = session.record_of(lane);
    if record.dropped() > 0 {
        let _ = writeln!(out, "              {} earlier entries were dropped.", record.dropped());
    }
    for entry in record.entries() {
        let _ = writeln!(out, "{:>10.3} s  {}", entry.at.as_secs_f64(), entry.sentence());
    }
    if record.logged() == 0 {
        let _ = writeln!(out, "              {}", record.silence());
    }
    out.push_str("\nReadouts\n");
    let readouts = session.scene_of(lane, View::default()).readouts;
    let width = readouts.iter().map(|readout| readout.label.chars().count()).max().unwrap_or(0);
    for readout in readouts {
        let _ = writeln!(out, "  {:width$}  {}", readout.label, readout.value);
    }
}

/// Everything, as one object; of a second lane what is its own, in `b`.
pub(super) fn json(session: &Session, charts: &[Vec<Chart>], notices: &[String]) -> String {
    let mut parts = lanes(session).zip(charts).map(|(lane, charts)| lane_json(session, lane, charts));
    let mut whole = parts.next().unwrap_or_default();
    if let Some(mut b) = parts.next() {
        let differing = compare::differing(session.config(), session.config_of(Lane::B));
        let differing: Vec<Value> = differing
            .into_iter()
            .map(|(knob, a, b)| json!({"knob": knob.id, "a": plain(&a), "b": plain(&b)}))
            .collect();
        b.insert("differing".to_owned(), differing.into());
        whole.insert("b".to_owned(), b.into());
    }
    let head = json!({
        "lab": session.lab().about.slug,
        "link": session.link().write(),
        "seed": session.seed(),
        "until": session.now().as_secs_f64(),
        "notices": notices,
    });
    let all: Map<String, Value> = head.as_object().cloned().into_iter().flatten().chain(whole).collect();
    format!("{}\n", Value::Object(all))
}

fn lane_json(session: &Session, lane: Lane, charts: &[Chart]) -> Map<String, Value> {
    let record = session.record_of(lane);
    let readouts: Map<String, Value> = session
        .scene_of(lane, View::default())
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
    let told = json!({
        "readouts": readouts,
        "series": charts.iter().map(series).collect::<Vec<_>>(),
        "log": log,
        "log_dropped": record.dropped(),
        "trace_hash": trace_hash(session, lane),
    });
    told.as_object().cloned().unwrap_or_default()
}

/// The lanes there are.
fn lanes(session: &Session) -> impl Iterator<Item = Lane> {
    Lane::ALL.into_iter().filter(|lane| *lane == Lane::A || session.is_comparing())
}

/// A chart: what its axes tell, and its table.
pub(super) fn series(chart: &Chart) -> Value {
    let axis = |axis: &Axis| json!({"label": axis.label, "unit": axis.unit});
    let (columns, rows) = chart.table();
    let limits: Vec<Value> = chart.limits.iter().map(|limit| json!({"at": limit.at, "label": limit.label})).collect();
    let band = |band: &crate::lab::scene::Band| json!({"from": band.from, "to": band.to, "label": band.word()});
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

/// The points of all lines of all charts, a row each: `chart,series,x,y`. Of two lanes a series says which it is.
///
/// Long, because the charts' horizontal axes differ and a line has points of its own.
pub(super) fn csv(charts: &[Vec<Chart>]) -> String {
    let (mut out, two) = (String::from("chart,series,x,y\n"), charts.len() > 1);
    for (lane, charts) in Lane::ALL.into_iter().zip(charts) {
        let of = if two { format!("{}: ", lane.name()) } else { String::new() };
        for chart in charts {
            for line in &chart.lines {
                for (x, y) in &line.points {
                    let _ = writeln!(
                        out,
                        "{},{},{x},{y}",
                        csv_field(chart.id),
                        csv_field(&plain(&[&of, line.name.as_str()].concat()))
                    );
                }
            }
        }
    }
    out
}

fn trace_hash(session: &Session, lane: Lane) -> String {
    format!("{:016x}", session.record_of(lane).trace().hash())
}
