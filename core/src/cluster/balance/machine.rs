//! The load balancer itself.

use core::time::Duration;

use super::config::{BalanceConfig, Checks, Ejection, Pick};
use super::event::{Back, BalanceEvent, Left};
use crate::node::{Node, Nodes};
use crate::time::{Instant, nanos};

/// What a load balancer wants or tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalanceOutput {
    /// Check this node's health, and say how it went with [`Balancer::on_check`]; without a word in time it failed.
    Check(Node),
    /// Something has changed.
    Tell(BalanceEvent),
}

/// What it knows of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Backend {
    /// Whether checks keep it out.
    ill: bool,
    /// Checks in a row that speak against what it is taken for.
    contrary: u32,
    check: Instant,
    /// Until when the answer to a check is waited for.
    answer: Option<Instant>,
    /// Until when it is ejected, and for how long that is.
    ejected: Option<(Instant, Duration)>,
    /// How many terms its next one has less one.
    terms: u32,
    /// Failed requests in a row.
    failed: u32,
    busy: u32,
    /// In this interval.
    requests: u32,
    took: u64,
}

/// A load balancer over up to 16 nodes: it says who gets a request, is told how requests and checks went, and takes nodes out
/// and puts them back.
///
/// Verbs take `now`; time that goes backwards is taken as the latest time seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balancer {
    config: BalanceConfig,
    backends: [Backend; Nodes::MOST as usize],
    /// Who was used last.
    last: Node,
    compare: Instant,
    panics: bool,
    latest: Instant,
}

impl Balancer {
    /// A load balancer that takes all nodes for good. Checks begin within the first interval, evenly apart.
    pub fn new(config: BalanceConfig, now: Instant) -> Self {
        let settings = config.settings();
        let mut backends = [Backend::default(); Nodes::MOST as usize];
        if let Some(checks) = settings.checks {
            let step = checks.every / u32::from(settings.nodes.max(1));
            for (place, backend) in (1u32..).zip(&mut backends) {
                backend.check = now + step.saturating_mul(place);
            }
        }
        let compare = settings.ejection.map_or(Instant::MAX, |ejection| now + ejection.interval);
        let last = Node(settings.nodes.saturating_sub(1));
        Self { config, backends, last, compare, panics: false, latest: now }
    }

    fn all(&self) -> Nodes {
        Nodes::first(self.config.settings().nodes)
    }

    fn backend(&self, node: Node) -> Backend {
        self.backends.get(node.index()).copied().unwrap_or_default()
    }

    /// Those that no rule keeps out.
    pub fn good(&self) -> Nodes {
        let good = |node: &Node| {
            let backend = self.backend(*node);
            !backend.ill && backend.ejected.is_none()
        };
        self.all().iter().filter(good).collect()
    }

    /// Those that are used: the good ones, or in panic all.
    pub fn used(&self) -> Nodes {
        if self.panics || self.good().is_empty() { self.all() } else { self.good() }
    }

    /// Those that requests' results keep out, with the end of it.
    pub fn ejected(&self) -> impl Iterator<Item = (Node, Instant)> {
        self.all().iter().filter_map(|node| self.backend(node).ejected.map(|(until, _)| (node, until)))
    }

    /// Whether health checks keep a node out.
    pub fn is_ill(&self, node: Node) -> bool {
        self.backend(node).ill
    }

    /// How many requests a node has under way.
    pub fn busy(&self, node: Node) -> u32 {
        self.backend(node).busy
    }

    /// What it runs on.
    pub const fn config(&self) -> &BalanceConfig {
        &self.config
    }

