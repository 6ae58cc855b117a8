//! Circuit breaker: a thin first version that proves the contract from table to picture.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

use crate::lab::record::{Level, Tally};
use crate::lab::scene::*;
use crate::lab::{self, About, Action, Config, Fact, Kind, Knob, Preset, Record, Unit};

const LATENCY: Duration = Duration::from_millis(600);

/// A caller, a breaker and a backend.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    threshold: u32,
    open_for: Duration,
    broken: bool,
    failures: u32,
    opened: Option<Instant>,
    sent: u32,
    calls: Vec<(Instant, bool)>,
    turned: Vec<Instant>,
    record: Record,
    row: Level,
    outcomes: Tally,
}

impl lab::Lab for Lab {
    const ABOUT: About = About {
        slug: "circuit-breaker",
        title: "Circuit breaker",
        summary: "Click to send requests through a circuit breaker and watch it trip, probe and close.",
        claim: |config| {
            format!(
                "After {} failures in a row it stops asking, answers for itself, and lets one request through {} later to see whether the backend is well again.",
                config.show("threshold"),
                config.show("open_for")
            )
        },
        knobs: &[
            Knob {
                id: "threshold",
                label: "Failures to open",
                help: "So many failures in a row open the breaker.",
                group: "Settings",
                kind: Kind::Number { unit: Unit::Count("failures"), min: 1, max: 100, default: 3, log: true },
                matters: Knob::ALWAYS,
            },
            Knob {
                id: "open_for",
                label: "Stays open for",
                help: "So long nobody is let through; then one probe may.",
                group: "Settings",
                kind: Kind::Number { unit: Unit::Nanos, min: 1_000_000, max: 600_000_000_000, default: 5_000_000_000, log: true },
                matters: Knob::ALWAYS,
            },
        ],
        presets: &[Preset { id: "default", label: "3 in a row", note: "", source: "", set: &[] }],
        actions: &[
            Action { id: "send", label: "Send request", help: "Sends one request.", args: &[], button: true, primary: true, key: Some('s') },
            Action { id: "toggle", label: "Break the backend", help: "Every call fails from now on, or no more.", args: &[], button: true, primary: false, key: Some('b') },
        ],
        outlook: |_| vec![Fact { label: "Example".into(), value: "1".into(), because: "to be computed".into() }],
        conflicts: |_| Vec::new(),
        predictions: &[],
        goals: &[],
    };

    fn start(config: &Config, _seed: Seed) -> Self {
        let mut lab = Self {
            now: Instant::ZERO,
            threshold: 0,
            open_for: Duration::ZERO,
            broken: false,
            failures: 0,
            opened: None,
            sent: 0,
            calls: Vec::new(),
            turned: Vec::new(),
            record: Record::new(),
            row: Level::default(),
            outcomes: Tally::new(Duration::from_millis(500)),
        };
        lab::Lab::set(&mut lab, config);
        lab.row.set(Instant::ZERO, 0.0);
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((sent, ok)) = self.calls.first().copied().filter(|call| call.0 + LATENCY <= to) {
            self.calls.remove(0);
            let at = sent + LATENCY;
            self.record.event(at, 1, &[u64::from(ok)]);
            self.outcomes.add(at, 1);
            if ok {
                self.failures = 0;
                if self.opened.take().is_some() {
                    self.record.log(at, Tone::Ok, "● closed.", "The probe was answered.");
                } else {
                    self.record.log(at, Tone::Plain, "", "Answered.");
                }
                self.record.health(at, lab::Health::Ok);
            } else {
                self.failures += 1;
                self.record.log(at, Tone::Plain, "", "Failed: the backend answered 500.");
                if self.failures >= self.threshold {
                    self.opened = Some(at);
                    self.record.log(at, Tone::Bad, "▲ open.", format!("{} failures in a row; the threshold is {}.", self.failures, self.threshold));
                    self.record.health(at, lab::Health::Bad);
                }
            }
            self.row.set(at, f64::from(self.failures));
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.calls.first().map(|call| call.0 + LATENCY)
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "send" if self.opened.is_some_and(|at| self.now < at + self.open_for) => {
                self.sent += 1;
                self.turned.push(self.now);
                self.record.log(self.now, Tone::Plain, "", "Turned away without calling the backend.");
            }
            "send" => {
                self.sent += 1;
                self.calls.push((self.now, !self.broken));
            }
            _ => self.broken = !self.broken,
        }
    }

