//! Participants and what is between them: nodes, wires, switches, pips, requests and arcs.

use yew::prelude::*;

use crate::lab::scene::{Anchor, Area, Blade, Mark, Point, Sign, Tone};

use super::measure::{MOST_PIPS, pitch, round, token};
use super::words::{Role, num, put, stack, text, width, wrap, wrap_to};

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
    let edge = |class: &'static str, drop: f32| {
        html! { <rect {class} x={num(at.x)} y={num(at.y + drop)} width={num(at.w)} height={num(at.h)} rx={num(radius)} /> }
    };
    html! {
        <>
            // What can be pressed stands a little above the paper.
            if !mark.acts.is_empty() { { edge("dg-lift", 4.0) } }
            <g class="dg-top">
                { edge("dg-box dg-edge", 0.0) }
                { stack(&label, &note, wide, centre.x, centre.y) }
            </g>
        </>
    }
}

/// A line through its corners, with its label beside the middle of its longest piece.
pub(super) fn wire(mark: &Mark, path: &[Point], cut: bool, wide: bool, edge: f32) -> Html {
    let class = if cut { "dg-wire dg-edge dg-cut" } else { "dg-wire dg-edge" };
    let label = if mark.label.is_empty() && mark.note.is_empty() {
        Html::default()
    } else {
        let longest = path.windows(2).max_by(|a, b| span(a).total_cmp(&span(b)));
        longest.map_or(Html::default(), |piece| beside(mark, piece[0], piece[1], wide, edge))
    };
    html! { <><path {class} d={polyline(path)} />{ label }</> }
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
    html! {
        <>
            { text(&label, Role::Note, wide, at.x, at.y, anchor, "dg-halo") }
            { text(&note, Role::Note, wide, at.x, at.y + below, anchor, "dg-halo") }
        </>
    }
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
    let dot = if wide { 7.5 } else { 6.5 };
    let word = r * if upright { 0.28 } else { 0.36 };
    let first = word + Role::Note.leading(wide) * 1.12;
    // Room inside the ring at the foot of a line.
    let room = |line: usize| {
        let y = first + 3.0 + line as f32 * Role::Note.leading(wide);
        2.0 * (r * r - y * y).max(0.0).sqrt() - 2.0 * stroke - 4.0
    };
    let fits = if first + Role::Note.leading(wide) + 4.0 < r * 0.9 { 2 } else { 1 };
    let note = wrap_to(&mark.note, Role::Note, wide, fits, room);
    let label = wrap(&mark.label, Role::Word, wide, 2.0 * (r * r - word * word).max(0.0).sqrt() - 2.0 * stroke, 1);
    let foot = if note.is_empty() { word } else { first + (note.len() - 1) as f32 * Role::Note.leading(wide) } + 9.0;
    let line = |from: f32, to: f32| {
        let (x1, y1, x2, y2) = if upright { (0.0, from, 0.0, to) } else { (from, 0.0, to, 0.0) };
        html! { <line class="dg-wire" x1={num(x1)} y1={num(y1)} x2={num(x2)} y2={num(y2)} /> }
    };
    let along = |t: f32| if upright { (0.0, t) } else { (t, 0.0) };
    let ((hx, hy), (cx, cy), (bx, by)) = (along(hinge), along(contact), along(contact - hinge - 1.0));
    let (blade, half) = match stand.blade {
        Blade::Closed => ("dg-blade", false),
        Blade::Open => ("dg-blade dg-blade-open", false),
        Blade::HalfOpen => ("dg-blade dg-blade-half", true),
    };
    let mut end = "dg-contact".to_owned();
    if stand.blade == Blade::Closed {
        end.push_str(" dg-made");
    }
    html! {
        <g class={upright.then_some("dg-upright")} transform={format!("translate({} {})", num(stand.at.x), num(stand.at.y))}>
            <circle class="dg-disc" r={num(r)} />
            { ring(r, stroke, stand.ring) }
            { line(-r + stroke / 2.0, hinge) }
            if upright {
                if foot < r - stroke - 8.0 { { line(foot, r - stroke / 2.0) } }
            } else {
                { line(contact, r - stroke / 2.0) }
            }
            <circle class={end} cx={num(cx)} cy={num(cy)} r={num(dot)} />
            if half {
                // Half of the contact is made.
                <path class="dg-fill" d={format!("M{0} {1}a{2} {2} 0 0 0 0 {3}z", num(cx), num(cy - dot), num(dot), num(2.0 * dot))} />
            }
            <circle class="dg-fill" cx={num(hx)} cy={num(hy)} r={num(dot)} />
            <g transform={format!("translate({} {})", num(hx), num(hy))}>
                <line class={blade} x2={num(bx)} y2={num(by)} stroke-width={num(stroke)} />
            </g>
            { text(&label, Role::Word, wide, 0.0, word, Anchor::Middle, "") }
            { text(&note, Role::Note, wide, 0.0, first, Anchor::Middle, "") }
        </g>
    }
}

