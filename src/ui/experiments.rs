//! Experiments → Backoff and jitter: a known figure run anew in the browser, in slices, so that it can be watched and
//! stopped.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::chart::ChartView;
use super::dom;
use super::el::{El, el, many, maybe};
use super::num;
use super::part::{Change, Part, part};
use crate::figure::aws_backoff::{self, Experiment, Order};
use crate::lab::Chart;
use crate::lab::text::{counted, grouped};

/// The page's address, after `#/`.
pub(crate) const PATH: &str = aws_backoff::PAGE;
/// Its name.
pub(crate) const TITLE: &str = "Backoff and jitter";
/// What lists say of it.
pub(crate) const SUMMARY: &str =
    "An experiment run anew: clients that write the same row at once, five ways to back off, and what each costs.";
/// Real milliseconds of work between two looks at the reader.
const SLICE: f64 = 40.0;
/// Real milliseconds between two drawings of the figure while it runs.
const DRAW_EVERY: f64 = 500.0;
/// What can be chosen for the runs of each point.
const RUNS: [u32; 4] = [10, 100, 300, 1000];

/// The page.
pub(super) fn page() -> Html {
    part(Page)
}

#[derive(PartialEq)]
struct Page;

/// How far it is. Other experiments that were under way before have another number.
struct Memory {
    number: u32,
    runs: u32,
    seed: u64,
    running: bool,
    experiment: Option<Rc<RefCell<Experiment>>>,
    charts: Vec<Rc<Chart>>,
    told: String,
    drawn_at: f64,
}

impl Default for Memory {
    fn default() -> Self {
        let Order { runs, seed, .. } = Order::default();
        let (experiment, charts, told) = (None, Vec::new(), String::new());
        Self { number: 0, runs, seed, running: false, experiment, charts, told, drawn_at: 0.0 }
    }
}

impl Memory {
    /// What the choices ask for.
    fn order(&self) -> Order {
        Order { runs: self.runs, seed: self.seed, ..Order::default() }
    }
}

impl Part for Page {
    type Memory = Memory;

    fn show(&self, memory: &Memory, change: &Change) -> Html {
        let mut choice = el("div.segments[role=radiogroup][aria-label=Runs of each point]");
        for runs in RUNS {
            let set = change.clone();
            let radio =
                el("input[type=radio][name=runs]").checked(memory.runs == runs).flag("disabled", memory.running);
            let radio = radio.on("change", move |_: Event| set.make(move |memory: &mut Memory| memory.runs = runs));
            choice = choice.put(el("label").put(radio).put(el("span").text(grouped(runs.into()))));
        }
        let begin = {
            let change = change.clone();
            move |_: Event| begin(&change)
        };
        let run = el("button.primary[type=button]").flag("disabled", memory.running).on("click", begin).text("Run it");
        let reseed = {
            let change = change.clone();
            move |_: Event| {
                if let Some(seed) = dom::fresh_seed() {
                    change.make(move |memory: &mut Memory| memory.seed = seed);
                }
            }
        };
        let reseed = el("button[type=button]").flag("disabled", memory.running).on("click", reseed).text("New seed");
        let ways = el("div.actions")
            .put(run)
            .put(el("span.turning").put(el("span").text("runs of each point")).put(choice))
            .put(el("span.num").text(format!("seed {}", memory.seed)))
            .put(reseed);
        let mut parts = vec![
            el("div.head")
                .put(el("h1[tabindex=-1]").text(TITLE))
                .put(el("p.claim").text("Clients that all want to change the same row: a write that comes with an old version fails, and its client waits and begins anew. How long until all are done, and how many writes does that cost?"))
                .html(),
            el("section.card.experiment[aria-label=The experiment]")
                .put(ways)
                .put(maybe(memory.running.then(|| progress(memory, change))))
                .put(el("p.hint[role=status]").text(memory.told.clone()))
                .html(),
        ];
        let mut charts = el("div.charts");
        for chart in &memory.charts {
            charts = charts.put(html! { <ChartView key={chart.id} chart={chart.clone()} slug="aws-backoff" /> });
        }
        let save = memory.experiment.as_ref().filter(|_| !memory.charts.is_empty()).map(|experiment| {
            let experiment = Rc::clone(experiment);
            let save = move |_: Event| {
                let csv = aws_backoff::csv(&experiment.borrow().rows());
                dom::download("aws-backoff.csv", "text/csv;charset=utf-8", &csv);
            };
            el("div.saves").put(el("button[type=button]").on("click", save).text("Save all results (CSV)"))
        });
        parts.push(maybe(
            (!memory.charts.is_empty())
                .then(|| el("section.card.numbers[aria-label=Results]").put(charts).put(maybe(save))),
        ));
        // That of the figure that is shown; before there is one, that of the next.
        let (order, whole) = memory.experiment.as_ref().map_or_else(
            || (memory.order(), true),
            |shown| (shown.borrow().order().clone(), shown.borrow().done() == shown.borrow().total()),
        );
        parts.push(about(&order, whole).html());
        el("div.lab").put(many(parts)).html()
    }
}

