//! How states and their reasons are said, alike in every lab.

use halfopen_core::breaker::{HalfOpenBy, PermitsLimit, Reason, Settings, State};

use super::record::Health;
use super::scene::{Blade, Tone};

/// A state's word with its shape, so that colour is never alone.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Closed => "● closed",
        State::Open => "▲ open",
        State::HalfOpen => "◐ half-open",
        State::ForcedOpen => "■ forced open",
        State::Disabled => "○ disabled",
        State::MetricsOnly => "◇ metrics only",
    }
}

/// A state's plain word.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::Closed => "closed",
        State::Open => "open",
        State::HalfOpen => "half-open",
        State::ForcedOpen => "forced open",
        State::Disabled => "disabled",
        State::MetricsOnly => "metrics only",
    }
}

/// A state's colour.
pub fn state_tone(state: State) -> Tone {
    match state {
        State::Closed => Tone::Ok,
        State::Open | State::ForcedOpen => Tone::Bad,
        State::HalfOpen => Tone::Half,
        State::Disabled | State::MetricsOnly => Tone::Info,
    }
}

/// How the switch stands in a state.
pub fn state_blade(state: State) -> Blade {
    match state {
        State::Open | State::ForcedOpen => Blade::Open,
        State::HalfOpen => Blade::HalfOpen,
        State::Closed | State::Disabled | State::MetricsOnly => Blade::Closed,
    }
}

/// A state on the scrub bar.
pub fn state_health(state: State) -> Health {
    match state {
        State::Open | State::ForcedOpen => Health::Bad,
        State::HalfOpen => Health::Half,
        State::Closed | State::Disabled | State::MetricsOnly => Health::Ok,
    }
}

/// The head of the log entry that tells of a transition.
pub fn transition_head(from: State, to: State) -> String {
    let again = if from == State::HalfOpen && to == State::Open { " again" } else { "" };
    format!("{}{again}.", state_word(to))
}

/// Why a breaker changed its state, and what that means for the next request: whole sentences.
pub fn transition_text(from: State, to: State, reason: &Reason, settings: &Settings) -> String {
    let because = sentence(&reason.to_string());
    let forced = *reason == Reason::Forced;
    match to {
        State::HalfOpen => {
            let probes = settings.half_open.permits;
            let asked = from == State::Open && settings.half_open_by == HalfOpenBy::Ask && !forced;
            let at_a_time = settings.half_open.permits_limit == PermitsLimit::InFlight;
            let who = match (asked, probes) {
                (true, 1) => "This request is the probe; others are turned away until it returns.".to_owned(),
                (true, n) if at_a_time => format!("This request is a probe; up to {n} may be out at a time."),
                (true, n) => format!("This request is the first of {n} probes."),
                (false, 1) => "The next request is the probe.".to_owned(),
                (false, n) if at_a_time => format!("The next requests are probes, up to {n} at a time."),
                (false, n) => format!("The next {n} requests are probes."),
            };
            format!("{because} {who}")
        }
        State::ForcedOpen => "You forced it: every request is turned away until you close it.".to_owned(),
        State::Disabled => "You disabled it: every request passes and nothing is counted.".to_owned(),
        State::MetricsOnly => {
            "You set it to metrics only: every request passes; results are counted and judged, but it never opens."
                .to_owned()
        }
        State::Closed if forced => "You closed it: it counts from zero.".to_owned(),
        State::Open if forced => "You opened it.".to_owned(),
        State::Closed | State::Open => because,
    }
}

/// A clause as a sentence: a capital first, a full stop last, and no line that ends between a number and its unit.
pub fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let Some(first) = chars.next() else { return String::new() };
    let end = if clause.ends_with(['.', '!', '?']) { "" } else { "." };
    let mut out = String::from(first.to_ascii_uppercase());
    for (index, word) in chars.as_str().split(' ').enumerate() {
        if index > 0 {
            let unit = word.trim_end_matches(|sign: char| sign.is_ascii_punctuation() && sign != '%');
            let unit = unit.trim_end_matches([')', ';']);
            let stays = UNITS.contains(&unit) && out.ends_with(|sign: char| sign.is_ascii_digit());
            out.push(if stays { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
    }
    out.push_str(end);
    out
}

/// The units that the core writes after a plain space.
const UNITS: [&str; 5] = ["%", "s", "ms", "µs", "ns"];

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_number_stays_with_its_unit() {
        for (clause, said) in [
            (
                "7 of 66 calls failed (10.61 %); the threshold is 10 %",
                "7 of 66 calls failed (10.61\u{a0}%); the threshold is 10\u{a0}%.",
            ),
            ("the 5 s wait is over; it was open for 6.1 s", "The 5\u{a0}s wait is over; it was open for 6.1\u{a0}s."),
            (
                "a wait of 250 ms starts (the last one was 1 s)",
                "A wait of 250\u{a0}ms starts (the last one was 1\u{a0}s).",
            ),
            ("it takes s", "It takes s."),
            ("", ""),
        ] {
            assert_eq!(sentence(clause), said);
        }
    }
}
