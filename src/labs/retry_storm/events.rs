//! What happens next. Most events of a kind come in the order in which they were expected: all tries are given up after the
//! same time. Such kinds wait in line, which is far less work than a heap of tens of thousands.

use std::collections::VecDeque;

use halfopen_core::Instant;
use halfopen_core::sim::Queue;

use super::Event;

/// The kinds that wait in line.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The end of a try's patience.
    TimeUp,
    /// The end of an equal wait.
    Retry,
    /// The end of an equal service.
    Finish,
}

/// Events to come, ordered by time; of the same time those in the heap first, in the order in which they came, then those in
/// line, kind by kind.
#[derive(Clone, Default)]
pub(super) struct Events {
    pub(super) heap: Queue<Event>,
    lines: [VecDeque<(Instant, Event)>; 3],
}

impl Events {
    /// An event of any kind.
    pub(super) fn push(&mut self, at: Instant, event: Event) {
        self.heap.push(at, event);
    }

    /// An event that probably comes after all others of its kind; it need not.
    pub(super) fn line_up(&mut self, kind: Kind, at: Instant, event: Event) {
        match self.lines.get_mut(kind as usize) {
            Some(line) if line.back().is_none_or(|last| last.0 <= at) => line.push_back((at, event)),
            _ => self.heap.push(at, event),
        }
    }

    /// When the next event is due.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let fronts = self.lines.iter().filter_map(|line| line.front()).map(|front| front.0);
        fronts.chain(self.heap.next_at()).min()
    }

    /// Takes out the next event and its time when that is at or before `to`.
    pub(super) fn pop_until(&mut self, to: Instant) -> Option<(Instant, Event)> {
        let next = self.next_at().filter(|next| *next <= to)?;
        if let Some(popped) = self.heap.pop_until(next) {
            return Some(popped);
        }
        self.lines.iter_mut().find(|line| line.front().is_some_and(|front| front.0 == next))?.pop_front()
    }
}
