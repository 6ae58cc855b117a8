//! What the reader does with two lanes, carried out. It arrives with the panels.

use super::{Intent, Player};
use crate::lab::{Lane, Lanes};

impl Player {
    /// Begins or ends comparing, or changes what the lanes are.
    pub(crate) fn compare(&mut self, intent: &Intent, clock: &dyn Fn() -> f64) {
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
}
