//! A chart as a table on the page.

use yew::Html;

use super::super::el::{El, el, many, maybe};
use crate::lab::scene::Chart;
use crate::paint;

/// Rows at most; the CSV has them all.
const ROWS: usize = 200;

pub(super) fn show(chart: &Chart) -> Html {
    let table = paint::table(chart, ROWS);
    let words = |cell: El, column: usize| cell.class_if(column >= table.numbers, "chart-word");
    let mut heads = el("tr");
    for (column, head) in table.heads.iter().enumerate() {
        heads = heads.put(words(el("th[scope=col]"), column).text(head.clone()));
    }
    let mut body = el("tbody");
    for row in &table.rows {
        let mut cells = el("tr");
        for (column, cell) in row.iter().enumerate() {
            let place = if column == 0 { el("th[scope=row]") } else { words(el("td"), column) };
            cells = cells.put(place.text(cell.clone()));
        }
        body = body.put(cells);
    }
    let caption = el("caption").text(table.caption.clone());
    // Scrolls, hence can be focused.
    let place = el("div.chart-table[tabindex=0][role=region]")
        .set("aria-label", table.caption)
        .put(el("table").put(caption).put(el("thead").put(heads)).put(body));
    let (shown, of) = (table.rows.len(), table.of);
    let note = if shown == 0 {
        Some("Nothing yet.".to_owned())
    } else if of > shown {
        Some(format!("{shown} of {of} rows, evenly chosen. Save the numbers (CSV) for all of them."))
    } else {
        None
    };
    many(vec![place.html(), maybe(note.map(|note| el("p.chart-note").text(note)))])
}
