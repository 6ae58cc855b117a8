//! The picture: a row a hop, with who it is and what it is about; the waterfall beside or below it, and its rule.

use super::calls::{Reply, State};
use super::setup::{A, B, C, CLIENT, HEADS, told};
use super::trail::Bar;
use super::waterfall::{self, Scale};
use super::{Lab, fix, numbers};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone, View};
use crate::lab::text;

/// Where things stand in a layout.
pub(super) struct Places {
    pub(super) wide: bool,
    /// From where to where time runs.
    pub(super) left: f32,
    pub(super) right: f32,
    /// How high the bars of a row are together.
    pub(super) bars: f32,
    /// Where the rows begin.
    rows: [f32; 4],
}

impl Places {
    fn of(layout: Layout) -> Self {
        match layout {
            Layout::Wide => {
                Self { wide: true, left: 238.0, right: 1050.0, bars: 40.0, rows: [6.0, 100.0, 194.0, 288.0] }
            }
            Layout::Narrow => {
                Self { wide: false, left: 12.0, right: 326.0, bars: 22.0, rows: [4.0, 96.0, 212.0, 328.0] }
            }
        }
    }

    fn node(&self, hop: usize) -> Area {
        let y = self.rows.get(hop).copied().unwrap_or_default();
        if self.wide { Area { x: 20.0, y, w: 196.0, h: 68.0 } } else { Area { x: 12.0, y, w: 316.0, h: 42.0 } }
    }

    /// The top of a row's bars.
    pub(super) fn top(&self, hop: usize) -> f32 {
        let node = self.node(hop);
        if self.wide { node.y } else { node.y + node.h + 7.0 }
    }

    pub(super) fn foot(&self) -> f32 {
        self.top(C) + self.bars + 10.0
    }

    pub(super) fn x(&self, share: f32) -> f32 {
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0)
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let places = Places::of(view.layout);
    let scale = Scale::of(lab, view.reach, &places);
    let mut marks = Vec::new();
    waterfall::lines(lab, &scale, &places, &mut marks);
    for hop in CLIENT..=C {
        marks.push(node(lab, hop, view, &places));
        waterfall::row(lab, hop, &scale, &places, &mut marks);
    }
    rules(lab, view, &places, &mut marks);
    let y = places.foot();
    let at = |x| Point { x, y };
    let axis = Shape::Axis { from: at(places.left), to: at(places.right), ticks: scale.ticks() };
    let said = if lab.trail.request == 0 {
        "time from sending".to_owned()
    } else {
        format!("time from sending request {}", lab.trail.request)
    };
    marks.push(Mark::new("axis", axis, Tone::Plain, "", said));
    // Below its right end stands the way to the picture as text.
    let height = y + if places.wide { 52.0 } else { 66.0 };
    let (nobody, who) = numbers::for_nobody(lab);
    let busy = if nobody > 0 { format!("{who} busy for nobody") } else { "nobody works for nobody".to_owned() };
    let name = format!("A request from the client over A and B to C as a waterfall; {busy}");
    Diagram { width: if places.wide { 1080.0 } else { 340.0 }, height, name, marks }
}

/// The bar that a hop's row tells of: the latest one that goes on, or the latest.
fn told_of(lab: &Lab, hop: usize) -> Option<&Bar> {
    let mut bars = lab.trail.bars.iter().rev().filter(|bar| bar.hop == hop);
    bars.clone()
        .find(|bar| bar.to.is_none() && bar.nobody.is_none())
        .or_else(|| bars.clone().find(|bar| bar.to.is_none()))
        .or_else(|| bars.next())
}

