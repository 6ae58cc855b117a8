//! `halfopen conform`: replays conformance files.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Stop, broken, complain};
use crate::conform::{self, Report};

/// Replays the files: a line a case, and in the end how many passed. A file that is none is a line on standard error, and the
/// others are replayed all the same. The exit code is 1 if a case failed, else 2 if a file could not be replayed.
pub(super) fn conform(files: &[PathBuf], out: &mut dyn Write, err: &mut dyn Write) -> Result<u8, Stop> {
    let mut reports = Vec::new();
    for file in files {
        match replay(file) {
            Ok(report) => {
                write!(out, "{report}").map_err(broken)?;
                reports.push(report);
            }
            Err(what) => complain(err, &what),
        }
    }
    writeln!(out, "{}", conform::summary(&reports)).map_err(broken)?;
    Ok(match reports.iter().any(|report| report.failed() > 0) {
        true => 1,
        false if reports.len() < files.len() => 2,
        false => 0,
    })
}

/// Replays a file, or says why it cannot be.
fn replay(file: &Path) -> Result<Report, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let report = conform::run_file(&text).map_err(|error| format!("{name}: {error}"))?;
    if report.cases.is_empty() { Err(format!("{name} has no cases")) } else { Ok(report) }
}
