//! What stands around every page: the header with the way home, and the footer.

use yew::prelude::*;

use super::theme;
use crate::labs::LABS;

/// So many labs are named in the header of a wide page.
const FEW: usize = 4;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The lab shown, if any.
    pub(crate) slug: Option<&'static str>,
    /// The page.
    pub(crate) children: Html,
}

/// Header, page, footer.
#[component]
pub(crate) fn Shell(props: &Props) -> Html {
    html! {
        <>
            <a class="skip" href="#stage" onclick={Callback::from(skip)}>{ "Skip to the stage" }</a>
            <header class="top">
                <a class="brand" href="#/" aria-label="Halfopen, front page"><Mark />{ "halfopen" }</a>
                <nav aria-label="Labs">
                    <a class="all" href="#/" aria-current={props.slug.is_none().then_some("page")}>{ "Labs" }</a>
                    for lab in LABS.iter().take(FEW) {
                        <a
                            class="one"
                            href={format!("#/{}", lab.about.slug)}
                            aria-current={(props.slug == Some(lab.about.slug)).then_some("page")}
                        >
                            { lab.about.title }
                        </a>
                    }
                </nav>
                <theme::Switch />
            </header>
            <main id="main">{ props.children.clone() }</main>
            <footer class="foot">
                <p>
                    { "Every run is computed here, in your browser, from its link alone: the same link gives the same run, anywhere. Nothing is sent anywhere." }
                </p>
                <p>{ format!("Engine {}", crate::lab::link::ENGINE) }</p>
            </footer>
        </>
    }
}

/// The address is ours, so a link into the page would look like a route.
fn skip(event: MouseEvent) {
    event.prevent_default();
    if let Some(stage) = super::dom::by_id("stage") {
        let _ = stage.focus();
        stage.scroll_into_view();
    }
}

/// The sign: a disc, half open.
#[component]
pub(crate) fn Mark() -> Html {
    html! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" focusable="false">
            <circle cx="11" cy="11" r="9.5" fill="none" stroke="currentColor" stroke-width="2" />
            <path d="M11 1.5a9.5 9.5 0 0 1 0 19z" fill="currentColor" />
        </svg>
    }
}
