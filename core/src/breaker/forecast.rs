//! What a configuration means before anything runs: how soon it opens, and how often for nothing.
//!
//! The traffic is assumed even: calls come at a constant rate and take no time, and each fails on its own with the same
//! probability. The breaker starts closed with an empty window. Slow calls are left out: with [`Slow`](super::Slow) set
//! it may open earlier than told here.

use super::config::Config;
use super::odds::{below, hazard, least, run};
use super::settings::{Decide, HalfOpen, PermitsLimit, Settings, Trip, Window};

/// Even traffic to one breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    /// Calls a second that this one breaker sees; above 0. Of n instances behind an even balancer each sees the n-th
    /// part of the whole.
    pub calls_per_second: f64,
    /// The probability that a call fails, 0 to 1.
    pub failing: f64,
}

/// A number together with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimate {
    /// Right under the stated assumptions, up to rounding.
    Exact(f64),
    /// An approximation; each function says how good.
    Approximate(f64),
    /// The true number is not smaller.
    AtLeast(f64),
    /// The true number is not larger.
    AtMost(f64),
    /// It does not happen.
    Never,
}

impl Estimate {
    /// The number, whatever it is worth; `None` for [`Estimate::Never`].
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Exact(value) | Self::Approximate(value) | Self::AtLeast(value) | Self::AtMost(value) => Some(value),
            Self::Never => None,
        }
    }

    /// Applies a growing function to the number.
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(f(value)),
            Self::Approximate(value) => Self::Approximate(f(value)),
            Self::AtLeast(value) => Self::AtLeast(f(value)),
            Self::AtMost(value) => Self::AtMost(f(value)),
            Self::Never => Self::Never,
        }
    }
}

/// How often a breaker in front of something healthy opens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FalseOpenings {
    /// Openings from `closed` a day in the long run, of one instance.
    pub per_day: Estimate,
    /// The same, of all instances together: so many times as many, because each has its own traffic and window.
    pub per_day_all: Estimate,
    /// The probability that at least one instance opens within a day, taking openings as a Poisson process.
    pub any_in_a_day: Estimate,
}

impl Config {
    /// The expected number of calls until it opens, the last one included.
    ///
    /// * [`Trip::Consecutive`]: exact, `(1 − pⁿ) / (pⁿ (1 − p))` (Feller, *An Introduction to Probability Theory*, vol. I,
    ///   XIII.7); in a [`Window::Fixed`] worked out through all windows.
    /// * The other trips in a [`Window::Calls`]: exact while the window fills (a Markov chain over recorded and failed);
    ///   after that the scan statistic's approximation by Naus ("Approximations for Distributions of Scan Statistics",
    ///   JASA 77, 1982), within a few percent; where openings are too rare for its arithmetic, the Poisson clumping
    ///   heuristic, `b(k; n, p) (k / n − p)` openings a call, where k failures of n calls open and b is the binomial
    ///   probability (Aldous, *Probability Approximations via the Poisson Clumping Heuristic*, 1989).
    /// * In a [`Window::Time`]: as a count window of as many calls as it holds on average, so an approximation.
    /// * In a [`Window::Fixed`]: exact when a whole number of calls comes in each.
    ///
    /// `None` when the traffic is no traffic: a rate that is not above 0, or a probability that is none.
    pub fn calls_to_open(&self, traffic: Traffic) -> Option<Estimate> {
        let Traffic { calls_per_second: rate, failing } = traffic;
        if !(rate > 0.0 && rate.is_finite() && (0.0..=1.0).contains(&failing)) {
            return None;
        }
        Some(match (self.settings().trip, self.settings().window) {
            (Trip::Consecutive { failures }, Window::Fixed { length }) => {
                run_in_fixed(failures, failing, rate * length.as_secs_f64())
            }
            (Trip::Consecutive { .. }, _) if failing == 0.0 => Estimate::Never,
            (Trip::Consecutive { failures }, _) => finite(Estimate::Exact(run(failures, failing))),
            (_, Window::Calls { calls }) => self.sliding(failing, u64::from(calls), u64::from(calls)),
            (_, Window::Time { time, buckets }) => {
                let most = rate * time.as_secs_f64();
                if libm::floor(most + 1e-9) < self.minimum as f64 {
                    return Some(Estimate::Never);
                }
                let mean = most * (1.0 - 0.5 / f64::from(buckets));
                let surely = libm::floor(most * (1.0 - 1.0 / f64::from(buckets))) as u64;
                self.sliding(failing, (libm::round(mean) as u64).max(self.minimum).max(1), surely)
            }
            (_, Window::Fixed { length }) => self.tumbling(failing, rate * length.as_secs_f64()),
        })
    }

