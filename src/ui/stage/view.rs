//! What the stage looks like: its parts from top to bottom.

use std::rc::Rc;

use yew::prelude::*;

use super::super::actions::Actions;
use super::super::chart::ChartView;
use super::super::clock::stamp;
use super::super::diagram::DiagramView;
use super::super::dom;
use super::super::help::Help;
use super::super::icons::{Draw, Icon};
use super::super::knobs::{InlineKnob, Knobs};
use super::super::log::{Log, Sentence};
use super::super::num;
use super::super::outlook::{Outlook, WhyPanel};
use super::super::player::{Intent, Pause};
use super::super::readouts::Readouts;
use super::super::share::Share;
use super::super::transport::Transport;
use super::{Msg, Place, Stage};
use crate::lab::Link;

impl Stage {
    /// The parts from top to bottom.
    pub(super) fn show(&self, ctx: &Context<Self>) -> Html {
        let place = ctx.props().place;
        let opened = &ctx.props().opened.0;
        let about = &opened.lab.about;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let scene = self.player.session.borrow().scene(self.looks());
        let touched = self.player.touched;
        let full = place != Place::Front;
        let onkeydown = ctx.link().callback(Msg::Key);
        let claim = (about.claim)(&self.config);
        let conflicts = (about.conflicts)(&self.config);
        let newest = self.entries.list.first().cloned();
        let title = match place {
            Place::Page => html! { <h1 tabindex="-1">{ about.title }</h1> },
            Place::Embed => html! { <h1 class="small" tabindex="-1">{ about.title }</h1> },
            Place::Front => html! { <h2 class="front">{ about.title }</h2> },
        };
        let inline = InlineKnob::of(about.knobs, &self.config);

        html! {
            <div class={classes!("lab", touched.then_some("touched"), (place == Place::Front).then_some("taste"))} ref={self.root.clone()} {onkeydown}>
                <div class="head">
                    { title }
                    if shows("claim") && place != Place::Front {
                        <p class="claim">{ claim }</p>
                    }
                </div>
                if shows("stage") {
                    <section class="card stage" aria-label="Stage" data-part="stage" id="stage" tabindex="-1">
                        <div class="pic" ref={self.picture.clone()}>
                            <DiagramView diagram={Rc::new(scene.diagram)} on_act={self.act.clone()} playing={self.player.pause.is_none()} />
                        </div>
                        <p class={classes!("last", newest.as_ref().map(|entry| super::super::log::tone(entry.tone)))}>
                            if let Some(entry) = newest {
                                <Sentence {entry} />
                            } else {
                                { self.invitation(ctx) }
                            }
                        </p>
                        if !conflicts.is_empty() {
                            <ul class="conflicts" aria-label="Settings that contradict each other">
                                for conflict in conflicts {
                                    <li>{ conflict }</li>
                                }
                            </ul>
                        }
                        if shows("actions") {
                            <Actions
                                table={about.slug}
                                actions={about.actions}
                                buttons={scene.buttons}
                                send={self.send.clone()}
                            >
                                if let Some(knob) = inline.filter(|knob| !opened.lock.iter().any(|id| id == knob.0.id)) {
                                    <super::super::knobs::Inline {knob} config={self.config.clone()} send={self.send.clone()} />
                                }
                            </Actions>
                        }
                        { self.progress() }
                        if shows("transport") {
                            { self.transport(ctx) }
                        }
                        { self.hint() }
                    </section>
                }
                <p class="unseen" role="status">{ self.said.clone() }</p>
                if full {
                    <div class={classes!("grid", touched.then_some("both"))}>
                        if touched && (shows("readouts") || shows("charts")) {
                            <section class="card numbers" aria-label="Numbers and charts">
                                if shows("readouts") {
                                    <Readouts readouts={scene.readouts} />
                                }
                                if shows("charts") {
                                    <div class="charts" data-part="charts">
                                        for chart in self.charts.iter() {
                                            <ChartView key={chart.id} chart={chart.clone()} slug={about.slug} />
                                        }
                                    </div>
                                }
                            </section>
                        }
                        if shows("log") {
                            <Log entries={self.entries.clone()} empty={self.invitation(ctx)} send={self.send.clone()} />
                        }
                    </div>
                    if shows("knobs") {
                        <Knobs
                            lab={opened.lab.about.slug}
                            config={self.config.clone()}
                            lock={opened.lock.clone()}
                            from_start={self.player.from_start}
                            begun={touched && place == Place::Page}
                            send={self.send.clone()}
                        />
                    }
                    if touched {
                        <div class="card more">
                            if shows("outlook") {
                                <Outlook lab={about.slug} config={self.config.clone()} lock={opened.lock.clone()} send={self.send.clone()} />
                            }
                            if shows("why") {
                                <WhyPanel why={scene.why} />
                            }
                            if shows("share") {
                                <Share
                                    session={super::super::share::Run(self.player.session.clone())}
                                    opened={ctx.props().opened.clone()}
                                    address={self.address.clone()}
                                />
                            }
                        </div>
                    }
                }
                if place == Place::Embed {
                    <p class="out">
                        <a href={self.full_address(ctx)} target="_blank" rel="noopener">
                            { "Open in full" }<Draw icon={Icon::Out} />
                        </a>
                    </p>
                }
                if place == Place::Front {
                    <p class="out"><a href={self.address.clone()}>{ "Open the whole lab, just as it stands" }</a></p>
                }
                if self.help {
                    <Help actions={about.actions} on_close={ctx.link().callback(|()| Msg::Help(false))} />
                }
            </div>
        }
    }

