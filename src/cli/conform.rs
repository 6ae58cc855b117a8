//! `halfopen conform`: replays conformance files.

use std::io::Write;
use std::path::PathBuf;

use super::{Stop, broken};

/// Replays the files: a line a case, then how many passed. The exit code is 1 if any failed.
pub(super) fn conform(files: &[PathBuf], out: &mut dyn Write) -> Result<u8, Stop> {
    // All files are read before the first is replayed, so that a wrong name is told at once and alone.
    let reports = files.iter().map(|file| {
        let name = file.display();
        let text =
            std::fs::read_to_string(file).map_err(|error| Stop::Error(format!("cannot read {name}: {error}")))?;
        crate::conform::run_file(&text).map_err(|error| Stop::Error(format!("{name}: {error}")))
    });
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    for report in &reports {
        write!(out, "{report}").map_err(broken)?;
    }
    writeln!(out, "{}", crate::conform::summary(&reports)).map_err(broken)?;
    Ok(u8::from(reports.iter().any(|report| report.failed() > 0)))
}
