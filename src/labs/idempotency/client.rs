//! A payment's way: sent, lost or charged, answered or given up.

use halfopen_core::Instant;
use halfopen_core::idempotency::{Begun, Refused};
use halfopen_core::retry::{Outcome, Retry, Verdict};

use super::{Call, Event, Known, Lab, OTHER, Payment, RECENT_MAX, Recent, Reply, Request, Stage, service};
use crate::lab::record::Health;
use crate::lab::scene::Tone;
use crate::lab::text::{about, euros};

/// The reader's payments are numbered from here for their draws, so that a click shifts none of the traffic's.
const OWN: u64 = 1 << 32;

impl Lab {
    /// What a payment of the traffic is about: 5 to 50 €.
    pub(super) fn amount_drawn(&self) -> u64 {
        let seed = self.seed.fork("request", self.arrived);
        (5 + seed.stream("amount").below(46)) * 100
    }

    /// A customer wants to pay, with a key of its own or with that of another payment.
    pub(super) fn payment(&mut self, amount: u64, own: bool, key: Option<u64>) -> u64 {
        self.counts.payments += 1;
        let id = self.counts.payments;
        let luck = if own { OWN + (id - self.arrived) } else { self.arrived };
        self.arrived += u64::from(!own);
        let payment = Payment {
            luck,
            amount,
            key: key.unwrap_or(id),
            own,
            loses_first: false,
            attempts: 0,
            charges: 0,
            charged_at: Instant::ZERO,
            open: 0,
            state: Known::Open,
        };
        self.payments.insert(id, payment);
        if own {
            let before = self.last.replace(id);
            before.into_iter().for_each(|before| self.forget(before));
            self.record.health(self.now, Health::Ok);
        }
        id
    }

    /// The client begins to send a payment.
    pub(super) fn call(&mut self, payment: u64) {
        let call = self.calls_made;
        self.calls_made += 1;
        self.calls.insert(call, Call { payment, retry: Retry::new(self.now), again_at: None });
        self.hold(payment);
        self.attempt(call);
    }

