//! The picture: the system as a block diagram that can be changed by hand, and below it a strip a part that shows its outages.

use halfopen_core::availability::Period;

use super::Lab;
use super::edit::OPTIONS;
use super::measure::Strip;
use super::numbers;
use super::place::{self, Plan, Put, What};
use super::setup::cause_of;
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone, View};
use crate::lab::text;
use crate::system::{Given, Is, Needed, System, words};

/// From the diagram to the strips.
const ABOVE_STRIPS: f32 = 34.0;
/// How high the shortest outage stands in its strip.
const LEAST: f32 = 0.45;

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let layout = view.layout;
    let wide = layout == Layout::Wide;
    let longest = lab.setup.labels.iter().take(lab.plant.own).map(|label| label.chars().count()).max().unwrap_or(0);
    let plan = place::plan(&lab.setup, layout, if wide { 14.0 } else { 8.0 }, longest);
    let mut marks = Vec::new();
    let tone = if lab.plant.up() { Tone::Plain } else { Tone::Bad };
    for (number, path) in plan.wires.iter().enumerate() {
        let shape = Shape::Wire { path: path.clone(), cut: false };
        // The wires into and out of the whole tell how it stands.
        let tone = if number < 2 { tone } else { Tone::Plain };
        marks.push(Mark::new(format!("wire-{number}"), shape, tone, "", ""));
    }
    let mut blocks = Vec::new();
    listed(&lab.setup.system, None, &mut blocks);
    let mut groups = 0;
    for put in &plan.puts {
        let mut mark = block(lab, view, put, &blocks);
        if put.what == What::Caption {
            groups += 1;
            mark.id = format!("group-{groups}");
        }
        marks.push(mark);
    }
    let height = strips(lab, layout, &plan, &mut marks);
    let down: Vec<&str> =
        lab.plant.parts.iter().filter(|part| !part.up).map(|part| part.label.as_str()).take(3).collect();
    let down = if down.is_empty() { "all parts up".to_owned() } else { format!("down: {}", down.join(", ")) };
    let name = format!(
        "A system of {}, {}; {down}",
        numbers::parts(lab.plant.own),
        if lab.plant.up() { "which is up" } else { "which is down" }
    );
    Diagram { width: if wide { 1080.0 } else { 340.0 }, height, name, marks }
}

