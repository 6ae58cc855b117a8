//! The documents: what they show is what the program does. `HALFOPEN_BLESS=1 cargo test --test docs` writes pictures and
//! outputs anew.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::invariants::{assert_charts, assert_log, assert_scene};
use common::{VIEWS, assert_same, played, view};
use halfopen::lab::link::{self, Link, Target};
use halfopen::lab::{Entrance, Health};
use halfopen_core::Instant;

/// Stands in for the crate's own, so that the example is compiled as it stands in `src/labs`.
mod lab {
    pub(crate) use halfopen::lab::*;
}
#[path = "../docs/heartbeat.rs"]
#[allow(unreachable_pub, missing_docs, reason = "written for src/labs")]
mod heartbeat;

static HEARTBEAT: &[Entrance] = &[Entrance::to::<heartbeat::Lab>()];

/// How documents call the program.
const CALL: &str = "cargo run --release -- ";
/// Stands in an output for lines that are left out.
const GAP: &str = "…";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn document(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

fn blessing() -> bool {
    std::env::var_os("HALFOPEN_BLESS").is_some()
}

/// What stands between fences of this kind.
fn blocks<'a>(document: &'a str, kind: &str) -> Vec<&'a str> {
    let fence = format!("```{kind}\n");
    document.split(&fence).skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0)).collect()
}

/// The words of a command as a shell takes them, as far as documents need it: single quotes and no more.
fn words(command: &str) -> Vec<String> {
    let halves = command.split('\'').enumerate();
    let parts = halves.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    parts.collect()
}

/// What the program prints.
fn printed(command: &str) -> String {
    let args = words(command).into_iter().map(Into::into).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = halfopen::cli::run(args, &mut out, &mut err);
    assert_eq!((code, String::from_utf8(err).unwrap().as_str()), (0, ""), "{command}");
    String::from_utf8(out).unwrap()
}

/// Whether `shown` is `told`, but for the lines that a gap stands for.
fn is_shown(told: &[&str], shown: &[&str]) -> bool {
    match shown {
        [] => told.is_empty(),
        [gap, rest @ ..] if gap.trim() == GAP => (0..=told.len()).any(|from| is_shown(&told[from..], rest)),
        [line, rest @ ..] => told.first() == Some(line) && is_shown(&told[1..], rest),
    }
}

#[test]
fn commands_print_what_the_readme_shows() {
    let readme = document("README.md");
    let mut calls = 0;
    for block in blocks(&readme, "console") {
        let (command, shown) = block.split_once('\n').unwrap_or((block, ""));
        let Some(command) = command.strip_prefix("$ ").and_then(|command| command.strip_prefix(CALL)) else {
            panic!("“{command}” is no call of the program");
        };
        let told = printed(command);
        let (told, shown): (Vec<&str>, Vec<&str>) = (told.trim_end().lines().collect(), shown.lines().collect());
        assert!(is_shown(&told, &shown), "{command} prints something else now:\n{}", told.join("\n"));
        calls += 1;
    }
    assert!(calls > 0);
}

#[test]
fn the_picture_is_what_its_command_paints() {
    let readme = document("README.md");
    let commands = blocks(&readme, "sh").into_iter().flat_map(str::lines);
    let painting = commands.filter_map(|line| line.strip_prefix(CALL)?.split_once(" --out "));
    let mut pictures = 0;
    for (command, file) in painting {
        let painted = printed(command);
        if blessing() {
            std::fs::write(path(file), painted).unwrap();
        } else {
            let advice = "run HALFOPEN_BLESS=1 cargo test --test docs if that is meant, and look at it";
            assert!(document(file) == painted, "{command} paints another picture than {file}; {advice}");
        }
        assert!(readme.contains(&format!("({file})")), "the README does not show {file}");
        pictures += 1;
    }
    assert!(pictures > 0);
}

#[test]
fn files_that_documents_point_to_are_there() {
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "core/README.md"] {
        let text = document(name);
        let folder = path(name).parent().unwrap().to_path_buf();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            let elsewhere = file.is_empty() || file.starts_with("http");
            assert!(elsewhere || folder.join(file).exists(), "{name} points to {target}");
        }
    }
}