/// The ring of a switch: whole and quiet, or as much of it as is left, clockwise from the top.
fn ring(r: f32, stroke: f32, left: Option<f32>) -> Html {
    let round = std::f32::consts::TAU * r;
    let Some(left) = left.map(|share| share.clamp(0.0, 1.0)) else {
        return html! { <circle class="dg-ring dg-quiet dg-edge" r={num(r)} stroke-width={num(stroke * 0.5)} /> };
    };
    html! {
        <>
            <circle class="dg-track" r={num(r)} stroke-width={num(stroke)} />
            if left > 0.002 {
                <circle class="dg-ring dg-edge" r={num(r)} stroke-width={num(stroke)} transform="rotate(-90)"
                    stroke-dasharray={format!("{} {}", num(round * left), num(round + 1.0))} />
            }
        </>
    }
}

/// A count towards a threshold; a bar where there are too many to count at a glance.
pub(super) fn pips(mark: &Mark, at: Point, (filled, of): (u32, u32), upright: bool, wide: bool, edge: f32) -> Html {
    let (pitch, r) = (pitch(wide), if wide { 6.5 } else { 5.5 });
    let shown = of.clamp(1, MOST_PIPS);
    let length = (shown - 1) as f32 * pitch;
    let body = if of > MOST_PIPS {
        let long = length + 2.0 * r;
        let full = long * (filled as f32 / of as f32).clamp(0.0, 1.0);
        let bar = |class: &'static str, share: f32| {
            let (w, h) = if upright { (2.0 * r, share) } else { (share, 2.0 * r) };
            html! { <rect {class} x={num(at.x - r)} y={num(at.y - r)} width={num(w)} height={num(h)} rx={num(r)} /> }
        };
        html! { <>{ bar("dg-pip", long) }if filled > 0 { { bar("dg-fill", full.max(2.0 * r)) } }</> }
    } else {
        (0..of)
            .map(|number| {
                let step = number as f32 * pitch;
                let (x, y) = if upright { (at.x, at.y + step) } else { (at.x + step, at.y) };
                let class = if number < filled { "dg-pip dg-on" } else { "dg-pip" };
                html! { <circle {class} cx={num(x)} cy={num(y)} r={num(r)} /> }
            })
            .collect()
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
    html! { <>{ body }{ label }</> }
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
    let transform = format!("translate({} {})", num(at.x), num(at.y));
    let sized = |d: &'static str, class: &'static str| {
        // Signs are drawn for a radius of 10.
        html! { <path {class} {d} transform={format!("scale({})", r / 10.0)} /> }
    };
    let body = match sign {
        Sign::None => html! { <circle class="dg-dot" r={num(r)} /> },
        Sign::Tick => html! { <><circle class="dg-dot" r={num(r)} />{ sized("M-4.6 .4l3.2 3.4 6-7", "dg-sign") }</> },
        Sign::Cross => html! {
            <>
                { sized("M-4.3 -9.6h8.6l5.3 5.3v8.6l-5.3 5.3h-8.6l-5.3-5.3v-8.6z", "dg-dot") }
                { sized("M-3.6 -3.6l7.2 7.2M3.6 -3.6l-7.2 7.2", "dg-sign") }
            </>
        },
        Sign::Probe => {
            html! { <><circle class="dg-hollow" r={num(r - 1.5)} /><circle class="dg-core" r={num(r * 0.34)} /></> }
        }
        Sign::Waiting => html! {
            <><circle class="dg-hollow dg-thin" r={num(r - 1.0)} />{ sized("M-4.4 0h.01M0 0h.01M4.4 0h.01", "dg-dots") }</>
        },
    };
    html! { <g {transform}>{ body }</g> }
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
    html! {
        <g opacity={format!("{:.2}", (fresh * 1.5).clamp(0.0, 1.0))}>
            <path class="dg-arc" d={curve} />
            <path class="dg-head" d={polyline(&[wing(1.0), to, wing(-1.0)])} />
            { words_at(mark, Point { x: at.x, y: at.y + drop }, anchor, wide, edge) }
        </g>
    }
}
