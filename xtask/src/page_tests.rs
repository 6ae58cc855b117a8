//! The browser tests of `tests/browser`: they drive the finished page, served with the strict policy.
//!
//! They are told where everything is by variables, so that they can also be run by hand against anything:
//! `HALFOPEN_URL` the front page, `HALFOPEN_WEBDRIVER` the driver, `HALFOPEN_BROWSER` its name, `HALFOPEN_BINARY` the browser,
//! `HALFOPEN_AXE` axe.min.js, `HALFOPEN_SHOTS` the folder for pictures of failures. What driver and browser print is there too.
//! The page's benchmarks, in the same package, are told the same and a little more: see [`measure`].

use crate::browsers::{Browser, Driver};
use crate::line::Line;
use crate::run::{Doing as _, Outcome, cargo, fail, root, run as run_program, target, without_proxy};
use crate::server::{self, Manner, Server};
use crate::stages::Tests;
use crate::test::counted;
use crate::tools;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn tests() -> Command {
    program_of("browser")
}

fn program_of(target: &str) -> Command {
    let mut command = cargo(["test", "--profile", "browser-tests", "--package", "halfopen-browser-tests", "--test"]);
    command.arg(target);
    command
}

/// Compiles them, so that the seconds of each browser are its own.
pub(crate) fn compile() -> Outcome {
    run_program(tests().arg("--no-run"))
}

/// Runs them in one browser.
pub(crate) fn run(browser: Browser, filter: Option<&str>, counts: &mut Tests) -> Outcome {
    let first = once(browser, filter, counts);
    let Err(failure) = first else { return Ok(()) };
    // A driver on a busy machine now and then loses a click. What is really broken fails again; what is not is named here.
    println!(
        "\n{}\nonce more, with a new {}: the tests named above as FAILED failed at the first try",
        failure.message,
        browser.name()
    );
    once(browser, filter, counts)
}

fn once(browser: Browser, filter: Option<&str>, counts: &mut Tests) -> Outcome {
    let folder = emptied(browser.name())?;
    // Only Chromium's driver hands out the console.
    let manner = if browser == Browser::Chromium { Manner::Plain } else { Manner::Listening };
    let server = Server::start(&root().join("dist"), 0, manner)?;
    let driver = Driver::start(browser, &folder.join("driver.log"))?;
    let mut command = tests();
    // One at a time: the drivers of Firefox and WebKitGTK have one browser each.
    command.args(["--", "--test-threads=1"]).args(filter);
    tell(&mut command, browser, &server, &driver, &folder)?;
    command.env("HALFOPEN_AXE", tools::AXE.file("node_modules/axe-core/axe.min.js"));
    counted(without_proxy(&mut command), counts)?;
    untroubled(&server)
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
