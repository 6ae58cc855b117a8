//! A strategy in words and as formulas, with an attempt's numbers in them.

use std::time::Duration;

use halfopen_core::backoff::{self, Config as Waits, Jitter, Kind};

use crate::lab::scene::Why;
use crate::lab::text;

/// Thousandths as a percentage.
fn percent(permille: u32) -> String {
    format!("{}\u{a0}%", text::decimal(permille.into(), 1))
}

/// What chance does, in two or three words.
pub(super) fn name(waits: &Waits) -> String {
    match (waits.settings().kind, waits.settings().jitter) {
        (Kind::None, _) => "no wait".to_owned(),
        (Kind::Decorrelated { .. }, _) => "decorrelated".to_owned(),
        (_, Jitter::None) => "no jitter".to_owned(),
        (_, Jitter::Full) => "full jitter".to_owned(),
        (_, Jitter::Equal) => "equal jitter".to_owned(),
        (_, Jitter::PlusMinus { permille }) => format!("± {}", percent(permille)),
        (_, Jitter::Plus { permille }) => format!("up to {} added", percent(permille)),
        (_, Jitter::UpTo { most }) => format!("up to {} added", text::about(most)),
    }
}

/// The cap, if it comes last and cuts what may be drawn for the wait with this number, from 0.
pub(super) fn cut(waits: &Waits, number: u32) -> Option<Duration> {
    let settings = *waits.settings();
    let cap = settings.cap.filter(|_| settings.cap_after_jitter)?;
    let uncut = Waits::new(backoff::Settings { cap: None, cap_after_jitter: false, ..settings }).ok()?;
    (uncut.most(number) > cap).then_some(cap)
}

/// What the jitter makes of the mean and of the longest wait: what many explanations get wrong, first.
pub(super) fn caution(waits: &Waits, attempts: u32) -> String {
    let cut = attempts.checked_sub(2).and_then(|last| cut(waits, last));
    let plain = caution_before_the_cap(waits);
    match (cut, waits.settings().jitter) {
        (None, _) | (_, Jitter::None) => plain,
        (Some(cap), _) => {
            let cap = text::about(cap);
            format!(
                "{plain} That is before the cap of {cap}, which comes last: whatever is drawn over it becomes {cap}, and the mean is less."
            )
        }
    }
}

fn caution_before_the_cap(waits: &Waits) -> String {
    let cap_first = waits.settings().cap.filter(|_| !waits.settings().cap_after_jitter);
    let passes = |by: String| {
        let cap = cap_first.map_or_else(String::new, |cap| format!(" It may pass the cap of {}.", text::about(cap)));
        format!("Jitter that adds makes a wait longer than its ceiling, {by}.{cap}")
    };
    match (waits.settings().kind, waits.settings().jitter) {
        (Kind::None, _) => "Without waits every client is back as soon as it has failed.".to_owned(),
        (Kind::Decorrelated { .. }, _) => {
            "Each wait is drawn from the base to three times the one before, so a short one is followed by short ones."
                .to_owned()
        }
        (_, Jitter::None) => "Without jitter clients that failed together come back together.".to_owned(),
        (_, Jitter::Full) => {
            "With full jitter the mean wait is half of its ceiling, not the ceiling: it also retries twice as soon."
                .to_owned()
        }
        (_, Jitter::Equal) => "With equal jitter the mean wait is three quarters of its ceiling.".to_owned(),
        (_, Jitter::PlusMinus { permille }) => {
            format!("The mean wait is its ceiling. {}", passes(format!("by up to {}", percent(permille))))
        }
        (_, Jitter::Plus { permille }) => passes(format!("by up to {}, half of that on average", percent(permille))),
        (_, Jitter::UpTo { most }) => passes(format!("by up to {}, half of that on average", text::about(most))),
    }
}

