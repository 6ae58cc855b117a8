//! The picture: every client, the queue with what nobody waits for any more, and what the server's work is good for.

use std::time::Duration;

use halfopen_core::sim::{Fault, Order};

use super::numbers::{self, many};
use super::watch::{Phase, SECOND};
use super::{Lab, Last};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone, View};
use crate::lab::text;

/// Where things stand.
struct Places {
    size: (f32, f32),
    state: Area,
    reason: Point,
    clients: Area,
    /// Clients drawn at most.
    most: u32,
    /// From the clients to the queue's entrance.
    load: Vec<Point>,
    /// The way of those who are refused.
    refused: (Point, Point, f32),
    queue: Area,
    /// From the queue to the server.
    served: Vec<Point>,
    server: Area,
    /// What the server's work is good for.
    work: Area,
}

fn places(layout: Layout) -> Places {
    let point = |x, y| Point { x, y };
    match layout {
        Layout::Wide => Places {
            size: (1080.0, 330.0),
            state: Area { x: 40.0, y: 10.0, w: 190.0, h: 40.0 },
            reason: point(250.0, 27.0),
            clients: Area { x: 40.0, y: 100.0, w: 384.0, h: 166.0 },
            most: 2_500,
            load: vec![point(430.0, 178.0), point(548.0, 178.0)],
            refused: (point(546.0, 150.0), point(432.0, 128.0), -30.0),
            queue: Area { x: 560.0, y: 150.0, w: 280.0, h: 56.0 },
            served: vec![point(840.0, 178.0), point(880.0, 178.0)],
            server: Area { x: 880.0, y: 128.0, w: 160.0, h: 100.0 },
            work: Area { x: 560.0, y: 264.0, w: 480.0, h: 22.0 },
        },
        Layout::Narrow => Places {
            size: (340.0, 464.0),
            state: Area { x: 8.0, y: 6.0, w: 130.0, h: 34.0 },
            reason: point(150.0, 18.0),
            clients: Area { x: 12.0, y: 100.0, w: 316.0, h: 74.0 },
            most: 1_000,
            load: vec![point(30.0, 204.0), point(30.0, 238.0)],
            refused: (point(12.0, 238.0), point(12.0, 206.0), 6.0),
            queue: Area { x: 12.0, y: 268.0, w: 316.0, h: 30.0 },
            served: vec![point(314.0, 300.0), point(314.0, 330.0)],
            server: Area { x: 178.0, y: 330.0, w: 150.0, h: 52.0 },
            work: Area { x: 12.0, y: 398.0, w: 316.0, h: 18.0 },
        },
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let places = places(view.layout);
    let wide = view.layout == Layout::Wide;
    let mut marks = Vec::with_capacity(20);
    state(lab, &places, &mut marks);
    marks.push(clients(lab, &places, view.glance));
    load(lab, &places, wide, &mut marks);
    queue(lab, &places, wide, &mut marks);
    marks.push(server(lab, &places));
    work(lab, &places, &mut marks);
    let (_, condition) = condition(lab);
    let name = format!(
        "{} clients, a queue and a server that {}; {}",
        text::grouped(lab.setup.clients.into()),
        condition.split_once(' ').map_or(&*condition, |words| words.1),
        word(lab).split_once(' ').map_or("", |word| word.1)
    );
    Diagram { width: places.size.0, height: places.size.1, name, marks }
}

fn words(id: &str, at: Point, tone: Tone, label: impl Into<String>, note: impl Into<String>) -> Mark {
    Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, tone, label, note)
}

/// The state's word with its shape. An overload that the server makes good use of is on its way to health.
fn word(lab: &Lab) -> &'static str {
    let (second, seconds) = lab.watch.last(SECOND);
    let useful = f64::from(second.good) > 0.5 * lab.setup.per_second() * seconds;
    match lab.phase() {
        Phase::Overloaded if useful => "◐ recovering",
        phase => phase.word(),
    }
}

/// The state's word, and why it is so.
fn state(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let (second, seconds) = lab.watch.last(SECOND);
    let load = many(f64::from(second.sent) / seconds);
    let good = many(f64::from(second.good) / seconds);
    let gone = lab.cause_gone(Duration::from_secs(lab.now.since(lab.watch.causeless).as_secs()));
    let reason = match lab.phase() {
        Phase::Healthy if second.sent == 0 => "Clients want something now and then.".to_owned(),
        Phase::Healthy => format!("{load} requests a second arrive, and are answered in time."),
        Phase::Outage if second.good == 0 => format!("{load} requests a second arrive, and nobody is answered."),
        Phase::Outage => format!("{load} requests a second arrive, and {good} are answered in time."),
        Phase::Overloaded => format!("{gone}. {load} requests a second arrive, {good} are answered in time."),
        Phase::Metastable => format!("{gone}, and it does not recover: every timeout brings the next try."),
    };
    let tone = numbers::tone(lab.phase());
    marks.push(Mark::new("state", Shape::Node { at: places.state }, tone, word(lab), ""));
    marks.push(words("reason", places.reason, Tone::Plain, "", reason));
}

