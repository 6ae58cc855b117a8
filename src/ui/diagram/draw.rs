//! A mark in the DOM: its body, what tells of it to those who do not see it, and how it is pressed.

use web_sys::KeyboardEvent;
use yew::{Callback, Html};

use super::super::el::{El, el};
use crate::lab::scene::{Area, Mark, Shape};

use super::More;
use super::measure::{bounds, inflate, reach, round};
use super::shapes::Stand;
use super::words::{Role, width};
use super::{fields, shapes, tone};

/// What all marks of a picture share.
pub(super) struct Frame<'a> {
    /// Whether it is the wide layout.
    pub(super) wide: bool,
    /// Of the picture, in units.
    pub(super) width: f32,
    /// Of the picture, in units.
    pub(super) height: f32,
    /// The mark whose actions are listed.
    pub(super) open: Option<&'a str>,
    /// What happens when a mark is pressed.
    pub(super) press: &'a Callback<Mark>,
    /// What draws dots, bars and scales.
    pub(super) more: Option<&'a More>,
}

/// Draws a mark; its id is its key, so that it keeps its nodes from frame to frame.
pub(super) fn mark(mark: &Mark, frame: &Frame) -> Html {
    let kind = kind(&mark.shape);
    let shade = match &mark.shape {
        Shape::Token { sign, .. } => shapes::outcome(mark.tone, *sign),
        _ => mark.tone,
    };
    if mark.acts.is_empty() {
        // Words are read as text; what has neither label nor note only decorates.
        let words = matches!(mark.shape, Shape::Words { .. });
        let silent = matches!(mark.shape, Shape::Arc { .. }) || (mark.label.is_empty() && mark.note.is_empty());
        let mut drawn = el("g.dg-mark").key(&mark.id).class(kind).class(tone(shade)).put(body(mark, frame));
        if silent {
            drawn = drawn.word("aria-hidden", "true");
        } else if !words {
            drawn = drawn.word("role", "img").set("aria-label", name(mark));
        }
        return drawn.html();
    }
    let press = frame.press.clone();
    let pressed = mark.clone();
    let open = frame.open == Some(&*mark.id);
    let mut drawn = el("g.dg-mark.dg-act[tabindex=0][role=button]")
        .key(&mark.id)
        .class(kind)
        .class(tone(shade))
        .class_if(open, "dg-open")
        .set("aria-label", format!("{}: {}", name(mark), deed(mark)))
        .press(frame.press, mark.clone())
        .on("keydown", move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                // Or Space would scroll, and play or pause.
                event.prevent_default();
                event.stop_propagation();
                if !event.repeat() {
                    press.emit(pressed.clone());
                }
            }
        });
    if opens(mark) {
        let what = if asks(mark) { "dialog" } else { "menu" };
        drawn = drawn.word("aria-haspopup", what).either("aria-expanded", open);
    }
    let (target, ring) = (target(mark, frame.wide), ring(mark, frame.wide));
    drawn.put(target).put(body(mark, frame)).put(ring).put(hint(mark, frame)).html()
}

/// Whether something about it can be typed.
fn asks(mark: &Mark) -> bool {
    mark.acts.iter().any(|act| act.typed.is_some())
}

/// Whether what can be done to it is listed first: all but a single act that asks for nothing.
pub(super) fn opens(mark: &Mark) -> bool {
    mark.acts.len() > 1 || asks(mark)
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Node { .. } => "dg-node",
        Shape::Wire { .. } => "dg-line",
        Shape::Switch { .. } => "dg-switch",
        Shape::Pips { .. } => "dg-pips",
        Shape::Token { .. } => "dg-token",
        Shape::Arc { .. } => "dg-turned",
        Shape::Grid { .. } => "dg-grid",
        Shape::Meter { .. } => "dg-meter",
        Shape::Span { .. } => "dg-bar",
        Shape::Words { .. } => "dg-words",
        Shape::Dots { .. } | Shape::Bars { .. } | Shape::Axis { .. } => "dg-plot",
    }
}

