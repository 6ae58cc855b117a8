//! An availability as a knob's whole number: how much is missing to always, in units of 10⁻¹⁸. So 99.9 % is 10¹⁵, exactly, and
//! there is room for 18 nines.

use halfopen_core::availability::Unavailability;

use super::{shown, value, words};
use crate::lab::Kind;
use crate::lab::knob::{Notation, Unit};

/// Never down, and always.
const ALWAYS_DOWN: i64 = 1_000_000_000_000_000_000;

/// What is down this often.
pub fn down(number: i64) -> Unavailability {
    // A share from 0 to 1 is one.
    Unavailability::new(number.clamp(0, ALWAYS_DOWN) as f64 / ALWAYS_DOWN as f64).unwrap_or(Unavailability::ALWAYS)
}

/// A knob for an availability from `min` to `max` down.
pub const fn number(min: i64, max: i64, default: i64) -> Kind {
    Kind::Number { unit: Unit::Own(&AVAILABLE), min, max, default, log: true }
}

/// A percentage with all its digits; reads what a part of a system may say, and a bare number as a percentage.
static AVAILABLE: Notation = Notation {
    noun: "an availability",
    format: |number| format!("{}%", percent(number)),
    show: |number| words::percent(down(number)).replace(' ', "\u{a0}"),
    parse,
    stops: &STOPS,
};

/// From no nines to nine, three steps a nine.
const STOPS: [i64; 28] = {
    let mut stops = [ALWAYS_DOWN; 28];
    let mut index = 0;
    while index < 28 {
        // From what is hardly ever down to what always is: 1, 2, 5, 10 …
        let mut decade = ALWAYS_DOWN / 1_000_000_000;
        let mut left = index / 3;
        while left > 0 {
            decade *= 10;
            left -= 1;
        }
        stops[index] = decade * [1, 2, 5][index % 3];
        index += 1;
    }
    stops
};

/// 100 less the missing share, in percent.
fn percent(number: i64) -> String {
    // In units of 10⁻¹⁶ %.
    let up = ALWAYS_DOWN - number.clamp(0, ALWAYS_DOWN);
    let (whole, rest) = (up / 10_000_000_000_000_000, up % 10_000_000_000_000_000);
    let all = format!("{whole}.{rest:016}");
    all.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn parse(written: &str) -> Result<i64, String> {
    let bare = value::plain(written) && written.parse::<f64>().is_ok_and(|bare| (1.0..=100.0).contains(&bare));
    let text = if bare { format!("{written}%") } else { written.to_owned() };
    // A percentage is taken digit by digit, for it must come back as it was written.
    if let Some((digits, scale)) = text.strip_suffix('%').and_then(|percent| value::decimal(percent.trim()))
        && scale <= 16
        && let Some(up) = digits.checked_mul(10_u128.pow(16 - scale))
        && let Some(missing) = (ALWAYS_DOWN as u128).checked_sub(up)
    {
        return Ok(i64::try_from(missing).unwrap_or(ALWAYS_DOWN));
    }
    let down = value::read(&text)?;
    let number = libm::round(down.share().unwrap_or(0.0) * ALWAYS_DOWN as f64) as i64;
    // Nearly always is not always, and nearly never not never.
    if number == 0 && down != Unavailability::NEVER {
        let told = shown(&text);
        return Err(format!(
            "{told} is finer than the 18 nines that fit here; write 18 nines, or 100% if never down is meant."
        ));
    }
    if number == ALWAYS_DOWN && !value::says_never_up(&text) {
        let told = shown(&text);
        return Err(format!("{told} is finer than the 18 digits that fit here; write 0% if never up is meant."));
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were_written() {
        for (written, number) in [
            ("99.9%", 1_000_000_000_000_000),
            ("99.9", 1_000_000_000_000_000),
            ("100 %", 0),
            ("0%", ALWAYS_DOWN),
            ("0.00000000000000000000%", ALWAYS_DOWN),
            ("100.00000000000000000000%", 0),
            ("zero nines", ALWAYS_DOWN),
            ("365d/year", ALWAYS_DOWN),
            ("0s/1h", ALWAYS_DOWN),
            ("1h/0s", 0),
            ("18 nines", 1),
            ("THREE Nines", 1_000_000_000_000_000),
            ("three nines", 1_000_000_000_000_000),
            ("8.76h/year", 1_000_000_000_000_000),
            ("99.9999999999999999%", 1),
        ] {
            assert_eq!(parse(written), Ok(number), "{written}");
            assert_eq!(parse(&(AVAILABLE.format)(number)), Ok(number));
        }
        for number in [0, 1, 7, 123_456_789_012_345_678, ALWAYS_DOWN - 1, ALWAYS_DOWN] {
            assert_eq!(parse(&(AVAILABLE.format)(number)), Ok(number));
        }
        for (written, said) in [
            ("0.999", "0.999 may be 99.9% available"),
            ("150%", "over 100%"),
            ("x", "no availability"),
            ("99,9", "write 99.9%"),
            ("1e1", "no availability"),
            ("19 nines", "19 nines is finer than the 18 nines that fit here; write 18 nines, or 100%"),
            ("200 Nines", "200 Nines is finer than the 18 nines"),
            ("500 nines", "500 nines is finer than the 18 nines"),
            ("99.9999999999999999999%", "is finer than the 18 nines"),
            ("99999999999999999999h/1ms", "is finer than the 18 nines"),
            ("0.00000000000000000001%", "0.00000000000000000001% is finer than the 18 digits"),
            ("0.00000000000000000001 nines", "is finer than the 18 digits"),
            ("1ms/99999999999999999999h", "is finer than the 18 digits"),
        ] {
            assert!(parse(written).unwrap_err().contains(said), "{written}");
        }
        assert_eq!((AVAILABLE.show)(1_000_000_000), "99.9999999\u{a0}%");
        assert!(STOPS.is_sorted() && STOPS[27] == ALWAYS_DOWN);
    }
}
