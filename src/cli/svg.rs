//! A chart as an SVG picture. The one place of the command line that paints.

use crate::lab::Chart;
use crate::paint::{self, Palette};

/// How wide pictures are, in CSS pixels: as wide as those that the page saves.
const WIDTH: u32 = 800;
/// How much higher they are than a chart on the page, for their title and greater width.
const HIGHER: u32 = 130;

/// The charts as the text of an SVG file, one below the other.
pub(super) fn paint(charts: &[Chart]) -> Result<String, String> {
    let mut pictures = Vec::new();
    for chart in charts {
        let height = paint::height(chart, f64::from(WIDTH)) + HIGHER;
        let painted = paint::svg(chart, &Palette::LIGHT, WIDTH, height)
            .map_err(|what| format!("{} cannot be painted: {what}", chart.id))?;
        pictures.push((painted, height));
    }
    if let [(only, _)] = &mut pictures[..] {
        return Ok(std::mem::take(only));
    }
    let whole: u32 = pictures.iter().map(|(_, height)| height).sum();
    let mut text = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{whole}">"#);
    let mut y = 0;
    for (picture, height) in pictures {
        text.push_str(&format!("\n<svg y=\"{y}\" {}", picture.trim_start_matches("<svg ").trim_end()));
        y += height;
    }
    text.push_str("\n</svg>\n");
    Ok(text)
}
