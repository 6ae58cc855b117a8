//! Limits: a dashed line across the plot, and a label at its right end that gets out of the way.

use super::frame::Plot;
use super::line;
use super::palette::Palette;
use super::surface::{Align, Ink, Rect, Spot, Surface};
use crate::lab::scene::{Chart, Limit, Stroke, Tone};

/// Draws the limits' lines. Their labels come later, upon the chart's lines.
pub(super) fn draw(surface: &mut dyn Surface, limits: &[Limit], plot: &Plot, palette: &Palette) {
    for (limit, y) in shown(limits, plot) {
        let across = [(plot.rect.left, y), (plot.rect.right, y)];
        line::stroke(surface, &across, true, 1.25, palette.tone(limit.tone).into());
    }
}

/// Writes the limits' labels where they hide least.
pub(super) fn label(surface: &mut dyn Surface, chart: &Chart, plot: &Plot, palette: &Palette) {
    let spots: Vec<Spot> = chart.lines.iter().flat_map(|line| dense(&line.points, line.stroke, plot)).collect();
    let ys: Vec<f64> = shown(&chart.limits, plot).map(|(_, y)| y).collect();
    let mut taken: Vec<Rect> = Vec::new();
    for (limit, y) in shown(&chart.limits, plot) {
        let text = surface.fit(&limit.label, plot.rect.width() - 8.0, false);
        let (width, height) = (surface.measure(&text, false) + 6.0, surface.em() * 1.25);
        let spare = (plot.rect.width() - width).max(0.0);
        let mut best: Option<(f64, Rect)> = None;
        for along in [0.0, 0.35, 0.7, 1.0] {
            for above in [true, false] {
                let right = plot.rect.right - along * spare;
                let top = if above { y - height - 3.0 } else { y + 3.0 };
                let rect = Rect { left: right - width, top, right, bottom: top + height };
                let outside = rect.top < plot.rect.top - height || rect.bottom > plot.rect.bottom;
                let hidden = spots.iter().filter(|spot| inside(**spot, &rect)).count() as f64;
                let crossed = ys.iter().filter(|other| **other > rect.top && **other < rect.bottom).count() as f64;
                let clash = taken.iter().filter(|other| other.meets(&rect)).count() as f64;
                let cost = along * 2.0
                    + if above { 0.0 } else { 1.0 }
                    + hidden.min(60.0) * 0.5
                    + crossed * 8.0
                    + clash * 200.0
                    + if outside { 100.0 } else { 0.0 };
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, rect));
                }
            }
        }
        let Some((_, rect)) = best else { continue };
        surface.rect(Rect { top: rect.top + 1.0, bottom: rect.bottom - 1.0, ..rect }, Ink(palette.card, 0.8));
        let at = (rect.right - 3.0, f64::midpoint(rect.top, rect.bottom));
        surface.text(&text, at, Align::Right, false, palette.soft.into());
        taken.push(rect);
    }
}

/// Dots where a stepped line comes to a limit that means no good, from below or from its beginning: there something trips.
pub(super) fn reached(surface: &mut dyn Surface, chart: &Chart, plot: &Plot, palette: &Palette) {
    for limit in chart.limits.iter().filter(|limit| matches!(limit.tone, Tone::Bad | Tone::Half)) {
        for line in chart.lines.iter().filter(|line| line.stroke.is_stepped()) {
            let first = line.points.first().filter(|point| point.1 >= limit.at).map(|point| point.0);
            let climbs = line.points.windows(2).filter(|pair| pair[0].1 < limit.at && pair[1].1 >= limit.at);
            let times = first.into_iter().chain(climbs.map(|pair| pair[1].0));
            let spots: Vec<Spot> = times.map(|time| plot.spot((time, limit.at))).collect();
            // Many would only be clutter.
            if spots.len() > 24 {
                continue;
            }
            for spot in spots.into_iter().filter(|spot| plot.holds(*spot)) {
                surface.disc(spot, 6.0, palette.card.into());
                surface.disc(spot, 4.75, palette.tone(limit.tone).into());
            }
        }
    }
}

fn shown<'a>(limits: &'a [Limit], plot: &'a Plot) -> impl Iterator<Item = (&'a Limit, f64)> {
    let placed = limits.iter().filter(|limit| limit.at.is_finite()).map(|limit| (limit, plot.y(limit.at)));
    placed.filter(|(_, y)| *y >= plot.rect.top - 0.5 && *y <= plot.rect.bottom + 0.5)
}

fn inside(spot: Spot, rect: &Rect) -> bool {
    spot.0 >= rect.left && spot.0 <= rect.right && spot.1 >= rect.top && spot.1 <= rect.bottom
}

/// A line as spots a few pixels apart, to see what it would run through.
fn dense(points: &[(f64, f64)], stroke: Stroke, plot: &Plot) -> Vec<Spot> {
    let mut spots = Vec::new();
    let fine = points.iter().filter(|point| point.0.is_finite() && point.1.is_finite());
    let fine: Vec<Spot> = fine.map(|point| plot.spot(*point)).collect();
    for pair in fine.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let parts = libm::ceil(libm::hypot(to_x - x, to_y - y) / 6.0).clamp(1.0, 200.0);
        for part in 0..parts as u32 {
            let share = f64::from(part) / parts;
            let level = if stroke.is_stepped() { y } else { y + (to_y - y) * share };
            spots.push((x + (to_x - x) * share, level));
        }
        if spots.len() > 4000 {
            break;
        }
    }
    spots.extend(fine.last());
    spots
}
