//! A system that lives: parts fail and are repaired at random, and what is made of them is up or down.
//!
//! Times to failure are exponential. A repair takes between half and one and a half times its mean, all alike likely. What a
//! group has in common is a part of its own that takes all of them down; each of them fails so much less by itself that how
//! often it is down is what it said.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use halfopen_core::availability::{Repair, Unavailability};
use halfopen_core::rng::{Seed, Stream};

use super::clock::{Date, length};
use super::held::Key;
use super::setup::cause_of;
use crate::system::{Given, Is, Needed, System};

/// Something that fails and is repaired.
#[derive(Clone)]
pub(super) struct Part {
    /// What it is called; no two are called alike.
    pub(super) label: String,
    pub(super) key: Key,
    /// What it is in the text, from the outermost block on; the group's, of what a group has in common.
    pub(super) block: usize,
    /// Whether it is what a group has in common.
    pub(super) is_cause: bool,
    /// How often it is down by itself.
    pub(super) down: Unavailability,
    /// Seconds from a repair to the next failure, and to repair, on average.
    pub(super) times: Repair,
    pub(super) up: bool,
    /// Whether the reader holds it down.
    pub(super) held: bool,
    /// How long it was down until the last change, and since when it is down.
    was_down: Date,
    since: Date,
    draws: Stream,
    /// Counts its changes, so that what was due before is known to be out of date.
    turn: u32,
    /// The node that it is.
    node: usize,
}

/// A block of the system.
#[derive(Clone)]
struct Node {
    gate: Gate,
    parent: Option<usize>,
    children: Vec<usize>,
    /// How many of its children are up.
    ups: usize,
    up: bool,
}

/// When a block is up.
#[derive(Clone)]
enum Gate {
    /// As its part is.
    Part,
    /// With so many of its children, and its shared cause.
    Needed { needed: usize, cause: Option<usize> },
    /// With the first, or with the second once it has taken over.
    Failover { takes: Date, works: f64, taken: bool, draws: Stream, turn: u32 },
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Part { part: usize, turn: u32 },
    Takeover { node: usize, turn: u32 },
}

/// The parts, and what is made of them.
#[derive(Clone)]
pub(super) struct Plant {
    pub(super) parts: Vec<Part>,
    /// How many of them are no shared causes; they stand first, in the order of the text.
    pub(super) own: usize,
    nodes: Vec<Node>,
    due: BinaryHeap<Reverse<(Date, u64, Due)>>,
    number: u64,
    /// How long the whole was down until its last change, and since when it stands as it does.
    was_down: Date,
    since: Date,
    /// How often the whole went down.
    pub(super) outages: u64,
}

/// A change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Change {
    /// The part that failed or was repaired; none where a standby took over.
    pub(super) part: Option<usize>,
    /// Since when the whole had stood as it did, where it does no more.
    pub(super) turned: Option<Date>,
}

/// Steps in which the share is looked for by which a group's parts fail less, and how near it must come: a run of years
/// tells no more.
const STEPS: u32 = 30;
const NEAR: f64 = 1e-6;

impl Plant {
    /// All parts up.
    pub(super) fn new(system: &System, given: &Given, seed: Seed, now: Date) -> Self {
        let mut plant = Self {
            parts: Vec::new(),
            own: 0,
            nodes: Vec::new(),
            due: BinaryHeap::new(),
            number: 0,
            was_down: 0,
            since: now,
            outages: 0,
        };
        let mut causes = Vec::new();
        plant.build(system, &mut 0, given, None, &mut causes);
        plant.own = plant.parts.len();
        for (node, cause) in causes {
            let index = plant.parts.len();
            if let Some(Node { gate: Gate::Needed { cause: place, .. }, .. }) = plant.nodes.get_mut(node) {
                *place = Some(index);
            }
            plant.parts.push(Part { node, ..cause });
        }
        plant.name();
        for (index, part) in plant.parts.iter_mut().enumerate() {
            // What a system has in common draws for itself, so that turning it shifts no other part's failures.
            let kind = if part.is_cause { "cause" } else { "part" };
            let number = if part.is_cause { index - plant.own } else { index };
            part.draws = seed.fork(kind, number as u64).stream("failures");
            part.since = now;
        }
        for (number, node) in plant.nodes.iter_mut().enumerate() {
            if let Gate::Failover { draws, .. } = &mut node.gate {
                *draws = seed.fork("failover", number as u64).stream("works");
            }
        }
        for part in 0..plant.parts.len() {
            plant.plan(part, now);
        }
        // A part that is always down is so from the beginning.
        for part in 0..plant.parts.len() {
            if plant.parts.get(part).is_some_and(|part| part.down == Unavailability::ALWAYS) {
                plant.switch(part, false, now);
            }
        }
        plant.outages = 0;
        plant
    }

