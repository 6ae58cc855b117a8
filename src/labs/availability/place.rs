//! Where the blocks stand: in series from left to right, in rows where they are many; in parallel below each other between two
//! rails. What has no room is folded into one box.

use super::picture::kind;
use super::setup::Setup;
use crate::lab::scene::{Area, Layout, Point};
use crate::system::{Given, Is, Needed, System};

/// The sizes of a layout, in units.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    layout: Layout,
    /// What holds where the system does not say it.
    given: Given,
    /// Of a part.
    pub(super) part: (f32, f32),
    /// Between things.
    gap: f32,
    row: f32,
    /// From a rail to what hangs on it.
    rail: f32,
    /// Of a group's caption.
    caption: f32,
    /// All of the width.
    pub(super) room: f32,
    /// How high a field of cells is.
    pub(super) field: f32,
    /// Boxes drawn at most.
    boxes: usize,
    pub(super) margin: f32,
}

pub(super) fn sizes(layout: Layout) -> Sizes {
    match layout {
        Layout::Wide => Sizes {
            layout,
            given: Given::default(),
            part: (160.0, 74.0),
            gap: 26.0,
            row: 20.0,
            rail: 24.0,
            caption: 40.0,
            room: 1040.0,
            field: 74.0,
            boxes: 48,
            margin: 20.0,
        },
        Layout::Narrow => Sizes {
            layout,
            given: Given::default(),
            part: (132.0, 58.0),
            gap: 18.0,
            row: 16.0,
            rail: 15.0,
            caption: 31.0,
            room: 332.0,
            field: 58.0,
            boxes: 24,
            margin: 4.0,
        },
    }
}

/// Copies of a part that are drawn one by one, below each other and in a row; more are a field of cells.
const COPIES: (usize, usize) = (6, 12);

/// Something in the picture.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) at: Area,
    /// Which block of the text, and the first of its parts.
    pub(super) block: usize,
    pub(super) part: usize,
    pub(super) what: What,
}

/// What it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Part,
    /// So many parts alike.
    Field(usize),
    /// A group with no room for what is in it: so many parts.
    Folded(usize),
    /// What follows in a group has no room: so many parts.
    More(usize),
    /// A group's caption.
    Caption,
}

/// A block with its size, and where its wire enters: as far below its top on both sides.
struct Sized {
    w: f32,
    h: f32,
    /// Of the way in, below the top; of the way out.
    inlet: f32,
    outlet: f32,
    what: Kind,
    block: usize,
    part: usize,
}

enum Kind {
    Leaf(What),
    /// Rows of blocks.
    Series {
        rows: Vec<Vec<Sized>>,
        caption: bool,
    },
    Stack(Vec<Sized>),
}

/// How high a diagram may be, in units, and how few boxes are drawn if it would be higher.
const HIGHEST: f32 = 1200.0;
const FEWEST: usize = 3;

/// Everything in its place, and the wires.
pub(super) struct Plan {
    pub(super) puts: Vec<Put>,
    pub(super) wires: Vec<Vec<Point>>,
    pub(super) height: f32,
}

/// About how wide the caption of a group is, in words of the layout.
pub(super) fn caption_width(words: &str, layout: Layout) -> f32 {
    let (letter, beside) = if layout == Layout::Wide { (8.6, 30.0) } else { (7.6, 20.0) };
    words.chars().count() as f32 * letter + beside
}

/// Letters of a name that fit in one line of a part, beside a sign; and what a second line takes.
const fn second_line(layout: Layout) -> (usize, f32) {
    match layout {
        Layout::Wide => (11, 16.0),
        Layout::Narrow => (10, 20.0),
    }
}

