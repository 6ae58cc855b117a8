//! Participants and what is between them: nodes, wires, switches, pips, requests and arcs.
#![expect(clippy::disallowed_methods, reason = "places in a picture decide no run")]

use yew::Html;

use super::super::el::{El, el, many, maybe};
use crate::lab::scene::{Anchor, Area, Blade, Mark, Point, Sign, Tone};

use super::measure::{MOST_PIPS, pitch, round, token};
use super::words::{Role, hundredths, num, put, stack, text, width, wrap, wrap_to};

/// A box, or a circle where it is square, with its words inside.
pub(super) fn node(mark: &Mark, at: Area, wide: bool) -> Html {
    let circle = round(at);
    let (pad, radius) = if wide { (12.0, 14.0) } else { (8.0, 12.0) };
    let radius = if circle { at.w / 2.0 } else { f32::min(radius, at.h / 2.0) };
    let room = if circle { at.w * 0.84 } else { at.w - 2.0 * pad };
    let label = wrap(&mark.label, Role::Label, wide, room, 2);
    let left = at.h - 6.0 - label.len() as f32 * Role::Label.leading(wide);
    let fits = (left / Role::Note.leading(wide)).floor().clamp(1.0, 3.0) as usize;
    let note = wrap(&mark.note, Role::Note, wide, room, fits);
    let centre = at.centre();
    let edge = |what: &'static str, drop: f32| el(what).area(Area { y: at.y + drop, ..at }).num("rx", radius);
    // What can be pressed stands a little above the paper.
    let lift = (!mark.acts.is_empty()).then(|| edge("rect.dg-lift", 4.0));
    let words = stack(&label, &note, wide, centre.x, centre.y);
    many(vec![maybe(lift), el("g.dg-top").put(edge("rect.dg-box.dg-edge", 0.0)).put(words).html()])
}

/// A line through its corners, with its label beside the middle of its longest piece.
pub(super) fn wire(mark: &Mark, path: &[Point], cut: bool, wide: bool, edge: f32) -> Html {
    let label = if mark.label.is_empty() && mark.note.is_empty() {
        Html::default()
    } else {
        let longest = path.windows(2).max_by(|a, b| span(a).total_cmp(&span(b)));
        longest.map_or(Html::default(), |piece| beside(mark, piece[0], piece[1], wide, edge))
    };
    let line = el("path.dg-wire.dg-edge").class_if(cut, "dg-cut").set("d", polyline(path));
    many(vec![line.html(), label])
}

fn span(piece: &[Point]) -> f32 {
    (piece[1].x - piece[0].x).abs() + (piece[1].y - piece[0].y).abs()
}

fn beside(mark: &Mark, from: Point, to: Point, wide: bool, edge: f32) -> Html {
    let middle = from.toward(to, 0.5);
    let level = (to.x - from.x).abs() >= (to.y - from.y).abs();
    // Clear of the requests that pass.
    let off = token(wide) + 6.0;
    let (x, y, anchor) = if level {
        (middle.x, middle.y - off, Anchor::Middle)
    } else {
        (middle.x + off, middle.y + Role::Note.size(wide) * 0.35, Anchor::Start)
    };
    words_at(mark, Point { x, y }, anchor, wide, edge)
}

/// A label and below it a note, broken where the picture ends.
fn words_at(mark: &Mark, at: Point, anchor: Anchor, wide: bool, edge: f32) -> Html {
    let room = match anchor {
        Anchor::Start => edge - at.x,
        Anchor::End => at.x - 4.0,
        Anchor::Middle => 2.0 * (at.x - 4.0).min(edge - at.x),
    };
    let label = wrap(&mark.label, Role::Note, wide, room, 3);
    let note = wrap(&mark.note, Role::Note, wide, room, 3);
    let below = label.len() as f32 * Role::Note.leading(wide);
    many(vec![
        text(&label, Role::Note, wide, at.x, at.y, anchor, "dg-halo"),
        text(&note, Role::Note, wide, at.x, at.y + below, anchor, "dg-halo"),
    ])
}

