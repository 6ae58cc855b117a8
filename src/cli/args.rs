//! Reading the arguments. `run` is read in two stages: first the lab is found, then its knob table gives the options.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use halfopen_core::Instant;

use super::{Stop, calculate, knobs, plain, stopped, version};
use crate::calculators;
use crate::figure::aws_backoff;
use crate::lab::link::{self, Link, RUN_MAX, Target};
use crate::lab::{Entrance, Input, compare};
use crate::labs::{self, LABS};
use crate::sweep::SEEDS_MAX;

/// How far a run goes when neither link nor option says so.
const UNTIL: Instant = Instant::from_secs(60);
/// Options of `run` and `sweep` that every lab has. All take a value.
const FIXED: [&str; 8] = ["--until", "--preset", "--seed", "--seeds", "--readout", "--format", "--chart", "--out"];

/// What `--format` takes.
pub(super) const FORMATS: [&str; 4] = ["text", "json", "csv", "svg"];

/// What is done with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Plays it once and tells what happened.
    Run,
    /// Plays it with many seeds and tells the spread of a number.
    Sweep,
}

impl Verb {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Sweep => "sweep",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Run => "Run a lab and tell what happened",
            Self::Sweep => "Run a lab with many seeds and tell how a readout spreads",
        }
    }
}

impl Order {
    /// What was wrong with the link, and what in the settings contradicts itself.
    pub(super) fn notices(&self) -> Vec<String> {
        let mut notices = self.notices.clone();
        notices.extend(conflicts(&self.link));
        notices
    }
}

/// What in a link's settings contradicts itself, in both lanes.
pub(super) fn conflicts(link: &Link) -> Vec<String> {
    let conflicts = link.lab.about.conflicts;
    let b = link.b.iter().flat_map(conflicts).map(|conflict| format!("B: {conflict}"));
    conflicts(&link.config).into_iter().chain(b).collect()
}

/// A run as it was ordered.
pub(super) struct Order {
    /// The lab, its knobs, the seed and what the reader did, with the options worked in.
    pub(super) link: Link,
    /// How far to run.
    pub(super) until: Instant,
    /// How to tell it.
    pub(super) format: Format,
    /// Only this chart.
    pub(super) chart: Option<String>,
    /// The seeds of a sweep, and the readout that it is about.
    pub(super) seeds: RangeInclusive<u64>,
    pub(super) readout: String,
    /// Where to, instead of standard output.
    pub(super) out: Option<PathBuf>,
    /// What was wrong with the link.
    notices: Vec<String>,
}

/// How a run is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The log with its reasons, and the readouts.
    Text,
    /// Everything, as one object.
    Json,
    /// The charts' points, a row each.
    Csv,
    /// A chart as a picture.
    Svg,
}

/// The whole command line.
pub(super) fn top() -> Command {
    Command::new("halfopen")
        .version(version())
        .about("A playground for fault tolerance: the labs of the page, without a browser.")
        .after_help("Try: halfopen run circuit-breaker --help")
        .subcommand(Command::new("labs").about("List the labs, a line each"))
        .subcommand(command(Verb::Run, None))
        .subcommand(command(Verb::Sweep, None))
        .subcommand(super::code::command())
        .subcommand(super::availability::command())
        .subcommand(calculate::command(None))
        .subcommand(super::figure::command())
        .subcommand(
            Command::new("conform")
                .about("Replay conformance files; exit 1 if a case fails, 2 if a file cannot be replayed")
                .arg(
                    Arg::new("files")
                        .value_name("FILE")
                        .help("Files as tests/conformance/README.md describes them")
                        .num_args(1..)
                        .required(true)
                        .value_parser(value_parser!(PathBuf)),
                ),
        )
}

/// Reads the arguments after `run` or `sweep`.
pub(super) fn read(verb: Verb, mut args: Vec<OsString>) -> Result<Order, Stop> {
    let name = verb.name();
    let help = |arg: &OsString| arg == "--help" || arg == "-h";
    let Some(place) = find_target(&args) else {
        if args.iter().any(help) {
            return Err(Stop::Said(command(verb, None).bin_name(format!("halfopen {name}")).render_help().to_string()));
        }
        return Err(Stop::Error(format!("{name} which lab? Give a link or a name that `halfopen labs` lists")));
    };
    let target = args.remove(place);
    let target = target.to_str().ok_or_else(|| Stop::Error("the link is not UTF-8".to_owned()))?;
    let (link, notices) = read_target(target)?;
    let command = command(verb, Some(link.lab));
    let matches = command
        .try_get_matches_from(std::iter::once(OsString::from(name)).chain(args))
        .map_err(|error| stopped(&error))?;
    order(verb, link, notices, &matches)
}

