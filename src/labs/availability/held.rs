//! What the reader holds down is a component, not a place in the text: when the text becomes another, it is found again by its
//! name and by how many of that name come before it.

use std::rc::Rc;

use super::setup::Setup;
use crate::lab::{Config, Input, Lane, Timed};

/// Which component: its name, how many of that name stand before it, and whether it is what a group has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) nth: usize,
    pub(super) is_cause: bool,
}

/// In place of a component that is not there any more: no system has so many.
pub(super) const GONE: i64 = super::about::PARTS.1;

/// Tells what the reader did of other knobs ([`crate::lab::Lab::FOLLOW`]): what was held is named where it stands now. What was
/// the weakest then is held, not what is the weakest now.
pub(super) fn follow(old: &Config, before: &[Timed], new: &Config, after: &mut [Timed]) {
    if old == new && before == after {
        return;
    }
    let (then, now) = (systems(old, before), systems(new, after));
    // What is held by then.
    let mut held: Vec<Key> = Vec::new();
    let deeds = after.iter_mut().filter_map(|timed| match &mut timed.input {
        Input::Do { action, args } => Some((action, args)),
        Input::Set { .. } => None,
    });
    for ((action, args), (then, now)) in deeds.zip(then.iter().zip(&now)) {
        let said = || args.first().and_then(|part| usize::try_from(*part).ok());
        let part = match *action {
            "break" | "repair" => said(),
            "break_weakest" => {
                let is_held = |part: &usize| then.keys.get(*part).is_some_and(|key| held.contains(key));
                then.costliest().iter().copied().find(|part| !is_held(part))
            }
            "repair_all" => {
                held.clear();
                continue;
            }
            _ => continue,
        };
        // There was nothing left to take down.
        if part.is_none() {
            continue;
        }
        let key = part.and_then(|part| then.keys.get(part));
        if let Some(key) = key {
            held.retain(|held| held != key);
            if *action != "repair" {
                held.push(key.clone());
            }
        }
        let place = key.and_then(|key| now.keys.iter().position(|other| other == key));
        if *action == "break_weakest" {
            *action = "break";
        }
        *args = vec![place.map_or(GONE, |place| place as i64)];
    }
}

/// The systems to which the reader did something, of the first lane.
fn systems(config: &Config, inputs: &[Timed]) -> Vec<Rc<Setup>> {
    let mut config = config.clone();
    let mut setup = Setup::of(&config);
    let mut all = Vec::new();
    for timed in inputs {
        match &timed.input {
            Input::Do { .. } => all.push(setup.clone()),
            Input::Set { lanes, knob, value } if lanes.has(Lane::A) => {
                config.set(knob, value.clone());
                setup = Setup::of(&config);
            }
            Input::Set { .. } => {}
        }
    }
    all
}