fn body(mark: &Mark, frame: &Frame) -> Html {
    let (wide, edge) = (frame.wide, frame.width - 4.0);
    match &mark.shape {
        Shape::Node { at } => shapes::node(mark, *at, wide),
        Shape::Wire { path, cut } => shapes::wire(mark, path, *cut, wide, edge),
        Shape::Switch { at, radius, blade, ring, upright } => {
            let stand = Stand { at: *at, radius: *radius, blade: *blade, ring: *ring, upright: *upright };
            shapes::switch(mark, &stand, wide)
        }
        Shape::Pips { at, filled, of, upright } => shapes::pips(mark, *at, (*filled, *of), *upright, wide, edge),
        Shape::Token { at, sign } => shapes::request(*at, *sign, wide),
        Shape::Arc { from, to, bulge, fresh } => shapes::arc(mark, (*from, *to), *bulge, *fresh, wide, edge),
        Shape::Grid { at, columns, runs } => fields::grid(mark, *at, *columns, runs, wide),
        Shape::Meter { at, fill } => fields::meter(mark, *at, *fill, wide),
        Shape::Span { at, wasted } => fields::span(mark, *at, *wasted, wide, edge),
        Shape::Words { at, anchor } => fields::words(mark, *at, *anchor, wide, edge),
        Shape::Dots { .. } | Shape::Bars { .. } | Shape::Axis { .. } => {
            frame.more.map_or_else(Html::default, |more| more.0.draw(mark, wide))
        }
    }
}

/// A mark's label and note, or its id where it has neither.
pub(super) fn name(mark: &Mark) -> String {
    match (mark.label.is_empty(), mark.note.is_empty()) {
        (false, false) => format!("{}, {}", mark.label, mark.note),
        (false, true) => mark.label.clone(),
        (true, false) => mark.note.clone(),
        (true, true) => part(mark),
    }
}

/// A mark's id as words.
pub(super) fn part(mark: &Mark) -> String {
    mark.id.chars().map(|letter| if letter == '-' { ' ' } else { letter }).collect()
}

fn deed(mark: &Mark) -> String {
    match &*mark.acts {
        [act] => act.label.clone(),
        _ if asks(mark) => "edit".to_owned(),
        acts => format!("{} actions", acts.len()),
    }
}

/// What a finger hits: never smaller than it needs.
fn target(mark: &Mark, wide: bool) -> El {
    if let Shape::Wire { path, .. } = &mark.shape {
        let width = if wide { "32" } else { "31" };
        return el("path.dg-reach-line").set("d", shapes::polyline(path)).word("stroke-width", width);
    }
    el("rect.dg-reach").area(reach(bounds(mark, wide), wide))
}

fn ring(mark: &Mark, wide: bool) -> El {
    let tight = bounds(mark, wide);
    let at = inflate(tight, 5.0);
    let circle = match mark.shape {
        Shape::Switch { .. } | Shape::Token { .. } => true,
        Shape::Node { at } => round(at),
        _ => false,
    };
    let rx = if circle { at.w / 2.0 } else { (if wide { 18.0_f32 } else { 16.0 }).min(at.h / 2.0) };
    el("rect.dg-focus").area(at).num("rx", rx)
}

/// What pressing does, shown on hover and focus below the mark, or above it where the picture ends.
fn hint(mark: &Mark, frame: &Frame) -> El {
    let words = format!("Click: {}", deed(mark));
    let at = bounds(mark, frame.wide);
    let (w, h) = (width(&words, Role::Note, frame.wide) + 22.0, Role::Note.size(frame.wide) + 13.0);
    let below = at.y + at.h + 11.0;
    let y = if below + h <= frame.height { below } else { (at.y - 11.0 - h).max(1.0) };
    let x = (at.centre().x - w / 2.0).min(frame.width - w - 1.0).max(1.0);
    let pill = Area { x, y, w, h };
    let base = pill.centre().y + Role::Note.size(frame.wide) * 0.35;
    el("g.dg-hint[aria-hidden=true]")
        .put(el("rect").area(pill).num("rx", h / 2.0))
        .put(el("text.dg-note[text-anchor=middle]").num("x", pill.centre().x).num("y", base).text(words))
}
