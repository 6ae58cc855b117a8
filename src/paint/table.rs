//! A chart as a table for reading and as CSV.

use std::borrow::Cow;

use super::{band, tick};
use crate::lab::scene::{Chart, Line, Stroke, Tone};

/// A chart's numbers as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it is, with the unit of its values.
    pub caption: String,
    /// A column each.
    pub heads: Vec<String>,
    /// How many of the columns hold numbers; the others hold words.
    pub numbers: usize,
    /// The rows that are kept.
    pub rows: Vec<Vec<String>>,
    /// How many there are in all.
    pub of: usize,
}

/// Lines first, then a column a row of states: the states' changes have rows of their own.
fn full(chart: &Chart) -> (Vec<String>, Vec<Vec<Cell>>) {
    let states = band::rows(&chart.bands);
    let mut all = chart.clone();
    for row in &states {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (index, band) in row.iter().enumerate() {
            // Where the next one begins at once, its point comes later and counts.
            points.extend([(band.from, index as f64), (band.to, f64::NAN)]);
        }
        all.lines.push(Line {
            name: "state".to_owned(),
            tone: Tone::Plain,
            stroke: Stroke::Steps,
            points,
            spread: Vec::new(),
        });
    }
    let (heads, rows) = all.table();
    let lines = chart.lines.iter().map(|line| 1 + usize::from(!line.spread.is_empty())).sum::<usize>();
    let rows = rows.into_iter().map(|row| {
        let cells = row.into_iter().enumerate().map(|(column, value)| match value {
            Some(value) if column > lines => {
                let state = states[column - lines - 1].get(value as usize).filter(|_| value.is_finite());
                state.map_or(Cell::Empty, |band| Cell::Word(band.word()))
            }
            Some(value) if value.is_finite() => Cell::Number(value),
            _ => Cell::Empty,
        });
        cells.collect()
    });
    let rows = rows.collect();
    (heads, rows)
}

enum Cell {
    Number(f64),
    Word(&'static str),
    Empty,
}

/// The chart as a table of at most `most` rows, evenly thinned, first and last kept.
pub fn table(chart: &Chart, most: usize) -> Table {
    let (heads, rows) = full(chart);
    let of = rows.len();
    let most = most.max(2);
    let kept = |index: usize| if of <= most { index } else { index * (of - 1) / (most - 1) };
    let rows = (0..of.min(most)).filter_map(|index| rows.get(kept(index)));
    let show = |cell: &Cell| match cell {
        Cell::Number(value) => tick::short(*value),
        Cell::Word(word) => (*word).to_owned(),
        Cell::Empty => "–".to_owned(),
    };
    let rows = rows.map(|row| row.iter().map(show).collect()).collect();
    let values = if chart.y.unit.is_empty() {
        format!("{}: {}", chart.heading(), chart.y.label)
    } else {
        format!("{}: {} in {}", chart.heading(), chart.y.label, chart.y.unit)
    };
    Table { caption: values, heads, numbers: 1 + chart.lines.len(), rows, of }
}

/// A word as a field of CSV, quoted where RFC 4180 wants it. What a spreadsheet would take for a formula is kept as text.
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\r', '\n']) {
        return text.into();
    }
    format!("\"{guard}{}\"", text.split('"').collect::<Vec<_>>().join("\"\"")).into()
}

/// The chart's numbers as CSV (RFC 4180), all of them; `write` writes a number exactly.
pub fn csv(chart: &Chart, write: fn(f64) -> String) -> String {
    let (heads, rows) = full(chart);
    let mut out = String::new();
    let mut record = |fields: Vec<String>| {
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    };
    let word = |text: &str| csv_field(text).into_owned();
    record(heads.iter().map(|head| word(head)).collect());
    for row in rows {
        let show = |cell: Cell| match cell {
            Cell::Number(value) => write(value),
            Cell::Word(text) => word(text),
            Cell::Empty => String::new(),
        };
        record(row.into_iter().map(show).collect());
    }
    out
}
