//! The front page: one sentence, the first lab alive, and all labs.

use yew::prelude::*;

use super::el::{El, el, maybe};
use super::stage::{Opened, Place, Stage};
use crate::labs::LISTED;

/// The front page with a lab on it.
pub(crate) fn home(first: Option<&Opened>) -> El {
    let mut cards = el("ul.cards");
    for lab in LISTED {
        let words = el("a.card.lab").set("href", format!("#/{}", lab.slug)).put(el("strong").text(lab.title));
        cards = cards.put(el("li").put(words.put(el("span").text(lab.summary))));
    }
    let alive = first.map(|opened| html! { <Stage opened={opened.clone()} place={Place::Front} /> });
    let mut words = "Click requests through a circuit breaker, break what lies behind it, and read in words why each thing happens.".to_owned();
    if first.is_some() {
        words.push_str(" This one is alive:");
    }
    el("div.home")
        .put(el("h1[tabindex=-1]").text("See systems fail, and see what holds"))
        .put(el("p.claim").text(words))
        .put(maybe(alive))
        .put(el("h2.section").text("All labs"))
        .put(cards)
}
