//! The page. The only part that knows a browser.

pub mod diagram;
pub mod chart;

use yew::prelude::*;

/// Mounts the page.
pub fn mount() {
    yew::Renderer::<App>::new().render();
}

#[component]
fn App() -> Html {
    html! { <main><h1>{ "Halfopen" }</h1></main> }
}
