//! What only pictures over a scale are made of: dots, bars, and the scale itself. The front page's has none, so this is
//! reached through the panels alone.

use yew::Html;

use super::super::el::{el, many};
use crate::lab::scene::{Anchor, Mark, Shape, Tone};

use super::words::{Role, put, text};

/// Draws such a mark.
pub(super) fn draw(mark: &Mark, wide: bool) -> Html {
    let mut d = String::new();
    match &mark.shape {
        Shape::Dots { at, size } => {
            // A round or square end of a line without length; upright strokes are lines.
            let (class, length) = match mark.tone {
                Tone::Half => ("", *size),
                Tone::Ok => ("dg-square", 0.0),
                _ => ("dg-round", 0.0),
            };
            for point in at {
                d.push('M');
                put(&mut d, point.x);
                d.push(' ');
                put(&mut d, point.y - length / 2.0);
                d.push('v');
                put(&mut d, length);
            }
            let width = match mark.tone {
                Tone::Half => (size * 0.45).max(1.2),
                Tone::Faint => size * 0.72,
                _ => *size,
            };
            el("path.dg-scatter").class(class).num("stroke-width", width).set("d", d).html()
        }
        Shape::Bars { at, heights } => {
            let width = at.w / heights.len().max(1) as f32;
            let gap = (width * 0.16).min(3.0);
            for (number, share) in heights.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                // One of many is still to be seen.
                let high = (at.h * share.clamp(0.0, 1.0)).max(1.5);
                for (sign, value) in [
                    ('M', at.x + number as f32 * width + gap / 2.0),
                    (' ', at.y + at.h),
                    ('v', -high),
                    ('h', width - gap),
                    ('v', high),
                ] {
                    d.push(sign);
                    put(&mut d, value);
                }
                d.push('z');
            }
            el("path.dg-bars").set("d", d).html()
        }
        Shape::Axis { from, to, ticks } => {
            let role = Role::Note;
            let mut drawn = Vec::new();
            let mut piece = |sign, x, y| {
                d.push(sign);
                put(&mut d, x);
                d.push(' ');
                put(&mut d, y);
            };
            piece('M', from.x, from.y);
            piece('L', to.x, to.y);
            for (share, said) in ticks {
                let at = from.toward(*to, *share);
                piece('M', at.x, at.y);
                piece('L', at.x, at.y + 5.0);
                let anchor = match *share {
                    s if s < 0.01 => Anchor::Start,
                    s if s > 0.99 => Anchor::End,
                    _ => Anchor::Middle,
                };
                let y = at.y + 6.0 + role.leading(wide);
                drawn.push(text(std::slice::from_ref(said), role, wide, at.x, y, anchor, ""));
            }
            drawn.push(el("path.dg-axis").set("d", d).html());
            many(drawn)
        }
        _ => Html::default(),
    }
}
