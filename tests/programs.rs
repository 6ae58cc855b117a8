//! The programs that a lab gives away: run, and held against the core. Time and chance are passed to them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::read;
use halfopen::lab::Language;
use halfopen::labs::LABS;
use halfopen_core::Instant;
use halfopen_core::backoff::{self, Jitter, Kind, Series};
use halfopen_core::breaker::{self, Breaker, OpenFor, Trip, Window};
use halfopen_core::rng::Seed;
use serde_json::{Value, json};

/// How long each call takes: exact as a float too.
const TAKES: Duration = Duration::from_millis(250);
/// Charges in a row through one breaker.
const CHARGES: usize = 4;

/// A retry as it is to be, in the core's own words, and the link whose program is to be it.
struct Case {
    link: &'static str,
    attempts: u32,
    waits: backoff::Settings,
    threshold: u32,
    open_for: Duration,
    /// How many calls fail before all succeed.
    failing: u32,
}

fn cases() -> Vec<Case> {
    let (ms, s) = (Duration::from_millis, Duration::from_secs);
    let doubling = |base| Kind::Exponential { base, factor_permille: 2000 };
    let with =
        |kind, cap: Option<Duration>, jitter| backoff::Settings { cap, jitter, ..backoff::Settings::plain(kind) };
    let case = |link, attempts, waits| Case { link, attempts, waits, threshold: 5, open_for: s(5), failing: 7 };
    let tripled = Kind::Exponential { base: s(2), factor_permille: 3000 };
    vec![
        case("", 5, with(doubling(s(1)), Some(s(60)), Jitter::Full)),
        Case { failing: 0, ..case("", 5, with(doubling(s(1)), Some(s(60)), Jitter::Full)) },
        Case { failing: 99, ..case("", 5, with(doubling(s(1)), Some(s(60)), Jitter::Full)) },
        case("preset=aws", 3, with(doubling(ms(50)), Some(s(20)), Jitter::Full)),
        case("preset=grpc", 4, with(doubling(ms(100)), Some(s(1)), Jitter::PlusMinus { permille: 200 })),
        case("preset=polly", 4, with(Kind::Constant { base: s(2) }, None, Jitter::None)),
        case("preset=backon", 4, with(doubling(s(1)), Some(s(60)), Jitter::Plus { permille: 1000 })),
        case("preset=envoy", 2, with(doubling(ms(25)), Some(ms(250)), Jitter::Full)),
        Case {
            threshold: 2,
            open_for: ms(1337),
            ..case(
                "kind=decorrelated&attempts=9&cap=7s&threshold=2&open_for=1337ms",
                9,
                with(Kind::Decorrelated { base: s(1) }, Some(s(7)), Jitter::None),
            )
        },
        Case {
            threshold: 3,
            ..case(
                "kind=linear&jitter=up_to&adds=1500ms&cap=3s&cap_last=on&threshold=3&attempts=8",
                8,
                backoff::Settings {
                    cap_after_jitter: true,
                    ..with(Kind::Linear { base: s(1) }, Some(s(3)), Jitter::UpTo { most: ms(1500) })
                },
            )
        },
        case("kind=none&attempts=20", 20, backoff::Settings::plain(Kind::None)),
        case("jitter=equal&base=2s&factor=3&cap=0&attempts=12", 12, with(tripled, None, Jitter::Equal)),
        Case { threshold: 1, ..case("attempts=1&threshold=1", 1, with(doubling(s(1)), Some(s(60)), Jitter::Full)) },
    ]
}

/// What became of a charge.
#[derive(Debug, PartialEq)]
struct Charge {
    /// In nanoseconds.
    waits: Vec<u64>,
    calls: u64,
    answered: bool,
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap()
}

/// What the core makes of it. `draw_at_the_end`: whether a charge's last failure takes a number from the draws too.
fn expected(case: &Case, draw_at_the_end: bool) -> (Vec<u64>, Vec<Charge>) {
    let waits = backoff::Config::new(case.waits).unwrap();
    let settings = breaker::Settings {
        trip: Trip::Consecutive { failures: case.threshold },
        window: Window::Calls { calls: 1 },
        open_for: OpenFor::constant(case.open_for),
        ..breaker::Settings::default()
    };
    let mut now = Instant::ZERO;
    let mut breaker = Breaker::<1>::new(breaker::Config::new(settings).unwrap(), now).unwrap();
    let mut draws = Seed(1).stream("jitter");
    let mut failing = case.failing;
    let charges = (0..CHARGES).map(|_| {
        let mut series = Series::new();
        let mut charge = Charge { waits: Vec::new(), calls: 0, answered: false };
        for attempt in 1..=case.attempts {
            if let Ok(permit) = breaker.try_acquire(now) {
                now = now + TAKES;
                charge.calls += 1;
                if failing == 0 {
                    breaker.on_success(permit, now);
                    charge.answered = true;
                    break;
                }
                failing -= 1;
                breaker.on_failure(permit, now);
            }
            let last = attempt == case.attempts;
            let draw = if !last || draw_at_the_end { draws.unit() } else { 0.0 };
            if !last {
                let wait = series.next(&waits, draw, None).unwrap();
                charge.waits.push(nanos(wait));
                now = now + wait;
            }
        }
        charge
    });
    let charges = charges.collect();
    ((0..case.attempts - 1).map(|number| nanos(waits.ceiling(number))).collect(), charges)
}

