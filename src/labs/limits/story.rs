//! What the log tells: each change with its reason and the numbers of the moment.

use std::time::Duration;

use halfopen_core::Instant;

use super::guard::{End, Kind};
use super::numbers::{many, share_said};
use super::side::News;
use super::watch::Phase;
use super::{Burst, Lab};
use crate::lab::scene::Tone;
use crate::lab::text;

/// A limit is told again when it has become this many times as large, or as small, and not sooner than after five seconds.
const TOLD_FROM: f64 = 1.5;

impl Lab {
    fn say(&mut self, tone: Tone, head: impl Into<String>, text: String) {
        self.record.log(self.now, tone, head, text);
    }

    /// A tenth of a second is over: what state is it?
    pub(super) fn tick(&mut self) {
        let now = self.now;
        self.main.tick(now);
        if let Some((_, side)) = &mut self.without {
            side.tick(now);
        }
        if let Some(doubles) = &mut self.doubles {
            doubles.roll(now);
            doubles.note(now);
        }
        let watch = &mut self.watch;
        if let Some(limit) = self.main.guard.limit() {
            watch.limit.set(now, f64::from(limit));
        }
        watch.inside.set(now, f64::from(self.main.inside()));
        if let Some(found) = self.main.times.found {
            watch.p50.set(now, found.p50.as_secs_f64() * 1e3);
            watch.p99.set(now, found.p99.as_secs_f64() * 1e3);
        }
        if let Some(found) = self.without.as_ref().and_then(|(_, side)| side.times.found) {
            watch.p99_without.set(now, found.p99.as_secs_f64() * 1e3);
        }
        let (second, seconds) = self.main.rates.last();
        let phase = Phase::of(&second, seconds, &self.setup);
        if self.record.healths().is_empty() && second.offered > 0 {
            self.record.health(now, self.watch.phase.health());
        }
        // A whole second is looked at, or nothing.
        if seconds >= 1.0 && self.watch.look(now, phase) {
            self.record.event(now, 30, &[phase as u64]);
            self.record.health(now, phase.health());
            if phase == Phase::Healthy {
                self.main.tell_again();
            }
            self.tell_phase();
        }
        self.tell_limit();
    }

    fn tell_phase(&mut self) {
        let (second, _) = self.main.rates.last();
        let number = |number: u32| text::grouped(number.into());
        let ended = second.good + second.late + second.failed;
        let queue = text::about(self.setup.work(self.main.queued()));
        let timeout = text::about(self.setup.timeout);
        let capacity = many(self.setup.capacity());
        let phase = self.watch.phase;
        let said = match phase {
            Phase::Healthy => format!(
                "Of the last second's {} requests {} were turned away, and {} of {} that ended were answered in time.",
                number(second.offered),
                number(second.rejected),
                number(second.good),
                number(ended)
            ),
            Phase::Shedding => format!(
                "{} of the last second's {} requests were turned away; of those let in {} of {} were answered in time. The servers can do {capacity} a second.",
                number(second.rejected),
                number(second.offered),
                number(second.good),
                number(ended)
            ),
            Phase::Overloaded => format!(
                "{} of the {} that ended within the last second were not answered in time: {} came, the servers can do {capacity} a second, and the queues hold {queue} of work. Callers wait {timeout}.",
                number(second.late + second.failed),
                number(ended),
                number(second.offered)
            ),
            Phase::Collapsed => format!(
                "The servers finished {} in the last second, {} of them for callers who had gone: the queues hold {queue} of work, and callers wait {timeout}.",
                number(second.good + second.wasted),
                number(second.wasted)
            ),
        };
        self.say(phase.tone(), format!("{}.", phase.word()), said);
    }

    pub(super) fn tell_news(&mut self) {
        for news in self.main.take_news() {
            let (timeout, name) = (text::about(self.setup.timeout), self.setup.kind.the(true));
            let queue = |queued: u32| text::about(self.setup.work(queued));
            let (tone, said) = match news {
                News::Turned(turned) => (Tone::Half, format!("{name} turns a request away. {}", turned.said())),
                News::Refused { .. } if self.setup.server.queue == 0 => {
                    (Tone::Bad, "A request is refused: all workers are busy, and there is no queue.".to_owned())
                }
                News::Refused { queued } => (
                    Tone::Bad,
                    format!(
                        "A queue is full: with {} in both, {} of work, the server refuses.",
                        text::grouped(queued.into()),
                        queue(queued)
                    ),
                ),
                News::Late { queued } => (
                    Tone::Bad,
                    format!(
                        "A caller gave up after {timeout}; the server works on for nobody. {} wait in the queues, {} of work.",
                        text::grouped(queued.into()),
                        queue(queued)
                    ),
                ),
                News::Copied { after } => (
                    Tone::Info,
                    format!(
                        "A request was not answered within {}: a copy of it goes to the other server.",
                        text::about(after)
                    ),
                ),
            };
            self.say(tone, "", said);
        }
    }

