//! Runs as tables: what each preset of each lab makes of the same story. A reviewer reads here what a change does.
//!
//! Links and their hashes are in `replay.rs`; this is for people. `INSTA_UPDATE=always cargo test --test traces` takes
//! over a change that is meant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;

use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;

/// A story per lab: traffic, an outage, a recovery.
const STORIES: &[(&str, &str)] = &[
    ("circuit-breaker", "rate=20/s&do=5:break,20:heal,40:slow,50:heal&t=100s"),
    ("cascade", "do=20:heal&t=40s"),
    ("backoff", "breaker=each_attempt&do=30:heal,40:reroll&t=60s"),
    ("retry-storm", "do=5:start,10:end&t=60s"),
    ("bulkhead", "do=5:slow,20:usual,40:burst&t=45s"),
    ("timeouts", "do=0:send,35:fix,36:send,45:heal,46:send&t=60s"),
    ("fallback", "do=5:break_price,12:break_stock,40:heal_all,45:load&t=50s"),
    ("idempotency", "do=0:pay,6:twice,10:retry,14:other_amount&t=20s"),
    ("limits", "do=5:double,10:burst,15:set:permits:150,20:halve&t=30s"),
];

#[test]
fn presets_tell_their_story() {
    for lab in LABS {
        let slug = lab.about.slug;
        let Some((_, story)) = STORIES.iter().find(|story| story.0 == slug) else {
            println!("{slug} has no story yet: a line in STORIES and a snapshot would show what a change does to it");
            continue;
        };
        let mut told = String::new();
        for preset in lab.about.presets {
            let (Target::Lab(link), notices) = link::read(&format!("#/{slug}?preset={}&{story}", preset.id), LABS)
            else {
                panic!("{slug} is a lab")
            };
            assert_eq!(notices, []);
            let mut session = Session::open(&link);
            session.seek(link.at.expect("a story ends"));
            writeln!(told, "== {}: {}", preset.id, (lab.about.claim)(&link.config)).unwrap();
            for entry in session.record().entries() {
                writeln!(told, "{:>9.3} s  {}", entry.at.as_secs_f64(), entry.sentence()).unwrap();
            }
            for readout in session.scene(Default::default()).readouts {
                write!(told, "{} {}, ", readout.id, readout.value).unwrap();
            }
            writeln!(told, "trace {:016x}\n", session.record().trace().hash()).unwrap();
        }
        insta::assert_snapshot!(format!("story-{slug}"), told);
    }
}
