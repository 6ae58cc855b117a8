//! The experiment on the page against the same runs natively, and whether the page is alive meanwhile.

use crate::sheet::{Budget, Sheet, each, median};
use crate::support::{Outcome, in_session};
use std::process::Command;
use std::time::Instant;

/// Times that both do the whole figure, one after the other.
const ROUNDS: usize = 3;
/// How many times the native time the page may take.
const RATIO_MAX: f64 = 2.0;
/// Milliseconds until whatever the reader does is heard, at most.
const HEARD_MAX: f64 = 100.0;

/// Runs the figure as it stands and tells how long that took and the longest time in which nothing else had its turn.
const RUN: &str = "
    const [done] = arguments;
    const hint = () => document.querySelector('.experiment .hint').textContent;
    const run = [...document.querySelectorAll('.experiment button')].find(one => one.textContent === 'Run it');
    const began = performance.now();
    let last = began, longest = 0;
    run.click();
    const look = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (hint().includes('runs in ')) done([now - began, longest]);
        else setTimeout(look);
    };
    setTimeout(look)";

pub(crate) fn measure(sheet: &mut Sheet) -> Outcome {
    let [ratio, heard] = ["experiment, page against native", "experiment, longest deafness"];
    if !sheet.wants(ratio) && !sheet.wants(heard) {
        return Ok(());
    }
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let cargo = || {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(root).args(["run", "--release", "--quiet", "--", "figure", "aws-backoff", "--format", "csv"]);
        cargo
    };
    // Builds it. What is timed afterwards is the whole program and cargo's look at its files, a few hundredths of a second.
    cargo().args(["--clients", "1", "--runs", "1"]).output()?;
    let (mut native, mut page_took, mut ratios, mut longest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let whole = cargo().args(["--clients", "10,20,…,190", "--runs", "100", "--seed", "1"]).output()?;
        if !whole.status.success() {
            return Err(String::from_utf8_lossy(&whole.stderr).into_owned().into());
        }
        native.push(began.elapsed().as_secs_f64());
        in_session(crate::alone, async |page| {
            page.open("#/experiments/backoff").await?;
            page.says("h1", "Backoff and jitter").await?;
            let told = page.driver.execute_async(RUN, vec![]).await?;
            let [took, deaf]: [f64; 2] = serde_json::from_value(told.json().clone())?;
            page_took.push(took / 1e3);
            longest.push(deaf);
            Ok(())
        })?;
        ratios.extend(page_took.last().zip(native.last()).map(|(page, native)| page / native));
    }
    let note = format!("page {}; native {}", each(&page_took, "s"), each(&native, "s"));
    sheet.add(ratio, median(&ratios), "×", Budget::AtMost(RATIO_MAX), note);
    sheet.add(heard, median(&longest), "ms", Budget::AtMost(HEARD_MAX), each(&longest, "ms"));
    Ok(())
}
