//! One run: the clients, the row, and the network between them.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{Config, Series};
use halfopen_core::rng::{Seed, Stream};
use halfopen_core::sim::Queue;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Until the last client has received its success.
    pub(super) time: Duration,
    /// Writes that reached the server, failed ones included; there are as many reads.
    pub(super) writes: u32,
}

/// A message of a client reaches the server.
#[derive(Clone, Copy)]
enum Arrival {
    Read { client: usize },
    Write { client: usize, seen: u32 },
}

/// Plays one run to its end. It has one: of the writes under way, the first to arrive after a success carries a version
/// read since then, or fails and reads again.
pub(super) fn run(waits: &Config, clients: u32, seed: Seed) -> Outcome {
    let (mut network, mut jitter) = (seed.stream("network"), seed.stream("jitter"));
    let mut series = vec![Series::new(); clients as usize];
    let mut queue = Queue::new();
    for client in 0..series.len() {
        queue.push(Instant::ZERO + legs(&mut network).0, Arrival::Read { client });
    }
    let (mut version, mut writes, mut end) = (0, 0, Instant::ZERO);
    while let Some((now, arrival)) = queue.pop_until(Instant::MAX) {
        // Back to the client with the answer, and to the server with what it sends next. The answers change nothing by
        // themselves, so their arrival is no event.
        let (back, there) = legs(&mut network);
        match arrival {
            Arrival::Read { client } => queue.push(now + back + there, Arrival::Write { client, seen: version }),
            Arrival::Write { client, seen } => {
                writes += 1;
                if seen == version {
                    version += 1;
                    end = end.max(now + back);
                } else if let Some(series) = series.get_mut(client) {
                    let wait = series.next(waits, jitter.unit(), None).unwrap_or_default();
                    queue.push(now + back + wait + there, Arrival::Read { client });
                }
            }
        }
    }
    Outcome { time: end - Instant::ZERO, writes }
}

/// How long two messages take: each |Normal(10 ms, 2 ms)|.
fn legs(network: &mut Stream) -> (Duration, Duration) {
    let leg = |normal: f64| Duration::from_nanos(libm::round(libm::fabs(10e6 + 2e6 * normal)) as u64);
    let (one, other) = network.normals();
    (leg(one), leg(other))
}