    /// A block with all that is in it; gives its node.
    fn build(
        &mut self,
        system: &System,
        number: &mut usize,
        given: &Given,
        parent: Option<usize>,
        causes: &mut Vec<(usize, Part)>,
    ) -> usize {
        let node = self.nodes.len();
        let block = *number;
        *number += 1;
        let part = |label: String, down: Unavailability, to_repair: f64, is_cause: bool| Part {
            key: Key { name: label.clone(), nth: 0, is_cause },
            label,
            block,
            is_cause,
            down,
            times: Repair::from_repair(down, to_repair),
            up: true,
            held: false,
            was_down: 0,
            since: 0,
            draws: Seed(0).stream("none yet"),
            turn: 0,
            node,
        };
        let Is::Group { needed, blocks, copies, .. } = &system.is else {
            if let Is::Part { name, down, to_repair, .. } = &system.is {
                let to_repair = to_repair.unwrap_or(given.to_repair);
                self.parts.push(part(name.clone(), given.scaled(*down), to_repair, false));
            }
            self.nodes.push(Node { gate: Gate::Part, parent, children: Vec::new(), ups: 0, up: true });
            return node;
        };
        let count = blocks.len() * copies;
        let many = match needed {
            Needed::All => count,
            Needed::One | Needed::Failover { .. } => 1,
            Needed::Of(needed) => *needed,
        };
        let gate = match needed {
            Needed::Failover { takes, works } => Gate::Failover {
                takes: length(*takes),
                works: *works,
                taken: false,
                draws: Seed(0).stream("none yet"),
                turn: 0,
            },
            _ => Gate::Needed { needed: many, cause: None },
        };
        self.nodes.push(Node { gate, parent, children: Vec::new(), ups: count, up: true });
        let common = cause_of(system, given);
        let downs: Vec<Unavailability> =
            if common.share() > 0.0 { blocks.iter().map(|block| down(block, given)).collect() } else { Vec::new() };
        if common.share() > 0.0 {
            let shared = common.shared(downs.iter().copied());
            let cause = part(format!("what {} shares", system.label()), shared, system.to_repair(given), true);
            causes.push((node, cause));
        }
        let owns: Vec<f64> = blocks
            .iter()
            .zip(&downs)
            .map(|(block, down)| own_share(block, given, *down, common.own(*down, least(&downs))))
            .collect();
        let mut children = Vec::new();
        let first = *number;
        for _ in 0..*copies {
            // Copies are the same text.
            *number = first;
            for (place, child) in blocks.iter().enumerate() {
                let own = owns.get(place).copied().unwrap_or(1.0);
                let own = Given { scale: given.scale * own, ..*given };
                children.push(self.build(child, number, &own, Some(node), causes));
            }
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.children = children;
        }
        node
    }

    /// No two parts are called alike.
    fn name(&mut self) {
        let labels: Vec<String> = self.parts.iter().map(|part| part.label.clone()).collect();
        for (index, part) in self.parts.iter_mut().enumerate() {
            let alike = labels.iter().filter(|label| **label == part.label).count();
            let nth = labels.iter().take(index + 1).filter(|label| **label == part.label).count();
            part.key.nth = nth;
            let name = if part.label.is_empty() { "part" } else { &part.label };
            part.label = if alike > 1 { format!("{name} {nth}") } else { name.to_owned() };
        }
    }

