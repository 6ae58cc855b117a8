//! The picture: the two arrangements side by side, or one below the other, each thread a square that shows what it waits for.

use super::Lab;
use super::lane::{Lane, Pool};
use super::numbers::{percent, threads};
use super::setup::{Arranged, Kind};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone};
use crate::lab::text;

/// From this size on a thread is drawn with a sign in it.
const SIGNED: f32 = 12.0;
/// From this size on one bar in it can be told from two.
const BARRED: f32 = 9.0;

/// Where the parts of an arrangement stand.
struct Places {
    title: Point,
    /// The whole width, and the parts of it above each kind.
    x: f32,
    w: f32,
    parts: [(f32, f32); 2],
    queue: f32,
    grid: (f32, f32),
    nodes: (f32, f32),
    /// What both share.
    shared: f32,
}

impl Places {
    fn new(layout: Layout, arranged: Arranged, shared: bool) -> Self {
        let second = arranged as usize as f32;
        match layout {
            Layout::Wide => Self::at(24.0 + second * 540.0, 0.0, 492.0, &WIDE),
            Layout::Narrow => Self::at(12.0, second * Self::narrow(shared), 316.0, &NARROW),
        }
    }

    /// The height of an arrangement on a phone.
    fn narrow(shared: bool) -> f32 {
        if shared { 290.0 } else { 246.0 }
    }

    fn at(x: f32, y: f32, w: f32, rows: &Rows) -> Self {
        let left = w * rows.left;
        Self {
            title: Point { x, y: y + rows.title },
            x,
            w,
            parts: [(x, left), (x + left + rows.gap, w - left - rows.gap)],
            queue: y + rows.queue,
            grid: (y + rows.grid, rows.cells),
            nodes: (y + rows.nodes, rows.node),
            shared: y + rows.shared,
        }
    }

    /// The part above a kind, or all of it.
    fn part(&self, of: Option<Kind>) -> (f32, f32) {
        of.map_or((self.x, self.w), |kind| self.parts[kind as usize])
    }
}

/// How far down each part stands.
struct Rows {
    title: f32,
    left: f32,
    gap: f32,
    queue: f32,
    grid: f32,
    cells: f32,
    nodes: f32,
    node: f32,
    shared: f32,
}

const WIDE: Rows = Rows {
    title: 24.0,
    left: 0.36,
    gap: 28.0,
    queue: 70.0,
    grid: 122.0,
    cells: 78.0,
    nodes: 234.0,
    node: 72.0,
    shared: 350.0,
};
const NARROW: Rows = Rows {
    title: 18.0,
    left: 0.4,
    gap: 16.0,
    queue: 52.0,
    grid: 92.0,
    cells: 48.0,
    nodes: 164.0,
    node: 66.0,
    shared: 266.0,
};

pub(super) fn diagram(lab: &Lab, layout: Layout) -> Diagram {
    let (wide, shared) = (layout == Layout::Wide, lab.setup.shared > 0);
    let (width, foot) = match (wide, shared) {
        (true, true) => (1080.0, 398.0),
        (true, false) => (1080.0, 342.0),
        (false, _) => (340.0, 2.0 * Places::narrow(shared) + 14.0),
    };
    let words = |id: &str, y: f32, said: String| {
        let at = Point { x: if wide { 24.0 } else { 12.0 }, y };
        Mark::new(id, Shape::Words { at, anchor: Anchor::Start }, Tone::Plain, "", said)
    };
    // Words come first and what can be pressed last: its hint stands over the rest.
    let size = size(lab, layout);
    let mut marks = vec![words("legend", foot, legend(lab, size))];
    let second = foot + if wide { 22.0 } else { 72.0 };
    if !shared {
        let said = "Both also share CPU, memory and the database, which no bulkhead of threads divides; here none of these runs short.";
        marks.push(words("still-shared", second, said.to_owned()));
    }
    let height = match (wide, shared) {
        (true, _) => foot + 34.0,
        (false, true) => foot + 72.0,
        (false, false) => second + 58.0,
    };
    let mut nodes = Vec::new();
    for arranged in Arranged::ALL {
        arrangement(lab, arranged, &Places::new(layout, arranged, shared), size, &mut marks, &mut nodes);
    }
    marks.append(&mut nodes);
    let state = |arranged: Arranged| if lab.starves(arranged) { "starve" } else { "are served" };
    let name = format!(
        "One process in two arrangements; payments are {}; orders {} in the shared pool and {} behind bulkheads",
        if lab.slow.is_some() { "slow" } else { "quick" },
        state(Arranged::Shared),
        state(Arranged::Apart)
    );
    Diagram { width, height, name, marks }
}

