//! Light, dark, or as the system has it.

use yew::Callback;

use super::dom;
use super::el::{El, el};
use super::icons::{Icon, draw};

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

/// Shows the page in a theme from now on, and the next time too.
pub(crate) fn choose(theme: Theme) {
    dom::store(
        STORED,
        match theme {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        },
    );
    apply(theme);
}

/// One button that goes round the three.
pub(crate) fn switch(theme: Theme, set: &Callback<Theme>) -> El {
    let (icon, name, next) = match theme {
        Theme::System => (Icon::System, "as the system", Theme::Light),
        Theme::Light => (Icon::Sun, "light", Theme::Dark),
        Theme::Dark => (Icon::Moon, "dark", Theme::System),
    };
    el("button.ghost[type=button]")
        .set("aria-label", format!("Colours: {name}. Change"))
        .set("title", format!("Colours: {name}"))
        .press(set, next)
        .put(draw(icon))
}
