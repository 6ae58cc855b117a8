//! What is to be seen, as plain data: the page, the SVG export, the table and the screen reader are all made from it.

use std::time::Duration;

use super::text;

/// How the reader looks: it changes what is drawn, never what happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The shape of the place to draw in.
    pub layout: Layout,
    /// The virtual time that lasts about 0.7 s for the reader at the present speed: something that takes no time at all
    /// (a request turned away) stays visible this long.
    pub glance: Duration,
}

impl Default for View {
    fn default() -> Self {
        Self { layout: Layout::Wide, glance: Duration::from_millis(700) }
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
    /// The action's name.
    pub action: &'static str,
    /// Its arguments.
    pub args: Vec<i64>,
    /// What it does, as a button would say it.
    pub label: String,
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

/// A chart over time, or over another quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Its name in file names and JSON.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// How to read it, in a line.
    pub reading: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines.
    pub lines: Vec<Line>,
    /// Horizontal lines at a limit.
    pub limits: Vec<Limit>,
    /// States along the horizontal axis, drawn as a band below the lines.
    pub bands: Vec<Band>,
    /// What it shows now, in a sentence, for those who do not see it.
    pub summary: String,
}

/// An axis with its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is told.
    pub label: &'static str,
    /// The unit, empty for a bare count.
    pub unit: &'static str,
    /// The least value shown.
    pub from: f64,
    /// The greatest value shown; above `from`.
    pub to: f64,
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
    /// How it is drawn, so that lines can be told apart without colour.
    pub stroke: Stroke,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
    /// How uncertain each point is: half the height of its error bar. Empty for a line without.
    pub spread: Vec<f64>,
}

/// How a line of a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Whole, from point to point.
    Solid,
    /// Dashed, from point to point.
    Dashed,
    /// Whole, level until the next point.
    Steps,
    /// Dashed, level until the next point.
    DashedSteps,
    /// Filled down to zero.
    Area,
}

impl Stroke {
    /// Whether it is dashed.
    pub fn is_dashed(self) -> bool {
        matches!(self, Self::Dashed | Self::DashedSteps)
    }

    /// Whether it is level until the next point, as what is counted or switched is, and not from point to point.
    pub fn is_stepped(self) -> bool {
        matches!(self, Self::Steps | Self::DashedSteps)
    }
}

/// A limit in a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Where.
    pub at: f64,
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
}

/// A state from one point of the horizontal axis to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Begins.
    pub from: f64,
    /// Ends.
    pub to: f64,
    /// Its colour.
    pub tone: Tone,
    /// Its word.
    pub label: &'static str,
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
        self.acts.push(Act { action, args: args.to_vec(), label: label.into() });
        self
    }
}

impl Readout {
    /// How many there are of something.
    pub fn count(id: &'static str, label: &'static str, number: u64, tone: Tone) -> Self {
        let value = text::grouped(i64::try_from(number).unwrap_or(i64::MAX));
        Self { id, label, number: Some(number as f64), value, tone }
    }
}

impl Chart {
    /// The chart as a table: a heading a column, then a row an x value. A line without a point there holds its last value
    /// when it is drawn in steps, and is empty otherwise.
    pub fn table(&self) -> (Vec<String>, Vec<Vec<Option<f64>>>) {
        let unit = |axis: &Axis| {
            if axis.unit.is_empty() { axis.label.to_owned() } else { format!("{} ({})", axis.label, axis.unit) }
        };
        let mut heads = vec![unit(&self.x)];
        for line in &self.lines {
            heads.push(line.name.clone());
            if !line.spread.is_empty() {
                heads.push(format!("{} ±", line.name));
            }
        }
        let mut xs: Vec<f64> = self.lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)).collect();
        sort(&mut xs);
        xs.dedup();
        let mut cursors = vec![(0_usize, None); self.lines.len()];
        let rows = xs.iter().map(|x| {
            let mut row = vec![Some(*x)];
            for (line, (next, last)) in self.lines.iter().zip(&mut cursors) {
                let (mut hit, mut spread) = (None, None);
                while let Some(point) = line.points.get(*next).filter(|point| point.0 <= *x) {
                    (hit, spread) = (Some(point.1), line.spread.get(*next).copied());
                    *last = hit;
                    *next += 1;
                }
                row.push(if line.stroke.is_stepped() { *last } else { hit });
                if !line.spread.is_empty() {
                    row.push(spread);
                }
            }
            row
        });
        let rows = rows.collect();
        (heads, rows)
    }
}

/// Shell's sort: quick enough for what a chart holds, and a tenth of the standard library's code.
pub(crate) fn sort(numbers: &mut [f64]) {
    let mut gap = numbers.len() / 2;
    while gap > 0 {
        for end in gap..numbers.len() {
            let mut at = end;
            while at >= gap && numbers[at - gap].total_cmp(&numbers[at]).is_gt() {
                numbers.swap(at - gap, at);
                at -= gap;
            }
        }
        gap = if gap == 2 { 1 } else { gap * 5 / 11 };
    }
}
