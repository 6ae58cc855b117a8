//! The command line as a whole: what it prints, and its exit codes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::{breaker, read};
use halfopen::lab::{Input, Kind};
use halfopen::labs::LABS;
use serde_json::Value;

/// Exit code, standard output, standard error.
fn halfopen(args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_halfopen")).args(args).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

/// What it prints when all is well.
fn fine(args: &[&str]) -> String {
    let (code, out, err) = halfopen(args);
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out
}

fn json(args: &[&str]) -> Value {
    let args: Vec<&str> = [&["run"], args, &["--format", "json"]].concat();
    serde_json::from_str(&fine(&args)).unwrap()
}

/// One clear line, and exit code 2.
fn wrong(args: &[&str]) -> String {
    let (code, out, err) = halfopen(args);
    assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
    assert_eq!(err.lines().count(), 1, "{args:?}: {err}");
    err.strip_prefix("error: ").unwrap_or_else(|| panic!("{err}")).trim_end().to_owned()
}

/// A file of this test alone.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    folder.join(format!("{}-{name}", std::process::id()))
}

const CLICKS: &str = "#/circuit-breaker?do=0.5:send,1:send,1.5:send&t=5s";

#[test]
fn alone_it_helps() {
    let help = fine(&[]);
    assert!(help.contains("Usage: halfopen") && help.contains("labs") && help.contains("conform"), "{help}");
    assert!(help.lines().count() < 30, "short");
    assert_eq!(fine(&["--help"]), help);
    assert_eq!(fine(&["help"]), help);
    let version = fine(&["--version"]);
    let engine = halfopen::lab::link::ENGINE;
    assert_eq!(version, format!("halfopen {} (engine {engine})\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn labs_are_listed_slug_first() {
    let list = fine(&["labs"]);
    let slugs: Vec<_> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(slugs, LABS.iter().map(|lab| lab.about.slug).collect::<Vec<_>>());
    for (line, lab) in list.lines().zip(LABS) {
        assert!(line.contains(lab.about.title) && line.ends_with(lab.about.summary), "{line}");
    }
}

#[test]
fn help_lists_knobs_presets_and_actions() {
    for lab in LABS {
        let about = &lab.about;
        for help in [fine(&["run", about.slug, "--help"]), fine(&["run", "-h", &format!("#/{}", about.slug)])] {
            for knob in about.knobs {
                assert!(help.contains(&format!("--{} ", knob.id.replace('_', "-"))), "{}", knob.id);
                assert!(help.contains(&format!("{}:", knob.group)), "{}", knob.group);
            }
            let presets = about.presets.iter().map(|preset| preset.id);
            for id in presets.chain(about.actions.iter().map(|action| action.id)) {
                assert!(help.contains(&format!("\n  {id}")), "{id} in {help}");
            }
        }
    }
    assert!(fine(&["run", "--help"]).contains("Usage: halfopen run"));
}

#[test]
fn code_writes_the_program_of_a_link() {
    let python = fine(&["code", "#/backoff?attempts=7"]);
    assert!(python.contains("\nATTEMPTS = 7 ") && python.ends_with("asyncio.run(main())\n"), "{python}");
    let rust = fine(&["code", "backoff", "--language", "rust"]);
    assert!(rust.contains("Settings { attempts: 5, backoff: waits, ..Settings::default() }"), "{rust}");
    let file = scratch("charge.py");
    assert_eq!(fine(&["code", "#/backoff?attempts=7", "--out", file.to_str().unwrap()]), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), python);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(wrong(&["code", "cascade"]), "the lab cascade has no program in python");
    assert!(wrong(&["code", "backof"]).contains("did you mean backoff?"));
    assert!(wrong(&["code", "backoff", "--language", "cobol"]).contains("python, rust"));
}

#[test]
fn text_tells_log_and_readouts() {
    let text = fine(&["run", CLICKS]);
    assert!(text.starts_with(breaker().about.title), "{text}");
    assert!(text.contains("\nLog\n") && text.contains("\nReadouts\n"), "{text}");
    let session = common::played(&read(CLICKS), halfopen_core::Instant::from_secs(5));
    for entry in session.record().entries() {
        assert!(text.contains(&entry.sentence().replace('\u{a0}', " ")), "{text}");
    }
    assert!(text.contains(&format!("{:016x}", session.record().trace().hash())), "{text}");
}

#[test]
fn json_is_one_object_with_all_of_it() {
    let run = json(&[CLICKS]);
    assert_eq!(run["lab"], "circuit-breaker");
    assert_eq!((run["seed"].as_u64(), run["until"].as_f64()), (Some(1), Some(5.0)));
    assert_eq!(run["notices"].as_array().unwrap().len(), 0);
    let session = common::played(&read(CLICKS), halfopen_core::Instant::from_secs(5));
    assert_eq!(run["link"].as_str().unwrap(), session.link().write());
    assert_eq!(run["trace_hash"].as_str().unwrap(), format!("{:016x}", session.record().trace().hash()));
    let log = run["log"].as_array().unwrap();
    assert_eq!(log.len() as u64, session.record().logged());
    for (told, entry) in log.iter().zip(session.record().entries()) {
        assert_eq!(told["at_ns"].as_u64(), Some(entry.at.as_nanos()));
        assert_eq!(told["at"].as_f64(), Some(entry.at.as_secs_f64()));
        assert_eq!((told["head"].as_str(), told["text"].as_str()), (Some(&*entry.head), Some(&*entry.text)));
    }
    for readout in session.scene(Default::default()).readouts {
        let told = &run["readouts"][readout.id];
        assert_eq!(told["value"].as_f64(), readout.number);
        assert_eq!((told["label"].as_str(), told["text"].as_str()), (Some(readout.label), Some(&*readout.value)));
    }
    let charts = session.charts();
    let series = run["series"].as_array().unwrap();
    assert_eq!(series.len(), charts.len());
    for (told, chart) in series.iter().zip(&charts) {
        let (heads, rows) = chart.table();
        assert_eq!((told["id"].as_str(), told["title"].as_str()), (Some(chart.id), Some(chart.title)));
        assert_eq!(told["x"]["unit"].as_str(), Some(chart.x.unit));
        assert_eq!(told["columns"].as_array().unwrap().len(), heads.len());
        assert_eq!(told["rows"].as_array().unwrap().len(), rows.len());
    }
    // The run that its link describes is the same run.
    assert_eq!(json(&[run["link"].as_str().unwrap()]), run);
}

#[test]
fn csv_has_a_row_a_point() {
    let out = fine(&["run", CLICKS, "--format", "csv"]);
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("chart,series,x,y"));
    let charts = common::played(&read(CLICKS), halfopen_core::Instant::from_secs(5)).charts();
    let points: usize = charts.iter().flat_map(|chart| &chart.lines).map(|line| line.points.len()).sum();
    assert_eq!(lines.clone().count(), points);
    for line in lines {
        let mut numbers = line.rsplitn(3, ',');
        assert!(numbers.next().unwrap().parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        assert!(numbers.next().unwrap().parse::<f64>().is_ok_and(f64::is_finite), "{line}");
    }
    let first = charts[0].id;
    let one = fine(&["run", CLICKS, "--format", "csv", "--chart", first]);
    assert!(one.lines().skip(1).all(|line| line.starts_with(first)));
}

#[test]
fn svg_is_one_chart() {
    let charts = common::played(&read(CLICKS), halfopen_core::Instant::from_secs(5)).charts();
    let first = fine(&["run", CLICKS, "--format", "svg"]);
    for chart in &charts {
        let svg = fine(&["run", CLICKS, "--format", "svg", "--chart", chart.id]);
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
        assert!(svg.contains(&format!("<title>{}</title>", chart.title)), "{svg}");
        assert_eq!(svg == first, chart.id == charts[0].id, "the first unless said");
    }
}

#[test]
fn options_win_over_the_link() {
    let link = "#/circuit-breaker?threshold=4&open_for=7s&seed=3&t=9s&do=1:send,2:set:threshold:9,3:set:open_for:1s";
    let link_of = |args: &[&str]| read(json(&[&[link], args].concat())["link"].as_str().unwrap());
    let turned = |link: &halfopen::lab::Link| {
        let knobs = link.inputs.iter().filter_map(|timed| match timed.input {
            Input::Set { knob, .. } => Some(knob),
            Input::Do { .. } => None,
        });
        knobs.collect::<Vec<_>>()
    };
    let plain = link_of(&[]);
    assert_eq!((plain.config.number("threshold"), plain.seed), (4, 3));
    assert_eq!(plain.at, Some(halfopen_core::Instant::from_secs(9)), "the link's t");
    assert_eq!(turned(&plain), ["threshold", "open_for"]);
    // The start value is replaced, and so is what the knob was turned to later.
    let other = link_of(&["--threshold", "6", "--seed=8", "--until", "1500ms"]);
    assert_eq!((other.config.number("threshold"), other.seed), (6, 8));
    assert_eq!(other.config.number("open_for"), 7_000_000_000);
    assert_eq!(other.at, Some(halfopen_core::Instant::from_millis(1500)));
    assert_eq!(turned(&other), ["open_for"]);
    // A preset sets all knobs; a knob's option wins over it. Options may stand before the link, and underscores do.
    let preset = breaker().about.presets[0].id;
    let out = json(&["--preset", preset, "--open_for", "2s", link]);
    let mut config = breaker().preset(preset).unwrap();
    config.set_text("open_for", "2s").unwrap();
    let out = read(out["link"].as_str().unwrap());
    assert_eq!(out.config, config);
    assert_eq!((turned(&out).len(), out.inputs.len()), (0, 1));
    assert_eq!(json(&["circuit-breaker"])["until"].as_f64(), Some(60.0), "60 s unless said");
    assert_eq!(json(&["#/circuit-breaker?t=0"])["until"].as_f64(), Some(0.0));
}

#[test]
fn every_knob_is_an_option() {
    for lab in LABS {
        for knob in lab.about.knobs {
            let other = match &knob.kind {
                Kind::Number { unit, min, max, default, .. } => unit.format(if default == max { *min } else { *max }),
                Kind::Choice { options } => options[1].0.to_owned(),
                Kind::Flag { default } => if *default { "off" } else { "on" }.to_owned(),
                Kind::Document { default, .. } => (*default).to_owned(),
            };
            let option = format!("--{}", knob.id.replace('_', "-"));
            let run = json(&[lab.about.slug, "--until", "0s", &option, &other]);
            let link = read(run["link"].as_str().unwrap());
            assert_eq!(link.config.value(knob.id), knob.parse(&other).0.as_ref(), "{option} {other}");
            if matches!(knob.kind, Kind::Flag { .. }) {
                // Alone it switches on, and does not swallow the lab that follows.
                let link = json(&["--until", "0s", &option, lab.about.slug])["link"].clone();
                assert!(read(link.as_str().unwrap()).config.flag(knob.id), "{option}");
            }
            if let Kind::Number { unit, min, .. } = &knob.kind
                && *min > 0
            {
                let error = wrong(&["run", lab.about.slug, &option, &unit.format(0)]);
                assert!(error.starts_with(&format!("{option} ")) && error.contains(" is outside "), "{error}");
            }
        }
    }
}

#[test]
fn a_figure_is_told_in_every_format() {
    let ordered = ["figure", "aws-backoff", "--clients", "2,4,…,8", "--runs", "3", "--seed", "7"];
    let told = |more: &[&str]| fine(&[&ordered, more].concat());
    let csv = told(&["--format", "csv"]);
    assert_eq!(csv.lines().next(), include_str!("figures/aws-backoff.csv").lines().next());
    assert_eq!(csv.lines().count(), 1 + 4 * 5);
    assert!(csv.contains("\n8,decorrelated,3,"), "{csv}");
    assert_eq!(told(&["--format", "csv"]), csv, "the same seed gives the same figure");
    let text = told(&[]);
    assert!(text.lines().count() > 20 && text.contains("full jitter") && !text.contains('\u{a0}'), "{text}");
    let json: Value = serde_json::from_str(&told(&["--format", "json"])).unwrap();
    assert_eq!((json["figure"].as_str(), json["runs"].as_u64()), (Some("aws-backoff"), Some(3)));
    assert_eq!(json["clients"], serde_json::json!([2, 4, 6, 8]));
    for (row, line) in json["rows"].as_array().unwrap().iter().zip(csv.lines().skip(1)) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(row["algorithm"].as_str(), Some(fields[1]));
        assert_eq!(format!("{:.2}", row["time_ms"]["mean"].as_f64().unwrap()), fields[3]);
        assert_eq!(format!("{:.2}", row["write_calls"]["p95"].as_f64().unwrap()), fields[12]);
    }
    let svg = told(&["--format", "svg"]);
    assert!(svg.starts_with("<svg ") && svg.contains("<title>Time until all clients have written</title>"), "{svg}");
    assert_eq!(told(&["--format", "svg", "--chart", "time"]), svg, "the first unless said");
    assert!(told(&["--format", "svg", "--chart", "writes"]).contains("<title>Writes until"));
    let file = scratch("figure.csv");
    assert_eq!(told(&["--format", "csv", "--out", file.to_str().unwrap()]), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn notices_are_told_beside_the_output() {
    let link = "#/circuit-breaker?colour=red&threshold=0&t=1s";
    for format in ["text", "csv"] {
        let (code, out, err) = halfopen(&["run", link, "--format", format]);
        assert_eq!(code, 0);
        assert!(!out.contains("colour"), "{out}");
        assert!(err.lines().count() == 2 && err.lines().all(|line| line.starts_with("notice: ")), "{err}");
    }
    let run = json(&[link]);
    assert_eq!(run["notices"].as_array().unwrap().len(), 2);
    assert!(run["notices"][0].as_str().unwrap().contains("colour"));
}

#[test]
fn wrong_arguments_are_told_in_a_line() {
    for (args, message) in [
        (&["dance"][..], "unrecognized subcommand 'dance'"),
        (&["labs", "all"], "unexpected argument 'all' found"),
        (&["run"], "run which lab? "),
        (&["run", "--threshold", "3"], "run which lab? "),
        (&["run", "#/"], "this link leads to the front page"),
        (&["run", "circut-breaker"], "there is no lab called circut-breaker; did you mean circuit-breaker? "),
        (&["run", "#/embed/breaker?threshold=3"], "there is no lab called breaker; did you mean circuit-breaker? "),
        (&["run", "<b>\n\u{1b}[31m"], "there is no lab called "),
        (&["run", "circuit-breaker", "again"], "unexpected argument 'again' found"),
        (&["run", "circuit-breaker", "--colour", "red"], "unexpected argument '--colour' found"),
        (&["run", "circuit-breaker", "--threshold", "0"], "--threshold 0 is outside 1 to "),
        (&["run", "circuit-breaker", "--threshold", "-1"], "--threshold -1 is outside 1 to "),
        (
            &["run", "circuit-breaker", "--threshold", "many"],
            "--threshold many could not be read: it takes a whole number",
        ),
        (&["run", "circuit-breaker", "--threshold"], "a value is required for '--threshold <VALUE>'"),
        (
            &["run", "circuit-breaker", "--threshold", "3", "--threshold", "4"],
            "the argument '--threshold <VALUE>' cannot",
        ),
        (&["run", "circuit-breaker", "--open-for", "7"], "--open-for 7 could not be read: it takes a length of time"),
        (
            &["run", "circuit-breaker", "--seed", "-1"],
            "invalid value '-1' for '--seed <N>': it is no seed: a whole number up to 18446744073709551615 is",
        ),
        (&["run", "circuit-breaker", "--seed", "x"], "invalid value 'x' for '--seed <N>': it is no seed: "),
        (
            &["run", "#/experiments/backoff?t=3"],
            "experiments/backoff is a page without a lab; `halfopen figure aws-backoff` draws what it shows",
        ),
        (&["code", "experiments/backoff"], "experiments/backoff is a page without a lab; "),
        (&["run", "experiments/other"], "there is no lab called experiments/other; "),
        (&["run", "circuit-breaker", "--until", "2d"], "--until 2d is no time from 0s to 24h, such as 90s"),
        (&["run", "circuit-breaker", "--until", "25h"], "--until 25h is no time from 0s to 24h, such as 90s"),
        (&["run", "circuit-breaker", "--until", "-1s"], "--until -1s is no time from 0s to 24h, such as 90s"),
        (
            &["run", "circuit-breaker", "--format", "xml"],
            "invalid value 'xml' for '--format <FORMAT>' [possible values: ",
        ),
        (&["run", "circuit-breaker", "--preset", "none"], "invalid value 'none' for '--preset <NAME>'"),
        (&["run", "circuit-breaker", "--format", "csv", "--chart", "none"], "there is no chart none; there is "),
        (&["run", "circuit-breaker", "--chart", "state"], "--chart goes with --format json, csv or svg"),
        (&["run", "circuit-breaker", "--out", "/no/such/folder/file"], "cannot write /no/such/folder/file: "),
        (&["figure"], "the following required arguments were not provided: <FIGURE>"),
        (&["figure", "aws"], "invalid value 'aws' for '<FIGURE>' [possible values: aws-backoff]"),
        (&["figure", "aws-backoff", "--clients", "0"], "clients is 0, outside 1 to 1000"),
        (&["figure", "aws-backoff", "--clients", "1000000000"], "clients is 1000000000, outside 1 to 1000"),
        (&["figure", "aws-backoff", "--clients", "10000000000"], "clients is 10000000000, outside 1 to 1000"),
        (&["figure", "aws-backoff", "--clients", "1,2,…,999"], "the length of clients is "),
        (&["figure", "aws-backoff", "--clients", "10,…"], "--clients 10,… is no list of numbers such as "),
        (&["figure", "aws-backoff", "--clients", "-1"], "--clients -1 is no list of numbers such as "),
        (&["figure", "aws-backoff", "--runs", "0"], "runs is 0, outside 1 to 10000"),
        (
            &["figure", "aws-backoff", "--runs", "-1"],
            "invalid value '-1' for '--runs <N>': it is not a whole number from 1 to 10000",
        ),
        (&["figure", "aws-backoff", "--chart", "time"], "--chart goes with --format svg"),
        (&["figure", "aws-backoff", "--seed", "x"], "invalid value 'x' for '--seed <N>': it is no seed: "),
        (&["figure", "aws-backoff", "--seed", "-1"], "invalid value '-1' for '--seed <N>': it is no seed: "),
        (&["conform"], "the following required arguments were not provided: <FILE>..."),
    ] {
        let error = wrong(args);
        assert!(error.starts_with(message), "{args:?}: {error}");
    }
}

#[test]
fn out_writes_the_same_to_a_file() {
    let file = scratch("run.json");
    let name = file.to_str().unwrap();
    assert_eq!(fine(&["run", CLICKS, "--format", "json", "--out", name]), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), fine(&["run", CLICKS, "--format", "json"]));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn conform_tells_a_line_a_case() {
    let all = fine(&["conform", "tests/conformance/breaker.json"]);
    let (last, cases) = all.trim_end().rsplit_once('\n').map(|(cases, last)| (last, cases)).unwrap();
    assert_eq!(last, format!("{} passed, 0 failed", cases.lines().count()));
    assert!(cases.lines().all(|line| line.starts_with("PASS ")));

    let file = scratch("cases.json");
    let case = |name: &str, policy: &str, state: &str| {
        format!(
            r#"{{"name": "{name}", "source": "", "policy": "{policy}", "config": {{"trip": {{"consecutive": 1}}}},
                "steps": [{{"look": true}}, {{"call": "failure", "expect": {{"state": "{state}"}}}}]}}"#
        )
    };
    let cases = [case("good", "breaker", "open"), case("bad", "breaker", "closed"), case("later", "quorum", "")];
    std::fs::write(&file, format!(r#"{{"suite": "s", "cases": [{}]}}"#, cases.join(","))).unwrap();
    let (code, out, err) = halfopen(&["conform", file.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(
        out,
        "PASS good\nFAIL bad: step 2: state: expected closed, got open\nFAIL later: unsupported policy quorum\n1 passed, 2 failed\n"
    );
    // A file that is none, or has none, is told beside the others, which are replayed all the same.
    let empty = scratch("empty.json");
    std::fs::write(&empty, r#"{"suite": "s", "cases": []}"#).unwrap();
    let (good, bad, empty) = ("tests/conformance/backoff.json", file.to_str().unwrap(), empty.to_str().unwrap());
    let passed = fine(&["conform", good]);
    let (code, out, err) = halfopen(&["conform", "/no/such/file", good, "Cargo.toml", empty]);
    assert_eq!((code, out.as_str()), (2, passed.as_str()));
    let told: Vec<&str> = err.lines().collect();
    assert_eq!(told.len(), 3, "{err}");
    assert!(told[0].starts_with("error: cannot read /no/such/file: "), "{err}");
    assert!(told[1].starts_with("error: Cargo.toml: not a conformance file: "), "{err}");
    assert_eq!(told[2], format!("error: {empty} has no cases"));
    let (code, out, err) = halfopen(&["conform", "/no/such/file", bad]);
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(out.ends_with("\n1 passed, 2 failed\n"), "{out}");
    let (code, out, _) = halfopen(&["conform", "/no/such/file"]);
    assert_eq!((code, out.as_str()), (2, "0 passed, 0 failed\n"));
    std::fs::remove_file(empty).unwrap();
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_closed_pipe_is_no_error() {
    let run = |args: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_halfopen"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before anything was read from it.
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(out.stderr).unwrap(), "", "{args:?}");
        assert!(out.status.code().is_some_and(|code| code == 0), "{args:?}: {:?}", out.status);
    };
    run(&["labs"]);
    run(&["--help"]);
    run(&["run", CLICKS, "--format", "json"]);
    run(&["run", CLICKS, "--format", "svg"]);
    run(&["conform", "tests/conformance/breaker.json"]);
}

#[test]
fn a_log_without_an_entry_says_only_what_is_true() {
    for (link, said) in [
        ("#/circuit-breaker?t=0", "Nothing has happened so far."),
        ("#/circuit-breaker?t=5s", "Nothing has happened so far."),
        (
            "#/circuit-breaker?rate=20/s&t=5s",
            "No state has changed so far; busy traffic is not told request by request.",
        ),
    ] {
        let told = fine(&["run", link]);
        assert!(told.contains(&format!("Log\n              {said}\n")), "{link}: {told}");
    }
}
