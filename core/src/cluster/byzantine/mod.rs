//! Byzantine generals: agreement among nodes of which some lie.
//!
//! A commander gives an order, attack or retreat, and the lieutenants talk about it in rounds. Asked for is that all loyal
//! lieutenants do the same, and what the commander says if it is loyal. [`Oral`] messages can be changed by whoever passes
//! them on: up to f traitors take 3f + 1 generals. [`Signed`] ones can be withheld only: any number of generals will do,
//! in f + 1 rounds too.
//!
//! Both assume that every message arrives within its round, and that its sender is known; a message that does not come is
//! noticed, and stands for retreat. Over a network without such bounds 3f + 1 are needed with signatures as well (Dwork,
//! Lynch and Stockmeyer, 1988; PBFT, 1999).
//!
//! Source: Lamport, Shostak and Pease, "The Byzantine Generals Problem", ACM TOPLAS 4, 1982: OM(m) of §3, SM(m) of §4.

mod oral;
mod path;
mod signed;

pub use oral::{Oral, OralOutcome, Tally};
pub use path::{Agreement, MOST_TRAITORS, Order, Path, Said};
pub use signed::{Signed, SignedOutcome};
