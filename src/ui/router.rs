//! Reads the address and shows the page it means. A broken link gives the nearest page and says what was wrong.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::dom;
use super::home::Home;
use super::notices::Notices;
use super::shell::Shell;
use super::stage::{Opened, Place, Stage};
use crate::lab::link::{self, Link, Target};
use crate::labs::LABS;

/// The whole page.
pub(crate) struct App {
    page: Page,
    notices: Vec<AttrValue>,
    /// Counts navigations, so that the same lab opened again begins anew.
    visit: u64,
    /// The page has just been turned: its heading gets the focus, so that it is read.
    turned: bool,
    _listener: Option<dom::Listener>,
}

enum Page {
    Home,
    Lab(Opened),
}

pub(crate) enum Msg {
    /// The address changed, by a click, by hand, back or forward.
    Moved,
    /// The notices were read.
    Dismissed,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let moved = ctx.link().callback(|()| Msg::Moved);
        let listener = dom::window().map(|window| dom::Listener::on(&window, "hashchange", move |_| moved.emit(())));
        let mut app = Self { page: Page::Home, notices: Vec::new(), visit: 0, turned: false, _listener: listener };
        app.read();
        app
    }

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Moved => {
                self.read();
                self.visit += 1;
                self.turned = true;
            }
            Msg::Dismissed => self.notices.clear(),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let on_dismiss = ctx.link().callback(|()| Msg::Dismissed);
        let notices = html! { <Notices notices={self.notices.clone()} {on_dismiss} /> };
        let key = self.visit.to_string();
        match &self.page {
            Page::Home => html! { <Shell slug={None::<&'static str>}>{ notices }<Home {key} /></Shell> },
            Page::Lab(opened) if opened.0.embed => html! {
                <main id="main" class="embed">{ notices }<Stage {key} opened={opened.clone()} place={Place::Embed} /></main>
            },
            Page::Lab(opened) => html! {
                <Shell slug={Some(opened.0.lab.about.slug)}>
                    { notices }
                    <Stage {key} opened={opened.clone()} place={Place::Page} />
                </Shell>
            },
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first: bool) {
        if let Some(document) = dom::document() {
            document.set_title(&match &self.page {
                Page::Home => "Halfopen: a playground for fault tolerance".to_owned(),
                Page::Lab(opened) => format!("{} · Halfopen", opened.0.lab.about.title),
            });
        }
        if first && matches!(&self.page, Page::Lab(opened) if opened.0.embed) {
            crate::embed::tell_height();
        }
        if std::mem::take(&mut self.turned) {
            if let Some(window) = dom::window() {
                window.scroll_to_with_x_and_y(0.0, 0.0);
            }
            let heading = dom::by_id("main").and_then(|main| main.query_selector("h1").ok().flatten());
            if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = heading.focus();
            }
        }
    }
}

impl App {
    fn read(&mut self) {
        let (target, notices) = link::read(&dom::hash(), LABS);
        self.notices = notices.into_iter().map(|notice| AttrValue::from(notice.0)).collect();
        self.page = match target {
            Target::Home => Page::Home,
            Target::Lab(link) => Page::Lab(Opened(Rc::new(link))),
            Target::Page(path) => self.other(&path),
        };
    }

    /// A page without a lab.
    fn other(&mut self, path: &str) -> Page {
        // The only way to see the failure panel before there is a failure; the browser tests look at it.
        assert!(path != "test/panic", "this page fails on purpose, to show what a failure looks like");
        let shown: String = path.chars().filter(|c| !c.is_control()).take(60).collect();
        let nearest = LABS.iter().map(|lab| (distance(lab.about.slug, path), lab)).min_by_key(|(far, _)| *far);
        let hint = match nearest {
            Some((far, lab)) if far <= 4 => format!(" Did you mean “{}”?", lab.about.title),
            _ => String::new(),
        };
        self.notices.push(format!("There is no page called “{shown}”.{hint} This is the front page.").into());
        Page::Home
    }
}

/// How many letters must be put in, left out or replaced to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(60).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut last = i + 1;
        for (slot, right) in row.iter_mut().skip(1).zip(&b) {
            let above = *slot;
            last = (diagonal + usize::from(left != *right)).min(above + 1).min(last + 1);
            diagonal = above;
            *slot = last;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The lab that the front page shows.
pub(crate) fn first_lab() -> Option<Opened> {
    LABS.first().map(|lab| Opened(Rc::new(Link::to(lab))))
}
