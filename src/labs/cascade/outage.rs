//! The backend hangs and is healed.

use super::lane::Lane;
use super::{Event, Lab};
use crate::lab::scene::Tone;
use crate::lab::text;

impl Lab {
    /// The reader turned the time from which it hangs. A time that is past means now, unless it was healed since.
    pub(super) fn set_to_hang(&mut self) {
        let from = self.setup.hangs_from;
        self.hang_generation = self.hang_generation.wrapping_add(1);
        if from > self.now {
            self.queue.push(from, Event::Hang { generation: self.hang_generation });
        } else if self.healed.is_none_or(|healed| healed < from) {
            self.hang();
        }
    }

    pub(super) fn hang(&mut self) {
        if self.hung {
            return;
        }
        let now = self.now;
        (self.hung, self.hung_since, self.timeouts_told) = (true, now, false);
        self.record.event(now, 5, &[1]);
        self.record.log(
            now,
            Tone::Bad,
            "✕ hanging.",
            "The backend takes calls and never answers, nor those that it had begun: each one holds a thread until its timeout.",
        );
        // Answers under way, also those that healing brought, do not come any more: only the end of patience does.
        for with in [false, true] {
            let mut held = Vec::new();
            for (slot, thread) in self.lane(with).busy_slots() {
                thread.generation = thread.generation.wrapping_add(1);
                held.push((slot, thread.generation, thread.patience));
            }
            for (slot, generation, patience) in held {
                self.queue.push(patience.max(now), Event::Attempt { with, slot, generation, answered: false });
            }
        }
        self.note_health();
    }

    pub(super) fn heal(&mut self) {
        if !self.hung {
            return;
        }
        let now = self.now;
        (self.hung, self.healed) = (false, Some(now));
        self.record.event(now, 5, &[0]);
        let (without, with) = (self.without.used, self.with.used);
        (self.without.left_over, self.with.left_over) = (Some(without), Some(with));
        let said = format!(
            "The backend answers again. Calls that it still held: {} without the breaker and {} with it.",
            text::grouped(i64::from(without)),
            text::grouped(i64::from(with))
        );
        self.record.log(now, Tone::Ok, "● healed.", said);
        // What it held is answered one latency later; a caller whose patience ends before that has given up by then.
        let ends = now + self.setup.latency;
        for with in [false, true] {
            let held: Vec<(u32, u32)> =
                self.lane(with).busy_slots().map(|(slot, thread)| (slot, thread.generation)).collect();
            for (slot, generation) in held {
                self.queue.push(ends, Event::Attempt { with, slot, generation, answered: true });
            }
        }
        self.note_health();
    }

    pub(super) fn tell_first_timeout(&mut self) {
        if !self.hung || std::mem::replace(&mut self.timeouts_told, true) {
            return;
        }
        let held = |lane: &Lane| text::grouped(i64::from(lane.used));
        let said = format!(
            "The first timeouts return, {} after the backend hung: from then until now no call had failed. Threads held: {} without a breaker and {} with one.",
            text::about(self.now.since(self.hung_since)),
            held(&self.without),
            held(&self.with)
        );
        self.record.log(self.now, Tone::Plain, "", said);
    }
}
