//! One request's way through its attempts.

use core::time::Duration;

use super::config::Config;
use super::verb::{GiveUp, Outcome, Verdict};
use crate::backoff::Series;
use crate::rng::Stream;
use crate::time::Instant;

/// One request's way through its attempts. The first is under way when it is made.
///
/// Verbs take the configuration, which may change between them: new numbers act from the next result on.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    series: Series,
    /// When the first attempt began.
    begun: Instant,
    /// When the present attempt began; while waiting, the one before.
    since: Instant,
    attempt: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Trying,
    Waiting { until: Instant },
    Over(Verdict),
}

impl Retry {
    /// A request whose first attempt begins now.
    pub const fn new(now: Instant) -> Self {
        Self { series: Series::new(), begun: now, since: now, attempt: 1, state: State::Trying }
    }

    /// The present attempt went so. After the end it says the same again.
    ///
    /// A failure draws one number from `jitter`, whatever becomes of it, so that no setting shifts later draws.
    pub fn on_result(&mut self, config: &Config, outcome: Outcome, jitter: &mut Stream, now: Instant) -> Verdict {
        self.on_result_within(config, outcome, jitter, now, &mut || true)
    }

    /// [`Retry::on_result`] within a retry budget: `permit` is asked whether there may be another attempt, after
    /// everything else has agreed to it, so that no token is taken for one that will not be made.
    pub fn on_result_within(
        &mut self,
        config: &Config,
        outcome: Outcome,
        jitter: &mut Stream,
        now: Instant,
        permit: &mut dyn FnMut() -> bool,
    ) -> Verdict {
        match self.state {
            State::Over(verdict) => return verdict,
            // An attempt that was not announced began when it was due, or just now.
            State::Waiting { until } => self.begin(until.min(now)),
            State::Trying => {}
        }
        let verdict = match outcome {
            Outcome::Success => Verdict::Done,
            _ => match self.next_wait(config, outcome, jitter.unit(), now, permit) {
                Ok(wait) => Verdict::Wait { until: now + wait, wait },
                Err(reason) => Verdict::GiveUp { reason, last: outcome },
            },
        };
        self.state = match verdict {
            Verdict::Wait { until, .. } => State::Waiting { until },
            Verdict::Done | Verdict::GiveUp { .. } => State::Over(verdict),
        };
        verdict
    }

    fn next_wait(
        &mut self,
        config: &Config,
        outcome: Outcome,
        draw: f64,
        now: Instant,
        permit: &mut dyn FnMut() -> bool,
    ) -> Result<Duration, GiveUp> {
        let settings = config.settings();
        let hint = match outcome {
            Outcome::Fatal => return Err(GiveUp::Fatal),
            Outcome::Refused { .. } if !settings.retries_refusals => return Err(GiveUp::Refused),
            Outcome::Failure { retry_after } | Outcome::Refused { retry_after } => retry_after,
            Outcome::TimedOut | Outcome::Success => None,
        };
        if self.attempt >= settings.attempts {
            return Err(GiveUp::Attempts { attempts: self.attempt });
        }
        let given = self.series.given();
        // On a copy: a wait that will not be made is none of the series'.
        let mut series = self.series.clone();
        let wait = series.next(config.backoff(), draw, hint).ok_or(GiveUp::NoWait { given })?;
        if let Some(limit) = settings.total_time
            && (now + wait).since(self.begun) >= limit
        {
            return Err(GiveUp::TotalTime { limit, wait });
        }
        if !permit() {
            return Err(GiveUp::Budget);
        }
        self.series = series;
        Ok(wait)
    }

    /// The next attempt begins now: after a wait, whether it is over or not. Otherwise it does nothing.
    pub fn begin(&mut self, now: Instant) {
        if let State::Waiting { .. } = self.state {
            self.state = State::Trying;
            self.since = now;
            self.attempt = self.attempt.saturating_add(1);
        }
    }

    /// When the present attempt has taken as long as it may, by [`attempt_timeout`](super::Settings::attempt_timeout)
    /// or by what is left of [`total_time`](super::Settings::total_time). `None` without a limit, or when no attempt is
    /// under way.
    pub fn deadline(&self, config: &Config) -> Option<Instant> {
        if self.state != State::Trying {
            return None;
        }
        let settings = config.settings();
        let alone = settings.attempt_timeout.map(|limit| self.since + limit);
        let in_all = settings.total_time.map(|limit| self.begun + limit);
        match (alone, in_all) {
            (Some(alone), Some(in_all)) => Some(alone.min(in_all)),
            (one, other) => one.or(other),
        }
    }

    /// When there is something to do next, results apart: the present attempt's [`Retry::deadline`], or the end of the
    /// wait. Any verb may change it.
    pub fn poll_timeout(&self, config: &Config) -> Option<Instant> {
        match self.state {
            State::Waiting { until } => Some(until),
            State::Trying | State::Over(_) => self.deadline(config),
        }
    }

    /// Which attempt is under way, or was the last, counted from 1.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the first attempt began.
    pub const fn begun(&self) -> Instant {
        self.begun
    }

    /// When the present attempt began, or the last one.
    pub const fn since(&self) -> Instant {
        self.since
    }

    /// How it ended, if it has.
    pub const fn ended(&self) -> Option<Verdict> {
        match self.state {
            State::Over(verdict) => Some(verdict),
            State::Trying | State::Waiting { .. } => None,
        }
    }

    /// The waits so far, the one under way among them; none that was drawn and then not made.
    pub const fn series(&self) -> &Series {
        &self.series
    }
}
