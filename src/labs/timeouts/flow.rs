//! A request's way down the chain and back: what begins, what ends, and who stops waiting.

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::deadline::Deadline;
use halfopen_core::retry::{Outcome, Retry, Verdict};

use super::calls::{Call, Id, Reply, State};
use super::rules::Rule;
use super::setup::{B, C, CLIENT};
use super::{Event, Lab};

impl Lab {
    /// Another request; the log tells of it if the reader sent it.
    pub(super) fn send(&mut self, told: bool) {
        let now = self.now;
        self.counts.requests += 1;
        let request = self.counts.requests;
        self.record.event(now, 1, &[request]);
        let chain = Rc::clone(&self.chain);
        if self.calls.held[CLIENT] >= self.setup.threads {
            self.counts.rejected += 1;
            self.no_thread(CLIENT);
            return;
        }
        let call = Call {
            hop: CLIENT,
            request,
            path: 0,
            parent: None,
            chain,
            deadline: Deadline::NEVER,
            arrived: Some(now),
            state: State::Waiting,
            retry: None,
            jitter: self.seed.fork("request", request).fork("attempt", 0).stream("jitter"),
            child: None,
            patience: None,
            nobody: None,
            told,
        };
        let id = self.calls.add(now, call);
        self.trail.sent(now, request, told);
        self.trail.begun(now, &self.calls, id);
        self.tell_sent(id);
        self.call_on(id);
    }

