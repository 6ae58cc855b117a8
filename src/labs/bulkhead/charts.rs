//! The charts: orders answered, threads in use, queues, and what pools of other sizes would cost.

use super::Lab;
use super::forecast::{idle, queue, turned_away};
use super::numbers::{many, percent, threads};
use super::setup::{Arranged, Kind};
use crate::lab::chart::{Axis, Chart, Limit, Line, Stroke};
use crate::lab::record::Level;
use crate::lab::scene::Tone;

type Points = Vec<(f64, f64)>;

/// Points of a line at most: each costs in every chart that is painted anew.
const POINTS_MAX: usize = 400;
/// Sizes of a pool that are worked out at most.
const SIZES: u32 = 100;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![orders(lab), in_use(lab), queues(lab), sizes(lab)]
}

fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(20.0) }
}

fn line(name: &str, tone: Tone, stroke: Stroke, points: Points) -> Line {
    Line { name: name.to_owned(), tone, stroke, points, spread: Vec::new() }
}

fn top(least: f64, lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(least, f64::max) * 1.1
}

/// Of a level that often changes, the highest of each few values.
fn level(lab: &Lab, level: &Level) -> Points {
    let points = level.points(lab.now);
    let few = points.len().div_ceil(POINTS_MAX).max(1);
    let highest =
        |part: &[(f64, f64)]| part.iter().copied().reduce(|high, point| if point.1 > high.1 { point } else { high });
    points.chunks(few).filter_map(highest).collect()
}

/// A rate in as many buckets as are drawn; what is left over at the end is not whole yet.
fn few(rates: Points) -> Points {
    let together = rates.len().div_ceil(POINTS_MAX).max(1);
    let mean =
        |part: &[(f64, f64)]| Some((part.first()?.0, part.iter().map(|point| point.1).sum::<f64>() / together as f64));
    rates.chunks_exact(together).filter_map(mean).collect()
}

fn orders(lab: &Lab) -> Chart {
    let answered = |arranged: Arranged| few(lab.of(arranged).of(Kind::Orders).answers.per_second(lab.now));
    let lines = vec![
        line("came", Tone::Info, Stroke::Area, few(lab.orders.per_second(lab.now))),
        line("answered, shared pool", Tone::LaneA, Stroke::Steps, answered(Arranged::Shared)),
        line("answered, bulkheads", Tone::LaneB, Stroke::DashedSteps, answered(Arranged::Apart)),
    ];
    let now = |arranged: Arranged| lab.share(arranged, Kind::Orders).map_or_else(|| "none".to_owned(), percent);
    Chart {
        lane: None,
        id: "orders",
        title: "Orders answered per second",
        reading: "Orders that got their answer before their callers gave up; what comes is the same for both."
            .to_owned(),
        x: time(lab),
        y: Axis {
            label: "orders per second",
            unit: "1/s",
            from: 0.0,
            to: top(lab.setup.per_second(Kind::Orders).max(1.0), &lines),
        },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!(
            "Of the orders of the last 2 seconds, answered from the shared pool: {}; behind bulkheads: {}.",
            now(Arranged::Shared),
            now(Arranged::Apart)
        ),
    }
}

fn in_use(lab: &Lab) -> Chart {
    let (noun, all) = (lab.setup.noun(2), lab.setup.slots(None));
    let used = |arranged: Arranged, kind: Kind| level(lab, &lab.of(arranged).of(kind).in_use);
    let (one, two) = (Arranged::Shared, Arranged::Apart);
    let lines = vec![
        line("payments, shared pool", Tone::Half, Stroke::Steps, used(one, Kind::Payments)),
        line("payments, bulkheads", Tone::Half, Stroke::DashedSteps, used(two, Kind::Payments)),
        line("orders, shared pool", Tone::Ok, Stroke::Steps, used(one, Kind::Orders)),
        line("orders, bulkheads", Tone::Ok, Stroke::DashedSteps, used(two, Kind::Orders)),
    ];
    let now = |arranged: Arranged, kind: Kind| many(lab.of(arranged).of(kind).slots);
    Chart {
        lane: None,
        id: "in-use",
        title: if lab.setup.semaphore { "Permits in use" } else { "Threads in use" },
        reading: "By what they wait for. Dashed: behind bulkheads, where payments end at their own pool.".to_owned(),
        x: time(lab),
        y: Axis { label: noun, unit: "", from: 0.0, to: top(all.into(), &lines) },
        lines,
        limits: vec![
            Limit { at: all.into(), label: format!("all {all}"), tone: Tone::Plain },
            Limit {
                at: lab.setup.slots(Some(Kind::Payments)).into(),
                label: format!("bulkhead of payments: {}", lab.setup.slots(Some(Kind::Payments))),
                tone: Tone::Half,
            },
        ],
        bands: Vec::new(),
        summary: format!(
            "In use now: {} for payments and {} for orders in the shared pool, {} and {} behind bulkheads.",
            now(one, Kind::Payments),
            now(one, Kind::Orders),
            now(two, Kind::Payments),
            now(two, Kind::Orders)
        ),
    }
}

