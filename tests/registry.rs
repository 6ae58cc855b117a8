//! Walks the registry and holds every lab to the contract, unasked: a new lab needs no test of its own for any of this.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::invariants::*;
use common::*;
use halfopen::lab::link::{self, Link, PARTS, RESERVED, Target};
use halfopen::lab::{Config, Entrance, Guess, Input, Kind, Knob, Lane, Timed, Value};
use halfopen::labs::{LABS, find};
use halfopen::paint::{self, Palette};
use halfopen::session::Session;
use halfopen_core::Instant;
use proptest::prelude::*;

/// Keys that mean something on every lab's page: undo and redo, step back and forth, play, help.
const PAGE_KEYS: [char; 6] = ['z', 'Z', ',', '.', ' ', '?'];
/// The group of knobs that only the figures computed before a run depend on.
const OUTLOOK: &str = "What these settings mean";

/// How far random runs go at most.
const SPAN: Instant = Instant::from_secs(12);

#[test]
fn labs_are_named() {
    assert_unique(LABS.iter().map(|lab| lab.about.slug), "slugs");
    assert_unique(LABS.iter().map(|lab| lab.about.title), "titles");
    for lab in LABS {
        let about = &lab.about;
        assert!(is_name(about.slug, '-'), "{}", about.slug);
        assert!(!["embed", "labs", "home"].contains(&about.slug), "{} means something else", about.slug);
        assert!(core::ptr::eq(find(about.slug).unwrap(), lab));
        assert_text(about.title, about.slug);
        assert_sentence(about.summary, about.slug);
        assert_told(lab, &lab.defaults());
    }
}

/// What a lab says of a configuration before anything runs.
fn assert_told(lab: &Entrance, config: &Config) {
    let slug = lab.about.slug;
    assert_sentence(&(lab.about.claim)(config), slug);
    for fact in (lab.about.outlook)(config) {
        for text in [&fact.label, &fact.value, &fact.because] {
            assert_text(text, &format!("a fact of {slug}"));
        }
    }
    for conflict in (lab.about.conflicts)(config) {
        assert_sentence(&conflict, slug);
    }
    for knob in lab.about.knobs {
        // Whatever it says, it says it without a panic.
        let _ = (knob.matters)(config);
    }
}

#[test]
fn knobs_are_named_and_bounded() {
    for lab in LABS {
        let knobs = lab.about.knobs;
        assert_unique(knobs.iter().map(|knob| knob.id), lab.about.slug);
        let mut groups: Vec<_> = knobs.iter().map(|knob| knob.group).collect();
        groups.dedup();
        assert_unique(groups, "groups stand together");
        for knob in knobs {
            let id = knob.id;
            assert!(is_name(id, '_'), "{id}");
            assert!(!RESERVED.contains(&id), "{id} means something else in a link or on the command line");
            assert_text(knob.label, id);
            assert_sentence(knob.help, id);
            assert_text(knob.group, id);
            assert_kind(knob);
        }
    }
}

fn assert_kind(knob: &Knob) {
    let id = knob.id;
    let read_back = |value| assert_eq!(knob.parse(&knob.format(&value)), (Some(value), None), "{id}");
    match &knob.kind {
        Kind::Number { unit, min, max, default, .. } => {
            assert!(min < max && (min..=max).contains(&default), "{id}: {min} to {max}, default {default}");
            if let halfopen::lab::Unit::Count(noun) = unit {
                assert!(noun.is_empty() || is_name(&noun.to_lowercase(), ' '), "{id} counts {noun:?}");
            }
            for number in [*min, *max, *default] {
                read_back(Value::Number(number));
            }
        }
        Kind::Choice { options } => {
            assert!(options.len() > 1, "{id} leaves no choice");
            assert_unique(options.iter().map(|option| option.0), id);
            assert_unique(options.iter().map(|option| option.1), id);
            for (index, (option, label)) in options.iter().enumerate() {
                assert!(is_name(option, '_') || is_name(option, '-'), "{id}: {option}");
                assert_text(label, id);
                read_back(Value::Choice(index));
            }
        }
        Kind::Flag { .. } => [true, false].map(Value::Flag).into_iter().for_each(read_back),
        Kind::Document { default, max_bytes, check } => {
            assert!(default.len() <= *max_bytes, "{id}");
            assert_eq!(check(default), Ok(()), "{id}");
            read_back(knob.default_value());
        }
    }
}