fn progress(memory: &Memory, change: &Change) -> El {
    let (done, total) = memory.experiment.as_ref().map_or((0, 1), |experiment| {
        let experiment = experiment.borrow();
        (experiment.done(), experiment.total())
    });
    let cancel = {
        let change = change.clone();
        move |_: Event| {
            change.make(|memory: &mut Memory| {
                memory.running = false;
                memory.told = "Stopped. The figure shows the runs so far.".to_owned();
                draw(memory);
            });
        }
    };
    el("div.progress")
        .put(el("label[for=done]").text(format!("{} of {} runs", grouped(done as i64), grouped(total as i64))))
        .put(el("progress[id=done][max=1]").set("value", num::with(done as f64 / total.max(1) as f64, 3, "")))
        .put(el("button[type=button]").on("click", cancel).text("Cancel"))
}

fn about(order: &Order, whole: bool) -> El {
    let mut list = el("dl.facts");
    for (what, is) in [
        (
            "The model",
            "The one behind the charts of “Exponential Backoff And Jitter” (AWS Architecture Blog, 2015): a base of 5 ms, a cap of 2 s, a network whose every leg takes about 10 ms. Tests hold the results against an independent implementation.",
        ),
        (
            "What it leaves out",
            "The server never overloads: it does any amount of work in no time. So clients that do not wait at all are done first here, at the price of most writes. The lab on retry storms has a server with limits.",
        ),
        ("The error bars", "95 % confidence intervals of the means, by Student's t; a single run has none."),
    ] {
        list = list.put(el("div").put(el("dt").text(what)).put(el("dd").text(is)));
    }
    let Order { runs, seed, .. } = order;
    let what = if whole { "the same numbers" } else { "the numbers of the whole figure" };
    let same = format!("halfopen figure aws-backoff --runs {runs} --seed {seed} --format csv gives {what}.");
    list = list.put(el("div").put(el("dt").text("On the command line")).put(el("dd").text(same)));
    el("section.card.more.about[aria-label=About this experiment]").put(list)
}

fn begin(change: &Change) {
    let next = change.clone();
    change.make(move |memory: &mut Memory| {
        let order = memory.order();
        // Its numbers are within the ranges: they come from the choices above.
        let Ok(experiment) = Experiment::new(order) else { return };
        memory.number = memory.number.wrapping_add(1);
        memory.experiment = Some(Rc::new(RefCell::new(experiment)));
        memory.running = true;
        memory.charts.clear();
        memory.told = String::new();
        let number = memory.number;
        dom::later(0, move || work(number, dom::real_ms(), &next));
    });
}

/// A slice of work, then the next one, until all is done or somebody ended it.
fn work(number: u32, began: f64, change: &Change) {
    let next = change.clone();
    change.make(move |memory: &mut Memory| {
        let Some(experiment) = memory.experiment.clone().filter(|_| memory.running && memory.number == number) else {
            return;
        };
        let (slice, mut more) = (dom::real_ms(), true);
        while more && dom::real_ms() - slice < SLICE {
            more = experiment.borrow_mut().advance(1);
        }
        if more {
            if dom::real_ms() - memory.drawn_at > DRAW_EVERY {
                draw(memory);
            }
            dom::later(0, move || work(number, began, &next));
        } else {
            memory.running = false;
            let runs = counted(experiment.borrow().total() as u64, "run", "runs");
            let (seed, took) =
                (experiment.borrow().order().seed, num::with((dom::real_ms() - began) / 1e3, 1, "\u{a0}s"));
            memory.told = format!("{runs} in {took}, seed {seed}.");
            draw(memory);
        }
    });
}

fn draw(memory: &mut Memory) {
    if let Some(experiment) = &memory.experiment {
        memory.charts = experiment.borrow().charts().into_iter().map(Rc::new).collect();
        memory.drawn_at = dom::real_ms();
    }
}
