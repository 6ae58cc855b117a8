//! The front page: one sentence, the first lab alive, and all labs.

use yew::prelude::*;

use super::router::first_lab;
use super::stage::{Place, Stage};
use crate::labs::LABS;

/// The front page.
#[component]
pub(crate) fn Home() -> Html {
    let first = use_memo((), |()| first_lab());
    html! {
        <div class="home">
            <h1 tabindex="-1">{ "See systems fail, and see what holds" }</h1>
            <p class="claim">
                { "Click requests through a circuit breaker, break what lies behind it, and read in words why each thing happens. This one is alive:" }
            </p>
            if let Some(opened) = (*first).clone() {
                <Stage {opened} place={Place::Front} />
            }
            <h2 class="section">{ "All labs" }</h2>
            <ul class="cards">
                for lab in LABS.iter() {
                    <li>
                        <a class="card lab" href={format!("#/{}", lab.about.slug)}>
                            <strong>{ lab.about.title }</strong>
                            <span>{ lab.about.summary }</span>
                        </a>
                    </li>
                }
            </ul>
        </div>
    }
}
