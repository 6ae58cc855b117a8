//! Error budgets: what an objective leaves to fail, what incidents took of it, and how fast it goes.

use core::time::Duration;

use super::down::Unavailability;

/// A share of requests that may fail over a window, such as 0.1 % over 30 days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share that may fail: 0.001 for an objective of 99.9 %.
    pub may_fail: Unavailability,
    /// Over which it is counted.
    pub window: Duration,
}

/// Something that made requests fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Incident {
    /// When it began, from the window's beginning.
    pub start: Duration,
    /// How long it lasted.
    pub length: Duration,
    /// The share of requests that failed meanwhile.
    pub failing: Unavailability,
}

impl Incident {
    /// When it was over.
    pub fn end(&self) -> Duration {
        self.start.saturating_add(self.length)
    }

    /// The seconds of it that lie between two instants, each second counted by the share that failed.
    pub fn lost(&self, from: Duration, to: Duration) -> f64 {
        let (begin, end) = (self.start.max(from), self.end().min(to));
        end.saturating_sub(begin).as_secs_f64() * self.failing.0.to_f64()
    }
}

impl Objective {
    /// All that may be lost in the window, in seconds in which everything fails: 43 min 12 s for 99.9 % over 30 days.
    pub fn budget(&self) -> f64 {
        self.window.as_secs_f64() * self.may_fail.0.to_f64()
    }

    /// The share of the budget that these incidents took until an instant; above 1 the objective is missed. Infinite where
    /// there is no budget and something failed. Incidents at the same time add up, to all requests at most.
    pub fn spent<'a, I>(&self, incidents: I, until: Duration) -> f64
    where
        I: IntoIterator<Item = &'a Incident, IntoIter: Clone>,
    {
        let lost = lost(incidents.into_iter(), Duration::ZERO, until.min(self.window));
        if lost == 0.0 { 0.0 } else { lost / self.budget() }
    }

    /// How many times faster than planned the budget goes while this share of requests fails: at 1 it lasts just the window.
    pub fn burn_rate(&self, failing: Unavailability) -> f64 {
        if failing.0.is_zero() { 0.0 } else { failing.0.to_f64() / self.may_fail.0.to_f64() }
    }

    /// The burn rate over the time before an instant, as far as the window reaches back.
    pub fn burn_rate_over<'a, I>(&self, incidents: I, now: Duration, lookback: Duration) -> f64
    where
        I: IntoIterator<Item = &'a Incident, IntoIter: Clone>,
    {
        let lost = lost(incidents.into_iter(), now.saturating_sub(lookback), now);
        if lost == 0.0 { 0.0 } else { lost / lookback.as_secs_f64() / self.may_fail.0.to_f64() }
    }

    /// How long a full budget lasts at a burn rate. `None` for one at which it does not end.
    pub fn lasts(&self, burn_rate: f64) -> Option<Duration> {
        Duration::try_from_secs_f64(self.window.as_secs_f64() / burn_rate).ok()
    }
}

/// The seconds lost between two instants, each second counted by the share that failed; several incidents add up to 1 at most.
/// The work grows with the square of their number, and it needs no memory.
fn lost<'a>(incidents: impl Iterator<Item = &'a Incident> + Clone, from: Duration, to: Duration) -> f64 {
    let (mut lost, mut at) = (0.0, from);
    while at < to {
        // Until the next one begins or ends nothing changes.
        let ends = incidents.clone().flat_map(|incident| [incident.start, incident.end()]);
        let next = ends.filter(|end| *end > at).min().unwrap_or(to).min(to);
        let failing: f64 = incidents
            .clone()
            .filter(|incident| incident.start <= at && at < incident.end())
            .map(|incident| incident.failing.0.to_f64())
            .sum();
        lost += (next - at).as_secs_f64() * failing.min(1.0);
        at = next;
    }
    lost
}

/// Alerts when the budget burns faster than this over the time looked back at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// How far it looks back.
    pub lookback: Duration,
    /// From which burn rate on.
    pub burn_rate: f64,
}

impl Alert {
    /// Those of Google's SRE Workbook (2018, chapter 5) for a window of 30 days: 2 % of the budget in 1 hour, 5 % in 6 hours,
    /// 10 % in 3 days.
    pub const USUAL: [Self; 3] = [
        Self { lookback: Duration::from_secs(3600), burn_rate: 14.4 },
        Self { lookback: Duration::from_secs(6 * 3600), burn_rate: 6.0 },
        Self { lookback: Duration::from_secs(3 * 86_400), burn_rate: 1.0 },
    ];

    /// The share of the budget that is gone when it has burnt at this rate for as long as it looks back.
    pub fn spends(&self, window: Duration) -> f64 {
        self.burn_rate * self.lookback.as_secs_f64() / window.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);
    const HOUR: Duration = Duration::from_secs(3600);

    fn month() -> Objective {
        Objective { may_fail: Unavailability::new(0.001).unwrap(), window: 30 * DAY }
    }

    #[test]
    fn the_workbooks_numbers_come_out() {
        assert!((month().budget() - (43.0 * 60.0 + 12.0)).abs() < 1e-9);
        let spends = Alert::USUAL.map(|alert| alert.spends(month().window));
        for (spends, share) in spends.into_iter().zip([0.02, 0.05, 0.1]) {
            assert!((spends - share).abs() < 1e-12, "{spends} is not {share}");
        }
        assert_eq!(month().lasts(1.0), Some(30 * DAY));
        assert_eq!(month().lasts(0.0), None);
    }

    #[test]
    fn incidents_spend_the_budget() {
        let half = Unavailability::new(0.5).unwrap();
        let incidents = [Incident { start: 2 * DAY, length: HOUR, failing: half }];
        let (before, after) = (month().spent(&incidents, 2 * DAY), month().spent(&incidents, 3 * DAY));
        assert_eq!(before, 0.0);
        assert!((after - 1800.0 / 2592.0).abs() < 1e-12);
        assert!((month().burn_rate(half) - 500.0).abs() < 1e-9);
        let over = |now, lookback| month().burn_rate_over(&incidents, now, lookback);
        assert!((over(2 * DAY + HOUR, HOUR) - 500.0).abs() < 1e-9);
        assert!((over(2 * DAY + HOUR, 6 * HOUR) - 500.0 / 6.0).abs() < 1e-9);
        assert_eq!(over(DAY, HOUR), 0.0);
        // The same twice is all that failed at most; what does not overlap adds up.
        let twice = [incidents[0], incidents[0], Incident { start: 2 * DAY + HOUR / 2, ..incidents[0] }];
        let spent = month().spent(&twice, 3 * DAY);
        assert!((spent - (3600.0 + 900.0) / 2592.0).abs() < 1e-12, "{spent}");
        let never = Objective { may_fail: Unavailability::NEVER, window: DAY };
        assert_eq!(never.spent(&[], DAY), 0.0);
        assert_eq!(never.spent(&[Incident { start: Duration::ZERO, length: HOUR, failing: half }], DAY), f64::INFINITY);
    }
}