    /// Failures and repairs to be expected in a second of the calendar.
    pub(super) fn rate(&self) -> f64 {
        let cycle = |part: &Part| part.times.between_failures + part.times.to_repair;
        self.parts.iter().map(cycle).filter(|cycle| *cycle > 0.0).map(|cycle| 2.0 / cycle).sum()
    }

    /// Whether the whole is up.
    pub(super) fn up(&self) -> bool {
        self.nodes.first().is_none_or(|root| root.up)
    }

    /// Whether the block of this node is up.
    pub(super) fn node_up(&self, node: usize) -> bool {
        self.nodes.get(node).is_none_or(|node| node.up)
    }

    /// How long the whole was down so far.
    pub(super) fn downtime(&self, now: Date) -> Date {
        self.was_down + if self.up() { 0 } else { now.saturating_sub(self.since) }
    }

    /// How long a part was down so far.
    pub(super) fn part_downtime(&self, part: usize, now: Date) -> Date {
        self.parts.get(part).map_or(0, |part| part.was_down + if part.up { 0 } else { now.saturating_sub(part.since) })
    }

    /// Whether the reader holds anything down.
    pub(super) fn is_held(&self) -> bool {
        self.parts.iter().any(|part| part.held)
    }

    /// When something is due.
    pub(super) fn next(&mut self) -> Option<Date> {
        // What is out of date is gone before it is looked at.
        while let Some(Reverse((at, _, due))) = self.due.peek().copied() {
            if self.is_due(due) {
                return Some(at);
            }
            self.due.pop();
        }
        None
    }

    /// The same without tidying up.
    pub(super) fn soonest(&self) -> Option<Date> {
        self.due.iter().filter(|due| self.is_due(due.0.2)).map(|due| due.0.0).min()
    }

    fn is_due(&self, due: Due) -> bool {
        match due {
            Due::Part { part, turn } => self.parts.get(part).is_some_and(|part| part.turn == turn),
            Due::Takeover { node, turn: due } => {
                matches!(self.nodes.get(node), Some(Node { gate: Gate::Failover { turn, .. }, .. }) if *turn == due)
            }
        }
    }

    /// Does what is due next.
    pub(super) fn step(&mut self) -> Option<(Date, Change)> {
        self.next()?;
        let Reverse((at, _, due)) = self.due.pop()?;
        let change = match due {
            Due::Part { part, .. } => {
                let up = self.parts.get(part).is_some_and(|part| part.up);
                let turned = self.switch(part, !up, at);
                self.plan(part, at);
                Change { part: Some(part), turned }
            }
            Due::Takeover { node, .. } => {
                if let Some(Node { gate: Gate::Failover { taken, .. }, .. }) = self.nodes.get_mut(node) {
                    *taken = true;
                }
                Change { part: None, turned: self.weigh(node, at) }
            }
        };
        Some((at, change))
    }

    /// The reader takes a part down and holds it there, or repairs it. `None` where it is so already.
    pub(super) fn hold(&mut self, part: usize, down: bool, now: Date) -> Option<Change> {
        let at = self.parts.get_mut(part)?;
        // What is always down cannot be repaired.
        if (at.held == down && at.up != down) || (!down && !at.held && at.down == Unavailability::ALWAYS) {
            return None;
        }
        at.held = down;
        at.turn += 1;
        let changes = at.up == down;
        let turned = if changes { self.switch(part, !down, now) } else { None };
        if !down {
            self.plan(part, now);
        }
        Some(Change { part: Some(part), turned })
    }

    /// When the part changes next.
    fn plan(&mut self, part: usize, now: Date) {
        let Some(at) = self.parts.get_mut(part) else { return };
        at.turn += 1;
        let Repair { between_failures, to_repair } = at.times;
        // One draw a change, whatever it is, so that A and B stay in step.
        let draw = at.draws.unit();
        let wait = if at.up { between_failures * -libm::log(1.0 - draw) } else { to_repair * (0.5 + draw) };
        let never = at.down == Unavailability::ALWAYS || at.down == Unavailability::NEVER;
        if never || !wait.is_finite() {
            return;
        }
        let due = Due::Part { part, turn: at.turn };
        self.push(now.saturating_add(length(wait)), due);
    }

