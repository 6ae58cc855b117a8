//! Nodes of a cluster, and sets of them.

use core::fmt;

/// A node, by its number from 0. It is shown as a letter, `A` for 0, so that nodes and counts are not mixed up in a
/// sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(
    /// The number; below [`Nodes::MOST`] in a set.
    pub u8,
);

impl Node {
    /// The number as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Node {
    /// `A` to `Z`, then `node 26`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 26 { write!(f, "{}", char::from(b'A' + self.0)) } else { write!(f, "node {}", self.0) }
    }
}

/// A set of nodes, as a bit mask: bit 0 is node 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Nodes(
    /// The mask.
    pub u16,
);

impl Nodes {
    /// How many different nodes a set can hold.
    pub const MOST: u8 = 16;
    /// Nobody.
    pub const NONE: Self = Self(0);

    /// The first `count` nodes; all 16 where there would be more.
    pub const fn first(count: u8) -> Self {
        Self(if count >= Self::MOST { u16::MAX } else { (1 << count) - 1 })
    }

    /// This node alone; nobody when its number is 16 or more.
    pub const fn of(node: Node) -> Self {
        Self(if node.0 < Self::MOST { 1 << node.0 } else { 0 })
    }

    /// Whether the node is among them.
    pub const fn contains(self, node: Node) -> bool {
        self.0 & Self::of(node).0 != 0
    }

    /// Those in either.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those in both.
    #[must_use]
    pub const fn common(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that are not in `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Adds a node; whether it is new.
    pub const fn insert(&mut self, node: Node) -> bool {
        let new = Self::of(node).0 & !self.0;
        self.0 |= new;
        new != 0
    }

    /// Takes a node out; whether it was there.
    pub const fn remove(&mut self, node: Node) -> bool {
        let old = Self::of(node).0 & self.0;
        self.0 &= !old;
        old != 0
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is nobody.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The ending of a verb whose subject they are: `B hears`, `B and C hear`, `nobody hears`.
    pub const fn verb_ending(self) -> &'static str {
        if self.len() > 1 { "" } else { "s" }
    }

    /// Them, by number.
    pub fn iter(self) -> impl Iterator<Item = Node> {
        (0..Self::MOST).map(Node).filter(move |node| self.contains(*node))
    }
}

impl FromIterator<Node> for Nodes {
    fn from_iter<T: IntoIterator<Item = Node>>(nodes: T) -> Self {
        nodes.into_iter().fold(Self::NONE, |all, node| all.and(Self::of(node)))
    }
}

impl fmt::Display for Nodes {
    /// `A`, `A and B`, `A, B and C`, `nobody`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.len() as usize;
        for (place, node) in self.iter().enumerate() {
            let before = match place {
                0 => "",
                _ if place + 1 == count => " and ",
                _ => ", ",
            };
            write!(f, "{before}{node}")?;
        }
        if self.is_empty() { f.write_str("nobody") } else { Ok(()) }
    }
}

/// The least number of nodes of which any two groups have one in common: more than half.
pub const fn majority(nodes: u32) -> u32 {
    nodes / 2 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    #[test]
    fn sets_are_told_in_words() {
        let told = |nodes: &[u8]| nodes.iter().map(|node| Node(*node)).collect::<Nodes>().to_string();
        assert_eq!(told(&[]), "nobody");
        assert_eq!(told(&[2]), "C");
        assert_eq!(told(&[4, 0]), "A and E");
        assert_eq!(told(&[0, 1, 15, 16, 200]), "A, B and P");
        assert_eq!(Node(26).to_string(), "node 26");
    }

    #[test]
    fn a_set_is_a_mask() {
        let mut nodes = Nodes::first(3);
        assert_eq!((nodes.0, nodes.len(), Nodes::first(16).len(), Nodes::first(99).len()), (0b111, 3, 16, 16));
        assert!(nodes.remove(Node(1)) && !nodes.remove(Node(1)) && nodes.insert(Node(7)) && !nodes.insert(Node(7)));
        assert!(!nodes.insert(Node(16)));
        assert!(nodes.iter().eq([Node(0), Node(2), Node(7)]));
        assert_eq!(nodes.without(Nodes(0b1)).common(Nodes::first(4)), Nodes::of(Node(2)));
        assert_eq!([1, 2, 3, 4, 5, 15].map(majority), [1, 2, 2, 3, 3, 8]);
    }
}
