//! What is read row by row: where the requests went, how long they took, and what each window let in.

use std::time::Duration;

use halfopen_core::Instant;

use super::Lab;
use super::side::{Counts, Side};
use super::times::{LAST, Percentiles};
use crate::lab::Table;
use crate::lab::text;

pub(super) fn tables(lab: &Lab) -> Vec<Table> {
    let mut tables = vec![requests(lab), times(lab)];
    tables.extend(windows(lab));
    tables
}

fn heads(lab: &Lab, first: &'static str) -> Vec<&'static str> {
    let apart = lab.without.as_ref().map(|apart| apart.0.name());
    [first, "as it is"].into_iter().chain(apart).collect()
}

/// A row of this run and of the one beside it.
fn row(lab: &Lab, name: &str, cell: impl Fn(&Side) -> String) -> Vec<String> {
    let apart = lab.without.as_ref().map(|(_, side)| side);
    [name.to_owned()].into_iter().chain([&lab.main].into_iter().chain(apart).map(cell)).collect()
}

fn requests(lab: &Lab) -> Table {
    let count = |name, of: fn(&Counts) -> u64| {
        row(lab, name, |side| text::grouped(i64::try_from(of(&side.counts)).unwrap_or(i64::MAX)))
    };
    Table {
        id: "requests",
        title: "Where the requests went",
        note: "Offered is admitted and turned away; admitted is answered in time, too late, failed and in flight. Both runs have the same requests.".to_owned(),
        heads: heads(lab, "Requests"),
        rows: vec![
            count("Offered", |counts| counts.offered),
            count("Turned away by the guard", |counts| counts.rejected),
            count("Admitted", |counts| counts.admitted),
            count("Answered in time", |counts| counts.in_time),
            count("Too late: the caller gave up", |counts| counts.late),
            count("Failed: the queue was full", |counts| counts.failed),
            count("In flight", |counts| counts.in_flight),
            count("Copies sent", |counts| counts.copies),
            count("Copies that were first", |counts| counts.won),
            count("Answers for nobody", |counts| counts.wasted),
        ],
        current: None,
    }
}

fn times(lab: &Lab) -> Table {
    let time = |name, of: fn(&Percentiles) -> Duration| {
        row(lab, name, |side| side.times.found.map_or_else(|| "none yet".to_owned(), |found| text::about(of(&found))))
    };
    Table {
        id: "times",
        title: "How long callers waited",
        note: format!(
            "The last {} requests that ended since a knob was turned; whoever gave up waited {}.",
            text::grouped(LAST as i64),
            text::about(lab.setup.timeout)
        ),
        heads: heads(lab, "Share"),
        rows: vec![
            time("Half of them at most", |found| found.p50),
            time("95 % at most", |found| found.p95),
            time("99 % at most", |found| found.p99),
        ],
        current: None,
    }
}

fn windows(lab: &Lab) -> Option<Table> {
    let doubles = lab.doubles.as_ref()?;
    let number = |number: u32| text::grouped(number.into());
    let rows: Vec<Vec<String>> = doubles
        .windows
        .iter()
        .map(|window| {
            let began =
                Instant::ZERO + lab.setup.window.saturating_mul(u32::try_from(window.number).unwrap_or(u32::MAX));
            vec![text::stamp(began, 1), number(window.asked), number(window.fixed), number(window.bucket)]
        })
        .collect();
    let [fixed, bucket] = doubles.most.map(number);
    Some(Table {
        id: "windows",
        title: "Window by window",
        note: format!(
            "What a fixed window and a token bucket let in of the same requests. In the length of a window, wherever it begins, that was {fixed} and {bucket} at most, of {} permits.",
            number(lab.setup.permits)
        ),
        heads: vec!["Window from", "Offered", "Fixed window", "Token bucket"],
        current: rows.len().checked_sub(1),
        rows,
    })
}
