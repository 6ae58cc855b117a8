//! What the native tests share: random configurations and inputs out of a list of numbers, which proptest can shrink.
#![allow(dead_code, reason = "every test file uses its part")]
#![allow(unreachable_pub, missing_docs, reason = "no library: used by the test file alone")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub mod invariants;
pub mod replays;
pub mod ticker;

use halfopen::lab::link::{self, Link, Target};
use halfopen::lab::{Config, Entrance, Input, Kind, Knob, Lane, Lanes, Layout, Record, Timed, Value, View};
use halfopen::labs::LABS;
use halfopen::session::Session;
use halfopen_core::Instant;
use halfopen_core::rng::Seed;
use proptest::prelude::*;

/// Events after which a random run has gone far enough: what is under test does not depend on the length.
const EVENTS_ENOUGH: u64 = 20_000;

/// Chance out of a list: 0 when it is used up, so that a shorter list is a simpler case.
pub struct Dice(std::vec::IntoIter<u64>);

impl Dice {
    pub fn new(numbers: Vec<u64>) -> Self {
        Self(numbers.into_iter())
    }

    /// The same numbers every time.
    pub fn seeded(name: &str, index: u64) -> Self {
        let mut stream = Seed(index).stream(name);
        Self::new((0..400).map(|_| stream.bits()).collect())
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.next().unwrap_or(0) % bound.max(1)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        // Zero, which is what is simple, must be "no".
        self.below(n) == n - 1
    }

    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let span = (i128::from(max) - i128::from(min) + 1) as u128;
        (i128::from(min) + (u128::from(self.0.next().unwrap_or(0)) % span) as i128) as i64
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len() as u64) as usize)
    }
}

/// The numbers that [`Dice`] are made of.
pub fn numbers() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>(), 0..400)
}

/// So many cases, or as many as `PROPTEST_CASES` says, and no file for the failed ones: the shrunk list is in the message.
pub fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|said| said.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

pub fn random_value(knob: &Knob, dice: &mut Dice) -> Value {
    match &knob.kind {
        Kind::Number { min, max, default, .. } => Value::Number(match dice.below(6) {
            0 => *default,
            1 => *min,
            2 => *max,
            3 => dice.between(*min, *max),
            // Near the default, and anywhere on a logarithmic scale: uniform numbers are nearly all large.
            4 => default.saturating_add(dice.between(-3, 3)).clamp(*min, *max),
            _ => min.saturating_add(max.saturating_sub(*min) >> dice.below(63)),
        }),
        Kind::Choice { options } => Value::Choice(dice.below(options.len() as u64) as usize),
        Kind::Flag { .. } => Value::Flag(dice.below(2) == 1),
        Kind::Document { .. } => knob.default_value(),
    }
}

pub fn random_config(lab: &Entrance, dice: &mut Dice) -> Config {
    let preset = dice.pick(lab.about.presets).unwrap();
    let mut config = lab.preset(preset.id).unwrap();
    for knob in lab.about.knobs {
        if dice.one_in(4) {
            assert!(config.set(knob.id, random_value(knob, dice)), "{}", knob.id);
        }
    }
    config
}

pub fn random_input(lab: &Entrance, dice: &mut Dice) -> Input {
    if dice.one_in(5)
        && let Some(knob) = dice.pick(lab.about.knobs)
    {
        return Input::Set { lanes: Lanes::Both, knob: knob.id, value: random_value(knob, dice) };
    }
    let action = dice.pick(lab.about.actions).unwrap();
    Input::Do { action: action.id, args: action.args.iter().map(|(min, max)| dice.between(*min, *max)).collect() }
}

/// An instant up to `span`: on the millisecond as a page makes them, on the second, or anywhere.
pub fn random_instant(span: Instant, dice: &mut Dice) -> Instant {
    let nanos = dice.below(span.as_nanos() + 1);
    let grain = match dice.below(4) {
        0 | 1 => 1_000_000,
        2 => 1_000_000_000,
        _ => 1,
    };
    Instant::from_nanos(nanos / grain * grain)
}

pub fn random_link(lab: &'static Entrance, span: Instant, dice: &mut Dice) -> Link {
    let mut link = Link { config: random_config(lab, dice), seed: dice.below(u64::MAX), ..Link::to(lab) };
    link.inputs =
        (0..dice.below(16)).map(|_| Timed { at: random_instant(span, dice), input: random_input(lab, dice) }).collect();
    link.inputs.sort_by_key(|timed| timed.at);
    if dice.one_in(3) {
        compare(&mut link, dice);
    }
    link
}

