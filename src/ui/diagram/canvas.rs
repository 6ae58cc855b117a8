//! Fields of hundreds and thousands of cells, on a canvas below the picture. Only cells that changed are painted again.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

use super::super::el::el;
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

/// What [`Canvas`] paints.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) fields: Vec<Field>,
    /// Of the picture, in units.
    pub(super) width: f32,
}

/// What stands on the canvas now.
#[derive(Default)]
struct Painted {
    bitmap: (u32, u32),
    places: Vec<(Area, u32)>,
    cells: Vec<Vec<Tone>>,
}

/// The canvas of a picture's fields. The picture above it tells what they show, in words.
#[component]
pub(super) fn Canvas(props: &Props) -> Html {
    let node = use_node_ref();
    let painted = use_mut_ref(Painted::default);
    // Counts up when all must be painted again though no cell changed: another size or theme.
    let stale = use_state(|| 0_u32);
    {
        let (node, painted) = (node.clone(), painted.clone());
        use_effect_with((props.fields.clone(), props.width.to_bits(), *stale), move |(fields, width, _)| {
            if let Some(canvas) = node.cast::<HtmlCanvasElement>() {
                paint(&canvas, fields, f32::from_bits(*width), &mut painted.borrow_mut());
            }
        });
    }
    let again = {
        let (painted, stale) = (painted.clone(), stale.setter());
        let turn = use_mut_ref(|| 0_u32);
        Rc::new(move || {
            *painted.borrow_mut() = Painted::default();
            *turn.borrow_mut() += 1;
            stale.set(*turn.borrow());
        })
    };
    {
        let (node, again) = (node.clone(), again.clone());
        use_effect_with((), move |()| {
            let heard = Closure::<dyn FnMut(Array)>::new(move |_: Array| again());
            let observer = ResizeObserver::new(heard.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(canvas)) = (&observer, node.cast::<HtmlCanvasElement>()) {
                observer.observe(&canvas);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(heard);
            }
        });
    }
    // The canvas has the theme's ink as its colour and a transition on it, so a change of theme ends in this event,
    // wherever the switch is: media query, attribute or a host page's shadow root.
    el("canvas.dg-canvas[aria-hidden=true]").node(&node).on("transitionend", move |_: Event| again()).html()
}

fn paint(canvas: &HtmlCanvasElement, fields: &[Field], units: f32, painted: &mut Painted) {
    let Some(window) = web_sys::window() else { return };
    let ratio = window.device_pixel_ratio();
    let bitmap = (
        (f64::from(canvas.client_width()) * ratio + 0.5) as u32,
        (f64::from(canvas.client_height()) * ratio + 0.5) as u32,
    );
    let Some(context) =
        canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let places: Vec<(Area, u32)> = fields.iter().map(|field| (field.at, field.columns)).collect();
    let whole = painted.bitmap != bitmap || painted.places != places;
    if whole {
        canvas.set_width(bitmap.0);
        canvas.set_height(bitmap.1);
        *painted = Painted { bitmap, places, cells: vec![Vec::new(); fields.len()] };
    }
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
    let scale = f64::from(bitmap.0 as f32 / units.max(1.0));
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
        field_cells(&context, field, &now, before, &colours, scale);
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
