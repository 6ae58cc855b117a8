//! When the program fails: a panel that says so, keeps the link and offers a way on. It is made by hand and works by plain
//! links alone, because nothing of the program may be relied on any more.

use std::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element};

use super::dom;
use crate::lab::link;
use crate::labs::LISTED;

static PANICKED: AtomicBool = AtomicBool::new(false);

/// Whether the program has failed: then nothing is run any more.
pub(crate) fn has_panicked() -> bool {
    PANICKED.load(Ordering::Relaxed)
}

/// From now on a panic shows the panel.
pub(crate) fn watch() {
    // Yew would put its own hook over ours, unless it is told.
    yew::set_custom_panic_hook(Box::new(|info| {
        if PANICKED.swap(true, Ordering::Relaxed) {
            return;
        }
        let what = info.to_string();
        if let Some(document) = dom::document() {
            let _ = show(&document, &what);
        }
    }));
}

/// Takes what a restart put into the address out of it again, so that it is in no link.
pub(crate) fn forget_restart() {
    let Some(location) = dom::window().map(|window| window.location()) else { return };
    if location.search().is_ok_and(|search| search.starts_with("?again=")) {
        dom::replace_hash(&format!("{}{}", location.pathname().unwrap_or_default(), dom::hash()));
    }
}

/// Shows the panel instead of the page.
fn show(document: &Document, what: &str) -> Result<(), JsValue> {
    let body = document.body().ok_or(JsValue::NULL)?;
    // Back and forward lead on too: the browser's own function, for ours may not run any more.
    if let Some(window) = dom::window() {
        let location = window.location();
        let reload = js_sys::Reflect::get(&location, &"reload".into())?.dyn_into::<js_sys::Function>()?;
        window.set_onhashchange(Some(&reload.bind0(&location)));
    }
    if let Some(app) = dom::by_id("app") {
        app.set_attribute("hidden", "")?;
    }
    let hash = dom::hash();
    let frame = if hash.starts_with("#/embed/") { "embed/" } else { "" };
    let fresh = link::lab_of(&hash, LISTED).map_or_else(|| "#/".to_owned(), |lab| format!("#/{frame}{}", lab.slug));
    // Another query makes the browser load the page anew, without a line of script.
    let base = dom::base();
    let path = base.split('?').next().unwrap_or_default();
    let again = |hash: &str| format!("{path}?again={}{hash}", js_sys::Date::now() as u64);

    let main = element(document, "main", "panic", "")?;
    main.set_attribute("id", "panic")?;
    main.append_child(&*element(document, "h1", "", "Something went wrong in the program")?)?;
    main.append_child(&*element(
        document,
        "p",
        "",
        "This is our fault, not yours. Your link holds everything you did: settings, clicks and time.",
    )?)?;
    let ways = element(document, "p", "panic-ways", "")?;
    for (class, text, href) in
        [("button primary", "Restart", again(&fresh)), ("button", "Open the same link again", again(&hash))]
    {
        let way = element(document, "a", class, text)?;
        way.set_attribute("href", &href)?;
        ways.append_child(&way)?;
    }
    main.append_child(&ways)?;
    let label = element(document, "label", "panic-label", "The link, to keep or to send")?;
    label.set_attribute("for", "panic-link")?;
    main.append_child(&label)?;
    let field = element(document, "textarea", "field", "")?;
    field.set_attribute("id", "panic-link")?;
    field.set_attribute("readonly", "")?;
    field.set_attribute("rows", "3")?;
    field.set_text_content(Some(&format!("{base}{hash}")));
    main.append_child(&field)?;
    let details = element(document, "details", "", "")?;
    details.set_attribute("open", "")?;
    details.append_child(&*element(document, "summary", "", "What happened")?)?;
    details.append_child(&*element(document, "pre", "", what)?)?;
    main.append_child(&details)?;
    body.append_child(&main)?;
    if let Some(heading) =
        main.first_element_child().and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
    {
        heading.set_attribute("tabindex", "-1")?;
        let _ = heading.focus();
    }
    Ok(())
}

fn element(document: &Document, name: &str, class: &str, text: &str) -> Result<Element, JsValue> {
    let element = document.create_element(name)?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    Ok(element)
}
