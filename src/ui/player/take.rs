//! What the reader wants, carried out.

use halfopen_core::Instant;

use super::super::clock::{FASTEST, SLOWEST};
use super::{Goal, Intent, Pace, Pause, Player};
use crate::lab::Value;
use crate::lab::text::stamp;

impl Player {
    /// The reader wants something.
    pub(crate) fn take(&mut self, intent: Intent, clock: &dyn Fn() -> f64) {
        let under_way = self.goal.is_some();
        self.hint = None;
        if let Some((_, speed)) = self.until.filter(|_| !under_way && intent.changes_the_run()) {
            (self.until, self.speed) = (None, speed);
        }
        match intent {
            Intent::Speed(speed) => {
                if let Some(until) = &mut self.until {
                    until.1 = speed;
                }
                self.speed = speed.clamp(SLOWEST, FASTEST);
                self.behind = None;
                self.pace = Pace::default();
            }
            Intent::FromStart(on) => self.from_start = on,
            Intent::Cancel => {
                self.goal = None;
                self.pause = Some(Pause::Moved);
                self.hint = Some(format!("Stopped on the way, at {}.", stamp(self.now(), 1)));
                self.settle();
            }
            Intent::Seek(to) => {
                self.goal = None;
                if self.pause != Some(Pause::Reader) {
                    self.pause = Some(Pause::Moved);
                }
                self.session.borrow_mut().approach(to);
                self.go(to, clock);
                self.settle();
            }
            // Whoever edits quickly does not wait for each run.
            _ if under_way && !matches!(intent, Intent::Edit(..)) => {
                self.hint = Some("On the way to another time. Wait, or cancel.".to_owned())
            }
            Intent::Act(action, args) => self.act(action, &args),
            Intent::Toggle if self.pause.is_some() => self.play(),
            Intent::Toggle => {
                self.pause = Some(Pause::Reader);
                self.settle();
            }
            Intent::Step => self.step(),
            Intent::StepBack => {
                self.pause = Some(Pause::Reader);
                self.session.borrow_mut().step_back();
                self.settle();
            }
            Intent::Undo => {
                if self.session.borrow_mut().undo() {
                    self.replay("Undone.", clock);
                }
            }
            Intent::Redo => {
                if self.session.borrow_mut().redo() {
                    self.replay("Done again.", clock);
                }
            }
            Intent::Reset => {
                self.session.borrow_mut().reset();
                self.pause = Some(Pause::Fresh);
                self.behind = None;
                self.settle();
            }
            Intent::Reseed(seed) => {
                self.session.borrow_mut().reseed(seed);
                self.replay("Another seed: the same clicks with other chance.", clock);
            }
            Intent::Turn(knob, value) => self.turn(knob, value, clock),
            Intent::Edit(..)
            | Intent::Preset(_)
            | Intent::Compare
            | Intent::Keep(_)
            | Intent::Swap
            | Intent::Lanes(_) => {
                if let Some(more) = self.more {
                    more(self, &intent);
                }
            }
        }
    }

    fn act(&mut self, action: &'static str, args: &[i64]) {
        let result = self.session.borrow_mut().act(action, args);
        match result {
            Err(refused) => self.hint = Some(refused.to_string()),
            Ok(()) => {
                self.touched = true;
                match self.pause {
                    None => {
                        self.revision += 1;
                        self.quiet_ms = 0.0;
                    }
                    Some(Pause::Reader) => {
                        self.settle();
                        self.hint = Some(format!(
                            "Time stands at {}; it took effect there. Play or step to see what comes of it.",
                            stamp(self.now(), 1)
                        ));
                    }
                    Some(_) => self.play(),
                }
            }
        }
    }

    fn step(&mut self) {
        self.touched = true;
        self.pause = Some(Pause::Reader);
        let result = self.session.borrow_mut().step();
        if let Err(refused) = result {
            self.hint = Some(refused.to_string());
        }
        self.settle();
    }

    fn turn(&mut self, knob: &'static str, value: Value, clock: &dyn Fn() -> f64) {
        let (from_start, lanes) = (self.from_start || self.now() == Instant::ZERO, self.lanes);
        let was_busy = self.session.borrow().is_busy();
        let result = {
            let mut session = self.session.borrow_mut();
            if from_start { session.turn_from_start(lanes, knob, value) } else { session.turn(lanes, knob, value) }
        };
        match result {
            Err(refused) => self.hint = Some(refused.to_string()),
            Ok(()) if from_start => self.replay("", clock),
            Ok(()) => {
                let now = stamp(self.now(), 1);
                self.settle();
                self.hint =
                    Some(format!("Holds from {now} on. To replay all with it, tick “apply knobs from the start”."));
            }
        }
        // What sets something going does as a click on it would: time runs, unless the reader wants it to stand.
        let rests = !matches!(self.pause, None | Some(Pause::Reader)) && self.goal.is_none();
        if rests && !was_busy && self.session.borrow().is_busy() {
            self.play();
        }
    }

    /// After the story changed: plays it again to where it was.
    pub(super) fn replay(&mut self, told: &str, clock: &dyn Fn() -> f64) {
        let owed = self.session.borrow_mut().owed();
        if let Some((now, played)) = owed {
            let played = played.max(now);
            if played > Instant::ZERO {
                self.goal = Some(Goal { from: Instant::ZERO, to: played, then: now });
                self.work(clock);
            }
        }
        if !told.is_empty() {
            self.hint = Some(told.to_owned());
        }
        self.settle();
    }
}