/// The path through some corners.
pub(super) fn polyline(path: &[Point]) -> String {
    let mut d = String::with_capacity(path.len() * 12);
    for (number, point) in path.iter().enumerate() {
        d.push(if number == 0 { 'M' } else { 'L' });
        put(&mut d, point.x);
        d.push(' ');
        put(&mut d, point.y);
    }
    d
}

/// Where and how a switch stands.
pub(super) struct Stand {
    pub(super) at: Point,
    pub(super) radius: f32,
    pub(super) blade: Blade,
    pub(super) ring: Option<f32>,
    pub(super) upright: bool,
}

/// A switch in a wire. Lying, its words stand below the blade; upright, the blade takes the upper half of the ring and the
/// words interrupt the wire below it, so that they have the ring's whole width.
pub(super) fn switch(mark: &Mark, stand: &Stand, wide: bool) -> Html {
    let (r, upright) = (stand.radius, stand.upright);
    let stroke = if wide { 7.0 } else { 6.0 };
    let (hinge, contact) = if upright { (-0.7 * r, -0.1 * r) } else { (-0.61 * r, 0.61 * r) };
    let size = if wide { 7.5 } else { 6.5 };
    let word = r * if upright { 0.28 } else { 0.36 };
    let first = word + Role::Note.leading(wide) * 1.12;
    // Room inside the ring at the foot of a line.
    let room = |line: usize| {
        let y = first + 3.0 + line as f32 * Role::Note.leading(wide);
        2.0 * (r * r - y * y).max(0.0).sqrt() - 2.0 * stroke - 4.0
    };
    let fits = if first + Role::Note.leading(wide) + 4.0 < r * 0.9 { 2 } else { 1 };
    let note = wrap_to(&mark.note, Role::Note, wide, fits, &room);
    let label = wrap(&mark.label, Role::Word, wide, 2.0 * (r * r - word * word).max(0.0).sqrt() - 2.0 * stroke, 1);
    let foot = if note.is_empty() { word } else { first + (note.len() - 1) as f32 * Role::Note.leading(wide) } + 9.0;
    let line = |from: f32, to: f32| {
        let (x1, y1, x2, y2) = if upright { (0.0, from, 0.0, to) } else { (from, 0.0, to, 0.0) };
        el("line.dg-wire").num("x1", x1).num("y1", y1).num("x2", x2).num("y2", y2)
    };
    let along = |t: f32| if upright { (0.0, t) } else { (t, 0.0) };
    let ((hx, hy), (cx, cy), (bx, by)) = (along(hinge), along(contact), along(contact - hinge - 1.0));
    let blade = match stand.blade {
        Blade::Closed => "",
        Blade::Open => "dg-blade-open",
        Blade::HalfOpen => "dg-blade-half",
    };
    let dot = |element: El, x: f32, y: f32| element.num("cx", x).num("cy", y).num("r", size);
    let onward = if !upright {
        Some(line(contact, r - stroke / 2.0))
    } else if foot < r - stroke - 8.0 {
        Some(line(foot, r - stroke / 2.0))
    } else {
        None
    };
    let half = (stand.blade == Blade::HalfOpen).then(|| half_disc(cx, cy, size));
    let end = el("circle.dg-contact").class_if(stand.blade == Blade::Closed, "dg-made");
    el("g")
        .class_if(upright, "dg-upright")
        .moved(stand.at.x, stand.at.y)
        .put(el("circle.dg-disc").num("r", r))
        .put(ring(r, stroke, stand.ring))
        .put(line(-r + stroke / 2.0, hinge))
        .put(maybe(onward))
        .put(dot(end, cx, cy))
        .put(maybe(half))
        .put(dot(el("circle.dg-fill"), hx, hy))
        .put(
            el("g")
                .moved(hx, hy)
                .put(el("line.dg-blade").class(blade).num("x2", bx).num("y2", by).num("stroke-width", stroke)),
        )
        .put(text(&label, Role::Word, wide, 0.0, word, Anchor::Middle, ""))
        .put(text(&note, Role::Note, wide, 0.0, first, Anchor::Middle, ""))
        .html()
}

