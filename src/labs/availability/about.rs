//! The lab's tables.

use halfopen_core::availability::{CommonCause, Period};

use super::edit::EDITS;
use super::knobs::KNOBS;
use super::presets::PRESETS;
use super::setup::{self, Setup};
use super::{Lab, numbers};
use crate::lab::scene::Button;
use crate::lab::{About, Action, Config, Fact, Goal, Prediction};
use crate::system::{Is, words};

/// Parts, and what groups have in common.
pub(super) const PARTS: (i64, i64) = (0, 1999);

pub(super) const ABOUT: About = About {
    slug: "availability",
    title: "Availability",
    summary: "Build a system of parts in series and in parallel: how many nines it has, what each part costs, and years of outages in seconds.",
    claim,
    knobs: KNOBS,
    presets: PRESETS,
    actions: &[
        Action {
            id: "break_weakest",
            label: "Take the weakest down",
            help: "The part that costs most goes down and stays so until you repair it; pressed again, the next one.",
            args: &[],
            button: true,
            primary: true,
            key: Some('b'),
        },
        Action {
            id: "repair_all",
            label: "Repair all",
            help: "Whatever you hold down is up again.",
            args: &[],
            button: true,
            primary: false,
            key: Some('r'),
        },
        Action {
            id: "break",
            label: "Take a part down",
            help: "It goes down and stays so until you repair it. Parts are counted from 0 in the order of the text, then what groups have in common.",
            args: &[PARTS],
            button: false,
            primary: false,
            key: None,
        },
        Action {
            id: "repair",
            label: "Repair a part",
            help: "It is up again, until it fails by itself.",
            args: &[PARTS],
            button: false,
            primary: false,
            key: None,
        },
    ],
    edits: EDITS,
    outlook,
    conflicts: setup::conflicts,
    predictions: &[
        Prediction {
            id: "three_nines_thrice",
            question: "Three servers of 99.9 % each, any one of which suffices. A tenth of their failures has a cause that they share. How many nines do the three have together?",
            setup: "system=parallel(server%2099.9%25,server%2099.9%25,server%2099.9%25)&common=10%25",
            readout: "nines",
            at_ms: 3000,
            answer: 4.0,
            tolerance: 0.25,
            misconceptions: &[
                (
                    9.0,
                    "Three times three nines are nine nines only where nothing ever takes two of them down together. Here a tenth of each one's downtime does: 10 % of 0.1 % is 0.01 %, four nines, however many servers stand beside.",
                ),
                (6.0, "Six nines are what two independent servers have, not three; and these are not independent."),
                (3.0, "A share of one tenth leaves one nine more: only 10 % of 0.1 % is left."),
            ],
        },
        Prediction {
            id: "chain_of_ten",
            question: "Ten services of 99.9 % each call each other in a chain, so that all are needed. How available is the chain, in percent?",
            setup: "system=10of10(service%2099.9%25)",
            readout: "calculated",
            at_ms: 3000,
            answer: 0.990_045,
            tolerance: 0.002,
            misconceptions: &[
                (
                    0.999,
                    "That is one of them. The others are down at other times: what is needed together is down nearly as long as all downtimes together.",
                ),
                (0.9999, "Parts in a chain make it worse, not better: each is one more that can be missing."),
                (0.9, "Each takes a thousandth, not a hundredth: ten thousandths are one percent."),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "five_nines",
            task: "Bring the system to five nines, worked out.",
            hint: "What stands alone costs most. Edit the picture and put one more beside it, or write parallel(…) around it.",
            reached: |_, readouts| {
                let number =
                    |id: &str| readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number);
                number("nines").is_some_and(|nines| nines >= 5.0 - 1e-9)
            },
            proof: "system=series(parallel(web%2099.9%25,web%2099.9%25,web%2099.9%25),parallel(app%2099.9%25,app%2099.9%25))&t=1s",
        },
        Goal {
            id: "closes_in",
            task: "Let years pass until what is measured is sure to a tenth of what is worked out.",
            hint: "More outages make it surer: let more days pass in a second, or choose a system that fails more often.",
            reached: |_, readouts| {
                let number =
                    |id: &str| readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number);
                match (number("margin"), number("calculated")) {
                    (Some(margin), Some(up)) => margin <= (1.0 - up) / 10.0,
                    _ => false,
                }
            },
            proof: "system=series(web%2099%25,database%2099%25)&pace=365&t=40s",
        },
    ],
};