/// `longest` is how many letters the longest name has: what stands below it keeps its lines.
pub(super) fn plan(setup: &Setup, layout: Layout, top: f32, longest: usize) -> Plan {
    let (system, mut sizes) = (&setup.system, Sizes { given: setup.given, ..sizes(layout) });
    let (fits, more) = second_line(layout);
    if longest > fits {
        sizes.part.1 += more;
    }
    // As many boxes as there is room for.
    let fits = |boxes: &usize| {
        let (mut left, mut cursor) = (*boxes, Cursor { block: 0, part: 0 });
        let whole = size(system, &sizes, sizes.room - 2.0 * sizes.gap, &mut left, &mut cursor, true);
        (whole.h <= HIGHEST || *boxes == FEWEST).then_some(whole)
    };
    let Some(whole) = [sizes.boxes, 24, 16, 10, 6, FEWEST].iter().find_map(fits) else {
        return Plan { puts: Vec::new(), wires: Vec::new(), height: top };
    };
    let mut plan = Plan { puts: Vec::new(), wires: Vec::new(), height: top + whole.h };
    let x = sizes.margin + sizes.gap + (sizes.room - 2.0 * sizes.gap - whole.w) / 2.0;
    let (inlet, outlet) = (top + whole.inlet, top + whole.outlet);
    plan.wires.push(vec![Point { x: sizes.margin, y: inlet }, Point { x, y: inlet }]);
    plan.wires.push(vec![Point { x: x + whole.w, y: outlet }, Point { x: sizes.margin + sizes.room, y: outlet }]);
    put(&whole, x, top, (false, false), &sizes, &mut plan);
    plan
}

/// The next block of the text, and the next part.
struct Cursor {
    block: usize,
    part: usize,
}

/// How many blocks of the text it is, and how many parts.
fn extent(system: &System) -> (usize, usize) {
    match &system.is {
        Is::Part { .. } => (1, 1),
        Is::Group { blocks, copies, .. } => {
            let inside = blocks.iter().map(extent).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
            (1 + inside.0, inside.1 * copies)
        }
    }
}

fn leaf(what: What, block: usize, part: usize, (w, h): (f32, f32)) -> Sized {
    Sized { w, h, inlet: h / 2.0, outlet: h / 2.0, what: Kind::Leaf(what), block, part }
}

/// How large a block is in this room.
fn size(system: &System, sizes: &Sizes, room: f32, left: &mut usize, cursor: &mut Cursor, outermost: bool) -> Sized {
    let Cursor { block, part } = *cursor;
    let (blocks_in, parts_in) = extent(system);
    let Is::Group { needed, blocks, copies, .. } = &system.is else {
        *cursor = Cursor { block: block + 1, part: part + 1 };
        *left = left.saturating_sub(1);
        return leaf(What::Part, block, part, sizes.part);
    };
    let after = Cursor { block: block + blocks_in, part: part + parts_in };
    let all = needed.is_all(blocks.len() * copies);
    let most = if all { COPIES.1 } else { COPIES.0 };
    let stacked = !all && *copies <= most || matches!(needed, Needed::Failover { .. });
    let inner = if stacked { room - 2.0 * sizes.rail } else { room };
    let alike = matches!(blocks.first().map(|block| &block.is), Some(Is::Part { .. }));
    if *copies > most && alike {
        *left = left.saturating_sub(1);
        *cursor = after;
        let w = sizes.part.0;
        let field = leaf(What::Field(*copies), block + 1, part, ((w * 2.0).min(room), sizes.field + 44.0));
        return captioned(vec![vec![field]], sizes, block, part);
    }
    if inner < sizes.part.0 || *left < 2 || (*copies > most && !alike) {
        *left = left.saturating_sub(1);
        *cursor = after;
        return leaf(What::Folded(parts_in), block, part, sizes.part);
    }
    cursor.block += 1;
    let first = cursor.block;
    let mut children = Vec::new();
    let mut seen = 0;
    'all: for _ in 0..*copies {
        cursor.block = first;
        for child in blocks {
            if *left == 0 {
                let more = parts_in - seen;
                children.push(leaf(What::More(more), block, cursor.part, sizes.part));
                break 'all;
            }
            seen += extent(child).1;
            children.push(size(child, sizes, inner, left, cursor, false));
        }
    }
    *cursor = after;
    if !stacked {
        let rows = rows(children, sizes, room);
        return if outermost || rows.len() > 1 || *copies > 1 {
            captioned(rows, sizes, block, part)
        } else {
            series(rows, sizes, block, part, false)
        };
    }
    // The caption too, where there is room for it.
    let words = caption_width(&("★ ".to_owned() + &kind(system, &sizes.given, false)), sizes.layout).min(inner);
    let w = children.iter().map(|child| child.w).fold(sizes.part.0.max(words), f32::max) + 2.0 * sizes.rail;
    let mut h = sizes.caption;
    for (index, child) in children.iter().enumerate() {
        h += child.h + if index > 0 { sizes.row * 0.7 } else { 0.0 };
    }
    let middle = sizes.caption + (h - sizes.caption) / 2.0;
    Sized { w, h, inlet: middle, outlet: middle, what: Kind::Stack(children), block, part }
}