#[test]
fn presets_parse_and_fit() {
    for lab in LABS {
        let (slug, presets) = (lab.about.slug, lab.about.presets);
        assert_unique(presets.iter().map(|preset| preset.id), slug);
        assert_unique(presets.iter().map(|preset| preset.label), slug);
        assert_eq!(lab.preset(presets[0].id), Some(lab.defaults()), "{slug}: the first preset is the default");
        for preset in presets {
            let id = preset.id;
            assert!(is_name(id, '-') || is_name(id, '_'), "{slug}: {id}");
            assert_text(preset.label, id);
            if !preset.note.is_empty() {
                assert_sentence(preset.note, id);
            }
            assert_unique(preset.set.iter().map(|(knob, _)| *knob), id);
            let mut config = lab.defaults();
            for (knob, text) in preset.set {
                assert_eq!(config.set_text(knob, text), Ok(()), "{slug}, preset {id}: {knob}={text}");
            }
            assert_eq!(lab.preset(id).as_ref(), Some(&config));
            assert_eq!((lab.about.conflicts)(&config), [""; 0], "{slug}: preset {id} contradicts itself");
            assert_told(lab, &config);
            let link = read(&format!("#/{slug}?preset={id}"));
            assert_eq!(link.config, config);
        }
    }
}

#[test]
fn actions_are_named_and_bounded() {
    for lab in LABS {
        let actions = lab.about.actions;
        assert_unique(actions.iter().map(|action| action.id), lab.about.slug);
        assert_unique(actions.iter().filter_map(|action| action.key), lab.about.slug);
        assert!(actions.iter().any(|action| action.button), "{} has no button", lab.about.slug);
        for action in actions {
            let id = action.id;
            assert!(is_name(id, '_') || is_name(id, '-'), "{id}");
            assert_ne!(id, "set", "means a knob being turned");
            assert_text(action.label, id);
            assert_sentence(action.help, id);
            assert!(action.args.iter().all(|(min, max)| min <= max), "{id}");
            assert!(!action.button || action.args.is_empty(), "a button cannot give {id} its arguments");
            assert!(action.key.is_none_or(|key| key.is_ascii_lowercase() || key.is_ascii_digit()), "{id}");
            assert!(action.key.is_none_or(|key| !PAGE_KEYS.contains(&key)), "{id}: its key means something else");
        }
    }
}

/// What nobody should type into a field. A name may be any word, so none is a slip of ours.
fn nasty() -> Vec<String> {
    let texts = ["", ",", "(((", ")", "nan", "1e-400", "-1", "99,9,9", "\u{202e}9 %"];
    texts.into_iter().map(str::to_owned).chain(["(".repeat(5000)]).collect()
}

