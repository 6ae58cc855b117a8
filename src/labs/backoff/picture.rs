//! The picture: one client's attempts to scale, many clients as rows of dots below it, and the histogram that they make.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::State;

use super::lane::{Came, Client, Lane, Planned};
use super::settings::Guard;
use super::{Lab, charts, formula};
use crate::lab::scene::{Anchor, Area, Diagram, Layout, Mark, Point, Shape, Tone};
use crate::lab::{View, text, wording};

/// A round longer than this is drawn as far as this: no run goes on for longer.
const LONGEST: u64 = 24 * 3_600_000_000_000;
/// Bars of the histogram between two ticks.
const BARS_A_TICK: u64 = 10;

const US: u64 = 1_000;
const S: u64 = 1_000_000_000;

/// From tick to tick, in nanoseconds, and what a bar between them counts. A chart says it at its axis, so that charts with
/// other bars are not drawn on the same one.
const STEPS: &[(u64, &str)] = &[
    (200 * US, "attempts in 20\u{a0}µs"),
    (500 * US, "attempts in 50\u{a0}µs"),
    (1_000 * US, "attempts in 100\u{a0}µs"),
    (2_000 * US, "attempts in 200\u{a0}µs"),
    (5_000 * US, "attempts in 500\u{a0}µs"),
    (10_000 * US, "attempts in 1\u{a0}ms"),
    (20_000 * US, "attempts in 2\u{a0}ms"),
    (50_000 * US, "attempts in 5\u{a0}ms"),
    (100_000 * US, "attempts in 10\u{a0}ms"),
    (200_000 * US, "attempts in 20\u{a0}ms"),
    (500_000 * US, "attempts in 50\u{a0}ms"),
    (S, "attempts in 100\u{a0}ms"),
    (2 * S, "attempts in 200\u{a0}ms"),
    (5 * S, "attempts in 500\u{a0}ms"),
    (10 * S, "attempts in 1\u{a0}s"),
    (30 * S, "attempts in 3\u{a0}s"),
    (60 * S, "attempts in 6\u{a0}s"),
    (120 * S, "attempts in 12\u{a0}s"),
    (300 * S, "attempts in 30\u{a0}s"),
    (600 * S, "attempts in 60\u{a0}s"),
    (1_800 * S, "attempts in 3\u{a0}min"),
    (3_600 * S, "attempts in 6\u{a0}min"),
    (7_200 * S, "attempts in 12\u{a0}min"),
    (10_800 * S, "attempts in 18\u{a0}min"),
];

/// Time since the round began, as it is drawn.
pub(super) struct Scale {
    from: Instant,
    /// Of the whole axis.
    pub(super) length: Duration,
    /// From tick to tick.
    step: u64,
    /// Of a bar of the histogram.
    pub(super) bucket: Duration,
    /// What such a bar counts.
    pub(super) counted: &'static str,
}

impl Scale {
    /// As long as the round takes at most with its draws, and no shorter than asked for, rounded up to a whole tick.
    pub(super) fn of(lab: &Lab, least: Duration) -> Self {
        let ends = u64::try_from(Self::reach(lab).max(least).as_nanos()).unwrap_or(LONGEST).clamp(1_000_000, LONGEST);
        let fits = STEPS.iter().find(|(step, _)| ends <= step * 8).or(STEPS.last());
        let (step, counted) = fits.copied().unwrap_or((LONGEST, "attempts"));
        let ticks = ends.div_ceil(step);
        Self {
            from: lab.begun,
            length: Duration::from_nanos(ticks * step),
            step,
            bucket: Duration::from_nanos(step / BARS_A_TICK),
            counted,
        }
    }

    /// How long the round takes at most with its draws.
    pub(super) fn reach(lab: &Lab) -> Duration {
        let ends = lab.lanes.iter().map(|lane| lane.ends(&lab.setup)).max().unwrap_or_default();
        ends.since(lab.begun)
    }

    /// How far along an instant lies, 0 to 1; what lies beyond is not drawn.
    fn share(&self, at: Instant) -> Option<f32> {
        let since = at.since(self.from);
        (since <= self.length).then(|| (since.as_secs_f64() / self.length.as_secs_f64()) as f32)
    }

    fn bar(&self, at: Instant) -> usize {
        let nanos = |length: Duration| (Instant::ZERO + length).as_nanos();
        usize::try_from(nanos(at.since(self.from)) / nanos(self.bucket).max(1)).unwrap_or(usize::MAX)
    }

