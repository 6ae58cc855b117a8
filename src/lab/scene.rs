//! What is to be seen, as plain data: the page, the SVG export, the table and the screen reader are all made from it.

use std::time::Duration;

use super::text;

pub use super::chart::{Axis, Band, Chart, Limit, Line, Stroke};

/// How the reader looks: it changes what is drawn, never what happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The shape of the place to draw in.
    pub layout: Layout,
    /// The virtual time that lasts about 0.7 s for the reader at the present speed: something that takes no time at all
    /// (a request turned away) stays visible this long.
    pub glance: Duration,
    /// Whether the reader changes what the picture is of: marks then offer the lab's edits, and else its actions.
    pub editing: bool,
    /// How far an axis of time in the picture reaches at least, so that lanes held against each other have the same.
    pub reach: Duration,
}

impl Default for View {
    fn default() -> Self {
        Self { layout: Layout::Wide, glance: Duration::from_millis(700), editing: false, reach: Duration::ZERO }
    }
}

/// The shape of the place that a diagram is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// 1080 units wide: things follow each other from left to right. Shown from 820 px up.
    Wide,
    /// 340 units wide: things follow each other from top to bottom.
    Narrow,
}

/// What is to be seen at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The living picture.
    pub diagram: Diagram,
    /// The numbers.
    pub readouts: Vec<Readout>,
    /// How the action buttons look now, for those that differ from their table.
    pub buttons: Vec<Button>,
    /// The rule with the current numbers in it, line by line.
    pub why: Vec<Why>,
}

/// How an action's button looks now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The name of the action in whose place it stands.
    pub action: &'static str,
    /// The action that it does now: the same, or another such as its opposite.
    pub sends: &'static str,
    /// Its label now ("Heal the backend").
    pub label: String,
    /// Whether it stands pressed, for actions that switch something.
    pub pressed: Option<bool>,
    /// Whether it can be used now.
    pub enabled: bool,
}

/// A line of the *Why* panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The rule or formula in words ("opens when failures in a row ≥ threshold").
    pub rule: String,
    /// The same with the current numbers ("2 ≥ 3: not yet").
    pub now: String,
}

/// A table of numbers, for what is read row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in JSON.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What is to be known to read it right: whole sentences. May be empty.
    pub note: String,
    /// What each column tells.
    pub heads: Vec<&'static str>,
    /// The cells, row by row, as many as there are heads; the first of each names its row.
    pub rows: Vec<Vec<String>>,
    /// The row that tells of this moment.
    pub current: Option<usize>,
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Readout {
    /// Its name for goals, sweeps and JSON.
    pub id: &'static str,
    /// Its name for readers.
    pub label: &'static str,
    /// The number in its plain unit (seconds, a share between 0 and 1, a count). `None` while there is none yet.
    pub number: Option<f64>,
    /// As it is shown, with its unit.
    pub value: String,
    /// What it tells.
    pub tone: Tone,
}

/// What a colour means. The page gives each its colour for both themes; it never stands alone: a shape or word goes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Well, closed, answered.
    Ok,
    /// Failed, open.
    Bad,
    /// Half-open, in doubt, slow.
    Half,
    /// A thing in motion: a request.
    Info,
    /// Idle, not in use.
    Faint,
    /// The first lane or series.
    LaneA,
    /// The second lane or series.
    LaneB,
}

/// A picture made of marks, drawn in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// Width of the drawing in units: 1080 or 340, as [`Layout`] says.
    pub width: f32,
    /// Height of the drawing in units.
    pub height: f32,
    /// What the picture shows, in one sentence that stays true while it moves little: its accessible name.
    pub name: String,
    /// The marks.
    pub marks: Vec<Mark>,
}

/// A thing in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Stable from scene to scene, so that it can be followed and focused.
    pub id: String,
    /// What it is and where.
    pub shape: Shape,
    /// What it tells.
    pub tone: Tone,
    /// Its name, drawn with it where the shape has room for it.
    pub label: String,
    /// A second line: its state in words, with a number.
    pub note: String,
    /// What the reader can do to it.
    pub acts: Vec<Act>,
}

/// Something the reader can do to a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The action's name, or an edit's.
    pub action: &'static str,
    /// Its arguments.
    pub args: Vec<i64>,
    /// What it does, as a button would say it; of a field, its name.
    pub label: String,
    /// For an edit that takes what the reader types: what stands in the field now.
    pub typed: Option<String>,
}

/// A place in the drawing, in its units from the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Rightwards.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A box in the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

