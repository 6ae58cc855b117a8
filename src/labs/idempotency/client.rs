//! A payment's way: sent, lost or charged, answered or given up.

use halfopen_core::Instant;
use halfopen_core::idempotency::Refused;
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

    pub(super) fn say(&mut self, said: String) {
        self.record.log(self.now, Tone::Plain, "", said);
    }
}

impl Request {
    fn stage_is_over(&self) -> bool {
        matches!(self.stage, Stage::Lost)
    }
}
