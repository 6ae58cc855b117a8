//! The payment service's memory: a ledger of charges, and a store of keys with their answers.

use std::cmp::Reverse;
use std::collections::VecDeque;

use halfopen_core::Instant;
use halfopen_core::idempotency::{Begun, Config, Held, Refused, Store, Ticket, fingerprint};

use super::{Event, Key, Lab};
use crate::lab::scene::Table;
use crate::lab::text;

/// Keys that the store has places for: as many as the knob allows.
pub(super) const PLACES: usize = 400;
/// Entries of the ledger that are kept one by one.
const ENTRIES_MAX: usize = 200;

#[derive(Clone)]
pub(super) struct Service {
    store: Box<Store<Key, Receipt, PLACES>>,
    /// When the next key is put out, if that is in the queue.
    pub(super) expires: Option<Instant>,
    pub(super) ledger: VecDeque<Entry>,
    /// Entries that are no longer kept one by one: how many, and what they come to.
    earlier: (u64, u64),
    /// All charges, in cents.
    pub(super) charged: u64,
}

/// The answer to a payment that was charged, as the store keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The number of its entry in the ledger.
    pub(super) entry: u64,
    /// In cents.
    pub(super) amount: u64,
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
        Self { store: Box::new(store), expires: None, ledger: VecDeque::new(), earlier: (0, 0), charged: 0 }
    }

    /// The setup keeps the capacity within the places, so this does not fail.
    pub(super) fn reconfigure(&mut self, config: Config, now: Instant) {
        let _ = self.store.reconfigure(config, now);
    }

    pub(super) fn begin(&mut self, key: Key, amount: u64, now: Instant) -> Result<Begun<Receipt>, Refused> {
        self.store.begin(key, fingerprint(&amount.to_le_bytes()), now)
    }

    /// The request was done.
    pub(super) fn complete(&mut self, ticket: Ticket, receipt: Receipt, now: Instant) {
        // Without leases no ticket is ever superseded.
        let _ = self.store.complete(ticket, receipt, now);
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

    /// The keys in the store: those in flight, and then those done, the newest first.
    pub(super) fn held(&self, now: Instant) -> Vec<Held<'_, Key, Receipt>> {
        let mut held: Vec<_> = self.store.entries(now).collect();
        held.sort_by_key(|held| (held.answer.is_some(), Reverse(held.since), Reverse(*held.key)));
        held
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
        let (now, service, record) = (self.now, &mut self.service, &mut self.record);
        service.store.purge(now, &mut |held| record.event(now, 9, &[held.key.0, held.key.1.into()]));
        if let Some(end) = service.store.poll_timeout()
            && service.expires.is_none_or(|at| end < at)
        {
            self.queue.push(end, Event::Expires);
            service.expires = Some(end);
        }
        self.watch();
    }
}
