//! The clients of one strategy, and what each of them did and will do.

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{Config as Waits, Series};
use halfopen_core::breaker::Permit;
use halfopen_core::retry::{self, Retry};
use halfopen_core::rng::{Seed, Stream};

use super::settings::{Guard, Overlay, Setup};

/// The clients of one strategy.
#[derive(Clone)]
pub(super) struct Lane {
    /// Laid over the lab's own strategy, which is the lane without.
    pub(super) overlay: Option<Overlay>,
    pub(super) retry: retry::Config,
    pub(super) clients: Vec<Client>,
}

/// A client with one request.
#[derive(Clone)]
pub(super) struct Client {
    /// When its request begins.
    pub(super) begins: Instant,
    pub(super) retry: Option<Retry>,
    pub(super) jitter: Stream,
    pub(super) permit: Option<Permit>,
    pub(super) tries: Vec<Try>,
    /// All attempts that it may make, and when if none is answered; checkpoints share it.
    pub(super) plan: Rc<[Planned]>,
    /// How many of them it makes at most while no breaker steps in: the last of them is answered.
    reach: usize,
    pub(super) over: bool,
    /// How often the backend did the work for its request.
    pub(super) done: u32,
}

/// An attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Try {
    pub(super) at: Instant,
    pub(super) came: Came,
    /// When it ended, and how long the client waits then; none after the last.
    pub(super) ended: Option<Instant>,
    pub(super) wait: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    UnderWay,
    Failed,
    Refused,
    Answered,
}

/// An attempt to come, after a wait that was drawn so far between its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Planned {
    pub(super) at: Instant,
    pub(super) wait: Duration,
    pub(super) draw: f64,
}

impl Lane {
    /// The clients at the beginning of a round. Chance is the same in every lane: so is each client's beginning in every
    /// round, and `draws` alone makes other waits.
    pub(super) fn new(
        (overlay, retry): (Option<Overlay>, retry::Config),
        setup: &Setup,
        seed: Seed,
        draws: u64,
        now: Instant,
    ) -> Self {
        let round = seed.fork("draws", draws);
        let clients = (0..u64::from(setup.clients)).map(|number| {
            // Drawn even when all begin together, so that turning it shifts nothing.
            let share = seed.fork("client", number).stream("beginning").unit();
            let begins = now + halfopen_core::rng::scaled(setup.spread, share);
            let jitter = round.fork("client", number).stream("jitter");
            let plan = plan(retry.backoff(), &mut jitter.clone(), begins, retry.settings().attempts, setup.takes);
            Client {
                begins,
                retry: None,
                jitter,
                permit: None,
                tries: Vec::new(),
                plan: plan.into(),
                reach: (setup.fails as usize).saturating_add(1),
                over: false,
                done: 0,
            }
        });
        Self { overlay, retry, clients: clients.collect() }
    }

    /// When the last attempt ends at the latest. Those that a breaker turns away count, so behind one a client may come to
    /// attempts after the one that would have been answered.
    pub(super) fn ends(&self, setup: &Setup) -> Instant {
        let alone = self.overlay.is_some() || setup.guard == Guard::None;
        let planned = |client: &Client| if alone { client.alone().last() } else { client.plan.last() }.copied();
        let last = self.clients.iter().filter_map(planned);
        last.map(|last| last.at + setup.takes).max().unwrap_or_default()
    }
}

fn plan(waits: &Waits, jitter: &mut Stream, begins: Instant, attempts: u32, takes: Duration) -> Vec<Planned> {
    let mut series = Series::new();
    let mut plan = vec![Planned { at: begins, wait: Duration::ZERO, draw: 0.0 }];
    let mut at = begins;
    for _ in 1..attempts {
        let draw = jitter.unit();
        let Some(wait) = series.next(waits, draw, None) else { break };
        at = at + takes + wait;
        plan.push(Planned { at, wait, draw });
    }
    plan
}

impl Client {
    /// Which attempt is under way, was the last, or comes first: counted from 1.
    pub(super) fn attempt(&self) -> u32 {
        (self.tries.len() as u32).max(1)
    }

    /// The attempts that it comes to while the backend stays broken and no breaker steps in.
    pub(super) fn alone(&self) -> &[Planned] {
        self.plan.get(..self.reach.min(self.plan.len())).unwrap_or_default()
    }

    /// When it tries again, if it waits for that.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        if self.over {
            return None;
        }
        let Some(last) = self.tries.last() else { return Some(self.begins) };
        Some(last.ended? + last.wait?)
    }

    /// What it does next, as far as that is settled: all that is planned while everything `fails`, or no more than the next
    /// attempt.
    pub(super) fn ahead(&self, fails: bool) -> impl Iterator<Item = Instant> {
        let next = self.waits_until();
        let planned = if fails && !self.over { self.alone().get(self.tries.len()..).unwrap_or_default() } else { &[] };
        // While an attempt is under way the next is as far off as if it failed.
        planned.iter().map(|planned| planned.at).chain(next.filter(|_| !fails))
    }
}