/// What a client's cell tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Quiet,
    Answered,
    GaveUp,
    Waiting,
    Retrying,
}

impl Is {
    fn tone(self) -> Tone {
        match self {
            Self::Quiet => Tone::Faint,
            Self::Answered => Tone::Ok,
            Self::GaveUp => Tone::Half,
            Self::Waiting => Tone::Info,
            Self::Retrying => Tone::Bad,
        }
    }
}

/// The field of clients. Whoever tries again keeps one colour from try to try: nothing flickers.
fn clients(lab: &Lab, places: &Places, glance: Duration) -> Mark {
    let number = lab.setup.clients as usize;
    let mut cells: Vec<Is> = (lab.clients.iter().take(number))
        .map(|client| match client.last {
            Last::None => Is::Quiet,
            _ if lab.now.since(client.ended) >= glance => Is::Quiet,
            Last::Answered => Is::Answered,
            Last::GaveUp => Is::GaveUp,
        })
        .collect();
    for request in lab.requests.under_way() {
        if let Some(cell) = cells.get_mut(request.client as usize).filter(|cell| **cell != Is::Retrying) {
            *cell = if request.failed > 0 { Is::Retrying } else { Is::Waiting };
        }
    }
    let count = |is: Is| cells.iter().filter(|cell| **cell == is).count() as i64;
    let (retrying, waiting) = (count(Is::Retrying), count(Is::Waiting));
    let mut note =
        format!("{} try again, {} wait for their first try", text::grouped(retrying), text::grouped(waiting));
    let gave_up = count(Is::GaveUp);
    if gave_up > 0 {
        note = format!("{note}, {} gave up", text::grouped(gave_up));
    }
    let step = number.div_ceil(places.most as usize).max(1);
    let mut runs: Vec<(u32, Tone)> = Vec::new();
    for cell in cells.iter().step_by(step) {
        match runs.last_mut() {
            Some(run) if run.1 == cell.tone() => run.0 += 1,
            _ => runs.push((1, cell.tone())),
        }
    }
    let label = match step {
        1 => text::counted(number as u64, "client", "clients"),
        _ => format!("{} clients, one of {step} drawn", text::grouped(number as i64)),
    };
    let drawn = number.div_ceil(step) as f64;
    let ratio = f64::from(places.clients.w / places.clients.h);
    let columns = (libm::ceil(libm::sqrt(drawn * ratio)) as u32).max(8);
    let tone = if retrying * 2 > number as i64 { Tone::Bad } else { Tone::Plain };
    let shape = Shape::Grid { at: places.clients, columns, runs };
    Mark::new("clients", shape, tone, label, note).with("surge", &[], "All at once")
}

/// What comes to the server, and what is refused.
fn load(lab: &Lab, places: &Places, wide: bool, marks: &mut Vec<Mark>) {
    let (second, seconds) = lab.watch.last(SECOND);
    let rate = f64::from(second.sent) / seconds;
    let tone = if rate > lab.setup.per_second() { Tone::Bad } else { Tone::Plain };
    let wire = Shape::Wire { path: places.load.clone(), cut: false };
    let refused = f64::from(second.refused) / seconds;
    let label = match (wide, refused > 0.0) {
        (false, true) => format!("{}/s, {}/s of them refused at once", many(rate), many(refused)),
        _ => format!("{}/s", many(rate)),
    };
    marks.push(Mark::new("load", wire, tone, label, ""));
    if refused > 0.0 {
        let (from, to, bulge) = places.refused;
        let label = if wide { format!("{}/s refused", many(refused)) } else { String::new() };
        let fresh = if *lab.server.fault() == Fault::Healthy { 0.9 } else { 0.7 };
        marks.push(Mark::new("refused", Shape::Arc { from, to, bulge, fresh }, Tone::Bad, label, ""));
    }
}

