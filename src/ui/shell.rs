//! What stands around every page: the header with the way home, and the footer.

use yew::{Callback, Html, MouseEvent};

use super::el::{El, el, many};
use super::theme::{self, Theme};
use crate::labs::LISTED;

/// So many labs are named in the header of a wide page.
const FEW: usize = 4;

/// Header, page, footer; `slug` is the lab shown, if any.
pub(crate) fn shell(slug: Option<&'static str>, page: El, theme: Theme, set_theme: &Callback<Theme>) -> Html {
    let link = |what: &'static str, here: bool| if here { el(what).word("aria-current", "page") } else { el(what) };
    let mut labs = el("nav[aria-label=Labs]").put(link("a.all[href=#/]", slug.is_none()).text("Labs"));
    for lab in LISTED.iter().take(FEW) {
        labs = labs.put(link("a.one", slug == Some(lab.slug)).set("href", format!("#/{}", lab.slug)).text(lab.title));
    }
    let brand = el("a.brand[href=#/][aria-label=Halfopen, front page]").put(mark()).text("halfopen");
    many(vec![
        el("a.skip[href=#stage]").on("click", skip).text("Skip to the stage").html(),
        el("header.top").put(brand).put(labs).put(theme::switch(theme, set_theme)).html(),
        page.html(),
        el("footer.foot")
            .put(el("p").text("Every run is computed here, in your browser, from its link alone: the same link gives the same run, anywhere. Nothing is sent anywhere."))
            .put(el("p").text(format!("Engine {}", crate::lab::link::ENGINE)))
            .html(),
    ])
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
fn mark() -> El {
    el("svg[width=22][height=22][viewBox=0 0 22 22][aria-hidden=true][focusable=false]")
        .put(el("circle[cx=11][cy=11][r=9.5][fill=none][stroke=currentColor][stroke-width=2]"))
        .put(el("path[d=M11 1.5a9.5 9.5 0 0 1 0 19z][fill=currentColor]"))
}
