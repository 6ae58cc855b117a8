//! A session plays one lab: it holds the configuration, the seed and the reader's timed inputs, and shows the run at any
//! instant. Going back, forking, undoing and opening a link are all the same: replay the inputs from a checkpoint.
//!
//! It can play the lab twice side by side: lanes A and B have the same seed and the same clicks, and differ in their knobs.

mod replay;

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

use replay::{CHECKPOINT_EVERY, Checkpoint};

use crate::lab::link::{INPUTS_MAX, LINK_BYTES_MAX, Link, RUN_MAX};
use crate::lab::{
    Chart, Config, Entrance, Health, Input, Lane, Lanes, Record, Run, Scene, Table, Timed, Value, View, compare,
};

/// Futures that undo can bring back.
const UNDO_MAX: usize = 50;
/// How far one [`Session::step`] goes without an entry of the log.
const STEP_MAX: Duration = Duration::from_secs(600);
/// Instants at which something happens that one [`Session::step`] passes over: some tenths of a second on the page.
const STEP_EVENTS_MAX: u32 = 100_000;

/// One lab being played.
pub struct Session {
    lab: &'static Entrance,
    story: Story,
    a: Playing,
    b: Option<Playing>,
    now: Instant,
    /// How many of the inputs have been taken.
    taken: usize,
    checkpoints: Vec<Checkpoint>,
    checkpoint_every: Duration,
    /// How far it has been played, and how things stood until there.
    played: Instant,
    horizon: [Vec<(Instant, Health)>; 2],
    undo: Vec<Past>,
    redo: Vec<Past>,
    /// Whether a story told anew waits to be played; then where the playhead and the furthest were.
    lazy: bool,
    owed: Option<(Instant, Instant)>,
}

/// All that a run is made from.
#[derive(Clone, Debug, PartialEq)]
struct Story {
    config: Config,
    /// The other lane's, while two are compared.
    b: Option<Config>,
    seed: u64,
    inputs: Vec<Timed>,
}

/// A run, and the knobs as the inputs have made them.
struct Playing {
    run: Box<dyn Run>,
    current: Config,
}

impl Playing {
    fn start(lab: &Entrance, config: &Config, seed: u64) -> Self {
        Self { run: lab.start(config, Seed(seed)), current: config.clone() }
    }

    fn checkpoint(&self) -> Self {
        Self { run: self.run.checkpoint(), current: self.current.clone() }
    }
}

/// A story with how far it had been played, to come back to.
struct Past {
    story: Story,
    now: Instant,
    played: Instant,
}

/// Why a step or an input was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is under way: nothing will happen until the reader does something.
    NothingToCome,
    /// Much happened, and nothing of it is logged; the playhead stands where looking for it ended.
    NothingLogged,
    /// The lab has no such action or knob.
    Unknown,
    /// As many inputs as a link can hold, or as far as a run can go.
    Full,
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NothingToCome => "Nothing is under way: nothing will happen until you do something.",
            Self::NothingLogged => "Nothing was logged on the way here. Step again to look further.",
            Self::Unknown => "This lab has no such action.",
            Self::Full => "The run is as long as a link can hold. Reset to begin a new one.",
        })
    }
}

impl core::error::Error for Refused {}

impl Story {
    /// A lane's knobs; those of A when there is only one.
    fn of(&self, lane: Lane) -> &Config {
        self.b.as_ref().filter(|_| lane == Lane::B).unwrap_or(&self.config)
    }

    /// The knobs of these lanes.
    fn configs(&mut self, lanes: Lanes) -> impl Iterator<Item = &mut Config> {
        let a = lanes.has(Lane::A).then_some(&mut self.config);
        let b = self.b.as_mut().filter(|_| lanes.has(Lane::B));
        a.into_iter().chain(b)
    }

