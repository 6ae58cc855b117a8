//! The Lab contract: what a lab declares and what a running lab can be asked.
//!
//! A lab is one file in `labs/` and one line in the registry. It draws nothing and reads no clock: it declares its knobs
//! and actions as tables, and answers with plain data (a [`Scene`], [`Chart`]s and a [`Record`]). Everything else (page,
//! links, command line, tests) is made from these.
//!
//! A run is a function: the same configuration, seed and timed inputs give the same [`Record`] at every instant,
//! however the time between is sliced.

pub mod ask;
pub mod chart;
pub mod code;
pub mod compare;
pub mod document;
pub mod knob;
pub mod link;
pub mod mean;
pub mod record;
pub mod scene;
pub mod text;
pub mod traffic;
pub mod wording;

pub use ask::{Guess, Verdict};
pub use code::{Exercise, Fault, Language, Program};
pub use knob::{Config, Kind, Knob, Unit, Value};
pub use link::{Link, Notice};
pub use record::{Entry, Health, Record};
pub use scene::{Chart, Diagram, Layout, Mark, Readout, Scene, Shape, Table, Tone, View};

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

/// What a lab says of itself before anything runs.
pub struct About {
    /// The lab's address: lower case, words joined by hyphens.
    pub slug: &'static str,
    /// Its name in headings and lists.
    pub title: &'static str,
    /// One sentence for lists and search engines.
    pub summary: &'static str,
    /// What it claims, in a sentence or two, computed from the knobs so that it stays true when they are turned.
    pub claim: fn(&Config) -> String,
    /// The one source for sliders, links, embed attributes and the command line's options.
    pub knobs: &'static [Knob],
    /// Named settings of all knobs; the first is the default.
    pub presets: &'static [Preset],
    /// What the reader can do while it runs.
    pub actions: &'static [Action],
    /// What the reader can change by hand about what the picture is of.
    pub edits: &'static [Edit],
    /// What these settings mean, computed before anything runs.
    pub outlook: fn(&Config) -> Vec<Fact>,
    /// Where knobs contradict each other: what was made of them instead. Empty when all is well.
    pub conflicts: fn(&Config) -> Vec<String>,
    /// Questions to answer before looking.
    pub predictions: &'static [Prediction],
    /// Tasks that the simulation itself checks.
    pub goals: &'static [Goal],
}

/// A named setting of the knobs.
pub struct Preset {
    /// Its name in links and on the command line.
    pub id: &'static str,
    /// Its name on the page, such as the library it comes from.
    pub label: &'static str,
    /// What of the original it does not reproduce, or what it shows. May be empty.
    pub note: &'static str,
    /// Where the numbers come from. Empty for our own.
    pub source: &'static str,
    /// Knob ids and values as text; knobs not named have their defaults.
    pub set: &'static [(&'static str, &'static str)],
}

/// Something the reader can do at an instant of the run.
pub struct Action {
    /// Its name in links.
    pub id: &'static str,
    /// Its name on a button while nothing else is said by the scene.
    pub label: &'static str,
    /// What it does, for a tooltip and the help.
    pub help: &'static str,
    /// Bounds of its whole-number arguments, in order; empty when it takes none. Values outside are clamped.
    pub args: &'static [(i64, i64)],
    /// Whether it has a button of its own below the diagram; others live on the diagram's marks only.
    pub button: bool,
    /// The first of these is the large one.
    pub primary: bool,
    /// The key that does it while the stage has focus.
    pub key: Option<char>,
}

/// A way to change by hand what the picture is of. A mark's act that names one is no input of the run: it turns a knob, from
/// the start, as the reader could have done by typing.
pub struct Edit {
    /// Its name, which no action has.
    pub id: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// The knob with its new value.
    pub make: Make,
}

/// From the knobs now, the act's arguments and what was typed (nothing where nothing is asked for), the knob to turn with its
/// new value; or what is wrong, and what would do.
pub type Make = fn(&Config, &[i64], &str) -> Result<(&'static str, Value), String>;

/// A named number with the sentence that says what it means.
pub struct Fact {
    /// What is told, such as "Time to open at 50 % failing".
    pub label: String,
    /// The number with its unit.
    pub value: String,
    /// How it comes about, with the current numbers in it.
    pub because: String,
}

/// A question that the reader answers before the reveal.
pub struct Prediction {
    /// Its name in links and stored progress.
    pub id: &'static str,
    /// The question.
    pub question: &'static str,
    /// The link (query only) that sets the lab up for it.
    pub setup: &'static str,
    /// The readout that answers it, and when, in milliseconds of the run.
    pub readout: &'static str,
    /// The time at which the readout is taken.
    pub at_ms: u64,
    /// The stated answer; a test runs the lab and compares.
    pub answer: f64,
    /// How far from the answer still counts as right.
    pub tolerance: f64,
    /// Wrong answers that have a name: the value, and the misconception behind it.
    pub misconceptions: &'static [(f64, &'static str)],
}

