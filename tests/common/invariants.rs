//! What must hold for everything that a running lab shows.

use std::collections::BTreeSet;

use halfopen::lab::scene::{Area, Point};
use halfopen::lab::{Chart, Diagram, Entrance, Mark, Record, Scene, Shape};
use halfopen_core::Instant;

/// Lower-case words joined by `joint`.
pub fn is_name(text: &str, joint: char) -> bool {
    text.split(joint).all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Text that a reader sees: not empty, no slip of formatting.
pub fn assert_text(text: &str, what: &str) {
    assert!(!text.trim().is_empty(), "{what} is empty");
    assert!(!text.contains("  "), "{what} has a double space: {text:?}");
    assert_eq!(text.trim(), text, "{what} has space around it");
    for slip in ["NaN", "inf ", "{}", "{:", "Some(", "None,", " ,", " .", ".."] {
        assert!(!text.contains(slip), "{what} has {slip:?} in it: {text:?}");
    }
}

/// A sentence that a reader sees.
pub fn assert_sentence(text: &str, what: &str) {
    assert_text(text, what);
    assert!(text.ends_with(['.', '?', '!', ':']), "{what} does not end: {text:?}");
}

/// Names that must differ from each other.
pub fn assert_unique<T: Ord + core::fmt::Debug>(names: impl IntoIterator<Item = T>, what: &str) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(!seen.contains(&name), "{what}: {name:?} twice");
        seen.insert(name);
    }
}

/// The log reads well and is in order.
pub fn assert_log(record: &Record, now: Instant) {
    let mut last = Instant::ZERO;
    for (number, entry) in (record.dropped()..).zip(record.entries()) {
        assert_eq!(entry.number, number, "number of {:?}", entry.text);
        assert!(last <= entry.at && entry.at <= now, "{:?} out of order at {}", entry.text, entry.at);
        last = entry.at;
        assert_sentence(&entry.sentence(), "an entry of the log");
        assert_text(&entry.text, "the text of an entry");
    }
    let healths = record.healths();
    assert!(healths.is_sorted_by_key(|health| health.0), "healths out of order");
    assert!(healths.last().is_none_or(|last| last.0 <= now), "health of the future");
}

/// A scene is complete, finite, inside its bounds, and names real actions.
pub fn assert_scene(lab: &Entrance, scene: &Scene, layout: halfopen::lab::Layout) {
    for readout in &scene.readouts {
        assert!(is_name(readout.id, '_'), "readout {}", readout.id);
        assert_text(readout.label, "a readout's label");
        assert_text(&readout.value, readout.id);
        assert!(readout.number.is_none_or(f64::is_finite), "readout {} is not finite", readout.id);
    }
    assert_unique(scene.readouts.iter().map(|readout| readout.id), "readouts");
    assert_unique(scene.buttons.iter().map(|button| button.action), "buttons");
    for button in &scene.buttons {
        let place = lab.action(button.action).unwrap_or_else(|| panic!("button for unknown {}", button.action));
        assert!(place.button, "{} has no button", place.id);
        let sends = lab.action(button.sends).unwrap_or_else(|| panic!("button sends unknown {}", button.sends));
        assert!(sends.args.is_empty(), "a button cannot give {} its arguments", sends.id);
        assert_text(&button.label, "a button's label");
    }
    for why in &scene.why {
        assert_text(&why.rule, "a rule");
        assert_text(&why.now, "a rule's numbers");
    }
    let wide = layout == halfopen::lab::Layout::Wide;
    assert_diagram(lab, &scene.diagram, if wide { 1080.0 } else { 340.0 });
}

fn assert_diagram(lab: &Entrance, diagram: &Diagram, width: f32) {
    assert_eq!(diagram.width, width);
    assert!(diagram.height > 0.0 && diagram.height < 2000.0, "height {}", diagram.height);
    assert_text(&diagram.name, "a diagram's name");
    assert_unique(diagram.marks.iter().map(|mark| &mark.id), "marks");
    for mark in &diagram.marks {
        assert!(!mark.id.is_empty() && !mark.id.contains(char::is_whitespace), "mark {:?}", mark.id);
        for text in [&mark.label, &mark.note] {
            if !text.is_empty() {
                assert_text(text, &mark.id);
            }
        }
        assert_shape(diagram, mark);
        for act in &mark.acts {
            assert_text(&act.label, &mark.id);
            if lab.edit(act.action).is_some() {
                continue;
            }
            assert_eq!(act.typed, None, "{} asks for what {} does not take", mark.id, act.action);
            let action = lab.action(act.action).unwrap_or_else(|| panic!("{} does unknown {}", mark.id, act.action));
            assert_eq!(act.args.len(), action.args.len(), "arguments of {} on {}", act.action, mark.id);
            for (arg, (min, max)) in act.args.iter().zip(action.args) {
                assert!((min..=max).contains(&arg), "{} on {} out of bounds", act.action, mark.id);
            }
        }
    }
}

