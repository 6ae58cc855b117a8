//! Signed messages: SM(f).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::path::{Agreement, Order, Path, Said, check};
use crate::node::{Node, Nodes};
use crate::quantity::OutOfRange;

/// Generals who sign what they say, planning for up to f traitors. Number 0 commands.
///
/// An order counts with the signatures of all by way of whom it came, one more each round; who hears of an order for the
/// first time signs it too and passes it on. After f + 1 rounds who knows of exactly one order follows it, else
/// retreats: two orders prove that the commander is a traitor. Nobody can forge a loyal general's signature; traitors can use
/// each other's, so they can do no more than withhold what they know, or say it late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    generals: u8,
    f: u8,
    order: Order,
    traitors: Nodes,
}

/// What was said, and what each makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOutcome {
    setting: Signed,
    said: Vec<Said>,
    /// Of each general the orders that it knows of.
    known: Vec<BTreeSet<Order>>,
}

impl Signed {
    /// So many generals (2 to 16) who plan for up to `f` traitors (0 to 2); the commander's order if it is loyal, and who
    /// really are traitors, any number of them.
    ///
    /// # Errors
    /// A number is out of its range.
    pub fn new(generals: u8, f: u8, order: Order, traitors: Nodes) -> Result<Self, OutOfRange> {
        check(generals, f)?;
        Ok(Self { generals, f, order, traitors: traitors.common(Nodes::first(generals)) })
    }

    /// Has them talk. Whether a traitor sends a message is asked for each that it could send with the signatures at
    /// hand, in order of the rounds.
    pub fn run(&self, mut sends: impl FnMut(&Said) -> bool) -> SignedOutcome {
        let all = Nodes::first(self.generals);
        let lieutenants = all.without(Nodes::of(Node(0)));
        let mut known = alloc::vec![BTreeSet::new(); usize::from(self.generals)];
        let mut said = Vec::new();
        // What loyal generals pass on in this round, and what traitors could.
        let mut pass: Vec<(Path, Order)> = Vec::new();
        let mut could: BTreeSet<(Path, Order)> = BTreeSet::new();
        if self.traitors.contains(Node(0)) {
            could.extend(Order::ALL.map(|order| (Path::COMMANDER, order)));
        } else {
            pass.push((Path::COMMANDER, self.order));
        }
        for round in 0..=self.f {
            let mut heard: Vec<(Node, Path, Order)> = Vec::new();
            for (path, order) in core::mem::take(&mut pass) {
                for to in lieutenants.iter().filter(|to| !path.contains(*to)) {
                    said.push(Said { path, to, order: Some(order), lie: false });
                    heard.push((to, path, order));
                }
            }
            // They send what one of them has signed last; the rest is for signing.
            for (path, order) in
                could.iter().copied().filter(|(path, _)| self.traitors.contains(path.last()) && path.round() == round)
            {
                for to in lieutenants.iter().filter(|to| !path.contains(*to)) {
                    let message = Said { path, to, order: Some(order), lie: true };
                    if sends(&message) {
                        said.push(message);
                        heard.push((to, path, order));
                    }
                }
            }
            for (to, path, order) in heard {
                let new = known.get_mut(to.index()).is_some_and(|known| known.insert(order));
                if new && !self.traitors.contains(to) {
                    pass.extend(path.then(to).map(|longer| (longer, order)));
                }
                // What one traitor has heard they all have, and sign as they like.
                if self.traitors.contains(to) {
                    could.insert((path, order));
                }
            }
            self.sign(&mut could);
        }
        SignedOutcome { setting: *self, said, known }
    }

    /// Adds what traitors can make by signing what they have.
    fn sign(&self, could: &mut BTreeSet<(Path, Order)>) {
        for _ in 0..=self.f {
            let longer: Vec<_> = could
                .iter()
                .flat_map(|(path, order)| {
                    self.traitors.iter().filter_map(move |traitor| path.then(traitor).map(|longer| (longer, *order)))
                })
                .collect();
            could.extend(longer);
        }
    }

    /// Who really are traitors.
    pub const fn traitors(&self) -> Nodes {
        self.traitors
    }

    /// The generals.
    pub const fn generals(&self) -> Nodes {
        Nodes::first(self.generals)
    }
}

impl SignedOutcome {
    /// All messages, by round; those of traitors are marked as lies, though each order in them was given.
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// The orders that a general knows of.
    pub fn known(&self, general: Node) -> impl Iterator<Item = Order> + '_ {
        self.known.get(general.index()).into_iter().flatten().copied()
    }

    /// What a general does; the commander what it ordered.
    pub fn decision(&self, general: Node) -> Order {
        if general == Node(0) {
            return self.setting.order;
        }
        let mut known = self.known(general);
        match (known.next(), known.next()) {
            (Some(order), None) => order,
            _ => Order::Retreat,
        }
    }

    /// How it ended among the loyal.
    pub fn agreement(&self) -> Agreement {
        let Signed { traitors, order, .. } = self.setting;
        let loyal = self.setting.generals().without(traitors);
        let lieutenants = loyal.without(Nodes::of(Node(0)));
        let decisions = lieutenants.iter().map(|general| (general, self.decision(general)));
        Agreement::of(decisions, loyal.contains(Node(0)).then_some(order))
    }

    /// Who they are.
    pub const fn setting(&self) -> &Signed {
        &self.setting
    }
}
