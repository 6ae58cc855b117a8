//! What is counted, a tenth of a second at a time, and what state that amounts to.

use std::time::Duration;

use halfopen_core::Instant;

use super::setup::BudgetKind;
use super::{Lab, numbers};
use crate::lab::record::{Health, Level, Tally};

/// How long a bucket is.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// Buckets that a second has, over which rates are told.
pub(super) const SECOND: usize = 10;
/// So long nothing may have changed before a storm is said to last.
const LASTING: usize = 50;
/// States that the charts' band remembers before it is made coarser.
const PHASES_MAX: usize = 1_000;

/// How things stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Of the last second's tries at most one in ten failed, and at most one in twenty when it came to be so.
    #[default]
    Healthy,
    /// More failed.
    Overloaded,
    /// There is no cause any more, and for [`LASTING`] buckets nearly all work was waste.
    Metastable,
    Outage,
}

impl Phase {
    /// Its word with its sign, the same wherever it is told.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "● healthy",
            Self::Overloaded => "▲ overloaded",
            Self::Metastable => "■ metastable",
            Self::Outage => "✕ outage",
        }
    }

    pub(super) const fn health(self) -> Health {
        match self {
            Self::Healthy => Health::Ok,
            Self::Overloaded => Health::Half,
            Self::Metastable | Self::Outage => Health::Bad,
        }
    }
}

/// What happened in a tenth of a second.
#[derive(Clone, Copy, Default)]
pub(super) struct Bucket {
    pub(super) wanted: u32,
    pub(super) sent: u32,
    pub(super) retried: u32,
    /// Answered in time.
    pub(super) good: u32,
    /// Served for nobody.
    pub(super) wasted: u32,
    /// Tries that failed, those not sent among them.
    pub(super) failed: u32,
    /// Of them those that the server refused, or turned away.
    pub(super) refused: u32,
}

impl Bucket {
    fn and(self, other: &Self) -> Self {
        Self {
            wanted: self.wanted.saturating_add(other.wanted),
            sent: self.sent.saturating_add(other.sent),
            retried: self.retried.saturating_add(other.retried),
            good: self.good.saturating_add(other.good),
            wasted: self.wasted.saturating_add(other.wasted),
            failed: self.failed.saturating_add(other.failed),
            refused: self.refused.saturating_add(other.refused),
        }
    }
}

/// What was told of the present trouble, so that it is told once.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) queue: bool,
    pub(super) full: bool,
    pub(super) waste: bool,
    pub(super) breaker: bool,
    pub(super) budget: bool,
    pub(super) room: bool,
}

#[derive(Clone)]
pub(super) struct Watch {
    /// The one that is being filled.
    pub(super) bucket: Bucket,
    /// Those before it, in a ring.
    ring: [Bucket; LASTING],
    /// How many waited at the end of each.
    waited: [u32; LASTING],
    ticks: u64,
    pub(super) phase: Phase,
    /// Since when things stand so.
    pub(super) since: Instant,
    /// Since when there is no cause for trouble: an outage's end, a surge, or the trouble's own beginning.
    pub(super) causeless: Instant,
    /// The last outage's beginning and end.
    pub(super) outage: Option<(Instant, Option<Instant>)>,
    /// How long it took from the last outage's end to health, and without any outage from what else caused trouble, and
    /// when that was; `None` while it has not come to that.
    pub(super) recovered: Option<(Duration, Instant)>,
    /// How often it was metastable.
    pub(super) metastable: u32,
    pub(super) told: Told,
    phases: Vec<(Instant, Phase)>,
    pub(super) wanted: Tally,
    pub(super) sent: Tally,
    pub(super) retried: Tally,
    pub(super) good: Tally,
    pub(super) wasted: Tally,
    pub(super) queued: Level,
    pub(super) abandoned: Level,
}

impl Watch {
    pub(super) fn new() -> Self {
        let tally = || Tally::new(TICK);
        Self {
            bucket: Bucket::default(),
            ring: [Bucket::default(); LASTING],
            waited: [0; LASTING],
            ticks: 0,
            phase: Phase::default(),
            since: Instant::ZERO,
            causeless: Instant::ZERO,
            outage: None,
            recovered: None,
            metastable: 0,
            told: Told::default(),
            phases: vec![(Instant::ZERO, Phase::default())],
            wanted: tally(),
            sent: tally(),
            retried: tally(),
            good: tally(),
            wasted: tally(),
            queued: Level::default(),
            abandoned: Level::default(),
        }
    }

    /// The sum of the last whole buckets, and how long they are together, in seconds; at least one.
    pub(super) fn last(&self, buckets: usize) -> (Bucket, f64) {
        let whole = buckets.min(usize::try_from(self.ticks).unwrap_or(usize::MAX));
        let places = (1..=whole as u64).map(|back| self.place(self.ticks - back));
        let sum = places.filter_map(|place| self.ring.get(place)).fold(Bucket::default(), Bucket::and);
        (sum, whole.max(1) as f64 / SECOND as f64)
    }

