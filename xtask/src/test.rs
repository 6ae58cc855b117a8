//! `cargo xtask test`: every test there is, in the order in which a mistake shows soonest.

use crate::browsers::Browser;
use crate::run::{Outcome, cargo, root, watched, without_proxy};
use crate::stages::{Stages, Tests};
use crate::{build, page_tests, size, system, tools};
use std::process::Command;

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything that needs no browser: core, app, properties, conformance.
    Native,
    /// The same runs once more, optimised: the traces must hash the same.
    Replay,
    /// The app's WebAssembly in a browser: unit tests of the page, replays, mounting.
    Wasm,
    /// The finished page in a browser, as a person meets it.
    Page,
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "native" => Ok(Self::Native),
            "replay" => Ok(Self::Replay),
            "wasm" => Ok(Self::Wasm),
            "page" => Ok(Self::Page),
            _ => Err(format!("the tests have no part {name:?} (native, replay, wasm, page)")),
        }
    }
}

/// Which tests to run; empty lists mean all.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) only: Vec<Part>,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) filter: Option<String>,
    /// Takes `dist/` as it is, for somebody who works on the page tests themselves.
    pub(crate) as_built: bool,
}

impl Selection {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn browsers(&self) -> Vec<Browser> {
        Browser::ALL.into_iter().filter(|browser| self.browsers.is_empty() || self.browsers.contains(browser)).collect()
    }
}

/// `cargo xtask test`.
pub(crate) fn test(selection: &Selection) -> Outcome {
    let mut stages = Stages::new("cargo xtask test");
    let browsers = selection.browsers();
    stages.stage("install what is missing", || install(selection, &browsers))?;
    if selection.has(Part::Native) {
        stages.tests("native tests", |tests| counted(&mut cargo(["test", "--workspace"]), tests))?;
    }
    if selection.has(Part::Replay) && root().join("tests/replay.rs").exists() {
        stages.tests("replay, native release", |tests| {
            counted(&mut cargo(["test", "--release", "--package", "halfopen", "--test", "replay"]), tests)
        })?;
    }
    for browser in browsers.iter().filter(|_| selection.has(Part::Wasm)) {
        // WebKitGTK is not among the browsers that wasm-bindgen-test knows.
        if let (Some(variable), driver) = browser.driver()? {
            stages.tests(&format!("WebAssembly tests, {}", browser.name()), |tests| {
                let mut command =
                    cargo(["test", "--package", "halfopen", "--target", system::WASM, "--lib", "--test", "web*"]);
                command
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
                    .env_remove("CHROMEDRIVER")
                    .env_remove("GECKODRIVER")
                    .env(variable, driver)
                    .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
                filtered(&mut command, selection);
                counted(without_proxy(&mut command), tests)
            })?;
        }
    }
    if selection.has(Part::Page) {
        if !selection.as_built {
            stages.stage("the page, release build", build::dist)?;
        }
        stages.stage("browser tests, build", page_tests::compile)?;
        for browser in browsers {
            stages.tests(&format!("browser tests, {}", browser.name()), |tests| {
                page_tests::run(browser, selection.filter.as_deref(), tests)
            })?;
        }
        // Last: a page that grew too large still has to work.
        if !selection.as_built {
            stages.stage("the page, size", size::within)?;
        }
    }
    stages.table();
    Ok(())
}

fn install(selection: &Selection, browsers: &[Browser]) -> Outcome {
    // All packages of the system at once, so that one command by hand is enough where we may not install.
    let mut packages = Vec::new();
    if selection.has(Part::Native) {
        packages.push(&system::PYTHON);
    }
    if !selection.has(Part::Wasm) && !selection.has(Part::Page) {
        return system::packages(&packages);
    }
    let mut wanted = vec![&tools::WASM_BINDGEN];
    if browsers.contains(&Browser::Firefox) {
        wanted.push(&tools::GECKODRIVER);
    }
    if selection.has(Part::Page) {
        wanted.push(&tools::AXE);
        wanted.extend(tools::PAGE.into_iter().filter(|tool| tool.name != tools::WASM_BINDGEN.name));
    }
    packages.extend(browsers.iter().flat_map(|browser| browser.needs()));
    packages.extend(tools::node_for(&wanted));
    system::packages(&packages)?;
    system::targets(&[system::WASM])?;
    tools::need(&wanted)
}

fn filtered(command: &mut Command, selection: &Selection) {
    if let Some(filter) = &selection.filter {
        command.args(["--", filter]);
    }
}

/// Runs a `cargo test` and adds up what its harnesses tell.
fn counted(command: &mut Command, tests: &mut Tests) -> Outcome {
    watched(command, |line| tests.read(line))
}
