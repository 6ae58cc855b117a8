//! Any of the budgets, with the same verbs.

use super::{Cause, Deposit, Quota, Refused, Share, Taken, TokenRatio};
use crate::time::Instant;

/// A budget of any kind, for whoever lets its readers or its settings choose one. A [`Deposit`] has up to `N` buckets.
///
/// Tell it of every request's beginning, of every attempt's end, and ask before every retry; each kind listens to what
/// concerns it. A retry that was permitted ends once: in [`Budget::on_success`], [`Budget::on_failure`], or
/// [`Budget::on_not_sent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Budget<const N: usize> {
    /// Permits all.
    Unlimited,
    /// By tokens that success pays back.
    Quota(Quota),
    /// By the share of attempts that fail.
    TokenRatio(TokenRatio),
    /// By the number of the last requests.
    Deposit(Deposit<N>),
    /// By the number of requests under way.
    Share(Share),
}

/// What a request holds of a budget; new for each request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    taken: Option<Taken>,
    retrying: bool,
}

impl<const N: usize> Budget<N> {
    /// A request begins with its first attempt.
    pub fn on_request(&mut self, now: Instant) {
        if let Self::Deposit(deposit) = self {
            deposit.on_request(now);
        }
    }

    /// Asks for a retry of a request, after `cause`; `active` requests are under way, retries among them.
    ///
    /// # Errors
    /// There must be none now; nothing has changed.
    pub fn try_retry(&mut self, held: &mut Held, cause: Cause, active: u32, now: Instant) -> Result<(), Refused> {
        match self {
            Self::Unlimited => {}
            Self::Quota(quota) => held.taken = Some(quota.try_retry(cause)?),
            Self::TokenRatio(tokens) => tokens.try_retry()?,
            Self::Deposit(deposit) => deposit.try_retry(now)?,
            Self::Share(share) => share.try_retry(active)?,
        }
        held.retrying = true;
        Ok(())
    }

    /// An attempt of a request succeeded, and so did the request.
    pub fn on_success(&mut self, held: &mut Held) {
        match self {
            Self::Quota(quota) => quota.on_success(held.taken),
            Self::TokenRatio(tokens) => tokens.on_success(),
            Self::Unlimited | Self::Deposit(_) | Self::Share(_) => {}
        }
        self.end_retry(held);
        held.taken = None;
    }

    /// An attempt of a request failed. If it was the last, drop what the request held.
    pub fn on_failure(&mut self, held: &mut Held) {
        if let Self::TokenRatio(tokens) = self {
            tokens.on_failure();
        }
        self.end_retry(held);
    }

    /// A retry that was permitted was not sent: a breaker refused it, or its caller has gone. It is no longer under way;
    /// tokens that it took stay taken, as after a failure, and no kind counts it as one.
    pub fn on_not_sent(&mut self, held: &mut Held) {
        self.end_retry(held);
    }

    fn end_retry(&mut self, held: &mut Held) {
        if let Self::Share(share) = self
            && held.retrying
        {
            share.on_retry_end();
        }
        held.retrying = false;
    }
}
