//! What a node has stored: its own keys, their hash trees, and what it holds for others.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::config::RegisterConfig;
use super::tree::{HashTree, hash_of};
use super::version::{Resolve, Version, merge};
use crate::node::Node;
use crate::time::Instant;

/// A node's disk.
#[derive(Clone, Debug, Default)]
pub struct Store {
    keys: BTreeMap<u16, Vec<Version>>,
    /// By range.
    trees: Vec<HashTree>,
    hints: BTreeMap<(Node, u16), Hint>,
}

/// What is held for another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The versions.
    pub versions: Vec<Version>,
    /// Since when.
    pub since: Instant,
}

impl Store {
    /// An empty disk.
    pub const fn new() -> Self {
        Self { keys: BTreeMap::new(), trees: Vec::new(), hints: BTreeMap::new() }
    }

    /// What there is of a key, as a home of it.
    pub fn versions(&self, key: u16) -> &[Version] {
        self.keys.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Keys and versions, by key.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &[Version])> {
        self.keys.iter().map(|(key, versions)| (*key, versions.as_slice()))
    }

    /// What is held for others: for whom, which key, what.
    pub fn hints(&self) -> impl Iterator<Item = (Node, u16, &Hint)> {
        self.hints.iter().map(|((home, key), hint)| (*home, *key, hint))
    }

    /// The hash tree of a range of keys; `None` while nothing was stored in it.
    pub fn tree(&self, range: u8) -> Option<&HashTree> {
        self.trees.get(usize::from(range))
    }

    /// All there is of a key, what is held for others included: what a read is answered with.
    pub(super) fn all(&self, key: u16, resolve: Resolve) -> Vec<Version> {
        let mut all = self.versions(key).to_vec();
        for ((_, held), hint) in &self.hints {
            if *held == key {
                hint.versions.iter().for_each(|version| _ = merge(&mut all, version, resolve));
            }
        }
        all
    }

    /// Stores versions; whether that changed anything.
    pub(super) fn put(&mut self, key: u16, versions: &[Version], config: &RegisterConfig) -> bool {
        let kept = self.keys.entry(key).or_default();
        let before = hash_of(key, kept);
        let mut changed = false;
        for version in versions {
            changed |= merge(kept, version, config.settings().resolve);
        }
        if changed {
            let after = hash_of(key, kept);
            let range = usize::from(config.range(key));
            if self.trees.len() <= range {
                self.trees.resize(range + 1, HashTree::new());
            }
            if let Some(tree) = self.trees.get_mut(range) {
                tree.change(key, before, after);
            }
        }
        changed
    }

    /// Holds versions for another; whether that is anything new.
    pub(super) fn hold(&mut self, home: Node, key: u16, versions: &[Version], resolve: Resolve, now: Instant) -> bool {
        let hint = self.hints.entry((home, key)).or_insert_with(|| Hint { versions: Vec::new(), since: now });
        let mut changed = false;
        for version in versions {
            changed |= merge(&mut hint.versions, version, resolve);
        }
        changed
    }

    /// What is held for a home was taken, if it still is what has this hash; whether it was.
    pub(super) fn taken(&mut self, home: Node, key: u16, hash: u64) -> bool {
        let same = self.hints.get(&(home, key)).is_some_and(|hint| hash_of(key, &hint.versions) == hash);
        same && self.hints.remove(&(home, key)).is_some()
    }

    /// Throws away what has been held since `limit` or longer, and says what.
    pub(super) fn throw_away(&mut self, limit: Instant, mut sink: impl FnMut(Node, u16, Instant)) {
        self.hints.retain(|(home, key), hint| {
            let keep = hint.since > limit;
            if !keep {
                sink(*home, *key, hint.since);
            }
            keep
        });
    }

    /// The keys of a leaf of a range's tree.
    pub(super) fn leaf(&self, range: u8, leaf: u8, config: &RegisterConfig) -> Vec<(u16, Vec<Version>)> {
        let inside = |key: u16| config.range(key) == range && HashTree::leaf(key) == leaf;
        let keys = self.keys.iter().filter(|(key, versions)| inside(**key) && !versions.is_empty());
        keys.map(|(key, versions)| (*key, versions.clone())).collect()
    }
}
