//! The lab's own calendar: years pass in seconds of the run.

use halfopen_core::Instant;

/// Nanoseconds of a second.
pub(super) const SECOND: u128 = 1_000_000_000;

/// An instant of the calendar, in nanoseconds since its beginning. A run of a day may pass hundreds of thousands of years.
pub(super) type Date = u128;

/// How run time becomes calendar time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    since: Instant,
    then: Date,
    /// Calendar time that passes in a second of the run, in milliseconds. Above 0.
    pace: u64,
}

impl Clock {
    pub(super) fn new(pace: u64) -> Self {
        Self { since: Instant::ZERO, then: 0, pace: pace.max(1) }
    }

    /// From `now` on at another pace.
    pub(super) fn turn(&mut self, now: Instant, pace: u64) {
        *self = Self { since: now, then: self.date(now), pace: pace.max(1) };
    }

    pub(super) fn pace(&self) -> u64 {
        self.pace
    }

    /// The date at an instant of the run.
    pub(super) fn date(&self, now: Instant) -> Date {
        self.then + now.since(self.since).as_nanos() * u128::from(self.pace) / 1000
    }

    /// The first instant of the run at which it is that date, or later.
    pub(super) fn instant(&self, date: Date) -> Instant {
        let ahead = date.saturating_sub(self.then).saturating_mul(1000).div_ceil(u128::from(self.pace));
        let nanos = u128::from(self.since.as_nanos()).saturating_add(ahead);
        Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Seconds of the calendar as a length of it.
pub(super) fn length(seconds: f64) -> Date {
    // Casts of floats saturate, and make 0 of what is no number.
    (seconds * SECOND as f64) as Date
}

/// A length of the calendar in seconds.
pub(super) fn seconds(length: Date) -> f64 {
    length as f64 / SECOND as f64
}

/// As it is told: “Year 2, day 43, 12:05”.
pub(super) fn told(date: Date) -> String {
    let minutes = date / SECOND / 60;
    let (days, minutes) = (minutes / 1440, minutes % 1440);
    let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let (years, day) = (days / 365, days % 365 + 1);
    if years == 0 { format!("Day {day}, {time}") } else { format!("Year {}, day {day}, {time}", years + 1) }
}

/// How much of the calendar has passed: “43 days”, “2.5 years”.
pub(super) fn passed(date: Date) -> String {
    let days = seconds(date) / 86_400.0;
    if days < 2.0 {
        return format!("{} h", libm::floor(days * 24.0) as u64);
    }
    if days < 365.0 {
        return format!("{} days", libm::floor(days) as u64);
    }
    let tenths = libm::floor(days / 36.5) as u64;
    crate::lab::text::fixed(tenths, 1) + " years"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_instants_go_both_ways() {
        let mut clock = Clock::new(86_400_000);
        let at = Instant::from_millis(1500);
        assert_eq!(told(clock.date(at)), "Day 2, 12:00");
        assert_eq!(clock.instant(clock.date(at)), at);
        clock.turn(at, 1);
        assert_eq!(clock.date(Instant::from_millis(2500)) - clock.date(at), SECOND / 1000);
        assert_eq!(clock.instant(clock.date(at) + 1), Instant::from_nanos(1_500_001_000));
        assert_eq!(clock.instant(u128::MAX), Instant::from_nanos(u64::MAX));
        assert_eq!((length(f64::INFINITY), length(f64::NAN)), (u128::MAX, 0));
        assert_eq!(told(366 * 86_400 * SECOND), "Year 2, day 2, 00:00");
        assert_eq!(passed(length(31_536_000.0 * 2.5)), "2.5 years");
    }
}
