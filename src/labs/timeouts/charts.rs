//! The charts: what a timeout costs when it is too short and when it is too long, and what the hops hold.

use std::time::Duration;

use super::Lab;
use super::numbers::{lost, percent};
use super::setup::{A, B, C, HEADS, Setup};
use crate::lab::chart::{Axis, Band, Chart, Limit, Line, Stroke};
use crate::lab::scene::Tone;
use crate::lab::text;

/// Steps of the curve's axis.
const STEPS: u32 = 120;
/// What costs more than this many percent is not drawn.
const DRAWN: f64 = 40.0;
/// How many p99s the axis is long.
const LONG: u32 = 4;

pub(super) fn charts(lab: &Lab) -> Vec<Chart> {
    vec![valley(lab), threads(lab), nobody(lab)]
}

fn line(name: impl Into<String>, tone: Tone, stroke: Stroke, points: Vec<(f64, f64)>) -> Line {
    Line { name: name.into(), tone, stroke, points, spread: Vec::new() }
}

/// What B's timeout costs, both ways.
struct Costs {
    /// Timeouts in seconds with the share of C's answers that are lost, and the share of B's waiting that is for calls that
    /// hang; both in percent.
    lost: Vec<(f64, f64)>,
    wasted: Vec<(f64, f64)>,
    /// Both together.
    sum: Vec<(f64, f64)>,
    /// The timeout at which the sum is least.
    best: (f64, f64),
}

/// Where the axis ends.
fn end(setup: &Setup) -> Duration {
    (setup.p99().saturating_mul(LONG) + setup.chain.way * 2).max(Duration::from_millis(20))
}

impl Costs {
    /// What is lost is the latency's own share over a limit. What is wasted needs the mean of the time waited for calls that
    /// are answered or given up, which is that share integrated from 0 on: by the trapezoidal rule, in equal steps.
    fn of(setup: &Setup) -> Self {
        let hang = f64::from(setup.hang_permille) / 1000.0;
        let step = end(setup).as_secs_f64() / f64::from(STEPS);
        let mut costs = Self { lost: Vec::new(), wasted: Vec::new(), sum: Vec::new(), best: (0.0, f64::MAX) };
        let (mut waited, mut before) = (0.0, 1.0);
        for number in 1..=STEPS {
            let timeout = end(setup).saturating_mul(number) / STEPS;
            let over = lost(setup, Some(timeout));
            waited += (before + over) / 2.0 * step;
            before = over;
            let x = timeout.as_secs_f64();
            let hung = hang * x;
            let wasted = hung / (hung + (1.0 - hang) * waited);
            let sum = (over + wasted) * 100.0;
            costs.lost.push((x, over * 100.0));
            costs.wasted.push((x, wasted * 100.0));
            costs.sum.push((x, sum));
            if sum < costs.best.1 {
                costs.best = (x, sum);
            }
        }
        // The slope down from 100 % would leave the valley no height.
        let most = (costs.best.1 * 3.0).max(DRAWN);
        let first = costs.sum.iter().position(|point| point.1 <= most).unwrap_or(0);
        for line in [&mut costs.lost, &mut costs.wasted, &mut costs.sum] {
            line.drain(..first);
        }
        costs
    }
}

