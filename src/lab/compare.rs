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

/// A number of both lanes; settings may bring one that the other lane lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Stable name.
    pub id: &'static str,
    /// What it is.
    pub label: &'static str,
    /// In lane A.
    pub a: Option<Readout>,
    /// In lane B.
    pub b: Option<Readout>,
    /// How B relates to A, such as "−50 %". Empty while either has no number.
    pub difference: String,
}

/// The numbers of both lanes, in the order of A; what only B has follows what it follows in B.
pub fn readouts(a: Vec<Readout>, b: Vec<Readout>) -> Vec<Compared> {
    let new = |readout: &Readout| Compared {
        id: readout.id,
        label: readout.label,
        a: None,
        b: None,
        difference: String::new(),
    };
    let mut all: Vec<Compared> = a.into_iter().map(|a| Compared { a: Some(a.clone()), ..new(&a) }).collect();
    let mut place = 0;
    for b in b {
        let found = all.iter().position(|both| both.id == b.id);
        let index = found.unwrap_or_else(|| {
            all.insert(place, new(&b));
            place
        });
        place = index + 1;
        if let Some(both) = all.get_mut(index) {
            let a = both.a.as_ref().and_then(|a| a.number);
            both.difference = a.zip(b.number).map(|(a, number)| difference(a, number, &b.value)).unwrap_or_default();
            both.b = Some(b);
        }
    }
    all
}

/// How `b`, shown as `value`, relates to `a`.
fn difference(a: f64, b: f64, value: &str) -> String {
    let percent = |share: f64| text::decimal((share * 1000.0 + 0.5) as i64, 1);
    match b / a {
        _ if a == b => "the same".to_owned(),
        // A percentage of percentages is seldom what is meant.
        _ if value.ends_with('%') => {
            let points = text::decimal(libm::round((b - a).abs() * 1000.0) as i64, 1);
            format!("{}{points}\u{a0}points", if b > a { "+" } else { "−" })
        }
        // From nothing, or through it, no share leads.
        ratio if !ratio.is_finite() || ratio < 0.0 => format!("now {value}"),
        ratio if ratio >= 10.0 => format!("{}×", text::decimal((ratio * 10.0 + 0.5) as i64, 1)),
        ratio if ratio > 1.0 => format!("+{}\u{202f}%", percent(ratio - 1.0)),
        ratio => format!("−{}\u{202f}%", percent(1.0 - ratio)),
    }
}

/// The charts of both lanes, with shared axes where both measure the same. A line each goes into one picture, A's whole and
/// B's dashed; more of them would be a tangle, and stand one beside the other.
pub fn charts(a: Vec<Chart>, b: Vec<Chart>) -> Vec<Chart> {
    let mut b = b.into_iter().peekable();
    let mut all = Vec::new();
    for a in a {
        // What B alone has stays where it stands in B.
        let shared = b.clone().any(|b| b.id == a.id);
        while shared && let Some(alone) = b.next_if(|b| b.id != a.id) {
            all.push(Chart { lane: Some(Lane::B), ..alone });
        }
        match b.next_if(|b| b.id == a.id) {
            Some(b) => pair(a, b, &mut all),
            None => all.push(Chart { lane: Some(Lane::A), ..a }),
        }
    }
    all.extend(b.map(|alone| Chart { lane: Some(Lane::B), ..alone }));
    all
}

fn pair(mut a: Chart, mut b: Chart, all: &mut Vec<Chart>) {
    let mut alike = true;
    for (one, other) in [(&mut a.x, &mut b.x), (&mut a.y, &mut b.y)] {
        // A share and a count have no axis in common.
        if (one.label, one.unit) != (other.label, other.unit) {
            alike = false;
            continue;
        }
        let (from, to) = (one.from.min(other.from), one.to.max(other.to));
        (one.from, one.to, other.from, other.to) = (from, to, from, to);
    }
    let single = |chart: &Chart| chart.lines.len() == 1 && chart.bands.is_empty();
    if alike && single(&a) && single(&b) {
        all.push(over(a, b));
    } else {
        all.extend([(Lane::A, a), (Lane::B, b)].map(|(lane, chart)| Chart { lane: Some(lane), ..chart }));
    }
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
    use crate::lab::scene::Axis;

    #[test]
    fn what_only_one_lane_has_keeps_its_place() {
        let lane = |ids: &[&'static str]| -> Vec<Readout> {
            ids.iter().map(|id| Readout::count(id, id, 1, Tone::Plain)).collect()
        };
        let both = readouts(lane(&["sent", "failed", "time"]), lane(&["sent", "opened", "refused", "time"]));
        let told: Vec<_> = both.iter().map(|both| (both.id, both.a.is_some(), both.b.is_some())).collect();
        assert_eq!(
            told,
            [
                ("sent", true, true),
                ("opened", false, true),
                ("refused", false, true),
                ("failed", true, false),
                ("time", true, true)
            ]
        );
        assert_eq!(both[0].difference, "the same");
        assert_eq!(both[1].difference, "");
    }

    #[test]
    fn charts_share_axes_only_where_they_measure_the_same() {
        let chart = |id, unit, to| Chart {
            lane: None,
            id,
            title: id,
            reading: String::new(),
            x: Axis { label: "time", unit: "s", from: 0.0, to },
            y: Axis { label: "failures", unit, from: 0.0, to },
            lines: Vec::new(),
            limits: Vec::new(),
            bands: Vec::new(),
            summary: String::new(),
        };
        let pairs = charts(
            vec![chart("state", "", 4.0), chart("failures", "", 3.0)],
            vec![chart("waits", "s", 1.0), chart("failures", "%", 100.0)],
        );
        let told: Vec<_> = pairs.iter().map(|chart| (chart.heading(), chart.x.to, chart.y.to)).collect();
        assert_eq!(
            told,
            [
                ("state · A".into(), 4.0, 4.0),
                ("waits · B".into(), 1.0, 1.0),
                ("failures · A".into(), 100.0, 3.0),
                ("failures · B".into(), 100.0, 100.0)
            ]
        );
    }

    #[test]
    fn a_difference_is_told_in_numbers_and_times() {
        let told = |a, b| difference(a, b, "2.5 s").replace('\u{202f}', " ");
        assert_eq!(told(4.0, 2.0), "−50 %");
        assert_eq!(told(2.0, 2.5), "+25 %");
        assert_eq!(told(1.0, 27.04), "27×");
        assert_eq!(told(0.0, 2.5), "now 2.5 s");
        assert_eq!(told(3.0, 3.0), "the same");
        assert_eq!(told(3.0, 0.0), "−100 %");
        assert_eq!(difference(0.859, 0.183, "18.3\u{a0}%"), "−67.6\u{a0}points");
    }
}