    fn place(&self, tick: u64) -> usize {
        (tick % LASTING as u64) as usize
    }

    /// The bucket is full, and so many wait; tells how many waited when the oldest was.
    fn next_bucket(&mut self, now: Instant, waiting: u32) -> u32 {
        let place = self.place(self.ticks);
        let began = Instant::ZERO + now.since(Instant::ZERO + TICK);
        let Bucket { wanted, sent, retried, good, wasted, .. } = self.bucket;
        for (tally, times) in [
            (&mut self.wanted, wanted),
            (&mut self.sent, sent),
            (&mut self.retried, retried),
            (&mut self.good, good),
            (&mut self.wasted, wasted),
        ] {
            tally.add(began, times);
        }
        self.ticks += 1;
        if let Some(bucket) = self.ring.get_mut(place) {
            *bucket = std::mem::take(&mut self.bucket);
        }
        self.waited.get_mut(place).map_or(0, |oldest| std::mem::replace(oldest, waiting))
    }

    /// From when on things stood how.
    pub(super) fn phases(&self) -> &[(Instant, Phase)] {
        &self.phases
    }

    fn note(&mut self, at: Instant, phase: Phase) {
        if self.phases.len() >= PHASES_MAX {
            // Coarser, but whole: of each pair the worse stays.
            let worse = |pair: &[(Instant, Phase)]| Some((pair.first()?.0, pair.iter().map(|phase| phase.1).max()?));
            self.phases = self.phases.chunks(2).filter_map(worse).collect();
        }
        self.phases.push((at, phase));
    }
}

impl Lab {
    /// A bucket is full: what state is it?
    pub(super) fn tick(&mut self) {
        let now = self.now;
        let waited = self.watch.next_bucket(now, self.server.queued());
        self.watch.queued.set(now, f64::from(self.server.queued()));
        self.watch.abandoned.set(now, f64::from(self.server.abandoned()));
        self.note_breakers();
        if self.phase() == Phase::Outage {
            return;
        }
        let (second, _) = self.watch.last(SECOND);
        let ended = second.good.saturating_add(second.failed);
        let few = u64::from(second.failed) * 20 <= u64::from(ended);
        let some = u64::from(second.failed) * 10 > u64::from(ended);
        let short = self.server.queued() <= self.setup.patience;
        // A whole second without a cause.
        let whole = now.since(self.watch.causeless) >= Duration::from_secs(1);
        if self.phase() == Phase::Healthy {
            if some {
                self.watch.causeless = now;
                self.turn(Phase::Overloaded);
                self.tell_overload();
            }
        } else if few && short && whole {
            // It was well at the beginning of the second that shows it.
            let since = now.since(self.watch.causeless).saturating_sub(Duration::from_secs(1));
            let at = self.watch.causeless + since;
            // Of an outage the first time counts; what troubles it later is another story.
            if self.watch.outage.is_none() {
                self.watch.recovered = None;
            }
            self.watch.recovered.get_or_insert((since, at));
            self.tell_recovery(since, at);
            self.turn(Phase::Healthy);
            self.watch.told = Told::default();
        }
        if self.phase() != Phase::Healthy && second.wasted >= 19 * second.good && self.works(&second) {
            self.tell_waste(&second);
        }
        if self.phase() == Phase::Overloaded && self.lasts(waited) {
            self.watch.metastable += 1;
            self.turn(Phase::Metastable);
            self.tell_metastable();
        }
    }

    /// Whether the server did as much as it can.
    fn works(&self, second: &Bucket) -> bool {
        f64::from(second.good + second.wasted) >= 0.9 * self.setup.per_second()
    }

    /// Whether nearly all work has been waste for long, and will be: though what is wanted could be served, more has come
    /// all the time, and does while nobody is answered, however long the waits become; and the queue, of which so many
    /// waited, does not drain.
    fn lasts(&self, waited: u32) -> bool {
        // A budget forgets what was only by and by, and may permit less later.
        let memory = match self.setup.budget {
            BudgetKind::None => Duration::ZERO,
            BudgetKind::Sre => Duration::from_secs(120),
            _ => Duration::from_secs(20),
        };
        let long = self.now.since(self.watch.causeless) >= TICK * LASTING as u32 + memory;
        let (sum, seconds) = self.watch.last(LASTING);
        let capacity = self.setup.per_second();
        let could = self.setup.wanted().millihertz() < self.setup.capacity;
        let stays = numbers::failing_load(&self.setup, self.setup.timeout).is_none_or(|load| load > capacity);
        let more = f64::from(sum.sent) > capacity * seconds;
        let full = u64::from(self.server.queued()) * 20 >= u64::from(waited) * 19;
        let (good, wasted) = (u64::from(sum.good), u64::from(sum.wasted));
        long && could && stays && more && full && good * 10 <= good + wasted
    }

    pub(super) fn turn(&mut self, phase: Phase) {
        let now = self.now;
        self.watch.phase = phase;
        self.watch.since = now;
        self.watch.note(now, phase);
        self.record.event(now, 30, &[phase as u64]);
        self.record.health(now, phase.health());
    }
}