/// How the wait with this number, from 0, comes about, with its numbers in it; `draw` is where between its ends it lies.
pub(super) fn why(waits: &Waits, number: u32, draw: f64, wait: Duration, before: Duration) -> Vec<Why> {
    let settings = waits.settings();
    let cap = settings.cap.filter(|_| !settings.cap_after_jitter);
    let (ceiling, mean) = (text::about(waits.ceiling(number)), text::about(waits.mean(number).wait));
    let drawn = text::about(wait);
    let (share, n) = (text::fixed(libm::round(draw * 1000.0) as u64, 3), number + 1);
    let mut lines = Vec::new();
    let mut line = |rule: String, now: String| lines.push(Why { rule, now });
    let capped = |rule: &str, now: String| match cap {
        Some(cap) => (format!("min(cap, {rule})"), format!("min({}, {now})", text::about(cap))),
        None => (rule.to_owned(), now),
    };
    let (rule, now) = match settings.kind {
        Kind::None => {
            line("wait = 0".to_owned(), format!("wait {n}: none"));
            return lines;
        }
        Kind::Constant { base } => capped("base", text::about(base)),
        Kind::Linear { base } => capped("base × n", format!("{} × {n}", text::about(base))),
        Kind::Exponential { base, factor_permille } => capped(
            "base × factor^(n − 1)",
            format!("{} × {}^{number}", text::about(base), text::decimal(factor_permille.into(), 3)),
        ),
        Kind::Decorrelated { base } => {
            let base = text::about(base);
            let last = if number == 0 { base.clone() } else { text::about(before) };
            let capped = settings.cap.map_or_else(String::new, |cap| format!(", at most {}", text::about(cap)));
            line(
                "wait n = min(cap, from base to 3 × wait n − 1); the first builds on the base".to_owned(),
                format!("wait {n}: {share} of the way from {base} to 3 × {last}{capped} = {drawn}"),
            );
            line(
                "longest = min(cap, base × 3^n); its mean is base × (2 × 1.5^n − 1) before the cap".to_owned(),
                format!("at most {ceiling}, {mean} on average"),
            );
            return lines;
        }
    };
    line(format!("ceiling n = {rule}"), format!("ceiling {n} = {now} = {ceiling}"));
    let (rule, now, mean_rule) = match settings.jitter {
        Jitter::None => ("wait n = ceiling n".to_owned(), drawn.clone(), "ceiling n"),
        Jitter::Full => {
            ("wait n = draw × ceiling n".to_owned(), format!("{share} × {ceiling} = {drawn}"), "ceiling n / 2")
        }
        Jitter::Equal => (
            "wait n = ceiling n / 2 + draw × ceiling n / 2".to_owned(),
            format!("half of {ceiling} + {share} × half of it = {drawn}"),
            "3/4 × ceiling n",
        ),
        Jitter::PlusMinus { permille } => {
            let width = percent(permille);
            (
                format!("wait n = ceiling n × (1 + {width} × (2 × draw − 1))"),
                format!("{ceiling} × (1 + {width} × (2 × {share} − 1)) = {drawn}"),
                "ceiling n",
            )
        }
        Jitter::Plus { permille } => {
            let width = percent(permille);
            (
                format!("wait n = ceiling n × (1 + {width} × draw)"),
                format!("{ceiling} × (1 + {width} × {share}) = {drawn}"),
                "ceiling n, and half of what is added at most",
            )
        }
        Jitter::UpTo { most } => {
            let most = text::about(most);
            (
                format!("wait n = ceiling n + draw × {most}"),
                format!("{ceiling} + {share} × {most} = {drawn}"),
                "ceiling n, and half of what is added at most",
            )
        }
    };
    let last = settings.cap.filter(|_| settings.cap_after_jitter);
    let last = last.map_or_else(String::new, |cap| format!(", at most the cap of {}", text::about(cap)));
    line(format!("{rule}{last}"), format!("wait {n}: {now}"));
    line(
        match cut(waits, number) {
            Some(cap) => {
                format!(
                    "mean of wait n: less than {mean_rule}, for what is drawn over the cap becomes {}",
                    text::about(cap)
                )
            }
            None => format!("mean of wait n = {mean_rule}"),
        },
        format!("{mean} on average, at most {}", text::about(waits.most(number))),
    );
    lines
}
