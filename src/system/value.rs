//! How available a part is, as people write it.

use halfopen_core::availability::{Repair, Unavailability};

use super::shown;

/// Digits of a number that are read.
const DIGITS_MAX: usize = 30;

/// Periods and units of time, in seconds. A year has 365 days, and a month is a twelfth of it.
const UNITS: [(&str, f64); 19] = [
    ("ms", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("min", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
    ("d", 86_400.0),
    ("day", 86_400.0),
    ("days", 86_400.0),
    ("week", 604_800.0),
    ("weeks", 604_800.0),
    ("month", 2_628_000.0),
    ("year", 31_536_000.0),
    ("years", 31_536_000.0),
];

const WORDS: [&str; 12] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"];

/// What would do, for messages.
pub(super) const WOULD_DO: &str = "Write 99.9%, three nines, 8.76h/year, or 30d/1h.";

/// What a part says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// How often it is down.
    pub down: Unavailability,
    /// How long a repair takes on average, in seconds, where it says so.
    pub to_repair: Option<f64>,
    /// In which words.
    pub form: Form,
}

/// The words that availabilities are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `99.9%`
    Percent,
    /// `3 nines`
    Nines,
    /// `8.76h/year`
    Downtime,
    /// `30d/1h`
    Repair,
}

/// Reads `99.9%`, `three nines`, `8.76h/year`, `30d/1h`.
///
/// # Errors
/// What is wrong with it, and what would do.
pub fn said(written: &str) -> Result<Said, String> {
    let text = written.trim();
    let form = match text {
        _ if text.ends_with('%') => Form::Percent,
        _ if text.ends_with("nines") || text.ends_with("nine") => Form::Nines,
        _ => match text.split_once('/') {
            Some((_, right)) if unit(right.trim()).is_none() => Form::Repair,
            _ => Form::Downtime,
        },
    };
    let down = read(text)?;
    let repair = (form == Form::Repair).then(|| text.split_once('/')).flatten();
    Ok(Said { down, to_repair: repair.and_then(|(_, right)| seconds(right.trim())), form })
}

/// A length of time such as `30s`, in seconds.
pub fn length(text: &str) -> Option<f64> {
    seconds(text.trim())
}

fn unit(name: &str) -> Option<f64> {
    UNITS.iter().find(|unit| unit.0.eq_ignore_ascii_case(name)).map(|unit| unit.1)
}

/// How often it is down.
pub(super) fn read(written: &str) -> Result<Unavailability, String> {
    let text = written.trim();
    if let Some(percent) = text.strip_suffix('%') {
        return percent_of(percent.trim());
    }
    if let Some(count) = text.strip_suffix("nines").or_else(|| text.strip_suffix("nine")) {
        return nines(count.trim());
    }
    if let Some((left, right)) = text.split_once('/') {
        return slashed(left.trim(), right.trim());
    }
    let told = shown(text);
    match text.parse::<f64>() {
        Ok(bare) if (0.0..1.0).contains(&bare) && plain(text) => Err(format!(
            "{told} may be {}% available or {told}%: write the one that is meant.",
            decimal(text).map_or_else(|| told.clone(), |(digits, scale)| shifted(digits, scale))
        )),
        Ok(bare) if (1.0..=100.0).contains(&bare) && plain(text) => {
            Err(format!("{told} has no unit: write {told}%, or {told} nines."))
        }
        _ => Err(format!("“{told}” is no availability. {WOULD_DO}")),
    }
}

/// A share in percent, exact: `10%` is 0.1.
pub fn share(percent: &str) -> Option<f64> {
    let (digits, scale) = decimal(percent)?;
    Some(digits as f64 / libm::pow(10.0, f64::from(scale) + 2.0)).filter(|share| *share <= 1.0)
}

/// 100 less the percentage is what is down, taken digit by digit so that nothing is lost.
fn percent_of(percent: &str) -> Result<Unavailability, String> {
    let Some((digits, scale)) = decimal(percent) else {
        return Err(format!("“{}” is no number of up to {DIGITS_MAX} digits. {WOULD_DO}", shown(percent)));
    };
    let whole = 10_u128.pow(scale).saturating_mul(100);
    let Some(down) = whole.checked_sub(digits) else {
        return Err(format!("{}% is over 100%: nothing is available for longer than always.", shown(percent)));
    };
    let share = down as f64 / libm::pow(10.0, f64::from(scale) + 2.0);
    Unavailability::new(share).map_err(|error| format!("{error}."))
}

