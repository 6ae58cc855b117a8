//! Words in a picture: how wide they are about, where they break, and how they are drawn.
//!
//! SVG does not wrap, and measuring in the browser would cost a layout a frame; so widths are estimated after DejaVu Sans,
//! the widest of the usual system fonts. In the others there is a little more room than reckoned with.

use yew::Html;

use super::super::el::{El, el, many};
use crate::lab::scene::{Anchor, Area};

/// What words are for, and hence how large and heavy they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A name.
    Label,
    /// A state or a number below it.
    Note,
    /// The state's word inside a switch.
    Word,
}

impl Role {
    /// Height of the letters in units, the same as in `diagram.css`: the smallest is 11 px on the smallest screen that
    /// the layout is shown on (1080 units on 820 px, 340 units on 288 px).
    pub(super) fn size(self, wide: bool) -> f32 {
        match (self, wide) {
            (Self::Label, true) => 16.0,
            (Self::Note, true) => 14.5,
            (Self::Word, true) => 21.0,
            (Self::Label, false) => 14.5,
            (Self::Note, false) => 13.0,
            (Self::Word, false) => 17.0,
        }
    }

    /// From baseline to baseline.
    pub(super) fn leading(self, wide: bool) -> f32 {
        self.size(wide) * 1.28
    }

    fn class(self) -> &'static str {
        match self {
            Self::Label => "dg-label",
            Self::Note => "dg-note",
            Self::Word => "dg-word",
        }
    }
}

/// About how wide a text is, in units.
pub(super) fn width(text: &str, role: Role, wide: bool) -> f32 {
    let em: f32 = text.chars().map(em).sum();
    let weight = if role == Role::Note { 1.0 } else { 1.1 };
    em * weight * role.size(wide)
}

fn em(letter: char) -> f32 {
    match letter {
        'i' | 'j' | 'l' | '|' | '\'' => 0.28,
        ' ' | '.' | ',' | ':' | ';' | '·' | 'I' | '\u{a0}' => 0.32,
        't' | 'f' | 'r' | '-' | '(' | ')' | '/' | '\u{202f}' => 0.40,
        's' | 'c' | 'z' => 0.54,
        'm' | 'M' | 'W' | '%' | '…' | '—' | '→' | '←' => 0.97,
        'w' | '×' | '≥' | '≤' | '=' | '+' | '<' | '>' | '●' | '▲' | '◐' | '✓' | '✕' | '■' | '★' => {
            0.83
        }
        letter if letter.is_ascii_uppercase() => 0.70,
        _ => 0.63,
    }
}

/// The text in at most `most` lines that are no wider than `room`; what is too much ends in an ellipsis.
pub(super) fn wrap(text: &str, role: Role, wide: bool, room: f32, most: usize) -> Vec<String> {
    wrap_to(text, role, wide, most, &|_| room)
}

/// [`wrap`] where each line has its own room, as in a circle.
pub(super) fn wrap_to(text: &str, role: Role, wide: bool, most: usize, room: &dyn Fn(usize) -> f32) -> Vec<String> {
    if text.is_empty() || most == 0 {
        return Vec::new();
    }
    let mut lines: Vec<String> = Vec::new();
    for chunk in chunks(text) {
        let number = lines.len().saturating_sub(1);
        match lines.last_mut() {
            // The last line takes all that is left, and is cut below.
            Some(line) if lines_full(number, most) || width(&format!("{line} {chunk}"), role, wide) <= room(number) => {
                line.push(' ');
                line.push_str(&chunk);
            }
            _ => lines.push(chunk),
        }
    }
    for (number, line) in lines.iter_mut().enumerate() {
        cut(line, role, wide, room(number));
    }
    lines
}

fn lines_full(number: usize, most: usize) -> bool {
    number + 1 >= most
}

const UNITS: [&str; 12] = ["ns", "µs", "ms", "s", "min", "h", "d", "%", "k", "kB", "MB", "/s"];

/// Words that must not be parted: a number from its unit, a sign from its word.
fn chunks(text: &str) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if word.is_empty() {
            continue;
        }
        let joins = chunks.last().is_some_and(|last| {
            let unit = UNITS.contains(&word) && last.ends_with(|end: char| end.is_ascii_digit());
            let sign = last.chars().count() == 1 && !last.starts_with(|start: char| start.is_ascii_alphanumeric());
            unit || sign
        });
        match chunks.last_mut() {
            Some(last) if joins => {
                last.push(' ');
                last.push_str(word);
            }
            _ => chunks.push(word.to_owned()),
        }
    }
    chunks
}

