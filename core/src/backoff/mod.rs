//! Backoff: how long to wait before the next attempt.
//!
//! A [`Backoff`] is an iterator of waits: how they grow ([`Kind`]), their cap, and what chance does to them
//! ([`Jitter`]). It holds its random stream, so a seed gives the same waits everywhere. [`Series`] is the same without
//! settings and chance, for many clients at once. What a wait will be before it is drawn, its ends and its mean, is
//! told by [`Config::ceiling`], [`Config::least`], [`Config::most`] and [`Config::mean`].
//!
//! With b the base, c the cap, n the number of the wait from 0, e = min(c, b × 2ⁿ), and U(x, y) uniform:
//!
//! | name | wait | mean | longest |
//! |---|---|---|---|
//! | exponential | e | e | e |
//! | full jitter | U(0, e) | e / 2 | e |
//! | equal jitter | e/2 + U(0, e/2) | 3e / 4 | e |
//! | decorrelated | min(c, U(b, 3 × previous)) | b × (2 × 1.5ⁿ⁺¹ − 1) before the cap | min(c, b × 3ⁿ⁺¹) |
//! | plus or minus w | e × U(1 − w, 1 + w) | e | e × (1 + w) |
//! | plus w | e × U(1, 1 + w) | e × (1 + w/2) | e × (1 + w) |
//! | up to a | e + U(0, a) | e + a/2 | e + a |
//!
//! The first four are those of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. His program
//! counts the first wait as n = 1; for the same waits take twice his base, but for the decorrelated ones.
//!
//! Rules and edge cases are written down in `tests/conformance/README.md`, under `backoff`.

mod config;
mod forecast;
mod series;
mod settings;

pub use config::{Config, ConfigError};
pub use forecast::Mean;
pub use series::{Backoff, Series};
pub use settings::{Jitter, Kind, Settings};
