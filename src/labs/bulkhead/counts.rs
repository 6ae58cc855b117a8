//! What became of requests: so far, and lately.

use std::time::Duration;

use halfopen_core::Instant;

use crate::lab::record::{Level, Tally};

/// Lately is so many stretches of [`STRETCH`]: two seconds.
const STRETCHES: u64 = 20;
const STRETCH: Duration = Duration::from_millis(100);

/// The requests of one kind in one arrangement. What came is the sum of `answered`, `late`, `gave_up`, `rejected` and
/// [`Account::in_flight`].
#[derive(Clone)]
pub(super) struct Account {
    pub(super) came: u64,
    pub(super) answered: u64,
    /// Their callers gave up while they were at work.
    pub(super) late: u64,
    /// Their callers gave up while they waited for a slot.
    pub(super) gave_up: u64,
    /// There was neither a slot nor a place to wait.
    pub(super) rejected: u64,
    pub(super) waiting: u32,
    /// Slots in use.
    pub(super) slots: u32,
    /// Of these, held by work whose caller has gone.
    pub(super) held: u32,
    /// At work without a slot.
    pub(super) loose: u32,
    pub(super) recent: Recent,
    /// Slots in use along time.
    pub(super) in_use: Level,
    /// Answers along time.
    pub(super) answers: Tally,
    /// Since when requests have been turned away, and how many had been before.
    pub(super) turned: Option<(Instant, u64)>,
    /// When one was turned away last.
    pub(super) turned_last: Instant,
}

impl Account {
    pub(super) fn new() -> Self {
        let mut in_use = Level::default();
        in_use.set(Instant::ZERO, 0.0);
        Self {
            came: 0,
            answered: 0,
            late: 0,
            gave_up: 0,
            rejected: 0,
            waiting: 0,
            slots: 0,
            held: 0,
            loose: 0,
            recent: Recent::default(),
            in_use,
            answers: Tally::new(Duration::from_millis(500)),
            turned: None,
            turned_last: Instant::ZERO,
        }
    }

    /// Whose callers still wait for an answer.
    pub(super) fn in_flight(&self) -> u64 {
        u64::from(self.waiting) + u64::from(self.slots - self.held.min(self.slots))
    }

    /// Found no slot in time.
    pub(super) fn without_slot(&self) -> u64 {
        self.gave_up + self.rejected
    }

    pub(super) fn at_work(&self) -> u64 {
        u64::from(self.slots) + u64::from(self.loose)
    }
}

/// What became of requests in the last two seconds, by stretches, so that it does not depend on who asks when.
#[derive(Clone, Default)]
pub(super) struct Recent([Stretch; STRETCHES as usize + 1]);

#[derive(Clone, Copy, Default)]
struct Stretch {
    number: u64,
    sum: Sum,
}

/// What became of requests in a stretch of time.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) answered: u32,
    pub(super) failed: u32,
    /// Requests whose wait ended, however it did, and what they waited.
    waits: u32,
    waited: u64,
}

impl Recent {
    fn now(&mut self, now: Instant) -> &mut Sum {
        let number = number(now);
        let stretch = &mut self.0[(number % (STRETCHES + 1)) as usize];
        if stretch.number != number {
            *stretch = Stretch { number, sum: Sum::default() };
        }
        &mut stretch.sum
    }

    pub(super) fn answered(&mut self, now: Instant) {
        self.now(now).answered += 1;
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.now(now).failed += 1;
    }

    pub(super) fn waited(&mut self, now: Instant, waited: Duration) {
        let sum = self.now(now);
        sum.waits += 1;
        sum.waited = sum.waited.saturating_add(u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Of the whole stretches before now, and how many seconds they make.
    pub(super) fn sum(&self, now: Instant) -> (Sum, f64) {
        let now = number(now);
        let mut all = Sum::default();
        for stretch in self.0.iter().filter(|stretch| stretch.number < now && stretch.number + STRETCHES >= now) {
            all.answered += stretch.sum.answered;
            all.failed += stretch.sum.failed;
            all.waits += stretch.sum.waits;
            all.waited = all.waited.saturating_add(stretch.sum.waited);
        }
        (all, now.min(STRETCHES) as f64 * STRETCH.as_secs_f64())
    }
}

impl Sum {
    /// The share of those decided that was answered.
    pub(super) fn share(&self) -> Option<f64> {
        let decided = f64::from(self.answered) + f64::from(self.failed);
        (decided > 0.0).then(|| f64::from(self.answered) / decided)
    }

    /// How long those whose wait ended had waited on average.
    pub(super) fn mean_wait(&self) -> Option<Duration> {
        self.waited.checked_div(u64::from(self.waits)).map(Duration::from_nanos)
    }
}

fn number(at: Instant) -> u64 {
    u64::try_from(at.since(Instant::ZERO).as_nanos() / STRETCH.as_nanos()).unwrap_or(u64::MAX)
}
