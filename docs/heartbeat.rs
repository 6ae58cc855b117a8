//! Heartbeat: a node says that it is alive, and a watcher believes it until too many beats in a row are missing.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::{Seed, Stream};

use crate::lab::record::{Health, Level};
use crate::lab::scene::{Area, Axis, Limit, Line, Point, Stroke};
use crate::lab::{
    self, About, Action, Chart, Config, Diagram, Kind, Knob, Layout, Mark, Preset, Readout, Record, Scene, Shape, Tone,
    Unit, View, text,
};

/// A node and its watcher.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    due: Instant,
    every: Duration,
    lost: u32,
    limit: u32,
    losses: Stream,
    crashed: bool,
    missing: u32,
    suspected: bool,
    along: Level,
    record: Record,
}

impl lab::Lab for Lab {
    const ABOUT: About = About {
        slug: "heartbeat",
        title: "Heartbeat",
        summary: "A watcher tells a dead node from an unlucky one, or not.",
        claim: |config| {
            let limit = config.small("limit");
            let beats = text::counted(limit.into(), "missing heartbeat", "missing heartbeats in a row");
            let silence = text::about(config.duration("every") * limit);
            format!("After {beats}, which takes about {silence}, the watcher takes the node for dead.")
        },
        knobs: &[
            Knob {
                id: "every",
                label: "A beat every",
                help: "The time between two heartbeats.",
                group: "Settings",
                kind: Kind::Number {
                    unit: Unit::Nanos,
                    min: 10_000_000,
                    max: 60_000_000_000,
                    default: 1_000_000_000,
                    log: true,
                },
                matters: Knob::ALWAYS,
            },
            Knob {
                id: "limit",
                label: "Missing beats to suspect",
                help: "So many missing in a row make the watcher suspect the node.",
                group: "Settings",
                kind: Kind::Number { unit: Unit::Count("beats"), min: 1, max: 20, default: 3, log: false },
                matters: Knob::ALWAYS,
            },
            Knob {
                id: "lost",
                label: "Lost on the way",
                help: "The share of heartbeats that the network loses.",
                group: "Settings",
                kind: Kind::Number { unit: Unit::Permille, min: 0, max: 1000, default: 200, log: false },
                matters: Knob::ALWAYS,
            },
        ],
        presets: &[
            Preset { id: "default", label: "3 missing", note: "", source: "", set: &[] },
            Preset { id: "hasty", label: "1 missing", note: "", source: "", set: &[("limit", "1")] },
        ],
        edits: &[],
        actions: &[
            Action {
                id: "crash",
                label: "Crash the node",
                help: "It sends no more heartbeats.",
                args: &[],
                button: true,
                primary: true,
                key: Some('c'),
            },
            Action {
                id: "restart",
                label: "Restart the node",
                help: "It sends heartbeats again.",
                args: &[],
                button: true,
                primary: false,
                key: Some('r'),
            },
        ],
        outlook: |_| Vec::new(),
        conflicts: |_| Vec::new(),
        predictions: &[],
        goals: &[],
    };

    fn start(config: &Config, seed: Seed) -> Self {
        let mut lab = Self {
            now: Instant::ZERO,
            due: Instant::ZERO + config.duration("every"),
            every: Duration::ZERO,
            lost: 0,
            limit: 0,
            losses: seed.stream("losses"),
            crashed: false,
            missing: 0,
            suspected: false,
            along: Level::default(),
            record: Record::new(),
        };
        lab.along.set(Instant::ZERO, 0.0);
        lab::Lab::set(&mut lab, config);
        lab
    }

