//! `halfopen calculate`: the calculators, their options made from their knobs.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use clap::{Arg, Command, value_parser};
use serde_json::{Map, Value, json};

use super::{Stop, broken, knobs, plain, play, report, stopped};
use crate::calculators::{self, Answer, CALCULATORS, Calculator};
use crate::lab::{Config, Table, link};

/// The command.
pub(super) const NAME: &str = "calculate";

/// The command with the options of a calculator, if one is known.
pub(super) fn command(one: Option<&'static Calculator>) -> Command {
    let option = |id: &'static str, name: &'static str, help: &'static str| {
        Arg::new(id).long(id).value_name(name).help(help).help_heading("Telling")
    };
    let command = Command::new(NAME)
        .about("Answer a question about availability; without a name, list the calculators")
        .arg(
            option("format", "FORMAT", "How to tell it: in words (text) or everything (json) [default: text]")
                .value_parser(["text", "json"])
                .hide_possible_values(true),
        )
        .arg(option("out", "FILE", "Write to this file instead").value_parser(value_parser!(PathBuf)));
    let Some(one) = one else {
        let names: Vec<&str> = CALCULATORS.iter().map(Calculator::name).collect();
        return command
            .override_usage(format!("halfopen {NAME} [CALCULATOR] [--<KNOB> <VALUE>]... [OPTIONS]"))
            .after_help(format!(
                "The calculators: {}. Each has its own knobs: halfopen {NAME} {} --help lists them.",
                names.join(", "),
                names.first().unwrap_or(&"")
            ));
    };
    let name = one.name();
    command
        .about(format!("{}. {}", one.title, one.summary))
        .override_usage(format!(
            "halfopen {NAME} {name} [OPTIONS]\n       halfopen {NAME} '#/{}?<KNOB>=<VALUE>&…' [OPTIONS]",
            one.slug
        ))
        .args(one.knobs.iter().map(knobs::option))
}

/// Reads the arguments after `calculate`, works it out and tells it.
pub(super) fn calculate(mut args: Vec<OsString>, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let named = args.first().filter(|first| !first.to_string_lossy().starts_with('-')).is_some();
    let target = if named { args.remove(0) } else { OsString::new() };
    let found = if named { Some(find(&target.to_string_lossy())?) } else { None };
    // Without a name no option is known but these.
    if !named && args.iter().any(|arg| arg != "-h" && arg != "--help") {
        let which = format!("{NAME} what? Give a name that `halfopen {NAME}` lists, and options after it");
        return Err(Stop::Error(which));
    }
    let matches = command(found)
        .bin_name(format!("halfopen {NAME}"))
        .try_get_matches_from(std::iter::once(OsString::from(NAME)).chain(args))
        .map_err(|error| stopped(&error))?;
    let Some(one) = found else { return list(out) };
    let (mut config, notices) = link::read_page(&target.to_string_lossy(), one.knobs);
    knobs::set_all(&mut config, &matches)?;
    let answer = (one.answer)(&config);
    let notices: Vec<String> = notices.into_iter().map(|notice| notice.0).collect();
    let told = match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => json(one, &config, &answer, &notices),
        _ => {
            play::tell(&notices, err);
            text(one, &config, &answer)
        }
    };
    play::put(&told, matches.get_one("out"), out)
}

/// The calculator of a name, an address or a link.
fn find(target: &str) -> Result<&'static Calculator, Stop> {
    let path = link::path(target);
    calculators::find(&path).ok_or_else(|| {
        let meant = calculators::nearest(&path);
        let meant = meant.map_or_else(String::new, |one| format!("did you mean {}? ", one.name()));
        Stop::Error(format!(
            "there is no calculator called {}; {meant}`halfopen {NAME}` lists them",
            link::quoted(&path)
        ))
    })
}

fn list(out: &mut dyn Write) -> Result<(), Stop> {
    let width = |text: fn(&Calculator) -> &str| CALCULATORS.iter().map(|one| text(one).len()).max().unwrap_or(0);
    let (names, titles) = (width(Calculator::name), width(|one| one.title));
    for one in CALCULATORS {
        writeln!(out, "{:names$}  {:titles$}  {}", one.name(), one.title, one.summary).map_err(broken)?;
    }
    Ok(())
}

fn text(one: &Calculator, config: &Config, answer: &Answer) -> String {
    let mut out = format!("{}\n{}\n{}\n\n", one.title, link::write_page(one.slug, config), answer.headline);
    // Writing to a String cannot fail, here and below.
    for fact in &answer.facts {
        let _ = writeln!(out, "{}: {}\n    {}", fact.label, fact.value, fact.because);
    }
    if let Some(table) = &answer.table {
        tabulate(table, &mut out);
    }
    plain(&out)
}

/// A table in columns; the current row has a mark.
fn tabulate(table: &Table, out: &mut String) {
    let _ = writeln!(out, "\n{}\n{}\n", table.title, table.note);
    let heads: Vec<String> = table.heads.iter().map(|head| (*head).to_owned()).collect();
    let rows = || std::iter::once(&heads).chain(&table.rows);
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| rows().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    for (index, row) in rows().enumerate() {
        let current = table.current.is_some_and(|current| current + 1 == index);
        out.push_str(if current { "> " } else { "  " });
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
}

fn json(one: &Calculator, config: &Config, answer: &Answer, notices: &[String]) -> String {
    let knobs: Map<String, Value> =
        config.iter().map(|(knob, value)| (knob.id.to_owned(), json!(knob.format(value)))).collect();
    let facts: Vec<Value> = answer
        .facts
        .iter()
        .map(|fact| json!({"label": plain(&fact.label), "value": plain(&fact.value), "because": plain(&fact.because)}))
        .collect();
    let row = |row: &Vec<String>| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>();
    let table = answer.table.as_ref().map(|table| {
        json!({
            "id": table.id,
            "title": table.title,
            "note": plain(&table.note),
            "heads": table.heads,
            "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
            "current": table.current,
        })
    });
    let whole = json!({
        "calculator": one.slug,
        "link": link::write_page(one.slug, config),
        "knobs": knobs,
        "headline": plain(&answer.headline),
        "facts": facts,
        "table": table,
        "series": answer.charts.iter().map(report::series).collect::<Vec<_>>(),
        "notices": notices,
    });
    format!("{whole}\n")
}
