//! States as bands below the plot, told apart by colour, pattern and word.

use super::frame::Plot;
use super::palette::Palette;
use super::surface::{Align, Ink, Rect, Surface};
use crate::lab::scene::{Band, Tone};

/// Height of a band.
pub(super) const HEIGHT: f64 = 17.0;
/// From one row of bands to the next.
pub(super) const PITCH: f64 = HEIGHT + 4.0;
/// Rows drawn at most.
const ROWS: usize = 4;
/// Room beside a word inside a band.
const PADDING: f64 = 5.0;

/// Bands in rows, so that those of one row do not overlap.
pub(super) fn rows(bands: &[Band]) -> Vec<Vec<&Band>> {
    let mut sorted: Vec<&Band> = Vec::with_capacity(bands.len());
    for band in bands.iter().filter(|band| band.from < band.to) {
        // They mostly come in order: looking from the end costs nothing then, and far less code than a sort.
        let place = sorted.iter().rposition(|other| other.from <= band.from).map_or(0, |index| index + 1);
        sorted.insert(place, band);
    }
    let mut rows: Vec<Vec<&Band>> = Vec::new();
    for band in sorted {
        let free = rows.iter().position(|row| row.last().is_none_or(|last| last.to <= band.from));
        match free {
            Some(row) => rows[row].push(band),
            None if rows.len() < ROWS => rows.push(vec![band]),
            None => {}
        }
    }
    rows
}

/// Where a band comes to lie between the plot's edges; `None` outside.
fn extent(band: &Band, plot: &Plot) -> Option<(f64, f64)> {
    let (left, right) = (plot.x(band.from).max(plot.rect.left), plot.x(band.to).min(plot.rect.right));
    (left < right).then_some((left, right))
}

/// Tones and words that no band has room for: they want a place in the key.
pub(super) fn unnamed<'a>(surface: &dyn Surface, rows: &[Vec<&'a Band>], plot: &Plot) -> Vec<&'a Band> {
    let mut widest: Vec<(&Band, f64)> = Vec::new();
    for band in rows.iter().flatten() {
        let Some((left, right)) = extent(band, plot) else { continue };
        match widest.iter_mut().find(|(known, _)| known.label == band.label && known.tone == band.tone) {
            Some((_, width)) => *width = width.max(right - left),
            None => widest.push((band, right - left)),
        }
    }
    let lacking =
        widest.into_iter().filter(|(band, width)| surface.measure(&band.signed(), false) + 2.0 * PADDING > *width);
    lacking.map(|(band, _)| band).collect()
}

/// Draws a row of bands with its top edge there.
pub(super) fn draw(surface: &mut dyn Surface, row: &[&Band], plot: &Plot, top: f64, palette: &Palette) {
    for band in row {
        let Some((left, right)) = extent(band, plot) else { continue };
        // A seam before the next one; none in a band that would vanish by it.
        let right = if right - left > 3.0 && right < plot.rect.right - 0.5 { right - 1.0 } else { right };
        let rect = Rect { left, top, right, bottom: top + HEIGHT };
        swatch(surface, rect, band.tone, palette);
        let (long, short) = (band.signed(), band.sign());
        for text in [long.as_str(), short] {
            let width = surface.measure(text, false);
            if text.is_empty() || width + 2.0 * PADDING > rect.width() {
                continue;
            }
            let middle = f64::midpoint(left, right);
            let patch = Rect { left: middle - width / 2.0 - 4.0, right: middle + width / 2.0 + 4.0, ..rect };
            let ink = if hollow(band.tone) { palette.soft } else { palette.card };
            if hollow(band.tone) {
                let patch = Rect { top: rect.top + 2.0, bottom: rect.bottom - 2.0, ..patch };
                surface.rect(patch, palette.card.into());
            } else {
                surface.rect(patch, palette.tone(band.tone).into());
            }
            surface.text(text, (middle, f64::midpoint(rect.top, rect.bottom)), Align::Centre, false, ink.into());
            break;
        }
    }
}

/// Whether a tone's band is only outlined.
fn hollow(tone: Tone) -> bool {
    matches!(tone, Tone::Plain | Tone::Faint)
}

/// A box in a tone's colour and pattern.
pub(super) fn swatch(surface: &mut dyn Surface, rect: Rect, tone: Tone, palette: &Palette) {
    surface.rect(rect, palette.tone(tone).into());
    let light = Ink(palette.card, 0.34);
    match tone {
        Tone::Plain | Tone::Faint => {
            let inner =
                Rect { left: rect.left + 1.0, top: rect.top + 1.0, right: rect.right - 1.0, bottom: rect.bottom - 1.0 };
            if inner.width() > 1.0 {
                surface.rect(inner, palette.card.into());
            }
        }
        Tone::Bad => slants(surface, rect, 1.0, light),
        Tone::LaneB => slants(surface, rect, -1.0, light),
        Tone::Half => {
            let mut x = rect.left + 3.0;
            while x + 1.0 < rect.right {
                surface.rect(Rect { left: x, right: x + 1.0, ..rect }, light);
                x += 4.0;
            }
        }
        Tone::Info => {
            let middle = f64::midpoint(rect.top, rect.bottom);
            surface.rect(Rect { top: middle - 1.0, bottom: middle + 1.0, ..rect }, light);
        }
        Tone::Ok | Tone::LaneA => {}
    }
}

/// Slanting lines cut to a box; `lean` 1 for rising ones, -1 for falling ones.
fn slants(surface: &mut dyn Surface, rect: Rect, lean: f64, ink: Ink) {
    let (step, height) = (6.0, rect.height());
    // The same places whatever the box begins at, so that a moving edge does not make the pattern crawl.
    let mut foot = libm::floor((rect.left - height) / step) * step;
    while foot < rect.right {
        let (start, end) = (foot.max(rect.left), (foot + height).min(rect.right));
        if start < end {
            let level = |x: f64| {
                let along = x - foot;
                if lean > 0.0 { rect.bottom - along } else { rect.top + along }
            };
            surface.path(&[(start, level(start)), (end, level(end))], 1.1, ink);
        }
        foot += step;
    }
}
