//! Reads the text.

use core::ops::Range;

use halfopen_core::availability::{CommonCause, DEPTH_MAX, PARTS_MAX};

use super::{Is, Needed, System, shown, value};
use crate::lab::knob::DocumentError;

/// Bytes of a text that are read.
pub const TEXT_MAX: usize = 20_000;

/// What is said where a part is called as what a group has in common is.
pub(crate) const COMMON: &str = "“common” is no name of a part here: it stands last in a group and says what share of their failures several parts have in common.";

/// What is said where another sign parts two blocks.
const SEMICOLON: &str = "A comma separates blocks: write it instead of “;”.";

/// Reads a system.
///
/// # Errors
/// The first thing that is wrong, where it is, and what would do.
pub fn read(text: &str) -> Result<System, DocumentError> {
    bounded(text)?;
    let mut reader = Reader { text, at: 0, parts: 0 };
    let system = reader.block(1)?;
    reader.space();
    match reader.rest().chars().next() {
        None => Ok(system),
        Some(',') => reader.fail(1, "A system is one block: put what is here into series(…) or parallel(…)."),
        Some(';') => reader.fail(1, SEMICOLON),
        Some(_) => reader.fail(reader.rest().len(), "Nothing is expected after the last bracket."),
    }
}

/// Reads blocks that are all needed, with commas between them or a line each: `web 99.95%, database 99.99%`. One block alone is
/// that block, so that a whole system does as well.
///
/// # Errors
/// As of [`read`].
pub fn read_all(text: &str) -> Result<System, DocumentError> {
    bounded(text)?;
    // Byte for byte, so that errors are where they were written.
    let text = &lines_apart(text);
    let mut reader = Reader { text, at: 0, parts: 0 };
    // Of several blocks each is one deeper than it says; that is found when they are worked out.
    let mut blocks = vec![reader.block(1)?];
    loop {
        reader.space();
        match reader.rest().chars().next() {
            None => break,
            Some(',') => reader.at += 1,
            Some(')') => return reader.fail(reader.rest().len(), "Nothing is expected after the last bracket."),
            Some(_) => return reader.no_comma(),
        }
        blocks.push(reader.block(1)?);
    }
    if blocks.len() == 1
        && let Some(only) = blocks.pop()
    {
        return Ok(only);
    }
    let is = Is::Group { needed: Needed::All, common: None, blocks, copies: 1 };
    Ok(System { at: 0..text.len(), is })
}

/// The text with a comma for the end of a line where one is missing between two blocks.
fn lines_apart(text: &str) -> String {
    let (mut depth, mut last) = (0_u32, ',');
    let mut signs = text.char_indices();
    let mut out = String::with_capacity(text.len());
    while let Some((_, sign)) = signs.next() {
        let next = signs.as_str().trim_start().chars().next();
        let parts = sign == '\n' && depth == 0 && last != ',' && next.is_some_and(|next| next != ',');
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let sign = if parts { ',' } else { sign };
        if !sign.is_whitespace() {
            last = sign;
        }
        out.push(sign);
    }
    out
}

fn bounded(text: &str) -> Result<(), DocumentError> {
    if text.len() <= TEXT_MAX {
        return Ok(());
    }
    let message = format!("It takes at most {TEXT_MAX} bytes; this has {}.", text.len());
    Err(DocumentError { at: 0..0, message })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    parts: usize,
}

