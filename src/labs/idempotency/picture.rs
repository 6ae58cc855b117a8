//! The picture: a client, a network, a service, and what the service remembers: its ledger and its key store.

use std::time::Duration;

use super::{Known, Lab, Reply, Request, Stage, service};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Sign, Tone, View};
use crate::lab::text::{self, about, euros};

/// Requests drawn in the network at most.
const TOKENS_MAX: usize = 40;
/// Requests drawn at the service at most.
const AT_WORK_MAX: usize = 7;

/// Where things stand.
struct Places {
    size: (f32, f32),
    client: Area,
    service: Area,
    /// From client to service: the way of requests, and, from the other end, that of answers.
    ways: [(Point, Point); 2],
    at_work: Point,
    ledger: Area,
    store: Area,
    row: f32,
    rows: usize,
    wide: bool,
}

fn places(layout: Layout) -> Places {
    let at = |x, y| Point { x, y };
    match layout {
        Layout::Wide => Places {
            size: (1080.0, 368.0),
            client: Area { x: 24.0, y: 118.0, w: 156.0, h: 112.0 },
            service: Area { x: 420.0, y: 118.0, w: 156.0, h: 112.0 },
            ways: [(at(180.0, 150.0), at(420.0, 150.0)), (at(180.0, 198.0), at(420.0, 198.0))],
            at_work: at(434.0, 250.0),
            ledger: Area { x: 622.0, y: 74.0, w: 212.0, h: 24.0 },
            store: Area { x: 850.0, y: 74.0, w: 212.0, h: 24.0 },
            row: 30.0,
            rows: 9,
            wide: true,
        },
        Layout::Narrow => Places {
            size: (340.0, 592.0),
            client: Area { x: 75.0, y: 8.0, w: 190.0, h: 66.0 },
            service: Area { x: 75.0, y: 190.0, w: 190.0, h: 62.0 },
            ways: [(at(130.0, 74.0), at(130.0, 190.0)), (at(210.0, 74.0), at(210.0, 190.0))],
            at_work: at(92.0, 270.0),
            ledger: Area { x: 6.0, y: 346.0, w: 160.0, h: 22.0 },
            store: Area { x: 174.0, y: 346.0, w: 160.0, h: 22.0 },
            row: 26.0,
            rows: 8,
            wide: false,
        },
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let places = places(view.layout);
    let mut marks = Vec::new();
    for (id, (from, to), label) in
        [("requests", places.ways[0], "requests →"), ("answers", places.ways[1], "← answers")]
    {
        marks.push(Mark::new(id, Shape::Wire { path: vec![from, to], cut: false }, Tone::Faint, "", ""));
        if places.wide {
            let above = id == "requests";
            let at = Point { x: (from.x + to.x) / 2.0, y: from.y + if above { -22.0 } else { 34.0 } };
            let shape = Shape::Words { at, anchor: Anchor::Middle };
            marks.push(Mark::new(format!("{id}-way"), shape, Tone::Faint, "", label));
        }
    }
    marks.push(client(lab, &places));
    marks.push(service(lab, &places));
    ledger(lab, &places, &mut marks);
    store(lab, &places, &mut marks);
    tokens(lab, &places, &mut marks);
    losses(lab, &places, view.glance, &mut marks);
    let name = format!(
        "A client, a payment service with {} charged in its ledger, and a key store with {}",
        euros(lab.service.charged),
        text::counted(lab.service.keys(lab.now) as u64, "key", "keys")
    );
    Diagram { width: places.size.0, height: places.size.1, name, marks }
}

/// The client, with what it knows of the reader's last payment.
fn client(lab: &Lab, places: &Places) -> Mark {
    let last = lab.last.and_then(|last| Some((last, lab.payments.get(&last)?)));
    let (tone, note) = match last {
        None => (Tone::Plain, format!("{} sent", text::grouped(lab.counts.requests as i64))),
        Some((number, payment)) => {
            let wait = lab.calls.values().filter(|call| call.payment == number).find_map(|call| call.again_at);
            let asks = lab.requests.values().filter(|request| request.payment == number && request.call.is_some());
            let since = asks.map(|request| request.sent).max();
            match (payment.state, wait, since) {
                (_, _, Some(since)) => {
                    let left = lab.setup.timeout.saturating_sub(lab.now.since(since));
                    (Tone::Half, format!("◔ waits, {} left", text::countdown(left)))
                }
                (_, Some(again), None) => {
                    (Tone::Half, format!("? sends again in {}", text::countdown(again.since(lab.now))))
                }
                (Known::Paid, ..) => (Tone::Ok, "✓ knows it has paid".to_owned()),
                (Known::Refused, ..) => (Tone::Bad, "✕ was refused".to_owned()),
                (Known::GaveUp, ..) => (Tone::Bad, "✕ gave up, knows nothing".to_owned()),
                (Known::Open, None, None) => (Tone::Plain, "idle".to_owned()),
            }
        }
    };
    let label = last.map_or_else(|| "Client".to_owned(), |(number, _)| format!("Client, payment {number}"));
    let mut mark =
        Mark::new("client", Shape::Node { at: places.client }, tone, label, note).with("pay", &[], "Pay 10 €");
    mark = mark.with("twice", &[], "Two at once");
    if last.is_some() {
        mark = mark.with("retry", &[], "Retry by hand").with("other_amount", &[], "Same key, 25 €");
    }
    mark
}

fn service(lab: &Lab, places: &Places) -> Mark {
    let at_work = lab.requests.values().filter(|request| matches!(request.stage, Stage::Work { .. })).count();
    let waiting = lab.requests.values().filter(|request| matches!(request.stage, Stage::Waits)).count();
    let mut note = if at_work == 0 { "idle".to_owned() } else { format!("works on {at_work}") };
    if waiting > 0 {
        note.push_str(&format!(", {waiting} waiting"));
    }
    let mark = Mark::new("service", Shape::Node { at: places.service }, Tone::Plain, "Payment service", note);
    if lab.armed { mark } else { mark.with("lose", &[], "Lose the next answer") }
}

fn heading(id: &str, list: Area, tone: Tone, label: &str, note: String) -> Mark {
    let at = Point { x: list.x + 2.0, y: list.y - 32.0 };
    Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, tone, label, note)
}