    /// How many attempts begin in each bar: those made, and those ahead.
    pub(super) fn histogram(&self, lane: &Lane, fails: bool) -> (Vec<u32>, Vec<u32>) {
        let nanos = |length: Duration| (Instant::ZERO + length).as_nanos();
        let bars = usize::try_from(nanos(self.length) / nanos(self.bucket).max(1)).unwrap_or(0);
        let (mut made, mut ahead) = (vec![0; bars], vec![0; bars]);
        let add = |bars: &mut Vec<u32>, at| {
            // What lies beyond the longest axis is not drawn.
            if let Some(bar) = bars.get_mut(self.bar(at)) {
                *bar += 1;
            }
        };
        for client in &lane.clients {
            let calls = client.tries.iter().filter(|attempt| attempt.came != Came::Refused);
            calls.for_each(|attempt| add(&mut made, attempt.at));
            client.ahead(fails).for_each(|at| add(&mut ahead, at));
        }
        (made, ahead)
    }
}

/// Where things stand in a layout.
struct Places {
    wide: bool,
    /// From where to where time runs.
    left: f32,
    right: f32,
    /// The foot of what was placed so far.
    y: f32,
    /// The most that the rows of the lab's own strategy, and of one laid over it, take.
    rows: (f32, f32),
    /// How high the bar of all clients is, in every strategy's histogram.
    bars: f32,
}

impl Places {
    fn of(layout: Layout) -> Self {
        match layout {
            Layout::Wide => Self { wide: true, left: 40.0, right: 1040.0, y: 0.0, rows: (196.0, 96.0), bars: 60.0 },
            Layout::Narrow => Self { wide: false, left: 12.0, right: 322.0, y: 0.0, rows: (128.0, 72.0), bars: 46.0 },
        }
    }

