//! Resilience policies and a deterministic simulation of them.
//!
//! The library has no clock, no ambient randomness and no I/O: time is an argument, randomness comes from a seed, and
//! every verb returns what happened. The policies allocate nothing; the simulation (feature `alloc`) does.
//!
//! The policies: a circuit [`breaker`], the waits of a [`backoff`], a [`retry`] that follows them, and the [`budget`]s that
//! limit all retries together. Beside them the arithmetic of [`availability`].
#![no_std]
#![forbid(unsafe_code)]
// Who embeds a policy gets no panic from it: what may be missing is asked for.
#![warn(clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod adaptive;
pub mod availability;
pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod bulkhead;
pub mod deadline;
pub mod fallback;
pub mod hedge;
pub mod idempotency;
pub mod limiter;
mod quantity;
pub mod retry;
pub mod rng;
#[cfg(feature = "alloc")]
pub mod sim;
pub mod time;
#[cfg(feature = "alloc")]
pub mod trace;

pub use quantity::{OutOfRange, Quantity, Span};
pub use time::Instant;

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
