//! The picture: a switch in the wire between a caller and a backend, and every request on its way.

use std::time::Duration;

use halfopen_core::breaker::{Decide, HalfOpenBy, State, Trip};

use super::{Backend, Came, Lab, why};
use crate::lab::scene::{Area, Diagram, Layout, Mark, Point, Shape, Sign, Tone, View};
use crate::lab::{text, wording};

/// Requests drawn on the wire at most; the rest is told as a number.
const TOKENS_MAX: usize = 40;
/// Requests drawn below the backend while it works on them.
const WAITING_MAX: usize = 8;

/// Where things stand.
struct Places {
    size: (f32, f32),
    caller: Area,
    backend: Area,
    switch: Point,
    radius: f32,
    upright: bool,
}

fn places(layout: Layout) -> Places {
    match layout {
        Layout::Wide => Places {
            size: (1080.0, 306.0),
            caller: Area { x: 50.0, y: 86.0, w: 170.0, h: 100.0 },
            backend: Area { x: 850.0, y: 86.0, w: 190.0, h: 100.0 },
            switch: Point { x: 540.0, y: 136.0 },
            radius: 114.0,
            upright: false,
        },
        Layout::Narrow => Places {
            size: (340.0, 430.0),
            caller: Area { x: 90.0, y: 12.0, w: 160.0, h: 58.0 },
            backend: Area { x: 75.0, y: 322.0, w: 190.0, h: 60.0 },
            switch: Point { x: 170.0, y: 196.0 },
            radius: 99.0,
            upright: true,
        },
    }
}

impl Places {
    /// A point on the line from caller to backend: 0 at the caller's edge, 1 at the backend's.
    fn on_wire(&self, share: f32) -> Point {
        let (caller, backend) = (self.caller, self.backend);
        if self.upright {
            Point { x: self.switch.x, y: caller.y + caller.h + (backend.y - caller.y - caller.h) * share }
        } else {
            Point { x: caller.x + caller.w + (backend.x - caller.x - caller.w) * share, y: self.switch.y }
        }
    }

    /// The place of the breaker's ring on that line, before (−1) or behind (1) it.
    fn at_ring(&self, side: f32) -> Point {
        let offset = (self.radius + 1.0) * side;
        if self.upright {
            Point { x: self.switch.x, y: self.switch.y + offset }
        } else {
            Point { x: self.switch.x + offset, y: self.switch.y }
        }
    }
}

pub(super) fn diagram(lab: &Lab, view: View) -> Diagram {
    let mut places = places(view.layout);
    let mut marks = Vec::new();
    wires(lab, &places, &mut marks);
    marks.push(caller(lab, &places));
    marks.push(switch(lab, &places));
    let counter = counter(lab, &places);
    if let (Shape::Meter { at, .. }, true) = (&counter.shape, places.upright) {
        // On a narrow picture the bar stands below everything else.
        places.size.1 = at.y + at.h + 26.0;
    }
    marks.push(counter);
    marks.push(backend(lab, &places));
    tokens(lab, &places, &mut marks);
    came_back(lab, &places, view.glance, &mut marks);
    let name =
        format!("Caller, breaker ({}), backend ({})", wording::state_name(lab.breaker.state()), condition(lab).1);
    Diagram { width: places.size.0, height: places.size.1, name, marks }
}

fn wires(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let cut = lab.backend == Backend::Down;
    for (id, from, to, cut) in [
        ("wire-in", places.on_wire(0.0), places.at_ring(-1.0), false),
        ("wire-out", places.at_ring(1.0), places.on_wire(1.0), cut),
    ] {
        marks.push(Mark::new(id, Shape::Wire { path: vec![from, to], cut }, Tone::Plain, "", ""));
    }
}

fn caller(lab: &Lab, places: &Places) -> Mark {
    let note = format!("{} sent", text::grouped(lab.counts.sent as i64));
    Mark::new("caller", Shape::Node { at: places.caller }, Tone::Plain, "Caller", note)
        .with("send", &[], "Send request")
        .with("send_10", &[], "Send 10")
        .with("send_malformed", &[], "Send a malformed request")
}

/// The backend's tone and its condition in words.
fn condition(lab: &Lab) -> (Tone, String) {
    let latency = text::about(lab.setup.server.latency.mean());
    match lab.backend {
        Backend::Well => (Tone::Plain, format!("✓ answers in {latency}")),
        Backend::Broken if lab.config.number("broken_percent") == 100 => (Tone::Bad, "✕ failing every call".to_owned()),
        Backend::Broken => (Tone::Bad, format!("✕ failing {} of calls", lab.config.show("broken_percent"))),
        Backend::Slow => (Tone::Half, format!("◔ takes {}", text::about(lab.slow_takes()))),
        Backend::Hung => (Tone::Bad, "… never answers".to_owned()),
        Backend::Down => (Tone::Bad, "✕ refuses connections".to_owned()),
    }
}