    /// Knobs turned in the middle of the run that are meant by `which` are not turned in these lanes.
    fn forget_turns(&mut self, forgotten: Lanes, which: impl Fn(&str) -> bool) {
        self.inputs.retain_mut(|timed| {
            let Input::Set { lanes, knob, .. } = &mut timed.input else { return true };
            if !which(knob) {
                return true;
            }
            match (*lanes, forgotten) {
                (_, Lanes::Both) => false,
                (Lanes::Both, Lanes::Only(lane)) => {
                    *lanes = Lanes::Only(if lane == Lane::A { Lane::B } else { Lane::A });
                    true
                }
                (Lanes::Only(turned), Lanes::Only(lane)) => turned != lane,
            }
        });
    }
}

impl Session {
    /// The run that a link describes, at its beginning: [`Session::seek`] goes to the link's playhead.
    pub fn open(link: &Link) -> Self {
        let story =
            Story { config: link.config.clone(), b: link.b.clone(), seed: link.seed, inputs: link.inputs.clone() };
        let mut session = Self {
            lab: link.lab,
            a: Playing::start(link.lab, &story.config, story.seed),
            b: None,
            now: Instant::ZERO,
            taken: 0,
            story,
            checkpoints: Vec::new(),
            checkpoint_every: CHECKPOINT_EVERY,
            played: Instant::ZERO,
            horizon: [Vec::new(), Vec::new()],
            undo: Vec::new(),
            redo: Vec::new(),
            lazy: false,
            owed: None,
        };
        session.restart();
        session
    }

