//! Reads and writes, as the node that coordinates them sees them.

use alloc::vec::Vec;

use super::config::Repair;
use super::event::{Asked, RegisterEvent, RegisterMessage};
use super::machine::Register;
use super::tree::hash_of;
use super::version::{Version, merge};
use crate::cluster::process::Out;
use crate::node::{Node, Nodes};
use crate::time::Instant;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Have this stored.
    Write {
        /// What.
        version: Version,
    },
    /// Find out what is stored.
    Read {
        /// All that was found.
        merged: Vec<Version>,
        /// Of each node that answered the hash of what it has.
        found: Vec<(Node, u64)>,
    },
}

/// An operation that is not over: its client waits, or copies are still to be heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its number.
    pub op: u64,
    /// The key.
    pub key: u16,
    /// What is to be done.
    pub task: Task,
    /// Where the key is at home.
    pub homes: Nodes,
    /// Who was asked, beginning with the homes.
    pub asked: Nodes,
    /// Who was asked to stand in, for which home, in order.
    pub instead: Vec<(Node, Node)>,
    /// Who has answered.
    pub by: Nodes,
    /// Of a read that repairs first: who has what it found, once it waits for that.
    pub repaired: Option<Nodes>,
    /// When it began.
    pub began: Instant,
    /// Whether the client has its answer.
    pub done: bool,
    /// When others are asked to stand in.
    fallback: Option<Instant>,
    deadline: Instant,
}

impl Pending {
    /// When it has something to do by itself.
    pub(super) fn due(&self) -> Instant {
        self.fallback.map_or(self.deadline, |fallback| fallback.min(self.deadline))
    }

    /// How many must answer.
    pub(super) fn needed(&self, register: &Register) -> u8 {
        let settings = register.config.settings();
        if matches!(self.task, Task::Read { .. }) { settings.read } else { settings.write }
    }

    /// The homes that have not answered, and for which nobody who stands in has.
    pub fn missing(&self) -> Nodes {
        let covered = |home: &Node| self.instead.iter().any(|(by, whose)| whose == home && self.by.contains(*by));
        self.homes.without(self.by).iter().filter(|home| !covered(home)).collect()
    }

    fn request(&self, hint_for: Option<Node>) -> RegisterMessage {
        let (op, key) = (self.op, self.key);
        match &self.task {
            Task::Write { version } => {
                RegisterMessage::Put { op, key, versions: alloc::vec![version.clone()], hint_for }
            }
            Task::Read { .. } => RegisterMessage::Get { op, key },
        }
    }
}

impl Register {
    pub(super) fn coordinate(&mut self, key: u16, task: Task, now: Instant, out: &mut Out<Self>) -> u64 {
        let (op, homes, settings) = (self.next_op(), self.config.homes(key), *self.config.settings());
        let fallback = settings.sloppy.then(|| now + settings.fallback_after);
        let deadline = now + settings.timeout;
        let (asked, instead, by, began, done) = (homes, Vec::new(), Nodes::NONE, now, false);
        let pending =
            Pending { op, key, task, homes, asked, instead, by, repaired: None, began, done, fallback, deadline };
        let request = pending.request(None);
        self.pending.push(pending);
        homes.iter().for_each(|home| self.post(home, request.clone(), now, out));
        op
    }

    fn find(&self, op: u64) -> Option<usize> {
        self.pending.iter().position(|pending| pending.op == op)
    }

    pub(super) fn on_stored(&mut self, from: Node, op: u64, now: Instant, out: &mut Out<Self>) {
        let Some(place) = self.find(op) else { return };
        if let Some(pending) = self.pending.get_mut(place).filter(|pending| pending.asked.contains(from)) {
            match &mut pending.repaired {
                Some(repaired) => repaired.insert(from),
                None => pending.by.insert(from),
            };
        }
        self.look(place, now, out);
    }

    pub(super) fn on_got(&mut self, from: Node, op: u64, versions: Vec<Version>, now: Instant, out: &mut Out<Self>) {
        let Some(place) = self.find(op) else { return };
        let resolve = self.config.settings().resolve;
        if let Some(pending) = self.pending.get_mut(place).filter(|pending| pending.asked.contains(from))
            && let Task::Read { merged, found } = &mut pending.task
            // What is being repaired is the answer, to which nothing comes any more.
            && pending.repaired.is_none()
            && pending.by.insert(from)
        {
            found.push((from, hash_of(pending.key, &versions)));
            versions.iter().for_each(|version| _ = merge(merged, version, resolve));
        }
        self.look(place, now, out);
    }

