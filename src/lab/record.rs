//! What happened in a run: the log with reasons, the health along time, the series that charts are made of, and the
//! trace. All of it is bounded: what is old is dropped or thinned, and says so.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::trace::Trace;

use super::scene::Tone;

/// Entries that the log keeps.
pub const LOG_KEEPS: usize = 500;
/// Points that a series keeps before it is thinned.
const SERIES_KEEPS: usize = 1024;

/// What happened in a run.
#[derive(Clone, Debug, Default)]
pub struct Record {
    trace: Trace,
    log: VecDeque<Rc<Entry>>,
    logged: u64,
    health: Vec<(Instant, Health)>,
}

/// An entry of the log: what happened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts up from 0 within the run.
    pub number: u64,
    /// When.
    pub at: Instant,
    /// What it tells.
    pub tone: Tone,
    /// What is new, in a word or two, with its shape ("▲ open."). Empty for routine.
    pub head: String,
    /// The sentence with the reason and its numbers.
    pub text: String,
}

impl Entry {
    /// Whether it tells of a change, which is announced, and not of routine.
    pub fn is_change(&self) -> bool {
        !self.head.is_empty()
    }

    /// Head and text in one sentence.
    pub fn sentence(&self) -> String {
        if self.head.is_empty() { self.text.clone() } else { format!("{} {}", self.head, self.text) }
    }
}

/// How things stand, for the scrub bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// Nothing has happened yet.
    #[default]
    Idle,
    /// All is well.
    Ok,
    /// Something is in doubt: probing, slow.
    Half,
    /// Something is failing.
    Bad,
}

impl Record {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// An event of the core, for the trace.
    pub fn event(&mut self, at: Instant, kind: u16, details: &[u64]) {
        self.trace.event(at, kind, details);
    }

    /// An entry for the log.
    pub fn log(&mut self, at: Instant, tone: Tone, head: impl Into<String>, text: impl Into<String>) {
        if self.log.len() == LOG_KEEPS {
            self.log.pop_front();
        }
        self.log.push_back(Rc::new(Entry { number: self.logged, at, tone, head: head.into(), text: text.into() }));
        self.logged = self.logged.saturating_add(1);
    }

    /// From now on things stand like this.
    pub fn health(&mut self, at: Instant, health: Health) {
        if self.health.last().is_some_and(|last| last.1 == health) {
            return;
        }
        if self.health.len() >= SERIES_KEEPS {
            // Coarser, but whole: of each pair the worse stays, so that no trouble is lost.
            let pairs: Vec<_> = self
                .health
                .chunks(2)
                .filter_map(|pair| Some((pair.first()?.0, pair.iter().map(|p| p.1).max_by_key(|h| *h as u8)?)))
                .collect();
            self.health = pairs;
        }
        self.health.push((at, health));
    }

    /// The trace of the core's events.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The entries kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Rc<Entry>> + ExactSizeIterator {
        self.log.iter()
    }

    /// How many entries there were, the dropped ones included.
    pub fn logged(&self) -> u64 {
        self.logged
    }

    /// How many old entries were dropped.
    pub fn dropped(&self) -> u64 {
        self.logged - self.log.len() as u64
    }

    /// From when on things stood how.
    pub fn healths(&self) -> &[(Instant, Health)] {
        &self.health
    }
}

/// How often something happened along time, in equal buckets that double in width when there are too many: a whole run,
/// ever coarser, in bounded memory.
#[derive(Clone, Debug)]
pub struct Tally {
    width: Duration,
    counts: Vec<u32>,
}

impl Tally {
    /// Counts in buckets of this width at first; at least a nanosecond.
    pub fn new(width: Duration) -> Self {
        Self { width: width.max(Duration::from_nanos(1)), counts: Vec::new() }
    }

    /// It happened at this time, this many times.
    pub fn add(&mut self, at: Instant, times: u32) {
        let mut index = self.index(at);
        while index >= SERIES_KEEPS {
            self.counts =
                self.counts.chunks(2).map(|pair| pair.iter().fold(0, |sum: u32, n| sum.saturating_add(*n))).collect();
            self.width = self.width.saturating_mul(2);
            index = self.index(at);
        }
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(index) {
            *count = count.saturating_add(times);
        }
    }

    /// Times a second in each whole bucket before `now`, as points at the buckets' beginnings, in seconds.
    pub fn per_second(&self, now: Instant) -> Vec<(f64, f64)> {
        let width = self.width.as_secs_f64();
        let whole = (now.as_nanos() / self.nanos()).min(SERIES_KEEPS as u64) as usize;
        (0..whole)
            .map(|index| (index as f64 * width, f64::from(self.counts.get(index).copied().unwrap_or(0)) / width))
            .collect()
    }

    /// The width of a bucket now.
    pub fn width(&self) -> Duration {
        self.width
    }

    fn nanos(&self) -> u64 {
        (Instant::ZERO + self.width).as_nanos().max(1)
    }

    fn index(&self, at: Instant) -> usize {
        usize::try_from(at.as_nanos() / self.nanos()).unwrap_or(usize::MAX)
    }
}

/// A quantity along time, told whenever it changes: exact at first, thinned (the extremes stay) when it gets long.
#[derive(Clone, Debug, Default)]
pub struct Level {
    points: Vec<(Instant, f64)>,
}

impl Level {
    /// From now on it has this value.
    pub fn set(&mut self, at: Instant, value: f64) {
        match self.points.last_mut() {
            Some(last) if last.0 == at => last.1 = value,
            Some(last) if last.1 == value => return,
            _ => self.points.push((at, value)),
        }
        if self.points.len() > 2 * SERIES_KEEPS {
            self.points = self
                .points
                .chunks(4)
                .flat_map(|four| {
                    let least = four.iter().min_by(|a, b| a.1.total_cmp(&b.1)).copied();
                    let most = four.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
                    let mut two: Vec<_> = least.into_iter().chain(most).collect();
                    if two.len() == 2 && two[0].0 > two[1].0 {
                        two.swap(0, 1);
                    }
                    two.dedup();
                    two
                })
                .collect();
        }
    }

    /// Its value now.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.1)
    }

    /// Points in seconds, up to `now`.
    pub fn points(&self, now: Instant) -> Vec<(f64, f64)> {
        let mut points: Vec<_> = self.points.iter().map(|(at, value)| (at.as_secs_f64(), *value)).collect();
        if let Some(last) = self.points.last().filter(|last| last.0 < now) {
            points.push((now.as_secs_f64(), last.1));
        }
        points
    }
}
