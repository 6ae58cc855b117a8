//! Hedging: a second request while the first is still under way, and the first answer wins.
//!
//! A [`Hedge`] is one request with its copies. The first is sent when it is made; when [`Settings::delay`] has passed
//! without an answer the next one is ([`Hedge::poll_timeout`], [`Hedge::try_send`]), up to [`Settings::most`]. The first
//! answer is everybody's; what is still under way then is to be cancelled, and if it answers all the same, that comes
//! too late. This cuts the tail of the latency, for requests that may be done twice, and costs requests and work that
//! are thrown away ([`Cost`]), most of all when everything is slow: give it a budget as retries have
//! ([`crate::budget`]), and a delay that few requests reach.
//!
//! The hedged requests are those of J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56, 2013,
//! who send the second after the 95th percentile of the expected latency ([`Observed`]). gRPC (proposal A6) sends the next at once when
//! one fails and others may be sent; Polly waits 2 s by default.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::hedge::{Config, Hedge, Settings, Verdict};
//!
//! let settings = Settings { delay: Duration::from_millis(100), ..Settings::default() };
//! let config = Config::new(settings)?;
//! let at = Instant::from_millis;
//! let mut hedge = Hedge::new(at(0));
//! assert_eq!(hedge.poll_timeout(&config), Some(at(100)));
//! let second = hedge.try_send(&config, at(100)).unwrap();
//! assert_eq!(hedge.on_success(second, at(130)), Verdict::Won { attempt: second, losers: 1 });
//! // The first one answers too, because it could not be cancelled.
//! assert_eq!(hedge.on_success(0, at(400)), Verdict::TooLate);
//! let cost = hedge.cost(at(400));
//! assert_eq!((cost.sent, cost.extra, cost.work), (2, 1, Duration::from_millis(430)));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod machine;
mod observed;

pub use config::{Config, ConfigError, MOST, Settings};
pub use machine::{Cost, Hedge, Verdict};
pub use observed::Observed;
