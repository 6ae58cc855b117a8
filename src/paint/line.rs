//! The lines of a chart: clipped to the plot, thinned to its pixels, dashed, stepped, filled and marked.

use super::frame::Plot;
use super::palette::{Palette, Rgb};
use super::surface::{Ink, Rect, Spot, Surface};
use crate::lab::scene::{Line, Stroke};

/// How wide lines are.
const WIDTH: f64 = 2.25;
/// Drawn and left out, of dashed lines.
const DASH: (f64, f64) = (6.0, 4.0);
/// From one marker of a line to the next.
const MARKS: f64 = 72.0;

/// How a line's marker looks: lines that are all dashed, all whole or all filled are told apart by it without colour. The
/// first of them has none.
pub(super) fn marker(lines: &[Line], index: usize) -> usize {
    let look = |line: &Line| (line.stroke.is_dashed(), line.stroke == Stroke::Area);
    lines.get(index).map_or(0, |line| lines[..index].iter().filter(|other| look(other) == look(line)).count())
}

/// Draws a line with its markers.
pub(super) fn draw(surface: &mut dyn Surface, line: &Line, marker: usize, plot: &Plot, palette: &Palette) {
    let colour = palette.tone(line.tone);
    for (point, spread) in line.points.iter().zip(&line.spread) {
        error_bar(surface, *point, *spread, plot, Ink(colour, 0.55));
    }
    if line.stroke == Stroke::Columns {
        return columns(surface, line, plot, colour);
    }
    for run in runs(line, plot) {
        if line.stroke == Stroke::Area {
            fill(surface, &run, plot, colour);
        }
        for piece in clipped(&run, &plot.rect) {
            stroke(surface, &piece, line.stroke.is_dashed(), WIDTH, colour.into());
            if marker > 0 && (line.stroke.is_stepped() || run.len() > POINTS_MARKED) {
                marks(surface, &piece, marker, colour, palette.card);
            }
        }
        // Few points are shown as such: whoever sees a marker takes it for one.
        if marker > 0 && !line.stroke.is_stepped() && run.len() <= POINTS_MARKED {
            for spot in run.iter().filter(|spot| plot.holds(**spot)) {
                mark(surface, *spot, marker, colour, palette.card);
            }
        }
        if let [only] = run[..]
            && plot.holds(only)
        {
            surface.disc(only, 2.5, colour.into());
        }
    }
}

/// A column a point, as wide as half of the way to the next.
fn columns(surface: &mut dyn Surface, line: &Line, plot: &Plot, colour: Rgb) {
    let gaps = line.points.windows(2).map(|pair| plot.spot(pair[1]).0 - plot.spot(pair[0]).0);
    let half = gaps.fold(plot.rect.width() / 4.0, f64::min).max(2.0) * 0.3;
    let foot = plot.spot((0.0, 0.0)).1.min(plot.rect.bottom);
    for point in line.points.iter().filter(|point| point.0.is_finite() && point.1.is_finite()) {
        let (x, y) = plot.spot(*point);
        let rect = Rect {
            left: (x - half).max(plot.rect.left),
            right: (x + half).min(plot.rect.right),
            top: y.clamp(plot.rect.top, foot),
            bottom: foot,
        };
        if rect.left < rect.right {
            surface.rect(rect, Ink(colour, 0.85));
        }
    }
}

/// A point's error bar: up and down by the spread, as far as the plot goes. None where nothing is known of it.
fn error_bar(surface: &mut dyn Surface, (x, y): (f64, f64), spread: f64, plot: &Plot, ink: Ink) {
    let (low, high) = (plot.spot((x, y - spread)), plot.spot((x, y + spread)));
    let within = |at: f64| at.clamp(plot.rect.top, plot.rect.bottom);
    if !plot.holds(plot.spot((x, y))) || !spread.is_finite() || low.1 - high.1 < 1.0 {
        return;
    }
    surface.path(&[(low.0, within(low.1)), (low.0, within(high.1))], 1.25, ink);
    for end in [low.1, high.1] {
        if within(end) == end {
            surface.path(&[(low.0 - 3.0, end), (low.0 + 3.0, end)], 1.25, ink);
        }
    }
}

