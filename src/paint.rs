//! Charts as pictures: one [`Chart`] onto any plotters drawing area, the canvas in the browser and SVG everywhere.
//!
//! Lengths are in CSS pixels up to the `Surface`, which turns them into the backend's whole numbers. The layout is
//! written once against that trait, so that a second backend costs the page only the thin adapter.

mod band;
mod frame;
mod key;
mod limit;
mod line;
mod palette;
mod pointer;
mod surface;
mod svg;
mod table;
mod tick;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters_backend::DrawingBackend;

use crate::lab::scene::Chart;

pub use frame::{Plot, height};
pub use palette::{Palette, Rgb};
pub use pointer::told;
use surface::Area;
pub use surface::FAMILY;
pub use svg::svg;
pub use table::{Table, csv, csv_field, table};

/// How big things are: whole backend units hide behind CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Backend units per CSS pixel.
    pub ratio: f64,
    /// Backend units per pixel of the device: edges of boxes and hairlines fall on these.
    pub pixel: f64,
    /// Size of text in CSS pixels; 12 unless the reader's own font size says otherwise, never below 11.
    pub text: f64,
}

impl Scale {
    /// The usual text size in CSS pixels.
    pub const TEXT: f64 = 12.0;

    /// One backend unit a CSS pixel.
    pub const PLAIN: Self = Self { ratio: 1.0, pixel: 1.0, text: Self::TEXT };
}

/// How a chart is to look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The colours.
    pub palette: &'a Palette,
    /// How big things are.
    pub scale: Scale,
    /// Whether the card's colour is laid below: for pictures that leave the page.
    pub background: bool,
    /// Whether the chart's title stands above: for pictures that leave the page.
    pub title: bool,
    /// Where the reader points, in the horizontal axis' unit: the values there are told.
    pub pointed: Option<f64>,
}

impl<'a> Look<'a> {
    /// A chart inside the page.
    pub fn new(palette: &'a Palette, scale: Scale) -> Self {
        Self { palette, scale, background: false, title: false, pointed: None }
    }

    /// A picture that leaves the page.
    #[must_use]
    pub fn framed(self) -> Self {
        Self { background: true, title: true, ..self }
    }
}

/// Draws `chart` over the whole of `area`, and tells where its plot came to lie.
///
/// # Errors
/// The backend's first one, if any; what comes after it is not drawn.
pub fn chart<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &Chart,
    look: &Look,
) -> Result<Plot, DrawingAreaErrorKind<DB::ErrorType>> {
    let mut surface = Area::new(area, look.scale);
    let plot = frame::draw(&mut surface, chart, look);
    surface.finish().map(|()| plot)
}
