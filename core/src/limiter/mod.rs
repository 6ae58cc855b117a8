//! Rate limiters: so many permits a time, however many are asked for.
//!
//! A [`Limiter`] follows one rule ([`Rule`]) and is asked for permits: they are granted at once, granted for later (the
//! caller waits, [`Grant::wait`]), or refused because that wait would be longer than it may be. What is granted is taken
//! at once, into debt if it must, so that those who ask later wait longer: it is fair, and keeps no list.
//!
//! | rule | state | in any time t at most, asked one by one | after |
//! |---|---|---|---|
//! | [`Rule::Periods`] | a count, filled up at the start of each period | twice the permits in less than a period | resilience4j, failsafe (bursty); without a wait the fixed window |
//! | [`Rule::Smooth`] | when the next permit is free | t / interval + 2 | failsafe (smooth) |
//! | [`Rule::Bucket`] | tokens | capacity + t / `refill_every` | the token bucket |
//! | [`Rule::Gcra`] | a theoretical arrival time | 1 + (tolerance + t) / interval | ATM Forum, *Traffic Management Specification 4.0*, 1996; governor |
//!
//! A fixed window that permits p a period lets 2p through within an instant: p at the end of one and p at the start of
//! the next. That is no mistake of an implementation but what the rule says, and what a bucket is for.
//!
//! All arithmetic is exact, in whole nanoseconds. A bucket of c tokens with one a d, and GCRA with the interval d and the
//! tolerance (c − 1) × d, are the same limiter in two descriptions, and here the same code. Rules and cases are written
//! down in `tests/conformance/README.md`, under `rate_limiter`.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::limiter::{Config, Limiter, Rule, Settings};
//!
//! let rule = Rule::Bucket { capacity: 2, refill_every: Duration::from_millis(500) };
//! let mut limiter = Limiter::new(Config::new(Settings { rule, max_wait: Some(Duration::from_secs(1)) })?);
//! let now = Instant::from_secs(7);
//! assert_eq!(limiter.try_acquire(2, now)?.wait, Duration::ZERO);
//! assert_eq!(limiter.try_acquire(1, now)?.wait, Duration::from_millis(500));
//! assert_eq!(limiter.try_acquire(1, now)?.wait, Duration::from_secs(1));
//! let refused = limiter.try_acquire(1, now).unwrap_err();
//! assert_eq!(refused.to_string(), "the wait would be 1.5 s; at most 1 s is permitted");
//! assert_eq!(limiter.available(now), Some(-2));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod machine;
mod rules;

pub use config::{Config, ConfigError, Rule, Settings};
pub use machine::{Grant, Limited, Limiter};
