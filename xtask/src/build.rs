//! Building the page with Trunk: once for `dist/`, or again and again while somebody works on it.

use crate::html;
use crate::run::{Doing as _, Outcome, fail, program, root, run};
use crate::split;
use crate::system::{self, WASM};
use crate::tools;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `cargo xtask build`.
pub(crate) fn build() -> Outcome {
    dist()?;
    let dist = root().join("dist");
    println!("\n{:>9}  dist/", "bytes");
    let mut total = 0;
    for file in files(&dist)? {
        let bytes = fs::metadata(dist.join(&file)).doing(|| file.display().to_string())?.len();
        println!("{bytes:>9}  {}", file.display());
        total += bytes;
    }
    println!("{total:>9}  total");
    Ok(())
}

/// Builds the release page into `dist/` and checks it.
pub(crate) fn dist() -> Outcome {
    system::targets(&[WASM])?;
    tools::need(&tools::PAGE)?;
    // Trunk makes the page around the program. It cannot cut the program, so what it makes of that is replaced, and need not be
    // optimised.
    let mut trunk = trunk("build");
    // Its minifier gives up on the program's script, which is replaced too, and says so.
    trunk.arg("--minify").env("RUST_LOG", "info,trunk::processing::minify=error");
    run(&mut trunk)?;
    let dist = root().join("dist");
    split::split(&dist)?;
    no_inline_styles(&dist)
}

/// `cargo xtask serve`.
pub(crate) fn serve(port: Option<u16>, release: bool) -> Outcome {
    system::targets(&[WASM])?;
    tools::need(&[&tools::TRUNK, &tools::WASM_BINDGEN])?;
    // Trunk's usual port, or any free one when somebody else has it.
    let port = match port {
        Some(port) => port,
        None => TcpListener::bind(("127.0.0.1", 8080))
            .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
            .and_then(|listener| listener.local_addr())
            .doing(|| "no free port".into())?
            .port(),
    };
    // In a folder of its own: `dist/` is what the tests and measurements see.
    let folder = crate::run::target().join("serve");
    fs::create_dir_all(&folder).doing(|| format!("could not create {}", folder.display()))?;
    let mut command = trunk("serve");
    command.arg("--address=127.0.0.1").arg(format!("--port={port}")).arg("--dist").arg(folder);
    if release {
        tools::need(&[&tools::BINARYEN])?;
        command.arg("--release");
    }
    println!(
        "Halfopen will be at http://127.0.0.1:{port}/ as soon as it is built; it reloads by itself (Ctrl-C ends)."
    );
    run(&mut command)
}

fn trunk(verb: &str) -> Command {
    let mut command = program("trunk");
    command.arg(verb).env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk takes only the words true and false where the convention is that any value counts.
    if std::env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    command
}

/// The policy forbids `style=`: what it sets would be lost without a word, so it must not be there.
fn no_inline_styles(dist: &Path) -> Outcome {
    for file in files(dist)?.iter().filter(|file| file.extension().is_some_and(|extension| extension == "html")) {
        let page = fs::read_to_string(dist.join(file)).doing(|| file.display().to_string())?;
        if let Some(element) = html::elements(&page).iter().find(|element| element.attribute("style").is_some()) {
            return fail(format!("{} has an inline style= on <{}>: use a class", file.display(), element.name));
        }
    }
    Ok(())
}

/// All files below a folder, relative to it, in order.
pub(crate) fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).doing(|| format!("could not read {}", next.display()))? {
            let path = entry.doing(|| format!("could not read {}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                found.push(relative.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}
