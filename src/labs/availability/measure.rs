//! What is measured while time passes: how often the whole was down, how sure that is, and when each part was.

use std::time::Duration;

use halfopen_core::Instant;

use super::TICK;
use super::clock::{Date, seconds};
use super::plant::Plant;
use super::setup::Setup;
use crate::lab::mean::Mean;

/// Stretches that a measured mean is taken over: twice as many, then half of them.
const STRETCHES: usize = 32;
/// Points of the curve: twice as many, then half.
const CURVE: usize = 150;
/// Parts whose outages are shown.
const SHOWN: usize = 10;
/// Stretches of a strip: twice as many, then half.
const STRIP: usize = 120;

/// How often the whole was down, as long as nothing was held down by hand.
#[derive(Clone)]
pub(super) struct Measure {
    since: Instant,
    /// Downtime and length of all whole stretches, in seconds, and how many looks each takes.
    stretches: Vec<(f64, f64)>,
    looks: u32,
    /// The one under way.
    current: (f64, f64),
    taken: u32,
    /// At the last look.
    last: (Date, f64),
    held: bool,
    sum: (f64, f64),
    /// Years measured, the share down, and its margin.
    curve: Vec<(f64, f64, f64)>,
    every: u32,
    skipped: u32,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    /// The share of time down.
    pub(super) down: f64,
    /// Half the 95 % interval; infinite where nothing can be said of it yet.
    pub(super) margin: f64,
    /// Over so many seconds.
    pub(super) seconds: f64,
}

impl Measure {
    /// Begins, when the whole has been down for so long.
    pub(super) fn new(since: Instant, downtime: Date) -> Self {
        Self {
            since,
            stretches: Vec::new(),
            looks: 1,
            current: (0.0, 0.0),
            taken: 0,
            last: (downtime, f64::NAN),
            held: false,
            sum: (0.0, 0.0),
            curve: Vec::new(),
            every: 1,
            skipped: 0,
        }
    }

    /// A look: the downtime so far, the date in seconds, and whether the reader holds something down.
    pub(super) fn look(&mut self, now: Instant, downtime: Date, date: f64, held: bool) {
        let (was_down, was_then) = std::mem::replace(&mut self.last, (downtime, date));
        let was_held = std::mem::replace(&mut self.held, held);
        if held || was_held || was_then.is_nan() || now.since(self.since) < TICK {
            return;
        }
        let (down, passed) = (seconds(downtime.saturating_sub(was_down)), date - was_then);
        self.sum = (self.sum.0 + down, self.sum.1 + passed);
        self.current = (self.current.0 + down, self.current.1 + passed);
        self.taken += 1;
        if self.taken >= self.looks {
            self.stretches.push(std::mem::take(&mut self.current));
            self.taken = 0;
            if self.stretches.len() >= 2 * STRETCHES {
                let both =
                    |pair: &[(f64, f64)]| pair.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
                self.stretches = self.stretches.chunks(2).map(both).collect();
                self.looks *= 2;
            }
        }
        self.skipped += 1;
        if self.skipped >= self.every
            && let Some(measured) = self.measured()
        {
            self.skipped = 0;
            self.curve.push((measured.seconds / 31_536_000.0, measured.down, measured.margin));
            if self.curve.len() >= 2 * CURVE {
                self.curve = self.curve.chunks(2).filter_map(|pair| pair.last().copied()).collect();
                self.every *= 2;
            }
        }
    }

    /// What it comes to, as soon as there is something. The margin is that of the mean of equal stretches, at least so many
    /// that each is long against an outage.
    pub(super) fn measured(&self) -> Option<Measured> {
        let (down, passed) = self.sum;
        if passed <= 0.0 {
            return None;
        }
        let shares: Vec<f64> =
            self.stretches.iter().filter(|stretch| stretch.1 > 0.0).map(|stretch| stretch.0 / stretch.1).collect();
        // Of few outages nobody knows how many there will be.
        let enough = shares.len() >= STRETCHES / 2 && shares.iter().filter(|share| **share > 0.0).count() >= 4;
        let margin = if enough { Mean::of(&shares).map_or(f64::INFINITY, |mean| mean.margin) } else { f64::INFINITY };
        Some(Measured { down: down / passed, margin, seconds: passed })
    }

    /// How it closed in.
    pub(super) fn curve(&self) -> &[(f64, f64, f64)] {
        &self.curve
    }
}

/// When the whole and some parts were down, in equal stretches since the beginning.
#[derive(Clone)]
pub(super) struct Strips {
    /// The parts that cost most, and the whole (`None`).
    pub(super) rows: Vec<Strip>,
    looks: u32,
    taken: u32,
    /// When the first stretch began, in time of the run, and the one under way.
    pub(super) begun: Instant,
    since: Date,
}

/// The outages of one.
#[derive(Clone)]
pub(super) struct Strip {
    pub(super) part: Option<usize>,
    /// The share of each stretch that it was down.
    pub(super) down: Vec<f64>,
    /// Its downtime when the stretch under way began.
    before: Date,
}

impl Strips {
    pub(super) fn new(setup: &Setup, plant: &Plant, begun: Instant, since: Date) -> Self {
        let mut parts = setup.costliest().to_vec();
        parts.retain(|part| *part < plant.own);
        parts.truncate(SHOWN);
        // In the order of the text, as they stand in the picture.
        parts.sort_unstable();
        let causes = (plant.own..plant.parts.len()).take(3);
        let strip = |part| Strip { part, down: Vec::new(), before: 0 };
        let parts = parts.into_iter().chain(causes).map(Some);
        let mut rows: Vec<Strip> = parts.map(strip).collect();
        rows.push(strip(None));
        Self { rows, looks: 1, taken: 0, begun, since }
    }

    /// A look.
    pub(super) fn look(&mut self, plant: &Plant, date: Date) {
        self.taken += 1;
        if self.taken < self.looks {
            return;
        }
        self.taken = 0;
        let passed = seconds(date.saturating_sub(std::mem::replace(&mut self.since, date)));
        for row in &mut self.rows {
            let downtime = row.part.map_or_else(|| plant.downtime(date), |part| plant.part_downtime(part, date));
            let down = seconds(downtime.saturating_sub(std::mem::replace(&mut row.before, downtime)));
            row.down.push(if passed > 0.0 { (down / passed).min(1.0) } else { 0.0 });
        }
        if self.rows.first().is_some_and(|row| row.down.len() >= 2 * STRIP) {
            for row in &mut self.rows {
                row.down = row.down.chunks(2).map(|pair| pair.iter().sum::<f64>() / pair.len() as f64).collect();
            }
            self.looks *= 2;
        }
    }

    /// How long a stretch is, in time of the run.
    pub(super) fn width(&self) -> Duration {
        TICK * self.looks
    }
}
