//! What must never depend on what: the compiler keeps the edge of `core/`, this keeps the rest.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

const WEB: [&str; 8] =
    ["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "yew", "gloo", "gloo_timers", "plotters_canvas"];

/// Files below these folders and with these names, as their path from the root and their code without comments.
fn sources(of: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = of.iter().map(|path| root.join(path)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
            found.push((path.strip_prefix(root).unwrap().display().to_string(), code.join("\n")));
        }
    }
    found.sort();
    found
}

/// Whether the code has this path or word in it, not as a part of another.
fn names(code: &str, word: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        !part_of_word(code[..at].chars().next_back()) && !part_of_word(code[at + word.len()..].chars().next())
    })
}

fn assert_none(sources: &[(String, String)], words: &[&str]) {
    assert!(!sources.is_empty());
    for (file, code) in sources {
        for word in words {
            assert!(!names(code, word), "{file} names {word}");
        }
    }
}

/// Everything in `src` but the page, its embedding and the two files that join all.
fn faceless() -> Vec<(String, String)> {
    let page = |file: &str| {
        file.starts_with("src/ui/")
            || file.starts_with("src/embed")
            || ["src/ui.rs", "src/lib.rs", "src/main.rs"].contains(&file)
    };
    sources(&["src"]).into_iter().filter(|(file, _)| !page(file)).collect()
}

#[test]
fn only_the_page_names_web_types() {
    let faceless = faceless();
    for must in ["src/lab.rs", "src/lab/link.rs", "src/session.rs", "src/cli.rs", "src/conform.rs"] {
        assert!(faceless.iter().any(|(file, _)| file == must), "{must} has moved");
    }
    assert_none(&faceless, &WEB);
    assert_none(&faceless, &["crate::ui", "crate::embed"]);
    assert_none(&sources(&["core/src"]), &WEB);
}

#[test]
fn nothing_points_back() {
    assert_none(&sources(&["src/lab.rs", "src/lab"]), &["crate::labs", "crate::session", "crate::cli", "crate::paint"]);
    assert_none(&sources(&["src/labs"]), &["crate::session", "crate::cli", "crate::paint", "crate::conform"]);
    assert_none(&sources(&["src/session.rs"]), &["crate::labs", "crate::cli", "crate::paint", "crate::conform"]);
    let policies: Vec<_> = sources(&["core/src"])
        .into_iter()
        .filter(|(file, _)| !file.starts_with("core/src/sim") && file != "core/src/lib.rs")
        .collect();
    assert_none(&policies, &["crate::sim", "crate::trace"]);
}

#[test]
fn below_the_page_there_is_no_clock_and_no_hash_order() {
    let mut all = faceless();
    all.extend(sources(&["core/src"]));
    let forbidden = ["Instant::now", "SystemTime", "HashMap", "HashSet", "thread_rng", "getrandom", "RandomState"];
    assert_none(&all, &forbidden);
}

#[test]
fn the_core_names_no_standard_library() {
    for (file, code) in sources(&["core/src"]) {
        // Tests stand at the end of their file, or in one of their own.
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        if file.ends_with("tests.rs") || file.contains("/tests/") {
            continue;
        }
        assert!(!names(code, "std"), "{file} names std");
        if !file.contains("/sim/") && !file.ends_with("lib.rs") && !file.ends_with("trace.rs") {
            assert!(!names(code, "alloc"), "{file}: the policies allocate nothing");
        }
    }
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src/lib.rs")).unwrap();
    for line in ["#![no_std]", "#![forbid(unsafe_code)]"] {
        assert!(lib.contains(line), "core/src/lib.rs has lost {line}");
    }
}