/// Draws the line's end, where it stands now.
pub(super) fn end(surface: &mut dyn Surface, line: &Line, plot: &Plot, palette: &Palette) {
    let last = line.points.iter().rev().find(|point| point.0.is_finite() && point.1.is_finite());
    if let Some(spot) = last.map(|point| plot.spot(*point)).filter(|spot| plot.holds(*spot)) {
        surface.disc(spot, 5.0, palette.card.into());
        surface.disc(spot, 3.5, palette.tone(line.tone).into());
    }
}

/// A sample of the line for the key.
pub(super) fn sample(surface: &mut dyn Surface, line: &Line, marker: usize, from: Spot, to: Spot, palette: &Palette) {
    let colour = palette.tone(line.tone);
    if line.stroke == Stroke::Columns {
        let rect = Rect { left: from.0, top: from.1 - 4.0, right: to.0, bottom: from.1 + 5.0 };
        return surface.rect(rect, Ink(colour, 0.85));
    }
    if line.stroke == Stroke::Area {
        let rect = Rect { left: from.0, top: from.1, right: to.0, bottom: from.1 + 5.0 };
        surface.rect(rect, Ink(colour, 0.2));
    }
    stroke(surface, &[from, to], line.stroke.is_dashed(), WIDTH, colour.into());
    if marker > 0 {
        mark(surface, (f64::midpoint(from.0, to.0), from.1), marker, colour, palette.card);
    }
}

/// A stroke through points, dashed or whole.
pub(super) fn stroke(surface: &mut dyn Surface, points: &[Spot], dashed: bool, width: f64, ink: Ink) {
    if !dashed {
        surface.path(points, width, ink);
        return;
    }
    let mut dash: Vec<Spot> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, DASH.0);
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = libm::hypot(to_x - x, to_y - y);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let corner = (x + (to_x - x) * share, y + (to_y - y) * share);
            if drawing {
                dash.push(corner);
                surface.path(&dash, width, ink);
            }
            dash.clear();
            dash.push(corner);
            drawing = !drawing;
            left = if drawing { DASH.0 } else { DASH.1 };
        }
        left -= length - done;
        if drawing {
            dash.push((to_x, to_y));
        }
    }
    if drawing {
        surface.path(&dash, width, ink);
    }
}

/// The line's points in place, in runs without a hole (a value that is not a number makes one), no denser than the
/// plot's pixels.
fn runs(line: &Line, plot: &Plot) -> Vec<Vec<Spot>> {
    let mut runs: Vec<Vec<Spot>> = Vec::new();
    let mut open = false;
    for point in &line.points {
        if !point.0.is_finite() || !point.1.is_finite() {
            open = false;
            continue;
        }
        let spot = plot.spot(*point);
        match runs.last_mut().filter(|_| open) {
            Some(run) => {
                if let Some(last) = run.last().filter(|_| line.stroke.is_stepped()) {
                    let corner = (spot.0, last.1);
                    run.push(corner);
                }
                run.push(spot);
            }
            None => runs.push(vec![spot]),
        }
        open = true;
    }
    runs.into_iter().map(|run| thinned(run, plot.rect.width())).collect()
}

/// Of the points in a pixel's column only first, lowest, highest and last, when there are many more than pixels.
fn thinned(run: Vec<Spot>, width: f64) -> Vec<Spot> {
    if run.len() < 4 * width.max(1.0) as usize {
        return run;
    }
    let mut out = Vec::new();
    for column in run.chunk_by(|a, b| libm::floor(a.0) == libm::floor(b.0)) {
        let by = |a: &&Spot, b: &&Spot| a.1.total_cmp(&b.1);
        let mut kept = [column.first(), column.iter().min_by(by), column.iter().max_by(by), column.last()];
        // In their order along the line.
        if let (Some(low), Some(high)) = (kept[1], kept[2])
            && high.0 < low.0
        {
            kept.swap(1, 2);
        }
        out.extend(kept.into_iter().flatten().copied());
    }
    out.dedup();
    out
}

