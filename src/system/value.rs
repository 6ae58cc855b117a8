//! How available a part is, as people write it.

use halfopen_core::availability::{NINES_MAX, Repair, Unavailability};

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

/// Digits of a number that are told at most: those of a float.
const DIGITS_TOLD: i32 = 17;

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
        _ if count_of_nines(text).is_some() => Form::Nines,
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

/// What stands before the word, in any case: `three` of `Three Nines`.
fn count_of_nines(text: &str) -> Option<&str> {
    ["nines", "nine"].into_iter().find_map(|word| {
        let (count, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        end.eq_ignore_ascii_case(word).then_some(count)
    })
}

/// How often it is down.
pub(super) fn read(written: &str) -> Result<Unavailability, String> {
    let text = written.trim();
    if let Some(meant) = pointed(text) {
        return Err(format!("A comma is no decimal point here: write {meant}."));
    }
    if let Some(percent) = text.strip_suffix('%') {
        let percent = percent.trim_end();
        // Digit by digit, so that nothing is lost.
        return Unavailability::from_percent(percent).ok_or_else(|| no_percentage(text, percent));
    }
    if let Some(count) = count_of_nines(text) {
        return nines(count.trim());
    }
    if let Some((left, right)) = text.split_once('/') {
        return slashed(left.trim(), right.trim());
    }
    let told = shown(text);
    match text.parse::<f64>() {
        Ok(bare) if (0.0..1.0).contains(&bare) && plain(text) => {
            Err(format!("{told} may be {}% available or {told}%: write the one that is meant.", hundredfold(text)))
        }
        Ok(bare) if (1.0..=100.0).contains(&bare) && plain(text) => {
            Err(format!("{told} has no unit: write {told}%, or {told} nines."))
        }
        _ => Err(format!("“{told}” is no availability. {WOULD_DO}")),
    }
}

/// What is meant by a number with a decimal comma, such as `99,9`: what would be read, if anything would.
pub(super) fn pointed(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once(',')?;
    let digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
    if !digit(whole.chars().next_back()) || !digit(rest.chars().next()) || rest.contains(',') {
        return None;
    }
    let point = format!("{}.{}", whole.trim_start(), rest.trim_end());
    match point.parse::<f64>() {
        Ok(bare) if plain(&point) && bare < 1.0 => Some(format!("{}% or {point}%", hundredfold(&point))),
        Ok(bare) if plain(&point) => (bare <= 100.0).then(|| format!("{point}%")),
        _ => read(&point).is_ok().then_some(point),
    }
}

/// Why this is no percentage that something can be up.
fn no_percentage(typed: &str, number: &str) -> String {
    let typed = shown(typed);
    let below = number.strip_prefix(['-', '−']);
    let is_long =
        || number.bytes().all(|sign| sign.is_ascii_digit() || sign == b'.') && number.matches('.').count() < 2;
    match number {
        "" => format!("“{typed}” has no number before its %. {WOULD_DO}"),
        _ if plain(number) => format!("{typed} is over 100%: nothing is available for longer than always."),
        _ if below.is_some_and(plain) => {
            format!("{typed} is below 0%: nothing is available for less than never.")
        }
        _ if number.contains('%') => format!("“{typed}” has a % too many. {WOULD_DO}"),
        _ if number.contains(['e', 'E']) && number.parse::<f64>().is_ok() => {
            format!("“{typed}” has an exponent: write its digits, as in 0.001%.")
        }
        _ if is_long() && number != "." => {
            format!("“{typed}” has more than the {DIGITS_MAX} digits that are read.")
        }
        _ => format!("“{typed}” is no percentage. {WOULD_DO}"),
    }
}

/// Whether it says in so many digits that nothing is ever up, and not only nearly: `0%`, `0 nines`, `365d/year`.
pub(super) fn says_never_up(text: &str) -> bool {
    let no_digit = !text.contains(|sign: char| ('1'..='9').contains(&sign));
    match said(text) {
        Ok(Said { down, form: Form::Percent | Form::Nines, .. }) => down == Unavailability::ALWAYS && no_digit,
        Ok(Said { down, form: Form::Downtime, .. }) => down == Unavailability::ALWAYS,
        Ok(Said { form: Form::Repair, .. }) => {
            text.split_once('/').and_then(|(left, _)| seconds(left.trim())) == Some(0.0)
        }
        Err(_) => false,
    }
}

/// A share in percent, exact: `10%` is 0.1.
pub fn share(percent: &str) -> Option<f64> {
    let (digits, scale) = decimal(percent)?;
    Some(digits as f64 / libm::pow(10.0, f64::from(scale) + 2.0)).filter(|share| *share <= 1.0)
}

fn nines(count: &str) -> Result<Unavailability, String> {
    let word = WORDS.iter().position(|word| count.eq_ignore_ascii_case(word)).map(|number| number as f64);
    let number = word.or_else(|| decimal(count).and_then(|_| count.parse().ok()));
    let Some(number) = number else { return Err(format!("“{}” is no count of nines. {WOULD_DO}", shown(count))) };
    Unavailability::from_nines(number)
        .map_err(|_| format!("{} nines are more than the {NINES_MAX} that are told apart here.", shown(count)))
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
pub(super) fn plain(text: &str) -> bool {
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
fn hundredfold(text: &str) -> String {
    decimal(text).map_or_else(|| shown(text), |(digits, scale)| shifted(digits, scale))
}

fn shifted(digits: u128, scale: u32) -> String {
    let (digits, scale) = if scale >= 2 { (digits, scale - 2) } else { (digits * 10_u128.pow(2 - scale), 0) };
    let unit = 10_u128.pow(scale);
    let (whole, rest) = (digits / unit, digits % unit);
    let text = if scale == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}", width = scale as usize) };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The same in these words, with this time to repair where one is told; or why it cannot be told so. It has six digits, and
/// more where six would not be the same.
///
/// # Errors
/// What is never or always down has no count of nines and no time between failures, and some is too small for words.
pub fn told(down: Unavailability, form: Form, to_repair: f64) -> Result<String, String> {
    let bounded = down != Unavailability::NEVER && down != Unavailability::ALWAYS;
    if !bounded && form != Form::Percent {
        return Err("What is never down, or always, is told as a percentage.".to_owned());
    }
    let share = down.share().filter(|share| *share > 0.0 || !bounded).ok_or("It is too small to be told.")?;
    let with = |digits| match form {
        Form::Percent => super::words::percentage(down, digits).map(|percent| format!("{percent}%")),
        Form::Nines => Some(format!("{} nines", rounded(down.nines(), digits))),
        Form::Downtime => Some(format!("{}/year", length_of(share * UNITS[17].1, digits))),
        Form::Repair => {
            let between = Repair::from_repair(down, to_repair).between_failures;
            Some(format!("{}/{}", length_of(between, digits), length_of(to_repair, digits)))
        }
    };
    let same = |text: &String| {
        // Nearly always down is told by how little it is up.
        let least = if share > 0.5 { ((1.0 - share) * 1e-12).max(4e-16) } else { share * 1e-12 };
        let back = read(text).ok().and_then(Unavailability::share);
        back.is_some_and(|back| (back - share).abs() <= least)
    };
    (6..=DIGITS_TOLD).filter_map(with).find(same).ok_or_else(|| "It cannot be told so and be the same.".to_owned())
}

/// So many digits as one tells, if that many say something.
fn rounded(number: f64, digits: i32) -> String {
    let whole = libm::floor(libm::log10(number.max(1e-300))) as i32;
    // More decimals do not fit where they are written.
    let decimals = (digits - 1 - whole).clamp(0, 19) as u32;
    super::words::number(number, decimals)
}

/// A length of time in the largest unit that it has one of.
fn length_of(seconds: f64, digits: i32) -> String {
    let units = [("h", 3600.0), ("min", 60.0), ("s", 1.0)];
    let (name, unit) = units.into_iter().find(|(_, unit)| seconds >= *unit).unwrap_or(("ms", 1e-3));
    format!("{}{name}", rounded(seconds / unit, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_in_other_words_is_the_same() {
        for text in
            ["99.95%", "99.9%", "3.5 nines", "52.6min/year", "30d/1h", "7d/13min", "99.99999999%", "0.1%", "12%"]
        {
            let Said { down, to_repair, .. } = said(text).unwrap();
            for form in [Form::Percent, Form::Nines, Form::Downtime, Form::Repair] {
                let told = told(down, form, to_repair.unwrap_or(3600.0)).unwrap();
                let back = said(&told).unwrap();
                let (was, is) = (down.share().unwrap(), back.down.share().unwrap());
                assert_eq!(back.form, form);
                assert!((is / was - 1.0).abs() <= 1.001e-12, "{text} told as {told}: {is} instead of {was}");
            }
        }
        let tiny = Unavailability::from_nines(200.0).unwrap();
        assert!(told(tiny, Form::Percent, 1.0).is_err());
    }

    #[test]
    fn what_is_no_availability_is_named_as_it_was_typed() {
        for (typed, message) in [
            ("1e-9%", "“1e-9%” has an exponent: write its digits, as in 0.001%."),
            ("-5%", "-5% is below 0%: nothing is available for less than never."),
            ("99.9%%", "“99.9%%” has a % too many."),
            ("%", "“%” has no number before its %."),
            ("150 %", "150 % is over 100%: nothing is available for longer than always."),
            ("99.99999999999999999999999999999%", "has more than the 30 digits that are read."),
            ("x%", "“x%” is no percentage."),
            (".%", "“.%” is no percentage."),
            ("99,9", "A comma is no decimal point here: write 99.9%."),
            ("99,9%", "write 99.9%."),
            ("8,76h/year", "write 8.76h/year."),
            ("3,5 Nines", "write 3.5 Nines."),
            ("0,999", "write 99.9% or 0.999%."),
            ("99,999", "write 99.999%."),
            ("5,000,000", "“5,000,000” is no availability"),
            ("2000000 nines", "2000000 nines are more than the 1000000"),
        ] {
            let error = said(typed).unwrap_err();
            assert!(error.contains(message), "{typed}: {error}");
        }
        for (typed, nines) in [("Three Nines", 3.0), ("THREE nines", 3.0), ("ONE NINE", 1.0), ("400 nines", 400.0)] {
            assert!((said(typed).unwrap().down.nines() - nines).abs() < 1e-9, "{typed}");
        }
    }
}
