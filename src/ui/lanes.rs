//! Two lanes, A and B, held against each other: what differs, their numbers side by side, one log, and charts that share axes.

use std::rc::Rc;

use yew::Callback;

use super::el::{El, el, many, maybe};
use super::log::tone;
use super::player::Intent;
use super::stage::Entries;
use crate::lab::compare;
use crate::lab::{Entry, Lane, Lanes, Readout};
use crate::session::Session;

/// The panel: the knobs that differ, in which lane knobs are turned, and the ways out.
pub(crate) fn panel(session: &Session, turned: Lanes, free: bool, send: &Callback<Intent>) -> El {
    let differing = compare::differing(session.config_now_of(Lane::A), session.config_now_of(Lane::B));
    let table = if differing.is_empty() {
        el("p.note").text("Both have the same settings: turn a knob below, and it holds in B only.")
    } else {
        let mut rows = Vec::new();
        for (knob, a, b) in differing {
            let row = el("tr").key(knob.id).put(el("th[scope=row]").text(knob.label));
            rows.push(row.put(el("td").text(a)).put(el("td").text(b)).html());
        }
        let head = el("tr").put(el("th[scope=col]").text("differs in"));
        let head = head.put(el("th.lane-a[scope=col]").text("A")).put(el("th.lane-b[scope=col]").text("B"));
        el("table.differing.num").put(el("thead").put(head)).put(el("tbody").put(many(rows)))
    };
    let mut choice = el("div.segments[role=radiogroup][aria-label=Knobs turn in]");
    for (lanes, name) in [(Lanes::Only(Lane::A), "A"), (Lanes::Only(Lane::B), "B"), (Lanes::Both, "both")] {
        let radio = el("input[type=radio][name=lanes]").checked(turned == lanes);
        let radio = radio.tell("change", send, Intent::Lanes(lanes));
        choice = choice.put(el("label").key(name).put(radio).put(el("span").text(name)));
    }
    let button = |intent: Intent, words: &'static str| el("button[type=button]").press(send, intent).text(words);
    let ways = el("div.ways")
        .put(button(Intent::Swap, "Swap"))
        .put(button(Intent::Keep(Lane::A), "Keep A"))
        .put(button(Intent::Keep(Lane::B), "Keep B"));
    let turning = el("div.turning").put(el("span").text("Knobs turn in")).put(choice);
    el("section.card.against[aria-label=A against B][data-part=compare]")
        .put(el("h2").text("A against B"))
        .put(el("p.note").text(
            "Same seed, same clicks, and the same chance for each request: what differs comes from the settings.",
        ))
        .put(table)
        .put(maybe(free.then_some(turning)))
        .put(maybe(free.then_some(ways)))
}

/// Tiles with the numbers of both lanes, and how B relates to A.
pub(crate) fn readouts(a: Vec<Readout>, b: Vec<Readout>) -> El {
    let mut tiles = el("dl.tiles.two.num[data-part=readouts]");
    for both in compare::readouts(a, b) {
        let number = |lane: &'static str, readout: &Option<Readout>| {
            let value = match readout {
                Some(readout) => el("span").class(tone(readout.tone)).text(readout.value.clone()),
                None => el("span").text("none"),
            };
            el("dd").put(el("small").text(lane)).put(value)
        };
        let tile = el("div").key(both.id).word("data-readout", both.id).put(el("dt").text(both.label));
        let tile = tile.put(number("A", &both.a)).put(number("B", &both.b));
        let difference = (!both.difference.is_empty()).then(|| el("dd.difference").text(both.difference));
        tiles = tiles.put(tile.put(maybe(difference)));
    }
    tiles
}

/// Both logs as one, newest first; each entry says whose it is.
pub(crate) fn logs(session: &Session) -> Entries {
    let [a, b] = Lane::ALL.map(|lane| session.record_of(lane));
    let (mut left, mut right) = (a.entries().rev().peekable(), b.entries().rev().peekable());
    let mut number = session.logged();
    let mut list = Vec::new();
    loop {
        let first = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => b.at < a.at,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let (lane, entry) = if first { (Lane::A, left.next()) } else { (Lane::B, right.next()) };
        let Some(entry) = entry else { break };
        number = number.saturating_sub(1);
        let head = format!("{} {}", lane.name(), entry.head);
        list.push(Rc::new(Entry { number, head: head.trim_end().to_owned(), ..Entry::clone(entry) }));
    }
    Entries { list: Rc::new(list), dropped: a.dropped() + b.dropped() }
}
