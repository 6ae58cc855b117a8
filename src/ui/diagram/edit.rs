//! Editing a picture by hand: the fields and buttons of a mark, beside it or in the picture as text. It arrives with the
//! panels.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::super::dom;
use super::super::el::{El, el, many, maybe};
use super::super::icons::{Icon, draw as icon};
use super::super::num;
use super::super::part::{Change, Part, keyed, part};
use super::super::player::Intent;
use super::super::share::Run;
use super::menu::{Menu, active, opener};
use super::offer::Offer;
use super::{Hand, draw, plot, table};
use crate::lab::scene::{Act, Mark};
use crate::lab::{Lane, Lanes};

/// From a mark to its editor, in CSS pixels.
const GAP: f64 = 8.0;

/// What edits the picture of a lane.
#[derive(Clone, PartialEq)]
pub(crate) struct Editing {
    /// The run.
    pub(crate) session: Run,
    /// The lane whose picture it is.
    pub(crate) lane: Lane,
    /// Where edits go.
    pub(crate) send: Callback<Intent>,
}

impl Editing {
    fn is_edit(&self, act: &Act) -> bool {
        self.session.0.borrow().lab().edit(act.action).is_some()
    }

    /// Whether an act would turn one of these knobs, as far as that can be told before it is done.
    pub(crate) fn turns(&self, act: &Act, lock: &[String]) -> bool {
        let session = self.session.0.borrow();
        let Some(edit) = session.lab().edit(act.action) else { return false };
        let typed = act.typed.as_deref().unwrap_or_default();
        match (edit.make)(session.config_now_of(self.lane), &act.args, typed) {
            Ok((knob, _)) => lock.iter().any(|id| id == knob),
            Err(_) => !session.lab().is_editable(lock),
        }
    }

    /// Makes an edit with what was typed; or says what is wrong.
    fn edit(&self, act: &Act, typed: &str) -> Result<(), String> {
        let session = self.session.0.borrow();
        let edit = session.lab().edit(act.action).ok_or("This cannot be done here.")?;
        // Of the knobs that the picture is drawn from: whatever is seen is what is changed.
        let config = session.config_now_of(self.lane);
        let (knob, value) = (edit.make)(config, &act.args, typed)?;
        // The same once more would be undone by an undo that nobody sees.
        if config.value(knob) != Some(&value) {
            let lanes = if session.is_comparing() { Lanes::Only(self.lane) } else { Lanes::Both };
            drop(session);
            self.send.emit(Intent::Edit(lanes, knob, value));
        }
        Ok(())
    }
}

impl Hand for Editing {
    fn at_once(&self, on_act: &Callback<Act>) -> Callback<Act> {
        let (by, on_act) = (self.clone(), on_act.clone());
        Callback::from(move |act: Act| {
            if by.is_edit(&act) {
                // The registry walk proves that an edit offered alone can be made.
                let _ = by.edit(&act, "");
            } else {
                on_act.emit(act);
            }
        })
    }

    fn draw(&self, mark: &Mark, wide: bool) -> Html {
        plot::draw(mark, wide)
    }

    fn menu(&self, mark: &Mark, place: &NodeRef, on_act: &Callback<Act>, on_close: Callback<()>) -> Html {
        if !mark.acts.iter().any(|act| self.is_edit(act)) {
            return Menu::beside(mark, place, on_act, on_close);
        }
        let beside = Some(Beside { place: place.clone(), on_close });
        keyed(&mark.id, Editor { mark: mark.clone(), by: self.clone(), on_act: on_act.clone(), beside })
    }

    fn acts(&self, mark: &Mark, on_act: &Callback<Act>) -> Html {
        let (edits, plain): (Vec<Act>, Vec<Act>) = mark.acts.iter().cloned().partition(|act| self.is_edit(act));
        let (edits, by, on_act) = (Mark { acts: edits, ..mark.clone() }, self.clone(), on_act.clone());
        let folded = (!edits.acts.is_empty()).then(|| part(Folded { mark: edits, by, on_act: on_act.clone() }));
        many(vec![table::buttons(&plain, &on_act), maybe(folded)])
    }
}

/// Where an editor stands that is not in the picture as text.
#[derive(Clone, PartialEq)]
struct Beside {
    /// The box that holds the picture.
    place: NodeRef,
    /// It is to go.
    on_close: Callback<()>,
}

/// What can be done to a mark by hand.
#[derive(PartialEq)]
struct Editor {
    mark: Mark,
    by: Editing,
    on_act: Callback<Act>,
    beside: Option<Beside>,
}