    fn push(&mut self, at: Date, due: Due) {
        self.number += 1;
        self.due.push(Reverse((at, self.number, due)));
    }

    /// A part goes up or down. Since when the whole had stood as it did, where it does no more.
    fn switch(&mut self, part: usize, up: bool, now: Date) -> Option<Date> {
        let at = self.parts.get_mut(part)?;
        if at.up == up {
            return None;
        }
        if up {
            at.was_down += now.saturating_sub(at.since);
        }
        (at.up, at.since) = (up, now);
        let (node, is_cause) = (at.node, at.is_cause);
        if is_cause { self.weigh(node, now) } else { self.turn(node, up, now) }
    }

    /// A node goes up or down, and all above it are weighed anew.
    fn turn(&mut self, node: usize, up: bool, now: Date) -> Option<Date> {
        let at = self.nodes.get_mut(node).filter(|node| node.up != up)?;
        at.up = up;
        let Some(parent) = at.parent else {
            let since = self.since;
            if up {
                self.was_down += now.saturating_sub(self.since);
            } else {
                self.outages += 1;
            }
            self.since = now;
            return Some(since);
        };
        let above = self.nodes.get_mut(parent)?;
        above.ups = if up { above.ups + 1 } else { above.ups.saturating_sub(1) };
        let primary = above.children.first() == Some(&node);
        let mut due = None;
        if let Gate::Failover { takes, works, taken, draws, turn } = &mut above.gate
            && primary
        {
            *turn += 1;
            let works = !up && draws.unit() < *works;
            // At once, where it takes no time: the whole is not down for an instant.
            *taken = works && *takes == 0;
            if works && *takes > 0 {
                due = Some((now.saturating_add(*takes), Due::Takeover { node: parent, turn: *turn }));
            }
        }
        if let Some((at, due)) = due {
            self.push(at, due);
        }
        self.weigh(parent, now)
    }

    /// Whether a group is up, after something in it changed.
    fn weigh(&mut self, node: usize, now: Date) -> Option<Date> {
        let at = self.nodes.get(node)?;
        let up = match &at.gate {
            Gate::Part => at.up,
            Gate::Needed { needed, cause } => {
                at.ups >= *needed && cause.and_then(|cause| self.parts.get(cause)).is_none_or(|cause| cause.up)
            }
            Gate::Failover { taken, .. } => {
                let up = |child: usize| at.children.get(child).is_some_and(|child| self.node_up(*child));
                up(0) || (*taken && up(1))
            }
        };
        self.turn(node, up, now)
    }
}

/// How often a block is down.
fn down(system: &System, given: &Given) -> Unavailability {
    // What was read has no more parts than may be.
    system.block(given).map_or(Unavailability::ALWAYS, |block| block.down())
}

/// The one that is down least.
fn least(downs: &[Unavailability]) -> Unavailability {
    let less = |a: Unavailability, b: Unavailability| if b < a { b } else { a };
    downs.iter().copied().reduce(less).unwrap_or(Unavailability::NEVER)
}