fn queues(lab: &Lab) -> Chart {
    let pool = |arranged: Arranged, kind: Kind| {
        let lane = lab.of(arranged);
        &lane.pools[lane.pool_of(kind)]
    };
    let waiting = |arranged: Arranged, kind: Kind| level(lab, &pool(arranged, kind).waiting);
    let now = |arranged: Arranged, kind: Kind| pool(arranged, kind).bulkhead.waiting();
    let (one, two) = (Arranged::Shared, Arranged::Apart);
    let lines = vec![
        line("shared pool", Tone::LaneA, Stroke::Steps, waiting(one, Kind::Orders)),
        line("payments’ own", Tone::Half, Stroke::DashedSteps, waiting(two, Kind::Payments)),
        line("orders’ own", Tone::LaneB, Stroke::DashedSteps, waiting(two, Kind::Orders)),
    ];
    Chart {
        lane: None,
        id: "queues",
        title: "Waiting",
        reading: "Requests that wait for a thread or permit. A full queue makes each failure slow: whoever stands in it has waited for nothing.".to_owned(),
        x: time(lab),
        y: Axis { label: "requests", unit: "", from: 0.0, to: top(10.0, &lines) },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!(
            "Waiting now: {} before the shared pool, {} before the payments’ own and {} before the orders’ own.",
            now(one, Kind::Orders),
            now(two, Kind::Payments),
            now(two, Kind::Orders)
        ),
    }
}

/// What a pool that is too small, or too large, costs.
fn sizes(lab: &Lab) -> Chart {
    let (setup, slow) = (&lab.setup, lab.slow.is_some());
    let needs = Kind::ALL.map(|kind| setup.needs(kind, slow));
    let last = Kind::ALL
        .map(|kind| (needs[kind as usize] * 1.6).min(f64::from(SIZES)).max(f64::from(setup.slots(Some(kind)))))
        .into_iter()
        .fold(10.0, f64::max) as u32;
    let of = |kind: Kind, cost: fn(f64, u32, u32) -> f64| -> Points {
        let (load, places) = (needs[kind as usize], queue(setup, Some(kind)));
        (1..=last).map(|slots| (f64::from(slots), cost(load, slots, places) * 100.0)).collect()
    };
    let lost = turned_away;
    let spare = |load: f64, slots: u32, places: u32| idle(load, slots, places) / f64::from(slots.max(1));
    let lines = vec![
        line("payments turned away", Tone::Half, Stroke::Solid, of(Kind::Payments, lost)),
        line("of the payments’ pool idle", Tone::Half, Stroke::Dashed, of(Kind::Payments, spare)),
        line("orders turned away", Tone::Ok, Stroke::Solid, of(Kind::Orders, lost)),
        line("of the orders’ pool idle", Tone::Ok, Stroke::Dashed, of(Kind::Orders, spare)),
    ];
    let said = |kind: Kind| {
        let (has, load, places) = (setup.slots(Some(kind)), needs[kind as usize], queue(setup, Some(kind)));
        format!(
            "{} need {} and have {has}, which turns away {} and leaves {} idle",
            kind.title(),
            threads(load),
            percent(turned_away(load, has, places)),
            threads(idle(load, has, places))
        )
    };
    Chart {
        lane: None,
        id: "sizes",
        title: "What a pool of another size costs",
        reading: "Worked out for payments as they are now: too small a pool turns away, too large a pool is idle. Erlang’s formula with the queue as set, as if nobody gave up.".to_owned(),
        x: Axis { label: "size of the pool", unit: "", from: 1.0, to: f64::from(last) },
        y: Axis { label: "share", unit: "%", from: 0.0, to: 105.0 },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!("{}. {}.", said(Kind::Payments), said(Kind::Orders)),
    }
}
