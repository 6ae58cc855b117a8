//! What the stage looks like: its parts from top to bottom.

use std::rc::Rc;

use yew::prelude::*;

use super::super::actions::actions;
use super::super::diagram::DiagramView;
use super::super::el::{El, el, many, maybe};
use super::super::icons::{Icon, draw};
use super::super::knob_field::{Number, Of};
use super::super::knobs::beside;
use super::super::log::{sentence, tone};
use super::super::part::part;
use super::super::player::{Intent, Pause};
use super::super::share::Run;
use super::super::transport::Transport;
use super::super::{dom, num};
use super::below::Shown;
use super::{Msg, Opened, Place, Stage};
use crate::lab::scene::Button;
use crate::lab::text::stamp;
use crate::lab::{Diagram, Lane, Link};

/// In place of what would answer an open question.
pub(super) const HELD: &str = "Held back until you have answered the question or skipped it.";

/// Real milliseconds that a picture stays where it would flash: six changes a second are three flashes, as many as may be.
const HELD_FOR: f64 = 1000.0 / 6.0;

impl Stage {
    /// The parts from top to bottom.
    pub(super) fn show(&self, ctx: &Context<Self>) -> Html {
        let place = ctx.props().place;
        let Opened { link: opened, panels } = &ctx.props().opened;
        let about = &opened.lab.about;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let session = self.player.session.borrow();
        let mut scene = session.scene(self.looks());
        let mut other = panels.filter(|_| session.is_comparing()).map(|_| session.scene_of(Lane::B, self.looks()));
        drop(session);
        self.calm(&mut scene.diagram, other.as_mut().map(|other| &mut other.diagram));
        let touched = self.player.touched;
        let full = place != Place::Front;
        let mut parts = Vec::new();
        let title = match place {
            Place::Page => el("h1[tabindex=-1]"),
            Place::Embed => el("h1.small[tabindex=-1]"),
            Place::Front => el("h2.front"),
        };
        let held = self.quest.holds_back();
        let mut head = el("div.head").put(title.text(about.title));
        if full && shows("claim") {
            for claim in self.claims(held) {
                head = head.put(el("p.claim").text(claim));
            }
        }
        parts.push(head.html());
        parts.push(maybe(
            shows("stage")
                .then(|| self.stage(ctx, scene.diagram, other.as_ref().map(|other| &other.diagram), &scene.buttons)),
        ));
        parts.push(el("p.unseen[role=status]").text(self.said.clone()).html());
        if let Some(panels) = panels {
            parts.push((panels.show)(
                self,
                ctx,
                Shown { readouts: scene.readouts, other: other.map(|other| other.readouts), why: scene.why },
            ));
        }
        let out = match place {
            Place::Page => None,
            Place::Embed => {
                let link = el("a[target=_blank][rel=noopener]").set("href", self.full_address(ctx));
                Some(link.text("Open in full").put(draw(Icon::Out)))
            }
            Place::Front => {
                let link = el("a").set("href", self.address.clone());
                Some(link.text("Open the whole lab, just as it stands"))
            }
        };
        parts.push(maybe(out.map(|link| el("p.out").put(link))));
        el("div.lab").class_if(touched, "touched").class_if(!full, "taste").node(&self.root).put(many(parts)).html()
    }

    /// What the settings come to; of two lanes both, where they come to something else.
    fn claims(&self, held: bool) -> Vec<String> {
        if held {
            return vec![HELD.to_owned()];
        }
        let session = self.player.session.borrow();
        let [a, b] = Lane::ALL.map(|lane| (session.lab().about.claim)(session.config_now_of(lane)));
        if a == b { vec![a] } else { vec![format!("A: {a}"), format!("B: {b}")] }
    }