/// What is being written in an editor.
#[derive(Default)]
pub(crate) struct Writing {
    node: NodeRef,
    drafts: Vec<Draft>,
    /// What is wrong with an edit without a field.
    wrong: String,
    /// Whether what was typed last is wrong: then it does not go away by itself.
    stuck: Rc<Cell<bool>>,
    /// Whether the reader is leaving: what is typed is not meant.
    leaving: Rc<Cell<bool>>,
    gone: RefCell<Option<Gone>>,
}

/// What is typed in the field of an act, and what is wrong with it, if that has been tried.
#[derive(Clone)]
struct Draft {
    of: Act,
    text: String,
    wrong: String,
}

/// Closes when the mark has gone from the picture, or it would be open when the mark is there again.
struct Gone(Callback<()>, Rc<Cell<bool>>);

impl Drop for Gone {
    fn drop(&mut self) {
        // One that is stuck gives way only to that of another mark, which is to stay.
        if !self.1.get() {
            self.0.emit(());
        }
    }
}

/// Puts a draft in the place of another of the same field; none where it is done.
fn note(drafts: &mut Vec<Draft>, draft: Draft, done: bool) {
    drafts.retain(|held| held.of != draft.of);
    if !done {
        drafts.push(draft);
    }
}

impl Part for Editor {
    type Memory = Writing;

    fn show(&self, writing: &Writing, change: &Change) -> Html {
        let offer = Offer::new(&self.mark.acts, |act| self.by.is_edit(act));
        let name = draw::name(&self.mark);
        let is_menu = offer.fields.is_empty() && self.beside.is_some();
        let fields = offer.fields.iter().enumerate();
        let fields = fields.map(|(number, (act, chips))| self.field(number, act, chips, writing, change)).collect();
        let group = |acts: &[Act], words: &'static str| {
            (!acts.is_empty()).then(|| {
                let mut group = el("div.dg-group[role=group]").word("aria-label", words);
                if !is_menu {
                    group = group.put(el("small[aria-hidden=true]").text(words));
                }
                for act in acts {
                    group = group.put(self.button(act, is_menu, writing, change));
                }
                group
            })
        };
        let (deeds, edits) = (group(&offer.deeds, "In this run"), group(&offer.edits, "Rebuild"));
        let wrong = el("p.said.error[role=status]").text(writing.wrong.clone());
        let mut whole = el("div.dg-editor").node(&writing.node);
        let Some(beside) = &self.beside else {
            return whole.put(many(fields)).put(maybe(deeds)).put(maybe(edits)).put(wrong).html();
        };
        whole =
            whole.class("dg-menu").on("keydown", self.keys(beside, writing)).on("focusout", self.left(beside, writing));
        if is_menu {
            let menu = el("div[role=menu]").set("aria-label", format!("{name}: actions"));
            return whole.put(menu.put(maybe(deeds)).put(maybe(edits))).put(wrong).html();
        }
        let close = {
            let (beside, leaving) = (beside.clone(), writing.leaving.clone());
            move |_: Event| leave(&beside, &leaving)
        };
        let head = el("div.dg-editor-head")
            .put(el("p").put(el("strong").text(self.mark.label.clone())).text(" ").text(self.mark.note.clone()))
            .put(el("button.ghost[type=button][aria-label=Close]").on("click", close).put(icon(Icon::Close)));
        whole
            .word("role", "dialog")
            .word("tabindex", "-1")
            .set("aria-label", name)
            .put(head)
            .put(el("div.dg-fields").put(many(fields)))
            .put(maybe(deeds))
            .put(maybe(edits))
            .put(wrong)
            .html()
    }

    fn shown(&self, writing: &Writing, change: &Change, first: bool) {
        // A field that is another one by now, or holds something else, has no use for what was typed into it.
        if writing.drafts.iter().any(|draft| !self.mark.acts.contains(&draft.of)) {
            let acts = self.mark.acts.clone();
            change.make(move |writing: &mut Writing| writing.drafts.retain(|draft| acts.contains(&draft.of)));
        }
        let (Some(beside), true) = (&self.beside, first) else { return };
        *writing.gone.borrow_mut() = Some(Gone(beside.on_close.clone(), writing.stuck.clone()));
        if let (Some(own), Some(place)) = (writing.node.cast::<HtmlElement>(), beside.place.cast::<Element>()) {
            stand(&own, &place);
            begin(&own);
        }
    }
}

