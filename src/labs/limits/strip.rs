//! Two windows of time: what a fixed window and a token bucket let in of the same requests, and the boundaries.

use super::Lab;
use super::picture::words;
use super::window::{Doubles, PARTS};
use crate::lab::scene::{Area, Mark, Point, Shape, Tone};
use crate::lab::text;

/// Parts that are drawn.
const SHOWN: usize = 2 * PARTS;

/// Below `top`; tells where it ends.
pub(super) fn strip(lab: &Lab, doubles: &Doubles, top: f32, wide: bool, marks: &mut Vec<Mark>) -> f32 {
    let (x, w, h) = if wide { (40.0, 1000.0, 46.0) } else { (12.0, 316.0, 38.0) };
    let row = h + if wide { 42.0 } else { 50.0 };
    let rows = [("fixed", "Fixed window", Tone::LaneA), ("bucket", "Token bucket", Tone::LaneB)];
    let window = text::about(lab.setup.window);
    let most = doubles.parts.iter().map(|part| part.fixed.max(part.bucket)).max().unwrap_or(0).max(1);
    let missing = SHOWN.saturating_sub(doubles.parts.len());
    for (index, (id, name, tone)) in rows.into_iter().enumerate() {
        let at = Area { x, y: top + if wide { 30.0 } else { 40.0 } + index as f32 * row, w, h };
        let (now, peak) = (doubles.sums()[index], doubles.most[index]);
        let number = |number: u32| text::grouped(number.into());
        let permits = lab.setup.permits;
        let over = if peak > permits { Tone::Bad } else { Tone::Plain };
        let sign = if peak > permits { "▲ " } else { "" };
        let (now, peak, permits) = (number(now), number(peak), number(permits));
        let said = if wide {
            format!("{now} in the last {window}, {sign}{peak} at most, of {permits} permits")
        } else {
            format!("{now} now, {sign}{peak} at most in {window}, of {permits}")
        };
        // Name and numbers in a line where there is room.
        if wide {
            marks.push(words(
                format!("strip-{id}-words"),
                Point { x, y: at.y - 8.0 },
                over,
                "",
                format!("{name}: {said}"),
            ));
        } else {
            marks.push(words(format!("strip-{id}-words"), Point { x, y: at.y - 28.0 }, over, name, said));
        }
        let heights =
            (0..missing)
                .map(|_| 0.0)
                .chain(doubles.parts.iter().map(|part| {
                    ((if index == 0 { part.fixed } else { part.bucket }) as f32 / most as f32).clamp(0.0, 1.0)
                }))
                .take(SHOWN)
                .collect();
        marks.push(Mark::new(format!("strip-{id}"), Shape::Bars { at, heights }, tone, "", ""));
        let foot = at.y + h + 1.0;
        let path = vec![Point { x, y: foot }, Point { x: x + w, y: foot }];
        marks.push(Mark::new(format!("strip-{id}-foot"), Shape::Wire { path, cut: false }, Tone::Plain, "", ""));
        for (place, part) in doubles.parts.iter().enumerate().filter(|(_, part)| part.number % PARTS as u64 == 0) {
            let x = x + w * (missing + place) as f32 / SHOWN as f32;
            let path = vec![Point { x, y: at.y - 4.0 }, Point { x, y: foot + 4.0 }];
            let id = format!("strip-{id}-boundary-{}", part.number / PARTS as u64);
            marks.push(Mark::new(id, Shape::Wire { path, cut: true }, Tone::Half, "", ""));
        }
    }
    let y = top + if wide { 30.0 } else { 40.0 } + 2.0 * row - if wide { 22.0 } else { 34.0 };
    let said = if wide {
        "Dashed: a window ends, and the next begins. The newest is on the right."
    } else {
        "Dashed: a window ends, the next begins."
    };
    marks.push(words("strip-key", Point { x, y }, Tone::Plain, "", said));
    y + if wide { 18.0 } else { 30.0 }
}