    /// The expected time until it opens, in seconds: [`Config::calls_to_open`] at the rate of the traffic.
    pub fn seconds_to_open(&self, traffic: Traffic) -> Option<Estimate> {
        self.calls_to_open(traffic).map(|calls| calls.map(|calls| calls / traffic.calls_per_second))
    }

    /// How often it opens at the error rate of a healthy day, for one instance with this traffic and for `instances`
    /// with the same traffic each, independent of one another.
    ///
    /// A cycle is the time to open, and then the waits and probes until it closes again; a day holds as many openings
    /// as cycles. Probes come at the rate of the traffic.
    pub fn false_openings(&self, traffic: Traffic, instances: u32) -> Option<FalseOpenings> {
        let day = 86_400.0;
        let closed = self.seconds_to_open(traffic)?;
        let open = self.seconds_open(traffic);
        let per_day = match closed {
            Estimate::Never => Estimate::Exact(0.0),
            Estimate::AtLeast(closed) => Estimate::AtMost(day / (closed + open.value().unwrap_or(0.0))),
            // How long it stays open at most is not told then.
            Estimate::AtMost(_) if matches!(open, Estimate::AtLeast(_)) => Estimate::AtLeast(0.0),
            Estimate::AtMost(closed) => Estimate::AtLeast(day / (closed + open.value().unwrap_or(f64::INFINITY))),
            Estimate::Exact(closed) | Estimate::Approximate(closed) => match open {
                // It opens once and stays so.
                Estimate::Never => Estimate::AtMost(1.0),
                Estimate::AtLeast(open) => Estimate::AtMost(day / (closed + open)),
                Estimate::Exact(open) if matches!(self.calls_to_open(traffic), Some(Estimate::Exact(_))) => {
                    Estimate::Exact(day / (closed + open))
                }
                open => Estimate::Approximate(day / (closed + open.value().unwrap_or(0.0))),
            },
        };
        let per_day_all = per_day.map(|count| count * f64::from(instances));
        let any = per_day_all.map(|count| -libm::expm1(-count));
        let any_in_a_day = match any {
            Estimate::Exact(value) if value > 0.0 => Estimate::Approximate(value),
            any => any,
        };
        Some(FalseOpenings { per_day, per_day_all, any_in_a_day })
    }

