//! The waits themselves, one after the other.

use core::iter::FusedIterator;
use core::time::Duration;

use super::config::Config;
use crate::rng::Stream;
use crate::time::nanos;

/// How far a series of waits has come: 24 bytes, without its settings and without chance, both of which are passed in.
///
/// For simulations with many clients, and for tests that choose the draws. [`Backoff`] joins the three.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    given: u32,
    over: bool,
    /// The sum of the waits given, in nanoseconds.
    waited: u64,
    /// The last decorrelated wait, in nanoseconds and not rounded to them: each builds on it, threefold. 0 before the
    /// first.
    previous: f64,
}

impl Series {
    /// No wait yet.
    pub const fn new() -> Self {
        Self { given: 0, over: false, waited: 0, previous: 0.0 }
    }

    /// The next wait; `None`, now and ever after, when [`Settings::max_delays`](super::Settings::max_delays) have been
    /// given or the sum with this one would pass [`Settings::total`](super::Settings::total).
    ///
    /// `draw` is where between its ends the wait lies, from 0 (least) to 1 (most); what is beyond is taken as that
    /// end. `hint` is how long the server asks to wait: the wait becomes the hint, but not shorter than it would be
    /// and at most [`Settings::hint_slack`](super::Settings::hint_slack) longer. Waits are whole nanoseconds, at most
    /// `u64::MAX` of them.
    pub fn next(&mut self, config: &Config, draw: f64, hint: Option<Duration>) -> Option<Duration> {
        let spent = config.settings().max_delays.is_some_and(|most| self.given >= most);
        // What is no number is not above 0 either.
        let wait = self.draw(config, if draw > 0.0 { draw.min(1.0) } else { 0.0 });
        let hinted = match hint {
            Some(hint) => nanos(hint).unwrap_or(u64::MAX).min(wait.saturating_add(config.slack)).max(wait),
            None => wait,
        };
        // A sum beyond u64 is over any total; without one there is nothing to pass.
        let sum = self.waited.checked_add(hinted);
        let passed = config.total < u64::MAX && sum.is_none_or(|sum| sum > config.total);
        self.over |= spent || passed;
        if self.over {
            return None;
        }
        self.given = self.given.saturating_add(1);
        self.waited = sum.unwrap_or(u64::MAX);
        Some(Duration::from_nanos(hinted))
    }

    /// The next wait, hints and ends apart, in nanoseconds.
    fn draw(&mut self, config: &Config, draw: f64) -> u64 {
        let (least, most) = if config.is_decorrelated() {
            let base = config.base as f64;
            (base, 3.0 * self.previous.max(base))
        } else {
            config.jittered(config.unjittered(self.given))
        };
        let wait = least + (most - least) * draw;
        self.previous = wait.min(config.cap as f64);
        config.cut(wait)
    }

    /// How many waits it has given.
    pub const fn given(&self) -> u32 {
        self.given
    }

    /// The sum of the waits it has given.
    pub const fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited)
    }
}

/// The waits of one series, drawn from a stream of its own.
///
/// One number is drawn a wait, whatever the settings, so that turning the jitter on shifts no later draw.
///
/// ```
/// use core::time::Duration;
/// use halfopen_core::backoff::{Backoff, Config, Kind, Settings};
/// use halfopen_core::rng::Seed;
///
/// let doubling = Kind::Exponential { base: Duration::from_millis(100), factor_permille: 2000 };
/// let config = Config::new(Settings { cap: Some(Duration::from_secs(1)), ..Settings::plain(doubling) })?;
/// let waits = Backoff::new(config, Seed(1).stream("jitter"));
/// let millis: Vec<_> = waits.take(5).map(|wait| wait.as_millis()).collect();
/// assert_eq!(millis, [100, 200, 400, 800, 1000]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    config: Config,
    series: Series,
    stream: Stream,
}

impl Backoff {
    /// A series that has not begun.
    pub const fn new(config: Config, stream: Stream) -> Self {
        Self { config, series: Series::new(), stream }
    }

    /// The next wait, when the server has said how long to wait; see [`Series::next`].
    pub fn next_hinted(&mut self, hint: Option<Duration>) -> Option<Duration> {
        let draw = self.stream.unit();
        self.series.next(&self.config, draw, hint)
    }

    /// Begins anew, for the next request; the stream goes on.
    pub fn reset(&mut self) {
        self.series = Series::new();
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// How far it has come.
    pub const fn series(&self) -> &Series {
        &self.series
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.next_hinted(None)
    }
}

impl FusedIterator for Backoff {}