/// Half of a contact that is made.
fn half_disc(x: f32, y: f32, r: f32) -> El {
    let mut d = String::from("M");
    for (value, after) in [(x, " "), (y - r, "a"), (r, " "), (r, " 0 0 0 0 "), (2.0 * r, "z")] {
        put(&mut d, value);
        d.push_str(after);
    }
    el("path.dg-fill").set("d", d)
}

/// The ring of a switch: whole and quiet, or as much of it as is left, clockwise from the top.
fn ring(r: f32, stroke: f32, left: Option<f32>) -> Html {
    let round = std::f32::consts::TAU * r;
    let Some(left) = left.map(|share| share.clamp(0.0, 1.0)) else {
        return el("circle.dg-ring.dg-quiet.dg-edge").num("r", r).num("stroke-width", stroke * 0.5).html();
    };
    let track = el("circle.dg-track").num("r", r).num("stroke-width", stroke);
    let rest = (left > 0.002).then(|| {
        let mut dashes = num(round * left);
        dashes.push(' ');
        put(&mut dashes, round + 1.0);
        let rest = el("circle.dg-ring.dg-edge[transform=rotate(-90)]").num("r", r).num("stroke-width", stroke);
        rest.set("stroke-dasharray", dashes)
    });
    many(vec![track.html(), maybe(rest)])
}

/// A count towards a threshold; a bar where there are too many to count at a glance.
pub(super) fn pips(mark: &Mark, at: Point, (filled, of): (u32, u32), upright: bool, wide: bool, edge: f32) -> Html {
    let (pitch, r) = (pitch(wide), if wide { 6.5 } else { 5.5 });
    let shown = of.clamp(1, MOST_PIPS);
    let length = (shown - 1) as f32 * pitch;
    let body = if of > MOST_PIPS {
        let long = length + 2.0 * r;
        let full = long * (filled as f32 / of as f32).clamp(0.0, 1.0);
        let bar = |what: &'static str, share: f32| {
            let (w, h) = if upright { (2.0 * r, share) } else { (share, 2.0 * r) };
            el(what).area(Area { x: at.x - r, y: at.y - r, w, h }).num("rx", r)
        };
        let fill = (filled > 0).then(|| bar("rect.dg-fill", full.max(2.0 * r)));
        vec![bar("rect.dg-pip", long).html(), maybe(fill)]
    } else {
        let mut pips = Vec::new();
        for number in 0..of {
            let step = number as f32 * pitch;
            let (x, y) = if upright { (at.x, at.y + step) } else { (at.x + step, at.y) };
            let pip = el("circle.dg-pip").class_if(number < filled, "dg-on");
            pips.push(pip.num("cx", x).num("cy", y).num("r", r).html());
        }
        pips
    };
    let role = Role::Note;
    let label = if upright {
        let lines = wrap(&mark.label, role, wide, edge - at.x - r - 10.0, 4);
        let whole = !lines.iter().any(|line| line.ends_with('…'));
        let rise = (lines.len() as f32 - 1.0) / 2.0 * role.leading(wide);
        if whole && lines.len() < 4 {
            let y = at.y + length / 2.0 - rise + role.size(wide) * 0.35;
            text(&lines, role, wide, at.x + r + 10.0, y, Anchor::Start, "")
        } else {
            // No room beside them: below.
            let lines = wrap(&mark.label, role, wide, (role.size(wide) * 5.3).min(2.0 * (edge - at.x)), 4);
            text(&lines, role, wide, at.x, at.y + length + r + role.leading(wide), Anchor::Middle, "")
        }
    } else if at.x + length + r + 12.0 + width(&mark.label, role, wide) > edge {
        // No room behind them: below.
        let lines = wrap(&mark.label, role, wide, edge - at.x, 2);
        text(&lines, role, wide, at.x - r, at.y + r + role.leading(wide), Anchor::Start, "")
    } else {
        let lines = wrap(&mark.label, role, wide, edge, 1);
        text(&lines, role, wide, at.x + length + r + 10.0, at.y + role.size(wide) * 0.35, Anchor::Start, "")
    };
    many(vec![many(body), label])
}

