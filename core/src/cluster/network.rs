//! Links between nodes, and the messages under way on them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use super::fault::Loss;
use crate::node::{Node, Nodes};
use crate::rng::{Seed, Stream, scaled};
use crate::sim::Latency;
use crate::time::Instant;

/// So many messages can be under way at a time; more are lost ([`Loss::Full`]).
pub const MOST_IN_FLIGHT: usize = 65_536;

/// How a link treats messages, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// How long a message takes.
    pub latency: Latency,
    /// Of a thousand messages those that are lost.
    pub loss_permille: u32,
    /// Of a thousand messages those that arrive twice.
    pub twice_permille: u32,
    /// Whether messages arrive in the order in which they were sent, as over one connection. Else each takes its own
    /// time, and a fast one overtakes.
    pub ordered: bool,
}

impl Link {
    /// A link that loses nothing and keeps no order.
    pub const fn new(latency: Latency) -> Self {
        Self { latency, loss_permille: 0, twice_permille: 0, ordered: false }
    }
}

/// A message under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight<M> {
    /// Its number, from 1 in the order of sending; a copy that arrives second has a number of its own.
    pub number: u64,
    /// Who sent it.
    pub from: Node,
    /// For whom it is.
    pub to: Node,
    /// When it was sent.
    pub sent: Instant,
    /// When it left its sender, if that is slow.
    pub left: Instant,
    /// When it arrives, or would.
    pub arrives: Instant,
    /// Why it will not arrive, as far as that is decided.
    pub doomed: Option<Loss>,
    /// What it says.
    pub message: M,
}

#[derive(Clone, Debug)]
struct Way {
    link: Link,
    cut: bool,
    chance: Stream,
    /// When the last message that keeps the order arrives.
    last: Instant,
}

/// All links, and all messages under way.
///
/// Each link has a stream of chance of its own for each direction, and each message takes the same number of draws,
/// whatever happens to it: what is sent on one link shifts nothing on another, and a fault shifts nothing.
#[derive(Clone, Debug)]
pub struct Network<M> {
    nodes: u8,
    ways: Vec<Way>,
    flights: BTreeMap<(Instant, u64), Flight<M>>,
    sent: u64,
}

impl<M: Clone> Network<M> {
    /// Links of one kind between `nodes` nodes, 16 at most.
    pub fn new(nodes: u8, link: Link, seed: Seed) -> Self {
        let nodes = nodes.min(Nodes::MOST);
        let way = |index: u64| {
            let chance = seed.fork("link", index).stream("network");
            Way { link, cut: false, chance, last: Instant::ZERO }
        };
        let ways = (0..u64::from(nodes) * u64::from(nodes)).map(way).collect();
        Self { nodes, ways, flights: BTreeMap::new(), sent: 0 }
    }

    fn way(&self, from: Node, to: Node) -> Option<&Way> {
        let known = from.0 < self.nodes && to.0 < self.nodes;
        self.ways.get(from.index() * self.nodes as usize + to.index()).filter(|_| known)
    }

    fn way_mut(&mut self, from: Node, to: Node) -> Option<&mut Way> {
        let known = from.0 < self.nodes && to.0 < self.nodes;
        self.ways.get_mut(from.index() * self.nodes as usize + to.index()).filter(|_| known)
    }

    /// Sends a message; it is lost where nobody is. The flight, for showing; `None` when there is no such link.
    pub fn send(&mut self, from: Node, to: Node, message: M, now: Instant) -> Option<&Flight<M>> {
        self.send_late(from, to, message, now, (Latency::constant(Duration::ZERO), 0))
    }

    /// The same from a sender that takes so long to get it out: a latency, and how many thousandths of it.
    pub(super) fn send_late(
        &mut self,
        from: Node,
        to: Node,
        message: M,
        now: Instant,
        (handling, permille): (Latency, u32),
    ) -> Option<&Flight<M>> {
        let full = self.flights.len() + 1 >= MOST_IN_FLIGHT;
        let way = self.way_mut(from, to)?;
        let lost = way.chance.chance_permille(way.link.loss_permille);
        let twice = way.chance.chance_permille(way.link.twice_permille);
        let (takes, again) = (way.link.latency.draw(&mut way.chance), way.link.latency.draw(&mut way.chance));
        let left = now + scaled(handling.draw(&mut way.chance), f64::from(permille) / 1e3);
        let mut arrives = left + takes;
        if way.link.ordered {
            arrives = arrives.max(way.last);
            way.last = arrives;
        }
        let doomed = match () {
            () if full => Some(Loss::Full),
            () if way.cut => Some(Loss::Cut),
            () if lost => Some(Loss::Chance),
            () => None,
        };
        // What does not fit is lost where it is sent, so that there is a bound.
        let arrives = if full { now } else { arrives };
        self.sent += 1;
        let number = self.sent;
        if twice && doomed.is_none() {
            self.sent += 1;
            let (arrives, message) = (arrives + again, message.clone());
            let copy = Flight { number: self.sent, from, to, sent: now, left, arrives, doomed, message };
            self.flights.insert((arrives, self.sent), copy);
        }
        let key = (arrives, number);
        self.flights.insert(key, Flight { number, from, to, sent: now, left, arrives, doomed, message });
        self.flights.get(&key)
    }

    /// When the next message arrives or is lost.
    pub fn next_at(&self) -> Option<Instant> {
        self.flights.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next message off the network when it is due by `to`. Those of the same time come in the order in which
    /// they were sent. Whether it arrives says [`Flight::doomed`].
    pub fn arrive(&mut self, to: Instant) -> Option<Flight<M>> {
        if self.next_at()? > to {
            return None;
        }
        let (_, mut flight) = self.flights.pop_first()?;
        if flight.doomed.is_none() && self.is_cut(flight.from, flight.to) {
            flight.doomed = Some(Loss::Cut);
        }
        Some(flight)
    }

    /// Cuts a link or mends it, one way; messages that are under way when it is cut are lost unless it is mended before
    /// they arrive.
    pub fn set_cut(&mut self, from: Node, to: Node, cut: bool) {
        if let Some(way) = self.way_mut(from, to) {
            way.cut = cut;
        }
    }

    /// Whether a link is cut, this way. A node always reaches itself.
    pub fn is_cut(&self, from: Node, to: Node) -> bool {
        from != to && self.way(from, to).is_some_and(|way| way.cut)
    }

    /// How a link treats messages.
    pub fn link(&self, from: Node, to: Node) -> Option<&Link> {
        self.way(from, to).map(|way| &way.link)
    }

    /// Has a link treat messages otherwise from now on, this way.
    pub fn set_link(&mut self, from: Node, to: Node, link: Link) {
        if let Some(way) = self.way_mut(from, to) {
            way.link = link;
        }
    }

    /// Has all links treat messages otherwise from now on.
    pub fn set_links(&mut self, link: Link) {
        self.ways.iter_mut().for_each(|way| way.link = link);
    }

    /// The messages under way, in the order in which they arrive.
    pub fn in_flight(&self) -> impl ExactSizeIterator<Item = &Flight<M>> {
        self.flights.values()
    }

    /// How many messages were sent, copies included.
    pub const fn sent(&self) -> u64 {
        self.sent
    }
}
