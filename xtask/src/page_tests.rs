//! The browser tests of `tests/browser`: they drive the finished page, served with the strict policy.
//!
//! They are told where everything is by variables, so that they can also be run by hand against anything:
//! `HALFOPEN_URL` the front page, `HALFOPEN_WEBDRIVER` the driver, `HALFOPEN_BROWSER` its name, `HALFOPEN_BINARY` the browser,
//! `HALFOPEN_AXE` axe.min.js, `HALFOPEN_SHOTS` the folder for pictures of failures, `HALFOPEN_COMPLAINTS` the file for what
//! went wrong on pages unasked. What driver and browser print is there too.
//! The page's benchmarks, in the same package, are told the same and a little more: see [`measure`].

use crate::browsers::{Browser, Driver};
use crate::line::Line;
use crate::run::{Doing as _, Outcome, cargo, fail, root, run as run_program, target, watched, without_proxy};
use crate::server::{self, Manner, Server};
use crate::stages::Tests;
use crate::tools;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn suite() -> Command {
    program_of("browser")
}

fn program_of(target: &str) -> Command {
    let mut command = cargo(["test", "--profile", "browser-tests", "--package", "halfopen-browser-tests", "--test"]);
    command.arg(target);
    command
}

/// Compiles them, so that the seconds of each browser are its own.
pub(crate) fn compile() -> Outcome {
    run_program(suite().arg("--no-run"))
}

/// Runs them in one browser. A driver on a busy machine now and then loses a click: tests that failed are run once more, with
/// a new browser, and what is really broken fails again. What a page or the server complained of is never forgiven.
pub(crate) fn run(browser: Browser, filter: Option<&str>, counts: &mut Tests) -> Outcome {
    let folder = emptied(browser.name())?;
    let first = once(browser, &folder, "driver.log", filter, &[], counts)?;
    if first.is_empty() {
        return Ok(());
    }
    println!("\nonce more, with a new {}: {}", browser.name(), first.join(", "));
    let again = once(browser, &folder, "driver-again.log", None, &first, counts)?;
    if !again.is_empty() {
        return fail(format!("failed twice: {}", again.join(", ")));
    }
    println!("passed only at the second try: {}", first.join(", "));
    Ok(())
}

/// Runs those that the filter finds, or those of these names, and tells which failed. Whatever else is wrong is an error.
fn once(
    browser: Browser,
    folder: &Path,
    log: &str,
    filter: Option<&str>,
    names: &[String],
    counts: &mut Tests,
) -> Outcome<Vec<String>> {
    // Only Chromium's driver hands out the console.
    let manner = if browser == Browser::Chromium { Manner::Plain } else { Manner::Listening };
    let server = Server::start(&root().join("dist"), 0, manner)?;
    let driver = Driver::start(browser, &folder.join(log))?;
    let complaints = folder.join("complaints.txt");
    let mut command = suite();
    // One at a time: the drivers of Firefox and WebKitGTK have one browser each.
    command.args(["--", "--test-threads=1"]).args(filter);
    if !names.is_empty() {
        command.arg("--exact").args(names);
    }
    tell(&mut command, browser, &server, &driver, folder)?;
    command.env("HALFOPEN_AXE", tools::AXE.file("node_modules/axe-core/axe.min.js"));
    command.env("HALFOPEN_COMPLAINTS", &complaints);
    let (mut failed, mut now) = (Vec::new(), Tests::default());
    let ended = watched(without_proxy(&mut command), |line| {
        now.read(line);
        failed.extend(failed_test(line).map(str::to_owned));
    });
    // What failed before and ran again counts as what it comes to now.
    *counts = Tests { passed: counts.passed + now.passed, ignored: counts.ignored + now.ignored, failed: now.failed };
    untroubled(&server)?;
    match fs::read_to_string(&complaints) {
        Ok(text) if !text.is_empty() => return fail(format!("pages complained:\n{}", text.trim_end())),
        _ => {}
    }
    // A harness that broke off has not told all that failed.
    let told = !failed.is_empty() && failed.len() as u64 == now.failed;
    if told { Ok(failed) } else { ended.map(|()| Vec::new()) }
}

/// The name in a line such as `test smoke::nobody_is_kept_out ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// Measures the page in Chromium: prints each figure beside its budget, and fails when one is over.
pub(crate) fn measure(filter: Option<&str>) -> Outcome {
    let browser = Browser::Chromium;
    let folder = emptied("measure")?;
    let dist = root().join("dist");
    server::squeeze(&dist)?;
    let server = Server::start(&dist, 0, Manner::Plain)?;
    let slow = Server::start(&dist, 0, Manner::Slow(Arc::new(Line::of_a_phone())))?;
    let driver = Driver::start(browser, &folder.join("driver.log"))?;
    let mut command = program_of("measure");
    command.arg("--").args(filter);
    tell(&mut command, browser, &server, &driver, &folder)?;
    command
        .env("HALFOPEN_SLOW_URL", slow.url())
        .env("HALFOPEN_NODE", tools::lighthouse_node()?)
        .env("HALFOPEN_LIGHTHOUSE", tools::LIGHTHOUSE.file(tools::LIGHTHOUSE_CLI));
    run_program(without_proxy(&mut command))?;
    untroubled(&server)?;
    untroubled(&slow)
}

/// A folder in the build folder for what a run leaves.
fn emptied(name: &str) -> Outcome<PathBuf> {
    let folder = target().join("browser").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).doing(|| format!("could not create {}", folder.display()))?;
    Ok(folder)
}

/// Tells the program where everything is.
fn tell(command: &mut Command, browser: Browser, server: &Server, driver: &Driver, folder: &Path) -> Outcome {
    command
        .env("HALFOPEN_URL", server.url())
        .env("HALFOPEN_WEBDRIVER", driver.url())
        .env("HALFOPEN_BROWSER", browser.name())
        .env("HALFOPEN_BINARY", browser.binary()?)
        .env("HALFOPEN_SHOTS", folder);
    Ok(())
}

fn untroubled(server: &Server) -> Outcome {
    match server.troubles().as_slice() {
        [] => Ok(()),
        troubles => fail(format!("the server noticed:\n{}", troubles.join("\n"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_known_by_name() {
        assert_eq!(failed_test("test smoke::nobody_is_kept_out ... FAILED"), Some("smoke::nobody_is_kept_out"));
        assert_eq!(failed_test("test smoke::nobody_is_kept_out ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 1 passed; 2 failed; 0 ignored"), None);
    }
}
