//! "Repeat on 100 seeds": the same run with other chance, because one seed is an anecdote.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use yew::prelude::*;

use super::dom;
use super::el::{El, el, many, maybe};
use super::num;
use super::part::{Change, Part};
use super::share::Run;
use crate::lab::mean::Mean;
use crate::lab::{Link, text};
use crate::sweep::{self, Means, Sample, Sweep};

/// Seeds of a repetition.
const SEEDS: u64 = 100;
/// Real milliseconds of work between two looks at the reader.
const SLICE: f64 = 12.0;
/// How far a run is played when time has not run yet.
const UNTIL: Instant = Instant::from_secs(60);

/// The panel.
#[derive(PartialEq)]
pub(crate) struct Seeds {
    /// The run that is repeated.
    pub(crate) session: Run,
}

/// How far it is.
#[derive(Default)]
pub(crate) enum Repeating {
    #[default]
    Not,
    /// Under way; others that were under way before have another number.
    Running(u32, Rc<RefCell<Sweep>>),
    /// Ended, by itself or by the reader, and how.
    Done(Rc<RefCell<Sweep>>, String),
}

impl Part for Seeds {
    type Memory = (u32, Repeating);

    fn show(&self, (_, repeating): &Self::Memory, change: &Change) -> Html {
        let begin = {
            let (session, change) = (self.session.clone(), change.clone());
            move |_: Event| begin(&session, &change)
        };
        let summary = el("summary").text("Repeat on 100 seeds");
        let panel = el("details[data-part=seeds]").put(summary.put(el("small").text("one seed is an anecdote")));
        let again = |words: &'static str| el("button[type=button]").on("click", begin.clone()).text(words);
        let body = match repeating {
            Repeating::Not => many(vec![
                el("p.note").text("Plays this run up to the present moment, or to 60 s before it has begun, with seeds 1 to 100 and the same clicks and settings, and tells means with their 95 % confidence intervals.").html(),
                el("div.saves").put(again("Repeat")).html(),
            ]),
            Repeating::Running(_, sweep) => {
                let sweep = sweep.borrow();
                let (done, total) = (sweep.samples().len(), sweep.total());
                let cancel = {
                    let change = change.clone();
                    move |_: Event| change.make(|memory: &mut (u32, Repeating)| end(memory, "Stopped. "))
                };
                let share = num::with(done as f64 / total.max(1) as f64, 3, "");
                let row = el("div.progress")
                    .put(el("label[for=seeds-done]").text(format!("{done} of {total} seeds")))
                    .put(el("progress[id=seeds-done][max=1]").set("value", share))
                    .put(el("button[type=button]").on("click", cancel).text("Cancel"));
                many(vec![row.html(), table(sweep.samples(), sweep.is_comparing()).html()])
            }
            Repeating::Done(sweep, told) => {
                let sweep = sweep.borrow();
                many(vec![
                    el("p.note[role=status]").text(told.clone()).html(),
                    table(sweep.samples(), sweep.is_comparing()).html(),
                    el("div.saves").put(again("Repeat")).html(),
                ])
            }
        };
        panel.put(body).html()
    }
}

/// A link with the seed taken out of it, and how far it goes.
fn ordered(session: &Run) -> (Link, Instant) {
    let session = session.0.borrow();
    let until = if session.now() > Instant::ZERO { session.now() } else { UNTIL };
    (session.link(), until)
}

fn begin(session: &Run, change: &Change) {
    let (link, until) = ordered(session);
    let sweep = Rc::new(RefCell::new(Sweep::new(link, 1..=SEEDS, until)));
    let next = change.clone();
    change.make(move |memory: &mut (u32, Repeating)| {
        let number = memory.0.wrapping_add(1);
        *memory = (number, Repeating::Running(number, sweep));
        dom::later(0, move || work(number, &next));
    });
}

/// A slice of work, then the next one, until all is done or somebody ended it.
fn work(number: u32, change: &Change) {
    let next = change.clone();
    change.make(move |memory: &mut (u32, Repeating)| {
        let Repeating::Running(running, sweep) = &memory.1 else { return };
        if *running != number {
            return;
        }
        let (began, mut more) = (dom::real_ms(), true);
        while more && dom::real_ms() - began < SLICE {
            // A tenth of a second of a heavy run is a few milliseconds.
            more = sweep.borrow_mut().advance(Duration::from_millis(100));
        }
        if more {
            dom::later(0, move || work(number, &next));
        } else {
            end(memory, "");
        }
    });
}

fn end(memory: &mut (u32, Repeating), told: &str) {
    if let (_, Repeating::Running(_, sweep)) = memory {
        let sweep = Rc::clone(sweep);
        let (count, until) = (sweep.borrow().samples().len() as u64, text::stamp(sweep.borrow().until(), 1));
        // What the reader does meanwhile or later makes another run, which these numbers are not of.
        let told = format!(
            "{told}{}, each up to {until}, with the settings and clicks that the run had when you pressed Repeat; means with 95 % intervals.",
            text::counted(count, "seed", "seeds")
        );
        memory.1 = Repeating::Done(sweep, told);
    }
}

/// A row a readout.
fn table(samples: &[Sample], two: bool) -> El {
    if samples.is_empty() {
        return el("p.note").text("The first seed is under way.");
    }
    let mut rows = Vec::new();
    for number in sweep::told(samples) {
        let told = |mean: Option<Mean>| told(mean.map(|mean| number.told(mean)), samples.len());
        let Means { a, b, difference } = Means::of(number.id, samples);
        let mut row = el("tr").key(number.id).put(el("th[scope=row]").text(number.heading()));
        row = row.put(el("td").text(told(a)));
        if two {
            let verdict = difference.map_or("", |mean| mean.verdict());
            row = row.put(el("td").text(told(b))).put(el("td").text(told(difference))).put(el("td").text(verdict));
        }
        rows.push(row.html());
    }
    let heads: &[&'static str] = if two { &["mean of", "A", "B", "B − A", ""] } else { &["mean of", ""] };
    let mut head = el("tr");
    for name in heads {
        head = head.put(el("th[scope=col]").text(*name));
    }
    let table = el("table.differing.num").put(el("thead").put(head)).put(el("tbody").put(many(rows)));
    el("div.scrolls[tabindex=0][role=region][aria-label=Means over the seeds]").put(maybe(Some(table)))
}

/// A mean with its interval, in the readout's plain unit, and over how many of the seeds where some had no number.
fn told(mean: Option<Mean>, seeds: usize) -> String {
    let Some(Mean { mean, margin, count, .. }) = mean else { return "–".to_owned() };
    let decimals = if mean.abs() >= 100.0 { 1 } else { 3 };
    let mut told = num::with(mean, decimals, "").replacen('-', "−", 1);
    if count >= 2 {
        told = format!("{told} ± {}", num::with(margin, decimals, ""));
    }
    if count < seeds { format!("{told} ({count} of {seeds} seeds)") } else { told }
}
