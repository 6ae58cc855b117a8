//! What the settings mean before anything runs.

use std::time::Duration;

use halfopen_core::backoff::{Jitter, Kind};

use super::numbers::{failing_load, full_load, full_load_terms, many, places};
use super::setup::{BudgetKind, Late, Retries, Setup};
use crate::lab::{Config, Fact, text};

/// What the server does instead of serving what is late, if anything.
fn instead(setup: &Setup) -> Option<&'static str> {
    match setup.late() {
        Late::Served => None,
        Late::Dropped => Some("what would be late is dropped unserved"),
        Late::TurnedAway => Some("whoever would wait longer is turned away"),
        Late::RetriesTurnedAway => Some("once an answer takes half of that, retries are turned away"),
        Late::Overtaken => Some("the newest are served first, and in time"),
    }
}

/// What comes of a load while nobody is answered.
pub(super) fn verdict(setup: &Setup, load: Option<f64>) -> String {
    let what = if load.is_some() { "more than it serves" } else { "more with every second" };
    if load.is_some_and(|load| load <= setup.per_second()) {
        "it serves more, so the queue drains".to_owned()
    } else if setup.server.queue <= setup.patience && setup.late() != Late::Overtaken {
        format!("{what}, but whoever has a place in the queue is answered in time")
    } else if let Some(instead) = instead(setup) {
        format!("{what}, but {instead}")
    } else {
        let held = held(setup).map_or_else(String::new, |held| format!(", as far as {held} it"));
        format!("{what}, so the storm feeds itself{held}")
    }
}

/// What else has a say in how much is sent.
fn held(setup: &Setup) -> Option<&'static str> {
    match (setup.budget, &setup.breaker) {
        (BudgetKind::None, None) => None,
        (BudgetKind::None, Some(_)) => Some("the breaker lets"),
        (_, None) => Some("the budget lets"),
        (_, Some(_)) => Some("budget and breaker let"),
    }
}

pub(super) fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let capacity = many(setup.per_second());
    let (want, try_, make) = if setup.clients == 1 { ("wants", "tries", "makes") } else { ("want", "try", "make") };
    let again = match setup.retries {
        Retries::Forever => format!("{try_} again {} after a failure", waits(&setup)),
        Retries::Limited => format!("{make} up to {} calls for each", setup.tries().unwrap_or(1)),
        Retries::None => format!("never {try_} again"),
    };
    let clients = format!(
        "{} {want} {}/s of a server that can serve {capacity}/s, and {again}.",
        text::counted(setup.clients.into(), "client", "clients"),
        many(setup.wanted().as_per_sec_f64())
    );
    let full = text::about(setup.answer(setup.server.queue));
    let timeout = text::about(setup.timeout);
    let late = failing_load(&setup, setup.timeout);
    let rate = |load: Option<f64>| load.map_or_else(|| "ever more".to_owned(), |load| format!("{}/s", many(load)));
    let held = held(&setup).map_or_else(String::new, |held| format!(", as far as {held} them"));
    let takes = format!("An answer from a full queue takes {full}");
    let then = if setup.server.queue <= setup.patience {
        format!("{takes}, no longer than the {timeout} that they wait: what is served is in time.")
    } else if let Some(instead) = instead(&setup) {
        format!("{takes}, and they wait {timeout}; but {instead}.")
    } else if late.is_none_or(|load| load > setup.per_second()) {
        let load = rate(full_load(&setup, setup.per_second()));
        format!("{takes}, they wait {timeout}: unanswered, they send {load} and keep it full{held}.")
    } else {
        let load = rate(late);
        format!("{takes}, and they wait {timeout}; but unanswered they send only {load}, and it drains.")
    };
    format!("{clients} {then}")
}

/// How long the waits are, from the shortest to the longest.
pub(super) fn waits(setup: &Setup) -> String {
    let (shortest, longest) = setup.shortest_and_longest_wait();
    let (from, to) = (text::about(shortest), text::about(longest));
    match shortest {
        Duration::ZERO => format!("up to {to}"),
        _ if from == to => to,
        _ => format!("{from} to {to}"),
    }
}

