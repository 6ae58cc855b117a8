//! Links: what is written can be read by a person, and whatever is read gives a page and says what was wrong.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::ticker::TICKERS;
use common::{breaker, cases, numbers, read};
use halfopen::lab::link::{self, ENGINE, INPUTS_MAX, LINK_BYTES_MAX, Link, PARTS, RUN_MAX, SEED_DEFAULT, Target};
use halfopen::lab::{Input, Lanes, Timed, Value};
use halfopen::labs::LABS;
use halfopen_core::Instant;
use proptest::prelude::*;

/// Reads anything: it may be wrong in many ways, but it is told in few and short notices without control characters.
fn told(text: &str) -> (Target, Vec<String>) {
    let (target, notices) = link::read(text, LABS);
    let notices: Vec<String> = notices.into_iter().map(|notice| notice.0).collect();
    assert!(notices.len() <= 9, "{} notices", notices.len());
    for notice in &notices {
        assert!(notice.chars().count() < 300, "long: {notice}");
        let hidden = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!notice.chars().any(hidden), "control characters: {notice:?}");
    }
    if let Target::Lab(link) = &target {
        assert!(link.inputs.len() <= INPUTS_MAX && link.inputs.is_sorted_by_key(|timed| timed.at));
        assert!(link.at.is_none_or(|at| at <= RUN_MAX));
        assert!(link.hide.len() <= 100 && link.lock.len() <= 100);
        // What was made of it is a link without anything wrong.
        let (again, notices) = link::read(&link.write(), LABS);
        assert_eq!(notices, [], "{}", link.write());
        let Target::Lab(again) = again else { panic!("{} leads elsewhere", link.write()) };
        assert_eq!((&again.config, &again.inputs, again.seed), (&link.config, &link.inputs, link.seed));
    }
    (target, notices)
}

/// A link to the breaker, and what was wrong with it.
fn lab(query: &str) -> (Link, Vec<String>) {
    match told(&format!("#/circuit-breaker?{query}")) {
        (Target::Lab(link), notices) => (link, notices),
        (other, _) => panic!("{query} leads to {other:?}"),
    }
}

#[test]
fn what_is_written_can_be_read_by_a_person() {
    let mut link = Link::to(breaker());
    assert_eq!(link.write(), "#/circuit-breaker");
    link.config.set("threshold", Value::Number(4));
    link.config.set("open_for", Value::Number(7_000_000_000));
    assert_eq!(link.write(), format!("#/circuit-breaker?threshold=4&open_for=7s&v={ENGINE}"));
    link.embed = true;
    link.seed = 42;
    link.at = Some(Instant::from_millis(12_500));
    link.inputs = vec![
        Timed { at: Instant::from_millis(1500), input: Input::Do { action: "send", args: vec![] } },
        Timed {
            at: Instant::from_secs(3),
            input: Input::Set { lanes: Lanes::Both, knob: "threshold", value: Value::Number(2) },
        },
    ];
    link.hide = vec!["charts".to_owned(), "log".to_owned()];
    link.lock = vec!["threshold".to_owned()];
    assert_eq!(
        link.write(),
        format!(
            "#/embed/circuit-breaker?threshold=4&open_for=7s&seed=42&t=12.5s&do=1.5:send,3:set:threshold:2&hide=charts,log&lock=threshold&v={ENGINE}"
        )
    );
}

