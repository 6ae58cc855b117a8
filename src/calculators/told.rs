//! Numbers of the answers in words. Spaces before units do not break.

use halfopen_core::availability::{Period, Unavailability};

use crate::lab::text;
use crate::system::words;

/// The availability: `99.9 %`.
pub(super) fn percent(down: Unavailability) -> String {
    solid(&words::percent(down))
}

/// How many nines: `3 nines`, `no end of nines`.
pub(super) fn nines(down: Unavailability) -> String {
    match words::nines(down).as_str() {
        "1" => "1\u{a0}nine".to_owned(),
        none if none.contains(' ') => none.to_owned(),
        number => format!("{number}\u{a0}nines"),
    }
}

/// The downtime in a period: `8.76 h (8 h 45 min 36 s)`.
pub(super) fn downtime(down: Unavailability, period: Period) -> String {
    let short = words::downtime(down, period);
    let full = down.downtime(period).and_then(words::in_full);
    let full = full.map_or_else(String::new, |full| format!(" ({})", solid(&full)));
    solid(&short) + &full
}

/// How long a period is: `8760 h`.
pub(super) fn length(period: Period) -> String {
    solid(&words::seconds(period.seconds()))
}

/// The share of time that it is down, as a plain number.
pub(super) fn share(down: Unavailability) -> String {
    down.share().map_or_else(|| solid(&words::power(-down.nines(), 4)), number)
}

/// A number of four digits: `0.0005`, `1.2 × 10⁻⁹`.
pub(super) fn number(number: f64) -> String {
    if number.is_nan() || number <= 0.0 {
        return "0".to_owned();
    }
    let exponent = libm::floor(libm::log10(number)) as i32;
    if exponent < -4 && libm::round(number * 1e8) < 10_000.0 {
        return solid(&words::power(libm::log10(number), 4));
    }
    match u32::try_from(3 - exponent) {
        Ok(decimals) => words::number(number, decimals),
        // Ten thousand and more: whole.
        Err(_) => text::grouped(libm::round(number) as i64),
    }
}

fn solid(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_four_digits() {
        for (given, told) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.001, "0.001"),
            (0.000_999_55, "0.0009996"),
            (0.001 * 0.1, "0.0001"),
            (1e-9, "10⁻⁹"),
            (7.29e-10, "7.29\u{a0}×\u{a0}10⁻¹⁰"),
            (9.99996e-8, "10⁻⁷"),
            (1e-299, "10⁻²⁹⁹"),
            (10.005, "10.01"),
            (692.8, "692.8"),
            (12_345.6, "12\u{202f}346"),
            (f64::NAN, "0"),
        ] {
            assert_eq!(number(given), told, "{given}");
        }
        let hours = |share: f64| downtime(Unavailability::new(share).unwrap(), Period::Year);
        assert_eq!(hours(0.001), "8.76\u{a0}h (8\u{a0}h\u{a0}45\u{a0}min\u{a0}36\u{a0}s)");
        assert_eq!(hours(1.0), "8760\u{a0}h");
        assert_eq!(hours(0.0), "no\u{a0}time");
        assert_eq!(nines(Unavailability::NEVER), "no end of nines");
    }
}
