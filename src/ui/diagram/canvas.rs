//! Fields of hundreds and thousands of cells, on a canvas below the picture. Only cells that changed are painted again.

use std::cell::RefCell;

use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

use super::super::dom::SizeWatch;
use super::super::el::el;
use super::super::part::{Change, Part};
use crate::lab::scene::{Area, Diagram, Shape, Tone};

use super::fields::{MOST_CELLS, TONES, bars, cells, count};

/// A grid that is too large for the DOM.
#[derive(Clone, PartialEq)]
pub(super) struct Field {
    at: Area,
    columns: u32,
    runs: Vec<(u32, Tone)>,
}

/// The fields of a picture.
pub(super) fn fields(diagram: &Diagram) -> Vec<Field> {
    let large = |shape: &Shape| match shape {
        Shape::Grid { at, columns, runs } if count(runs) > MOST_CELLS => {
            Some(Field { at: *at, columns: (*columns).max(1), runs: runs.clone() })
        }
        _ => None,
    };
    diagram.marks.iter().filter_map(|mark| large(&mark.shape)).collect()
}

/// The canvas of a picture's fields. The picture above it tells what they show, in words.
#[derive(PartialEq)]
pub(super) struct Canvas {
    pub(super) fields: Vec<Field>,
    /// Of the picture, in units.
    pub(super) width: f32,
}

/// The canvas, what stands on it now, and what watches its size.
#[derive(Default)]
pub(super) struct Sheet {
    node: NodeRef,
    painted: RefCell<Painted>,
    watch: RefCell<Option<SizeWatch>>,
}

#[derive(Default)]
struct Painted {
    /// Device pixels to a CSS pixel.
    ratio: f64,
    bitmap: (u32, u32),
    /// One a tone. Asking for them makes the browser work out all styles in the middle of a frame.
    colours: [String; 8],
    places: Vec<(Area, u32)>,
    cells: Vec<Vec<Tone>>,
}

/// All must be painted again though no cell changed: another size or theme.
fn again(sheet: &mut Sheet) {
    sheet.painted.take();
}

impl Part for Canvas {
    type Memory = Sheet;

    fn show(&self, sheet: &Sheet, change: &Change) -> Html {
        let change = change.clone();
        // The canvas has the theme's ink as its colour and a transition on it, so a change of theme ends in this event,
        // wherever the switch is: media query, attribute or a host page's shadow root.
        let turned = move |_: Event| change.make(again);
        el("canvas.dg-canvas[aria-hidden=true]").node(&sheet.node).on("transitionend", turned).html()
    }

    fn shown(&self, sheet: &Sheet, change: &Change, first: bool) {
        let Some(canvas) = sheet.node.cast::<HtmlCanvasElement>() else { return };
        paint(&canvas, &self.fields, self.width, &mut sheet.painted.borrow_mut());
        if first {
            let change = change.clone();
            *sheet.watch.borrow_mut() = SizeWatch::on(&canvas, move |_, _| change.make(again));
        }
    }
}

fn paint(canvas: &HtmlCanvasElement, fields: &[Field], units: f32, painted: &mut Painted) {
    let Some(window) = web_sys::window() else { return };
    let ratio = window.device_pixel_ratio();
    // Asking for the size makes the browser lay out the whole page in the middle of a frame; what watches the size tells
    // when it is another.
    let bitmap = if painted.bitmap.0 > 0 && painted.ratio == ratio {
        painted.bitmap
    } else {
        let pixels = |size: i32| (f64::from(size) * ratio + 0.5) as u32;
        (pixels(canvas.client_width()), pixels(canvas.client_height()))
    };
    let Some(context) =
        canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let places: Vec<(Area, u32)> = fields.iter().map(|field| (field.at, field.columns)).collect();
    if painted.bitmap != bitmap || painted.places != places {
        let Ok(Some(style)) = window.get_computed_style(canvas) else { return };
        let colours = TONES.map(|tone| {
            let name = match tone {
                Tone::Plain => "--line-strong",
                Tone::Faint => "--line-strong",
                Tone::Ok => "--ok",
                Tone::Bad => "--bad",
                Tone::Half => "--half",
                Tone::Info => "--info",
                Tone::LaneA => "--lane-a",
                Tone::LaneB => "--lane-b",
            };
            style.get_property_value(name).unwrap_or_default()
        });
        canvas.set_width(bitmap.0);
        canvas.set_height(bitmap.1);
        *painted = Painted { ratio, bitmap, colours, places, cells: vec![Vec::new(); fields.len()] };
    }
    let scale = f64::from(bitmap.0 as f32 / units.max(1.0));
    let colours = &painted.colours;
    for (field, before) in fields.iter().zip(&mut painted.cells) {
        let now: Vec<Tone> =
            field.runs.iter().flat_map(|(many, tone)| std::iter::repeat_n(*tone, *many as usize)).collect();
        if now.len() != before.len() {
            // Another number of cells has another size.
            let (x, y) = (f64::from(field.at.x) * scale, f64::from(field.at.y) * scale);
            context.clear_rect(
                x - 1.0,
                y - 1.0,
                f64::from(field.at.w) * scale + 2.0,
                f64::from(field.at.h) * scale + 2.0,
            );
            before.clear();
        }
        field_cells(&context, field, &now, before, colours, scale);
        *before = now;
    }
}

fn field_cells(
    context: &CanvasRenderingContext2d,
    field: &Field,
    now: &[Tone],
    before: &[Tone],
    colours: &[String; 8],
    scale: f64,
) {
    let (pitch, size) = cells(field.at, field.columns, &field.runs);
    let (pitch, size) = (f64::from(pitch) * scale, (f64::from(size) * scale).max(1.0));
    let (left, top) = (f64::from(field.at.x) * scale, f64::from(field.at.y) * scale);
    // Whole pixels are crisp, and cells that are painted over leave no seams.
    let place = |cell: usize| {
        let (column, row) = (cell as u32 % field.columns, cell as u32 / field.columns);
        (round(left + f64::from(column) * pitch), round(top + f64::from(row) * pitch))
    };
    for (tone, colour) in TONES.into_iter().zip(colours) {
        let mut set = false;
        for (cell, _) in now.iter().enumerate().filter(|(cell, is)| **is == tone && before.get(*cell) != Some(*is)) {
            if !set {
                context.set_fill_style_str(colour);
                set = true;
            }
            let (x, y) = place(cell);
            if cell < before.len() {
                context.clear_rect(x, y, round(size), round(size));
            }
            for [dx, dy, w, h] in bars(tone) {
                let (dx, dy, w, h) = (f64::from(*dx), f64::from(*dy), f64::from(*w), f64::from(*h));
                let (fx, fy) = (round(dx * size), round(dy * size));
                let (tx, ty) = (round((dx + w) * size), round((dy + h) * size));
                context.fill_rect(x + fx, y + fy, (tx - fx).max(1.0), (ty - fy).max(1.0));
            }
        }
    }
}

/// To the nearest whole number; coordinates are not negative.
fn round(value: f64) -> f64 {
    f64::from((value + 0.5) as u32)
}
