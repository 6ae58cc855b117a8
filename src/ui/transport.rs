//! Time under the reader's hand: step back, play, step, the time bar, speed, undo, reset, seed, and the link.

use halfopen_core::Instant;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::clock::{FASTEST, SLOWEST, speed_text, stamp};
use super::icons::{Draw, Icon};
use super::player::Intent;
use super::scrub::Scrub;
use super::share::{CopyButton, Run};
use super::stage::Place;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The playhead.
    pub(crate) now: Instant,
    /// How far it has been played.
    pub(crate) played: Instant,
    /// Counts whatever changes the run other than by time passing.
    pub(crate) revision: u64,
    /// The run, for the bar.
    pub(crate) session: Run,
    /// Whether time runs.
    pub(crate) playing: bool,
    /// Whether playing is the thing to do first.
    pub(crate) inviting: bool,
    /// A power of two.
    pub(crate) speed: i8,
    /// The run's seed.
    pub(crate) seed: u64,
    /// Whether there is something to take back.
    pub(crate) can_undo: bool,
    /// Whether there is an undo to take back.
    pub(crate) can_redo: bool,
    /// The link, as of lately.
    pub(crate) address: String,
    /// Where the stage stands.
    pub(crate) place: Place,
    /// Asks for the list of keys.
    pub(crate) on_help: Callback<()>,
    /// Where clicks go.
    pub(crate) send: Callback<Intent>,
}

/// The bar below the actions.
#[component]
pub(crate) fn Transport(props: &Props) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let plain = |icon, name, intent, enabled| plain(&props.send, "ghost", icon, name, intent, enabled);
    let at_start = props.now == Instant::ZERO;
    let decimals = if props.speed >= 0 { 1 } else { 2 };
    let speed = speed_text(props.speed);
    let (icon, name) = if props.playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    let class = if props.inviting { "ghost play inviting" } else { "ghost play" };
    let play = self::plain(&props.send, class, icon, name, Intent::Toggle, true);
    html! {
        <div class="transport" data-part="transport" role="group" aria-label="Time">
            <div class="bar">
                { plain(Icon::StepBack, "Step back", Intent::StepBack, !at_start) }
                { play }
                { plain(Icon::Step, "Step", Intent::Step, true) }
                <Scrub
                    now={props.now}
                    played={props.played}
                    revision={props.revision}
                    session={props.session.clone()}
                    send={props.send.clone()}
                />
                <span class="t num">{ stamp(props.now, decimals) }</span>
                <button
                    type="button"
                    class="ghost dials"
                    aria-expanded={if *open { "true" } else { "false" }}
                    aria-label={format!("Speed {speed}, seed {}", props.seed)}
                    title="Speed and seed"
                    onclick={toggle}
                >
                    <span class="num">{ speed.clone() }</span><Draw icon={Icon::Dials} />
                </button>
                { plain(Icon::Undo, "Undo", Intent::Undo, props.can_undo) }
                { plain(Icon::Redo, "Redo", Intent::Redo, props.can_redo) }
                { plain(Icon::Reset, "Reset", Intent::Reset, true) }
                if props.place != Place::Front {
                    <CopyButton session={props.session.clone()} address={props.address.clone()} />
                }
            </div>
            if *open {
                <div class="dialbar">
                    { speeds(props, &speed) }
                    <Seed seed={props.seed} send={props.send.clone()} />
                    <button type="button" class="quiet" onclick={props.on_help.reform(|_: MouseEvent| ())}>{ "Keys" }</button>
                </div>
            }
        </div>
    }
}

/// A button with an icon.
#[inline(never)]
fn plain(
    send: &Callback<Intent>,
    class: &'static str,
    icon: Icon,
    name: &'static str,
    intent: Intent,
    enabled: bool,
) -> Html {
    let onclick = send.reform(move |_: MouseEvent| intent.clone());
    html! {
        <button type="button" {class} {onclick} disabled={!enabled} aria-label={name} title={name}>
            <Draw {icon} />
        </button>
    }
}

fn speeds(props: &Props, speed: &str) -> Html {
    let send = props.send.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let slider = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(speed) = slider.and_then(|slider| slider.value().parse().ok()) {
            send.emit(Intent::Speed(speed));
        }
    });
    let to = |speed: i8| props.send.reform(move |_: MouseEvent| Intent::Speed(speed));
    html! {
        <div class="dial" role="group" aria-label="Speed">
            <label for="speed">{ "Speed" }</label>
            <button type="button" class="ghost" onclick={to(props.speed - 1)} disabled={props.speed <= SLOWEST} aria-label="Slower">{ "−" }</button>
            <input
                type="range"
                id="speed"
                min={SLOWEST.to_string()}
                max={FASTEST.to_string()}
                step="1"
                value={props.speed.to_string()}
                aria-valuetext={speed.to_owned()}
                {oninput}
            />
            <button type="button" class="ghost" onclick={to(props.speed + 1)} disabled={props.speed >= FASTEST} aria-label="Faster">{ "+" }</button>
            <output class="num" for="speed">{ speed.to_owned() }</output>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SeedProps {
    seed: u64,
    send: Callback<Intent>,
}

/// The seed: another one is another chance for the same clicks.
#[component]
fn Seed(props: &SeedProps) -> Html {
    let draft = use_state(|| None::<String>);
    let wrong = draft.as_ref().is_some_and(|draft| draft.trim().parse::<u64>().is_err());
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(typed(&event)))
    };
    let onchange = {
        let (draft, send) = (draft.clone(), props.send.clone());
        Callback::from(move |event: Event| {
            if let Some(seed) = typed(&event).and_then(|typed| typed.trim().parse().ok()) {
                draft.set(None);
                send.emit(Intent::Reseed(seed));
            }
        })
    };
    let onclick = {
        let (draft, send) = (draft.clone(), props.send.clone());
        Callback::from(move |_: MouseEvent| {
            draft.set(None);
            if let Some(seed) = fresh_seed() {
                send.emit(Intent::Reseed(seed));
            }
        })
    };
    let value = (*draft).clone().unwrap_or_else(|| props.seed.to_string());
    html! {
        <div class="dial" role="group" aria-label="Seed">
            <label for="seed">{ "Seed" }</label>
            <input
                type="text"
                inputmode="numeric"
                id="seed"
                class="field num"
                {value}
                {oninput}
                {onchange}
                aria-invalid={wrong.then_some("true")}
                aria-describedby={wrong.then_some("seed-error")}
                autocomplete="off"
                spellcheck="false"
            />
            <button type="button" class="quiet" {onclick}><Draw icon={Icon::Dice} />{ "New seed" }</button>
            if wrong {
                <span class="error" id="seed-error">{ "A whole number, 0 or more." }</span>
            }
        </div>
    }
}

/// Small enough to read out, large enough never to meet twice.
fn fresh_seed() -> Option<u64> {
    Some(u64::from(getrandom::u32().ok()? % 1_000_000))
}

fn typed(event: &Event) -> Option<String> {
    event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()).map(|input| input.value())
}
