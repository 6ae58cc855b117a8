//! plotters-canvas, wrapped: at the pixels of the device, finer than them in between, and with text measured by the canvas
//! instead of an inline-styled element, which a strict Content-Security-Policy forbids.

use plotters::drawing::IntoDrawingArea;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::super::num;
use crate::lab::scene::Chart;
use crate::paint::{self, Look, Plot};

/// Backend units per pixel of the device: plotters knows whole numbers only, and slopes want to be smooth.
const FINE: u32 = 4;

/// Draws a chart over a canvas whose size in device pixels is set already; `look`'s scale is made for `ratio` device
/// pixels a CSS pixel.
pub(super) fn draw(canvas: &HtmlCanvasElement, chart: &Chart, look: Look, ratio: f64) -> Option<Plot> {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let fine = f64::from(FINE);
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    context.set_transform(1.0 / fine, 0.0, 0.0, 1.0 / fine, 0.0, 0.0).ok()?;
    context.set_line_join("round");
    let size = (canvas.width() * FINE, canvas.height() * FINE);
    context.set_text_baseline("middle");
    let shapes = CanvasBackend::with_canvas_object(canvas.clone())?;
    let area = Fine { shapes, context, size }.into_drawing_area();
    let scale = paint::Scale { ratio: ratio * fine, pixel: fine, text: look.scale.text };
    paint::chart(&area, chart, &Look { scale, ..look }).ok()
}

/// Shapes are the library's; the context's transform makes them fine. Text is measured and written here.
struct Fine {
    shapes: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
}

type Fault = <CanvasBackend as DrawingBackend>::ErrorType;
type Drawn = Result<(), DrawingErrorKind<Fault>>;

/// A colour as CSS writes it.
fn css(colour: BackendColor) -> String {
    let (r, g, b) = colour.rgb;
    format!("rgba({r},{g},{b},{}", num::with(colour.alpha, 3, ")"))
}

impl Fine {
    fn letters<T: BackendTextStyle>(&self, style: &T) {
        let (weight, size, family) = (style.style(), num::with(style.size(), 2, "px"), style.family());
        self.context.set_font(&format!("{} {size} {}", weight.as_str(), family.as_str()));
    }
}

impl DrawingBackend for Fine {
    type ErrorType = Fault;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.shapes.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.shapes.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn {
        self.shapes.draw_pixel(at, colour)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.shapes.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        self.shapes.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.shapes.draw_path(path, style)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.shapes.fill_polygon(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.shapes.draw_circle(centre, radius, style, fill)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "center",
            HPos::Right => "end",
        });
        self.context.set_fill_style_str(&css(style.color()));
        self.letters(style);
        // Refused for no text of ours.
        let _ = self.context.fill_text(text, f64::from(at.0), f64::from(at.1));
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Fault>> {
        self.letters(style);
        // A context that cannot measure cannot draw either.
        let width = self.context.measure_text(text).map_or(0.0, |metrics| metrics.width());
        Ok((libm::ceil(width) as u32, libm::ceil(style.size() * 1.2) as u32))
    }
}
