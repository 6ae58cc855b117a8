//! The numbers.

use super::el::{El, el};
use super::log::tone;
use crate::lab::Readout;

/// Tiles, one a number.
pub(crate) fn readouts(readouts: Vec<Readout>) -> El {
    let mut tiles = el("dl.tiles.num[data-part=readouts]");
    for readout in readouts {
        let tile = el("div").class(tone(readout.tone)).key(readout.id).word("data-readout", readout.id);
        tiles = tiles.put(tile.put(el("dt").text(readout.label)).put(el("dd").text(readout.value)));
    }
    tiles
}
