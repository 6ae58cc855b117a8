//! The log: what happened, and why. Newest first; an entry leads to its instant.

use std::rc::Rc;

use yew::prelude::*;

use super::clock::stamp;
use super::player::Intent;
use super::stage::Entries;
use crate::lab::{Entry, Tone};

/// Entries shown at first.
const SHOWN: usize = 60;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// Newest first.
    pub(crate) entries: Entries,
    /// What stands there while nothing has happened.
    pub(crate) empty: AttrValue,
    /// Where clicks go.
    pub(crate) send: Callback<Intent>,
}

/// The class that gives a tone its colours.
pub(crate) fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Ok => "ok",
        Tone::Bad => "bad",
        Tone::Half => "half",
        Tone::Info => "info",
        Tone::Faint => "faint",
        Tone::LaneA => "lane-a",
        Tone::LaneB => "lane-b",
    }
}

/// The log.
#[component]
pub(crate) fn Log(props: &Props) -> Html {
    let all = use_state(|| false);
    let list = &props.entries.list;
    let shown = if *all { list.len() } else { list.len().min(SHOWN) };
    let more = list.len() - shown;
    let show_all = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    html! {
        <section class="card log" aria-labelledby="log-title" data-part="log">
            <h2 id="log-title">{ "What happened, and why" }</h2>
            if list.is_empty() {
                <p class="empty">{ props.empty.clone() }</p>
            } else {
                <ol class="num">
                    for entry in list.iter().take(shown) {
                        <Line key={entry.number} entry={Held(entry.clone())} send={props.send.clone()} />
                    }
                    if more > 0 {
                        <li class="rest"><button type="button" onclick={show_all}>{ format!("Show {more} older entries") }</button></li>
                    }
                    if props.entries.dropped > 0 {
                        <li class="rest">{ format!("{} older entries were dropped, to keep the page light.", props.entries.dropped) }</li>
                    }
                </ol>
            }
        </section>
    }
}

/// An entry, compared by identity: entries never change.
#[derive(Clone)]
struct Held(Rc<Entry>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    entry: Held,
    send: Callback<Intent>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let entry = &props.entry.0;
    let at = entry.at;
    let onclick = props.send.reform(move |_: MouseEvent| Intent::Seek(at));
    let time = stamp(at, 1);
    html! {
        <li class={tone(entry.tone)}>
            <button type="button" class="entry" {onclick} title={format!("Go to {time}")}>
                <time>{ time }</time>
                <span><Sentence entry={entry.clone()} /></span>
            </button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct SentenceProps {
    /// The entry.
    pub(crate) entry: Rc<Entry>,
}

/// Head and text of an entry.
#[component]
pub(crate) fn Sentence(props: &SentenceProps) -> Html {
    let entry = &props.entry;
    html! {
        <>
            if !entry.head.is_empty() {
                <strong class="state">{ &entry.head }</strong>{ " " }
            }
            { &entry.text }
        </>
    }
}
