//! Retries with backoff around a breaker, in front of a real TCP service that hangs up on two calls of three.
//!
//! The core sleeps for nobody: the retry says until when to wait, and this program does. Everything stays on the loopback
//! interface, and the program ends by itself after a second or two.
//!
//! `cargo run -p halfopen-core --example retrying_tcp`
#![allow(clippy::disallowed_methods, reason = "this is the one place that has a clock: a caller of the core")]

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{self, Jitter, Kind};
use halfopen_core::breaker::{self, Breaker, OpenFor, Trip};
use halfopen_core::retry::{Config, Outcome, Retry, Settings, Verdict};
use halfopen_core::rng::{Seed, Stream};

/// The time since the program began, as the core tells time.
struct Clock(std::time::Instant);

impl Clock {
    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }
}

/// One call of the service: a byte there and a byte back.
fn call(address: SocketAddr, question: u8, timeout: Duration) -> io::Result<u8> {
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(&[question])?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    Ok(answer[0])
}

/// A request with all its attempts: the answer, or the last attempt's error as it came.
fn request(
    config: &Config,
    breaker: &mut Breaker<100>,
    jitter: &mut Stream,
    clock: &Clock,
    attempt: impl Fn(Duration) -> io::Result<u8>,
) -> io::Result<u8> {
    let mut retry = Retry::new(clock.now());
    loop {
        let left = retry.deadline(config).map_or(Duration::MAX, |deadline| deadline - clock.now());
        let (result, outcome) = match breaker.try_acquire(clock.now()) {
            Err(refused) => (Err(io::Error::other(refused)), Outcome::Refused { retry_after: refused.retry_after }),
            Ok(permit) => match attempt(left.max(Duration::from_millis(1))) {
                Ok(answer) => {
                    breaker.on_success(permit, clock.now());
                    (Ok(answer), Outcome::Success)
                }
                Err(error) => {
                    breaker.on_failure(permit, clock.now());
                    (Err(error), Outcome::FAILED)
                }
            },
        };
        match retry.on_result(config, outcome, jitter, clock.now()) {
            Verdict::Done => return result,
            Verdict::GiveUp { reason, .. } => {
                println!("  giving up: {reason}");
                return result;
            }
            Verdict::Wait { until, wait } => {
                let error = result.err().map_or_else(String::new, |error| error.to_string());
                println!("  attempt {}: {error}; again in {wait:.0?}", retry.attempt());
                thread::sleep(until - clock.now());
                retry.begin(clock.now());
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    // Answers every third call, and hangs up on the others.
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut question = [0];
            let Ok(mut stream) = stream else { continue };
            if number % 3 == 2 && stream.read_exact(&mut question).is_ok() {
                let _ = stream.write_all(&[question[0].wrapping_add(1)]);
            }
        }
    });

    let waits = backoff::Settings {
        cap: Some(Duration::from_millis(200)),
        jitter: Jitter::Full,
        // No longer than the breaker is open.
        hint_slack: Some(Duration::from_millis(100)),
        ..backoff::Settings::plain(Kind::Exponential { base: Duration::from_millis(20), factor_permille: 2000 })
    };
    let config = Config::new(Settings {
        attempts: 6,
        backoff: waits,
        total_time: Some(Duration::from_secs(2)),
        attempt_timeout: Some(Duration::from_millis(100)),
        retries_refusals: true,
    })?;
    let settings = breaker::Settings {
        trip: Trip::Consecutive { failures: 3 },
        open_for: OpenFor::constant(Duration::from_millis(100)),
        ..breaker::Settings::default()
    };
    let clock = Clock(std::time::Instant::now());
    let mut breaker = Breaker::<100>::new(breaker::Config::new(settings)?, clock.now())?;
    let mut jitter = Seed(1).stream("jitter");
    for question in [41, 42, 43] {
        println!("request {question}");
        let timed = |timeout| call(address, question, timeout);
        println!("  answered {}", request(&config, &mut breaker, &mut jitter, &clock, timed)?);
    }
    println!("a request to nobody");
    let gone = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    if let Err(error) = request(&config, &mut breaker, &mut jitter, &clock, |timeout| call(gone, 0, timeout)) {
        println!("  failed: {error}");
    }
    Ok(())
}