/// Gives the link a second lane that differs in a few knobs, and knobs that are turned in one lane only.
pub fn compare(link: &mut Link, dice: &mut Dice) {
    let mut b = link.config.clone();
    for _ in 0..dice.below(3) {
        let knob = dice.pick(link.lab.about.knobs).unwrap();
        assert!(b.set(knob.id, random_value(knob, dice)), "{}", knob.id);
    }
    link.b = Some(b);
    for timed in &mut link.inputs {
        if let Input::Set { lanes, .. } = &mut timed.input {
            *lanes = *dice.pick(&[Lanes::Both, Lanes::Only(Lane::A), Lanes::Only(Lane::B)]).unwrap();
        }
    }
}

/// How far to run this link: `span`, or less when very much happens.
pub fn end(link: &Link, span: Instant) -> Instant {
    end_within(link, span, EVENTS_ENOUGH)
}

/// How far to run this link: `span`, or until so many events have happened.
pub fn end_within(link: &Link, span: Instant, events: u64) -> Instant {
    let mut session = Session::open(link);
    while session.now() < span && session.record().trace().events() < events {
        session.advance((session.now() + core::time::Duration::from_millis(20)).min(span));
    }
    session.now()
}

/// A session of this link, played to `to` in one go.
pub fn played(link: &Link, to: Instant) -> Session {
    let mut session = Session::open(link);
    session.seek(to);
    session
}

/// The link that a text leads to, which must have nothing wrong with it.
pub fn read(text: &str) -> Link {
    let (target, notices) = link::read(text, LABS);
    assert_eq!(notices, [], "{text}");
    let Target::Lab(link) = target else { panic!("{text} leads to no lab") };
    link
}

/// The lab whose knobs `threshold` and `open_for` and whose action `send` tests may name.
pub fn breaker() -> &'static Entrance {
    halfopen::labs::find("circuit-breaker").unwrap()
}

pub const VIEWS: [Layout; 2] = [Layout::Wide, Layout::Narrow];

pub fn view(layout: Layout) -> View {
    View { layout, ..View::default() }
}

/// Everything that can be seen of two sessions is the same.
pub fn assert_same(a: &Session, b: &Session, what: &str) {
    assert_eq!(a.now(), b.now(), "{what}: playhead");
    assert_eq!(a.inputs(), b.inputs(), "{what}: inputs");
    assert_eq!(a.config(), b.config(), "{what}: knobs at the beginning");
    assert_eq!(a.config_now(), b.config_now(), "{what}: knobs now");
    assert_eq!(a.is_comparing(), b.is_comparing(), "{what}: lanes");
    for lane in Lane::ALL {
        assert_same_lane((a, lane), (b, lane), what);
    }
}

/// Everything that can be seen of a lane of one session and of a lane of another is the same.
pub fn assert_same_lane((a, in_a): (&Session, Lane), (b, in_b): (&Session, Lane), what: &str) {
    assert_eq!(a.config_now_of(in_a), b.config_now_of(in_b), "{what}: knobs of the lane");
    assert_record_is(a.record_of(in_a), b.record_of(in_b), what);
    for layout in VIEWS {
        // An axis of time is as long as the longer lane beside it needs.
        let view = View { reach: a.reach().max(b.reach()), ..view(layout) };
        assert_eq!(a.scene_of(in_a, view), b.scene_of(in_b, view), "{what}: scene");
    }
    assert_eq!(a.charts_of(in_a), b.charts_of(in_b), "{what}: charts");
    assert_eq!(a.tables_of(in_a), b.tables_of(in_b), "{what}: tables");
}

/// Log, health and trace of two sessions are the same.
pub fn assert_same_record(a: &Session, b: &Session, what: &str) {
    assert_record_is(a.record(), b.record(), what);
}

fn assert_record_is(a: &Record, b: &Record, what: &str) {
    assert!(a.entries().eq(b.entries()), "{what}: log\n{:#?}\n{:#?}", texts(a), texts(b));
    assert_eq!(a.logged(), b.logged(), "{what}: entries");
    assert_eq!(a.healths(), b.healths(), "{what}: health");
    assert_eq!(a.trace().events(), b.trace().events(), "{what}: events");
    assert_eq!(a.trace().hash(), b.trace().hash(), "{what}: trace");
}

fn texts(record: &Record) -> Vec<String> {
    record.entries().map(|entry| format!("{} {}", entry.at, entry.sentence())).collect()
}
