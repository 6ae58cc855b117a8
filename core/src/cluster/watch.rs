//! Every node watches every other.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::process::{Out, Process};
use crate::failure::{Event, Fixed, FixedConfig, Message, Opinion, Output, Phi, PhiConfig, Prober, SwimConfig};
use crate::node::{Node, Nodes};
use crate::quantity::{OutOfRange, count, time};
use crate::rng::{Seed, Stream};
use crate::time::Instant;

/// So many intervals are remembered of each peer at most.
const WINDOW: usize = 100;

/// Which detector is used, and how it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Detect {
    /// Heartbeats, and a fixed timeout.
    Fixed(FixedConfig),
    /// Heartbeats, and phi accrual with a window of 100 intervals at most.
    Phi(PhiConfig),
    /// Pings and helpers.
    Swim(SwimConfig),
}

/// How all nodes watch each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WatchConfig {
    nodes: Nodes,
    interval: Duration,
    detect: Detect,
}

impl WatchConfig {
    /// So many nodes (2 to 16), each of which sends all others a heartbeat every `interval` (at least 1 ns; SWIM needs
    /// none).
    ///
    /// # Errors
    /// A number is out of its range.
    pub fn new(nodes: u8, interval: Duration, detect: Detect) -> Result<Self, OutOfRange> {
        count("nodes", u32::from(nodes), 2, u32::from(Nodes::MOST))?;
        time("interval", interval, 1, u64::MAX)?;
        if let Detect::Phi(config) = detect {
            Phi::<WINDOW>::new(config, Instant::ZERO)?;
        }
        Ok(Self { nodes: Nodes::first(nodes), interval, detect })
    }

    /// Every so often a heartbeat is sent.
    pub const fn interval(&self) -> Duration {
        self.interval
    }

    /// The detector.
    pub const fn detect(&self) -> &Detect {
        &self.detect
    }
}

/// What watchers say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WatchMessage {
    /// I am here.
    Heartbeat,
    /// A ping or an answer.
    Probe(Message),
}

impl fmt::Display for WatchMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heartbeat => f.write_str("heartbeat"),
            Self::Probe(message) => message.fmt(f),
        }
    }
}

/// A node has changed its mind about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    /// Whom it is about.
    pub peer: Node,
    /// What, and why.
    pub event: Event,
}

impl fmt::Display for WatchEvent {
    /// What the node says, such as `suspects B: no heartbeat for 500 ms; …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.event.opinion == Opinion::Suspected { "suspects" } else { "trusts" };
        write!(f, "{verb} {}: {}", self.peer, self.event.reason)
    }
}

/// What a node has to judge one peer by its heartbeats.
#[derive(Clone, Debug, PartialEq)]
pub enum Detector {
    /// A fixed timeout.
    Fixed(Fixed),
    /// Phi accrual.
    Phi(Box<Phi<WINDOW>>),
}

impl Detector {
    fn on_heartbeat(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        match self {
            Self::Fixed(fixed) => fixed.on_heartbeat(now, sink),
            Self::Phi(phi) => phi.on_heartbeat(now, sink),
        }
    }

    fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(Event)) {
        match self {
            Self::Fixed(fixed) => fixed.handle_timeout(now, sink),
            Self::Phi(phi) => phi.handle_timeout(now, sink),
        }
    }

    /// When it will suspect if it hears nothing.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Fixed(fixed) => fixed.poll_timeout(),
            Self::Phi(phi) => phi.poll_timeout(),
        }
    }

    /// What it thinks.
    pub const fn opinion(&self) -> Opinion {
        match self {
            Self::Fixed(fixed) => fixed.opinion(),
            Self::Phi(phi) => phi.opinion(),
        }
    }

    /// When it last heard from the peer.
    pub const fn heard(&self) -> Instant {
        match self {
            Self::Fixed(fixed) => fixed.heard(),
            Self::Phi(phi) => phi.heard(),
        }
    }
}

/// A node that watches the others: it sends heartbeats, or pings, and judges theirs.
#[derive(Clone, Debug)]
pub struct Watch {
    me: Node,
    config: WatchConfig,
    chance: Stream,
    beat: Option<Instant>,
    detectors: Vec<(Node, Detector)>,
    prober: Option<Prober>,
}

