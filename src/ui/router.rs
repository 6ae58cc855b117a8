//! Reads the address and shows the page it means. A broken link gives the nearest page and says what was wrong.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::dom;
use super::el::el;
use super::home::home;
use super::notices::notices;
use super::shell::shell;
use super::stage::{Opened, Place, Stage};
use super::theme::{self, Theme};
use crate::lab::link::{self, Link, Target};
use crate::labs::{self, LABS};

/// The whole page.
pub(crate) struct App {
    page: Page,
    notices: Vec<AttrValue>,
    theme: Theme,
    /// Counts navigations, so that the same lab opened again begins anew.
    visit: u64,
    /// The page has just been turned: its heading gets the focus, so that it is read.
    turned: bool,
    _listener: Option<dom::Listener>,
}

enum Page {
    /// With the lab that is alive there.
    Home(Option<Opened>),
    Lab(Opened),
}

pub(crate) enum Msg {
    /// The address changed, by a click, by hand, back or forward.
    Moved,
    /// The notices were read.
    Dismissed,
    /// Another theme was chosen.
    Theme(Theme),
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let moved = ctx.link().callback(|()| Msg::Moved);
        let listener = dom::window().map(|window| dom::Listener::on(&window, "hashchange", move |_| moved.emit(())));
        let mut app = Self {
            page: Page::Home(None),
            notices: Vec::new(),
            theme: theme::read(),
            visit: 0,
            turned: false,
            _listener: listener,
        };
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
            Msg::Theme(theme) => {
                self.theme = theme;
                theme::choose(theme);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let notices = notices(&self.notices, &ctx.link().callback(|()| Msg::Dismissed));
        let set_theme = ctx.link().callback(Msg::Theme);
        let key = self.visit.to_string();
        let stage = |opened: &Opened, place: Place| html! { <Stage {key} opened={opened.clone()} {place} /> };
        match &self.page {
            Page::Home(first) => {
                let page = vec![notices, home(first.as_ref()).key(&self.visit.to_string()).html()];
                shell(None, page, self.theme, &set_theme)
            }
            Page::Lab(opened) if opened.0.embed => {
                el("main.embed[id=main]").put(notices).put(stage(opened, Place::Embed)).html()
            }
            Page::Lab(opened) => {
                let page = vec![notices, stage(opened, Place::Page)];
                shell(Some(opened.0.lab.about.slug), page, self.theme, &set_theme)
            }
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first: bool) {
        if let Some(document) = dom::document() {
            document.set_title(&match &self.page {
                Page::Home(_) => "Halfopen: a playground for fault tolerance".to_owned(),
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
            Target::Home => Page::Home(first_lab()),
            Target::Lab(link) => Page::Lab(Opened(Rc::new(link))),
            Target::Page(path) => self.other(&path),
        };
    }

    /// A page without a lab.
    fn other(&mut self, path: &str) -> Page {
        // The only way to see the failure panel before there is a failure; the browser tests look at it.
        assert!(path != "test/panic", "this page fails on purpose, to show what a failure looks like");
        let shown: String = path.chars().filter(|c| !c.is_control()).take(60).collect();
        let meant = labs::nearest(path);
        let hint = meant.map_or_else(String::new, |lab| format!(" Did you mean “{}”?", lab.about.title));
        self.notices.push(format!("There is no page called “{shown}”.{hint} This is the front page.").into());
        Page::Home(first_lab())
    }
}

/// The lab that the front page shows: as the reader left it, when they come back.
fn first_lab() -> Option<Opened> {
    let kept = dom::kept_state().map(|kept| link::read(&kept, LABS).0);
    let link = match kept {
        Some(Target::Lab(link)) => link,
        _ => Link::to(LABS.first()?),
    };
    Some(Opened(Rc::new(link)))
}
