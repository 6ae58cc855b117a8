//! The stage: the one component that runs any lab. It turns frames into virtual time, takes the reader's intents, and
//! hands plain data to the parts that show it. What they look like is in [`view`].

mod below;
mod keep;
mod quest;
mod view;

pub(crate) use below::STYLES;
pub use below::{Panels, panels};
pub(crate) use quest::Ask;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use halfopen_core::Instant;
use yew::prelude::*;

use super::clock::{Frames, factor};
use super::dom::{self, Listener, SizeWatch, ViewWatch};
use super::player::{Intent, Pause, Player};
use crate::lab::scene::Act;
use crate::lab::{Chart, Config, Diagram, Entry, Layout, Link, View};

/// From this width on a diagram is laid out from left to right.
const WIDE_FROM: f64 = 820.0;

/// A link that was opened; another opening of the same link is another run.
#[derive(Clone)]
pub(crate) struct Opened {
    /// What was opened.
    pub(crate) link: Rc<Link>,
    /// What unfolds below the stage; nothing does on the front page.
    panels: Option<Panels>,
}

impl Opened {
    /// Opens a link.
    pub(crate) fn new(link: Link, panels: Option<Panels>) -> Self {
        Self { link: Rc::new(link), panels }
    }
}

impl PartialEq for Opened {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.link, &other.link)
    }
}

/// Where the stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a lab's own page.
    Page,
    /// In a frame of another page.
    Embed,
    /// On the front page: a taste.
    Front,
}

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// What to run.
    pub(crate) opened: Opened,
    /// Where it stands.
    pub(crate) place: Place,
}

/// The log's entries, newest first, as a whole that is compared by identity.
#[derive(Clone, Default)]
pub(crate) struct Entries {
    /// Newest first.
    pub(crate) list: Rc<Vec<Rc<Entry>>>,
    /// How many older ones are gone.
    pub(crate) dropped: u64,
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.list, &other.list)
    }
}

/// The stage.
pub(crate) struct Stage {
    pub(super) player: Player,
    pub(super) send: Callback<Intent>,
    /// What is done on the picture.
    pub(super) act: Callback<Act>,
    /// Shows the list of keys, or puts it away.
    pub(super) ask_help: Callback<bool>,
    /// Shows speed and seed, or puts them away.
    pub(super) ask_dials: Callback<bool>,
    pub(super) layout: Layout,
    pub(super) entries: Entries,
    pub(super) charts: Vec<Rc<Chart>>,
    /// Newer ones with their places among those, still to be shown.
    charts_due: VecDeque<(usize, Chart)>,
    /// The knobs at the playhead.
    pub(super) config: Rc<Config>,
    /// What is told to those who do not see the picture.
    pub(super) said: AttrValue,
    pub(super) help: bool,
    /// Whether speed and seed are shown.
    pub(super) dials: bool,
    /// Whether a click on the picture changes what it is of.
    pub(super) editing: bool,
    pub(super) picture: NodeRef,
    pub(super) root: NodeRef,
    /// Whether states change faster than a picture may flash.
    pub(super) flashes: bool,
    /// The pictures that stand meanwhile, and since when.
    pub(super) held: RefCell<Option<(f64, Diagram, Option<Diagram>)>>,
    /// The link to what is seen, as of lately.
    pub(super) address: String,
    frames: Frames,
    last_frame: Option<f64>,
    in_view: bool,
    visible: bool,
    seen: Seen,
    announced: u64,
    said_at: f64,
    /// What stands between the picture and the buttons, and until when routine does not cover it.
    pub(super) last: Option<Rc<Entry>>,
    last_until: f64,
    /// The question and the goals.
    quest: quest::Quest,
    /// The entry of the log that was announced last.
    said_of: Option<u64>,
    address_at: f64,
    address_budget: f64,
    later: Option<Timeout>,
    _listeners: Vec<Listener>,
    _size: Option<SizeWatch>,
    _view: Option<ViewWatch>,
}

/// What the slow parts were last made from.
#[derive(Default)]
struct Seen {
    log: Option<(u64, u64)>,
    log_at: f64,
    charts: Option<(u64, Instant)>,
    charts_at: f64,
    goals_at: f64,
    config: Option<(u64, usize)>,
    revision: u64,
}

