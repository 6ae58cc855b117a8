//! Sharing: the link, the line that embeds it, and the data.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::dom;
use super::el::{el, maybe};
use super::icons::{Icon, draw};
use super::part::{Change, Part, part};
use super::stage::Opened;
use crate::lab::Link;
use crate::paint::csv_field;
use crate::session::Session;

/// A run, compared by identity.
#[derive(Clone)]
pub(crate) struct Run(pub(crate) Rc<RefCell<Session>>);

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What became of copying.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Copied {
    #[default]
    No,
    Yes,
    Denied,
}

/// The button in the transport: copies the link to exactly this.
#[derive(PartialEq)]
pub(crate) struct CopyButton {
    /// The run.
    pub(crate) session: Run,
}

impl Part for CopyButton {
    type Memory = Copied;

    fn show(&self, copied: &Copied, change: &Change) -> Html {
        let (told, session) = (change.clone(), self.session.clone());
        let copy = move |_: Event| {
            let told = told.clone();
            dom::copy(&full(&session.0.borrow().link()), move |allowed| {
                told.to(if allowed { Copied::Yes } else { Copied::Denied });
                if allowed {
                    dom::later(2500, move || told.to(Copied::No));
                }
            });
        };
        let button = "button.ghost[type=button][aria-label=Copy link to this moment][title=Copy link to this moment]";
        let bubble = (*copied == Copied::Yes).then(|| el("span.bubble").text("Link copied"));
        let by_hand = (*copied == Copied::Denied).then(|| {
            let close = change.clone();
            let link = full(&self.session.0.borrow().link());
            let button = el("button.ghost[type=button][aria-label=Close]").put(draw(Icon::Close));
            el("span.bubble.wide")
                .put(el("label[for=copy-by-hand]").text("Copy it by hand"))
                .put(el("input.field[id=copy-by-hand][readonly=readonly]").value(link).on("focus", select_all))
                .put(button.on("click", move |_: Event| close.to(Copied::No)))
        });
        el("span.copy")
            .put(el(button).on("click", copy).put(draw(Icon::Share)))
            .put(el("span[role=status]").put(maybe(bubble)))
            .put(maybe(by_hand))
            .html()
    }
}

/// The panel.
#[derive(PartialEq)]
pub(crate) struct Share {
    /// The run.
    pub(crate) session: Run,
    /// How it was opened: embedding keeps what is hidden and locked.
    pub(crate) opened: Opened,
    /// The link as of lately: the panel is made anew with it.
    pub(crate) address: String,
}

impl Part for Share {
    type Memory = bool;

    fn show(&self, open: &bool, change: &Change) -> Html {
        let (shown, change) = (*open, change.clone());
        let summary = el("summary").on("click", move |event: MouseEvent| {
            event.prevent_default();
            change.to(!shown);
        });
        let panel = el("details[data-part=share]")
            .flag("open", shown)
            .put(summary.text("Share").put(el("small").text("a link that replays exactly this, an embed, the data")));
        if !shown {
            return panel.html();
        }
        let link = self.session.0.borrow().link();
        let (slug, title) = (link.lab.about.slug, link.lab.about.title);
        let text = full(&link);
        let embed =
            Link { embed: true, hide: self.opened.link.hide.clone(), lock: self.opened.link.lock.clone(), ..link };
        let source = full(&embed).split('&').collect::<Vec<_>>().join("&amp;");
        let snippet = format!(
            "<iframe src=\"{source}\" title=\"{title}\" width=\"100%\" height=\"720\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>"
        );
        let warning = if text.len() > 2000 { "; some programs cut links after about 2000" } else { "" };
        let note = format!("{} characters{warning}", text.len());
        let save = |what: &'static str, make: fn(&Session) -> String| {
            let session = self.session.clone();
            el("button[type=button]").on("click", move |_: Event| {
                dom::download(&format!("{slug}-{what}.csv"), "text/csv;charset=utf-8", &make(&session.0.borrow()));
            })
        };
        let saves = el("div.saves")
            .put(save("log", log_csv).text("Save the log (CSV)"))
            .put(save("charts", charts_csv).text("Save the charts’ data (CSV)"));
        panel
            .put(part(Copyable {
                id: "share-link",
                label: "Link to this moment",
                text,
                button: "Copy",
                note: note.into(),
            }))
            .put(part(Copyable {
                id: "share-embed",
                label: "To embed it in a page",
                text: snippet,
                button: "Copy",
                note: "It tells the page its height where the page listens.".into(),
            }))
            .put(saves)
            .html()
    }
}

/// A field with a button that copies it.
#[derive(PartialEq)]
pub(super) struct Copyable {
    /// The id of the field.
    pub(super) id: &'static str,
    /// What it is.
    pub(super) label: &'static str,
    /// What is copied.
    pub(super) text: String,
    /// What the button says.
    pub(super) button: &'static str,
    /// What else is to be known. May be empty.
    pub(super) note: AttrValue,
}

impl Part for Copyable {
    type Memory = Copied;

    fn show(&self, copied: &Copied, change: &Change) -> Html {
        let told = match *copied {
            Copied::No => "",
            Copied::Yes => "Copied.",
            Copied::Denied => "The browser does not allow it: it is selected, copy it by hand.",
        };
        let (copied, text, id) = (change.clone(), self.text.clone(), self.id);
        let copy = move |_: Event| {
            let copied = copied.clone();
            dom::copy(&text, move |allowed| {
                copied.to(if allowed { Copied::Yes } else { Copied::Denied });
                if !allowed && let Some(field) = dom::by_id(id) {
                    let _ = field.focus();
                }
            });
        };
        let field = el("input.field[readonly=readonly]").word("id", id).value(self.text.clone());
        let status = el("span[role=status]").text(told);
        el("div.copyable")
            .put(el("label").word("for", id).text(self.label))
            .put(field.on("focus", select_all))
            .put(el("button[type=button]").on("click", copy).text(self.button))
            .put(el("small").text(self.note.clone()).text(" ").put(status))
            .html()
    }
}

fn select_all(event: FocusEvent) {
    if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
        field.select();
    }
}

/// A link with the address before it.
fn full(link: &Link) -> String {
    format!("{}{}", dom::base(), link.write())
}

fn log_csv(session: &Session) -> String {
    let mut out = String::from("time (s),what,reason\r\n");
    for entry in session.record().entries() {
        line(&mut out, vec![dom::exact(entry.at.as_secs_f64()), word(&entry.head), word(&entry.text)]);
    }
    out
}

/// All charts one below the other, each with its title and a heading a column.
fn charts_csv(session: &Session) -> String {
    let mut out = String::new();
    for chart in session.charts_of_all() {
        let (heads, rows) = chart.table();
        out.push_str(&csv_field(&chart.heading()));
        out.push_str("\r\n");
        line(&mut out, heads.iter().map(|head| word(head)).collect());
        for row in rows {
            line(&mut out, row.iter().map(|cell| cell.map_or_else(String::new, dom::exact)).collect());
        }
        out.push_str("\r\n");
    }
    out
}

fn line(out: &mut String, cells: Vec<String>) {
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

fn word(text: &str) -> String {
    csv_field(text).into_owned()
}
