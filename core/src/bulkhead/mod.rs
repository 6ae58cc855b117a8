//! A bulkhead: so many calls at a time, so that one slow thing cannot take all there is.
//!
//! A [`Bulkhead`] has slots and places to wait, as a semaphore or a thread pool has: a call begins while a slot is free,
//! else waits while a place is free, else is rejected. It is fair: a freed slot goes to the call that has waited
//! longest, at once. A wait may have a limit. It starts no thread: told what is asked and what has ended, it says
//! which calls begin ([`Event::Started`]) and which have waited too long ([`Event::GaveUp`]).
//!
//! A caller whose timeout is over leaves ([`Bulkhead::abandon`]), but its work goes on. Whether the slot goes with the
//! caller or stays with the work is a switch ([`OnTimeout`]), because libraries differ: where it goes with the caller,
//! more is at work than there are slots.
//!
//! For P slots, Q places and L calls at once, min(L, P) run, min(Q, L − P) wait and L − P − Q are rejected. How many
//! slots are needed is Little's law (J. D. C. Little, "A Proof for the Queuing Formula L = λW", Operations Research 9,
//! 1961): the calls a second times the seconds that each takes, and more for the slow ones. Rules and cases are written
//! down in `tests/conformance/README.md`, under `bulkhead`.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::bulkhead::{Admitted, Bulkhead, Config, Event, Settings};
//!
//! let settings = Settings { max_wait: Some(Duration::from_secs(1)), ..Settings::pool(1, 2) };
//! let mut bulkhead = Bulkhead::<2>::new(Config::new(settings)?)?;
//! let mut events = Vec::new();
//! let mut now = Instant::ZERO;
//! let Admitted::Started(first) = bulkhead.try_acquire(now, &mut |event| events.push(event))? else { panic!() };
//! let Admitted::Waiting(second) = bulkhead.try_acquire(now, &mut |event| events.push(event))? else { panic!() };
//! let Admitted::Waiting(_) = bulkhead.try_acquire(now, &mut |event| events.push(event))? else { panic!() };
//! let rejected = bulkhead.try_acquire(now, &mut |event| events.push(event)).unwrap_err();
//! assert_eq!(rejected.to_string(), "1 of 1 slot is in use and 2 of 2 places to wait are taken");
//!
//! now = Instant::from_millis(900);
//! bulkhead.release(first, now, &mut |event| events.push(event));
//! let Some(Event::Started { permit, waited, .. }) = events.pop() else { panic!("the longest waiting one begins") };
//! assert_eq!((permit.call(), waited), (second, Duration::from_millis(900)));
//!
//! assert_eq!(bulkhead.poll_timeout(), Some(Instant::from_secs(1)));
//! bulkhead.handle_timeout(Instant::from_secs(1), &mut |event| events.push(event));
//! assert!(matches!(events.pop(), Some(Event::GaveUp { .. })));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod line;
mod machine;
mod verb;

pub use config::{Config, ConfigError, OnTimeout, Settings};
pub use machine::{Bulkhead, Totals};
pub use verb::{Admitted, Call, Event, Permit, Rejected};
