//! The picture: the page with its three parts, and beside each the service that it comes from.

use std::time::Duration;

use halfopen_core::fallback::{Answer, Source, Step};

use super::{Became, Lab, Page, Part, Slot};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Sign, Tone};
use crate::lab::text::{about, euros, grouped};

/// Requests drawn at most.
const TOKENS_MAX: usize = 36;

/// Where things stand; of parts and services the first, the others below it.
struct Places {
    size: (f32, f32),
    page: Area,
    heading: Point,
    part: Area,
    service: Area,
    /// The second provider, where there is room for one.
    second: Option<Area>,
    pitch: f32,
    foot: Point,
    money: Point,
    /// From one page to the next in the row of the last ones.
    dots: f32,
}

fn places(layout: Layout) -> Places {
    match layout {
        Layout::Wide => Places {
            size: (1080.0, 436.0),
            page: Area { x: 20.0, y: 12.0, w: 440.0, h: 338.0 },
            heading: Point { x: 42.0, y: 46.0 },
            part: Area { x: 40.0, y: 88.0, w: 400.0, h: 70.0 },
            service: Area { x: 640.0, y: 88.0, w: 190.0, h: 62.0 },
            second: Some(Area { x: 900.0, y: 88.0, w: 160.0, h: 62.0 }),
            pitch: 86.0,
            foot: Point { x: 22.0, y: 382.0 },
            money: Point { x: 640.0, y: 376.0 },
            dots: 11.0,
        },
        Layout::Narrow => Places {
            size: (340.0, 434.0),
            page: Area { x: 4.0, y: 6.0, w: 208.0, h: 282.0 },
            heading: Point { x: 16.0, y: 32.0 },
            part: Area { x: 12.0, y: 64.0, w: 192.0, h: 66.0 },
            service: Area { x: 238.0, y: 64.0, w: 98.0, h: 66.0 },
            second: None,
            pitch: 74.0,
            foot: Point { x: 8.0, y: 314.0 },
            money: Point { x: 8.0, y: 374.0 },
            dots: 8.0,
        },
    }
}

impl Places {
    fn below(&self, first: Area, part: Part) -> Area {
        Area { y: first.y + self.pitch * part as usize as f32, ..first }
    }

    /// From a part to its service.
    fn wire(&self, part: Part) -> (Point, Point) {
        let (from, to) = (self.below(self.part, part), self.below(self.service, part));
        let y = to.y + to.h * 0.42;
        (Point { x: from.x + from.w, y }, Point { x: to.x, y })
    }

    /// From a part past its service to the second provider.
    fn second_wire(&self, part: Part) -> Option<Vec<Point>> {
        let (from, to) = (self.below(self.part, part), self.below(self.second?, part));
        let y = from.y + from.h + 4.0;
        let x = to.centre().x;
        let start = Point { x: from.x + from.w, y: from.y + from.h - 12.0 };
        Some(vec![
            start,
            Point { x: start.x + 40.0, y: start.y },
            Point { x: start.x + 60.0, y },
            Point { x, y },
            Point { x, y: to.y + to.h },
        ])
    }
}

pub(super) fn diagram(lab: &Lab, layout: Layout) -> Diagram {
    let places = places(layout);
    let mut marks = Vec::new();
    let (tone, state) = condition(lab);
    marks.push(Mark::new("page-frame", Shape::Node { at: places.page }, Tone::Plain, "", ""));
    let shape = Shape::Words { at: places.heading, anchor: Anchor::Start };
    marks.push(Mark::new("page", shape, tone, "Product page", state.clone()));
    for part in Part::ALL {
        let (from, to) = places.wire(part);
        let broken = lab.part(part).broken.is_some();
        let path = Shape::Wire { path: vec![from, to], cut: broken };
        marks.push(Mark::new(format!("wire-{}", part.id()), path, Tone::Plain, "", ""));
        if has_second(lab, part)
            && let (Some(path), Some(at)) = (places.second_wire(part), places.second)
        {
            let shape = Shape::Wire { path, cut: false };
            marks.push(Mark::new(format!("second-wire-{}", part.id()), shape, Tone::Faint, "", ""));
            let shape = Shape::Node { at: places.below(at, part) };
            let note = format!("✓ answers in {}", about(lab.setup.second));
            marks.push(Mark::new(format!("second-{}", part.id()), shape, Tone::Plain, "Second provider", note));
        }
    }
    for part in Part::ALL {
        marks.push(shown(lab, part, &places));
        marks.push(service(lab, part, &places, layout));
    }
    tokens(lab, &places, &mut marks);
    foot(lab, &places, &mut marks);
    let name =
        format!("A product page ({}) and the three services behind it", state.trim_start_matches(['●', '◔', '✕', ' ']));
    Diagram { width: places.size.0, height: places.size.1, name, marks }
}