/// Which argument is the link: the first that leads to a lab, else the first that is nothing else's value.
fn find_target(args: &[OsString]) -> Option<usize> {
    let is_option = |index: usize| args.get(index).is_some_and(|arg| arg.to_string_lossy().starts_with("--"));
    let takes_next = |index: usize| args.get(index).is_some_and(|arg| FIXED.iter().any(|fixed| arg == fixed));
    let free = |index: &usize| !is_option(*index) && !index.checked_sub(1).is_some_and(takes_next);
    let leads = |arg: &OsString| arg.to_str().is_some_and(|text| matches!(link::read(text, LABS).0, Target::Lab(_)));
    let candidates: Vec<usize> =
        (0..args.len()).filter(free).filter(|index| args.get(*index).is_none_or(|arg| arg != "-h")).collect();
    candidates
        .iter()
        .find(|index| args.get(**index).is_some_and(leads))
        .or_else(|| candidates.iter().find(|index| !index.checked_sub(1).is_some_and(is_option)))
        .copied()
}

/// The link that a text stands for, and what was wrong with it.
pub(super) fn read_target(target: &str) -> Result<(Link, Vec<String>), Stop> {
    let (found, notices) = link::read(target, LABS);
    let notices: Vec<String> = notices.into_iter().map(|notice| notice.0).collect();
    match found {
        Target::Lab(link) => Ok((link, notices)),
        Target::Home if notices.is_empty() => {
            Err(Stop::Error("this link leads to the front page; `halfopen labs` lists the labs".to_owned()))
        }
        Target::Page(path) if path == aws_backoff::PAGE => Err(Stop::Error(format!(
            "{path} is a page without a lab; `halfopen figure {}` draws what it shows",
            super::figure::NAME
        ))),
        Target::Page(path) if calculators::find(&path).is_some_and(|one| one.slug == path) => {
            Err(Stop::Error(format!(
                "{path} is a page without a lab; `halfopen calculate {}` tells what it shows",
                path.rsplit('/').next().unwrap_or_default()
            )))
        }
        Target::Home | Target::Page(_) => {
            let slug = slug_of(target);
            let meant = labs::nearest(slug);
            let meant = meant.map_or_else(String::new, |lab| format!("did you mean {}? ", lab.slug));
            Err(Stop::Error(format!(
                "there is no lab called {}; {meant}`halfopen labs` lists them",
                link::quoted(slug)
            )))
        }
    }
}

/// The part of a link that names the lab.
fn slug_of(target: &str) -> &str {
    let fragment = target.split_once('#').map_or(target, |(_, fragment)| fragment);
    let path = fragment.split('?').next().unwrap_or_default().trim_matches('/');
    path.strip_prefix("embed/").unwrap_or(path)
}

/// Works the options into the link: they win over it.
fn order(verb: Verb, mut link: Link, notices: Vec<String>, matches: &ArgMatches) -> Result<Order, Stop> {
    if let Some(id) = matches.get_one::<String>("preset") {
        let preset = link.lab.preset(id).unwrap_or_else(|| link.lab.defaults());
        // For both lanes, but where they differ: that is what is compared.
        if let Some(b) = &mut link.b {
            let mut both = preset.clone();
            for (knob, ..) in compare::differing(&link.config, b) {
                if let Some(value) = b.value(knob.id) {
                    both.set(knob.id, value.clone());
                }
            }
            *b = both;
        }
        link.config = preset;
        link.inputs.retain(|timed| matches!(timed.input, Input::Do { .. }));
    }
    for knob in link.lab.about.knobs {
        let Some(text) = matches.get_one::<String>(knob.id) else { continue };
        // For both lanes, but where they differ in just this: that is what is compared.
        if let Some(b) = &mut link.b
            && b.value(knob.id) == link.config.value(knob.id)
        {
            let _ = b.set_text(knob.id, text);
        }
        knobs::set(&mut link.config, knob, text)?;
        link.inputs.retain(|timed| !matches!(&timed.input, Input::Set { knob: turned, .. } if *turned == knob.id));
    }
    let one = verb == Verb::Run;
    if let Some(seed) = one.then(|| matches.get_one("seed")).flatten() {
        link.seed = *seed;
    }
    let text = |id: &str| if one { None } else { matches.get_one::<String>(id).cloned() };
    let seeds = text("seeds").map_or(Ok(1..=100), |text| read_seeds(&text))?;
    let readout = text("readout").unwrap_or_default();
    let until = match matches.get_one::<String>("until") {
        Some(text) => link::read_seconds(text).filter(|until| *until <= RUN_MAX).ok_or_else(|| {
            Stop::Error(format!("--until {} is no time from 0s to 24h, such as 90s", link::quoted(text)))
        })?,
        None => link.at.unwrap_or(UNTIL),
    };
    let format = format(matches);
    let chart = one.then(|| matches.get_one::<String>("chart").cloned()).flatten();
    if chart.is_some() && format == Format::Text {
        return Err(Stop::Error("--chart goes with --format json, csv or svg".to_owned()));
    }
    Ok(Order { link, until, format, chart, seeds, readout, out: matches.get_one("out").cloned(), notices })
}

/// How it is to be told.
pub(super) fn format(matches: &ArgMatches) -> Format {
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some("svg") => Format::Svg,
        _ => Format::Text,
    }
}

