//! Oral messages: OM(f).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::path::{Agreement, Order, Path, Said, check};
use crate::node::{Node, Nodes};
use crate::quantity::OutOfRange;
use crate::rng::Stream;

/// Generals who talk to each other, planning for up to f traitors. Number 0 commands.
///
/// In round 0 the commander gives its order to all; in each of f further rounds everybody tells all who have not been
/// part of it what it heard in the round before. Then each takes majorities, from the innermost outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oral {
    generals: u8,
    f: u8,
    order: Order,
    traitors: Nodes,
}

/// What was said, and what each makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OralOutcome {
    setting: Oral,
    said: Vec<Said>,
    heard: BTreeMap<(Node, Path), Order>,
}

/// What one general has on one question, and what it makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// For attack.
    pub attack: u32,
    /// For retreat, nothing said among them.
    pub retreat: u32,
    /// The majority; retreat when there is none.
    pub order: Order,
}

impl Oral {
    /// So many generals (2 to 16) who plan for up to `f` traitors (0 to 2); the commander's order if it is loyal, and who
    /// really are traitors, any number of them.
    ///
    /// # Errors
    /// A number is out of its range.
    pub fn new(generals: u8, f: u8, order: Order, traitors: Nodes) -> Result<Self, OutOfRange> {
        check(generals, f)?;
        Ok(Self { generals, f, order, traitors: traitors.common(Nodes::first(generals)) })
    }

    /// How many messages are sent: (n − 1) + (n − 1)(n − 2) + … with f + 1 terms. As in the paper, a message goes to each
    /// who is not on its path.
    pub fn messages(&self) -> u64 {
        let (mut all, mut term) = (0, 1);
        for round in 0..=self.f {
            term *= u64::from(self.generals.saturating_sub(1 + round));
            all += term;
        }
        all
    }

    /// Whether there are enough generals for any `f` traitors: 3f + 1.
    pub const fn is_enough(&self) -> bool {
        self.generals > 3 * self.f
    }

    /// Has them talk. What a traitor says is asked for, message by message in order of the rounds: with what a loyal general
    /// would say, not marked as a lie; `None` says nothing.
    pub fn run(&self, mut lie: impl FnMut(&Said) -> Option<Order>) -> OralOutcome {
        let mut heard = BTreeMap::new();
        let mut said = Vec::new();
        let mut paths = alloc::vec![Path::COMMANDER];
        for _ in 0..=self.f {
            let mut longer = Vec::new();
            for path in paths {
                let sender = path.last();
                let honest = match path.round() {
                    0 => self.order,
                    _ => heard.get(&(sender, path.before())).copied().unwrap_or_default(),
                };
                for to in Nodes::first(self.generals).iter().filter(|to| !path.contains(*to)) {
                    let mut message = Said { path, to, order: Some(honest), lie: false };
                    if self.traitors.contains(sender) {
                        message.order = lie(&message);
                        message.lie = message.order != Some(honest);
                    }
                    heard.insert((to, path), message.order.unwrap_or_default());
                    said.push(message);
                    longer.extend(path.then(to));
                }
            }
            paths = longer;
        }
        OralOutcome { setting: *self, said, heard }
    }

    /// Looks for lies that keep the loyal from agreeing, in so many random ways for traitors to speak: what each tells
    /// each, the same all along or anew with every message. `None` when none of them does it.
    pub fn counterexample(&self, tries: u32, chance: &mut Stream) -> Option<OralOutcome> {
        (0..tries).find_map(|attempt| {
            let all_along: [u64; Nodes::MOST as usize] = core::array::from_fn(|_| chance.bits());
            let outcome = self.run(|said| {
                let told = match all_along.get(said.path.last().index()) {
                    Some(told) if attempt % 2 == 0 => told >> said.to.0,
                    _ => chance.bits(),
                };
                Some(if told & 1 == 0 { Order::Retreat } else { Order::Attack })
            });
            (outcome.agreement() != Agreement::Reached).then_some(outcome)
        })
    }

    /// The generals.
    pub const fn generals(&self) -> Nodes {
        Nodes::first(self.generals)
    }

    /// How many traitors they plan for.
    pub const fn f(&self) -> u8 {
        self.f
    }

    /// Who really are.
    pub const fn traitors(&self) -> Nodes {
        self.traitors
    }

    /// The commander's order.
    pub const fn order(&self) -> Order {
        self.order
    }
}

impl OralOutcome {
    /// All messages, by round.
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// What a general was told on this path; `None` when it was not asked.
    pub fn heard(&self, general: Node, path: Path) -> Option<Order> {
        self.heard.get(&(general, path)).copied()
    }

    /// What a general makes of a path: in the last round what it was told; before, the majority of that and of what it
    /// makes of the same order as passed on by each other.
    pub fn tally(&self, general: Node, path: Path) -> Tally {
        let own = self.heard(general, path).unwrap_or_default();
        let (mut attack, mut retreat) = (u32::from(own == Order::Attack), u32::from(own == Order::Retreat));
        if path.round() < self.setting.f {
            let others = self.setting.generals().without(Nodes::of(general));
            for longer in others.iter().filter_map(|other| path.then(other)) {
                let order = self.tally(general, longer).order;
                attack += u32::from(order == Order::Attack);
                retreat += u32::from(order == Order::Retreat);
            }
        }
        let order = if attack > retreat { Order::Attack } else { Order::Retreat };
        Tally { attack, retreat, order }
    }

    /// What a general does; the commander what it ordered.
    pub fn decision(&self, general: Node) -> Order {
        if general == Node(0) { self.setting.order } else { self.tally(general, Path::COMMANDER).order }
    }

    /// How it ended among the loyal.
    pub fn agreement(&self) -> Agreement {
        let Oral { traitors, order, .. } = self.setting;
        let loyal = self.setting.generals().without(traitors);
        let lieutenants = loyal.without(Nodes::of(Node(0)));
        let decisions = lieutenants.iter().map(|general| (general, self.decision(general)));
        Agreement::of(decisions, loyal.contains(Node(0)).then_some(order))
    }

    /// Who they are.
    pub const fn setting(&self) -> &Oral {
        &self.setting
    }
}