    fn invitation(&self, ctx: &Context<Self>) -> AttrValue {
        let actions = ctx.props().opened.0.lab.about.actions;
        match actions.iter().find(|action| action.primary) {
            Some(action) => format!("Nothing has happened yet. Begin with “{}”.", action.label).into(),
            None => "Nothing has happened yet. Press play.".into(),
        }
    }

    fn transport(&self, ctx: &Context<Self>) -> Html {
        let session = self.player.session.borrow();
        html! {
            <Transport
                inviting={self.player.pause == Some(Pause::Fresh) && !session.lab().about.actions.iter().any(|action| action.primary)}
                now={session.now()}
                played={session.played()}
                revision={self.player.revision}
                session={super::super::share::Run(self.player.session.clone())}
                playing={self.player.pause.is_none()}
                speed={self.player.speed}
                seed={session.seed()}
                can_undo={session.can_undo()}
                can_redo={session.can_redo()}
                address={self.address.clone()}
                place={ctx.props().place}
                on_help={self.ask_help.clone()}
                send={self.send.clone()}
            />
        }
    }

    /// The way to a far instant.
    fn progress(&self) -> Html {
        let Some(done) = self.player.progress() else { return Html::default() };
        let onclick = self.send.reform(|_: MouseEvent| Intent::Cancel);
        html! {
            <div class="progress">
                <label for="progress">{ format!("Playing to it: {}", stamp(self.player.now(), 0)) }</label>
                <progress id="progress" max="1" value={num::with(done, 3, "")} />
                <button type="button" {onclick}>{ "Cancel" }</button>
            </div>
        }
    }

    /// What just happened to time, in words. The region is always there, so that it is announced.
    fn hint(&self) -> Html {
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
        }
        html! { <p class={classes!("hint", words.is_empty().then_some("none"))} role="status">{ words }</p> }
    }

    /// This state in the whole page, with nothing hidden or locked, for embeds.
    fn full_address(&self, ctx: &Context<Self>) -> String {
        let whole = Link { embed: false, hide: Vec::new(), lock: Vec::new(), ..self.link(ctx) };
        format!("{}{}", dom::base(), whole.write())
    }
}
