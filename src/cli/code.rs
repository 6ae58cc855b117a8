//! `halfopen code`: what a link's settings describe, as a program to take along.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};

use super::Stop;
use super::args::{conflicts, read_target};
use super::play::{put, tell};
use crate::lab::Language;

/// How it is called.
pub(super) fn command() -> Command {
    Command::new("code")
        .about("Write what a link's settings describe as a program, for labs that have one")
        .arg(Arg::new("link").value_name("LINK OR LAB").required(true))
        .arg(
            Arg::new("language")
                .long("language")
                .value_name("NAME")
                .help("What it is to be written in")
                .value_parser(PossibleValuesParser::new(Language::ALL.map(Language::id)))
                .default_value(Language::Python.id()),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .help("Write to this file instead")
                .value_parser(value_parser!(PathBuf)),
        )
}

/// Writes the program.
pub(super) fn code(matches: &ArgMatches, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Stop> {
    let target = matches.get_one::<String>("link").map(String::as_str).unwrap_or_default();
    let wanted = matches.get_one::<String>("language").map(String::as_str).unwrap_or_default();
    let (link, mut notices) = read_target(target)?;
    notices.extend(conflicts(&link));
    tell(&notices, err);
    let programs = (link.lab.programs)(&link.config);
    let program = programs.into_iter().find(|program| program.language.id() == wanted);
    let none = || Stop::Error(format!("the lab {} has no program in {wanted}", link.lab.about.slug));
    put(&program.ok_or_else(none)?.text, matches.get_one("out"), out)
}