/// What the waits are in the long run: those that a load is computed with.
fn long_run(setup: &Setup) -> Option<String> {
    match setup.retries {
        _ if setup.open_loop => None,
        Retries::None => None,
        Retries::Limited => Some(format!("waits of {}", waits(setup))),
        Retries::Forever if setup.backoff.settings().jitter == Jitter::None => {
            Some(format!("waits of {} in the long run", text::about(setup.mean_wait())))
        }
        Retries::Forever => Some(format!("waits of {} on average in the long run", text::about(setup.mean_wait()))),
    }
}

/// Whether unanswered clients fill the queue and keep it so, and the server works for nobody then.
pub(super) fn keeps_full(setup: &Setup) -> bool {
    setup.late() == Late::Served
        && setup.server.queue > setup.patience
        && failing_load(setup, setup.timeout).is_none_or(|load| load > setup.per_second())
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let capacity = setup.per_second();
    let rate = |load: Option<f64>| load.map_or_else(|| "ever more".to_owned(), |load| format!("{}/s", many(load)));
    let wanted = setup.wanted().as_per_sec_f64();
    let (refused, late) = (failing_load(&setup, Duration::ZERO), failing_load(&setup, setup.timeout));
    let loops = if setup.open_loop {
        "open loop: each request makes all its tries, whatever they wait"
    } else {
        "closed loop: a client wants nothing new before its last request has ended"
    };
    let timeout = text::about(setup.timeout);
    let mut facts = vec![
        Fact {
            label: "Wanted while all is well".to_owned(),
            value: format!("{}/s of {}/s", many(wanted), many(capacity)),
            because: format!("{} ÷ {}", text::grouped(setup.clients.into()), config.show("every")),
        },
        Fact {
            label: "Load while every try is refused at once".to_owned(),
            value: rate(refused),
            because: long_run(&setup).map_or_else(|| loops.to_owned(), |waits| format!("{loops}; {waits}")),
        },
        Fact {
            label: "Load while every try times out".to_owned(),
            value: rate(late),
            because: match late {
                Some(load) if load <= capacity => format!("less than {}/s: a queue drains by itself", many(capacity)),
                _ => format!("more than {}/s: a queue that is too long stays too long", many(capacity)),
            },
        },
        Fact {
            label: "An answer from the end of a full queue".to_owned(),
            value: text::about(setup.answer(setup.server.queue)),
            because: format!(
                "{} ÷ {}/s, and {} to be served; clients wait {timeout}, long enough behind {}",
                places(setup.server.queue),
                many(capacity),
                text::about(setup.service()),
                text::grouped(setup.patience.into())
            ),
        },
    ];
    if keeps_full(&setup) && !setup.open_loop {
        facts.insert(
            3,
            Fact {
                label: "Load once the queue is full".to_owned(),
                value: rate(full_load(&setup, capacity)),
                because: format!(
                    "{}: who finds a place waits {timeout}, and who is refused is back sooner",
                    full_load_terms(&setup, capacity)
                ),
            },
        );
    }
    if let Some(tries) = setup.tries() {
        facts.push(Fact {
            label: "Calls of a request that fails".to_owned(),
            value: text::grouped(tries.into()),
            because: if setup.layers > 1 {
                format!("{} tries in each of {} layers", setup.attempts, setup.layers)
            } else if config.number("layers") > 1 && setup.retries == Retries::Limited {
                "only the client tries again".to_owned()
            } else {
                "one layer tries".to_owned()
            },
        });
    }
    facts
}

pub(super) fn conflicts(config: &Config) -> Vec<String> {
    let setup = Setup::new(config);
    let mut conflicts = Vec::new();
    let (wait, longest) = (config.duration("wait"), config.duration("cap"));
    let grows = setup.retries != Retries::None && matches!(setup.backoff.settings().kind, Kind::Exponential { .. });
    if grows && wait > longest {
        let (wait, longest) = (text::about(wait), text::about(longest));
        conflicts.push(format!("The first wait of {wait} is over the longest of {longest}, and acts as {longest}."));
    }
    if setup.service() >= setup.timeout {
        conflicts.push(format!(
            "The server takes {} for a request and clients wait {}: no answer is in time.",
            text::about(setup.service()),
            text::about(setup.timeout)
        ));
    }
    if setup.wanted().millihertz() >= setup.capacity {
        conflicts.push(format!(
            "Clients may want {} a second and the server serves {}: it is overloaded without any outage.",
            many(setup.wanted().as_per_sec_f64()),
            many(setup.per_second())
        ));
    }
    conflicts
}
