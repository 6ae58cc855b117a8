//! What the log tells: each step of a request that the reader sent, and of busy traffic what is new.

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::deadline::TooLate;
use halfopen_core::retry::Retry;

use super::Lab;
use super::calls::{Call, Id, Reply, State};
use super::rules::{Kept, Rule};
use super::setup::{A, B, C, CLIENT, HEADS, NAMES, told};
use crate::lab::record::Health;
use crate::lab::scene::Tone;
use crate::lab::text;
use crate::lab::wording::sentence;

fn name(hop: usize) -> &'static str {
    NAMES.get(hop).copied().unwrap_or_default()
}

fn head(hop: usize) -> &'static str {
    HEADS.get(hop).copied().unwrap_or_default()
}

/// As it is named where a sentence begins: “The client”, “A”.
fn named(hop: usize) -> &'static str {
    if hop == CLIENT { "The client" } else { name(hop) }
}

/// How a timeout is said after a name: “waits up to 5 s”.
fn patience(timeout: Option<Duration>) -> String {
    timeout.map_or_else(|| "without a timeout".to_owned(), |timeout| format!("for up to {}", text::about(timeout)))
}

/// What the log has told of busy traffic since the settings were turned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    broken: [bool; 3],
    false_failure: bool,
    failure: bool,
    late: bool,
}

impl Lab {
    fn log(&mut self, tone: Tone, head: impl Into<String>, text: impl Into<String>) {
        self.record.log(self.now, tone, head, text);
    }

    pub(super) fn tell_sent(&mut self, id: Id) {
        let Some(call) = self.calls.get(id).filter(|call| call.told) else { return };
        let said = format!("You sent request {}.", call.request);
        self.log(Tone::Info, "", said);
    }

    /// A hop calls the next one.
    pub(super) fn tell_call(&mut self, id: Id, attempt: u32, given: Option<Duration>) {
        let Some(call) = self.calls.get(id).filter(|call| call.told) else { return };
        let (who, whom) = (named(call.hop), name(call.hop + 1));
        let attempts = call.chain.attempts(call.hop);
        let number = if attempts > 1 { format!(", attempt {attempt} of {attempts},") } else { String::new() };
        let cut = if call.chain.propagate && given != call.chain.timeout(call.hop) {
            ": so much of the deadline is left"
        } else {
            ""
        };
        let left = match self.left(id) {
            Some((whose, left)) if call.nobody.is_none() => {
                format!(" {} has {} left.", named(whose), text::about(left))
            }
            _ => String::new(),
        };
        let nobody = if call.nobody.is_some() { " Nobody will read the answer." } else { "" };
        let said = format!("{who} calls {whom}{number} and waits {}{cut}.{left}{nobody}", patience(given));
        self.log(Tone::Plain, "", said);
    }

    /// A rule does not hold for a request.
    pub(super) fn tell_broken(&mut self, id: Id, rule: &Rule) {
        let call = self.calls.get(id);
        let told = call.is_some_and(|call| call.told);
        let since = match call.is_some_and(|call| !Rc::ptr_eq(&call.chain, &self.chain)) {
            true => " The request was sent before the chain was changed.",
            false => "",
        };
        let Some(known) = self.told.broken.get_mut(rule.hop) else { return };
        if std::mem::replace(known, true) && !told {
            return;
        }
        let means = match (rule.kept(), rule.left) {
            (Kept::Starved, _) => " It will not even try.",
            (_, None) => " Threads pile up.",
            (_, Some(_)) => " Beyond that, it works for nobody.",
        };
        let said = format!("{}{means}{since}", sentence(&rule.said()));
        self.log(Tone::Half, "▲ does not fit.", said);
    }

    pub(super) fn tell_hangs(&mut self, id: Id) {
        let Some(call) = self.calls.get(id).filter(|call| call.told) else { return };
        let said = format!("{} has taken the call, and hangs: it will not answer.", head(call.hop));
        let deadline = call.deadline.remaining(self.now);
        let till = deadline.map_or_else(
            || " Nothing ends that.".to_owned(),
            |left| format!(" Its deadline ends that in {}.", text::about(left)),
        );
        self.log(Tone::Half, "", said + &till);
    }