/// What of a run lies inside, piece by piece (Liang and Barsky's way, a segment at a time).
fn clipped(run: &[Spot], rect: &Rect) -> Vec<Vec<Spot>> {
    let mut pieces: Vec<Vec<Spot>> = Vec::new();
    for pair in run.windows(2) {
        let ((x, y), (dx, dy)) = (pair[0], (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (towards, room) in [(-dx, x - rect.left), (dx, rect.right - x), (-dy, y - rect.top), (dy, rect.bottom - y)]
        {
            if towards == 0.0 {
                if room < 0.0 {
                    enter = 2.0;
                }
            } else if towards < 0.0 {
                enter = enter.max(room / towards);
            } else {
                leave = leave.min(room / towards);
            }
        }
        if enter > leave {
            continue;
        }
        let (start, end) = ((x + dx * enter, y + dy * enter), (x + dx * leave, y + dy * leave));
        match pieces.last_mut().filter(|piece| enter == 0.0 && piece.last() == Some(&start)) {
            Some(piece) => piece.push(end),
            None => pieces.push(vec![start, end]),
        }
    }
    pieces
}

/// Fills between a run and zero, cut to the plot (Sutherland and Hodgman's way, an edge at a time).
fn fill(surface: &mut dyn Surface, run: &[Spot], plot: &Plot, colour: Rgb) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let base = plot.y(0.0);
    let mut shape = run.to_vec();
    shape.extend([(last.0, base), (first.0, base)]);
    let rect = plot.rect;
    for edge in [(true, rect.left, 1.0), (true, rect.right, -1.0), (false, rect.top, 1.0), (false, rect.bottom, -1.0)] {
        let (across, at, side) = edge;
        let depth = |spot: &Spot| (if across { spot.0 } else { spot.1 } - at) * side;
        let mut cut = Vec::with_capacity(shape.len() + 4);
        for (index, spot) in shape.iter().enumerate() {
            let before = shape[(index + shape.len() - 1) % shape.len()];
            let (from, to) = (depth(&before), depth(spot));
            if (from < 0.0) != (to < 0.0) {
                let share = from / (from - to);
                cut.push((before.0 + (spot.0 - before.0) * share, before.1 + (spot.1 - before.1) * share));
            }
            if to >= 0.0 {
                cut.push(*spot);
            }
        }
        shape = cut;
    }
    surface.polygon(&shape, Ink(colour, 0.16));
}

/// Markers along a piece, evenly far apart, at the same places while it grows.
fn marks(surface: &mut dyn Surface, piece: &[Spot], marker: usize, colour: Rgb, card: Rgb) {
    // Each kind begins elsewhere, so that the markers of lines upon each other do not cover each other.
    let mut next = MARKS * (0.3 + 0.23 * marker as f64);
    let mut passed = 0.0;
    for pair in piece.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = libm::hypot(to_x - x, to_y - y);
        while next <= passed + length && length > 0.0 {
            let share = (next - passed) / length;
            mark(surface, (x + (to_x - x) * share, y + (to_y - y) * share), marker, colour, card);
            next += MARKS;
        }
        passed += length;
    }
}

/// Points that have a marker each; of more, markers stand along the line.
const POINTS_MARKED: usize = 24;

fn mark(surface: &mut dyn Surface, (x, y): Spot, marker: usize, colour: Rgb, card: Rgb) {
    let r = 4.0;
    match marker % 4 {
        1 => {
            surface.disc((x, y), r, colour.into());
            surface.disc((x, y), r - 1.7, card.into());
        }
        2 => surface.polygon(&[(x - r, y + r * 0.8), (x, y - r), (x + r, y + r * 0.8)], colour.into()),
        3 => surface.rect(Rect { left: x - 3.5, top: y - 3.5, right: x + 3.5, bottom: y + 3.5 }, colour.into()),
        _ => surface.polygon(&[(x - r - 1.0, y), (x, y - r - 1.0), (x + r + 1.0, y), (x, y + r + 1.0)], colour.into()),
    }
}
