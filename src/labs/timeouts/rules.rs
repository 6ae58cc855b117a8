//! The rule of a chain: what a hop may spend at worst on calling on is no more than what its callers have left for it.

use std::time::Duration;

use halfopen_core::deadline::Worst;

use super::setup::{A, B, CLIENT, Chain, HEADS, NAMES};
use crate::lab::{Config, text};

/// What a hop may spend on calling on, held against what is left for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) hop: usize,
    attempts: u32,
    /// Of one attempt; `None`: for ever.
    each: Option<Duration>,
    /// All waits between them.
    waits: Duration,
    /// All of it together; `None`: for ever.
    pub(super) worst: Option<Duration>,
    /// Who stops waiting first, and how long it waits yet; `None`: nobody ever does.
    pub(super) left: Option<(usize, Duration)>,
    margin: Duration,
    /// The least that calling on takes, where the deadline travels along.
    needs: Option<Duration>,
    /// It is a late attempt's: that too little is left for it is what the deadline is for.
    late: bool,
}

/// How a rule is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It fits.
    Fits,
    /// It would not fit, and the deadline that travels along cuts it.
    Cut,
    /// It does not fit: work for nobody.
    Broken,
    /// What is left does not do for anything.
    Starved,
}

impl Kept {
    pub(super) const fn is_well(self) -> bool {
        matches!(self, Self::Fits | Self::Cut)
    }
}

impl Rule {
    /// Of a hop with so much left for it, from its attempt of that number on.
    pub(super) fn of(chain: &Chain, hop: usize, first: u32, left: Option<(usize, Duration)>) -> Option<Self> {
        let worst = chain.worst_from(hop, first)?;
        let needs = chain.propagate.then(|| chain.needs(hop));
        let Worst { attempts, attempt: each, waits, time: worst, .. } = worst;
        let waits = waits.unwrap_or_default();
        Some(Self { hop, attempts, each, waits, worst, left, margin: chain.margin, needs, late: false })
    }

    /// The same for an attempt under way: where all would fit as it is set, and the deadline travels along, an attempt for
    /// which too little is left is cut, and breaks nothing.
    pub(super) fn under_way(self, chain: &Chain) -> Self {
        let starved = self.kept() == Kept::Starved;
        let late = starved && of(chain).any(|rule| rule.hop == self.hop && rule.kept().is_well());
        Self { late, ..self }
    }

    /// Whether it holds, and how.
    pub(super) fn kept(&self) -> Kept {
        let room = self.left.map(|(_, left)| left.saturating_sub(self.margin));
        match (self.worst, room, self.needs) {
            (_, Some(room), Some(needs)) if room.is_zero() || room < needs => {
                if self.late {
                    Kept::Cut
                } else {
                    Kept::Starved
                }
            }
            (Some(worst), Some(room), _) if worst <= room => Kept::Fits,
            (Some(_), None, _) => Kept::Fits,
            (_, Some(_), Some(_)) => Kept::Cut,
            _ => Kept::Broken,
        }
    }

    /// `3 × 4 s + 3 s = 15 s`.
    pub(super) fn sum(&self) -> String {
        let (Some(each), Some(worst)) = (self.each, self.worst) else { return "for ever".to_owned() };
        let (each, all) = (text::about(each), text::about(worst));
        match (self.attempts, self.waits.is_zero()) {
            (1, _) => all,
            (attempts, true) => format!("{attempts} × {each} = {all}"),
            (attempts, false) => format!("{attempts} × {each} + {} = {all}", text::about(self.waits)),
        }
    }

    fn callee(&self) -> &'static str {
        HEADS.get(self.hop + 1).copied().unwrap_or_default()
    }

    /// “B may spend 3 × 4 s + 3 s = 15 s on C”.
    pub(super) fn spends(&self) -> String {
        let who = NAMES.get(self.hop).copied().unwrap_or_default();
        match self.worst {
            Some(_) => format!("{who} may spend {} on {}", self.sum(), self.callee()),
            None => format!("{who} may wait for {} for ever", self.callee()),
        }
    }

    /// “A has 4.7 s left”, with what is kept back of it.
    pub(super) fn has(&self, with_margin: bool) -> String {
        let Some((whose, left)) = self.left else { return "nobody stops waiting".to_owned() };
        let who = NAMES.get(whose).copied().unwrap_or_default();
        let margin = if with_margin && !self.margin.is_zero() {
            format!(", of which {} are kept back", text::about(self.margin))
        } else {
            String::new()
        };
        format!("{who} has {} left{margin}", text::about(left))
    }

    /// Whether all fits but for what is kept back.
    fn by_the_margin(&self) -> bool {
        matches!((self.worst, self.left), (Some(worst), Some((_, left))) if worst <= left)
    }

    /// The same in a line, for the picture.
    pub(super) fn brief(&self) -> String {
        match (self.kept(), self.left) {
            (Kept::Broken, None) => self.spends(),
            (Kept::Starved, _) => format!("{}: too little to call {}", self.has(false), self.callee()),
            (Kept::Cut, Some((_, left))) => {
                format!("{}; the deadline leaves {}", self.spends(), text::about(left))
            }
            (Kept::Fits, Some((whose, left))) => {
                let whose = NAMES.get(whose).copied().unwrap_or_default();
                format!("{}, of {whose}'s {}", self.spends(), text::about(left))
            }
            _ => self.said(),
        }
    }

    /// The whole as a clause, without its full stop.
    pub(super) fn said(&self) -> String {
        let spends = self.spends();
        match (self.kept(), self.left) {
            (Kept::Broken, None) => format!("{spends}: no timeout, its own or a caller's, ends it"),
            (Kept::Broken, Some(_)) => format!("{spends}, but {}", self.has(self.by_the_margin())),
            (Kept::Starved, _) => format!(
                "{}: too little for calling {}, which takes {} at least",
                self.has(true),
                self.callee(),
                text::about(self.needs.unwrap_or_default())
            ),
            (Kept::Cut, _) => format!("{spends}, but {}: the deadline that came along cuts it", self.has(false)),
            (Kept::Fits, None) => spends,
            (Kept::Fits, Some(_)) => format!("{spends}, and {}", self.has(false)),
        }
    }
}

/// What is left for a hop where nothing has taken longer than it must.
fn left(chain: &Chain, hop: usize) -> Option<(usize, Duration)> {
    let step = chain.way.saturating_add(chain.work);
    let mut least: Option<(usize, Duration)> = None;
    for caller in (CLIENT..hop).rev() {
        let steps = u32::try_from(hop - caller).unwrap_or(1);
        let Some(timeout) = chain.timeout(caller) else { continue };
        let left = timeout.saturating_sub(step * steps);
        if least.is_none_or(|(_, least)| left < least) {
            least = Some((caller, left));
        }
    }
    least
}

/// The rules of a chain as it is set, from the client to B.
pub(super) fn of(chain: &Chain) -> impl Iterator<Item = Rule> {
    [CLIENT, A, B].into_iter().filter_map(|hop| Rule::of(chain, hop, 1, left(chain, hop)))
}

/// How many of them are broken.
pub(super) fn broken(chain: &Chain) -> usize {
    of(chain).filter(|rule| !rule.kept().is_well()).count()
}

/// Those that are broken, as sentences, unless a preset means it so: its note tells.
pub(super) fn conflicts(config: &Config) -> Vec<String> {
    if super::presets::is_one(config) {
        return Vec::new();
    }
    let chain = super::setup::Setup::new(config).chain;
    let broken = of(&chain).filter(|rule| !rule.kept().is_well());
    broken.map(|rule| crate::lab::wording::sentence(&rule.said())).collect()
}
