//! The developer commands. `cargo xtask` lists them.
//!
//! Two of them set up everything: `cargo xtask serve` and `cargo xtask test` install what is missing, at the versions
//! pinned in [`tools`], into a per-user cache; a second run installs nothing, and what the user has is never touched.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "the ban on clocks keeps runs replayable; these commands time themselves and no run depends on them"
)]

mod bench;
mod browsers;
mod build;
mod check;
mod html;
mod imports;
mod layering;
mod line;
mod machine;
mod page_tests;
mod run;
mod server;
mod size;
mod split;
mod stages;
mod system;
mod test;
mod tools;

use lexopt::prelude::*;
use run::{Failure, Outcome};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--release]  install what is missing, build, serve with live reload
  test                          install what is missing, browsers included, and run every test
       --quick                  only the native tests: for daily use
       --only PART              native, replay, wasm or page (may be repeated)
       --browser NAME           chromium, firefox or webkit (may be repeated)
       --as-built               the page tests on dist/ as it is
       FILTER                   only the wasm and page tests whose name contains this
  check                         format, clippy, docs, layering, no_std builds: all that needs no run
  build                         the release page in dist/
  preview [--port N]            serve dist/ with the strict security policy that the tests use
  size                          bytes over the wire of the first visit, against the budget
  bench                         speed: the breaker against its peers, the engine in WebAssembly against the native
                                one, the page against its budgets
       --only PART              breaker, engine or page (may be repeated)
       --as-built               the page as it is in dist/
       FILTER                   of the page's figures only those whose name contains this

Tools go to ${XDG_CACHE_HOME:-~/.cache}/halfopen/tools, one folder a version; delete it to undo them.
";

enum Command {
    Help,
    Serve { port: Option<u16>, release: bool },
    Test(test::Selection),
    Check,
    Build,
    Preview { port: Option<u16> },
    Size,
    Bench(bench::Selection),
}

fn main() -> ExitCode {
    let done = parse(lexopt::Parser::from_env()).and_then(|command| match command {
        Command::Help => {
            print!("{HELP}");
            Ok(())
        }
        Command::Serve { port, release } => build::serve(port, release),
        Command::Test(selection) => test::test(&selection),
        Command::Check => check::check(),
        Command::Build => build::build(),
        Command::Preview { port } => server::preview(port),
        Command::Size => size::size(),
        Command::Bench(selection) => bench::bench(&selection),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn parse(mut arguments: lexopt::Parser) -> Outcome<Command> {
    let mut command = match arguments.next().map_err(usage)? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(name)) => match name.to_str() {
            Some("help") => return Ok(Command::Help),
            Some("serve") => Command::Serve { port: None, release: false },
            Some("test") => Command::Test(test::Selection::default()),
            Some("check") => Command::Check,
            Some("build") => Command::Build,
            Some("preview") => Command::Preview { port: None },
            Some("size") => Command::Size,
            Some("bench") => Command::Bench(bench::Selection::default()),
            _ => return Err(bad(format!("there is no command {name:?}"))),
        },
        Some(other) => return Err(usage(other.unexpected())),
    };
    while let Some(argument) = arguments.next().map_err(usage)? {
        match (&mut command, argument) {
            (_, Short('h') | Long("help")) => return Ok(Command::Help),
            (Command::Serve { port, .. } | Command::Preview { port }, Long("port")) => {
                *port = Some(arguments.value().and_then(|value| value.parse()).map_err(usage)?);
            }
            (Command::Serve { release, .. }, Long("release")) => *release = true,
            (Command::Test(selection), Long("quick")) => selection.only.push(test::Part::Native),
            (Command::Test(selection), Long("as-built")) => selection.as_built = true,
            (Command::Test(selection), Long("only")) => {
                selection.only.push(arguments.value().and_then(|value| value.parse()).map_err(usage)?);
            }
            (Command::Test(selection), Long("browser")) => {
                selection.browsers.push(arguments.value().and_then(|value| value.parse()).map_err(usage)?);
            }
            (Command::Test(selection), Value(filter)) if selection.filter.is_none() => {
                selection.filter = Some(filter.string().map_err(usage)?);
            }
            (Command::Bench(selection), Long("as-built")) => selection.as_built = true,
            (Command::Bench(selection), Long("only")) => {
                selection.only.push(arguments.value().and_then(|value| value.parse()).map_err(usage)?);
            }
            (Command::Bench(selection), Value(filter)) if selection.filter.is_none() => {
                selection.filter = Some(filter.string().map_err(usage)?);
            }
            (_, other) => return Err(usage(other.unexpected())),
        }
    }
    Ok(command)
}

fn usage(error: lexopt::Error) -> Failure {
    bad(error.to_string())
}

/// A wrong argument: one line, and exit code 2.
fn bad(message: String) -> Failure {
    Failure { message: format!("{message}; `cargo xtask` lists the commands"), code: 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Outcome<Command> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn commands_take_their_options() {
        assert!(matches!(parsed(&[]), Ok(Command::Help)));
        assert!(matches!(parsed(&["serve"]), Ok(Command::Serve { port: None, release: false })));
        let serve = parsed(&["serve", "--release", "--port=9000"]);
        assert!(matches!(serve, Ok(Command::Serve { port: Some(9000), release: true })));
        let Ok(Command::Test(selection)) = parsed(&["test", "--browser", "webkit", "--only", "page", "smoke"]) else {
            panic!("not parsed");
        };
        assert_eq!(selection.browsers, [browsers::Browser::WebKit]);
        assert_eq!(selection.only, [test::Part::Page]);
        assert_eq!(selection.filter.as_deref(), Some("smoke"));
        let Ok(Command::Bench(selection)) = parsed(&["bench", "--only=page", "--as-built", "scrub"]) else {
            panic!("not parsed");
        };
        assert_eq!((selection.only, selection.as_built), (vec![bench::Part::Page], true));
        assert_eq!(selection.filter.as_deref(), Some("scrub"));
    }

    #[test]
    fn a_wrong_argument_is_one_line_and_code_2() {
        let wrong: [&[&str]; 7] = [
            &["dance"],
            &["--fast"],
            &["serve", "--port", "many"],
            &["serve", "extra"],
            &["test", "--browser", "lynx"],
            &["check", "--quick"],
            &["bench", "--only", "lynx"],
        ];
        for words in wrong {
            let Err(failure) = parsed(words) else { panic!("{words:?} was taken") };
            assert_eq!(failure.code, 2, "{words:?}");
            assert_eq!(failure.message.lines().count(), 1, "{}", failure.message);
        }
    }
}
