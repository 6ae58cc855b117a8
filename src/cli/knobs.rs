//! A knob as an option.

use clap::{Arg, ArgMatches};

use super::{Stop, plain};
use crate::lab::knob::SetError;
use crate::lab::link::quoted;
use crate::lab::{Config, Kind, Knob};

/// The option that turns a knob.
pub(super) fn option(knob: &'static Knob) -> Arg {
    let default = knob.default_value();
    let range = match &knob.kind {
        Kind::Number { unit, min, max, .. } => format!("{} to {}", unit.format(*min), unit.format(*max)),
        Kind::Choice { options } => options.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", "),
        Kind::Flag { .. } => "on or off".to_owned(),
        Kind::Document { max_bytes, .. } => format!("text of at most {max_bytes} bytes"),
    };
    let default = match &knob.kind {
        Kind::Document { .. } => String::new(),
        _ => format!("; default {}", knob.format(&default)),
    };
    let long = knob.id.replace('_', "-");
    let arg = Arg::new(knob.id)
        .help_heading(knob.group)
        .value_name("VALUE")
        .help(format!("{} [{range}{default}]", plain(knob.help)));
    let arg = if long == knob.id { arg } else { arg.alias(knob.id) };
    match knob.kind {
        // `--flag` alone switches on.
        Kind::Flag { .. } => arg.long(long).num_args(0..=1).default_missing_value("on"),
        // A value such as -1 is a value out of range, and not an unknown option.
        _ => arg.long(long).allow_hyphen_values(true),
    }
}

/// Turns a knob as its option says.
pub(super) fn set(config: &mut Config, knob: &Knob, text: &str) -> Result<(), Stop> {
    let option = knob.id.replace('_', "-");
    Err(Stop::Error(match config.set_text(knob.id, text) {
        Ok(()) => return Ok(()),
        Err(SetError::Clamped(range)) => format!("--{option} {} is outside {range}", quoted(text)),
        Err(SetError::Unreadable(hint)) => format!("--{option} {} could not be read: {hint}", quoted(text)),
        Err(SetError::Unknown) => format!("there is no knob {option}"),
    }))
}

/// Turns all knobs whose options are given.
pub(super) fn set_all(config: &mut Config, matches: &ArgMatches) -> Result<(), Stop> {
    for knob in config.table() {
        if let Some(text) = matches.get_one::<String>(knob.id) {
            set(config, knob, text)?;
        }
    }
    Ok(())
}
