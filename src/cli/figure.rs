//! `halfopen figure`: runs an experiment and tells its results.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::{Value, json};

use super::{Stop, args, plain, play, svg};
use crate::figure::aws_backoff::{self, CLIENTS_MAX, Experiment, Order, Row, SIZES_MAX, Stats};
use crate::lab::link::quoted;

/// The command and its options.
pub(super) fn command() -> Command {
    let option =
        |id: &'static str, name: &'static str, help: &'static str| Arg::new(id).long(id).value_name(name).help(help);
    Command::new("figure")
        .about("Run a known experiment anew and tell its results")
        .arg(
            Arg::new("figure")
                .value_name("FIGURE")
                .help("aws-backoff: how long clients take that write the same row at once, by five ways to back off, and how many writes")
                .value_parser(["aws-backoff"])
                .hide_possible_values(true)
                .required(true),
        )
        .arg(option("clients", "LIST", "How many clients, from 1 to 1000 each [default: 10,20,…,190]").allow_hyphen_values(true))
        .arg(
            option("runs", "N", "How often each, from 1 to 10000 [default: 100]")
                .value_parser(value_parser!(u32))
                .allow_hyphen_values(true),
        )
        .arg(option("seed", "N", "The seed of everything random [default: 1]").value_parser(value_parser!(u64)))
        .arg(
            option("format", "FORMAT", "How to tell it: a table (text), a row a result (csv), everything (json), a chart as a picture (svg) [default: text]")
                .value_parser(args::FORMATS)
                .hide_possible_values(true),
        )
        .arg(option("chart", "ID", "Which chart svg paints, time or writes [default: time]").value_parser(["time", "writes"]).hide_possible_values(true))
        .arg(option("out", "FILE", "Write to this file instead").value_parser(value_parser!(PathBuf)))
}

/// Runs the experiment that was asked for and writes its results.
pub(super) fn figure(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), Stop> {
    let default = Order::default();
    let clients = matches.get_one::<String>("clients").map(|list| read_clients(list)).transpose()?;
    let order = Order {
        clients: clients.unwrap_or(default.clients),
        runs: matches.get_one("runs").copied().unwrap_or(default.runs),
        seed: matches.get_one("seed").copied().unwrap_or(default.seed),
    };
    let format = args::format(matches);
    let chart = matches.get_one::<String>("chart");
    if chart.is_some() && format != args::Format::Svg {
        return Err(Stop::Error("--chart goes with --format svg".to_owned()));
    }
    let mut experiment = Experiment::new(order).map_err(|error| Stop::Error(error.to_string()))?;
    while experiment.advance(u32::MAX) {}
    let rows = experiment.rows();
    let text = match format {
        args::Format::Text => text(&rows),
        args::Format::Csv => aws_backoff::csv(&rows),
        args::Format::Json => json(experiment.order(), &rows),
        args::Format::Svg => {
            let chosen = experiment.charts().into_iter().find(|one| chart.is_none_or(|id| id == one.id));
            svg::paint(&[chosen.ok_or_else(|| Stop::Error("this figure has no chart".to_owned()))?])
                .map_err(Stop::Error)?
        }
    };
    play::put(&text, matches.get_one::<PathBuf>("out"), out)
}

/// Reads `10,20,50`; `…` or `...` between two numbers goes on in steps as long as the one before it.
fn read_clients(list: &str) -> Result<Vec<u32>, Stop> {
    let wrong =
        || Stop::Error(format!("--clients {} is no list of numbers such as 10,20,50 or 10,20,…,190", quoted(list)));
    let mut clients: Vec<u32> = Vec::new();
    let mut step = None;
    for part in list.split(',').map(str::trim) {
        if matches!(part, "…" | "...") {
            let (Some(last), Some(before)) = (clients.last(), clients.iter().nth_back(1)) else { return Err(wrong()) };
            step = Some(last.checked_sub(*before).filter(|step| *step > 0 && clients.len() > 1).ok_or_else(wrong)?);
            continue;
        }
        let many = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = part.parse::<u32>().map_err(|_| match many {
            true => Stop::Error(format!("clients is {}, outside 1 to {CLIENTS_MAX}", quoted(part))),
            false => wrong(),
        })?;
        if let Some(step) = step.take() {
            let mut next = clients.last().map_or(0, |last| u64::from(*last)) + u64::from(step);
            // One more than there may be is enough to be told so.
            while next < u64::from(number) && clients.len() <= SIZES_MAX as usize {
                clients.push(u32::try_from(next).map_err(|_| wrong())?);
                next += u64::from(step);
            }
            if next > u64::from(number) {
                return Err(wrong());
            }
        }
        clients.push(number);
    }
    if step.is_some() { Err(wrong()) } else { Ok(clients) }
}

/// A table for reading.
fn text(rows: &[Row]) -> String {
    let mut out = String::from(
        "Time until the last client has its success, and writes that reached the server, failed ones included: means \
         with their standard errors, medians, and the 95th of a hundred.\n\n\
         clients  backoff          time ms        ±       p50       p95      writes       ±     p50     p95\n",
    );
    for Row { clients, strategy, time, writes, .. } in rows {
        let sem = |stats: &Stats| stats.sem.map_or_else(|| "–".to_owned(), |sem| format!("{sem:.2}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{clients:>7}  {:<13} {:>10.2} {:>8} {:>9.0} {:>9.0}  {:>10.2} {:>7} {:>7} {:>7}",
            strategy.label(),
            time.mean,
            sem(time),
            time.p50,
            time.p95,
            writes.mean,
            sem(writes),
            writes.p50,
            writes.p95
        );
    }
    plain(&out)
}

/// Everything, as one object.
fn json(order: &Order, rows: &[Row]) -> String {
    let stats = |stats: &Stats| json!({"mean": stats.mean, "sd": stats.sd, "sem": stats.sem, "p50": stats.p50, "p95": stats.p95});
    let row = |row: &Row| {
        json!({
            "clients": row.clients,
            "algorithm": row.strategy.name(),
            "runs": row.runs,
            "time_ms": stats(&row.time),
            "write_calls": stats(&row.writes),
        })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    let whole = json!({
        "figure": "aws-backoff",
        "clients": order.clients,
        "runs": order.runs,
        "seed": order.seed,
        "rows": rows,
    });
    format!("{whole}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_be_told_in_part() {
        let read = |list: &str| read_clients(list).ok();
        let all: Vec<u32> = (1..20).map(|tens| tens * 10).collect();
        assert_eq!(read("10,20,…,190"), Some(all.clone()));
        assert_eq!(read("10, 20, ..., 190"), Some(all));
        assert_eq!(read("7"), Some(vec![7]));
        assert_eq!(read("1,5,10,15,…,25,50"), Some(vec![1, 5, 10, 15, 20, 25, 50]));
        assert_eq!(read("10,20,…,30"), Some(vec![10, 20, 30]));
        for wrong in
            ["", ",", "10,", "…", "10,…,30", "10,20,…", "10,20,…,35", "20,10,…,5", "10,10,…,20", "-1", "1e3", "10;20"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        // Bounded, whatever is asked for: too long is told by the experiment.
        for long in ["1,2,…,1000", "1,2,…,4000000000"] {
            assert_eq!(read(long).map(|list| list.len()), Some(SIZES_MAX as usize + 2));
        }
    }
}