fn has_second(lab: &Lab, part: Part) -> bool {
    lab.setup.fallback[part as usize].steps().any(|step| step == Step::Second)
}

/// How the last page is, in words.
fn condition(lab: &Lab) -> (Tone, String) {
    match lab.shown.as_ref().map(|shown| (shown.became, shown.took)) {
        None => (Tone::Faint, "not asked for yet".to_owned()),
        Some((Became::Whole, took)) => (Tone::Ok, format!("● whole, after {}", about(took))),
        Some((Became::Degraded, took)) => (Tone::Half, format!("◔ degraded, after {}", about(took))),
        Some((Became::Failed, took)) => (Tone::Bad, format!("✕ an error, after {}", about(took))),
    }
}

/// A part as the last page shows it.
fn shown(lab: &Lab, part: Part, places: &Places) -> Mark {
    let failed = lab.shown.as_ref().is_some_and(|shown| shown.became == Became::Failed);
    let slot = lab.shown.as_ref().and_then(|shown| shown.slots.get(part as usize));
    let (tone, label, note) = match slot {
        None => (Tone::Faint, part.title().to_owned(), "…".to_owned()),
        Some(_) if failed && part != Part::Price => {
            (Tone::Faint, part.title().to_owned(), "not shown on an error page".to_owned())
        }
        Some(Slot::Has(answer)) => {
            let (tone, from) = source(answer);
            (tone, value(part, answer), from)
        }
        Some(Slot::Missing { cached }) => {
            let note = match cached {
                Some(age) => format!("✕ last good one too old: {}", short(*age)),
                None if part == Part::Price => "✕ error, nothing behind it".to_owned(),
                None => "✕ error, left out".to_owned(),
            };
            (Tone::Bad, format!("No {}", part.name()), note)
        }
        Some(Slot::Asks { .. } | Slot::AsksSecond { .. }) => {
            (Tone::Faint, part.title().to_owned(), "not waited for".to_owned())
        }
    };
    let at = places.below(places.part, part);
    acts(lab, part, Mark::new(format!("part-{}", part.id()), Shape::Node { at }, tone, label, note))
}

/// Where an answer comes from, with its sign.
fn source(answer: &Answer<u64>) -> (Tone, String) {
    match answer.source {
        Source::Primary => (Tone::Ok, "● fresh".to_owned()),
        Source::Cached => (Tone::Half, format!("◔ from the cache, {} old", short(answer.age.unwrap_or_default()))),
        Source::Second => (Tone::Half, "◇ second provider, fresh".to_owned()),
        Source::Static => (Tone::Half, "■ fixed value, of no age".to_owned()),
    }
}

/// With one decimal from a second on, so that it does not jump about.
fn short(age: Duration) -> String {
    if age < Duration::from_secs(60) { format!("{:.1}\u{a0}s", age.as_secs_f64()) } else { about(age) }
}

fn value(part: Part, answer: &Answer<u64>) -> String {
    match (part, answer.source) {
        (Part::Price, _) => format!("Price {}", euros(answer.value)),
        (Part::Recommendations, Source::Static) => "Best sellers".to_owned(),
        (Part::Recommendations, Source::Second) => "Similar products".to_owned(),
        (Part::Recommendations, _) => "Picked for you".to_owned(),
        (Part::Stock, Source::Static) => "Usually in stock".to_owned(),
        (Part::Stock, _) => format!("{} in stock", answer.value),
    }
}

fn service(lab: &Lab, part: Part, places: &Places, layout: Layout) -> Mark {
    let (tone, note) = match lab.part(part).broken {
        None => (Tone::Plain, format!("✓ answers in {}", about(lab.setup.latency))),
        Some(_) if lab.setup.hangs => (Tone::Bad, "… never answers".to_owned()),
        Some(_) => (Tone::Bad, "✕ fails every call".to_owned()),
    };
    let label = match (layout, part) {
        (Layout::Wide, Part::Recommendations) => "Recommendations",
        (Layout::Wide, Part::Price) => "Price service",
        (Layout::Wide, Part::Stock) => "Stock service",
        (Layout::Narrow, Part::Recommendations) => "Recomm.",
        (Layout::Narrow, _) => part.title(),
    };
    let at = places.below(places.service, part);
    acts(lab, part, Mark::new(format!("service-{}", part.id()), Shape::Node { at }, tone, label, note))
}

fn acts(lab: &Lab, part: Part, mark: Mark) -> Mark {
    if lab.part(part).broken.is_some() {
        mark.with(part.heals(), &[], format!("Heal the {}", part.service()))
    } else {
        mark.with(part.breaks(), &[], format!("Break the {}", part.service()))
    }
}

