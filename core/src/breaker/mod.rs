//! A circuit breaker: refuses calls to something that keeps failing, and probes whether it has recovered.
//!
//! The caller asks ([`Breaker::try_acquire`]), does its work when granted, and reports how it went
//! ([`Breaker::on_success`], [`Breaker::on_failure`], …). The breaker has no clock: every verb is told `now`. It
//! allocates nothing: `N` places in the breaker itself hold its window. Every change is an [`Event`] whose [`Reason`]
//! carries the rule and the numbers.
//!
//! Which library does what is chosen by switches ([`Settings`]); their rules and edge cases are written down in
//! `tests/conformance/README.md`, whose names are used here.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::breaker::{Breaker, Config, OpenFor, Settings, State, Trip};
//!
//! let settings = Settings {
//!     trip: Trip::Consecutive { failures: 3 },
//!     open_for: OpenFor::constant(Duration::from_secs(5)),
//!     ..Settings::default()
//! };
//! let mut breaker = Breaker::<100>::new(Config::new(settings)?, Instant::ZERO)?;
//!
//! let mut log = Vec::new();
//! for second in 1..=3 {
//!     let now = Instant::from_secs(second);
//!     let permit = breaker.try_acquire(now)?;
//!     // … the call fails …
//!     breaker.on_failure_with(permit, now, &mut |event| log.extend(event.kind.reason().map(ToString::to_string)));
//! }
//! assert_eq!(breaker.state(), State::Open);
//! assert_eq!(log.last().map(String::as_str), Some("3 failures in a row; the threshold is 3"));
//!
//! let refused = breaker.try_acquire(Instant::from_secs(4)).unwrap_err();
//! assert_eq!(refused.retry_after, Some(Duration::from_secs(4)));
//!
//! let probe = breaker.try_acquire(Instant::from_secs(8))?;
//! assert_eq!(breaker.state(), State::HalfOpen);
//! breaker.on_success(probe, Instant::from_secs(8));
//! assert_eq!(breaker.state(), State::Closed);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod event;
mod figures;
mod forecast;
mod machine;
mod odds;
mod settings;
mod states;
mod verb;
mod window;

pub use crate::quantity::{Quantity, Span};
pub use config::{Config, ConfigError};
pub use event::{Event, EventKind, Reason, Wait};
pub use figures::{Figures, Rate};
pub use forecast::{Estimate, FalseOpenings, Traffic};
pub use machine::{Breaker, CYCLES_TOLD};
pub use settings::{
    Compare, Decide, HalfOpen, HalfOpenBy, Ignored, LateResults, MaxHalfOpen, OpenFor, PermitsLimit, Settings, Slow,
    State, Then, Trip, Window,
};
pub use verb::{ForceRefused, Outcome, Permit, Rejected};
