//! A fixed window and a token bucket, asked for the same requests: what each admits, and how much of that in the length of
//! one window, wherever it begins.

use std::collections::VecDeque;

use halfopen_core::Instant;
use halfopen_core::limiter::Limiter;

use super::setup::Setup;
use crate::lab::record::Level;

/// Parts of a window: what comes in the length of a window is counted to this.
pub(super) const PARTS: usize = 64;
/// Windows whose parts are remembered.
const SPAN: usize = 2 * PARTS;
/// Windows whose sums are remembered.
const WINDOWS: usize = 10;

/// What came within a part of a window, or within a whole one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) number: u64,
    pub(super) asked: u32,
    pub(super) fixed: u32,
    pub(super) bucket: u32,
}

impl Part {
    fn count(&mut self, fixed: bool, bucket: bool) {
        self.asked += 1;
        self.fixed += u32::from(fixed);
        self.bucket += u32::from(bucket);
    }
}

#[derive(Clone)]
pub(super) struct Doubles {
    /// Nanoseconds.
    window: u64,
    fixed: Limiter,
    bucket: Limiter,
    /// The newest last, without gaps.
    pub(super) parts: VecDeque<Part>,
    pub(super) windows: VecDeque<Part>,
    /// Admitted in the length of a window up to now: by the fixed window, and by the bucket.
    sums: [u32; 2],
    /// The most so far.
    pub(super) most: [u32; 2],
    pub(super) along: [Level; 2],
}

impl Doubles {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            window: (Instant::ZERO + setup.window).as_nanos().max(1),
            fixed: Limiter::new(setup.by_window),
            bucket: Limiter::new(setup.by_bucket),
            parts: VecDeque::new(),
            windows: VecDeque::new(),
            sums: [0; 2],
            most: [0; 2],
            along: Default::default(),
        }
    }

    /// Goes on with other settings, as a guard does: what was taken stays taken. What comes in the length of a window is
    /// counted from now on, and what came in windows of another length is of no use.
    pub(super) fn set(&mut self, now: Instant, setup: &Setup) {
        let fresh = Self::new(setup);
        let window = self.window;
        let was = std::mem::replace(self, fresh);
        (self.fixed, self.bucket) = (was.fixed, was.bucket);
        if self.window == window {
            (self.windows, self.along) = (was.windows, was.along);
        }
        self.fixed.reconfigure(setup.by_window, now);
        self.bucket.reconfigure(setup.by_bucket, now);
    }

    /// A request comes to both; whether the fixed window lets it in, and whether the bucket does.
    pub(super) fn ask(&mut self, now: Instant) -> [bool; 2] {
        let fixed = self.fixed.try_acquire(1, now).is_ok();
        let bucket = self.bucket.try_acquire(1, now).is_ok();
        self.roll(now);
        if let Some(part) = self.parts.back_mut() {
            part.count(fixed, bucket);
        }
        if let Some(window) = self.windows.back_mut() {
            window.count(fixed, bucket);
        }
        for ((sum, most), admitted) in self.sums.iter_mut().zip(&mut self.most).zip([fixed, bucket]) {
            *sum += u32::from(admitted);
            *most = (*most).max(*sum);
        }
        self.note(now);
        [fixed, bucket]
    }

    /// Time has passed.
    pub(super) fn roll(&mut self, now: Instant) {
        let (window, gone) = (now.as_nanos() / self.window, now.as_nanos() % self.window);
        let number = window * PARTS as u64 + gone * PARTS as u64 / self.window;
        if self.parts.back().is_none_or(|last| number - last.number.min(number) >= SPAN as u64) {
            self.parts.clear();
            self.sums = [0; 2];
            self.parts.push_back(Part { number, ..Part::default() });
        }
        while let Some(last) = self.parts.back().filter(|last| last.number < number) {
            let next = Part { number: last.number + 1, ..Part::default() };
            self.parts.push_back(next);
            // Of a whole window's length back: no longer part of it.
            if let Some(gone) = self.parts.len().checked_sub(PARTS + 1).and_then(|place| self.parts.get(place)) {
                for (sum, part) in self.sums.iter_mut().zip([gone.fixed, gone.bucket]) {
                    *sum = sum.saturating_sub(part);
                }
            }
            if self.parts.len() > SPAN {
                self.parts.pop_front();
            }
        }
        if self.windows.back().is_none_or(|last| last.number < window) {
            self.windows.push_back(Part { number: window, ..Part::default() });
            if self.windows.len() > WINDOWS {
                self.windows.pop_front();
            }
        }
    }

    /// For the chart.
    pub(super) fn note(&mut self, now: Instant) {
        for (level, sum) in self.along.iter_mut().zip(self.sums) {
            level.set(now, f64::from(sum));
        }
    }

    /// Admitted in the length of a window up to now: by the fixed window, and by the bucket.
    pub(super) fn sums(&self) -> [u32; 2] {
        self.sums
    }
}
