//! The calculators beside the availability lab: questions with one answer, at addresses of their own. Page, links and command
//! line are made from the same table.
//!
//! Nothing runs here and no time passes: an answer is a function of the knobs, worked out by `halfopen_core::availability`.

mod chain;
mod downtime;
mod length;
mod nines;
mod replicas;
mod sla;
mod told;

use crate::lab::{Chart, Config, Fact, Knob, Table, text};

/// What stands before the names of all calculators in addresses; alone it is the lab's.
pub const LAB: &str = "availability";

/// A question with knobs and one answer.
pub struct Calculator {
    /// Its address, below the lab's.
    pub slug: &'static str,
    /// Its name in headings and lists.
    pub title: &'static str,
    /// What it answers, in a sentence.
    pub summary: &'static str,
    /// What can be set.
    pub knobs: &'static [Knob],
    /// Works it out. There is an answer to every setting.
    pub answer: fn(&Config) -> Answer,
}

/// What a calculator says.
pub struct Answer {
    /// All of it in a sentence.
    pub headline: String,
    /// The numbers, each with its formula.
    pub facts: Vec<Fact>,
    /// What is read row by row; the row of these settings is the current one.
    pub table: Option<Table>,
    /// Pictures of it; may be none.
    pub charts: Vec<Chart>,
}

/// All of them, in order.
pub static CALCULATORS: &[Calculator] =
    &[nines::CALCULATOR, downtime::CALCULATOR, replicas::CALCULATOR, chain::CALCULATOR, sla::CALCULATOR];

/// Their addresses and names, for pages that have nothing else of them.
pub const LISTED: [(&str, &str); 5] = [
    (nines::CALCULATOR.slug, nines::CALCULATOR.title),
    (downtime::CALCULATOR.slug, downtime::CALCULATOR.title),
    (replicas::CALCULATOR.slug, replicas::CALCULATOR.title),
    (chain::CALCULATOR.slug, chain::CALCULATOR.title),
    (sla::CALCULATOR.slug, sla::CALCULATOR.title),
];

impl Calculator {
    /// The last part of its address, which is its name on the command line.
    pub fn name(&self) -> &'static str {
        self.slug.rsplit('/').next().unwrap_or(self.slug)
    }

    /// All knobs at their defaults.
    pub fn defaults(&self) -> Config {
        Config::new(self.knobs)
    }
}

/// There is one of each name.
impl PartialEq for Calculator {
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}

impl core::fmt::Debug for Calculator {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Calculator({})", self.slug)
    }
}

/// The calculator of this name or address.
pub fn find(written: &str) -> Option<&'static Calculator> {
    CALCULATORS.iter().find(|one| one.slug == written || one.name() == written)
}

/// The one whose name takes the fewest edits to reach from what was written, if they are few.
pub fn nearest(written: &str) -> Option<&'static Calculator> {
    let last = written.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    let last: String = last.chars().take(64).map(|letter| letter.to_ascii_lowercase()).collect();
    let far = |one: &Calculator| text::edits(&last, one.name());
    let near = |one: &&Calculator| {
        let name = one.name();
        far(one) <= name.len() / 2 || last.len() > 2 && (name.starts_with(&last) || last.starts_with(name))
    };
    CALCULATORS.iter().filter(near).min_by_key(|one| far(one))
}

/// A line of an answer.
fn fact(label: impl Into<String>, value: impl Into<String>, because: impl Into<String>) -> Fact {
    Fact { label: label.into(), value: value.into(), because: because.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_their_calculators() {
        for one in CALCULATORS {
            assert_eq!((find(one.slug), find(one.name())), (Some(one), Some(one)));
            assert!(one.slug.strip_prefix(LAB).is_some_and(|rest| rest.starts_with('/')), "{}", one.slug);
        }
        for (written, name) in [
            ("availability/nins", "nines"),
            ("availability/Replica", "replicas"),
            ("availability/chains", "chain"),
            ("availability/down-time", "downtime"),
            ("availability/SLA/", "sla"),
        ] {
            assert_eq!(nearest(written).map(Calculator::name), Some(name), "{written}");
        }
        for far in ["availability/xyz", "experiments/other", "", "/", "availability"] {
            assert_eq!(nearest(far), None, "{far}");
        }
    }
}
