//! The command line: the same labs without a browser.
//!
//! [`run`] is the whole program over any writers. What cannot be done is one line on standard error and exit code 2.

mod args;
mod availability;
mod calculate;
mod code;
mod conform;
mod figure;
mod knobs;
mod play;
mod report;
mod svg;
mod sweep;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use args::Verb;

use crate::lab::link::ENGINE;
use crate::labs::LABS;

/// Why the program ends early.
enum Stop {
    /// What cannot be done, in one line.
    Error(String),
    /// Help or the version was asked for: here it is.
    Said(String),
    /// Nobody reads the output any more, as in `halfopen … | head`. That is no error.
    Pipe,
}

/// Runs the program with the arguments and streams of the process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().skip(1).collect(), &mut io::stdout().lock(), &mut io::stderr().lock()))
}

/// Runs the program with these arguments, its name left out, and gives the exit code.
pub fn run(args: Vec<OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let ended = dispatch(args, out, err).and_then(|code| out.flush().map(|()| code).map_err(broken));
    match ended {
        Ok(code) => code,
        Err(Stop::Said(text)) => {
            // Whoever asked for help and closed the pipe has read enough.
            let _ = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
            0
        }
        Err(Stop::Pipe) => 0,
        Err(Stop::Error(what)) => {
            complain(err, &what);
            2
        }
    }
}

/// Says in one line what cannot be done.
fn complain(err: &mut dyn Write, what: &str) {
    // With standard error gone too there is nobody to tell.
    let _ = writeln!(err, "error: {}", plain(what).replace('\n', " "));
}

fn dispatch(args: Vec<OsString>, out: &mut dyn Write, err: &mut dyn Write) -> Result<u8, Stop> {
    for verb in [Verb::Run, Verb::Sweep] {
        if args.first().is_some_and(|first| first == verb.name()) {
            let order = args::read(verb, args.into_iter().skip(1).collect())?;
            return match verb {
                Verb::Run => play::play(order, out, err),
                Verb::Sweep => sweep::sweep(&order, out, err),
            }
            .map(|()| 0);
        }
    }
    if args.first().is_some_and(|first| first == calculate::NAME) {
        return calculate::calculate(args.into_iter().skip(1).collect(), out, err).map(|()| 0);
    }
    let matches = args::top().try_get_matches_from(args.into_iter().fold(vec!["halfopen".into()], |mut all, arg| {
        all.push(arg);
        all
    }));
    match matches.map_err(|error| stopped(&error))?.subcommand() {
        Some(("labs", _)) => labs(out).map(|()| 0),
        Some(("code", matches)) => code::code(matches, out, err).map(|()| 0),
        Some(("availability", matches)) => availability::availability(matches, out).map(|()| 0),
        Some(("figure", matches)) => figure::figure(matches, out).map(|()| 0),
        Some(("conform", matches)) => {
            let files: Vec<PathBuf> = matches.get_many("files").into_iter().flatten().cloned().collect();
            conform::conform(&files, out, err)
        }
        _ => Err(Stop::Said(args::top().render_help().to_string())),
    }
}

fn labs(out: &mut dyn Write) -> Result<(), Stop> {
    let width = |text: fn(&crate::lab::About) -> &str| {
        LABS.iter().map(|lab| text(&lab.about).chars().count()).max().unwrap_or(0)
    };
    let (slugs, titles) = (width(|about| about.slug), width(|about| about.title));
    for lab in LABS {
        let about = &lab.about;
        writeln!(out, "{:slugs$}  {:titles$}  {}", about.slug, about.title, about.summary).map_err(broken)?;
    }
    Ok(())
}

/// Version of the program and of the engine that runs are made by.
fn version() -> String {
    format!("{} (engine {ENGINE})", env!("CARGO_PKG_VERSION"))
}

/// The output could not be written.
fn broken(error: io::Error) -> Stop {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Stop::Pipe,
        _ => Stop::Error(format!("cannot write the output: {error}")),
    }
}

/// What clap makes of wrong arguments, in one line.
fn stopped(error: &clap::Error) -> Stop {
    let text = error.to_string();
    if !error.use_stderr() {
        return Stop::Said(text);
    }
    let mut line = String::new();
    for part in text.lines().take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more")) {
        let part = part.trim();
        if part.starts_with("tip:") {
            line.push(';');
        }
        if !line.is_empty() && !part.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    Stop::Error(line.strip_prefix("error: ").unwrap_or(&line).to_owned())
}

/// Text for a terminal: the page's narrow and unbreakable spaces become plain ones.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}
