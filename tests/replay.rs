//! A link gives the same run everywhere, today and tomorrow.
//!
//! When a lab is new, or was changed on purpose: `HALFOPEN_BLESS=1 cargo test --test replay`. A change that alters the
//! runs of links already shared must also raise `ENGINE` in `src/lab/link.rs`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::replays::{Replay, play, replays};
use common::{Dice, end_within, random_config, random_input, random_instant};
use halfopen::lab::{Entrance, Link, Timed};
use halfopen::labs::LABS;
use halfopen_core::Instant;

/// Links a lab at least.
const LINKS: usize = 8;

#[test]
fn links_give_the_same_runs() {
    if std::env::var_os("HALFOPEN_BLESS").is_some() {
        return bless();
    }
    let advice = "run HALFOPEN_BLESS=1 cargo test --test replay if that is meant";
    for Replay { link, gives } in replays() {
        let (_, now) = play(link).unwrap_or_else(|| panic!("{link} cannot be read any more; {advice}"));
        assert_eq!(now, gives, "{link} gives another run; {advice}");
    }
    for lab in LABS {
        let links = replays().filter(|replay| leads_to(replay.link, lab)).count();
        assert!(links >= LINKS, "{} has {links} links in tests/common/replays.txt; {advice}", lab.about.slug);
        let two = replays().any(|replay| leads_to(replay.link, lab) && has_two_lanes(replay.link));
        assert!(two, "{} has no link with two lanes in tests/common/replays.txt; {advice}", lab.about.slug);
    }
}

fn leads_to(link: &str, lab: &Entrance) -> bool {
    link.strip_prefix("#/").and_then(|rest| rest.split('?').next()) == Some(lab.about.slug)
}

fn has_two_lanes(link: &str) -> bool {
    link.contains("?b.") || link.contains("&b.")
}

/// Keeps the links that still lead somewhere, adds what is missing, and writes what they give now.
fn bless() {
    let mut table = String::from(
        "// Trace hash, events, entries of the log, link. Written by: HALFOPEN_BLESS=1 cargo test --test replay\n",
    );
    for lab in LABS {
        let mut links: Vec<String> = replays()
            .filter(|replay| leads_to(replay.link, lab) && play(replay.link).is_some())
            .map(|replay| replay.link.to_owned())
            .collect();
        let fresh = (0..).map(|index| example(lab, index)).take(LINKS);
        for link in fresh.map(|link| link.write()) {
            if links.len() < LINKS && !links.contains(&link) {
                links.push(link);
            }
        }
        if !links.iter().any(|link| has_two_lanes(link)) {
            let (a, b) = (example(lab, 0), example(lab, 1));
            links.push(Link { b: Some(b.config), at: a.at.min(b.at), ..a }.write());
        }
        for link in links {
            let (_, gives) = play(&link).unwrap();
            table += &format!("{gives}  {link}\n");
        }
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/replays.txt"), table).unwrap();
}

/// The `index`-th link to a lab: its presets in turn with clicks, then random settings with clicks and turned knobs.
fn example(lab: &'static Entrance, index: u64) -> Link {
    let mut dice = Dice::seeded(lab.about.slug, index);
    let span = Instant::from_secs(20);
    let plain = index.is_multiple_of(2);
    let presets = lab.about.presets;
    let config = match presets.get(index as usize / 2 % presets.len()).filter(|_| plain) {
        Some(preset) => lab.preset(preset.id).unwrap(),
        None => random_config(lab, &mut dice),
    };
    let mut link = Link { config, seed: 1 + index, ..Link::to(lab) };
    let random = (0..24).map(|_| Timed { at: random_instant(span, &mut dice), input: random_input(lab, &mut dice) });
    link.inputs = random.collect();
    if plain {
        link.inputs.retain(|timed| matches!(timed.input, halfopen::lab::Input::Do { .. }));
    }
    link.inputs.sort_by_key(|timed| timed.at);
    link.at = Some(end_within(&link, span, 200_000));
    link
}