#[test]
fn units_stay_readable_and_documents_survive() {
    let mut link = Link::to(&TICKERS[0]);
    for (knob, text) in [("share", "12.5%"), ("rate", "10/s"), ("factor", "1.75x"), ("every", "0.5s"), ("on", "off")] {
        assert_eq!(link.config.set_text(knob, text), Ok(()));
    }
    // The share is at its default and not written.
    assert_eq!(link.write(), format!("#/ticker?every=500ms&rate=10/s&factor=1.75x&on=off&v={ENGINE}"));
    link.config.set_text("share", "7.5 %").unwrap();
    assert!(link.write().contains("&share=7.5&"), "no %25 in {}", link.write());
    let text = "a -> b;\n# ä & <script> = %41, \"x\" 100 % + \u{202e}right\0";
    assert!(link.config.set("text", Value::Text(text.into())));
    let at = Instant::from_secs(1);
    link.inputs = vec![
        Timed { at, input: Input::Set { lanes: Lanes::Both, knob: "text", value: Value::Text("x:y,z&".into()) } },
        Timed { at, input: Input::Set { lanes: Lanes::Both, knob: "share", value: Value::Number(5) } },
        Timed { at, input: Input::Do { action: "add", args: vec![-7, 3] } },
    ];
    let (target, notices) = link::read(&link.write(), TICKERS);
    assert_eq!(notices, []);
    let Target::Lab(back) = target else { panic!("no lab") };
    assert_eq!(back.config.document("text"), text);
    assert_eq!(back.inputs, link.inputs);
    assert!(link.write().contains(",1:set:share:0.5,1:add:-7:3"), "{}", link.write());
}

#[test]
fn a_limit_of_nothing_is_no_limit() {
    let mut config = Link::to(halfopen::labs::find("circuit-breaker").unwrap()).config;
    assert_eq!(config.show("open_cap"), "no limit");
    for (written, shown) in
        [("90s", "90\u{a0}s"), ("no limit", "no limit"), ("2min", "2\u{a0}min"), ("0s", "no limit"), ("0", "no limit")]
    {
        assert_eq!(config.set_text("open_cap", written), Ok(()), "{written}");
        assert_eq!(config.show("open_cap"), shown);
    }
    let range = "0\u{a0}s to 24\u{a0}h".to_owned();
    assert_eq!(config.set_text("open_cap", "999h"), Err(halfopen::lab::knob::SetError::Clamped(range)));
    // In a link it is a length of time, as it always was; commas part what was done.
    assert_eq!(read("#/circuit-breaker?open_cap=0s").config.number("open_cap"), 0);
    let (_, notices) = link::read("#/circuit-breaker?open_for=1,5s", LABS);
    assert_eq!(notices.len(), 1);
}

#[test]
fn what_people_write_by_hand_is_understood() {
    let same = |text: &str| {
        let link = read(text);
        (link.config.number("threshold"), link.config.number("open_for"), link.seed, link.at, link.inputs.len())
    };
    let expected = (4, 7_000_000_000, SEED_DEFAULT, Some(Instant::from_secs(12)), 1);
    for text in [
        "#/circuit-breaker?threshold=4&open_for=7s&t=12s&do=1.5:send",
        "https://example.org/play/?from=mail#/circuit-breaker?threshold=4&open_for=7s&t=12s&do=1.5:send",
        "  circuit-breaker?threshold=4&open-for=7000ms&t=12&do=1.5:send,  ",
        "/circuit-breaker/?do=1500ms:send&t=0.2min&open_for=7%20s&&threshold=%34&",
        "#/circuit-breaker?threshold=9&threshold=4&open_for=7s&t=12s&do=1.5:send&v=1&preset=",
    ] {
        if text.ends_with("preset=") {
            let twice = "“threshold” stands more than once; the last one counts.";
            assert_eq!(told(text).1, [twice, "There is no preset called “”."]);
        } else {
            assert_eq!(same(text), expected, "{text}");
        }
    }
    assert!(read("embed/circuit-breaker").embed);
}

#[test]
fn where_there_is_no_lab() {
    for home in ["", "#", "#/", "/", "#/?threshold=3", "#/labs", "https://example.org/", "#/embed/"] {
        let (target, _) = told(home);
        assert!(matches!(target, Target::Home | Target::Page(_)), "{home}");
    }
    assert!(matches!(told("#/").0, Target::Home));
    let (target, notices) = told("#/embed/cirquit-breaker");
    assert!(matches!(target, Target::Home));
    assert_eq!(notices, ["There is no lab called “cirquit-breaker”."]);
    let (target, _) = told("#/experiments/backoff");
    assert!(matches!(target, Target::Page(page) if page == "experiments/backoff"));
}

