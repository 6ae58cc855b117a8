//! What the reader should know about a link: told once, in words, and put away by a click.

use yew::{AttrValue, Callback, Html};

use super::el::{el, maybe};
use super::icons::{Icon, draw};

/// The region is always there, so that what comes into it is announced.
///
/// `meant` is a link that the reader may have meant, with its words.
pub(crate) fn notices(sentences: &[AttrValue], meant: Option<&(String, AttrValue)>, dismiss: &Callback<()>) -> Html {
    let told = (!sentences.is_empty()).then(|| {
        let mut list = el("ul");
        for sentence in sentences {
            list = list.put(el("li").text(sentence.clone()));
        }
        if let Some((link, words)) = meant {
            list = list.put(el("li").put(el("a").set("href", link.clone()).text(words.clone())));
        }
        let button = el("button.ghost[type=button][aria-label=Dismiss]").press(dismiss, ()).put(draw(Icon::Close));
        el("div.notice").put(list).put(button)
    });
    el("div.notices[role=status][data-part=notices]").put(maybe(told)).html()
}