/// What comes of an edit is a configuration that can be told and shown, or a sentence that says why not.
fn assert_edited(
    lab: &'static Entrance,
    config: &Config,
    made: Result<(&'static str, Value), String>,
    what: &str,
) -> bool {
    match made {
        Ok((knob, value)) => {
            assert!(config.knob(knob).is_some_and(|found| found.id == knob), "{what} turns {knob}");
            let mut config = config.clone();
            assert!(config.set(knob, value.clone()), "{what} makes {value:?}");
            assert_told(lab, &config);
            assert_shown(&Session::open(&Link { config, ..Link::to(lab) }));
            true
        }
        Err(said) => {
            // What was typed may read like a slip.
            let unquoted: Vec<&str> = said.split('“').map(|part| part.rsplit('”').next().unwrap()).collect();
            assert_sentence(&unquoted.join("“”"), what);
            assert!(said.chars().count() < 300, "{what}: {said}");
            false
        }
    }
}

#[test]
fn edits_make_what_can_be_shown_or_say_why_not() {
    for lab in LABS {
        let slug = lab.about.slug;
        assert_unique(lab.about.edits.iter().map(|edit| edit.id), slug);
        for edit in lab.about.edits {
            assert!(is_name(edit.id, '_'), "{slug}: {}", edit.id);
            assert!(lab.action(edit.id).is_none(), "{slug}: {} is an action too", edit.id);
            assert_sentence(edit.help, edit.id);
            // Links give arguments, and a picture may be a moment old.
            for args in [&[][..], &[-1], &[i64::MAX, i64::MIN], &[1_000_000, 9]] {
                for text in nasty() {
                    assert_edited(lab, &lab.defaults(), (edit.make)(&lab.defaults(), args, &text), edit.id);
                }
            }
        }
        let mut all_tried = BTreeSet::new();
        for preset in lab.about.presets.iter().filter(|_| !lab.about.edits.is_empty()) {
            let config = lab.preset(preset.id).unwrap();
            let session = Session::open(&Link { config: config.clone(), ..Link::to(lab) });
            let mut tried = BTreeSet::new();
            for layout in VIEWS {
                let view = halfopen::lab::View { editing: true, ..view(layout) };
                for mark in session.scene(view).diagram.marks {
                    for act in &mark.acts {
                        let Some(edit) = lab.edit(act.action) else { continue };
                        let what =
                            format!("{slug}, preset {}: {} {:?} of {}", preset.id, act.action, act.args, mark.id);
                        let at_once = mark.acts.len() == 1 && act.typed.is_none();
                        if !tried.insert((act.action, act.args.clone())) {
                            continue;
                        }
                        let made =
                            |text: &str| assert_edited(lab, &config, (edit.make)(&config, &act.args, text), &what);
                        let own = made(act.typed.as_deref().unwrap_or_default());
                        assert!(own || act.typed.is_none(), "{what} does not take what stands in its field");
                        assert!(own || !at_once, "{what} is done at once, and nothing could say what is wrong");
                        if act.typed.is_some() {
                            for text in nasty() {
                                made(&text);
                            }
                        }
                    }
                }
            }
            all_tried.extend(tried);
        }
        for edit in lab.about.edits {
            assert!(all_tried.iter().any(|(id, _)| *id == edit.id), "{slug}: no preset offers {}", edit.id);
        }
    }
}

#[test]
fn wrong_values_are_named_briefly() {
    for lab in LABS {
        for knob in lab.about.knobs {
            for wrong in ["%3Cb%3E", "-1", "1e400", "99999999999999999999", "a".repeat(5000).as_str()] {
                let (target, notices) = link::read(&format!("#/{}?{}={wrong}", lab.about.slug, knob.id), LABS);
                assert!(matches!(target, Target::Lab(_)));
                for notice in notices {
                    assert!(notice.0.contains(knob.id), "{} does not name {}", notice.0, knob.id);
                    assert!(notice.0.chars().count() < 300, "{}", notice.0);
                    assert_sentence(&notice.0, knob.id);
                }
            }
        }
    }
}

#[test]
fn predictions_are_true() {
    for lab in LABS {
        let slug = lab.about.slug;
        assert_unique(lab.about.predictions.iter().map(|prediction| prediction.id), slug);
        for prediction in lab.about.predictions {
            assert_sentence(prediction.question, prediction.id);
            let link = read(&format!("#/{slug}?{}", prediction.setup));
            let scene = played(&link, Instant::from_millis(prediction.at_ms)).scene(view(VIEWS[0]));
            let readout = scene.readouts.iter().find(|readout| readout.id == prediction.readout);
            let judged = |guess| prediction.judge(Some(guess), readout.unwrap());
            let number = readout.and_then(|readout| readout.number);
            let number = number.unwrap_or_else(|| panic!("{slug}: {} has no answer", prediction.id));
            let right = |answer: f64| (answer - prediction.answer).abs() <= prediction.tolerance;
            assert!(right(number), "{slug}: the answer to {} is {number}", prediction.id);
            // As a reader types it: shares as percentages.
            let typed = |number: f64| if readout.unwrap().value.ends_with('%') { number * 100.0 } else { number };
            let verdict = judged(Guess::Plain(typed(prediction.answer)));
            assert!(verdict.predicted.as_ref().unwrap().2 && verdict.because.is_none(), "{}", verdict.sentence());
            assert_sentence(&verdict.sentence(), prediction.id);
            for (wrong, why) in prediction.misconceptions {
                assert!(!right(*wrong), "{slug}: {wrong} is right for {}", prediction.id);
                assert_sentence(why, prediction.id);
                let verdict = judged(Guess::Plain(typed(*wrong)));
                assert!(!verdict.predicted.as_ref().unwrap().2, "{slug}: {wrong} passes for {}", prediction.id);
                assert_eq!(verdict.because.as_ref().unwrap().1, *why, "{slug}: the reason behind {wrong}");
                assert_sentence(&verdict.sentence(), prediction.id);
            }
        }
    }
}

#[test]
fn goals_can_be_reached() {
    for lab in LABS {
        let slug = lab.about.slug;
        assert_unique(lab.about.goals.iter().map(|goal| goal.id), slug);
        for goal in lab.about.goals {
            assert_sentence(goal.task, goal.id);
            assert_sentence(goal.hint, goal.id);
            let link = read(&format!("#/{slug}?{}", goal.proof));
            let reached = |session: &Session| (goal.reached)(session.record(), &session.scene(view(VIEWS[0])).readouts);
            assert!(!reached(&Session::open(&Link::to(lab))), "{slug}: {} is reached before anything is done", goal.id);
            let end = link.at.unwrap_or(Instant::from_secs(60));
            assert!(reached(&played(&link, end)), "{slug}: the proof of {} does not reach it", goal.id);
        }
    }
}

#[test]
fn exercises_can_be_solved_and_played() {
    for lab in LABS {
        let Some(exercise) = lab.exercise else { continue };
        assert_sentence(exercise.task, lab.about.slug);
        let lines = exercise.text.lines().count();
        assert!(lines > 0 && !exercise.faults.is_empty());
        assert_unique(exercise.faults.iter().map(|fault| fault.title), lab.about.slug);
        for (number, fault) in exercise.faults.iter().enumerate() {
            let (first, last) = fault.lines;
            assert!(1 <= first && first <= last && last <= lines, "{}: lines {first} to {last}", fault.title);
            let others = exercise.faults.iter().take(number);
            assert!(others.clone().all(|other| last < other.lines.0 || other.lines.1 < first), "{}", fault.title);
            assert_text(fault.title, lab.about.slug);
            assert_sentence(fault.because, fault.title);
            for (query, shows) in [(fault.play, fault.shows), fault.mended] {
                let link = read(&format!("#/{}?{query}", lab.about.slug));
                let end = link.at.unwrap_or_else(|| panic!("{}: {query} has no playhead", fault.title));
                let readouts = played(&link, end).scene(view(VIEWS[0])).readouts;
                let number = readouts.iter().find(|readout| readout.id == fault.readout).and_then(|shown| shown.number);
                assert_eq!(number, Some(shows), "{}: {query}", fault.title);
            }
            assert!(fault.shows != fault.mended.1, "{}: mending changes nothing", fault.title);
        }
    }
}

#[test]
fn programs_are_made_from_any_settings() {
    for lab in LABS {
        let made = (lab.programs)(&lab.defaults());
        for number in 0..40 {
            let programs = (lab.programs)(&random_config(lab, &mut Dice::seeded("programs", number)));
            assert_eq!(programs.len(), made.len(), "{}: with settings {number}", lab.about.slug);
            assert_unique(programs.iter().map(|program| program.language.id()), lab.about.slug);
            for program in programs {
                assert_sentence(program.note, program.file);
                assert!(program.text.ends_with('\n') && !program.file.is_empty(), "{}", program.file);
            }
        }
    }
}

/// A table is named, whole, and its rows as long as its head.
fn assert_tables(session: &Session) {
    let tables = session.tables_of(Lane::A);
    assert_unique(tables.iter().map(|table| table.id), "tables");
    for table in tables {
        assert_text(table.title, table.id);
        if !table.note.is_empty() {
            assert_sentence(&table.note, table.id);
        }
        for head in &table.heads {
            assert_text(head, table.id);
        }
        for row in &table.rows {
            assert_eq!(row.len(), table.heads.len(), "{}: ragged", table.id);
            row.iter().for_each(|cell| assert_text(cell, table.id));
        }
        assert!(table.current.is_none_or(|row| row < table.rows.len()), "{}", table.id);
    }
}

/// Charts paint in all widths that the page gives them, in both themes, with their title and nothing from a bug.
fn assert_painted(session: &Session) {
    for chart in session.charts() {
        for (width, palette) in [(320, Palette::LIGHT), (760, Palette::DARK), (1200, Palette::LIGHT)] {
            let svg = paint::svg(&chart, &palette, width, paint::height(&chart, f64::from(width))).unwrap();
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{}", chart.id);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}: {svg}", chart.id);
            assert_eq!(svg.matches("<title>").count(), 1);
        }
    }
}

