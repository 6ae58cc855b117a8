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
//! * [`Balancer`]: takes nodes out that fail health checks, or their requests;
//! * [`Both`]: two of these on one node.
//!
//! ```
//! use core::time::Duration;
//! use halfopen_core::cluster::{Cluster, Election, ElectionConfig, ElectionSettings, Fault, Happening, Link, Settings};
//! use halfopen_core::rng::Seed;
//! use halfopen_core::sim::Latency;
//! use halfopen_core::{Instant, Node};
//!
//! let link = Link::new(Latency::uniform(Duration::from_millis(5), Duration::from_millis(20)));
//! let settings = Settings { nodes: 3, link, handling: Latency::constant(Duration::ZERO) };
//! let config = ElectionConfig::new(ElectionSettings { nodes: 3, ..ElectionSettings::default() })?;
//! let make = |node, seed| Election::new(node, config, Instant::ZERO, seed);
//! let mut cluster = Cluster::new(settings, Seed(1), make)?;
//!
//! cluster.advance(Instant::from_secs(1), &mut |_, _| {});
//! let leader = cluster.process(Node(0)).and_then(Election::leader).unwrap();
//! cluster.plan(Instant::from_secs(2), Fault::Crash(leader));
//! let mut told = Vec::new();
//! cluster.advance(Instant::from_secs(3), &mut |now, happening| match happening {
//!     Happening::Told(node, event) => told.push(format!("{now} {node} {event}")),
//!     Happening::Fault(fault) => told.push(format!("{now} {fault}")),
//!     _ => {}
//! });
//! assert_eq!(told[0], "2s B crashes");
//! assert!(told[1].contains("stands for election in term 2: no leader and no vote for "));
//! # Ok::<(), halfopen_core::OutOfRange>(())
//! ```

mod balance;
mod both;
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
pub use both::{Both, Either};
pub use election::{
    Election, ElectionConfig, ElectionEvent, ElectionMessage, ElectionSettings, Refusal, Role, StepDown,
};
pub use fault::{Chaos, Condition, Fault, Groups, Loss, Running};
pub use history::{Action, Finding, History, Op};
pub use network::{Flight, Link, MOST_IN_FLIGHT, Network};
pub use process::{Out, Process};
pub use register::{
    Asked, Causality, Client, HashTree, Hint, LEAVES, Pending, Register, RegisterConfig, RegisterEvent,
    RegisterMessage, RegisterSettings, Repair, Resolve, Store, Task, Verdict, Version, VersionVector, hash_of, knows,
    merge,
};
pub use run::{Cluster, Happening, Settings, Totals};
pub use watch::{Detect, Detector, Watch, WatchConfig, WatchEvent, WatchMessage};