#[test]
fn each_thing_wrong_is_named() {
    for (query, message) in [
        ("colour=red", "“colour” is not a setting here; it was skipped."),
        ("=", "“” is not a setting here; it was skipped."),
        ("open_for=7", "open_for=7 could not be read: "),
        ("threshold=1e400", "threshold=1e400 could not be read: "),
        ("threshold=%FF", "“%FF” is not UTF-8; what could not be read was replaced."),
        ("threshold", "threshold= could not be read: "),
        ("threshold=", "threshold= could not be read: "),
        ("threshold=<script>alert(1)</script>", "threshold=<script>alert(1)</script> could not be read: "),
        ("threshold=3\0", "threshold=3 could not be read: "),
        ("seed=-1", "“-1” is no seed: a whole number up to 18446744073709551615 is."),
        ("seed=18446744073709551616", "“18446744073709551616” is no seed: "),
        ("t=later", "“later” is no time: 12.5s is."),
        ("t=-1", "“-1” is no time: 12.5s is."),
        ("t=1e9", "“1e9” is no time: 12.5s is."),
        ("t=2000h", "The run was asked to go further than a day: it goes to 24 h."),
        ("preset=none", "There is no preset called “none”."),
        ("v=999", "This link was made with engine 999; this is engine "),
        ("do=send", "Action 1 (“send”) was skipped: it begins with no time such as 1.5."),
        ("do=1:dance", "Action 1 (“1:dance”) was skipped: “dance” is not an action of this lab."),
        ("do=1:send:3", "Action 1 (“1:send:3”) was skipped: “send” takes 0\u{a0}arguments."),
        ("do=90000:send", "Action 1 (“90000:send”) was skipped: its time is later than a day."),
        ("do=-1:send", "Action 1 (“-1:send”) was skipped: it begins with no time such as 1.5."),
        ("do=1", "Action 1 (“1”) was skipped: “” is not an action of this lab."),
        ("do=1:set:threshold", "Action 1 (“1:set:threshold”) was skipped: it is not of the form 1.5:set:knob:value."),
        ("do=1:set:colour:3", "Action 1 (“1:set:colour:3”) was skipped: “colour” is not a setting of this lab."),
        ("do=1:set:threshold:x", "Action 1 (“1:set:threshold:x”) was skipped: it takes "),
        ("do=1:set:threshold:0", "threshold was set outside "),
        ("do=2:send,1:send", "The actions were out of order; they were sorted by time."),
    ] {
        let (_, notices) = lab(query);
        assert!(notices.iter().any(|notice| notice.starts_with(message)), "{query}: {notices:?}");
    }
}

#[test]
fn names_of_parts_and_knobs_are_checked() {
    let (link, notices) = lab("hide=share,stage%2Clog, share&lock=threshold%2Copen-for");
    assert_eq!((link.hide.join(" "), link.lock.join(" ")), ("share stage log".into(), "threshold open_for".into()));
    assert_eq!(notices, [""; 0]);
    let (link, notices) = lab("hide=chart,log,&lock=treshold,rate,log");
    assert_eq!((link.hide, link.lock), (vec!["log".to_owned()], vec!["rate".to_owned()]));
    assert_eq!(
        notices,
        [
            "“chart” is no part that can be hidden; it was skipped.",
            "“treshold” is not a setting of this lab and cannot be locked; it was skipped.",
            "“log” is not a setting of this lab and cannot be locked; it was skipped.",
        ]
    );
    let (link, _) = lab(&format!("hide={}", PARTS.join(",")));
    assert_eq!(link.hide, PARTS);
}

