//! The same retry as programs to take along, made from the knobs.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{Config as Waits, Jitter, Kind};

use super::formula;
use super::settings::Setup;
use crate::lab::{Config, Language, Program, text};

const PYTHON: &str = include_str!("charge.py.txt");
const RUST: &str = include_str!("charge.rs.txt");

pub(super) fn programs(config: &Config) -> Vec<Program> {
    let setup = Setup::new(config);
    let name = match setup.retry.backoff().settings().kind {
        Kind::None => "no wait",
        Kind::Constant { .. } => "a constant wait",
        Kind::Linear { .. } => "linear backoff",
        Kind::Exponential { .. } => "exponential backoff",
        Kind::Decorrelated { .. } => "backoff",
    };
    let name = match setup.retry.backoff().settings().kind {
        Kind::None => name.to_owned(),
        // In a program's comment a plain space does.
        _ => format!("{name}, {}", formula::name(setup.retry.backoff()).replace('\u{a0}', " ")),
    };
    let threshold = config.number("threshold").to_string();
    let attempts = setup.retry.settings().attempts;
    // So that the last attempt is answered, as far as the breaker lets it.
    let (fails, stand_in) = match attempts {
        0 | 1 => ("0", "answers at once"),
        2 => ("1", "fails once and then answers"),
        _ => ("2", "fails twice and then answers"),
    };
    let (attempts, fails, stand_in) = (attempts.to_string(), fails.to_owned(), stand_in.to_owned());
    let fill = |template: &str, with: &[(&str, String)]| {
        let common = [
            ("NAME", &name),
            ("ATTEMPTS", &attempts),
            ("THRESHOLD", &threshold),
            ("FAILS", &fails),
            ("STAND_IN", &stand_in),
        ];
        let mut program = template.to_owned();
        for (mark, value) in common.into_iter().chain(with.iter().map(|(mark, value)| (*mark, value))) {
            program = program.replace(&format!("@{mark}@"), value);
        }
        program
    };
    let open_for = config.duration("open_for");
    let waits = setup.retry.backoff();
    vec![
        Program {
            language: Language::Python,
            note: "Python 3.9 or later, standard library only.",
            file: "charge.py",
            text: fill(PYTHON, &python(waits, open_for)),
        },
        Program {
            language: Language::Rust,
            note: "Rust 1.88 or later, with the crate halfopen-core of this project.",
            file: "charge.rs",
            text: fill(RUST, &rust(waits, open_for)),
        },
    ]
}

fn nanos(length: Duration) -> i64 {
    i64::try_from((Instant::ZERO + length).as_nanos()).unwrap_or(i64::MAX)
}

/// Seconds as a float of Python's.
fn seconds(length: Duration) -> String {
    let exact = text::decimal(nanos(length), 9);
    if exact.contains('.') { exact } else { format!("{exact}.0") }
}

