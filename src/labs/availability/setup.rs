//! The knobs, read.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use halfopen_core::availability::{Block, CommonCause, Contribution, Incident, Objective, Unavailability};
use halfopen_core::rng::Seed;

use super::held::Key;
use super::plant::Plant;
use super::{incidents, numbers};
use crate::lab::scene::Why;
use crate::lab::{Config, text};
use crate::system::{self, Given, Is, Needed, System, available};

const DAY: u64 = 86_400;
/// Failures and repairs in a second of the run at most, so that it can be played.
const EVENTS_MAX: f64 = 20_000.0;

/// What the knobs come to.
pub(super) struct Setup {
    pub(super) system: System,
    pub(super) given: Given,
    /// How often the whole is down, as it is worked out.
    pub(super) down: Unavailability,
    /// How often it would be if groups that do not say their own had nothing in common.
    pub(super) down_alone: Unavailability,
    /// The rule of each group with its numbers.
    pub(super) rules: Vec<Why>,
    /// The place of what costs most, and all places, those of what costs most first.
    weakest: Option<usize>,
    costliest: Vec<usize>,
    /// What each part does to the whole, in the order of the text.
    pub(super) parts: Vec<Share>,
    /// What each thing that a group has in common does to it; they are counted on from the parts.
    causes: Vec<Share>,
    /// What parts and causes are called, and which they are.
    pub(super) labels: Vec<String>,
    pub(super) keys: Vec<Key>,
    pub(super) objective: Objective,
    pub(super) incidents: Vec<Incident>,
    /// Days in a second, as asked for.
    days: u64,
    /// Failures and repairs to be expected in a second of the calendar.
    rate: f64,
}

/// Two lanes, each as it began and as it is now.
const KEPT: usize = 4;

thread_local! {
    /// The last ones worked out: what a page tells in a frame asks for the same several times.
    static LAST: RefCell<Vec<(Config, Rc<Setup>)>> = const { RefCell::new(Vec::new()) };
}

/// What a part does to the whole.
pub(super) struct Share {
    /// How often it is down.
    pub(super) down: Unavailability,
    /// The share of time that the whole is down because of it.
    pub(super) costs: Unavailability,
    /// How often the whole is down while it is.
    pub(super) if_down: Unavailability,
    /// The way to it from the outermost block.
    pub(super) path: Vec<usize>,
}

impl Setup {
    /// What these knobs come to.
    pub(super) fn of(config: &Config) -> Rc<Self> {
        LAST.with_borrow_mut(|last| {
            let at = last.iter().position(|(known, _)| known == config);
            let found = at.map(|at| last.remove(at));
            let (known, setup) = found.unwrap_or_else(|| (config.clone(), Rc::new(Self::new(config))));
            last.insert(0, (known, setup.clone()));
            last.truncate(KEPT);
            setup
        })
    }

    fn new(config: &Config) -> Self {
        let common = CommonCause::new(config.number("common") as f64 / 1000.0).unwrap_or(CommonCause::NONE);
        let given = Given { common, to_repair: config.duration("repair").as_secs_f64(), scale: 1.0 };
        let (system, block) = worked_out(config.document("system"), &given);
        let objective = Objective {
            may_fail: available::down(config.number("objective")),
            window: Duration::from_secs(config.count("window") * DAY),
        };
        let down = block.down();
        let all = block.contributions();
        let parts = all.iter().filter_map(|one| {
            let block = one.path.iter().try_fold(&block, |block, place| block.children().get(*place))?;
            let share = |block: &Block| Share {
                down: block.down(),
                costs: one.costs,
                if_down: one.if_always,
                path: one.path.clone(),
            };
            block.children().is_empty().then(|| share(block))
        });
        let parts: Vec<Share> = parts.collect();
        let mut causes = Vec::new();
        shared(&system, &block, &given, &mut all.iter(), &mut causes);
        let plant = Plant::new(&system, &given, Seed(0), 0);
        let rate = plant.rate();
        let alone = Given { common: CommonCause::NONE, ..given };
        let mut setup = Self {
            weakest: None,
            costliest: Vec::new(),
            down_alone: system.block(&alone).map_or(down, |block| block.down()),
            rules: numbers::rules(&system, &block, &given),
            given,
            down,
            rate,
            parts,
            causes,
            labels: plant.parts.iter().map(|part| part.label.clone()).collect(),
            keys: plant.parts.into_iter().map(|part| part.key).collect(),
            system,
            objective,
            // What cannot be read does not get into a configuration.
            incidents: incidents::read(config.document("incidents")).unwrap_or_default(),
            days: config.count("pace"),
        };
        setup.weakest = setup.find_weakest();
        setup.costliest = setup.in_order();
        setup
    }

    /// A part, or what a group has in common.
    pub(super) fn share(&self, part: usize) -> Option<&Share> {
        self.parts.get(part).or_else(|| self.causes.get(part.checked_sub(self.parts.len())?))
    }

