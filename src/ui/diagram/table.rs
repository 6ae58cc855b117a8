//! The picture in words: a row a mark that has a name, and one for the requests on their way.

use yew::{Callback, Html};

use super::super::el::{el, many};
use super::{More, draw};
use crate::lab::scene::{Act, Diagram, Mark, Shape, Sign};

/// The picture as a table, with the same actions.
pub(super) fn table(diagram: &Diagram, on_act: &Callback<Act>, more: Option<&More>) -> Html {
    let rows = diagram.marks.iter().filter(|mark: &&Mark| {
        let told = !mark.label.is_empty() || !mark.note.is_empty() || !mark.acts.is_empty();
        // A request turned away is gone before it is read; the log has it.
        told && !matches!(mark.shape, Shape::Token { .. } | Shape::Arc { .. })
    });
    let mut body = Vec::new();
    for mark in rows {
        let part = draw::part(mark);
        // An id that says the same as the label gives way to it.
        let same = mark.label.eq_ignore_ascii_case(&part);
        let mut shown = if same { String::new() } else { mark.label.clone() };
        if !shown.is_empty() && !mark.note.is_empty() {
            shown.push_str(" · ");
        }
        shown.push_str(&mark.note);
        let acts = match more {
            Some(more) => more.0.acts(mark, on_act),
            None => buttons(&mark.acts, on_act),
        };
        let part = if same { mark.label.clone() } else { part };
        let row = el("tr")
            .key(&mark.id)
            .put(el("th[scope=row]").text(part))
            .put(el("td").text(shown))
            .put(el("td").put(acts));
        body.push(row.html());
    }
    let told = requests(diagram);
    // Most pictures of other things than requests never have any.
    if !told.is_empty() {
        let last = el("tr").key(" requests").put(el("th[scope=row]").text("requests in the picture"));
        body.push(last.put(el("td[colspan=2]").text(told)).html());
    }
    let body = el("tbody").put(many(body));
    let mut heads = el("tr");
    for head in ["Part", "Shows", "Actions"] {
        heads = heads.put(el("th[scope=col]").text(head));
    }
    let caption = el("caption").text(diagram.name.clone());
    el("div.dg-text[tabindex=0][role=region][aria-label=Picture as text]")
        .put(el("table").put(caption).put(el("thead").put(heads)).put(body))
        .html()
}

/// A button each.
pub(super) fn buttons(acts: &[Act], on_act: &Callback<Act>) -> Html {
    many(
        acts.iter()
            .map(|act| el("button[type=button]").press(on_act, act.clone()).text(act.label.clone()).html())
            .collect(),
    )
}

/// How many requests there are, by what became of them.
fn requests(diagram: &Diagram) -> String {
    let words = [
        (Sign::None, "on the way"),
        (Sign::Tick, "answered"),
        (Sign::Cross, "failed"),
        (Sign::Probe, "probing"),
        (Sign::Waiting, "waiting"),
    ];
    let mut told = String::new();
    for (sign, word) in words {
        let is = |shape: &Shape| matches!(shape, Shape::Token { sign: has, .. } if *has == sign);
        let many = diagram.marks.iter().filter(|mark| is(&mark.shape)).count();
        if many > 0 {
            let comma = if told.is_empty() { "" } else { ", " };
            told.push_str(&format!("{comma}{many} {word}"));
        }
    }
    told
}
