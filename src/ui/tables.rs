//! A lab's tables: what is read row by row.

use halfopen_core::Instant;
use yew::prelude::*;

use super::el::{el, many, maybe};
use super::part::{Change, Part};
use super::share::Run;
use crate::lab::Table;

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
        many(self.session.0.borrow().tables().into_iter().map(table).collect())
    }
}

fn table(table: Table) -> Html {
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
    // Scrolls where it is too wide, hence can be focused.
    let place = el("div.chart-table[tabindex=0][role=region]")
        .word("aria-label", table.title)
        .put(el("table.num").put(el("thead").put(heads)).put(body));
    let note = (!table.note.is_empty()).then(|| el("p.chart-reading").text(table.note));
    el("div.table")
        .word("data-table", table.id)
        .put(el("h2.chart-title").text(table.title))
        .put(maybe(note))
        .put(place)
        .html()
}
