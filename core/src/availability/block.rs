//! Systems of systems: parts in series, in parallel, k of n, with a standby, one within another.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;

use super::combine::{CommonCause, Failover, k_of_n_alike, least, parallel, series, too_few};
use super::down::Unavailability;
use super::scaled::Scaled;

/// How many groups may stand within each other, around a part.
pub const DEPTH_MAX: u32 = 64;
/// How many parts a system may have.
pub const PARTS_MAX: u32 = 1000;

/// The way to a block from the outermost one: the place of each child among its siblings.
pub type Path = Vec<usize>;

/// A part, or a group of blocks. It is never deeper than [`DEPTH_MAX`] and has no more parts than [`PARTS_MAX`].
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    kind: Kind,
    children: Vec<Self>,
    parts: u32,
    /// How many groups stand within each other.
    depth: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Part(Unavailability),
    Series,
    KOfN { needed: usize, cause: CommonCause },
    Failover(Failover),
}

/// Why blocks do not make a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockError {
    /// A group of none.
    Empty,
    /// More groups within each other than [`DEPTH_MAX`].
    TooDeep,
    /// More parts than [`PARTS_MAX`].
    TooMany,
    /// None is needed, or more than there are.
    Needed {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        of: usize,
    },
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a group needs at least one block"),
            Self::TooDeep => write!(f, "groups stand within each other more than {DEPTH_MAX} deep"),
            Self::TooMany => write!(f, "there are more than {PARTS_MAX} parts"),
            Self::Needed { needed, of } => write!(f, "{needed} of {of} is none: it goes from 1 to {of}"),
        }
    }
}

impl core::error::Error for BlockError {}

/// What a block does to the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Which block.
    pub path: Path,
    /// How often the whole would be down if this block never were.
    pub if_never: Unavailability,
    /// How often the whole would be down if this block always were.
    pub if_always: Unavailability,
    /// The share of time that the whole is down because of this block: what would be gained if it never failed. Blocks that
    /// fail together each count in full, so that these do not add up to the whole. As exact as the rest, but
    /// beside blocks that hardly ever are up, and in groups with a shared cause: there it is a difference.
    pub costs: Unavailability,
}

impl Block {
    /// A part.
    pub const fn part(down: Unavailability) -> Self {
        Self { kind: Kind::Part(down), children: Vec::new(), parts: 1, depth: 0 }
    }

    /// All of them are needed.
    ///
    /// # Errors
    /// [`BlockError`], here and below.
    pub fn series(children: Vec<Self>) -> Result<Self, BlockError> {
        Self::group(Kind::Series, children)
    }

    /// One of them suffices.
    pub fn parallel(children: Vec<Self>, cause: CommonCause) -> Result<Self, BlockError> {
        Self::k_of_n(1, children, cause)
    }

    /// So many of them are needed.
    pub fn k_of_n(needed: usize, children: Vec<Self>, cause: CommonCause) -> Result<Self, BlockError> {
        let of = children.len();
        if of > 0 && !(1..=of).contains(&needed) {
            return Err(BlockError::Needed { needed, of });
        }
        Self::group(Kind::KOfN { needed, cause }, children)
    }

    /// A primary with a standby that takes over.
    pub fn failover(primary: Self, standby: Self, how: Failover) -> Result<Self, BlockError> {
        Self::group(Kind::Failover(how), [primary, standby].into())
    }

    fn group(kind: Kind, children: Vec<Self>) -> Result<Self, BlockError> {
        let depth = 1 + children.iter().map(|child| child.depth).max().ok_or(BlockError::Empty)?;
        let parts = children.iter().map(|child| child.parts).fold(0, u32::saturating_add);
        if depth > DEPTH_MAX {
            return Err(BlockError::TooDeep);
        }
        if parts > PARTS_MAX {
            return Err(BlockError::TooMany);
        }
        Ok(Self { kind, children, parts, depth })
    }

    /// What it is a group of; none of a part.
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// How many parts it has.
    pub const fn parts(&self) -> u32 {
        self.parts
    }

    /// How often it is down.
    pub fn down(&self) -> Unavailability {
        let children: Vec<Unavailability> = self.children.iter().map(Self::down).collect();
        self.made_of(&children)
    }

    /// How often it is down when its children are down so often.
    fn made_of(&self, children: &[Unavailability]) -> Unavailability {
        let all = children.iter().copied();
        match self.kind {
            Kind::Part(down) => down,
            Kind::Series => series(all),
            Kind::KOfN { needed, cause } => group(needed, cause, children),
            Kind::Failover(how) => match children {
                [primary, standby] => how.of(*primary, *standby),
                _ => Unavailability::ALWAYS,
            },
        }
    }

