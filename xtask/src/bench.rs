//! `cargo xtask bench`: the breaker against its peers, the engine in WebAssembly against the very same engine native, and
//! the page against its budgets.
//!
//! The page is measured by the package of its tests, which has the WebDriver: `tests/browser/measure`. The rest lives in
//! the package `halfopen-bench` (folder `bench/`):
//! - `cargo bench -p halfopen-bench` runs its criterion benches;
//! - its example `engine` runs the simulation for a second or so and says, on a line of its own, `events_per_second <number>`:
//!   on stdout where it is native, with `console.log` where it is WebAssembly (there Node runs it; `performance.now()` is its
//!   clock). It is an ordinary `fn main`, which wasm-bindgen calls when the module is loaded.

use crate::browsers::Browser;
use crate::run::{Outcome, cargo, fail, output, program, run, target};
use crate::system::{self, WASM};
use crate::{build, page_tests, tools};

/// At least this many of the native events per second the page must reach.
const BUDGET: f64 = 0.5;

/// A part of the benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The breaker against its peers.
    Breaker,
    /// The engine as WebAssembly against native.
    Engine,
    /// The page against its budgets.
    Page,
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "breaker" => Ok(Self::Breaker),
            "engine" => Ok(Self::Engine),
            "page" => Ok(Self::Page),
            _ => Err(format!("the benchmarks have no part {name:?} (breaker, engine, page)")),
        }
    }
}

/// Which benchmarks to run; an empty list means all.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) only: Vec<Part>,
    /// Of the page's figures only those whose name contains this.
    pub(crate) filter: Option<String>,
    /// Takes `dist/` as it is.
    pub(crate) as_built: bool,
}

/// `cargo xtask bench`. A figure over its budget keeps none of the others from being measured.
pub(crate) fn bench(selection: &Selection) -> Outcome {
    let has = |part| selection.only.is_empty() || selection.only.contains(&part);
    if has(Part::Breaker) {
        run(&mut cargo(["bench", "-p", "halfopen-bench"]))?;
    }
    let engine = if has(Part::Engine) { engine() } else { Ok(()) };
    let page = if has(Part::Page) { page(selection) } else { Ok(()) };
    engine.and(page)
}

/// The page in Chromium, as it is shipped.
fn page(selection: &Selection) -> Outcome {
    let wanted = [&tools::LIGHTHOUSE];
    let needs: Vec<_> = Browser::Chromium.needs().iter().chain(tools::node_for(&wanted)).collect();
    system::packages(&needs)?;
    tools::need(&wanted)?;
    if !selection.as_built {
        build::dist()?;
    }
    page_tests::measure(selection.filter.as_deref())
}

/// Engine events per second: native and WebAssembly take turns, so that what else the machine does touches both.
fn engine() -> Outcome {
    system::targets(&[WASM])?;
    system::packages(&[&system::NODE])?;
    tools::need(&[&tools::WASM_BINDGEN, &tools::BINARYEN])?;
    run(&mut cargo(["build", "--release", "-p", "halfopen-bench", "--example", "engine"]))?;
    // Built, bound and optimised as the page is: what is measured is what is shipped.
    run(&mut cargo(["build", "--profile", "web", "-p", "halfopen-bench", "--example", "engine", "--target", WASM]))?;
    let built = target().join(WASM).join("web/examples/engine.wasm");
    let folder = target().join("bench-node");
    run(program("wasm-bindgen").args(["--target", "nodejs", "--out-dir"]).arg(&folder).arg(built))?;
    let module = folder.join("engine_bg.wasm");
    run(program("wasm-opt").arg("-Oz").arg(&module).arg("-o").arg(&module))?;
    let native = |_| events_per_second(&mut program(target().join("release/examples/engine")));
    let in_wasm = |_| events_per_second(program("node").arg(folder.join("engine.js")));
    let (mut natives, mut wasms) = (Vec::new(), Vec::new());
    for turn in 0..5 {
        natives.push(native(turn)?);
        wasms.push(in_wasm(turn)?);
    }
    let (native, wasm) = (median(natives), median(wasms));
    println!("\nengine, events per second, median of 5 turns");
    println!("{native:>14.0}  native");
    println!("{wasm:>14.0}  WebAssembly");
    println!("{:>14.2}  ratio, budget {BUDGET} or more", wasm / native);
    if wasm < BUDGET * native { fail("the engine in WebAssembly is under its budget") } else { Ok(()) }
}

fn events_per_second(command: &mut std::process::Command) -> Outcome<f64> {
    let said = output(command)?;
    let number = said.lines().find_map(|line| line.trim().strip_prefix("events_per_second ")?.trim().parse().ok());
    number.map_or_else(|| fail(format!("the engine did not say its events_per_second, but:\n{said}")), Ok)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
