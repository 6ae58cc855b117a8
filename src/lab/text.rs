//! Exact numbers as text, both ways, and numbers for reading.

use halfopen_core::Instant;

/// Nanoseconds in the units that durations are written in, longest first.
const UNITS: [(&str, i64); 6] = [
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// `number` thousandths (with 3 decimals), tenths (with 1) … as a decimal number without trailing zeros.
pub fn decimal(number: i64, decimals: u32) -> String {
    let scale = 10_u64.saturating_pow(decimals);
    let (sign, magnitude) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    let (whole, rest) = (magnitude / scale, magnitude % scale);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// `number` thousandths (with 3 decimals), tenths (with 1) … as a decimal number with all its zeros.
pub fn fixed(number: u64, decimals: u32) -> String {
    let scale = 10_u64.saturating_pow(decimals);
    if decimals == 0 {
        return number.to_string();
    }
    format!("{}.{:0width$}", number / scale, number % scale, width = decimals as usize)
}

/// Reads a plain decimal number as a whole number of units of 10^-`decimals`. `None` when it is not one, has more
/// decimals than fit, or is too large.
pub fn parse_decimal(text: &str, decimals: u32) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty()
        || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let padding = (decimals as usize).checked_sub(fraction.len())?;
    let number: i64 = format!("{whole}{fraction}{}", "0".repeat(padding)).parse().ok()?;
    Some(if negative { -number } else { number })
}

/// A number that was typed with a decimal comma, with a point instead. A comma before three digits may also part thousands:
/// it stays, so that nothing is read as a thousandth of what was meant.
pub fn point(typed: &str) -> String {
    match typed.split_once(',') {
        Some((whole, rest)) if rest.bytes().take_while(u8::is_ascii_digit).count() != 3 => format!("{whole}.{rest}"),
        _ => typed.to_owned(),
    }
}

/// A length of time, exact, in the unit that needs the fewest digits; `gap` stands before the unit.
pub fn duration(nanos: i64, gap: &str) -> String {
    if nanos == 0 {
        return format!("0{gap}s");
    }
    let fitting = UNITS.iter().find(|(name, unit)| match *name {
        // Hours and minutes only when whole: "90 s" reads better than "1.5 min".
        "h" | "min" => nanos % unit == 0,
        _ => nanos.unsigned_abs() >= unit.unsigned_abs(),
    });
    let (name, unit) = fitting.copied().unwrap_or(("ns", 1));
    let decimals = unit.ilog10();
    if matches!(name, "h" | "min") {
        format!("{}{gap}{name}", nanos / unit)
    } else {
        format!("{}{gap}{name}", decimal(nanos, decimals))
    }
}

/// Reads a length of time with its unit (`1.5s`, `250ms`, `2min`, `1h`) as whole nanoseconds.
pub fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ')?;
    let (number, name) = text.split_at_checked(split)?;
    let name = if name == "µs" {
        "us"
    } else if name == "m" {
        "min"
    } else {
        name
    };
    let unit = UNITS.iter().find(|(candidate, _)| *candidate == name)?.1;
    if let Some(whole) = parse_decimal(number, 0) {
        return whole.checked_mul(unit);
    }
    // A decimal number of hours or minutes is a whole number of nanoseconds up to nine decimals of a second.
    match name {
        "h" | "min" => parse_decimal(number, 9)?.checked_mul(unit / 1_000_000_000),
        _ => parse_decimal(number, unit.ilog10()),
    }
}

/// A whole number with thin gaps between groups of three digits.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A length of time for reading, rounded to three digits at most: `5.1 s`, `250 ms`, `2 min 3 s`.
pub fn about(duration: core::time::Duration) -> String {
    // Whole numbers of 64 bits are far less code than those of 128, and hold 584 years.
    let nanos = (Instant::ZERO + duration).as_nanos();
    let round = |unit: u64| decimal(i64::try_from((nanos * 10 + unit / 2) / unit).unwrap_or(i64::MAX), 1);
    match nanos {
        0 => "0\u{a0}ms".to_owned(),
        1..1_000 => format!("{nanos}\u{a0}ns"),
        1_000..999_950 => format!("{}\u{a0}µs", round(1_000)),
        999_950..999_500_000 => format!("{}\u{a0}ms", (nanos + 500_000) / 1_000_000),
        999_500_000..120_000_000_000 => format!("{}\u{a0}s", round(1_000_000_000)),
        _ => {
            let seconds = nanos / 1_000_000_000;
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            match (hours, minutes, seconds) {
                (0, minutes, 0) => format!("{minutes}\u{a0}min"),
                (0, minutes, seconds) => format!("{minutes}\u{a0}min {seconds}\u{a0}s"),
                (hours, 0, _) => format!("{hours}\u{a0}h"),
                (hours, minutes, _) => format!("{hours}\u{a0}h {minutes}\u{a0}min"),
            }
        }
    }
}

/// A length of time that is counting down keeps its decimal, so that it does not jump about.
pub fn countdown(left: core::time::Duration) -> String {
    let tenths = ((Instant::ZERO + left).as_nanos() / 1_000_000).div_ceil(100);
    if left >= core::time::Duration::from_secs(100) {
        about(left)
    } else {
        format!("{}.{}\u{a0}s", tenths / 10, tenths % 10)
    }
}

/// From so many nanoseconds on, instants are told in minutes.
const MINUTES_FROM: u64 = 120_000_000_000;

/// An instant as a clock shows it, rounded: the same number of digits from frame to frame, so that nothing jumps.
pub fn stamp(at: Instant, decimals: u32) -> String {
    if at.as_nanos() < MINUTES_FROM {
        return format!("{}\u{a0}s", fixed(rounded(at, decimals), decimals));
    }
    let whole = rounded(at, 0);
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}\u{a0}min") }
}

