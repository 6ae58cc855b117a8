//! What each part of a system does to the whole.

use std::cmp::Ordering;

use halfopen_core::availability::{Block, Unavailability};

use super::{Is, System};

/// A part, and what it does to the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is called.
    pub label: String,
    /// The way to it from the outermost block: the place of each among its siblings.
    pub path: Vec<usize>,
    /// How often it is down.
    pub down: Unavailability,
    /// The share of time that the whole is down because of it.
    pub costs: Unavailability,
    /// How often the whole would be down if it always were.
    pub if_down: Unavailability,
}

/// All parts, those first that cost most. `block` is what the system comes to.
pub fn parts(system: &System, block: &Block) -> Vec<Part> {
    let mut parts = Vec::new();
    for one in block.contributions() {
        let found = one.path.iter().try_fold(system, |system, place| system.children().nth(*place));
        let Some(Is::Part { down, .. }) = found.map(|found| &found.is) else { continue };
        parts.push(Part {
            label: found.map(System::label).unwrap_or_default(),
            down: *down,
            costs: one.costs,
            if_down: one.if_always,
            path: one.path,
        });
    }
    // Shares are numbers, which all can be told apart.
    parts.sort_by(|left, right| right.costs.partial_cmp(&left.costs).unwrap_or(Ordering::Equal));
    parts
}
