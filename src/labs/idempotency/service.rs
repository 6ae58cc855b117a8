//! The payment service's memory: a ledger of charges, and a store of keys with their answers.

use std::collections::VecDeque;

use halfopen_core::Instant;
use halfopen_core::idempotency::{Begun, Config, Refused, Settings, Store, Ticket, WhenFull, fingerprint};

use super::{Event, Key, Lab};
use crate::lab::scene::Table;
use crate::lab::text;

/// Keys that the store has places for; more than the knob allows, so that one is always free for tidying.
pub(super) const PLACES: usize = 512;
/// Entries of the ledger that are kept one by one.
const ENTRIES_MAX: usize = 200;

#[derive(Clone)]
pub(super) struct Service {
    store: Box<Store<Key, u64, PLACES>>,
    /// What the store holds, as it can be shown: in flight in the order of arrival, and done in the order of their ends.
    pub(super) in_flight: VecDeque<Held>,
    pub(super) done: VecDeque<Held>,
    /// When the next key is put out, if that is in the queue.
    pub(super) expires: Option<Instant>,
    pub(super) ledger: VecDeque<Entry>,
    /// Entries that are no longer kept one by one: how many, and what they come to.
    earlier: (u64, u64),
    /// All charges, in cents.
    pub(super) charged: u64,
}

/// A key in the store.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) key: Key,
    pub(super) amount: u64,
    pub(super) since: Instant,
}

/// A charge.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) at: Instant,
    pub(super) payment: u64,
    pub(super) key: Option<Key>,
    pub(super) amount: u64,
    /// Not the first for its payment.
    pub(super) again: bool,
}

/// A key's name.
pub(super) fn name(key: Key) -> String {
    if key.1 == 0 { format!("k{}", key.0) } else { format!("k{}.{}", key.0, key.1) }
}

impl Service {
    pub(super) fn new(config: Config) -> Self {
        #[expect(clippy::unreachable, reason = "the setup keeps the capacity within the places")]
        let Ok(store) = Store::new(config) else { unreachable!("as many places as keys") };
        Self {
            store: Box::new(store),
            in_flight: VecDeque::new(),
            done: VecDeque::new(),
            expires: None,
            ledger: VecDeque::new(),
            earlier: (0, 0),
            charged: 0,
        }
    }

    /// The setup keeps the capacity within the places, so this does not fail.
    pub(super) fn reconfigure(&mut self, config: Config) {
        let _ = self.store.reconfigure(config);
    }

    pub(super) fn begin(&mut self, key: Key, amount: u64, now: Instant) -> Result<Begun<u64>, Refused> {
        let evicted = self.store.evicted();
        let begun = self.store.begin(key, fingerprint(&amount.to_le_bytes()), now);
        if self.store.evicted() > evicted {
            self.done.pop_front();
        }
        if let Ok(Begun::Execute(_)) = begun {
            self.in_flight.push_back(Held { key, amount, since: now });
        }
        begun
    }

    /// The request was done, as this entry says.
    pub(super) fn complete(&mut self, key: Key, ticket: Ticket, entry: u64, now: Instant) {
        // Without leases no ticket is ever superseded.
        let _ = self.store.complete(ticket, entry, now);
        if let Some(place) = self.in_flight.iter().position(|held| held.key == key)
            && let Some(held) = self.in_flight.remove(place)
        {
            self.done.push_back(Held { since: now, ..held });
        }
    }

    pub(super) fn charge(&mut self, payment: u64, key: Option<Key>, amount: u64, again: bool, at: Instant) -> u64 {
        if self.ledger.len() == ENTRIES_MAX
            && let Some(oldest) = self.ledger.pop_front()
        {
            self.earlier = (oldest.number, self.earlier.1 + oldest.amount);
        }
        let number = self.ledger.back().map_or(0, |last| last.number) + 1;
        self.ledger.push_back(Entry { number, at, payment, key, amount, again });
        self.charged += amount;
        number
    }

    pub(super) fn entries(&self) -> u64 {
        self.ledger.back().map_or(0, |last| last.number)
    }

    pub(super) fn keys(&self, now: Instant) -> usize {
        self.store.in_flight(now) + self.store.done(now)
    }

    pub(super) fn evicted(&self) -> u64 {
        self.store.evicted()
    }

    /// When the oldest answer goes.
    fn end(&self) -> Option<Instant> {
        self.done.front().map(|held| held.since + self.store.config().settings().ttl)
    }

    /// Takes expired answers out for good, so that a longer time to live does not bring them back.
    fn tidy(&mut self, now: Instant) -> Vec<Held> {
        let mut gone = Vec::new();
        while self.end().is_some_and(|end| end <= now)
            && let Some(held) = self.done.pop_front()
        {
            gone.push(held);
        }
        if gone.is_empty() {
            return gone;
        }
        let config = *self.store.config();
        let roomy = Settings { capacity: PLACES as u32, when_full: WhenFull::Refuse, ..*config.settings() };
        if let Ok(roomy) = Config::new(roomy) {
            self.reconfigure(roomy);
        }
        for held in &gone {
            // What has expired is begun as if it were new; given back, its place is empty.
            if let Ok(Begun::Execute(ticket)) = self.store.begin(held.key, 0, now) {
                let _ = self.store.abort(ticket, now);
            }
        }
        self.reconfigure(config);
        gone
    }

    pub(super) fn table(&self) -> Table {
        let mut rows = Vec::new();
        if self.earlier.0 > 0 {
            let dash = || "…".to_owned();
            rows.push(vec![
                format!("1 to {}", self.earlier.0),
                dash(),
                dash(),
                dash(),
                text::euros(self.earlier.1),
                "earlier entries".to_owned(),
            ]);
        }
        rows.extend(self.ledger.iter().map(|entry| {
            vec![
                entry.number.to_string(),
                text::stamp(entry.at, 3),
                entry.payment.to_string(),
                entry.key.map_or_else(|| "none".to_owned(), name),
                text::euros(entry.amount),
                if entry.again { "▲ charged again" } else { "charged" }.to_owned(),
            ]
        }));
        Table {
            id: "ledger",
            title: "Ledger",
            note: "Every charge, in its order. Their sum is the money charged.".to_owned(),
            heads: vec!["Entry", "At", "Payment", "Key", "Amount", "What it is"],
            rows,
            current: None,
        }
    }
}

impl Lab {
    /// What has expired goes out of the store, and the next time at which something does is put into the queue.
    pub(super) fn sweep(&mut self) {
        for held in self.service.tidy(self.now) {
            self.record.event(self.now, 9, &[held.key.0, held.key.1.into()]);
        }
        if let Some(end) = self.service.end()
            && self.service.expires.is_none_or(|at| end < at)
        {
            self.queue.push(end, Event::Expires);
            self.service.expires = Some(end);
        }
        self.watch();
    }
}