/// How the threads are told apart; small ones have no room for signs.
fn legend(lab: &Lab, size: f32) -> String {
    let noun = lab.setup.noun(1);
    if size >= SIGNED {
        format!(
            "A square is a {noun}: plain for a payment, an hourglass for a slow one, a cross where its caller has gone, a tick for an order, hollow when free."
        )
    } else if size < BARRED {
        format!(
            "A mark is a {noun}, those of payments first: partly filled for a slow payment, full for the others, a dot when free."
        )
    } else {
        format!(
            "A mark is a {noun}, those of payments first: a bar for a slow payment, two where its caller has gone, full for the others, a dot when free."
        )
    }
}

/// A thread is as large in one arrangement as in the other: as large as the fullest pool lets it be.
fn size(lab: &Lab, layout: Layout) -> f32 {
    let mut least = f32::INFINITY;
    for arranged in Arranged::ALL {
        let (lane, places) = (lab.of(arranged), Places::new(layout, arranged, false));
        for pool in &lane.pools {
            let (w, h) = (places.part(pool.of).1, places.grid.1);
            let cells = runs(lab, lane, pool).1;
            let fits = |rows: u32| (w / cells.div_ceil(rows).max(1) as f32).min(h / rows as f32);
            least = least.min((1..=12).map(fits).fold(0.0, f32::max));
        }
    }
    least
}

fn arrangement(
    lab: &Lab,
    arranged: Arranged,
    places: &Places,
    size: f32,
    marks: &mut Vec<Mark>,
    nodes: &mut Vec<Mark>,
) {
    let lane = lab.of(arranged);
    let id = |part: &str| format!("{}-{part}", if arranged == Arranged::Shared { "shared" } else { "apart" });
    let noun = lab.setup.noun(2);
    let title = match arranged {
        Arranged::Shared => format!("One shared {}", if lab.setup.semaphore { "semaphore" } else { "pool" }),
        Arranged::Apart => "Bulkheads".to_owned(),
    };
    let title = Mark::new(
        id("title"),
        Shape::Words { at: places.title, anchor: Anchor::Start },
        Tone::Plain,
        format!("{title}: {} {noun}", slots(lab, lane)),
        "",
    );
    marks.push(title);
    let (top, height) = places.grid;
    for pool in &lane.pools {
        let part = pool.of.map_or("all", Kind::name);
        marks.push(queue(lab, pool, id(&format!("{part}-queue")), places));
        let (x, w) = places.part(pool.of);
        let (runs, total) = runs(lab, lane, pool);
        // A little more, for the division's rounding.
        let rows = total.div_ceil(((w / size + 0.01) as u32).max(1)).max(1);
        let columns = total.div_ceil(rows).max(1);
        let at = Area { x, y: top, w: columns as f32 * size, h: rows as f32 * size };
        let shape = Shape::Grid { at, columns, runs };
        let full = pool.bulkhead.in_use() >= lab.setup.slots(pool.of);
        let tone = if full { Tone::Bad } else { Tone::Plain };
        marks.push(Mark::new(id(&format!("{part}-threads")), shape, tone, used(lab, lane, pool), ""));
    }
    if arranged == Arranged::Apart {
        // The wall.
        let x = f32::midpoint(places.parts[0].0 + places.parts[0].1, places.parts[1].0);
        let y = places.queue - 18.0;
        let at = Area { x: x - 2.0, y, w: 4.0, h: top + height + 8.0 - y };
        marks.push(Mark::new(id("wall"), Shape::Span { at, wasted: false }, Tone::Plain, "", ""));
    }
    for kind in Kind::ALL {
        let (x, w) = places.part(Some(kind));
        let (y, h) = places.nodes;
        let middle = x + w / 2.0;
        let path = vec![Point { x: middle, y: top + height + 3.0 }, Point { x: middle, y }];
        let wire = Shape::Wire { path, cut: false };
        marks.push(Mark::new(id(&format!("{}-wire", kind.name())), wire, Tone::Plain, "", ""));
        nodes.push(node(lab, arranged, kind, id(kind.name()), Area { x, y, w, h }));
    }
    if lab.setup.shared > 0 {
        let (work, full) = (lane.at_work(), lab.setup.full_speed);
        let at = Area { x: places.x, y: places.shared, w: places.w - 10.0, h: 12.0 };
        let fill = (work as f32 / full.max(1) as f32).min(1.0);
        let tone = if work > u64::from(full) { Tone::Half } else { Tone::Ok };
        let label = format!("Shared: {work} at work, full speed up to {full}");
        marks.push(Mark::new(id("shared"), Shape::Meter { at, fill }, tone, label, ""));
    }
}

