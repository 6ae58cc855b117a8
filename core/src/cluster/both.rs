//! Two protocols on one node.

use super::process::{Out, Process};
use crate::node::Node;
use crate::rng::Stream;
use crate::time::Instant;

/// Two processes side by side on the same node, such as a detector and an election: they share its fate and the network, and
/// know nothing of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both<A, B> {
    /// One.
    pub one: A,
    /// The other.
    pub other: B,
}

/// A message or an event of either of two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Either<A, B> {
    /// The first's.
    One(A),
    /// The second's.
    Other(B),
}

impl<A: Process, B: Process> Both<A, B> {
    /// Both, on one node.
    pub const fn new(one: A, other: B) -> Self {
        Self { one, other }
    }

    /// Has the first do something.
    pub fn with_one<R>(&mut self, out: &mut Out<Self>, does: impl FnOnce(&mut A, &mut Out<A>) -> R) -> R {
        let mut inner = Out::new();
        let result = does(&mut self.one, &mut inner);
        out.sends.extend(inner.sends.into_iter().map(|(to, message)| (to, Either::One(message))));
        out.events.extend(inner.events.into_iter().map(Either::One));
        result
    }

    /// Has the second do something.
    pub fn with_other<R>(&mut self, out: &mut Out<Self>, does: impl FnOnce(&mut B, &mut Out<B>) -> R) -> R {
        let mut inner = Out::new();
        let result = does(&mut self.other, &mut inner);
        out.sends.extend(inner.sends.into_iter().map(|(to, message)| (to, Either::Other(message))));
        out.events.extend(inner.events.into_iter().map(Either::Other));
        result
    }
}

impl<A: Process, B: Process> Process for Both<A, B> {
    type Message = Either<A::Message, B::Message>;
    type Event = Either<A::Event, B::Event>;

    fn on_message(&mut self, from: Node, message: Self::Message, now: Instant, out: &mut Out<Self>) {
        match message {
            Either::One(message) => self.with_one(out, |one, out| one.on_message(from, message, now, out)),
            Either::Other(message) => self.with_other(out, |other, out| other.on_message(from, message, now, out)),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        [self.one.poll_timeout(), self.other.poll_timeout()].into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>) {
        if self.one.poll_timeout().is_some_and(|due| due <= now) {
            self.with_one(out, |one, out| one.handle_timeout(now, out));
        }
        if self.other.poll_timeout().is_some_and(|due| due <= now) {
            self.with_other(out, |other, out| other.handle_timeout(now, out));
        }
    }

    fn restart(&mut self, now: Instant, out: &mut Out<Self>) {
        self.with_one(out, |one, out| one.restart(now, out));
        self.with_other(out, |other, out| other.restart(now, out));
    }

    fn lie(&self, to: Node, message: Self::Message, chance: &mut Stream) -> Option<Self::Message> {
        match message {
            Either::One(message) => self.one.lie(to, message, chance).map(Either::One),
            Either::Other(message) => self.other.lie(to, message, chance).map(Either::Other),
        }
    }
}
