//! A chart as an SVG picture. The one place of the command line that paints.

use crate::lab::Chart;
use crate::paint::{self, Palette};

/// How wide pictures are, in CSS pixels: as wide as those that the page saves.
const WIDTH: u32 = 800;
/// How much higher they are than a chart on the page, for their title and greater width.
const HIGHER: u32 = 130;

/// The chart as the text of an SVG file.
pub(super) fn paint(chart: &Chart) -> Result<String, String> {
    paint::svg(chart, &Palette::LIGHT, WIDTH, paint::height(chart, f64::from(WIDTH)) + HIGHER)
        .map_err(|what| format!("{} cannot be painted: {what}", chart.id))
}
