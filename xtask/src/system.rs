//! What comes from the system, not from the cache: Rust targets and components, browsers, Node.
//!
//! Missing pieces are installed where that is allowed; else the exact command to run is printed, and nothing is half done.

use crate::browsers::Browser;
use crate::run::{Outcome, fail, output, run};
use std::path::PathBuf;
use std::process::Command;

/// The target of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// A target without std and without 64-bit atomics: what builds here needs neither.
pub(crate) const BARE: &str = "thumbv6m-none-eabi";

/// Adds the Rust targets that are missing.
pub(crate) fn targets(wanted: &[&str]) -> Outcome {
    let there = output(Command::new("rustup").args(["target", "list", "--installed"])).or_else(|_| {
        fail(format!("rustup is needed to add the Rust targets {}: https://rustup.rs", wanted.join(", ")))
    })?;
    let missing: Vec<_> = wanted.iter().filter(|target| !there.lines().any(|line| line == **target)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Adding Rust targets, to compile for the browser and for bare metal. This takes less than a minute.");
    run(Command::new("rustup").args(["target", "add"]).args(missing))
}

/// Adds the toolchain's formatter and linter when they are missing (rustup's minimal profile leaves them out).
pub(crate) fn components() -> Outcome {
    let works = |tool: &str| output(crate::run::cargo([tool, "--version"]).env_remove("CARGO")).is_ok();
    let missing: Vec<_> =
        [("fmt", "rustfmt"), ("clippy", "clippy")].into_iter().filter(|(tool, _)| !works(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Adding rustfmt and clippy, which check the code. This takes less than a minute.");
    run(Command::new("rustup").args(["component", "add"]).args(missing.iter().map(|(_, component)| component)))
}

/// Sees to it that the browsers and their drivers are there.
pub(crate) fn browsers(wanted: &[Browser]) -> Outcome {
    let packages: Vec<&str> = wanted
        .iter()
        .flat_map(|browser| browser.needs())
        .filter(|need| need.find().is_none())
        .map(|need| need.package)
        .collect();
    packages_of_the_system(&packages, "run the tests in real browsers", "2 minutes")?;
    for need in wanted.iter().flat_map(|browser| browser.needs()) {
        if need.find().is_none() {
            return fail(format!(
                "the package {} is installed, but {} is not found",
                need.package,
                need.names.join(" or ")
            ));
        }
    }
    Ok(())
}

/// Sees to it that Node and npm are there; a Node that the user has is used as it is.
pub(crate) fn node() -> Outcome {
    let packages: Vec<&str> = [("node", "nodejs"), ("npm", "npm")]
        .into_iter()
        .filter(|(program, _)| on_path(program).is_none())
        .map(|(_, package)| package)
        .collect();
    packages_of_the_system(&packages, "fetch wasm-opt and axe-core, which come from npm", "1 minute")
}

/// Installs Debian packages as root, or stops with the command that somebody with the right may run.
fn packages_of_the_system(packages: &[&str], purpose: &str, takes: &str) -> Outcome {
    let mut packages = packages.to_vec();
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install --no-install-recommends -y {list}");
    if on_path("apt-get").is_none() {
        return fail(format!(
            "to {purpose}, these are needed and cannot be installed here, for there is no apt-get: {list}\n\
             On Debian or Ubuntu the command is\n\n  {by_hand}\n\nElsewhere install what corresponds to them."
        ));
    }
    if !is_root() {
        return fail(format!("to {purpose}, packages are missing that only root may install. Run\n\n  {by_hand}\n"));
    }
    eprintln!("Installing {list} with apt-get, to {purpose}. This takes about {takes}.");
    let apt = |arguments: &[&str]| {
        run(crate::run::program("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "--no-install-recommends", "-y", "-q"], packages.as_slice()].concat())
}

/// Whether we may do everything on this machine.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// The program of this name on PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
