//! The living picture: draws any [`Diagram`] as SVG in the DOM, and lets the reader act on its marks.
//!
//! Colours come from classes alone, one a [`Tone`]; positions are SVG attributes; nothing has a `style` attribute.

mod canvas;
mod draw;
mod edit;
mod fields;
mod measure;
mod menu;
mod offer;
mod plot;
mod shapes;
mod table;
mod words;

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

pub(crate) use edit::Editing;

use super::dom;
use super::el::{el, maybe};
use super::part::{Change, Part, part};
use crate::lab::scene::{Act, Diagram, Mark, Tone};

/// What arrives with the panels: it draws dots, bars and scales, and edits by hand.
pub(crate) trait Hand {
    /// Where acts go that are done at once, given where those of the run go.
    fn at_once(&self, on_act: &Callback<Act>) -> Callback<Act>;
    /// The body of a mark over a scale.
    fn draw(&self, mark: &Mark, wide: bool) -> Html;
    /// What can be done to a mark, beside it: the box that holds the picture, where acts go, and how it is closed.
    fn menu(&self, mark: &Mark, place: &NodeRef, on_act: &Callback<Act>, on_close: Callback<()>) -> Html;
    /// The same in the picture as text.
    fn acts(&self, mark: &Mark, on_act: &Callback<Act>) -> Html;
}

/// The hand of a picture; it has the same for as long as it is there.
pub(crate) struct More(pub(crate) Box<dyn Hand>);

impl PartialEq for More {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Draws a diagram in either layout.
#[derive(PartialEq)]
pub(crate) struct DiagramView {
    /// The picture.
    pub(crate) diagram: Rc<Diagram>,
    /// The reader does something to a mark.
    pub(crate) on_act: Callback<Act>,
    /// Whether time runs. While it does, the picture as text changes twice a second at most, so that it can be read.
    pub(crate) playing: bool,
    /// What is not there on the front page.
    pub(crate) more: Option<More>,
}

/// How long the picture as text stays as it is while time runs, in milliseconds.
const READING: f64 = 500.0;

/// What the reader has opened.
#[derive(Default)]
pub(crate) struct Opened {
    as_text: bool,
    /// The mark whose actions are listed.
    mark: Option<String>,
    place: NodeRef,
    /// The picture as it is being read, and since when.
    read: RefCell<Option<(f64, Rc<Diagram>)>>,
}

impl Part for DiagramView {
    type Memory = Opened;

    fn show(&self, opened: &Opened, change: &Change) -> Html {
        let diagram = &self.diagram;
        let press = {
            let on_act = &self.on_act;
            let on_act = self.more.as_ref().map_or_else(|| on_act.clone(), |more| more.0.at_once(on_act));
            let change = change.clone();
            Callback::from(move |mark: Mark| match &*mark.acts {
                [act] if act.typed.is_none() => on_act.emit(act.clone()),
                _ => change.make(|opened: &mut Opened| {
                    let is_open = opened.mark.as_deref() == Some(&*mark.id);
                    opened.mark = (!is_open).then_some(mark.id);
                }),
            })
        };
        let wide = diagram.width > 700.0;
        let open = opened.mark.as_deref();
        let more = self.more.as_ref();
        let frame = draw::Frame { wide, width: diagram.width, height: diagram.height, open, press: &press, more };
        let chosen = open.and_then(|id| diagram.marks.iter().find(|mark| mark.id == id && draw::opens(mark)));
        let fields = canvas::fields(diagram);
        let text = opened.as_text.then(|| {
            let now = dom::real_ms();
            let mut read = opened.read.borrow_mut();
            let (_, reading) = match &mut *read {
                Some(read) if self.playing && now - read.0 < READING => read,
                read => read.insert((now, diagram.clone())),
            };
            table::table(reading, &self.on_act, more)
        });
        let mut picture = el("svg[role=group][preserveAspectRatio=xMidYMid meet]")
            .set("viewBox", format!("0 0 {} {}", words::num(diagram.width), words::num(diagram.height)))
            .set("aria-label", diagram.name.clone());
        for mark in &diagram.marks {
            picture = picture.put(draw::mark(mark, &frame));
        }
        let below = (!fields.is_empty()).then(|| part(canvas::Canvas { fields, width: diagram.width }));
        let menu = chosen.map(|mark| {
            let change = change.clone();
            let on_close = Callback::from(move |()| change.make(|opened: &mut Opened| opened.mark = None));
            match more {
                Some(more) => more.0.menu(mark, &opened.place, &self.on_act, on_close),
                None => menu::Menu::beside(mark, &opened.place, &self.on_act, on_close),
            }
        });
        let change = change.clone();
        let switch = el("button.dg-as-text[type=button]")
            .either("aria-expanded", opened.as_text)
            .on("click", move |_: Event| change.make(|opened: &mut Opened| opened.as_text = !opened.as_text))
            .text(if opened.as_text { "Hide text" } else { "Picture as text" });
        el("div.diagram")
            .class(if wide { "dg-wide" } else { "dg-narrow" })
            .put(el("div.dg-frame").node(&opened.place).put(maybe(below)).put(picture).put(maybe(menu)))
            .put(el("p.dg-foot").put(switch))
            .put(maybe(text))
            .html()
    }
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
