//! The picture: each caller's threads as squares, and what they wait for.

use std::time::Duration;

use halfopen_core::breaker::{State, Trip};

use super::{Lab, Lane};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone};
use crate::lab::{text, wording};

/// Squares in a drawn pool at most; each stands for as many threads as it takes.
const SQUARES: u32 = 1_000;

/// Where a lane's parts stand.
struct Places {
    title: Point,
    grid: Area,
    columns: u32,
    state: Point,
    wire: [Point; 2],
    switch: (Point, f32),
    backend: Area,
    upright: bool,
}

fn places(layout: Layout, lane: f32) -> Places {
    match layout {
        Layout::Wide => {
            let y = 14.0 + lane * 208.0;
            Places {
                title: Point { x: 40.0, y: y + 16.0 },
                grid: Area { x: 40.0, y: y + 30.0, w: 520.0, h: 130.0 },
                columns: 50,
                state: Point { x: 40.0, y: y + 184.0 },
                wire: [Point { x: 560.0, y: y + 95.0 }, Point { x: 850.0, y: y + 95.0 }],
                switch: (Point { x: 705.0, y: y + 95.0 }, 64.0),
                backend: Area { x: 850.0, y: y + 50.0, w: 190.0, h: 90.0 },
                upright: false,
            }
        }
        Layout::Narrow => {
            let y = lane * 322.0;
            Places {
                title: Point { x: 16.0, y: y + 20.0 },
                grid: Area { x: 16.0, y: y + 32.0, w: 308.0, h: 92.0 },
                columns: 50,
                state: Point { x: 16.0, y: y + 144.0 },
                wire: [Point { x: 170.0, y: y + 156.0 }, Point { x: 170.0, y: y + 246.0 }],
                switch: (Point { x: 170.0, y: y + 201.0 }, 44.0),
                backend: Area { x: 75.0, y: y + 246.0, w: 190.0, h: 56.0 },
                upright: true,
            }
        }
    }
}

pub(super) fn diagram(lab: &Lab, layout: Layout) -> Diagram {
    let mut marks = Vec::new();
    lane_marks(lab, &lab.without, "without", &places(layout, 0.0), &mut marks);
    lane_marks(lab, &lab.with, "with", &places(layout, 1.0), &mut marks);
    let (width, height) = if layout == Layout::Wide { (1080.0, 424.0) } else { (340.0, 636.0) };
    let backend = if lab.hung { "hanging" } else { "answering" };
    let full = |lane: &Lane| if lane.full { "full" } else { "not full" };
    let name = format!(
        "Two callers and a backend that is {backend}; pool without a breaker {}, pool with a breaker {}",
        full(&lab.without),
        full(&lab.with)
    );
    Diagram { width, height, name, marks }
}

fn lane_marks(lab: &Lab, lane: &Lane, name: &str, places: &Places, marks: &mut Vec<Mark>) {
    let threads = lab.setup.threads;
    let per_square = threads.div_ceil(SQUARES).max(1);
    let squares = threads.div_ceil(per_square);
    let waiting = lane.used.div_ceil(per_square).min(squares);
    let tone = if lab.hung { if lane.full { Tone::Bad } else { Tone::Half } } else { Tone::Ok };
    let id = |part: &str| format!("{name}-{part}");
    let title = if lane.breaker.is_some() { "With a breaker, inside the retry" } else { "Without a breaker" };
    let each =
        if per_square == 1 { "a square is a thread".to_owned() } else { format!("a square is {per_square} threads") };
    let held = text::grouped(i64::from(lane.used));
    let state = match (lane.full, lane.state()) {
        (true, _) => format!("{held} held: full, new requests are refused"),
        (false, Some(State::Open | State::HalfOpen)) => format!("{held} held; the fallback answers"),
        (false, _) => format!("{held} of {} held", text::grouped(i64::from(threads))),
    };
    let words = |at, anchor| Shape::Words { at, anchor };
    marks.push(Mark::new(id("title"), words(places.title, Anchor::Start), Tone::Plain, title, ""));
    let runs = vec![(waiting, tone), (squares - waiting, Tone::Faint)];
    marks.push(Mark::new(
        id("threads"),
        Shape::Grid { at: places.grid, columns: places.columns, runs },
        tone,
        format!("threads, {}", state),
        each.clone(),
    ));
    marks.push(Mark::new(id("state"), words(places.state, Anchor::Start), tone, "", format!("{state} · {each}")));
    let wire =
        |id: String, from, to| Mark::new(id, Shape::Wire { path: vec![from, to], cut: false }, Tone::Plain, "", "");
    if let Some(breaker) = &lane.breaker {
        let (at, radius) = places.switch;
        let along = |by: f32| if places.upright { Point { y: at.y + by, ..at } } else { Point { x: at.x + by, ..at } };
        marks.push(wire(id("wire-in"), places.wire[0], along(-radius)));
        marks.push(wire(id("wire-out"), along(radius), places.wire[1]));
        let state = breaker.state();
        let ring = breaker
            .wait_ends()
            .zip(breaker.wait())
            .map(|(ends, wait)| (ends.since(lab.now).as_secs_f64() / wait.as_secs_f64().max(1e-9)) as f32);
        let note = match (state, breaker.wait_ends()) {
            (State::Open, Some(ends)) => {
                format!("probe in {}", text::about(Duration::from_millis(ends.since(lab.now).as_millis() as u64)))
            }
            (State::HalfOpen, _) => "a probe is out".to_owned(),
            _ => format!("{} of {}", breaker.figures(lab.now).failures_in_a_row, breaker_threshold(lab)),
        };
        let shape = Shape::Switch { at, radius, blade: wording::state_blade(state), ring, upright: places.upright };
        marks.push(Mark::new(id("breaker"), shape, wording::state_tone(state), wording::state_word(state), note));
    } else {
        marks.push(wire(id("wire"), places.wire[0], places.wire[1]));
    }
    let (tone, note, action, label) = if lab.hung {
        (Tone::Bad, "… never answers", "heal", "Heal the backend")
    } else {
        (Tone::Plain, "✓ answering", "hang", "Make the backend hang")
    };
    marks.push(Mark::new(id("backend"), Shape::Node { at: places.backend }, tone, "Backend", note).with(
        action,
        &[],
        label,
    ));
}

fn breaker_threshold(lab: &Lab) -> u32 {
    match lab.setup.breaker.settings().trip {
        Trip::Consecutive { failures } | Trip::Failures { failures } => failures,
        Trip::Rate { percent, .. } => percent,
    }
}
