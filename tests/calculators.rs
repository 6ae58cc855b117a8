//! The calculators: whatever is set, they answer; the numbers that everybody knows come out; links and the command line say
//! the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::invariants::{assert_charts, assert_sentence, assert_text, assert_unique, is_name};
use halfopen::calculators::{Answer, CALCULATORS, Calculator, find};
use halfopen::lab::link::{self, RESERVED, Target};
use halfopen::lab::{Config, Kind, Knob, Value};
use halfopen::labs::LABS;
use halfopen::paint::{self, Palette};
use proptest::prelude::*;

/// The settings as options have them, and what is answered.
fn ask(name: &str, set: &[(&str, &str)]) -> Answer {
    let one = find(name).unwrap();
    let mut config = one.defaults();
    for (knob, text) in set {
        assert_eq!(config.set_text(knob, text), Ok(()), "{name} {knob} {text}");
    }
    assert_answers(one, &config)
}

/// The answer of the fact that begins so, with its reason.
fn told(answer: &Answer, label: &str) -> (String, String) {
    let fact = answer.facts.iter().find(|fact| fact.label.replace('\u{a0}', " ").starts_with(label));
    let fact = fact.unwrap_or_else(|| panic!("no {label} in {:?}", labels(answer)));
    (plain(&fact.value), plain(&fact.because))
}

