//! The settings, made from the knob table: presets, then groups that unfold.

use std::rc::Rc;

use yew::prelude::*;

use super::el::{el, many, maybe};
use super::knob_field::field;
use super::part::{Change, Part, keyed};
use super::player::Intent;
use crate::lab::{AS_TEXT, Config, Entrance, Kind, Knob, Value};

/// The group whose first number stands beside the actions as well.
const INLINE: &str = crate::lab::BESIDE_PRESETS[0];
/// The group that stands with the figures it is for.
pub(crate) const OUTLOOK: &str = crate::lab::BESIDE_PRESETS[1];

/// The panel.
#[derive(PartialEq)]
pub(crate) struct Knobs {
    /// The lab.
    pub(crate) lab: &'static Entrance,
    /// The knobs now.
    pub(crate) config: Rc<Config>,
    /// Knobs that cannot be turned.
    pub(crate) lock: Vec<String>,
    /// Whether knobs are turned for the whole run.
    pub(crate) from_start: bool,
    /// Whether the first group is open: not before the reader has begun.
    pub(crate) begun: bool,
    /// Whether two lanes are compared.
    pub(crate) comparing: bool,
    /// Where turns go.
    pub(crate) send: Callback<Intent>,
}

impl Part for Knobs {
    type Memory = ();

    fn show(&self, _memory: &(), _change: &Change) -> Html {
        let lab = self.lab;
        let knobs = lab.about.knobs;
        let mut groups: Vec<&'static str> = Vec::new();
        for knob in knobs {
            if ![OUTLOOK, AS_TEXT].contains(&knob.group) && !groups.contains(&knob.group) {
                groups.push(knob.group);
            }
        }
        let first = groups.iter().copied().find(|group| *group != INLINE).or(groups.first().copied());
        let presets = lab.about.presets;
        let several = presets.len() > 1;
        let from_start = el("input[type=checkbox]").checked(self.from_start).tell(
            "change",
            &self.send,
            Intent::FromStart(!self.from_start),
        );
        let check =
            "label.check[title=Plays the whole run again with the new setting. Otherwise it holds from now on.]";
        let head = el("div.knobs-head")
            .put(el("h2").text(if several { "Presets (each plays the whole run again)" } else { "Settings" }))
            .put(el(check).put(from_start).text("apply knobs from the start"))
            .put(maybe((!self.comparing && self.lock.is_empty()).then(|| {
                el("button.compare[type=button][title=A second lane with the same seed, arrivals and clicks, and other settings]")
                    .press(&self.send, Intent::Compare)
                    .text("Compare A and B")
            })));
        let preset = lab.preset_of(&self.config);
        let chips = several.then(|| {
            let mut chips = el("div.presets[role=group][aria-label=Presets]");
            for here in presets {
                let mut chip = el("button.chip[type=button]");
                if !self.lock.is_empty() {
                    chip = chip.word("title", "The link locks a setting, and a preset would turn it.");
                }
                let chip = chip
                    .key(here.id)
                    .flag("disabled", !self.lock.is_empty())
                    .either("aria-pressed", preset.is_some_and(|preset| preset.id == here.id))
                    .press(&self.send, Intent::Preset(here.id));
                chips = chips.put(chip.text(here.label));
            }
            chips
        });
        let note =
            preset.filter(|preset| several && !(preset.note.is_empty() && preset.source.is_empty())).map(|preset| {
                let source =
                    (!preset.source.is_empty()).then(|| el("span.source").text(format!(" Source: {}", preset.source)));
                el("p.note").text(preset.note).put(maybe(source))
            });
        let groups = groups.into_iter().map(|group| {
            let open = self.begun && Some(group) == first;
            let (config, lock, send) = (self.config.clone(), self.lock.clone(), self.send.clone());
            keyed(group, Group { name: group, config, lock, open, send })
        });
        let groups = many(groups.collect());
        el("section.card.knobs[aria-label=Settings][data-part=knobs]")
            .put(head)
            .put(maybe(chips))
            .put(maybe(note))
            .put(groups)
            .html()
    }
}

/// A group that unfolds. What is folded is not made: a lab may have dozens of knobs.
#[derive(PartialEq)]
struct Group {
    name: &'static str,
    config: Rc<Config>,
    lock: Vec<String>,
    open: bool,
    send: Callback<Intent>,
}

impl Part for Group {
    type Memory = Option<bool>;

    fn show(&self, chosen: &Option<bool>, change: &Change) -> Html {
        // The reader's own choice stands; until they make one, the lab's.
        let open = chosen.unwrap_or(self.open);
        let change = change.clone();
        let mut rows = Vec::new();
        let mut changed = 0;
        for (knob, value) in self.config.iter().filter(|(knob, _)| knob.group == self.name) {
            changed += usize::from(knob.default_value() != *value);
            if open {
                rows.push(field(knob, value, &self.config, &self.lock, &self.send));
            }
        }
        let more = if changed > 0 {
            el("small").put(el("b.dot[aria-hidden=true]")).text(format!("{changed} changed"))
        } else if open {
            el("small")
        } else {
            el("small").text(gist(&self.config, self.name))
        };
        let summary = el("summary").on("click", move |event: MouseEvent| {
            event.prevent_default();
            change.to(Some(!open));
        });
        el("details").flag("open", open).put(summary.text(self.name).put(more)).put(many(rows)).html()
    }
}

/// The first knobs of a folded group with their values.
fn gist(config: &Config, group: &str) -> String {
    let told =
        |knob: &Knob| knob.group == group && !matches!(knob.kind, Kind::Document { .. }) && (knob.matters)(config);
    let mut gist = String::new();
    for (knob, value) in config.iter().filter(|(knob, _)| told(knob)).take(2) {
        if !gist.is_empty() {
            gist.push_str(" · ");
        }
        // Only the first letter of its first word: units and names keep theirs.
        let (first, rest) = knob.label.split_at_checked(1).unwrap_or((knob.label, ""));
        let is_word = rest.starts_with(|next: char| next.is_ascii_lowercase());
        gist.push_str(&if is_word { first.to_ascii_lowercase() } else { first.to_owned() });
        gist.push_str(rest);
        gist.push(' ');
        gist.push_str(&knob.show(value));
    }
    gist
}

/// The knob that stands beside the actions, with its value: the first number of the group "Traffic", while it matters.
pub(crate) fn beside(config: &Config) -> Option<(&'static Knob, i64)> {
    let (knob, number) = config.iter().find_map(|(knob, value)| match value {
        Value::Number(number) if knob.group == INLINE => Some((knob, *number)),
        _ => None,
    })?;
    (knob.matters)(config).then_some((knob, number))
}