pub(crate) enum Msg {
    Frame(f64),
    Intent(Intent),
    Layout(Layout),
    InView(bool),
    Visible(bool),
    Later,
    Help(bool),
    Dials(bool),
    /// A click on the picture changes what it is of, or does something in the run.
    Editing(bool),
    Ask(Ask),
    Key(KeyboardEvent),
}

impl Component for Stage {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let link = &ctx.props().opened.link;
        let mut listeners = Vec::new();
        if let Some(document) = dom::document() {
            let visible = ctx.link().callback(Msg::Visible);
            listeners.push(Listener::on(&document, "visibilitychange", move |_| {
                visible.emit(dom::document().is_none_or(|document| !document.hidden()));
            }));
        }
        if let Some(document) = dom::document() {
            // Whoever follows a link leaves this state in the history: it should be the present one.
            let leave = ctx.link().callback(|()| Msg::Later);
            listeners.push(Listener::on(&document, "click", move |event| {
                if dom::is_link(&event) {
                    leave.emit(());
                }
            }));
        }
        if let Some(window) = dom::window() {
            let leave = ctx.link().callback(Msg::Visible);
            listeners.push(Listener::on(&window, "pagehide", move |_| leave.emit(false)));
        }
        let mut stage = Self {
            player: Player::open(link),
            send: ctx.link().callback(Msg::Intent),
            act: ctx.link().callback(|act: Act| Msg::Intent(Intent::Act(act.action, act.args))),
            ask_help: ctx.link().callback(Msg::Help),
            ask_dials: ctx.link().callback(Msg::Dials),
            layout: Layout::Narrow,
            entries: Entries::default(),
            charts: Vec::new(),
            charts_due: VecDeque::new(),
            config: Rc::new(link.config.clone()),
            said: AttrValue::default(),
            help: false,
            dials: false,
            editing: false,
            picture: NodeRef::default(),
            root: NodeRef::default(),
            flashes: false,
            held: RefCell::default(),
            address: link.write(),
            frames: Frames::new(ctx.link().callback(Msg::Frame)),
            last_frame: None,
            in_view: true,
            visible: true,
            seen: Seen::default(),
            announced: 0,
            said_at: 0.0,
            last: None,
            last_until: 0.0,
            quest: quest::Quest::default(),
            said_of: None,
            address_at: dom::real_ms(),
            address_budget: keep::ADDRESS_BURST,
            later: None,
            _listeners: listeners,
            _size: None,
            _view: None,
        };
        stage.player.more = ctx.props().opened.panels.map(|panels| panels.take);
        // What can be shown at once is shown at once.
        stage.player.work(&dom::real_ms);
        stage.announced = stage.player.session.borrow().logged();
        stage.refresh(ctx, true);
        stage.frames.want(stage.player.is_moving());
        stage
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(now) => {
                let dt = self.last_frame.map_or(0.0, |last| now - last);
                self.last_frame = Some(now);
                self.player.frame(dt, &dom::real_ms);
                self.look_for_answer(ctx);
                let stopped = !self.player.is_moving();
                self.refresh(ctx, stopped);
                if stopped {
                    self.address_soon(ctx);
                }
            }
            Msg::Intent(intent) => self.take(ctx, intent),
            Msg::Layout(layout) if layout == self.layout => return false,
            Msg::Layout(layout) => self.layout = layout,
            Msg::InView(in_view) => self.in_view = in_view,
            Msg::Visible(visible) => {
                self.visible = visible;
                if !visible {
                    self.write_address(ctx);
                }
            }
            Msg::Later => {
                self.later = None;
                self.write_address(ctx);
                self.refresh(ctx, false);
            }
            Msg::Help(open) => self.help = open,
            Msg::Dials(open) => self.dials = open,
            Msg::Editing(on) => self.editing = on,
            Msg::Ask(ask) => {
                if let Some(panels) = ctx.props().opened.panels {
                    (panels.ask)(self, ctx, ask);
                }
            }
            Msg::Key(event) => return self.key(ctx, &event),
        }
        self.watch_frames();
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.show(ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if !first {
            return;
        }
        if let Some(picture) = self.picture.cast::<web_sys::Element>() {
            let tell = ctx
                .link()
                .callback(|width: f64| Msg::Layout(if width >= WIDE_FROM { Layout::Wide } else { Layout::Narrow }));
            // Before the first paint; what stands in the box is as wide as its content may be.
            if let Some(content) = picture.first_element_child() {
                tell.emit(content.get_bounding_client_rect().width());
            }
            self._size = SizeWatch::on(&picture, move |width, _| tell.emit(width));
        }
        if ctx.props().place != Place::Page
            && let Some(root) = self.root.cast::<web_sys::Element>()
        {
            let tell = ctx.link().callback(Msg::InView);
            self._view = ViewWatch::on(&root, move |in_view| tell.emit(in_view));
        }
    }
}