/// A task: a predicate over readouts.
pub struct Goal {
    /// Its name in links and stored progress.
    pub id: &'static str,
    /// What to reach.
    pub task: &'static str,
    /// A way there, on demand.
    pub hint: &'static str,
    /// Whether it is reached.
    pub reached: fn(&Record, &[Readout]) -> bool,
    /// A link (query only) whose run reaches it: the proof that it can be done.
    pub proof: &'static str,
}

/// A running lab.
///
/// Time only moves in [`Lab::advance`]; [`Lab::act`] and [`Lab::set`] happen at the instant last advanced to.
pub trait Lab: Clone + 'static {
    /// The tables.
    const ABOUT: About;

    /// A program with faults to be found, for labs that have one.
    const EXERCISE: Option<&'static Exercise> = None;
    /// Where arguments of actions count what the knobs list: how the reader's deeds are told of other knobs. None where they
    /// mean the same whatever the knobs say.
    const FOLLOW: Option<Follow> = None;

    /// What the knobs describe, as programs to take along. None for most labs.
    fn programs(_config: &Config) -> Vec<Program> {
        Vec::new()
    }

    /// The lab at the beginning of a run.
    fn start(config: &Config, seed: Seed) -> Self;

    /// Lets everything happen that is due at or before `to`. Earlier instants than the last are ignored.
    fn advance(&mut self, to: Instant);

    /// When the next thing happens by itself, if anything is under way.
    fn next(&self) -> Option<Instant>;

    /// The reader does something. Unknown actions do nothing; `args` are within the bounds of the table.
    fn act(&mut self, action: &str, args: &[i64]);

    /// The reader turned a knob in the middle of the run: `config` holds from now on.
    fn set(&mut self, config: &Config);

    /// What happened so far.
    fn record(&self) -> &Record;

    /// The same, for what a session itself adds: the knobs that the reader turned.
    fn record_mut(&mut self) -> &mut Record;

    /// What is to be seen now.
    fn scene(&self, view: View) -> Scene;

    /// How far an axis of time in the picture has to reach. Zero where it has none.
    fn reach(&self) -> Duration {
        Duration::ZERO
    }

    /// The charts up to now. May be costly: asked for less often than the scene.
    fn charts(&self) -> Vec<Chart>;

    /// What is read row by row, up to now; asked for with the charts.
    fn tables(&self) -> Vec<Table> {
        Vec::new()
    }
}

/// [`Lab`] as an object.
pub trait Run {
    /// See [`Lab::advance`].
    fn advance(&mut self, to: Instant);
    /// See [`Lab::next`].
    fn next(&self) -> Option<Instant>;
    /// See [`Lab::act`].
    fn act(&mut self, action: &str, args: &[i64]);
    /// See [`Lab::set`].
    fn set(&mut self, config: &Config);
    /// See [`Lab::record`].
    fn record(&self) -> &Record;
    /// See [`Lab::record_mut`].
    fn record_mut(&mut self) -> &mut Record;
    /// See [`Lab::scene`].
    fn scene(&self, view: View) -> Scene;
    /// See [`Lab::reach`].
    fn reach(&self) -> Duration;
    /// See [`Lab::charts`].
    fn charts(&self) -> Vec<Chart>;
    /// See [`Lab::tables`].
    fn tables(&self) -> Vec<Table>;
    /// A copy to come back to.
    fn checkpoint(&self) -> Box<dyn Run>;
}

impl<L: Lab> Run for L {
    fn advance(&mut self, to: Instant) {
        Lab::advance(self, to);
    }
    fn next(&self) -> Option<Instant> {
        Lab::next(self)
    }
    fn act(&mut self, action: &str, args: &[i64]) {
        Lab::act(self, action, args);
    }
    fn set(&mut self, config: &Config) {
        Lab::set(self, config);
    }
    fn record(&self) -> &Record {
        Lab::record(self)
    }
    fn record_mut(&mut self) -> &mut Record {
        Lab::record_mut(self)
    }
    fn scene(&self, view: View) -> Scene {
        Lab::scene(self, view)
    }
    fn reach(&self) -> Duration {
        Lab::reach(self)
    }
    fn charts(&self) -> Vec<Chart> {
        Lab::charts(self)
    }
    fn tables(&self) -> Vec<Table> {
        Lab::tables(self)
    }
    fn checkpoint(&self) -> Box<dyn Run> {
        Box::new(self.clone())
    }
}

/// Groups of knobs that a preset leaves alone unless it names them.
pub const BESIDE_PRESETS: [&str; 5] =
    ["Traffic", "What these settings mean", "Overlaid strategies", "Time", "Error budget"];

/// The group of the documents that are what the picture is of. They stand below it as a line of text.
pub const AS_TEXT: &str = "The system as a line of text";

/// Tells inputs of other knobs: the knobs at the beginning and the inputs as they were, the knobs as they are to be, and the
/// inputs to be changed, which are the same but for turns that are gone.
pub type Follow = fn(&Config, &[Timed], &Config, &mut [Timed]);