impl Watch {
    /// A watcher that trusts all others.
    pub fn new(me: Node, config: WatchConfig, now: Instant, seed: Seed) -> Self {
        let chance = seed.stream("watch");
        let mut watch = Self { me, config, chance, beat: None, detectors: Vec::new(), prober: None };
        watch.begin(now);
        watch
    }

    fn begin(&mut self, now: Instant) {
        (self.detectors, self.prober, self.beat) = (Vec::new(), None, None);
        let peers = self.config.nodes.without(Nodes::of(self.me));
        // Nodes do not all beat at the same instant.
        let first = now + self.chance.up_to(self.config.interval);
        let apart = Seed(self.chance.bits()).stream("prober");
        match self.config.detect {
            Detect::Fixed(config) => {
                let watch = |peer| (peer, Detector::Fixed(Fixed::new(config, now)));
                (self.detectors, self.beat) = (peers.iter().map(watch).collect(), Some(first));
            }
            Detect::Phi(config) => {
                let watch = |peer| Phi::new(config, now).ok().map(|phi| (peer, Detector::Phi(Box::new(phi))));
                (self.detectors, self.beat) = (peers.iter().filter_map(watch).collect(), Some(first));
            }
            Detect::Swim(config) => self.prober = Some(Prober::new(self.me, peers, config, now, apart)),
        }
    }

    /// Begins anew with other settings: everybody is trusted, and what was learnt is forgotten.
    pub fn reconfigure(&mut self, config: WatchConfig, now: Instant) {
        self.config = config;
        self.begin(now);
    }

    /// What it thinks of a peer; it trusts itself.
    pub fn opinion(&self, peer: Node) -> Opinion {
        match &self.prober {
            Some(prober) => prober.opinion(peer),
            None => self.detector(peer).map_or(Opinion::Trusted, Detector::opinion),
        }
    }

    /// Those it suspects.
    pub fn suspects(&self) -> Nodes {
        self.config.nodes.iter().filter(|peer| self.opinion(*peer) == Opinion::Suspected).collect()
    }

    /// How it judges a peer by heartbeats; `None` for itself and where it pings.
    pub fn detector(&self, peer: Node) -> Option<&Detector> {
        self.detectors.iter().find(|(node, _)| *node == peer).map(|(_, detector)| detector)
    }

    /// The pings, where it pings.
    pub const fn prober(&self) -> Option<&Prober> {
        self.prober.as_ref()
    }

    fn probe(out: &mut Out<Self>) -> impl FnMut(Output) + '_ {
        |output| match output {
            Output::Send { to, message } => out.send(to, WatchMessage::Probe(message)),
            Output::Tell { peer, event } => out.tell(WatchEvent { peer, event }),
        }
    }
}

impl Process for Watch {
    type Message = WatchMessage;
    type Event = WatchEvent;

    fn on_message(&mut self, from: Node, message: WatchMessage, now: Instant, out: &mut Out<Self>) {
        match message {
            WatchMessage::Heartbeat => {
                if let Some((_, detector)) = self.detectors.iter_mut().find(|(node, _)| *node == from) {
                    detector.on_heartbeat(now, &mut |event| out.tell(WatchEvent { peer: from, event }));
                }
            }
            WatchMessage::Probe(message) => {
                if let Some(prober) = &mut self.prober {
                    prober.on_message(from, message, now, &mut Self::probe(out));
                }
            }
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let detectors = self.detectors.iter().filter_map(|(_, detector)| detector.poll_timeout()).min();
        let prober = self.prober.as_ref().and_then(Prober::poll_timeout);
        [self.beat, detectors, prober].into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>) {
        for (peer, detector) in &mut self.detectors {
            detector.handle_timeout(now, &mut |event| out.tell(WatchEvent { peer: *peer, event }));
        }
        if let Some(prober) = &mut self.prober {
            prober.handle_timeout(now, &mut Self::probe(out));
        }
        if self.beat.is_some_and(|beat| beat <= now) {
            self.beat = Some(now + self.config.interval);
            for peer in self.config.nodes.without(Nodes::of(self.me)).iter() {
                out.send(peer, WatchMessage::Heartbeat);
            }
        }
    }

    /// It has no disk: it trusts everybody and learns anew.
    fn restart(&mut self, now: Instant, _out: &mut Out<Self>) {
        self.begin(now);
    }
}
