//! The picture: callers, the gate with its limit, two queues and their workers, and what the work is good for, with and
//! without what is asked about.

use halfopen_core::sim::Server;

use super::guard::Kind;
use super::hedge::When;
use super::numbers::{many, rate_said};
use super::side::Side;
use super::watch::Phase;
use super::{Lab, Without, strip};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Sign, Tone, View};
use crate::lab::text;

/// Tokens at most.
const TOKENS: usize = 12;

/// Where things stand.
struct Places {
    size: (f32, f32),
    state: Area,
    reason: Point,
    callers: Area,
    /// From the callers to the gate.
    way: [Point; 2],
    /// The way of those who are turned away.
    turned: (Point, Point, f32),
    gate: Area,
    /// From the gate to each queue.
    fork: [Vec<Point>; 2],
    queues: [Area; 2],
    workers: [Area; 2],
    copies: Point,
    /// What the work is good for, of this run and of the other.
    work: [Area; 2],
}

fn places(layout: Layout) -> Places {
    let point = |x, y| Point { x, y };
    match layout {
        Layout::Wide => Places {
            size: (1080.0, 394.0),
            state: Area { x: 40.0, y: 10.0, w: 190.0, h: 40.0 },
            reason: point(250.0, 27.0),
            callers: Area { x: 40.0, y: 120.0, w: 150.0, h: 96.0 },
            way: [point(190.0, 184.0), point(376.0, 184.0)],
            turned: (point(374.0, 152.0), point(194.0, 136.0), -24.0),
            gate: Area { x: 384.0, y: 122.0, w: 48.0, h: 100.0 },
            fork: [
                vec![point(440.0, 184.0), point(466.0, 184.0), point(466.0, 114.0), point(500.0, 114.0)],
                vec![point(440.0, 184.0), point(466.0, 184.0), point(466.0, 218.0), point(500.0, 218.0)],
            ],
            queues: [Area { x: 504.0, y: 96.0, w: 218.0, h: 36.0 }, Area { x: 504.0, y: 200.0, w: 218.0, h: 36.0 }],
            workers: [Area { x: 764.0, y: 92.0, w: 276.0, h: 44.0 }, Area { x: 764.0, y: 196.0, w: 276.0, h: 44.0 }],
            copies: point(504.0, 158.0),
            work: [Area { x: 40.0, y: 282.0, w: 1000.0, h: 22.0 }, Area { x: 40.0, y: 338.0, w: 1000.0, h: 22.0 }],
        },
        Layout::Narrow => Places {
            size: (340.0, 532.0),
            state: Area { x: 8.0, y: 6.0, w: 130.0, h: 34.0 },
            reason: point(150.0, 18.0),
            callers: Area { x: 12.0, y: 82.0, w: 316.0, h: 42.0 },
            way: [point(30.0, 124.0), point(30.0, 156.0)],
            turned: (point(12.0, 156.0), point(12.0, 126.0), 6.0),
            gate: Area { x: 12.0, y: 188.0, w: 316.0, h: 26.0 },
            fork: [vec![point(87.0, 218.0), point(87.0, 236.0)], vec![point(253.0, 218.0), point(253.0, 236.0)]],
            queues: [Area { x: 12.0, y: 262.0, w: 150.0, h: 24.0 }, Area { x: 178.0, y: 262.0, w: 150.0, h: 24.0 }],
            workers: [Area { x: 12.0, y: 320.0, w: 150.0, h: 30.0 }, Area { x: 178.0, y: 320.0, w: 150.0, h: 30.0 }],
            copies: point(12.0, 394.0),
            work: [Area { x: 12.0, y: 408.0, w: 316.0, h: 18.0 }, Area { x: 12.0, y: 470.0, w: 316.0, h: 18.0 }],
        },
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let places = places(view.layout);
    let wide = view.layout == Layout::Wide;
    let mut marks = Vec::with_capacity(80);
    state(lab, &places, &mut marks);
    callers(lab, &places, wide, &mut marks);
    gate(lab, &places, wide, &mut marks);
    for (index, name) in ["A", "B"].into_iter().enumerate() {
        let (Some(server), Some(at), Some(cells), Some(fork)) =
            (lab.main.servers.get(index), places.queues.get(index), places.workers.get(index), places.fork.get(index))
        else {
            continue;
        };
        let path = fork.clone();
        marks.push(Mark::new(format!("fork-{name}"), Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
        queue(lab, server, *at, name, wide, &mut marks);
        marks.push(workers(server, *cells, name));
    }
    copies(lab, &places, &mut marks);
    tokens(lab, &places, view, &mut marks);
    let [here, beside] = places.work;
    let hedged = lab.setup.hedge != When::Never;
    let title = match (lab.setup.kind, hedged) {
        (Kind::None, true) => "With copies".to_owned(),
        // One line is all there is.
        (_, true) if !wide => "With copies".to_owned(),
        (kind, false) if !wide => kind.title(),
        (Kind::None, false) => "Without a guard".to_owned(),
        (kind, true) => format!("With {} and copies", kind.the(false)),
        (kind, false) => format!("With {}", kind.the(false)),
    };
    work(lab, &lab.main, here, "here", &title, &mut marks);
    if let Some((without, side)) = &lab.without {
        let title = match (wide, without) {
            (true, _) => format!("The same requests {}", without.name()),
            (false, Without::Guard) => "No guard".to_owned(),
            (false, Without::Hedging) => "No hedging".to_owned(),
        };
        work(lab, side, beside, "beside", &title, &mut marks);
    }
    // Without another run its row is not there.
    let mut height = if lab.without.is_some() { places.size.1 } else { places.size.1 - (beside.y - here.y) };
    if let Some(doubles) = &lab.doubles {
        height = strip::strip(lab, doubles, height, wide, &mut marks);
    }
    let name = format!(
        "Callers, {}, two servers with their queues; {}",
        if lab.setup.kind == Kind::None { "no guard".to_owned() } else { lab.setup.kind.the(false) },
        lab.watch.phase.word().split_once(' ').map_or("", |word| word.1)
    );
    Diagram { width: places.size.0, height, name, marks }
}

pub(super) fn words(
    id: impl Into<String>,
    at: Point,
    tone: Tone,
    label: impl Into<String>,
    note: impl Into<String>,
) -> Mark {
    Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, tone, label, note)
}

/// The state's word, and why it is so.
fn state(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let rates = &lab.main.rates;
    let (offered, good) = (many(rates.rate(|bucket| bucket.offered)), many(rates.rate(|bucket| bucket.good)));
    let capacity = many(lab.setup.capacity());
    let (second, _) = rates.last();
    let reason = match lab.watch.phase {
        _ if second.offered == 0 => format!(
            "Callers send {} requests a second. The servers can do {capacity}.",
            rate_said(lab.setup.offered(lab.doubled).as_per_sec_f64())
        ),
        Phase::Healthy => {
            format!("{offered} requests a second come, and are answered in time. The servers can do {capacity}.")
        }
        Phase::Shedding => format!(
            "{offered}/s come, {}/s are turned away; of all let in {good}/s are answered in time.",
            many(rates.rate(|bucket| bucket.rejected))
        ),
        Phase::Overloaded => {
            format!("{offered} requests a second come, and {good} are answered in time. The servers can do {capacity}.")
        }
        Phase::Collapsed => format!(
            "{offered}/s come and {good}/s are answered in time, for {} now: the servers work for callers who have gone.",
            text::about(lab.stood())
        ),
    };
    let phase = lab.watch.phase;
    marks.push(Mark::new("state", Shape::Node { at: places.state }, phase.tone(), phase.word(), ""));
    marks.push(words("reason", places.reason, Tone::Plain, "", reason));
}

fn callers(lab: &Lab, places: &Places, wide: bool, marks: &mut Vec<Mark>) {
    let rates = &lab.main.rates;
    let note = format!("wait {}", text::about(lab.setup.timeout));
    let shape = Shape::Node { at: places.callers };
    let act = if lab.doubled { ("halve", "Halve the load") } else { ("double", "Double the load") };
    marks.push(Mark::new("callers", shape, Tone::Plain, "Callers", note).with(act.0, &[], act.1));
    let (offered, rejected) = (rates.rate(|bucket| bucket.offered), rates.rate(|bucket| bucket.rejected));
    let label = match (wide, rejected > 0.0) {
        (false, true) => format!("{}/s, {}/s of them turned away", many(offered), many(rejected)),
        _ => format!("{}/s", many(offered)),
    };
    let tone = if offered > lab.setup.capacity() { Tone::Bad } else { Tone::Plain };
    let path = places.way.to_vec();
    marks.push(Mark::new("way", Shape::Wire { path, cut: false }, tone, label, ""));
    if rejected > 0.0 {
        let (from, to, bulge) = places.turned;
        let label = if wide { format!("{}/s turned away", many(rejected)) } else { String::new() };
        marks.push(Mark::new("turned", Shape::Arc { from, to, bulge, fresh: 0.8 }, Tone::Half, label, ""));
    }
}

/// The gate: how much of the limit is in use, or how many permits are left.
fn gate(lab: &Lab, places: &Places, wide: bool, marks: &mut Vec<Mark>) {
    let (setup, guard) = (&lab.setup, &lab.main.guard);
    let number = |number: u32| text::grouped(number.into());
    let share = |part: u32, whole: u32| (part as f32 / whole.max(1) as f32).clamp(0.0, 1.0);
    let label = setup.kind.title();
    let (fill, note, tone) = if let (Some(limit), Some(inside)) = (guard.limit(), guard.in_flight()) {
        let tone = if inside >= limit { Tone::Half } else { Tone::Info };
        let said = if wide { "" } else { " in the servers" };
        (share(inside, limit), format!("{} of {}{said}", number(inside), number(limit)), tone)
    } else if let Some(free) = guard.permits(lab.now) {
        let most = if setup.kind == Kind::Window { setup.permits } else { setup.burst };
        let tone = if free == 0 { Tone::Half } else { Tone::Info };
        let said = if wide { "" } else { " permits left" };
        (share(free, most), format!("{} of {}{said}", number(free), number(most)), tone)
    } else {
        // Nothing stands there.
        let (from, to) = if wide {
            (
                Point { x: places.gate.x - 8.0, y: places.way[1].y },
                Point { x: places.gate.x + places.gate.w + 10.0, y: places.way[1].y },
            )
        } else {
            (Point { x: 87.0, y: places.gate.y - 24.0 }, Point { x: 87.0, y: places.gate.y + places.gate.h + 4.0 })
        };
        marks.push(Mark::new("gate", Shape::Wire { path: vec![from, to], cut: false }, Tone::Faint, "No guard", ""));
        return;
    };
    let mark = Mark::new("gate", Shape::Meter { at: places.gate, fill }, tone, label, note);
    marks.push(if lab.burst.is_none() { mark.with("burst", &[], "Burst at the boundary") } else { mark });
}

/// A queue, whose head is at the server: what is waited for, and what is for nobody.
fn queue(lab: &Lab, server: &Server, at: Area, name: &str, wide: bool, marks: &mut Vec<Mark>) {
    let (room, queued) = (lab.setup.server.queue, server.queued());
    let nobody = server.calls_queued().filter(|call| call.abandoned).count() as u32;
    let (right, foot) = (at.x + at.w, at.y + at.h);
    for (id, y) in [("top", at.y), ("foot", foot)] {
        let path = vec![Point { x: at.x, y }, Point { x: right, y }];
        marks.push(Mark::new(format!("queue-{name}-{id}"), Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
    }
    let scale = at.w / room.max(queued).max(1) as f32;
    let mut head = right;
    for (id, many, wasted, tone) in
        [("nobody", nobody, true, Tone::Bad), ("wanted", queued.saturating_sub(nobody), false, Tone::Info)]
    {
        let w = many as f32 * scale;
        if w < 0.5 {
            continue;
        }
        head -= w;
        let area = Area { x: head.max(at.x), y: at.y + 4.0, w, h: at.h - 8.0 };
        marks.push(Mark::new(format!("queue-{name}-{id}"), Shape::Span { at: area, wasted }, tone, "", ""));
    }
    let number = |number: u32| text::grouped(number.into());
    let mut said =
        if wide { format!("{} of {} wait", number(queued), number(room)) } else { format!("{} wait", number(queued)) };
    if nobody > 0 {
        said = format!("{said}, {} for nobody", number(nobody));
    }
    let above = if wide { 9.0 } else { 8.0 };
    marks.push(words(format!("queue-{name}"), Point { x: at.x, y: at.y - above }, Tone::Plain, "", said));
    if wide {
        let y = at.centre().y;
        let path = vec![Point { x: right + 4.0, y }, Point { x: right + 36.0, y }];
        marks.push(Mark::new(format!("served-{name}"), Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
    }
}

/// A server's workers: at work for somebody, for nobody, idle.
fn workers(server: &Server, at: Area, name: &str) -> Mark {
    let of = server.config().capacity.max(server.in_service());
    let nobody = server.calls_in_service().filter(|call| call.abandoned).count() as u32;
    let busy = server.in_service();
    let runs =
        vec![(busy.saturating_sub(nobody), Tone::Info), (nobody, Tone::Bad), (of.saturating_sub(busy), Tone::Faint)];
    let runs: Vec<(u32, Tone)> = runs.into_iter().filter(|run| run.0 > 0).collect();
    let columns = (libm::ceil(libm::sqrt(f64::from(of) * f64::from(at.w / at.h))) as u32).max(1);
    let mut note = format!("{busy} of {of} busy");
    if nobody > 0 {
        note = format!("{note}, {nobody} for nobody");
    }
    let tone = if nobody * 2 > busy { Tone::Bad } else { Tone::Plain };
    Mark::new(format!("server-{name}"), Shape::Grid { at, columns, runs }, tone, format!("Server {name}"), note)
}

fn copies(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    if lab.setup.hedge == When::Never {
        return;
    }
    let said = match lab.main.hedging.delay() {
        None => "no copies before 100 answers".to_owned(),
        Some(delay) => {
            format!("{}/s copied, after {}", many(lab.main.rates.rate(|bucket| bucket.copies)), text::about(delay))
        }
    };
    marks.push(words("copies", places.copies, Tone::LaneB, "", said));
}

/// Requests on their way: to the gate, then in or back.
fn tokens(lab: &Lab, places: &Places, view: View, marks: &mut Vec<Mark>) {
    let glance = view.glance.as_secs_f64().max(1e-9);
    let age = |at: halfopen_core::Instant| (lab.now.since(at).as_secs_f64() / glance) as f32;
    let fresh: Vec<_> = lab.recent.iter().rev().take_while(|request| age(request.at) < 1.0).collect();
    let most = if view.layout == Layout::Wide { TOKENS } else { TOKENS / 2 };
    let step = fresh.len().div_ceil(most).next_power_of_two() as u64;
    // Of those that are remembered, every so many, always the same.
    let grain = fresh.windows(2).map(|pair| pair[0].number - pair[1].number).min().unwrap_or(1).max(1);
    let [from, gate] = places.way;
    for request in fresh.into_iter().filter(|request| (request.number / grain).is_multiple_of(step)).take(TOKENS * 2) {
        let age = age(request.at);
        let (at, sign, tone) = if age < 0.4 {
            (from.toward(gate, age / 0.4), Sign::None, Tone::Info)
        } else if request.admitted {
            let way = if (request.number / grain / step).is_multiple_of(2) { &places.fork[0] } else { &places.fork[1] };
            (along(way, (age - 0.4) / 0.6), Sign::None, Tone::Info)
        } else {
            let (from, to, _) = places.turned;
            (from.toward(to, (age - 0.4) / 0.6), Sign::Cross, Tone::Half)
        };
        marks.push(Mark::new(format!("request-{}", request.number), Shape::Token { at, sign }, tone, "", ""));
    }
}

/// So far along a way.
fn along(way: &[Point], share: f32) -> Point {
    let length = |a: &Point, b: &Point| libm::hypotf(b.x - a.x, b.y - a.y);
    let whole: f32 = way.windows(2).map(|pair| length(&pair[0], &pair[1])).sum();
    let mut left = whole * share.clamp(0.0, 1.0);
    for pair in way.windows(2) {
        let part = length(&pair[0], &pair[1]);
        if left <= part && part > 0.0 {
            return pair[0].toward(pair[1], left / part);
        }
        left -= part;
    }
    way.last().copied().unwrap_or_default()
}

/// Of what the servers could do in a second: what was in time, and what was for nobody.
fn work(lab: &Lab, side: &Side, area: Area, id: &str, title: &str, marks: &mut Vec<Mark>) {
    let (good, wasted) = (side.rates.rate(|bucket| bucket.good), side.rates.rate(|bucket| bucket.wasted));
    let capacity = lab.setup.capacity();
    let scale = area.w / (capacity.max(good + wasted) as f32).max(1e-3);
    let (w, waste) = (good as f32 * scale, wasted as f32 * scale);
    let foot = area.y + area.h;
    let path = vec![Point { x: area.x, y: foot + 2.0 }, Point { x: area.x + area.w, y: foot + 2.0 }];
    marks.push(Mark::new(format!("capacity-{id}"), Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
    if w >= 0.5 {
        let shape = Shape::Span { at: Area { w, ..area }, wasted: false };
        marks.push(Mark::new(format!("in-time-{id}"), shape, Tone::Ok, "", ""));
    }
    if waste >= 0.5 {
        let shape = Shape::Span { at: Area { x: area.x + w, w: waste.min(area.w - w), ..area }, wasted: true };
        marks.push(Mark::new(format!("wasted-{id}"), shape, Tone::Bad, "", ""));
    }
    let said = format!("{title}: in time {}/s, for nobody {}/s", many(good), many(wasted));
    marks.push(words(format!("work-{id}"), Point { x: area.x, y: foot + 20.0 }, Tone::Plain, "", said));
}
