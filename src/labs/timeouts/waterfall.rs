//! The waterfall: each hop's calls as bars along time; what was, what is for nobody, and what would still come.

use std::time::Duration;

use halfopen_core::Instant;

use super::Lab;
use super::calls::Reply;
use super::picture::Places;
use super::rules;
use super::setup::{C, CLIENT};
use super::trail::Bar;
use crate::lab::scene::{Area, Mark, Point, Shape, Tone};
use crate::lab::text;

/// Bars that overlap in a row stand above each other, so many at most.
const LANES: usize = 3;
/// A waterfall longer than this is drawn as far as this.
const LONGEST: u64 = 24 * 3_600_000_000_000;
/// What nothing ends is given so much room at least.
const ENDLESS: Duration = Duration::from_secs(5);
const MS: u64 = 1_000_000;
const S: u64 = 1000 * MS;
/// From tick to tick, in nanoseconds.
const TICKS: &[u64] = &[
    MS,
    2 * MS,
    5 * MS,
    10 * MS,
    20 * MS,
    50 * MS,
    100 * MS,
    200 * MS,
    500 * MS,
    S,
    2 * S,
    5 * S,
    10 * S,
    20 * S,
    30 * S,
    60 * S,
    120 * S,
    300 * S,
    600 * S,
    1800 * S,
    3600 * S,
    7200 * S,
    10_800 * S,
];

/// A piece of time as it is drawn, from the sending on.
#[derive(Clone, Copy)]
struct Piece {
    from: Duration,
    to: Duration,
    tone: Tone,
    wasted: bool,
    says: &'static str,
}

/// Time since the request was sent, as it is drawn.
pub(super) struct Scale {
    length: Duration,
    step: u64,
}

impl Scale {
    /// As long as the request takes by what is known of it, and no shorter than asked for.
    pub(super) fn of(lab: &Lab, least: Duration, places: &Places) -> Self {
        let ends = u64::try_from(Self::reach(lab).max(least).as_nanos()).unwrap_or(LONGEST).clamp(MS, LONGEST);
        let most = if places.wide { 8 } else { 4 };
        let step = TICKS.iter().find(|step| ends <= *step * most).copied().unwrap_or(LONGEST / 4);
        Self { length: Duration::from_nanos(ends.div_ceil(step) * step), step }
    }

    /// From the sending to the last that is known of it.
    pub(super) fn reach(lab: &Lab) -> Duration {
        let sent = lab.trail.sent;
        let ends = (CLIENT..=C).flat_map(|hop| {
            let bars = lab.trail.bars.iter().filter(move |bar| bar.hop == hop);
            let real = bars.map(|bar| match bar.to {
                Some((to, _)) => to.since(sent),
                None => bar.ends.map_or(lab.now.max(sent + ENDLESS), |ends| ends.max(lab.now)).since(sent),
            });
            real.chain(planned(lab, hop).map(|plan| plan.to.unwrap_or(ENDLESS)))
        });
        ends.max().unwrap_or_default()
    }

    fn share(&self, since: Duration) -> f32 {
        (since.as_secs_f64() / self.length.as_secs_f64()).min(1.0) as f32
    }

    pub(super) fn ticks(&self) -> Vec<(f32, String)> {
        let count = (self.length.as_nanos() as u64 / self.step).min(40);
        let tick = |number: u64| {
            let at = Duration::from_nanos(number * self.step);
            (self.share(at), if number == 0 { "0".to_owned() } else { text::about(at) })
        };
        (0..=count).map(tick).collect()
    }
}

/// Where a hop that has not been reached would come in, by the settings alone.
struct Plan {
    from: Duration,
    /// `None`: never.
    to: Option<Duration>,
    /// When somebody above stops waiting.
    limit: Option<Duration>,
}

fn planned(lab: &Lab, hop: usize) -> Option<Plan> {
    let trail = &lab.trail;
    if trail.over.is_some() || trail.bars.iter().any(|bar| bar.hop == hop) {
        return None;
    }
    // A hop above that hangs never calls on.
    if (1..hop).any(|above| lab.hung.get(above) == Some(&true)) {
        return None;
    }
    let chain = &lab.chain;
    let ways = chain.way * u32::try_from(hop).unwrap_or(0);
    let works = chain.work * u32::try_from(hop.saturating_sub(1)).unwrap_or(0);
    let from = ways + works;
    if hop == C {
        let to = from + lab.setup.p99();
        return (lab.hung.get(C) != Some(&true)).then_some(Plan { from, to: Some(to), limit: None });
    }
    let own = if hop == CLIENT { Duration::ZERO } else { chain.work };
    let rule = rules::of(chain).find(|rule| rule.hop == hop)?;
    let limit = rule.left.map(|(_, left)| from + own + left);
    let whole = rule.worst.map(|worst| from + own + worst);
    // The deadline that travels along cuts it.
    let to = match (whole, limit) {
        (Some(whole), Some(limit)) if chain.propagate => Some(whole.min(limit)),
        (None, Some(limit)) if chain.propagate => Some(limit),
        _ => whole,
    };
    Some(Plan { from, to, limit })
}

