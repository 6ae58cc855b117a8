//! Things with an extent: grids of cells, vessels, bars and words.

use yew::Html;

use super::super::el::{el, many, maybe};
use crate::lab::scene::{Anchor, Area, Mark, Point, Tone};

use super::words::{Role, put, text, width, wrap};

/// Up to so many cells are drawn in the DOM; more on canvas.
pub(super) const MOST_CELLS: u32 = 320;

/// Cells this large have a sign inside; smaller ones differ by how they are filled.
const SIGNED: f32 = 10.0;

/// Distance between cells and their size: square, packed from the top left.
pub(super) fn cells(at: Area, columns: u32, runs: &[(u32, Tone)]) -> (f32, f32) {
    let columns = columns.max(1);
    let rows = count(runs).div_ceil(columns).max(1);
    let pitch = (at.w / columns as f32).min(at.h / rows as f32);
    let gap = if pitch >= SIGNED { (pitch * 0.16).clamp(2.0, 5.0) } else { (pitch * 0.2).min(1.5) };
    (pitch, pitch - gap)
}

/// How many cells there are.
pub(super) fn count(runs: &[(u32, Tone)]) -> u32 {
    runs.iter().map(|run| run.0).sum()
}

/// What of a small cell is filled, in shares of it: told apart without colour.
pub(super) fn bars(tone: Tone) -> &'static [[f32; 4]] {
    match tone {
        Tone::Bad => &[[0.0, 0.0, 1.0, 0.36], [0.0, 0.64, 1.0, 0.36]],
        Tone::Half => &[[0.0, 0.5, 1.0, 0.5]],
        Tone::Faint | Tone::Plain => &[[0.3, 0.3, 0.4, 0.4]],
        Tone::LaneB => &[[0.0, 0.0, 0.36, 1.0], [0.64, 0.0, 0.36, 1.0]],
        Tone::Ok | Tone::Info | Tone::LaneA => &[[0.0, 0.0, 1.0, 1.0]],
    }
}

/// All tones, in the order of their declaration.
pub(super) const TONES: [Tone; 8] =
    [Tone::Plain, Tone::Ok, Tone::Bad, Tone::Half, Tone::Info, Tone::Faint, Tone::LaneA, Tone::LaneB];

/// Many equal cells: a path a tone and one for its signs, so that a frame changes few attributes.
pub(super) fn grid(mark: &Mark, at: Area, columns: u32, runs: &[(u32, Tone)], wide: bool) -> Html {
    let body = if count(runs) > MOST_CELLS { Html::default() } else { drawn(at, columns.max(1), runs) };
    many(vec![body, captions(mark, at, wide)])
}

fn drawn(at: Area, columns: u32, runs: &[(u32, Tone)]) -> Html {
    let (pitch, size) = cells(at, columns, runs);
    let mut paths: Vec<(Tone, String, String)> = Vec::new();
    let mut number = 0;
    for (many, tone) in runs {
        let slot = paths.iter().position(|path| path.0 == *tone).unwrap_or_else(|| {
            paths.push((*tone, String::new(), String::new()));
            paths.len() - 1
        });
        for cell in number..number + many {
            let (x, y) = (at.x + (cell % columns) as f32 * pitch, at.y + (cell / columns) as f32 * pitch);
            let (_, body, sign) = &mut paths[slot];
            if size >= SIGNED {
                rounded(body, Area { x, y, w: size, h: size }, (size * 0.24).min(5.0));
                put_sign(sign, *tone, x, y, size);
            } else {
                for [dx, dy, w, h] in bars(*tone) {
                    rounded(body, Area { x: x + dx * size, y: y + dy * size, w: w * size, h: h * size }, 0.0);
                }
            }
        }
        number += many;
    }
    let class = if size >= SIGNED { "dg-cell" } else { "dg-speck" };
    let mut drawn = Vec::new();
    for (tone, body, sign) in paths {
        let sign = (!sign.is_empty())
            .then(|| el("path.dg-glyph").set("d", sign).num("stroke-width", (size * 0.12).clamp(1.6, 3.0)));
        let cells = el("path").class(class).set("d", body);
        let name = super::tone(tone);
        drawn.push(el("g").key(name).class(name).put(cells).put(maybe(sign)).html());
    }
    many(drawn)
}