fn nines(count: &str) -> Result<Unavailability, String> {
    let word = WORDS.iter().position(|word| count.eq_ignore_ascii_case(word)).map(|number| number as f64);
    let number = word.or_else(|| decimal(count).and_then(|_| count.parse().ok()));
    let Some(number) = number else { return Err(format!("“{}” is no count of nines. {WOULD_DO}", shown(count))) };
    Unavailability::from_nines(number)
        .map_err(|_| format!("{} nines are more than the 300 that are told apart here.", shown(count)))
}

/// `8.76h/year`: time down in a period. `30d/1h`: between failures, and to repair.
fn slashed(left: &str, right: &str) -> Result<Unavailability, String> {
    let (said, then) = (shown(left), shown(right));
    let Some(left_seconds) = seconds(left) else {
        return Err(format!("“{said}” is no length of time. {WOULD_DO}"));
    };
    if let Some(period) = unit(right) {
        if left_seconds > period {
            return Err(format!(
                "{said} down a {then} is longer than that: the time between failures stands first, as in 30d/1h."
            ));
        }
        return Unavailability::new(left_seconds / period).map_err(|error| format!("{error}."));
    }
    let Some(to_repair) = seconds(right) else {
        return Err(format!("“{then}” is no period and no length of time. {WOULD_DO}"));
    };
    let down = Repair { between_failures: left_seconds, to_repair }.unavailability();
    down.map_err(|_| format!("{said}/{then} is no time between failures with a time to repair."))
}

/// A number with a unit of time.
fn seconds(text: &str) -> Option<f64> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.')?;
    let (number, unit) = text.split_at(end);
    decimal(number)?;
    let unit = self::unit(unit.trim())?;
    number.parse::<f64>().ok().map(|number| number * unit)
}

/// Only digits and a point.
fn plain(text: &str) -> bool {
    decimal(text).is_some()
}

/// The digits as a whole number, and how many of them stand behind the point.
pub(super) fn decimal(text: &str) -> Option<(u128, u32)> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = || whole.bytes().chain(rest.bytes());
    let count = digits().count();
    if !(1..=DIGITS_MAX).contains(&count) || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number = digits().fold(0_u128, |number, digit| number * 10 + u128::from(digit - b'0'));
    u32::try_from(rest.len()).ok().map(|scale| (number, scale))
}

/// A hundred times a decimal number, as text.
fn shifted(digits: u128, scale: u32) -> String {
    let (digits, scale) = if scale >= 2 { (digits, scale - 2) } else { (digits * 10_u128.pow(2 - scale), 0) };
    let unit = 10_u128.pow(scale);
    let (whole, rest) = (digits / unit, digits % unit);
    let text = if scale == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}", width = scale as usize) };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The same in these words, with this time to repair where one is told; or why it cannot be told so.
///
/// # Errors
/// What is never or always down has no count of nines and no time between failures.
pub fn told(down: Unavailability, form: Form, to_repair: f64) -> Result<String, String> {
    let bounded = down != Unavailability::NEVER && down != Unavailability::ALWAYS;
    let share = down.share().filter(|share| *share > 0.0 || !bounded).ok_or("It is too small to be told.")?;
    match form {
        Form::Percent => super::words::percentage(down, 6)
            .map(|percent| format!("{percent}%"))
            .ok_or("It is too small to be told.".to_owned()),
        _ if !bounded => Err("What is never down, or always, is told as a percentage.".to_owned()),
        Form::Nines => Ok(format!("{} nines", rounded(down.nines()))),
        Form::Downtime => Ok(format!("{}/year", length_of(share * UNITS[17].1))),
        Form::Repair => {
            let between = Repair::from_repair(down, to_repair).between_failures;
            Ok(format!("{}/{}", length_of(between), length_of(to_repair)))
        }
    }
}

/// Six digits are as many as one tells.
fn rounded(number: f64) -> String {
    let whole = libm::floor(libm::log10(number.max(1e-300))) as i32;
    let decimals = (5 - whole).clamp(0, 12) as u32;
    super::words::number(number, decimals)
}

/// A length of time in the largest unit that it has one of.
fn length_of(seconds: f64) -> String {
    let units = [("h", 3600.0), ("min", 60.0), ("s", 1.0)];
    let (name, unit) = units.into_iter().find(|(_, unit)| seconds >= *unit).unwrap_or(("ms", 1e-3));
    format!("{}{name}", rounded(seconds / unit))
}
