//! The row above the plot: the vertical axis' title, and the key to lines and states.

use super::band;
use super::line;
use super::palette::Palette;
use super::surface::{Align, Rect, Spot, Surface};
use crate::lab::scene::{Band, Chart};

/// Room for a sample.
const SAMPLE: f64 = 22.0;
/// Between sample and name, and between entries.
const GAPS: (f64, f64) = (6.0, 16.0);
/// Rows at most; what does not fit is counted.
const ROWS: usize = 4;

/// What an entry explains.
enum Sign {
    Title,
    Line(usize),
    State(usize),
    More,
}

/// The key, laid out.
pub(super) struct Key<'a> {
    entries: Vec<(Sign, String, Spot)>,
    states: Vec<&'a Band>,
    /// How high it is.
    pub height: f64,
}

/// A guess at what the key's further rows take, made without measuring.
pub(super) fn height(chart: &Chart, width: f64) -> f64 {
    let letters = |text: &str| text.chars().count() as f64 * 6.8;
    let entries = chart.lines.iter().map(|line| letters(&line.name) + SAMPLE + GAPS.0 + GAPS.1);
    let length = letters(chart.y.label) + letters(chart.y.unit) + entries.sum::<f64>();
    let rows = libm::ceil(length / width.max(100.0)).clamp(1.0, ROWS as f64);
    (rows - 1.0) * 18.0
}

impl<'a> Key<'a> {
    /// Lays out title and entries from the top left of a width on.
    pub(super) fn new(
        surface: &dyn Surface,
        chart: &Chart,
        title: &str,
        states: Vec<&'a Band>,
        (left, top): Spot,
        width: f64,
    ) -> Self {
        let pitch = surface.em() * 1.5;
        let alone = chart.lines.len() == 1 && chart.lines[0].name == chart.y.label;
        let mut wanted = vec![(Sign::Title, title.to_owned())];
        if !alone {
            wanted.extend(chart.lines.iter().enumerate().map(|(index, line)| (Sign::Line(index), line.name.clone())));
        }
        wanted.extend(states.iter().enumerate().map(|(index, band)| (Sign::State(index), band.signed())));
        let (mut x, mut row) = (left, 0);
        let mut entries: Vec<(Sign, String, Spot)> = Vec::new();
        let total = wanted.len();
        for (sign, name) in wanted {
            let lead = if matches!(sign, Sign::Title) { 0.0 } else { SAMPLE + GAPS.0 };
            let name = surface.fit(&name, width - lead, false);
            let needs = lead + surface.measure(&name, false);
            // The last row keeps room for "and so many more".
            let reserve = if row + 1 == ROWS { 60.0 } else { 0.0 };
            if x > left && x + needs > left + width - reserve {
                if row + 1 == ROWS {
                    entries.push((
                        Sign::More,
                        format!("+{}", total - entries.len()),
                        (x, top + pitch * (row as f64 + 0.5)),
                    ));
                    break;
                }
                row += 1;
                x = left;
            }
            let gap = if matches!(sign, Sign::Title) && !name.is_empty() { GAPS.1 + 4.0 } else { GAPS.1 };
            if needs > 0.0 {
                entries.push((sign, name, (x, top + pitch * (row as f64 + 0.5))));
                x += needs + gap;
            }
        }
        Self { entries, states, height: pitch * (row as f64 + 1.0) }
    }

    pub(super) fn draw(&self, surface: &mut dyn Surface, chart: &Chart, palette: &Palette) {
        for (sign, name, (x, y)) in &self.entries {
            let named = (x + SAMPLE + GAPS.0, *y);
            match sign {
                Sign::Title | Sign::More => surface.text(name, (*x, *y), Align::Left, false, palette.soft.into()),
                Sign::Line(index) => {
                    let marker = line::marker(&chart.lines, *index);
                    line::sample(surface, &chart.lines[*index], marker, (*x, *y), (x + SAMPLE, *y), palette);
                    surface.text(name, named, Align::Left, false, palette.ink.into());
                }
                Sign::State(index) => {
                    let rect = Rect { left: *x, top: y - 6.0, right: x + SAMPLE, bottom: y + 6.0 };
                    band::swatch(surface, rect, self.states[*index].tone, palette);
                    surface.text(name, named, Align::Left, false, palette.ink.into());
                }
            }
        }
    }
}