fn cut(line: &mut String, role: Role, wide: bool, room: f32) {
    // Estimates err on the wide side: a little too much still fits.
    if width(line, role, wide) <= room * 1.06 {
        return;
    }
    // Whole words first: half a number would be another number.
    let rest = room - width("…", role, wide);
    while width(line, role, wide) > rest {
        match line.rfind(' ') {
            Some(space) if space > 1 => line.truncate(space),
            _ => break,
        }
    }
    while line.chars().count() > 1 && width(line, role, wide) > rest {
        line.pop();
    }
    line.truncate(line.trim_end().len());
    line.push('…');
}

/// Lines of one text, the first on the baseline `y`.
pub(super) fn text(
    lines: &[String],
    role: Role,
    wide: bool,
    x: f32,
    y: f32,
    anchor: Anchor,
    extra: &'static str,
) -> Html {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let mut drawn = Vec::with_capacity(2 * lines.len());
    for (number, line) in lines.iter().enumerate() {
        let y = y + number as f32 * role.leading(wide);
        let element = el("text").word("class", role.class()).class(extra).word("text-anchor", anchor);
        drawn.push(element.num("x", x).num("y", y).text(line.clone()).html());
        // The space parts the lines where they are read as one text.
        drawn.push(super::super::el::text(" "));
    }
    many(drawn)
}

/// A label with its note below it, both about the middle of `x` and `y`.
pub(super) fn stack(label: &[String], note: &[String], wide: bool, x: f32, y: f32) -> Html {
    let (first, second) = (Role::Label.leading(wide), Role::Note.leading(wide));
    let height = label.len() as f32 * first + note.len() as f32 * second;
    let top = y - height / 2.0;
    let below = top + label.len() as f32 * first;
    many(vec![
        text(label, Role::Label, wide, x, top + first * 0.76, Anchor::Middle, ""),
        text(note, Role::Note, wide, x, below + second * 0.76, Anchor::Middle, ""),
    ])
}

impl El {
    /// An attribute that is a length or a place, in units.
    #[inline(never)]
    pub(super) fn num(self, name: &'static str, value: f32) -> Self {
        self.set(name, num(value))
    }

    /// Where a rectangle stands.
    #[inline(never)]
    pub(super) fn area(self, at: Area) -> Self {
        self.num("x", at.x).num("y", at.y).num("width", at.w).num("height", at.h)
    }

    /// Moved so far.
    #[inline(never)]
    pub(super) fn moved(self, x: f32, y: f32) -> Self {
        let mut by = String::from("translate(");
        put(&mut by, x);
        by.push(' ');
        put(&mut by, y);
        by.push(')');
        self.set("transform", by)
    }
}

/// A number for an attribute: a tenth of a unit is finer than a pixel.
pub(super) fn num(value: f32) -> String {
    let mut text = String::with_capacity(8);
    put(&mut text, value);
    text
}

/// [`num`] onto a path.
pub(super) fn put(path: &mut String, value: f32) {
    super::super::num::put(path, value.into(), 1);
}

/// A share or a scale onto an attribute.
pub(super) fn hundredths(attribute: &mut String, value: f32) {
    super::super::num::put(attribute, value.into(), 2);
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_number_keeps_its_unit_and_a_sign_its_word() {
        assert_eq!(wrap("may probe in 2.6 s", Role::Note, true, 110.0, 2), ["may probe in", "2.6 s"]);
        assert_eq!(chunks("✕ failing in 3 of 10 calls"), ["✕ failing", "in", "3", "of", "10", "calls"]);
    }

    #[wasm_bindgen_test]
    fn what_is_too_much_ends_between_words() {
        assert_eq!(wrap("waiting since 12.4 s", Role::Note, true, 120.0, 1), ["waiting since…"]);
        let cut = wrap("incomprehensibilities", Role::Label, false, 80.0, 2);
        assert!(cut.len() == 1 && cut[0].ends_with('…') && width(&cut[0], Role::Label, false) <= 80.0, "{cut:?}");
        assert!(wrap("", Role::Note, true, 100.0, 2).is_empty());
    }

    #[wasm_bindgen_test]
    fn numbers_are_short() {
        for (value, text) in [(0.0, "0"), (-0.04, "0"), (-0.5, "-0.5"), (12.0, "12"), (-1.26, "-1.3"), (f32::NAN, "0")]
        {
            assert_eq!(num(value), text);
        }
    }
}
