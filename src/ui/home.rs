//! The front page: one sentence, the first lab alive, and all labs.

use yew::prelude::*;

use super::el::{El, el, maybe};
use super::experiments;
use super::stage::{Opened, Place, Stage};
use crate::lab::Listed;
use crate::labs::LISTED;

/// The front page with a lab on it.
pub(crate) fn home(first: Option<&Opened>) -> El {
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
        .put(cards(LISTED))
        .put(el("h2.section").text("Experiments and calculators"))
        .put(cards(&BESIDE))
}

/// What there is besides labs.
const BESIDE: [Listed; 2] = [
    Listed { slug: experiments::PATH, title: experiments::TITLE, summary: experiments::SUMMARY },
    Listed {
        slug: "availability/nines",
        title: "Availability calculators",
        summary: "Nines and downtime, replicas or a chain for a target, composite SLAs.",
    },
];

/// A card each, with what it leads to.
pub(super) fn cards(of: &[Listed]) -> El {
    let mut cards = el("ul.cards");
    for one in of {
        let words = el("a.card.lab").set("href", format!("#/{}", one.slug)).put(el("strong").text(one.title));
        cards = cards.put(el("li").put(words.put(el("span").text(one.summary))));
    }
    cards
}