impl Stage {
    /// How the reader looks at it.
    pub(super) fn looks(&self) -> View {
        let glance = std::time::Duration::from_micros((7e5 * factor(self.player.speed)) as u64);
        View { layout: self.layout, glance, editing: self.editing, ..View::default() }
    }

    fn take(&mut self, ctx: &Context<Self>, intent: Intent) {
        // Jumping about in time is not news.
        let jump = !matches!(intent, Intent::Act(..) | Intent::Step | Intent::Toggle | Intent::Turn(..));
        let (acted, anew) = (matches!(intent, Intent::Act(..)), intent.changes_the_run());
        self.player.take(intent, &dom::real_ms);
        if acted {
            self.last_until -= keep::LAST_ACTED;
        }
        if anew {
            self.keep_notes(jump);
        }
        if jump {
            self.last = None;
            let logged = self.player.session.borrow().logged();
            self.announced = logged;
            // What lies ahead again has not been said.
            if self.said_of.is_some_and(|number| number >= logged) {
                (self.said, self.said_of) = (AttrValue::default(), None);
            }
        }
        self.look_for_answer(ctx);
        self.refresh(ctx, true);
        if jump {
            self.last = self.entries.list.first().cloned();
        }
        self.address_soon(ctx);
    }

    fn look_for_answer(&mut self, ctx: &Context<Self>) {
        if let Some(panels) = ctx.props().opened.panels {
            (panels.answer)(self, ctx);
        }
    }

    fn watch_frames(&mut self) {
        let wanted = self.player.is_moving() && self.in_view && self.visible;
        if !wanted {
            self.last_frame = None;
        }
        self.frames.want(wanted);
    }

    /// A key pressed while the stage has the focus.
    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let key = event.key();
        let undo = (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("z");
        if event.alt_key() || dom::is_typing(event) || !undo && (event.ctrl_key() || event.meta_key()) {
            return false;
        }
        let intent = match key.as_str() {
            " " if dom::is_control(event) => return false,
            " " => Intent::Toggle,
            "." => Intent::Step,
            "," => Intent::StepBack,
            "z" if !event.shift_key() => Intent::Undo,
            "z" | "Z" => Intent::Redo,
            "?" => {
                event.prevent_default();
                self.help = true;
                return true;
            }
            _ => {
                let session = self.player.session.borrow();
                let pressed = |wanted: Option<char>| wanted.is_some_and(|wanted| key.chars().eq([wanted]));
                let Some(action) = session.lab().about.actions.iter().find(|action| pressed(action.key)) else {
                    return false;
                };
                let scene = session.scene(self.looks());
                match scene.buttons.iter().find(|button| button.action == action.id) {
                    Some(button) if !button.enabled => return false,
                    Some(button) => Intent::Act(button.sends, Vec::new()),
                    None => Intent::Act(action.id, Vec::new()),
                }
            }
        };
        event.prevent_default();
        self.take(ctx, intent);
        self.watch_frames();
        true
    }

    /// Why time stands, in words; empty while it runs or before anything began.
    pub(super) fn standing(&self) -> &'static str {
        match self.player.pause {
            Some(Pause::Quiet) => "Paused: nothing is under way.",
            _ => "",
        }
    }
}