    /// An attempt's time is up; `child` is the call that goes on.
    pub(super) fn tell_timeout(&mut self, id: Id, child: Option<Id>) {
        let Some(call) = self.calls.get(id).filter(|call| call.told) else { return };
        let (who, whom) = (named(call.hop), name(call.hop + 1));
        let attempt = call.retry.as_ref().map_or(1, Retry::attempt);
        let waited = call.retry.as_ref().map_or(Duration::ZERO, |retry| self.now.since(retry.since()));
        let attempts = call.chain.attempts(call.hop);
        let number = if attempts > 1 { format!(" (attempt {attempt} of {attempts})") } else { String::new() };
        let goes_on = match child.and_then(|child| self.calls.get(child)) {
            None => String::new(),
            Some(_) if call.chain.propagate => format!(" {whom} had the deadline too, and stops."),
            Some(child) => match (child.state, child.patience) {
                (State::Waiting, Some(until)) => format!(
                    " {whom} does not know: it goes on waiting for {}, {} more, for an answer that nobody will read.",
                    head(child.hop + 1),
                    text::about(until.since(self.now))
                ),
                (State::Waiting, None) => {
                    format!(" {whom} does not know: it goes on waiting for ever, and nobody will read the answer.")
                }
                (State::Pausing, _) => format!(" {whom} does not know: it will try again, for nobody."),
                (State::Hung, _) => format!(" {whom} does not know: it hangs on, and keeps its thread for nobody."),
                _ => format!(" {whom} does not know: it goes on working for nobody."),
            },
        };
        let said = format!("{who} has waited {} for {whom}{number}.{goes_on}", text::about(waited));
        self.log(Tone::Bad, format!("✕ {who} gave up."), said);
        self.note_health();
    }

    /// Too little time is left for a call.
    pub(super) fn tell_too_late(&mut self, id: Id, why: TooLate) {
        let Some(call) = self.calls.get(id) else { return };
        if std::mem::replace(&mut self.told.late, true) && !call.told {
            return;
        }
        let said = format!("{} did not call {}: {why}.", named(call.hop), name(call.hop + 1));
        self.log(Tone::Half, "■ not begun.", sentence(&said));
    }

    /// A deadline that came along is over.
    pub(super) fn tell_over(&mut self, id: Id) {
        let Some(call) = self.calls.get(id).filter(|call| call.told) else { return };
        let said = format!("{} stopped: its deadline is over, and nobody would read its answer.", head(call.hop));
        self.log(Tone::Plain, "", said);
    }

    /// A call of A, B or C has ended.
    pub(super) fn tell_ended(&mut self, call: &Call, reply: Reply) {
        if let (true, Some(nobody)) = (call.told, call.nobody) {
            let wasted = self.now.since(nobody);
            let what = if call.retry.is_some() { "waiting" } else { "working" };
            if !wasted.is_zero() && !call.chain.propagate {
                let said = format!(
                    "{} ended after {} of {what} for nobody; its {} goes unread.",
                    head(call.hop),
                    text::about(wasted),
                    if reply == Reply::Answer { "answer" } else { "error" }
                );
                self.log(Tone::Half, "", said);
            }
        }
        self.note_health();
    }

