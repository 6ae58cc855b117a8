//! `cargo xtask size`: what the first visit to the front page sends over the wire, against the budget.

use crate::build;
use crate::html;
use crate::run::{Doing as _, Outcome, fail, root};
use crate::split;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of the first visit, after brotli at level 11.
const FIRST_VISIT: usize = 190_000;
/// Bytes of any single file in `dist/`, as it is.
const LARGEST: u64 = 320_000;

/// `cargo xtask size`.
pub(crate) fn size() -> Outcome {
    build::dist()?;
    within()
}

/// Measures `dist/` as it is: fails while the page is over its budget.
pub(crate) fn within() -> Outcome {
    let (wire, largest) = measure()?;
    if wire > FIRST_VISIT || largest > LARGEST {
        let over = |now: u64, budget: u64| now.saturating_sub(budget);
        return fail(format!(
            "over budget: {} bytes of the first visit, {} of the largest file",
            over(wire as u64, FIRST_VISIT as u64),
            over(largest, LARGEST)
        ));
    }
    println!("within budget");
    Ok(())
}

/// Prints what the first visit sends, and gives its bytes over the wire and those of the largest file.
fn measure() -> Outcome<(usize, u64)> {
    let dist = root().join("dist");
    let (mut raw_total, mut wire_total) = (0, 0);
    println!("\n{:>9} {:>9}  first visit to the front page", "raw", "brotli");
    for file in first_visit(&dist)? {
        let bytes = fs::read(dist.join(&file)).doing(|| file.display().to_string())?;
        let wire = compressed(&bytes)?;
        println!("{:>9} {wire:>9}  {}", bytes.len(), file.display());
        raw_total += bytes.len();
        wire_total += wire;
    }
    println!("{raw_total:>9} {wire_total:>9}  total, budget {FIRST_VISIT} after brotli");
    let mut largest = (0, PathBuf::new());
    for file in build::files(&dist)? {
        let bytes = fs::metadata(dist.join(&file)).doing(|| file.display().to_string())?.len();
        largest = largest.max((bytes, file));
    }
    let (bytes, file) = largest;
    println!("{bytes:>9}            largest file in dist/, budget {LARGEST}: {}", file.display());
    Ok((wire_total, bytes))
}

fn compressed(bytes: &[u8]) -> Outcome<usize> {
    let mut wire = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut wire, &parameters).doing(|| "could not compress".into())?;
    Ok(wire.len())
}

/// The files that the front page loads, and those that they load in turn: what they name, as far as it can be read off, but
/// for the chunks that come later. A browser test compares it with what a browser asks for.
fn first_visit(dist: &Path) -> Outcome<Vec<PathBuf>> {
    let page = fs::read_to_string(dist.join("index.html")).doing(|| "index.html".into())?;
    let (at_once, later) = split::chunks(&page);
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::from("index.html")];
    open.extend(at_once.iter().map(PathBuf::from));
    while let Some(file) = open.pop() {
        if later.iter().any(|name| Path::new(name) == file) || !found.insert(file.clone()) {
            continue;
        }
        let text = || fs::read_to_string(dist.join(&file)).doing(|| file.display().to_string());
        let named = match file.extension().and_then(|extension| extension.to_str()) {
            Some("html") => of_page(&text()?),
            Some("js") => strings(&text()?),
            Some("css") => of_style(&text()?),
            _ => continue,
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        open.extend(named.iter().filter_map(|name| inside(dist, folder, name)));
    }
    Ok(found.into_iter().collect())
}

/// The path inside `dist` that a reference from `folder` means, when there is such a file.
fn inside(dist: &Path, folder: &Path, reference: &str) -> Option<PathBuf> {
    let reference = reference.split(['?', '#']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_');
    if !reference.contains('.') || !reference.chars().all(plain) {
        return None;
    }
    let path = match reference.strip_prefix('/') {
        Some(absolute) => PathBuf::from(absolute),
        None => folder.join(reference),
    };
    let file = dist.join(path).canonicalize().ok()?;
    let relative = file.strip_prefix(dist.canonicalize().ok()?).ok()?.to_path_buf();
    file.is_file().then_some(relative)
}

/// What a page loads by itself: style sheets, scripts, images, icons, preloads; not where its links lead.
fn of_page(page: &str) -> Vec<String> {
    const LOADED: [&str; 7] =
        ["stylesheet", "icon", "apple-touch-icon", "manifest", "preload", "modulepreload", "mask-icon"];
    let mut named = Vec::new();
    for element in html::elements(page) {
        let reference = match element.name.as_str() {
            "link" => {
                let kinds = element.attribute("rel").unwrap_or_default();
                let loaded = kinds.split_whitespace().any(|kind| LOADED.contains(&kind));
                element.attribute("href").filter(|_| loaded)
            }
            "script" | "img" | "iframe" | "source" => element.attribute("src"),
            _ => None,
        };
        named.extend(reference.map(str::to_owned));
        match element.name.as_str() {
            "script" => named.extend(strings(element.text)),
            "style" => named.extend(of_style(element.text)),
            _ => {}
        }
    }
    named
}

/// Whatever stands in quotes: a name of a file among it is a file that the script loads.
fn strings(script: &str) -> Vec<String> {
    script.split(['"', '\'', '`', '\n']).map(str::to_owned).collect()
}

/// What a style sheet names in `url(…)` and `@import`.
fn of_style(style: &str) -> Vec<String> {
    style.split(['"', '\'', '(', ')', ' ', '\n']).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_visit_is_what_the_page_names_and_what_that_names() {
        let dist = std::env::temp_dir().join(format!("halfopen-size-{}", std::process::id()));
        fs::create_dir_all(dist.join("js")).unwrap();
        let page = "<link rel=stylesheet href=./a.css><link rel=alternate href=feed.json><a href=other.html>x</a>\
                    <script data-chunks>const all={\"\":\"first-1.wasm\",\"x\":\"first-1.wasm later-2.wasm\"}</script>\
                    <script type=module>import init from './js/app.js'; init('./app_bg.wasm')</script>";
        let files = [
            ("index.html", page),
            ("a.css", "p { background: url(dot.svg) }"),
            ("js/app.js", "import { x } from '../more.js'; 'http://elsewhere/feed.json'"),
            ("more.js", "new URL(\"app_bg.wasm\", import.meta.url); new URL(\"./later-2.wasm\", import.meta.url)"),
            ("app_bg.wasm", ""),
            ("dot.svg", ""),
            ("first-1.wasm", ""),
            ("later-2.wasm", ""),
            ("feed.json", ""),
            ("other.html", "<img src=lost.png>"),
            ("lost.png", ""),
        ];
        for (name, text) in files {
            fs::write(dist.join(name), text).unwrap();
        }
        let visit = first_visit(&dist);
        fs::remove_dir_all(&dist).unwrap();
        let names: Vec<_> = visit.unwrap().iter().map(|file| file.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["a.css", "app_bg.wasm", "dot.svg", "first-1.wasm", "index.html", "js/app.js", "more.js"]);
    }

    #[test]
    fn brotli_compresses() {
        assert!(compressed(&[b'a'; 10_000]).unwrap() < 100);
    }
}
