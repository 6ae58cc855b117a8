//! `halfopen run`: plays a link and tells what happened.

use std::io::Write;
use std::path::PathBuf;

use super::args::{Format, Order};
use super::{Stop, broken, plain, report, svg};
use crate::lab::Chart;
use crate::session::Session;

/// Plays the order and writes it as it asks.
pub(super) fn play(order: Order, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let mut session = Session::open(&order.link);
    session.seek(order.until);
    let mut notices = order.notices;
    notices.extend((order.link.lab.about.conflicts)(session.config()));
    let charts = chosen(session.charts(), order.chart.as_deref())?;
    let text = match order.format {
        Format::Text => report::text(&session),
        Format::Json => report::json(&session, &charts, &notices),
        Format::Csv => report::csv(&charts),
        Format::Svg => {
            let first = charts.first().ok_or_else(|| Stop::Error("this lab has no chart".to_owned()))?;
            svg::paint(first).map_err(Stop::Error)?
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