    pub(super) fn attempt(&mut self, id: u64) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.retry.begin(self.now);
        call.again_at = None;
        let number = call.payment;
        let Some(payment) = self.payments.get_mut(&number) else { return };
        payment.attempts += 1;
        let attempt = payment.attempts;
        let mut chance = self.seed.fork("request", payment.luck).fork("attempt", attempt.into()).stream("loss");
        let mut loses = self.setup.loss.map(|share| chance.chance_permille(share));
        if payment.loses_first && attempt == 1 {
            // The point of it is that the service has done it.
            loses = [false, true];
        }
        let (key, amount) = (self.key_of(number, attempt), self.amount_of(number));
        let request =
            Request { payment: number, amount, attempt, key, call: Some(id), sent: self.now, loses, stage: Stage::Out };
        let request_id = self.counts.requests;
        self.counts.requests += 1;
        self.record.event(self.now, 1, &[request_id, number, attempt.into(), amount]);
        let (way, event) = if loses[0] {
            (self.setup.leg / 2, Event::Lost(request_id))
        } else {
            (self.setup.leg, Event::Reaches(request_id))
        };
        self.queue.push(self.now + way, event);
        self.queue.push(self.now + self.setup.timeout, Event::TimeUp(request_id));
        self.requests.insert(request_id, request);
        self.hold(number);
        if self.tells(number) {
            let with = key.map_or_else(|| "without a key".to_owned(), |key| format!("with key {}", service::name(key)));
            self.say(format!("Payment {number}, attempt {attempt}: {} sent {with}.", euros(amount)));
        }
    }

    fn key_of(&self, payment: u64, attempt: u32) -> Option<super::Key> {
        let named = self.payments.get(&payment).map_or(payment, |payment| payment.key);
        self.setup.key.then_some((named, if self.setup.per_attempt { attempt } else { 0 }))
    }

    fn amount_of(&self, payment: u64) -> u64 {
        self.payments.get(&payment).map_or(0, |payment| payment.amount)
    }

    /// A request is lost on its way out, or its answer on the way back.
    pub(super) fn lost(&mut self, id: u64) {
        let Some(request) = self.requests.get(&id) else { return };
        let (payment, answer) = (request.payment, matches!(request.stage, Stage::Back { .. }));
        self.record.event(self.now, 2, &[id, u64::from(answer)]);
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(Recent { at: self.now, id, answer });
        if self.tells(payment) {
            let (head, said) = if answer {
                (
                    "▲ answer lost.",
                    "The service has done it; the client cannot tell this from a request that never arrived.",
                )
            } else {
                ("▲ request lost.", "The service never sees it; to the client it looks as if the answer were lost.")
            };
            self.record.log(self.now, Tone::Half, head, said);
        }
        if let Some(request) = self.requests.get_mut(&id) {
            request.stage = Stage::Out;
        }
        self.settled(id, true);
    }

    pub(super) fn reaches(&mut self, id: u64) {
        let Some(request) = self.requests.get(&id).cloned() else { return };
        self.record.event(self.now, 3, &[id]);
        let Some(key) = request.key else { return self.work(id, None) };
        let named = service::name(key);
        let tells = self.tells(request.payment);
        match self.service.begin(key, request.amount, self.now) {
            Ok(Begun::Execute(ticket)) => self.work(id, Some(ticket)),
            Ok(Begun::Done { answer, age }) => {
                self.counts.replayed += 1;
                self.record.event(self.now, 5, &[id, answer]);
                if tells {
                    let said = format!(
                        "Key {named} is in the store, done {} ago: its answer is sent again, and nothing is charged.",
                        about(age)
                    );
                    self.record.log(self.now, Tone::Ok, "✓ recognised.", said);
                }
                self.answer(id, Reply::Stored(answer));
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

    fn work(&mut self, id: u64, ticket: Option<halfopen_core::idempotency::Ticket>) {
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
        if let (Some(key), Some(ticket)) = (key, ticket) {
            self.service.complete(key, ticket, entry, self.now);
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

    /// An answer is back.
    pub(super) fn returns(&mut self, id: u64) {
        let Some(request) = self.requests.get(&id).cloned() else { return };
        let Stage::Back { reply, .. } = request.stage else { return };
        let payment = request.payment;
        let Some(call) = request.call else {
            if self.tells(payment) {
                let late = about(self.now.since(request.sent).saturating_sub(self.setup.timeout));
                self.say(format!("An answer to payment {payment} comes {late} too late: nobody waits for it."));
            }
            return self.settled(id, true);
        };
        let outcome = match reply {
            Reply::Charged(entry) | Reply::Stored(entry) => {
                self.counts.answered += 1;
                self.answered.add(self.now, 1);
                if self.tells(payment) {
                    let took = about(self.now.since(request.sent));
                    self.say(format!("The client has its answer after {took}: paid, as entry {entry} says."));
                }
                Outcome::Success
            }
            Reply::Refused(refused) => {
                self.counts.rejected += 1;
                self.rejected.add(self.now, 1);
                if refused == Refused::OtherPayload { Outcome::Fatal } else { Outcome::FAILED }
            }
        };
        self.record.event(self.now, 8, &[id, u64::from(outcome == Outcome::Success)]);
        self.settled(id, true);
        self.result(call, request.attempt, outcome);
    }

    pub(super) fn time_up(&mut self, id: u64) {
        let Some(request) = self.requests.get_mut(&id) else { return };
        let Some(call) = request.call.take() else { return };
        let attempt = request.attempt;
        // Lost: neither client nor service has anything to do with it any more.
        let over = request.stage_is_over();
        self.counts.failed += 1;
        self.failed.add(self.now, 1);
        self.record.event(self.now, 10, &[id]);
        if over {
            self.settled(id, false);
        }
        self.result(call, attempt, Outcome::TimedOut);
    }

    /// An attempt has ended for the client: done, again, or given up.
    fn result(&mut self, id: u64, attempt: u32, outcome: Outcome) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let payment = call.payment;
        let (own, luck) = self.payments.get(&payment).map_or((false, 0), |payment| (payment.own, payment.luck));
        let mut jitter = self.seed.fork("request", luck).fork("attempt", attempt.into()).stream("jitter");
        let verdict = call.retry.on_result(&self.setup.retry, outcome, &mut jitter, self.now);
        let tells = self.tells(payment);
        let missed = match outcome {
            Outcome::TimedOut => format!("No answer within {}", about(self.setup.timeout)),
            Outcome::Fatal => "Refused as a mistake, which no retry mends".to_owned(),
            _ => "Refused".to_owned(),
        };
        let known = match verdict {
            Verdict::Done => Known::Paid,
            Verdict::Wait { until, wait } => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.again_at = Some(until);
                }
                self.queue.push(until, Event::Again(id));
                if tells {
                    self.say(format!("{missed}: the client sends payment {payment} again in {}.", about(wait)));
                }
                if own {
                    self.record.health(self.now, Health::Half);
                }
                return;
            }
            Verdict::GiveUp { .. } => {
                self.counts.gave_up += 1;
                if tells {
                    let charges = self.payments.get(&payment).map_or(0, |payment| payment.charges);
                    let ledger = match charges {
                        0 => "the ledger does not have it either".to_owned(),
                        1 => "yet the ledger has it: the customer is charged, and told that it failed".to_owned(),
                        times => format!("yet the ledger has it {times} times"),
                    };
                    let said = format!("{missed}: there is no other attempt; {ledger}.");
                    self.record.log(self.now, Tone::Bad, "✕ gave up.", said);
                }
                if outcome == Outcome::TimedOut { Known::GaveUp } else { Known::Refused }
            }
        };
        self.calls.remove(&id);
        if let Some(payment) = self.payments.get_mut(&payment)
            && payment.state != Known::Paid
        {
            payment.state = known;
        }
        let well = self.payments.get(&payment).is_some_and(|payment| payment.charges < 2);
        self.record.health(self.now, if known == Known::Paid && well { Health::Ok } else { Health::Bad });
        self.let_go(payment);
    }

    /// A request that nothing more will come of goes, unless its client still waits for it.
    fn settled(&mut self, id: u64, ended: bool) {
        let Some(request) = self.requests.get_mut(&id) else { return };
        let waits = request.call.is_some();
        let returned = matches!(request.stage, Stage::Back { .. });
        if ended && waits && !returned {
            request.stage = Stage::Lost;
            return;
        }
        let payment = request.payment;
        self.requests.remove(&id);
        self.let_go(payment);
    }

    fn hold(&mut self, payment: u64) {
        if let Some(payment) = self.payments.get_mut(&payment) {
            payment.open += 1;
        }
    }

    fn let_go(&mut self, id: u64) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.open = payment.open.saturating_sub(1);
        }
        self.forget(id);
    }

    /// Forgets a payment that nothing is about any more.
    fn forget(&mut self, id: u64) {
        let idle = self.payments.get(&id).is_some_and(|payment| payment.open == 0);
        if idle && self.last != Some(id) {
            self.payments.remove(&id);
        }
    }

    pub(super) fn arm(&mut self) {
        self.armed = true;
        self.record.event(self.now, 11, &[]);
        self.say("The next answer that the service sends will be lost.".to_owned());
    }

    /// The reader's last payment is sent once more, as somebody does who presses the button again.
    pub(super) fn by_hand(&mut self) {
        let Some(payment) = self.last else {
            return self.say("There is no payment yet to send again.".to_owned());
        };
        let said = match (self.setup.key, self.setup.per_attempt) {
            (false, _) => format!("You send payment {payment} again. No key goes with it."),
            (true, true) => format!("You send payment {payment} again. The client makes a new key for the attempt."),
            (true, false) => format!("You send payment {payment} again, with its key."),
        };
        self.say(said);
        self.call(payment);
    }

    /// The key of the reader's last payment comes with another amount.
    pub(super) fn other_amount(&mut self) {
        let Some(before) = self.last.and_then(|last| Some((last, self.payments.get(&last)?.key))) else {
            return self.say("There is no payment yet whose key could be used again.".to_owned());
        };
        self.say(match self.setup.key {
            true => format!("You send {} with the key of payment {}.", euros(OTHER), before.0),
            false => format!("You send {}. Without keys it is a payment like any other.", euros(OTHER)),
        });
        let payment = self.payment(OTHER, true, Some(before.1));
        self.call(payment);
    }

    fn say(&mut self, said: String) {
        self.record.log(self.now, Tone::Plain, "", said);
    }
}

impl Request {
    fn stage_is_over(&self) -> bool {
        matches!(self.stage, Stage::Lost)
    }
}

fn is_power_of_ten(number: u64) -> bool {
    let mut power = 1_u64;
    while power < number {
        power = power.saturating_mul(10);
    }
    power == number
}