/// Everything that a session shows now is as it should be.
fn assert_shown(session: &Session) {
    assert_log(session.record(), session.now());
    for layout in VIEWS {
        for glance in [0, 50_000_000, 700_000_000, 60_000_000_000] {
            let view = halfopen::lab::View {
                layout,
                glance: core::time::Duration::from_nanos(glance),
                editing: glance == 0,
                reach: core::time::Duration::from_nanos(glance),
            };
            assert_scene(session.lab(), &session.scene(view), layout);
        }
    }
    assert_charts(&session.charts());
    assert_tables(session);
}

#[test]
fn presets_play_and_show_well() {
    for lab in LABS {
        for preset in lab.about.presets {
            let mut link = Link { config: lab.preset(preset.id).unwrap(), ..Link::to(lab) };
            let mut session = Session::open(&link);
            assert_shown(&session);
            assert_painted(&session);
            assert!(!session.charts().is_empty(), "{} has no chart", lab.about.slug);
            let mut dice = Dice::seeded(preset.id, 1);
            link.inputs = random_link(lab, SPAN, &mut dice).inputs;
            link.inputs.retain(|timed| matches!(timed.input, Input::Do { .. }));
            let to = end(&link, SPAN);
            session = Session::open(&link);
            for part in 1..=5 {
                session.advance(Instant::from_nanos(to.as_nanos() / 5 * part));
                assert_shown(&session);
            }
            assert_painted(&session);
        }
    }
}

