//! When a second copy is sent: never, after a fixed delay, or after the 95th percentile of what first copies took.

use std::time::Duration;

use halfopen_core::hedge::{Config, Observed, Settings};

/// First copies whose times are remembered.
const REMEMBERED: usize = 1_000;
/// Times that a percentile needs.
pub(super) const ENOUGH: u32 = 100;
/// The percentile that few first copies take longer than, in thousandths.
const P95: u32 = 950;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Never,
    After(Duration),
    P95,
}

/// What is to be done with the next request.
#[derive(Clone, Debug)]
pub(super) struct Hedging {
    when: When,
    observed: Observed<REMEMBERED>,
    p95: Option<Duration>,
}

impl Hedging {
    pub(super) fn new(when: When) -> Self {
        Self { when, observed: Observed::new(ENOUGH), p95: None }
    }

    pub(super) fn set(&mut self, when: When) {
        self.when = when;
    }

    /// How long after the first copy the second one goes out; `None` while none does.
    pub(super) fn delay(&self) -> Option<Duration> {
        match self.when {
            When::Never => None,
            When::After(delay) => Some(delay),
            When::P95 => self.p95,
        }
    }

    /// What holds for a request that is sent now, if it may have a copy. One that a server turns down is not sent again.
    pub(super) fn config(&self) -> Option<Config> {
        let delay = self.delay()?;
        Config::new(Settings { delay, most: 2, hurries: false }).ok()
    }

    /// A first copy took so long, whether it won or not.
    pub(super) fn took(&mut self, time: Duration) {
        self.observed.on_first(time);
    }

    /// Looks anew at what first copies take.
    pub(super) fn look(&mut self) {
        self.p95 = if self.when == When::P95 { self.observed.quantile(P95) } else { None };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_the_percentile_of_first_copies() {
        let mut hedging = Hedging::new(When::P95);
        let delay = |hedging: &Hedging| hedging.config().map(|config| config.settings().delay);
        assert_eq!(delay(&hedging), None, "nothing is known yet");
        for time in 1..=REMEMBERED as u64 * 2 {
            hedging.took(Duration::from_millis(time % 1000));
        }
        hedging.look();
        assert_eq!(delay(&hedging), Some(Duration::from_millis(950)));
        hedging.set(When::After(Duration::from_millis(5)));
        assert_eq!(delay(&hedging), Some(Duration::from_millis(5)));
        hedging.set(When::Never);
        assert_eq!(delay(&hedging), None);
    }
}
