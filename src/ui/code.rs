//! Programs: what the knobs describe, to take along; and one with faults to be found.

use std::rc::Rc;

use yew::prelude::*;

use super::dom;
use super::el::{El, el, many, maybe};
use super::part::{Change, Part};
use super::share::Copied;
use super::stage::Ask;
use crate::lab::{Config, Entrance, Exercise, Fault};

/// "As a program".
#[derive(PartialEq)]
pub(crate) struct Programs {
    /// The lab.
    pub(crate) lab: &'static Entrance,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
}

/// Which of the programs is shown, and what became of copying it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shown {
    open: bool,
    which: usize,
    copied: Copied,
}

impl Part for Programs {
    type Memory = Shown;

    fn show(&self, shown: &Shown, change: &Change) -> Html {
        let shown = *shown;
        // Made only when they are looked at.
        let programs = if shown.open { (self.lab.programs)(&self.config) } else { Vec::new() };
        if !shown.open && (self.lab.programs)(&self.lab.defaults()).is_empty() {
            return Html::default();
        }
        let about = "with a breaker around each attempt, made from these settings";
        let panel = folding("As a program", about, shown.open, change, move |open| Shown { open, ..shown })
            .word("data-part", "programs");
        let Some(program) = programs.get(shown.which) else { return panel.html() };
        let mut tabs = el("div.segments[role=radiogroup][aria-label=Language]");
        for (which, program) in programs.iter().enumerate() {
            let change = change.clone();
            let choose = move |_: Event| change.to(Shown { which, copied: Copied::No, ..shown });
            let radio = el("input[type=radio][name=language]").checked(which == shown.which).on("change", choose);
            tabs = tabs.put(el("label").put(radio).put(el("span").text(program.language.name())));
        }
        let (told, text) = (change.clone(), program.text.clone());
        let copy = move |_: Event| {
            let told = told.clone();
            dom::copy(&text, move |allowed| {
                told.to(Shown { copied: if allowed { Copied::Yes } else { Copied::Denied }, ..shown });
            });
        };
        let (file, text) = (program.file, program.text.clone());
        let save = move |_: Event| dom::download(file, "text/plain;charset=utf-8", &text);
        let said = match shown.copied {
            Copied::No => program.note,
            Copied::Yes => "Copied.",
            Copied::Denied => "The browser does not allow it: save it instead.",
        };
        let row = el("div.code-row")
            .put(tabs)
            .put(el("button[type=button]").on("click", copy).text("Copy"))
            .put(el("button[type=button]").on("click", save).text("Save"))
            .put(el("span.aside[role=status]").text(said));
        let code = el("pre.code[tabindex=0][role=region]")
            .set("aria-label", format!("{} program", program.language.name()))
            .put(el("code").text(program.text.clone()));
        panel.put(row).put(code).html()
    }
}

/// A panel that its part opens itself.
fn folding<M: 'static>(
    name: &'static str,
    about: impl Into<AttrValue>,
    open: bool,
    change: &Change,
    to: impl Fn(bool) -> M + 'static,
) -> El {
    let change = change.clone();
    let summary = el("summary").on("click", move |event: Event| {
        event.prevent_default();
        change.to(to(!open));
    });
    el("details").flag("open", open).put(summary.text(name).put(el("small").text(about)))
}

/// "Find the faults".
pub(crate) struct Faults {
    /// The program and its faults.
    pub(crate) exercise: &'static Exercise,
    /// Where the wish to see a run goes.
    pub(crate) play: Callback<Ask>,
}

/// An exercise stays what it is; where wishes go does not change either.
impl PartialEq for Faults {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.exercise, other.exercise)
    }
}

/// How far the reader is with it.
#[derive(Clone, Default)]
pub(crate) struct Search {
    open: bool,
    /// The line that is chosen, counted from 1.
    line: usize,
    /// Which faults were found, in that order.
    found: Vec<usize>,
    /// Lines that were held for faults and are none.
    wrong: Vec<usize>,
    said: String,
}