    /// All of these.
    pub(super) fn count(&self) -> usize {
        self.parts.len() + self.causes.len()
    }

    /// The one without which the whole would be down least. None where all are alike in this.
    pub(super) fn weakest(&self) -> Option<usize> {
        self.weakest
    }

    fn find_weakest(&self) -> Option<usize> {
        let own: Vec<Unavailability> = (0..self.count()).map(|part| self.own_costs(part)).collect();
        let most = own.iter().copied().reduce(|a, b| if b > a { b } else { a })?;
        let mut costly = own.iter().enumerate().filter(|(_, costs)| is_as_much(**costs, most));
        let (first, _) = costly.next()?;
        let rest = costly.count();
        (most > Unavailability::NEVER && own.len() > 1 && rest + 1 < own.len()).then_some(first)
    }

    /// The part, and no shared cause, that costs most.
    pub(super) fn weakest_part(&self) -> usize {
        let is_part = |part: &usize| *part < self.parts.len();
        self.weakest.filter(is_part).or_else(|| self.costliest.iter().copied().find(is_part)).unwrap_or(0)
    }

    /// What a part costs.
    pub(super) fn costs(&self, part: usize) -> Unavailability {
        self.share(part).map_or(Unavailability::NEVER, |part| part.costs)
    }

    /// What a part costs by itself: without what its groups share, which is a thing of its own.
    fn own_costs(&self, part: usize) -> Unavailability {
        let costs = self.costs(part);
        let Some(at) = self.parts.get(part) else { return costs };
        let mut shared = self.causes.iter().filter(|cause| at.path.starts_with(&cause.path)).peekable();
        if shared.peek().is_none() {
            return costs;
        }
        // A difference: it only decides which of them stands out.
        let number = |costs: Unavailability| costs.share().unwrap_or(0.0);
        let own = number(costs) - shared.map(|cause| number(cause.costs)).sum::<f64>();
        Unavailability::new(own.max(0.0)).unwrap_or(Unavailability::NEVER)
    }

    /// All parts and shared causes, those that cost most first: a shared cause before the parts that share it, which cannot
    /// cost less together without it.
    pub(super) fn costliest(&self) -> &[usize] {
        &self.costliest
    }

    fn in_order(&self) -> Vec<usize> {
        let rank = |of: usize| {
            let costs = self.costs(of);
            let Some(cause) = of.checked_sub(self.parts.len()).and_then(|cause| self.causes.get(cause)) else {
                return costs;
            };
            let inside = self.parts.iter().filter(|part| part.path.starts_with(&cause.path)).map(|part| part.costs);
            inside.fold(costs, |most, costs| if costs > most { costs } else { most })
        };
        let mut all: Vec<(usize, f64)> = (self.parts.len()..self.count())
            .chain(0..self.parts.len())
            .map(|part| (part, libm::round(rank(part).nines() * 1e9)))
            .collect();
        // What differs by a rounding stays in the order of the text.
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        all.into_iter().map(|(part, _)| part).collect()
    }

    /// How much of all downtime a part costs, in percent. None where there is no downtime.
    pub(super) fn of_all(&self, costs: Unavailability) -> Option<f64> {
        // By their logarithms, for both may be smaller than a float.
        let times = libm::pow(10.0, self.down.nines() - costs.nines());
        (self.down != Unavailability::NEVER).then_some(times * 100.0)
    }

    /// Whether a part costs as much as the weakest.
    pub(super) fn is_weakest(&self, part: usize) -> bool {
        self.weakest.is_some_and(|weakest| is_as_much(self.own_costs(part), self.own_costs(weakest)))
    }

    /// Calendar milliseconds in a second of the run: as asked for, or as much as can be played.
    pub(super) fn pace(&self) -> u64 {
        let asked = self.days * DAY * 1000;
        let most = EVENTS_MAX * 1000.0 / self.rate.max(1e-9);
        // Casts of floats saturate.
        asked.min((most as u64).max(1))
    }

    /// The seconds of the calendar in a second of the run that were asked for.
    pub(super) fn asked(&self) -> u64 {
        self.days * DAY * 1000
    }

    /// How often the whole is down while these parts are.
    pub(super) fn down_with(&self, held: &[usize]) -> Unavailability {
        match held {
            [] => self.down,
            [one] => self.share(*one).map_or(self.down, |part| part.if_down),
            _ => {
                let mut next = (0, self.parts.len());
                let system = with_down(&self.system, &self.given, held, &mut next);
                system.block(&self.given).map_or(self.down, |block| block.down())
            }
        }
    }
}