    /// The expected time from an opening until the breaker is closed again, in seconds: every wait, and the probes.
    ///
    /// Exact for [`Decide::Numbers`] with 1 success or 1 failure and for [`Decide::Rate`] without `early`, unless a limit on
    /// the length of `half_open` may end it before the probes decide: such an end is not looked at. `Never` when no probe
    /// can succeed. Where all permits may be used up without a decision and no limit ends that, the mean is without end,
    /// because it may stay half-open for ever; then `AtLeast` the shortest way, one wait and the probes that close it.
    pub fn seconds_open(&self, traffic: Traffic) -> Estimate {
        let p = traffic.failing;
        let HalfOpen { permits, permits_limit, decide, .. } = self.settings().half_open;
        let limit = self.settings().max_half_open;
        let (fewest, most) = match decide {
            Decide::Numbers { successes, failures } => (successes, u64::from(successes) + u64::from(failures) - 1),
            Decide::Rate { .. } => (self.after, self.after.into()),
        };
        let runs_out = permits_limit == PermitsLimit::Total && u64::from(permits) < most;
        let cut =
            limit.is_some_and(|limit| runs_out || limit.after.as_secs_f64() <= most as f64 / traffic.calls_per_second);
        let (reopens, probes, exact) = match decide {
            Decide::Numbers { successes: 1, failures } => {
                let all_fail = libm::pow(p, f64::from(failures));
                (all_fail, if p < 1.0 { (1.0 - all_fail) / (1.0 - p) } else { f64::from(failures) }, true)
            }
            Decide::Numbers { successes, failures: 1 } => {
                let none_fails = libm::pow(1.0 - p, f64::from(successes));
                (1.0 - none_fails, if p > 0.0 { (1.0 - none_fails) / p } else { f64::from(successes) }, true)
            }
            Decide::Numbers { successes, failures } => {
                let (s, f) = (f64::from(successes), f64::from(failures));
                // One of the two is reached within s + f - 1 probes.
                let reopens = 1.0 - below(u64::from(failures), u64::from(successes) + u64::from(failures) - 1, p);
                (reopens, (s / (1.0 - p)).min(f / p), false)
            }
            Decide::Rate { percent, compare, early, .. } => {
                let after = u64::from(self.after);
                (1.0 - below(least(percent, compare, after), after, p), self.after.into(), !early)
            }
        };
        let reopens = reopens.clamp(0.0, 1.0);
        if reopens >= 1.0 {
            return Estimate::Never;
        }
        if runs_out && limit.is_none() && p > 0.0 {
            let wait = self.capped(self.initial()) as f64 / 1e9;
            return Estimate::AtLeast(wait + f64::from(fewest) / traffic.calls_per_second);
        }
        let (mut seconds, mut reached, mut grown) = (0.0, 1.0, self.initial());
        // With n openings in a row as likely as reopens^(n-1); once the wait is steady the rest is a geometric series.
        for _ in 0..10_000 {
            let round = self.capped(grown) as f64 / 1e9 + probes / traffic.calls_per_second;
            if self.is_steady(grown) {
                seconds += reached * round / (1.0 - reopens);
                break;
            }
            seconds += reached * round;
            reached *= reopens;
            grown = self.grow(grown);
            if reached < 1e-18 {
                break;
            }
        }
        if exact && !cut { Estimate::Exact(seconds) } else { Estimate::Approximate(seconds) }
    }

    /// Failures that open when so many results are recorded, whatever the minimum; more than that when none do.
    fn trips_at(&self, recorded: u64) -> u64 {
        match self.settings().trip {
            Trip::Consecutive { failures } | Trip::Failures { failures } => u64::from(failures),
            Trip::Rate { percent, compare } => least(percent, compare, recorded),
        }
    }

    /// Calls to open with a window over the last `window` results, of which the first `surely` roll nothing off.
    fn sliding(&self, p: f64, window: u64, surely: u64) -> Estimate {
        let fill = Fill::run(self, p, window);
        let k = self.trips_at(fill.calls);
        let n = fill.calls as f64;
        if fill.alive > 0.0 && k > fill.calls {
            // So many failures take k / p calls at least, if they fit in at all.
            return if fill.calls < window && p > 0.0 { Estimate::AtLeast(k as f64 / p) } else { Estimate::Never };
        }
        let rest = if fill.alive > 0.0 { fill.alive / hazard(k, fill.calls, p) } else { 0.0 };
        let calls = fill.expected + rest;
        if calls.is_infinite() {
            return if p > 0.0 { Estimate::AtLeast(f64::MAX) } else { Estimate::Never };
        }
        if rest <= 1e-9 * calls {
            return if fill.calls <= surely { Estimate::Exact(calls) } else { Estimate::Approximate(calls) };
        }
        // Given up while filling: with more results it opens ever more rarely, if the threshold is above p.
        if fill.calls < window && k as f64 / n > p { Estimate::AtLeast(calls) } else { Estimate::Approximate(calls) }
    }

    /// Calls to open with windows of `calls` calls, each beginning empty: every window is a new attempt.
    fn tumbling(&self, p: f64, calls: f64) -> Estimate {
        let whole = libm::floor(calls + 1e-9);
        if whole < 1.0 || whole < self.minimum as f64 {
            return Estimate::Never;
        }
        let fill = Fill::run(self, p, whole as u64);
        if fill.tripped <= 0.0 {
            return if p > 0.0 && self.trips_at(whole as u64) as f64 <= whole {
                Estimate::AtLeast(f64::MAX)
            } else {
                Estimate::Never
            };
        }
        // Where the filling was given up, the rest of each window is taken to add nothing but its calls.
        let rest = (whole - fill.calls as f64) * fill.alive;
        let expected = (fill.expected + rest) / fill.tripped;
        if rest > 1e-9 * expected {
            return Estimate::Approximate(expected);
        }
        if whole + 1e-9 >= calls || fill.alive < 1e-12 {
            Estimate::Exact(expected)
        } else {
            Estimate::Approximate(expected)
        }
    }
}

