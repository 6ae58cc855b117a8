//! The results that are judged, rolled off by number or by time.

/// Sums over results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) recorded: u64,
    pub(super) failed: u64,
    pub(super) slow: u64,
    /// Failures since the last success.
    pub(super) run: u64,
}

impl Tally {
    fn subtract(&mut self, slot: Slot) {
        self.recorded = self.recorded.saturating_sub(u64::from(slot.recorded));
        self.failed = self.failed.saturating_sub(u64::from(slot.failed));
        self.slow = self.slow.saturating_sub(u64::from(slot.slow));
    }
}

/// What a window is made of; times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Everything since the last [`WindowRing::start`]: states other than `closed` and `metrics_only`.
    All,
    Calls {
        calls: u32,
    },
    Time {
        width: u64,
        buckets: u32,
    },
    Fixed {
        length: u64,
    },
}

/// One call of a count window, or one bucket of a time window that has results in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    /// The low 32 bits of the bucket's number. Enough, because what is in the ring is at most 2³⁰ buckets old.
    epoch: u32,
    recorded: u32,
    failed: u32,
    slow: u32,
}

/// A queue of slots, oldest first. Only buckets with results take a place, so recording costs a constant number of
/// steps on average, however long nobody called.
#[derive(Clone, Debug)]
pub(super) struct WindowRing<const N: usize> {
    slots: [Slot; N],
    head: usize,
    len: usize,
    tally: Tally,
    shape: Shape,
    /// When the state was entered; fixed windows are aligned to it.
    entered: u64,
    /// Where the current fixed window begins; 0 in the other shapes.
    begin: u64,
    /// The number of the current bucket; 0 in the other shapes.
    number: u64,
    /// From here on `roll` has something to do.
    edge: u64,
}

impl<const N: usize> WindowRing<N> {
    pub(super) const fn new() -> Self {
        Self {
            slots: [Slot { epoch: 0, recorded: 0, failed: 0, slow: 0 }; N],
            head: 0,
            len: 0,
            tally: Tally { recorded: 0, failed: 0, slow: 0, run: 0 },
            shape: Shape::All,
            entered: 0,
            begin: 0,
            number: 0,
            edge: u64::MAX,
        }
    }

    /// Empties the window and sets it up for a state entered at `entered`, as of `now`.
    pub(super) fn start(&mut self, shape: Shape, entered: u64, now: u64) {
        self.tally = Tally::default();
        self.reshape(shape, entered, now);
    }

    /// Forgets the results and goes on with another shape; a run of failures goes on when none of the two is fixed.
    pub(super) fn change(&mut self, shape: Shape, entered: u64, now: u64) {
        let fixed = [self.shape, shape].iter().any(|shape| matches!(shape, Shape::Fixed { .. }));
        self.tally = Tally { run: if fixed { 0 } else { self.tally.run }, ..Tally::default() };
        self.reshape(shape, entered, now);
    }

    /// Keeps the sums as they are and rolls nothing off any more.
    pub(super) fn freeze(&mut self, now: u64) {
        self.roll(now);
        self.reshape(Shape::All, 0, 0);
    }

    fn reshape(&mut self, shape: Shape, entered: u64, now: u64) {
        self.head = 0;
        self.len = 0;
        self.shape = shape;
        self.entered = entered;
        self.aim(now);
    }

    /// Notes in which bucket or fixed window `now` is.
    fn aim(&mut self, now: u64) {
        let (origin, width) = match self.shape {
            Shape::All | Shape::Calls { .. } => {
                (self.begin, self.number, self.edge) = (0, 0, u64::MAX);
                return;
            }
            Shape::Time { width, .. } => (0, width),
            Shape::Fixed { length } => (self.entered, length),
        };
        let into = now.saturating_sub(origin).checked_rem(width).unwrap_or(0);
        let begin = now.saturating_sub(into);
        self.edge = begin.saturating_add(width);
        match self.shape {
            Shape::Fixed { .. } => self.begin = begin,
            _ => self.number = begin.checked_div(width).unwrap_or(0),
        }
    }