/// What stands in the place of the first row.
fn empty(id: &str, list: Area, said: &str) -> Mark {
    let at = Point { x: list.x + 2.0, y: list.y + 16.0 };
    Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, Tone::Faint, "", said)
}

fn row(places: &Places, list: Area, index: usize) -> Area {
    Area { y: list.y + places.row * index as f32, ..list }
}

/// The newest entries, the newest first.
fn ledger(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let list = places.ledger;
    let tone = if lab.counts.over > 0 { Tone::Bad } else { Tone::Plain };
    let note = match lab.counts.over {
        0 => format!("{} charged", euros(lab.service.charged)),
        over => format!("{}, {} too much", euros(lab.service.charged), euros(over)),
    };
    marks.push(heading("ledger", list, tone, "Ledger", note));
    for (index, entry) in lab.service.ledger.iter().rev().take(places.rows).enumerate() {
        let (tone, label) = if entry.again {
            (Tone::Bad, format!("▲ no. {} · {} again", entry.payment, euros(entry.amount)))
        } else {
            (Tone::Ok, format!("✓ no. {} · {}", entry.payment, euros(entry.amount)))
        };
        let shape = Shape::Span { at: row(places, list, index), wasted: false };
        marks.push(Mark::new(format!("entry-{}", entry.number), shape, tone, label, ""));
    }
    if lab.service.entries() == 0 {
        marks.push(empty("ledger-empty", list, "nothing charged yet"));
    }
    more(lab.service.entries() as usize, "ledger-more", places, list, marks);
}

/// The keys: those in flight, and then those done, the newest first.
fn store(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let list = places.store;
    let keys = lab.service.keys(lab.now);
    let capacity = lab.setup.store.settings().capacity as usize;
    let (tone, note) = if !lab.setup.key && keys == 0 {
        (Tone::Faint, if places.wide { "▲ requests have no key" } else { "▲ no keys are sent" }.to_owned())
    } else if keys >= capacity {
        (Tone::Bad, format!("▲ full with {}", text::counted(keys as u64, "key", "keys")))
    } else {
        (Tone::Plain, format!("{keys} of {capacity} keys"))
    };
    marks.push(heading("store", list, tone, "Key store", note));
    for (index, held) in lab.service.held(lab.now).into_iter().take(places.rows).enumerate() {
        let name = service::name(*held.key);
        let left = held.ends.unwrap_or(lab.now).since(lab.now);
        let (tone, label) = match held.answer {
            None => (Tone::Half, format!("◔ {name} · in flight")),
            Some(receipt) if places.wide => {
                (Tone::Info, format!("{name} · {} · {} left", euros(receipt.amount), rounded(left)))
            }
            Some(_) => (Tone::Info, format!("{name} · {} left", rounded(left))),
        };
        let shape = Shape::Span { at: row(places, list, index), wasted: false };
        marks.push(Mark::new(format!("key-{name}"), shape, tone, label, ""));
    }
    if keys == 0 {
        let said = if lab.setup.key { "no key yet" } else { "so it knows nothing" };
        marks.push(empty("store-empty", list, said));
    }
    more(keys, "store-more", places, list, marks);
}

