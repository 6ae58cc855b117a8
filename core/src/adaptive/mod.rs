//! Adaptive concurrency limits: how many calls at a time, found out from how long they take.
//!
//! A [`Limit`] is told of each call how long it took, how many were under way, and whether it was dropped
//! ([`Sample`]), and moves. A [`Limiter`] counts the calls under way, turns away those above its limit and makes the
//! samples. Three rules ([`Rule`]), after Netflix's concurrency-limits:
//!
//! | rule | it falls | it grows | congestion control |
//! |---|---|---|---|
//! | [`Rule::Aimd`] | by a share when a call is dropped or late | by one while it is in use | TCP Reno (Chiu and Jain, 1989) |
//! | [`Rule::Vegas`] | when the queue that the latency betrays is long | while it is short | TCP Vegas (Brakmo and Peterson, 1995) |
//! | [`Rule::Gradient`] | in proportion to how far latency is over its long-run mean | by what may queue | Netflix's Gradient2 |
//!
//! No rule grows a limit of which less than half is in use: nothing is known then of what more would do. The first two
//! count in whole numbers and are exact; the third needs floats, with nothing but the four operations, so it is the same
//! on every target. Rules and cases of the first two are written down in `tests/conformance/README.md`, under
//! `adaptive_limit`.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::adaptive::{Config, Limiter, Outcome, Settings};
//!
//! let mut limiter = Limiter::new(Config::new(Settings { initial: 2, min: 1, ..Settings::AIMD })?);
//! let first = limiter.try_acquire(Instant::ZERO)?;
//! let second = limiter.try_acquire(Instant::ZERO)?;
//! let rejected = limiter.try_acquire(Instant::ZERO).unwrap_err();
//! assert_eq!(rejected.to_string(), "2 calls are under way; the limit is 2");
//!
//! let now = Instant::from_millis(80);
//! limiter.on_result(first, Outcome::Success, now);
//! limiter.on_result(second, Outcome::Success, now);
//! assert_eq!(limiter.limit(), 4);
//!
//! let late = limiter.try_acquire(now)?;
//! limiter.on_result(late, Outcome::Dropped, now + Duration::from_secs(1));
//! assert_eq!(limiter.limit(), 3);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod limit;
mod limiter;

pub use config::{Config, ConfigError, Rule, Settings, Thresholds};
pub use limit::{Limit, Sample};
pub use limiter::{Limiter, Outcome, Permit, Rejected};