/// A lab in the registry: its tables, and how to start it.
pub struct Entrance {
    /// The tables.
    pub about: About,
    /// See [`Lab::EXERCISE`].
    pub exercise: Option<&'static Exercise>,
    /// See [`Lab::FOLLOW`].
    pub follow: Option<Follow>,
    /// See [`Lab::programs`].
    pub programs: fn(&Config) -> Vec<Program>,
    start: fn(&Config, Seed) -> Box<dyn Run>,
}

impl Entrance {
    /// The entrance to `L`.
    pub const fn to<L: Lab>() -> Self {
        Self {
            about: L::ABOUT,
            exercise: L::EXERCISE,
            follow: L::FOLLOW,
            programs: L::programs,
            start: |config, seed| Box::new(L::start(config, seed)),
        }
    }

    /// A run at its beginning.
    pub fn start(&self, config: &Config, seed: Seed) -> Box<dyn Run> {
        (self.start)(config, seed)
    }

    /// All knobs at their defaults.
    pub fn defaults(&self) -> Config {
        Config::new(self.about.knobs)
    }

    /// The knobs as a preset has them, or `None` for an unknown preset.
    pub fn preset(&self, id: &str) -> Option<Config> {
        let preset = self.about.presets.iter().find(|preset| preset.id == id)?;
        let mut config = self.defaults();
        for (knob, text) in preset.set {
            // The registry walk proves that every preset's values parse and fit.
            let _ = config.set_text(knob, text);
        }
        Some(config)
    }

    /// A preset over these settings: what is no part of it (the traffic, the questions asked of it) stays as it is, so that
    /// two presets can be held against each other. `None` for an unknown preset.
    pub fn preset_onto(&self, id: &str, config: &Config) -> Option<Config> {
        let mut onto = self.preset(id)?;
        let named = self.about.presets.iter().find(|preset| preset.id == id)?.set;
        for (knob, value) in config.iter() {
            if BESIDE_PRESETS.contains(&knob.group) && !named.iter().any(|(id, _)| *id == knob.id) {
                onto.set(knob.id, value.clone());
            }
        }
        Some(onto)
    }

    /// The preset whose knobs these are, whatever the traffic.
    pub fn preset_of(&self, config: &Config) -> Option<&'static Preset>
    where
        Self: 'static,
    {
        self.about.presets.iter().find(|preset| self.preset_onto(preset.id, config).as_ref() == Some(config))
    }

    /// The edit of that name.
    pub fn edit(&self, id: &str) -> Option<&'static Edit> {
        self.about.edits.iter().find(|edit| edit.id == id)
    }

    /// Whether a link that locks these knobs leaves the picture to be edited.
    pub fn is_editable(&self, lock: &[String]) -> bool {
        !self.about.knobs.iter().any(|knob| knob.group == AS_TEXT && lock.iter().any(|id| id == knob.id))
    }

    /// The action of that name.
    pub fn action(&self, id: &str) -> Option<&'static Action> {
        self.about.actions.iter().find(|action| action.id == id)
    }
}

/// What lists and headings say of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// See [`About::slug`].
    pub slug: &'static str,
    /// See [`About::title`].
    pub title: &'static str,
    /// See [`About::summary`].
    pub summary: &'static str,
}

impl Listed {
    /// What is said of `L`.
    pub const fn of<L: Lab>() -> Self {
        Self { slug: L::ABOUT.slug, title: L::ABOUT.title, summary: L::ABOUT.summary }
    }
}

/// There is one entrance to each lab.
impl PartialEq for Entrance {
    fn eq(&self, other: &Self) -> bool {
        self.about.slug == other.about.slug
    }
}

impl core::fmt::Debug for Entrance {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Entrance({})", self.about.slug)
    }
}

/// What the reader did, with the instant at which it took effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// When.
    pub at: Instant,
    /// What.
    pub input: Input,
}

/// One of the two runs that are held against each other; a run alone is `A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The run as it is.
    A,
    /// The same with other settings.
    B,
}

impl Lane {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// The lanes that a setting is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lanes {
    /// Both, or the only one.
    #[default]
    Both,
    /// One of them.
    Only(Lane),
}

impl Lanes {
    /// Whether `lane` is among them.
    pub fn has(self, lane: Lane) -> bool {
        self == Self::Both || self == Self::Only(lane)
    }

    /// What stands before a knob's name in links.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::Only(Lane::A) => "a.",
            Self::Only(Lane::B) => "b.",
        }
    }

    /// A knob's name with its prefix taken off.
    pub fn of(name: &str) -> (Self, &str) {
        let only =
            |lane| [Self::Only(lane)].into_iter().find_map(|lanes| Some((lanes, name.strip_prefix(lanes.prefix())?)));
        only(Lane::A).or_else(|| only(Lane::B)).unwrap_or((Self::Both, name))
    }
}

/// Something the reader did.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// An action from the lab's table, with its arguments.
    Do {
        /// The action's name.
        action: &'static str,
        /// Its arguments, within the bounds of the table.
        args: Vec<i64>,
    },
    /// A knob turned in the middle of the run.
    Set {
        /// Where.
        lanes: Lanes,
        /// The knob's name.
        knob: &'static str,
        /// Its new value, within its range.
        value: Value,
    },
}