/// What a program told of itself, held against what the core makes of it: within a microsecond, or a millionth.
fn assert_told(case: &Case, told: &Value, draw_at_the_end: bool) {
    let (ceilings, charges) = expected(case, draw_at_the_end);
    let near = |told: &Value, wanted: &[u64], what: &str| {
        let told: Vec<f64> = told.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
        assert_eq!(told.len(), wanted.len(), "{}: {what}: {told:?} and not {wanted:?}", case.link);
        for (told, wanted) in told.iter().zip(wanted) {
            let wanted = *wanted as f64 / 1e9;
            let off = (told - wanted).abs();
            assert!(off <= 1e-6 + wanted * 1e-6, "{}: {what}: {told} and not {wanted}", case.link);
        }
    };
    near(&told["ceilings"], &ceilings, "ceilings");
    let held = told["charges"].as_array().unwrap();
    assert_eq!(held.len(), charges.len());
    let mut keys = Vec::new();
    for (number, (told, wanted)) in held.iter().zip(charges).enumerate() {
        let what = format!("{}, charge {}", case.link, number + 1);
        near(&told["waits"], &wanted.waits, &what);
        assert_eq!(told["answered"], wanted.answered, "{what}");
        let used: Vec<&str> = told["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        assert_eq!(used.len() as u64, wanted.calls, "{what}: calls");
        assert!(used.iter().all(|key| *key == used[0] && key.len() >= 32), "{what}: one key for all calls: {used:?}");
        keys.extend(used.first().map(|key| (*key).to_owned()));
    }
    let of = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), of, "{}: a charge has the key of another", case.link);
}