/// The sign inside a cell: a cross for failed, an hourglass for slow, a tick for well; none for merely busy or idle.
fn put_sign(path: &mut String, tone: Tone, x: f32, y: f32, size: f32) {
    let points: &[(char, f32, f32)] = match tone {
        Tone::Bad => &[('M', 0.31, 0.31), ('L', 0.69, 0.69), ('M', 0.69, 0.31), ('L', 0.31, 0.69)],
        Tone::Half => &[('M', 0.32, 0.28), ('L', 0.68, 0.28), ('L', 0.32, 0.72), ('L', 0.68, 0.72), ('Z', 0.0, 0.0)],
        Tone::Ok => &[('M', 0.28, 0.53), ('L', 0.44, 0.69), ('L', 0.73, 0.34)],
        Tone::LaneB => &[('M', 0.5, 0.28), ('L', 0.5, 0.72)],
        _ => &[],
    };
    for (sign, dx, dy) in points {
        path.push(*sign);
        if *sign != 'Z' {
            put(path, x + dx * size);
            path.push(' ');
            put(path, y + dy * size);
        }
    }
}

fn rounded(path: &mut String, at: Area, r: f32) {
    path.push('M');
    put(path, at.x + r);
    path.push(' ');
    put(path, at.y);
    let corner = |path: &mut String, dx: f32, dy: f32| {
        if r > 0.0 {
            path.push('a');
            for value in [r, r] {
                put(path, value);
                path.push(' ');
            }
            path.push_str("0 0 1 ");
            put(path, dx);
            path.push(' ');
            put(path, dy);
        }
    };
    let side = |path: &mut String, sign: char, length: f32| {
        path.push(sign);
        put(path, length);
    };
    side(path, 'h', at.w - 2.0 * r);
    corner(path, r, r);
    side(path, 'v', at.h - 2.0 * r);
    corner(path, -r, r);
    side(path, 'h', 2.0 * r - at.w);
    corner(path, -r, -r);
    side(path, 'v', 2.0 * r - at.h);
    corner(path, r, -r);
    path.push('z');
}

/// Label above, note below.
fn captions(mark: &Mark, at: Area, wide: bool) -> Html {
    let room = at.w.max(width(&mark.label, Role::Label, wide));
    let above = wrap(&mark.label, Role::Label, wide, room, 1);
    let below = wrap(&mark.note, Role::Note, wide, at.w.max(if wide { 240.0 } else { 160.0 }), 2);
    many(vec![
        text(&above, Role::Label, wide, at.x, at.y - 9.0, Anchor::Start, ""),
        text(&below, Role::Note, wide, at.x, at.y + at.h + Role::Note.leading(wide), Anchor::Start, ""),
    ])
}

/// A vessel that fills: upwards when it is taller than wide, otherwise to the right. Its limit is where it is full.
pub(super) fn meter(mark: &Mark, at: Area, fill: f32, wide: bool) -> Html {
    let share = fill.clamp(0.0, 1.0);
    let tall = at.h >= at.w;
    let (full, surface, limit) = if tall {
        let top = at.y + at.h * (1.0 - share);
        (
            Area { y: top, h: at.h * share, ..at },
            [Point { x: at.x, y: top }, Point { x: at.x + at.w, y: top }],
            [Point { x: at.x - 8.0, y: at.y }, Point { x: at.x + at.w + 8.0, y: at.y }],
        )
    } else {
        let right = at.x + at.w * share;
        (
            Area { w: at.w * share, ..at },
            [Point { x: right, y: at.y }, Point { x: right, y: at.y + at.h }],
            [Point { x: at.x + at.w, y: at.y - 8.0 }, Point { x: at.x + at.w, y: at.y + at.h + 8.0 }],
        )
    };
    // The walls leave the side of the limit open.
    let (x, y, right, foot) = (at.x, at.y, at.x + at.w, at.y + at.h);
    let corners = if tall {
        [(x, y), (x, foot), (right, foot), (right, y)]
    } else {
        [(right, y), (x, y), (x, foot), (right, foot)]
    };
    let walls = corners.map(|(x, y)| Point { x, y });
    let centre = at.centre();
    let inside = width(&mark.note, Role::Note, wide) <= at.w - 8.0 && at.h >= Role::Note.leading(wide);
    let note = wrap(&mark.note, Role::Note, wide, if inside { at.w } else { at.w.max(150.0) }, 2);
    let note_y = if inside { centre.y + Role::Note.size(wide) * 0.35 } else { foot + 4.0 + Role::Note.leading(wide) };
    let label = wrap(&mark.label, Role::Label, wide, at.w.max(180.0), 1);
    let (label_x, anchor) = if tall { (centre.x, Anchor::Middle) } else { (at.x, Anchor::Start) };
    let line = |what: &'static str, corners: &[Point]| el(what).set("d", super::shapes::polyline(corners));
    many(vec![
        el("rect.dg-vessel").area(at).html(),
        el("rect.dg-level").area(full).html(),
        maybe((share > 0.0).then(|| line("path.dg-surface", &surface))),
        line("path.dg-walls.dg-edge", &walls).html(),
        line("path.dg-limit", &limit).html(),
        text(&label, Role::Label, wide, label_x, at.y - 13.0, anchor, ""),
        text(&note, Role::Note, wide, centre.x, note_y, Anchor::Middle, "dg-still"),
    ])
}

