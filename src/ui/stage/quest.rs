//! Predictions and goals. A question stands until the reader commits an answer or skips; then the lab plays to what
//! answers it. A goal is looked at while time runs. Both are ways of looking: no run depends on them.

use std::rc::Rc;

use halfopen_core::Instant;
use yew::prelude::*;

use super::super::dom;
use super::super::el::{El, el, many, maybe};
use super::super::player::{Intent, Pause};
use super::{Msg, Place, Stage};
use crate::lab::link::{self, Link, Target};
use crate::lab::text::stamp;
use crate::lab::{Entry, Goal, Guess, Prediction, Tone, Verdict};

/// What the reader does with a question.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ask {
    /// Opens the question, or puts it away.
    Open(bool),
    /// Answers with what stands in the field.
    Commit,
    /// Wants to see without an answer.
    Skip,
    /// Wants to see it once more.
    Replay,
    /// Wants to answer once more.
    Again,
    /// Goes on to the next question.
    Next,
    /// Wants to see another run of the lab, given as a link's query, to the link's playhead.
    Play(&'static str),
}

/// How far the reader is with a question, and which goals they have reached.
#[derive(Default)]
pub(super) struct Quest {
    which: usize,
    step: Step,
    guess: Option<Guess>,
    typed: String,
    /// Which goals were reached.
    reached: Vec<usize>,
    /// When in the present run, for the log.
    pub(super) notes: Vec<(Instant, &'static str)>,
}

#[derive(Default)]
enum Step {
    #[default]
    Away,
    /// It waits for an answer; what would give it away is held back.
    Asked {
        unreadable: bool,
    },
    Playing,
    Told(Verdict),
    /// The reader made another run of it.
    Left,
}

impl Quest {
    /// Whether what would answer the question is not to be seen yet.
    pub(super) fn holds_back(&self) -> bool {
        matches!(self.step, Step::Asked { .. })
    }
}

/// A run of this lab, from a link's query.
fn read(ctx: &Context<Stage>, query: &str) -> Option<Link> {
    let lab = ctx.props().opened.link.lab;
    match link::read(&format!("#/{}?{query}", lab.about.slug), std::slice::from_ref(lab)).0 {
        Target::Lab(link) => Some(link),
        _ => None,
    }
}

impl Stage {
    fn prediction(&self, ctx: &Context<Self>) -> Option<&'static Prediction> {
        ctx.props().opened.link.lab.about.predictions.get(self.quest.which)
    }

    /// The run that answers a question.
    fn setup(&self, ctx: &Context<Self>) -> Option<(Link, Instant)> {
        let prediction = self.prediction(ctx)?;
        Some((read(ctx, prediction.setup)?, Instant::from_millis(prediction.at_ms)))
    }

    /// Plays another run of the lab than the reader's own, which undo brings back.
    fn play(&mut self, ctx: &Context<Self>, query: &str) {
        let Some(link) = read(ctx, query) else { return };
        self.quest.step = Step::Away;
        self.quest.notes.clear();
        self.player.show(&link, link.at.unwrap_or_default());
        self.announced = 0;
        self.refresh(ctx, true);
        dom::focus("stage");
        dom::show("stage");
    }

    /// What the reader does with a question, carried out.
    pub(super) fn ask(&mut self, ctx: &Context<Self>, ask: Ask) {
        match ask {
            Ask::Open(open) => {
                // A run of the reader's own stands while they think; one that was asked for plays on as their own.
                if open && self.player.pause.is_none() {
                    self.player.take(Intent::Toggle, &dom::real_ms);
                    self.player.pause = Some(Pause::Moved);
                }
                if let Some((_, speed)) = self.player.until.take() {
                    self.player.speed = speed;
                }
                self.quest.step = if open { Step::Asked { unreadable: false } } else { Step::Away };
                return;
            }
            Ask::Commit => {
                self.quest.typed = dom::value_of("guess");
                self.quest.guess = Guess::read(&self.quest.typed);
                if self.quest.guess.is_none() {
                    self.quest.step = Step::Asked { unreadable: true };
                    return dom::focus("guess");
                }
            }
            Ask::Play(query) => return self.play(ctx, query),
            Ask::Skip => self.quest.guess = None,
            Ask::Replay => {}
            Ask::Again | Ask::Next => {
                if ask == Ask::Next {
                    self.quest.which =
                        (self.quest.which + 1) % ctx.props().opened.link.lab.about.predictions.len().max(1);
                }
                self.quest.step = Step::Asked { unreadable: false };
                return dom::focus("guess");
            }
        }
        if let Some((link, at)) = self.setup(ctx) {
            self.quest.step = Step::Playing;
            self.quest.notes.clear();
            self.player.show(&link, at);
            self.announced = 0;
            self.refresh(ctx, true);
            // What was pressed is gone: the focus goes to what stands in its place, and the picture into view.
            dom::focus("asked");
            dom::show("stage");
        }
    }

