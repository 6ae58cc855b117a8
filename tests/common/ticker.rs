//! A lab made for tests: it ticks from time 0 on, draws at every tick, and has every kind of knob. Whatever goes wrong in
//! links and sessions shows here, without depending on a real lab.

use std::time::Duration;

use halfopen::lab::knob::DocumentError;
use halfopen::lab::record::Level;
use halfopen::lab::scene::{Axis, Line, Stroke};
use halfopen::lab::{
    About, Action, Chart, Config, Diagram, Entrance, Goal, Health, Kind, Knob, Lab, Layout, Preset, Readout, Record,
    Scene, Tone, Unit, View,
};
use halfopen_core::Instant;
use halfopen_core::rng::{Seed, Stream};

pub static TICKERS: &[Entrance] = &[Entrance::to::<Ticker>()];

/// The lab itself: [`TICKERS`] has its entrance.
#[derive(Clone)]
pub struct Ticker {
    config: Config,
    draws: Stream,
    next: Option<Instant>,
    now: Instant,
    sum: u64,
    record: Record,
    level: Level,
}

const ALWAYS: fn(&Config) -> bool = Knob::ALWAYS;

fn check(text: &str) -> Result<(), DocumentError> {
    let wrong = text.find('!').map(|at| DocumentError { at: at..at + 1, message: "“!” is nothing".to_owned() });
    wrong.map_or(Ok(()), Err)
}

const fn knob(id: &'static str, kind: Kind) -> Knob {
    Knob { id, label: id, help: "Does something.", group: "All", kind, matters: ALWAYS }
}

const fn number(unit: Unit, min: i64, max: i64, default: i64) -> Kind {
    Kind::Number { unit, min, max, default, log: false }
}

const fn action(id: &'static str, args: &'static [(i64, i64)]) -> Action {
    Action { id, label: id, help: "Does something.", args, button: args.is_empty(), primary: false, key: None }
}

impl Lab for Ticker {
    const ABOUT: About = About {
        slug: "ticker",
        title: "Ticker",
        summary: "It ticks.",
        claim: |_| "It ticks.".to_owned(),
        knobs: &[
            knob("every", number(Unit::Nanos, 1_000_000, 10_000_000_000, 250_000_000)),
            knob("offset", number(Unit::Count("things"), -5, i64::MAX, 0)),
            knob("share", number(Unit::Permille, 0, 1000, 125)),
            knob("rate", number(Unit::MilliPerSecond, 0, 1_000_000, 0)),
            knob("factor", number(Unit::Milli, 1000, 10_000, 1500)),
            knob("on", Kind::Flag { default: true }),
            knob("what", Kind::Choice { options: &[("one", "One"), ("two", "Two")] }),
            knob("text", Kind::Document { default: "a, b\nc", max_bytes: 4000, check }),
        ],
        presets: &[
            Preset { id: "default", label: "Default", note: "", source: "", set: &[] },
            Preset { id: "other", label: "Other", note: "", source: "", set: &[("every", "1s"), ("share", "5%")] },
        ],
        edits: &[],
        actions: &[action("add", &[(-100, 100), (0, 3)]), action("poke", &[]), action("stop", &[])],
        outlook: |_| Vec::new(),
        conflicts: |_| Vec::new(),
        predictions: &[],
        goals: &[Goal { id: "tick", task: "Tick.", hint: "Wait.", reached: |_, _| true, proof: "" }],
    };

    fn start(config: &Config, seed: Seed) -> Self {
        Self {
            config: config.clone(),
            draws: seed.stream("ticks"),
            next: Some(Instant::ZERO),
            now: Instant::ZERO,
            sum: 0,
            record: Record::new(),
            level: Level::default(),
        }
    }

    fn advance(&mut self, to: Instant) {
        while let Some(at) = self.next.filter(|at| *at <= to) {
            let draw = self.draws.bits();
            self.sum = self.sum.rotate_left(7) ^ draw ^ self.config.number("offset") as u64;
            self.record.event(at, 1, &[self.sum]);
            self.level.set(at, (self.sum % 100) as f64);
            if draw.is_multiple_of(4) {
                self.record.log(at, Tone::Plain, "", format!("It ticked {}.", self.sum % 1000));
            }
            self.record.health(at, if draw.is_multiple_of(3) { Health::Bad } else { Health::Ok });
            self.next = self.config.flag("on").then(|| at + self.config.duration("every"));
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.next
    }

    fn act(&mut self, action: &str, args: &[i64]) {
        let args: Vec<u64> = args.iter().map(|arg| *arg as u64).collect();
        self.sum ^= args.iter().fold(self.sum.rotate_left(3), |sum, arg| sum ^ arg);
        self.record.event(self.now, 2, &args);
        match action {
            "stop" => self.next = None,
            // What an action causes at once happens in the advance that follows it.
            "poke" => self.next = Some(self.now),
            _ => self.record.log(self.now, Tone::Info, "added.", "The reader did it."),
        }
    }

    fn set(&mut self, config: &Config) {
        self.config = config.clone();
        self.record.event(self.now, 3, &[config.number("every") as u64]);
        self.record.log(self.now, Tone::Info, "set.", "The reader turned a knob.");
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        let wide = view.layout == Layout::Wide;
        let (sum, value) = (self.sum as f64, self.sum.to_string());
        Scene {
            diagram: Diagram {
                width: if wide { 1080.0 } else { 340.0 },
                height: 100.0,
                name: "Nothing".to_owned(),
                marks: Vec::new(),
            },
            readouts: vec![Readout { id: "sum", label: "sum", number: Some(sum), value, tone: Tone::Plain }],
            buttons: Vec::new(),
            why: Vec::new(),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        let axis = |label, unit| Axis { label, unit, from: 0.0, to: 100.0 };
        let points = self.level.points(self.now);
        vec![Chart {
            lane: None,
            id: "sum",
            title: "Sum",
            reading: "The sum.".to_owned(),
            x: axis("time", "s"),
            y: axis("sum", ""),
            lines: vec![Line {
                name: "sum".to_owned(),
                tone: Tone::Plain,
                stroke: Stroke::Steps,
                points,
                spread: Vec::new(),
            }],
            limits: Vec::new(),
            bands: Vec::new(),
            summary: "It ticks.".to_owned(),
        }]
    }
}

/// How long a tick takes at the defaults.
pub const TICK: Duration = Duration::from_millis(250);