fn valley(lab: &Lab) -> Chart {
    let setup = &lab.setup;
    let costs = Costs::of(setup);
    let ways = setup.chain.way * 2;
    let p99 = setup.p99().saturating_add(ways);
    let (at, to) = (p99.as_secs_f64(), end(setup).as_secs_f64());
    let top = costs.sum.iter().map(|point| point.1).fold(10.0, f64::max) * 1.05;
    let mut lines = vec![
        line("answers lost: too short", Tone::LaneA, Stroke::Dashed, costs.lost),
        line("waiting for what hangs: too long", Tone::LaneB, Stroke::Dashed, costs.wasted),
        line("both together", Tone::Plain, Stroke::Solid, costs.sum),
        line(format!("p99 and ways: {}", text::about(p99)), Tone::Half, Stroke::Solid, vec![(at, 0.0), (at, top)]),
    ];
    let timeout = lab.chain.timeout(B);
    let now = timeout.map(|timeout| timeout.as_secs_f64());
    if let Some(now) = now.filter(|now| *now <= to) {
        lines.push(line("B's timeout now", Tone::Info, Stroke::Dashed, vec![(now, 0.0), (now, top)]));
    }
    let band = |from: f64, to: f64, tone, label| Band { from, to, tone, label };
    let told = match timeout {
        Some(timeout) if timeout.as_secs_f64() <= to => format!(
            "B's {} lose {} of the answers that C would give",
            text::about(timeout),
            percent(lost(setup, Some(timeout)))
        ),
        Some(timeout) => format!("B's {} lie beyond the chart, far too long", text::about(timeout)),
        None => "B has no timeout, and waits for ever for what hangs".to_owned(),
    };
    Chart {
        lane: None,
        id: "valley",
        title: "What B's timeout costs",
        reading: format!(
            "Worked out from C's latency, not measured. Dashed: the share of C's answers that come too late, and the share of B's waiting that goes to the {} of calls that hang, by numerical integration. Their sum has a valley; below the p99 more than one answer in a hundred is lost. The beginning, where nearly all are, is left out.",
            percent(f64::from(setup.hang_permille) / 1000.0)
        ),
        x: Axis { label: "timeout of B", unit: "s", from: 0.0, to },
        y: Axis { label: "share", unit: "%", from: 0.0, to: top },
        lines,
        limits: vec![Limit { at: 1.0, label: "1 % lost: the p99".to_owned(), tone: Tone::Half }],
        bands: vec![band(0.0, at.min(to), Tone::Bad, "under the p99"), band(at.min(to), to, Tone::Ok, "over the p99")],
        summary: format!(
            "C's p99 is {}, with the ways {}. Together the two costs are least at {} or so. {told}.",
            text::about(setup.p99()),
            text::about(p99),
            text::about(Duration::from_nanos((costs.best.0 * 1e9) as u64))
        ),
    }
}

fn time(lab: &Lab) -> Axis {
    Axis { label: "time", unit: "s", from: 0.0, to: lab.now.as_secs_f64().max(10.0) }
}

fn highest(lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(3.0, f64::max) * 1.15
}

fn threads(lab: &Lab) -> Chart {
    let tones = [(A, Tone::LaneA, Stroke::Steps), (B, Tone::LaneB, Stroke::DashedSteps), (C, Tone::Bad, Stroke::Steps)];
    let lines: Vec<Line> = tones
        .into_iter()
        .filter_map(|(hop, tone, stroke)| {
            Some(line(*HEADS.get(hop)?, tone, stroke, lab.calls.threads.get(hop)?.points(lab.now)))
        })
        .collect();
    let limit = f64::from(lab.setup.threads);
    let top = highest(&lines);
    let held = |hop: usize| text::grouped(lab.calls.held.get(hop).copied().unwrap_or(0).into());
    Chart {
        lane: None,
        id: "threads",
        title: "Threads held",
        reading: "A call holds a thread of its hop from its arrival until it ends, wanted or not.".to_owned(),
        x: time(lab),
        y: Axis { label: "threads", unit: "", from: 0.0, to: top },
        lines,
        limits: if limit <= top {
            vec![Limit {
                at: limit,
                label: format!("all {} of a hop", text::grouped(lab.setup.threads.into())),
                tone: Tone::Bad,
            }]
        } else {
            Vec::new()
        },
        bands: Vec::new(),
        summary: format!("Threads held now: {} in A, {} in B and {} in C.", held(A), held(B), held(C)),
    }
}

fn nobody(lab: &Lab) -> Chart {
    let [waiting, working] = &lab.calls.for_nobody;
    let lines = vec![
        line("waiting for nobody", Tone::LaneB, Stroke::Steps, waiting.points(lab.now)),
        line("working for nobody", Tone::Bad, Stroke::DashedSteps, working.points(lab.now)),
    ];
    let top = highest(&lines);
    let (waited, worked) = lab.calls.wasted(lab.now);
    Chart {
        lane: None,
        id: "nobody",
        title: "Busy for nobody",
        reading:
            "Calls that go on though their callers have given up. The area under a line is the time that is wasted."
                .to_owned(),
        x: time(lab),
        y: Axis { label: "calls", unit: "", from: 0.0, to: top },
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: format!(
            "So far hops have waited {} and worked {} for answers that nobody read.",
            text::about(waited),
            text::about(worked)
        ),
    }
}