/// “30”, or “10 and 20”.
fn slots(lab: &Lab, lane: &Lane) -> String {
    let of: Vec<String> = lane.pools.iter().map(|pool| lab.setup.slots(pool.of).to_string()).collect();
    of.join(" and ")
}

fn queue(lab: &Lab, pool: &Pool, id: String, places: &Places) -> Mark {
    let (x, w) = places.part(pool.of);
    let (waiting, of) = (pool.bulkhead.waiting(), lab.setup.queue(pool.of));
    let fill = (waiting as f32 / of.max(1) as f32).min(1.0);
    let label = match (of, waiting) {
        (0, 0) => "no queue".to_owned(),
        // Short, where there is little room.
        _ if pool.of.is_some() && waiting.max(of) >= 100 => format!("{waiting}/{of} wait"),
        _ => format!("{waiting} of {of} wait"),
    };
    let tone = match (waiting, fill < 1.0) {
        (0, _) => Tone::Faint,
        (_, true) => Tone::Half,
        (_, false) => Tone::Bad,
    };
    let at = Area { x, y: places.queue, w: w - 10.0, h: 10.0 };
    Mark::new(id, Shape::Meter { at, fill }, tone, label, "")
}

/// “30 of 30 in use: 26 for payments”.
fn used(lab: &Lab, lane: &Lane, pool: &Pool) -> String {
    let (used, all) = (pool.bulkhead.in_use(), lab.setup.slots(pool.of));
    match (pool.of, lane.of(Kind::Payments).slots) {
        (None, payments) if payments > 0 => format!("{used} of {all} in use, {payments} for payments"),
        // Short, where there is little room.
        (Some(_), _) if used.max(all) >= 100 => format!("{used}/{all} in use"),
        _ => format!("{used} of {all} in use"),
    }
}

/// Slots by what they wait for, and how many there are.
fn runs(lab: &Lab, lane: &Lane, pool: &Pool) -> (Vec<(u32, Tone)>, u32) {
    let mut runs = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| pool.of.is_none_or(|of| of == *kind)) {
        let account = lane.of(kind);
        let wanted = match kind {
            Kind::Payments if lab.slow.is_some() => Tone::Half,
            Kind::Payments => Tone::Info,
            Kind::Orders => Tone::Ok,
        };
        runs.push((account.held, Tone::Bad));
        runs.push((account.slots - account.held, wanted));
    }
    let used: u32 = runs.iter().map(|run| run.0).sum();
    let all = lab.setup.slots(pool.of).max(used);
    runs.push((all - used, Tone::Faint));
    runs.retain(|run| run.0 > 0);
    (runs, all)
}

fn node(lab: &Lab, arranged: Arranged, kind: Kind, id: String, at: Area) -> Mark {
    let share = lab.share(arranged, kind);
    let answered = share.map_or_else(
        || "none answered yet".to_owned(),
        // Short: there is little room.
        |share| format!("{} answered", percent(share).replace("under ", "<\u{202f}")),
    );
    let slow = kind == Kind::Payments && lab.slow.is_some();
    let well = share.is_none_or(|share| share >= 0.95);
    let (tone, note) = match (slow, well) {
        (true, _) => (Tone::Half, format!("… {} each, {answered}", text::about(lab.setup.slow))),
        (false, true) => (Tone::Ok, format!("✓ {answered}")),
        (false, false) => (Tone::Bad, format!("✕ {answered}")),
    };
    let tone = if share.is_none() && !slow { Tone::Plain } else { tone };
    let label = if at.w > 150.0 {
        format!("{} {}/s", kind.title(), threads(lab.setup.per_second(kind)))
    } else {
        kind.title().to_owned()
    };
    let node = Mark::new(id, Shape::Node { at }, tone, label, note);
    match (kind, slow) {
        (Kind::Payments, false) => node.with("slow", &[], "Make payments slow"),
        (Kind::Payments, true) => node.with("usual", &[], "Make payments quick again"),
        (Kind::Orders, _) => node.with("burst", &[], "Send 40 orders at once"),
    }
}
