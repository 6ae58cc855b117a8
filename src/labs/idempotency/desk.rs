//! What the payment service does with a request: knows it or not, works, charges, answers.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::idempotency::{Begun, Refused, Ticket};

use super::service::Receipt;
use super::{Event, Full, Lab, Reply, Request, Stage, service};
use crate::lab::record::Health;
use crate::lab::scene::Tone;
use crate::lab::text::{about, counted, euros, stamp};

/// Without a refusal for so long, the store has room again.
const ROOM: Duration = Duration::from_secs(3);

impl Lab {
    pub(super) fn reaches(&mut self, id: u64) {
        let Some(request) = self.requests.get(&id).cloned() else { return };
        self.record.event(self.now, 3, &[id]);
        let Some(key) = request.key else { return self.work(id, None) };
        let named = service::name(key);
        let tells = self.tells(request.payment);
        match self.service.begin(key, request.amount, self.now) {
            Ok(Begun::Execute(ticket)) => {
                self.has_room();
                self.work(id, Some(ticket));
            }
            Ok(Begun::Done { answer, age }) => {
                self.counts.replayed += 1;
                self.record.event(self.now, 5, &[id, answer.entry]);
                if tells {
                    let said = format!(
                        "Key {named} is in the store, done {} ago: its answer is sent again, and nothing is charged.",
                        about(age)
                    );
                    self.record.log(self.now, Tone::Ok, "✓ recognised.", said);
                }
                self.answer(id, Reply::Stored(answer.entry));
            }
            Ok(Begun::Wait { since }) => {
                self.record.event(self.now, 6, &[id]);
                if let Some(request) = self.requests.get_mut(&id) {
                    request.stage = Stage::Waits;
                }
                if tells {
                    let since = self.now.since(since);
                    let long = if since.is_zero() { String::new() } else { format!(", for {} now", about(since)) };
                    let said = format!("Key {named} is in flight{long}: this one waits for the same answer.");
                    self.record.log(self.now, Tone::Half, "◔ waits.", said);
                }
            }
            Err(refused) => {
                let kind = match refused {
                    Refused::InFlight { .. } => 1,
                    Refused::OtherPayload => 2,
                    _ => 3,
                };
                self.record.event(self.now, 7, &[id, kind]);
                if kind == 3 {
                    self.is_full();
                }
                if tells {
                    let said = match refused {
                        Refused::InFlight { .. } => {
                            format!("Key {named} is in flight: 409, the client may come again.")
                        }
                        Refused::OtherPayload => {
                            format!("Key {named} came with another amount before: 422, the client has made a mistake.")
                        }
                        _ => format!("The key store is full with {} keys: 503.", self.service.keys(self.now)),
                    };
                    self.record.log(self.now, Tone::Bad, "✕ refused.", said);
                }
                self.answer(id, Reply::Refused(refused));
            }
        }
    }

    /// A new key was refused for want of room: told once, until there was room for a while.
    fn is_full(&mut self) {
        if let Some(full) = &mut self.full {
            (full.last, full.refused) = (self.now, full.refused + 1);
            return;
        }
        self.full = Some(Full { since: self.now, last: self.now, refused: 1 });
        let said = format!(
            "All {} places are taken by keys that are kept for {}: payments with a new key are refused, 503, until one expires.",
            self.service.keys(self.now),
            about(self.setup.ttl())
        );
        self.record.log(self.now, Tone::Bad, "✕ store full.", said);
    }

    /// A new key found a place.
    fn has_room(&mut self) {
        let Some(full) = self.full.filter(|full| self.now.since(full.last) >= ROOM) else { return };
        self.full = None;
        let said = format!(
            "No key was refused for {}; {} refused since {}.",
            about(ROOM),
            counted(full.refused, "was", "were"),
            stamp(full.since, 1)
        );
        self.record.log(self.now, Tone::Ok, "● room again.", said);
    }