fn program(case: &Case, language: Language) -> String {
    let link = read(&format!("#/backoff?{}", case.link));
    let programs = (link.lab.programs)(&link.config);
    programs.into_iter().find(|program| program.language == language).unwrap().text
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Programs as they stand, with quick waits: the link, what is said of the service that stands in, and how many lines the
/// program writes, with the last one's beginning.
const STANDING: &[(&str, &str, usize, &str)] = &[
    ("base=1ms&cap=10ms", "fails twice and then answers", 3, "charged once under the key "),
    ("preset=envoy", "fails once and then answers", 2, "charged once under the key "),
    ("attempts=1", "answers at once", 1, "charged once under the key "),
    ("base=1ms&cap=10ms&threshold=1&attempts=3", "fails twice and then answers", 3, "gave up: "),
];

fn assert_told_in_words(link: &str, told: &str, lines: usize, last: &str) {
    assert_eq!(told.lines().count(), lines, "{link}: {told}");
    assert!(told.lines().last().unwrap().starts_with(last), "{link}: {told}");
}

const PYTHON_HARNESS: &str = r#"
import asyncio, json, sys
import charge

given = json.loads(sys.argv[1])
now, calls_left, draws = 0.0, given["failing"], iter(given["draws"])
told = {"ceilings": [charge.ceiling(n) for n in range(charge.ATTEMPTS - 1)], "charges": []}


async def sleep(length):
    global now
    now += length
    told["charges"][-1]["waits"].append(length)


async def call(key):
    global now, calls_left
    now += given["takes"]
    told["charges"][-1]["keys"].append(key)
    if calls_left:
        calls_left -= 1
        raise ConnectionError("connection lost")
    return "charged"


async def main():
    breaker = charge.Breaker(lambda: now)
    for _ in range(given["charges"]):
        told["charges"].append({"waits": [], "keys": [], "answered": False})
        try:
            await charge.charge(call, breaker, sleep, lambda: next(draws))
            told["charges"][-1]["answered"] = True
        except (charge.Refused, ConnectionError):
            pass


asyncio.run(main())
print(json.dumps(told))
"#;

#[test]
fn the_python_program_does_what_the_core_does() {
    let found = Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = found.is_ok_and(|status| status.success());
    assert!(
        there,
        "python3 is not there to run it: `apt-get install python3`, or `cargo xtask test --quick`, installs it"
    );
    let folder = folder("programs-python");
    for case in cases() {
        std::fs::write(folder.join("charge.py"), program(&case, Language::Python)).unwrap();
        std::fs::write(folder.join("harness.py"), PYTHON_HARNESS).unwrap();
        let mut stream = Seed(1).stream("jitter");
        // Where chance has no say the program does not ask for it, and no later wait does.
        let draws: Vec<f64> = (0..200).map(|_| stream.unit()).collect();
        let given = json!({"failing": case.failing, "draws": draws, "takes": TAKES.as_secs_f64(), "charges": CHARGES});
        // Without compiled files: two programs of the same second and size would be taken for one.
        let run = Command::new("python3").args(["-B", "harness.py", &given.to_string()]).current_dir(&folder).output();
        let run = run.unwrap();
        assert!(run.status.success(), "{}: {}", case.link, String::from_utf8_lossy(&run.stderr));
        let said = String::from_utf8(run.stdout).unwrap();
        let told = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_told(&case, &told, false);
    }
    // As they stand, too: with a clock of their own and short waits.
    for (link, stand_in, lines, last) in STANDING.iter().copied() {
        let case = Case { link, ..cases().remove(0) };
        let text = program(&case, Language::Python);
        assert!(text.contains(&format!("stands in {stand_in}.")), "{link}: {text}");
        std::fs::write(folder.join("charge.py"), text).unwrap();
        let run = Command::new("python3").args(["-B", "charge.py"]).current_dir(&folder).output().unwrap();
        assert!(run.status.success(), "{link}: {}", String::from_utf8_lossy(&run.stderr));
        assert_told_in_words(link, &String::from_utf8(run.stdout).unwrap(), lines, last);
    }
}

const RUST_HARNESS: &str = r#"
#[derive(Default)]
struct Told {
    now: std::cell::Cell<Instant>,
    waits: std::cell::RefCell<Vec<String>>,
}

impl Clock for Told {
    fn now(&self) -> Instant {
        self.now.get()
    }

    fn sleep(&self, length: Duration) {
        self.now.set(self.now.get() + length);
        self.waits.borrow_mut().push(format!("{:.9}", length.as_secs_f64()));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (config, clock) = (retries()?, Told::default());
    let mut breaker = breaker(clock.now())?;
    let mut jitter = Seed(1).stream("jitter");
    let mut failing = FAILING;
    let mut charges = Vec::new();
    for _ in 0..CHARGES {
        let mut keys = Vec::new();
        let payments = |key: &str| {
            clock.now.set(clock.now.get() + Duration::from_millis(250));
            keys.push(format!("\"{key}\""));
            if failing > 0 {
                failing -= 1;
                return Err("connection lost".into());
            }
            Ok("charged".to_owned())
        };
        let answered = charge(&config, &mut breaker, &mut jitter, &clock, payments).is_ok();
        let waits = clock.waits.take().join(",");
        charges.push(format!("{{\"waits\":[{waits}],\"keys\":[{}],\"answered\":{answered}}}", keys.join(",")));
    }
    let attempts = config.settings().attempts;
    let ceilings = (0..attempts - 1).map(|number| format!("{:.9}", config.backoff().ceiling(number).as_secs_f64()));
    let ceilings: Vec<String> = ceilings.collect();
    println!("{{\"ceilings\":[{}],\"charges\":[{}]}}", ceilings.join(","), charges.join(","));
    Ok(())
}
"#;

#[test]
fn the_rust_program_does_what_the_core_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder("programs-rust");
    let mut manifest = format!(
        "[package]\nname = \"programs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         halfopen-core = {{ path = {:?} }}\n",
        root.join("core")
    );
    let mut add = |name: &str, text: &str| {
        write!(manifest, "\n[[bin]]\nname = \"{name}\"\npath = \"{name}.rs\"\n").unwrap();
        std::fs::write(folder.join(format!("{name}.rs")), text).unwrap();
    };
    for (number, case) in cases().iter().enumerate() {
        let text = program(case, Language::Rust);
        let text = text.replace("fn main()", "#[allow(dead_code)]\nfn demonstration()");
        let numbers = format!("const FAILING: u32 = {};\nconst CHARGES: u32 = {CHARGES};\n", case.failing);
        add(&format!("case-{number}"), &format!("{text}\n{numbers}{RUST_HARNESS}"));
    }
    for (number, (link, stand_in, ..)) in STANDING.iter().copied().enumerate() {
        let text = program(&Case { link, ..cases().remove(0) }, Language::Rust);
        assert!(text.contains(&format!("stands in {stand_in}.")), "{link}: {text}");
        add(&format!("as-it-stands-{number}"), &text);
    }
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The same dependencies as here, which are there already.
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs-target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-Dwarnings -Aunused_crate_dependencies")
        .current_dir(&folder)
        .output();
    let built = built.unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let run = |name: &str| {
        let run = Command::new(target.join("debug").join(name)).output().unwrap();
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    };
    for (number, case) in cases().iter().enumerate() {
        let told = run(&format!("case-{number}"));
        assert_told(case, &serde_json::from_str(told.lines().last().unwrap()).unwrap(), true);
    }
    for (number, (link, _, lines, last)) in STANDING.iter().copied().enumerate() {
        assert_told_in_words(link, &run(&format!("as-it-stands-{number}")), lines, last);
    }
}

#[test]
fn programs_are_whole_whatever_the_knobs_say() {
    for lab in LABS {
        for number in 0..200 {
            let mut dice = common::Dice::seeded("programs", number);
            let config = common::random_config(lab, &mut dice);
            for program in (lab.programs)(&config) {
                let (text, name) = (&program.text, program.language.name());
                assert!(!text.contains('@') && text.ends_with('\n'), "{name}: {text}");
                assert!(text.lines().all(|line| line.chars().count() <= 120), "{name}: {text}");
                assert!(!text.contains("  \n") && !text.contains('\t'), "{name}: {text}");
            }
        }
    }
}
