//! Pages without a lab: experiments and calculators. They are a chunk of the program, and only it knows them, as it knows what
//! to say of a link that leads nowhere.

use yew::{AttrValue, Html};

use super::{calculators, dom, experiments, focus};
use crate::lab::{Notice, link};
use crate::labs;

/// The way into the chunk: the page that a link leads to, if it leads anywhere.
#[derive(Clone, Copy)]
pub struct Pages(pub(super) fn(&str) -> Result<Opened, Astray>);

/// A page that was opened.
pub(super) struct Opened {
    /// Its name.
    pub(super) title: &'static str,
    /// What was wrong with the link.
    pub(super) notices: Vec<Notice>,
    /// What it looks like.
    pub(super) page: Box<dyn Fn() -> Html>,
}

/// What is said above the front page of a link that leads nowhere.
pub(super) struct Astray {
    /// That it does.
    pub(super) notice: AttrValue,
    /// A link that the reader may have meant, with its words.
    pub(super) meant: Option<(String, AttrValue)>,
}

/// The way into the chunk: call it there.
pub fn pages() -> Pages {
    dom::adopt_styles(super::stage::STYLES);
    focus::keep();
    Pages(open)
}

fn open(link: &str) -> Result<Opened, Astray> {
    let path = link::path(link);
    // The only way to see the failure panel before there is a failure; the browser tests look at it. No link leads here.
    assert!(path != "test/panic" || !dom::may_fail(), "this page fails on purpose, to show what a failure looks like");
    if path == experiments::PATH {
        return Ok(Opened { title: experiments::TITLE, notices: Vec::new(), page: Box::new(experiments::page) });
    }
    calculators::open(link, &path).ok_or_else(|| astray(link, &path))
}

fn astray(link: &str, path: &str) -> Astray {
    let shown: String = path.chars().filter(|c| !c.is_control()).take(60).collect();
    // The rest of the link stays as it is: only the name was a slip.
    let first = path.split('/').next().unwrap_or_default();
    let meant = labs::nearest(path).or_else(|| labs::nearest(first)).map(|lab| {
        let rest = link.find(['?', '&']).and_then(|at| link.get(at + 1..)).unwrap_or_default();
        let link = if rest.is_empty() { format!("#/{}", lab.slug) } else { format!("#/{}?{rest}", lab.slug) };
        (link, format!("Did you mean “{}”?", lab.title).into())
    });
    Astray { notice: format!("There is no page called “{shown}”. This is the front page.").into(), meant }
}
