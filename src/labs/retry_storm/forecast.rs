//! What the settings mean before anything runs.

use std::time::Duration;

use halfopen_core::sim::{Abandoned, Fault, Order};

use super::numbers::{failing_load, many, places};
use super::setup::{Retries, Setup, Shed};
use crate::lab::{Config, Fact, text};

/// Whether a full queue takes longer than the clients wait, and what is late is served all the same.
fn wastes(setup: &Setup) -> bool {
    let server = &setup.server;
    server.queue > setup.patience()
        && server.order == Order::OldestFirst
        && server.abandoned == Abandoned::GoOn
        && setup.shed == Shed::None
}

pub(super) fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let capacity = many(setup.per_second());
    let clients = text::counted(setup.clients.into(), "client", "clients");
    let again = match (setup.retries, setup.outage) {
        (Retries::None, _) => format!("{clients} that never try again"),
        (_, Fault::Down) if !setup.open_loop => {
            let load = failing_load(&setup, Duration::ZERO).map(many).unwrap_or_default();
            format!(
                "{clients} that try again after {} send {load} requests a second to a server that is down",
                wait(&setup)
            )
        }
        (Retries::Forever, _) => format!("{clients} try again after {} until they are answered", wait(&setup)),
        (Retries::Limited, _) => {
            format!("{clients} try up to {} times, {} apart", setup.tries().unwrap_or(1), wait(&setup))
        }
    };
    let full = text::about(setup.work(setup.server.queue));
    let timeout = text::about(setup.timeout);
    let then = if wastes(&setup) {
        format!(
            "When it is up again it serves {capacity} a second, but a full queue takes {full} and clients wait {timeout}: it may go on working for nobody."
        )
    } else if setup.server.queue <= setup.patience() {
        format!(
            "When it is up again it serves {capacity} a second, and a full queue takes {full}, less than the {timeout} that clients wait: what it serves is in time."
        )
    } else {
        format!(
            "When it is up again it serves {capacity} a second, and of its queue what can still be in time: it works for somebody."
        )
    };
    format!("{again}. {then}")
}

fn wait(setup: &Setup) -> String {
    text::about(setup.mean_wait())
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
            because: format!("{loops}; waits of {} in the long run", wait(&setup)),
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
            label: "Wait in a full queue".to_owned(),
            value: text::about(setup.work(setup.server.queue)),
            because: format!(
                "{} ÷ {}/s; clients wait {timeout}, in which {} are served",
                places(setup.server.queue),
                many(capacity),
                text::grouped(setup.patience().into())
            ),
        },
    ];
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
