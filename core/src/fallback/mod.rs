//! Fallback: what to answer when the one that was asked does not.
//!
//! A [`Fallback`] has up to three steps in an order of one's choice ([`Step`]): the last good answer while it is young
//! enough, a second provider, a value that is always there. Every [`Answer`] says where it comes from and how old it is,
//! because an answer that looks fresh and is not is worse than an error. It asks nobody itself: told that the first
//! provider failed, it answers, or says to ask the second ([`Next`]).
//!
//! An old answer in place of an error is `stale-if-error` of RFC 5861. Put the fallback outside of retry and breaker: inside, it
//! would hide the failures from them.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::fallback::{Config, Fallback, Next, Settings, Source, Step};
//!
//! let settings = Settings { steps: &[Step::Cached { max_age: Duration::from_secs(60) }, Step::Second, Step::Static] };
//! let mut prices = Fallback::new(Config::new(settings)?, Some("no price today"));
//! prices.on_success("17.20", Instant::from_secs(10));
//!
//! let Next::Answer(answer) = prices.on_failure(Instant::from_secs(40)) else { panic!("it is young enough") };
//! assert_eq!((answer.value, answer.source, answer.age), ("17.20", Source::Cached, Some(Duration::from_secs(30))));
//!
//! let Next::AskSecond(asked) = prices.on_failure(Instant::from_secs(90)) else { panic!("it is too old") };
//! let Next::Answer(answer) = prices.on_second_failure(asked, Instant::from_secs(91)) else { panic!() };
//! assert_eq!((answer.value, answer.source, answer.age), ("no price today", Source::Static, None));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod machine;

pub use config::{Config, ConfigError, Settings, Step};
pub use machine::{Answer, AskedSecond, Fallback, Next, Nothing, Source};