/// States that [`Fill`] can tell apart; 8 KB of stack.
const STATES: usize = 1001;
/// Steps times states that [`Fill`] takes before it gives up.
const WORK_MAX: u64 = 4_000_000;

/// A window that fills from empty, as a Markov chain: after j results, the probability of f failures among them and of
/// not having opened yet.
struct Fill {
    /// The results it got to.
    calls: u64,
    /// The expected number of calls within these until it has opened.
    expected: f64,
    /// The probability of not having opened.
    alive: f64,
    /// The probability of having opened; summed up, because it may be far below the rounding of `1 − alive`.
    tripped: f64,
}

impl Fill {
    fn run(config: &Config, p: f64, window: u64) -> Self {
        let &Settings { trip, success_may_trip, .. } = config.settings();
        let (top, most, merges) = match trip {
            // More failures than the threshold are as good as the threshold.
            Trip::Failures { failures } if (failures as usize) < STATES => {
                (failures as usize, WORK_MAX / u64::from(failures).max(1), true)
            }
            _ => (STATES - 1, STATES as u64 - 1, false),
        };
        let mut states = [0.0; STATES];
        states[0] = 1.0;
        let mut fill = Self { calls: 0, expected: 0.0, alive: 1.0, tripped: 0.0 };
        while fill.calls < window.min(most) && fill.alive > 1e-15 {
            fill.expected += fill.alive;
            fill.calls += 1;
            let threshold = if fill.calls >= config.minimum { config.trips_at(fill.calls) } else { u64::MAX };
            let reached = top.min(usize::try_from(fill.calls).unwrap_or(top));
            let mut alive = 0.0;
            for failed in (0..=reached).rev() {
                let after_failure = if failed == 0 { 0.0 } else { p * at(&states, failed - 1) };
                let stays = if failed == top && merges { p * at(&states, failed) } else { 0.0 };
                let (mut after_failure, mut after_success) = (after_failure + stays, (1.0 - p) * at(&states, failed));
                if failed as u64 >= threshold {
                    fill.tripped += after_failure;
                    after_failure = 0.0;
                    if success_may_trip {
                        fill.tripped += after_success;
                        after_success = 0.0;
                    }
                }
                if let Some(state) = states.get_mut(failed) {
                    *state = after_failure + after_success;
                    alive += *state;
                }
            }
            fill.alive = alive;
        }
        fill
    }
}

fn at(states: &[f64; STATES], index: usize) -> f64 {
    states.get(index).copied().unwrap_or(0.0)
}

/// The same, when every `calls` calls the run is cut.
fn run_in_fixed(n: u32, p: f64, calls: f64) -> Estimate {
    let whole = libm::floor(calls + 1e-9);
    let long = whole > 1e6 || n as usize >= STATES;
    if whole < f64::from(n) || p == 0.0 {
        return Estimate::Never;
    }
    if long {
        // So long a window hardly ever cuts a run that would have opened.
        return finite(Estimate::Approximate(run(n, p)));
    }
    // The probability of no run in j calls is that in j - 1 less (1 - p) pⁿ times that in j - n - 1 (Feller, XIII.7).
    let mut ring = [1.0; STATES];
    let length = n as usize + 1;
    let all = libm::pow(p, f64::from(n));
    let (mut alive, mut tripped, mut expected) = (1.0, 0.0, 0.0);
    for j in 1..=whole as usize {
        expected += alive;
        let trips = match j.cmp(&(n as usize)) {
            core::cmp::Ordering::Less => 0.0,
            core::cmp::Ordering::Equal => all,
            // ring[j mod (n + 1)] still holds the value of j - n - 1.
            core::cmp::Ordering::Greater => (1.0 - p) * all * ring.get(j % length).copied().unwrap_or(0.0),
        };
        alive -= trips;
        tripped += trips;
        if let Some(place) = ring.get_mut(j % length) {
            *place = alive;
        }
    }
    let expected = expected / tripped;
    finite(if whole + 1e-9 >= calls { Estimate::Exact(expected) } else { Estimate::Approximate(expected) })
}

/// A number too large to be told becomes a bound.
fn finite(calls: Estimate) -> Estimate {
    if calls.value().is_some_and(f64::is_finite) { calls } else { Estimate::AtLeast(f64::MAX) }
}