/// The queue, whose head is at the server, with the place beyond which it is too long.
fn queue(lab: &Lab, places: &Places, wide: bool, marks: &mut Vec<Mark>) {
    let area = places.queue;
    let (room, patience, queued) = (lab.setup.server.queue, lab.setup.patience, lab.server.queued());
    let scale = area.w / room.max(patience).max(queued).max(1) as f32;
    let (right, foot) = (area.x + area.w, area.y + area.h);
    let end = right - room.max(queued) as f32 * scale;
    for (id, y) in [("queue-top", area.y), ("queue-foot", foot)] {
        let path = vec![Point { x: end.min(right - 2.0), y }, Point { x: right, y }];
        marks.push(Mark::new(id, Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
    }
    // In service too there may be some that were given up.
    let abandoned = lab.server.abandoned().min(queued);
    let mut parts = [("for-nobody", abandoned, true, Tone::Bad), ("wanted", queued - abandoned, false, Tone::Info)];
    if lab.setup.server.order == Order::NewestFirst {
        parts.reverse();
    }
    let mut head = right;
    for (id, many, wasted, tone) in parts.into_iter().filter(|part| part.1 > 0) {
        let w = many as f32 * scale;
        head -= w;
        let at = Area { x: head.max(area.x), y: area.y + 5.0, w, h: area.h - 10.0 };
        marks.push(Mark::new(format!("queue-{id}"), Shape::Span { at, wasted }, tone, "", ""));
    }
    let takes = text::about(lab.queue_takes());
    let label = format!("Queue: {} of {}", text::grouped(queued.into()), text::grouped(room.into()));
    let note = match (queued, abandoned) {
        (0, _) => String::new(),
        (_, 0) => format!("{takes} of work"),
        (_, many) if wide => format!("{takes} of work, {} for nobody", text::grouped(many.into())),
        (_, many) => format!("{} for nobody", text::grouped(many.into())),
    };
    // Label and note stand in a line each above the queue where there is room, and in one on a narrow picture.
    if wide {
        marks.push(words("queue", Point { x: area.x, y: area.y - 34.0 }, Tone::Plain, label, note));
    } else {
        let said = if note.is_empty() { label } else { format!("{label}, {note}") };
        marks.push(words("queue", Point { x: 12.0, y: area.y - 11.0 }, Tone::Plain, "", said));
    }
    let x = right - patience as f32 * scale;
    let (top, below) = (area.y - 5.0, foot + 5.0);
    let path = vec![Point { x, y: top }, Point { x, y: below }];
    marks.push(Mark::new("patience", Shape::Wire { path, cut: true }, Tone::Half, "", ""));
    let room_left = x - area.x;
    let (anchor, at) = if room_left > area.w * 0.6 { (Anchor::End, x.min(right)) } else { (Anchor::Start, x) };
    let at = if wide { at } else { at.min(300.0) };
    let said = format!("clients wait {}", text::about(lab.setup.timeout));
    let shape = Shape::Words { at: Point { x: at, y: below + 15.0 }, anchor };
    marks.push(Mark::new("patience-words", shape, Tone::Half, "", said));
    let wire = Shape::Wire { path: places.served.clone(), cut: *lab.server.fault() != Fault::Healthy };
    marks.push(Mark::new("served", wire, Tone::Plain, "", ""));
}

/// The server's tone and its condition in words.
fn condition(lab: &Lab) -> (Tone, String) {
    let (second, _) = lab.watch.last(SECOND);
    match lab.server.fault() {
        Fault::Healthy | Fault::Failing { .. } if second.wasted > 9 * second.good => {
            (Tone::Bad, "✕ works for nobody".to_owned())
        }
        Fault::Healthy | Fault::Failing { .. } => (Tone::Plain, format!("✓ serves {}/s", many(lab.setup.per_second()))),
        Fault::Down => (Tone::Bad, "✕ refuses everything".to_owned()),
        Fault::Hung => (Tone::Bad, "… never answers".to_owned()),
        Fault::Slow { .. } => (Tone::Half, "◔ takes ten times as long".to_owned()),
    }
}

fn server(lab: &Lab, places: &Places) -> Mark {
    let (tone, note) = condition(lab);
    let mark = Mark::new("server", Shape::Node { at: places.server }, tone, "Server", note);
    if lab.is_up() {
        mark.with("start", &[], "Start an outage").with("restart", &[], "Restart the server")
    } else {
        mark.with("end", &[], "End the outage")
    }
}

/// Of what the server could do in a second: what was in time, and what was for nobody.
fn work(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let (second, seconds) = lab.watch.last(SECOND);
    let area = places.work;
    let (good, wasted) = (f64::from(second.good) / seconds, f64::from(second.wasted) / seconds);
    let scale = area.w / (lab.setup.per_second().max(good + wasted) as f32).max(1e-3);
    let (w, waste) = (good as f32 * scale, wasted as f32 * scale);
    let foot = area.y + area.h;
    let path = vec![Point { x: area.x, y: foot + 2.0 }, Point { x: area.x + area.w, y: foot + 2.0 }];
    marks.push(Mark::new("capacity", Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
    if w >= 0.5 {
        let shape = Shape::Span { at: Area { w, ..area }, wasted: false };
        marks.push(Mark::new("in-time", shape, Tone::Ok, "", ""));
    }
    if waste >= 0.5 {
        let shape = Shape::Span { at: Area { x: area.x + w, w: waste.min(area.w - w), ..area }, wasted: true };
        marks.push(Mark::new("wasted", shape, Tone::Bad, "", ""));
    }
    let said =
        format!("In time {}/s, for nobody {}/s, of {}/s", many(good), many(wasted), many(lab.setup.per_second()));
    marks.push(words("work", Point { x: area.x, y: foot + 22.0 }, Tone::Plain, "", said));
}