    pub(super) fn tell_doubled(&mut self) {
        let (load, capacity) = (self.setup.offered(self.doubled).as_per_sec_f64(), self.setup.capacity());
        let share = share_said(load / capacity);
        let said = format!("Callers send {} a second, {share} of what the servers can do.", many(load));
        let head = if self.doubled { "▲ load doubled." } else { "▼ load back." };
        self.say(Tone::Info, head, said);
    }

    pub(super) fn tell_burst(&mut self, burst: &Burst) {
        let size = text::counted(burst.size.into(), "request", "requests");
        let said = format!(
            "{size} will come right before the boundary between two windows at {}, and as many right after it, all within {}.",
            text::stamp(burst.boundary, 2),
            text::about(Duration::from_nanos(burst.span * 2))
        );
        self.say(Tone::Info, "▲ burst.", said);
    }

    pub(super) fn tell_burst_over(&mut self, burst: &Burst) {
        let (asked, span) = (2 * burst.size, Duration::from_nanos(burst.span * 2));
        let number = |number: u32| text::grouped(number.into());
        let within = text::about(span);
        let permits = text::counted(self.setup.permits.into(), "permit", "permits");
        let admitted = number(burst.admitted);
        let [fixed, bucket] = burst.by.map(number);
        let of = format!("of the burst’s {} requests, sent within {within},", number(asked));
        let window = text::about(self.setup.window);
        let kind = if burst.turned { None } else { Some(self.setup.kind) };
        let (tone, head, said) = match kind {
            Some(Kind::Window) => (
                Tone::Bad,
                if burst.admitted * 2 > self.setup.permits * 3 { "▲ double burst." } else { "▲ burst over." },
                format!(
                    "The fixed window let {admitted} {of} in, though it has {permits} per {window}: one window ends and the next begins. A token bucket lets {bucket} of them in."
                ),
            ),
            Some(kind) if kind.is_rate() => (
                Tone::Ok,
                "● burst over.",
                format!(
                    "{} let {admitted} {of} in. A fixed window of {permits} per {window} lets {fixed} of them in.",
                    kind.the(true)
                ),
            ),
            Some(Kind::None) => (
                Tone::Plain,
                "● burst over.",
                format!("Without a guard all {} went in within {within}.", number(asked)),
            ),
            Some(kind) => (Tone::Plain, "● burst over.", format!("{} let {admitted} {of} in.", kind.the(true))),
            None => (Tone::Plain, "● burst over.", format!("While the guard was turned, {admitted} {of} were let in.")),
        };
        self.say(tone, head, said);
    }

    /// An adaptive limit has moved a good way.
    fn tell_limit(&mut self) {
        let Some(limit) = self.main.guard.limit().filter(|_| self.setup.kind.is_adaptive()) else {
            self.watch.told = None;
            return;
        };
        let Some((told, at)) = self.watch.told else {
            self.watch.told = Some((limit, self.now));
            return;
        };
        let (is, was) = (f64::from(limit), f64::from(told));
        let far = is > was * TOLD_FROM || was > is * TOLD_FROM;
        if !far || self.now.since(at) < Duration::from_secs(5) {
            return;
        }
        self.watch.told = Some((limit, self.now));
        let since = text::about(self.now.since(at));
        let seen = if limit < told { self.main.guard.fell } else { self.main.guard.grew };
        let because = seen.map_or_else(String::new, |seen| {
            let took = text::about(seen.rtt);
            match (self.setup.kind, seen.end) {
                (_, End::Refused) => "a server refused the last request to lower it".to_owned(),
                (_, End::GaveUp) => format!("the last caller to give up had waited too long for a request of {took}"),
                (Kind::Aimd, _) if limit < told => format!("the last request to lower it took {took}"),
                (Kind::Aimd, _) => format!("the last request to raise it took {took}, and the limit is in use"),
                _ => format!(
                    "the last request took {took}, against {} that it takes for the time without a queue",
                    seen.unloaded.map_or_else(|| "nothing".to_owned(), text::about)
                ),
            }
        });
        let way = if limit < told { "falls" } else { "grows" };
        let end = if because.is_empty() { String::new() } else { format!(": {because}") };
        let said = format!("{} {way} from {told} to {limit} within {since}{end}.", self.setup.kind.the(true));
        self.say(Tone::Plain, "", said);
    }

    /// How long things have stood as they do.
    pub(super) fn stood(&self) -> Duration {
        Duration::from_secs(self.now.since(self.watch.since.max(Instant::ZERO)).as_secs())
    }
}
