//! Time under the reader's hand: step back, play, step, the time bar, speed, undo, reset, seed, and the link.

use halfopen_core::Instant;
use yew::prelude::*;

use super::clock::{FASTEST, SLOWEST, speed_text};
use super::dom;
use super::el::{El, el, maybe};
use super::icons::{Icon, draw};
use super::part::{Change, Part, part};
use super::player::Intent;
use super::scrub::Scrub;
use super::share::{CopyButton, Run};
use super::stage::Place;
use crate::lab::text::stamp;

/// What the bar shows, and where clicks go.
pub(crate) struct Transport<'a> {
    /// The playhead.
    pub(crate) now: Instant,
    /// How far it has been played.
    pub(crate) played: Instant,
    /// The run, for the bar.
    pub(crate) session: Run,
    /// Whether time runs.
    pub(crate) playing: bool,
    /// Whether playing is the first thing to do here: on a phone it then stays in view.
    pub(crate) first: bool,
    /// Whether nothing was done yet.
    pub(crate) fresh: bool,
    /// A power of two.
    pub(crate) speed: i8,
    /// The run's seed.
    pub(crate) seed: u64,
    /// Whether there is something to take back.
    pub(crate) can_undo: bool,
    /// Whether there is an undo to take back.
    pub(crate) can_redo: bool,
    /// Whether speed and seed are shown.
    pub(crate) dials: bool,
    /// Where the stage stands.
    pub(crate) place: Place,
    /// Asks for speed and seed, or puts them away.
    pub(crate) on_dials: &'a Callback<bool>,
    /// Asks for the list of keys.
    pub(crate) on_help: &'a Callback<bool>,
    /// Where clicks go.
    pub(crate) send: &'a Callback<Intent>,
}

impl Transport<'_> {
    /// The bar below the actions.
    pub(crate) fn show(&self) -> El {
        let decimals = if self.speed >= 0 { 1 } else { 2 };
        let speed = speed_text(self.speed);
        let (icon, name) = if self.playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
        let play =
            self.button(icon, name, Intent::Toggle, true).class("play").class_if(self.first && self.fresh, "inviting");
        let (now, played) = (self.now, self.played);
        let scrub = part(Scrub { now, played, session: self.session.clone(), send: self.send.clone() });
        let dials = el("button.ghost.dials[type=button][title=Speed and seed]")
            .either("aria-expanded", self.dials)
            .set("aria-label", format!("Speed {speed}, seed {}", self.seed))
            .press(self.on_dials, !self.dials)
            .put(el("span.num").text(speed.clone()))
            .put(draw(Icon::Dials));
        let copy = (self.place != Place::Front).then(|| part(CopyButton { session: self.session.clone() }));
        let bar = el("div.bar")
            .put(self.button(Icon::StepBack, "Step back", Intent::StepBack, now > Instant::ZERO))
            .put(play)
            .put(self.button(Icon::Step, "Step", Intent::Step, true))
            .put(scrub)
            .put(el("span.t.num").text(stamp(now, decimals)))
            .put(dials)
            .put(self.button(Icon::Undo, "Undo", Intent::Undo, self.can_undo))
            .put(self.button(Icon::Redo, "Redo", Intent::Redo, self.can_redo))
            .put(self.button(Icon::Reset, "Reset", Intent::Reset, true))
            .put(maybe(copy));
        let below = self.dials.then(|| {
            el("div.dialbar").put(self.speeds(speed)).put(part(Seed { seed: self.seed, send: self.send.clone() })).put(
                maybe(
                    (self.place != Place::Front)
                        .then(|| el("button.quiet[type=button]").press(self.on_help, true).text("Keys")),
                ),
            )
        });
        let transport = el("div.transport[data-part=transport][role=group][aria-label=Time]");
        transport.class_if(self.first, "first").put(bar).put(maybe(below))
    }

    /// A button with an icon.
    #[inline(never)]
    fn button(&self, icon: Icon, name: &'static str, intent: Intent, enabled: bool) -> El {
        let button = el("button.ghost[type=button]").word("aria-label", name).word("title", name);
        button.flag("disabled", !enabled).press(self.send, intent).put(draw(icon))
    }

    fn speeds(&self, text: String) -> El {
        let send = self.send.clone();
        let to = |what: &'static str, by: i8, most: i8| {
            let button = el(what).flag("disabled", self.speed == most);
            button.press(self.send, Intent::Speed(self.speed + by))
        };
        let slider = el("input[type=range][id=speed][step=1]")
            .set("min", SLOWEST.to_string())
            .set("max", FASTEST.to_string())
            .set("aria-valuetext", text.clone())
            .value(self.speed.to_string())
            .on("input", move |event: Event| {
                if let Some(speed) = dom::number(&event) {
                    send.emit(Intent::Speed(speed as i8));
                }
            });
        el("div.dial[role=group][aria-label=Speed]")
            .put(el("label[for=speed]").text("Speed"))
            .put(to("button.ghost[type=button][aria-label=Slower]", -1, SLOWEST).text("−"))
            .put(slider)
            .put(to("button.ghost[type=button][aria-label=Faster]", 1, FASTEST).text("+"))
            .put(el("output.num[for=speed]").text(text))
    }
}

/// The seed: another one is another chance for the same clicks.
#[derive(PartialEq)]
struct Seed {
    seed: u64,
    send: Callback<Intent>,
}

impl Part for Seed {
    type Memory = Option<String>;

    fn show(&self, draft: &Option<String>, change: &Change) -> Html {
        let wrong = draft.as_ref().is_some_and(|draft| draft.trim().parse::<u64>().is_err());
        let typing = change.clone();
        let (done, send) = (change.clone(), self.send.clone());
        let commit = move |event: Event| {
            if let Some(seed) = dom::typed(&event).and_then(|typed| typed.trim().parse().ok()) {
                done.to(None::<String>);
                send.emit(Intent::Reseed(seed));
            }
        };
        let (done, send) = (change.clone(), self.send.clone());
        let fresh = move |_: Event| {
            done.to(None::<String>);
            if let Some(seed) = dom::fresh_seed() {
                send.emit(Intent::Reseed(seed));
            }
        };
        let mut field =
            el("input.field.num[type=text][inputmode=numeric][id=seed][autocomplete=off][spellcheck=false]")
                .value(draft.clone().unwrap_or_else(|| self.seed.to_string()))
                .on("input", move |event: Event| typing.to(dom::typed(&event)))
                .on("change", commit);
        if wrong {
            field = field.word("aria-invalid", "true").word("aria-describedby", "seed-error");
        }
        let button = el("button.quiet[type=button]").on("click", fresh).put(draw(Icon::Dice)).text("New seed");
        let error = wrong.then(|| el("span.error[id=seed-error]").text("A whole number below 2⁶⁴."));
        el("div.dial[role=group][aria-label=Seed]")
            .put(el("label[for=seed]").text("Seed"))
            .put(field)
            .put(button)
            .put(maybe(error))
            .html()
    }
}
