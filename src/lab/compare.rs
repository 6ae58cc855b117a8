//! Two lanes held against each other: what differs in their settings, their numbers, and their charts.

use std::mem;

use super::Lane;
use super::knob::{Config, Knob};
use super::scene::{Chart, Readout, Stroke, Tone};
use super::text;

/// The knobs that differ, with both values as they are shown.
pub fn differing(a: &Config, b: &Config) -> Vec<(&'static Knob, String, String)> {
    let differs = |(knob, value): &(&'static Knob, &super::Value)| b.value(knob.id) != Some(*value);
    a.iter().filter(differs).map(|(knob, _)| (knob, a.show(knob.id), b.show(knob.id))).collect()
}

/// A number of both lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// In lane A.
    pub a: Readout,
    /// In lane B; it may lack one.
    pub b: Option<Readout>,
    /// How B relates to A, such as "−50 %". Empty while either has no number.
    pub difference: String,
}

/// The numbers of both lanes, in the order of A.
pub fn readouts(a: Vec<Readout>, b: &[Readout]) -> Vec<Compared> {
    a.into_iter()
        .map(|a| {
            let b = b.iter().find(|b| b.id == a.id).cloned();
            let difference =
                b.as_ref().and_then(|b| Some(difference(a.number?, b.number?, &b.value))).unwrap_or_default();
            Compared { a, b, difference }
        })
        .collect()
}

/// How `b`, shown as `value`, relates to `a`.
fn difference(a: f64, b: f64, value: &str) -> String {
    let percent = |share: f64| text::decimal((share * 1000.0 + 0.5) as i64, 1);
    match b / a {
        _ if a == b => "the same".to_owned(),
        // From nothing, or through it, no share leads.
        ratio if !ratio.is_finite() || ratio < 0.0 => format!("now {value}"),
        ratio if ratio >= 10.0 => format!("{}×", text::decimal((ratio * 10.0 + 0.5) as i64, 1)),
        ratio if ratio > 1.0 => format!("+{}\u{202f}%", percent(ratio - 1.0)),
        ratio => format!("−{}\u{202f}%", percent(1.0 - ratio)),
    }
}

/// A chart of both lanes.
#[derive(Clone, Debug, PartialEq)]
pub enum Pair {
    /// Both in one picture: A's lines whole and B's dashed.
    Over(Box<Chart>),
    /// One beside the other, with the same axes where these say the same.
    Beside(Box<[Chart; 2]>),
}

/// The charts of both lanes with shared axes. One line each goes into one picture; more of them would be a tangle.
///
/// An axis is shared only where both call it alike: a count in 200 ms does not compare with one in 5 s.
pub fn charts(a: Vec<Chart>, b: Vec<Chart>) -> Vec<Pair> {
    let mut b = b.into_iter();
    a.into_iter()
        .map(|mut a| {
            // Both lanes are the same lab: it has the same charts in the same order.
            let Some(mut b) = b.next() else { return Pair::Over(Box::new(a)) };
            let axes = [(&mut a.x, &mut b.x), (&mut a.y, &mut b.y)];
            let alike = axes.each_ref().map(|(one, other)| (one.label, one.unit) == (other.label, other.unit));
            for ((one, other), _) in axes.into_iter().zip(alike).filter(|(_, alike)| *alike) {
                let (from, to) = (one.from.min(other.from), one.to.max(other.to));
                (one.from, one.to, other.from, other.to) = (from, to, from, to);
            }
            let single = |chart: &Chart| chart.lines.len() == 1 && chart.bands.is_empty();
            let whole = alike.iter().all(|alike| *alike);
            if whole && single(&a) && single(&b) {
                Pair::Over(Box::new(over(a, b)))
            } else {
                Pair::Beside(Box::new([a, b]))
            }
        })
        .collect()
}

fn over(mut a: Chart, mut b: Chart) -> Chart {
    for (chart, lane, tone) in [(&mut a, Lane::A, Tone::LaneA), (&mut b, Lane::B, Tone::LaneB)] {
        for line in &mut chart.lines {
            line.name = format!("{}: {}", lane.name(), mem::take(&mut line.name));
            line.tone = tone;
            line.stroke = match (lane, line.stroke.is_stepped()) {
                (Lane::A, true) => Stroke::Steps,
                (Lane::A, false) => Stroke::Solid,
                (Lane::B, true) => Stroke::DashedSteps,
                (Lane::B, false) => Stroke::Dashed,
            };
        }
    }
    a.lines.append(&mut b.lines);
    for mut limit in b.limits {
        if !a.limits.contains(&limit) {
            limit.label = format!("B: {}", limit.label);
            a.limits.push(limit);
        }
    }
    a.summary = format!("A: {} B: {}", a.summary, b.summary);
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_numbers_and_times() {
        let told = |a, b| difference(a, b, "2.5 s").replace('\u{202f}', " ");
        assert_eq!(told(4.0, 2.0), "−50 %");
        assert_eq!(told(2.0, 2.5), "+25 %");
        assert_eq!(told(1.0, 27.04), "27×");
        assert_eq!(told(0.0, 2.5), "now 2.5 s");
        assert_eq!(told(3.0, 3.0), "the same");
        assert_eq!(told(3.0, 0.0), "−100 %");
    }
}
