//! What a call takes at worst, retries and all.

use core::time::Duration;

use crate::retry;
use crate::time::nanos;

/// The worst case of a call through layers of retries: the longest until the caller knows how it ended, and the most
/// calls that are made at the bottom. Built from the inside out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worst {
    /// The longest it takes; `None` when nothing limits it. Saturates at `u64::MAX` nanoseconds.
    pub time: Option<Duration>,
    /// What of that is waiting between attempts of the outermost layer; `None` when nothing limits it.
    pub waits: Option<Duration>,
    /// Attempts that the outermost layer makes at most.
    pub attempts: u32,
    /// Calls made at the bottom at most: the layers' attempts multiplied. Saturates.
    pub calls: u64,
    /// The longest that one attempt of the outermost layer takes; `None` when nothing limits it.
    pub attempt: Option<Duration>,
}

impl Worst {
    /// A single call that takes at most so long; `None` when nobody knows.
    pub const fn of_a_call(time: Option<Duration>) -> Self {
        Self { time, waits: Some(Duration::ZERO), attempts: 1, calls: 1, attempt: time }
    }

    /// The same behind a layer of retries, of servers that give no hints.
    ///
    /// Exactly: with n the most attempts that there can be, t the lesser of the attempt's own timeout and what is inside,
    /// it is n × t and the longest n − 1 waits, as far as the limits on all waits ([`backoff::Settings::total`]) and on
    /// the whole ([`retry::Settings::total_time`]) permit them. The whole is cut to `total_time`, which presumes a caller
    /// that ends its attempts at [`retry::Retry::deadline`].
    ///
    /// Of linear waits past the first 65,536, which grow all that time, the sum is that of an arithmetic series: right to
    /// half a nanosecond a wait.
    ///
    /// [`backoff::Settings::total`]: crate::backoff::Settings::total
    pub fn behind(self, retry: &retry::Config) -> Self {
        self.layer(retry, Some(0), 1)
    }

    /// As [`Worst::behind`], of what is yet to come when the attempt `number` of the layer begins (the first is 1; 0 counts
    /// as that, and one that there cannot be as the last): its attempts from that one on, and the waits between them, the
    /// longest that come then. Of the limits on all waits and on the whole the most is left that can be: earlier waits were
    /// as short as they can be, and earlier attempts took no time.
    pub fn behind_from(self, retry: &retry::Config, number: u32) -> Self {
        self.layer(retry, Some(0), number)
    }

    /// The same behind a layer of retries, of servers that lengthen every wait by a hint as much as
    /// [`hint_slack`](crate::backoff::Settings::hint_slack) lets them. Without a slack nothing limits the waits but the
    /// limits on their sum and on the whole.
    pub fn behind_hinted(self, retry: &retry::Config) -> Self {
        let slack = retry.backoff().settings().hint_slack;
        self.layer(retry, slack.map(whole), 1)
    }

    fn layer(self, retry: &retry::Config, slack: Option<u64>, number: u32) -> Self {
        let (settings, backoff) = (retry.settings(), retry.backoff());
        let total = backoff.settings().total.map(whole);
        let total_time = settings.total_time.map(whole);
        let least = |count: u32| sum(count, |index| whole(backoff.least(index)));
        // No attempt begins when the whole is over, even after attempts that took no time.
        let begins = |attempts: u32| {
            let waited = least(attempts.saturating_sub(1));
            total.is_none_or(|total| waited <= total) && total_time.is_none_or(|limit| waited < limit)
        };
        let given = backoff.settings().max_delays.map_or(u32::MAX, |most| most.saturating_add(1));
        let attempts = last(settings.attempts.min(given).max(1), begins);
        let first = number.clamp(1, attempts);
        let attempts = attempts - (first - 1);
        let gaps = attempts - 1;
        let gone = least(first - 1);
        let (total, total_time) =
            (total.map(|total| total.saturating_sub(gone)), total_time.map(|limit| limit.saturating_sub(gone)));
        let waits = match slack {
            _ if gaps == 0 => Some(0),
            None => total,
            Some(slack) => {
                let most = sum(gaps, |index| whole(backoff.most(first - 1 + index)).saturating_add(slack));
                Some(total.map_or(most, |total| most.min(total)))
            }
        };
        let attempt = lesser(settings.attempt_timeout.map(whole), self.time.map(whole));
        let time = match (attempt, waits) {
            (Some(attempt), Some(waits)) => Some(attempt.saturating_mul(u64::from(attempts)).saturating_add(waits)),
            _ => None,
        };
        Self {
            time: lesser(time, total_time).map(Duration::from_nanos),
            waits: lesser(waits, total_time).map(Duration::from_nanos),
            attempts,
            calls: self.calls.saturating_mul(u64::from(attempts)),
            attempt: lesser(attempt, total_time).map(Duration::from_nanos),
        }
    }
}

fn whole(time: Duration) -> u64 {
    nanos(time).unwrap_or(u64::MAX)
}

/// The lesser of two limits, either of which may be missing.
fn lesser(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The largest of 1 to `most` for which `holds`, which holds for all below one for which it does; 1 if for none.
fn last(most: u32, holds: impl Fn(u32) -> bool) -> u32 {
    if holds(most) {
        return most;
    }
    let (mut good, mut bad) = (1, most);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(middle) { good = middle } else { bad = middle }
    }
    good
}

/// So many numbers are added up one by one.
const ONE_BY_ONE: u32 = 1 << 16;

/// The sum of the first `count` of numbers that grow, linearly or fast, and may then stay as they are.
fn sum(count: u32, number: impl Fn(u32) -> u64) -> u64 {
    let Some(end) = count.checked_sub(1) else { return 0 };
    let highest = number(end);
    // From here on they are all as high.
    let flat = if number(0) == highest { 0 } else { last(end, |index| number(index) < highest).saturating_add(1) };
    // What grows by a factor is flat before that many steps, or is too large for a sum.
    let counted = flat.min(ONE_BY_ONE);
    let mut total: u64 = 0;
    for index in 0..counted {
        total = total.saturating_add(number(index));
        if total == u64::MAX {
            return total;
        }
    }
    if let Some(rest) = flat.checked_sub(counted).filter(|rest| *rest > 0) {
        let ends = u128::from(number(counted)) + u128::from(number(flat - 1));
        let series = ends * u128::from(rest) / 2;
        total = total.saturating_add(u64::try_from(series).unwrap_or(u64::MAX));
    }
    total.saturating_add(highest.saturating_mul(u64::from(count - flat)))
}
