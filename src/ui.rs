//! The page. A greeting until the stage stands.

use yew::prelude::*;

/// The whole page.
#[component]
pub fn App() -> Html {
    let clicks = use_state(|| 0_u32);
    let onclick = {
        let clicks = clicks.clone();
        Callback::from(move |_| clicks.set(*clicks + 1))
    };
    html! {
        <main>
            <h1>{ "Halfopen" }</h1>
            <button type="button" {onclick}>{ "Send request" }</button>
            <p role="status">{ format!("{} sent", *clicks) }</p>
        </main>
    }
}
