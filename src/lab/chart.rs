//! Charts, as plain data: picture, table and CSV are made from it.

use std::borrow::Cow;

use super::Lane;
use super::scene::Tone;

/// A chart over time, or over another quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Its name in file names and JSON.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Of which lane, where two are compared and each has its own.
    pub lane: Option<Lane>,
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
    /// A column a point, from zero up.
    Columns,
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
    /// Its word, after a sign of its own where it has another one than its colour.
    pub label: &'static str,
}

impl Band {
    /// Its word with its sign, so that colour is never alone.
    pub fn signed(&self) -> String {
        let (sign, word) = (self.sign(), self.word());
        if sign.is_empty() { word.to_owned() } else { format!("{sign}\u{a0}{word}") }
    }

    /// The sign alone.
    pub fn sign(&self) -> &'static str {
        match (self.parts(), self.tone) {
            (Some((sign, _)), _) => sign,
            (None, Tone::Ok) => "●",
            (None, Tone::Bad) => "▲",
            (None, Tone::Half) => "◐",
            (None, _) => "",
        }
    }

    /// The word alone, as a table has it.
    pub fn word(&self) -> &'static str {
        self.parts().map_or(self.label, |parts| parts.1)
    }

    /// A sign of its own, and the word after it.
    fn parts(&self) -> Option<(&'static str, &'static str)> {
        let (sign, word) = self.label.split_once(' ')?;
        (sign.chars().count() == 1 && !sign.starts_with(char::is_alphanumeric)).then_some((sign, word))
    }
}

impl Chart {
    /// Its title, with the lane that it is of.
    pub fn heading(&self) -> Cow<'static, str> {
        self.lane.map_or(Cow::Borrowed(self.title), |lane| format!("{} · {}", self.title, lane.name()).into())
    }

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