    /// The picture with what is done to it and to time.
    fn stage(&self, ctx: &Context<Self>, diagram: Diagram, other: Option<&Diagram>, buttons: &[Button]) -> El {
        let opened = &ctx.props().opened.link;
        let about = &opened.lab.about;
        let newest = self.last.as_ref();
        let last = el("p.last").class(newest.map_or("", |entry| tone(entry.tone)));
        let last = match newest {
            Some(entry) => last.put(sentence(entry)),
            None => last.text(self.invitation(ctx)),
        };
        let mut conflicts = el("ul.conflicts[aria-label=Settings that contradict each other]");
        let found = (about.conflicts)(&self.config);
        let contradict = !found.is_empty();
        for conflict in found {
            conflicts = conflicts.put(el("li").text(conflict));
        }
        let knob = beside(&self.config).filter(|(knob, _)| !opened.lock.iter().any(|id| id == knob.id));
        let knob = knob.map(|(knob, number)| {
            let send = self.send.clone();
            part(Number { knob: Of(knob), number, id: "inline-knob".to_owned(), off: false, beside: true, send })
        });
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let actions = shows("actions").then(|| actions(about.actions, buttons, &self.send, maybe(knob)));
        let playing = self.player.pause.is_none();
        let panels = ctx.props().opened.panels;
        let picture = |lane: Lane, mut diagram: Diagram| {
            let more = panels.map(|panels| (panels.hand)(self, ctx, lane, &mut diagram));
            part(DiagramView { diagram: Rc::new(diagram), on_act: self.act.clone(), playing, more })
        };
        let named = |lane: Lane, diagram: Diagram| {
            el("div.lane").put(el("h2.lane-name").text(lane.name())).put(picture(lane, diagram)).html()
        };
        // On a phone no action would be seen below it.
        let tall = other.is_some() || diagram.height > 440.0;
        let pictures = match other {
            None => picture(Lane::A, diagram),
            Some(other) => el("div.lanes").put(named(Lane::A, diagram)).put(named(Lane::B, other.clone())).html(),
        };
        // Letters are shortcuts here and nowhere else: not on a knob, not in the log.
        let key = ctx.link().callback(Msg::Key);
        el("section.card.stage[aria-label=Stage][data-part=stage][id=stage][tabindex=-1]")
            .on("keydown", move |event: KeyboardEvent| key.emit(event))
            .put(el("div.pic").class_if(tall, "tall").node(&self.picture).put(pictures))
            .put(maybe(panels.map(|panels| (panels.text)(self, ctx))))
            .put(last)
            .put(maybe(contradict.then_some(conflicts)))
            .put(maybe(actions))
            .put(maybe(self.progress()))
            .put(maybe(shows("transport").then(|| self.transport(ctx))))
            .put(self.hint())
    }

    /// Where states change faster than may flash, the picture stays as it is for a moment.
    fn calm(&self, diagram: &mut Diagram, other: Option<&mut Diagram>) {
        let real = dom::real_ms();
        let mut held = self.held.borrow_mut();
        if !self.flashes {
            *held = None;
            return;
        }
        match held.as_ref().filter(|held| real - held.0 < HELD_FOR) {
            Some((_, a, b)) => {
                diagram.clone_from(a);
                if let (Some(other), Some(b)) = (other, b) {
                    other.clone_from(b);
                }
            }
            None => *held = Some((real, diagram.clone(), other.map(|other| other.clone()))),
        }
    }

    pub(super) fn invitation(&self, ctx: &Context<Self>) -> AttrValue {
        if self.player.now() > halfopen_core::Instant::ZERO {
            return self.player.session.borrow().record().silence().into();
        }
        let actions = ctx.props().opened.link.lab.about.actions;
        match actions.iter().find(|action| action.primary) {
            Some(action) => format!("Nothing has happened yet. Begin with “{}”.", action.label).into(),
            None => "Nothing has happened yet. Press play.".into(),
        }
    }

    fn transport(&self, ctx: &Context<Self>) -> El {
        let session = self.player.session.borrow();
        let leads = session.lab().about.actions.iter().any(|action| action.primary);
        let transport = Transport {
            first: !leads,
            fresh: self.player.pause == Some(Pause::Fresh),
            now: session.now(),
            played: session.played(),
            session: Run(self.player.session.clone()),
            playing: self.player.pause.is_none(),
            speed: self.player.speed,
            seed: session.seed(),
            can_undo: session.can_undo(),
            can_redo: session.can_redo(),
            dials: self.dials,
            place: ctx.props().place,
            on_dials: &self.ask_dials,
            on_help: &self.ask_help,
            send: &self.send,
        };
        transport.show()
    }

    /// The way to a far instant.
    fn progress(&self) -> Option<El> {
        let done = self.player.progress()?;
        let words = format!("Playing to it: {}", stamp(self.player.now(), 0));
        let row = el("div.progress")
            .put(el("label[for=progress]").text(words))
            .put(el("progress[id=progress][max=1]").set("value", num::with(done, 3, "")))
            .put(el("button[type=button]").press(&self.send, Intent::Cancel).text("Cancel"));
        Some(row)
    }

    /// What just happened to time, in words. The region is always there, so that it is announced.
    fn hint(&self) -> El {
        let mut words = self.player.hint.clone().unwrap_or_default();
        if words.is_empty() {
            words = self.standing().to_owned();
        }
        if words.is_empty() && self.player.pause == Some(Pause::Moved) && !self.player.is_moving() {
            let now = stamp(self.player.now(), 1);
            words = if self.player.is_past() {
                format!("At {now}. Act here to see another future; undo brings this one back.")
            } else {
                format!("At {now}. Play on, or act.")
            };
        }
        if let Some(reached) = self.player.behind {
            words = format!("This machine cannot keep up: running at {}.", num::with(reached, 1, "×"));
        } else if self.flashes {
            words = "States change too fast to show: the picture skips some.".to_owned();
        }
        el("p.hint[role=status]").class_if(words.is_empty(), "none").text(words)
    }

    /// This state in the whole page, with nothing hidden or locked, for embeds.
    fn full_address(&self, ctx: &Context<Self>) -> String {
        let whole = Link { embed: false, hide: Vec::new(), lock: Vec::new(), ..self.link(ctx) };
        format!("{}{}", dom::base(), whole.write())
    }
}
