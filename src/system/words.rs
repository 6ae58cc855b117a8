//! Results in words, with as many digits as mean something.

use halfopen_core::availability::{Period, Unavailability};

use crate::lab::text;

/// Digits of what is down that are told.
const DIGITS: i32 = 4;

/// The availability in percent. Its digits are those of what is missing to 100: `99.7003 %`, `99.9999999 %`.
pub fn percent(down: Unavailability) -> String {
    match (percentage(down, DIGITS), down.share()) {
        (Some(percentage), _) => format!("{percentage} %"),
        (None, None) => "100 %, but for less than 10⁻²⁹⁸ %".to_owned(),
        (None, Some(_)) => format!("100 %, but for {} %", power(2.0 - down.nines(), 3)),
    }
}

/// The percentage alone, with so many digits of what is missing. None where that is too little to be told so.
pub fn percentage(down: Unavailability, digits: i32) -> Option<String> {
    let share = down.share()?;
    if share == 0.0 {
        return Some("100".to_owned());
    }
    // Decimals of the percentage until so many digits of what is missing are told.
    let decimals = (digits - 1 - libm::floor(libm::log10(share)) as i32 - 2).max(0);
    let decimals = u32::try_from(decimals).ok().filter(|decimals| *decimals <= 30)?;
    let unit = 10_u128.pow(decimals);
    let missing = libm::round(share * 100.0 * libm::pow(10.0, f64::from(decimals))) as u128;
    let up = (unit * 100).saturating_sub(missing);
    let (whole, rest) = (up / unit, up % unit);
    let rest = format!("{rest:0width$}", width = decimals as usize);
    let rest = rest.trim_end_matches('0');
    Some(if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") })
}

/// A number above 0, given as its decimal logarithm, as so many digits and a power of ten: `8.64 × 10⁻¹²`. A power alone is
/// told as that.
pub fn power(log10: f64, digits: u32) -> String {
    let one = 10_i64.pow(digits.saturating_sub(1).min(17));
    let mut exponent = libm::floor(log10);
    let mut mantissa = libm::round(libm::pow(10.0, log10 - exponent) * one as f64) as i64;
    if mantissa >= 10 * one {
        (mantissa, exponent) = (one, exponent + 1.0);
    }
    let sign = if exponent < 0.0 { "⁻" } else { "" };
    let power = format!("10{sign}{}", superscript(exponent.abs()));
    if mantissa == one { power } else { format!("{} × {power}", text::decimal(mantissa, digits.saturating_sub(1))) }
}

/// A whole number as an exponent: `⁻` is for the caller to put before it.
pub fn superscript(number: f64) -> String {
    let digits = (libm::round(number) as u64).to_string();
    let raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digits.bytes().filter_map(|digit| raised.get(usize::from(digit - b'0'))).collect()
}

/// How many nines: `3`, `2.52`, `9`.
pub fn nines(down: Unavailability) -> String {
    let nines = down.nines();
    if nines.is_infinite() {
        return "no end of nines".to_owned();
    }
    text::decimal(libm::round(nines * 100.0) as i64, 2)
}

/// The downtime in a period: `26.25 h`, `43.2 min`, `31.5 ms`.
pub fn downtime(down: Unavailability, period: Period) -> String {
    down.downtime(period).map_or_else(|| "less than 10⁻²⁹² s".to_owned(), seconds)
}

/// A number with so many decimals, without zeros at its end.
pub fn number(number: f64, decimals: u32) -> String {
    text::decimal(libm::round(number * libm::pow(10.0, f64::from(decimals))) as i64, decimals)
}

/// How often something is down, in percent to three digits: `0.1 %`, `2.5 × 10⁻⁷ %`.
pub fn missing(down: Unavailability) -> String {
    let Some(share) = down.share() else { return "less than 10⁻²⁹⁸ %".to_owned() };
    let percent = share * 100.0;
    if percent == 0.0 {
        return "0 %".to_owned();
    }
    let size = libm::floor(libm::log10(percent)) as i32;
    if size >= -5 {
        return format!("{} %", number(percent, (2 - size).clamp(0, 8) as u32));
    }
    format!("{} %", power(libm::log10(percent), 3))
}

/// A length of time, to three digits and hours to two decimals; below a nanosecond as a power of ten.
pub fn seconds(seconds: f64) -> String {
    if seconds == 0.0 {
        return "no time".to_owned();
    }
    const UNITS: [(&str, f64); 6] =
        [("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)];
    let Some((unit, size)) = UNITS.into_iter().find(|(_, size)| seconds >= *size * 0.999_5) else {
        return format!("{} s", power(libm::log10(seconds), 3));
    };
    let number = seconds / size;
    let digits = match number {
        _ if unit == "h" => 2,
        0.0..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    let scaled = libm::round(number * libm::pow(10.0, f64::from(digits))) as i64;
    format!("{} {unit}", text::decimal(scaled, digits))
}

/// The same in whole units, where that says more: `8 h 45 min 36 s`.
pub fn in_full(time: f64) -> Option<String> {
    let whole = (60.0..1e9).contains(&time).then(|| libm::round(time) as u64)?;
    let units = [(whole / 3600, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")];
    let told = units.into_iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}"));
    Some(told.collect::<Vec<_>>().join(" ")).filter(|full| *full != seconds(time))
}

/// A share as a percentage, exact but for the last digits of a float: 0.1 is `10`.
pub fn share(share: f64) -> String {
    number(share * 100.0, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_numbers_are_told_as_they_are_known() {
        let told = |share: f64| {
            let down = Unavailability::new(share).unwrap();
            (percent(down), nines(down), downtime(down, Period::Year))
        };
        let told = |share: f64| {
            let (percent, nines, year) = told(share);
            format!("{percent}, {nines}, {year}")
        };
        assert_eq!(told(0.001), "99.9 %, 3, 8.76 h");
        assert_eq!(told(0.002_997_001), "99.7003 %, 2.52, 26.25 h");
        assert_eq!(told(1e-9), "99.9999999 %, 9, 31.5 ms");
        assert_eq!(told(1.0007e-4), "99.98999 %, 4, 52.6 min");
        assert_eq!(told(0.0), "100 %, no end of nines, no time");
        assert_eq!(told(1.0), "0 %, 0, 8760 h");
        assert_eq!(told(0.25), "75 %, 0.6, 2190 h");
        assert_eq!(told(1e-40), "100 %, but for 10⁻³⁸ %, 40, 3.15 × 10⁻³³ s");
        assert_eq!(told(5e-31).split(',').nth(1), Some(" but for 5 × 10⁻²⁹ %"));
        assert_eq!(
            [8.64e-12, 1e-9, 9.996e-13, 2.5e-300].map(seconds),
            ["8.64 × 10⁻¹² s", "1 ns", "10⁻¹² s", "2.5 × 10⁻³⁰⁰ s"]
        );
        assert_eq!([-18_000.0, -17_999.5, 12.0].map(|log10| power(log10, 4)), ["10⁻¹⁸⁰⁰⁰", "3.162 × 10⁻¹⁸⁰⁰⁰", "10¹²"]);
        assert_eq!(in_full(31_536.0).as_deref(), Some("8 h 45 min 36 s"));
        assert_eq!(in_full(0.03), None);
        let told = |share| missing(Unavailability::new(share).unwrap());
        assert_eq!([1.0, 0.001, 2.5e-7, 1e-9, 0.0].map(told), ["100 %", "0.1 %", "0.000025 %", "10⁻⁷ %", "0 %"]);
        assert_eq!(told(2.5e-9), "2.5 × 10⁻⁷ %");
        assert_eq!(
            (in_full(31_536_000.0), share(0.1), share(0.999_999_999_9)),
            (None, "10".into(), "99.99999999".into())
        );
    }
}
