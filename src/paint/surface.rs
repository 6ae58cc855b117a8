//! The few things a chart is drawn with, in CSS pixels, and their translation for a plotters drawing area.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

use super::{Rgb, Scale};

/// The fonts that charts are lettered in.
pub const FAMILY: &str = "system-ui, sans-serif";

/// A place in CSS pixels from the top left.
pub(super) type Spot = (f64, f64);

/// A colour that lets this share of itself be seen.
#[derive(Clone, Copy)]
pub(super) struct Ink(pub Rgb, pub f64);

impl From<Rgb> for Ink {
    fn from(rgb: Rgb) -> Self {
        Self(rgb, 1.0)
    }
}

/// Left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Which part of a text its spot is; its middle's height always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// What a chart is drawn on. Object-safe, so that the layout is compiled once for all backends.
pub(super) trait Surface {
    /// Width and height.
    fn size(&self) -> Spot;
    /// Text size.
    fn em(&self) -> f64;
    /// A filled box with its edges on whole pixels of the device.
    fn rect(&mut self, rect: Rect, ink: Ink);
    /// A line through points.
    fn path(&mut self, points: &[Spot], width: f64, ink: Ink);
    /// A filled outline.
    fn polygon(&mut self, points: &[Spot], ink: Ink);
    /// A disc.
    fn disc(&mut self, centre: Spot, radius: f64, ink: Ink);
    /// Words, their middle at the spot's height.
    fn text(&mut self, text: &str, at: Spot, align: Align, bold: bool, ink: Ink);
    /// How wide words are.
    fn measure(&self, text: &str, bold: bool) -> f64;

    /// The words, cut with an ellipsis to fit a width.
    fn fit(&self, text: &str, width: f64, bold: bool) -> String {
        if self.measure(text, bold) <= width {
            return text.to_owned();
        }
        let ends: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
        let cut = |end: &usize| format!("{}…", text.get(..*end).unwrap_or_default().trim_end());
        let fitting = ends.partition_point(|end| self.measure(&cut(end), bold) <= width);
        ends.get(fitting.saturating_sub(1)).map_or_else(String::new, cut)
    }
}

/// A plotters drawing area as a [`Surface`].
pub(super) struct Area<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    scale: Scale,
    failed: Result<(), DrawingAreaErrorKind<DB::ErrorType>>,
}

impl<'a, DB: DrawingBackend> Area<'a, DB> {
    pub(super) fn new(area: &'a DrawingArea<DB, Shift>, scale: Scale) -> Self {
        Self { area, scale, failed: Ok(()) }
    }

    pub(super) fn finish(self) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        self.failed?;
        self.area.present()
    }

    fn draw(&mut self, how: impl FnOnce(&DrawingArea<DB, Shift>) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>>) {
        if self.failed.is_ok() {
            self.failed = how(self.area);
        }
    }

    /// Backend units; the cast saturates, so that nothing drawn far outside wraps around.
    fn unit(&self, css: f64) -> i32 {
        libm::round(css * self.scale.ratio) as i32
    }

    fn units(&self, points: &[Spot]) -> Vec<(i32, i32)> {
        points.iter().map(|point| (self.unit(point.0), self.unit(point.1))).collect()
    }

    fn snapped(&self, css: f64) -> i32 {
        (libm::round(css * self.scale.ratio / self.scale.pixel) * self.scale.pixel) as i32
    }

    fn style(&self, ink: Ink, width: f64) -> ShapeStyle {
        ShapeStyle { color: colour(ink), filled: width == 0.0, stroke_width: self.unit(width).max(1).unsigned_abs() }
    }

    fn lettering(&self, bold: bool, ink: Ink, align: Align) -> TextStyle<'static> {
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(FAMILY), self.em() * self.scale.ratio, weight);
        let h_pos = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        TextStyle { font, color: colour(ink).to_backend_color(), pos: Pos::new(h_pos, VPos::Center) }
    }
}

fn colour(Ink(Rgb(r, g, b), alpha): Ink) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

impl<DB: DrawingBackend> Surface for Area<'_, DB> {
    fn size(&self) -> Spot {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / self.scale.ratio, f64::from(height) / self.scale.ratio)
    }

    fn em(&self) -> f64 {
        self.scale.text.max(11.0)
    }

    fn rect(&mut self, rect: Rect, ink: Ink) {
        let (left, top) = (self.snapped(rect.left), self.snapped(rect.top));
        // At least a pixel, so that hairlines stay at ratios below one and short states stay in sight.
        let least = (self.scale.pixel as i32).max(1);
        let (right, bottom) = (self.snapped(rect.right).max(left + least), self.snapped(rect.bottom).max(top + least));
        let style = self.style(ink, 0.0);
        self.draw(|area| area.draw(&Rectangle::new([(left, top), (right, bottom)], style)));
    }

    fn path(&mut self, points: &[Spot], width: f64, ink: Ink) {
        if points.len() > 1 {
            let path = PathElement::new(self.units(points), self.style(ink, width));
            self.draw(|area| area.draw(&path));
        }
    }

    fn polygon(&mut self, points: &[Spot], ink: Ink) {
        if points.len() > 2 {
            let polygon = Polygon::new(self.units(points), self.style(ink, 0.0));
            self.draw(|area| area.draw(&polygon));
        }
    }

    fn disc(&mut self, centre: Spot, radius: f64, ink: Ink) {
        let circle = Circle::new((self.unit(centre.0), self.unit(centre.1)), self.unit(radius), self.style(ink, 0.0));
        self.draw(|area| area.draw(&circle));
    }

    fn text(&mut self, text: &str, at: Spot, align: Align, bold: bool, ink: Ink) {
        let style = self.lettering(bold, ink, align);
        let at = (self.unit(at.0), self.snapped(at.1));
        self.draw(|area| area.draw_text(text, &style, at));
    }

    fn measure(&self, text: &str, bold: bool) -> f64 {
        let style = self.lettering(bold, Ink(Rgb(0, 0, 0), 1.0), Align::Left);
        let width = self.area.estimate_text_size(text, &style).map_or(0, |size| size.0);
        f64::from(width) / self.scale.ratio
    }
}
