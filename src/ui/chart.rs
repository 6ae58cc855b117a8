//! A chart on the page: heading, picture or table, and what it can be saved as.

mod canvas;
mod save;
mod table;
mod view;
mod watch;

pub use save::{save_csv, save_png, save_svg};
pub use view::{ChartProps, ChartView};

use crate::paint::Palette;

/// The palette of the theme in force: a named one (`light`, `dark`), else `data-theme` of the page, else the system's.
pub fn palette(theme: &str) -> &'static Palette {
    let window = web_sys::window();
    let root = window.as_ref().and_then(web_sys::Window::document).and_then(|document| document.document_element());
    let page = root.and_then(|root| root.get_attribute("data-theme")).unwrap_or_default();
    let dark = match (theme, page.as_str()) {
        ("dark", _) => true,
        ("light", _) => false,
        (_, "dark") => true,
        (_, "light") => false,
        _ => matches("(prefers-color-scheme: dark)"),
    };
    if dark { &Palette::DARK } else { &Palette::LIGHT }
}

/// Whether a media query holds.
fn matches(query: &str) -> bool {
    let media = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    media.is_some_and(|media| media.matches())
}
