//! The table of links with the traces that they must give, on every target: natively in debug and release, and in the
//! browsers. `HALFOPEN_BLESS=1 cargo test --test replay` writes it anew.
#![allow(unreachable_pub, reason = "no library: used by the test file alone")]

use halfopen::lab::Lane;
use halfopen::lab::link::{self, Link, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;

const TABLE: &str = include_str!("replays.txt");

/// A link and what its run must be.
pub struct Replay {
    /// Links to a playhead.
    pub link: &'static str,
    /// What it must give: `trace hash, events, entries of the log`, of two lanes both.
    pub gives: &'static str,
}

/// The lines of the table: what the link gives, two spaces, the link. `//` begins a comment.
pub fn replays() -> impl Iterator<Item = Replay> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with("//"))
        .filter_map(|line| line.split_once("  ").map(|(gives, link)| Replay { link, gives }))
}

/// Plays a link to its playhead, and says what it gave. `None` when it leads to no lab or has something wrong with it.
pub fn play(text: &str) -> Option<(Link, String)> {
    let (Target::Lab(link), notices) = link::read(text, LABS) else { return None };
    if !notices.is_empty() {
        return None;
    }
    let mut session = Session::open(&link);
    session.seek(link.at?);
    // Of two lanes both.
    let lanes: &[Lane] = if session.is_comparing() { &Lane::ALL } else { &[Lane::A] };
    let gives = lanes.iter().map(|lane| {
        let record = session.record_of(*lane);
        format!("{:016x} {} {}", record.trace().hash(), record.trace().events(), record.logged())
    });
    let gives = gives.collect::<Vec<_>>().join(" ");
    Some((link, gives))
}
