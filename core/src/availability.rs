//! Availability, worked out from its other side: how much of the time something is down.
//!
//! `1 − 0.001³` is 0.999999999 to nine digits and 1 to sixteen: what matters is lost in the ones before it. So everything here
//! is made of [`Unavailability`], sums and products of which lose nothing. Its numbers have a relative error of 10⁻¹² at most
//! for systems of up to 1,000 parts, also where they are far smaller than a float can be.
//!
//! - [`series`] (all are needed), [`parallel`] (one suffices), [`k_of_n`] and [`k_of_n_alike`]; [`quorum`] is the majority.
//! - [`Failover`]: a standby that takes over, which takes time and may fail.
//! - Parts that fail together: the share of a [`CommonCause`].
//! - [`replicas_for`], [`longest_chain`], [`part_for`]: how many it takes, how many it bears, and how good each must be.
//! - [`Repair`]: from the times between failures and to repair, and back. [`Period`]: downtime, and nines.
//! - [`Objective`]: error budgets and burn rates; [`weighted`]: by requests instead of by time.
//! - `Block` (feature `alloc`): all of it nested, with what each part contributes.
//!
//! Parts fail independently of each other unless a [`CommonCause`] says otherwise. That is the assumption to doubt first.

#[cfg(feature = "alloc")]
mod block;
mod combine;
mod down;
mod objective;
mod plan;
mod repair;
mod scaled;

#[cfg(feature = "alloc")]
pub use block::{Block, BlockError, Contribution, DEPTH_MAX, PARTS_MAX, Path};
pub use combine::{CommonCause, Failover, k_of_n, k_of_n_alike, parallel, quorum, series, weighted};
pub use down::{NINES_MAX, NoShare, Period, SMALLEST, Unavailability};
pub use objective::{Alert, Incident, Objective};
pub use plan::{CHAIN_EXACT_MAX, REPLICAS_MAX, longest_chain, part_for, replicas_for};
pub use repair::Repair;
