//! The page against its budgets, in Chromium: `cargo xtask bench --only page`, and a word after it for those figures alone
//! whose name contains it. Each budget stands where its figure is measured.
//!
//! Speed is no test: what else the machine does is in every figure. So each is measured several times, medians count, and
//! the machine's load is told.
#![allow(clippy::disallowed_methods, reason = "measuring needs a clock; no run depends on it")]

mod click;
mod experiment;
mod labs;
mod lighthouse;
mod sheet;
mod trace;

#[path = "../support.rs"]
mod support;

use serde_json::Value;
use sheet::Sheet;
use std::process::ExitCode;

/// Keeps Chromium from asking anybody but this machine, whatever it would like to know.
const ALONE: [&str; 2] = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

fn alone(capabilities: &mut Value) {
    if let Some(arguments) = capabilities["goog:chromeOptions"]["args"].as_array_mut() {
        arguments.extend(ALONE.map(Value::from));
    }
}

fn main() -> ExitCode {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let mut sheet = Sheet::new(filter);
    let measured = lighthouse::measure(&mut sheet)
        .and_then(|()| click::measure(&mut sheet))
        .and_then(|()| experiment::measure(&mut sheet))
        .and_then(|()| labs::measure(&mut sheet));
    sheet.print();
    if let Err(error) = &measured {
        eprintln!("{error}");
    }
    if measured.is_ok() && sheet.is_within() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