/// What a request's outcome makes of its colour: one that only says "in motion" gives way.
pub(super) fn outcome(tone: Tone, sign: Sign) -> Tone {
    match (tone, sign) {
        (Tone::Info | Tone::Plain, Sign::Tick) => Tone::Ok,
        (Tone::Info | Tone::Plain, Sign::Cross) => Tone::Bad,
        (Tone::Info | Tone::Plain, Sign::Probe) => Tone::Half,
        _ => tone,
    }
}

/// A request on its way: each outcome has a shape of its own.
pub(super) fn request(at: Point, sign: Sign, wide: bool) -> Html {
    let r = token(wide);
    // Signs are drawn for a radius of 10.
    let mut scale = String::from("scale(");
    hundredths(&mut scale, r / 10.0);
    scale.push(')');
    let sized = |what: &'static str| el(what).set("transform", scale.clone());
    let (body, drawn) = match sign {
        Sign::None => (el("circle.dg-dot").num("r", r), None),
        Sign::Tick => (el("circle.dg-dot").num("r", r), Some(sized("path.dg-sign[d=M-4.6 .4l3.2 3.4 6-7]"))),
        Sign::Cross => (
            sized("path.dg-dot[d=M-4.3 -9.6h8.6l5.3 5.3v8.6l-5.3 5.3h-8.6l-5.3-5.3v-8.6z]"),
            Some(sized("path.dg-sign[d=M-3.6 -3.6l7.2 7.2M3.6 -3.6l-7.2 7.2]")),
        ),
        Sign::Probe => (el("circle.dg-hollow").num("r", r - 1.5), Some(el("circle.dg-core").num("r", r * 0.34))),
        Sign::Waiting => (
            el("circle.dg-hollow.dg-thin").num("r", r - 1.0),
            Some(sized("path.dg-dots[d=M-4.4 0h.01M0 0h.01M4.4 0h.01]")),
        ),
    };
    el("g").moved(at.x, at.y).put(body).put(maybe(drawn)).html()
}

/// A dotted arrow along an arc that fades.
pub(super) fn arc(mark: &Mark, (from, to): (Point, Point), bulge: f32, fresh: f32, wide: bool, edge: f32) -> Html {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = (dx * dx + dy * dy).sqrt().max(0.1);
    let (nx, ny) = (dy / length, -dx / length);
    let middle = from.toward(to, 0.5);
    // The curve's middle lies half way to its control point.
    let control = Point { x: middle.x + 2.0 * bulge * nx, y: middle.y + 2.0 * bulge * ny };
    let (tx, ty) = (to.x - control.x, to.y - control.y);
    let t = (tx * tx + ty * ty).sqrt().max(0.1);
    let (ux, uy) = (tx / t * 11.0, ty / t * 11.0);
    let wing = |side: f32| Point { x: to.x - ux * 0.86 - side * uy * 0.58, y: to.y - uy * 0.86 + side * ux * 0.58 };
    let mut curve = String::with_capacity(48);
    for (sign, point) in [('M', from), ('Q', control), (' ', to)] {
        curve.push(sign);
        put(&mut curve, point.x);
        curve.push(' ');
        put(&mut curve, point.y);
    }
    let off = bulge + 14.0_f32.copysign(bulge);
    let at = Point { x: middle.x + off * nx, y: middle.y + off * ny };
    let anchor = if nx * off > length * 0.1 && nx.abs() > 0.5 {
        Anchor::Start
    } else if nx.abs() > 0.5 {
        Anchor::End
    } else {
        Anchor::Middle
    };
    let drop = if anchor == Anchor::Middle && ny * off < 0.0 { 4.0 } else { Role::Note.size(wide) * 0.4 };
    let mut opacity = String::new();
    hundredths(&mut opacity, (fresh * 1.5).clamp(0.0, 1.0));
    el("g")
        .set("opacity", opacity)
        .put(el("path.dg-arc").set("d", curve))
        .put(el("path.dg-head").set("d", polyline(&[wing(1.0), to, wing(-1.0)])))
        .put(words_at(mark, Point { x: at.x, y: at.y + drop }, anchor, wide, edge))
        .html()
}