type Read<T> = Result<T, DocumentError>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn fail<T>(&self, length: usize, message: impl Into<String>) -> Read<T> {
        Self::fault(self.at..self.at + length, message)
    }

    fn fault<T>(at: Range<usize>, message: impl Into<String>) -> Read<T> {
        Err(DocumentError { at, message: message.into() })
    }

    /// What stands here should have a comma before it.
    fn no_comma<T>(&self) -> Read<T> {
        let rest = self.rest();
        if rest.starts_with(';') {
            return self.fail(1, SEMICOLON);
        }
        let end = rest.find([',', ';', '(', ')']).unwrap_or(rest.len()).max(1);
        let words = rest.get(..end).unwrap_or(rest).trim_end();
        self.fail(words.len(), format!("A comma is missing here, before “{}”.", shown(words)))
    }

    /// Whether these words, which begin here, are more than one block: one that has said how available it is, and what comes
    /// after it.
    fn apart(begin: usize, words: &str) -> Read<()> {
        Self::no_semicolon(begin, words)?;
        let Some((value, next)) = followed(words) else { return Ok(()) };
        let (value, word) = (words.get(value).unwrap_or_default(), words.get(next.clone()).unwrap_or_default());
        let message = format!("A comma is missing here, between “{}” and “{}”.", shown(value), shown(word));
        Self::fault(begin + next.start..begin + next.end, message)
    }

    fn no_semicolon(begin: usize, words: &str) -> Read<()> {
        match words.find(';') {
            Some(at) => Self::fault(begin + at..begin + at + 1, SEMICOLON),
            None => Ok(()),
        }
    }

    /// A group or a part; `depth` counts the group with those around it.
    fn block(&mut self, depth: u32) -> Read<System> {
        self.space();
        let (begin, rest) = (self.at, self.rest());
        let end = rest.find([',', '(', ')']).unwrap_or(rest.len());
        let words = rest.get(..end).unwrap_or_default().trim_end();
        if rest.get(end..).is_some_and(|rest| rest.starts_with('(')) {
            if depth > DEPTH_MAX {
                return self.fail(1, format!("Groups stand within each other more than {DEPTH_MAX} deep."));
            }
            Self::apart(begin, words)?;
            let (needed, of) = self.group(words)?;
            self.at += end + 1;
            return self.inside(begin, needed, of, depth);
        }
        self.at += words.len();
        self.parts += 1;
        if self.parts > PARTS_MAX as usize {
            return Self::fault(begin..self.at, format!("There are more than {PARTS_MAX} parts."));
        }
        self.part(words, begin)
    }

    /// The word before a bracket: how many blocks are needed, and of how many where it says so.
    fn group(&self, word: &str) -> Read<(Needed, Option<usize>)> {
        match word.to_ascii_lowercase().as_str() {
            "series" => return Ok((Needed::All, None)),
            "parallel" => return Ok((Needed::One, None)),
            "failover" => return Ok((Needed::Failover { takes: 0.0, works: 1.0 }, None)),
            _ => {}
        }
        let wrong = || format!("“{}” is no group: write series(…), parallel(…), 2of3(…), or failover(…).", shown(word));
        let Some((needed, of)) = word.split_once("of").map(|(k, n)| (k.trim(), n.trim())) else {
            return self.fail(word.len(), wrong());
        };
        let (Ok(needed), Ok(of)) = (needed.parse::<usize>(), of.parse::<usize>()) else {
            return self.fail(word.len(), wrong());
        };
        if of > PARTS_MAX as usize {
            return self.fail(word.len(), format!("{of} are more than the {PARTS_MAX} parts that a system may have."));
        }
        if !(1..=of).contains(&needed) {
            return self.fail(word.len(), format!("{needed} of {of} is none: it goes from 1 to {of}."));
        }
        Ok((Needed::Of(needed), Some(of)))
    }

    /// What stands between the brackets, and the closing one.
    fn inside(&mut self, begin: usize, mut needed: Needed, of: Option<usize>, depth: u32) -> Read<System> {
        let opened = self.at - 1;
        let (mut blocks, mut common) = (Vec::new(), None);
        // Where it says what its parts have in common.
        let mut shared = None;
        loop {
            self.space();
            let here = self.at;
            if self.option(&mut needed, &mut common)? {
                // It says something of the group.
                let said = self.text.get(here..self.at).unwrap_or_default().trim_end();
                if said.starts_with("common") {
                    shared = Some(here..here + said.len());
                }
            } else if self.rest().starts_with(')') && blocks.is_empty() {
                return self.fail(1, "A group needs at least one block, such as series(99.9%, 99.9%).");
            } else {
                if let Some(shared) = shared {
                    return Self::fault(shared, COMMON);
                }
                blocks.push(self.block(depth + 1)?);
            }
            self.space();
            match self.rest().chars().next() {
                Some(',') => self.at += 1,
                Some(')') => break self.at += 1,
                Some(_) => return self.no_comma(),
                None => return Self::fault(opened..opened + 1, "This bracket is never closed: a “)” is missing."),
            }
        }
        let at = begin..self.at;
        let count = blocks.len();
        if matches!(needed, Needed::Failover { .. }) && count != 2 && count != 0 {
            let message = format!("A failover has a primary and a standby: two blocks, not {count}.");
            return Self::fault(at, message);
        }
        let copies = match of {
            _ if count == 0 => {
                return Self::fault(at, "A group needs at least one block besides what its parts have in common.");
            }
            Some(of) if count == 1 => of,
            Some(of) if count != of => {
                let message =
                    format!("{of} are announced and {count} are listed: list {of}, or one that stands for all.");
                return Self::fault(at, message);
            }
            _ => 1,
        };
        // What could be another part is not to be lost without a word.
        if let (1, 1, Some(shared)) = (count, copies, shared) {
            return Self::fault(shared, COMMON);
        }
        // Those that stand for several count as such.
        if let [only] = &blocks[..] {
            self.parts = self.parts.saturating_add(leaves(only).saturating_mul(copies - 1));
            if self.parts > PARTS_MAX as usize {
                return Self::fault(at, format!("There are more than {PARTS_MAX} parts."));
            }
        }
        Ok(System { at, is: Is::Group { needed, common, blocks, copies } })
    }

    /// `common 10%`, or of a failover `takes 30s` and `works 99%`, if that is what stands here.
    fn option(&mut self, needed: &mut Needed, common: &mut Option<CommonCause>) -> Read<bool> {
        let rest = self.rest();
        let end = rest.find([',', '(', ')']).unwrap_or(rest.len());
        let words = rest.get(..end).unwrap_or_default();
        let Some((word, value)) = words.split_once(char::is_whitespace) else { return Ok(false) };
        if ["common", "takes", "works"].contains(&word) {
            Self::apart(self.at, words)?;
        }
        let (length, share) = (word.len() + 1 + value.len(), value.trim().strip_suffix('%').map(str::trim));
        let wrong = |message: &str| self.fail(word.len() + 1 + value.trim_end().len(), message);
        match (word, &mut *needed) {
            // A part may be called so, and say how available it is in other words than a share.
            ("common", Needed::Failover { .. }) if share.is_some() => {
                return wrong("A failover has nothing in common: it says takes 30s and works 99%.");
            }
            ("common", Needed::All) if share.is_some() => {
                return wrong(
                    "All of a series are needed: what its parts have in common makes it no worse. Put it into parallel(…) or 2of3(…).",
                );
            }
            ("common", _) => match share.map(|share| value::share(share).map(CommonCause::new)) {
                Some(Some(Ok(cause))) => *common = Some(cause),
                Some(_) => return wrong("What parts have in common goes from 0% to 100%, as in common 10%."),
                None => return Ok(false),
            },
            ("takes", Needed::Failover { takes, .. }) => match value::length(value) {
                Some(seconds) => *takes = seconds,
                None => return wrong("A takeover takes a length of time, as in takes 30s."),
            },
            ("works", Needed::Failover { works, .. }) => match share.and_then(value::share) {
                Some(share) => *works = share,
                None => return wrong("Takeovers work in a share of all, from 0% to 100%, as in works 99%."),
            },
            _ => return Ok(false),
        }
        self.at += length;
        Ok(true)
    }

    /// A name, if there is one, and a value.
    fn part(&self, words: &str, begin: usize) -> Read<System> {
        let at = begin..begin + words.len();
        if words.is_empty() {
            return Self::fault(begin..begin, format!("A part is missing here. {}", value::WOULD_DO));
        }
        Self::no_semicolon(begin, words)?;
        // The value is what begins with the last word that can begin one.
        let starts = words.split_inclusive(char::is_whitespace).scan(0, |start, word| {
            let this = *start;
            *start += word.len();
            Some(this)
        });
        let mut first = None;
        for start in starts.collect::<Vec<_>>().into_iter().rev() {
            let (name, said) = words.split_at(start);
            match value::said(said) {
                Ok(value::Said { down, to_repair, .. }) => {
                    Self::apart(begin, words)?;
                    let (name, said) = (name.trim().to_owned(), said.trim().to_owned());
                    return Ok(System { at, is: Is::Part { name, said, down, to_repair } });
                }
                // A unit is none without its number, which stands before it.
                Err(_)
                    if start > 0
                        && ["nines", "nine", "%"].iter().any(|unit| unit.eq_ignore_ascii_case(said.trim())) => {}
                Err(message) => first = first.or(Some((start, said, message))),
            }
        }
        let Some((start, said, message)) = first else { return Self::fault(at, value::WOULD_DO) };
        // A comma between digits is meant as a point.
        let after = self.rest().strip_prefix(',').unwrap_or_default();
        let decimals = after.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
        if said.bytes().all(|digit| digit.is_ascii_digit()) && !decimals.is_empty() {
            let whole = after.split([',', '(', ')', '\n']).next().unwrap_or_default();
            let meant = value::pointed(&format!("{said},{whole}")).unwrap_or_else(|| format!("{said}.{decimals}%"));
            let message = format!("A comma separates blocks: write {meant} if that is meant.");
            return Self::fault(begin + start..self.at + 1 + decimals.len(), message);
        }
        Self::fault(begin + start..at.end, message)
    }
}

