//! What the lines say where the reader points.

use super::frame::Plot;
use super::palette::Palette;
use super::surface::{Align, Ink, Rect, Surface};
use super::tick;
use crate::lab::scene::{Chart, Line, Tone};

/// A line's value at `x`: of the step there, or of the nearest point.
fn at(line: &Line, x: f64) -> Option<(f64, f64)> {
    let after = line.points.partition_point(|point| point.0 <= x);
    let (before, next) = (after.checked_sub(1).and_then(|index| line.points.get(index)), line.points.get(after));
    let point = match (before, next) {
        (Some(before), _) if line.stroke.is_stepped() => (x, before.1),
        (Some(before), Some(next)) if x - before.0 > next.0 - x => *next,
        (Some(before), _) => *before,
        (None, Some(next)) if !line.stroke.is_stepped() => *next,
        (None, _) => return None,
    };
    point.1.is_finite().then_some(point)
}

fn values(chart: &Chart, x: f64) -> impl Iterator<Item = (&Line, (f64, f64))> {
    chart.lines.iter().filter_map(move |line| Some((line, at(line, x)?)))
}

/// Name, value and tone: first the place itself, then the lines, then the states.
fn rows(chart: &Chart, x: f64) -> Vec<(String, String, Option<Tone>)> {
    let mut rows = vec![(String::new(), tick::value(x, chart.x.unit), None)];
    let values = values(chart, x);
    rows.extend(values.map(|(line, point)| (line.name.clone(), tick::value(point.1, chart.y.unit), Some(line.tone))));
    let states = chart.bands.iter().filter(|band| band.from <= x && x < band.to);
    rows.extend(states.map(|band| (String::new(), band.word().to_owned(), Some(band.tone))));
    rows
}

/// What the chart says at a place of its horizontal axis, in words: "5 s: failures in a row 3, open".
pub fn told(chart: &Chart, x: f64) -> String {
    let mut rows = rows(chart, x)
        .into_iter()
        .map(|(name, value, _)| if name.is_empty() { value } else { format!("{name} {value}") });
    let place = rows.next().unwrap_or_default();
    let rest: Vec<String> = rows.collect();
    if rest.is_empty() { place } else { format!("{place}: {}", rest.join(", ")) }
}

/// A line across the plot there, a dot on each of the chart's lines, and a box with their values.
pub(super) fn draw(surface: &mut dyn Surface, chart: &Chart, plot: &Plot, x: f64, palette: &Palette) {
    let across = plot.x(x);
    let rect = plot.rect;
    surface.rect(Rect { left: across - 0.5, right: across + 0.5, ..rect }, palette.strong.into());
    for (line, point) in values(chart, x) {
        let spot = plot.spot(point);
        if plot.holds(spot) {
            surface.disc(spot, 4.5, palette.card.into());
            surface.disc(spot, 3.0, palette.tone(line.tone).into());
        }
    }
    let rows = rows(chart, x);
    let (em, most) = (surface.em(), plot.rect.width() * 0.6);
    let lines: Vec<(String, super::Rgb)> = rows
        .into_iter()
        .map(|(name, value, tone)| {
            let gap = if name.is_empty() { "" } else { "  " };
            let name = surface.fit(&name, most - surface.measure(&value, false), false);
            (format!("{name}{gap}{value}"), tone.map_or(palette.soft, |tone| palette.tone(tone)))
        })
        .collect();
    let width = lines.iter().map(|line| surface.measure(&line.0, false)).fold(0.0, f64::max) + 16.0;
    let height = lines.len() as f64 * em * 1.4 + 8.0;
    let left = if across + 10.0 + width <= rect.right { across + 10.0 } else { (across - 10.0 - width).max(0.0) };
    let top = rect.top + 2.0;
    let frame = Rect { left, top, right: left + width, bottom: top + height };
    let inner = Rect { left: left + 1.0, top: top + 1.0, right: frame.right - 1.0, bottom: frame.bottom - 1.0 };
    surface.rect(frame, palette.strong.into());
    surface.rect(inner, Ink(palette.card, 1.0));
    for (index, (text, ink)) in lines.iter().enumerate() {
        let level = top + 4.0 + em * 1.4 * (index as f64 + 0.5);
        surface.text(text, (left + 8.0, level), Align::Left, false, (*ink).into());
    }
}