/// What the pages under way ask for.
fn tokens(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let mut drawn = 0;
    for (id, page) in &lab.pages {
        for part in Part::ALL {
            let Some((at, sign, tone)) = token(lab, page, part, places) else { continue };
            drawn += 1;
            if drawn > TOKENS_MAX {
                return;
            }
            marks.push(Mark::new(format!("ask-{id}-{}", part.id()), Shape::Token { at, sign }, tone, "", ""));
        }
    }
}

fn token(lab: &Lab, page: &Page, part: Part, places: &Places) -> Option<(Point, Sign, Tone)> {
    let share = |since, whole: Duration| {
        (lab.now.since(since).as_secs_f64() / whole.as_secs_f64().max(1e-9)).clamp(0.0, 1.0) as f32
    };
    match page.slot(part) {
        Slot::Asks { until } => {
            let (from, to) = places.wire(part);
            let whole = until.since(page.asked);
            if whole > lab.setup.latency {
                // It is waited for in vain.
                return Some((to, Sign::Waiting, Tone::Info));
            }
            let gone = share(page.asked, whole) * 2.0;
            let back = gone > 1.0;
            let broken = lab.part(part).broken.is_some_and(|since| since <= page.asked);
            let sign = match (back, broken) {
                (false, _) => Sign::None,
                (true, true) => Sign::Cross,
                (true, false) => Sign::None,
            };
            let tone = if sign == Sign::Cross { Tone::Bad } else { Tone::Info };
            Some((from.toward(to, if back { 2.0 - gone } else { gone }), sign, tone))
        }
        Slot::AsksSecond { since, .. } => {
            let gone = share(*since, lab.setup.second) * 2.0;
            let there = if gone > 1.0 { 2.0 - gone } else { gone };
            let at = match places.second_wire(part) {
                Some(path) => along(&path, there),
                None => {
                    let (from, to) = places.wire(part);
                    from.toward(to, there)
                }
            };
            Some((at, Sign::Probe, Tone::Half))
        }
        Slot::Has(_) | Slot::Missing { .. } => None,
    }
}

/// A point on a way of several pieces.
fn along(path: &[Point], share: f32) -> Point {
    let long = |from: Point, to: Point| libm::hypotf(to.x - from.x, to.y - from.y);
    let pieces = || path.iter().copied().zip(path.iter().copied().skip(1));
    let mut left = pieces().map(|(from, to)| long(from, to)).sum::<f32>() * share;
    let mut at = path.first().copied().unwrap_or_default();
    for (from, to) in pieces() {
        let length = long(from, to);
        if left <= length {
            return from.toward(to, left / length.max(1e-6));
        }
        left -= length;
        at = to;
    }
    at
}

/// The last pages as a row of signs, and what it all costs.
fn foot(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let at = places.foot;
    let shape = Shape::Words { at, anchor: Anchor::Start };
    let number = lab.shown.as_ref().map_or(0, |shown| shown.number);
    let note = match number {
        0 => "no page yet".to_owned(),
        _ => format!("the last {} pages: ■ whole, | degraded, ● failed", lab.recent.len()),
    };
    marks.push(Mark::new("last-pages", shape, Tone::Plain, "", note));
    for (became, tone, id) in [
        (Became::Whole, Tone::Ok, "last-whole"),
        (Became::Degraded, Tone::Half, "last-degraded"),
        (Became::Failed, Tone::Bad, "last-failed"),
    ] {
        let places: Vec<Point> = (0..)
            .zip(&lab.recent)
            .filter(|(_, page)| **page == became)
            .map(|(index, _)| Point { x: at.x + 6.0 + places.dots * index as f32, y: at.y + 22.0 })
            .collect();
        if !places.is_empty() {
            marks.push(Mark::new(id, Shape::Dots { at: places, size: 7.0 }, tone, "", ""));
        }
    }
    let counts = &lab.counts;
    let (tone, label) = match counts.stale_loss {
        0 => (Tone::Plain, "Stale prices cost nothing so far".to_owned()),
        cents => (Tone::Bad, format!("▲ Stale prices cost {}", euros(cents))),
    };
    let mut note = format!(
        "{} of {} orders below the price, which is {} now",
        grouped(counts.below as i64),
        grouped(counts.orders as i64),
        euros(lab.market.price())
    );
    if counts.missed > 0 {
        note.push_str(&format!("; errors cost {}", euros(counts.error_loss)));
    }
    let shape = Shape::Words { at: places.money, anchor: Anchor::Start };
    marks.push(Mark::new("money", shape, tone, label, note));
}
