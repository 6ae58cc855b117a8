//! Charts as files: PNG, SVG and CSV, made in the page and handed over through Blob addresses.

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

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
    let ready = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            download(&blob, &name);
        }
    });
    // The picture is of moderate size: should the browser still refuse, there is nothing to hand over.
    let _ = canvas.to_blob(ready.unchecked_ref());
}

/// Hands the chart over as an SVG document, titled and on the card's colour.
pub fn save_svg(chart: &Chart, palette: &Palette, name: &str) {
    if let Ok(text) = paint::svg(chart, palette, WIDTH, height(chart)) {
        save_text(&text, "image/svg+xml", &format!("{name}.svg"));
    }
}

/// Hands all the chart's numbers over as CSV.
pub fn save_csv(chart: &Chart, name: &str) {
    save_text(&paint::csv(chart, dom::exact), "text/csv;charset=utf-8", &format!("{name}.csv"));
}

fn save_text(text: &str, kind: &str, name: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options) {
        download(&blob, name);
    }
}

fn download(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    if let Some(link) = element::<HtmlAnchorElement>("a") {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Some browsers begin to read only after the click has been dealt with.
    Timeout::new(30_000, move || drop(Url::revoke_object_url(&address))).forget();
}

fn element<T: JsCast>(name: &str) -> Option<T> {
    web_sys::window()?.document()?.create_element(name).ok()?.dyn_into().ok()
}
