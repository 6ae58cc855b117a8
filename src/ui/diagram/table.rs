//! The picture in words: a row a mark that has a name, and one for the requests on their way.

use yew::prelude::*;

use crate::lab::scene::{Act, Diagram, Mark, Shape, Sign};

/// The picture as a table, with the same actions.
pub(super) fn table(diagram: &Diagram, on_act: &Callback<Act>) -> Html {
    let rows = diagram.marks.iter().filter(|mark| {
        let told = !mark.label.is_empty() || !mark.note.is_empty() || !mark.acts.is_empty();
        // A request turned away is gone before it is read; the log has it.
        told && !matches!(mark.shape, Shape::Token { .. } | Shape::Arc { .. })
    });
    let row = |mark: &Mark| {
        let button = |act: &Act| {
            let (on_act, act, label) = (on_act.clone(), act.clone(), act.label.clone());
            html! { <button type="button" onclick={move |_| on_act.emit(act.clone())}>{ label }</button> }
        };
        let part = mark.id.replace('-', " ");
        // An id that says the same as the label gives way to it.
        let same = mark.label.to_lowercase() == part;
        let shown = [if same { "" } else { &*mark.label }, &*mark.note];
        let shown: Vec<&str> = shown.into_iter().filter(|words| !words.is_empty()).collect();
        html! {
            <tr key={&*mark.id}>
                <th scope="row">{ if same { mark.label.clone() } else { part } }</th>
                <td>{ shown.join(" · ") }</td>
                <td>{ for mark.acts.iter().map(button) }</td>
            </tr>
        }
    };
    html! {
        <div class="dg-text" tabindex="0" role="region" aria-label="Picture as text">
            <table>
                <caption>{ diagram.name.clone() }</caption>
                <thead><tr><th scope="col">{ "Part" }</th><th scope="col">{ "Shows" }</th><th scope="col">{ "Actions" }</th></tr></thead>
                <tbody>
                    { for rows.map(row) }
                    <tr key=" requests">
                        <th scope="row">{ "requests in the picture" }</th>
                        <td colspan="2">{ requests(diagram) }</td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
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
    let told = words.into_iter().filter_map(|(sign, word)| {
        let is = |shape: &Shape| matches!(shape, Shape::Token { sign: has, .. } if *has == sign);
        let many = diagram.marks.iter().filter(|mark| is(&mark.shape)).count();
        (many > 0).then(|| format!("{many} {word}"))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}