/// The first of these words that say how available something is, and the word after them.
fn followed(words: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut start = 0;
    let each = words.split_inclusive(char::is_whitespace).filter_map(|word| {
        let this = start..start + word.trim_end().len();
        start += word.len();
        (!this.is_empty()).then_some(this)
    });
    let each: Vec<Range<usize>> = each.collect();
    // No value has more words: `8.76 h / year`.
    each.windows(2).enumerate().find_map(|(first, _)| {
        let begin = each.get(first)?.start;
        let mut ends = each.iter().zip(each.iter().skip(1)).skip(first).take(4);
        let (end, next) =
            ends.rfind(|(last, _)| words.get(begin..last.end).is_some_and(|said| value::said(said).is_ok()))?;
        Some((begin..end.end, next.clone()))
    })
}

/// How many parts there are in it.
fn leaves(system: &System) -> usize {
    match &system.is {
        Is::Part { .. } => 1,
        Is::Group { blocks, copies, .. } => {
            blocks.iter().map(leaves).fold(0, usize::saturating_add).saturating_mul(*copies)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Given;
    use super::*;

    fn share(text: &str) -> f64 {
        let down = read(text)
            .and_then(|system| system.block(&Given::default()))
            .unwrap_or_else(|error| panic!("{text}: {error:?}"))
            .down();
        down.share().unwrap()
    }

    #[test]
    fn systems_are_read_as_they_are_written() {
        for (text, down) in [
            ("99.9%", 0.001),
            ("three nines", 0.001),
            ("server 3 nines", 0.001),
            ("lb 8.76h/year", 0.001),
            ("my db 999h/1h", 0.001),
            ("1 - 99.9 %", 0.001),
            ("series(99.9%, 99.9%, 99.9%)", 0.002_997_001),
            ("parallel(99.9%, 99.9%, 99.9%)", 1e-9),
            ("1of3(99.9%)", 1e-9),
            ("PARALLEL( web 99.9% ,web 99.9%,  web 99.9%)", 1e-9),
            ("parallel(99.9%, 99.9%, 99.9%, common 10%)", 1e-4 + libm::pow(9e-4 / (1.0 - 1e-4), 3.0) * (1.0 - 1e-4)),
            ("2of3(99%)", 3.0 * 1e-4 * 0.99 + 1e-6),
            ("series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))", 1.032_476_744_505_7e-4),
            ("failover(99.9%, 99.9%)", 1e-6),
            (
                "failover(db 999h/1h, db 99.9%, takes 1min, works 90%)",
                1e-3 * (0.1 + 0.9 * (1.0 / 60.0 + 59.0 / 60.0 * 1e-3)),
            ),
            ("series(takes 99%, 99%)", 1.0 - 0.99 * 0.99),
            ("server THREE Nines", 0.001),
            ("my\ndb\n99.9 %", 0.001),
            ("5 o'clock 99.9 %", 0.001),
            ("100%", 0.0),
            ("0%", 1.0),
            ("99.99999999999999999999%", 1e-22),
        ] {
            let told = share(text);
            assert!((told - down).abs() <= 1e-10 * down, "{text}: {told}");
        }
    }

    #[test]
    fn lists_are_read_with_commas_or_line_by_line() {
        let parts = |text: &str| {
            let system = read_all(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            system.children().map(System::label).collect::<Vec<_>>().join(" ")
        };
        for text in [
            "web 99.95%, db 99.99%, queue 99.9%",
            "web 99.95%\ndb 99.99%\n\n  queue 99.9%\n",
            "web 99.95%,\ndb 99.99%\n, queue 99.9%",
            "series(web 99.95%,\n db 99.99%,\n queue 99.9%)",
        ] {
            assert_eq!(parts(text), "web db queue", "{text}");
        }
        assert_eq!(parts("lb 99.99%\n2of3(\napp 99.9%)"), "lb 2of3");
        assert_eq!(parts("99.9%"), "", "a part alone is no group");
        let deep = |groups: usize| format!("{}99%{}", "series(".repeat(groups), ")".repeat(groups));
        let worked_out = |text: &str| read_all(text).and_then(|system| system.block(&Given::default()));
        assert!(worked_out(&deep(64)).is_ok() && read(&deep(64)).unwrap().block(&Given::default()).is_ok());
        assert!(worked_out(&deep(65)).is_err() && read(&deep(65)).is_err());
        assert!(
            worked_out(&format!("{}, 99%", deep(63))).is_ok() && worked_out(&format!("{}, 99%", deep(64))).is_err()
        );
        for (text, place, said) in [
            ("", "", "A part is missing here."),
            ("a 99%,", "", "A part is missing here."),
            ("a 99%\nb 99,9%", "99,9", "write 99.9%"),
            ("web 99.95% database 99.99%", "database", "A comma is missing here"),
            ("web 99.95%; database 99.99%", ";", "instead of “;”"),
            ("parallel(a 99%, b 99%) c 99%", "c 99%", "A comma is missing here"),
            ("a 99%\nparallel(b 99%", "(", "never closed"),
            ("a 99%)", ")", "Nothing is expected"),
        ] {
            let error = read_all(text).unwrap_err();
            assert_eq!(text.get(error.at.clone()), Some(place), "{error:?}");
            assert!(error.message.contains(said), "{text}: {}", error.message);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let deep = "series(".repeat(2_000);
        let many = format!("series({})", vec!["9%"; 1001].join(","));
        for (text, place, said) in [
            ("", "", "A part is missing here."),
            ("0.999", "0.999", "0.999 may be 99.9% available or 0.999%"),
            ("99", "99", "99 has no unit: write 99%, or 99 nines."),
            ("99,9", "99,9", "A comma separates blocks: write 99.9% if that is meant."),
            ("series(99,95%)", "99,95", "write 99.95%"),
            ("150%", "150%", "150% is over 100%"),
            ("NaN", "NaN", "“NaN” is no availability."),
            ("1e-400", "1e-400", "“1e-400” is no availability."),
            ("-1%", "-1%", "-1% is below 0%"),
            ("a 1e-9%", "1e-9%", "“1e-9%” has an exponent"),
            ("99.9%%", "99.9%%", "“99.9%%” has a % too many"),
            ("series(8,76h/year)", "8,76", "write 8.76h/year"),
            ("series(0,999)", "0,999", "write 99.9% or 0.999%"),
            // A comma is missing.
            ("series(lb 99.99% app 99.9%)", "app", "A comma is missing here, between “99.99%” and “app”."),
            ("series(99.9% 99.9%)", "99.9%", "between “99.9%” and “99.9%”"),
            ("series(99.9%; 99.9%)", ";", "A comma separates blocks: write it instead of “;”."),
            ("series(a; 99.9%)", ";", "instead of “;”"),
            ("series(a 99%\n b 99%)", "b", "between “99%” and “b”"),
            ("series(three nines four nines)", "four", "between “three nines” and “four”"),
            ("series(30d/1h 10d/1h)", "10d/1h", "between “30d/1h” and “10d/1h”"),
            ("a 8.76 h / year b 8.76 h / year", "b", "between “8.76 h / year” and “b”"),
            ("series(a 99% parallel(99%, 99%))", "parallel", "between “99%” and “parallel”"),
            ("series(parallel(99%, 99%) b 99%)", "b 99%", "A comma is missing here, before “b 99%”."),
            ("series(parallel(99%, 99%); 99%)", ";", "instead of “;”"),
            ("parallel(a 99%, b 99% common 10%)", "common", "between “99%” and “common”"),
            ("parallel(a 99%, b 99%, common 10% c 99%)", "c", "between “10%” and “c”"),
            ("failover(99%, 99%, works 99% takes 1s)", "takes", "between “99%” and “takes”"),
            // What is in common is no part.
            ("parallel(common 99.95%, db 99.95%)", "common 99.95%", "“common” is no name of a part here"),
            ("parallel(db 99.95%, common 99.95%)", "common 99.95%", "no name of a part here"),
            ("1of1(db 99.95%, common 99.95%)", "common 99.95%", "no name of a part here"),
            ("parallel(a 99%, common 99%, b 99%)", "common 99%", "no name of a part here"),
            ("series()", ")", "at least one block"),
            ("series(99%", "(", "never closed"),
            ("series(99%))", ")", "Nothing is expected"),
            ("99%, 98%", ",", "A system is one block"),
            ("serie(99%)", "serie", "“serie” is no group"),
            ("4of3(99%)", "4of3", "4 of 3 is none"),
            ("2of3(99%, 99%)", "2of3(99%, 99%)", "3 are announced and 2 are listed"),
            ("1of9999(99%)", "1of9999", "more than the 1000 parts"),
            ("10of10(100of101(99%))", "10of10(100of101(99%))", "more than 1000 parts"),
            ("parallel(99%, common 200%)", "common 200%", "from 0% to 100%"),
            ("series(99%, common 10%)", "common 10%", "All of a series are needed"),
            ("failover(99%)", "failover(99%)", "two blocks, not 1"),
            ("failover(99%, 99%, takes long)", "takes long", "a length of time"),
            ("failover(99%, 99%, works 2)", "works 2", "a share of all"),
            ("parallel(common 10%)", "parallel(common 10%)", "besides what its parts have in common"),
            ("9h/s", "9h/s", "longer than that"),
            ("2000000 nines", "2000000 nines", "more than the 1000000"),
            (&deep, "s", "more than 64 deep"),
            (&many, "9%", "more than 1000 parts"),
        ] {
            let error = read(text).and_then(|system| system.block(&Given::default())).unwrap_err();
            assert_eq!(text.get(error.at.clone()), Some(place), "{error:?}");
            assert!(error.message.contains(said), "{text:.40}: {}", error.message);
        }
    }
}