/// What a hop is about, with its tone.
fn about(lab: &Lab, hop: usize) -> (String, Tone) {
    let hung = lab.hung.get(hop) == Some(&true);
    let Some(bar) = told_of(lab, hop) else {
        return if hung {
            ("… hangs".to_owned(), Tone::Bad)
        } else if hop == C {
            (format!("p99 {}", text::about(lab.setup.p99())), Tone::Plain)
        } else {
            (format!("waits {}", told(lab.chain.timeout(hop))), Tone::Plain)
        };
    };
    if let Some((at, reply)) = bar.to {
        let took = text::about(at.since(bar.from));
        let said = match reply {
            Reply::Answer => (format!("✓ answered after {took}"), Tone::Ok),
            Reply::Failed => (format!("✕ failed after {took}"), Tone::Bad),
            Reply::Refused => ("■ turned away".to_owned(), Tone::Half),
        };
        return if hung { ("… hangs".to_owned(), Tone::Bad) } else { said };
    }
    let below = HEADS.get(hop + 1).copied().unwrap_or_default();
    let call = lab.calls.get(bar.id);
    let left = call.and_then(|call| call.patience).map(|until| text::countdown(until.since(lab.now)));
    let doing = match call.map(|call| call.state) {
        Some(State::Hung) => "hangs".to_owned(),
        Some(State::Working) => "works".to_owned(),
        Some(State::Pausing) => "waits to try again".to_owned(),
        _ => left.map_or_else(|| format!("waits for {below} for ever"), |left| format!("waits for {below}, {left}")),
    };
    match (bar.nobody.is_some(), bar.hung) {
        (true, _) => (format!("✕ {doing}, for nobody"), Tone::Bad),
        (false, true) => (format!("… {doing}"), Tone::Bad),
        (false, false) => (format!("◌ {doing}"), Tone::Info),
    }
}

fn node(lab: &Lab, hop: usize, view: View, places: &Places) -> Mark {
    let (mut note, tone) = about(lab, hop);
    let held = lab.calls.held.get(hop).copied().unwrap_or(0);
    if held > 1 {
        let what = if hop == CLIENT {
            text::counted(held.into(), "request", "requests")
        } else {
            text::counted(held.into(), "thread", "threads")
        };
        note = format!("{note} · {what}");
    }
    let head = HEADS.get(hop).copied().unwrap_or_default();
    let mark = Mark::new(format!("hop-{hop}"), Shape::Node { at: places.node(hop) }, tone, head, note);
    let number = hop as i64;
    match (view.editing, hop) {
        (true, CLIENT..=B) => {
            let made = fix::consistent(&lab.setup.chain, lab.setup.p99());
            let mut mark = mark;
            let (timeout, attempts) = (made.timeout(hop), made.attempts(hop));
            if timeout != lab.setup.chain.timeout(hop) {
                mark = mark.with("fit", &[number], format!("Set {head}'s timeout to {}", told(timeout)));
            }
            if attempts != lab.setup.chain.attempts(hop) {
                let times = text::counted(attempts.into(), "attempt", "attempts");
                mark = mark.with("fit_attempts", &[number], format!("Let {head} make {times}"));
            }
            mark
        }
        (true, _) | (false, CLIENT) => mark,
        (false, _) if lab.hung.get(hop) == Some(&true) => mark.with("heal_hop", &[number], format!("Heal {head}")),
        (false, _) => mark.with("hang_hop", &[number], format!("Let {head} hang")),
    }
}

/// The rules of A and B below their bars; the client's where it is broken.
fn rules(lab: &Lab, view: View, places: &Places, marks: &mut Vec<Mark>) {
    for (rule, _) in numbers::rules_now(lab) {
        let (sign, tone) = numbers::sign(&rule);
        let well = rule.kept().is_well();
        if rule.hop < A && well {
            continue;
        }
        let at =
            Point { x: places.left, y: places.top(rule.hop) + places.bars + if places.wide { 22.0 } else { 17.0 } };
        let said = format!("{sign} {}", rule.brief());
        // Both quiet on a phone, where there is no room for large letters.
        let (label, note) = if well || !places.wide { (String::new(), said) } else { (said, String::new()) };
        let shape = Shape::Words { at, anchor: Anchor::Start };
        let mark = Mark::new(format!("rule-{}", rule.hop), shape, tone, label, note);
        marks.push(if well || view.editing || lab.broken() == 0 { mark } else { mark.with("fix", &[], "Fix it") });
    }
}
