//! A lab's tables: what is read row by row.

use halfopen_core::Instant;
use yew::prelude::*;

use super::el::{el, many, maybe};
use super::part::{Change, Part};
use super::share::Run;
use crate::lab::{Lane, Table};

/// The tables of a run.
#[derive(PartialEq)]
pub(crate) struct Tables {
    /// The run.
    pub(crate) session: Run,
    /// What the charts were last made from: the tables are made anew with them.
    pub(crate) seen: Option<(u64, Instant)>,
}

impl Part for Tables {
    type Memory = ();

    fn show(&self, _memory: &(), _change: &Change) -> Html {
        let session = self.session.0.borrow();
        let lanes: &[Lane] = if session.is_comparing() { &[Lane::A, Lane::B] } else { &[Lane::A] };
        let of = |lane: &Lane| {
            let lane = *lane;
            let name = if lanes.len() > 1 { lane.name() } else { "" };
            session.tables_of(lane).into_iter().map(move |shown| table(shown, name))
        };
        many(lanes.iter().flat_map(of).collect())
    }
}

/// One of them; `lane` stands before its name.
pub(super) fn table(table: Table, lane: &'static str) -> Html {
    let mut heads = el("tr");
    for head in table.heads {
        heads = heads.put(el("th[scope=col]").text(head));
    }
    let mut body = el("tbody");
    for (number, row) in table.rows.into_iter().enumerate() {
        let is = table.current == Some(number);
        let mut cells = el("tr").class_if(is, "current");
        if is {
            cells = cells.word("aria-current", "true");
        }
        for (column, cell) in row.into_iter().enumerate() {
            cells = cells.put(if column == 0 { el("th[scope=row]") } else { el("td") }.text(cell));
        }
        body = body.put(cells);
    }
    let title = if lane.is_empty() { table.title.to_owned() } else { format!("{lane}: {}", table.title) };
    // Scrolls where it is too wide, hence can be focused.
    let place = el("div.chart-table[tabindex=0][role=region]")
        .set("aria-label", title.clone())
        .put(el("table.num").put(el("thead").put(heads)).put(body));
    let note = (!table.note.is_empty()).then(|| el("p.chart-reading").text(table.note));
    el("div.table")
        .word("data-table", table.id)
        .put(el("h2.chart-title").text(title))
        .put(maybe(note))
        .put(place)
        .html()
}
