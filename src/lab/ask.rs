//! Predictions: a number as a reader types it, held against what the run then shows.

use std::time::Duration;

use super::{Prediction, Readout, text};

/// A number that a reader typed, with the unit that they gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guess {
    /// A bare number: in the unit that the readout is shown in.
    Plain(f64),
    /// A percentage.
    Percent(f64),
    /// A length of time in seconds.
    Time(f64),
}

impl Guess {
    /// Reads `8`, `5 000`, `12.5 %`, `1,5 s`, `250ms`, and a number before a word (`8 requests`, `667/s`), which says only
    /// what is asked anyway. `None` for anything else, and for what is below zero: nothing that is asked can be.
    pub fn read(typed: &str) -> Option<Self> {
        let gap = |sign: &char| matches!(*sign, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '_');
        let bare: String = text::point(typed).chars().filter(|sign| !gap(sign)).collect();
        let number =
            |text: &str| text::parse_decimal(text, 6).filter(|number| *number >= 0).map(|number| number as f64 / 1e6);
        if let Some(percent) = bare.strip_suffix('%') {
            return number(percent).map(Self::Percent);
        }
        let time =
            || text::parse_duration(&bare).filter(|nanos| *nanos >= 0).map(|nanos| Self::Time(nanos as f64 / 1e9));
        let word = || {
            let (number, word) = bare.split_at(bare.find(|sign: char| sign.is_ascii_alphabetic() || sign == '/')?);
            (word.len() > 1 && !word.contains(|sign: char| sign.is_ascii_digit())).then_some(number)
        };
        number(&bare).map(Self::Plain).or_else(time).or_else(|| number(word()?).map(Self::Plain))
    }

    /// The number in the readout's plain unit.
    fn number(self, like: &Readout) -> f64 {
        match self {
            Self::Plain(number) | Self::Percent(number) if is_share(like) => number / 100.0,
            Self::Plain(number) | Self::Percent(number) | Self::Time(number) => number,
        }
    }
}

/// What became of a prediction, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What was predicted, its distance from what happened, and whether that is near enough. Nothing when it was skipped.
    pub predicted: Option<(String, String, bool)>,
    /// What happened.
    pub happened: String,
    /// An answer that has a name and lies to the same side as the one given, and the misconception behind it.
    pub because: Option<(String, &'static str)>,
}

impl Prediction {
    /// Holds an answer, or none, against what the readout says at the prediction's time.
    pub fn judge(&self, guess: Option<Guess>, readout: &Readout) -> Verdict {
        let happened = readout.value.clone();
        let Some((guess, number)) = guess.map(|guess| guess.number(readout)).zip(readout.number) else {
            return Verdict { predicted: None, happened, because: None };
        };
        let distance = (guess - number).abs();
        let right = distance <= self.tolerance;
        let mut because: Option<&(f64, &'static str)> = None;
        for named in self.misconceptions.iter().filter(|named| !right && (named.0 < number) == (guess < number)) {
            if because.is_none_or(|nearest| (named.0 - guess).abs() < (nearest.0 - guess).abs()) {
                because = Some(named);
            }
        }
        let off = if is_share(readout) {
            format!("{}\u{a0}percentage points", plain(distance * 100.0))
        } else {
            told(distance, readout)
        };
        Verdict {
            predicted: Some((told(guess, readout), off, right)),
            happened,
            because: because.map(|named| (told(named.0, readout), named.1)),
        }
    }
}

impl Verdict {
    /// All of it in sentences, for those who do not see it.
    pub fn sentence(&self) -> String {
        let mut said = match &self.predicted {
            None => format!("It was {}.", self.happened),
            Some((predicted, _, true)) => format!("Right. It was {}; you said {predicted}.", self.happened),
            Some((predicted, off, false)) => {
                format!("Not so. It was {}; you said {predicted}, {off} off.", self.happened)
            }
        };
        if let Some((_, why)) = self.because {
            said.push(' ');
            said.push_str(why);
        }
        said
    }
}

fn is_share(readout: &Readout) -> bool {
    readout.unit() == "%"
}

/// A number as this readout would show it.
fn told(number: f64, like: &Readout) -> String {
    if is_share(like) {
        return format!("{}\u{a0}%", plain(number * 100.0));
    }
    let unit = like.value.trim_start_matches(|sign: char| !sign.is_ascii_alphabetic() && !matches!(sign, 'µ' | '/'));
    let last = unit.rsplit(['\u{a0}', ' ']).next().unwrap_or_default();
    if ["h", "min", "s", "ms", "µs", "ns"].contains(&last) {
        // Converting keeps within the range.
        return text::about(Duration::from_nanos((number * 1e9) as u64));
    }
    let gap = if unit.is_empty() || unit.starts_with('/') { "" } else { "\u{a0}" };
    format!("{}{gap}{unit}", plain(number))
}

/// With two decimals where it has any.
fn plain(number: f64) -> String {
    let hundredths = libm::round(number * 100.0) as i64;
    if hundredths % 100 == 0 { text::grouped(hundredths / 100) } else { text::decimal(hundredths, 2) }
}

#[cfg(test)]
mod tests {
    use super::super::Tone;
    use super::*;

