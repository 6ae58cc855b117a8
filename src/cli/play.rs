//! `halfopen run`: plays a link and tells what happened.

use std::io::Write;
use std::path::PathBuf;

use super::args::{Format, Order};
use super::{Stop, broken, plain, report, svg};
use crate::lab::compare::{self, Pair};
use crate::lab::{Chart, Lane};
use crate::session::Session;

/// Plays the order and writes it as it asks.
pub(super) fn play(order: Order, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let mut session = Session::open(&order.link);
    session.seek(order.until);
    let mut notices = order.notices;
    notices.extend((order.link.lab.about.conflicts)(session.config()));
    if session.is_comparing() {
        notices.extend(
            (order.link.lab.about.conflicts)(session.config_of(Lane::B)).into_iter().map(|one| format!("B: {one}")),
        );
    }
    let lanes = if session.is_comparing() { Lane::ALL.as_slice() } else { &[Lane::A] };
    let charts = lanes.iter().map(|lane| chosen(session.charts_of(*lane), order.chart.as_deref()));
    let charts = charts.collect::<Result<Vec<_>, _>>()?;
    let text = match order.format {
        Format::Text => report::text(&session),
        Format::Json => report::json(&session, &charts, &notices),
        Format::Csv => report::csv(&charts),
        Format::Svg => {
            let mut charts = charts.into_iter();
            let (a, b) = (charts.next().unwrap_or_default(), charts.next());
            let first = match b {
                None => a.into_iter().next(),
                Some(b) => match compare::charts(a, b).into_iter().next() {
                    Some(Pair::Over(chart)) => Some(*chart),
                    // One picture has room for one: the lane whose settings are in question.
                    Some(Pair::Beside(both)) => Some(both[1].clone()),
                    None => None,
                },
            };
            svg::paint(&first.ok_or_else(|| Stop::Error("this lab has no chart".to_owned()))?).map_err(Stop::Error)?
        }
    };
    if order.format != Format::Json {
        for notice in &notices {
            // With standard error gone there is nobody to tell.
            let _ = writeln!(err, "notice: {}", plain(notice));
        }
    }
    put(&text, order.out.as_ref(), out)
}

/// Writes to the file, if one is named, or to the output.
pub(super) fn put(text: &str, file: Option<&PathBuf>, out: &mut dyn Write) -> Result<(), Stop> {
    match file {
        Some(file) => {
            std::fs::write(file, text).map_err(|error| Stop::Error(format!("cannot write {}: {error}", file.display())))
        }
        None => out.write_all(text.as_bytes()).map_err(broken),
    }
}

fn chosen(charts: Vec<Chart>, id: Option<&str>) -> Result<Vec<Chart>, Stop> {
    let Some(id) = id else { return Ok(charts) };
    let ids: Vec<&str> = charts.iter().map(|chart| chart.id).collect();
    let none = format!("there is no chart {}; there is {}", crate::lab::link::quoted(id), ids.join(", "));
    let chart = charts.into_iter().find(|chart| chart.id == id);
    chart.map(|chart| vec![chart]).ok_or(Stop::Error(none))
}