/// The same with these parts always down; each copy on its own. `next` counts parts and shared causes.
fn with_down(system: &System, given: &Given, held: &[usize], next: &mut (usize, usize)) -> System {
    let is = match &system.is {
        Is::Part { name, said, down, to_repair } => {
            let is_held = held.contains(&next.0);
            next.0 += 1;
            let down = if is_held { Unavailability::ALWAYS } else { *down };
            Is::Part { name: name.clone(), said: said.clone(), down, to_repair: *to_repair }
        }
        Is::Group { needed, common, .. } => {
            let is_held = cause_of(system, given) != CommonCause::NONE && {
                next.1 += 1;
                held.contains(&(next.1 - 1))
            };
            let blocks: Vec<System> = system.children().map(|child| with_down(child, given, held, next)).collect();
            if is_held {
                Is::Part {
                    name: String::new(),
                    said: String::new(),
                    down: Unavailability::ALWAYS,
                    to_repair: Some(system.to_repair(given)),
                }
            } else {
                Is::Group { needed: *needed, common: *common, blocks, copies: 1 }
            }
        }
    };
    System { at: system.at.clone(), is }
}

/// What the blocks of a group have in common.
pub(super) fn cause_of(system: &System, given: &Given) -> CommonCause {
    match &system.is {
        Is::Group { needed: Needed::One | Needed::Of(_), common, blocks, copies } if blocks.len() * copies > 1 => {
            common.unwrap_or(given.common)
        }
        _ => CommonCause::NONE,
    }
}

/// What each shared cause does to the whole, in the order in which the groups begin. The whole depends on how often a group is
/// down as on a straight line, and of that time the cause takes what is not down without it anyway.
fn shared<'a>(
    system: &System,
    block: &Block,
    given: &Given,
    all: &mut impl Iterator<Item = &'a Contribution>,
    causes: &mut Vec<Share>,
) {
    let Some(one) = all.next() else { return };
    let cause = cause_of(system, given);
    if cause.share() > 0.0 {
        let downs: Vec<Unavailability> = block.children().iter().map(Block::down).collect();
        let least = downs.iter().copied().reduce(|a, b| if b < a { b } else { a }).unwrap_or(Unavailability::NEVER);
        let needed = if let Is::Group { needed: Needed::Of(needed), .. } = &system.is { *needed } else { 1 };
        let own = downs.iter().map(|down| Block::part(cause.own(*down, least))).collect();
        let own = Block::k_of_n(needed, own, CommonCause::NONE).map_or(Unavailability::NEVER, |own| own.down());
        let down = cause.shared(downs);
        // By their logarithms, for all may be smaller than a float.
        let of_group = libm::pow(10.0, block.down().nines() - down.nines()) * own.availability();
        let costs = if down == Unavailability::NEVER { down } else { one.costs.part(of_group.min(1.0)) };
        causes.push(Share { down, costs, if_down: one.if_always, path: one.path.clone() });
    }
    for (child, block) in system.children().zip(block.children()) {
        shared(child, block, given, all, causes);
    }
}

fn worked_out(text: &str, given: &Given) -> (System, Block) {
    let read = system::read(text).and_then(|system| system.block(given).map(|block| (system, block)));
    read.unwrap_or_else(|_| {
        // What cannot be read or worked out does not get into a configuration; this only says so to the compiler.
        let is =
            Is::Part { name: String::new(), said: "100%".to_owned(), down: Unavailability::NEVER, to_repair: None };
        (System { at: 0..0, is }, Block::part(Unavailability::NEVER))
    })
}

/// Whether any group could have something in common and does not say what.
pub(super) fn has_groups(config: &Config) -> bool {
    fn has(system: &System) -> bool {
        let Is::Group { needed, common, blocks, copies } = &system.is else { return false };
        let parallel = matches!(needed, Needed::One | Needed::Of(_)) && blocks.len() * copies > 1;
        parallel && common.is_none() || blocks.iter().any(has)
    }
    system::read(config.document("system")).is_ok_and(|system| has(&system))
}

/// What is asked for and cannot be had as it is asked for.
pub(super) fn conflicts(config: &Config) -> Vec<String> {
    let setup = Setup::of(config);
    let pace = setup.pace();
    let mut conflicts = Vec::new();
    if pace < setup.asked() {
        conflicts.push(format!(
            "At {} a second there would be too many failures to play: a second shows {} instead.",
            text::counted(setup.days, "day", "days"),
            system::words::seconds(pace as f64 / 1000.0)
        ));
    }
    if let Some(takes) = slow_takeover(&setup.system, &setup.given) {
        conflicts.push(format!(
            "A takeover of {} is longer than half of the repair that it bridges: short repairs end before it, so that what is measured is a little better than what is worked out.",
            system::words::seconds(takes)
        ));
    }
    conflicts
}

fn slow_takeover(system: &System, given: &Given) -> Option<f64> {
    let Is::Group { needed, blocks, .. } = &system.is else { return None };
    match needed {
        Needed::Failover { takes, .. } if *takes > blocks.first()?.to_repair(given) / 2.0 => Some(*takes),
        _ => blocks.iter().find_map(|block| slow_takeover(block, given)),
    }
}

/// Whether one costs no less than the other, but for a rounding.
fn is_as_much(costs: Unavailability, most: Unavailability) -> bool {
    costs.nines() <= most.nines() + 1e-9
}
