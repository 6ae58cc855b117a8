//! What the log tells: each change with its reason and the numbers of the moment.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::budget::Refused;
use halfopen_core::sim::Fault;

use super::callers::opened_after;
use super::requests::UNDER_WAY_MAX;
use super::setup::{Late, Retries};
use super::watch::{Bucket, Phase, SECOND};
use super::{Lab, forecast, numbers};
use crate::lab::scene::Tone;
use crate::lab::{text, wording};
use numbers::many;

impl Lab {
    fn say(&mut self, tone: Tone, head: impl Into<String>, text: String) {
        self.record.log(self.now, tone, head, text);
    }

    pub(super) fn tell_outage(&mut self) {
        let (now, load) = (self.now, numbers::failing_load(&self.setup, Duration::ZERO));
        self.watch.outage = Some((now, None));
        self.watch.recovered = None;
        self.watch.told = Default::default();
        self.turn(Phase::Outage);
        let (timeout, waits) = (text::about(self.setup.timeout), forecast::waits(&self.setup));
        let said = match (self.setup.outage, load) {
            (Fault::Down, _) if self.setup.retries == Retries::None => {
                "The server refuses every request at once, and nobody tries again.".to_owned()
            }
            (Fault::Down, Some(load)) => format!(
                "The server refuses every request. A try fails at once, and the next comes {waits} later: {} a second in the long run.",
                many(load)
            ),
            (Fault::Down, None) => "The server refuses every request at once.".to_owned(),
            (Fault::Slow { .. }, _) => {
                format!("The server takes ten times as long for each request that begins now. Clients wait {timeout}.")
            }
            _ => format!(
                "The server takes requests and never answers. Clients give a try up after {timeout}; what they gave up stays in its queue."
            ),
        };
        self.say(Tone::Bad, format!("{}.", Phase::Outage.word()), said);
    }

    pub(super) fn tell_outage_over(&mut self) {
        let now = self.now;
        let lasted = self.watch.outage.map_or(Duration::ZERO, |outage| now.since(outage.0));
        if let Some(outage) = &mut self.watch.outage {
            outage.1 = Some(now);
        }
        self.watch.causeless = now;
        self.turn(Phase::Overloaded);
        let (second, seconds) = self.watch.last(SECOND);
        let (queued, abandoned) = (self.server.queued(), self.server.abandoned().min(self.server.queued()));
        let queue = match queued {
            0 => "Its queue is empty.".to_owned(),
            _ => format!(
                "Its queue holds {}, of which {} are wanted no more: {} of work.",
                text::counted(queued.into(), "request", "requests"),
                text::grouped(abandoned.into()),
                text::about(self.queue_takes())
            ),
        };
        let said = format!(
            "It lasted {}. The server serves {} a second again; {} a second arrive. {queue}",
            text::about(lasted),
            many(self.setup.per_second()),
            many(f64::from(second.sent) / seconds)
        );
        self.say(Tone::Info, "● outage over.", said);
    }

    pub(super) fn tell_restart(&mut self) {
        let there = u64::from(self.server.queued()) + u64::from(self.server.in_service());
        self.watch.told = Default::default();
        let said = format!(
            "{} were there and failed at once. The queue is empty; those who wanted them are still there.",
            text::counted(there, "request", "requests")
        );
        self.say(Tone::Info, "● restarted.", said);
    }

    pub(super) fn tell_surge(&mut self, asked: u64) {
        let said = format!(
            "{} want something at the same instant: {} of work for the server.",
            text::counted(asked, "client", "clients"),
            text::about(self.setup.work(u32::try_from(asked).unwrap_or(u32::MAX)))
        );
        if self.phase() == Phase::Healthy {
            // A cause of its own only where there is no trouble yet.
            self.watch.causeless = self.now;
        }
        self.say(Tone::Info, "▲ all at once.", said);
    }

    /// A queue may have become too long just now.
    pub(super) fn tell_queue(&mut self) {
        let (queued, patience) = (self.server.queued(), self.setup.patience);
        if queued <= patience || std::mem::replace(&mut self.watch.told.queue, true) {
            return;
        }
        let said = format!(
            "{} joins behind {} would be answered after {}{}; clients give up after {}. {}",
            if self.setup.late() == Late::Overtaken { "Oldest first, whoever" } else { "Whoever" },
            text::counted(queued.into(), "request", "requests"),
            text::about(self.setup.answer(queued)),
            if self.is_up() { "" } else { " if the server were well" },
            text::about(self.setup.timeout),
            self.for_whom()
        );
        self.say(Tone::Half, "▲ queue too long.", said);
    }

    pub(super) fn tell_full(&mut self) {
        if std::mem::replace(&mut self.watch.told.full, true) {
            return;
        }
        let queue = self.setup.server.queue;
        let whole = text::about(self.setup.work(queue));
        let said = format!(
            "All {} are taken, {whole} of work. Newcomers are refused at once{}",
            numbers::places(queue),
            match self.setup.retries {
                _ if queue <= self.setup.patience && self.is_up() => {
                    ", and who has a place is answered in time.".to_owned()
                }
                _ if queue <= self.setup.patience => {
                    "; once the server is well, who has a place is answered in time.".to_owned()
                }
                Retries::None => ".".to_owned(),
                _ => format!(", and are back {} later.", forecast::waits(&self.setup)),
            }
        );
        self.say(Tone::Half, "▲ queue full.", said);
    }

