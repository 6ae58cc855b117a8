//! The page. The only part that knows a browser.

pub mod chart;
pub mod diagram;

use yew::prelude::*;

/// Mounts the page.
pub fn mount() {
    yew::Renderer::<App>::new().render();
}

#[component]
fn App() -> Html {
    html! { <main><h1>{ "Halfopen" }</h1></main> }
}
