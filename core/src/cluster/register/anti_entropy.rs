//! Anti-entropy: comparing hash trees, and sending what differs.

use alloc::vec::Vec;

use super::event::{RegisterEvent, RegisterMessage};
use super::machine::Register;
use super::tree::HashTree;
use super::version::Version;
use crate::cluster::process::Out;
use crate::node::{Node, Nodes};

impl Register {
    /// Begins to compare a random range of its keys with a random other that is at home there.
    pub(super) fn compare(&mut self, out: &mut Out<Self>) {
        let nodes = u16::from(self.config.settings().nodes);
        let mine = |range: &u16| self.config.homes(*range).contains(self.me);
        let ranges: Vec<u16> = (0..nodes).filter(mine).collect();
        let range = ranges.get(self.chance.below(ranges.len() as u64) as usize).copied().unwrap_or(0);
        let others = self.config.homes(range).without(Nodes::of(self.me));
        let place = self.chance.below(u64::from(others.len()));
        if let Some(other) = others.iter().nth(place as usize) {
            let nodes = alloc::vec![(HashTree::ROOT, self.hash(range as u8, HashTree::ROOT))];
            out.send(other, RegisterMessage::Hashes { range: range as u8, nodes });
        }
    }

    fn hash(&self, range: u8, node: u8) -> u64 {
        self.store.tree(range).map_or(0, |tree| tree.hash(node))
    }

    /// Goes down where the hashes differ: from an inner node to its children, from a leaf to its keys.
    pub(super) fn on_hashes(&mut self, from: Node, range: u8, nodes: &[(u8, u64)], out: &mut Out<Self>) {
        let empty = HashTree::new();
        let tree = self.store.tree(range).unwrap_or(&empty);
        let mut further = Vec::new();
        for (node, hash) in nodes {
            if tree.hash(*node) == *hash {
                continue;
            }
            if HashTree::is_leaf(*node) {
                let entries = self.store.leaf(range, *node, &self.config);
                out.send(from, RegisterMessage::Leaf { range, leaf: *node, entries, answer: true });
            } else {
                further.extend(tree.children(*node));
            }
        }
        if !further.is_empty() {
            out.send(from, RegisterMessage::Hashes { range, nodes: further });
        }
    }

    /// Takes what is new, and answers with what it has then.
    pub(super) fn on_leaf(
        &mut self,
        from: Node,
        range: u8,
        leaf: u8,
        entries: &[(u16, Vec<Version>)],
        answer: bool,
        out: &mut Out<Self>,
    ) {
        for (key, versions) in entries {
            if self.keep(*key, versions, out) {
                out.tell(RegisterEvent::Learnt { key: *key, from });
            }
        }
        if answer {
            let entries = self.store.leaf(range, leaf, &self.config);
            out.send(from, RegisterMessage::Leaf { range, leaf, entries, answer: false });
        }
    }
}