    /// Who gets the next request; it counts as under way until [`Balancer::on_result`]. `besides` are not asked if anybody
    /// else is there, as for a second attempt.
    pub fn pick(&mut self, besides: Nodes, now: Instant, sink: &mut impl FnMut(BalanceOutput)) -> Node {
        self.handle_timeout(now, sink);
        let used = self.used();
        let among = if used.without(besides).is_empty() { used } else { used.without(besides) };
        let nodes = u32::from(self.config.settings().nodes.max(1));
        let after = |node: &Node| (u32::from(node.0) + nodes - u32::from(self.last.0) % nodes - 1) % nodes;
        let chosen = match self.config.settings().pick {
            Pick::InTurn => among.iter().min_by_key(after),
            Pick::LeastBusy => among.iter().min_by_key(|node| (self.busy(*node), after(node))),
        };
        let chosen = chosen.unwrap_or_default();
        self.last = chosen;
        if let Some(backend) = self.backends.get_mut(chosen.index()) {
            backend.busy = backend.busy.saturating_add(1);
        }
        chosen
    }

    /// How a request went, and how long it took: a timeout's length when there was no answer.
    pub fn on_result(
        &mut self,
        node: Node,
        ok: bool,
        took: Duration,
        now: Instant,
        sink: &mut impl FnMut(BalanceOutput),
    ) {
        self.handle_timeout(now, sink);
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        backend.busy = backend.busy.saturating_sub(1);
        backend.requests = backend.requests.saturating_add(1);
        backend.took = backend.took.saturating_add(nanos(took).unwrap_or(u64::MAX));
        backend.failed = if ok { 0 } else { backend.failed.saturating_add(1) };
        let failed = backend.failed;
        if let Some(ejection) = self.config.settings().ejection
            && ejection.failures > 0
            && failed >= ejection.failures
            && backend.ejected.is_none()
        {
            backend.failed = 0;
            self.eject(node, ejection, |term| Left::Failures { failed, term }, sink);
        }
    }

    /// How a health check went. An answer that nobody waits for any more is nothing.
    pub fn on_check(&mut self, node: Node, ok: bool, now: Instant, sink: &mut impl FnMut(BalanceOutput)) {
        self.handle_timeout(now, sink);
        let waits = self.backends.get_mut(node.index()).and_then(|backend| backend.answer.take()).is_some();
        if waits {
            self.checked(node, ok, sink);
        }
    }

    fn checked(&mut self, node: Node, ok: bool, sink: &mut impl FnMut(BalanceOutput)) {
        let Some(checks) = self.config.settings().checks else { return };
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        if ok != backend.ill {
            backend.contrary = 0;
            return;
        }
        backend.contrary = backend.contrary.saturating_add(1);
        let contrary = backend.contrary;
        if contrary >= if backend.ill { checks.rise } else { checks.fall } {
            backend.ill = !backend.ill;
            backend.contrary = 0;
            sink(BalanceOutput::Tell(if backend.ill {
                BalanceEvent::Out { node, because: Left::Checks { failed: contrary } }
            } else {
                BalanceEvent::In { node, because: Back::Checks { passed: contrary } }
            }));
            self.look(sink);
        }
    }

    fn eject(
        &mut self,
        node: Node,
        ejection: Ejection,
        because: impl FnOnce(Duration) -> Left,
        sink: &mut impl FnMut(BalanceOutput),
    ) {
        let out = self.ejected().count() as u32;
        let most = (u32::from(self.config.settings().nodes) * ejection.most_percent / 100).max(1);
        if out >= most {
            return sink(BalanceOutput::Tell(BalanceEvent::Spared { node, out, most }));
        }
        let now = self.latest;
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        backend.terms = backend.terms.saturating_add(1);
        let term = ejection.base.saturating_mul(backend.terms);
        backend.ejected = Some((now + term, term));
        sink(BalanceOutput::Tell(BalanceEvent::Out { node, because: because(term) }));
        self.look(sink);
    }

    /// Panics or calms down, as many are left.
    fn look(&mut self, sink: &mut impl FnMut(BalanceOutput)) {
        let (left, of) = (self.good().len(), u32::from(self.config.settings().nodes));
        let panics = left * 100 < of * self.config.settings().panic_percent;
        if panics != self.panics {
            self.panics = panics;
            let event = if panics { BalanceEvent::Panics { left, of } } else { BalanceEvent::Calm { left, of } };
            sink(BalanceOutput::Tell(event));
        }
    }

