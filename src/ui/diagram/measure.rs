//! Where a mark is: for focus rings, hints and what can be hit.

use crate::lab::scene::{Anchor, Area, Mark, Point, Shape};

use super::words::{Role, width};

/// Distance between pips, from centre to centre.
pub(super) fn pitch(wide: bool) -> f32 {
    if wide { 21.0 } else { 17.0 }
}

/// Radius of a request on its way.
pub(super) fn token(wide: bool) -> f32 {
    if wide { 11.0 } else { 9.5 }
}

/// Above so many, pips become a bar of this many.
pub(super) const MOST_PIPS: u32 = 10;

/// The box around a mark's body, without words outside of it.
pub(super) fn bounds(mark: &Mark, wide: bool) -> Area {
    match &mark.shape {
        Shape::Node { at } | Shape::Grid { at, .. } | Shape::Meter { at, .. } | Shape::Span { at, .. } => *at,
        Shape::Wire { path, .. } => around(path, 8.0),
        Shape::Switch { at, radius, .. } => about(*at, *radius + 4.0),
        Shape::Pips { at, of, upright, .. } => {
            let length = (*of).clamp(1, MOST_PIPS).saturating_sub(1) as f32 * pitch(wide);
            let far = if *upright { Point { y: at.y + length, ..*at } } else { Point { x: at.x + length, ..*at } };
            around(&[*at, far], pitch(wide) / 2.0)
        }
        Shape::Token { at, .. } => about(*at, token(wide)),
        Shape::Dots { at, size } => around(at, *size / 2.0),
        Shape::Bars { at, .. } => *at,
        Shape::Axis { from, to, .. } => around(&[*from, *to], 8.0),
        Shape::Arc { from, to, .. } => around(&[*from, *to], 8.0),
        Shape::Words { at, anchor } => {
            let w = width(&mark.label, Role::Label, wide).max(width(&mark.note, Role::Note, wide));
            let lines = if mark.label.is_empty() || mark.note.is_empty() { 0.0 } else { Role::Note.leading(wide) };
            let x = match anchor {
                Anchor::Start => at.x,
                Anchor::Middle => at.x - w / 2.0,
                Anchor::End => at.x - w,
            };
            let size = Role::Label.size(wide);
            Area { x, y: at.y - size, w, h: size * 1.3 + lines }
        }
    }
}

/// The same box, made at least as large as a finger needs: 24 px on the smallest screen of the layout.
pub(super) fn reach(area: Area, wide: bool) -> Area {
    let least = if wide { 32.0 } else { 31.0 };
    let (w, h) = (area.w.max(least), area.h.max(least));
    Area { x: area.x - (w - area.w) / 2.0, y: area.y - (h - area.h) / 2.0, w, h }
}

/// The box with a margin all around.
pub(super) fn inflate(area: Area, by: f32) -> Area {
    Area { x: area.x - by, y: area.y - by, w: area.w + 2.0 * by, h: area.h + 2.0 * by }
}

/// Whether a node is drawn round: a square box is a circle.
pub(super) fn round(area: Area) -> bool {
    (area.w - area.h).abs() < 0.5
}

fn about(at: Point, radius: f32) -> Area {
    Area { x: at.x - radius, y: at.y - radius, w: 2.0 * radius, h: 2.0 * radius }
}

fn around(points: &[Point], margin: f32) -> Area {
    let Some(first) = points.first() else { return Area::default() };
    let (mut least, mut most) = (*first, *first);
    for point in points {
        least = Point { x: least.x.min(point.x), y: least.y.min(point.y) };
        most = Point { x: most.x.max(point.x), y: most.y.max(point.y) };
    }
    inflate(Area { x: least.x, y: least.y, w: most.x - least.x, h: most.y - least.y }, margin)
}
