//! Charts as files: PNG, SVG and CSV, made in the page and handed over through Blob addresses.

use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlCanvasElement};

use super::super::dom;
use super::canvas;
use crate::lab::scene::Chart;
use crate::paint::{self, Look, Palette, Scale};

/// Width of a saved picture in CSS pixels.
const WIDTH: u32 = 800;
/// Device pixels a CSS pixel in a saved PNG.
const RATIO: u32 = 2;

/// Height of a saved picture in CSS pixels: what the page gives it, more for its title and greater width.
fn height(chart: &Chart) -> u32 {
    paint::height(chart, f64::from(WIDTH)) + 130
}

/// Hands the chart over as a PNG of twice its size, titled and on the card's colour.
pub fn save_png(chart: &Chart, palette: &Palette, name: &str) {
    let Some(canvas) = element::<HtmlCanvasElement>("canvas") else { return };
    canvas.set_width(WIDTH * RATIO);
    canvas.set_height(height(chart) * RATIO);
    canvas::draw(&canvas, chart, Look::new(palette, Scale::PLAIN).framed(), f64::from(RATIO));
    let name = format!("{name}.png");
    let ready = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            dom::hand_over(&blob, &name);
        }
    });
    // The picture is of moderate size: should the browser still refuse, there is nothing to hand over.
    let _ = canvas.to_blob(ready.unchecked_ref());
}

/// Hands the chart over as an SVG document, titled and on the card's colour.
pub fn save_svg(chart: &Chart, palette: &Palette, name: &str) {
    if let Ok(text) = paint::svg(chart, palette, WIDTH, height(chart)) {
        dom::download(&format!("{name}.svg"), "image/svg+xml", &text);
    }
}

/// Hands all the chart's numbers over as CSV.
pub fn save_csv(chart: &Chart, name: &str) {
    dom::download(&format!("{name}.csv"), "text/csv;charset=utf-8", &paint::csv(chart, dom::exact));
}

fn element<T: JsCast>(name: &str) -> Option<T> {
    web_sys::window()?.document()?.create_element(name).ok()?.dyn_into().ok()
}
