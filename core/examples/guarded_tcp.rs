//! A breaker in front of a real TCP service, with real time: the service answers, goes away, and comes back.
//!
//! The core has no clock, so `now` is what `std` says has passed since the program began. Everything stays on the
//! loopback interface, and the program ends by itself after about two seconds.
//!
//! `cargo run -p halfopen-core --example guarded_tcp`
#![allow(clippy::disallowed_methods, reason = "this is the one place that has a clock: a caller of the core")]

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{Breaker, Config, Event, EventKind, OpenFor, Settings, Trip};

/// The time since the program began, as the core tells time.
struct Clock(std::time::Instant);

impl Clock {
    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }
}

/// One call of the service: a byte there and a byte back.
fn call(address: SocketAddr) -> io::Result<u8> {
    let timeout = Duration::from_millis(100);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(&[41])?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    Ok(answer[0])
}

/// Answers so many calls, each with the byte after the one it was sent; then the service is gone.
fn serve(listener: TcpListener, calls: usize) -> thread::JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        for stream in listener.incoming().take(calls) {
            let mut stream = stream?;
            let mut question = [0];
            stream.read_exact(&mut question)?;
            stream.write_all(&[question[0].wrapping_add(1)])?;
        }
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings {
        trip: Trip::Consecutive { failures: 3 },
        open_for: OpenFor::constant(Duration::from_millis(500)),
        ..Settings::default()
    };
    let clock = Clock(std::time::Instant::now());
    let mut breaker = Breaker::<100>::new(Config::new(settings)?, clock.now())?;
    let mut tell = |event: Event| {
        if let EventKind::Transition { to, reason, .. } = event.kind {
            println!("{:>8.3} s  {to}: {reason}", event.at.as_secs_f64());
        }
    };

    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let mut service = Some(serve(listener, 4));
    for turn in 1..=20 {
        if turn == 12 {
            // The same address again: the service is back, for the calls that are left.
            if let Some(ended) = service.take() {
                ended.join().map_err(|_| "the service panicked")??;
            }
            service = TcpListener::bind(address).ok().map(|listener| serve(listener, usize::MAX));
        }
        match breaker.try_acquire_with(clock.now(), &mut tell) {
            Err(rejected) => println!("{:>8.3} s  call {turn}: refused, {rejected}", clock.now().as_secs_f64()),
            Ok(permit) => match call(address) {
                Ok(answer) => {
                    println!("{:>8.3} s  call {turn}: answered {answer}", clock.now().as_secs_f64());
                    breaker.on_success_with(permit, clock.now(), &mut tell);
                }
                Err(error) => {
                    println!("{:>8.3} s  call {turn}: {error}", clock.now().as_secs_f64());
                    breaker.on_failure_with(permit, clock.now(), &mut tell);
                }
            },
        }
        thread::sleep(Duration::from_millis(80));
    }
    println!(
        "{} calls refused in this state, opened {} time(s)",
        breaker.figures(clock.now()).not_permitted,
        breaker.opened_count()
    );
    Ok(())
}