fn python(waits: &Waits, open_for: Duration) -> Vec<(&'static str, String)> {
    let settings = waits.settings();
    let mut constants = Vec::new();
    let cap_last = settings.cap_after_jitter;
    let (planned, base) = match settings.kind {
        Kind::None => ("0.0", None),
        Kind::Constant { base } => ("BASE", Some(base)),
        Kind::Linear { base } => ("BASE * (n + 1)", Some(base)),
        Kind::Exponential { base, factor_permille } => {
            let factor = text::decimal(factor_permille.into(), 3);
            constants.push(format!("FACTOR = {factor}"));
            ("BASE * FACTOR**n", Some(base))
        }
        Kind::Decorrelated { base } => ("BASE * 3 ** (n + 1)", Some(base)),
    };
    if let Some(base) = base {
        constants.insert(0, format!("BASE = {}  # seconds", seconds(base)));
    }
    constants.extend(settings.cap.map(|cap| format!("CAP = {}  # seconds", seconds(cap))));
    let capped = |wait: &str| match settings.cap {
        Some(_) => format!("min(CAP, {wait})"),
        None => wait.to_owned(),
    };
    let ceiling = if cap_last { planned.to_owned() } else { capped(planned) };
    let share = |permille: u32| text::decimal(permille.into(), 3);
    let drawn = match (settings.kind, settings.jitter) {
        (Kind::Decorrelated { .. }, _) => capped("BASE + draw() * (3 * previous - BASE)"),
        (_, Jitter::None) => "ceiling(n)".to_owned(),
        (_, Jitter::Full) => "draw() * ceiling(n)".to_owned(),
        (_, Jitter::Equal) => "(1 + draw()) * ceiling(n) / 2".to_owned(),
        (_, Jitter::PlusMinus { permille }) => format!("ceiling(n) * (1 + {} * (2 * draw() - 1))", share(permille)),
        (_, Jitter::Plus { permille }) => format!("ceiling(n) * (1 + {} * draw())", share(permille)),
        (_, Jitter::UpTo { most }) => format!("ceiling(n) + {} * draw()", seconds(most)),
    };
    let wait = if cap_last { capped(&drawn) } else { drawn };
    let first = if base.is_some() { "BASE" } else { "0.0" };
    vec![
        ("CONSTANTS", constants.iter().map(|line| format!("{line}\n")).collect()),
        ("OPEN_FOR", seconds(open_for)),
        ("CEILING", ceiling),
        ("WAIT", wait),
        ("FIRST", first.to_owned()),
    ]
}

/// A length of time as Rust writes it.
fn duration(length: Duration) -> String {
    match nanos(length) {
        nanos if nanos % 1_000_000_000 == 0 => format!("Duration::from_secs({})", nanos / 1_000_000_000),
        nanos if nanos % 1_000_000 == 0 => format!("Duration::from_millis({})", nanos / 1_000_000),
        nanos => format!("Duration::from_nanos({nanos})"),
    }
}

fn rust(waits: &Waits, open_for: Duration) -> Vec<(&'static str, String)> {
    let settings = waits.settings();
    let kind = match settings.kind {
        Kind::None => "Kind::None".to_owned(),
        Kind::Constant { base } => format!("Kind::Constant {{ base: {} }}", duration(base)),
        Kind::Linear { base } => format!("Kind::Linear {{ base: {} }}", duration(base)),
        Kind::Exponential { base, factor_permille } => {
            format!("Kind::Exponential {{ base: {}, factor_permille: {factor_permille} }}", duration(base))
        }
        Kind::Decorrelated { base } => format!("Kind::Decorrelated {{ base: {} }}", duration(base)),
    };
    let jitter = match settings.jitter {
        Jitter::None => None,
        Jitter::Full => Some("Jitter::Full".to_owned()),
        Jitter::Equal => Some("Jitter::Equal".to_owned()),
        Jitter::PlusMinus { permille } => Some(format!("Jitter::PlusMinus {{ permille: {permille} }}")),
        Jitter::Plus { permille } => Some(format!("Jitter::Plus {{ permille: {permille} }}")),
        Jitter::UpTo { most } => Some(format!("Jitter::UpTo {{ most: {} }}", duration(most))),
    };
    let imports = if jitter.is_some() { "Jitter, " } else { "" };
    let mut fields = Vec::new();
    fields.extend(settings.cap.map(|cap| format!("cap: Some({})", duration(cap))));
    fields.extend(settings.cap_after_jitter.then(|| "cap_after_jitter: true".to_owned()));
    fields.extend(jitter.map(|jitter| format!("jitter: {jitter}")));
    let plain = "backoff::Settings::plain(kind)".to_owned();
    let written = if fields.is_empty() {
        plain
    } else {
        let lines: String = fields.iter().map(|field| format!("        {field},\n")).collect();
        format!("backoff::Settings {{\n{lines}        ..{plain}\n    }}")
    };
    vec![("IMPORTS", imports.to_owned()), ("KIND", kind), ("WAITS", written), ("OPEN_FOR", duration(open_for))]
}
