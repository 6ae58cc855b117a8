//! A chart as an SVG picture. The one place of the command line that paints.

use crate::lab::Chart;

/// The chart as the text of an SVG file.
pub(super) fn paint(chart: &Chart) -> Result<String, String> {
    let _ = chart;
    Err("painting is not built in yet".to_owned())
}
