//! What the settings mean before anything runs.

use std::time::Duration;

use super::guard::Kind;
use super::hedge::When;
use super::numbers::{many, share_said};
use super::setup::Setup;
use crate::lab::{Config, Fact, text};

fn number(number: u32) -> String {
    text::grouped(number.into())
}

pub(super) fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let (capacity, timeout) = (many(setup.capacity()), text::about(setup.timeout));
    let begin = format!(
        "Callers send {}/s to servers that can do {capacity}/s, and wait {timeout}.",
        many(setup.rate.as_per_sec_f64())
    );
    let full = setup.work(setup.server.queue.saturating_mul(2));
    let patience = many(setup.patience());
    let then = match setup.kind {
        Kind::None if full + setup.service() > setup.timeout => format!(
            "Nothing stands in front: beyond {capacity}/s the queues grow to {} of work, and everything served is for callers who have gone.",
            text::about(full)
        ),
        Kind::None => {
            format!("Nothing stands in front, but the queues are short: full, they hold {} of work.", text::about(full))
        }
        Kind::Window => format!(
            "A fixed window lets {} in every {}, and up to {} around a boundary.",
            number(setup.permits),
            text::about(setup.window),
            number(setup.permits * 2)
        ),
        Kind::Bucket | Kind::Gcra => {
            format!("{} lets {}/s in, {} at once.", setup.kind.the(true), many(setup.permitted()), number(setup.burst))
        }
        Kind::Fixed => format!(
            "{} may be in the servers at a time; more than {patience} there, and answers come too late.",
            number(config.small("limit"))
        ),
        Kind::Aimd | Kind::Vegas | Kind::Gradient => format!(
            "An adaptive limit finds out how many may be in the servers at a time: {} keep all workers busy, and with more than {patience} answers come too late.",
            number(setup.workers())
        ),
    };
    let copies = match setup.hedge {
        When::Never => String::new(),
        When::P95 => " Whoever waits longer than 95\u{a0}% do has a copy sent to the other server.".to_owned(),
        When::After(delay) => format!(" After {} a copy goes to the other server.", text::about(delay)),
    };
    format!("{begin} {then}{copies}")
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let fact = |label: &str, value: String, because: String| Fact { label: label.to_owned(), value, because };
    let (service, timeout) = (text::about(setup.service()), text::about(setup.timeout));
    let capacity = many(setup.capacity());
    let mut facts = vec![
        fact(
            "The servers can do",
            format!("{capacity}/s"),
            format!("2 servers × {} ÷ {service}", text::counted(setup.server.capacity.into(), "worker", "workers")),
        ),
        fact(
            "In the servers while answers are in time",
            format!("{} at most", many(setup.patience())),
            format!("Little's law: {capacity}/s × {timeout}"),
        ),
        fact(
            "Work in full queues",
            text::about(setup.work(setup.server.queue.saturating_mul(2))),
            format!("2 × {} ÷ {capacity}/s; callers wait {timeout}", number(setup.server.queue)),
        ),
    ];
    match setup.kind {
        Kind::None => {}
        Kind::Window => facts.push(fact(
            "Let in within the length of a window",
            format!("{} at most", number(setup.permits * 2)),
            format!("{} at the end of one window, and as many at the beginning of the next", number(setup.permits)),
        )),
        Kind::Bucket | Kind::Gcra => facts.push(fact(
            "Let in within the length of a window",
            format!("{} at most", number(setup.burst + setup.permits)),
            format!("a burst of {}, and {} that become free", number(setup.burst), number(setup.permits)),
        )),
        Kind::Fixed => facts.push(fact(
            "Time in the servers at the limit",
            text::about(setup.work(config.small("limit")).max(setup.service())),
            format!("{} ÷ {capacity}/s, and not less than {service}", number(config.small("limit"))),
        )),
        Kind::Aimd => {
            let late = config.duration("late_after");
            facts.push(fact(
                "Where the limit goes under lasting load",
                format!("{} at most", many(setup.capacity() * late.as_secs_f64())),
                format!("Little's law: {capacity}/s × {}, after which it falls", text::about(late)),
            ));
        }
        Kind::Vegas => facts.push(fact(
            "Queue that it aims at",
            format!("{} to {}", config.number("alpha"), config.number("beta")),
            "limit × (1 − least time ÷ time), while the limit is below 100".to_owned(),
        )),
        Kind::Gradient => facts.push(fact(
            "Longer than the mean",
            config.show("tolerance"),
            "so many times the long-run mean a request may take before the limit falls".to_owned(),
        )),
    }
    if setup.kind.is_rate() {
        let permitted = setup.permitted();
        let verdict = if permitted > setup.capacity() { "more than" } else { "not more than" };
        facts.push(fact(
            "Let in in the long run",
            format!("{}/s", many(permitted)),
            format!(
                "{} ÷ {}: {verdict} the {capacity}/s that the servers can do",
                number(setup.permits),
                text::about(setup.window)
            ),
        ));
    }
    facts.extend(hedging(&setup));
    facts
}

/// Of service alone, as if nobody ever queued.
fn hedging(setup: &Setup) -> Option<Fact> {
    let latency = setup.server.latency;
    let delay = match setup.hedge {
        When::Never => return None,
        When::After(delay) => delay,
        When::P95 => latency.quantile(0.95),
    };
    let share = latency.share_over(delay);
    // A request takes longer than t when the first copy does, and the second, begun later, does as well.
    let over = |t: Duration| {
        let second = t.checked_sub(delay).map_or(1.0, |rest| latency.share_over(rest));
        latency.share_over(t) * second
    };
    let (mut low, mut high) = (Duration::ZERO, latency.quantile(0.99));
    for _ in 0..40 {
        let middle = (low + high) / 2;
        if over(middle) > 0.01 { low = middle } else { high = middle }
    }
    Some(Fact {
        label: "99th percentile of service with a copy".to_owned(),
        value: format!("{}, not {}", text::about(high), text::about(latency.quantile(0.99))),
        because: format!(
            "without any queue: {} of the requests are not answered after {} and are sent twice",
            share_said(share),
            text::about(delay)
        ),
    })
}

pub(super) fn conflicts(config: &Config) -> Vec<String> {
    let setup = Setup::new(config);
    let mut conflicts = Vec::new();
    if setup.kind.is_adaptive() && config.number("least") > config.number("most") {
        conflicts.push(format!(
            "The least limit of {} is above the greatest of {}: the limit stays at {}.",
            config.show("least"),
            config.show("most"),
            config.show("least")
        ));
    }
    if setup.service() >= setup.timeout {
        conflicts.push(format!(
            "The servers take {} for a request on average and callers wait {}: few answers are in time, or none.",
            text::about(setup.service()),
            text::about(setup.timeout)
        ));
    }
    if let When::After(delay) = setup.hedge
        && delay >= setup.timeout
    {
        conflicts.push(format!(
            "A copy would go out after {}, when the caller has gone: none is ever sent.",
            text::about(delay)
        ));
    }
    conflicts
}
