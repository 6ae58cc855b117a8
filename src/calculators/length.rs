//! Lengths of time as people say a downtime: `8h 45min 36s`, in days too.

use crate::lab::knob::{Notation, Unit};
use crate::lab::{Kind, text};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// 24 hours.
pub(super) const DAY: i64 = 24 * HOUR;

/// A knob for a length of time from nothing to `max`, in nanoseconds.
pub(super) const fn number(max: i64, default: i64) -> Kind {
    Kind::Number { unit: Unit::Own(&LENGTH), min: 0, max, default, log: true }
}

static LENGTH: Notation =
    Notation { noun: "a length of time", format: |nanos| text::duration(nanos, ""), show, parse, stops: &STOPS };

/// Round ones, from a millisecond to a year.
const STOPS: [i64; 38] = {
    let mut stops = [0; 38];
    let (mut at, mut group) = (0, 0);
    let groups: [(i64, &[i64]); 5] = [
        (SECOND / 1000, &[1, 2, 5, 10, 20, 50, 100, 200, 500]),
        (SECOND, &[1, 2, 5, 10, 15, 30]),
        (MINUTE, &[1, 2, 5, 10, 15, 30, 45]),
        (HOUR, &[1, 2, 3, 4, 6, 8, 12]),
        (DAY, &[1, 2, 3, 5, 7, 10, 20, 50, 365]),
    ];
    while group < groups.len() {
        let (unit, many) = groups[group];
        let mut index = 0;
        while index < many.len() {
            stops[at] = unit * many[index];
            at += 1;
            index += 1;
        }
        group += 1;
    }
    stops
};

/// Whole units where it has minutes: `8 h 45 min 36 s`; exact below.
fn show(nanos: i64) -> String {
    if nanos < MINUTE || nanos % SECOND != 0 {
        return text::duration(nanos, "\u{a0}");
    }
    let units = [(nanos / HOUR, "h"), (nanos / MINUTE % 60, "min"), (nanos / SECOND % 60, "s")];
    let told = units.into_iter().filter(|unit| unit.0 > 0).map(|(number, unit)| format!("{number}\u{a0}{unit}"));
    told.collect::<Vec<_>>().join("\u{a0}")
}

/// One length after the other, with or without spaces: `8h45min36s`, `1.5 d`.
fn parse(written: &str) -> Result<i64, String> {
    let wrong = || "it takes a length of time with its unit, such as 43min, 8h 45min 36s or 2d".to_owned();
    let bare: String = written.chars().filter(|sign| !sign.is_whitespace()).collect();
    let (mut rest, mut sum) = (bare.as_str(), 0_i64);
    while !rest.is_empty() {
        let number = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
        let after = rest.get(number..).unwrap_or_default();
        let unit = after.find(|sign: char| sign.is_ascii_digit() || sign == '.').unwrap_or(after.len());
        let (one, next) = rest.split_at_checked(number + unit).ok_or_else(wrong)?;
        let days = one.strip_suffix("days").or_else(|| one.strip_suffix("day")).or_else(|| one.strip_suffix('d'));
        let nanos = match days {
            // A decimal number of days is a whole number of nanoseconds up to nine decimals of a second.
            Some(days) => text::parse_decimal(days, 9).and_then(|days| days.checked_mul(DAY / SECOND)),
            None => text::parse_duration(one),
        };
        sum = nanos.and_then(|nanos| sum.checked_add(nanos)).ok_or_else(wrong)?;
        rest = next;
    }
    if bare.is_empty() { Err(wrong()) } else { Ok(sum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_said() {
        let year = 8 * HOUR + 45 * MINUTE + 36 * SECOND;
        for (written, nanos, shown) in [
            ("8h 45min 36s", year, "8\u{a0}h\u{a0}45\u{a0}min\u{a0}36\u{a0}s"),
            ("8.76h", year, "8\u{a0}h\u{a0}45\u{a0}min\u{a0}36\u{a0}s"),
            ("31.5ms", 31_500_000, "31.5\u{a0}ms"),
            ("43m", 43 * MINUTE, "43\u{a0}min"),
            ("1.5 d", 36 * HOUR, "36\u{a0}h"),
            ("2days1h", 49 * HOUR, "49\u{a0}h"),
            ("0s", 0, "0\u{a0}s"),
        ] {
            assert_eq!(parse(written), Ok(nanos), "{written}");
            assert_eq!(show(nanos), shown);
            assert_eq!(parse(&text::duration(nanos, "")), Ok(nanos));
            assert_eq!(parse(&show(nanos)), Ok(nanos));
        }
        for wrong in
            ["", " ", "5", "h", "1h5", "1.2.3h", "99999999999999h", "-1s", "1e3s", "5 parsecs", "NaNs", "1h,5s"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(STOPS.is_sorted() && STOPS[0] > 0 && STOPS[37] == 365 * DAY);
    }
}
