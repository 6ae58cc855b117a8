//! What is counted, a tenth of a second at a time, and what state that amounts to.

use std::time::Duration;

use halfopen_core::Instant;

use super::setup::Setup;
use crate::lab::Tone;
use crate::lab::record::{Health, Level, Tally};

/// How long a bucket is.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// Buckets that a second has, over which rates are told.
const SECOND: usize = 10;
/// So many looks a new state must last before it is told.
const LASTING: u32 = 3;
/// States that the charts' band remembers before it is made coarser.
const PHASES_MAX: usize = 1_000;

/// What happened in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) offered: u32,
    pub(super) admitted: u32,
    pub(super) rejected: u32,
    pub(super) copies: u32,
    pub(super) good: u32,
    pub(super) late: u32,
    pub(super) failed: u32,
    pub(super) wasted: u32,
}

impl Bucket {
    fn and(self, other: &Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            admitted: self.admitted + other.admitted,
            rejected: self.rejected + other.rejected,
            copies: self.copies + other.copies,
            good: self.good + other.good,
            late: self.late + other.late,
            failed: self.failed + other.failed,
            wasted: self.wasted + other.wasted,
        }
    }
}

/// The last second, and the whole run ever coarser.
#[derive(Clone)]
pub(super) struct Rates {
    ring: [Bucket; SECOND],
    ticks: usize,
    pub(super) offered: Tally,
    pub(super) admitted: Tally,
    pub(super) good: Tally,
    pub(super) wasted: Tally,
}

impl Default for Rates {
    fn default() -> Self {
        let tally = || Tally::new(TICK);
        Self { ring: Default::default(), ticks: 0, offered: tally(), admitted: tally(), good: tally(), wasted: tally() }
    }
}

impl Rates {
    pub(super) fn next(&mut self, now: Instant, bucket: Bucket) {
        let began = Instant::ZERO + now.since(Instant::ZERO + TICK);
        for (tally, times) in [
            (&mut self.offered, bucket.offered),
            (&mut self.admitted, bucket.admitted),
            (&mut self.good, bucket.good),
            (&mut self.wasted, bucket.wasted),
        ] {
            tally.add(began, times);
        }
        if let Some(slot) = self.ring.get_mut(self.ticks % SECOND) {
            *slot = bucket;
        }
        self.ticks += 1;
    }

    /// The last second, and how long it was so far, in seconds.
    pub(super) fn last(&self) -> (Bucket, f64) {
        let sum = self.ring.iter().fold(Bucket::default(), Bucket::and);
        (sum, self.ticks.clamp(1, SECOND) as f64 / SECOND as f64)
    }

    /// What of the last second this is, as a rate.
    pub(super) fn rate(&self, part: impl Fn(&Bucket) -> u32) -> f64 {
        let (second, seconds) = self.last();
        f64::from(part(&second)) / seconds
    }
}

/// How things stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Healthy,
    /// Some are turned away, and those let in are answered in time.
    Shedding,
    /// More than one in twenty of those let in are not.
    Overloaded,
    /// Most work is for callers who have gone.
    Collapsed,
}

impl Phase {
    /// Its word with its sign, the same wherever it is told.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "● healthy",
            Self::Shedding => "◐ shedding",
            Self::Overloaded => "▲ overloaded",
            Self::Collapsed => "■ collapsed",
        }
    }

    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Healthy => Tone::Ok,
            Self::Shedding => Tone::Half,
            Self::Overloaded | Self::Collapsed => Tone::Bad,
        }
    }

    pub(super) const fn health(self) -> Health {
        match self {
            Self::Healthy => Health::Ok,
            Self::Shedding => Health::Half,
            Self::Overloaded | Self::Collapsed => Health::Bad,
        }
    }

    /// What a second amounts to.
    pub(super) fn of(second: &Bucket, seconds: f64, setup: &Setup) -> Self {
        let lost = second.late + second.failed;
        let could = f64::from(second.offered).min(setup.capacity() * seconds);
        if 2.0 * f64::from(second.good) < could && second.wasted > second.good && lost > second.good {
            Self::Collapsed
        } else if lost * 20 > second.good + lost {
            Self::Overloaded
        } else if second.rejected * 50 > second.offered {
            Self::Shedding
        } else {
            Self::Healthy
        }
    }
}

#[derive(Clone)]
pub(super) struct Watch {
    pub(super) phase: Phase,
    pub(super) since: Instant,
    /// What the last looks saw, and how many of them.
    seen: (Phase, u32),
    phases: Vec<(Instant, Phase)>,
    /// The limit that was told last, and when.
    pub(super) told: Option<(u32, Instant)>,
    pub(super) limit: Level,
    pub(super) inside: Level,
    pub(super) p50: Level,
    pub(super) p99: Level,
    pub(super) p99_without: Level,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::default(),
            since: Instant::ZERO,
            seen: (Phase::default(), 0),
            phases: vec![(Instant::ZERO, Phase::default())],
            told: None,
            limit: Level::default(),
            inside: Level::default(),
            p50: Level::default(),
            p99: Level::default(),
            p99_without: Level::default(),
        }
    }

    /// From when on things stood how.
    pub(super) fn phases(&self) -> &[(Instant, Phase)] {
        &self.phases
    }

    /// Things look like this now; whether that is another state than before, and lasts.
    pub(super) fn look(&mut self, now: Instant, phase: Phase) -> bool {
        self.seen = if self.seen.0 == phase { (phase, self.seen.1.saturating_add(1)) } else { (phase, 1) };
        if phase == self.phase || self.seen.1 < LASTING {
            return false;
        }
        (self.phase, self.since) = (phase, now);
        if self.phases.len() >= PHASES_MAX {
            // Coarser, but whole: of each pair the worse stays.
            let worse = |pair: &[(Instant, Phase)]| Some((pair.first()?.0, pair.iter().map(|phase| phase.1).max()?));
            self.phases = self.phases.chunks(2).filter_map(worse).collect();
        }
        self.phases.push((now, phase));
        true
    }
}
