//! Reads the address and shows the page it means. A broken link gives the nearest page and says what was wrong.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::arrive::{self, Chunks};
use super::dom;
use super::el::{el, many};
use super::home::home;
use super::notices::notices;
use super::pages::{self, Pages};
use super::shell::shell;
use super::stage::{Opened, Panels, Place, Stage};
use super::theme::{self, Theme};
use crate::lab::link::{self, Link, Target};
use crate::lab::{Entrance, Listed, Notice};
use crate::labs::LISTED;

/// What the page is made of.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    /// How it gets at the rest of the program.
    pub(crate) chunks: Chunks,
}

/// The whole page.
pub(crate) struct App {
    page: Page,
    notices: Vec<AttrValue>,
    /// A link that the reader may have meant, with its words.
    meant: Option<(String, AttrValue)>,
    /// What is to be said of a link that leads nowhere, once the front page is there.
    astray: Option<pages::Astray>,
    theme: Theme,
    /// Counts navigations, so that the same lab opened again begins anew, and what arrives late for another page is known.
    visit: u64,
    /// The page has just been turned: its heading gets the focus, so that it is read.
    turned: bool,
    /// Whether the page around a frame hears of its height.
    told: bool,
    _listener: Option<dom::Listener>,
}

enum Page {
    /// What it needs is on its way: this lab, if it has one of its own. The old page is gone by then, for a stage that is still
    /// there would write its own address over the new one.
    Waiting(Option<&'static Listed>),
    /// One without a lab.
    Other(pages::Opened),
    /// With the lab that is alive there.
    Home(Option<Opened>),
    Lab(Opened),
}

pub(crate) enum Msg {
    /// The address changed, by a click, by hand, back or forward.
    Moved,
    /// The pages without a lab are here, or could not be had.
    Found(u64, Option<Pages>),
    /// What the page of this visit needs is here, or could not be had.
    Arrived(u64, Here),
    /// The notices were read.
    Dismissed,
    /// Another theme was chosen.
    Theme(Theme),
}

/// What a page needs of the program: its lab, and what unfolds below it.
/// Either may have been lost on the way; the front page needs no panels.
pub(crate) type Here = (Option<&'static [Entrance]>, Option<Option<Panels>>);

impl Component for App {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let moved = ctx.link().callback(|()| Msg::Moved);
        let listener = dom::window().map(|window| dom::Listener::on(&window, "hashchange", move |_| moved.emit(())));
        let app = Self {
            page: Page::Waiting(wanted()),
            notices: Vec::new(),
            meant: None,
            astray: None,
            theme: theme::read(),
            visit: 0,
            turned: false,
            told: false,
            _listener: listener,
        };
        app.fetch(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Moved => {
                self.visit += 1;
                self.page = Page::Waiting(wanted());
                self.notices.clear();
                self.fetch(ctx);
            }
            Msg::Arrived(visit, _) | Msg::Found(visit, _) if visit != self.visit => return false,
            Msg::Found(_, found) => match found.map(|pages| (pages.0)(&dom::hash())) {
                Some(Ok(opened)) => self.show(opened),
                Some(Err(astray)) => {
                    self.astray = Some(astray);
                    self.fetch_lab(ctx);
                }
                None => self.read((None, None)),
            },
            Msg::Arrived(_, here) => self.read(here),
            Msg::Dismissed => self.notices.clear(),
            Msg::Theme(theme) => {
                self.theme = theme;
                theme::choose(theme);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let notices = notices(&self.notices, self.meant.as_ref(), &ctx.link().callback(|()| Msg::Dismissed));
        let set_theme = ctx.link().callback(Msg::Theme);
        let key = || self.visit.to_string();
        let stage = |opened: &Opened, place: Place| html! { <Stage key={key()} opened={opened.clone()} {place} /> };
        let main = |embed: bool| {
            let main = el(if embed { "main.embed[id=main]" } else { "main[id=main]" });
            if matches!(self.page, Page::Waiting(_)) { main.word("aria-busy", "true") } else { main }
        };
        let (slug, page) = match &self.page {
            Page::Waiting(_) if framed() => return main(true).html(),
            Page::Waiting(lab) => {
                let heading = lab.map_or("See systems fail, and see what holds", |lab| lab.title);
                (lab.map(|lab| lab.slug), el("h1").text(heading).html())
            }
            Page::Other(opened) => (Some(""), (opened.page)()),
            // A frame that was meant for a lab is no place for the whole page.
            Page::Home(_) if framed() => {
                let out = el("a[target=_blank][rel=noopener]").set("href", dom::base()).text("Open Halfopen");
                let name = el("h1.small[tabindex=-1]").text("Halfopen");
                return main(true).put(name).put(notices).put(el("p.out").put(out)).html();
            }
            Page::Home(first) => (None, home(first.as_ref()).key(&key()).html()),
            Page::Lab(opened) if opened.link.embed => {
                return main(true).put(notices).put(stage(opened, Place::Embed)).html();
            }
            Page::Lab(opened) => (Some(opened.link.lab.about.slug), stage(opened, Place::Page)),
        };
        shell(slug, main(false).put(many(vec![notices, page])), self.theme, &set_theme)
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        if let Some(document) = dom::document() {
            document.set_title(&match &self.page {
                Page::Waiting(Some(lab)) => format!("{} · Halfopen", lab.title),
                Page::Other(opened) => format!("{} · Halfopen", opened.title),
                Page::Waiting(None) | Page::Home(_) => "Halfopen: a playground for fault tolerance".to_owned(),
                Page::Lab(opened) => format!("{} · Halfopen", opened.link.lab.about.title),
            });
        }
        if !self.told && framed() && !matches!(self.page, Page::Waiting(_)) {
            self.told = true;
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
    /// Asks for what the address needs of the program: its lab with all that unfolds, the lab of the front page, or what knows all
    /// other pages.
    fn fetch(&self, ctx: &Context<Self>) {
        if wanted().is_none() && !link::path(&dom::hash()).is_empty() {
            let (visit, found, link) = (self.visit, (ctx.props().chunks.pages)(), ctx.link().clone());
            yew::platform::spawn_local(async move { link.send_message(Msg::Found(visit, found.await)) });
            return;
        }
        self.fetch_lab(ctx);
    }

    fn fetch_lab(&self, ctx: &Context<Self>) {
        let wanted = wanted();
        let Some(lab) = wanted.or(LISTED.first()) else { return };
        let (visit, chunks, link) = (self.visit, ctx.props().chunks, ctx.link().clone());
        let panels = wanted.map_or_else(|| arrive::already(None), |_| arrive::map((chunks.panels)(), Some));
        let both = arrive::both((chunks.lab)(*lab), panels);
        yew::platform::spawn_local(async move { link.send_message(Msg::Arrived(visit, both.await)) });
    }

    /// A page without a lab.
    fn show(&mut self, mut opened: pages::Opened) {
        self.tell(std::mem::take(&mut opened.notices));
        self.page = Page::Other(opened);
    }

    /// The page is there; this was wrong with its link.
    fn tell(&mut self, notices: Vec<Notice>) {
        self.turned = self.visit > 0;
        self.meant = None;
        self.notices = notices.into_iter().map(|notice| AttrValue::from(notice.0)).collect();
    }

    fn read(&mut self, (labs, panels): Here) {
        let lost = labs.is_none() || panels.is_none();
        let labs = labs.unwrap_or_default();
        let (target, notices) = link::read(&dom::hash(), labs);
        self.tell(notices);
        if lost {
            self.notices.push(LOST.into());
        }
        if labs.is_empty() {
            self.page = Page::Home(None);
            return;
        }
        let first = || first_lab(labs);
        self.page = match target {
            Target::Home => Page::Home(first()),
            Target::Lab(link) => Page::Lab(Opened::new(link, panels.flatten())),
            Target::Page(_) => {
                if let Some(astray) = self.astray.take() {
                    self.notices.push(astray.notice);
                    self.meant = astray.meant;
                }
                Page::Home(first())
            }
        };
    }
}

/// What is said when a chunk did not come. What did come is shown.
const LOST: &str =
    "A part of the program could not be loaded, perhaps because the network is gone. Reload the page to try again.";

/// Whether the address is one for frames.
fn framed() -> bool {
    dom::hash().trim_start_matches(['#', '/']).starts_with("embed/")
}

/// The lab that the address asks for.
fn wanted() -> Option<&'static Listed> {
    link::lab_of(&dom::hash(), LISTED)
}

/// The lab that the front page shows: as the reader left it, when they come back.
fn first_lab(labs: &'static [Entrance]) -> Option<Opened> {
    let link = match dom::kept_state().map(|kept| link::read(&kept, labs).0) {
        Some(Target::Lab(link)) => link,
        _ => Link::to(labs.first()?),
    };
    Some(Opened::new(link, None))
}