fn captioned(rows: Vec<Vec<Sized>>, sizes: &Sizes, block: usize, part: usize) -> Sized {
    series(rows, sizes, block, part, true)
}

/// As many to a row as fit.
fn rows(children: Vec<Sized>, sizes: &Sizes, room: f32) -> Vec<Vec<Sized>> {
    let mut rows: Vec<Vec<Sized>> = Vec::new();
    let mut used = 0.0;
    for child in children {
        let more = child.w + sizes.gap;
        match rows.last_mut().filter(|_| used + more <= room) {
            Some(row) => {
                used += more;
                row.push(child);
            }
            None => {
                used = child.w;
                rows.push(vec![child]);
            }
        }
    }
    rows
}

fn above(row: &[Sized]) -> f32 {
    row.iter().map(|child| child.inlet.max(child.outlet)).fold(0.0, f32::max)
}

fn below(row: &[Sized]) -> f32 {
    row.iter().map(|child| child.h - child.inlet.min(child.outlet)).fold(0.0, f32::max)
}

fn width(row: &[Sized], sizes: &Sizes) -> f32 {
    row.iter().map(|child| child.w + sizes.gap).sum::<f32>() - sizes.gap
}

fn series(rows: Vec<Vec<Sized>>, sizes: &Sizes, block: usize, part: usize, caption: bool) -> Sized {
    // The caption stands right above the first block of the first row, which may be lower than the others.
    let lower = rows.first().map_or(0.0, |row| above(row) - row.first().map_or(0.0, |first| first.inlet));
    let head = if caption { (sizes.caption - lower).max(0.0) } else { 0.0 };
    let w = rows.iter().map(|row| width(row, sizes)).fold(0.0, f32::max);
    let w = if caption { w.max(sizes.part.0) } else { w };
    let mut h = head;
    for (index, row) in rows.iter().enumerate() {
        h += above(row) + below(row) + if index > 0 { sizes.row * 1.6 } else { 0.0 };
    }
    let inlet = head + rows.first().map_or(0.0, |row| above(row));
    let outlet = h - rows.last().map_or(0.0, |row| below(row));
    Sized { w, h, inlet, outlet, what: Kind::Series { rows, caption }, block, part }
}