impl Editor {
    /// Tries to make an edit; whether it was made.
    fn make(&self, act: &Act, writing: &Writing) -> impl Fn(Option<String>, &Change) -> bool + use<> {
        let (by, act, stuck) = (self.by.clone(), act.clone(), writing.stuck.clone());
        move |typed, change| {
            let wrong = by.edit(&act, typed.as_deref().unwrap_or_default()).err();
            let made = wrong.is_none();
            stuck.set(!made && typed.is_some());
            let (of, wrong) = (act.clone(), wrong.unwrap_or_default());
            change.make(move |writing: &mut Writing| match typed {
                None => writing.wrong = wrong,
                Some(text) => note(&mut writing.drafts, Draft { of, text, wrong }, made),
            });
            made
        }
    }

    fn button(&self, act: &Act, is_menu: bool, writing: &Writing, change: &Change) -> El {
        let (on_act, is_edit, act, beside) =
            (self.on_act.clone(), self.by.is_edit(act), act.clone(), self.beside.clone());
        let (make, change, leaving) = (self.make(&act, writing), change.clone(), writing.leaving.clone());
        let button = el("button[type=button]").text(act.label.clone());
        let button = if is_menu { button.word("role", "menuitem").word("tabindex", "-1") } else { button };
        button.on("click", move |_: Event| {
            if !is_edit {
                on_act.emit(act.clone());
            } else if !make(None, &change) {
                return;
            }
            // What it was done to may be another part by now.
            if let Some(beside) = &beside {
                leave(beside, &leaving);
            }
        })
    }

    fn field(&self, number: usize, act: &Act, chips: &[Act], writing: &Writing, change: &Change) -> Html {
        let id = format!(
            "ask-{}{}-{}-{number}",
            self.by.lane.name(),
            if self.beside.is_some() { "" } else { "-text" },
            self.mark.id
        );
        let draft = writing.drafts.iter().find(|draft| draft.of == *act);
        let now = act.typed.clone().unwrap_or_default();
        let shown = draft.map_or_else(|| now.clone(), |draft| draft.text.clone());
        let wrong = draft.map_or_else(String::new, |draft| draft.wrong.clone());
        let (typing, of, label) = (change.clone(), act.clone(), act.label.clone());
        let (make, change_now, leaving, stuck) =
            (self.make(act, writing), change.clone(), writing.leaving.clone(), writing.stuck.clone());
        let act = act.clone();
        let mut field = el("input.field[type=text][autocomplete=off][autocapitalize=off][spellcheck=false]")
            .set("id", id.clone())
            .set("aria-describedby", format!("{id}-said"))
            .value(shown)
            .on("input", move |event: Event| {
                let Some(text) = dom::typed(&event) else { return };
                let draft = Draft { of: of.clone(), text, wrong: String::new() };
                typing.make(move |writing: &mut Writing| note(&mut writing.drafts, draft, false));
            })
            .on("change", move |event: Event| {
                let Some(text) = dom::typed(&event).filter(|_| !leaving.get()) else { return };
                if text.trim() == now {
                    stuck.set(false);
                    let draft = Draft { of: act.clone(), text, wrong: String::new() };
                    change_now.make(move |writing: &mut Writing| note(&mut writing.drafts, draft, true));
                } else {
                    make(Some(text), &change_now);
                }
            });
        if !wrong.is_empty() {
            field = field.word("aria-invalid", "true");
        }
        let said = el("span.said.error[role=status]").set("id", format!("{id}-said")).text(wrong);
        let chips = (!chips.is_empty()).then(|| {
            let mut row = el("div.dg-chips[role=group]").set("aria-label", format!("{label}: in other words"));
            for chip in chips {
                let (make, change) = (self.make(chip, writing), change.clone());
                let button = el("button.chip[type=button]").text(chip.label.clone());
                let say = move |_: Event| {
                    make(None, &change);
                };
                row = row.put(button.on("click", say));
            }
            row
        });
        el("div.dg-ask")
            .key(&id)
            .put(el("label").set("for", id.clone()).text(label))
            .put(field)
            .put(said)
            .put(maybe(chips))
            .html()
    }