    fn work(&mut self, id: u64, ticket: Option<Ticket>) {
        if let Some(request) = self.requests.get_mut(&id) {
            request.stage = Stage::Work { begun: self.now, ticket };
            self.queue.push(self.now + self.setup.work, Event::Worked(id));
        }
    }

    /// The service has done it: charged, remembered, answered.
    pub(super) fn worked(&mut self, id: u64) {
        let Some(request) = self.requests.get(&id).cloned() else { return };
        let Stage::Work { begun, ticket } = request.stage.clone() else { return };
        let again = self.charged_again(&request, begun);
        let (payment, key, amount) = (request.payment, request.key, request.amount);
        let entry = self.service.charge(payment, key, amount, again.is_some(), self.now);
        self.record.event(self.now, 4, &[id, payment, amount, u64::from(again.is_some())]);
        let ttl = self.setup.ttl();
        if let Some(ticket) = ticket {
            self.service.complete(ticket, Receipt { entry, amount }, self.now);
        }
        match again {
            Some(because) => {
                self.counts.over += amount;
                let times = self.payments.get(&payment).map_or(0, |payment| payment.charges);
                if times == 2 {
                    self.counts.twice += 1;
                }
                self.record.health(self.now, Health::Bad);
                // In busy traffic the first, the tenth, the hundredth … are told.
                if self.tells(payment) || (times == 2 && is_power_of_ten(self.counts.twice)) {
                    let head = if times == 2 { "▲ charged twice." } else { "▲ charged again." };
                    let said = format!("Payment {payment}: {} again, entry {entry}. {because}", euros(amount));
                    self.record.log(self.now, Tone::Bad, head, said);
                }
            }
            None if self.tells(payment) => {
                let kept = key.map_or_else(String::new, |key| {
                    format!(" Key {} and the answer are kept for {}.", service::name(key), about(ttl))
                });
                self.say(format!("Payment {payment}: charged {}, entry {entry}.{kept}", euros(amount)));
            }
            None => {}
        }
        self.answer(id, Reply::Charged(entry));
        let waits = |request: &Request| matches!(request.stage, Stage::Waits) && request.key == key;
        let same: Vec<u64> =
            self.requests.iter().filter(|(_, request)| waits(request)).map(|(waiting, _)| *waiting).collect();
        for waiting in same {
            self.counts.replayed += 1;
            self.answer(waiting, Reply::Stored(entry));
        }
    }

    /// Why a payment is charged that was charged before; nothing for the first time.
    fn charged_again(&mut self, request: &Request, begun: Instant) -> Option<String> {
        let ttl = self.setup.ttl();
        let payment = self.payments.get_mut(&request.payment)?;
        let before = (payment.charges > 0).then_some(payment.charged_at);
        payment.charges += 1;
        payment.charged_at = self.now;
        let before = before?;
        Some(match request.key {
            None => "Without a key a retry looks like a new payment.".to_owned(),
            Some(key) if key.1 > 0 => {
                format!(
                    "Key {} is new: made for this attempt, it says nothing about the one before.",
                    service::name(key)
                )
            }
            Some(key) if before + ttl <= begun => format!(
                "Key {} had expired: done {} before, and kept for {}.",
                service::name(key),
                about(begun.since(before)),
                about(ttl)
            ),
            Some(key) if self.service.evicted() > 0 => {
                format!("Key {} had been forgotten before its time, for want of room.", service::name(key))
            }
            Some(key) => format!("Key {} did not come with the first charge.", service::name(key)),
        })
    }

    fn answer(&mut self, id: u64, reply: Reply) {
        let Some(request) = self.requests.get_mut(&id) else { return };
        let loses = request.loses[1] | std::mem::take(&mut self.armed);
        request.stage = Stage::Back { since: self.now, reply };
        let (way, event) =
            if loses { (self.setup.leg / 2, Event::Lost(id)) } else { (self.setup.leg, Event::Returns(id)) };
        self.queue.push(self.now + way, event);
    }
}

fn is_power_of_ten(number: u64) -> bool {
    let mut power = 1_u64;
    while power < number {
        power = power.saturating_mul(10);
    }
    power == number
}