    pub(super) fn tell_overload(&mut self) {
        let (second, seconds) = self.watch.last(SECOND);
        let said = format!(
            "Of the tries that ended in the last second {} failed and {} were answered. {} a second arrive; the server can serve {}.",
            many(second.failed.into()),
            many(second.good.into()),
            many(f64::from(second.sent) / seconds),
            many(self.setup.per_second())
        );
        self.say(Tone::Half, format!("{}.", Phase::Overloaded.word()), said);
    }

    pub(super) fn tell_waste(&mut self, second: &Bucket) {
        if std::mem::replace(&mut self.watch.told.waste, true) {
            return;
        }
        let said = format!(
            "Of {} requests served in the last second, {} had been given up before: the server works for nobody.",
            many((second.good + second.wasted).into()),
            many(second.wasted.into())
        );
        self.say(Tone::Bad, "✕ all work is waste.", said);
    }

    pub(super) fn tell_metastable(&mut self) {
        let (second, seconds) = self.watch.last(SECOND);
        let cause = self.cause_gone(self.now.since(self.watch.causeless));
        let said = format!(
            "{cause}, and nothing gets better: {} requests a second arrive, {} of them retries. Clients want {} and the server can serve {}, so there would be room; but its queue takes {} and clients wait {}. Every answer comes too late, and every timeout brings the next try.",
            many(f64::from(second.sent) / seconds),
            many(f64::from(second.retried) / seconds),
            many(self.setup.wanted().as_per_sec_f64()),
            many(self.setup.per_second()),
            text::about(self.queue_takes()),
            text::about(self.setup.timeout)
        );
        self.say(Tone::Bad, format!("{}.", Phase::Metastable.word()), said);
    }

    /// Since when the cause of the present trouble is no more.
    pub(super) fn cause_gone(&self, gone: Duration) -> String {
        let gone = text::about(gone);
        match self.watch.outage {
            Some((_, Some(over))) if over == self.watch.causeless => format!("The outage has been over for {gone}"),
            _ => format!("It began {gone} ago, and its cause is gone"),
        }
    }

    pub(super) fn tell_recovery(&mut self, after: Duration, at: Instant) {
        let (second, _) = self.watch.last(SECOND);
        let cause = match self.watch.outage {
            Some((_, Some(over))) if over == self.watch.causeless => "after the end of the outage",
            _ => "after its cause",
        };
        let said = format!(
            "At {}, {} {cause}, as the second since then shows: of its tries {} were answered and {} failed; the queue holds {}.",
            text::stamp(at, 1),
            text::about(after),
            many(second.good.into()),
            many(second.failed.into()),
            text::counted(self.server.queued().into(), "request", "requests")
        );
        self.say(Tone::Ok, "● recovered.", said);
    }

    pub(super) fn tell_breaker(&mut self, client: u32) {
        if std::mem::replace(&mut self.watch.told.breaker, true) {
            return;
        }
        let Some(config) = self.setup.breaker else { return };
        let said = format!(
            "The first of {}: in process {}, {} failed in a row. Its clients' tries fail at once for {}, and none of them reaches the server.",
            text::counted(self.setup.processes.into(), "breaker", "breakers"),
            client % self.setup.processes + 1,
            text::counted(opened_after(&config).into(), "try", "tries"),
            text::about(config.settings().open_for.initial)
        );
        self.say(Tone::Bad, "▲ breaker open.", said);
    }

    /// All breakers have closed again.
    pub(super) fn note_breakers(&mut self) {
        if self.watch.told.breaker && self.is_up() && !self.callers.iter().any(super::callers::Caller::is_open) {
            self.watch.told.breaker = false;
            self.say(Tone::Ok, "● breakers closed.", "Every process lets its tries through again.".to_owned());
        }
    }

    pub(super) fn tell_budget(&mut self, client: u32, refused: &Refused) {
        if std::mem::replace(&mut self.watch.told.budget, true) {
            return;
        }
        let said = format!(
            "In process {}: {} Its clients give up instead of trying again, until the budget permits it.",
            client % self.setup.processes + 1,
            wording::sentence(&refused.to_string())
        );
        self.say(Tone::Half, "▲ budget spent.", said);
    }

    pub(super) fn tell_no_room(&mut self) {
        if std::mem::replace(&mut self.watch.told.room, true) {
            return;
        }
        let said = format!(
            "{} requests are under way, as many as this lab keeps: whatever else is wanted is given up at once.",
            text::grouped(i64::try_from(UNDER_WAY_MAX).unwrap_or(i64::MAX))
        );
        self.say(Tone::Half, "▲ no room.", said);
    }

    /// For whom the server works while its queue is too long.
    fn for_whom(&self) -> String {
        let until = "until the queue is short enough; what waits already is served all the same";
        let server = if self.is_up() { "The server" } else { "Once it is well, the server" };
        match self.setup.late() {
            Late::Served if self.server.fault() == &Fault::Hung => {
                "It answers nobody now; once it is well, it begins with work for nobody.".to_owned()
            }
            Late::Served => "From here on the server works for nobody.".to_owned(),
            Late::Dropped => "But the server does not work for those who have gone first.".to_owned(),
            Late::TurnedAway => format!("{server} turns newcomers away {until}."),
            Late::RetriesTurnedAway => format!("{server} turns retries away {until}."),
            Late::Overtaken => {
                "But the newest are served first: whoever waits is overtaken by those who come later.".to_owned()
            }
        }
    }
}
