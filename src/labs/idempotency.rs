//! Idempotency keys: a payment whose answer is lost, a client that sends it again, and a service that should know it.

mod about;
mod client;
mod desk;
mod knobs;
mod numbers;
mod picture;
mod service;
mod setup;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::idempotency::{Refused, Ticket};
use halfopen_core::retry::Retry;
use halfopen_core::rng::Seed;
use halfopen_core::sim::Queue;

use crate::lab::record::{Level, Tally};
use crate::lab::scene::{Chart, Scene, Table, View};
use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Config, Record};
use service::Service;
use setup::Setup;

/// What *Pay 10 €* pays, in cents.
const PAID: u64 = 1_000;
/// What the same key comes with in *Same key, 25 €*.
const OTHER: u64 = 2_500;
/// What was lost lately, for the picture.
const RECENT_MAX: usize = 16;
/// Traffic up to this many thousandths of a payment a second is told payment by payment.
const TOLD_RATE_MAX: u64 = 1_000;

/// A client, a network that loses things, and a payment service with a ledger and a key store.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    seed: Seed,
    setup: Setup,
    queue: Queue<Event>,
    traffic: Traffic,
    service: Service,
    payments: BTreeMap<u64, Payment>,
    calls: BTreeMap<u64, Call>,
    requests: BTreeMap<u64, Request>,
    /// The reader's last payment, which further buttons are about.
    last: Option<u64>,
    /// Whether the next answer is lost, whosever it is.
    armed: bool,
    recent: VecDeque<Recent>,
    counts: Counts,
    full: Option<Full>,
    calls_made: u64,
    /// Payments of the traffic so far.
    arrived: u64,
    record: Record,
    charged: Level,
    owed: Level,
    keys: Level,
    answered: Tally,
    failed: Tally,
    rejected: Tally,
}

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    /// A request is where it gets lost, or its answer is.
    Lost(u64),
    Reaches(u64),
    Worked(u64),
    Returns(u64),
    TimeUp(u64),
    Again(u64),
    /// An answer leaves the key store.
    Expires,
}

/// What a customer wants to be charged for once.
#[derive(Clone, Debug)]
struct Payment {
    /// Which draws it gets.
    luck: u64,
    amount: u64,
    /// The payment after which its key is named: itself, but for a key that is used for another amount.
    key: u64,
    own: bool,
    /// Whether its first answer is to be lost.
    loses_first: bool,
    attempts: u32,
    charges: u32,
    charged_at: Instant,
    /// Calls and requests that are about it; without any it can be forgotten.
    open: u32,
    state: Known,
}

/// What the client knows of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Open,
    Paid,
    Refused,
    GaveUp,
}

/// The client's way with a payment: an attempt, and more where that brings no answer.
#[derive(Clone, Debug)]
struct Call {
    payment: u64,
    retry: Retry,
    /// The end of the wait, while it waits for the next attempt.
    again_at: Option<Instant>,
}

/// The name of a key: of which payment, and of which attempt where each has its own (else 0).
type Key = (u64, u32);

/// A message with a payment, from its sending until neither client nor service has anything to do with it.
#[derive(Clone, Debug)]
struct Request {
    payment: u64,
    amount: u64,
    attempt: u32,
    key: Option<Key>,
    /// Who waits for its answer; nobody once it timed out.
    call: Option<u64>,
    sent: Instant,
    loses: [bool; 2],
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Out,
    Work {
        begun: Instant,
        ticket: Option<Ticket>,
    },
    /// Until the first one with its key is done.
    Waits,
    Back {
        since: Instant,
        reply: Reply,
    },
    /// Lost, while its client still waits.
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Reply {
    /// Done, as this entry of the ledger says.
    Charged(u64),
    /// Done before.
    Stored(u64),
    Refused(Refused),
}

/// Something that was lost: a request or, `true`, an answer.
#[derive(Clone, Debug)]
struct Recent {
    at: Instant,
    id: u64,
    answer: bool,
}

/// New keys are refused because the store has no room.
#[derive(Clone, Copy, Debug)]
struct Full {
    since: Instant,
    last: Instant,
    refused: u64,
}

/// `requests = answered + failed + rejected + under way`, always.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    payments: u64,
    requests: u64,
    answered: u64,
    failed: u64,
    rejected: u64,
    replayed: u64,
    /// Payments charged more than once, and what they were charged too much, in cents.
    twice: u64,
    over: u64,
    gave_up: u64,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let half = Duration::from_millis(500);
        let mut lab = Self {
            now: Instant::ZERO,
            seed,
            queue: Queue::new(),
            traffic: Traffic::new(setup.arrivals, seed),
            service: Service::new(setup.store),
            payments: BTreeMap::new(),
            calls: BTreeMap::new(),
            requests: BTreeMap::new(),
            last: None,
            armed: false,
            recent: VecDeque::new(),
            counts: Counts::default(),
            full: None,
            calls_made: 0,
            arrived: 0,
            record: Record::new(),
            charged: Level::default(),
            owed: Level::default(),
            keys: Level::default(),
            answered: Tally::new(half),
            failed: Tally::new(half),
            rejected: Tally::new(half),
            setup,
        };
        lab.traffic.expect(&mut lab.queue, Event::Arrive);
        lab.watch();
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    for _ in 0..self.traffic.take(now, &mut self.queue, Event::Arrive) {
                        let amount = self.amount_drawn();
                        let payment = self.payment(amount, false, None);
                        self.call(payment);
                    }
                }
                Event::Lost(id) => self.lost(id),
                Event::Reaches(id) => self.reaches(id),
                Event::Worked(id) => self.worked(id),
                Event::Returns(id) => self.returns(id),
                Event::TimeUp(id) => self.time_up(id),
                Event::Again(call) => self.attempt(call),
                Event::Expires => self.service.expires = None,
            }
            self.sweep();
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "pay" => {
                let payment = self.payment(PAID, true, None);
                if let Some(paid) = self.payments.get_mut(&payment) {
                    paid.loses_first = self.setup.lose_first;
                }
                self.call(payment);
            }
            "twice" => {
                let payment = self.payment(PAID, true, None);
                self.call(payment);
                self.call(payment);
            }
            "lose" => self.arm(),
            "retry" => self.by_hand(),
            "other_amount" => self.other_amount(),
            _ => {}
        }
        self.sweep();
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        self.service.reconfigure(self.setup.store, self.now);
        self.traffic.set(self.now, self.setup.arrivals, &mut self.queue, Event::Arrive);
        self.sweep();
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view),
            readouts: numbers::readouts(self),
            buttons: about::buttons(self),
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        numbers::charts(self)
    }

    fn tables(&self) -> Vec<Table> {
        vec![self.service.table()]
    }
}

impl Lab {
    /// Takes down what the charts show.
    fn watch(&mut self) {
        let euros = |cents: u64| cents as f64 / 100.0;
        self.charged.set(self.now, euros(self.service.charged));
        self.owed.set(self.now, euros(self.service.charged - self.counts.over));
        self.keys.set(self.now, self.service.keys(self.now) as f64);
    }

    /// Whether a payment is told of step by step: the reader's own always, others while they are few.
    fn tells(&self, payment: u64) -> bool {
        self.setup.rate <= TOLD_RATE_MAX || self.payments.get(&payment).is_some_and(|payment| payment.own)
    }

    fn under_way(&self) -> u64 {
        self.counts.requests - self.counts.answered - self.counts.failed - self.counts.rejected
    }
}
