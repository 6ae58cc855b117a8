//! The living picture: draws any [`Diagram`] as SVG in the DOM, and lets the reader act on its marks.
//!
//! Colours come from classes alone, one a [`Tone`]; positions are SVG attributes; nothing has a `style` attribute.

mod canvas;
mod draw;
mod fields;
mod measure;
mod menu;
mod shapes;
mod table;
mod words;

use std::rc::Rc;

use yew::prelude::*;

use super::el::{el, maybe};
use crate::lab::scene::{Act, Diagram, Mark, Tone};

/// What [`DiagramView`] shows.
#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    /// The picture.
    pub diagram: Rc<Diagram>,
    /// The reader does something to a mark.
    #[prop_or_default]
    pub on_act: Callback<Act>,
    /// Whether time runs. While it does, the picture as text changes twice a second at most, so that it can be read.
    #[prop_or_default]
    pub playing: bool,
}

/// How long the picture as text stays as it is while time runs, in milliseconds.
const READING: f64 = 500.0;

/// Draws a diagram in either layout.
#[component]
pub fn DiagramView(props: &DiagramProps) -> Html {
    let diagram = &props.diagram;
    let as_text = use_state(|| false);
    let open = use_state(|| None::<String>);
    let place = use_node_ref();
    let read = use_mut_ref(|| (f64::NEG_INFINITY, diagram.clone()));

    let press = {
        let (on_act, open) = (props.on_act.clone(), open.clone());
        Callback::from(move |mark: Mark| match &*mark.acts {
            [act] => on_act.emit(act.clone()),
            _ if open.as_deref() == Some(&*mark.id) => open.set(None),
            _ => open.set(Some(mark.id)),
        })
    };
    let wide = diagram.width > 700.0;
    let frame =
        draw::Frame { wide, width: diagram.width, height: diagram.height, open: open.as_deref(), press: &press };
    let close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let chosen = open.as_deref().and_then(|id| diagram.marks.iter().find(|mark| mark.id == id && mark.acts.len() > 1));
    let fields = canvas::fields(diagram);
    let shown_as_text = *as_text;
    if shown_as_text {
        let now = web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now());
        let mut read = read.borrow_mut();
        if !props.playing || now - read.0 >= READING {
            *read = (now, diagram.clone());
        }
    }
    let mut picture = el("svg[role=group][preserveAspectRatio=xMidYMid meet]")
        .set("viewBox", format!("0 0 {} {}", words::num(diagram.width), words::num(diagram.height)))
        .set("aria-label", diagram.name.clone());
    for mark in &diagram.marks {
        picture = picture.put(draw::mark(mark, &frame));
    }
    let below = (!fields.is_empty()).then(|| html! { <canvas::Canvas {fields} width={diagram.width} /> });
    let menu = chosen.map(|mark| {
        html! {
            <menu::Menu key={&*mark.id} name={draw::name(mark)} acts={mark.acts.clone()} place={place.clone()}
                on_act={props.on_act.clone()} on_close={close} />
        }
    });
    let switch = el("button.dg-as-text[type=button]")
        .either("aria-expanded", *as_text)
        .on("click", move |_: Event| as_text.set(!*as_text))
        .text(if shown_as_text { "Hide text" } else { "Picture as text" });
    el("div.diagram")
        .class(if wide { "dg-wide" } else { "dg-narrow" })
        .put(el("div.dg-frame").node(&place).put(maybe(below)).put(picture).put(maybe(menu)))
        .put(el("p.dg-foot").put(switch))
        .put(maybe(shown_as_text.then(|| table::table(&read.borrow().1, &props.on_act))))
        .html()
}

/// The class that gives a mark its colours.
fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "tone-plain",
        Tone::Ok => "tone-ok",
        Tone::Bad => "tone-bad",
        Tone::Half => "tone-half",
        Tone::Info => "tone-info",
        Tone::Faint => "tone-faint",
        Tone::LaneA => "tone-lane-a",
        Tone::LaneB => "tone-lane-b",
    }
}