    fn keys(&self, beside: &Beside, writing: &Writing) -> impl Fn(KeyboardEvent) + use<> {
        let (beside, node, leaving) = (beside.clone(), writing.node.clone(), writing.leaving.clone());
        move |event: KeyboardEvent| {
            let step: fn(usize, usize) -> usize = match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    return leave(&beside, &leaving);
                }
                "Enter" | " " => return event.stop_propagation(),
                // In a field these move among its letters.
                _ if dom::is_typing(&event) => return,
                "ArrowDown" | "ArrowRight" => |at, of| (at + 1) % of,
                "ArrowUp" | "ArrowLeft" => |at, of| (at + of - 1) % of,
                "Home" => |_, _| 0,
                "End" => |_, of| of - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let Some(own) = node.cast::<HtmlElement>() else { return };
            let buttons = buttons(&own);
            let at = active(&own).and_then(|active| buttons.iter().position(|button| **button == active));
            if let (Some(at), of @ 1..) = (at, buttons.len())
                && let Some(next) = buttons.get(step(at, of))
            {
                // What is shown can be focused.
                let _ = next.focus();
            }
        }
    }

    /// The focus has left for somewhere else: so does the editor, unless something wrong is still in it.
    fn left(&self, beside: &Beside, writing: &Writing) -> impl Fn(FocusEvent) + use<> {
        let (beside, node, stuck) = (beside.clone(), writing.node.clone(), writing.stuck.clone());
        move |event: FocusEvent| {
            let Some(own) = node.cast::<HtmlElement>() else { return };
            let next = event.related_target().and_then(|next| next.dyn_into::<Element>().ok());
            // The mark itself closes it by being pressed again. Nothing is next where the whole window lost the focus.
            let next = next.or_else(|| active(&own));
            let holds = |of: &Element| of.contains(next.as_ref().map(AsRef::as_ref));
            if !stuck.get() && !holds(&own) && !opener(&beside.place).is_some_and(|mark| holds(&mark)) {
                beside.on_close.emit(());
            }
        }
    }
}

/// Closes, and gives the focus back to the mark.
fn leave(beside: &Beside, leaving: &Cell<bool>) {
    leaving.set(true);
    if let Some(mark) = opener(&beside.place) {
        // A mark that cannot be focused any more has gone from the picture: nothing is lost.
        let _ = mark.focus();
    }
    beside.on_close.emit(());
}

/// Puts the editor beside its mark, which stays in view; below it where there is no room, and then it may stand out.
fn stand(own: &HtmlElement, place: &Element) {
    let Some(mark) = place.query_selector(".dg-open .dg-focus").ok().flatten() else { return };
    let (mark, place, size) =
        (mark.get_bounding_client_rect(), place.get_bounding_client_rect(), own.get_bounding_client_rect());
    let (left, right) = (mark.left() - place.left(), mark.right() - place.left());
    let (top, bottom) = (mark.top() - place.top(), mark.bottom() - place.top());
    let (w, h) = (size.width(), size.height());
    let low = (place.height() - h).max(0.0);
    let level = ((top + bottom - h) / 2.0).clamp(0.0, low);
    let (x, y) = if right + GAP + w <= place.width() {
        (right + GAP, level)
    } else if left - GAP >= w {
        (left - GAP - w, level)
    } else {
        (((left + right - w) / 2.0).min(place.width() - w).max(0.0), bottom + GAP)
    };
    for (side, value) in [("left", x), ("top", y)] {
        // Setting through the object model is allowed under the strict policy, and does not fail for these two.
        let _ = own.style().set_property(side, &num::with(value, 2, "px"));
    }
}

/// The buttons in it, in their order.
fn buttons(own: &Element) -> Vec<HtmlElement> {
    let all = own.children();
    let inside = (0..all.length()).filter_map(|number| all.item(number));
    inside
        .flat_map(|child| match child.dyn_into::<web_sys::HtmlButtonElement>() {
            Ok(button) => vec![button.into()],
            Err(other) => buttons(&other),
        })
        .collect()
}

/// Where the focus goes first: into the first field, ready to be typed over; on a touch screen not, or a keyboard would
/// cover what is there.
fn begin(own: &HtmlElement) {
    let coarse = dom::window().and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
    let touch = coarse.is_some_and(|coarse| coarse.matches());
    let field = own.query_selector("input").ok().flatten();
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    // All of these can be focused.
    let _ = match field {
        Some(_) if touch => own.focus(),
        Some(field) => field.focus().map(|()| field.select()),
        None => buttons(own).first().map_or(Ok(()), |first| first.focus()),
    };
}

/// The edits of a mark in the picture as text: made only when they are asked for.
#[derive(PartialEq)]
struct Folded {
    mark: Mark,
    by: Editing,
    on_act: Callback<Act>,
}

impl Part for Folded {
    type Memory = bool;

    fn show(&self, open: &bool, change: &Change) -> Html {
        let (open, change) = (*open, change.clone());
        let word = if open { "Done" } else { "Edit" };
        let fold = el("button[type=button]")
            .either("aria-expanded", open)
            .set("aria-label", format!("{word}: {}", draw::name(&self.mark)))
            .on("click", move |_: Event| change.to(!open))
            .text(word);
        let (mark, by, on_act) = (self.mark.clone(), self.by.clone(), self.on_act.clone());
        many(vec![fold.html(), maybe(open.then(|| part(Editor { mark, by, on_act, beside: None })))])
    }
}
