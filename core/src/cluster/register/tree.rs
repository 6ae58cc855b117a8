//! Hash trees: two replicas find the keys in which they differ without sending all of them.

use alloc::vec::Vec;
use xxhash_rust::xxh64::{Xxh64, xxh64};

use super::version::Version;

/// How many leaves a tree has; keys share them.
pub const LEAVES: u8 = 16;

/// A hash tree (Merkle, 1987) over the keys of one range: each leaf has the hash of its keys, each inner node that of its
/// two children. Equal roots mean equal contents; from unequal ones the way down leads to the leaves that differ, in as many
/// steps as the tree is deep.
///
/// Nodes are numbered from the root, 1: the children of `i` are `2 i` and `2 i + 1`; leaves are 16 to 31.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashTree {
    nodes: [u64; 2 * LEAVES as usize],
}

impl HashTree {
    /// The root's number.
    pub const ROOT: u8 = 1;

    /// The tree of no keys.
    pub const fn new() -> Self {
        Self { nodes: [0; 2 * LEAVES as usize] }
    }

    /// The number of the leaf that a key is in.
    pub fn leaf(key: u16) -> u8 {
        LEAVES + (xxh64(&key.to_le_bytes(), 0) % u64::from(LEAVES)) as u8
    }

    /// Whether this is the number of a leaf.
    pub const fn is_leaf(node: u8) -> bool {
        node >= LEAVES
    }

    /// The hash of a node; 0 for one without keys.
    pub fn hash(&self, node: u8) -> u64 {
        self.nodes.get(usize::from(node)).copied().unwrap_or(0)
    }

    /// A node's children with their hashes; none of a leaf's.
    pub fn children(&self, node: u8) -> impl Iterator<Item = (u8, u64)> + '_ {
        let first = node.saturating_mul(2);
        let inner = node > 0 && !Self::is_leaf(node);
        (first..=first.saturating_add(1)).filter(move |_| inner).map(|child| (child, self.hash(child)))
    }

    /// A key's hash has changed; hashes as of [`hash_of`].
    pub fn change(&mut self, key: u16, before: u64, after: u64) {
        let mut node = Self::leaf(key);
        if let Some(leaf) = self.nodes.get_mut(usize::from(node)) {
            *leaf ^= before ^ after;
        }
        while node > Self::ROOT {
            node /= 2;
            let pair: Vec<u64> = self.children(node).map(|(_, hash)| hash).collect();
            let hash = match pair.as_slice() {
                [0, 0] | [] => 0,
                hashes => {
                    let mut hasher = Xxh64::new(0);
                    hashes.iter().for_each(|hash| hasher.update(&hash.to_le_bytes()));
                    hasher.digest()
                }
            };
            if let Some(place) = self.nodes.get_mut(usize::from(node)) {
                *place = hash;
            }
        }
    }
}

impl Default for HashTree {
    fn default() -> Self {
        Self::new()
    }
}

/// The hash of a key with its versions; 0 of one without.
pub fn hash_of(key: u16, versions: &[Version]) -> u64 {
    if versions.is_empty() {
        return 0;
    }
    let mut hasher = Xxh64::new(u64::from(key));
    let mut add = |number: u64| hasher.update(&number.to_le_bytes());
    for version in versions {
        for (writer, count) in version.vector.iter() {
            add(u64::from(writer));
            add(count);
        }
        [u64::from(version.writer), version.stamp.as_nanos(), version.value].into_iter().for_each(&mut add);
    }
    hasher.digest()
}