/// An instant as it is spoken.
pub fn spoken(at: Instant) -> String {
    if at.as_nanos() < MINUTES_FROM {
        return format!("{} seconds", fixed(rounded(at, 1), 1));
    }
    let whole = rounded(at, 0);
    format!("{} and {}", counted(whole / 60, "minute", "minutes"), counted(whole % 60, "second", "seconds"))
}

/// Seconds, or with decimals their tenths, hundredths …
fn rounded(at: Instant, decimals: u32) -> u64 {
    let unit = 10_u64.pow(9 - decimals.min(9));
    at.as_nanos().saturating_add(unit / 2) / unit
}

/// Money in whole cents: `10 €`, `9.50 €`.
pub fn euros(cents: u64) -> String {
    let whole = grouped(i64::try_from(cents / 100).unwrap_or(i64::MAX));
    if cents.is_multiple_of(100) { format!("{whole}\u{a0}€") } else { format!("{whole}.{:02}\u{a0}€", cents % 100) }
}

/// "1 failure", "3 failures": a count with its noun.
pub fn counted(number: u64, one: &'static str, many: &'static str) -> String {
    format!("{}\u{a0}{}", grouped(i64::try_from(number).unwrap_or(i64::MAX)), noun(number, one, many))
}

/// The noun for so many.
pub fn noun(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// How many letters must be put in, left out or replaced to make one word of the other: Levenshtein's distance.
pub fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, left) in a.chars().enumerate() {
        let (mut diagonal, mut last) = (i, i + 1);
        for (slot, right) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *slot;
            last = (diagonal + usize::from(left != right)).min(above + 1).min(last + 1);
            (*slot, diagonal) = (last, above);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    #[test]
    fn durations_go_both_ways() {
        for (nanos, text) in [
            (5_000_000_000, "5s"),
            (250_000_000, "250ms"),
            (1_500_000_000, "1.5s"),
            (60_000_000_000, "1min"),
            (90_000_000_000, "90s"),
            (3_600_000_000_000, "1h"),
            (1, "1ns"),
            (1_234_567_891, "1.234567891s"),
            (0, "0s"),
        ] {
            assert_eq!(duration(nanos, ""), text);
            assert_eq!(parse_duration(text), Some(nanos), "{text}");
        }
        assert_eq!(parse_duration("1.5min"), Some(90_000_000_000));
        assert_eq!(parse_duration("2m"), Some(120_000_000_000));
        for bad in ["5", "s", "", "1.2.3s", "-", "1e3s", "99999999999999999999s", "5 parsecs", "0.1ns", "..s", "NaNs"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn decimals_go_both_ways() {
        assert_eq!(decimal(12_500, 3), "12.5");
        assert_eq!(decimal(-7, 1), "-0.7");
        assert_eq!(parse_decimal("12.5", 3), Some(12_500));
        assert_eq!(parse_decimal("-0.7", 1), Some(-7));
        assert_eq!(parse_decimal(".5", 1), Some(5));
        for bad in ["", ".", "1,5", "1e3", "--1", "1.55", "99999999999999999999", "١"] {
            assert_eq!(parse_decimal(bad, 1), None, "{bad}");
        }
    }

    #[test]
    fn a_decimal_comma_is_a_point_unless_it_may_part_thousands() {
        for (typed, meant) in [("1,5 s", "1.5 s"), ("0,25", "0.25"), ("1,2345", "1.2345"), ("12", "12")] {
            assert_eq!(point(typed), meant);
        }
        for unclear in ["5,000", "1,500 s", "1,234,567"] {
            assert_eq!(point(unclear), unclear);
        }
        assert_eq!(parse_duration(&point("1,5,5s")), None);
    }

    #[test]
    fn clocks_round() {
        for (micros, decimals, shown) in [
            (2_999_600, 3, "3.000\u{a0}s"),
            (2_960_000, 1, "3.0\u{a0}s"),
            (2_949_999, 1, "2.9\u{a0}s"),
            (2_400_000, 0, "2\u{a0}s"),
            (0, 1, "0.0\u{a0}s"),
            (119_960_000, 1, "120.0\u{a0}s"),
            (120_000_000, 1, "2:00\u{a0}min"),
            (179_600_000, 1, "3:00\u{a0}min"),
            (3_599_600_000, 1, "1:00:00"),
        ] {
            assert_eq!(stamp(Instant::from_micros(micros), decimals), shown);
        }
        assert_eq!(spoken(Instant::from_micros(2_960_000)), "3.0 seconds");
        assert_eq!(spoken(Instant::from_secs(181)), "3\u{a0}minutes and 1\u{a0}second");
        assert_eq!(stamp(Instant::MAX, 1).matches(':').count(), 2);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1000), "1000");
        assert_eq!(grouped(10_000), "10\u{202f}000");
        assert_eq!(about(Duration::from_millis(5_125)), "5.1\u{a0}s");
        assert_eq!(about(Duration::from_secs(125)), "2\u{a0}min 5\u{a0}s");
        assert_eq!(about(Duration::from_millis(250)), "250\u{a0}ms");
        // Rounded up into the next unit.
        assert_eq!(about(Duration::from_nanos(999_700_000)), "1\u{a0}s");
        assert_eq!(about(Duration::from_nanos(999_960)), "1\u{a0}ms");
        assert_eq!(counted(1, "failure", "failures"), "1\u{a0}failure");
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, edits_between) in
            [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("äöü", "aöü", 1), ("ab", "ba", 2)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (edits_between, edits_between), "{a} {b}");
        }
    }
}
