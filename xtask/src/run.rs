//! Running other programs, and how a command fails.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a command ended early, said to the user, and the exit code that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) code: u8,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// A failure with exit code 1.
pub(crate) fn fail<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Failure { message: message.into(), code: 1 })
}

/// Turns an error into a [`Failure`] that says what was being done.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.or_else(|error| fail(format!("{}: {error}", what())))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable when it runs us; the folder of the build is the fallback for a binary run by hand.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.parent().map(Path::to_path_buf).unwrap_or(package)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |named| root().join(named))
}

/// A program to be run in the workspace root, with the pinned tools first on its PATH and nothing on its stdin.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null()).env("PATH", crate::tools::path());
    command
}

/// Keeps a program's talk with drivers and our server on this machine, whatever proxy the environment names for the rest.
pub(crate) fn without_proxy(command: &mut Command) -> &mut Command {
    for name in ["NO_PROXY", "no_proxy"] {
        let known = std::env::var(name).map(|known| format!("{known},")).unwrap_or_default();
        command.env(name, format!("{known}127.0.0.1,localhost"));
    }
    command
}

/// The cargo that runs us, so that everything is built by one toolchain.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy());
    let quoted = words.map(|word| {
        if word.is_empty() || word.contains([' ', '*', '$']) { format!("'{word}'") } else { word.into_owned() }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Runs to the end, showing the command and what it prints.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("$ {}", shown(command));
    let status = command.status().doing(|| format!("could not run `{}`", shown(command)))?;
    if status.success() { Ok(()) } else { fail(format!("`{}` ended with {status}", shown(command))) }
}

/// What the command prints on stdout, without showing anything unless it fails.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output().doing(|| format!("could not run `{}`", shown(command)))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        fail(format!("`{}` ended with {}\n{}", shown(command), output.status, said.trim()))
    }
}

/// Runs to the end like [`run`], and hands each line of stdout to `each` after it was shown.
pub(crate) fn watched(command: &mut Command, mut each: impl FnMut(&str)) -> Outcome {
    eprintln!("$ {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).spawn().doing(|| format!("could not run `{}`", shown(command)))?;
    if let Some(stdout) = child.stdout.take() {
        let mut shown = std::io::stdout();
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.doing(|| "could not read the program's output".into())?;
            // A closed stdout of our own must not stop the tests that run.
            let _ = shown.write_all(&line).and_then(|()| shown.write_all(b"\n")).and_then(|()| shown.flush());
            each(&String::from_utf8_lossy(&line));
        }
    }
    let status = child.wait().doing(|| format!("could not wait for `{}`", shown(command)))?;
    if status.success() { Ok(()) } else { fail(format!("`{}` ended with {status}", shown(command))) }
}