    /// Answers the client once enough have answered; forgets the operation once nobody is left to hear of.
    fn look(&mut self, place: usize, now: Instant, out: &mut Out<Self>) {
        let Some(needed) = self.pending.get(place).map(|pending| pending.needed(self)) else { return };
        let Some(pending) = self.pending.get(place) else { return };
        let enough = !pending.done && pending.by.len() >= u32::from(needed);
        if enough && !self.repair_first(place, now, out) {
            return;
        }
        let Some(pending) = self.pending.get_mut(place) else { return };
        if enough {
            pending.done = true;
            let Pending { op, key, by, .. } = *pending;
            let (instead, took) = (by.without(pending.homes), now.since(pending.began));
            out.tell(match &pending.task {
                Task::Write { version } => {
                    RegisterEvent::Written { op, key, version: version.clone(), by, instead, took }
                }
                Task::Read { merged, .. } => {
                    RegisterEvent::Read { op, key, versions: merged.clone(), by, instead, took }
                }
            });
        }
        if pending.done {
            self.repair(place, now, out);
        }
        if let Some(pending) = self.pending.get(place)
            && pending.done
            && (pending.homes.without(pending.by).is_empty() || pending.repaired.is_some())
        {
            self.pending.remove(place);
        }
    }

    /// Whether a read may be answered: at once, unless it is to repair first; then when W homes have what was found.
    fn repair_first(&mut self, place: usize, now: Instant, out: &mut Out<Self>) -> bool {
        let settings = *self.config.settings();
        let Some(pending) = self.pending.get_mut(place) else { return false };
        let Task::Read { merged, found } = &pending.task else { return true };
        if settings.read_repair != Repair::First {
            return true;
        }
        let enough = |nodes: &Nodes| nodes.common(pending.homes).len() >= u32::from(settings.write);
        if let Some(repaired) = &pending.repaired {
            return enough(repaired);
        }
        let (op, key, hash) = (pending.op, pending.key, hash_of(pending.key, merged));
        let same: Nodes = found.iter().filter(|entry| entry.1 == hash).map(|entry| entry.0).collect();
        if enough(&same) {
            return true;
        }
        let (stale, versions) = (pending.homes.without(same), merged.clone());
        pending.repaired = Some(same);
        out.tell(RegisterEvent::Repairs { key, stale });
        for node in stale.iter() {
            let message = RegisterMessage::Put { op, key, versions: versions.clone(), hint_for: None };
            self.post(node, message, now, out);
        }
        // If its own copy was the last, it has answered on the way, and is over.
        false
    }

    /// Sends what was found to the homes that have less.
    fn repair(&mut self, place: usize, now: Instant, out: &mut Out<Self>) {
        let behind = self.config.settings().read_repair == Repair::Behind;
        let Some(pending) = self.pending.get_mut(place).filter(|_| behind) else { return };
        let (key, homes) = (pending.key, pending.homes);
        let Task::Read { merged, found } = &mut pending.task else { return };
        let hash = hash_of(key, merged);
        let differs = |entry: &&mut (Node, u64)| entry.1 != hash && homes.contains(entry.0);
        let stale: Nodes = found
            .iter_mut()
            .filter(differs)
            .map(|entry| {
                entry.1 = hash;
                entry.0
            })
            .collect();
        if stale.is_empty() {
            return;
        }
        let versions = merged.clone();
        out.tell(RegisterEvent::Repairs { key, stale });
        for node in stale.iter() {
            let message = RegisterMessage::Put { op: 0, key, versions: versions.clone(), hint_for: None };
            self.post(node, message, now, out);
        }
    }

    /// Asks others to stand in for homes that do not answer, and ends what has taken too long.
    pub(super) fn on_late(&mut self, now: Instant, out: &mut Out<Self>) {
        let late = |pending: &Pending| pending.fallback.is_some_and(|fallback| fallback <= now);
        while let Some(place) = self.pending.iter().position(late) {
            self.fall_back(place, now, out);
        }
        let over = |pending: &Pending| pending.deadline <= now;
        while let Some(place) = self.pending.iter().position(over) {
            let pending = self.pending.remove(place);
            if !pending.done {
                let waited = now.since(pending.began);
                let asked = if matches!(pending.task, Task::Read { .. }) { Asked::Read } else { Asked::Write };
                let (by, needed) = match pending.repaired {
                    Some(repaired) => (repaired, self.config.settings().write),
                    None => (pending.by, pending.needed(self)),
                };
                let Pending { op, key, .. } = pending;
                out.tell(RegisterEvent::Failed { op, key, asked, by, needed, waited });
            }
        }
    }

    /// For each home that has neither answered nor somebody to stand in who has, asks the next who was not asked yet; and
    /// again later, while there is anybody left to ask.
    fn fall_back(&mut self, place: usize, now: Instant, out: &mut Out<Self>) {
        let settings = *self.config.settings();
        let Some(pending) = self.pending.get_mut(place) else { return };
        let mut others = self.config.preference(pending.key).skip(usize::from(settings.copies) + pending.instead.len());
        let (op, waited) = (pending.op, now.since(pending.began));
        let mut requests = Vec::new();
        for home in pending.missing().iter() {
            let Some(instead) = others.next() else { break };
            pending.asked.insert(instead);
            pending.instead.push((instead, home));
            requests.push((instead, pending.request(Some(home))));
            out.tell(RegisterEvent::Fallback { op, home, instead, waited });
        }
        pending.fallback = others.next().map(|_| now + settings.fallback_after);
        for (instead, request) in requests {
            self.post(instead, request, now, out);
        }
    }
}