/// Reads a seed; a wrong one is told as a link's is.
pub(super) fn read_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it is no seed: a whole number up to {} is", u64::MAX))
}

/// Reads `1..1000`, both ends meant, or a single seed.
fn read_seeds(text: &str) -> Result<RangeInclusive<u64>, Stop> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let last = last.strip_prefix('=').unwrap_or(last);
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last && last - first < SEEDS_MAX => Ok(first..=last),
        _ => Err(Stop::Error(format!(
            "--seeds {} is no range such as 1..1000, of at most {SEEDS_MAX} seeds",
            link::quoted(text)
        ))),
    }
}

/// `run` or `sweep`, with the options of a lab if one is known.
fn command(verb: Verb, lab: Option<&'static Entrance>) -> Command {
    let (name, one) = (verb.name(), verb == Verb::Run);
    let option = |id: &'static str, name: &'static str, help: &'static str| {
        Arg::new(id).long(id).value_name(name).help(help).help_heading("Run")
    };
    let mut preset = option("preset", "NAME", "Set all knobs as a preset has them");
    if let Some(lab) = lab {
        let ids = lab.about.presets.iter().map(|preset| preset.id);
        preset = preset.value_parser(PossibleValuesParser::new(ids)).hide_possible_values(true);
    }
    let format = if one {
        "How to tell it: the log and readouts (text), everything (json), the charts' points as chart,series,x,y (csv), one chart as a picture (svg) [default: text]"
    } else {
        "How to tell it: mean and interval (text), everything (json), a row a seed (csv) [default: text]"
    };
    let mut command = Command::new(name)
        .about(verb.about())
        .next_line_help(false)
        .arg(
            option("until", "TIME", "How far to run, at most 24h [default: the link's t, else 60s]")
                .allow_hyphen_values(true),
        )
        .arg(preset)
        .arg(
            option("format", "FORMAT", format)
                .value_parser(PossibleValuesParser::new(FORMATS.into_iter().filter(|format| one || *format != "svg")))
                .hide_possible_values(true),
        )
        .arg(option("out", "FILE", "Write to this file instead").value_parser(value_parser!(PathBuf)));
    command = if one {
        command
            .arg(
                option("seed", "N", "The seed of everything random [default: the link's, else 1]")
                    .value_parser(read_seed)
                    .allow_hyphen_values(true),
            )
            .arg(option("chart", "ID", "Only this chart; svg paints the first if nothing is said"))
    } else {
        command
            .arg(option("seeds", "RANGE", "The seeds, both ends meant [default: 1..100]").allow_hyphen_values(true))
            .arg(option(
                "readout",
                "NAME",
                "The number that is told; `run --format json` names them [default: all, in short]",
            ))
    };
    let Some(lab) = lab else {
        return command
            .override_usage(format!("halfopen {name} <LINK OR LAB> [--<KNOB> <VALUE>]... [OPTIONS]"))
            .after_help(format!("Every lab has its own knobs: halfopen {name} <LAB> --help lists them, with presets and actions.\nA link is what the page's address holds from # on, such as '#/circuit-breaker?threshold=4&t=20s'; options win over it."));
    };
    for knob in lab.about.knobs {
        command = command.arg(knobs::option(knob));
    }
    let slug = lab.about.slug;
    command
        .about(format!("{}. {}", lab.about.title, plain(&(lab.about.claim)(&lab.defaults()))))
        .override_usage(format!(
            "halfopen {name} {slug} [OPTIONS]\n       halfopen {name} '#/{slug}?<KNOB>=<VALUE>&…' [OPTIONS]"
        ))
        .after_help(after_help(lab))
}

fn after_help(lab: &Entrance) -> String {
    let mut out = String::from("Presets:\n");
    let width = lab.about.presets.iter().map(|preset| preset.id.len()).max().unwrap_or(0);
    for preset in lab.about.presets {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {:width$}  {}", preset.id, plain(preset.label));
    }
    out.push_str("\nActions, in the link as do=<seconds>:<action>[:<argument>…],…:\n");
    let calls: Vec<(String, &str)> = lab
        .about
        .actions
        .iter()
        .map(|action| {
            let args = action.args.iter().map(|(min, max)| format!(":<{min}…{max}>"));
            (std::iter::once(action.id.to_owned()).chain(args).collect(), action.help)
        })
        .collect();
    let width = calls.iter().map(|(call, _)| call.chars().count()).max().unwrap_or(0);
    for (call, help) in calls {
        let _ = writeln!(out, "  {call:width$}  {}", plain(help));
    }
    let _ = write!(out, "\nTry: halfopen run '#/{}?do={}&t=20s'", lab.about.slug, example(lab));
    out
}

/// A few actions in a row.
fn example(lab: &Entrance) -> String {
    let first = lab.about.actions.iter().find(|action| action.args.is_empty());
    first.map_or_else(String::new, |action| format!("1:{0},2:{0}", action.id))
}
