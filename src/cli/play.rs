//! `halfopen run`: plays a link and tells what happened.

use std::io::Write;
use std::path::PathBuf;

use super::args::{Format, Order};
use super::{Stop, broken, plain, report, svg};
use crate::lab::{Chart, Lane, compare};
use crate::session::Session;

/// Plays the order and writes it as it asks.
pub(super) fn play(order: Order, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let mut session = Session::open(&order.link);
    session.seek(order.until);
    let notices = order.notices();
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
            let charts = b.map_or_else(|| a.clone(), |b| compare::charts(a.clone(), b));
            // The first; of two lanes that do not fit into one picture both.
            let Some(first) = charts.first().map(|first| first.id) else {
                return Err(Stop::Error("this lab has no chart".to_owned()));
            };
            svg::paint(&charts.into_iter().filter(|chart| chart.id == first).collect::<Vec<_>>())
                .map_err(Stop::Error)?
        }
    };
    if order.format != Format::Json {
        tell(&notices, err);
    }
    put(&text, order.out.as_ref(), out)
}

/// Tells what the reader should know of their order.
pub(super) fn tell(notices: &[String], err: &mut dyn Write) {
    for notice in notices {
        // With standard error gone there is nobody to tell.
        let _ = writeln!(err, "notice: {}", plain(notice));
    }
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
