//! A slow line to the server: what a phone far away has. It needs no right to shape the machine's traffic, and unlike the
//! browser's own brake it makes connecting cost something too.

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that travel at a time, as in a packet.
const PACKET: usize = 1_460;

/// A line that all connections to a server share.
pub(crate) struct Line {
    /// From asking to the first byte of the answer.
    round_trip: Duration,
    bytes_per_second: f64,
    /// When what is on its way has passed.
    free: Mutex<Instant>,
}

impl Line {
    /// The one that Lighthouse's mobile preset simulates: 150 ms there and back, 1.6 Mbit/s.
    pub(crate) fn of_a_phone() -> Self {
        let bytes_per_second = 1.6 * 1024.0 * 1024.0 / 8.0;
        Self { round_trip: Duration::from_millis(150), bytes_per_second, free: Mutex::new(Instant::now()) }
    }

    /// When a connection that was asked for now stands.
    pub(crate) fn connected(&self) -> Instant {
        Instant::now() + self.round_trip
    }

    /// Waits as long as a question and the beginning of its answer travel on a connection that stands from `connected` on.
    pub(crate) fn travel(&self, connected: Instant) {
        sleep_until(connected.max(Instant::now()) + self.round_trip);
    }

    /// Writes at the line's pace; connections take turns.
    pub(crate) fn write(&self, mut to: impl Write, bytes: &[u8]) -> std::io::Result<()> {
        for packet in bytes.chunks(PACKET) {
            sleep_until(self.passed(packet.len(), Instant::now()));
            to.write_all(packet)?;
        }
        Ok(())
    }

    /// When so many bytes that are sent now have passed: after those that were sent before them.
    fn passed(&self, bytes: usize, now: Instant) -> Instant {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(now) + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
        *free
    }
}

fn sleep_until(then: Instant) {
    std::thread::sleep(then.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_wait_for_those_before_them() {
        let line = Line::of_a_phone();
        let now = Instant::now() + Duration::from_secs(1);
        assert_eq!((line.passed(209_716, now) - now).as_millis(), 1_000);
        assert_eq!((line.passed(209_716, now) - now).as_millis(), 2_000);
        let later = now + Duration::from_secs(9);
        assert_eq!((line.passed(104_858, later) - later).as_millis(), 500);
        let mut there = Vec::new();
        Line::of_a_phone().write(&mut there, b"all of it").unwrap();
        assert_eq!(there, b"all of it");
    }
}
