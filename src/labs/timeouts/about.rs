//! The lab's tables.

use super::fix::{self, EDITS};
use super::knobs::KNOBS;
use super::presets::PRESETS;
use super::rules::{self, Kept};
use super::setup::{B, C, CLIENT, Chain, HEADS, Setup, told};
use super::{Lab, numbers};
use crate::lab::scene::{Button, Readout};
use crate::lab::{About, Action, Config, Fact, Goal, Prediction, text, wording};

/// The hops that can hang.
const HOPS: (i64, i64) = (1, 3);

const fn action(id: &'static str, label: &'static str, help: &'static str) -> Action {
    Action { id, label, help, args: &[], button: false, primary: false, key: None }
}

pub(super) const ABOUT: About = About {
    slug: "timeouts",
    title: "Timeouts and deadlines",
    summary: "Four hops, each with its own timeout: see who still waits, and who works for nobody.",
    claim,
    knobs: KNOBS,
    presets: PRESETS,
    actions: &[
        Action {
            button: true,
            primary: true,
            key: Some('s'),
            ..action("send", "Send a request", "The client sends one request down the chain; the waterfall shows it.")
        },
        Action {
            button: true,
            key: Some('f'),
            ..action(
                "fix",
                "Fix it",
                "Makes the chain consistent for requests sent from now on: each hop's worst case fits into what its caller has left. A knob of the chain turned later overrides it.",
            )
        },
        Action {
            button: true,
            key: Some('h'),
            ..action(
                "heal",
                "Heal what hangs",
                "What hangs is restarted: calls that it held end with an error, new ones are answered.",
            )
        },
        action("hang", "Let C hang", "C takes calls and never answers, nor those that it works on, until you heal it."),
        Action {
            args: &[HOPS],
            ..action("hang_hop", "Let a hop hang", "1 is A, 2 is B, 3 is C: it takes calls and never answers.")
        },
        Action {
            args: &[HOPS],
            ..action("heal_hop", "Heal a hop", "It is restarted: calls that it held end with an error.")
        },
    ],
    edits: EDITS,
    outlook,
    conflicts: rules::conflicts,
    predictions: &[
        Prediction {
            id: "the_work_goes_on",
            question: "A waits 5 s for B, and B waits 30 s for C, which hangs. You send one request, and A gives up after 5 s. How many seconds does B wait after that?",
            setup: "do=0:send",
            readout: "waited_for_nobody",
            at_ms: 32_000,
            answer: 25.275,
            tolerance: 1.0,
            misconceptions: &[
                (
                    0.0,
                    "A timeout ends the waiting, not the work. A stopped, and told nobody: B's own clock runs for 30 s.",
                ),
                (30.0, "B waits 30 s in all. For the first 4.7 s of them A still wanted the answer."),
            ],
        },
        Prediction {
            id: "threads_without_timeouts",
            question: "No hop has a timeout, C hangs, and 10 requests come every second. How many threads do A, B and C hold together after 20 s?",
            setup: "preset=no_timeouts",
            readout: "threads",
            at_ms: 20_000,
            answer: 590.0,
            tolerance: 15.0,
            misconceptions: &[
                (
                    200.0,
                    "One request holds a thread in each of three hops: 10 × 20 s × 3, but for those still under way.",
                ),
                (30.0, "That is one second's worth in three hops. Nothing ever ends, so every second adds as many."),
            ],
        },
    ],
    goals: &[
        Goal {
            id: "fail_fast",
            task: "Let three requests or more fail while C hangs, with less than half a second of work for nobody in all.",
            hint: "Timeouts that fit into each other keep A and B from it, but not C, which hangs on. Only a deadline that travels along tells C when to stop.",
            reached: |_, readouts| {
                let number = |id| number(readouts, id);
                number("failed") + number("rejected") >= 3.0
                    && number("in_flight") == 0.0
                    && number("waited_for_nobody") + number("worked_for_nobody") < 0.5
            },
            proof: "preset=propagated&do=0:send,1:send,2:send&t=12s",
        },
        Goal {
            id: "valley",
            task: "Let 100 requests or more be answered with fewer than one false failure in a hundred, while no rule is broken and nobody works for nobody.",
            hint: "Heal C, let requests come by themselves, and press Fix it before the first: timeouts over the p99 lose few answers, and those that fit waste nothing for long.",
            reached: |_, readouts| {
                let number = |id| number(readouts, id);
                number("answered") >= 100.0
                    && number("false_failures") * 100.0 < number("requests")
                    && number("broken_rules") == 0.0
                    && number("for_nobody") == 0.0
            },
            proof: "hangs=nobody&rate=10/s&do=0:fix&t=25s",
        },
    ],
};

