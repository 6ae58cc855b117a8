//! Resilience policies and a deterministic simulation of them.
//!
//! The library has no clock, no ambient randomness and no I/O: time is an argument, randomness comes from a seed, and
//! every verb returns what happened. The policies allocate nothing; the simulation (feature `alloc`) does.
//!
//! The policies, by what they are for:
//!
//! * not to ask what does not answer: a circuit [`breaker`];
//! * to try again, and not too often: the waits of a [`backoff`], a [`retry`] that follows them, and the [`budget`]s that
//!   limit all retries together;
//! * not to be taken down by one slow thing: a [`bulkhead`] of slots, a [`deadline`] that travels with the call;
//! * not to take more than can be done: a rate [`limiter`], and [`adaptive`] limits that find out how much that is;
//! * to answer all the same, or sooner: a [`hedge`] of two requests, a [`fallback`];
//! * to do once what is asked twice: [`idempotency`] keys;
//! * to notice that a node has failed: [`failure`] detectors.
//!
//! Beside them the arithmetic of [`availability`], and with feature `alloc` simulated clusters with the protocols that keep
//! them together, in `cluster`.
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
#[cfg(feature = "alloc")]
pub mod cluster;
pub mod deadline;
pub mod failure;
pub mod fallback;
pub mod hedge;
pub mod idempotency;
pub mod limiter;
mod node;
mod quantity;
pub mod retry;
pub mod rng;
#[cfg(feature = "alloc")]
pub mod sim;
pub mod time;
#[cfg(feature = "alloc")]
pub mod trace;

pub use node::{Node, Nodes, majority};
pub use quantity::{OutOfRange, Quantity, Span};
pub use time::Instant;

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
