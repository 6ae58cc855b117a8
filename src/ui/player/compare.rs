//! What the reader does with two lanes, or with what the picture is of, carried out. It arrives with the panels.

use halfopen_core::Instant;

use super::{Goal, Intent, Player};
use crate::lab::{AS_TEXT, Knob, Lane, Lanes, Value};

impl Player {
    /// Begins or ends comparing, changes what the lanes are, or edits.
    pub(crate) fn compare(&mut self, intent: &Intent, clock: &dyn Fn() -> f64) {
        if let Intent::Edit(lanes, knob, value) = intent {
            return self.edit(*lanes, knob, value, clock);
        }
        if self.goal.is_some() {
            self.hint = Some("On the way to another time. Wait, or cancel.".to_owned());
            return;
        }
        self.hint = None;
        match intent {
            Intent::Lanes(lanes) => {
                self.lanes = *lanes;
                self.revision += 1;
            }
            Intent::Compare => {
                self.session.borrow_mut().compare();
                self.lanes = Lanes::Only(Lane::B);
                self.replay("B is the same run. Turn a knob: it holds in B only.", clock);
            }
            Intent::Keep(lane) => {
                self.session.borrow_mut().keep(*lane);
                self.lanes = Lanes::Both;
                self.replay("One lane again. Undo brings the other back.", clock);
            }
            Intent::Swap => {
                self.session.borrow_mut().swap();
                self.replay("What was B is A.", clock);
            }
            _ => {}
        }
    }

    /// The whole run anew with another value. What was on the way to an instant still goes there: whoever edits quickly
    /// does not wait for each run.
    fn edit(&mut self, lanes: Lanes, knob: &str, value: &Value, clock: &dyn Fn() -> f64) {
        let way = self.goal.take();
        let result = self.session.borrow_mut().turn_from_start(lanes, knob, value.clone());
        let is_picture = |knob: &Knob| knob.group == AS_TEXT;
        let hint = match result {
            Err(refused) => refused.to_string(),
            Ok(()) if self.session.borrow().config().knob(knob).is_some_and(is_picture) => {
                "Changed. Undo takes it back.".to_owned()
            }
            Ok(()) => String::new(),
        };
        self.replay(&hint, clock);
        if let Some(Goal { to, then, .. }) = way {
            self.goal = Some(Goal { from: Instant::ZERO, to, then });
            self.work(clock);
        }
    }
}
