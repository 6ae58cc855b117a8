//! The fingerprint of a run: a hash over its events, in order.
//!
//! Two runs with the same hash did the same things at the same times. The hash is xxHash64 (seed 0) over the events in
//! the byte order of [`Trace::event`], so it can be recomputed elsewhere.

use crate::time::Instant;
use xxhash_rust::xxh64::Xxh64;

/// Numbers that are hashed at once.
const PIECE: usize = 6;

/// The running hash of a run's events.
#[derive(Clone)]
pub struct Trace {
    hash: Xxh64,
    events: u64,
}

impl Trace {
    /// An empty trace.
    pub fn new() -> Self {
        Self { hash: Xxh64::new(0), events: 0 }
    }

    /// Adds an event: its time in nanoseconds, its kind, and up to any number of details, each as a little-endian `u64`
    /// after the count of details. Kinds are numbered by whoever records.
    pub fn event(&mut self, at: Instant, kind: u16, details: &[u64]) {
        self.events = self.events.saturating_add(1);
        let head = [at.as_nanos(), u64::from(kind), details.len() as u64];
        let mut numbers = head.iter().chain(details);
        // In pieces as long as most events are: the hash is over the bytes, however they are handed over, and each
        // handing over takes longer than hashing them.
        let mut piece = [0; PIECE * 8];
        loop {
            let mut filled = 0;
            for (place, number) in piece.chunks_exact_mut(8).zip(&mut numbers) {
                place.copy_from_slice(&number.to_le_bytes());
                filled += 8;
            }
            self.hash.update(piece.get(..filled).unwrap_or_default());
            if filled < piece.len() {
                return;
            }
        }
    }

    /// How many events there were.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The hash of all events so far.
    pub fn hash(&self) -> u64 {
        self.hash.digest()
    }
}

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Trace {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Trace({} events, {:016x})", self.events, self.hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_over_the_bytes_however_many_details_there_are() {
        for many in 0..3 * PIECE as u64 {
            let details: std::vec::Vec<u64> = (0..many).map(|number| number * 0x1234_5678_9abc).collect();
            let (mut trace, mut plain) = (Trace::new(), Xxh64::new(0));
            trace.event(Instant::from_millis(7), 3, &details);
            for number in [7_000_000, 3, many].iter().chain(&details) {
                plain.update(&number.to_le_bytes());
            }
            assert_eq!(trace.hash(), plain.digest(), "{many} details");
        }
    }

    #[test]
    fn order_time_and_details_matter() {
        let run = |events: &[(u64, u16, &[u64])]| {
            let mut trace = Trace::new();
            for (at, kind, details) in events {
                trace.event(Instant::from_nanos(*at), *kind, details);
            }
            trace.hash()
        };
        let hash = run(&[(1, 1, &[7]), (2, 1, &[])]);
        assert_eq!(hash, run(&[(1, 1, &[7]), (2, 1, &[])]));
        assert_ne!(hash, run(&[(2, 1, &[]), (1, 1, &[7])]));
        assert_ne!(hash, run(&[(1, 1, &[8]), (2, 1, &[])]));
        assert_ne!(hash, run(&[(1, 1, &[]), (2, 1, &[7])]));
    }
}
