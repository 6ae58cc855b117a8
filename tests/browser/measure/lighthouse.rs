//! What Lighthouse says of the front page: its mobile preset, which simulates a phone with a quarter of this machine's
//! speed on a line of 1.6 Mbit/s with 150 ms there and back.

use crate::sheet::{Budget, Sheet, each, median};
use crate::support::{CHROMIUM, Outcome, variable};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// Runs, of which the median counts.
const RUNS: usize = 5;

/// Seconds until something is painted.
const FIRST_PAINT_MAX: f64 = 1.0;
/// Categories and the points that they must reach, of 100.
const CATEGORIES: [(&str, f64); 4] =
    [("performance", 95.0), ("accessibility", 100.0), ("best-practices", 100.0), ("seo", 100.0)];
/// What else helps to understand the first paint, in seconds.
const MORE: [(&str, &str); 3] = [
    ("largest contentful paint", "largest-contentful-paint"),
    ("speed index", "speed-index"),
    ("total blocking time", "total-blocking-time"),
];

pub(crate) fn measure(sheet: &mut Sheet) -> Outcome {
    if !sheet.wants("lighthouse") {
        return Ok(());
    }
    let reports = (0..RUNS).map(report).collect::<Outcome<Vec<_>>>()?;
    let seconds = |audit: &str| -> Vec<f64> {
        let of = |report: &Value| report["audits"][audit]["numericValue"].as_f64().unwrap_or(f64::NAN) / 1e3;
        reports.iter().map(of).collect()
    };
    let paints = seconds("first-contentful-paint");
    let budget = Budget::AtMost(FIRST_PAINT_MAX);
    sheet.add("lighthouse: first contentful paint", median(&paints), "s", budget, each(&paints, "s"));
    for (name, least) in CATEGORIES {
        let of = |report: &Value| report["categories"][name]["score"].as_f64().unwrap_or(0.0) * 100.0;
        let points: Vec<f64> = reports.iter().map(of).collect();
        let (middle, budget) = (median(&points), Budget::AtLeast(least));
        let lost = if middle < 100.0 { format!("; {}", findings(&reports, name).join(", ")) } else { String::new() };
        sheet.add(&format!("lighthouse: {name}"), middle, "", budget, format!("{}{lost}", each(&points, "")));
    }
    for (name, audit) in MORE {
        sheet.add(&format!("lighthouse: {name}"), median(&seconds(audit)), "s", Budget::None, String::new());
    }
    let index: Vec<f64> =
        reports.iter().filter_map(|report| report["environment"]["benchmarkIndex"].as_f64()).collect();
    sheet.add("lighthouse: speed of this machine", median(&index), "", Budget::None, "by its own benchmark".to_owned());
    Ok(())
}

/// One run, as Lighthouse reports it.
fn report(number: usize) -> Outcome<Value> {
    let file = PathBuf::from(variable("HALFOPEN_SHOTS")?).join(format!("lighthouse-{number}.json"));
    // Lighthouse takes them as one text, and a value with spaces only in quotes.
    let quoted = |flag: &&str| match flag.split_once('=') {
        Some((name, value)) => format!("{name}=\"{value}\""),
        None => (*flag).to_owned(),
    };
    let flags: Vec<String> = CHROMIUM.iter().chain(&crate::ALONE).map(quoted).collect();
    let done = Command::new(variable("HALFOPEN_NODE")?)
        .arg(variable("HALFOPEN_LIGHTHOUSE")?)
        .arg(variable("HALFOPEN_URL")?)
        .args(["--quiet", "--no-enable-error-reporting", "--output=json"])
        .arg(format!("--only-categories={}", CATEGORIES.map(|category| category.0).join(",")))
        .arg(format!("--output-path={}", file.display()))
        .arg(format!("--chrome-flags={}", flags.join(" ")))
        .env("CHROME_PATH", variable("HALFOPEN_BINARY")?)
        .output()?;
    if !done.status.success() {
        return Err(format!("Lighthouse ended with {}:\n{}", done.status, String::from_utf8_lossy(&done.stderr)).into());
    }
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// The audits of a category that cost points in any run.
fn findings(reports: &[Value], category: &str) -> Vec<String> {
    let mut found = Vec::new();
    for report in reports {
        let empty = Vec::new();
        let audits = report["categories"][category]["auditRefs"].as_array().unwrap_or(&empty);
        for audit in audits.iter().filter(|audit| audit["weight"].as_f64() > Some(0.0)) {
            let name = audit["id"].as_str().unwrap_or_default();
            if report["audits"][name]["score"].as_f64().is_some_and(|score| score < 0.9)
                && !found.iter().any(|known| known == name)
            {
                found.push(name.to_owned());
            }
        }
    }
    found
}
