//! Retry budgets: a limit on all retries together, so that they do not multiply an outage.
//!
//! Three attempts each are three times the load just when there is too much of it. A budget permits a retry while
//! retries are few or help, whatever each request's own limit says. Five kinds, one a type:
//!
//! | type | a retry is permitted | after |
//! |---|---|---|
//! | [`Quota`] | while there are tokens; success pays back | AWS SDKs, standard mode |
//! | [`TokenRatio`] | while few attempts fail | gRPC A6, `retryThrottling` |
//! | [`Deposit`] | for a share of the last requests, and a few a second | Finagle, tower, Linkerd |
//! | [`Share`] | for a share of the requests under way, and a few at a time | Envoy |
//! | [`Throttle`] | as any request, by chance, the less the fewer are accepted | Google, *Site Reliability Engineering* |
//!
//! [`Budget`] is any of the first four, with the same verbs. Counting is in whole numbers; nothing is taken when a
//! retry is refused. Rules and edge cases of the first three are written down in `tests/conformance/README.md`, under
//! `retry_budget`, by the names used here.
//!
//! ```
//! use halfopen_core::budget::{Cause, Quota, QuotaConfig};
//!
//! let mut quota = Quota::new(QuotaConfig::AWS);
//! let taken = quota.try_retry(Cause::Failure)?;
//! assert_eq!(quota.tokens(), 500 - 14);
//! // … the retry succeeds …
//! quota.on_success(Some(taken));
//! assert_eq!(quota.tokens(), 500);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod any;
mod deposit;
mod error;
mod quota;
mod share;
mod throttle;
mod token_ratio;
mod window;

pub use any::{Budget, Held};
pub use deposit::{Deposit, DepositConfig};
pub use error::{ConfigError, Refused};
pub use quota::{Quota, QuotaConfig, Taken};
pub use share::{Share, ShareConfig};
pub use throttle::{Throttle, ThrottleConfig, Throttled};
pub use token_ratio::{TokenRatio, TokenRatioConfig};

/// What the attempt before the retry came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It failed.
    #[default]
    Failure,
    /// It took too long.
    Timeout,
    /// The server asked for less.
    Throttled,
}