    fn x(&self, share: f32) -> f32 {
        self.left + (self.right - self.left) * share
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let layout = view.layout;
    let scale = Scale::of(lab, view.reach);
    let mut places = Places::of(layout);
    let mut marks = Vec::new();
    heads(lab, &mut places, &mut marks);
    let top = places.y + 4.0;
    timeline(lab, &scale, &mut places, &mut marks);
    for (number, lane) in lab.lanes.iter().enumerate() {
        rows(lab, lane, number, &scale, &mut places, &mut marks);
    }
    axis(&scale, &mut places, &mut marks);
    if let Some(share) = scale.share(lab.now).filter(|_| lab.now > Instant::ZERO) {
        let x = places.x(share);
        let path = vec![Point { x, y: top }, Point { x, y: places.y - if places.wide { 34.0 } else { 46.0 } }];
        // Behind everything else.
        marks.insert(0, Mark::new("now", Shape::Wire { path, cut: false }, Tone::Faint, "", ""));
    }
    let own = lab.own().map_or(0, |own| own.clients.len());
    let name = format!(
        "When {} and what comes of it; the backend is {}",
        text::counted(own as u64, "client tries", "clients try"),
        if lab.broken { "broken" } else { "well" }
    );
    let (width, height) = if places.wide { (1080.0, places.y) } else { (340.0, places.y) };
    Diagram { width, height, name, marks }
}

/// The backend, the breaker if there is one, and what client 1 is about.
fn heads(lab: &Lab, places: &mut Places, marks: &mut Vec<Mark>) {
    let guarded = lab.setup.guard != Guard::None;
    let (backend, breaker, words) = if places.wide {
        (
            Area { x: 846.0, y: 6.0, w: 194.0, h: 58.0 },
            Area { x: 636.0, y: 6.0, w: 194.0, h: 58.0 },
            Point { x: places.left, y: 28.0 },
        )
    } else if guarded {
        (
            Area { x: 178.0, y: 4.0, w: 150.0, h: 52.0 },
            Area { x: 12.0, y: 4.0, w: 150.0, h: 52.0 },
            Point { x: places.left, y: 82.0 },
        )
    } else {
        (Area { x: 12.0, y: 4.0, w: 316.0, h: 48.0 }, Area::default(), Point { x: places.left, y: 78.0 })
    };
    let (tone, note, action, label) = match (lab.broken, lab.setup.after_the_work) {
        (true, false) => (Tone::Bad, "✕ broken", "heal", "Heal the backend"),
        (true, true) => (Tone::Bad, "✕ its answers are lost", "heal", "Heal the backend"),
        (false, _) => (Tone::Ok, "● well", "break", "Break the backend"),
    };
    marks.push(Mark::new("backend", Shape::Node { at: backend }, tone, "Backend", note).with(action, &[], label));
    if guarded {
        let state = lab.breaker.state();
        let (tone, mut note) = (wording::state_tone(state), wording::state_word(state).to_owned());
        if let (State::Open, Some(ends)) = (state, lab.breaker.wait_ends()) {
            let left = ends.since(lab.now);
            note = match (left.is_zero(), lab.setup.guard) {
                (false, _) => format!("{note}, {}", text::countdown(left)),
                (true, Guard::StateRead) => format!("{note}, for ever"),
                (true, _) => format!("{note}, may probe"),
            };
        }
        marks.push(Mark::new("breaker", Shape::Node { at: breaker }, tone, "Breaker", note));
    }
    let Some((client, _)) = lab.first() else { return };
    let (label, note) = about_client(lab, client);
    marks.push(Mark::new("client", Shape::Words { at: words, anchor: Anchor::Start }, Tone::Plain, label, note));
    places.y = words.y + if places.wide { 36.0 } else { 26.0 };
}

fn about_client(lab: &Lab, client: &Client) -> (String, String) {
    let attempts = lab.setup.retry.settings().attempts;
    let (attempt, waits) = (client.attempt(), lab.setup.retry.backoff());
    let label = format!("Client 1: attempt {attempt} of {attempts}");
    let last = client.tries.last();
    let note = match (client.over, last.map(|last| last.came), last.and_then(|last| last.wait)) {
        (true, Some(Came::Answered), _) => "answered".to_owned(),
        (true, ..) => "gave up".to_owned(),
        (false, Some(Came::UnderWay), _) => "under way".to_owned(),
        (false, Some(_), Some(wait)) => format!(
            "waits {} more: it drew {} of at most {}",
            text::countdown(client.waits_until().map_or(Duration::ZERO, |until| until.since(lab.now))),
            text::about(wait),
            text::about(waits.most(attempt - 1))
        ),
        _ => "about to begin".to_owned(),
    };
    (label, note)
}

/// Client 1's attempts and waits, to scale: tall bars and thin ones.
fn timeline(lab: &Lab, scale: &Scale, places: &mut Places, marks: &mut Vec<Mark>) {
    let (tall, thin) = if places.wide { (34.0, 8.0) } else { (28.0, 7.0) };
    let lead = if places.wide { 20.0 } else { 17.0 };
    let top = places.y + lead;
    let Some((client, known)) = lab.first() else { return };
    let (letter, least) = if places.wide { (8.4, 7.0) } else { (7.6, 5.0) };
    let mut room = places.left - 12.0;
    let mut put = |number: usize, from: f32, ends: Option<f32>, tone: Tone, told: &str| {
        let from = places.x(from);
        let to = places.x(ends.unwrap_or(1.0)).max(from + least).min(places.right + least);
        let at = Area { x: from, y: top, w: to - from, h: tall };
        let mark = Mark::new(format!("attempt-{number}"), Shape::Span { at, wasted: false }, tone, "", "");
        // Words stand apart from the bar, where there is room for them: to those who do not see it the bar tells all.
        marks.push(mark);
        let middle = at.centre().x;
        // The sign goes first where there is no room for both.
        let said = [format!("{number}{told}"), number.to_string()];
        let fits = |said: &&String| middle - letter * (said.chars().count() as f32 / 2.0 + 0.3) >= room;
        if let Some(said) = said.iter().find(fits) {
            let at = Point { x: middle, y: top - 6.0 };
            let shape = Shape::Words { at, anchor: Anchor::Middle };
            marks.push(Mark::new(format!("number-{number}"), shape, tone, "", said.clone()));
            room = middle + letter * said.chars().count() as f32 / 2.0;
        }
    };
    for (index, attempt) in client.tries.iter().enumerate() {
        let Some(from) = scale.share(attempt.at) else { continue };
        let ends = attempt.ended.unwrap_or(lab.now);
        let (tone, sign) = match attempt.came {
            Came::Failed => (Tone::Bad, " ✕"),
            Came::Refused => (Tone::Half, " ▲"),
            Came::Answered => (Tone::Ok, " ✓"),
            Came::UnderWay => (Tone::Info, ""),
        };
        put(index + 1, from, scale.share(ends), tone, sign);
    }
    let ahead: Vec<Instant> = client.ahead(known).collect();
    for (index, at) in ahead.iter().enumerate() {
        if let Some(from) = scale.share(*at) {
            put(client.tries.len() + index + 1, from, scale.share(*at + lab.setup.takes), Tone::Faint, "");
        }
    }
    // The waits: as far as they are over, and the rest.
    let foot = top + tall;
    let mut spoken = places.left - 40.0;
    let mut wait = |number: usize, from: Instant, until: Instant| {
        let Some(begins) = scale.share(from).filter(|_| until > from) else { return };
        let ends = scale.share(until).unwrap_or(1.0);
        let now = scale.share(lab.now).unwrap_or(1.0).clamp(begins, ends);
        let bar = |from: f32, to: f32| {
            let y = top + (tall - thin) / 2.0;
            Area { x: places.x(from), y, w: places.x(to) - places.x(from), h: thin }
        };
        let mut span = |id: String, at: Area, tone| {
            if at.w > 0.5 {
                marks.push(Mark::new(id, Shape::Span { at, wasted: false }, tone, "", ""));
            }
        };
        span(format!("waited-{number}"), bar(begins, now), Tone::Half);
        span(format!("waits-{number}"), bar(now, ends), Tone::Faint);
        let said = text::about(until - from);
        let most = format!("of {}", text::about(lab.setup.retry.backoff().most(number as u32 - 1)));
        let at = bar(begins, ends).centre().x;
        let half = letter * said.chars().count().max(most.chars().count()) as f32 / 2.0;
        let at = at.clamp(places.left + half - 6.0, places.right - half + 6.0);
        if at - half >= spoken {
            let line = if places.wide { 19.0 } else { 17.0 };
            let words = |id: String, y: f32, said: String| {
                Mark::new(id, Shape::Words { at: Point { x: at, y }, anchor: Anchor::Middle }, Tone::Plain, "", said)
            };
            marks.push(words(format!("wait-{number}"), foot + line, said));
            marks.push(words(format!("most-{number}"), foot + 2.0 * line, most));
            spoken = at + half;
        }
    };
    for (index, attempt) in client.tries.iter().enumerate() {
        if let (Some(from), Some(length)) = (attempt.ended, attempt.wait) {
            wait(index + 1, from, from + length);
        }
    }
    if known && !client.over {
        let planned = client.alone().iter().enumerate();
        for (index, Planned { at, wait: length, .. }) in planned.skip(client.tries.len().max(1)) {
            // The wait under way is among those made.
            let made = client.tries.get(index - 1).is_some_and(|made| made.wait.is_some());
            if !made {
                wait(index, Instant::from_nanos(at.as_nanos().saturating_sub(length.as_nanos() as u64)), *at);
            }
        }
    }
    places.y = foot + if places.wide { 62.0 } else { 56.0 };
}

/// A lane's clients as rows of dots, and the histogram of what arrives.
fn rows(lab: &Lab, lane: &Lane, number: usize, scale: &Scale, places: &mut Places, marks: &mut Vec<Mark>) {
    let id = |part: &str| lane.overlay.map_or_else(|| part.to_owned(), |overlay| format!("{}-{part}", overlay.knob()));
    let many = text::counted(lane.clients.len() as u64, "client", "clients");
    let (label, note) = match lane.overlay {
        None => {
            let what = if lab.setup.guard == Guard::None {
                "● failed ■ answered · faint: ahead"
            } else {
                "● failed ■ answered ❘ turned away"
            };
            (format!("{many}, {}", formula::name(lab.setup.retry.backoff())), what.to_owned())
        }
        Some(overlay) => (format!("Overlaid: {}", overlay.name()), String::new()),
    };
    let at = Point { x: places.left, y: places.y + 16.0 };
    marks.push(Mark::new(id("title"), Shape::Words { at, anchor: Anchor::Start }, Tone::Plain, label, note));
    places.y += match (lane.overlay, places.wide) {
        (None, true) => 48.0,
        (None, false) => 44.0,
        (Some(_), _) => 28.0,
    };
    let (rows, bars) = (if number == 0 { places.rows.0 } else { places.rows.1 }, places.bars);
    let pitch = (rows / lane.clients.len().max(1) as f32).min(14.0);
    let size = (pitch * 0.95).clamp(2.4, if places.wide { 8.0 } else { 6.5 });
    let rows = pitch * lane.clients.len() as f32;
    let mut dots: [(&str, &str, Tone, Vec<Point>); 5] = [
        ("ahead", "ahead", Tone::Faint, Vec::new()),
        ("under-way", "under way", Tone::Info, Vec::new()),
        ("failed", "failed", Tone::Bad, Vec::new()),
        ("refused", "turned away", Tone::Half, Vec::new()),
        ("answered", "answered", Tone::Ok, Vec::new()),
    ];
    for (row, client) in lane.clients.iter().enumerate() {
        let y = places.y + pitch * (row as f32 + 0.5);
        let mut put = |kind: usize, at: Instant| {
            if let (Some(share), Some(dots)) = (scale.share(at), dots.get_mut(kind)) {
                dots.3.push(Point { x: places.x(share), y });
            }
        };
        client.ahead(lab.is_known(lane)).for_each(|at| put(0, at));
        for attempt in &client.tries {
            let kind = match attempt.came {
                Came::UnderWay => 1,
                Came::Failed => 2,
                Came::Refused => 3,
                Came::Answered => 4,
            };
            put(kind, attempt.at);
        }
    }
    for (part, said, tone, at) in dots {
        if !at.is_empty() {
            let note = format!("{} {said}", text::counted(at.len() as u64, "attempt", "attempts"));
            marks.push(Mark::new(id(part), Shape::Dots { at, size }, tone, "", note));
        }
    }
    places.y += rows + 6.0;
    let (made, ahead) = scale.histogram(lane, lab.is_known(lane));
    let most = lane.clients.len().max(1) as f32;
    let share = |many: u32| (many as f32 / most).min(1.0);
    let at = Area { x: places.left, y: places.y, w: places.right - places.left, h: bars };
    let all = made.iter().zip(&ahead).map(|(made, ahead)| share(made + ahead)).collect();
    let busiest = made.iter().zip(&ahead).skip(1).map(|(made, ahead)| made + ahead).max().unwrap_or(0);
    let note = format!("at most {busiest} in {} after the first", text::about(scale.bucket));
    marks.push(Mark::new(id("bars-ahead"), Shape::Bars { at, heights: all }, Tone::Faint, "", note));
    let heights = made.iter().map(|made| share(*made)).collect();
    let (tone, _) = charts::look(lane.overlay);
    marks.push(Mark::new(id("bars"), Shape::Bars { at, heights }, tone, "", ""));
    places.y += bars + if places.wide { 14.0 } else { 12.0 };
}

fn axis(scale: &Scale, places: &mut Places, marks: &mut Vec<Mark>) {
    let nanos = (Instant::ZERO + scale.length).as_nanos();
    let ticks = nanos / scale.step;
    // On a phone every second or third is enough.
    let every = if places.wide { 1 } else { ticks.div_ceil(4).max(1) };
    let ticks = (0..=ticks).filter(|tick| tick % every == 0).map(|tick| {
        let at = tick * scale.step;
        // One unit for all of them: no minute among seconds.
        let said = match scale.step {
            60_000_000_000.. => text::duration(i64::try_from(at).unwrap_or(i64::MAX), "\u{a0}"),
            200_000_000.. => format!("{}\u{a0}s", text::fixed(at / 100_000_000, 1).trim_end_matches(".0")),
            _ => format!("{}\u{a0}ms", text::fixed(at / 100_000, 1).trim_end_matches(".0")),
        };
        (at as f32 / nanos as f32, said)
    });
    let y = places.y - if places.wide { 14.0 } else { 12.0 };
    let (from, to) = (Point { x: places.left, y }, Point { x: places.right, y });
    marks.push(Mark::new(
        "time",
        Shape::Axis { from, to, ticks: ticks.collect() },
        Tone::Plain,
        "",
        "time since the round began",
    ));
    // Below its right end stands the way to the picture as text.
    places.y += if places.wide { 20.0 } else { 34.0 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_tells_the_width_of_its_bars() {
        assert!(STEPS.is_sorted());
        for (step, counted) in STEPS {
            let bucket = Duration::from_nanos(step / BARS_A_TICK);
            assert_eq!(*counted, format!("attempts in {}", text::about(bucket)));
        }
    }
}