    /// The lab.
    pub fn lab(&self) -> &'static Entrance {
        self.lab
    }

    /// The knobs at the beginning of the run.
    pub fn config(&self) -> &Config {
        &self.story.config
    }

    /// The knobs now: those turned in the middle of the run included.
    pub fn config_now(&self) -> Config {
        self.a.current.clone()
    }

    /// Whether two lanes are compared.
    pub fn is_comparing(&self) -> bool {
        self.story.b.is_some()
    }

    /// The knobs of a lane at the beginning; those of A when there is only one.
    pub fn config_of(&self, lane: Lane) -> &Config {
        self.story.of(lane)
    }

    /// The knobs of a lane now.
    pub fn config_now_of(&self, lane: Lane) -> &Config {
        &self.lane(lane).current
    }

    /// What happened in a lane up to the playhead.
    pub fn record_of(&self, lane: Lane) -> &Record {
        self.lane(lane).run.record()
    }

    /// What is to be seen of a lane at the playhead.
    pub fn scene_of(&self, lane: Lane, view: View) -> Scene {
        let reach = if self.is_comparing() { view.reach.max(self.reach()) } else { view.reach };
        self.lane(lane).run.scene(View { reach, ..view })
    }

    /// How far an axis of time in the picture has to reach, for all lanes.
    pub fn reach(&self) -> Duration {
        let b = self.b.as_ref().map_or(Duration::ZERO, |b| b.run.reach());
        self.a.run.reach().max(b)
    }

    /// A lane's charts up to the playhead.
    pub fn charts_of(&self, lane: Lane) -> Vec<Chart> {
        self.lane(lane).run.charts()
    }

    /// A lane's tables at the playhead.
    pub fn tables_of(&self, lane: Lane) -> Vec<Table> {
        self.lane(lane).run.tables()
    }

    /// How things stood in a lane, from the beginning to [`Session::played`].
    pub fn healths_of(&self, lane: Lane) -> &[(Instant, Health)] {
        let [a, b] = &self.horizon;
        match lane {
            _ if self.now >= self.played => self.lane(lane).run.record().healths(),
            Lane::B if self.b.is_some() => b,
            _ => a,
        }
    }

    fn lane(&self, lane: Lane) -> &Playing {
        self.b.as_ref().filter(|_| lane == Lane::B).unwrap_or(&self.a)
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.story.seed
    }

    /// What the reader did, in order; also what lies ahead of the playhead.
    pub fn inputs(&self) -> &[Timed] {
        &self.story.inputs
    }

    /// The playhead.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// How far the run has been played.
    pub fn played(&self) -> Instant {
        self.played
    }

    /// How things stood, from the beginning to [`Session::played`].
    pub fn healths(&self) -> &[(Instant, Health)] {
        self.healths_of(Lane::A)
    }

    /// What happened up to the playhead.
    pub fn record(&self) -> &Record {
        self.a.run.record()
    }

    /// What is to be seen at the playhead.
    pub fn scene(&self, view: View) -> Scene {
        self.scene_of(Lane::A, view)
    }

    /// The charts up to the playhead.
    pub fn charts(&self) -> Vec<Chart> {
        self.a.run.charts()
    }

    /// The charts of all lanes, of two lanes held against each other.
    pub fn charts_of_all(&self) -> Vec<Chart> {
        match &self.b {
            None => self.charts(),
            Some(b) => compare::charts(self.charts(), b.run.charts()),
        }
    }

    /// Whether anything is under way, or an input lies ahead.
    pub fn is_busy(&self) -> bool {
        self.next().is_some() || self.taken < self.story.inputs.len()
    }

    /// When the next thing happens by itself, in either lane.
    fn next(&self) -> Option<Instant> {
        self.lanes().filter_map(|playing| playing.run.next()).min()
    }

    /// Entries that the logs of all lanes have had.
    pub fn logged(&self) -> u64 {
        self.lanes().map(|playing| playing.run.record().logged()).sum()
    }

    fn lanes(&self) -> impl Iterator<Item = &Playing> {
        std::iter::once(&self.a).chain(&self.b)
    }

    /// The link to exactly this.
    pub fn link(&self) -> Link {
        Link {
            config: self.story.config.clone(),
            b: self.story.b.clone(),
            seed: self.story.seed,
            inputs: self.story.inputs.clone(),
            at: Some(self.now),
            ..Link::to(self.lab)
        }
    }

    /// Goes to any instant, forwards or back.
    pub fn seek(&mut self, to: Instant) {
        let to = to.min(RUN_MAX);
        self.approach(to);
        self.advance(to);
    }

    /// The first half of a [`Session::seek`]: to the nearest checkpoint at or before `to`, unless the playhead is between
    /// them. The rest can then be played in slices.
    pub fn approach(&mut self, to: Instant) {
        self.jump(to);
        if self.now == to {
            // A checkpoint lies before the inputs of its instant.
            self.take_inputs();
        }
    }

    /// From now on a story told anew (other settings, another seed, undo) stands at its beginning: the caller plays it in
    /// slices to where [`Session::owed`] says, so that a long run does not hold up a page.
    pub fn be_lazy(&mut self) {
        self.lazy = true;
    }

    /// The playhead and the furthest before the story was told anew, if it still waits at its beginning. Asked once.
    pub fn owed(&mut self) -> Option<(Instant, Instant)> {
        self.owed.take()
    }

    /// Goes to the next entry of the log.
    ///
    /// # Errors
    /// [`Refused::NothingToCome`] when there will be none by itself; then the playhead stays where it is.
    /// [`Refused::NothingLogged`] when there is none for long; then it has moved on.
    pub fn step(&mut self) -> Result<(), Refused> {
        let (from, played, logged) = (self.now, self.played, self.logged());
        let end = (self.now + STEP_MAX).min(RUN_MAX);
        for _ in 0..STEP_EVENTS_MAX {
            let input = self.story.inputs.get(self.taken).map(|timed| timed.at);
            let Some(next) = self.next().into_iter().chain(input).min().filter(|next| *next <= RUN_MAX) else {
                // What was passed over led to nothing: to have moved would say that it had.
                if self.now > from {
                    self.seek(from);
                    self.played = played;
                    self.horizon.iter_mut().for_each(|horizon| horizon.retain(|health| health.0 <= played));
                }
                return Err(Refused::NothingToCome);
            };
            self.advance(next.min(end));
            if self.logged() > logged {
                return Ok(());
            }
            if self.now >= end {
                break;
            }
        }
        Err(Refused::NothingLogged)
    }

    /// Goes back to the last entry of the log before the playhead, or to the beginning.
    pub fn step_back(&mut self) {
        let before =
            |playing: &Playing| playing.run.record().entries().rev().map(|entry| entry.at).find(|at| *at < self.now);
        let before = self.lanes().filter_map(before).max();
        self.seek(before.unwrap_or(Instant::ZERO));
    }

    /// The reader does something now. What lay ahead is replaced; [`Session::undo`] brings it back.
    ///
    /// # Errors
    /// When the lab has no such action, or the run is full.
    pub fn act(&mut self, action: &str, args: &[i64]) -> Result<(), Refused> {
        let action = self.lab.action(action).ok_or(Refused::Unknown)?;
        let args = action
            .args
            .iter()
            .enumerate()
            .map(|(index, (min, max))| args.get(index).copied().unwrap_or(*min).clamp(*min, *max));
        self.input(Input::Do { action: action.id, args: args.collect() })
    }

    /// The reader turns a knob in these lanes: at the beginning it changes the configuration, later it is an input like any
    /// other.
    ///
    /// # Errors
    /// When the lab has no such knob, the value is of another kind, or the run is full.
    pub fn turn(&mut self, lanes: Lanes, knob: &str, value: Value) -> Result<(), Refused> {
        if self.now == Instant::ZERO {
            return self.turn_from_start(lanes, knob, value);
        }
        let lanes = self.meant(lanes);
        let mut config = self.config_now();
        let knob = config.knob(knob).ok_or(Refused::Unknown)?;
        if !config.set(knob.id, value) {
            return Err(Refused::Unknown);
        }
        let value = config.value(knob.id).cloned().ok_or(Refused::Unknown)?;
        // A slider being dragged while time stands is one turn, not many. With a future ahead it is a new turn, so that
        // undo can bring that future back.
        if self.now == self.played
            && let Some(Timed { at, input: Input::Set { lanes: there, knob: last, value: held } }) =
                self.story.inputs.last_mut()
            && *at == self.now
            && *last == knob.id
            && *there == lanes
        {
            *held = value;
            self.redo.clear();
            let now = self.now;
            self.rewind_before_input(self.story.inputs.len() - 1);
            self.advance(now);
            return Ok(());
        }
        self.input(Input::Set { lanes, knob: knob.id, value })
    }

    /// The reader turns a knob for the whole run, which is replayed to the playhead with it.
    ///
    /// # Errors
    /// When the lab has no such knob or the value is of another kind.
    pub fn turn_from_start(&mut self, lanes: Lanes, knob: &str, value: Value) -> Result<(), Refused> {
        let mut story = self.story.clone();
        let id = story.config.knob(knob).ok_or(Refused::Unknown)?.id;
        let lanes = self.meant(lanes);
        for config in story.configs(lanes) {
            if !config.set(id, value.clone()) {
                return Err(Refused::Unknown);
            }
        }
        story.forget_turns(lanes, |knob| knob == id);
        self.retell_of(story);
        Ok(())
    }

    /// Other settings of these lanes for the whole run, such as a preset's; the clicks stay, knobs turned in the middle go.
    pub fn configure(&mut self, lanes: Lanes, config: &Config) {
        let mut story = self.story.clone();
        let lanes = self.meant(lanes);
        story.configs(lanes).for_each(|held| held.clone_from(config));
        story.forget_turns(lanes, |_| true);
        self.retell_of(story);
    }

    /// Retells a story of other knobs: what the reader did is done to what it was done to before.
    fn retell_of(&mut self, mut story: Story) {
        if let Some(follow) = self.lab.follow {
            follow(&self.story.config, &self.story.inputs, &story.config, &mut story.inputs);
        }
        self.retell(story);
    }

    /// Begins to compare: a second lane, with the settings of the first.
    pub fn compare(&mut self) {
        if !self.is_comparing() {
            self.retell(Story { b: Some(self.story.config.clone()), ..self.story.clone() });
        }
    }

    /// Ends comparing and goes on with one of the lanes.
    pub fn keep(&mut self, lane: Lane) {
        if !self.is_comparing() {
            return;
        }
        let mut story = Story { config: self.story.of(lane).clone(), b: None, ..self.story.clone() };
        story.inputs.retain_mut(|timed| match &mut timed.input {
            Input::Set { lanes, .. } => std::mem::take(lanes).has(lane),
            Input::Do { .. } => true,
        });
        self.retell(story);
    }

    /// The lanes exchange their names.
    pub fn swap(&mut self) {
        let Some(b) = self.story.b.clone() else { return };
        let mut story = Story { config: b, b: Some(self.story.config.clone()), ..self.story.clone() };
        for timed in &mut story.inputs {
            if let Input::Set { lanes: Lanes::Only(lane), .. } = &mut timed.input {
                *lane = if *lane == Lane::A { Lane::B } else { Lane::A };
            }
        }
        self.retell(story);
    }

    /// With one lane only, whatever is for A is for all.
    fn meant(&self, lanes: Lanes) -> Lanes {
        if self.is_comparing() { lanes } else { Lanes::Both }
    }

    /// Another seed for the whole run.
    pub fn reseed(&mut self, seed: u64) {
        self.retell(Story { seed, ..self.story.clone() });
    }

    /// Back to the beginning, without any input; the settings that hold now stay.
    pub fn reset(&mut self) {
        let (config, b) = (self.config_now(), self.b.as_ref().map(|b| b.current.clone()));
        self.remember();
        self.story = Story { config, b, seed: self.story.seed, inputs: Vec::new() };
        self.restart();
    }

    /// The run of another link to the same lab, from its beginning; undo brings the present one back.
    pub fn tell(&mut self, link: &Link) {
        let story =
            Story { config: link.config.clone(), b: link.b.clone(), seed: link.seed, inputs: link.inputs.clone() };
        if self.story != story {
            self.remember();
        }
        self.story = story;
        self.restart();
    }

    /// Whether [`Session::undo`] has something to bring back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether [`Session::redo`] has something to bring back.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes the last input or change of settings back; a future that it replaced is there again.
    pub fn undo(&mut self) -> bool {
        let Some(past) = self.undo.pop() else { return false };
        let present = self.past();
        self.redo.push(present);
        self.return_to(past);
        true
    }

    /// Takes an undo back.
    pub fn redo(&mut self) -> bool {
        let Some(past) = self.redo.pop() else { return false };
        let present = self.past();
        self.undo.push(present);
        self.return_to(past);
        true
    }

    fn input(&mut self, input: Input) -> Result<(), Refused> {
        if self.taken >= INPUTS_MAX || self.now >= RUN_MAX {
            return Err(Refused::Full);
        }
        let mut link = self.link();
        link.inputs.truncate(self.taken);
        link.inputs.push(Timed { at: self.now, input });
        if link.write().len() > LINK_BYTES_MAX {
            return Err(Refused::Full);
        }
        self.remember();
        self.story.inputs = link.inputs;
        self.forget_after_now();
        self.take_inputs();
        self.played = self.now;
        Ok(())
    }

    /// Tells another story up to the same playhead.
    fn retell(&mut self, story: Story) {
        let (now, played) = (self.now, self.played);
        self.remember();
        self.story = story;
        self.restart();
        self.play_through(now, played);
    }

    fn return_to(&mut self, past: Past) {
        self.story = past.story;
        self.restart();
        self.play_through(past.now, past.played);
    }

    /// Plays to the furthest first, for the scrub bar, then goes back to the playhead.
    fn play_through(&mut self, now: Instant, played: Instant) {
        if self.lazy {
            self.owed = Some((now, played));
            return;
        }
        self.advance(played);
        self.seek(now);
    }

    fn past(&self) -> Past {
        Past { story: self.story.clone(), now: self.now, played: self.played }
    }

    fn remember(&mut self) {
        self.redo.clear();
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        let past = self.past();
        self.undo.push(past);
    }
}