/// Whether a knob chooses between ways of working.
fn is_way_of_working(knob: &Knob) -> bool {
    matches!(knob.kind, Kind::Choice { .. } | Kind::Flag { .. })
}

/// Values of a knob that are as different as can be.
fn far_values(knob: &Knob) -> Vec<Value> {
    match &knob.kind {
        Kind::Number { min, max, .. } => vec![Value::Number(*min), Value::Number(*max)],
        Kind::Choice { options } => (0..options.len()).map(Value::Choice).collect(),
        Kind::Flag { .. } => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Document { .. } => Vec::new(),
    }
}

proptest! {
    // What is rare needs many cases: a run of failures under a window that plays no other part.
    #![proptest_config(cases(400))]

    #[test]
    fn knobs_that_do_not_matter_do_not_matter(numbers in numbers()) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let mut link = random_link(lab, SPAN, dice);
            // Rare ways of working, and many actions: what a knob does shows where much happens.
            for knob in lab.about.knobs.iter().filter(|knob| is_way_of_working(knob)) {
                if dice.one_in(2) {
                    link.config.set(knob.id, random_value(knob, dice));
                }
            }
            link.inputs.extend((0..24).map(|_| Timed { at: random_instant(SPAN, dice), input: random_input(lab, dice) }));
            link.inputs.retain(|timed| matches!(timed.input, Input::Do { .. }));
            link.inputs.sort_by_key(|timed| timed.at);
            let to = end_within(&link, SPAN, 2_000);
            let run = played(&link, to);
            for knob in lab.about.knobs {
                if knob.group == OUTLOOK || (knob.matters)(&link.config) {
                    continue;
                }
                for value in far_values(knob) {
                    let mut other = link.clone();
                    assert!(other.config.set(knob.id, value));
                    let what = format!("{} does not matter: {} and {}", knob.id, link.write(), other.write());
                    assert_same_record(&run, &played(&other, to), &what);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn links_read_back(numbers in numbers(), embed: bool) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let knobs: Vec<&str> = lab.about.knobs.iter().map(|knob| knob.id).collect();
            let names = |of: &[&str], dice: &mut Dice| {
                let chosen = of.iter().filter(|_| dice.one_in(4));
                chosen.map(|name| (*name).to_owned()).collect()
            };
            let (hide, lock) = (names(&PARTS, dice), names(&knobs, dice));
            let link = Link { embed, at: Some(random_instant(SPAN, dice)), hide, lock, ..random_link(lab, SPAN, dice) };
            let text = link.write();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
            let back = read(&text);
            prop_assert_eq!(&back.config, &link.config);
            prop_assert_eq!(&back.b, &link.b);
            prop_assert_eq!((back.seed, back.embed), (link.seed, link.embed));
            prop_assert_eq!(&back.inputs, &link.inputs);
            prop_assert_eq!(back.at.unwrap_or_default(), link.at.unwrap_or_default());
            prop_assert_eq!((&back.hide, &back.lock), (&link.hide, &link.lock));
            prop_assert_eq!(back.write(), text);
            assert_told(lab, &link.config);
        }
    }

    #[test]
    fn whatever_happens_paints(numbers in numbers()) {
        for lab in LABS {
            let link = random_link(lab, SPAN, &mut Dice::new(numbers.clone()));
            let session = played(&link, end(&link, SPAN));
            assert_shown(&session);
            assert_painted(&session);
        }
    }

    #[test]
    fn slices_do_not_matter(numbers in numbers()) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let link = random_link(lab, SPAN, dice);
            let to = end(&link, SPAN);
            let straight = played(&link, to);
            let mut sliced = Session::open(&link);
            for _ in 0..dice.below(40) {
                sliced.advance(random_instant(to, dice));
            }
            sliced.advance(to);
            assert_same(&straight, &sliced, &link.write());
        }
    }

    #[test]
    fn back_and_forth_does_not_matter(numbers in numbers()) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let link = random_link(lab, SPAN, dice);
            let to = end(&link, SPAN);
            let mut session = Session::open(&link);
            for _ in 0..4 {
                let at = random_instant(to, dice);
                session.seek(at);
                assert_same(&played(&link, at), &session, &link.write());
            }
        }
    }

    #[test]
    fn each_lane_is_the_run_that_it_would_be_alone(numbers in numbers()) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let mut link = random_link(lab, SPAN, dice);
            compare(&mut link, dice);
            let to = end(&link, SPAN);
            let both = played(&link, to);
            for lane in Lane::ALL {
                let mut alone = Link { config: both.config_of(lane).clone(), b: None, ..link.clone() };
                alone.inputs.retain_mut(|timed| match &mut timed.input {
                    Input::Set { lanes, .. } => std::mem::take(lanes).has(lane),
                    Input::Do { .. } => true,
                });
                assert_same_lane((&both, lane), (&played(&alone, to), Lane::A), &link.write());
                // Going on with one of them is the same run too.
                let mut kept = played(&link, to);
                kept.keep(lane);
                assert_same(&played(&alone, to), &kept, &link.write());
                kept.compare();
                assert_same_lane((&kept, Lane::A), (&kept, Lane::B), &link.write());
            }
            let mut swapped = played(&link, to);
            swapped.swap();
            assert_same_lane((&both, Lane::A), (&swapped, Lane::B), &link.write());
            assert_same_lane((&both, Lane::B), (&swapped, Lane::A), &link.write());
        }
    }

    #[test]
    fn clicks_play_like_their_link(numbers in numbers()) {
        for lab in LABS {
            let dice = &mut Dice::new(numbers.clone());
            let mut blank = Link { config: random_config(lab, dice), seed: dice.below(9), ..Link::to(lab) };
            if dice.one_in(3) {
                compare(&mut blank, dice);
            }
            let mut session = Session::open(&blank);
            let to = end(&blank, SPAN);
            let mut times: Vec<_> = (0..dice.below(12)).map(|_| random_instant(to, dice)).collect();
            times.sort();
            for at in times {
                session.advance(at);
                match random_input(lab, dice) {
                    Input::Do { action, args } => session.act(action, &args).unwrap(),
                    Input::Set { lanes, knob, value } => session.turn(lanes, knob, value).unwrap(),
                }
                assert_shown(&session);
            }
            session.advance(to);
            let link = session.link();
            assert_same(&played(&read(&link.write()), link.at.unwrap()), &session, &link.write());
        }
    }
}
