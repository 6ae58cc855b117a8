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

    /// What stands in the place of a log without an entry.
    pub fn silence(&self) -> &'static str {
        if self.trace.events() == 0 {
            "Nothing has happened so far."
        } else {
            "No state has changed so far; busy traffic is not told request by request."
        }
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
        let nanos = self.nanos();
        let whole = (now.as_nanos() / nanos).min(SERIES_KEEPS as u64) as usize;
        // Of whole numbers with one division each: what is short stays short when it is written.
        let at = |index: usize| Instant::from_nanos(nanos.saturating_mul(index as u64)).as_secs_f64();
        let rate = |index: usize| f64::from(self.counts.get(index).copied().unwrap_or(0)) * 1e9 / nanos as f64;
        // The last rate holds to the end of its stretch, too.
        let end = whole.checked_sub(1).map(|last| (at(whole), rate(last)));
        (0..whole).map(|index| (at(index), rate(index))).chain(end).collect()
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

/// A quantity along time, told whenever it changes: exact at first; when it gets long, of each stretch of time the first,
/// least, greatest and last value stay, and the stretches, equal over the whole run, double.
#[derive(Clone, Debug, Default)]
pub struct Level {
    points: Vec<(Instant, f64)>,
    /// The length of a stretch in nanoseconds; 0 while every change is kept.
    stretch: u64,
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
            self.thin(at);
        }
    }

    /// Makes the stretches so long that four points in each are at most half of what is kept.
    fn thin(&mut self, now: Instant) {
        let least = (now.as_nanos() / (SERIES_KEEPS as u64 / 4)).max(1);
        self.stretch = least.next_power_of_two().max(self.stretch);
        let mut kept = Vec::with_capacity(self.points.len() / 2);
        for stretch in self.points.chunk_by(|a, b| a.0.as_nanos() / self.stretch == b.0.as_nanos() / self.stretch) {
            let (mut low, mut high) = (0, 0);
            for (index, point) in stretch.iter().enumerate() {
                if stretch.get(low).is_some_and(|lowest| point.1 < lowest.1) {
                    low = index;
                }
                if stretch.get(high).is_some_and(|highest| point.1 > highest.1) {
                    high = index;
                }
            }
            let places = [0, low.min(high), low.max(high), stretch.len() - 1];
            let mut last = None;
            for place in places.into_iter().filter(|place| last.replace(*place) != Some(*place)) {
                kept.extend(stretch.get(place));
            }
        }
        self.points = kept;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Least and greatest value in each of 32 equal parts of a run, as a chart would show them.
    fn envelope(points: &[(f64, f64)], end: f64) -> Vec<(f64, f64)> {
        let mut parts = vec![(f64::INFINITY, f64::NEG_INFINITY); 32];
        for (x, y) in points {
            let part = ((x / end * 32.0) as usize).min(31);
            parts[part] = (parts[part].0.min(*y), parts[part].1.max(*y));
        }
        parts
    }

    #[test]
    fn a_long_level_keeps_its_shape_from_the_beginning() {
        // Up to 10 000 in ten seconds, then a sawtooth: as the threads of a pool that fills and then frees a few.
        let mut level = Level::default();
        let mut exact = Vec::new();
        for step in 0..200_000_u32 {
            let at = Instant::from_micros(u64::from(step) * 1000 + 1);
            let value = if step < 10_000 { f64::from(step) } else { f64::from(10_000 - step % 7) };
            level.set(at, value);
            exact.push((at.as_secs_f64(), value));
        }
        let kept = level.points(Instant::from_micros(199_999_001));
        assert!(kept.len() <= 2 * SERIES_KEEPS + 1);
        assert!(kept.is_sorted_by(|a, b| a.0 <= b.0));
        assert_eq!(envelope(&kept, 200.0)[2..], envelope(&exact, 200.0)[2..]);
        // On the way up every point kept is a true one, and no gap is longer than a stretch.
        let up: Vec<_> = kept.iter().filter(|point| point.0 < 10.0).collect();
        assert!(up.iter().all(|point| (point.1 - point.0 * 1000.0).abs() < 1.0));
        assert!(up.windows(2).all(|pair| pair[1].0 - pair[0].0 < 1.1));
        let ten = kept.iter().find(|point| point.1 >= 9_999.0).map(|point| point.0);
        assert!(ten.is_some_and(|at| (9.9..=10.3).contains(&at)), "{ten:?}");
    }

    #[test]
    fn a_short_level_is_exact() {
        let mut level = Level::default();
        for second in 0..100 {
            level.set(Instant::from_secs(second), (second % 3) as f64);
        }
        assert_eq!(level.points(Instant::from_secs(99)).len(), 100);
    }

    #[test]
    fn the_log_drops_the_oldest_and_says_so() {
        let mut record = Record::new();
        for number in 0..LOG_KEEPS as u64 + 3 {
            record.log(Instant::from_secs(number), Tone::Plain, "", "Something.");
        }
        assert_eq!((record.dropped(), record.entries().len()), (3, LOG_KEEPS));
        assert_eq!(record.entries().next().map(|entry| entry.number), Some(3));
    }
}
