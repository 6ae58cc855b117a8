//! The picture: each caller's threads as squares, and what they wait for.

use halfopen_core::breaker::{State, Trip};

use super::{Lab, Lane};
use crate::lab::scene::{Area, Diagram, Layout, Mark, Point, Shape, Tone};
use crate::lab::{text, wording};

/// Squares in a drawn pool at most; each stands for as many threads as it takes.
const SQUARES: u32 = 1_000;

/// Where a lane's parts stand.
struct Places {
    grid: Area,
    columns: u32,
    wire: [Point; 2],
    switch: (Point, f32),
    backend: Area,
}

fn places(layout: Layout, lane: f32) -> Places {
    match layout {
        Layout::Wide => {
            let y = lane * 214.0;
            Places {
                grid: Area { x: 40.0, y: y + 40.0, w: 520.0, h: 131.0 },
                columns: 64,
                wire: [Point { x: 560.0, y: y + 106.0 }, Point { x: 850.0, y: y + 106.0 }],
                switch: (Point { x: 706.0, y: y + 106.0 }, 92.0),
                backend: Area { x: 850.0, y: y + 60.0, w: 190.0, h: 92.0 },
            }
        }
        Layout::Narrow => {
            let y = lane * 322.0;
            Places {
                grid: Area { x: 16.0, y: y + 34.0, w: 308.0, h: 96.0 },
                columns: 57,
                wire: [Point { x: 16.0, y: y + 242.0 }, Point { x: 206.0, y: y + 242.0 }],
                switch: (Point { x: 110.0, y: y + 242.0 }, 70.0),
                backend: Area { x: 206.0, y: y + 206.0, w: 122.0, h: 72.0 },
            }
        }
    }
}

pub(super) fn diagram(lab: &Lab, layout: Layout) -> Diagram {
    let mut marks = Vec::new();
    lane_marks(lab, &lab.without, "without", &places(layout, 0.0), &mut marks);
    lane_marks(lab, &lab.with, "with", &places(layout, 1.0), &mut marks);
    let (width, height) = if layout == Layout::Wide { (1080.0, 416.0) } else { (340.0, 640.0) };
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
    let runs = vec![(waiting, tone), (squares - waiting, Tone::Faint)];
    let grid = Shape::Grid { at: places.grid, columns: places.columns, runs };
    marks.push(Mark::new(id("threads"), grid, tone, title, format!("{state} · {each}")));
    let wire =
        |id: String, from, to| Mark::new(id, Shape::Wire { path: vec![from, to], cut: false }, Tone::Plain, "", "");
    if let Some(breaker) = &lane.breaker {
        let (at, radius) = places.switch;
        let along = |by: f32| Point { x: at.x + by, ..at };
        marks.push(wire(id("wire-in"), places.wire[0], along(-radius)));
        marks.push(wire(id("wire-out"), along(radius), places.wire[1]));
        let state = breaker.state();
        let ring = breaker
            .wait_ends()
            .zip(breaker.wait())
            .map(|(ends, wait)| (ends.since(lab.now).as_secs_f64() / wait.as_secs_f64().max(1e-9)) as f32);
        let note = match (state, breaker.wait_ends()) {
            (State::Open, Some(ends)) => {
                format!("probe in {}", text::countdown(ends.since(lab.now)))
            }
            (State::HalfOpen, _) => "a probe is out".to_owned(),
            _ => format!("{} of {} failed", breaker.figures(lab.now).failures_in_a_row, breaker_threshold(lab)),
        };
        let shape = Shape::Switch { at, radius, blade: wording::state_blade(state), ring, upright: false };
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
