//! `halfopen availability`: how available a system is that is written in a line.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use halfopen_core::availability::{Block, Period};
use serde_json::{Map, Value, json};

use super::{Stop, play};
use crate::system::{self, Given, System, parts, words};

/// Blocks whose contribution the text tells.
const TOLD: usize = 20;

/// The command and its options.
pub(super) fn command() -> Command {
    Command::new("availability")
        .about("Work out how available a system is that is written in a line")
        .arg(
            Arg::new("system")
                .value_name("SYSTEM")
                .help("Such as 'series(lb 99.99%, 2of3(app 99.9%), parallel(db 99.95%, db 99.95%, common 10%))'")
                .allow_hyphen_values(true)
                .required(true),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .help("How to tell it: in words (text) or everything (json) [default: text]")
                .value_parser(["text", "json"])
                .hide_possible_values(true),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .help("Write to this file instead")
                .value_parser(value_parser!(PathBuf)),
        )
}

/// Works it out and tells it.
pub(super) fn availability(matches: &ArgMatches, out: &mut dyn Write) -> Result<(), Stop> {
    let text = matches.get_one::<String>("system").map(String::as_str).unwrap_or_default();
    let worked = system::read(text).and_then(|system| system.block(&Given::default()).map(|block| (system, block)));
    let (system, block) = worked.map_err(|error| {
        let place = text.get(..error.at.start).unwrap_or_default().chars().count() + 1;
        Stop::Error(format!("at character {place}: {}", error.message))
    })?;
    let told = match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => json(text, &system, &block),
        _ => tell(text, &system, &block),
    };
    play::put(&told, matches.get_one("out"), out)
}

fn tell(text: &str, system: &System, block: &Block) -> String {
    let down = block.down();
    let mut out = format!("{}\n\n", text.trim());
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "  available  {}", words::percent(down));
    let _ = writeln!(out, "  nines      {}", words::nines(down));
    for period in Period::ALL {
        let full = down.downtime(period).and_then(words::in_full).map(|full| format!("  ({full})")).unwrap_or_default();
        let _ = writeln!(out, "  down       {} a {}{full}", words::downtime(down, period), period.name());
    }
    out.push_str(
        "\nA year has 365 days, a month is a twelfth of it. Parts fail independently but for what is in common.\n",
    );
    let parts = parts(system, block);
    if parts.len() > 1 {
        out.push_str("\nWhat each costs: the downtime a year that would be gone if it never failed\n");
        let width = parts.iter().take(TOLD).map(|part| part.label.chars().count()).max().unwrap_or(0);
        for part in parts.iter().take(TOLD) {
            let cost = words::downtime(part.costs, Period::Year);
            let _ = writeln!(
                out,
                "  {:width$}  {cost:>9}  with it down the whole is {} available",
                part.label,
                words::percent(part.if_down)
            );
        }
        if parts.len() > TOLD {
            let _ = writeln!(out, "  … and {} more", parts.len() - TOLD);
        }
    }
    out
}

fn json(text: &str, system: &System, block: &Block) -> String {
    let down = block.down();
    let periods: Map<String, Value> =
        Period::ALL.into_iter().map(|period| (period.name().to_owned(), json!(down.downtime(period)))).collect();
    let parts: Vec<Value> = parts(system, block)
        .into_iter()
        .map(|part| {
            json!({
                "label": part.label,
                "path": part.path,
                "unavailability": part.down.share(),
                "share": part.costs.share(),
                "downtime_seconds_a_year": part.costs.downtime(Period::Year),
                "unavailability_if_down": part.if_down.share(),
            })
        })
        .collect();
    let nines = Some(down.nines()).filter(|nines| nines.is_finite());
    let whole = json!({
        "system": text.trim(),
        // Nothing where it is above 0 and below the smallest number that is told.
        "unavailability": down.share(),
        "availability": down.availability(),
        "percent": words::percent(down),
        "nines": nines,
        "downtime_seconds": periods,
        "contributions": parts,
    });
    format!("{whole}\n")
}
