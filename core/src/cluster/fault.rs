//! What can go wrong with nodes and the links between them.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::node::{Node, Nodes};
use crate::quantity::decimal;
use crate::rng::Stream;
use crate::time::Instant;

/// Something that is done to a cluster. What is there already does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The node stops and forgets what is not on disk; what it is sent is lost.
    Crash(Node),
    /// A crashed node begins again.
    Restart(Node),
    /// The node stands still, as in a long garbage collection; what it is sent waits.
    Pause(Node),
    /// A paused node goes on, late.
    Resume(Node),
    /// Messages take the node so many thousandths of its usual time, those that it receives and those that it sends; 1000
    /// is usual.
    Slow {
        /// Which.
        node: Node,
        /// Thousandths.
        factor_permille: u32,
    },
    /// The node loses a share of what it is sent, beside what the links lose.
    Drop {
        /// Which.
        node: Node,
        /// Of a thousand messages; 0 heals it.
        permille: u32,
    },
    /// The node says what it likes ([`Process::lie`](super::Process::lie)).
    Lie(Node),
    /// The node is honest again.
    Honest(Node),
    /// Messages between different groups are lost, in both directions; all other links are whole again.
    Partition(Groups),
    /// What `from` sends `to` is lost, one way; other links stay as they are.
    Cut {
        /// Those who are not heard.
        from: Nodes,
        /// Those who do not hear.
        to: Nodes,
    },
    /// These links work again, one way.
    Mend {
        /// Those who are heard again.
        from: Nodes,
        /// By whom.
        to: Nodes,
    },
    /// All links work again. Nodes stay as they are.
    Heal,
}

impl fmt::Display for Fault {
    /// A clause, such as `B crashes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crash(node) => write!(f, "{node} crashes"),
            Self::Restart(node) => write!(f, "{node} restarts"),
            Self::Pause(node) => write!(f, "{node} pauses"),
            Self::Resume(node) => write!(f, "{node} goes on"),
            Self::Slow { node, factor_permille: 1_000 } => write!(f, "{node} is as fast as usual"),
            Self::Slow { node, factor_permille } => {
                write!(f, "{node} takes ")?;
                decimal(f, u64::from(*factor_permille), 3)?;
                f.write_str(" times as long")
            }
            Self::Drop { node, permille: 0 } => write!(f, "{node} loses nothing any more"),
            Self::Drop { node, permille } => {
                write!(f, "{node} loses ")?;
                decimal(f, u64::from(*permille), 1)?;
                f.write_str(" % of what it is sent")
            }
            Self::Lie(node) => write!(f, "{node} begins to lie"),
            Self::Honest(node) => write!(f, "{node} is honest again"),
            Self::Partition(groups) => write!(f, "the network falls apart: {groups}"),
            Self::Cut { from, to } => {
                let (hears, says) = (to.verb_ending(), from.verb_ending());
                write!(f, "{to} no longer hear{hears} what {from} say{says}")
            }
            Self::Mend { from, to } => {
                write!(f, "{to} hear{} again what {from} say{}", to.verb_ending(), from.verb_ending())
            }
            Self::Heal => f.write_str("all links work again"),
        }
    }
}

/// Nodes in groups: who has the same number is in the same group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Groups(
    /// The group of each node.
    pub [u8; Nodes::MOST as usize],
);

impl Groups {
    /// These groups, and everybody else in one more; a node in several is in the last of them.
    pub fn new(groups: &[Nodes]) -> Self {
        let mut number = [0; Nodes::MOST as usize];
        for (group, nodes) in (1..=u8::MAX).zip(groups) {
            nodes.iter().filter_map(|node| number.get_mut(node.index()).map(|place| *place = group)).count();
        }
        Self(number)
    }

    /// Whether two nodes are in the same group.
    pub fn together(&self, one: Node, other: Node) -> bool {
        self.0.get(one.index()) == self.0.get(other.index())
    }

    /// The groups that have somebody in them among `nodes`, in the order of their numbers.
    pub fn among(&self, nodes: Nodes) -> impl Iterator<Item = Nodes> + '_ {
        let in_group = move |group: u8| nodes.iter().filter(move |node| self.0.get(node.index()) == Some(&group));
        (0..=u8::MAX).map(move |group| in_group(group).collect::<Nodes>()).filter(|nodes| !nodes.is_empty())
    }
}

impl fmt::Display for Groups {
    /// Such as `A and B | C`; a group of its own for those with the number 0 is `the rest`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for group in 1..=self.0.iter().copied().max().unwrap_or(0) {
            let nodes = Nodes::first(Nodes::MOST).iter().filter(|node| self.0.get(node.index()) == Some(&group));
            let nodes: Nodes = nodes.collect();
            if !nodes.is_empty() {
                write!(f, "{between}{nodes}")?;
                between = " | ";
            }
        }
        if self.0.contains(&0) { write!(f, "{between}the rest") } else { Ok(()) }
    }
}

/// What random faults are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chaos {
    /// Which nodes there are.
    pub nodes: u8,
    /// No fault comes later, and from then on everything works again.
    pub until: Instant,
    /// The mean time between faults.
    pub every: Duration,
    /// Whether nodes crash (and restart).
    pub crashes: bool,
    /// Whether nodes pause (and go on).
    pub pauses: bool,
    /// Whether nodes are slow, up to twenty times.
    pub slowness: bool,
    /// Whether nodes lose up to half of what they are sent.
    pub drops: bool,
    /// Whether links are cut, one way and between groups.
    pub cuts: bool,
}