/// Says how many rows there are beyond those that are drawn.
fn more(all: usize, id: &str, places: &Places, list: Area, marks: &mut Vec<Mark>) {
    if all > places.rows {
        let at = Point { x: list.x + 2.0, y: row(places, list, places.rows).y + 10.0 };
        let note = format!("and {} more", text::grouped((all - places.rows) as i64));
        marks.push(Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, Tone::Faint, "", note));
    }
}

/// In whole seconds up to some minutes, so that a list of them is quiet.
fn rounded(left: Duration) -> String {
    if left < Duration::from_secs(120) { format!("{}\u{a0}s", left.as_secs_f64() as u64) } else { about(left) }
}

/// Every request on its way: out, at work, and back.
fn tokens(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let (mut drawn, mut at_work) = (0, 0);
    for (id, request) in &lab.requests {
        let Some((at, sign)) = place(lab, request, places, &mut at_work) else { continue };
        drawn += 1;
        if drawn > TOKENS_MAX {
            break;
        }
        let tone = match sign {
            Sign::Tick => Tone::Ok,
            Sign::Cross => Tone::Bad,
            _ => Tone::Info,
        };
        marks.push(Mark::new(format!("request-{id}"), Shape::Token { at, sign }, tone, "", ""));
    }
}

fn place(lab: &Lab, request: &Request, places: &Places, at_work: &mut usize) -> Option<(Point, Sign)> {
    let share = |since| {
        let gone = lab.now.since(since);
        (gone.as_secs_f64() / lab.setup.leg.as_secs_f64().max(1e-9)).min(1.0) as f32
    };
    match &request.stage {
        Stage::Out => Some((places.ways[0].0.toward(places.ways[0].1, share(request.sent)), Sign::None)),
        Stage::Work { .. } | Stage::Waits => {
            *at_work += 1;
            let waits = matches!(request.stage, Stage::Waits);
            let at = Point { x: places.at_work.x + 20.0 * (*at_work - 1) as f32, ..places.at_work };
            (*at_work <= AT_WORK_MAX).then_some((at, if waits { Sign::Waiting } else { Sign::None }))
        }
        Stage::Back { since, reply } => {
            let sign = if matches!(reply, Reply::Refused(_)) { Sign::Cross } else { Sign::Tick };
            Some((places.ways[1].1.toward(places.ways[1].0, share(*since)), sign))
        }
        Stage::Lost => None,
    }
}

/// What was lost a moment ago, half-way.
fn losses(lab: &Lab, places: &Places, glance: Duration, marks: &mut Vec<Mark>) {
    let mut told = [false; 2];
    for lost in lab.recent.iter().rev().take_while(|lost| lab.now.since(lost.at) < glance * 2) {
        let way = usize::from(lost.answer);
        let at = places.ways[way].0.toward(places.ways[way].1, 0.5);
        if std::mem::replace(&mut told[way], true) {
            continue;
        }
        let id = format!("lost-{}-{}", lost.id, way);
        marks.push(Mark::new(&id, Shape::Token { at, sign: Sign::Cross }, Tone::Bad, "", ""));
        let (said, at, anchor) = match (places.wide, lost.answer) {
            (true, true) => ("✕ answer lost", Point { y: at.y - 14.0, x: at.x + 62.0 }, Anchor::Middle),
            (true, false) => ("✕ request lost", Point { y: at.y + 22.0, x: at.x - 62.0 }, Anchor::Middle),
            (false, true) => ("✕ answer lost", Point { x: at.x + 16.0, y: at.y + 5.0 }, Anchor::Start),
            (false, false) => ("✕ request lost", Point { x: at.x - 16.0, y: at.y + 5.0 }, Anchor::End),
        };
        marks.push(Mark::new(format!("{id}-said"), Shape::Words { at, anchor }, Tone::Bad, "", said));
    }
}