/// The share of its parts' failures with which a block that is down that often is down only for what is its own.
fn own_share(system: &System, given: &Given, now: Unavailability, own: Unavailability) -> f64 {
    // As logarithms: of a part it is a straight line, of anything else nearly one where failures are rare.
    let (now, wanted) = (-now.nines(), -own.nines());
    let is_near = |found: f64| (found - wanted).abs() < NEAR;
    if is_near(now) || !now.is_finite() {
        return 1.0;
    }
    if !wanted.is_finite() {
        return 0.0;
    }
    if matches!(system.is, Is::Part { .. }) {
        return libm::pow(10.0, wanted - now);
    }
    let with = |share: f64| -down(system, &Given { scale: given.scale * libm::pow(10.0, share), ..*given }).nines();
    // A share that is too small, and what it comes to; then one that is too large.
    let (mut low, mut high) = ((wanted - now, with(wanted - now)), (0.0, now));
    // So small is nothing, whatever it is part of.
    while low.1 > wanted && low.0 > -1e6 {
        (high, low) = (low, (low.0 * 2.0 - 1.0, with(low.0 * 2.0 - 1.0)));
    }
    for step in 0..STEPS {
        if is_near(high.1) {
            break;
        }
        // Where the line between both comes to what is wanted; now and then the middle, in case that creeps.
        let along = (wanted - low.1) / (high.1 - low.1);
        let along = if step % 4 == 3 || !along.is_finite() { 0.5 } else { along.clamp(0.01, 0.99) };
        let middle = low.0 + (high.0 - low.0) * along;
        let found = with(middle);
        if is_near(found) || found > wanted { high = (middle, found) } else { low = (middle, found) }
    }
    libm::pow(10.0, high.0)
}

#[cfg(test)]
mod tests {
    use halfopen_core::availability::CommonCause;

    use super::*;
    use crate::system::read;

    /// The share of time that a system was down after so many years.
    fn lived(text: &str, given: &Given, years: f64) -> (f64, f64) {
        let system = read(text).unwrap();
        let mut plant = Plant::new(&system, given, Seed(7), 0);
        let end = length(years * 31_536_000.0);
        while plant.next().is_some_and(|next| next <= end) {
            plant.step();
        }
        (plant.downtime(end) as f64 / end as f64, down(&system, given).share().unwrap())
    }

    #[test]
    fn what_lives_is_down_as_often_as_it_is_worked_out() {
        let common = Given { common: CommonCause::new(0.2).unwrap(), ..Given::default() };
        let plain = Given::default();
        for (text, given) in [
            ("99%", plain),
            ("series(99%, 30d/1h, 98%)", plain),
            ("parallel(90%, 85%)", plain),
            ("2of3(95%)", plain),
            ("parallel(90%, 95%)", common),
            ("2of3(95%)", common),
            ("parallel(series(97%, 98%), series(95%, 99%), common 30%)", plain),
            ("parallel(2of3(95%, common 50%), series(95%, 99%))", common),
            ("failover(95%, 90%)", plain),
            ("failover(95%, 90%, takes 12min, works 80%)", plain),
            ("series(99.9%, failover(series(99%, 99%), 90%, works 50%))", plain),
        ] {
            let (lived, worked_out) = lived(text, &given, 400.0);
            assert!((lived / worked_out - 1.0).abs() < 0.02, "{text}: {lived} lived, {worked_out} worked out");
        }
    }

    #[test]
    fn what_never_fails_never_does_and_what_always_is_down_is() {
        assert_eq!(lived("100%", &Given::default(), 1.0), (0.0, 0.0));
        assert_eq!(lived("0%", &Given::default(), 1.0), (1.0, 1.0));
        assert_eq!(lived("parallel(0%, 100%)", &Given::default(), 1.0), (0.0, 0.0));
    }

    #[test]
    fn what_is_held_down_stays_so() {
        let system = read("parallel(a 99.9%, b 99.9%)").unwrap();
        let mut plant = Plant::new(&system, &Given::default(), Seed(1), 0);
        let labels: Vec<&str> = plant.parts.iter().map(|part| part.label.as_str()).collect();
        assert_eq!(labels, ["a", "b"]);
        assert_eq!(plant.hold(0, true, 0), Some(Change { part: Some(0), turned: None }));
        assert_eq!(plant.hold(0, true, 0), None);
        assert_eq!(plant.hold(1, true, 5), Some(Change { part: Some(1), turned: Some(0) }));
        assert!(!plant.up() && plant.is_held() && plant.next().is_none());
        assert_eq!(plant.hold(0, false, 9), Some(Change { part: Some(0), turned: Some(5) }));
        assert_eq!((plant.downtime(20), plant.part_downtime(0, 20), plant.outages), (4, 9, 1));
    }
}
