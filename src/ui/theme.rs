//! Light, dark, or as the system has it.

use yew::prelude::*;

use super::dom;
use super::icons::{Draw, Icon};

const STORED: &str = "halfopen.theme";

/// The reader's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What was chosen before.
pub(crate) fn read() -> Theme {
    match dom::stored(STORED).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Shows the page in a theme. Charts follow the attribute.
pub(crate) fn apply(theme: Theme) {
    let Some(root) = dom::document().and_then(|document| document.document_element()) else { return };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
}

/// One button that goes round the three.
#[component]
pub(crate) fn Switch() -> Html {
    let theme = use_state(read);
    let (icon, name, next) = match *theme {
        Theme::System => (Icon::System, "as the system", Theme::Light),
        Theme::Light => (Icon::Sun, "light", Theme::Dark),
        Theme::Dark => (Icon::Moon, "dark", Theme::System),
    };
    let onclick = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| {
            dom::store(
                STORED,
                match next {
                    Theme::System => None,
                    Theme::Light => Some("light"),
                    Theme::Dark => Some("dark"),
                },
            );
            apply(next);
            theme.set(next);
        })
    };
    html! {
        <button type="button" class="ghost" {onclick} aria-label={format!("Colours: {name}. Change")} title={format!("Colours: {name}")}>
            <Draw {icon} />
        </button>
    }
}
