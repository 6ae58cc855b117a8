//! What runs on a node.

use alloc::vec::Vec;
use core::fmt::Debug;

use crate::node::Node;
use crate::rng::Stream;
use crate::time::Instant;

/// A protocol's part on one node: a state machine that is told the time and what arrives, and says what it sends.
///
/// It runs in a [`Cluster`](super::Cluster), and as well over real sockets: it knows neither.
pub trait Process: Clone {
    /// What nodes say to each other.
    type Message: Clone + Debug;
    /// What it tells those who watch, with reasons.
    type Event: Clone + Debug;

    /// A message has arrived.
    fn on_message(&mut self, from: Node, message: Self::Message, now: Instant, out: &mut Out<Self>);

    /// When [`Process::handle_timeout`] has something to do; any verb may change it.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Does what is due. Afterwards [`Process::poll_timeout`] must be later than `now`, or `None`.
    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>);

    /// Begins again after a crash: what is on disk is still there, the rest is not.
    fn restart(&mut self, now: Instant, out: &mut Out<Self>);

    /// What a Byzantine node says instead, to this peer; `None` for nothing at all. Without a method of its own it says
    /// what an honest one would.
    fn lie(&self, _to: Node, message: Self::Message, _chance: &mut Stream) -> Option<Self::Message> {
        Some(message)
    }
}

/// What a process wants sent and told, in order.
#[derive(Clone, Debug)]
pub struct Out<P: Process> {
    /// Messages and for whom they are.
    pub sends: Vec<(Node, P::Message)>,
    /// What it tells.
    pub events: Vec<P::Event>,
}

impl<P: Process> Out<P> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { sends: Vec::new(), events: Vec::new() }
    }

    /// Sends a message.
    pub fn send(&mut self, to: Node, message: P::Message) {
        self.sends.push((to, message));
    }

    /// Tells an event.
    pub fn tell(&mut self, event: P::Event) {
        self.events.push(event);
    }
}

impl<P: Process> Default for Out<P> {
    fn default() -> Self {
        Self::new()
    }
}
