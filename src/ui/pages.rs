//! Pages without a lab: experiments and calculators. They are a chunk of the program, and only it knows them.

use yew::Html;

use super::{calculators, dom, experiments, focus};
use crate::lab::Notice;
use crate::lab::link;

/// The way into the chunk: the page that a link leads to, if there is one.
#[derive(Clone, Copy)]
pub struct Pages(pub(super) fn(&str) -> Option<Opened>);

/// A page that was opened.
pub(super) struct Opened {
    /// Its name.
    pub(super) title: &'static str,
    /// What was wrong with the link.
    pub(super) notices: Vec<Notice>,
    /// What it looks like.
    pub(super) page: Html,
}

/// The way into the chunk: call it there.
pub fn pages() -> Pages {
    dom::adopt_styles(super::stage::STYLES);
    focus::keep();
    Pages(open)
}

fn open(link: &str) -> Option<Opened> {
    let path = link::path(link);
    // The only way to see the failure panel before there is a failure; the browser tests look at it. No link leads here.
    assert!(path != "test/panic" || !dom::may_fail(), "this page fails on purpose, to show what a failure looks like");
    if path == experiments::PATH {
        return Some(Opened { title: experiments::TITLE, notices: Vec::new(), page: experiments::page() });
    }
    calculators::open(link, &path)
}
