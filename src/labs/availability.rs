//! Availability: a system of parts, how often it is down by what they say, and how often it is in years that pass in seconds.

mod about;
mod charts;
mod clock;
mod edit;
mod held;
mod incidents;
mod knobs;
mod measure;
mod numbers;
mod picture;
mod place;
mod plant;
mod presets;
mod setup;

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::Seed;

use crate::lab::record::Health;
use crate::lab::{self, About, Chart, Config, Follow, Record, Scene, Table, Tone, View};
use crate::system::words;
use clock::{Clock, Date};
use measure::{Measure, Strips};
use plant::{Change, Plant};
use setup::Setup;

/// From one look at how things stand to the next.
const TICK: Duration = Duration::from_millis(50);
/// Failures of parts that are told one by one.
const TOLD: u32 = 30;

/// A system, and the years that it lives.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    setup: Rc<Setup>,
    seed: Seed,
    plant: Plant,
    clock: Clock,
    /// The next look, and whether the whole was down at some time since the last one.
    look: Instant,
    was_down: bool,
    measure: Measure,
    strips: Strips,
    /// Failures of parts told so far.
    told: u32,
    record: Record,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;
    const FOLLOW: Option<Follow> = Some(held::follow);

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::of(config);
        let plant = Plant::new(&setup.system, &setup.given, seed, 0);
        let clock = Clock::new(setup.pace());
        let mut lab = Self {
            now: Instant::ZERO,
            seed,
            clock,
            look: Instant::ZERO + TICK,
            was_down: false,
            measure: Measure::new(Instant::ZERO, 0),
            strips: Strips::new(&setup, &plant, Instant::ZERO, 0),
            told: 0,
            record: Record::new(),
            setup,
            plant,
        };
        lab.record.health(Instant::ZERO, lab.health());
        lab
    }

    fn advance(&mut self, to: Instant) {
        loop {
            let due = self.plant.next().map(|date| self.clock.instant(date).max(self.now));
            match due {
                Some(due) if due <= to && due <= self.look => {
                    self.now = due;
                    if let Some((date, change)) = self.plant.step() {
                        self.changed(date, change);
                    }
                }
                _ if self.look <= to => {
                    self.now = self.look;
                    self.look = self.look.saturating_add(TICK);
                    self.tick();
                }
                _ => break,
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.plant.soonest().map(|date| self.clock.instant(date).max(self.now))
    }

    fn act(&mut self, action: &str, args: &[i64]) {
        let part = args.first().and_then(|part| usize::try_from(*part).ok());
        match (action, part) {
            ("break", Some(part)) => self.hold(part, true),
            ("repair", Some(part)) => self.hold(part, false),
            ("break_weakest", _) => {
                // The next one that is still up, the costliest first.
                let up = |part: &usize| self.plant.parts.get(*part).is_some_and(|part| !part.held);
                if let Some(part) = self.setup.costliest().iter().copied().find(up) {
                    self.hold(part, true);
                }
            }
            ("repair_all", _) => {
                for part in 0..self.plant.parts.len() {
                    self.hold(part, false);
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        let date = self.clock.date(self.now);
        let before = std::mem::replace(&mut self.setup, Setup::of(config));
        let same = before.system.is == self.setup.system.is && before.given == self.setup.given;
        if !same {
            let plant = Plant::new(&self.setup.system, &self.setup.given, self.seed, date);
            let before = std::mem::replace(&mut self.plant, plant);
            self.strips = Strips::new(&self.setup, &self.plant, self.now, date);
            self.hold_on(&before, date);
        }
        self.clock.turn(self.now, self.setup.pace());
        self.measure = Measure::new(self.now, self.plant.downtime(date));
        self.record.health(self.now, self.health());
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view),
            readouts: numbers::readouts(self),
            buttons: about::buttons(self),
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        charts::charts(self)
    }

    fn tables(&self) -> Vec<Table> {
        vec![numbers::contributions(&self.setup), incidents::table(&self.setup)]
    }
}

impl Lab {
    fn date(&self) -> Date {
        self.clock.date(self.now)
    }

    /// How the whole stands, or stood since the last look.
    fn health(&self) -> Health {
        match (self.plant.up(), self.was_down) {
            (false, _) => Health::Bad,
            (true, true) => Health::Half,
            (true, false) => Health::Ok,
        }
    }

    fn tick(&mut self) {
        self.record.health(self.now, self.health());
        self.was_down = false;
        let date = self.date();
        self.strips.look(&self.plant, date);
        self.measure.look(self.now, self.plant.downtime(date), clock::seconds(date), self.plant.is_held());
    }

    /// In another system what the reader held down is held on, as far as it is there.
    fn hold_on(&mut self, before: &Plant, date: Date) {
        let (mut on, mut gone) = (Vec::new(), Vec::new());
        for held in before.parts.iter().filter(|part| part.held) {
            let Some(part) = self.plant.parts.iter().position(|part| part.key == held.key) else {
                gone.push(held.label.as_str());
                continue;
            };
            if self.plant.hold(part, true, date).is_some() {
                self.record.event(self.now, 3, &[part as u64, 1]);
                on.extend(self.plant.parts.get(part).map(|part| part.label.clone()));
            }
        }
        let are = |many: usize| if many == 1 { "is" } else { "are" };
        let mut said = match on.len() {
            0 => "All parts are up".to_owned(),
            _ => format!("You still hold {} down, all else is up", listed(&on)),
        };
        said += ", and what is measured begins anew.";
        if !gone.is_empty() {
            said += &format!(" {} {} gone, and held no more.", listed(&gone), are(gone.len()));
        }
        self.record.log(self.now, Tone::Plain, "", said);
    }

    /// The reader takes a part down and holds it there, or repairs it.
    fn hold(&mut self, part: usize, down: bool) {
        let date = self.date();
        if part >= self.plant.parts.len() {
            if down {
                let said = "What you took down here is not in this system: nothing is held for it.";
                self.record.log(self.now, Tone::Plain, "", said);
            }
            return;
        }
        let Some(change) = self.plant.hold(part, down, date) else { return };
        self.record.event(self.now, 3, &[part as u64, u64::from(down)]);
        let Some(label) = self.plant.parts.get(part).map(|part| part.label.clone()) else { return };
        let said = if self.plant.up() { "up" } else { "down" };
        if down {
            let held: Vec<usize> = (0..self.plant.parts.len()).filter(|part| self.is_held(*part)).collect();
            let mut text = format!("You took {label} down and hold it there. The whole is {said}");
            if !held.is_empty() {
                let with = self.setup.down_with(&held);
                let percent = words::percent(with);
                text += &format!(
                    "; as long as this lasts it is {percent} available instead of {}",
                    words::percent(self.setup.down)
                );
            }
            self.record.log(self.now, Tone::Bad, format!("✕ {label}."), text + ".");
        } else {
            let text = format!("You repaired {label}. The whole is {said}.");
            self.record.log(self.now, Tone::Ok, format!("● {label}."), text);
        }
        if change.turned.is_some() {
            self.was_down = true;
            self.record.health(self.now, self.health());
        }
    }

    fn is_held(&self, part: usize) -> bool {
        self.plant.parts.get(part).is_some_and(|part| part.held)
    }

    /// Something failed, was repaired, or took over.
    fn changed(&mut self, date: Date, change: Change) {
        let part = change.part.and_then(|part| self.plant.parts.get(part));
        let up = part.is_none_or(|part| part.up);
        let label = part.map_or("the standby", |part| part.label.as_str()).to_owned();
        let number = change.part.map_or(u64::MAX, |part| part as u64);
        self.record.event(self.now, if up { 2 } else { 1 }, &[number, u64::try_from(date).unwrap_or(u64::MAX)]);
        let when = clock::told(date);
        let did = match (change.part, up) {
            (None, _) => "took over".to_owned(),
            (_, true) => "was repaired".to_owned(),
            (_, false) => "failed".to_owned(),
        };
        match change.turned {
            Some(since) if self.plant.up() => {
                let lasted = words::seconds(clock::seconds(date.saturating_sub(since)));
                let said = format!("{}: {label} {did}; the whole was down for {lasted}.", when);
                self.record.log(self.now, Tone::Ok, "● up.", said);
            }
            Some(_) => {
                self.was_down = true;
                let also = self.also_down(change.part);
                let said = format!("{}: {label} {did}{also}.", when);
                self.record.log(self.now, Tone::Bad, "✕ down.", said);
            }
            None if !up && self.told < TOLD => {
                self.told += 1;
                let last = if self.told == TOLD {
                    " Further failures of parts that leave the whole as it is are not listed."
                } else {
                    ""
                };
                let stands = if self.plant.up() { "the whole stays up" } else { "the whole is down already" };
                let said = format!("{}: {label} failed; {stands}.{last}", when);
                self.record.log(self.now, Tone::Plain, "", said);
            }
            None => {}
        }
    }

    /// “ while a and b were down”.
    fn also_down(&self, but: Option<usize>) -> String {
        let down = |(index, part): &(usize, &plant::Part)| !part.up && Some(*index) != but;
        let all: Vec<&str> =
            self.plant.parts.iter().enumerate().filter(down).map(|(_, part)| part.label.as_str()).collect();
        match &all[..] {
            [] => String::new(),
            [one] => format!(" while {one} was down"),
            [one, two] => format!(" while {one} and {two} were down"),
            [one, two, rest @ ..] => format!(" while {one}, {two} and {} more were down", rest.len()),
        }
    }
}

/// “a, b and c”; of many the first.
fn listed(names: &[impl AsRef<str>]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [one, two] => format!("{} and {}", one.as_ref(), two.as_ref()),
        [one, two, three] => format!("{}, {} and {}", one.as_ref(), two.as_ref(), three.as_ref()),
        [one, two, rest @ ..] => format!("{}, {} and {} more", one.as_ref(), two.as_ref(), rest.len()),
    }
}
