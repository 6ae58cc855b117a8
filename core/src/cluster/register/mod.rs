//! A replicated register: each key is stored by N nodes; a write is acknowledged by W of them, a read answered by R.
//!
//! A client asks any node, which coordinates: [`Register::write`], [`Register::read`]. The answer is an event
//! ([`RegisterEvent::Written`], [`RegisterEvent::Read`], [`RegisterEvent::Failed`]) with the number of the operation. What
//! keeps copies alike: read repair, hinted handoff, anti-entropy by [`HashTree`]s. Of concurrent versions the last write
//! wins, or both stay as siblings ([`Resolve`]).
//!
//! Source: DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007, §4.4 to §4.7. Other than
//! there, version vectors count the writes of clients ([`Client`]), and who does not answer is found by waiting, not by
//! gossip.

mod anti_entropy;
mod config;
mod coordinate;
mod event;
mod machine;
mod store;
mod tree;
mod version;

pub use config::{RegisterConfig, RegisterSettings, Repair, Verdict};
pub use coordinate::{Pending, Task};
pub use event::{Asked, RegisterEvent, RegisterMessage};
pub use machine::Register;
pub use store::{Hint, Store};
pub use tree::{HashTree, LEAVES, hash_of};
pub use version::{Causality, Client, Resolve, Version, VersionVector, knows, merge};