    /// The sums as of the last [`WindowRing::roll`]. Lent, not copied: copying right after recording, in wider pieces
    /// than were stored, made the processor wait for its own stores.
    #[inline]
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The sums as of `now`, without changing anything.
    pub(super) fn tally_at(&self, now: u64) -> Tally {
        if now < self.edge {
            return self.tally;
        }
        match self.shape {
            Shape::All | Shape::Calls { .. } => self.tally,
            Shape::Fixed { length } if now.saturating_sub(self.begin) < length => self.tally,
            Shape::Fixed { .. } => Tally::default(),
            Shape::Time { width, buckets } => {
                let mut tally = self.tally;
                let number = now.checked_div(width).unwrap_or(0);
                let gone = (0..self.len).map_while(|index| {
                    self.slots.get(self.place(index)).filter(|slot| self.expired(**slot, number, buckets))
                });
                gone.for_each(|slot| tally.subtract(*slot));
                tally
            }
        }
    }

    /// Whether a call granted at `asked` was granted in a fixed window that is over.
    #[inline]
    pub(super) fn outlived(&self, asked: u64) -> bool {
        matches!(self.shape, Shape::Fixed { .. }) && asked < self.begin
    }

    /// Lets go of what has left the window by `now`.
    #[inline]
    pub(super) fn roll(&mut self, now: u64) {
        if now >= self.edge {
            self.roll_over(now);
        }
    }

    #[cold]
    #[inline(never)]
    fn roll_over(&mut self, now: u64) {
        match self.shape {
            Shape::All | Shape::Calls { .. } => {}
            Shape::Fixed { length } => {
                if now.saturating_sub(self.begin) >= length {
                    self.tally = Tally::default();
                }
            }
            Shape::Time { width, buckets } => {
                let number = now.checked_div(width).unwrap_or(0);
                while self.len > 0
                    && let Some(slot) = self.slots.get(self.head).copied()
                    && self.expired(slot, number, buckets)
                {
                    self.tally.subtract(slot);
                    self.head = self.place(1);
                    self.len -= 1;
                }
            }
        }
        self.aim(now);
    }

    /// Whether a bucket that is in the ring has left the window when the current bucket is `number`.
    fn expired(&self, slot: Slot, number: u64, buckets: u32) -> bool {
        let jump = number.saturating_sub(self.number);
        jump >= u64::from(buckets) || (number as u32).wrapping_sub(slot.epoch) >= buckets
    }

    /// The index in `slots` of the `index`-th oldest one.
    fn place(&self, index: usize) -> usize {
        let capacity = match self.shape {
            Shape::Calls { calls } => calls as usize,
            Shape::Time { buckets, .. } => buckets as usize,
            Shape::All | Shape::Fixed { .. } => N,
        };
        let place = self.head.wrapping_add(index);
        if place >= capacity { place - capacity } else { place }
    }

    /// Takes a result in; the window has been rolled to now.
    ///
    /// A bucket counts to `u32::MAX` and takes no more after that.
    #[inline]
    pub(super) fn record(&mut self, failed: bool, slow: bool) {
        match self.shape {
            Shape::All | Shape::Fixed { .. } => {}
            Shape::Calls { calls } => {
                let new = Slot { epoch: 0, recorded: 1, failed: u32::from(failed), slow: u32::from(slow) };
                let full = self.len == calls as usize;
                let Some(slot) = self.slots.get_mut(if full { self.head } else { self.len }) else { return };
                let old = core::mem::replace(slot, new);
                if full {
                    self.tally.subtract(old);
                    self.head = self.place(1);
                } else {
                    self.len += 1;
                }
            }
            Shape::Time { .. } => {
                let epoch = self.number as u32;
                let newest = self.place(self.len.saturating_sub(1));
                let merges = self.len > 0 && self.slots.get(newest).is_some_and(|slot| slot.epoch == epoch);
                let place = if merges { newest } else { self.place(self.len) };
                let Some(slot) = self.slots.get_mut(place) else { return };
                if !merges {
                    *slot = Slot { epoch, ..Slot::default() };
                    self.len += 1;
                } else if slot.recorded == u32::MAX {
                    return;
                }
                slot.recorded += 1;
                slot.failed += u32::from(failed);
                slot.slow += u32::from(slow);
            }
        }
        self.tally.recorded = self.tally.recorded.saturating_add(1);
        self.tally.failed = self.tally.failed.saturating_add(u64::from(failed));
        self.tally.slow = self.tally.slow.saturating_add(u64::from(slow));
        self.tally.run = if failed { self.tally.run.saturating_add(1) } else { 0 };
    }
}