fn labels(answer: &Answer) -> Vec<&str> {
    answer.facts.iter().map(|fact| fact.label.as_str()).collect()
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// What holds of every answer, on the page and on the command line.
fn assert_answers(one: &Calculator, config: &Config) -> Answer {
    let answer = (one.answer)(config);
    let what = format!("{} of {config:?}", one.slug);
    assert_sentence(&answer.headline, &what);
    assert!(!answer.facts.is_empty(), "{what}");
    assert_unique(answer.facts.iter().map(|fact| &fact.label), &what);
    for fact in &answer.facts {
        for text in [&fact.label, &fact.value, &fact.because] {
            assert_text(text, &what);
        }
    }
    if let Some(table) = &answer.table {
        assert_text(table.title, &what);
        assert_sentence(&table.note, &what);
        assert!(table.rows.iter().all(|row| row.len() == table.heads.len()), "{what}: ragged");
        assert!(table.current.is_none_or(|current| current < table.rows.len()), "{what}");
        for cell in table.rows.iter().flatten() {
            assert_text(cell, &what);
        }
    }
    assert_charts(&answer.charts);
    for chart in &answer.charts {
        let svg = paint::svg(chart, &Palette::LIGHT, 340, 260).unwrap();
        assert!(!svg.contains("NaN"), "{what}");
    }
    // The link is this calculation again.
    let address = link::write_page(one.slug, config);
    let (back, notices) = link::read_page(&address, one.knobs);
    assert_eq!((&back, notices), (config, vec![]), "{address}");
    assert_eq!(link::path(&address), one.slug);
    answer
}

/// What the program says and how it ends.
fn halfopen(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = std::iter::once(&"calculate").chain(args).map(Into::into).collect();
    let code = halfopen::cli::run(args, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// Both ends and the default; of a document some that are usual and some that are not.
fn values(knob: &Knob) -> Vec<Value> {
    match &knob.kind {
        Kind::Number { min, max, default, .. } => {
            let near = [*min, min + 1, *default, max / 2, max - 1, *max];
            near.map(|number| Value::Number(number.clamp(*min, *max))).to_vec()
        }
        Kind::Choice { options } => (0..options.len()).map(Value::Choice).collect(),
        Kind::Flag { .. } => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Document { default, .. } => {
            let many = vec!["99%"; 1000].join("\n");
            let deep = format!("{}99%{}", "series(".repeat(64), ")".repeat(64));
            let texts = [default, "100%", "0%", "a 0%, b 100%", "2of3(99%)\nlb 5 nines", "1of200(99%)", &many, &deep];
            texts.iter().map(|text| Value::Text((*text).into())).collect()
        }
    }
}

#[test]
fn calculators_are_named_and_their_knobs_bounded() {
    assert_unique(CALCULATORS.iter().map(|one| one.slug), "slugs");
    assert_unique(CALCULATORS.iter().map(|one| one.title), "titles");
    for one in CALCULATORS {
        assert!(one.slug.split('/').all(|part| is_name(part, '-')), "{}", one.slug);
        assert!(!LABS.iter().any(|lab| lab.about.slug == one.slug), "a lab is at {}", one.slug);
        assert_text(one.title, one.slug);
        assert_sentence(one.summary, one.slug);
        assert_unique(one.knobs.iter().map(|knob| knob.id), one.slug);
        for knob in one.knobs {
            assert!(is_name(knob.id, '_') && !RESERVED.contains(&knob.id), "{}", knob.id);
            assert_text(knob.label, knob.id);
            assert_sentence(knob.help, knob.id);
            for value in values(knob) {
                assert_eq!(knob.parse(&knob.format(&value)), (Some(value), None), "{}", knob.id);
            }
        }
        assert!(matches!(link::read(one.slug, LABS).0, Target::Page(path) if path == one.slug));
    }
}

#[test]
fn there_is_an_answer_to_every_extreme() {
    for one in CALCULATORS {
        let mut all = vec![one.defaults()];
        for knob in one.knobs {
            let each = all.iter().flat_map(|config| {
                values(knob).into_iter().map(|value| {
                    let mut config = config.clone();
                    assert!(config.set(knob.id, value));
                    config
                })
            });
            all = each.collect();
        }
        for config in all {
            assert_answers(one, &config);
        }
    }
}

proptest! {
    #![proptest_config(common::cases(100))]

    #[test]
    fn there_is_an_answer_to_everything(
        picks in proptest::collection::vec((any::<i64>(), 0_u32..63), 3),
        parts in proptest::collection::vec((0_u32..40, "[a-z]{0,8}"), 1..8),
        nested in any::<bool>(),
    ) {
        for one in CALCULATORS {
            let mut config = one.defaults();
            for (knob, (pick, shift)) in one.knobs.iter().zip(&picks) {
                let value = match &knob.kind {
                    // Of every order of magnitude.
                    Kind::Number { min, max, .. } => Value::Number((pick >> shift).clamp(*min, *max)),
                    Kind::Choice { options } => Value::Choice(pick.unsigned_abs() as usize % options.len()),
                    Kind::Flag { .. } => Value::Flag(*pick > 0),
                    Kind::Document { .. } => {
                        let parts = parts.iter().map(|(nines, name)| format!("{} {nines} nines", name.trim()).trim().to_owned());
                        let list = parts.collect::<Vec<_>>().join(", ");
                        Value::Text(if nested { format!("web 99%, parallel({list})") } else { list }.into())
                    }
                };
                prop_assert!(config.set(knob.id, value), "{}", knob.id);
            }
            assert_answers(one, &config);
        }
    }

    #[test]
    fn nothing_that_is_written_into_a_link_leads_to_a_panic(query in r"[a-z0-9%=&.,/ -]{0,60}|\PC{0,40}") {
        for one in CALCULATORS {
            let (config, notices) = link::read_page(&format!("#/{}?{query}", one.slug), one.knobs);
            assert_answers(one, &config);
            for notice in notices {
                prop_assert!(!notice.0.contains("..") || query.contains(".."), "{}", notice.0);
            }
        }
    }
}

#[test]
fn the_well_known_numbers_come_out() {
    let three = ask("nines", &[("available", "99.9%")]);
    assert_eq!(plain(&three.headline), "99.9 % has 3 nines: it is down for 8.76 h (8 h 45 min 36 s) a year.");
    assert_eq!(told(&three, "Down a month").0, "43.8 min (43 min 48 s)");
    let (nines, because) = told(&three, "Nines");
    assert_eq!((nines.as_str(), because.as_str()), ("3", "−log₁₀(1 − availability) = −log₁₀(0.001)"));
    let table = three.table.unwrap();
    let row = |index: usize| table.rows[index].iter().map(|cell| plain(cell)).collect::<Vec<_>>();
    assert_eq!(row(0)[..3], ["90 %", "1", "876 h"]);
    assert_eq!(row(table.rows.len() - 1)[..3], ["99.9999999 %", "9", "31.5 ms"]);
    assert_eq!(row(table.current.unwrap())[0], "99.9 %");

    // And back.
    for written in ["8.76h", "8h 45min 36s"] {
        let back = ask("downtime", &[("downtime", written)]);
        assert_eq!(plain(&back.headline), "8 h 45 min 36 s down in a year is 99.9 % available: 3 nines.");
        assert_eq!(told(&back, "4 nines would leave").0, "52.6 min (52 min 34 s)");
    }
    let month = ask("downtime", &[("downtime", "43.8min"), ("period", "month")]);
    assert_eq!(told(&month, "Availability").0, "99.9 %");
    let over = ask("downtime", &[("downtime", "25h"), ("period", "day")]);
    assert_eq!(plain(&over.headline), "25 h is longer than a day, which has 24 h: more than all of it cannot be down.");
}

#[test]
fn three_replicas_reach_nine_nines_unless_they_have_something_in_common() {
    let three = ask("replicas", &[("available", "99.9%"), ("target", "nine nines")]);
    assert_eq!(plain(&three.headline), "It takes 3 replicas of 99.9 % that fail independently to reach 99.9999999 %.");
    let (together, because) = told(&three, "3 replicas together");
    assert!(together.starts_with("99.9999999 %"), "{together}");
    assert_eq!(because, "(1 − availability)ⁿ = 0.001³ = 10⁻⁹");
    assert_eq!(told(&three, "If a tenth had a common cause").0, "at most 99.99 %");

    // What has a power itself is in brackets.
    let fine = ask("replicas", &[("available", "99.99999999%"), ("target", "18 nines")]);
    assert_eq!(told(&fine, "2 replicas together").1, "(1 − availability)ⁿ = (10⁻¹⁰)² = 10⁻²⁰");

    let common = ask("replicas", &[("common", "10%")]);
    assert_eq!(
        plain(&common.headline),
        "No number of replicas of 99.9 % with 10 % of the failures in common is enough for 99.9999999 %: together they never get above 99.99 %."
    );
    assert_eq!(told(&common, "However many there are").0, "at most 99.99 %");
    assert_eq!(told(&common, "What would do").0, "below 0.0001 %");
    assert_eq!(told(&common, "Or: better ones").0, "above 99.999999 % each");
    // Just at the floor no number suffices, just below it some do.
    assert!(ask("replicas", &[("common", "10%"), ("target", "99.99%")]).headline.starts_with("No number"));
    let below = ask("replicas", &[("common", "10%"), ("target", "99.98991%")]);
    assert!(plain(&below.headline).starts_with("It takes 2 replicas"), "{}", below.headline);
    // One shares with nobody: it is as good as it is, and no better.
    let one = ask("replicas", &[("common", "10%"), ("target", "99.900005%")]);
    assert!(plain(&one.headline).starts_with("It takes 2 replicas"), "{}", one.headline);

    for (set, begins) in [
        (&[("target", "0%")][..], "One is enough"),
        (&[("available", "100%"), ("target", "100%")], "One is enough"),
        (&[("target", "100%")], "No number is enough for 100 %: each more"),
        (&[("available", "0%")], "No number is enough for 99.9999999 %: a replica of 0 % is always down"),
        (&[("available", "1.5%")], "Not even 1000 replicas of 1.5 %"),
        (&[("common", "100%")], "No number of replicas of 99.9 % with 100 %"),
    ] {
        let headline = plain(&ask("replicas", set).headline);
        assert!(headline.starts_with(begins), "{headline}");
    }
}

#[test]
fn a_chain_is_as_long_as_its_target_bears() {
    let ten = ask("chain", &[("available", "99.99%"), ("target", "99.9%")]);
    assert_eq!(plain(&ten.headline), "At most 10 parts of 99.99 % in a row reach 99.9 %.");
    assert!(told(&ten, "The longest chain").1.ends_with("1 − (1 − 0.0001)¹⁰ = 0.0009996 ≤ 0.001"));
    assert_eq!(told(&ten, "With one more").0, "99.8901 %");
    // The other way round.
    let each = ask("chain", &[("length", "10")]);
    assert_eq!(told(&each, "Each of 10 parts must have").0, "99.99 %");
    for (set, begins) in [
        (&[("available", "99%")][..], "Not even one part of 99 % reaches 99.9 %"),
        (&[("available", "100%")], "There is no limit: parts of 100 % are never down"),
        (&[("target", "0%")], "There is no limit: 0 % allows"),
        (&[("available", "0%"), ("target", "0%")], "There is no limit: 0 % allows"),
        (&[("available", "18 nines"), ("target", "50%")], "More than 4 294 967 295 parts"),
        (&[("available", "99.9999999%"), ("target", "99%")], "About 10 050 33"),
        (&[("available", "99.9%"), ("target", "99.9%")], "At most 1 part of 99.9 %"),
    ] {
        let headline = plain(&ask("chain", set).headline);
        assert!(headline.starts_with(begins), "{headline}");
    }
}

#[test]
fn promises_multiply() {
    let three = ask("sla", &[]);
    assert_eq!(plain(&three.headline), "3 services together are 99.8401 % available: down 14.01 h (14 h 37 s) a year.");
    assert_eq!(
        told(&three, "All together").1,
        "The product of all: (1 − 0.0005) × (1 − 0.0001) × (1 − 0.001) = 1 − 0.001599"
    );
    assert_eq!(told(&three, "What costs most").0, "queue");
    let services: Vec<String> = three.table.unwrap().rows.into_iter().map(|mut row| row.remove(0)).collect();
    assert_eq!(services, ["queue", "web", "database"]);
    let lines = ask("sla", &[("services", "web 99.95%\ndatabase 99.99%\nqueue 99.9%")]);
    assert_eq!(lines.headline, three.headline);
    let whole = ask("sla", &[("services", "series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))")]);
    assert!(plain(&whole.headline).starts_with("6 services together are 99.98968 %"), "{}", whole.headline);
    assert_eq!(told(&whole, "All together").1, "Group by group, from the inside: 1 − 0.0001032");
    assert!(plain(&ask("sla", &[("services", "99%")]).headline).starts_with("One service alone: 99 %"));
    assert!(plain(&ask("sla", &[("services", "a 0%, b 9 nines")]).headline).contains("are 0 % available"));
    // There is room for what no number knob holds, and for all the parts that a system may have.
    let tiny = plain(&ask("sla", &[("services", "200 nines")]).headline);
    assert_eq!(tiny, "One service alone: 100 %, but for 10⁻¹⁹⁸ %, down 3.15 × 10⁻¹⁹³ s a year.");
    let many: Vec<String> = (1..=1000).map(|part| format!("service {part} 99.99%")).collect();
    let many = ask("sla", &[("services", &many.join("\n"))]);
    assert!(plain(&many.headline).starts_with("1000 services together are 90.48"), "{}", many.headline);
}

#[test]
fn links_are_read_as_those_of_labs() {
    let read = |query: &str| {
        let one = find("replicas").unwrap();
        let (config, notices) = link::read_page(&format!("#/availability/replicas?{query}"), one.knobs);
        (link::write_page(one.slug, &config), notices.into_iter().map(|notice| notice.0).collect::<Vec<_>>())
    };
    assert_eq!(read(""), ("#/availability/replicas".to_owned(), vec![]));
    assert_eq!(
        read("common=10%&available=99.95%"),
        ("#/availability/replicas?available=99.95&common=10".to_owned(), vec![])
    );
    assert_eq!(read("available=0.5%25").0, "#/availability/replicas?available=0.5%25");
    for (query, said) in [
        ("colour=red", "“colour” is not a setting here; it was skipped."),
        ("common=200%25", "common=200% is outside 0\u{a0}% to 100\u{a0}%; it was set to 100\u{a0}%."),
        (
            "available=often",
            "available=often could not be read: “often” is no availability. Write 99.9%, three nines, 8.76h/year, or 30d/1h.",
        ),
        ("available=99,9", "available=99,9 could not be read: A comma is no decimal point here: write 99.9%."),
        ("common=1&common=2", "“common” stands more than once; the last one counts."),
    ] {
        assert_eq!(read(query).1, [said]);
    }
}

#[test]
fn the_command_line_answers_too() {
    let (code, list, err) = halfopen(&[]);
    assert_eq!((code, err.as_str(), list.lines().count()), (0, "", CALCULATORS.len()));
    for one in CALCULATORS {
        assert!(list.lines().any(|line| line.starts_with(one.name()) && line.ends_with(one.summary)), "{list}");
        let (code, text, err) = halfopen(&[one.name()]);
        assert_eq!((code, err.as_str()), (0, ""));
        let answer = (one.answer)(&one.defaults());
        assert!(text.starts_with(&format!("{}\n#/{}\n{}\n", one.title, one.slug, plain(&answer.headline))), "{text}");
        let (code, json, err) = halfopen(&[one.slug, "--format", "json"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["headline"], plain(&answer.headline));
        assert_eq!(json["facts"].as_array().unwrap().len(), answer.facts.len());
        assert_eq!(json["knobs"].as_object().unwrap().len(), one.knobs.len());
        let (code, help, _) = halfopen(&[one.name(), "--help"]);
        assert_eq!(code, 0);
        assert!(one.knobs.iter().all(|knob| help.contains(&format!("--{}", knob.id))), "{help}");
    }
    // A link does as well; options win over it.
    let link = "https://example.org/play/#/availability/replicas?common=10%25&target=99.97%25&colour=red";
    let (code, text, err) = halfopen(&[link, "--common", "20%"]);
    assert_eq!((code, err.as_str()), (0, "notice: “colour” is not a setting here; it was skipped.\n"));
    assert!(text.contains("#/availability/replicas?target=99.97&common=20\n"), "{text}");
}

#[test]
fn what_cannot_be_understood_is_said_and_ends_with_2() {
    for (args, said) in [
        (&["nins"][..], "there is no calculator called nins; did you mean nines? `halfopen calculate` lists them"),
        (&["xyz"], "there is no calculator called xyz; `halfopen calculate` lists them"),
        (&["--available", "99%"], "calculate what? Give a name that `halfopen calculate` lists, and options after it"),
        (
            &["nines", "--available", "often"],
            "--available often could not be read: “often” is no availability. Write 99.9%",
        ),
        (&["nines", "--available", "150%"], "--available 150% could not be read: 150% is over 100%"),
        (
            &["nines", "--available", "99,9"],
            "--available 99,9 could not be read: A comma is no decimal point here: write 99.9%",
        ),
        (
            &["nines", "--available", "200 nines"],
            "--available 200 nines could not be read: 200 nines is finer than the 18 nines that fit here; write 18 nines",
        ),
        (&["replicas", "--target", "20 nines"], "--target 20 nines could not be read: 20 nines is finer"),
        (&["replicas", "--available", "20 nines"], "--available 20 nines could not be read: 20 nines is finer"),
        (
            &["sla", "--services", "web 99.95% database 99.99%"],
            "--services web 99.95% database 99.99% could not be read: at 12: A comma is missing here, between “99.95%” and “database”",
        ),
        (
            &["nines", "--availble", "99%"],
            "unexpected argument '--availble' found; tip: a similar argument exists: '--available'",
        ),
        (
            &["downtime", "--downtime", "-1s"],
            "--downtime -1s could not be read: it takes a length of time with its unit",
        ),
        (&["downtime", "--downtime", "9999h"], "--downtime 9999h is outside 0 s to 8760 h"),
        (
            &["downtime", "--period", "century"],
            "--period century could not be read: it takes one of year, month, week, day",
        ),
        (&["chain", "--length", "0"], "--length 0 is outside 1 to 100 000"),
        (
            &["sla", "--services", "web 99"],
            "--services web 99 could not be read: at 5: 99 has no unit: write 99%, or 99 nines",
        ),
        (&["sla", "--services", ""], "--services  could not be read: at 1: A part is missing here."),
        (&["nines", "--format", "csv"], "invalid value 'csv' for '--format <FORMAT>' [possible values: text, json]"),
    ] {
        let (code, out, err) = halfopen(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.strip_prefix("error: ").is_some_and(|err| err.starts_with(said)), "{args:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
}