/// What a mark is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A participant: a box with its label and note inside; a circle where the box is a square.
    Node {
        /// Where.
        at: Area,
    },
    /// A line that joins things.
    Wire {
        /// Its corners.
        path: Vec<Point>,
        /// Broken: nothing passes.
        cut: bool,
    },
    /// A switch in a wire inside a ring. Label: the state's word with its shape; note: what it waits for.
    Switch {
        /// Centre.
        at: Point,
        /// Of the ring.
        radius: f32,
        /// How the blade stands.
        blade: Blade,
        /// How much of the ring is drawn in its tone, 0 to 1 (a countdown); `None` for a whole, quiet ring.
        ring: Option<f32>,
        /// Whether the wire runs from top to bottom.
        upright: bool,
    },
    /// Pips that fill towards a threshold. Label: the count in words.
    Pips {
        /// The first pip's centre.
        at: Point,
        /// How many are filled.
        filled: u32,
        /// How many there are.
        of: u32,
        /// Whether they stand below each other.
        upright: bool,
    },
    /// A request on its way. Its sign gives it its tone where that only says that it moves ([`Tone::Info`] or plain).
    Token {
        /// Where it is now.
        at: Point,
        /// What became of it, as a sign inside.
        sign: Sign,
    },
    /// An arrow along an arc, such as that of a request turned away.
    Arc {
        /// From.
        from: Point,
        /// To, where the head is.
        to: Point,
        /// How far its middle stands off to the left of its direction, in units.
        bulge: f32,
        /// 1 when it has just happened, 0 when it has faded.
        fresh: f32,
    },
    /// Many equal cells, drawn on canvas when there are thousands: threads, clients.
    Grid {
        /// Where.
        at: Area,
        /// Cells in a row.
        columns: u32,
        /// Runs of equal cells from the first on: how many, in which tone.
        runs: Vec<(u32, Tone)>,
    },
    /// A vessel that fills, upwards where it is taller than wide, with a line at its limit, which is where it is full.
    /// Label above, note inside.
    Meter {
        /// Where.
        at: Area,
        /// How full, 0 to 1.
        fill: f32,
    },
    /// A bar in a waterfall or histogram, from a beginning to an end; a dot where it is small and square. Label inside if
    /// there is room, note behind it.
    Span {
        /// Where.
        at: Area,
        /// Work for nobody: hatched.
        wasted: bool,
    },
    /// Words. Label: bold; note: quiet, below it.
    Words {
        /// Where the baseline begins, ends or has its middle.
        at: Point,
        /// Which of these.
        anchor: Anchor,
    },
    /// Many equal signs, one at each place: a row of dots a client. A form goes with the tone, so that they are told apart
    /// without colour: dots, squares where all is well, upright strokes in doubt, small rings while nothing has happened.
    Dots {
        /// Their centres.
        at: Vec<Point>,
        /// Their height in units.
        size: f32,
    },
    /// Bars side by side on a common foot: a histogram.
    Bars {
        /// Where.
        at: Area,
        /// How much of the height each takes, 0 to 1, from left to right; all are equally wide.
        heights: Vec<f32>,
    },
    /// A scale along things: a line with ticks.
    Axis {
        /// Where it begins.
        from: Point,
        /// Where it ends, to the right.
        to: Point,
        /// How far along each tick stands, 0 to 1, and what is written there.
        ticks: Vec<(f32, String)>,
    },
}

/// How a switch's blade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blade {
    /// Lets everything through.
    Closed,
    /// Lets nothing through.
    Open,
    /// Lets a probe through.
    HalfOpen,
}

/// The sign inside a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Under way.
    None,
    /// Answered.
    Tick,
    /// Failed.
    Cross,
    /// A probe.
    Probe,
    /// Waiting.
    Waiting,
}

/// Where words stand about their point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// They begin there.
    Start,
    /// It is their middle.
    Middle,
    /// They end there.
    End,
}

impl Point {
    /// The place `share` (0 to 1) of the way to `other`.
    pub fn toward(self, other: Self, share: f32) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

impl Area {
    /// Its centre.
    pub fn centre(self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }
}

impl Mark {
    /// A mark with a label and a note that the reader can do nothing to.
    pub fn new(
        id: impl Into<String>,
        shape: Shape,
        tone: Tone,
        label: impl Into<String>,
        note: impl Into<String>,
    ) -> Self {
        Self { id: id.into(), shape, tone, label: label.into(), note: note.into(), acts: Vec::new() }
    }

    /// The same mark with something the reader can do to it.
    #[must_use]
    pub fn with(mut self, action: &'static str, args: &[i64], label: impl Into<String>) -> Self {
        self.acts.push(Act { action, args: args.to_vec(), label: label.into(), typed: None });
        self
    }

    /// The same mark with a field of that name, in which `now` stands, for an edit that takes what is typed there.
    #[must_use]
    pub fn asking(mut self, edit: &'static str, args: &[i64], label: &str, now: String) -> Self {
        self.acts.push(Act { action: edit, args: args.to_vec(), label: label.to_owned(), typed: Some(now) });
        self
    }
}

impl Readout {
    /// The unit that its plain number is told in: `s`, `/s`, `%` of a share (whose number is a hundredth of that), or none.
    pub fn unit(&self) -> &'static str {
        let last = self.value.rsplit(['\u{a0}', ' ']).next().unwrap_or_default();
        match last {
            "h" | "min" | "s" | "ms" | "µs" | "ns" => "s",
            _ if last.ends_with("/s") => "/s",
            _ if last.ends_with('%') => "%",
            _ => "",
        }
    }

    /// How many there are of something.
    pub fn count(id: &'static str, label: &'static str, number: u64, tone: Tone) -> Self {
        let value = text::grouped(i64::try_from(number).unwrap_or(i64::MAX));
        Self { id, label, number: Some(number as f64), value, tone }
    }
}