/// The pieces that a bar is made of.
fn pieces(lab: &Lab, bar: &Bar) -> Vec<Piece> {
    let sent = lab.trail.sent;
    let since = |at: Instant| at.since(sent);
    let end = bar.to.map_or(lab.now, |(to, _)| to);
    let (tone, says) = match (bar.hop, bar.hung) {
        (_, true) => (Tone::Half, "hangs"),
        (C, false) => (Tone::Ok, "works"),
        _ => (Tone::Info, "waits"),
    };
    let nobody = bar.nobody.map_or(end, |nobody| nobody.min(end)).max(bar.from);
    let mut pieces = vec![Piece { from: since(bar.from), to: since(nobody), tone, wasted: false, says }];
    pieces.push(Piece { from: since(nobody), to: since(end), tone: Tone::Bad, wasted: true, says: "for nobody" });
    if let Some(ends) = bar.ends.filter(|ends| bar.to.is_none() && *ends > lab.now) {
        let limit = match bar.nobody {
            Some(_) => lab.now,
            None => lab.left(bar.id).map_or(ends, |(_, left)| (lab.now + left).min(ends)),
        };
        pieces.push(Piece { from: since(lab.now), to: since(limit), tone: Tone::Faint, wasted: false, says: "" });
        pieces.push(Piece {
            from: since(limit),
            to: since(ends),
            tone: Tone::Faint,
            wasted: true,
            says: "would be for nobody",
        });
    }
    pieces.retain(|piece| piece.to > piece.from);
    pieces
}

/// A hop's calls.
pub(super) fn row(lab: &Lab, hop: usize, scale: &Scale, places: &Places, marks: &mut Vec<Mark>) {
    let bars: Vec<&Bar> = lab.trail.bars.iter().filter(|bar| bar.hop == hop).collect();
    let ends = |bar: &Bar| bar.to.map(|(to, _)| to).or(bar.ends).unwrap_or(Instant::MAX);
    let mut lanes: Vec<Instant> = Vec::new();
    let mut placed = Vec::new();
    for (number, bar) in bars.iter().enumerate() {
        let lane = match lanes.iter().position(|end| *end <= bar.from) {
            Some(lane) => lane,
            None if lanes.len() < LANES => {
                lanes.push(Instant::ZERO);
                lanes.len() - 1
            }
            // Drawn over the last lane; the node says how many there are.
            None => LANES - 1,
        };
        if let Some(end) = lanes.get_mut(lane) {
            *end = ends(bar);
        }
        placed.push((number, *bar, lane));
    }
    let count = lanes.len().max(1) as f32;
    let h = (places.bars - 3.0 * (count - 1.0)) / count;
    let area = |from: Duration, to: Duration, lane: usize| {
        let (x, right) = (places.x(scale.share(from)), places.x(scale.share(to)));
        Area { x, y: places.top(hop) + (h + 3.0) * lane as f32, w: (right - x).max(2.0).min(places.right + 4.0 - x), h }
    };
    let letter = if places.wide { 7.6 } else { 6.9 };
    // A low bar has no room for words, however long it is.
    let tall = if places.wide { 17.0 } else { 15.5 };
    let fits = |says: &str, at: Area| at.h >= tall && (says.chars().count() as f32) * letter + 18.0 <= at.w;
    for (number, bar, lane) in &placed {
        let all = pieces(lab, bar);
        let last = all.len().saturating_sub(1);
        for (place, piece) in all.iter().enumerate() {
            let at = area(piece.from, piece.to, *lane);
            let label = if fits(piece.says, at) { piece.says } else { "" };
            let behind = placed.iter().all(|(other, _, of)| of != lane || other <= number);
            let note = bar.to.filter(|_| place == last && behind).map_or_else(String::new, |(to, reply)| {
                let sign = match reply {
                    Reply::Answer => "✓",
                    Reply::Failed => "✕",
                    Reply::Refused => "■",
                };
                let said = format!("{sign} {}", text::about(to.since(lab.trail.sent)));
                let room = places.right - (at.x + at.w);
                if (said.chars().count() as f32) * letter + 12.0 <= room { said } else { String::new() }
            });
            let id = format!("bar-{hop}-{number}-{place}");
            marks.push(Mark::new(id, Shape::Span { at, wasted: piece.wasted }, piece.tone, label, note));
        }
    }
    if let Some(plan) = planned(lab, hop) {
        let end = plan.to.unwrap_or(scale.length);
        let limit = plan.limit.map_or(end, |limit| limit.min(end));
        let says = match (hop, plan.to) {
            (C, _) => "99 of 100 answers",
            (_, None) => "may wait for ever",
            (_, Some(_)) => "may wait",
        };
        let mut ghost = |part: &str, from, to, wasted, says: &str| {
            if to > from {
                let at = area(from, to, 0);
                let label = if fits(says, at) { says } else { "" };
                marks.push(Mark::new(format!("plan-{hop}-{part}"), Shape::Span { at, wasted }, Tone::Faint, label, ""));
            }
        };
        ghost("wanted", plan.from, limit, false, says);
        ghost("nobody", limit.max(plan.from), end, true, "would be for nobody");
    }
}

/// Now, and where somebody stopped waiting: lines behind the bars, and clear of the words between them.
pub(super) fn lines(lab: &Lab, scale: &Scale, places: &Places, marks: &mut Vec<Mark>) {
    let mut line = |id: &str, since: Duration, from: usize, tone| {
        if since > scale.length {
            return;
        }
        let x = places.x(scale.share(since));
        for hop in from..=C {
            let top = places.top(hop);
            let path = vec![Point { x, y: top - 4.0 }, Point { x, y: top + places.bars + 4.0 }];
            marks.push(Mark::new(format!("{id}-{hop}"), Shape::Wire { path, cut: false }, tone, "", ""));
        }
    };
    if lab.trail.request > 0 {
        line("now", lab.now.since(lab.trail.sent), CLIENT, Tone::Faint);
    }
    // The first at which a call was left to itself; more of them would be a fence.
    let first = lab.trail.bars.iter().filter_map(|bar| Some((bar.nobody?, bar.hop))).min();
    if let Some((at, hop)) = first {
        line("gave-up", at.since(lab.trail.sent), hop.saturating_sub(1), Tone::Bad);
    }
}
