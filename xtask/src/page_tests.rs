//! The browser tests of `tests/browser`: they drive the finished page, served with the strict policy.
//!
//! They are told where everything is by variables, so that they can also be run by hand against anything:
//! `HALFOPEN_URL` the front page, `HALFOPEN_WEBDRIVER` the driver, `HALFOPEN_BROWSER` its name, `HALFOPEN_BINARY` the browser,
//! `HALFOPEN_AXE` axe.min.js, `HALFOPEN_SHOTS` the folder for pictures of failures. What driver and browser print is there too.

use crate::browsers::{Browser, Driver};
use crate::run::{Doing as _, Outcome, cargo, fail, root, run as run_program, target, without_proxy};
use crate::server::Server;
use crate::stages::Tests;
use crate::test::counted;
use crate::tools;
use std::fs;
use std::process::Command;

fn tests() -> Command {
    cargo(["test", "--profile", "browser-tests", "--package", "halfopen-browser-tests", "--test", "browser"])
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
    let folder = target().join("browser").join(browser.name());
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).doing(|| format!("could not create {}", folder.display()))?;
    let log = folder.join("driver.log");
    // Only Chromium's driver hands out the console.
    let server = Server::start(&root().join("dist"), 0, browser != Browser::Chromium)?;
    let driver = Driver::start(browser, &log)?;
    let mut command = tests();
    // One at a time: the drivers of Firefox and WebKitGTK have one browser each.
    command.args(["--", "--test-threads=1"]).args(filter);
    command
        .env("HALFOPEN_URL", server.url())
        .env("HALFOPEN_WEBDRIVER", driver.url())
        .env("HALFOPEN_BROWSER", browser.name())
        .env("HALFOPEN_BINARY", browser.binary()?)
        .env("HALFOPEN_AXE", tools::AXE.file("node_modules/axe-core/axe.min.js"))
        .env("HALFOPEN_SHOTS", &folder);
    counted(without_proxy(&mut command), counts)?;
    match server.troubles().as_slice() {
        [] => Ok(()),
        troubles => fail(format!("the server noticed:\n{}", troubles.join("\n"))),
    }
}
