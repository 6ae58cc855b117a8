//! The time bar: how things stood along time, what the reader did, and a handle to go anywhere in what has been played.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use yew::prelude::*;

use super::el::{El, el, many};
use super::num;
use super::part::{Change, Part};
use super::player::Intent;
use super::share::Run;
use crate::lab::link::RUN_MAX;
use crate::lab::text::{spoken, stamp};
use crate::lab::{Health, Input, Lane};

/// Lengths of the bar, in seconds: it grows when what has been played no longer fits.
const LENGTHS: [u64; 14] = [15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400];
/// Marks are merged when they are closer than this share of the bar.
const MARK_GAP: f64 = 0.004;

/// The bar with its handle.
#[derive(PartialEq)]
pub(crate) struct Scrub {
    /// The playhead.
    pub(crate) now: Instant,
    /// How far it has been played.
    pub(crate) played: Instant,
    /// The run.
    pub(crate) session: Run,
    /// Where the handle is drawn to.
    pub(crate) send: Callback<Intent>,
}

/// The bar in the DOM, and whether its handle is being drawn.
#[derive(Default)]
pub(crate) struct Bar {
    bar: NodeRef,
    dragging: Rc<Cell<bool>>,
}

/// Something the reader did, on the bar.
struct Tick {
    share: f64,
    turned: bool,
}

impl Part for Scrub {
    type Memory = Bar;

