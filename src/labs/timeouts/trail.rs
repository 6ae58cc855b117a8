//! What became of one request: the bars of the waterfall.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::retry::Retry;

use super::calls::{Calls, Id, Reply, State};
use super::rules::Rule;
use super::setup::CLIENT;

/// Bars that are kept of a request; it may make more calls.
const BARS: usize = 60;
/// So long a request that is over is looked at before one that came by itself takes its place.
const LOOKED_AT: Duration = Duration::from_secs(3);

/// The request that is looked at.
#[derive(Clone, Default)]
pub(super) struct Trail {
    /// Its number; 0 before the first.
    pub(super) request: u64,
    pub(super) sent: Instant,
    pub(super) over: Option<(Instant, Reply)>,
    pub(super) bars: Vec<Bar>,
    /// Calls that found no place among the bars.
    pub(super) more: u32,
    /// The rules as they were when each hop last called on.
    pub(super) rules: [Option<Rule>; 3],
}

/// A call in its hop, from when it holds a thread until it ends.
#[derive(Clone)]
pub(super) struct Bar {
    pub(super) id: Id,
    pub(super) hop: usize,
    pub(super) from: Instant,
    pub(super) to: Option<(Instant, Reply)>,
    /// From when on nobody will read its answer.
    pub(super) nobody: Option<Instant>,
    /// While it goes on: when it ends at the latest, if anything ends it.
    pub(super) ends: Option<Instant>,
    pub(super) hung: bool,
    /// Attempts that it has made on the next hop.
    pub(super) attempts: u32,
}

impl Trail {
    /// A request is sent, and looked at from now on if the reader sent it, or if the last one has been seen.
    pub(super) fn sent(&mut self, now: Instant, request: u64, told: bool) {
        let seen = self.request == 0 || self.over.is_some_and(|(over, _)| now.since(over) >= LOOKED_AT);
        if told || seen {
            *self = Self { request, sent: now, ..Self::default() };
        }
    }

    pub(super) fn begun(&mut self, now: Instant, calls: &Calls, id: Id) {
        let Some(call) = calls.get(id).filter(|call| call.request == self.request) else { return };
        if self.bars.len() >= BARS {
            self.more = self.more.saturating_add(1);
            return;
        }
        let own = call.chain.worst().get(call.hop).and_then(|worst| worst.time);
        let work = if call.hop == CLIENT { Duration::ZERO } else { call.chain.work };
        let hung = call.state == State::Hung;
        // Its own work, and all that it may spend on calling on.
        let alone = own.filter(|_| !hung).map(|own| now + work + own);
        let bar = Bar {
            id,
            hop: call.hop,
            from: now,
            to: None,
            nobody: call.nobody,
            ends: earlier(alone, call.deadline.instant()),
            hung,
            attempts: 0,
        };
        self.bars.push(bar);
    }

    fn bar(&mut self, id: Id) -> Option<&mut Bar> {
        self.bars.iter_mut().find(|bar| bar.id == id)
    }

    /// A call waits for the next hop, or until it may try again.
    pub(super) fn waits(&mut self, calls: &Calls, id: Id) {
        let Some(call) = calls.get(id) else { return };
        let deadline = call.deadline.instant();
        let own = call.retry.as_ref().and_then(|retry| {
            let worst = call.chain.worst().get(call.hop)?.time?;
            Some(retry.begun() + worst)
        });
        if let Some(bar) = self.bar(id) {
            bar.ends = earlier(own, deadline);
            bar.attempts = call.retry.as_ref().map_or(0, Retry::attempt);
        }
    }

    pub(super) fn for_nobody(&mut self, now: Instant, id: Id) {
        if let Some(bar) = self.bar(id) {
            bar.nobody.get_or_insert(now);
        }
    }

    pub(super) fn hangs(&mut self, id: Id) {
        if let Some(bar) = self.bar(id) {
            bar.hung = true;
        }
    }

    pub(super) fn checked(&mut self, request: u64, rule: Rule) {
        if let Some(place) = self.rules.get_mut(rule.hop).filter(|_| request == self.request) {
            *place = Some(rule);
        }
    }

    pub(super) fn ended(&mut self, now: Instant, id: Id, reply: Reply) {
        let Some(bar) = self.bar(id) else { return };
        bar.to = Some((now, reply));
        if bar.hop == CLIENT {
            self.over = Some((now, reply));
        }
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
