//! What comes from the system, not from the cache: Rust targets and components, browsers, Node.
//!
//! Missing pieces are installed where that is allowed; else the exact command to run is printed, and nothing is half done.

use crate::run::{Outcome, fail, output, program, run};
use std::fs;
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

/// A program that is needed, and the Debian package that has it.
pub(crate) struct Need {
    /// The names it goes by; any of them will do.
    pub(crate) names: &'static [&'static str],
    pub(crate) package: &'static str,
}

/// For what comes from npm; a Node that the user has is used as it is.
pub(crate) const NODE: Need = Need { names: &["node"], package: "nodejs" };
/// See [`NODE`].
pub(crate) const NPM: Need = Need { names: &["npm"], package: "npm" };

/// Runs the programs that labs give away, in the native tests.
pub(crate) const PYTHON: Need = Need { names: &["python3"], package: "python3" };

impl Need {
    /// Where it is, if it is there.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        self.names.iter().find_map(|name| on_path(name)).or_else(|| {
            // WebKitGTK keeps its browser out of PATH, in a folder named after the architecture or in libexec.
            let mut folders = vec![PathBuf::from("/usr/libexec")];
            folders.extend(fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path()));
            let below = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
            let webkit = below.filter(|entry| entry.file_name().to_string_lossy().starts_with("webkit2gtk-"));
            let files = webkit.flat_map(|entry| self.names.iter().map(move |name| entry.path().join(name)));
            { files }.find(|file| file.is_file())
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> Outcome<PathBuf> {
        self.find().map_or_else(|| fail(format!("{} is not installed", self.names.join(" or "))), Ok)
    }
}

/// Sees to it that these are there: installs their Debian packages as root, or stops with the command that somebody with the
/// right may run.
pub(crate) fn packages(needs: &[&Need]) -> Outcome {
    let missing = needs.iter().filter(|need| need.find().is_none());
    let mut packages: Vec<&str> = missing.map(|need| need.package).collect();
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install --no-install-recommends -y {list}");
    if on_path("apt-get").is_none() {
        return fail(format!(
            "these are needed and cannot be installed here, for there is no apt-get: {list}\n\
             On Debian the command is\n\n  {by_hand}\n\nElsewhere install what corresponds to them."
        ));
    }
    if !is_root() {
        return fail(format!("packages are missing that only root may install. Run\n\n  {by_hand}\n"));
    }
    eprintln!(
        "Installing {list} with apt-get: browsers and their drivers run the tests, Node brings wasm-opt and axe-core, \
         Python runs the programs that labs give away. This takes about 2 minutes at most."
    );
    let apt = |arguments: &[&str]| run(program("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments));
    apt(&["update", "-q"])?;
    apt(&[&["install", "--no-install-recommends", "-y", "-q"], packages.as_slice()].concat())?;
    match needs.iter().find(|need| need.find().is_none()) {
        Some(lost) => fail(format!("{} is installed, but {} is not found", lost.package, lost.names.join(" or "))),
        None => Ok(()),
    }
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