/// The README lists them, and the page asks for no other.
#[test]
fn parts_are_those_of_the_page() {
    let view = concat!(
        include_str!("../src/ui/stage/view.rs"),
        include_str!("../src/ui/stage/below.rs"),
        include_str!("../src/ui/stage/quest.rs")
    );
    let mut asked: Vec<&str> =
        view.split("shows(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut parts = PARTS;
    parts.sort_unstable();
    assert_eq!(asked, parts);
    let readme = include_str!("../README.md");
    let (_, list) = readme.split_once("names parts to leave out (").unwrap();
    let (list, _) = list.split_once(')').unwrap();
    let mut listed: Vec<&str> = list.split(',').map(|part| part.trim().trim_matches('`')).collect();
    listed.sort_unstable();
    assert_eq!(listed, parts);
}

#[test]
fn what_rewriters_encode_is_understood() {
    let same = read("#/circuit-breaker?do=1:send,2.5:set:threshold:2,3:send");
    for text in [
        "#/circuit-breaker?do=1%3Asend%2C2.5%3Aset%3Athreshold%3A2%2C3%3Asend",
        "#/circuit-breaker?do=1%3asend%2c2.5%3aset%3athreshold%3a2%2c3%3asend",
    ] {
        assert_eq!(read(text).inputs, same.inputs, "{text}");
    }
    // Once and not twice: what a document holds stays in one piece.
    let mut link = Link::to(&TICKERS[0]);
    link.inputs = vec![Timed {
        at: Instant::from_secs(1),
        input: Input::Set { lanes: Lanes::Both, knob: "text", value: Value::Text("x:y,z&%3A".into()) },
    }];
    let text = link.write();
    let (before, value) = text.split_once("do=").unwrap();
    let (value, after) = value.split_once('&').unwrap();
    let encoded = value.replace('%', "%25").replace(':', "%3A").replace(',', "%2C");
    let (target, notices) = link::read(&format!("{before}do={encoded}&{after}"), TICKERS);
    let Target::Lab(back) = target else { panic!("no lab") };
    assert_eq!((back.inputs, notices), (link.inputs, vec![]));
}

#[test]
fn out_of_range_goes_to_the_nearest_end() {
    let (link, notices) = lab("threshold=0&open_for=9999h");
    let range = |id: &str| match link.config.knob(id).unwrap().kind {
        halfopen::lab::Kind::Number { min, max, .. } => (min, max),
        _ => panic!("{id} is no number"),
    };
    assert_eq!(link.config.number("threshold"), range("threshold").0);
    assert_eq!(link.config.number("open_for"), range("open_for").1);
    assert_eq!(notices.len(), 2);
    assert!(notices[0].starts_with("threshold=0 is outside "), "{notices:?}");
    assert!(notices[1].starts_with("open_for=9999h is outside "), "{notices:?}");
}

#[test]
fn cut_off_anywhere_there_is_still_a_page() {
    let link = "https://example.org/#/circuit-breaker?threshold=4&open_for=7s&seed=42&t=12.5s&do=1.5:send,3:set:threshold:2,4.25:send&hide=ch%C3%A4rts&v=1";
    for cut in 0..=link.len() {
        let (target, notices) = told(&link[..cut]);
        if cut >= "https://example.org/#/circuit-breaker".len() {
            assert!(matches!(target, Target::Lab(_)), "{}", &link[..cut]);
        }
        assert!(notices.len() <= 2, "{notices:?}");
    }
}

#[test]
fn very_long_links_are_read_in_part() {
    let click = "1:send,";
    let (link, notices) = lab(&format!("threshold=4&do={}", click.repeat(100_000 / click.len())));
    assert_eq!(link.inputs.len(), INPUTS_MAX);
    assert!(notices[0].starts_with("The link is 97 KiB long; only its first 64 KiB were read."), "{notices:?}");
    assert_eq!(notices[1], format!("Only the first {INPUTS_MAX} actions were taken over."));
    assert_eq!(link.config.number("threshold"), 4);
    // The cut falls between two actions, never in one.
    let (link, notices) = lab(&format!("do={}", "1.23456789:set:threshold:7,".repeat(5000)));
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(
        link.inputs
            .iter()
            .all(|timed| timed.input == Input::Set { lanes: Lanes::Both, knob: "threshold", value: Value::Number(7) })
    );
    // In the middle of a character.
    for shift in 0..4 {
        told(&format!("#/{}{}", "x".repeat(shift), "🦀".repeat(LINK_BYTES_MAX / 4 + 10)));
    }
}

#[test]
fn hostile_links_are_harmless() {
    let many = |text: &str| text.repeat(100_000 / text.len());
    for query in [
        many("&"),
        many("="),
        many("&="),
        many("%"),
        many("%FF&"),
        many("a=%FF&"),
        many(","),
        many(":"),
        many("?"),
        many("#"),
        many("/"),
        many("\0"),
        many("x&"),
        many("threshold=3&"),
        many("threshold=0&"),
        many("preset=default&"),
        many("preset=x&"),
        many("do=1:send&"),
        many("seed=x&"),
        many("v=2&"),
        many("hide=a&"),
        format!("hide={}", many("a,")),
        format!("lock={}", many("%FF,")),
        format!("do={}", many("1:x,")),
        format!("do={}", many("1:set:threshold:0,")),
        format!("do=1:send{}", many(":1")),
        format!("{}=1", many("b.")),
        format!("threshold={}", many("9")),
        format!("threshold=0.{}", many("0")),
        format!("seed={}", many("9")),
        format!("t={}", many("9")),
        format!("t=0.{}1s", many("0")),
        format!("threshold={}", many("\u{202e}")),
        "threshold=٣&open_for=５s&seed=१".to_owned(),
        "threshold=NaN&open_for=infs&t=NaN&do=NaN:send,inf:send,1e3:send".to_owned(),
        "do=1:SEND,1:send%00,1:%73end,1:set:__proto__:1&__proto__=1&constructor=1".to_owned(),
    ] {
        lab(&query);
    }
    for text in [many("#/"), many("embed/"), "#/<script>alert(1)</script>".to_owned(), "#/%00%FF".to_owned()] {
        told(&text);
        told(&format!("#/{text}"));
        told(&format!("#/embed/{text}"));
    }
}

#[test]
fn a_notice_repeats_itself_never_and_counts_the_rest() {
    let (_, notices) = lab("x=1&x=1&x=1");
    assert_eq!(notices.len(), 1);
    let many: String = (0..50).map(|n| format!("x{n}=1&")).collect();
    let (_, notices) = lab(&many);
    assert_eq!(notices.len(), 9);
    assert_eq!(notices[8], "And 42 more of this kind.");
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        told(&text);
        lab(&text);
    }

    #[test]
    fn anything_like_a_link_is_read(parts in prop::collection::vec(
        prop::sample::select(vec![
            "#", "/", "?", "&", "=", ",", ":", "%", "%F", "%FF", "%00", "embed", "circuit-breaker", "threshold", "open_for",
            "preset", "seed", "t", "do", "set", "send", "hide", "lock", "v", "1", "-", ".", "9999999999999999999", "5s", "é", " ",
        ]),
        0..60,
    )) {
        told(&parts.concat());
        lab(&parts.concat());
        lab(&format!("do={}", parts.concat()));
    }

    #[test]
    fn a_good_link_with_a_flaw_is_read(numbers in numbers(), place: prop::sample::Index, flaw in any::<char>()) {
        for entrance in LABS {
            let dice = &mut common::Dice::new(numbers.clone());
            let mut text = common::random_link(entrance, Instant::from_secs(10), dice).write();
            text.insert(place.index(text.len() + 1), flaw);
            told(&text);
        }
    }
}