    fn set(&mut self, config: &Config) {
        self.threshold = config.small("threshold");
        self.open_for = config.duration("open_for");
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn scene(&self, view: View) -> Scene {
        let wide = view.layout == Layout::Wide;
        let at = |x: f32, y: f32| if wide { Point { x, y } } else { Point { x: 170.0, y: x * 0.36 } };
        let wait = self.opened.map(|at| (at + self.open_for).since(self.now));
        let (tone, blade, word) = match wait {
            None => (Tone::Ok, Blade::Closed, "● closed"),
            Some(Duration::ZERO) => (Tone::Half, Blade::HalfOpen, "◐ may probe"),
            Some(_) => (Tone::Bad, Blade::Open, "▲ open"),
        };
        let node = |x: f32| if wide { Area { x, y: 100.0, w: 150.0, h: 100.0 } } else { Area { x: 95.0, y: x * 0.36, w: 150.0, h: 56.0 } };
        let mut marks = vec![
            Mark::new("wire-in", Shape::Wire { path: vec![at(210.0, 150.0), at(452.0, 150.0)], cut: false }, Tone::Plain, "", ""),
            Mark::new("wire-out", Shape::Wire { path: vec![at(628.0, 150.0), at(846.0, 150.0)], cut: false }, Tone::Plain, "", ""),
            Mark::new("caller", Shape::Node { at: node(60.0) }, Tone::Plain, "Caller", format!("{} sent", self.sent)).with("send", &[], "Send request"),
            Mark::new(
                "breaker",
                Shape::Switch {
                    at: at(540.0, 150.0),
                    radius: if wide { 98.0 } else { 70.0 },
                    blade,
                    ring: wait.map(|left| (left.as_secs_f64() / self.open_for.as_secs_f64().max(1e-9)) as f32),
                    upright: !wide,
                },
                tone,
                word,
                wait.map_or(String::new(), |left| format!("may probe in {}", lab::text::about(left))),
            ),
            Mark::new("pips", Shape::Pips { at: if wide { Point { x: 520.0, y: 272.0 } } else { Point { x: 276.0, y: 190.0 } }, filled: self.failures.min(self.threshold), of: self.threshold, upright: !wide }, tone, format!("{} of {} failures in a row", self.failures, self.threshold), ""),
            Mark::new("backend", Shape::Node { at: node(860.0) }, if self.broken { Tone::Bad } else { Tone::Plain }, "Backend", if self.broken { "✕ failing every call" } else { "✓ answering" }).with("toggle", &[], if self.broken { "Heal the backend" } else { "Break the backend" }),
        ];
        for (number, (sent, ok)) in self.calls.iter().enumerate() {
            let share = (self.now.since(*sent).as_secs_f64() / LATENCY.as_secs_f64()) as f32;
            let there = at(210.0, 150.0).toward(at(846.0, 150.0), 1.0 - (2.0 * share - 1.0).abs());
            marks.push(Mark::new(format!("call-{number}"), Shape::Token { at: there, sign: if share < 0.5 { Sign::None } else if *ok { Sign::Tick } else { Sign::Cross } }, Tone::Info, "", ""));
        }
        for (number, turned) in self.turned.iter().enumerate() {
            let fresh = 1.0 - (self.now.since(*turned).as_secs_f64() / view.glance.as_secs_f64()) as f32;
            if fresh > 0.0 {
                marks.push(Mark::new(format!("turned-{number}"), Shape::Arc { from: at(400.0, 130.0), to: at(284.0, 130.0), bulge: -30.0, fresh }, Tone::Bad, "turned away at once", ""));
            }
        }
        Scene {
            diagram: Diagram { width: if wide { 1080.0 } else { 340.0 }, height: if wide { 300.0 } else { 400.0 }, name: format!("Caller, breaker ({word}), backend"), marks },
            readouts: vec![
                Readout { id: "requests", label: "requests", number: Some(f64::from(self.sent)), value: self.sent.to_string(), tone: Tone::Plain },
                Readout { id: "row", label: "failures in a row", number: Some(f64::from(self.failures)), value: self.failures.to_string(), tone: Tone::Plain },
            ],
            buttons: vec![Button { action: "toggle", sends: "toggle", label: if self.broken { "Backend is broken · heal" } else { "Break the backend" }.into(), pressed: Some(self.broken), enabled: true }],
            why: vec![Why { rule: "opens when failures in a row ≥ threshold".into(), now: format!("{} ≥ {}", self.failures, self.threshold) }],
        }
    }

    fn charts(&self) -> Vec<Chart> {
        let to = self.now.as_secs_f64().max(10.0);
        vec![Chart {
            id: "state",
            title: "State and failures in a row",
            reading: "The line counts failures in a row; the band below shows the state.".into(),
            x: Axis { label: "time", unit: "s", from: 0.0, to },
            y: Axis { label: "failures in a row", unit: "", from: 0.0, to: f64::from(self.threshold + 1) },
            lines: vec![Line { name: "failures in a row".into(), tone: Tone::Plain, stroke: Stroke::Steps, points: self.row.points(self.now) }],
            limits: vec![Limit { at: f64::from(self.threshold), label: format!("threshold {}", self.threshold), tone: Tone::Bad }],
            bands: vec![Band { from: 0.0, to: self.now.as_secs_f64(), tone: Tone::Ok, label: "closed" }],
            summary: format!("{} failures in a row now.", self.failures),
        }]
    }
}