    /// Tells the answer when the run has come to it.
    pub(super) fn answer(&mut self, ctx: &Context<Self>) {
        if !matches!(self.quest.step, Step::Playing) || self.player.progress().is_some() {
            return;
        }
        let Some(prediction) = self.prediction(ctx) else { return };
        let (now, at) = (self.player.now(), Instant::from_millis(prediction.at_ms));
        if self.player.until.is_none() && now != at {
            self.quest.step = Step::Left;
        } else if now > at {
            // A step leads past it.
            self.player.take(Intent::Seek(at), &dom::real_ms);
        }
        if self.player.now() != at {
            return;
        }
        let scene = self.player.session.borrow().scene(self.looks());
        if let Some(readout) = scene.readouts.iter().find(|readout| readout.id == prediction.readout) {
            let verdict = prediction.judge(self.quest.guess, readout);
            self.said = verdict.sentence().into();
            self.said_of = None;
            // What the run came to on the way is not to talk over it.
            (self.said_at, self.announced) = (dom::real_ms(), self.player.session.borrow().logged());
            self.quest.step = Step::Told(verdict);
            dom::show("asked");
        }
    }

    /// Looks whether a goal was reached: while time runs, or the reader steps through it.
    pub(super) fn watch_goals(&mut self, ctx: &Context<Self>) {
        let goals = ctx.props().opened.link.lab.about.goals;
        let moving = matches!(self.player.pause, None | Some(Pause::Reader)) && self.player.touched;
        let own = !matches!(self.quest.step, Step::Playing) && ctx.props().place != Place::Front;
        if !moving || !own || self.quest.reached.len() == goals.len() {
            return;
        }
        let session = self.player.session.borrow();
        let readouts = session.scene(self.looks()).readouts;
        for (index, goal) in goals.iter().enumerate() {
            if !self.quest.reached.contains(&index) && (goal.reached)(session.record(), &readouts) {
                self.quest.reached.push(index);
                self.quest.notes.push((session.now(), goal.task));
                let (head, text) = ("✓ goal reached.".to_owned(), goal.task.to_owned());
                let number = session.record().logged().saturating_sub(1);
                let told = Entry { number, at: session.now(), tone: Tone::Ok, head, text };
                self.said = told.sentence().into();
                self.said_of = None;
                self.last = Some(Rc::new(told));
            }
        }
    }

    /// The reader made another run of it: of another past no note holds, of another future those until now.
    pub(super) fn keep_notes(&mut self, of_another_past: bool) {
        let now = self.player.now();
        self.quest.notes.retain(|note| !of_another_past && note.0 <= now);
    }

    /// Questions and goals, folded away until they are asked for.
    pub(super) fn tasks(&self, ctx: &Context<Self>) -> Option<El> {
        let opened = &ctx.props().opened.link;
        let about = &opened.lab.about;
        let shows = |part: &str| !opened.hide.iter().any(|hidden| hidden == part);
        let questions = (shows("predictions") && !about.predictions.is_empty()).then(|| self.question(ctx));
        let goals = (shows("goals") && !about.goals.is_empty()).then(|| self.goals(about.goals));
        if questions.is_none() && goals.is_none() {
            return None;
        }
        Some(el("section.card.tasks[aria-label=Predict, and goals]").put(maybe(questions)).put(maybe(goals)))
    }