fn assert_shape(diagram: &Diagram, mark: &Mark) {
    let id = &mark.id;
    // A stroke's half width may stand over the edge.
    let inside = |Point { x, y }: Point, margin: f32| {
        let fits = |at: f32, size: f32| at.is_finite() && at - margin >= -1.0 && at + margin <= size + 1.0;
        assert!(fits(x, diagram.width) && fits(y, diagram.height), "{id} at {x}, {y} ± {margin} stands out");
    };
    let area = |at: Area| {
        assert!(at.w >= 0.0 && at.h >= 0.0, "{id} has a negative size");
        inside(Point { x: at.x, y: at.y }, 0.0);
        inside(Point { x: at.x + at.w, y: at.y + at.h }, 0.0);
    };
    let share = |share: f32| assert!((0.0..=1.0).contains(&share), "{id}: {share} is no share");
    match &mark.shape {
        Shape::Node { at } | Shape::Span { at, .. } => area(*at),
        Shape::Wire { path, .. } => {
            assert!(path.len() > 1, "{id} leads nowhere");
            path.iter().for_each(|point| inside(*point, 0.0));
        }
        Shape::Switch { at, radius, ring, .. } => {
            assert!(*radius > 0.0, "{id} has no radius");
            inside(*at, *radius);
            if let Some(ring) = ring {
                share(*ring);
            }
        }
        Shape::Pips { at, filled, of, .. } => {
            inside(*at, 0.0);
            assert!(filled <= of, "{id}: {filled} of {of} pips");
        }
        Shape::Token { at, .. } | Shape::Words { at, .. } => inside(*at, 0.0),
        Shape::Arc { from, to, bulge, fresh } => {
            inside(*from, 0.0);
            inside(*to, 0.0);
            assert!(bulge.is_finite(), "{id}");
            share(*fresh);
        }
        Shape::Grid { at, columns, .. } => {
            area(*at);
            assert!(*columns > 0, "{id} has no columns");
        }
        Shape::Meter { at, fill } => {
            area(*at);
            share(*fill);
        }
        Shape::Dots { at, size } => {
            assert!(*size > 0.0, "{id} has no size");
            at.iter().for_each(|at| inside(*at, 0.0));
        }
        Shape::Bars { at, heights } => {
            area(*at);
            heights.iter().for_each(|height| share(*height));
        }
        Shape::Axis { from, to, ticks } => {
            inside(*from, 0.0);
            inside(*to, 0.0);
            assert!(from.x < to.x, "{id} runs backwards");
            for (at, said) in ticks {
                share(*at);
                assert_text(said, id);
            }
        }
    }
}

/// Charts are labelled, finite, in order, and told in words.
pub fn assert_charts(charts: &[Chart]) {
    assert_unique(charts.iter().map(|chart| chart.id), "charts");
    for chart in charts {
        let id = chart.id;
        assert!(is_name(id, '-') || is_name(id, '_'), "chart {id}");
        assert_text(chart.title, id);
        assert_sentence(&chart.reading, id);
        assert_sentence(&chart.summary, id);
        for axis in [&chart.x, &chart.y] {
            assert_text(axis.label, id);
            assert!(axis.from.is_finite() && axis.to.is_finite() && axis.from < axis.to, "{id}: {axis:?}");
        }
        assert!(!chart.x.unit.is_empty() || chart.x.label != "time", "{id}: time without a unit");
        assert_unique(chart.lines.iter().map(|line| &line.name), id);
        for line in &chart.lines {
            assert_text(&line.name, id);
            assert!(line.points.iter().all(|(x, y)| x.is_finite() && y.is_finite()), "{id}: {} not finite", line.name);
            assert!(line.points.is_sorted_by(|a, b| a.0 <= b.0), "{id}: {} out of order", line.name);
        }
        for limit in &chart.limits {
            assert!(limit.at.is_finite(), "{id}");
            assert_text(&limit.label, id);
        }
        for band in &chart.bands {
            assert!(band.from.is_finite() && band.to.is_finite() && band.from <= band.to, "{id}: {band:?}");
            assert_text(band.label, id);
        }
        let (heads, rows) = chart.table();
        assert!(rows.iter().all(|row| row.len() == heads.len()), "{id}: ragged table");
    }
}