    /// The next attempt of this call on the next hop begins, unless too little time is left for it.
    pub(super) fn call_on(&mut self, id: Id) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(id) else { return };
        match &mut call.retry {
            Some(retry) => retry.begin(now),
            None => call.retry = Some(Retry::new(now)),
        }
        let (hop, chain) = (call.hop, Rc::clone(&call.chain));
        let attempt = call.retry.as_ref().map_or(1, Retry::attempt);
        let given = if chain.propagate {
            match call.deadline.for_hop(&chain.hop(hop), now) {
                Ok(given) => given,
                Err(too_late) => {
                    self.tell_too_late(id, too_late);
                    self.end(id, Reply::Refused);
                    return;
                }
            }
        } else {
            chain.timeout(hop)
        };
        let Some(call) = self.calls.get(id) else { return };
        let path = call.path * 8 + u64::from(attempt);
        let arrives = now + chain.way;
        let child = Call {
            hop: hop + 1,
            path,
            parent: Some((id, attempt)),
            deadline: given
                .filter(|_| chain.propagate)
                .map_or(Deadline::NEVER, |given| Deadline::after(arrives, given)),
            arrived: None,
            state: State::Coming,
            retry: None,
            jitter: self.seed.fork("request", call.request).fork("attempt", path).stream("jitter"),
            child: None,
            patience: None,
            nobody: call.nobody.map(|_| now),
            ..call.clone()
        };
        let child = self.calls.add(now, child);
        let patience = given.map(|given| now + given);
        self.calls.change(now, id, |call| {
            (call.state, call.child, call.patience) = (State::Waiting, Some(child), patience);
        });
        self.record.event(now, 2, &[hop as u64, u64::from(attempt)]);
        if let Some(patience) = patience {
            self.queue.push(patience, Event::Patience { id, attempt });
        }
        self.queue.push(arrives, Event::Reach { id: child });
        self.trail.waits(&self.calls, id);
        self.check(id, attempt);
        self.tell_call(id, attempt, given);
    }

    /// The rule, on what its callers really have left.
    fn check(&mut self, id: Id, attempt: u32) {
        let Some(call) = self.calls.get(id) else { return };
        let (hop, nobody) = (call.hop, call.nobody.is_some());
        if nobody {
            return;
        }
        let Some(rule) = Rule::of(&call.chain, hop, attempt, self.left(id)) else { return };
        let rule = rule.under_way(&call.chain);
        self.trail.checked(call.request, rule);
        if !rule.kept().is_well() {
            self.tell_broken(id, &rule);
        }
    }

    /// Who of its callers stops waiting first, and how long from now.
    pub(super) fn left(&self, id: Id) -> Option<(usize, Duration)> {
        let mut least: Option<(usize, Instant)> = None;
        let mut up = self.calls.get(id).and_then(|call| call.parent);
        while let Some(call) = up.and_then(|(parent, _)| self.calls.get(parent)) {
            if let Some(patience) = call.patience.filter(|at| least.is_none_or(|(_, least)| *at < least)) {
                least = Some((call.hop, patience));
            }
            up = call.parent;
        }
        least.map(|(hop, at)| (hop, at.since(self.now)))
    }

    /// A call arrives at its hop, which takes it if it has a thread.
    pub(super) fn reach(&mut self, id: Id) {
        let now = self.now;
        let Some(call) = self.calls.get(id) else { return };
        let (hop, path, request, deadline) = (call.hop, call.path, call.request, call.deadline.instant());
        // Drawn by C whatever becomes of the call.
        let mut chance = self.seed.fork("request", request).fork("attempt", path).stream("latency");
        let drawn = self.setup.latency.draw(&mut chance);
        if self.calls.held.get(hop).is_some_and(|held| *held >= self.setup.threads) {
            self.record.event(now, 3, &[hop as u64]);
            self.no_thread(hop);
            self.end(id, Reply::Refused);
            return;
        }
        let hangs = self.hung.get(hop).copied().unwrap_or(false);
        self.record.event(now, 4, &[hop as u64, u64::from(hangs)]);
        self.calls.change(now, id, |call| {
            call.arrived = Some(now);
            call.state = if hangs { State::Hung } else { State::Working };
        });
        if let Some(deadline) = deadline {
            self.queue.push(deadline, Event::Over { id });
        }
        if hangs {
            self.tell_hangs(id);
        } else {
            let takes = if hop == C { drawn } else { self.chain_of(id).map_or(Duration::ZERO, |chain| chain.work) };
            self.queue.push(now + takes, Event::Worked { id });
        }
        self.trail.begun(now, &self.calls, id);
    }

    fn chain_of(&self, id: Id) -> Option<&super::setup::Chain> {
        self.calls.get(id).map(|call| &*call.chain)
    }

    /// A hop has done its own work.
    pub(super) fn worked(&mut self, id: Id) {
        let Some(call) = self.calls.get(id).filter(|call| call.state == State::Working) else { return };
        if call.hop > B {
            self.end(id, Reply::Answer);
        } else {
            self.call_on(id);
        }
    }

    /// Whether this attempt of a call still waits for its answer.
    fn waits(&self, id: Id, attempt: u32) -> bool {
        self.calls.get(id).is_some_and(|call| {
            call.state == State::Waiting && call.retry.as_ref().is_some_and(|retry| retry.attempt() == attempt)
        })
    }

    /// An attempt's time is up.
    pub(super) fn out_of_patience(&mut self, id: Id, attempt: u32) {
        if !self.waits(id, attempt) {
            return;
        }
        let child = self.calls.get(id).and_then(|call| call.child);
        self.tell_timeout(id, child);
        if let Some(child) = child {
            self.abandon(child);
        }
        self.attempt_ended(id, Outcome::TimedOut);
    }

    fn abandon(&mut self, id: Id) {
        for gone in self.calls.abandon(self.now, id) {
            self.trail.for_nobody(self.now, gone);
        }
    }

    /// The next hop's reply arrives; nobody reads it where the attempt is over.
    pub(super) fn replied(&mut self, id: Id, attempt: u32, reply: Reply) {
        if !self.waits(id, attempt) {
            self.record.event(self.now, 5, &[u64::from(reply == Reply::Answer)]);
            return;
        }
        match reply {
            Reply::Answer => self.end(id, Reply::Answer),
            Reply::Failed => self.attempt_ended(id, Outcome::FAILED),
            Reply::Refused => self.attempt_ended(id, Outcome::REFUSED),
        }
    }

    /// An attempt came to nothing: another one, or the end.
    fn attempt_ended(&mut self, id: Id, outcome: Outcome) {
        let now = self.now;
        self.record.event(now, 6, &[u64::from(outcome == Outcome::TimedOut)]);
        let mut verdict = None;
        self.calls.change(now, id, |call| {
            (call.state, call.child, call.patience) = (State::Pausing, None, None);
            if let (Some(layer), Some(retry)) = (call.chain.layers.get(call.hop), &mut call.retry) {
                verdict = Some(retry.on_result(layer, outcome, &mut call.jitter, now));
            }
        });
        let Some(call) = self.calls.get(id) else { return };
        match verdict {
            Some(Verdict::Wait { until, .. }) => {
                let attempt = call.retry.as_ref().map_or(1, Retry::attempt);
                let too_late = call
                    .chain
                    .propagate
                    .then(|| call.deadline.for_hop(&call.chain.hop(call.hop), until).err())
                    .flatten();
                match too_late {
                    Some(too_late) => {
                        self.tell_too_late(id, too_late);
                        self.end(id, Reply::Failed);
                    }
                    None => {
                        self.trail.waits(&self.calls, id);
                        self.queue.push(until, Event::Again { id, attempt });
                    }
                }
            }
            _ if matches!(outcome, Outcome::Refused { .. }) => self.end(id, Reply::Refused),
            _ => self.end(id, Reply::Failed),
        }
    }

    /// A wait between two attempts is over.
    pub(super) fn again(&mut self, id: Id, attempt: u32) {
        let pausing = self.calls.get(id).is_some_and(|call| {
            call.state == State::Pausing && call.retry.as_ref().is_some_and(|retry| retry.attempt() == attempt)
        });
        if pausing {
            self.call_on(id);
        }
    }

    /// The deadline that came along with a call is over: whatever it does, it stops.
    pub(super) fn over(&mut self, id: Id) {
        if self.calls.get(id).is_some() {
            self.record.event(self.now, 7, &[]);
            self.tell_over(id);
            self.end(id, Reply::Failed);
        }
    }

    /// A call ends here, and its caller hears of it one way later.
    pub(super) fn end(&mut self, id: Id, reply: Reply) {
        let now = self.now;
        let child = self.calls.get(id).filter(|call| call.state == State::Waiting).and_then(|call| call.child);
        if let Some(child) = child.filter(|_| reply != Reply::Answer) {
            self.abandon(child);
        }
        let Some(call) = self.calls.remove(now, id) else { return };
        self.record.event(now, 8, &[call.hop as u64, reply as u64]);
        self.trail.ended(now, id, reply);
        let took = call.retry.as_ref().map(|retry| now.since(retry.begun()));
        if let (Some(longest), Some(took)) = (self.longest.get_mut(call.hop), took) {
            *longest = (*longest).max(took);
        }
        if let Some(nobody) = call.nobody {
            self.for_nobody = self.for_nobody.max(now.since(nobody));
        }
        if call.hop == CLIENT {
            self.request_over(&call, reply);
        } else {
            self.tell_ended(&call, reply);
            if let Some((id, attempt)) = call.parent {
                self.queue.push(now + call.chain.way, Event::Reply { id, attempt, reply });
            }
        }
        if call.hop != CLIENT && self.full.get(call.hop).copied().unwrap_or(false) {
            self.thread_free(call.hop);
        }
    }

    fn request_over(&mut self, call: &Call, reply: Reply) {
        let quiet =
            self.hung == [false; 4] && self.healed.is_none_or(|healed| call.arrived.is_some_and(|sent| healed < sent));
        let count = match reply {
            Reply::Answer => &mut self.counts.answered,
            Reply::Failed => &mut self.counts.failed,
            Reply::Refused => &mut self.counts.rejected,
        };
        *count += 1;
        let is_false = quiet && reply == Reply::Failed;
        self.counts.false_failures += u64::from(is_false);
        self.tell_request_over(call, reply, is_false);
    }

    pub(super) fn hang(&mut self, hop: usize) {
        if self.hung.get(hop).is_none_or(|hung| *hung) || hop == CLIENT {
            return;
        }
        let now = self.now;
        if let Some(hung) = self.hung.get_mut(hop) {
            *hung = true;
        }
        self.record.event(now, 9, &[hop as u64, 1]);
        let held = self.calls.standing(hop, State::Working);
        for id in &held {
            self.calls.change(now, *id, |call| call.state = State::Hung);
            self.trail.hangs(*id);
        }
        self.tell_hang(hop, held.len() as u64);
    }

    pub(super) fn heal(&mut self, hop: usize) {
        if self.hung.get(hop).is_none_or(|hung| !*hung) {
            return;
        }
        if let Some(hung) = self.hung.get_mut(hop) {
            *hung = false;
        }
        self.healed = Some(self.now);
        self.record.event(self.now, 9, &[hop as u64, 0]);
        let held = self.calls.standing(hop, State::Hung);
        self.tell_heal(hop, held.len() as u64);
        for id in held {
            self.end(id, Reply::Failed);
        }
    }
}
