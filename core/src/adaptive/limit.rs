//! The limit itself: samples in, a number out.

use core::time::Duration;

use super::config::{Config, Rule, Thresholds};
use crate::time::nanos;

/// What is told of a call when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How long it took; cut to `u64::MAX` nanoseconds.
    pub rtt: Duration,
    /// How many calls were under way when it began, itself among them.
    pub in_flight: u32,
    /// Whether it was turned away or timed out on the other side.
    pub dropped: bool,
}

/// A concurrency limit that follows its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    config: Config,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Whole {
        limit: u32,
        /// For Vegas: the least rtt in nanoseconds, if any was seen.
        least: Option<u64>,
        /// Samples since it was last set for the sake of it.
        probed: u64,
    },
    Fraction {
        limit: f64,
        /// The long-run mean of the rtt in nanoseconds.
        long: f64,
        /// Of the first few samples.
        sum: f64,
        seen: u32,
    },
}

/// So many samples of a gradient's long-run mean count alike, as in Netflix's `ExpAvgMeasurement(window, 10)`.
const WARM_UP: u32 = 10;

impl Limit {
    /// The limit before any sample.
    pub fn new(config: Config) -> Self {
        let limit = config.settings().initial;
        let state = match config.settings().rule {
            Rule::Aimd { .. } | Rule::Vegas { .. } => State::Whole { limit, least: None, probed: 0 },
            Rule::Gradient { .. } => State::Fraction { limit: f64::from(limit), long: 0.0, sum: 0.0, seen: 0 },
        };
        Self { config, state }
    }

    /// A call has ended: the limit after it.
    pub fn on_sample(&mut self, sample: Sample) -> u32 {
        let settings = self.config.settings();
        let (least_limit, most_limit) = (settings.min, settings.max.max(settings.min));
        match (&mut self.state, settings.rule) {
            (State::Whole { limit, .. }, Rule::Aimd { decrease_permille, timeout }) => {
                if sample.dropped || sample.rtt > timeout {
                    let kept = u64::from(*limit) * u64::from(decrease_permille) / 1000;
                    *limit = u32::try_from(kept).unwrap_or(u32::MAX);
                } else if in_use(sample, *limit) {
                    *limit = limit.saturating_add(1);
                }
                *limit = (*limit).clamp(least_limit, most_limit);
            }
            (State::Whole { limit, least, probed }, Rule::Vegas { alpha, beta, thresholds, probe_multiplier }) => {
                let rtt = nanos(sample.rtt).unwrap_or(u64::MAX);
                let probe = probe_in(probe_multiplier, *limit, *probed) == Some(1);
                *probed = probed.saturating_add(1);
                match *least {
                    Some(shortest) if rtt >= shortest && !probe => {
                        *limit = vegas(*limit, shortest, rtt, sample, alpha, beta, thresholds);
                    }
                    _ => *least = Some(rtt),
                }
                if probe {
                    *probed = 0;
                }
                *limit = (*limit).clamp(least_limit, most_limit);
            }
            (State::Fraction { limit, long, sum, seen }, Rule::Gradient { .. }) => {
                let rtt = nanos(sample.rtt).unwrap_or(u64::MAX) as f64;
                let mean = Mean { long, sum, seen };
                *limit = gradient(*limit, mean, rtt, sample, settings.rule)
                    .clamp(f64::from(least_limit), f64::from(most_limit));
            }
            // The state was made for the rule.
            (State::Whole { .. }, Rule::Gradient { .. })
            | (State::Fraction { .. }, Rule::Aimd { .. } | Rule::Vegas { .. }) => {}
        }
        self.get()
    }

    /// The limit now.
    pub const fn get(&self) -> u32 {
        match self.state {
            State::Whole { limit, .. } => limit,
            // `as` rounds down and saturates.
            State::Fraction { limit, .. } => limit as u32,
        }
    }

    /// What it takes as the time of a call that does not queue: [`Rule::Vegas`]' least rtt, [`Rule::Gradient`]'s
    /// long-run mean to the nearest nanosecond. `None` before the first sample, and for [`Rule::Aimd`].
    pub fn unloaded(&self) -> Option<Duration> {
        match self.state {
            State::Whole { least, .. } => least.map(Duration::from_nanos),
            State::Fraction { seen: 0, .. } => None,
            State::Fraction { long, .. } => Some(Duration::from_nanos(libm::round(long) as u64)),
        }
    }