fn number(readouts: &[Readout], id: &str) -> f64 {
    let found = readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number);
    found.unwrap_or(f64::MAX)
}

fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let (chain, hangs) = (&setup.chain, setup.hangs);
    let broken = rules::of(chain).find(|rule| !rule.kept().is_well());
    let hung = if hangs == CLIENT { "" } else { " when the one below hangs" };
    match broken {
        Some(rule) if rule.left.is_none() => {
            format!("A timeout ends the waiting. As set, {}: threads pile up{hung}.", rule.spends())
        }
        Some(rule) if rule.kept() == Kept::Starved => format!("A deadline can be too short for the chain. As set, {}.", rule.said()),
        Some(rule) => format!(
            "A timeout ends the waiting, not the work. As set, {}: beyond that it works for nobody.",
            rule.said()
        ),
        None if numbers::lost(&setup, chain.timeout(B)) > 0.05 => format!(
            "A timeout can be too short. C's p99 is {}; B waits {} and loses {} of the answers that C would give.",
            text::about(setup.p99()),
            told(chain.timeout(B)),
            numbers::percent(numbers::lost(&setup, chain.timeout(B)))
        ),
        None if chain.propagate => {
            "The deadline travels along with each call: when it is over, everybody stops at once.".to_owned()
        }
        None => "Each hop's worst case fits into what its caller has left: A and B never wait for nobody. C, which nobody tells, may still work on.".to_owned(),
    }
}

fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let chain = &setup.chain;
    let fact = |label: String, value: String, because: String| Fact { label, value, because };
    let mut facts: Vec<Fact> = rules::of(chain)
        .map(|rule| {
            let head = HEADS.get(rule.hop).copied().unwrap_or_default();
            let value = rule.worst.map_or_else(|| "for ever".to_owned(), text::about);
            fact(format!("{head} waits, at worst"), value, wording::sentence(&rule.said()))
        })
        .collect();
    let [worst, ..] = chain.worst();
    let calls = [CLIENT, 1, B].map(|hop| chain.attempts(hop).to_string()).join(" × ");
    facts.push(fact(
        "Calls that reach C for one request, at most".to_owned(),
        text::grouped(i64::try_from(worst.calls).unwrap_or(i64::MAX)),
        format!("Attempts of the client, A and B multiply: {calls}."),
    ));
    facts.push(fact(
        "C's p99".to_owned(),
        text::about(setup.p99()),
        "C answers 99 of 100 calls within that, and one takes longer.".to_owned(),
    ));
    let lost = numbers::lost(&setup, chain.timeout(B));
    facts.push(fact(
        "Calls of C that B gives up although C would answer".to_owned(),
        numbers::percent(lost),
        format!(
            "The share of C's times that are longer than {} waited, less the way there and back.",
            chain.timeout(B).map_or_else(|| "for ever".to_owned(), |timeout| format!("the {}", text::about(timeout)))
        ),
    ));
    if rules::broken(chain) > 0 {
        let made: Chain = fix::consistent(chain, setup.p99());
        facts.push(fact(
            "Fix it".to_owned(),
            wording::sentence(&fix::changes(chain, &made)).trim_end_matches('.').to_owned(),
            "From the client's timeout inwards, each hop gets what its caller's leaves: less two ways, its own work and the margin.".to_owned(),
        ));
    }
    facts
}

/// The buttons that look different now.
pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let hung: Vec<&str> =
        (1..=C).filter(|hop| lab.hung.get(*hop) == Some(&true)).filter_map(|hop| HEADS.get(hop).copied()).collect();
    let (sends, label) =
        if hung.is_empty() { ("hang", "Let C hang".to_owned()) } else { ("heal", format!("Heal {}", hung.join(", "))) };
    let broken = lab.broken();
    let fix = if lab.fixed && broken == 0 { "✓ Fixed".to_owned() } else { "Fix it".to_owned() };
    vec![
        Button { action: "fix", sends: "fix", label: fix, pressed: None, enabled: broken > 0 },
        Button { action: "heal", sends, label, pressed: None, enabled: true },
    ]
}
