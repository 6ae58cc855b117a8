//! A load balancer that knows whom to leave out: by health checks, and by what requests come to.
//!
//! A health check asks every node now and then, and takes one out that fails several in a row; but a node that answers checks
//! and fails or drags out requests passes them. Outlier ejection watches the requests themselves: too many failures in a
//! row, or answers much slower than the others', take a node out for a while, longer each time. Neither may take out so many
//! that the rest break down: ejections have a limit, and when too few are left all are used again (panic).
//!
//! Sources: Envoy's outlier detection (consecutive failures, ejection times that grow, the limit of ejections) and its panic
//! threshold; HAProxy's `fall` and `rise` for checks. That a node is ejected for being slow is not Envoy's: it compares
//! means against the median of the nodes' means, after each interval.

mod config;
mod event;
mod machine;

pub use config::{BalanceConfig, BalanceSettings, Checks, Ejection, Pick};
pub use event::{Back, BalanceEvent, Left};
pub use machine::{BalanceOutput, Balancer};
