//! The pinned tools: what, which version, why, and how they get into the per-user cache.
//!
//! A tool is installed into a folder of its own, `<cache>/halfopen/tools/<name>-<version>`, under a temporary name that is
//! changed only when the installation is complete; an interrupted one is never taken for finished. Nothing outside that
//! folder is touched: children get the pinned tools first on their PATH, the user's own versions stay where they are.

use crate::run::{Doing as _, Outcome, fail, output, program, run};
use crate::system::{self, NODE, NPM, Need};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a tool comes from.
enum Source {
    /// `cargo install`, with the versions its authors locked or with the newest that fit, and with these features.
    Cargo { locked: bool, features: &'static str },
    /// `npm install` of `name@version` into a folder that nothing else uses.
    Npm { version: &'static str },
}

/// One pinned tool.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    source: Source,
    /// What must be there; the first one is asked for its version when the folder was filled by hand.
    files: &'static [&'static str],
    why: &'static str,
    takes: &'static str,
}

/// Builds the page: compiles, binds, optimises, writes `dist/`, serves with live reload.
pub(crate) const TRUNK: Tool = Tool {
    name: "trunk",
    version: "0.21.14",
    source: Source::Cargo { locked: true, features: "" },
    files: &["bin/trunk"],
    why: "builds the page and serves it with live reload",
    takes: "about 6 minutes on 2 cores",
};

/// Must be exactly the version of the library in Cargo.lock; a test compares them.
pub(crate) const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen-cli",
    version: "0.2.130",
    // Its lockfile names a webpki-roots that could not be found when this was written.
    source: Source::Cargo { locked: false, features: "" },
    files: &["bin/wasm-bindgen", "bin/wasm-bindgen-test-runner"],
    why: "joins WebAssembly and the browser, and runs tests there",
    takes: "about 6 minutes on 2 cores",
};

/// Debian's own is far older and does not know today's WebAssembly.
pub(crate) const BINARYEN: Tool = Tool {
    name: "binaryen",
    version: "132",
    source: Source::Npm { version: "132.0.0" },
    files: &["node_modules/.bin/wasm-opt"],
    why: "makes the page a third smaller, by wasm-opt",
    takes: "less than a minute",
};

/// Cuts the page's program into files; see [`crate::split`].
pub(crate) const WASM_SPLIT: Tool = Tool {
    name: "wasm_split_cli_support",
    version: "0.2.2",
    source: Source::Cargo { locked: true, features: "build-binary" },
    files: &["bin/wasm_split_cli"],
    why: "cuts the page into parts that arrive when they are needed",
    takes: "about a minute on 2 cores",
};

/// Joins the scripts that the other tools write.
pub(crate) const ESBUILD: Tool = Tool {
    name: "esbuild",
    version: "0.28.2",
    source: Source::Npm { version: "0.28.2" },
    files: &["node_modules/.bin/esbuild"],
    why: "makes one small script of the page's",
    takes: "less than a minute",
};

/// Drives Firefox; Chromium and WebKitGTK bring drivers of their own.
pub(crate) const GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    version: "0.37.1",
    source: Source::Cargo { locked: true, features: "" },
    files: &["bin/geckodriver"],
    why: "drives Firefox in the browser tests",
    takes: "about 4 minutes on 2 cores",
};

/// Looks for barriers to people with disabilities.
pub(crate) const AXE: Tool = Tool {
    name: "axe-core",
    version: "4.14.1",
    source: Source::Npm { version: "4.14.1" },
    files: &["node_modules/axe-core/axe.min.js"],
    why: "checks the page's accessibility in the browser tests",
    takes: "less than a minute",
};

const ALL: [&Tool; 7] = [&TRUNK, &WASM_BINDGEN, &BINARYEN, &WASM_SPLIT, &ESBUILD, &GECKODRIVER, &AXE];

/// What the release page is made with.
pub(crate) const PAGE: [&Tool; 5] = [&TRUNK, &WASM_BINDGEN, &BINARYEN, &WASM_SPLIT, &ESBUILD];

/// Written into a folder when its installation is complete.
const MARKER: &str = ".complete";

impl Tool {
    /// The tool's folder in the cache.
    fn folder(&self) -> PathBuf {
        cache().join(format!("{}-{}", self.name, self.version))
    }

    /// The full path of one of its files, such as `bin/trunk`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Whether the pinned version is in the cache, complete.
    fn installed(&self) -> bool {
        let there = self.files.iter().all(|file| self.file(file).exists());
        if !there || self.file(MARKER).exists() {
            return there;
        }
        // Filled by hand: believed when it tells the pinned version, and marked so that it is asked only once.
        let told = self.files.first().and_then(|first| self.tells_version(&self.file(first)));
        let right = told.is_some_and(|told| told.split([' ', '"', '\n']).any(|word| word == self.version));
        right && fs::write(self.file(MARKER), "").is_ok()
    }

    fn tells_version(&self, file: &Path) -> Option<String> {
        if file.extension().is_some_and(|extension| extension == "js") {
            return fs::read_to_string(file.with_file_name("package.json")).ok();
        }
        output(Command::new(file).arg("--version")).ok()
    }