    fn show(&self, memory: &Bar, _change: &Change) -> Html {
        let Bar { bar, dragging } = memory;
        let length = length(self.played);
        let share = |at: Instant| (at.as_secs_f64() / length.as_secs_f64()).clamp(0.0, 1.0);

        let seek = {
            let (bar, send, played) = (bar.clone(), self.send.clone(), self.played);
            move |event: &PointerEvent| {
                let Some(area) = bar.cast::<web_sys::Element>().map(|bar| bar.get_bounding_client_rect()) else {
                    return;
                };
                let share = ((f64::from(event.client_x()) - area.left()) / area.width().max(1.0)).clamp(0.0, 1.0);
                let at = Instant::from_millis((share * length.as_secs_f64() * 1e3) as u64).min(played);
                send.emit(Intent::Seek(at));
            }
        };
        let onpointerdown = {
            let (dragging, bar, seek) = (dragging.clone(), bar.clone(), seek.clone());
            move |event: PointerEvent| {
                if event.button() != 0 {
                    return;
                }
                dragging.set(true);
                if let Some(bar) = bar.cast::<web_sys::HtmlElement>() {
                    let _ = bar.set_pointer_capture(event.pointer_id());
                    let _ = bar.focus();
                }
                event.prevent_default();
                seek(&event);
            }
        };
        let onpointermove = {
            let dragging = dragging.clone();
            move |event: PointerEvent| {
                if dragging.get() {
                    seek(&event);
                }
            }
        };
        let end = {
            let dragging = dragging.clone();
            move |_: Event| dragging.set(false)
        };
        let onkeydown = {
            let (send, now, played) = (self.send.clone(), self.now, self.played);
            move |event: KeyboardEvent| {
                // A hundredth and a tenth of the bar.
                let (small, large) = (length / 150, length / 15);
                let to = match event.key().as_str() {
                    "ArrowRight" | "ArrowUp" => now + small,
                    "ArrowLeft" | "ArrowDown" => Instant::ZERO + (now - Instant::ZERO).saturating_sub(small),
                    "PageUp" => now + large,
                    "PageDown" => Instant::ZERO + (now - Instant::ZERO).saturating_sub(large),
                    "Home" => Instant::ZERO,
                    "End" => played,
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                send.emit(Intent::Seek(to.min(played)));
            }
        };
        let at = percent(share(self.now));
        let mut track = el("svg.track[width=100%][height=24][aria-hidden=true][focusable=false]")
        .put(el("defs").put(
            el("pattern[id=scrub-half][width=6][height=6][patternUnits=userSpaceOnUse][patternTransform=rotate(45)]")
                .put(el("rect.hatch[width=3][height=6]")),
        ))
        .put(el("rect.rest[x=0][y=9][width=100%][height=6][rx=3]"))
        .put(segments(self, length));
        if self.session.0.borrow().is_comparing() {
            track = track.put(el("rect.seam[x=0][y=11.25][width=100%][height=1.5]"));
        }
        let mut marks = Vec::new();
        for tick in ticks(&self.session, length) {
            let mark = if tick.turned {
                el("path.tick.turned[d=M0 -1 3.5 2.5 0 6 -3.5 2.5z]")
            } else {
                el("rect.tick[x=-1][y=0][width=2][height=5][rx=1]")
            };
            marks.push(el("svg[y=0][overflow=visible]").set("x", percent(tick.share)).put(mark).html());
        }
        track = track.put(many(marks)).put(el("circle.knob[cy=12][r=10]").set("cx", at));
        el("div.scrub[role=slider][tabindex=0][aria-label=Time][aria-valuemin=0]")
            .node(bar)
            .set("aria-valuemax", millis(self.played))
            .set("aria-valuenow", millis(self.now))
            .set("aria-valuetext", format!("{} of {} played", spoken(self.now), spoken(self.played)))
            .set("title", format!("{} of {}", stamp(self.now, 1), stamp(self.played, 1)))
            .on("pointerdown", onpointerdown)
            .on("pointermove", onpointermove)
            .on("pointerup", end.clone())
            .on("pointercancel", end)
            .on("keydown", onkeydown)
            .put(track)
            .html()
    }
}

/// How things stood, piece by piece: each by its colour, and by its height or hatching as well.
fn segments(props: &Scrub, length: Duration) -> Html {
    let session = props.session.0.borrow();
    let mut pieces = Vec::new();
    if session.is_comparing() {
        // A above, B below, each half as high.
        for (lane, place) in [(Lane::A, "translate(0 2.5) scale(1 .5)"), (Lane::B, "translate(0 9.5) scale(1 .5)")] {
            let half = many(pieces_of(session.healths_of(lane), props.played, length));
            pieces.push(el("g").word("transform", place).put(half).html());
        }
    } else {
        pieces = pieces_of(session.healths(), props.played, length);
    }
    many(pieces)
}

fn pieces_of(healths: &[(Instant, Health)], played: Instant, length: Duration) -> Vec<Html> {
    let whole = length.as_secs_f64();
    let mut pieces = Vec::new();
    for (index, (from, health)) in healths.iter().enumerate() {
        let to = healths.get(index + 1).map_or(played, |next| next.0).min(played);
        let (x, width) = (from.as_secs_f64() / whole, to.since(*from).as_secs_f64() / whole);
        if width > 0.0 {
            let (x, width) = (percent(x), percent(width.max(0.0008)));
            let laid = |piece: El| piece.set("x", x.clone()).set("width", width.clone()).html();
            pieces.push(laid(el(match health {
                Health::Idle => "rect.piece.idle[y=9][height=6][rx=2]",
                Health::Ok => "rect.piece.ok[y=8][height=8][rx=2]",
                Health::Half => "rect.piece.half[y=6][height=12][rx=2]",
                Health::Bad => "rect.piece.bad[y=5][height=14][rx=2]",
            })));
            if *health == Health::Half {
                pieces.push(laid(el("rect[fill=url(#scrub-half)][y=6][height=12][rx=2]")));
            }
        }
    }
    pieces
}

/// A share of the bar.
fn percent(share: f64) -> String {
    num::with(share * 100.0, 3, "%")
}

/// The shortest length that what has been played fits in.
fn length(played: Instant) -> Duration {
    let seconds = LENGTHS.iter().find(|length| Instant::from_secs(**length) >= played);
    seconds.map_or(RUN_MAX - Instant::ZERO, |seconds| Duration::from_secs(*seconds))
}

fn ticks(run: &Run, length: Duration) -> Vec<Tick> {
    let session = run.0.borrow();
    let mut ticks: Vec<Tick> = Vec::new();
    for timed in session.inputs() {
        let tick = Tick {
            share: timed.at.as_secs_f64() / length.as_secs_f64(),
            turned: matches!(timed.input, Input::Set { .. }),
        };
        if tick.share > 1.0 {
            break;
        }
        let last = ticks.iter().rev().find(|last| last.turned == tick.turned);
        if last.is_none_or(|last| tick.share - last.share >= MARK_GAP) {
            ticks.push(tick);
        }
    }
    ticks
}

fn millis(at: Instant) -> String {
    (at.as_nanos() / 1_000_000).to_string()
}
