//! What the settings mean before anything runs: how many threads each caller comes to hold while the backend hangs.

use std::time::Duration;

use crate::lab::{Config, Fact, text};

/// One request in millihertz × nanoseconds.
const ONE: u128 = 1_000_000_000_000;

/// The numbers for evenly spaced requests, as if there were threads without end; time counts from one gap before the first
/// request that the hung backend holds. Exact, but for one thread where a gap is no whole number of nanoseconds.
struct Forecast {
    rate: u128,
    timeout: u128,
    attempts: u128,
    threshold: u128,
}

impl Forecast {
    fn new(config: &Config) -> Self {
        Self {
            rate: config.count("rate").into(),
            timeout: config.duration("timeout").as_nanos(),
            attempts: config.small("attempts").into(),
            threshold: config.small("threshold").into(),
        }
    }

    /// Requests up to and at this time: the n-th comes at ⌊n × [`ONE`] / rate⌋.
    fn arrived(&self, at: u128) -> u128 {
        ((at + 1) * self.rate - 1) / ONE
    }

    /// When the n-th request comes.
    fn arrival(&self, n: u128) -> u128 {
        n * ONE / self.rate
    }

    /// Attempts that timed out up to and at this time, while the breaker lets all of them through.
    fn timed_out(&self, at: u128) -> u128 {
        (1..=self.attempts)
            .filter_map(|attempt| at.checked_sub(attempt * self.timeout))
            .map(|at| self.arrived(at))
            .sum()
    }

    /// When so many attempts have timed out in a row that the breaker opens.
    fn opens(&self) -> u128 {
        // With the first attempts' timeouts alone it takes this long, which is the most.
        let (mut before, mut by) = (0, self.arrival(self.threshold) + self.timeout);
        while by - before > 1 {
            let middle = before + (by - before) / 2;
            if self.timed_out(middle) >= self.threshold { by = middle } else { before = middle }
        }
        by
    }

    /// The most threads held without a breaker.
    fn without(&self) -> u128 {
        // Where timeouts are no longer than a gap, a request that comes as another one ends comes first.
        let longest = self.timeout * self.attempts + u128::from(self.comes_first());
        (longest * self.rate).div_ceil(ONE)
    }

    /// The most threads held with one. Nothing that arrives once it is open is held, but for a probe.
    fn with(&self) -> u128 {
        let last = self.opens() - u128::from(!self.comes_first());
        self.arrived(last).min(self.without())
    }

    fn comes_first(&self) -> bool {
        self.timeout <= self.arrival(1)
    }
}

fn many(number: u128) -> String {
    text::grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// To the millisecond.
fn time(nanos: u128) -> String {
    let millis = i64::try_from((nanos + 500_000) / 1_000_000).unwrap_or(i64::MAX);
    text::duration(millis.saturating_mul(1_000_000), "\u{a0}")
}

pub(super) fn claim(config: &Config) -> String {
    let forecast = Forecast::new(config);
    let threads = u128::from(config.count("threads"));
    let (without, with) = (forecast.without(), forecast.with());
    let first = format!(
        "While a backend hangs, every request holds a thread for {} × {}",
        text::about(config.duration("timeout")),
        forecast.attempts
    );
    let after = |nanos: u128| text::about(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)));
    let full = format!("full {} after the first of them", after(forecast.arrival(threads) - forecast.arrival(1)));
    let claim = if without < threads {
        format!(
            "{first}: {} at {}, which the pool of {} can bear without a breaker.",
            text::counted(u64::try_from(without).unwrap_or(u64::MAX), "thread", "threads"),
            config.show("rate"),
            many(threads)
        )
    } else if with < threads {
        format!(
            "{first}, and the pool is {full}. A breaker lets go of them once {} in a row: {} are held by then at most.",
            text::counted(config.count("threshold"), "attempt has timed out", "attempts have timed out"),
            many(with)
        )
    } else if forecast.arrival(threads) < forecast.arrival(1) + forecast.timeout {
        format!(
            "{first}. The pool is {full}, before the first timeout returns and the breaker can know: a breaker does not replace a timeout."
        )
    } else {
        format!(
            "{first}. The pool is {full}. The breaker waits for {} in a row, which takes up to {}, and opens too late: it does not replace a timeout.",
            text::counted(config.count("threshold"), "timeout", "timeouts"),
            time(forecast.opens())
        )
    };
    if config.choice("arrivals") == "poisson" {
        format!("{claim} These are averages, for requests come at random.")
    } else {
        claim
    }
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let forecast = Forecast::new(config);
    let (without, with) = (forecast.without(), forecast.with());
    let rate = config.show("rate");
    let fact = |label: &str, held: u128, because: String| Fact {
        label: label.to_owned(),
        value: format!("{} of {} threads", many(held), config.show("threads")),
        because,
    };
    let timeout = text::about(config.duration("timeout"));
    let opens = format!(
        "the breaker opens after {} in a row, {} after it hung at the latest",
        text::counted(config.count("threshold"), "timeout", "timeouts"),
        time(forecast.opens())
    );
    vec![
        fact("Held while it hangs, without a breaker", without, format!("{rate} × {timeout} × {}", forecast.attempts)),
        fact(
            "Held at most until the breaker opens",
            with,
            if with < without { format!("{rate}; {opens}") } else { format!("no fewer than without; {opens}") },
        ),
    ]
}