    /// How many samples it is, at the present limit, to the one whose rtt [`Rule::Vegas`] takes as the least whatever it
    /// is; 1: the next one does that, and moves nothing else. `None` where that is never.
    pub fn probe_in(&self) -> Option<u64> {
        match (self.state, self.config.settings().rule) {
            (State::Whole { limit, probed, .. }, Rule::Vegas { probe_multiplier, .. }) => {
                probe_in(probe_multiplier, limit, probed)
            }
            _ => None,
        }
    }

    /// Goes on with other settings. With another rule it begins anew at the present limit; with other numbers of the
    /// same rule it keeps what it has learnt, and the next sample takes it between the new `min` and `max`.
    pub fn reconfigure(&mut self, config: Config) {
        if core::mem::discriminant(&config.settings().rule) != core::mem::discriminant(&self.config.settings().rule) {
            let mut fresh = Self::new(config);
            let present = self.get();
            match &mut fresh.state {
                State::Whole { limit, .. } => *limit = present,
                State::Fraction { limit, .. } => *limit = f64::from(present),
            }
            self.state = fresh.state;
        }
        self.config = config;
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }
}

/// Whether at least half of the limit was in use.
fn in_use(sample: Sample, limit: u32) -> bool {
    2 * u64::from(sample.in_flight) >= u64::from(limit)
}

/// After `probed` samples since the last probe, which one from now the next will be; at least 1.
fn probe_in(multiplier: Option<u32>, limit: u32, probed: u64) -> Option<u64> {
    let every = u64::from(multiplier?) * u64::from(limit);
    Some(every.saturating_sub(probed).max(1))
}

/// The step of a Vegas limit: its decimal logarithm rounded down, but at least 1.
fn step(limit: u32) -> u32 {
    limit.checked_ilog10().unwrap_or(0).max(1)
}

/// The next Vegas limit; `rtt` is not below `least`.
fn vegas(limit: u32, least: u64, rtt: u64, sample: Sample, alpha: u32, beta: u32, thresholds: Thresholds) -> u32 {
    let u = step(limit);
    if sample.dropped {
        return limit.saturating_sub(u);
    }
    if !in_use(sample, limit) {
        return limit;
    }
    let (alpha, beta) = match thresholds {
        Thresholds::Fixed => (alpha, beta),
        Thresholds::TimesStep => (alpha.saturating_mul(u), beta.saturating_mul(u)),
    };
    // Where both are zero nothing queues.
    let late = u128::from(limit) * u128::from(rtt.saturating_sub(least));
    let queue = late.div_ceil(u128::from(rtt.max(1)));
    if queue <= u128::from(u) {
        limit.saturating_add(beta)
    } else if queue < u128::from(alpha) {
        limit.saturating_add(u)
    } else if queue > u128::from(beta) {
        limit.saturating_sub(u)
    } else {
        limit
    }
}

/// A gradient's long-run mean.
struct Mean<'a> {
    long: &'a mut f64,
    sum: &'a mut f64,
    seen: &'a mut u32,
}

impl Mean<'_> {
    fn add(&mut self, rtt: f64, window: u32) -> f64 {
        if *self.seen < WARM_UP {
            *self.seen += 1;
            *self.sum += rtt;
            *self.long = *self.sum / f64::from(*self.seen);
        } else {
            let factor = 2.0 / (f64::from(window) + 1.0);
            *self.long = *self.long * (1.0 - factor) + rtt * factor;
        }
        *self.long
    }
}

/// The next gradient limit, not yet cut.
fn gradient(limit: f64, mut mean: Mean<'_>, rtt: f64, sample: Sample, rule: Rule) -> f64 {
    let Rule::Gradient { smoothing_permille, queue, long_window, tolerance_permille } = rule else { return limit };
    let long = mean.add(rtt, long_window);
    // Multiplied out: a call may take no time at all.
    if long > 2.0 * rtt {
        *mean.long *= 0.95;
    }
    if 2.0 * f64::from(sample.in_flight) < limit {
        return limit;
    }
    let tolerated = f64::from(tolerance_permille) / 1000.0 * long;
    let gradient = if tolerated >= rtt { 1.0 } else { (tolerated / rtt).max(0.5) };
    let smoothing = f64::from(smoothing_permille) / 1000.0;
    limit * (1.0 - smoothing) + (limit * gradient + f64::from(queue)) * smoothing
}
