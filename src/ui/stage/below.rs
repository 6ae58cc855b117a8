//! What unfolds below the stage: numbers and charts, the log, settings, and what is there for those who want to know more.
//! It is a chunk of the program: pages that are only a stage do without it.

use std::rc::Rc;

use yew::prelude::*;

use super::super::chart::ChartView;
use super::super::code::{Faults, Programs};
use super::super::diagram::{Editing, More};
use super::super::document::beside_picture;
use super::super::el::{El, el, many, maybe};
use super::super::help::{Help, Table};
use super::super::knobs::Knobs;
use super::super::lanes;
use super::super::log::Log;
use super::super::outlook::{Outlook, why_panel};
use super::super::part::part;
use super::super::player::{Intent, Player};
use super::super::readouts::readouts;
use super::super::seeds::Seeds;
use super::super::share::{Run, Share};
use super::super::tables::Tables;
use super::super::{dom, focus};
use super::quest::{Ask, until};
use super::view::HELD;
use super::{Entries, Msg, Place, Stage};
use crate::calculators;
use crate::lab::scene::Why;
use crate::lab::{Chart, Diagram, Lane, Lanes, Readout};
use crate::session::Session;

/// Real milliseconds between two looks at the charts while time runs.
const CHARTS_EVERY: f64 = 125.0;

/// What the scene has for the panels.
pub(super) struct Shown {
    pub(super) readouts: Vec<Readout>,
    /// Those of the second lane.
    pub(super) other: Option<Vec<Readout>>,
    pub(super) why: Vec<Why>,
}

/// The chunk, once it is there.
pub type Panels = &'static Ways;

/// The ways into the chunk.
pub struct Ways {
    pub(super) show: fn(&Stage, &Context<Stage>, Shown) -> Html,
    pub(super) both_logs: fn(&Session) -> Entries,
    pub(super) charts: fn(&mut Stage, bool, f64),
    pub(super) take: fn(&mut Player, &Intent),
    pub(super) ask: fn(&mut Stage, &Context<Stage>, Ask),
    pub(super) answer: fn(&mut Stage, &Context<Stage>),
    pub(super) watch_goals: fn(&mut Stage, &Context<Stage>),
    pub(super) hand: fn(&Stage, &Context<Stage>, Lane, &mut Diagram) -> More,
    pub(super) text: fn(&Stage, &Context<Stage>) -> Html,
}

/// How it looks, which the page need not know before.
pub(crate) const STYLES: &[&str] =
    &[include_str!("../../../www/styles/chart.css"), include_str!("../../../www/styles/panels.css")];

/// The ways into the chunk: call it there.
pub fn panels() -> Panels {
    dom::adopt_styles(STYLES);
    focus::keep();
    &Ways {
        show: Stage::below,
        both_logs: lanes::logs,
        charts: Stage::renew_charts,
        take: |player, intent| player.take_more(intent, &dom::real_ms),
        ask: Stage::ask,
        answer: Stage::answer,
        watch_goals: Stage::watch_goals,
        hand: Stage::hand,
        text: Stage::text,
    }
}

impl Stage {
    /// Makes the charts anew, if that is due.
    fn renew_charts(&mut self, at_once: bool, real: f64) {
        let session = self.player.session.borrow();
        let seen = Some((self.player.revision, session.now()));
        let mut all = at_once;
        if self.player.touched && self.seen.charts != seen && (at_once || real - self.seen.charts_at >= CHARTS_EVERY) {
            (self.seen.charts, self.seen.charts_at) = (seen, real);
            let fresh = session.charts_of_all();
            let alike = |(held, fresh): (&Rc<Chart>, &Chart)| (held.id, held.lane) == (fresh.id, fresh.lane);
            if fresh.len() != self.charts.len() || !self.charts.iter().zip(&fresh).all(alike) {
                self.charts.clear();
                all = true;
            }
            self.charts_due = fresh.into_iter().enumerate().collect();
        }
        drop(session);
        self.hang_charts(all);
    }

    /// Shows charts made anew: all of them or, while time runs, one a frame, so that no frame has to draw them all.
    fn hang_charts(&mut self, all: bool) {
        while let Some((index, chart)) = self.charts_due.pop_front() {
            match self.charts.get_mut(index) {
                Some(held) if **held == chart => continue,
                Some(held) => *held = Rc::new(chart),
                None => self.charts.push(Rc::new(chart)),
            }
            if !all {
                return;
            }
        }
    }

    /// What edits a lane's picture, and the picture without what the link keeps from being edited.
    fn hand(&self, ctx: &Context<Self>, lane: Lane, diagram: &mut Diagram) -> More {
        let opened = &ctx.props().opened.link;
        let by = Editing { session: Run(self.player.session.clone()), lane, send: self.send.clone() };
        if !opened.lock.is_empty() {
            for mark in &mut diagram.marks {
                mark.acts.retain(|act| !by.turns(act, &opened.lock));
            }
        }
        More(Box::new(by))
    }

