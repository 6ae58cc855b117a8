//! What generals say, and by way of whom.

use core::fmt;

use crate::node::{Node, Nodes};
use crate::quantity::{OutOfRange, count};

/// So many traitors can be planned for at most.
pub const MOST_TRAITORS: u8 = 2;

/// What to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// What is done without an order, too.
    #[default]
    Retreat,
    /// The other.
    Attack,
}

impl Order {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Retreat, Self::Attack];

    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Retreat => Self::Attack,
            Self::Attack => Self::Retreat,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Retreat => "retreat",
            Self::Attack => "attack",
        })
    }
}

/// By way of whom an order came, the commander first and who said it last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    len: u8,
    nodes: [Node; MOST_TRAITORS as usize + 1],
}

impl Path {
    /// From the commander itself.
    pub const COMMANDER: Self = Self { len: 1, nodes: [Node(0); MOST_TRAITORS as usize + 1] };

    /// The same, passed on by one more; `None` when it is too long or the node is on it.
    pub fn then(&self, node: Node) -> Option<Self> {
        let mut longer = *self;
        let free = longer.nodes.get_mut(usize::from(self.len)).filter(|_| !self.contains(node))?;
        *free = node;
        longer.len += 1;
        Some(longer)
    }

    /// Without the last; the commander's own stays.
    #[must_use]
    pub fn before(&self) -> Self {
        let mut shorter = *self;
        if shorter.len > 1 {
            shorter.len -= 1;
            if let Some(place) = shorter.nodes.get_mut(usize::from(shorter.len)) {
                *place = Node(0);
            }
        }
        shorter
    }

    /// Who is on it, in order.
    pub fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.nodes.iter().take(usize::from(self.len)).copied()
    }

    /// Whether a node is on it.
    pub fn contains(&self, node: Node) -> bool {
        self.iter().any(|other| other == node)
    }

    /// Who said it last.
    pub fn last(&self) -> Node {
        self.iter().last().unwrap_or_default()
    }

    /// The round in which it is said, from 0.
    pub const fn round(&self) -> u8 {
        self.len.saturating_sub(1)
    }
}

impl fmt::Display for Path {
    /// Such as `B says that A said`, without what; `A said` from the commander itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..usize::from(self.len)).rev() {
            let node = self.nodes.get(place).copied().unwrap_or_default();
            let last = place + 1 == usize::from(self.len);
            match (last, place) {
                (true, 0) => write!(f, "{node} said")?,
                (true, _) => write!(f, "{node} says that ")?,
                (false, 0) => write!(f, "{node} said")?,
                (false, _) => write!(f, "{node} said that ")?,
            }
        }
        Ok(())
    }
}

/// A message of one general to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Said {
    /// By way of whom; the last one on it sends this message.
    pub path: Path,
    /// To whom.
    pub to: Node,
    /// The order; `None` when nothing was sent.
    pub order: Option<Order>,
    /// Whether a loyal general would have said something else.
    pub lie: bool,
}

/// How it ended among the loyal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// All loyal lieutenants do the same, and what the commander said if it is loyal.
    Reached,
    /// They do different things.
    Split {
        /// Who attack.
        attack: Nodes,
        /// Who retreat.
        retreat: Nodes,
    },
    /// They do the same, and not what their loyal commander said.
    Disobeyed {
        /// What it said.
        order: Order,
    },
}

impl Agreement {
    /// Judges what loyal lieutenants decided; `order` is what a loyal commander said.
    pub(super) fn of(decisions: impl Iterator<Item = (Node, Order)>, order: Option<Order>) -> Self {
        let (mut attack, mut retreat) = (Nodes::NONE, Nodes::NONE);
        for (node, decided) in decisions {
            if decided == Order::Attack {
                attack.insert(node)
            } else {
                retreat.insert(node)
            };
        }
        match order {
            _ if !attack.is_empty() && !retreat.is_empty() => Self::Split { attack, retreat },
            Some(Order::Attack) if !retreat.is_empty() => Self::Disobeyed { order: Order::Attack },
            Some(Order::Retreat) if !attack.is_empty() => Self::Disobeyed { order: Order::Retreat },
            _ => Self::Reached,
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached => f.write_str("all loyal generals do the same"),
            Self::Split { attack, retreat } => {
                let (one, other) = (attack.verb_ending(), retreat.verb_ending());
                write!(f, "{attack} attack{one} while {retreat} retreat{other}")
            }
            Self::Disobeyed { order } => {
                let done = order.opposite();
                write!(f, "the loyal commander said {order}, and the loyal lieutenants {done}")
            }
        }
    }
}

/// Holds the numbers of generals and of traitors to plan for against their ranges.
pub(super) fn check(generals: u8, traitors: u8) -> Result<(), OutOfRange> {
    count("generals", u32::from(generals), 2, u32::from(Nodes::MOST))?;
    count("traitors", u32::from(traitors), 0, u32::from(MOST_TRAITORS))?;
    Ok(())
}