fn claim(config: &Config) -> String {
    let setup = Setup::of(config);
    let told = numbers::told(setup.down);
    let count = setup.parts.len();
    let which = match &setup.system.is {
        _ if count == 1 => "One part: ".to_owned(),
        Is::Group { needed, blocks, copies, .. } if blocks.len() * copies == count && needed.is_one() => {
            format!("{count} parts of which one suffices: ")
        }
        Is::Group { needed, blocks, copies, .. } if blocks.len() * copies == count && needed.is_all(count) => {
            format!("{count} parts that are all needed: ")
        }
        _ => format!("{}: ", numbers::parts(count)),
    };
    let cause = if setup.down_alone == setup.down {
        String::new()
    } else {
        let alone = words::percent(setup.down_alone).replace(' ', "\u{a0}");
        format!(" If nothing took parts down together it would be {alone}.")
    };
    format!("{which}{told}.{cause}")
}

fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::of(config);
    let down = setup.down;
    let fact = |label: &str, value: String, because: String| Fact { label: label.to_owned(), value, because };
    let periods = Period::ALL.map(|period| format!("{} a {}", words::downtime(down, period), period.name()));
    let mut facts = vec![fact(
        "Down",
        periods.first().cloned().unwrap_or_default(),
        format!("That is {}. A year has 365 days, a month is a twelfth of it.", periods.join(", ")),
    )];
    if let Some(part) = setup.weakest().and_then(|weakest| setup.share(weakest)) {
        let cost = words::downtime(part.costs, Period::Year);
        let share = words::number(setup.of_all(part.costs).unwrap_or(0.0), 1);
        let label = setup.weakest().and_then(|weakest| setup.labels.get(weakest)).cloned().unwrap_or_default();
        let said =
            format!("Without its failures the whole would be down {cost} a year less: {share} % of all its downtime.");
        facts.push(fact("The weakest link", label, said));
    }
    let part = setup.parts.get(setup.weakest_part()).map_or(down, |part| part.down);
    let of = |share: f64| {
        let cause = CommonCause::new(share).unwrap_or(CommonCause::NONE);
        words::percent(cause.k_of_n_alike(1, 3, part))
    };
    facts.push(fact(
        "Three of it, any of which suffices",
        of(0.0),
        format!(
            "Each has {}; only when all three are down at once is anything down, if they fail independently. With a tenth of the failures in common it is {}: real replicas share deployments, power, mistakes, and what fails over.",
            words::percent(part),
            of(0.1)
        ),
    ));
    let budget = setup.objective.budget();
    let spent = setup.objective.spent(setup.incidents.iter(), setup.objective.window);
    let spent =
        if spent.is_finite() { format!("{} %", words::number(spent * 100.0, 1)) } else { "more than all".to_owned() };
    facts.push(fact(
        "Error budget",
        words::seconds(budget),
        format!(
            "{} over {} days leaves so much in which everything may fail; the listed incidents spend {spent} of it.",
            words::percent(setup.objective.may_fail),
            setup.objective.window.as_secs() / 86_400
        ),
    ));
    facts
}

pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let held = lab.plant.is_held();
    let all = (0..lab.plant.parts.len()).all(|part| lab.is_held(part));
    let button = |action: &'static str, label: &str, enabled| Button {
        action,
        sends: action,
        label: label.to_owned(),
        pressed: None,
        enabled,
    };
    vec![
        button("break_weakest", if held { "Take the next down" } else { "Take the weakest down" }, !all),
        button("repair_all", "Repair all", held),
    ]
}