    fn advance(&mut self, to: Instant) {
        while self.due <= to {
            self.now = self.due;
            self.due = self.now + self.every;
            self.beat();
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        let crashed = action == "crash";
        if self.crashed != crashed {
            self.crashed = crashed;
            self.record.event(self.now, 2, &[u64::from(crashed)]);
            let said = if crashed { "You crashed the node." } else { "You restarted the node." };
            self.record.log(self.now, Tone::Plain, "", said);
        }
    }

    fn set(&mut self, config: &Config) {
        self.every = config.duration("every");
        self.lost = config.small("lost");
        self.limit = config.small("limit");
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        let (width, height, from, to) = match view.layout {
            Layout::Wide => (1080.0, 150.0, Point { x: 40.0, y: 30.0 }, Point { x: 820.0, y: 30.0 }),
            Layout::Narrow => (340.0, 290.0, Point { x: 60.0, y: 20.0 }, Point { x: 60.0, y: 180.0 }),
        };
        let place = |Point { x, y }| Area { x, y, w: 220.0, h: 90.0 };
        let path = match view.layout {
            Layout::Wide => vec![Point { x: 260.0, y: 75.0 }, Point { x: 820.0, y: 75.0 }],
            Layout::Narrow => vec![Point { x: 170.0, y: 110.0 }, Point { x: 170.0, y: 180.0 }],
        };
        let alive = if self.crashed { "✕ crashed" } else { "✓ alive" };
        let (tone, belief) =
            if self.suspected { (Tone::Bad, "▲ suspects it") } else { (Tone::Ok, "● believes it alive") };
        let (action, label) = if self.crashed { ("restart", "Restart the node") } else { ("crash", "Crash the node") };
        let wire = Mark::new("wire", Shape::Wire { path, cut: self.crashed }, Tone::Plain, "", "");
        let node = Mark::new("node", Shape::Node { at: place(from) }, Tone::Plain, "Node", alive);
        let watcher = Mark::new("watcher", Shape::Node { at: place(to) }, tone, "Watcher", belief);
        let name = "A node that sends heartbeats to a watcher".to_owned();
        Scene {
            diagram: Diagram { width, height, name, marks: vec![wire, node.with(action, &[], label), watcher] },
            readouts: vec![Readout {
                id: "missing",
                label: "missing in a row",
                number: Some(f64::from(self.missing)),
                value: self.missing.to_string(),
                tone,
            }],
            buttons: Vec::new(),
            why: Vec::new(),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        let points = self.along.points(self.now);
        let most = points.iter().map(|point| point.1).fold(f64::from(self.limit), f64::max);
        vec![Chart {
            lane: None,
            id: "missing",
            title: "Heartbeats missing in a row",
            reading: "At the dashed line the watcher suspects the node.".to_owned(),
            x: Axis { label: "time", unit: "s", from: 0.0, to: self.now.as_secs_f64().max(10.0) },
            y: Axis { label: "missing", unit: "", from: 0.0, to: most + 1.0 },
            lines: vec![Line {
                name: "missing".to_owned(),
                tone: Tone::Plain,
                stroke: Stroke::Steps,
                points,
                spread: Vec::new(),
            }],
            limits: vec![Limit { at: f64::from(self.limit), label: "suspects".to_owned(), tone: Tone::Bad }],
            bands: Vec::new(),
            summary: format!("{} missing in a row now; the limit is {}.", self.missing, self.limit),
        }]
    }
}

impl Lab {
    fn beat(&mut self) {
        // Drawn even when nothing is sent, so that a crash shifts no later draw.
        let lost = self.losses.chance_permille(self.lost);
        let arrived = !self.crashed && !lost;
        self.record.event(self.now, 1, &[u64::from(arrived)]);
        self.missing = if arrived { 0 } else { self.missing.saturating_add(1) };
        self.along.set(self.now, f64::from(self.missing));
        if arrived && self.suspected {
            self.record.log(self.now, Tone::Ok, "● trusted again.", "A heartbeat arrived.");
        } else if self.missing >= self.limit && !self.suspected {
            let truth = if self.crashed { "It has crashed." } else { "It is alive: the network lost them." };
            let beats = text::counted(self.missing.into(), "heartbeat is", "heartbeats in a row are");
            let said = format!("{beats} missing; the limit is {}. {truth}", self.limit);
            self.record.log(self.now, Tone::Bad, "▲ suspected.", said);
        }
        self.suspected = !arrived && (self.suspected || self.missing >= self.limit);
        self.record.health(self.now, if self.suspected { Health::Bad } else { Health::Ok });
    }
}
