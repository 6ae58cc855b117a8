//! The log: what happened, and why. Newest first; an entry leads to its instant.

use std::rc::Rc;

use halfopen_core::Instant;
use yew::prelude::*;

use super::el::{el, many, maybe, text};
use super::part::{Change, Part};
use super::player::Intent;
use super::stage::Entries;
use crate::lab::text::{counted, stamp};
use crate::lab::{Entry, Tone};

/// Entries shown at first.
const SHOWN: usize = 60;

/// The log.
#[derive(PartialEq)]
pub(crate) struct Log {
    /// Newest first.
    pub(crate) entries: Entries,
    /// Goals that were reached, oldest first, each with its instant.
    pub(crate) reached: Rc<Vec<(Instant, &'static str)>>,
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

impl Part for Log {
    type Memory = bool;

    fn show(&self, all: &bool, change: &Change) -> Html {
        let list = &self.entries.list;
        let change = change.clone();
        let shown = if *all { list.len() } else { list.len().min(SHOWN) };
        let more = list.len() - shown;
        let body = if list.is_empty() && self.reached.is_empty() {
            el("p.empty").text(self.empty.clone())
        } else {
            let mut lines = Vec::new();
            let mut reached = self.reached.iter().rev().peekable();
            for entry in list.iter().take(shown) {
                while let Some(goal) = reached.next_if(|goal| goal.0 >= entry.at) {
                    lines.push(note(goal));
                }
                lines.push(line(entry, &self.send));
            }
            lines.extend(reached.map(note));
            let more = (more > 0).then(|| {
                let button = el("button[type=button]").on("click", move |_: Event| change.to(true));
                el("li.rest").put(button.text(format!("Show {}", counted(more as u64, "older entry", "older entries"))))
            });
            let dropped = self.entries.dropped;
            let dropped = (dropped > 0).then(|| {
                el("li.rest").text(format!(
                    "{} dropped, to keep the page light.",
                    counted(dropped, "older entry", "older entries")
                ))
            });
            el("ol.num").put(many(lines)).put(maybe(more)).put(maybe(dropped))
        };
        el("section.card.log[aria-labelledby=log-title][data-part=log]")
            .put(el("h2[id=log-title]").text("What happened, and why"))
            .put(body)
            .html()
    }
}

fn line(entry: &Entry, send: &Callback<Intent>) -> Html {
    let time = stamp(entry.at, 1);
    let button =
        el("button.entry[type=button]").press(send, Intent::Seek(entry.at)).set("title", format!("Go to {time}"));
    let button = button.put(el("time").text(time)).put(el("span").put(sentence(entry)));
    el("li").key(&entry.number.to_string()).class(tone(entry.tone)).put(button).html()
}

/// A goal that was reached: no entry of the run, but told among them.
fn note((at, task): &(Instant, &'static str)) -> Html {
    let words = el("span").put(el("strong.state").text("✓ goal reached.")).text(" ").text(*task);
    el("li.ok").key(task).put(el("div.noted").put(el("time").text(stamp(*at, 1))).put(words)).html()
}

/// Head and text of an entry.
pub(crate) fn sentence(entry: &Entry) -> Html {
    let mut parts = Vec::new();
    if !entry.head.is_empty() {
        parts.push(el("strong.state").text(entry.head.to_string()).html());
        parts.push(text(" "));
    }
    parts.push(text(entry.text.to_string()));
    many(parts)
}