    fn question(&self, ctx: &Context<Self>) -> El {
        let step = &self.quest.step;
        let open = !matches!(step, Step::Away);
        let ask = ctx.link().callback(Msg::Ask);
        let toggle = {
            let ask = ask.clone();
            move |event: Event| {
                event.prevent_default();
                ask.emit(Ask::Open(!open));
            }
        };
        let summary = el("summary").on("click", toggle).text("Predict").put(el("small").text("then see, and why"));
        let panel = el("details[data-part=predictions]").flag("open", open).put(summary);
        let Some(prediction) = self.prediction(ctx).filter(|_| open) else { return panel };
        let count = ctx.props().opened.link.lab.about.predictions.len();
        let button = |what: Ask, words: &'static str| el("button[type=button]").press(&ask, what).text(words);
        let mut body = vec![el("p.question[id=question]").text(prediction.question).html()];
        let at = stamp(Instant::from_millis(prediction.at_ms), u32::from(!prediction.at_ms.is_multiple_of(1000)));
        match step {
            Step::Away => {}
            Step::Asked { unreadable } => {
                let scene = self.player.session.borrow().scene(self.looks());
                let asked = scene.readouts.iter().find(|readout| readout.id == prediction.readout);
                let (what, unit) = asked.map_or(("", ""), |readout| (readout.label, readout.unit()));
                let unit = match unit {
                    "%" => " in %",
                    "s" => " in seconds",
                    "/s" => " per second",
                    _ => "",
                };
                let label = format!("Your answer: {what}{unit}");
                let submit = ask.clone();
                let mut field =
                    el("input.field.num[id=guess][autocomplete=off][spellcheck=false][aria-describedby=guess-said]");
                if *unreadable {
                    field = field.word("aria-invalid", "true");
                }
                let said = if *unreadable {
                    "It takes a number that is not below zero, such as 1200, 12.5 % or 250 ms."
                } else {
                    ""
                };
                let form = el("form.answer")
                    .on("submit", move |event: Event| {
                        event.prevent_default();
                        submit.emit(Ask::Commit);
                    })
                    .put(el("label[for=guess]").text(label))
                    .put(field)
                    .put(el("button.commit").text("Commit"))
                    .put(button(Ask::Skip, "Skip").class("quiet"))
                    .put(el("span.error[id=guess-said][role=status]").text(said));
                body.push(form.html());
                let words = format!(
                    "Then a run of its own plays to {at}; undo brings yours back. What would give the answer away is held back until then."
                );
                body.push(el("p.aside").text(words).html());
            }
            Step::Playing => {
                let words = match self.quest.guess {
                    Some(_) => format!("You said {}. It plays to {at}.", self.quest.typed),
                    None => format!("It plays to {at}."),
                };
                body.push(el("p").text(words).html());
                let now = Intent::Seek(Instant::from_millis(prediction.at_ms));
                body.push(el("button.quiet[type=button]").press(&self.send, now).text("Show it now").html());
            }
            Step::Told(verdict) => {
                body.push(told(verdict));
                let mut ways = el("div.ways").put(button(Ask::Replay, "Play it again"));
                ways = ways
                    .put(button(Ask::Again, if verdict.predicted.is_some() { "Answer again" } else { "Answer it" }));
                body.push(ways.put(maybe((count > 1).then(|| button(Ask::Next, "Next question")))).html());
            }
            Step::Left => {
                let words = "You made another run of it, which does not answer the question.";
                body.push(el("p").text(words).html());
                body.push(el("div.ways").put(button(Ask::Again, "Answer again")).html());
            }
        }
        panel.put(el("div[id=asked][tabindex=-1][role=group][aria-labelledby=question]").put(many(body)))
    }

    fn goals(&self, goals: &'static [Goal]) -> El {
        let reached = &self.quest.reached;
        let mut list = el("ul");
        for (index, goal) in goals.iter().enumerate() {
            let is = reached.contains(&index);
            let (sign, word) = if is { ("✓", "reached") } else { ("○", "open") };
            let words = el("span").text(goal.task).put(el("b").text(word));
            let hint = el("details.help-out").put(el("summary").text("Hint")).put(el("p").text(goal.hint));
            let sign = el("span.sign[aria-hidden=true]").text(sign);
            list = list.put(el("li").key(goal.id).class_if(is, "ok").put(sign).put(words).put(hint));
        }
        let count = format!("{} of {} reached", reached.len(), goals.len());
        let when = el("p.aside").text("A goal counts when it is reached while time runs.");
        let summary = el("summary").text("Goals").put(el("small").text(count));
        el("details.goals[data-part=goals]").put(summary).put(list).put(when)
    }
}

/// What was predicted, what happened, how far apart they are, and what lies behind a wrong answer.
fn told(verdict: &Verdict) -> Html {
    let row =
        |what: &'static str, number: &str| el("div").put(el("dt").text(what)).put(el("dd").text(number.to_owned()));
    let mut list = el("dl.verdict.num");
    let mut sentence = None;
    if let Some((predicted, off, right)) = &verdict.predicted {
        let (class, word) = if *right { ("ok", "✓ Right.") } else { ("bad", "✕ Not so.") };
        sentence = Some(el("p").class(class).put(el("strong.state").text(word)));
        list = list.put(row("you said", predicted));
        list = list.put(row("it was", &verdict.happened)).put(row("off by", off));
    } else {
        list = list.put(row("it was", &verdict.happened));
    }
    let because = verdict.because.as_ref().map(|(near, why)| {
        let lead = format!("Behind an answer such as {near}: ");
        el("p").put(el("span.aside").text(lead)).text(*why)
    });
    many(vec![maybe(sentence), list.html(), maybe(because)])
}

/// The notes that are not of the future.
pub(super) fn until(notes: &[(Instant, &'static str)], now: Instant) -> Rc<Vec<(Instant, &'static str)>> {
    Rc::new(notes.iter().copied().filter(|note| note.0 <= now).collect())
}
