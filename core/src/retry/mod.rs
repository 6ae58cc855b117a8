//! Retry: what to do after an attempt, once it is known how it went.
//!
//! A [`Retry`] is one request's way through its attempts. It makes no call, keeps no clock and sleeps for nobody: told
//! how an attempt went and what time it is, it says *done*, *wait until*, or *give up because* ([`Verdict`]). The
//! caller has the error in its hands and passes it on; [`Verdict::GiveUp`] says which kind of end it was.
//!
//! The [`Config`] and the random stream are passed in, so a request costs less than a hundred bytes, and thousands
//! share one configuration. Rules and edge cases are written down in `tests/conformance/README.md`, under `retry`.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::retry::{Config, GiveUp, Outcome, Retry, Settings, Verdict};
//! use halfopen_core::rng::Seed;
//!
//! let config = Config::new(Settings { attempts: 3, ..Settings::default() })?;
//! let mut jitter = Seed(1).stream("jitter");
//! let mut now = Instant::ZERO;
//! let mut retry = Retry::new(now);
//! let end = loop {
//!     now = now + Duration::from_millis(30);
//!     // … the attempt fails …
//!     match retry.on_result(&config, Outcome::FAILED, &mut jitter, now) {
//!         Verdict::Wait { until, .. } => {
//!             now = until;
//!             retry.begin(now);
//!         }
//!         end => break end,
//!     }
//! };
//! let Verdict::GiveUp { reason, .. } = end else { panic!("it never succeeds") };
//! assert_eq!(reason, GiveUp::Attempts { attempts: 3 });
//! assert_eq!(reason.to_string(), "all 3 attempts are used up");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod machine;
mod verb;

pub use config::{Config, ConfigError, Settings};
pub use machine::Retry;
pub use verb::{GiveUp, Outcome, Verdict};