/// Names between backticks in the first column of the table of dependencies.
fn dependencies_told() -> BTreeSet<String> {
    let text = document("ARCHITECTURE.md");
    let (_, table) = text.split_once("## Why each dependency is there").unwrap();
    let rows = table.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| `"));
    let names = rows.flat_map(|row| {
        let names = row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2);
        names.map(str::to_owned).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn every_dependency_has_its_reason() {
    let mut taken = BTreeSet::new();
    for file in ["Cargo.toml", "core/Cargo.toml", "bench/Cargo.toml", "xtask/Cargo.toml", "tests/browser/Cargo.toml"] {
        let mut listing = false;
        for line in document(file).lines() {
            if line.starts_with('[') {
                listing = line.ends_with("dependencies]");
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| listing) {
                taken.insert(name.to_owned());
            }
        }
    }
    // Our own need none.
    taken.retain(|name| !name.starts_with("halfopen"));
    assert_eq!(taken, dependencies_told());
}

/// Numbers that stand in the code and in ARCHITECTURE.md.
#[test]
fn numbers_of_the_architecture_are_those_of_the_code() {
    let text = document("ARCHITECTURE.md");
    let constant = |file: &str, name: &str| {
        let code = document(file);
        let (_, rest) = code.split_once(&format!("{name}: usize = ")).unwrap_or_else(|| panic!("no {name} in {file}"));
        rest.split_once(';').unwrap().0.to_owned()
    };
    let checkpoints = constant("src/session/replay.rs", "CHECKPOINTS_MAX");
    let undo = constant("src/session.rs", "UNDO_MAX");
    let log = constant("src/lab/record.rs", "LOG_KEEPS");
    for said in [
        format!("every second of the run, at most {checkpoints};"),
        format!("log {log} entries, "),
        format!("checkpoints {checkpoints}, undo {undo}:"),
    ] {
        assert!(text.contains(&said), "ARCHITECTURE.md does not say “{said}”");
    }
    let contract = document("src/lab.rs");
    let (_, contract) = contract.split_once("pub trait Lab: ").unwrap();
    let functions = contract.split("\n}").next().unwrap().matches("\n    fn ").count();
    let counted = ["seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"][functions - 7];
    assert!(text.contains(&format!("and {counted} functions.")), "a lab has {functions} functions");
}

/// What means something in every lab's links has a row in the README.
#[test]
fn the_readme_tells_every_part_of_a_link() {
    let readme = document("README.md");
    let (_, table) = readme.split_once("## Links").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let told: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split(['=', '.', '`']).next()).collect();
    // Knobs share their names with the command line's options too, which no link has.
    let options = ["until", "format", "out", "chart", "seeds", "readout", "help", "version"];
    for key in link::RESERVED.into_iter().filter(|key| !options.contains(key)) {
        assert!(told.contains(&key), "the table of the README's links has no row for {key}=");
    }
    let (_, parts) = readme.split_once("`hide=` names parts to leave out (").unwrap();
    let parts: Vec<&str> = parts.split(')').next().unwrap().split('`').skip(1).step_by(2).collect();
    assert_eq!(parts, link::PARTS);
}

#[test]
fn the_walk_through_a_lab_quotes_the_lab() {
    let (guide, lab) = (document("CONTRIBUTING.md"), document("docs/heartbeat.rs"));
    let squeezed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let whole = squeezed(&lab);
    let mut quotes = 0;
    for quote in blocks(&guide, "rust") {
        for part in quote.split(GAP) {
            assert!(whole.contains(squeezed(part).trim()), "docs/heartbeat.rs does not say\n{part}");
        }
        quotes += 1;
    }
    assert!(quotes > 0);
}

#[test]
fn the_example_lab_keeps_the_contract() {
    let (Target::Lab(link), notices) =
        link::read("#/heartbeat?lost=30&do=4:crash,12:restart,15:set:limit:1", HEARTBEAT)
    else {
        panic!("the example has no address");
    };
    assert_eq!(notices, []);
    let end = Instant::from_secs(30);
    let straight = played(&link, end);
    let mut sliced = halfopen::session::Session::open(&link);
    for step in 1..=300 {
        sliced.advance(Instant::from_millis(100 * step));
        assert_log(sliced.record(), sliced.now());
        for layout in VIEWS {
            assert_scene(&HEARTBEAT[0], &sliced.scene(view(layout)), layout);
        }
        assert_charts(&sliced.charts());
    }
    assert_same(&straight, &sliced, "in slices");
    sliced.seek(Instant::from_secs(7));
    assert_same(&played(&link, Instant::from_secs(7)), &sliced, "gone back");
    let suspected = straight.record().healths().iter().any(|health| health.1 == Health::Bad);
    assert!(suspected && Link::to(&HEARTBEAT[0]).write() == "#/heartbeat");
}
