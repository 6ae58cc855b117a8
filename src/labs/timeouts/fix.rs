//! *Fix it*: timeouts that fit into each other.

use std::time::Duration;

use halfopen_core::deadline::Worst;

use super::rules;
use super::setup::{self, A, ATTEMPTS, B, CLIENT, Chain, Setup, TIMEOUTS, layer, value};
use crate::lab::{Config, Edit, Value};

/// What a knob of a timeout holds at most.
pub(super) const LONGEST: Duration = Duration::from_secs(600);
/// A slower C is not waited for.
const PATIENT: Duration = Duration::from_secs(60);

pub(super) const EDITS: &[Edit] = &[
    Edit {
        id: "fit",
        help: "Sets the timeout of a hop as Fix it would: all that it may spend fits into what its caller has left.",
        make: |config, args, _| fitted(config, args, TIMEOUTS, |chain, hop| value(chain.timeout(hop))),
    },
    Edit {
        id: "fit_attempts",
        help: "Sets the attempts of a hop as Fix it would: as many as its caller's time is enough for.",
        make: |config, args, _| {
            fitted(config, args, ATTEMPTS, |chain, hop| Value::Number(i64::from(chain.attempts(hop))))
        },
    },
];

type Made = Result<(&'static str, Value), String>;

fn fitted(config: &Config, args: &[i64], knobs: [&'static str; 3], make: fn(&Chain, usize) -> Value) -> Made {
    let hop = args.first().and_then(|hop| usize::try_from(*hop).ok()).unwrap_or(usize::MAX);
    let knob = knobs.get(hop).ok_or("Only the client, A and B wait for another.")?;
    let setup = Setup::new(config);
    Ok((knob, make(&consistent(&setup.chain, setup.p99()), hop)))
}

/// The same chain with timeouts, and where need be fewer attempts, for which every rule holds. The client's timeout stays
/// where one call of C can be waited for within it.
pub(super) fn consistent(chain: &Chain, p99: Duration) -> Chain {
    if rules::broken(chain) == 0 {
        return chain.clone();
    }
    // What C is given: 99 of 100 answers come within that.
    let least = if chain.propagate { chain.least } else { Duration::ZERO };
    let answer = chain.way * 2 + ceil(p99.min(PATIENT).max(least).max(Duration::from_millis(1)));
    if let Some(outer) = chain.timeout(CLIENT) {
        // A retry near to what fails is the best one: A's go first.
        for inner in (1..=chain.attempts(B)).rev() {
            for middle in (1..=chain.attempts(A)).rev() {
                let made = inwards(chain, outer, middle, inner);
                if made.timeout(B).is_some_and(|given| given >= answer) && rules::broken(&made) == 0 {
                    return made;
                }
            }
        }
    }
    let with = |middle, inner| {
        let given = |hop: usize, attempts: u32, timeout: Duration| {
            worst(chain, hop, attempts, timeout).time.unwrap_or(LONGEST).saturating_add(taken(chain))
        };
        let of_a = given(B, inner, answer);
        given(A, middle, of_a)
    };
    let whole = with(chain.attempts(A), chain.attempts(B));
    // A client without a timeout gets one that is enough for all; one whose timeout is too short, one for a single attempt.
    let fits = chain.timeout(CLIENT).is_none() && whole <= LONGEST;
    let (outer, middle, inner) = if fits { (whole, chain.attempts(A), chain.attempts(B)) } else { (with(1, 1), 1, 1) };
    inwards(chain, ceil(outer).max(chain.timeout(CLIENT).unwrap_or_default()), middle, inner)
}

/// What of a caller's timeout a hop cannot spend on calling on.
fn taken(chain: &Chain) -> Duration {
    chain.around() + chain.margin.max(chain.way)
}

/// From the client's timeout inwards: each hop gets what its caller's leaves.
fn inwards(chain: &Chain, outer: Duration, middle: u32, inner: u32) -> Chain {
    let given = |timeout: Duration, hop: usize, attempts: u32| {
        let room = timeout.saturating_sub(taken(chain)).saturating_sub(waits(chain, hop, attempts));
        floor(room / attempts.max(1))
    };
    let of_a = given(outer, A, middle);
    let of_b = given(of_a, B, inner);
    let mut made = chain.clone();
    let set = [(outer, chain.attempts(CLIENT)), (of_a, middle), (of_b, inner)];
    for (place, (timeout, attempts)) in made.layers.iter_mut().zip(set) {
        let timeout = timeout.max(Duration::from_millis(1));
        *place = layer(Some(timeout), attempts, place.settings().backoff);
    }
    made
}

/// What so many attempts of a hop come to, each with such a timeout.
fn worst(chain: &Chain, hop: usize, attempts: u32, timeout: Duration) -> Worst {
    let backoff = chain.layer(hop).map(|layer| layer.settings().backoff).unwrap_or_default();
    Worst::of_a_call(None).behind(&layer(Some(timeout), attempts, backoff))
}

/// All waits between so many attempts, at most.
fn waits(chain: &Chain, hop: usize, attempts: u32) -> Duration {
    worst(chain, hop, attempts, LONGEST).waits.unwrap_or_default()
}

/// Down to a whole millisecond.
fn floor(time: Duration) -> Duration {
    time.saturating_sub(Duration::from_nanos(u64::from(time.subsec_nanos() % 1_000_000)))
}

/// Up to a whole millisecond.
fn ceil(time: Duration) -> Duration {
    floor(time.saturating_add(Duration::from_nanos(999_999)))
}

/// What was changed, in words: “A waits 5.6 s, B 5.2 s”.
pub(super) fn changes(from: &Chain, to: &Chain) -> String {
    let mut said = Vec::new();
    for (hop, name) in setup::NAMES.into_iter().enumerate().take(3) {
        let (attempts, timeout) = (to.attempts(hop), to.timeout(hop));
        if from.timeout(hop) == timeout && from.attempts(hop) == attempts {
            continue;
        }
        let times = if from.attempts(hop) == attempts {
            String::new()
        } else {
            // Whatever each waits, all of them together would not fit.
            let times = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
            format!(" and tries {times}, for more do not fit")
        };
        said.push(format!("{name} waits {}{times}", setup::told(timeout)));
    }
    said.join(", ")
}