    /// What every block in it does to the whole, itself first, then its children with all that is in them, in order. *What if
    /// this one is down now?* is [`Contribution::if_always`].
    ///
    /// The work grows with the square of the number of parts.
    pub fn contributions(&self) -> Vec<Contribution> {
        let mut all = Vec::new();
        self.contribute(self.down(), &mut Vec::new(), &mut Vec::new(), &mut all);
        all
    }

    /// `way` leads from the outermost block to this one, which is down that often.
    fn contribute(&self, down: Unavailability, path: &mut Path, way: &mut Vec<Step>, all: &mut Vec<Contribution>) {
        let whole = |down| way.iter().rev().fold(down, |down, step: &Step| step.up(down));
        let (if_never, if_always) = (whole(Unavailability::NEVER), whole(Unavailability::ALWAYS));
        let mut costs = Change { never: Unavailability::NEVER, now: down, by: down.0 };
        for step in way.iter().rev() {
            costs = step.change(costs);
        }
        all.push(Contribution { path: path.clone(), if_never, if_always, costs: Unavailability(costs.by) });
        let downs: Vec<Unavailability> = self.children.iter().map(Self::down).collect();
        let steps = self.steps(&downs);
        for (place, ((child, down), step)) in self.children.iter().zip(&downs).zip(steps).enumerate() {
            path.push(place);
            way.push(step);
            child.contribute(*down, path, way, all);
            way.pop();
            path.pop();
        }
    }

    /// From each child to this block.
    fn steps(&self, children: &[Unavailability]) -> Vec<Step> {
        match self.kind {
            Kind::Failover(how) => {
                let [primary, standby] = *children else { return Vec::new() };
                let [never, always] = [Unavailability::NEVER, Unavailability::ALWAYS];
                let [first, second] = [
                    Line {
                        never: how.of(never, standby),
                        always: how.of(always, standby),
                        slope: how.of(always, standby).0,
                    },
                    Line {
                        never: how.of(primary, never),
                        always: how.of(primary, always),
                        slope: how.by_standby(primary).0,
                    },
                ];
                [Step { line: first, shared: None }, Step { line: second, shared: None }].into()
            }
            // One of one is no group that could fail together.
            Kind::KOfN { needed, cause } if children.len() > 1 && cause != CommonCause::NONE => {
                shared_steps(needed, cause, children)
            }
            Kind::KOfN { needed, .. } => straight(children, needed),
            Kind::Part(_) | Kind::Series => straight(children, children.len()),
        }
    }
}

/// A group of which so many are needed, with a shared cause.
fn group(needed: usize, cause: CommonCause, children: &[Unavailability]) -> Unavailability {
    let all = || children.iter().copied();
    let Some(first) = children.first().filter(|_| children.len() > 1) else { return series(all()) };
    let least = least(all());
    let own = all().map(|child| cause.own(child, least));
    let own = if needed == 1 {
        parallel(own)
    } else if children.iter().all(|child| child == first) {
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        k_of_n_alike(count(needed), count(children.len()), cause.own(*first, least))
    } else {
        let room = children.len().saturating_sub(needed) + 1;
        too_few(own, &mut alloc::vec![Scaled::ZERO; room])
    };
    own.and(cause.shared([least]))
}

/// How often a group is down, by how often one of its children is: a straight line.
#[derive(Clone, Copy)]
struct Line {
    never: Unavailability,
    always: Unavailability,
    /// From one to the other, without a subtraction.
    slope: Scaled,
}

impl Line {
    fn at(&self, Unavailability(child): Unavailability) -> Unavailability {
        Unavailability((self.never.0 * child.complement() + self.always.0 * child).min(Scaled::ONE))
    }
}

/// How often a block is down, by how often one of its children is.
struct Step {
    /// By how often it is by itself.
    line: Line,
    shared: Option<Shared>,
}

/// What a child has in common with the others of its group. The line holds while another one is down least; where this one is,
/// the shared cause depends on it, and what is the others' own does.
struct Shared {
    needed: usize,
    cause: CommonCause,
    /// All children, and the place of this one.
    children: Rc<[Unavailability]>,
    place: usize,
    /// The least of the others.
    least: Unavailability,
    /// If it never is down: then there is no shared cause.
    never: Unavailability,
}

/// How often a block is down if something in it never is, and now; and what is between them, which may be far less than the
/// last digit of either.
#[derive(Clone, Copy)]
struct Change {
    never: Unavailability,
    now: Unavailability,
    by: Scaled,
}

impl Step {
    fn up(&self, child: Unavailability) -> Unavailability {
        let Some(shared) = &self.shared else { return self.line.at(child) };
        if child == Unavailability::NEVER {
            return shared.never;
        }
        if child >= shared.least {
            return self.line.at(shared.cause.own(child, shared.least)).and(shared.cause.shared([shared.least]));
        }
        let mut children = shared.children.to_vec();
        if let Some(at) = children.get_mut(shared.place) {
            *at = child;
        }
        group(shared.needed, shared.cause, &children)
    }