/// A bar; hatched where it is work for nobody. Small and square, it is a dot.
pub(super) fn span(mark: &Mark, at: Area, wasted: bool, wide: bool, edge: f32) -> Html {
    let rx = 5.0_f32.min(at.h / 2.0).min(at.w / 2.0).max(0.0);
    let role = Role::Note;
    let fits = at.h >= role.size(wide) + 2.0 && width(&mark.label, role, wide) <= at.w - 14.0;
    let middle = at.y + at.h / 2.0 + role.size(wide) * 0.35;
    // Words that do not fit inside stand behind the bar, or before it where the picture ends.
    let mut outside = if fits { String::new() } else { mark.label.clone() };
    if !outside.is_empty() && !mark.note.is_empty() {
        outside.push_str(" · ");
    }
    outside.push_str(&mark.note);
    let end = at.x + at.w + 9.0;
    let behind = end + width(&outside, role, wide) <= edge;
    let (x, y, anchor) = if behind {
        (end, middle, Anchor::Start)
    } else if at.x - 9.0 >= width(&outside, role, wide) && !fits {
        (at.x - 9.0, middle, Anchor::End)
    } else {
        (at.x + 2.0, at.y + at.h + role.size(wide) * 1.1, Anchor::Start)
    };
    let inside = if fits { wrap(&mark.label, role, wide, at.w, 1) } else { Vec::new() };
    let outside = wrap(&outside, role, wide, (edge - x).max(at.w), 1);
    let bar = el("rect.dg-span.dg-edge").class_if(wasted, "dg-wasted").area(at).num("rx", rx);
    let hatching = wasted.then(|| el("path.dg-hatch").set("d", hatch(at, 8.0)));
    // Hatching would eat the letters.
    let plate = inside.first().filter(|_| wasted).map(|words| {
        let w = width(words, role, wide) + 10.0;
        el("rect.dg-plate[rx=4]").area(Area { x: at.x + 3.0, y: at.y + 3.0, w, h: at.h - 6.0 })
    });
    let ink = if wasted { "dg-still" } else { "dg-inside" };
    many(vec![
        bar.html(),
        maybe(hatching),
        maybe(plate),
        text(&inside, role, wide, at.x + 8.0, middle, Anchor::Start, ink),
        text(&outside, role, wide, x, y, anchor, ""),
    ])
}

/// Slanted lines that end at the box's edges: patterns and clips would need ids that are unique in the page.
fn hatch(at: Area, step: f32) -> String {
    let mut d = String::new();
    let inner = super::measure::inflate(at, -1.5);
    if inner.w <= 0.0 || inner.h <= 0.0 {
        return d;
    }
    let (right, foot) = (inner.x + inner.w, inner.y + inner.h);
    // Lines x + y = k from the top left corner to the bottom right one.
    let lines = ((inner.w + inner.h) / step) as u32;
    for line in 1..=lines.min(400) {
        let k = inner.x + inner.y + line as f32 * step;
        let low = Point { x: (k - foot).max(inner.x), y: (k - inner.x).min(foot) };
        let high = Point { x: (k - inner.y).min(right), y: (k - right).max(inner.y) };
        d.push_str(&super::shapes::polyline(&[low, high]));
    }
    d
}

/// Words on their own: they wrap towards the edges of the picture.
pub(super) fn words(mark: &Mark, at: Point, anchor: Anchor, wide: bool, edge: f32) -> Html {
    let room = match anchor {
        Anchor::Start => edge - at.x,
        Anchor::End => at.x,
        Anchor::Middle => 2.0 * at.x.min(edge - at.x),
    } - 4.0;
    let label = wrap(&mark.label, Role::Label, wide, room, 3);
    let note = wrap(&mark.note, Role::Note, wide, room, 4);
    let below = match label.len() {
        0 => 0.0,
        lines => (lines - 1) as f32 * Role::Label.leading(wide) + Role::Note.leading(wide) * 1.06,
    };
    many(vec![
        text(&label, Role::Label, wide, at.x, at.y, anchor, ""),
        text(&note, Role::Note, wide, at.x, at.y + below, anchor, "dg-still"),
    ])
}
