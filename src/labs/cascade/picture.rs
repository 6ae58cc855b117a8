//! The picture: each caller's threads as marks, and what they wait for.

use halfopen_core::breaker::{State, Trip};

use super::{Lab, Lane};
use crate::lab::scene::{Area, Diagram, Layout, Mark, Point, Shape, Tone};
use crate::lab::{text, wording};

/// Marks in a drawn pool at most; each stands for as many threads as it takes.
const MARKS: u32 = 1_000;

/// Where a lane's parts stand.
struct Places {
    grid: Area,
    columns: u32,
    /// From the pool to the backend, or to the switch before it.
    wire: Vec<Point>,
    /// Where the switch's wire ends.
    ends: Point,
    switch: (Point, f32),
    backend: Area,
}

fn places(layout: Layout, lane: f32) -> Places {
    let point = |x, y| Point { x, y };
    match layout {
        Layout::Wide => {
            let y = lane * 214.0;
            Places {
                grid: Area { x: 40.0, y: y + 40.0, w: 520.0, h: 131.0 },
                columns: 64,
                wire: vec![point(560.0, y + 106.0)],
                ends: point(850.0, y + 106.0),
                switch: (point(706.0, y + 106.0), 92.0),
                backend: Area { x: 850.0, y: y + 60.0, w: 190.0, h: 92.0 },
            }
        }
        // The pool's threads stand above, so the wire leaves them at their side. Only the lane with a switch is as high.
        Layout::Narrow => {
            let y = lane * 202.0;
            let row = y + if lane > 0.0 { 184.0 } else { 158.0 };
            Places {
                grid: Area { x: 36.0, y: y + 30.0, w: 288.0, h: 56.0 },
                columns: 72,
                wire: vec![point(36.0, y + 58.0), point(18.0, y + 58.0), point(18.0, row)],
                ends: point(206.0, row),
                switch: (point(112.0, row), 70.0),
                backend: Area { x: 206.0, y: row - 32.0, w: 122.0, h: 64.0 },
            }
        }
    }
}

pub(super) fn diagram(lab: &Lab, layout: Layout) -> Diagram {
    let mut marks = Vec::new();
    lane_marks(lab, &lab.without, "without", &places(layout, 0.0), &mut marks);
    lane_marks(lab, &lab.with, "with", &places(layout, 1.0), &mut marks);
    let (width, height) = if layout == Layout::Wide { (1080.0, 416.0) } else { (340.0, 460.0) };
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
    let per_mark = threads.div_ceil(MARKS).max(1);
    let drawn = threads.div_ceil(per_mark);
    let waiting = lane.used.div_ceil(per_mark).min(drawn);
    let tone = if lab.hung { if lane.full { Tone::Bad } else { Tone::Half } } else { Tone::Ok };
    let id = |part: &str| format!("{name}-{part}");
    let title = if lane.breaker.is_some() { "With a breaker, inside the retry" } else { "Without a breaker" };
    let held = text::grouped(i64::from(lane.used));
    let state = match (lane.full, lane.state()) {
        (true, _) => format!("{held} held: full, new requests are refused"),
        (false, Some(State::Open | State::HalfOpen)) => format!("{held} held; the fallback answers"),
        (false, _) => format!("{held} of {} held", text::grouped(i64::from(threads))),
    };
    // Said once: it holds for both pools.
    let note = match (lane.breaker.is_some(), per_mark) {
        (true, _) => state,
        (false, 1) => format!("{state} · a mark is a thread, a dot a free one"),
        (false, many) => format!("{state} · a mark is {many} threads, a dot free ones"),
    };
    let runs = vec![(waiting, tone), (drawn - waiting, Tone::Faint)];
    let grid = Shape::Grid { at: places.grid, columns: places.columns, runs };
    marks.push(Mark::new(id("threads"), grid, tone, title, note));
    let wire = |id: String, path| Mark::new(id, Shape::Wire { path, cut: false }, Tone::Plain, "", "");
    let to = |end: Point| places.wire.iter().copied().chain([end]).collect();
    if let Some(breaker) = &lane.breaker {
        let (at, radius) = places.switch;
        let along = |by: f32| Point { x: at.x + by, ..at };
        marks.push(wire(id("wire-in"), to(along(-radius))));
        marks.push(wire(id("wire-out"), vec![along(radius), places.ends]));
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
        marks.push(wire(id("wire"), to(places.ends)));
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
