//! Failure detectors: who is suspected to have failed, since when, and why.
//!
//! Over a network that may be slow, nobody can tell a node that has crashed from one that is late (Fischer, Lynch and
//! Paterson, 1985; Chandra and Toueg, 1996). A detector therefore says no more than that it *suspects*, takes it back
//! when it hears from the node, and trades the time to find a crash against how often it accuses a node that is only slow.
//!
//! * [`Fixed`]: silent for longer than a timeout.
//! * [`Phi`]: silent for longer than its heartbeats so far make plausible (phi accrual).
//! * [`Prober`]: asks, and has others ask, before it suspects (SWIM).
//!
//! The first two watch one peer's heartbeats, the third all peers. Each tells an [`Event`] when it changes its mind, with
//! the [`Reason`] as numbers, which makes its own sentence. None has a clock: verbs take `now`, and `poll_timeout` says
//! when [`handle_timeout`](Fixed::handle_timeout) has something to do. Time that goes backwards is taken as the latest
//! time seen.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::failure::{Fixed, FixedConfig};
//!
//! let mut told = Vec::new();
//! let mut detector = Fixed::new(FixedConfig::new(Duration::from_millis(500))?, Instant::ZERO);
//! detector.on_heartbeat(Instant::from_millis(100), &mut |event| told.push(event.to_string()));
//! assert_eq!(detector.poll_timeout(), Some(Instant::from_millis(600)));
//! detector.handle_timeout(Instant::from_millis(600), &mut |event| told.push(event.to_string()));
//! detector.on_heartbeat(Instant::from_millis(750), &mut |event| told.push(event.to_string()));
//! assert_eq!(told, [
//!     "suspected: no heartbeat for 500 ms; the timeout is 500 ms",
//!     "trusted: a heartbeat came after 650 ms; the suspicion was 150 ms old",
//! ]);
//! # Ok::<(), halfopen_core::OutOfRange>(())
//! ```

mod event;
mod fixed;
mod phi;
mod swim;

pub use event::{Event, Opinion, Reason};
pub use fixed::{Fixed, FixedConfig};
pub use phi::{Estimate, Phi, PhiConfig, PhiSettings};
pub use swim::{Message, Output, Prober, SwimConfig, SwimSettings};
