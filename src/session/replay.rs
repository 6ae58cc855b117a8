//! How a session gets from one instant to another: forwards through the inputs, back to a checkpoint.

use std::time::Duration;

use halfopen_core::Instant;

use super::{Playing, Session};
use crate::lab::link::RUN_MAX;
use crate::lab::{Config, Input, Kind, Lane, Tone, Value};

/// Checkpoints kept; when there are more, every second one goes and their distance doubles. A run of ten minutes then has
/// one every 16 seconds, which is a few hundred thousand events to replay at most, and the heaviest lab (two pools of twenty
/// thousand threads) weighs some 3 MB in each. `cargo xtask bench --only page` measures both.
const CHECKPOINTS_MAX: usize = 40;
/// The distance of checkpoints at first.
pub(super) const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// The run at an instant, to come back to.
pub(super) struct Checkpoint {
    at: Instant,
    taken: usize,
    a: Playing,
    b: Option<Playing>,
}

impl Session {
    /// Plays on to `to`, taking the inputs on the way. Earlier instants than the playhead are ignored.
    pub fn advance(&mut self, to: Instant) {
        let to = to.min(RUN_MAX);
        while self.now < to {
            let next_checkpoint = self.checkpoints.last().map_or(Instant::ZERO, |last| last.at + self.checkpoint_every);
            if next_checkpoint <= self.now {
                self.keep_checkpoint();
                continue;
            }
            let stop = to.min(next_checkpoint);
            self.advance_plainly(stop);
            if stop == next_checkpoint {
                self.keep_checkpoint();
            }
        }
        self.take_inputs();
        self.note_played();
    }

    pub(super) fn restart(&mut self) {
        self.begin();
        self.checkpoints.clear();
        self.checkpoint_every = CHECKPOINT_EVERY;
        self.played = Instant::ZERO;
        self.horizon.iter_mut().for_each(Vec::clear);
        self.keep_checkpoint();
        self.take_inputs();
        self.note_played();
    }

    /// The run at its beginning: what happens by itself at time 0 has happened, no input is taken.
    fn begin(&mut self) {
        let start = |config: &Config| {
            let mut playing = Playing::start(self.lab, config, self.story.seed);
            playing.run.advance(Instant::ZERO);
            playing
        };
        (self.a, self.b) = (start(&self.story.config), self.story.b.as_ref().map(start));
        self.now = Instant::ZERO;
        self.taken = 0;
    }

    /// To `to` without a checkpoint on the way; inputs are taken at their instants.
    pub(super) fn advance_plainly(&mut self, to: Instant) {
        loop {
            self.take_inputs();
            let input = self.story.inputs.get(self.taken).map_or(to, |timed| timed.at.min(to));
            self.advance_lanes(input);
            self.now = input;
            if input >= to {
                return;
            }
        }
    }

    /// Takes the inputs that are due at the playhead. Every other event of the instant comes before them, and what they
    /// cause at once comes after each.
    pub(super) fn take_inputs(&mut self) {
        while let Some(timed) = self.story.inputs.get(self.taken).filter(|timed| timed.at <= self.now) {
            let input = timed.input.clone();
            self.taken += 1;
            for (lane, playing) in Lane::ALL.into_iter().zip([Some(&mut self.a), self.b.as_mut()]) {
                match (&input, playing) {
                    (Input::Do { action, args }, Some(playing)) => playing.run.act(action, args),
                    (Input::Set { lanes, knob, value }, Some(playing)) if lanes.has(lane) => {
                        playing.turn(self.now, knob, value.clone());
                    }
                    _ => {}
                }
            }
            self.advance_lanes(self.now);
        }
    }

    fn advance_lanes(&mut self, to: Instant) {
        self.a.run.advance(to);
        if let Some(b) = &mut self.b {
            b.run.advance(to);
        }
    }

    pub(super) fn note_played(&mut self) {
        if self.now >= self.played {
            self.played = self.now;
        }
    }

    fn keep_checkpoint(&mut self) {
        if self.checkpoints.len() >= CHECKPOINTS_MAX {
            let mut index = 0;
            self.checkpoints.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.checkpoint_every = self.checkpoint_every.saturating_mul(2);
        }
        self.checkpoints.push(Checkpoint {
            at: self.now,
            taken: self.taken,
            a: self.a.checkpoint(),
            b: self.b.as_ref().map(Playing::checkpoint),
        });
    }

    /// To the last checkpoint at or before `to`; not when that is behind and `to` is not: what was played once is not
    /// played again, on the way forward neither.
    pub(super) fn jump(&mut self, to: Instant) {
        let found = self.checkpoints.iter().rposition(|checkpoint| checkpoint.at <= to);
        let place = found.and_then(|index| self.checkpoints.get(index)).map(|checkpoint| checkpoint.at);
        if to >= self.now && place <= Some(self.now) {
            return;
        }
        if self.now >= self.played {
            self.horizon = Lane::ALL.map(|lane| self.record_of(lane).healths().to_vec());
        }
        self.restore(found);
    }

    /// Goes back to before the input of that number was taken.
    pub(super) fn rewind_before_input(&mut self, number: usize) {
        self.checkpoints.retain(|checkpoint| checkpoint.taken <= number);
        let last = self.checkpoints.len().checked_sub(1);
        self.restore(last);
    }

    fn restore(&mut self, checkpoint: Option<usize>) {
        // The checkpoint at the beginning is never dropped; without one, the run starts anew, which is the same.
        match checkpoint.and_then(|index| self.checkpoints.get(index)) {
            Some(checkpoint) => {
                self.a = checkpoint.a.checkpoint();
                self.b = checkpoint.b.as_ref().map(Playing::checkpoint);
                self.now = checkpoint.at;
                self.taken = checkpoint.taken;
            }
            None => self.begin(),
        }
    }

    pub(super) fn forget_after_now(&mut self) {
        let (now, taken) = (self.now, self.taken);
        self.checkpoints.retain(|checkpoint| checkpoint.at < now || checkpoint.taken <= taken && checkpoint.at == now);
    }
}

impl Playing {
    /// A knob turned in the middle of the run stands in the log, before whatever it causes.
    fn turn(&mut self, now: Instant, id: &'static str, value: Value) {
        let before = self.current.show(id);
        self.current.set(id, value);
        if let Some(knob) = self.current.knob(id) {
            let said = if matches!(knob.kind, Kind::Document { .. }) {
                format!("You changed “{}”.", knob.label)
            } else {
                let (open, close) = if matches!(knob.kind, Kind::Choice { .. }) { ("“", "”") } else { ("", "") };
                let after = self.current.show(id);
                format!("You set “{}” from {open}{before}{close} to {open}{after}{close}.", knob.label)
            };
            self.run.record_mut().log(now, Tone::Info, "", said);
        }
        self.run.set(&self.current);
    }
}
