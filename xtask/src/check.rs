//! `cargo xtask check`: what can be said of the code without running it.

use crate::layering::layering;
use crate::machine::no_machine_paths;
use crate::run::{Outcome, cargo, program, root, run};
use crate::stages::Stages;
use crate::system::{self, BARE, WASM};

/// `cargo xtask check`.
pub(crate) fn check() -> Outcome {
    let mut stages = Stages::new("cargo xtask check");
    stages.stage("install what is missing", || {
        system::components()?;
        system::targets(&[WASM, BARE])
    })?;
    stages.stage("format", || {
        run(&mut cargo(["fmt", "--all", "--check"]))?;
        // cargo fmt follows `mod` lines and does not see those that the registry's macro writes.
        let labs = crate::build::files(&root().join("src/labs"))?.into_iter();
        let labs = labs.filter(|file| file.extension() == Some("rs".as_ref()));
        let labs = labs.map(|file| root().join("src/labs").join(file));
        run(program("rustfmt").args(["--edition", "2024", "--check"]).args(labs))
    })?;
    stages.stage("layers", || layering(&root()))?;
    stages.stage("no place of one machine", no_machine_paths)?;
    stages.stage("clippy, native", || {
        run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
        // Left out of all targets, since they run only under `cargo xtask test` and `bench`.
        let left_out = ["--test", "browser", "--test", "measure"];
        run(cargo(["clippy", "-p", "halfopen-browser-tests"]).args(left_out).args(["--", "-D", "warnings"]))
    })?;
    stages.stage("clippy, the page", || {
        run(&mut cargo(["clippy", "-p", "halfopen", "--all-targets", "--target", WASM, "--", "-D", "warnings"]))?;
        let split = ["--bin", "halfopen", "--features", "split"];
        run(cargo(["clippy", "-p", "halfopen", "--target", WASM]).args(split).args(["--", "-D", "warnings"]))
    })?;
    for (name, feature) in [("bare metal, without a heap", ""), ("bare metal, with a heap", "alloc")] {
        stages.stage(name, || {
            let of = ["-p", "halfopen-core", "--target", BARE, "--features", feature];
            run(cargo(["clippy"]).args(of).args(["--", "-D", "warnings"]))?;
            run(cargo(["build"]).args(of))
        })?;
    }
    stages.stage("docs", || {
        let doc = |flags: &str, of: &[&str]| {
            run(cargo(["doc", "--no-deps"]).args(of).env("RUSTDOCFLAGS", format!("-D warnings {flags}")))
        };
        doc("", &["--workspace", "--exclude", "halfopen"])?;
        // The app has no readers outside: its docs may lead into what is private, on both of its faces.
        let app = ["-p", "halfopen", "--document-private-items"];
        let inward = "-A rustdoc::private-intra-doc-links";
        doc(inward, &app)?;
        doc(inward, &[app.as_slice(), &["--target", WASM]].concat())
    })?;
    stages.table();
    Ok(())
}