    pub(super) fn tell_request_over(&mut self, call: &Call, reply: Reply, is_false: bool) {
        let took = text::about(self.now.since(call.arrived.unwrap_or(self.now)));
        let number = call.request;
        let first = match (reply, is_false) {
            (Reply::Answer, _) => false,
            (_, true) => !std::mem::replace(&mut self.told.false_failure, true),
            (_, false) => !std::mem::replace(&mut self.told.failure, true),
        };
        if call.told || first {
            let more = if call.told { "" } else { " Others like it are told no more." };
            match (reply, is_false) {
                (Reply::Answer, _) => {
                    self.log(Tone::Ok, "✓ answered.", format!("Request {number} was answered after {took}."));
                }
                (Reply::Refused, _) => {
                    let said =
                        format!("Request {number} was turned away after {took}: too little time, or no thread.{more}");
                    self.log(Tone::Bad, "■ turned away.", said);
                }
                (Reply::Failed, true) => {
                    let said = format!(
                        "Request {number} failed after {took}, though nothing hangs: C would have answered. A timeout was too short.{more}"
                    );
                    self.log(Tone::Bad, "✕ false failure.", said);
                }
                (Reply::Failed, false) => {
                    self.log(Tone::Bad, "✕ failed.", format!("Request {number} failed after {took}.{more}"));
                }
            }
        }
        self.last_failed = reply != Reply::Answer;
        self.note_health();
    }

    /// A hop has no thread for another call.
    pub(super) fn no_thread(&mut self, hop: usize) {
        let Some(full) = self.full.get_mut(hop) else { return };
        if std::mem::replace(full, true) {
            return;
        }
        let held = self.calls.held.get(hop).copied().unwrap_or(0);
        let said = format!(
            "{} holds {}, all that it has: what comes now is turned away.",
            named(hop),
            text::counted(held.into(), "thread", "threads")
        );
        self.log(Tone::Bad, format!("✕ {} is full.", head(hop)), said);
        self.note_health();
    }

    /// A hop that was full has a thread again: told when a tenth is free.
    pub(super) fn thread_free(&mut self, hop: usize) {
        let held = self.calls.held.get(hop).copied().unwrap_or(0);
        if held + self.setup.threads / 10 >= self.setup.threads {
            return;
        }
        if let Some(full) = self.full.get_mut(hop) {
            *full = false;
        }
        let free = self.setup.threads - held;
        let said = format!("{} has {} again.", named(hop), text::counted(free.into(), "free thread", "free threads"));
        self.log(Tone::Ok, format!("● {} has room.", head(hop)), said);
        self.note_health();
    }

    pub(super) fn tell_hang(&mut self, hop: usize, held: u64) {
        let which = match held {
            0 => String::new(),
            held => format!(", nor {} that it works on", text::counted(held, "call", "calls")),
        };
        let said = format!("{} takes calls and answers none{which}.", head(hop));
        self.log(Tone::Bad, format!("✕ {} hangs.", head(hop)), said);
        self.note_health();
    }

    pub(super) fn tell_heal(&mut self, hop: usize, held: u64) {
        let said = format!(
            "{} was restarted and answers again; {} that it held ended with an error.",
            head(hop),
            text::counted(held, "call", "calls")
        );
        self.log(Tone::Ok, format!("● {} is well.", head(hop)), said);
        self.note_health();
    }

    /// *Fix it* has changed the chain.
    pub(super) fn tell_fixed(&mut self, changes: &str) {
        let said = format!(
            "{changes}: each hop's worst case now fits into what its caller has left. It holds for requests sent from now on, until you turn a knob of the chain."
        );
        self.log(Tone::Ok, "✓ fixed.", sentence(&said));
    }

    /// The reader turned a knob of the chain after *Fix it*.
    pub(super) fn tell_unfixed(&mut self) {
        let waits: Vec<String> =
            [CLIENT, A, B].map(|hop| format!("{} {}", name(hop), told(self.chain.timeout(hop)))).into();
        let said = format!("Your own settings hold again, and no longer what Fix it made: {}.", waits.join(", "));
        self.log(Tone::Plain, "", said);
    }

    pub(super) fn note_health(&mut self) {
        let nobody = (A..=C).any(|hop| self.calls.nobody(hop) != (0, 0));
        let full = self.full.contains(&true);
        let hung = self.hung.contains(&true);
        let health = match (nobody || full || self.last_failed, hung) {
            (true, _) => Health::Bad,
            (false, true) => Health::Half,
            (false, false) => Health::Ok,
        };
        self.record.health(self.now, health);
    }
}
