//! What is measured, so that the native and the WebAssembly program measure the very same.
#![forbid(unsafe_code)]

use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;
use halfopen_core::Instant;

/// Plays a lab of one server and one of many threads under traffic, with faults coming and going, and tells how many events of the core there were.
pub fn play() -> u64 {
    let links = [
        "#/circuit-breaker?rate=1000/s&trip=rate&window=time&open_for=2s&do=5:break,15:heal,25:slow,35:heal",
        "#/cascade?do=15:heal,25:hang,40:heal",
    ];
    links.iter().map(|link| events(link, Instant::from_secs(60))).sum()
}

/// Events of the core in a run of a link.
fn events(link: &str, until: Instant) -> u64 {
    let (Target::Lab(link), _) = link::read(link, LABS) else { return 0 };
    let mut session = Session::open(&link);
    session.seek(until);
    session.record().trace().events()
}