impl Search {
    /// The reader holds the chosen line for a fault.
    fn judge(&mut self, exercise: &Exercise) {
        let (line, of) = (self.line, exercise.faults.len());
        let fault = exercise.faults.iter().position(|fault| fault.is_at(line));
        self.said = match fault {
            _ if line == 0 => "Choose a line first.".to_owned(),
            Some(fault) if self.found.contains(&fault) => format!("Line {line}: you have found this one already."),
            Some(fault) => {
                self.found.push(fault);
                let title = exercise.faults.get(fault).map_or("", |fault| fault.title);
                format!("✓ Line {line} is one: {title}. {} of {of} found.", self.found.len())
            }
            None => {
                if !self.wrong.contains(&line) {
                    self.wrong.push(line);
                }
                format!("✕ Line {line} does what it should.")
            }
        };
    }

    fn show_all(&mut self, exercise: &Exercise) {
        for fault in 0..exercise.faults.len() {
            if !self.found.contains(&fault) {
                self.found.push(fault);
            }
        }
        self.said = "All of them are shown.".to_owned();
    }
}

impl Part for Faults {
    type Memory = Search;

    fn show(&self, search: &Search, change: &Change) -> Html {
        let exercise = self.exercise;
        let (found, of) = (search.found.len(), exercise.faults.len());
        let (held, about) = (search.clone(), format!("{found} of {of} found"));
        let panel = folding("Find the faults", about, search.open, change, move |open| Search { open, ..held.clone() })
            .word("data-part", "exercise");
        if !search.open {
            return panel.html();
        }
        let mut lines = el("div.code.lines[role=radiogroup][aria-label=Lines of the program]");
        for (index, text) in exercise.text.lines().enumerate() {
            lines = lines.put(line(search, change, exercise, index + 1, text));
        }
        let judge = change.clone();
        let mark = el("button.commit[type=button]")
            .on("click", move |_: Event| judge.make(move |search: &mut Search| search.judge(exercise)))
            .text("This line shows a fault");
        let all = change.clone();
        let rest = (found < of).then(|| {
            el("button.quiet[type=button]")
                .on("click", move |_: Event| all.make(move |search: &mut Search| search.show_all(exercise)))
                .text("Show me the rest")
        });
        let row = el("div.code-row").put((found < of).then_some(mark).map_or_else(Html::default, Into::into));
        let row = row.put(maybe(rest)).put(el("p[role=status]").text(search.said.clone()));
        let list: Vec<Html> =
            search.found.iter().filter_map(|fault| exercise.faults.get(*fault)).map(|fault| self.told(fault)).collect();
        let told = (!list.is_empty()).then(|| el("ol.faults").put(many(list)));
        panel.put(el("p").text(exercise.task)).put(lines).put(row).put(maybe(told)).html()
    }
}

/// A line that can be chosen, with what is known of it.
fn line(search: &Search, change: &Change, exercise: &Exercise, number: usize, text: &'static str) -> El {
    let found = search.found.iter().filter_map(|fault| exercise.faults.get(*fault)).any(|fault| fault.is_at(number));
    let (class, sign) = match (found, search.wrong.contains(&number)) {
        (true, _) => ("bad", "✕"),
        (false, true) => ("ok", "✓"),
        (false, false) => ("", ""),
    };
    let change = change.clone();
    let choose = move |_: Event| change.make(move |search: &mut Search| search.line = number);
    let radio = el("input[type=radio][name=line]").checked(search.line == number).on("change", choose);
    // An empty line is named by its number alone.
    let known = match class {
        "bad" => ", a fault",
        "ok" => ", no fault",
        _ => "",
    };
    let radio = radio.set("aria-label", format!("Line {number}: {}{known}", text.trim()));
    el("label")
        .class(class)
        .put(radio)
        .put(el("span.line-number[aria-hidden=true]").text(number.to_string()))
        .put(el("code[aria-hidden=true]").text(if text.is_empty() { " " } else { text }))
        .put(el("span.sign[aria-hidden=true]").text(sign))
}

impl Faults {
    /// A fault that was found: what it is, what comes of it, and its run.
    fn told(&self, fault: &'static Fault) -> Html {
        let (first, last) = fault.lines;
        let lines = if first == last { format!("Line {first}: ") } else { format!("Lines {first} to {last}: ") };
        let button = |what: &'static str, query: &'static str| {
            el("button[type=button]").press(&self.play, Ask::Play(query)).text(what)
        };
        el("li")
            .key(fault.title)
            .put(el("p").put(el("strong").text(lines)).put(el("strong").text(fault.title)).text("."))
            .put(el("p").text(fault.because))
            .put(el("div.ways").put(button("Play it", fault.play)).put(button("Play it mended", fault.mended.0)))
            .html()
    }
}