impl Chaos {
    /// All kinds of fault but lies, one a second.
    pub const fn all(nodes: u8, until: Instant) -> Self {
        let every = Duration::from_secs(1);
        Self { nodes, until, every, crashes: true, pauses: true, slowness: true, drops: true, cuts: true }
    }

    /// A random schedule, in order of time. Every fault is taken back later, at the latest at `until`, where everything
    /// that may be wrong is healed. At most 10,000 faults.
    pub fn schedule(&self, chance: &mut Stream) -> Vec<(Instant, Fault)> {
        let mut faults = Vec::new();
        let mut at = Instant::ZERO + chance.exponential(self.every);
        while at < self.until && faults.len() < 10_000 {
            if let Some((fault, undo)) = self.one(chance) {
                faults.push((at, fault));
                let lasts = chance.exponential(self.every.saturating_mul(2));
                faults.push(((at + lasts).min(self.until), undo));
            }
            at = at + chance.exponential(self.every).max(Duration::from_nanos(1));
        }
        for node in Nodes::first(self.nodes).iter() {
            let heal = [Fault::Resume(node), Fault::Restart(node), Fault::Drop { node, permille: 0 }];
            faults.extend(heal.map(|fault| (self.until, fault)));
            faults.push((self.until, Fault::Slow { node, factor_permille: 1_000 }));
        }
        faults.push((self.until, Fault::Heal));
        // Stable, so that what is done at the same time stays in order.
        faults.sort_by_key(|(at, _)| *at);
        faults
    }

    fn one(&self, chance: &mut Stream) -> Option<(Fault, Fault)> {
        let node = Node(u8::try_from(chance.below(u64::from(self.nodes.min(Nodes::MOST)))).unwrap_or(0));
        let all = Nodes::first(self.nodes);
        let mask = |bits: u64| Nodes(bits as u16).common(all);
        let (one, other) = (mask(chance.bits()), mask(chance.bits()));
        match chance.below(6) {
            0 => self.crashes.then_some((Fault::Crash(node), Fault::Restart(node))),
            1 => self.pauses.then_some((Fault::Pause(node), Fault::Resume(node))),
            2 => {
                let slow = Fault::Slow { node, factor_permille: 1_000 + chance.below(19_001) as u32 };
                self.slowness.then_some((slow, Fault::Slow { node, factor_permille: 1_000 }))
            }
            3 => {
                let drop = Fault::Drop { node, permille: chance.below(501) as u32 };
                self.drops.then_some((drop, Fault::Drop { node, permille: 0 }))
            }
            4 => self.cuts.then_some((Fault::Cut { from: one, to: other }, Fault::Mend { from: one, to: other })),
            _ => self.cuts.then_some((Fault::Partition(Groups::new(&[one, other.without(one)])), Fault::Heal)),
        }
    }
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Running {
    /// It does.
    #[default]
    Up,
    /// It stands still and will go on where it was.
    Paused,
    /// It has stopped.
    Crashed,
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Paused => "paused",
            Self::Crashed => "crashed",
        })
    }
}

/// How a node is, as nobody in the cluster knows for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// Whether it runs.
    pub running: Running,
    /// Since when it has been running, paused or crashed.
    pub since: Instant,
    /// Thousandths of its usual time that it takes.
    pub factor_permille: u32,
    /// Of a thousand messages to it those that it loses.
    pub drop_permille: u32,
    /// Whether it is Byzantine.
    pub lies: bool,
}

impl Condition {
    pub(super) const HEALTHY: Self =
        Self { running: Running::Up, since: Instant::ZERO, factor_permille: 1_000, drop_permille: 0, lies: false };

    /// Whether nothing is wrong with it.
    pub const fn is_healthy(&self) -> bool {
        matches!(self.running, Running::Up) && self.factor_permille <= 1_000 && self.drop_permille == 0 && !self.lies
    }
}

impl fmt::Display for Condition {
    /// Such as `up, 4 times as slow, loses 5 % of what it is sent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.running)?;
        if self.factor_permille != 1_000 {
            f.write_str(", takes ")?;
            decimal(f, u64::from(self.factor_permille), 3)?;
            f.write_str(" times as long")?;
        }
        if self.drop_permille > 0 {
            f.write_str(", loses ")?;
            decimal(f, u64::from(self.drop_permille), 1)?;
            f.write_str(" % of what it is sent")?;
        }
        f.write_str(if self.lies { ", lies" } else { "" })
    }
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The link lost it.
    Chance,
    /// The link was cut when it was sent or should have arrived.
    Cut,
    /// The receiver had crashed.
    Crashed,
    /// The receiver lost it.
    Dropped,
    /// Too much was under way or waiting.
    Full,
}

impl fmt::Display for Loss {
    /// A clause about the message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chance => "lost on the way",
            Self::Cut => "the link is cut",
            Self::Crashed => "the receiver has crashed",
            Self::Dropped => "the receiver lost it",
            Self::Full => "too much was under way",
        })
    }
}
