//! What can be said of a wait before it is drawn: its ends and its mean. Attempts are counted from 0, the first wait;
//! hints, [`max_delays`](super::Settings::max_delays) and [`total`](super::Settings::total) play no part.

use core::time::Duration;

use super::config::Config;

/// The mean of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// To the nearest nanosecond.
    pub wait: Duration,
    /// From a formula, so right but for rounding. Only a decorrelated wait that the cap may cut has none: it is
    /// approximated to a thousandth where the cap is up to a million times the base, to a hundredth beyond.
    pub exact: bool,
}

impl Config {
    /// What the jitter of wait number `attempt` is applied to: the planned wait, capped unless
    /// [`cap_after_jitter`](super::Settings::cap_after_jitter). For [`Kind::Decorrelated`](super::Kind::Decorrelated),
    /// the most it may be.
    pub fn ceiling(&self, attempt: u32) -> Duration {
        if self.is_decorrelated() { self.most(attempt) } else { whole(self.unjittered(attempt)) }
    }

    /// The shortest that wait number `attempt` can be.
    pub fn least(&self, attempt: u32) -> Duration {
        Duration::from_nanos(self.cut(self.uncut(attempt).0))
    }

    /// The longest that wait number `attempt` can be: over the cap where jitter adds to it.
    pub fn most(&self, attempt: u32) -> Duration {
        Duration::from_nanos(self.cut(self.uncut(attempt).1))
    }

    /// The mean of wait number `attempt`.
    ///
    /// A wait that is uniform from x to y has the mean (x + y) / 2, so full jitter half its ceiling; cut at c between
    /// the two, c − (c − x)² / 2(y − x). The k-th decorrelated wait (k from 1) has the mean b × (2 × 1.5ᵏ − 1), since
    /// each mean is half of b plus three times the one before; once the cap may cut it, that is worked out on a grid,
    /// in time proportional to `attempt`, up to a bound.
    pub fn mean(&self, attempt: u32) -> Mean {
        let (least, most) = self.uncut(attempt);
        let cap = if self.caps_last() { self.cap as f64 } else { f64::MAX };
        let (base, decorrelated) = (self.base as f64, self.is_decorrelated());
        let exact = !decorrelated || most <= cap || least >= cap;
        let nanos = if least >= cap {
            cap
        } else if decorrelated && exact {
            base * (2.0 * libm::pow(1.5, f64::from(attempt) + 1.0) - 1.0)
        } else if decorrelated {
            base * decorrelated_mean(cap / base, attempt)
        } else if most <= cap {
            least + (most - least) / 2.0
        } else {
            cap - (cap - least) * (cap - least) / (2.0 * (most - least))
        };
        // Beyond 104 days a float may round to either side of its ends.
        Mean { wait: whole(nanos).clamp(self.least(attempt), self.most(attempt)), exact }
    }

    /// The ends of wait number `attempt`, in nanoseconds, before the cap that comes last.
    fn uncut(&self, attempt: u32) -> (f64, f64) {
        if self.is_decorrelated() {
            // The longest comes after the longest ones. Powers of three are exact as long as they matter.
            let power = 3_u64.saturating_pow(attempt.saturating_add(1));
            return (self.base as f64, self.base as f64 * power as f64);
        }
        self.jittered(self.unjittered(attempt))
    }
}

fn whole(nanos: f64) -> Duration {
    Duration::from_nanos(libm::round(nanos) as u64)
}

/// Cells of the grid; 8 KB of stack.
const CELLS: usize = 512;
/// After so many waits the distribution has stopped changing, whatever the cap.
const STEPS_MAX: u32 = 2000;

/// The mean of decorrelated wait number `attempt`, where the base is 1 and the cap is `cap`, above 1.
///
/// The distribution lives on a geometric grid over 1 to `cap`, plus what lies at `cap` itself. A source at `s` spreads
/// its weight evenly from 1 to 3s; what that lays beyond `cap` falls onto it.
fn decorrelated_mean(cap: f64, attempt: u32) -> f64 {
    let ratio = libm::exp(libm::log(cap) / CELLS as f64);
    let mut weights = [0.0; CELLS];
    // What a weight w at s adds to the place x: w / (3s − 1) a unit of length, for x below 3s.
    let mut at_cap = 0.0;
    for step in 0..=attempt.min(STEPS_MAX) {
        let mut next = [0.0; CELLS];
        let mut next_at_cap = 0.0;
        let mut lay = |from: f64, weight: f64| {
            let (end, density) = (3.0 * from, weight / (3.0 * from - 1.0));
            next_at_cap += density * (end - cap).max(0.0);
            density
        };
        if step == 0 {
            // All begin at the base.
            let density = lay(1.0, 1.0);
            spread(&mut next, ratio, [(3.0, density)].into_iter());
        } else {
            let end = lay(cap, at_cap);
            // From the longest down, as `spread` wants them.
            let mut edge = cap;
            let sources = weights.iter().rev().map(|weight| {
                let middle = edge * (1.0 + 1.0 / ratio) / 2.0;
                edge /= ratio;
                (3.0 * middle, lay(middle, *weight))
            });
            spread(&mut next, ratio, core::iter::once((3.0 * cap, end)).chain(sources));
        }
        let change: f64 = weights.iter().zip(&next).map(|(old, new)| (new - old).abs()).sum();
        (weights, at_cap) = (next, next_at_cap);
        if step > 0 && change < 1e-12 {
            break;
        }
    }
    let mut edge = 1.0;
    let mut mean = cap * at_cap;
    for weight in weights {
        mean += weight * edge * (1.0 + ratio) / 2.0;
        edge *= ratio;
    }
    mean
}

/// Adds to each cell what even spreads lay on it: each from 1 to its end, with a weight a unit of length, the longest
/// first.
fn spread(cells: &mut [f64; CELLS], ratio: f64, spreads: impl Iterator<Item = (f64, f64)>) {
    let mut spreads = spreads.peekable();
    let mut right = libm::pow(ratio, CELLS as f64);
    // The weight a unit of length of all spreads that reach beyond this cell.
    let mut whole = 0.0;
    for cell in cells.iter_mut().rev() {
        let left = right / ratio;
        let mut entering = 0.0;
        while let Some((end, density)) = spreads.next_if(|spread| spread.0 > left) {
            *cell += density * (end.min(right) - left);
            entering += density;
        }
        *cell += whole * (right - left);
        whole += entering;
        right = left;
    }
}
