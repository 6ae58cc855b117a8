//! Systems as a line of text: `series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%))`.
//!
//! `series(…)` needs all that is in it, `parallel(…)` one, `2of3(…)` two of three: of those listed, or of one that stands for
//! three alike. `common 10%` in a group is the share of failures that its parts have together. A part has a name, if it likes,
//! and says how available it is: `99.9%`, `three nines`, `3.5 nines`, `8.76h/year` down, or `30d/1h` between failures and to
//! repair.

pub mod available;
mod parts;
mod read;
mod value;
pub mod words;

use core::ops::Range;

use halfopen_core::availability::{Block, CommonCause, Unavailability};

use crate::lab::knob::DocumentError;

pub use parts::{Part, parts};
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
    },
    /// A group.
    Group {
        /// How many of its blocks are needed.
        needed: Needed,
        /// What they have in common.
        common: CommonCause,
        /// What is in it.
        blocks: Vec<System>,
        /// How many there are of each: more than one only of a single block.
        copies: usize,
    },
}

/// How many blocks of a group are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// All of them.
    All,
    /// Any one.
    One,
    /// So many.
    Of(usize),
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

    /// To be worked out.
    ///
    /// # Errors
    /// The block that is too deep or has too many parts, and what would do.
    pub fn block(&self) -> Result<Block, DocumentError> {
        let Is::Group { needed, common, .. } = &self.is else {
            let Is::Part { down, .. } = &self.is else { return Ok(Block::part(Unavailability::ALWAYS)) };
            return Ok(Block::part(*down));
        };
        let children = self.children().map(Self::block).collect::<Result<Vec<_>, _>>()?;
        let made = match needed {
            Needed::All => Block::series(children),
            Needed::One => Block::parallel(children, *common),
            Needed::Of(needed) => Block::k_of_n(*needed, children, *common),
        };
        made.map_err(|error| DocumentError { at: self.at.clone(), message: format!("{}: {error}.", self.label()) })
    }
}
