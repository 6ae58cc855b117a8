//! A chart as a table on the page.

use yew::prelude::*;

use crate::lab::scene::Chart;
use crate::paint;

/// Rows at most; the CSV has them all.
const ROWS: usize = 200;

pub(super) fn show(chart: &Chart) -> Html {
    let table = paint::table(chart, ROWS);
    let words = |column: usize| (column >= table.numbers).then_some("chart-word");
    let heads = table.heads.iter().enumerate();
    let heads = heads.map(|(column, head)| html! { <th scope="col" class={words(column)}>{ head }</th> });
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            if column == 0 {
                html! { <th scope="row">{ cell }</th> }
            } else {
                html! { <td class={words(column)}>{ cell }</td> }
            }
        });
        html! { <tr>{ for cells }</tr> }
    });
    html! {
        <>
            // Scrolls, hence can be focused.
            <div class="chart-table" tabindex="0" role="region" aria-label={table.caption.clone()}>
                <table>
                    <caption>{ &table.caption }</caption>
                    <thead><tr>{ for heads }</tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
            if table.rows.is_empty() {
                <p class="chart-note">{ "Nothing yet." }</p>
            } else if table.of > table.rows.len() {
                <p class="chart-note">{ format!("{} of {} rows, evenly chosen. Save the numbers (CSV) for all of them.", table.rows.len(), table.of) }</p>
            }
        </>
    }
}
