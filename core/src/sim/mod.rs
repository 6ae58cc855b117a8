//! What a run is made of: a queue of events, arrivals, servers and their faults.
//!
//! Every part is sans-IO: it says *when* something will happen, whoever runs it puts that into the [`Queue`] and tells
//! the part when it is due. Time and randomness are passed in, so a run is a function of its configuration, its seed
//! and its inputs, and advancing it in any slices gives the same run.

mod arrivals;
mod fault;
mod latency;
mod queue;
mod server;
#[cfg(test)]
mod tests;

pub use arrivals::{Arrival, Arrivals, Rate, Source};
pub use fault::{Fate, Fault};
pub use latency::{Latency, Shape};
pub use queue::Queue;
pub use server::{
    Abandoned, Accepted, Call, Cancelled, Changed, Counters, Finished, Lost, Order, Refused, Server, ServerConfig,
    Started, Ticket, UNLIMITED,
};