/// Puts a block and all that is in it where it belongs; it may be entered from above, and left below.
fn put(sized: &Sized, x: f32, y: f32, upright: (bool, bool), sizes: &Sizes, plan: &mut Plan) {
    let at = |x, y| Point { x, y };
    let (block, part) = (sized.block, sized.part);
    match &sized.what {
        Kind::Leaf(what) => {
            let area = Area { x, y, w: sized.w, h: sized.h };
            plan.puts.push(Put { at: area, block, part, what: what.clone() });
        }
        Kind::Series { rows, caption } => {
            let mut top = y + sized.inlet - rows.first().map_or(0.0, |row| above(row));
            // One below the other: joined from foot to head.
            let column = rows.iter().all(|row| row.len() == 1);
            if let Some((row, first)) = rows.first().and_then(|row| Some((row, row.first()?))).filter(|_| *caption) {
                let in_middle = rows.len() == 1 || column;
                let left = if in_middle { (sized.w - width(row, sizes)) / 2.0 } else { 0.0 };
                let high = y + sized.inlet - first.inlet - sizes.caption;
                let area = Area { x: x + left, y: high, w: sized.w - left, h: sizes.caption - 8.0 };
                plan.puts.push(Put { at: area, block, part, what: What::Caption });
            }
            let mut out: Option<Point> = None;
            let mut leaves = at(x, y);
            for (number, row) in rows.iter().enumerate() {
                let upright = (column && number > 0, column && number + 1 < rows.len());
                let axis = top + above(row);
                // A single row stands in the middle of its group.
                let mut left = if rows.len() == 1 || column { x + (sized.w - width(row, sizes)) / 2.0 } else { x };
                match out {
                    None => plan.wires.push(vec![at(x, axis), at(left, axis)]),
                    Some(from) if column => {
                        let middle = x + sized.w / 2.0;
                        plan.wires.push(vec![at(middle, from.y), at(middle, axis - above(row))]);
                    }
                    Some(from) => {
                        let (between, right, back) =
                            (top - sizes.row * 0.8, from.x + sizes.gap * 0.4, left - sizes.gap * 0.4);
                        let path = vec![
                            from,
                            at(right, from.y),
                            at(right, between),
                            at(back, between),
                            at(back, axis),
                            at(left, axis),
                        ];
                        plan.wires.push(path);
                    }
                }
                for (index, child) in row.iter().enumerate() {
                    if index > 0 {
                        plan.wires.push(vec![at(left - sizes.gap, axis), at(left, axis)]);
                    }
                    put(child, left, axis - child.inlet, upright, sizes, plan);
                    left += child.w + sizes.gap;
                }
                let end = at(left - sizes.gap, axis);
                out = Some(if column { at(end.x, axis + below(row)) } else { end });
                leaves = end;
                top = axis + below(row) + sizes.row * 1.6;
            }
            plan.wires.push(vec![leaves, at(x + sized.w, leaves.y)]);
        }
        Kind::Stack(children) => {
            let area = Area { x: x + sizes.rail, y, w: sized.w - 2.0 * sizes.rail, h: sizes.caption - 8.0 };
            plan.puts.push(Put { at: area, block, part, what: What::Caption });
            let (left, right, middle) = (x + sizes.rail * 0.4, x + sized.w - sizes.rail * 0.4, y + sized.inlet);
            let mut top = y + sizes.caption;
            // Where the rails meet the first and the last, on both sides.
            let mut ends = None;
            for child in children {
                let inside = x + (sized.w - child.w) / 2.0;
                let (enter, leave) = (top + child.inlet, top + child.outlet);
                plan.wires.push(vec![at(left, enter), at(inside, enter)]);
                plan.wires.push(vec![at(inside + child.w, leave), at(right, leave)]);
                let begun = |ends: Option<((f32, f32), (f32, f32))>| ends.map_or((enter, leave), |ends| ends.0);
                ends = Some((begun(ends), (enter, leave)));
                put(child, inside, top, (false, false), sizes, plan);
                top += child.h + sizes.row * 0.7;
            }
            let Some(((first, first_out), (last, last_out))) = ends else { return };
            let centre = x + sized.w / 2.0;
            if upright.0 {
                let level = y + (sizes.caption - 8.0) / 2.0;
                plan.wires.push(vec![at(x + sizes.rail, level), at(left, level), at(left, last)]);
            } else {
                plan.wires.push(vec![at(left, first.min(middle)), at(left, last.max(middle))]);
                plan.wires.push(vec![at(x, middle), at(left, middle)]);
            }
            if upright.1 {
                let foot = y + sized.h + sizes.row * 0.6;
                plan.wires.push(vec![at(right, first_out), at(right, foot), at(centre, foot)]);
            } else {
                plan.wires.push(vec![at(right, first_out.min(middle)), at(right, last_out.max(middle))]);
                plan.wires.push(vec![at(right, middle), at(x + sized.w, middle)]);
            }
        }
    }
}
