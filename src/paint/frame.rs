//! Where everything of a chart stands: title, key, plot, grid, bands, ticks.

use super::key::Key;
use super::surface::{Align, Rect, Spot, Surface};
use super::tick::Ticks;
use super::{Look, band, key, limit, line, pointer};
use crate::lab::scene::{Chart, Stroke};

/// Beyond any screen, and still far from the whole numbers' end.
const FAR: f64 = 1e5;

/// Where the plot lies, and which values it spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    pub(super) rect: Rect,
    x: (f64, f64),
    y: (f64, f64),
}

impl Plot {
    /// What the horizontal axis says at a distance in CSS pixels from the picture's left edge; `None` beside the plot.
    pub fn value(&self, x: f64) -> Option<f64> {
        let share = (x - self.rect.left) / self.rect.width();
        (-0.02..=1.02).contains(&share).then(|| self.x.0 + share.clamp(0.0, 1.0) * (self.x.1 - self.x.0))
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        place(value, self.x, self.rect.left, self.rect.width())
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        place(value, self.y, self.rect.bottom, -self.rect.height())
    }

    pub(super) fn spot(&self, (x, y): (f64, f64)) -> Spot {
        (self.x(x), self.y(y))
    }

    pub(super) fn holds(&self, (x, y): Spot) -> bool {
        let slack = 0.5;
        x >= self.rect.left - slack
            && x <= self.rect.right + slack
            && y >= self.rect.top - slack
            && y <= self.rect.bottom + slack
    }
}

fn place(value: f64, (from, to): (f64, f64), start: f64, length: f64) -> f64 {
    let there = start + (value - from) / (to - from) * length;
    if there.is_nan() { start } else { there.clamp(-FAR, FAR) }
}

/// A height in CSS pixels that suits a chart so wide: 190 for most, more for more rows of states and a long key.
pub fn height(chart: &Chart, width: f64) -> u32 {
    let states = band::rows(&chart.bands).len().saturating_sub(1) as f64 * band::PITCH;
    190 + (states + key::height(chart, width)) as u32
}

/// Draws the whole chart.
pub(super) fn draw(surface: &mut dyn Surface, chart: &Chart, look: &Look) -> Plot {
    let palette = look.palette;
    let (width, height) = surface.size();
    let em = surface.em();
    if look.background {
        surface.rect(Rect { left: 0.0, top: 0.0, right: width, bottom: height }, palette.card.into());
    }
    // Off the edges, so that round ends and letters' overhang stay inside; more about a picture that stands alone.
    let margin = if look.background { 14.0 } else { 1.0 };
    let mut top = margin;
    if look.title {
        let title = surface.fit(&chart.heading(), width - 2.0 * margin, true);
        surface.text(&title, (margin, top + em * 0.7), Align::Left, true, palette.ink.into());
        top += em * 2.0;
    }

    let rows = band::rows(&chart.bands);
    let below = em * 1.65 + margin + if rows.is_empty() { 0.0 } else { 8.0 + band::PITCH * rows.len() as f64 };
    // The vertical axis first: its labels say where the plot begins.
    let guess = (height - top - below - em * 2.0).max(20.0);
    let y = Ticks::new(&chart.y, (guess / (em * 2.6)) as usize);
    let widest = y.marks.iter().map(|mark| surface.measure(&mark.1, false)).fold(0.0, f64::max);
    let left = (margin + widest + 8.0).max(margin + 20.0).min(margin.max(width * 0.4) + 20.0);
    let right = (width - margin - 5.0).max(left + 10.0);
    let (x, below_title) = horizontal(surface, chart, right - left);
    let across = Rect { left, top: 0.0, right, bottom: 1.0 };
    let outline = Plot { rect: across, x: (x.from, x.to), y: (y.from, y.to) };
    let key = Key::new(
        surface,
        chart,
        &y.title,
        band::unnamed(surface, &rows, &outline),
        (margin, top),
        width - 2.0 * margin,
    );
    let drop = if below_title { em * 1.4 } else { 0.0 };
    let bottom = height - below - drop;
    let rect = Rect { left, top: (top + key.height + em * 0.75).min(bottom - 12.0), right, bottom };
    let plot = Plot { rect, ..outline };

    key.draw(surface, chart, palette);
    for (value, text) in &y.marks {
        let level = plot.y(*value);
        let zero = *value == y.from || *value == 0.0;
        let ink = if zero { palette.strong } else { palette.line };
        surface.rect(Rect { top: level - 0.5, bottom: level + 0.5, ..rect }, ink.into());
        surface.text(text, (left - 8.0, level), Align::Right, false, palette.soft.into());
    }
    limit::draw(surface, &chart.limits, &plot, palette);
    for (index, line) in chart.lines.iter().enumerate() {
        line::draw(surface, line, line::marker(&chart.lines, index), &plot, palette);
    }
    limit::label(surface, chart, &plot, palette);
    for line in chart.lines.iter().filter(|line| line.stroke != Stroke::Columns) {
        line::end(surface, line, &plot, palette);
    }
    limit::reached(surface, chart, &plot, palette);
    let drawn =
        chart.lines.iter().flat_map(|line| &line.points).any(|point| point.0.is_finite() && point.1.is_finite());
    if !drawn && rows.is_empty() {
        let middle = (f64::midpoint(left, right), f64::midpoint(rect.top, rect.bottom));
        let wide = surface.measure("nothing yet", false) / 2.0 + 8.0;
        let patch = Rect { left: middle.0 - wide, right: middle.0 + wide, top: middle.1 - em, bottom: middle.1 + em };
        surface.rect(patch, palette.card.into());
        surface.text("nothing yet", middle, Align::Centre, false, palette.soft.into());
    }
    let mut under = bottom + 8.0;
    for row in &rows {
        band::draw(surface, row, &plot, under, palette);
        under += band::PITCH;
    }
    let level = height - margin - drop - em * 0.65;
    feet(surface, &x, &plot, level, if below_title { level + em * 1.4 } else { level }, look);
    if let Some(pointed) = look.pointed {
        pointer::draw(surface, chart, &plot, pointed, palette);
    }
    plot
}