/// A block of the text, with the group that it is in and its place there.
type Listed<'a> = (&'a System, Option<(&'a System, usize)>);

/// The blocks of the text in the order in which they begin.
fn listed<'a>(system: &'a System, parent: Option<(&'a System, usize)>, all: &mut Vec<Listed<'a>>) {
    all.push((system, parent));
    if let Is::Group { blocks, .. } = &system.is {
        for (place, block) in blocks.iter().enumerate() {
            listed(block, Some((system, place)), all);
        }
    }
}

fn block(lab: &Lab, view: View, put: &Put, blocks: &[Listed]) -> Mark {
    let number = put.block as i64;
    let listed = blocks.get(put.block).copied();
    match &put.what {
        What::Part => part(lab, view, put, number, listed),
        What::Field(count) => field(lab, view, put, *count, number, listed),
        What::Caption => caption(lab, view, put, number, listed),
        What::Folded(parts) => {
            let label = listed.map_or_else(String::new, |(system, _)| kind(system, &lab.setup.given, false));
            let note = format!("{} inside", numbers::parts(*parts));
            let mark =
                Mark::new(format!("folded-{}", put.part + 1), Shape::Node { at: put.at }, Tone::Plain, label, note);
            if view.editing { placed(mark, number, listed, 1) } else { mark }
        }
        What::More(parts) => {
            let note = "in the line of text";
            let label = format!("… {} more", text::grouped(*parts as i64));
            Mark::new(format!("more-{}", put.part + 1), Shape::Node { at: put.at }, Tone::Faint, label, note)
        }
    }
}

fn part(lab: &Lab, view: View, put: &Put, number: i64, listed: Option<Listed>) -> Mark {
    let (setup, index) = (&lab.setup, put.part);
    let (Some(part), Some(share)) = (lab.plant.parts.get(index), setup.parts.get(index)) else {
        return Mark::new(format!("part-{}", index + 1), Shape::Node { at: put.at }, Tone::Faint, "", "");
    };
    let weakest = setup.is_weakest(index);
    let sign = match (part.up, weakest) {
        (false, _) => "✕ ",
        (true, true) => "★ ",
        (true, false) => "",
    };
    let cost = words::downtime(share.costs, Period::Year);
    let note = if !part.up {
        if part.held { "held down by you".to_owned() } else { "down".to_owned() }
    } else {
        // Each on a line of its own.
        let costs = if view.layout == Layout::Wide { format!("costs {cost}/yr") } else { format!("{cost}/yr") };
        format!("{} {}", words::percent(share.down).replace(' ', "\u{a0}"), costs.replace(' ', "\u{a0}"))
    };
    let tone = if !part.up {
        Tone::Bad
    } else if weakest {
        Tone::Half
    } else {
        Tone::Plain
    };
    let mark = Mark::new(
        format!("part-{}", index + 1),
        Shape::Node { at: put.at },
        tone,
        format!("{sign}{}", part.label),
        note,
    );
    if view.editing {
        // One text for all of them: it has one name, and what is changed is changed in all.
        let alike = alike(lab, put);
        let mark = match listed {
            Some((system, _)) if alike > 1 => {
                Mark { label: system.label(), note: format!("stands for {alike}: changes all {alike}"), ..mark }
            }
            _ => mark,
        };
        return placed(fields(mark, number, listed), number, listed, alike);
    }
    if part.up || !part.held {
        mark.with("break", &[index as i64], "What if it is down now?")
    } else {
        mark.with("repair", &[index as i64], "Repair it")
    }
}

/// The fields of a part.
fn fields(mark: Mark, number: i64, listed: Option<Listed>) -> Mark {
    let Some((System { is: Is::Part { name, said, .. }, .. }, _)) = listed else { return mark };
    mark.asking("name", &[number], "Name", name.clone())
        .asking("available", &[number], "Available", said.clone())
        .with("tell", &[number, 0], "As a percentage")
        .with("tell", &[number, 1], "In nines")
        .with("tell", &[number, 2], "As downtime a year")
        .with("tell", &[number, 3], "Between failures / to repair")
}

/// How many parts are of the same text.
fn alike(lab: &Lab, put: &Put) -> usize {
    lab.plant.parts.iter().take(lab.plant.own).filter(|part| part.block == put.block).count()
}

/// What can be done to a block as to its place; so many are of its text.
fn placed(mark: Mark, number: i64, listed: Option<Listed>, alike: usize) -> Mark {
    let after = if alike > 1 {
        format!("A new part after each of the {alike} (series)")
    } else {
        "A new part after it (series)".to_owned()
    };
    let mark = mark.with("beside", &[number], "One more beside it (parallel)").with("after", &[number], after);
    let Some((_, Some((Is::Group { needed, blocks, copies, .. }, place)))) =
        listed.map(|(system, parent)| (system, parent.map(|(parent, place)| (&parent.is, place))))
    else {
        return mark;
    };
    let mark = match (blocks.len(), needed) {
        (1, _) => mark,
        (_, Needed::Failover { .. }) if place == 0 => mark.with("move", &[number, 1], "Make it the standby"),
        (_, Needed::Failover { .. }) => mark.with("move", &[number, -1], "Make it the primary"),
        (count, _) => {
            let mark = if place > 0 { mark.with("move", &[number, -1], "Earlier") } else { mark };
            if place + 1 < count { mark.with("move", &[number, 1], "Later") } else { mark }
        }
    };
    if blocks.len() * copies > 1 { mark.with("remove", &[number], "Remove") } else { mark }
}

/// A field of parts that are alike.
fn field(lab: &Lab, view: View, put: &Put, count: usize, number: i64, listed: Option<Listed>) -> Mark {
    let parts = lab.plant.parts.get(put.part..put.part + count).unwrap_or_default();
    let mut runs: Vec<(u32, Tone)> = Vec::new();
    for part in parts {
        let tone = if part.up { Tone::Ok } else { Tone::Bad };
        match runs.last_mut().filter(|run| run.1 == tone) {
            Some(run) => run.0 += 1,
            None => runs.push((1, tone)),
        }
    }
    let down = parts.iter().filter(|part| !part.up).count();
    let said = match listed {
        Some((System { is: Is::Part { name, said, .. }, .. }, _)) => {
            let named = format!("{name} {said}");
            format!("{} × {}", text::grouped(count as i64), named.trim())
        }
        _ => text::grouped(count as i64),
    };
    let note = if down == 0 { "all up".to_owned() } else { format!("{down} down") };
    let at = Area { y: put.at.y + 22.0, h: put.at.h - 44.0, ..put.at };
    let columns = columns(count, at);
    let tone = if down == 0 { Tone::Ok } else { Tone::Bad };
    let mark = Mark::new(format!("parts-from-{}", put.part + 1), Shape::Grid { at, columns, runs }, tone, said, note);
    if view.editing {
        let mark = Mark { note: format!("stands for {count}: changes all {count}"), ..mark };
        return placed(fields(mark, number, listed), number, listed, count);
    }
    // The first that is up: a cell cannot be told from the others.
    let first = parts.iter().position(|part| part.up).or_else(|| parts.iter().position(|part| !part.held));
    let mark = match first.map(|index| (put.part + index) as i64) {
        Some(part) => mark.with("break", &[part], "What if the first that is up is down now?"),
        None => mark,
    };
    match parts.iter().position(|part| part.held).map(|index| (put.part + index) as i64) {
        Some(part) => mark.with("repair", &[part], "Repair the first that you hold down"),
        None => mark,
    }
}

/// The fewest square cells in a row with which so many fill a box from one side to the other and are no higher than it.
fn columns(count: usize, at: Area) -> u32 {
    let high = |columns: usize| count.div_ceil(columns) as f32 * at.w / columns as f32;
    (1..=count).find(|columns| high(*columns) <= at.h).unwrap_or(count).max(1) as u32
}

/// What a group is, in a few words.
pub(super) fn kind(system: &System, given: &Given, short: bool) -> String {
    let Is::Group { needed, blocks, copies, .. } = &system.is else { return system.label() };
    let count = blocks.len() * copies;
    let common = cause_of(system, given);
    let common = (common.share() > 0.0).then(|| {
        let word = if short { "shared" } else { "in common" };
        format!(" · {} % {word}", words::share(common.share()))
    });
    let kind = match needed {
        Needed::All | Needed::One | Needed::Of(_) if count == 1 => "1 of 1 needed".to_owned(),
        Needed::All => format!("all {count} needed"),
        Needed::Of(needed) if *needed == count => format!("all {count} needed"),
        Needed::One if short => format!("1 of {count}"),
        Needed::One | Needed::Of(1) => format!("1 of {count} suffices"),
        Needed::Of(needed) if short => format!("{needed} of {count}"),
        Needed::Of(needed) => format!("{needed} of {count} needed"),
        Needed::Failover { takes, works } => {
            let dot = if short { "" } else { " ·" };
            format!("standby{dot} {}, {} %", words::seconds(*takes), words::share(*works))
        }
    };
    kind + &common.unwrap_or_default()
}

/// What a group shares, among the parts.
fn cause(lab: &Lab, put: &Put) -> Option<usize> {
    let of = &lab.setup.parts.get(put.part)?.path;
    // Of several copies that in which its first part is.
    let is_its = |cause: usize| lab.setup.share(cause).is_some_and(|cause| of.starts_with(&cause.path));
    let mut causes = lab.plant.parts.iter().enumerate().skip(lab.plant.own);
    causes.find(|(index, cause)| cause.block == put.block && is_its(*index)).map(|(index, _)| index)
}

fn caption(lab: &Lab, view: View, put: &Put, number: i64, listed: Option<Listed>) -> Mark {
    let cause = cause(lab, put);
    let weak = cause.is_some_and(|cause| lab.setup.is_weakest(cause));
    let is_down = cause.and_then(|cause| lab.plant.parts.get(cause)).is_some_and(|cause| !cause.up);
    let (sign, tone) = match (is_down, weak) {
        (true, _) => ("✕ ", Tone::Bad),
        (false, true) => ("★ ", Tone::Half),
        (false, false) => ("", Tone::Plain),
    };
    let said =
        |short| sign.to_owned() + &listed.map_or_else(String::new, |(system, _)| kind(system, &lab.setup.given, short));
    // As wide as its words; in the middle of what hangs between rails, at the beginning of a series.
    let room = put.at.w.max(120.0);
    let mut label = said(false);
    let mut wide = place::caption_width(&label, view.layout);
    if wide > room {
        label = said(true);
        wide = place::caption_width(&label, view.layout).min(room);
    }
    let series = matches!(listed, Some((System { is: Is::Group { needed, blocks, copies, .. }, .. }, _)) if needed.is_all(blocks.len() * copies));
    let x = if series { put.at.x } else { put.at.x + (put.at.w - wide) / 2.0 };
    let at = Area { x, w: wide, ..put.at };
    let mut mark = Mark::new("group", Shape::Node { at }, tone, "", label);
    let Some((System { is: Is::Group { needed, blocks, copies, common }, .. }, _)) = listed else { return mark };
    if !view.editing {
        let Some(cause) = cause else { return mark };
        return match lab.plant.parts.get(cause) {
            Some(part) if part.held => mark.with("repair", &[cause as i64], "Repair what they share"),
            _ => mark.with("break", &[cause as i64], "What if what they share fails now?"),
        };
    }
    let count = blocks.len() * copies;
    let now = match needed {
        Needed::All => count,
        Needed::One | Needed::Failover { .. } => 1,
        Needed::Of(needed) => *needed,
    };
    if count > 1 {
        mark = mark.asking("needed", &[number], "How many are needed", format!("{now} of {count}"));
    }
    match needed {
        Needed::Failover { takes, works } => {
            mark = mark.asking("option", &[number, 1], OPTION_LABELS[1], super::edit::seconds(*takes)).asking(
                "option",
                &[number, 2],
                OPTION_LABELS[2],
                format!("{}%", words::share(*works)),
            );
        }
        Needed::One | Needed::Of(_) if count > 1 => {
            let own = common.map_or_else(String::new, |common| format!("{}%", words::share(common.share())));
            mark = mark.asking("option", &[number, 0], OPTION_LABELS[0], own);
        }
        _ => {}
    }
    if !matches!(needed, Needed::Failover { .. }) {
        mark = mark.with("inside", &[number], "One more in it");
    }
    if count == 2 && !matches!(needed, Needed::Failover { .. }) {
        mark = mark.with("standby", &[number], "Make the second a standby");
    }
    mark = placed(mark, number, listed, 1);
    if listed.is_some_and(|(_, parent)| parent.is_some()) {
        mark = mark.with("apart", &[number], "Take it apart");
    }
    mark
}

/// Names of the fields of [`OPTIONS`].
const OPTION_LABELS: [&str; OPTIONS.len()] = ["Failures in common", "A takeover takes", "Takeovers work"];

/// The strips below the diagram; gives the height of all.
fn strips(lab: &Lab, layout: Layout, plan: &Plan, marks: &mut Vec<Mark>) -> f32 {
    let wide = layout == Layout::Wide;
    let (left, right, pitch, thick) = if wide { (210.0, 1060.0, 24.0, 14.0) } else { (118.0, 334.0, 21.0, 12.0) };
    let mut y = plan.height + ABOVE_STRIPS;
    let shown = lab.strips.rows.iter().filter(|row| row.part.is_some_and(|part| part < lab.plant.own)).count();
    if shown < lab.plant.own {
        let note = format!("{shown} of {} parts, those that cost most", text::grouped(lab.plant.own as i64));
        let words = Shape::Words { at: Point { x: left, y: y + 4.0 }, anchor: Anchor::Start };
        marks.push(Mark::new("strip-left-out", words, Tone::Faint, "", note));
        y += pitch;
    }
    for row in &lab.strips.rows {
        let whole = row.part.is_none();
        let thick = if whole { thick + 4.0 } else { thick };
        let name = row.part.and_then(|part| lab.plant.parts.get(part)).map_or("the whole", |part| part.label.as_str());
        let id = row.part.map_or_else(|| "whole".to_owned(), |part| (part + 1).to_string());
        let at = Point { x: left - 12.0, y: y + thick - 2.0 };
        let words = Shape::Words { at, anchor: Anchor::End };
        let (label, note) = if whole { (name.to_owned(), String::new()) } else { (String::new(), unbroken(name)) };
        marks.push(Mark::new(format!("strip-of-{id}"), words, Tone::Plain, label, note));
        let at = Area { x: left, y, w: right - left, h: thick };
        strip(lab, row, &id, at, marks);
        y += pitch + if whole { 4.0 } else { 0.0 };
    }
    let date = lab.date();
    let ticks = vec![(0.0, "day 1".to_owned()), (1.0, super::clock::passed(date))];
    let axis = Shape::Axis { from: Point { x: left, y: y + 2.0 }, to: Point { x: right, y: y + 2.0 }, ticks };
    marks.push(Mark::new("strip-axis", axis, Tone::Plain, "", ""));
    // On a phone the switch below the picture stands in its last line.
    y + if wide { 30.0 } else { 56.0 }
}

/// In one line, cut where it is too long.
fn unbroken(name: &str) -> String {
    name.replace(' ', "\u{a0}")
}

fn strip(lab: &Lab, row: &Strip, id: &str, at: Area, marks: &mut Vec<Mark>) {
    let outages = row.down.iter().filter(|down| **down > 0.0).count();
    let note = match (row.down.len(), outages) {
        (0, _) => "nothing has passed yet".to_owned(),
        (_, 0) => "up all the time".to_owned(),
        (all, down) => format!("down in {down} of {all} stretches"),
    };
    let background = Shape::Span { at, wasted: false };
    // Quiet, so that outages are what is seen.
    let tone = if row.down.is_empty() || row.part.is_some() { Tone::Faint } else { Tone::Ok };
    marks.push(Mark::new(format!("strip-{id}"), background, tone, "", ""));
    if outages == 0 {
        return;
    }
    let width = lab.strips.width().as_secs_f64();
    let now = lab.now.as_secs_f64().max(width);
    // Whole stretches only: what is under way is not known yet.
    let begun = (lab.strips.begun.as_secs_f64() / now).min(1.0);
    let share = (row.down.len() as f64 * width / now).min(1.0 - begun) as f32;
    let heights = row.down.iter().map(|down| if *down > 0.0 { LEAST.max(*down as f32) } else { 0.0 }).collect();
    let bars = Shape::Bars { at: Area { x: at.x + at.w * begun as f32, w: at.w * share, ..at }, heights };
    let name = row.part.and_then(|part| lab.plant.parts.get(part)).map_or("the whole", |part| part.label.as_str());
    marks.push(Mark::new(format!("outages-{id}"), bars, Tone::Bad, "", format!("{name}: {note}")));
}
