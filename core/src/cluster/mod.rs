//! A simulated cluster: nodes over links that lose, delay and cut, faults, and the protocols that cope with them.
//!
//! [`Cluster`] has nodes of any [`Process`], a [`Network`] and [`Fault`]s, at once or planned ([`Chaos`] makes random
//! schedules). Everything can be watched: each message under way, each node's belief, each event with its reason.
//!
//! What runs in it, and as well outside of it:
//!
//! * [`Watch`]: each node watches all others with a detector of [`failure`](crate::failure);
//! * [`Election`]: one leader a term, by majorities;
//! * [`Register`]: copies of a value by N, R and W, with what keeps them alike; [`History`] finds what clients could see
//!   of their differences;
//! * [`byzantine`] generals: agreement although some lie;
//! * [`Balancer`]: takes nodes out that fail health checks, or their requests.

mod balance;
pub mod byzantine;
mod election;
mod fault;
mod history;
mod network;
mod process;
mod register;
mod run;
mod watch;

pub use balance::{
    Back, BalanceConfig, BalanceEvent, BalanceOutput, BalanceSettings, Balancer, Checks, Ejection, Left, Pick,
};
pub use election::{
    Election, ElectionConfig, ElectionEvent, ElectionMessage, ElectionSettings, Refusal, Role, StepDown,
};
pub use fault::{Chaos, Condition, Fault, Groups, Loss, Running};
pub use history::{Action, Finding, History, Op};
pub use network::{Flight, Link, MOST_IN_FLIGHT, Network};
pub use process::{Out, Process};
pub use register::{
    Asked, Causality, Client, HashTree, Hint, LEAVES, Pending, Register, RegisterConfig, RegisterEvent,
    RegisterMessage, RegisterSettings, Resolve, Store, Task, Verdict, Version, VersionVector, hash_of, knows, merge,
};
pub use run::{Cluster, Happening, Settings, Totals};
pub use watch::{Detect, Detector, Watch, WatchConfig, WatchEvent, WatchMessage};
