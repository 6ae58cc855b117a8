//! Idempotency keys: a request that comes twice is done once.
//!
//! A client that got no answer cannot know whether its request was done. It sends it again with the same key, and the
//! server's [`Store`] says what to do ([`Begun`]): do it, because nobody has; pass on the stored answer, because it is
//! done; or wait, because it is being done right now (a switch refuses instead, [`InFlight`]). The same key with another
//! payload is a mistake of the client's, and an error ([`Refused::OtherPayload`]).
//!
//! An answer is kept for a time to live, in a store of fixed size; what happens when it is full is a switch too
//! ([`WhenFull`]). What has been forgotten would be done again: a key is a promise only as long as its answer lasts.
//!
//! The rules are those of the IETF draft "The Idempotency-Key HTTP Header Field"
//! (draft-ietf-httpapi-idempotency-key-header: 409 while the first is in flight, 422 for another payload, which is told
//! by a fingerprint).
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::Instant;
//! use halfopen_core::idempotency::{Begun, Config, Refused, Settings, Store, fingerprint};
//!
//! let mut store = Store::<&str, u32, 100>::new(Config::new(Settings { capacity: 100, ..Settings::default() })?)?;
//! let (payload, now) = (fingerprint(b"pay 17.20"), Instant::ZERO);
//! let Begun::Execute(ticket) = store.begin("7f3a", payload, now)? else { panic!("nobody has done it") };
//! assert!(matches!(store.begin("7f3a", payload, now)?, Begun::Wait { .. }));
//! // … the payment is made, and is number 5 …
//! store.complete(ticket, 5, Instant::from_secs(1))?;
//!
//! let again = store.begin("7f3a", payload, Instant::from_secs(3))?;
//! assert_eq!(again, Begun::Done { answer: 5, age: Duration::from_secs(2) });
//! let mistaken = store.begin("7f3a", fingerprint(b"pay 99.00"), Instant::from_secs(3));
//! assert_eq!(mistaken, Err(Refused::OtherPayload));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod store;
mod verb;

pub use config::{Config, ConfigError, InFlight, Settings, WhenFull};
pub use store::{Held, Store};
pub use verb::{Begun, Refused, Superseded, Ticket};

/// A hash of a payload (xxHash64), to tell another payload under the same key. It guards against mistakes and not against
/// malice: two payloads with the same hash can be made on purpose.
pub fn fingerprint(payload: &[u8]) -> u64 {
    xxhash_rust::xxh64::xxh64(payload, 0)
}