    /// When [`Balancer::handle_timeout`] has something to do next. Any verb may change it.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let checks = self.config.settings().checks.is_some();
        let due = self.all().iter().flat_map(|node| {
            let backend = self.backend(node);
            [backend.answer, backend.ejected.map(|(until, _)| until), checks.then_some(backend.check)]
        });
        let compare = self.config.settings().ejection.map(|_| self.compare);
        due.chain([compare]).flatten().min()
    }

    /// Sends checks, ends waits and terms, and compares latencies, as far as they are due. Of several intervals that nobody
    /// looked at there is one check and one comparison.
    pub fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(BalanceOutput)) {
        self.latest = self.latest.max(now);
        for node in self.all().iter() {
            self.end_term(node, sink);
            if let Some(checks) = self.config.settings().checks {
                self.check(node, checks, sink);
            }
        }
        if let Some(ejection) = self.config.settings().ejection
            && self.compare <= self.latest
        {
            self.compare = self.latest + ejection.interval;
            self.compare_latencies(ejection, sink);
        }
    }

    fn end_term(&mut self, node: Node, sink: &mut impl FnMut(BalanceOutput)) {
        let now = self.latest;
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        if let Some((_, term)) = backend.ejected.filter(|(until, _)| *until <= now) {
            // What was counted before its term is no longer held against it.
            (backend.ejected, backend.failed, backend.requests, backend.took) = (None, 0, 0, 0);
            sink(BalanceOutput::Tell(BalanceEvent::In { node, because: Back::Term { term } }));
            self.look(sink);
        }
    }

    fn check(&mut self, node: Node, checks: Checks, sink: &mut impl FnMut(BalanceOutput)) {
        let now = self.latest;
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        if backend.answer.is_some_and(|answer| answer <= now) {
            backend.answer = None;
            self.checked(node, false, sink);
        }
        let Some(backend) = self.backends.get_mut(node.index()) else { return };
        if backend.check <= now {
            backend.check = now + checks.every;
            backend.answer = Some(now + checks.timeout);
            sink(BalanceOutput::Check(node));
        }
    }

    fn compare_latencies(&mut self, ejection: Ejection, sink: &mut impl FnMut(BalanceOutput)) {
        let mut means = [0; Nodes::MOST as usize];
        let mut known = 0;
        for node in self.all().iter() {
            if let Some(mean) = self.mean(node, ejection)
                && let Some(place) = means.get_mut(known)
            {
                *place = mean;
                known += 1;
            }
        }
        let means = means.get_mut(..known).unwrap_or_default();
        means.sort_unstable();
        let median = means.get(known.saturating_sub(1) / 2).copied().unwrap_or(0);
        for node in self.all().iter() {
            let mean = self.mean(node, ejection);
            let limit = u128::from(median) * u128::from(ejection.slow_permille);
            // Two nodes have no median that tells which of them is the odd one.
            if let Some(mean) = mean
                && known > 2
                && ejection.slow_permille > 0
                && u128::from(mean) * 1000 > limit
            {
                let (mean, median) = (Duration::from_nanos(mean), Duration::from_nanos(median));
                self.eject(node, ejection, |term| Left::Slow { mean, median, term }, sink);
            } else if let Some(backend) = self.backends.get_mut(node.index())
                && mean.is_some()
            {
                // It has served an interval well.
                backend.terms = backend.terms.saturating_sub(1);
            }
        }
        for backend in &mut self.backends {
            (backend.requests, backend.took) = (0, 0);
        }
    }

    /// The mean latency of a node in this interval, in nanoseconds, if there is one to compare.
    fn mean(&self, node: Node, ejection: Ejection) -> Option<u64> {
        let backend = self.backend(node);
        let known = backend.requests >= ejection.least_requests && backend.ejected.is_none();
        known.then(|| backend.took.checked_div(u64::from(backend.requests))).flatten()
    }
}