/// The horizontal axis with ticks that do not touch, and whether its title wants a row of its own.
fn horizontal(surface: &dyn Surface, chart: &Chart, width: f64) -> (Ticks, bool) {
    let mut room = (width / 72.0) as usize;
    loop {
        let ticks = Ticks::new(&chart.x, room.max(1));
        let widest = ticks.marks.iter().map(|mark| surface.measure(&mark.1, false)).fold(0.0, f64::max);
        let apart = width / (ticks.marks.len().max(2) - 1) as f64;
        if widest + 14.0 <= apart || room <= 1 {
            let own = surface.measure(&ticks.title, false) > width * 0.3;
            return (ticks, own);
        }
        room -= 1;
    }
}

/// Tick labels below the plot, and the horizontal axis' title at their right end or below.
fn feet(surface: &mut dyn Surface, ticks: &Ticks, plot: &Plot, level: f64, title_level: f64, look: &Look) {
    let (width, _) = surface.size();
    let soft = look.palette.soft.into();
    let edge = plot.rect.right + 5.0;
    // Cut before its unit, if it must be cut.
    let cut = ticks.title.rfind('(').unwrap_or(ticks.title.len());
    let (label, unit) = (ticks.title.get(..cut).unwrap_or_default(), ticks.title.get(cut..).unwrap_or_default());
    let (label, gap) = (label.trim_end(), if label.ends_with(' ') { " " } else { "" });
    let unit = &format!("{gap}{unit}");
    let title = format!("{}{unit}", surface.fit(label, edge - surface.measure(unit, false), false));
    let named = surface.measure(&title, false);
    surface.text(&title, (edge, title_level), Align::Right, false, soft);
    let alone = title_level > level || title.is_empty();
    let end = if alone { width - 1.0 } else { edge - named - 12.0 };
    let mut last = 0.0;
    for (value, text) in &ticks.marks {
        let (at, wide) = (plot.x(*value), surface.measure(text, false));
        // The first may stand under the axis, but not beyond it: there it would read as one of the vertical axis'.
        let start = (at - wide / 2.0).max(plot.rect.left - 4.0);
        // The last may move inwards from the picture's edge.
        let start = if alone { start.min(end - wide) } else { start };
        if start + wide <= end && start >= last {
            surface.text(text, (start, level), Align::Left, false, soft);
            last = start + wide + 8.0;
        }
    }
}