    /// What the picture is of, as text.
    fn text(&self, ctx: &Context<Self>) -> Html {
        let opened = &ctx.props().opened.link;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        if !shows("text") {
            return Html::default();
        }
        let lane = match (self.player.session.borrow().is_comparing(), self.player.lanes) {
            (false, _) => "",
            (true, Lanes::Both) => ", of A and B",
            (true, Lanes::Only(Lane::A)) => ", of A",
            (true, Lanes::Only(Lane::B)) => ", of B",
        };
        let lab = opened.lab;
        let edit = (!lab.about.edits.is_empty() && lab.is_editable(&opened.lock)).then(|| {
            let (on, link) = (self.editing, ctx.link().clone());
            el("button.edit[type=button]")
                .either("aria-pressed", on)
                .set("title", "A click on the picture then changes what it is of, and does nothing in the run.")
                .on("click", move |_: Event| link.send_message(Msg::Editing(!on)))
                .text(if on { "Done editing" } else { "Edit the picture" })
        });
        let text = beside_picture(&self.config, &opened.lock, self.player.lanes, lane, &self.send);
        let beside = (lab.about.slug == calculators::LAB && !opened.embed).then(|| {
            let mut row = el("span.beside").text("Calculators: ");
            for (number, (path, title)) in calculators::LISTED.into_iter().enumerate() {
                let comma = if number > 0 { ", " } else { "" };
                row = row.text(comma).put(el("a").set("href", format!("#/{path}")).text(title));
            }
            row
        });
        let row = (edit.is_some() || beside.is_some()).then(|| el("p.edit-row").put(maybe(edit)).put(maybe(beside)));
        many(vec![text, maybe(row)])
    }

    fn below(&self, ctx: &Context<Self>, Shown { readouts, other, why }: Shown) -> Html {
        let opened = &ctx.props().opened.link;
        let touched = self.player.touched;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let knobs = shows("knobs").then(|| {
            part(Knobs {
                lab: opened.lab,
                config: self.config.clone(),
                lock: opened.lock.clone(),
                from_start: self.player.from_start,
                begun: touched && ctx.props().place == Place::Page,
                comparing: self.player.session.borrow().is_comparing() || !shows("compare"),
                send: self.send.clone(),
            })
        });
        let lanes = (shows("compare") && other.is_some()).then(|| {
            let session = self.player.session.borrow();
            lanes::panel(&session, self.player.lanes, opened.lock.is_empty(), &self.send)
        });
        let held = self.quest.holds_back();
        let more = (touched && !held).then(|| self.more(ctx, why));
        let results = self.results(ctx, readouts, other);
        let actions = Table(opened.lab.about.actions);
        let help = self.help.then(|| part(Help { actions, on_close: self.ask_help.clone() }));
        many(vec![maybe(lanes), maybe(self.tasks(ctx)), results, maybe(knobs), maybe(more), maybe(help)])
    }

    /// Numbers, charts and log.
    fn results(&self, ctx: &Context<Self>, readouts: Vec<Readout>, other: Option<Vec<Readout>>) -> Html {
        let opened = &ctx.props().opened.link;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let touched = self.player.touched;
        let held = self.quest.holds_back();
        let numbers = (touched && (shows("readouts") || shows("charts"))).then(|| {
            if held {
                return el("section.card.numbers[aria-label=Numbers and charts]").put(el("p.held").text(HELD));
            }
            let charts = shows("charts").then(|| {
                let mut charts = el("div.charts[data-part=charts]");
                for chart in &self.charts {
                    let key = format!("{}{}", chart.id, chart.lane.map_or("", Lane::name));
                    let slug = opened.lab.about.slug;
                    charts = charts.put(html! { <ChartView {key} chart={chart.clone()} {slug} /> });
                }
                charts
            });
            let tiles = shows("readouts").then(|| match other {
                Some(other) => lanes::readouts(readouts, other),
                None => self::readouts(readouts),
            });
            let tables = shows("readouts")
                .then(|| part(Tables { session: Run(self.player.session.clone()), seen: self.seen.charts }));
            el("section.card.numbers[aria-label=Numbers and charts]")
                .put(maybe(tiles))
                .put(maybe(tables))
                .put(maybe(charts))
        });
        let log = shows("log").then(|| {
            let reached = until(&self.quest.notes, self.player.now());
            part(Log { entries: self.entries.clone(), reached, empty: self.invitation(ctx), send: self.send.clone() })
        });
        el("div.grid").class_if(touched, "both").put(maybe(numbers)).put(maybe(log)).html()
    }

    /// What is there for those who want to know more.
    fn more(&self, ctx: &Context<Self>, why: Vec<Why>) -> El {
        let opened = &ctx.props().opened.link;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let (lab, config, lock) = (opened.lab, self.config.clone(), opened.lock.clone());
        let lanes = self.player.lanes;
        let outlook = shows("outlook").then(|| part(Outlook { lab, config, lock, lanes, send: self.send.clone() }));
        let share = shows("share").then(|| {
            let (opened, address) = (ctx.props().opened.clone(), self.address.clone());
            part(Share { session: Run(self.player.session.clone()), opened, address })
        });
        let why = shows("why").then(|| why_panel(why));
        let programs = shows("programs").then(|| part(Programs { lab, config: self.config.clone() }));
        let exercise = lab.exercise.filter(|_| shows("exercise"));
        let exercise = exercise.map(|exercise| part(Faults { exercise, play: ctx.link().callback(Msg::Ask) }));
        let seeds = shows("seeds").then(|| part(Seeds { session: Run(self.player.session.clone()) }));
        el("div.card.more")
            .put(maybe(outlook))
            .put(maybe(why))
            .put(maybe(programs))
            .put(maybe(exercise))
            .put(maybe(seeds))
            .put(maybe(share))
    }
}
