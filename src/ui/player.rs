//! Plays a session: what play, pause, step, speed and acting mean for time. No web types; real time is passed in.
//!
//! Time stands at 0 until the first action or Play. Work that takes long is done in slices with a deadline, so that the
//! page stays alive.

mod compare;
mod take;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;

use super::clock::{FASTEST, factor};
use crate::lab::link::RUN_MAX;
use crate::lab::{Lane, Lanes, Link, Value};
use crate::session::{Refused, Session};

/// Real milliseconds that one frame may spend on playing on.
const PLAY_BUDGET: f64 = 9.0;
/// Real milliseconds that one frame may spend on going to another instant: enough to get anywhere in what was played in one
/// or two, also while the time bar's handle is being drawn, and little enough that *Cancel* is heard.
const SEEK_BUDGET: f64 = 30.0;
/// The longest real time that one frame stands for: after a hitch, time goes on where it was.
const FRAME_MAX: f64 = 100.0;
/// Real milliseconds with nothing under way after which time stops.
const QUIET: f64 = 10_000.0;

/// Nanoseconds of real time that a run asked for lasts at most.
const SHOWN_FOR: u64 = 8_000_000_000;

/// What the reader wants of the stage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Intent {
    /// An action with its arguments.
    Act(&'static str, Vec<i64>),
    /// Play, or pause.
    Toggle,
    /// On to the next entry of the log.
    Step,
    /// Back to the last entry of the log.
    StepBack,
    /// The speed as a power of two.
    Speed(i8),
    /// To an instant; playing goes on from there only if told so.
    Seek(Instant),
    /// Take the last input or setting back.
    Undo,
    /// Take an undo back.
    Redo,
    /// Back to the beginning, without inputs.
    Reset,
    /// Another seed.
    Reseed(u64),
    /// A knob.
    Turn(&'static str, Value),
    /// A knob in these lanes, for the whole run whatever the switch says: what the picture is of, or what figures assume.
    Edit(Lanes, &'static str, Value),
    /// A preset's settings.
    Preset(&'static str),
    /// Whether knobs are turned for the whole run.
    FromStart(bool),
    /// Begin to compare two lanes.
    Compare,
    /// End comparing, and go on with this lane.
    Keep(Lane),
    /// The lanes exchange their names.
    Swap,
    /// The lanes in which knobs are turned.
    Lanes(Lanes),
    /// Stop going to a far instant.
    Cancel,
}

/// Why time stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Nobody has touched it.
    Fresh,
    /// The reader paused or stepped: it stays so until they play.
    Reader,
    /// The reader went somewhere else in time, or came by a link: acting plays on.
    Moved,
    /// Nothing was under way for a while.
    Quiet,
}

/// A far instant to go to, and where to come back to then.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Goal {
    from: Instant,
    to: Instant,
    then: Instant,
}

/// A session with its playing state.
pub(crate) struct Player {
    /// The run.
    pub(crate) session: Rc<RefCell<Session>>,
    /// Why time stands, or `None` while it runs.
    pub(crate) pause: Option<Pause>,
    /// The speed as a power of two.
    pub(crate) speed: i8,
    /// The speed that is really reached, when the machine cannot keep up.
    pub(crate) behind: Option<f64>,
    /// Whether knobs are turned for the whole run.
    pub(crate) from_start: bool,
    /// The lanes in which knobs are turned.
    pub(crate) lanes: Lanes,
    /// Something to tell the reader about what they just did.
    pub(crate) hint: Option<String>,
    /// Counts whatever changes the run other than by time passing.
    pub(crate) revision: u64,
    /// Whether the reader has done anything yet, or there is something to see before.
    pub(crate) touched: bool,
    /// Where a run that was asked for stands still, with the speed to come back to then. Whatever makes another run of it
    /// takes this away.
    pub(crate) until: Option<(Instant, i8)>,
    /// What carries out the rest, where the panels have arrived.
    pub(crate) more: Option<fn(&mut Self, &Intent)>,
    goal: Option<Goal>,
    exact_ms: f64,
    quiet_ms: f64,
    slice: Duration,
    pace: Pace,
}

/// What was reached lately, to tell when the machine cannot keep up.
#[derive(Default)]
struct Pace {
    real_ms: f64,
    virtual_ms: f64,
    short: bool,
}

impl Intent {
    /// Whether it makes another run, and does not only look elsewhere in this one.
    pub(crate) fn changes_the_run(&self) -> bool {
        !matches!(
            self,
            Self::Toggle
                | Self::Step
                | Self::StepBack
                | Self::Speed(_)
                | Self::Seek(_)
                | Self::FromStart(_)
                | Self::Lanes(_)
                | Self::Cancel
        )
    }
}

impl Player {
    /// The run of a link, on the way to its playhead.
    pub(crate) fn open(link: &Link) -> Self {
        let mut session = Session::open(link);
        session.be_lazy();
        let mut player = Self {
            session: Rc::new(RefCell::new(session)),
            pause: Some(Pause::Fresh),
            speed: 0,
            behind: None,
            from_start: false,
            lanes: if link.b.is_some() { Lanes::Only(Lane::B) } else { Lanes::Both },
            hint: None,
            revision: 0,
            // What a reader builds is worked out before time runs.
            touched: !link.inputs.is_empty() || link.at.is_some() || !link.lab.about.edits.is_empty(),
            until: None,
            more: None,
            goal: None,
            exact_ms: 0.0,
            quiet_ms: 0.0,
            slice: Duration::from_millis(20),
            pace: Pace::default(),
        };
        if let Some(at) = link.at.filter(|at| *at > Instant::ZERO) {
            player.pause = Some(Pause::Moved);
            player.goal = Some(Goal { from: Instant::ZERO, to: at, then: at });
        }
        player
    }

    /// The lane whose knobs are shown: that in which they are turned.
    pub(crate) fn lane(&self) -> Lane {
        if self.lanes == Lanes::Only(Lane::B) && self.session.borrow().is_comparing() { Lane::B } else { Lane::A }
    }

    /// Whether frames are needed.
    pub(crate) fn is_moving(&self) -> bool {
        self.pause.is_none() || self.goal.is_some()
    }

    /// How much of the way to a far instant is done, 0 to 1.
    pub(crate) fn progress(&self) -> Option<f64> {
        let goal = self.goal?;
        let now = self.session.borrow().now();
        Some(now.since(goal.from).as_secs_f64() / goal.to.since(goal.from).as_secs_f64().max(1e-9))
    }

    /// Whether something that was played, or an input, lies ahead.
    pub(crate) fn is_past(&self) -> bool {
        let session = self.session.borrow();
        let now = session.now();
        now < session.played() || session.inputs().last().is_some_and(|last| last.at > now)
    }

    /// The playhead.
    pub(crate) fn now(&self) -> Instant {
        self.session.borrow().now()
    }

    /// A frame `dt` real milliseconds after the last one; `clock` tells real milliseconds, for the deadline.
    pub(crate) fn frame(&mut self, dt: f64, clock: &dyn Fn() -> f64) {
        if self.goal.is_some() {
            self.work(clock);
        } else if self.pause.is_none() {
            self.play_on(dt.clamp(0.0, FRAME_MAX), dt, clock);
        }
    }

    fn play_on(&mut self, dt: f64, real: f64, clock: &dyn Fn() -> f64) {
        let before = self.now();
        self.exact_ms += dt * factor(self.speed);
        let until = self.until.map_or(Instant::MAX, |until| until.0);
        let target = Instant::from_millis(self.exact_ms as u64).min(until);
        let reached = self.advance_within(target, PLAY_BUDGET, clock);
        let now = self.now();
        if !reached {
            self.exact_ms = now.as_nanos() as f64 / 1e6;
        }
        self.keep_pace(real, now.since(before), !reached);
        if now >= until {
            self.pause = Some(Pause::Moved);
            self.behind = None;
            return self.settle();
        }
        if now >= RUN_MAX {
            self.pause = Some(Pause::Reader);
            self.hint = Some(format!("Paused. {}", Refused::Full));
        }
        self.quiet_ms = if self.until.is_some() || self.session.borrow().is_busy() { 0.0 } else { self.quiet_ms + dt };
        if self.quiet_ms >= QUIET {
            self.pause = Some(Pause::Quiet);
            self.behind = None;
        }
    }

    fn keep_pace(&mut self, real: f64, gone: Duration, short: bool) {
        self.pace.real_ms += real;
        self.pace.virtual_ms += gone.as_secs_f64() * 1e3;
        self.pace.short |= short;
        if self.pace.real_ms >= 1000.0 {
            let reached = self.pace.virtual_ms / self.pace.real_ms;
            self.behind = (self.pace.short && reached < 0.9 * factor(self.speed)).then_some(reached);
            self.pace = Pace::default();
        }
    }

    /// Goes on towards the goal until the deadline, and comes to rest when it is there.
    pub(crate) fn work(&mut self, clock: &dyn Fn() -> f64) {
        let Some(goal) = self.goal else { return };
        if !self.advance_within(goal.to, SEEK_BUDGET, clock) {
            return;
        }
        self.goal = None;
        if goal.then < goal.to {
            self.session.borrow_mut().approach(goal.then);
            // At most the distance of two checkpoints is left, but that may be far in a long run.
            self.go(goal.then, clock);
        }
        self.settle();
    }

    /// Advances in slices that fit the machine until the deadline. Whether `to` was reached.
    fn advance_within(&mut self, to: Instant, budget: f64, clock: &dyn Fn() -> f64) -> bool {
        let mut session = self.session.borrow_mut();
        let begin = clock();
        let mut last = begin;
        loop {
            let now = session.now();
            if now >= to.min(RUN_MAX) {
                return true;
            }
            session.advance(to.min(now + self.slice));
            let after = clock();
            let took = after - last;
            last = after;
            // Slices stay whole milliseconds: from whole instants to whole instants.
            let millis = u64::try_from(self.slice.as_millis()).unwrap_or(1);
            let millis = if took > budget / 3.0 { millis / 2 } else { millis.saturating_mul(2) };
            self.slice = Duration::from_millis(millis.clamp(1, 60_000));
            if after - begin >= budget {
                return session.now() >= to;
            }
        }
    }

    fn go(&mut self, to: Instant, clock: &dyn Fn() -> f64) {
        let from = self.now();
        self.goal = (from < to).then_some(Goal { from, to, then: to });
        self.work(clock);
    }

    fn settle(&mut self) {
        let now = self.now();
        if let Some((_, speed)) = self.until.filter(|until| now >= until.0) {
            (self.until, self.speed) = (None, speed);
        }
        self.exact_ms = now.as_nanos() as f64 / 1e6;
        self.quiet_ms = 0.0;
        self.pace = Pace::default();
        self.revision += 1;
    }

    /// Plays the run of a link from its beginning to an instant, fast enough to last some seconds, and stands there.
    pub(crate) fn show(&mut self, link: &Link, to: Instant) {
        let before = self.until.map_or(self.speed, |until| until.1);
        self.speed = before.max(0);
        while self.speed < FASTEST && to.as_nanos() >> self.speed > SHOWN_FOR {
            self.speed += 1;
        }
        self.session.borrow_mut().tell(link);
        (self.until, self.goal, self.hint, self.behind) = (Some((to, before)), None, None, None);
        self.play();
    }

    fn play(&mut self) {
        self.settle();
        self.pause = None;
        self.touched = true;
    }
}