fn backend(lab: &Lab, places: &Places) -> Mark {
    let (tone, note) = condition(lab);
    let mut mark = Mark::new("backend", Shape::Node { at: places.backend }, tone, "Backend", note);
    for (backend, action, label) in [
        (Backend::Well, "heal", "Heal the backend"),
        (Backend::Broken, "break", "Break the backend"),
        (Backend::Slow, "slow", "Make it slow"),
        (Backend::Hung, "hang", "Make it hang"),
        (Backend::Down, "shut_down", "Take it down"),
    ] {
        if lab.backend != backend {
            mark = mark.with(action, &[], label);
        }
    }
    mark
}

fn switch(lab: &Lab, places: &Places) -> Mark {
    let state = lab.breaker.state();
    let settings = lab.setup.breaker.settings();
    let (ring, note) = match state {
        State::Open => {
            let wait = lab.breaker.wait().unwrap_or_default();
            let left = lab.breaker.wait_ends().map_or(Duration::MAX, |ends| ends.since(lab.now));
            let ring = (left.as_secs_f64() / wait.as_secs_f64().max(1e-9)).clamp(0.0, 1.0) as f32;
            let note = match settings.half_open_by {
                HalfOpenBy::Ask if left.is_zero() => "waiting for a request".to_owned(),
                HalfOpenBy::Ask => format!("the next request may probe in {}", text::countdown(left)),
                HalfOpenBy::Clock => format!("half-open in {}", text::countdown(left)),
            };
            (Some(ring), note)
        }
        State::HalfOpen => half_open_note(lab),
        State::ForcedOpen => (None, "until you close it".to_owned()),
        State::Disabled => (None, "counts nothing".to_owned()),
        State::MetricsOnly => (None, "never opens".to_owned()),
        State::Closed => (None, String::new()),
    };
    let shape = Shape::Switch {
        at: places.switch,
        radius: places.radius,
        blade: wording::state_blade(state),
        ring,
        upright: places.upright,
    };
    let mut mark = Mark::new("breaker", shape, wording::state_tone(state), wording::state_word(state), note);
    for (from, action, label) in [
        (State::Closed, "close", "Reset to closed"),
        (State::ForcedOpen, "force_open", "Force open"),
        (State::Disabled, "disable", "Disable"),
        (State::MetricsOnly, "watch_only", "Metrics only"),
    ] {
        if state != from || state == State::Closed {
            mark = mark.with(action, &[], label);
        }
    }
    mark
}

fn half_open_note(lab: &Lab) -> (Option<f32>, String) {
    let settings = lab.setup.breaker.settings();
    let figures = lab.breaker.figures(lab.now);
    let ring = settings.max_half_open.map(|limit| {
        let left = limit.after.saturating_sub(lab.now.since(lab.breaker.since()));
        (left.as_secs_f64() / limit.after.as_secs_f64().max(1e-9)) as f32
    });
    let note = match (figures.probes_in_flight, figures.permits_left.unwrap_or(0)) {
        (0, 0) => "no probe left".to_owned(),
        (0, _) => "waiting for a probe".to_owned(),
        (1, _) => "a probe is under way".to_owned(),
        (n, _) => format!("{n} probes under way"),
    };
    (ring, note)
}

/// What fills towards the threshold, or towards the verdict of the probes.
fn counter(lab: &Lab, places: &Places) -> Mark {
    let figures = lab.breaker.figures(lab.now);
    let settings = lab.setup.breaker.settings();
    let watched = why::watched(lab);
    let (filled, of, said, tone) = match (lab.breaker.state(), settings.half_open.decide, settings.trip) {
        (State::HalfOpen, Decide::Numbers { successes, .. }, _) => {
            let done = u32::try_from(figures.succeeded).unwrap_or(u32::MAX);
            (
                done,
                successes,
                format!("{done} of {} succeeded", text::counted(successes.into(), "probe", "probes")),
                Tone::Half,
            )
        }
        (State::HalfOpen, Decide::Rate { after, .. }, _) => {
            let (done, of) =
                (u32::try_from(figures.buffered).unwrap_or(u32::MAX), after.unwrap_or(settings.half_open.permits));
            (
                done,
                of,
                format!("{done} of {of} {} back, {} failed", text::noun(of.into(), "probe", "probes"), figures.failed),
                Tone::Half,
            )
        }
        (state, _, Trip::Consecutive { failures } | Trip::Failures { failures }) if watched.early.is_none() => {
            let filled = (watched.value as u32).min(failures);
            let tone = if filled == 0 || state == State::Closed { Tone::Plain } else { Tone::Bad };
            (filled, failures, watched.said, if filled > 0 { Tone::Bad } else { tone })
        }
        _ => (u32::MAX, u32::MAX, watched.said, if watched.value > 0.0 { Tone::Bad } else { Tone::Plain }),
    };
    if of <= 12 {
        // Pips stand 21 units apart and a character takes about 8.2: together they are centred below the ring.
        let whole = (21.0 * of as f32 + 8.2 * said.chars().count() as f32).min(900.0);
        let at = if places.upright {
            Point { x: 304.0, y: 188.0 - 17.0 * (of as f32 - 1.0) }
        } else {
            Point { x: 540.0 - whole / 2.0, y: 278.0 }
        };
        return Mark::new(
            "counter",
            Shape::Pips { at, filled: filled.min(of), of, upright: places.upright },
            tone,
            said,
            "",
        );
    }
    let fill = if of == u32::MAX {
        watched.early.unwrap_or(watched.value / watched.threshold.max(1.0))
    } else {
        f64::from(filled) / f64::from(of)
    };
    let at = if places.upright {
        Area { x: 30.0, y: 448.0, w: 280.0, h: 14.0 }
    } else {
        Area { x: 360.0, y: 288.0, w: 360.0, h: 14.0 }
    };
    Mark::new("counter", Shape::Meter { at, fill: fill.clamp(0.0, 1.0) as f32 }, tone, said, "")
}