    fn change(&self, Change { never, now, by }: Change) -> Change {
        let to = Change { never: self.up(never), now: self.up(now), by };
        // On the line what is the child's own changes by 1 ÷ (1 − s), and what that does to the group counts for 1 − s.
        let straight = self.shared.as_ref().is_none_or(|shared| never >= shared.least && now >= shared.least);
        Change { by: if straight { by * self.line.slope } else { to.now.0 - to.never.0 }, ..to }
    }
}

/// The steps of a group without a shared cause.
fn straight(children: &[Unavailability], needed: usize) -> Vec<Step> {
    let lines = too_few_with_each(children, children.len().saturating_sub(needed));
    lines.into_iter().map(|line| Step { line, shared: None }).collect()
}

/// The steps of a group with one.
fn shared_steps(needed: usize, cause: CommonCause, children: &[Unavailability]) -> Vec<Step> {
    let spare = children.len().saturating_sub(needed);
    let lines = |least: Unavailability| {
        let own: Vec<Unavailability> = children.iter().map(|child| cause.own(*child, least)).collect();
        too_few_with_each(&own, spare)
    };
    let least_but =
        |place: usize| least(children.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, child)| *child));
    let all = least(children.iter().copied());
    let independent = too_few_with_each(children, spare);
    // What the one that is down least does not make so often, the next one does.
    let first = children.iter().position(|child| *child == all);
    let beside = first.map(|first| (first, lines(least_but(first))));
    let shared: Rc<[Unavailability]> = children.into();
    let step = |(place, (line, alone)): (usize, (Line, Line))| {
        let beside = beside.iter().find(|(first, _)| *first == place).and_then(|(_, lines)| lines.get(place));
        let shared =
            Shared { needed, cause, children: shared.clone(), place, least: least_but(place), never: alone.never };
        Step { line: beside.copied().unwrap_or(line), shared: Some(shared) }
    };
    lines(all).into_iter().zip(independent).enumerate().map(step).collect()
}