    const ASKED: Prediction = Prediction {
        id: "asked",
        question: "How many?",
        setup: "",
        readout: "it",
        at_ms: 1,
        answer: 8.0,
        tolerance: 0.5,
        misconceptions: &[(3.0, "Too few."), (6.0, "Nearly."), (10.0, "Too many.")],
    };

    fn readout(number: f64, value: &str) -> Readout {
        Readout { id: "it", label: "it", number: Some(number), value: value.to_owned(), tone: Tone::Plain }
    }

    #[test]
    fn guesses_are_read_with_their_units() {
        for (typed, guess) in [
            ("8", Guess::Plain(8.0)),
            (" 5 000 ", Guess::Plain(5000.0)),
            ("5\u{202f}000", Guess::Plain(5000.0)),
            ("8 threads", Guess::Plain(8.0)),
            ("667 req/s", Guess::Plain(667.0)),
            ("12/s", Guess::Plain(12.0)),
            ("12,5 %", Guess::Percent(12.5)),
            ("1,5 s", Guess::Time(1.5)),
            ("250ms", Guess::Time(0.25)),
            ("2 min", Guess::Time(120.0)),
        ] {
            assert_eq!(Guess::read(typed), Some(guess), "{typed}");
        }
        for typed in [
            "",
            "  ",
            "many",
            "8 or 9",
            "-0.25",
            "-5 s",
            "-1 %",
            "1e3",
            "NaN",
            "5,000",
            "%",
            "s",
            "99999999999999999999",
        ] {
            assert_eq!(Guess::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_verdict_names_the_misconception_on_the_side_of_the_answer() {
        let because = |typed: &str| {
            let verdict = ASKED.judge(Guess::read(typed), &readout(8.0, "8"));
            let (_, off, right) = verdict.predicted.unwrap();
            (right, off, verdict.because.map(|named| named.1))
        };
        assert_eq!(because("8"), (true, "0".to_owned(), None));
        assert_eq!(because("8.5"), (true, "0.5".to_owned(), None));
        assert_eq!(because("3"), (false, "5".to_owned(), Some("Too few.")));
        assert_eq!(because("6"), (false, "2".to_owned(), Some("Nearly.")));
        assert_eq!(because("9"), (false, "1".to_owned(), Some("Too many.")));
        let skipped = ASKED.judge(None, &readout(8.0, "8"));
        assert_eq!((skipped.sentence().as_str(), skipped.because), ("It was 8.", None));
    }

    #[test]
    fn a_verdict_speaks_the_readouts_unit() {
        for (typed, number, value, said) in [
            ("50", 0.125, "12.5\u{a0}%", "50\u{a0}%, 37.5\u{a0}percentage points off"),
            ("50 %", 0.125, "12.5\u{a0}%", "50\u{a0}%, 37.5\u{a0}percentage points off"),
            ("10", 2.5, "2.5\u{a0}s", "10\u{a0}s, 7.5\u{a0}s off"),
            ("250 ms", 125.0, "2\u{a0}min 5\u{a0}s", "250\u{a0}ms, 2\u{a0}min 4\u{a0}s off"),
            ("12", 2.5, "2.5\u{a0}GB", "12\u{a0}GB, 9.5\u{a0}GB off"),
            ("12", 2.0, "2/s", "12/s, 10/s off"),
            ("15000", 5000.0, "5000", "15\u{202f}000, 10\u{202f}000 off"),
        ] {
            let exact = Prediction { tolerance: 0.0, ..ASKED };
            let verdict = exact.judge(Guess::read(typed), &readout(number, value));
            assert!(verdict.sentence().contains(&format!("you said {said}.")), "{}", verdict.sentence());
        }
    }
}
