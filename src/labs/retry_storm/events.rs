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

/// How long the events of a drawer are due after one another.
const DRAWER: u64 = 100_000_000;
/// Drawers of the wheel; what is due later than all of them goes round again.
const DRAWERS: usize = 512;

/// Events to come, ordered by time; of the same time those in the heap first, in the order in which they came there, then
/// those in line, kind by kind.
///
/// What is due after the horizon lies in a wheel of drawers, unsorted: a heap of ten thousand thoughts takes far more work
/// than one of those that end within the next tenth of a second.
#[derive(Clone)]
pub(super) struct Events {
    heap: Queue<Event>,
    lines: [VecDeque<(Instant, Event)>; 3],
    wheel: Vec<Vec<(Instant, Event)>>,
    /// How many lie in the wheel.
    lying: usize,
    /// The drawer that is opened next; what is due before it is in the heap or in line.
    drawer: u64,
}

impl Default for Events {
    fn default() -> Self {
        Self { heap: Queue::new(), lines: Default::default(), wheel: vec![Vec::new(); DRAWERS], lying: 0, drawer: 0 }
    }
}

impl Events {
    /// An event of any kind.
    pub(super) fn push(&mut self, at: Instant, event: Event) {
        let number = at.as_nanos() / DRAWER;
        match self.wheel.get_mut(number as usize % DRAWERS) {
            Some(drawer) if number >= self.drawer => {
                drawer.push((at, event));
                self.lying += 1;
            }
            _ => self.heap.push(at, event),
        }
    }

    /// The heap itself, for events that come one by one.
    pub(super) fn heap(&mut self) -> &mut Queue<Event> {
        &mut self.heap
    }

    /// An event that probably comes after all others of its kind; it need not.
    pub(super) fn line_up(&mut self, kind: Kind, at: Instant, event: Event) {
        match self.lines.get_mut(kind as usize) {
            Some(line) if line.back().is_none_or(|last| last.0 <= at) => line.push_back((at, event)),
            _ => self.push(at, event),
        }
    }

    /// When the next event is due.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let next = self.sorted_at();
        if self.lying == 0 || next.is_some_and(|next| self.is_sorted(next)) {
            return next;
        }
        self.wheel.iter().flatten().map(|lying| lying.0).chain(next).min()
    }

    /// Takes out the next event and its time when that is at or before `to`.
    pub(super) fn pop_until(&mut self, to: Instant) -> Option<(Instant, Event)> {
        while self.lying > 0 && !self.sorted_at().is_some_and(|next| self.is_sorted(next)) {
            self.open();
        }
        let next = self.sorted_at().filter(|next| *next <= to)?;
        if let Some(popped) = self.heap.pop_until(next) {
            return Some(popped);
        }
        self.lines.iter_mut().find(|line| line.front().is_some_and(|front| front.0 == next))?.pop_front()
    }

    /// Whether nothing that is due by then lies in the wheel.
    fn is_sorted(&self, at: Instant) -> bool {
        at.as_nanos() / DRAWER < self.drawer
    }

    fn sorted_at(&self) -> Option<Instant> {
        let fronts = self.lines.iter().filter_map(|line| line.front()).map(|front| front.0);
        fronts.chain(self.heap.next_at()).min()
    }

    /// What lies in the next drawer goes into the heap, but for what is due a round later.
    fn open(&mut self) {
        let (number, heap, mut taken) = (self.drawer, &mut self.heap, 0);
        if let Some(drawer) = self.wheel.get_mut(number as usize % DRAWERS) {
            drawer.retain(|(at, event)| {
                let later = at.as_nanos() / DRAWER > number;
                if !later {
                    heap.push(*at, *event);
                    taken += 1;
                }
                later
            });
        }
        self.lying -= taken;
        self.drawer += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use halfopen_core::rng::Seed;

    /// Against the plain model: sorted by time.
    #[test]
    fn whatever_lies_in_wheel_line_and_heap_comes_by_its_time() {
        let mut dice = Seed(7).stream("events");
        let mut events = Events::default();
        let (mut model, mut now, mut popped) = (Vec::new(), Instant::ZERO, Vec::new());
        for slot in 0..5_000 {
            let far = if slot % 7 == 0 { 200_000_000_000 } else { 400_000_000 };
            let at = Instant::from_nanos(now.as_nanos() + dice.below(far));
            let event = Event::TimeUp { slot, generation: 0 };
            match dice.below(3) {
                0 => events.push(at, event),
                1 => events.line_up(Kind::TimeUp, at, event),
                _ => events.line_up(Kind::Retry, at, event),
            }
            model.push(at);
            assert_eq!(events.next_at(), model.iter().skip(popped.len()).min().copied());
            let to = Instant::from_nanos(now.as_nanos() + dice.below(20_000_000));
            while let Some((at, _)) = events.pop_until(to) {
                popped.push(at);
                now = at;
                let first = model.iter().position(|expected| *expected == at).expect("it was pushed");
                model.swap(first, popped.len() - 1);
            }
            now = now.max(to);
        }
        while let Some((at, _)) = events.pop_until(Instant::MAX) {
            popped.push(at);
        }
        assert!(popped.is_sorted() && popped.len() == 5_000);
        assert_eq!((events.next_at(), events.lying), (None, 0));
    }
}