/// For each part, the chance that more than `spare` are down if this one never is, and if it always is: by the counts of those
/// before it and of those after it, in sums and products of what is not negative.
fn too_few_with_each(parts: &[Unavailability], spare: usize) -> Vec<Line> {
    /// The chances of 0, 1, … `spare` down among some parts, and of more.
    #[derive(Clone)]
    struct Counts {
        exactly: Vec<Scaled>,
        more: Scaled,
    }
    impl Counts {
        fn take_in(&mut self, Unavailability(down): Unavailability) {
            let up = down.complement();
            self.more = self.more + self.exactly.last().map_or(Scaled::ZERO, |last| *last * down);
            let mut fewer = Scaled::ZERO;
            for chance in &mut self.exactly {
                let was = *chance;
                *chance = was * up + fewer * down;
                fewer = was;
            }
        }
    }
    // No more can be down than there are.
    let spare = spare.min(parts.len());
    let mut none = Counts { exactly: alloc::vec![Scaled::ZERO; spare + 1], more: Scaled::ZERO };
    none.exactly.first_mut().into_iter().for_each(|first| *first = Scaled::ONE);
    let mut before = none.clone();
    let befores: Vec<Counts> = parts
        .iter()
        .map(|part| {
            let here = before.clone();
            before.take_in(*part);
            here
        })
        .collect();
    let mut after = none;
    let mut each: Vec<Line> = befores
        .into_iter()
        .zip(parts)
        .rev()
        .map(|(before, part)| {
            // The chance that more than `room` are down of both together, the fewest before first.
            let more_than = |room: usize| {
                let mut beyond = after.exactly.iter().skip(room + 1).fold(after.more, |sum, chance| sum + *chance);
                let mut sum = before.exactly.iter().skip(room + 1).fold(before.more, |sum, chance| sum + *chance);
                for (down, chance) in before.exactly.iter().take(room + 1).enumerate() {
                    sum = sum + *chance * beyond;
                    beyond = beyond + after.exactly.get(room - down).copied().unwrap_or(Scaled::ZERO);
                }
                Unavailability(sum.min(Scaled::ONE))
            };
            let always = spare.checked_sub(1).map_or(Unavailability::ALWAYS, more_than);
            // It makes the difference when just as many of the others are down as may be.
            let both = before.exactly.iter().zip(after.exactly.iter().rev());
            let slope = both.fold(Scaled::ZERO, |sum, (before, after)| sum + *before * *after);
            let made = Line { never: more_than(spare), always, slope };
            after.take_in(*part);
            made
        })
        .collect();
    each.reverse();
    each
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::string::ToString;
    use std::vec;

    use super::*;

    fn part(share: f64) -> Block {
        Block::part(Unavailability::new(share).unwrap())
    }

    #[test]
    fn blocks_keep_their_bounds() {
        let mut block = part(0.001);
        for _ in 0..DEPTH_MAX {
            block = Block::series(vec![block]).unwrap();
        }
        assert_eq!(Block::series(vec![block]), Err(BlockError::TooDeep));
        assert!(Block::series(vec![part(0.1); PARTS_MAX as usize]).is_ok());
        assert_eq!(Block::series(vec![part(0.1); PARTS_MAX as usize + 1]), Err(BlockError::TooMany));
        assert_eq!(Block::series(vec![]), Err(BlockError::Empty));
        assert_eq!(Block::parallel(vec![], CommonCause::NONE), Err(BlockError::Empty));
        let wrong = Block::k_of_n(4, vec![part(0.1); 3], CommonCause::NONE).unwrap_err();
        assert_eq!(wrong.to_string(), "4 of 3 is none: it goes from 1 to 3");
        assert!(Block::k_of_n(0, vec![part(0.1)], CommonCause::NONE).is_err());
    }

    #[test]
    fn contributions_name_the_weakest() {
        // series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))
        let app = Block::k_of_n(2, vec![part(0.001); 3], CommonCause::NONE).unwrap();
        let db = Block::parallel(vec![part(0.0005); 2], CommonCause::NONE).unwrap();
        let block = Block::series(vec![part(0.0001), app, db]).unwrap();
        let whole = block.down();
        assert!((whole.share().unwrap() - 1.0e-4 - 2.998e-6 - 2.5e-7).abs() < 1e-9);
        let all = block.contributions();
        let paths: Vec<&[usize]> = all.iter().map(|one| &*one.path).collect();
        let expected: [&[usize]; 9] = [&[], &[0], &[1], &[1, 0], &[1, 1], &[1, 2], &[2], &[2, 0], &[2, 1]];
        assert_eq!(paths, expected);
        let share = |path: &[usize]| all.iter().find(|one| one.path == path).unwrap().costs.share().unwrap();
        assert!((share(&[]) - whole.share().unwrap()).abs() < 1e-18);
        assert!(share(&[0]) > share(&[1]) && share(&[1]) > share(&[2]) && share(&[2]) > 0.0);
        let if_down = |path: &[usize]| all.iter().find(|one| one.path == path).unwrap().if_always;
        assert_eq!(if_down(&[0]), Unavailability::ALWAYS);
        // One application server less: the other two are both needed.
        assert!((if_down(&[1, 0]).share().unwrap() - 0.0021).abs() < 1e-5);
        assert!((if_down(&[2, 1]).share().unwrap() - 0.0006).abs() < 1e-5);
    }

    #[test]
    fn each_child_makes_the_difference_that_it_makes() {
        let downs = [0.1, 0.25, 0.3, 0.05, 0.2, 0.02];
        // Five beside a sixth, in a group with a cause of its own and one in series.
        let system = |downs: &[f64], needed: usize, cause: CommonCause| {
            let parts: Vec<Block> = downs.iter().map(|down| part(*down)).collect();
            let five = if needed == 5 {
                Block::series(parts[..5].to_vec())
            } else {
                Block::k_of_n(needed, parts[..5].to_vec(), cause)
            };
            let both = Block::parallel(vec![five.unwrap(), parts[5].clone()], cause).unwrap();
            let how = Failover { works: 0.9, takes: Duration::from_secs(60), repair: Duration::from_secs(3600) };
            Block::failover(Block::series(vec![both, part(0.01)]).unwrap(), part(0.5), how).unwrap()
        };
        for (needed, beta) in [(1, 0.0), (1, 0.2), (2, 0.0), (3, 0.2), (4, 0.1), (5, 0.0), (5, 0.3)] {
            let cause = CommonCause::new(beta).unwrap();
            let all = system(&downs, needed, cause).contributions();
            for place in 0..downs.len() {
                let path = if place < 5 { vec![0, 0, 0, place] } else { vec![0, 0, 1] };
                let found = all.iter().find(|one| one.path == path).unwrap();
                for (instead, told) in [(0.0, found.if_never), (1.0, found.if_always)] {
                    let mut changed = downs;
                    changed[place] = instead;
                    let (told, down) = (told.share().unwrap(), system(&changed, needed, cause).down().share().unwrap());
                    assert!((told - down).abs() <= 1e-13 * down, "{needed} of 5, {beta}, {place}: {told}, {down}");
                }
            }
        }
    }

    #[test]
    fn one_of_one_has_nothing_to_share() {
        let beta = CommonCause::new(0.1).unwrap();
        let alone = Block::parallel(vec![part(0.001)], beta).unwrap();
        assert_eq!(alone.down(), part(0.001).down());
        let three = Block::parallel(vec![part(0.001); 3], beta).unwrap();
        assert_eq!(three.down(), beta.k_of_n_alike(1, 3, part(0.001).down()));
    }
}
