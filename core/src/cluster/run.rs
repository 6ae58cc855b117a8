//! The cluster itself: nodes, network, faults, and time.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use super::fault::{Condition, Fault, Loss, Running};
use super::network::{Flight, Link, Network};
use super::process::{Out, Process};
use crate::node::{Node, Nodes};
use crate::quantity::{OutOfRange, count};
use crate::rng::{Seed, Stream, scaled};
use crate::sim::Latency;
use crate::time::Instant;

/// So many messages wait for a paused node at most; more are lost.
const MOST_HELD: usize = 10_000;

/// What a cluster is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many nodes: 1 to 16.
    pub nodes: u8,
    /// The links between them.
    pub link: Link,
    /// How long a node takes before it acts on a message; times its slowness, and what that adds it also takes to send one.
    /// Where this is zero no node can be slow.
    pub handling: Latency,
}

/// Something that happened in a cluster. Times are those of the cluster.
#[derive(Clone, Debug)]
pub enum Happening<'a, P: Process> {
    /// A node sent a message.
    Sent(&'a Flight<P::Message>),
    /// A message arrived and is acted upon now.
    Delivered(&'a Flight<P::Message>),
    /// A message was lost.
    Lost(&'a Flight<P::Message>, Loss),
    /// A message arrived at a paused node and waits.
    Held(&'a Flight<P::Message>),
    /// A node tells something.
    Told(Node, &'a P::Event),
    /// Something was done to the cluster, and changed it.
    Fault(Fault),
}

/// What became of all messages so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Acted upon.
    pub delivered: u64,
    /// Lost for whatever reason.
    pub lost: u64,
}

#[derive(Clone, Debug)]
struct Host<P: Process> {
    process: P,
    condition: Condition,
    drops: Stream,
    handling: Stream,
    /// What waits for it to go on.
    held: VecDeque<Flight<P::Message>>,
    /// What it will act upon, by when, in order of arrival.
    inbox: BTreeMap<(Instant, u64), Flight<P::Message>>,
    /// What the process last said of its timer.
    timer: Option<Instant>,
}

/// Nodes over a network, with faults: a deterministic simulation in virtual time.
///
/// It owns what is to come; whoever has it calls [`Cluster::advance`] and hears in order what happens. A run is a
/// function of settings, seed, processes and what is done to it when, and advancing in any slices gives the same run. At
/// one instant faults come first, then messages, then timers, each in a fixed order.
#[derive(Clone, Debug)]
pub struct Cluster<P: Process> {
    settings: Settings,
    now: Instant,
    hosts: Vec<Host<P>>,
    network: Network<P::Message>,
    faults: BTreeMap<(Instant, u64), Fault>,
    planned: u64,
    lies: Stream,
    totals: Totals,
}

impl<P: Process> Cluster<P> {
    /// A cluster at [`Instant::ZERO`], with a process on each node; `make` is given the node and a seed of its own.
    ///
    /// # Errors
    /// There is no node, or there are more than 16.
    pub fn new(settings: Settings, seed: Seed, mut make: impl FnMut(Node, Seed) -> P) -> Result<Self, OutOfRange> {
        count("nodes", u32::from(settings.nodes), 1, u32::from(Nodes::MOST))?;
        let hosts = (0..settings.nodes).map(|number| {
            let seed = seed.fork("node", u64::from(number));
            let process = make(Node(number), seed);
            let (drops, handling) = (seed.stream("drops"), seed.stream("handling"));
            let (held, inbox) = (VecDeque::new(), BTreeMap::new());
            Host { process, condition: Condition::HEALTHY, drops, handling, held, inbox, timer: None }
        });
        let mut cluster = Self {
            settings,
            now: Instant::ZERO,
            hosts: hosts.collect(),
            network: Network::new(settings.nodes, settings.link, seed),
            faults: BTreeMap::new(),
            planned: 0,
            lies: seed.stream("lies"),
            totals: Totals::default(),
        };
        Nodes::first(settings.nodes).iter().for_each(|node| cluster.set_timer(node));
        Ok(cluster)
    }

    /// The time.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The next instant at which something happens by itself.
    pub fn next_at(&self) -> Option<Instant> {
        let fault = self.faults.first_key_value().map(|((at, _), _)| *at);
        let node = self.hosts.iter().filter_map(Host::next_at).min();
        [fault, self.network.next_at(), node].into_iter().flatten().min()
    }

    /// Lets everything happen that is due up to and at `to`, and tells it in order.
    pub fn advance(&mut self, to: Instant, sink: &mut impl FnMut(Instant, Happening<P>)) {
        while let Some(at) = self.next_at().filter(|at| *at <= to) {
            self.now = self.now.max(at);
            self.step(sink);
        }
        self.now = self.now.max(to);
    }

    /// Does the first thing that is due now.
    fn step(&mut self, sink: &mut impl FnMut(Instant, Happening<P>)) {
        if let Some(entry) = self.faults.first_entry()
            && entry.key().0 <= self.now
        {
            let fault = entry.remove();
            return self.inject(fault, sink);
        }
        if let Some(flight) = self.network.arrive(self.now) {
            return self.arrived(flight, sink);
        }
        let due = |host: &Host<P>| host.next_at().is_some_and(|at| at <= self.now);
        if let Some(place) = self.hosts.iter().position(due) {
            let node = Node(place as u8);
            let inbox = self.hosts.get_mut(place).map(|host| &mut host.inbox);
            if let Some(entry) = inbox.and_then(BTreeMap::first_entry)
                && entry.key().0 <= self.now
            {
                let flight = entry.remove();
                return self.deliver(flight, sink);
            }
            self.act(node, sink, |process, now, out| process.handle_timeout(now, out));
        }
    }

    fn arrived(&mut self, mut flight: Flight<P::Message>, sink: &mut impl FnMut(Instant, Happening<P>)) {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(flight.to.index()) else { return };
        let dropped = host.drops.chance_permille(host.condition.drop_permille);
        let crashed = host.condition.running == Running::Crashed;
        let full = host.held.len() >= MOST_HELD;
        let lost = match flight.doomed {
            Some(loss) => Some(loss),
            None if crashed => Some(Loss::Crashed),
            // What a node says to itself goes over no network.
            None if dropped && flight.from != flight.to => Some(Loss::Dropped),
            None if full => Some(Loss::Full),
            None => None,
        };
        if let Some(loss) = lost {
            self.totals.lost += 1;
            flight.doomed = lost;
            return sink(now, Happening::Lost(&flight, loss));
        }
        if host.condition.running == Running::Paused {
            sink(now, Happening::Held(&flight));
            return host.held.push_back(flight);
        }
        self.accept(flight, sink);
    }

    /// A message is at a node that runs, which acts upon it at its own pace.
    fn accept(&mut self, flight: Flight<P::Message>, sink: &mut impl FnMut(Instant, Happening<P>)) {
        let (handling, now) = (self.settings.handling, self.now);
        let Some(host) = self.hosts.get_mut(flight.to.index()) else { return };
        let takes = scaled(handling.draw(&mut host.handling), f64::from(host.condition.factor_permille) / 1e3);
        if takes.is_zero() {
            return self.deliver(flight, sink);
        }
        host.inbox.insert((now + takes, flight.number), flight);
    }

    fn deliver(&mut self, flight: Flight<P::Message>, sink: &mut impl FnMut(Instant, Happening<P>)) {
        self.totals.delivered += 1;
        sink(self.now, Happening::Delivered(&flight));
        let Flight { from, to, message, .. } = flight;
        self.act(to, sink, |process, now, out| process.on_message(from, message, now, out));
    }

    /// Has a node that runs do something now, and sends and tells what comes of it. `None` when it does not run.
    pub fn act<R>(
        &mut self,
        node: Node,
        sink: &mut impl FnMut(Instant, Happening<P>),
        does: impl FnOnce(&mut P, Instant, &mut Out<P>) -> R,
    ) -> Option<R> {
        let now = self.now;
        let host = self.hosts.get_mut(node.index()).filter(|host| host.condition.running == Running::Up)?;
        let mut out = Out::new();
        let result = does(&mut host.process, now, &mut out);
        for event in &out.events {
            sink(now, Happening::Told(node, event));
        }
        for (to, message) in out.sends {
            let message = if host.condition.lies && to != node {
                host.process.lie(to, message, &mut self.lies)
            } else {
                Some(message)
            };
            let Some(message) = message else { continue };
            let late = (self.settings.handling, host.condition.factor_permille.saturating_sub(1_000));
            if let Some(flight) = self.network.send_late(node, to, message, now, late) {
                sink(now, Happening::Sent(flight));
            }
        }
        self.set_timer(node);
        Some(result)
    }

    /// Notes when a node acts by itself next.
    fn set_timer(&mut self, node: Node) {
        if let Some(host) = self.hosts.get_mut(node.index()) {
            host.timer = host.process.poll_timeout();
        }
    }

    /// Has `fault` happen at `at`, or now when that is past.
    pub fn plan(&mut self, at: Instant, fault: Fault) {
        self.planned += 1;
        self.faults.insert((at.max(self.now), self.planned), fault);
    }

    /// What is planned, in order.
    pub fn planned(&self) -> impl Iterator<Item = (Instant, Fault)> + '_ {
        self.faults.iter().map(|((at, _), fault)| (*at, *fault))
    }

    /// Has `fault` happen now.
    pub fn inject(&mut self, fault: Fault, sink: &mut impl FnMut(Instant, Happening<P>)) {
        let changed = match fault {
            Fault::Crash(node) => self.run(node, Running::Crashed, &[Running::Up, Running::Paused]),
            Fault::Restart(node) => self.run(node, Running::Up, &[Running::Crashed]),
            Fault::Pause(node) => self.run(node, Running::Paused, &[Running::Up]),
            Fault::Resume(node) => self.run(node, Running::Up, &[Running::Paused]),
            Fault::Slow { node, factor_permille } => self.change(node, |is| is.factor_permille = factor_permille),
            Fault::Drop { node, permille } => self.change(node, |is| is.drop_permille = permille),
            Fault::Lie(node) => self.change(node, |is| is.lies = true),
            Fault::Honest(node) => self.change(node, |is| is.lies = false),
            Fault::Partition(groups) => self.cut(|from, to| Some(!groups.together(from, to))),
            Fault::Cut { from, to } => {
                self.cut(|one, other| (from.contains(one) && to.contains(other)).then_some(true))
            }
            Fault::Mend { from, to } => {
                self.cut(|one, other| (from.contains(one) && to.contains(other)).then_some(false))
            }
            Fault::Heal => self.cut(|_, _| Some(false)),
        };
        if !changed {
            return;
        }
        sink(self.now, Happening::Fault(fault));
        match fault {
            Fault::Crash(node) => {
                // What was on its way through the node goes down with it.
                let Some(host) = self.hosts.get_mut(node.index()) else { return };
                let inside = core::mem::take(&mut host.inbox).into_values().chain(core::mem::take(&mut host.held));
                for flight in inside {
                    self.totals.lost += 1;
                    sink(self.now, Happening::Lost(&flight, Loss::Crashed));
                }
            }
            Fault::Restart(node) => {
                self.act(node, sink, |process, now, out| process.restart(now, out));
            }
            Fault::Resume(node) => {
                let held = self.hosts.get_mut(node.index()).map(|host| core::mem::take(&mut host.held));
                for flight in held.into_iter().flatten() {
                    self.accept(flight, sink);
                }
            }
            _ => {}
        }
    }

    fn run(&mut self, node: Node, to: Running, from: &[Running]) -> bool {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(node.index()) else { return false };
        if !from.contains(&host.condition.running) {
            return false;
        }
        (host.condition.running, host.condition.since) = (to, now);
        if to == Running::Crashed {
            host.timer = None;
        }
        true
    }

    fn change(&mut self, node: Node, change: impl FnOnce(&mut Condition)) -> bool {
        let Some(host) = self.hosts.get_mut(node.index()) else { return false };
        let before = host.condition;
        change(&mut host.condition);
        host.condition != before
    }

    /// Cuts (`true`), mends (`false`) or leaves alone each link.
    fn cut(&mut self, which: impl Fn(Node, Node) -> Option<bool>) -> bool {
        let (nodes, mut changed) = (self.nodes(), false);
        for (from, to) in nodes.iter().flat_map(|from| nodes.iter().map(move |to| (from, to))) {
            if let Some(cut) = which(from, to)
                && from != to
            {
                changed |= self.network.is_cut(from, to) != cut;
                self.network.set_cut(from, to, cut);
            }
        }
        changed
    }

    /// All nodes.
    pub fn nodes(&self) -> Nodes {
        Nodes::first(self.settings.nodes)
    }

    /// What runs on a node, or did when it crashed.
    pub fn process(&self, node: Node) -> Option<&P> {
        self.hosts.get(node.index()).map(|host| &host.process)
    }

    /// How a node is; a node that is not there has crashed.
    pub fn condition(&self, node: Node) -> Condition {
        let absent = Condition { running: Running::Crashed, ..Condition::HEALTHY };
        self.hosts.get(node.index()).map_or(absent, |host| host.condition)
    }

    /// The nodes that run, paused ones not among them.
    pub fn up(&self) -> Nodes {
        self.nodes().iter().filter(|node| self.condition(*node).running == Running::Up).collect()
    }

    /// How many messages wait for a paused node to go on, or in a slow one to be acted upon.
    pub fn waiting(&self, node: Node) -> usize {
        self.hosts.get(node.index()).map_or(0, |host| host.held.len() + host.inbox.len())
    }

    /// The links and what is under way on them.
    pub const fn network(&self) -> &Network<P::Message> {
        &self.network
    }

    /// Has all links treat messages otherwise from now on.
    pub fn set_links(&mut self, link: Link) {
        self.settings.link = link;
        self.network.set_links(link);
    }

    /// Has one link treat messages otherwise from now on, one way.
    pub fn set_link(&mut self, from: Node, to: Node, link: Link) {
        self.network.set_link(from, to, link);
    }

    /// Has nodes take another time to act from now on.
    pub fn set_handling(&mut self, handling: Latency) {
        self.settings.handling = handling;
    }

    /// What became of all messages so far.
    pub const fn totals(&self) -> Totals {
        self.totals
    }

    /// What it is made of.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl<P: Process> Host<P> {
    /// When it acts next by itself.
    fn next_at(&self) -> Option<Instant> {
        if self.condition.running != Running::Up {
            return None;
        }
        let message = self.inbox.first_key_value().map(|((at, _), _)| *at);
        [message, self.timer].into_iter().flatten().min()
    }
}
