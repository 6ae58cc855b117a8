//! Systems as a line of text: `series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))`.
//!
//! `series(…)` needs all that is in it, `parallel(…)` one, `2of3(…)` two of three: of those listed, or of one that stands for
//! three alike. `common 10%` in a group is the share of failures that its parts have together. `failover(…, …)` has a primary
//! and a standby, and may say `takes 30s` and `works 99%`. A part has a name, if it likes,
//! and says how available it is: `99.9%`, `three nines`, `3.5 nines`, `8.76h/year` down, or `30d/1h` between failures and to
//! repair.

pub mod available;
mod parts;
mod read;
pub mod value;
pub mod words;

use core::ops::Range;
use core::time::Duration;

use halfopen_core::availability::{Block, CommonCause, Failover, Unavailability};

use crate::lab::knob::DocumentError;

pub use parts::{Part, parts};
pub(crate) use read::COMMON;
pub use read::{TEXT_MAX, read, read_all};

/// A block of a system, with where it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// What it is.
    pub is: Is,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq)]
pub enum Is {
    /// A part.
    Part {
        /// Its name; may be empty.
        name: String,
        /// How it said how available it is.
        said: String,
        /// How often it is down.
        down: Unavailability,
        /// How long a repair takes on average, in seconds, where it says so.
        to_repair: Option<f64>,
    },
    /// A group.
    Group {
        /// How many of its blocks are needed.
        needed: Needed,
        /// What they have in common, where it says so.
        common: Option<CommonCause>,
        /// What is in it.
        blocks: Vec<System>,
        /// How many there are of each: more than one only of a single block.
        copies: usize,
    },
}

/// How many blocks of a group are needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Needed {
    /// All of them.
    All,
    /// Any one.
    One,
    /// So many.
    Of(usize),
    /// The first, for which the second takes over.
    Failover {
        /// How long the takeover takes, in seconds.
        takes: f64,
        /// The share of takeovers that work.
        works: f64,
    },
}

impl Needed {
    /// Whether all of so many are needed.
    pub fn is_all(self, count: usize) -> bool {
        self == Self::All || self == Self::Of(count)
    }

    /// Whether any one of several suffices.
    pub fn is_one(self) -> bool {
        matches!(self, Self::One | Self::Of(1))
    }
}

/// What holds where a system does not say it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// What groups of which not all are needed have in common.
    pub common: CommonCause,
    /// How long a repair takes, in seconds.
    pub to_repair: f64,
    /// How much of what each part is down counts: 1 for all of it.
    pub scale: f64,
}

impl Default for Given {
    fn default() -> Self {
        Self { common: CommonCause::NONE, to_repair: 3600.0, scale: 1.0 }
    }
}

impl Given {
    /// What counts of how often a part is down. What is always down is so whatever else is.
    pub fn scaled(&self, down: Unavailability) -> Unavailability {
        if down == Unavailability::ALWAYS { down } else { down.part(self.scale) }
    }
}

impl System {
    /// What it is called where it is listed: its name, or how its text begins.
    pub fn label(&self) -> String {
        match &self.is {
            Is::Part { name, said, .. } if name.is_empty() => said.clone(),
            Is::Part { name, .. } => name.clone(),
            Is::Group { needed, blocks, copies, .. } => match needed {
                Needed::All => "series".to_owned(),
                Needed::One => "parallel".to_owned(),
                Needed::Of(needed) => format!("{needed}of{}", blocks.len() * copies),
                Needed::Failover { .. } => "failover".to_owned(),
            },
        }
    }

    /// The blocks in it; the same one several times where it stands for several alike.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let (blocks, copies) = match &self.is {
            Is::Part { .. } => (&[][..], 0),
            Is::Group { blocks, copies, .. } => (&blocks[..], *copies),
        };
        (0..copies).flat_map(move |_| blocks)
    }

    /// How long a repair takes in it, in seconds: the mean of its parts'.
    pub fn to_repair(&self, given: &Given) -> f64 {
        let (sum, count) = self.repairs(given);
        sum / f64::max(count, 1.0)
    }

    fn repairs(&self, given: &Given) -> (f64, f64) {
        match &self.is {
            Is::Part { to_repair, .. } => (to_repair.unwrap_or(given.to_repair), 1.0),
            Is::Group { blocks, .. } => blocks
                .iter()
                .map(|block| block.repairs(given))
                .fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1)),
        }
    }

    /// To be worked out.
    ///
    /// # Errors
    /// The block that is too deep or has too many parts, and what would do.
    pub fn block(&self, given: &Given) -> Result<Block, DocumentError> {
        let Is::Group { needed, common, .. } = &self.is else {
            let Is::Part { down, .. } = &self.is else { return Ok(Block::part(Unavailability::ALWAYS)) };
            return Ok(Block::part(given.scaled(*down)));
        };
        let children = self.children().map(|child| child.block(given)).collect::<Result<Vec<_>, _>>()?;
        let common = common.unwrap_or(given.common);
        let made = match needed {
            Needed::All => Block::series(children),
            Needed::One => Block::parallel(children, common),
            Needed::Of(needed) => Block::k_of_n(*needed, children, common),
            Needed::Failover { takes, works } => {
                let primary = self.children().next().map_or(given.to_repair, |primary| primary.to_repair(given));
                let long = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                let how = Failover { works: *works, takes: long(*takes), repair: long(primary) };
                let mut both = children.into_iter();
                match (both.next(), both.next()) {
                    (Some(primary), Some(standby)) => Block::failover(primary, standby, how),
                    // It is read with two.
                    _ => Ok(Block::part(Unavailability::ALWAYS)),
                }
            }
        };
        made.map_err(|error| DocumentError { at: self.at.clone(), message: format!("{}: {error}.", self.label()) })
    }
}

/// As much of what was written as fits into a message, without what would garble it.
pub fn shown(written: &str) -> String {
    let plain = |sign: &char| !sign.is_control() && !('\u{202a}'..='\u{202e}').contains(sign);
    written.chars().filter(plain).take(40).collect()
}
