//! Leader election by terms and majorities: the rules of Raft's election.
//!
//! Time is cut into terms. In each a node gives one vote, to whoever asks first, and remembers it on disk; who has the
//! votes of more than half leads the term. Two groups of more than half have a node in common and it votes once, so no
//! term has two leaders. A leader of an old term may still believe that it leads: who hears of a higher term steps down.
//! Election timeouts are random, so that candidates seldom split the votes for long.
//!
//! Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", USENIX ATC 2014, §5.1, §5.2.
//! There is no log here, so whether a candidate's log is up to date (§5.4.1) plays no part.

mod event;
mod machine;

pub use event::{ElectionEvent, Refusal, StepDown};
pub use machine::{Election, ElectionConfig, ElectionMessage, ElectionSettings, Role};
