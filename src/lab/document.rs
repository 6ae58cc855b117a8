//! Where in a document something is wrong, for whoever is writing it.

use core::ops::Range;

use super::knob::{DocumentError, Kind, Knob};

/// What is wrong with a text that is being written, and where in it: nothing is trimmed off yet.
pub fn fault(knob: &Knob, text: &str) -> Option<DocumentError> {
    let Kind::Document { max_bytes, check, .. } = &knob.kind else { return None };
    let begin = text.len() - text.trim_start().len();
    let written = text.trim();
    if written.len() > *max_bytes {
        let message = format!("It takes at most {max_bytes} bytes; this has {}.", written.len());
        return Some(DocumentError { at: begin + max_bytes..begin + written.len(), message });
    }
    let DocumentError { at, message } = check(written).err()?;
    Some(DocumentError { at: begin + at.start..begin + at.end, message })
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// What stands before it.
    pub before: &'a str,
    /// The place itself; empty where something is missing at the end.
    pub here: &'a str,
    /// What stands behind it.
    pub behind: &'a str,
}

impl<'a> Place<'a> {
    /// The place of these bytes. One without width is that of the letter there; one that splits letters holds them whole.
    pub fn new(text: &'a str, at: &Range<usize>) -> Self {
        let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let ceil = |at: usize| (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let begin = floor(at.start);
        // A letter's worth of an end of line cannot be seen.
        let is_end = text.get(begin..).is_none_or(|rest| rest.is_empty() || rest.starts_with('\n'));
        let end = if is_end { begin } else { ceil(at.end.max(begin + 1)) };
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        Self { before: part(0..begin), here: part(begin..end), behind: part(end..text.len()) }
    }

    /// Line and column, from 1, in letters; nothing for a text of one line, where they help nobody.
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        let several = [self.before, self.here, self.behind].iter().any(|part| part.contains('\n'));
        let column = self.before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        several.then(|| (self.before.matches('\n').count() + 1, column))
    }

    /// The message, with line and column before it where there are several lines.
    pub fn told(&self, message: &str) -> String {
        match self.line_and_column() {
            Some((line, column)) => format!("Line {line}, column {column}: {message}"),
            None => message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again() {
        for (text, at, parts, said) in [
            ("series(99,9)", 7..9, ["series(", "99", ",9)"], "x."),
            ("a\nbcd\ne", 3..4, ["a\nb", "c", "d\ne"], "Line 2, column 2: x."),
            // Missing at the end, or at the end of a line.
            ("ab", 2..2, ["ab", "", ""], "x."),
            ("ab\nc", 2..2, ["ab", "", "\nc"], "Line 1, column 3: x."),
            ("", 0..0, ["", "", ""], "x."),
            // Without width, in the middle of letters, and outside.
            ("ab", 1..1, ["a", "b", ""], "x."),
            ("a→b", 2..3, ["a", "→", "b"], "x."),
            ("ab", 7..9, ["ab", "", ""], "x."),
        ] {
            let place = Place::new(text, &at);
            assert_eq!([place.before, place.here, place.behind], parts, "{text:?} {at:?}");
            assert_eq!(place.told("x."), said);
        }
    }

    #[test]
    fn what_is_being_written_keeps_its_places() {
        fn check(text: &str) -> Result<(), DocumentError> {
            match text.find('!') {
                Some(at) => Err(DocumentError { at: at..at + 1, message: "No shouting.".to_owned() }),
                None => Ok(()),
            }
        }
        let kind = Kind::Document { default: "", max_bytes: 5, check };
        let knob = crate::lab::knob::knob("Group", "id", "Label", "Help.", kind, Knob::ALWAYS);
        assert_eq!(fault(&knob, "  ab  "), None);
        assert_eq!(fault(&knob, "  a!  ").unwrap().at, 3..4);
        assert_eq!(fault(&knob, " 1234567").unwrap().at, 6..8);
    }
}
