//! What the reader wants that can only be wanted in the panels, carried out: presets, two lanes, edits. It arrives with them.

use halfopen_core::Instant;

use super::{Goal, Intent, Player};
use crate::lab::{BESIDE_PRESETS, Knob, Lane, Lanes, Value};

impl Player {
    /// Takes a preset, begins or ends comparing, changes what the lanes are, or edits.
    pub(crate) fn take_more(&mut self, intent: &Intent, clock: &dyn Fn() -> f64) {
        match intent {
            Intent::Edit(lanes, knob, value) => self.edit(*lanes, knob, value, clock),
            Intent::Preset(id) => self.preset(id, clock),
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

    fn preset(&mut self, id: &str, clock: &dyn Fn() -> f64) {
        let config = {
            let (lane, session) = (self.lane(), self.session.borrow());
            session.lab().preset_onto(id, session.config_now_of(lane))
        };
        if let Some(config) = config {
            self.session.borrow_mut().configure(self.lanes, &config);
            let told = if self.now() > Instant::ZERO || !self.session.borrow().inputs().is_empty() {
                "The run was played again with these settings."
            } else {
                ""
            };
            self.replay(told, clock);
        }
    }

    /// The whole run anew with another value. What was on the way to an instant still goes there.
    fn edit(&mut self, lanes: Lanes, knob: &str, value: &Value, clock: &dyn Fn() -> f64) {
        let way = self.goal.take();
        let result = self.session.borrow_mut().turn_from_start(lanes, knob, value.clone());
        // What figures assume is no event of the run.
        let is_told = |knob: &Knob| knob.group != BESIDE_PRESETS[1];
        let hint = match result {
            Err(refused) => refused.to_string(),
            Ok(()) if self.session.borrow().config().knob(knob).is_some_and(is_told) => {
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
