//! A canvas as a plotters backend: at the pixels of the device, finer than them in between, and without the inline-styled
//! element that plotters-canvas measures text with, which a strict Content-Security-Policy forbids.

use plotters::drawing::IntoDrawingArea;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

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
    let inner = CanvasBackend::with_canvas_object(canvas.clone())?;
    let area = Fine { inner, context, size }.into_drawing_area();
    let scale = paint::Scale { ratio: ratio * fine, pixel: fine, text: look.scale.text };
    paint::chart(&area, chart, &Look { scale, ..look }).ok()
}

struct Fine {
    inner: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>>;

impl DrawingBackend for Fine {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.inner.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        self.inner.draw_pixel(point, colour)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        self.inner.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.inner.draw_path(path, style)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.inner.fill_polygon(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.inner.draw_circle(centre, radius, style, fill)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        self.inner.draw_text(text, style, at)
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        // In its order of the parts the same font as `draw_text` of plotters-canvas sets.
        let (weight, size, family) = (style.style(), style.size(), style.family());
        self.context.set_font(&format!("{} {size}px {}", weight.as_str(), family.as_str()));
        // A context that cannot measure cannot draw either.
        let width = self.context.measure_text(text).map_or(0.0, |metrics| metrics.width());
        Ok((libm::ceil(width) as u32, libm::ceil(size * 1.2) as u32))
    }
}
