//! Sharing: the link, the line that embeds it, and the data.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::dom;
use super::icons::{Draw, Icon};
use super::stage::Opened;
use crate::lab::Link;
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
#[derive(Clone, Copy, PartialEq)]
enum Copied {
    No,
    Yes,
    Denied,
}

#[derive(Properties, PartialEq)]
pub(crate) struct CopyProps {
    /// The run.
    pub(crate) session: Run,
    /// The link as of lately, for its path and options.
    pub(crate) address: String,
}

/// The button in the transport: copies the link to exactly this.
#[component]
pub(crate) fn CopyButton(props: &CopyProps) -> Html {
    let copied = use_state(|| Copied::No);
    let onclick = {
        let (copied, session) = (copied.clone(), props.session.clone());
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            dom::copy(&full(&session.0.borrow().link()), move |allowed| {
                copied.set(if allowed { Copied::Yes } else { Copied::Denied });
                let later = copied.clone();
                if allowed {
                    gloo_timers::callback::Timeout::new(2500, move || later.set(Copied::No)).forget();
                }
            });
        })
    };
    let close = {
        let copied = copied.clone();
        Callback::from(move |_: MouseEvent| copied.set(Copied::No))
    };
    html! {
        <span class="copy">
            <button type="button" class="ghost" {onclick} aria-label="Copy link to this moment" title="Copy link to this moment">
                <Draw icon={Icon::Share} />
            </button>
            <span role="status">
                if *copied == Copied::Yes {
                    <span class="bubble">{ "Link copied" }</span>
                }
            </span>
            if *copied == Copied::Denied {
                <span class="bubble wide">
                    <label for="copy-by-hand">{ "Copy it by hand" }</label>
                    <input id="copy-by-hand" class="field" readonly=true value={full(&props.session.0.borrow().link())} onfocus={Callback::from(select_all)} />
                    <button type="button" class="ghost" onclick={close} aria-label="Close"><Draw icon={Icon::Close} /></button>
                </span>
            }
        </span>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The run.
    pub(crate) session: Run,
    /// How it was opened: embedding keeps what is hidden and locked.
    pub(crate) opened: Opened,
    /// The link as of lately: the panel is made anew with it.
    pub(crate) address: String,
}

/// The panel.
#[component]
pub(crate) fn Share(props: &Props) -> Html {
    let open = use_state(|| false);
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            open.set(!*open);
        })
    };
    let link = props.session.0.borrow().link();
    let (slug, title) = (link.lab.about.slug, link.lab.about.title);
    let plain = full(&link);
    let embed = Link { embed: true, hide: props.opened.0.hide.clone(), lock: props.opened.0.lock.clone(), ..link };
    let snippet = format!(
        "<iframe src=\"{}\" title=\"{title}\" width=\"100%\" height=\"720\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
        full(&embed).replace('&', "&amp;")
    );
    let length = plain.len();
    let save = |name: String, make: fn(&Session) -> String| {
        let session = props.session.clone();
        Callback::from(move |_: MouseEvent| dom::download(&name, "text/csv;charset=utf-8", &make(&session.0.borrow())))
    };
    html! {
        <details data-part="share" open={*open}>
            <summary onclick={ontoggle}>{ "Share" }<small>{ "a link that replays exactly this, an embed, the data" }</small></summary>
            if *open {
                <Copyable id="share-link" label="Link to this moment" text={plain} note={format!("{length} characters{}", if length > 2000 { "; some programs cut links after about 2000" } else { "" })} />
                <Copyable id="share-embed" label="To embed it in a page" text={snippet} note="It tells the page its height where the page listens." />
                <div class="saves">
                    <button type="button" onclick={save(format!("{slug}-log.csv"), log_csv)}>{ "Save the log (CSV)" }</button>
                    <button type="button" onclick={save(format!("{slug}-charts.csv"), charts_csv)}>{ "Save the charts’ data (CSV)" }</button>
                </div>
            }
        </details>
    }
}

#[derive(Properties, PartialEq)]
struct CopyableProps {
    id: &'static str,
    label: &'static str,
    text: String,
    note: AttrValue,
}

/// A field with a button that copies it.
#[component]
fn Copyable(props: &CopyableProps) -> Html {
    let copied = use_state(|| Copied::No);
    let onclick = {
        let (copied, text, id) = (copied.clone(), props.text.clone(), props.id);
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            dom::copy(&text, move |allowed| {
                copied.set(if allowed { Copied::Yes } else { Copied::Denied });
                if !allowed && let Some(field) = dom::by_id(id) {
                    let _ = field.focus();
                }
            });
        })
    };
    let told = match *copied {
        Copied::No => "",
        Copied::Yes => "Copied.",
        Copied::Denied => "The browser does not allow it: it is selected, copy it by hand.",
    };
    html! {
        <div class="copyable">
            <label for={props.id}>{ props.label }</label>
            <input id={props.id} class="field" readonly=true value={props.text.clone()} onfocus={Callback::from(select_all)} />
            <button type="button" {onclick}>{ "Copy" }</button>
            <small>{ &props.note }{ " " }<span role="status">{ told }</span></small>
        </div>
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
        let cells = [dom::exact(entry.at.as_secs_f64()), quoted(&entry.head), quoted(&entry.text)];
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

/// All charts one below the other, each with its title and a heading a column.
fn charts_csv(session: &Session) -> String {
    let mut out = String::new();
    for chart in session.charts() {
        let (heads, rows) = chart.table();
        out.push_str(&quoted(chart.title));
        out.push_str("\r\n");
        out.push_str(&heads.iter().map(|head| quoted(head)).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
        for row in rows {
            let cells = row.iter().map(|cell| cell.map_or_else(String::new, dom::exact));
            out.push_str(&cells.collect::<Vec<_>>().join(","));
            out.push_str("\r\n");
        }
        out.push_str("\r\n");
    }
    out
}

/// A cell; what a spreadsheet would take for a formula is kept as text.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
