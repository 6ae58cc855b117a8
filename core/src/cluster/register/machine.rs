//! One node of a replicated register.

use alloc::vec::Vec;

use super::config::{RegisterConfig, RegisterSettings};
use super::coordinate::{Pending, Task};
use super::event::{RegisterEvent, RegisterMessage};
use super::store::Store;
use super::version::Version;
use crate::cluster::process::{Out, Process};
use crate::node::Node;
use crate::rng::{Seed, Stream};
use crate::time::Instant;

/// One node of a replicated register: it stores, and coordinates what clients ask of it.
#[derive(Clone, Debug)]
pub struct Register {
    pub(super) me: Node,
    pub(super) config: RegisterConfig,
    pub(super) chance: Stream,
    pub(super) store: Store,
    /// What it coordinates, by number.
    pub(super) pending: Vec<Pending>,
    /// Operations so far; goes on counting through crashes, so that late answers to old ones are known as such.
    ops: u64,
    handoff: Option<Instant>,
    anti_entropy: Option<Instant>,
}

impl Register {
    /// A node that has stored nothing.
    pub fn new(me: Node, config: RegisterConfig, now: Instant, seed: Seed) -> Self {
        let (chance, store, pending) = (seed.stream("register"), Store::new(), Vec::new());
        let mut register = Self { me, config, chance, store, pending, ops: 0, handoff: None, anti_entropy: None };
        register.begin(now);
        register
    }

    fn settings(&self) -> &RegisterSettings {
        self.config.settings()
    }

    /// Sets what is done at intervals; at first within one, at random, so that nodes do not do it all at once.
    fn begin(&mut self, now: Instant) {
        let RegisterSettings { handoff_every, anti_entropy_every, .. } = *self.settings();
        self.handoff = handoff_every.map(|every| now + self.chance.up_to(every));
        self.anti_entropy = anti_entropy_every.map(|every| now + self.chance.up_to(every));
    }

    /// A client writes; the number of the operation.
    pub fn write(&mut self, key: u16, version: Version, now: Instant, out: &mut Out<Self>) -> u64 {
        self.coordinate(key, Task::Write { version }, now, out)
    }

    /// A client reads; the number of the operation.
    pub fn read(&mut self, key: u16, now: Instant, out: &mut Out<Self>) -> u64 {
        self.coordinate(key, Task::Read { merged: Vec::new(), found: Vec::new() }, now, out)
    }

    pub(super) fn next_op(&mut self) -> u64 {
        self.ops += 1;
        self.ops
    }

    /// What it has stored.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// What it coordinates: operations that are not over.
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// Where it is.
    pub const fn me(&self) -> Node {
        self.me
    }

    /// What it runs on.
    pub const fn config(&self) -> &RegisterConfig {
        &self.config
    }

    /// Goes on with other settings, for operations to come; what is done at intervals begins anew. Keys whose homes change
    /// are not moved.
    pub fn reconfigure(&mut self, config: RegisterConfig, now: Instant) {
        self.config = config;
        self.begin(now);
    }

    /// Sends a message; what is for itself goes over no network.
    pub(super) fn post(&mut self, to: Node, message: RegisterMessage, now: Instant, out: &mut Out<Self>) {
        if to == self.me {
            self.on_message(to, message, now, out);
        } else {
            out.send(to, message);
        }
    }

    /// Stores versions, and tells when they became siblings.
    pub(super) fn keep(&mut self, key: u16, versions: &[Version], out: &mut Out<Self>) -> bool {
        let before = self.store.versions(key).len();
        let changed = self.store.put(key, versions, &self.config);
        let count = self.store.versions(key).len();
        if count > before.max(1) {
            out.tell(RegisterEvent::Siblings { key, count });
        }
        changed
    }

    fn hand_over(&mut self, now: Instant, out: &mut Out<Self>) {
        if let Some(kept) = self.settings().hints_kept {
            let limit =
                Instant::from_nanos(now.as_nanos().saturating_sub(crate::time::nanos(kept).unwrap_or(u64::MAX)));
            self.store.throw_away(limit, |home, key, since| {
                if now.since(since) >= kept {
                    out.tell(RegisterEvent::ThrownAway { key, home, held: now.since(since) });
                }
            });
        }
        for (home, key, hint) in self.store.hints() {
            out.send(home, RegisterMessage::Handoff { key, versions: hint.versions.clone() });
        }
    }
}

impl Process for Register {
    type Message = RegisterMessage;
    type Event = RegisterEvent;

    fn on_message(&mut self, from: Node, message: RegisterMessage, now: Instant, out: &mut Out<Self>) {
        match message {
            RegisterMessage::Put { op, key, versions, hint_for } => {
                match hint_for.filter(|home| *home != self.me) {
                    Some(home) => {
                        if self.store.hold(home, key, &versions, self.settings().resolve, now) {
                            out.tell(RegisterEvent::Hinted { key, home });
                        }
                    }
                    None => _ = self.keep(key, &versions, out),
                }
                if op > 0 {
                    self.post(from, RegisterMessage::Stored { op }, now, out);
                }
            }
            RegisterMessage::Get { op, key } => {
                let versions = self.store.all(key, self.settings().resolve);
                self.post(from, RegisterMessage::Got { op, versions }, now, out);
            }
            RegisterMessage::Stored { op } => self.on_stored(from, op, now, out),
            RegisterMessage::Got { op, versions } => self.on_got(from, op, versions, now, out),
            RegisterMessage::Handoff { key, versions } => {
                self.keep(key, &versions, out);
                out.send(from, RegisterMessage::Taken { key, hash: super::tree::hash_of(key, &versions) });
            }
            RegisterMessage::Taken { key, hash } => {
                if self.store.taken(from, key, hash) {
                    out.tell(RegisterEvent::HandedOver { key, home: from });
                }
            }
            RegisterMessage::Hashes { range, nodes } => self.on_hashes(from, range, &nodes, out),
            RegisterMessage::Leaf { range, leaf, entries, answer } => {
                self.on_leaf(from, range, leaf, &entries, answer, out);
            }
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let pending = self.pending.iter().map(Pending::due).min();
        [pending, self.handoff, self.anti_entropy].into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>) {
        self.on_late(now, out);
        let RegisterSettings { handoff_every, anti_entropy_every, .. } = *self.settings();
        if self.handoff.is_some_and(|due| due <= now) {
            self.handoff = handoff_every.map(|every| now + every);
            self.hand_over(now, out);
        }
        if self.anti_entropy.is_some_and(|due| due <= now) {
            self.anti_entropy = anti_entropy_every.map(|every| now + every);
            self.compare(out);
        }
    }

    fn restart(&mut self, now: Instant, _out: &mut Out<Self>) {
        self.pending.clear();
        if !self.settings().durable {
            self.store = Store::new();
        }
        self.begin(now);
    }

    /// Answers reads with other values than it has stored, as a disk does that corrupts them silently.
    fn lie(&self, _to: Node, message: RegisterMessage, _chance: &mut Stream) -> Option<RegisterMessage> {
        Some(match message {
            RegisterMessage::Got { op, mut versions } => {
                versions.iter_mut().for_each(|version| version.value = version.value.wrapping_add(1));
                RegisterMessage::Got { op, versions }
            }
            honest => honest,
        })
    }
}