    fn install(&self) -> Outcome {
        eprintln!("Installing {} {}: it {}. This takes {}.", self.name, self.version, self.why, self.takes);
        let (folder, temporary) = (self.folder(), ours(self.name));
        let _ = fs::remove_dir_all(&temporary);
        fs::create_dir_all(&temporary).doing(|| format!("could not create {}", temporary.display()))?;
        match self.source {
            Source::Cargo { locked, features } => run(&mut self.cargo_install(&temporary, locked, features))?,
            Source::Npm { version } => {
                run(program("npm")
                    .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                    .arg(&temporary)
                    .arg(format!("{}@{version}", self.name)))?;
            }
        }
        if let Some(missing) = self.files.iter().find(|file| !temporary.join(file).exists()) {
            return fail(format!("{} {} was installed, but has no {missing}", self.name, self.version));
        }
        fs::write(temporary.join(MARKER), "").doing(|| "could not mark the tool as complete".into())?;
        // What lies there under the right name was not complete, or another run has just finished the same.
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&temporary, &folder).doing(|| format!("could not move the tool to {}", folder.display()))
    }

    fn cargo_install(&self, folder: &Path, locked: bool, features: &str) -> Command {
        let mut command = crate::run::cargo(["install", self.name, "--version", self.version, "--root"]);
        command.arg(folder);
        if locked {
            command.arg("--locked");
        }
        if !features.is_empty() {
            command.args(["--features", features]);
        }
        command.current_dir(folder);
        // One build folder for all of them, so that what the tools have in common is compiled once. They wait for the disk and for
        // rustc, not for themselves: little optimisation halves the time it takes to have them.
        command
            .env("CARGO_TARGET_DIR", ours("build"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env_remove("RUSTFLAGS");
        command
    }
}

/// Installs those that are missing.
pub(crate) fn need(tools: &[&Tool]) -> Outcome {
    system::packages(&node_for(tools))?;
    let mut missing: Vec<&&Tool> = tools.iter().filter(|tool| !tool.installed()).collect();
    // The quick ones first: what cannot be had should show before minutes have gone by.
    missing.sort_by_key(|tool| matches!(tool.source, Source::Cargo { .. }));
    for tool in &missing {
        tool.install()?;
    }
    if !missing.is_empty() {
        let _ = fs::remove_dir_all(ours("build"));
        sweep();
    }
    Ok(())
}

/// A folder in the cache that only this process uses.
fn ours(what: &str) -> PathBuf {
    cache().join(format!(".{what}-{}", std::process::id()))
}

/// Removes what interrupted installations left: folders of processes that are no more.
fn sweep() {
    let processes = Path::new("/proc");
    let Ok(entries) = fs::read_dir(cache()) else { return };
    for entry in entries.flatten().filter(|_| processes.join("self").exists()) {
        let name = entry.file_name();
        let process = name.to_str().filter(|name| name.starts_with('.')).and_then(|name| name.rsplit_once('-'));
        if process.is_some_and(|(_, id)| id.parse::<u32>().is_ok() && !processes.join(id).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What these tools need of the system: Node, to install those from npm and to run them.
pub(crate) fn node_for(tools: &[&Tool]) -> Vec<&'static Need> {
    let from_npm = |tool: &&&Tool| matches!(tool.source, Source::Npm { .. });
    let missing = tools.iter().filter(from_npm).any(|tool| !tool.installed());
    let run_by_node = tools.iter().filter(from_npm).any(|tool| tool.name == BINARYEN.name || tool.name == ESBUILD.name);
    [(&NODE, missing || run_by_node), (&NPM, missing)]
        .into_iter()
        .filter(|(_, needed)| *needed)
        .map(|(need, _)| need)
        .collect()
}

/// The cache folder of the tools.
fn cache() -> PathBuf {
    let named = |variable| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")));
    // Without a home there is still a place: the build folder, which is ours.
    base.unwrap_or_else(crate::run::target).join("halfopen").join("tools")
}

/// PATH for children: the pinned tools first, then whatever the user has.
pub(crate) fn path() -> OsString {
    let files = ALL.iter().flat_map(|tool| tool.files.iter().map(|file| tool.file(file)));
    let folders = files.filter_map(|file| file.parent().map(Path::to_path_buf));
    let mut paths: Vec<_> = folders.filter(|folder| folder.ends_with("bin") || folder.ends_with(".bin")).collect();
    paths.dedup();
    let users = std::env::var_os("PATH").unwrap_or_default();
    paths.extend(std::env::split_paths(&users));
    std::env::join_paths(paths).unwrap_or(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The version of a package in Cargo.lock.
    fn locked(package: &str) -> String {
        let lock = fs::read_to_string(crate::run::root().join("Cargo.lock")).unwrap();
        let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap();
        after.split('"').next().unwrap().to_owned()
    }

    #[test]
    fn the_wasm_bindgen_tool_and_library_are_one_version() {
        assert_eq!(WASM_BINDGEN.version, locked("wasm-bindgen"), "Cargo.lock has another wasm-bindgen than tools.rs");
    }

    #[test]
    fn tools_have_a_folder_a_version() {
        for tool in ALL {
            assert!(tool.folder().ends_with(format!("halfopen/tools/{}-{}", tool.name, tool.version)));
            assert!(!tool.files.is_empty() && !tool.why.is_empty() && !tool.takes.is_empty());
        }
    }
}