/// Every request on its way: out, at work, and back.
fn tokens(lab: &Lab, places: &Places, marks: &mut Vec<Mark>) {
    let (mut waiting, mut drawn) = (0, 0);
    for (id, call) in &lab.calls {
        let Some(inside) = call.ticket.and_then(|ticket| lab.server.call(ticket)) else { continue };
        let travel = leg(inside.ends.map_or(Duration::MAX, |ends| ends.since(call.sent)));
        let gone = lab.now.since(call.sent);
        let left = inside.ends.map_or(Duration::MAX, |ends| ends.since(lab.now));
        let share = |part: Duration| (part.as_secs_f64() / travel.as_secs_f64().max(1e-9)) as f32;
        // Only half-way back is known how it went.
        let (at, sign) = if gone < travel {
            (places.on_wire(share(gone)), if call.probe { Sign::Probe } else { Sign::None })
        } else if left < travel {
            (places.on_wire(share(left)), if inside.ok == Some(true) { Sign::Tick } else { Sign::Cross })
        } else {
            waiting += 1;
            if waiting > WAITING_MAX {
                continue;
            }
            let offset = 17.0 * (waiting - 1) as f32;
            let box_ = places.backend;
            (Point { x: box_.x + 24.0 + offset, y: box_.y + box_.h + 18.0 }, Sign::Waiting)
        };
        drawn += 1;
        if drawn > TOKENS_MAX {
            break;
        }
        let tone = match sign {
            Sign::Tick => Tone::Ok,
            Sign::Cross => Tone::Bad,
            Sign::Probe => Tone::Half,
            Sign::None | Sign::Waiting => Tone::Info,
        };
        marks.push(Mark::new(format!("call-{id}"), Shape::Token { at, sign }, tone, "", ""));
    }
    let abandoned = lab.server.abandoned();
    let mut said = Vec::new();
    if waiting > WAITING_MAX {
        said.push(format!("{waiting} at work"));
    }
    if abandoned > 0 {
        said.push(format!("works on {abandoned} for nobody"));
    }
    if !said.is_empty() {
        let box_ = places.backend;
        let at = if places.upright {
            Point { x: 170.0, y: 420.0 }
        } else {
            Point { x: box_.centre().x, y: box_.y + box_.h + 50.0 }
        };
        marks.push(Mark::new(
            "at-work",
            Shape::Words { at, anchor: crate::lab::scene::Anchor::Middle },
            Tone::Half,
            "",
            said.join(", "),
        ));
    }
}

/// How long a request is shown travelling one way: a quarter of the whole, 0.4 s at most.
fn leg(whole: Duration) -> Duration {
    (whole / 4).min(Duration::from_millis(400)).max(Duration::from_nanos(1))
}

/// What came back or was turned away a moment ago, fading.
fn came_back(lab: &Lab, places: &Places, glance: Duration, marks: &mut Vec<Mark>) {
    let mut spoken = false;
    for recent in lab.recent.iter().rev() {
        let age = lab.now.since(recent.at);
        if age >= glance {
            break;
        }
        let fresh = 1.0 - (age.as_secs_f64() / glance.as_secs_f64().max(1e-9)) as f32;
        let id = format!("{}-{}", if recent.came == Came::TurnedAway { "turned" } else { "back" }, recent.id);
        if recent.came == Came::TurnedAway {
            let label = if spoken || places.upright { "" } else { "turned away at once" };
            spoken = true;
            let shape = if places.upright {
                // Beside the wire, from the ring's shoulder up to the caller's side: between the two there is no room.
                let shoulder = places.radius * 0.74;
                let from = Point { x: places.switch.x - shoulder, y: places.switch.y - shoulder };
                let to = Point { x: places.caller.x - 4.0, y: places.caller.y + places.caller.h * 0.7 };
                Shape::Arc { from, to, bulge: 16.0, fresh }
            } else {
                let above = |point: Point| Point { y: point.y - 14.0, ..point };
                Shape::Arc { from: above(places.at_ring(-1.15)), to: above(places.on_wire(0.08)), bulge: -34.0, fresh }
            };
            marks.push(Mark::new(id, shape, Tone::Bad, label, ""));
        } else {
            let (sign, tone) =
                if recent.came == Came::Answered { (Sign::Tick, Tone::Ok) } else { (Sign::Cross, Tone::Bad) };
            marks.push(Mark::new(id, Shape::Token { at: places.on_wire(0.0), sign }, tone, "", ""));
        }
    }
}
