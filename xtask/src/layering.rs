//! Who may name whom: `time, rng <- policies <- sim <- labs <- ui <- main`, and no browser, clock or std where runs are decided.
//!
//! The compiler enforces the edge of `core/`; what it cannot see is enforced here, in `cargo xtask check` and in the tests.

use crate::run::{Doing as _, Outcome, fail};
use std::fs;
use std::path::Path;

/// Files whose path (from the root, with `/`) starts with one of `inside` and none of `except` may not name `words`.
struct Rule {
    inside: &'static [&'static str],
    except: &'static [&'static str],
    /// A word that ends in `*` stands for all that start so; `a::b` is found also when it is written with spaces.
    words: &'static [&'static str],
    because: &'static str,
}

const RULES: [Rule; 10] = [
    Rule {
        inside: &["src/"],
        except: &["src/ui/", "src/ui.rs", "src/embed.rs", "src/embed/", "src/main.rs"],
        words: &["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "yew", "gloo*", "plotters_canvas"],
        because: "labs, links and painting run without a browser",
    },
    Rule {
        inside: &["src/"],
        except: &["src/ui/", "src/ui.rs", "src/embed.rs", "src/embed/", "src/main.rs", "src/lib.rs"],
        words: &["crate::ui", "crate::embed", "super::ui", "super::embed"],
        because: "the page shows the labs; they do not know it",
    },
    Rule {
        inside: &[
            "src/lab.rs",
            "src/lab/",
            "src/labs/",
            "src/labs.rs",
            "src/figure.rs",
            "src/figure/",
            "src/calculators.rs",
            "src/calculators/",
        ],
        except: &[],
        words: &["plotters*"],
        because: "a lab, a figure or a calculator says what there is to see and draws nothing itself",
    },
    Rule {
        inside: &[
            "src/lab.rs",
            "src/lab/",
            "src/labs/",
            "src/labs.rs",
            "src/session.rs",
            "src/session/",
            "src/figure.rs",
            "src/figure/",
            "src/calculators.rs",
            "src/calculators/",
        ],
        except: &[],
        words: &["crate::cli", "crate::conform", "crate::paint"],
        because: "labs, sessions, figures and calculators know nothing of who shows them",
    },
    Rule {
        inside: &["src/", "core/src/"],
        // Frames need the browser's clock, and a reader may ask for a seed that nobody chose.
        except: &["src/ui/"],
        words: &["Instant::now", "SystemTime", "rand", "thread_rng", "getrandom", "RandomState"],
        because: "a run is a function of its link: time is passed in, and chance comes from the seed",
    },
    Rule {
        inside: &["src/", "core/src/"],
        except: &[],
        words: &["HashMap", "HashSet"],
        because: "their order differs from run to run",
    },
    Rule {
        inside: &[
            "src/lab.rs",
            "src/lab/",
            "src/session.rs",
            "src/session/",
            "src/figure.rs",
            "src/figure/",
            "src/calculators.rs",
            "src/calculators/",
        ],
        except: &[],
        words: &["crate::labs"],
        because: "the contract, the session, the figures and the calculators know no lab by name",
    },
    Rule {
        inside: &["core/src/"],
        except: &[
            "core/src/sim/",
            "core/src/cluster/",
            "core/src/lib.rs",
            "core/src/trace.rs",
            // Not the formulas: what is nested.
            "core/src/availability.rs",
            "core/src/availability/block.rs",
        ],
        words: &["alloc"],
        because: "the policies allocate nothing",
    },
    Rule {
        inside: &["core/src/"],
        except: &[],
        words: &["std", "web_sys", "js_sys", "wasm_bindgen"],
        because: "the core has no std and knows no browser",
    },
    Rule {
        inside: &["core/src/"],
        except: &[
            "core/src/sim/",
            "core/src/sim.rs",
            "core/src/lib.rs",
            // The network that is simulated, and not the protocols that run over it.
            "core/src/cluster/network.rs",
            "core/src/cluster/run.rs",
        ],
        words: &["crate::sim", "super::sim"],
        because: "policies are for real programs too and know no simulation",
    },
];

/// Checks the whole tree.
pub(crate) fn layering(root: &Path) -> Outcome {
    let mut broken = Vec::new();
    for folder in ["src", "core/src"] {
        for file in crate::build::files(&root.join(folder))? {
            let path = format!("{folder}/{}", file.to_string_lossy().replace('\\', "/"));
            // A module of tests in a file of its own; the file that names it hides it from the build.
            let of_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
            if path.ends_with(".rs") && !of_tests {
                let source = fs::read_to_string(root.join(&path)).doing(|| path.clone())?;
                broken.extend(violations(&path, &source));
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { fail(format!("the layers are broken:\n{}", broken.join("\n"))) }
}

/// What this file names and may not.
fn violations(path: &str, source: &str) -> Vec<String> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let rules: Vec<&Rule> = RULES.iter().filter(|rule| starts(rule.inside) && !starts(rule.except)).collect();
    let mut broken = Vec::new();
    let (mut test_next, mut tests) = (false, false);
    for (number, line) in source.lines().enumerate() {
        // Tests may use what they like; by custom their module is the last thing in a file.
        tests |= test_next && line.trim_start().starts_with("mod ") && !line.trim_end().ends_with(';');
        if tests {
            break;
        }
        let skip = test_next;
        test_next = line.trim() == "#[cfg(test)]";
        let code = line.split("//").next().unwrap_or_default();
        if skip || code.trim().is_empty() {
            continue;
        }
        for rule in &rules {
            for word in rule.words.iter().filter(|word| names(code, word)) {
                broken.push(format!("  {path}:{}: {word}: {}", number + 1, rule.because));
            }
        }
    }
    broken
}

/// Whether the line has the word, not as a part of a longer one.
fn names(code: &str, word: &str) -> bool {
    let code = code.replace(' ', "\u{1}").replace("\u{1}::", "::").replace("::\u{1}", "::");
    let (word, open) = word.strip_suffix('*').map_or((word, false), |stem| (stem, true));
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(part) && (open || !after.is_some_and(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_keeps_its_layers() {
        layering(&crate::run::root()).unwrap();
    }

    #[test]
    fn a_web_type_in_a_lab_is_found() {
        let found = violations("src/labs/cascade.rs", "//! yew\nuse std::fmt;\nuse web_sys :: Window;\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("src/labs/cascade.rs:3: web_sys"), "{found:?}");
        assert_eq!(violations("src/labs/x.rs", "gloo_timers::callback; plotters_canvas::X").len(), 3);
        assert_eq!(violations("src/session.rs", "use crate::ui::stage;").len(), 1);
        assert!(violations("src/ui/stage.rs", "use yew::prelude::*; use crate::ui::x;").is_empty());
        assert!(violations("src/lib.rs", "#[cfg(target_arch = \"wasm32\")]\npub mod ui;").is_empty());
    }

    #[test]
    fn clocks_and_ambient_chance_are_found_everywhere_but_in_the_page() {
        let source = "let now = std::time::Instant::now();\nlet n = rand::thread_rng();\nlet s = RandomState::new();\n";
        for path in ["src/sweep.rs", "src/paint/tick.rs", "src/cli/run.rs", "src/conform.rs", "src/lab/link.rs"] {
            assert_eq!(violations(path, source).len(), 4, "{path}");
            assert_eq!(violations(path, "use std::collections::HashMap;").len(), 1, "{path}");
        }
        assert!(violations("src/ui/dom.rs", source).is_empty());
        assert_eq!(violations("src/ui/dom.rs", "HashSet::new()").len(), 1);
        // The core's own time and generator have names that contain these.
        assert!(violations("src/session.rs", "use halfopen_core::Instant; rand_xoshiro::X; self.now()").is_empty());
    }

    #[test]
    fn the_core_may_use_std_only_in_its_tests() {
        let source =
            "#[cfg(test)]\nextern crate std;\nfn understand() {}\n#[cfg(test)]\nmod tests {\n use std::vec;\n}\n";
        assert!(violations("core/src/lib.rs", source).is_empty());
        assert_eq!(violations("core/src/breaker.rs", "use std::time::Instant;").len(), 1);
        assert_eq!(violations("core/src/sim.rs", "#[cfg(test)]\nmod tests;\nuse std::vec;").len(), 1);
        assert_eq!(violations("core/src/breaker.rs", "use crate::sim::Queue;").len(), 1);
        assert!(violations("core/src/sim/server.rs", "use crate::sim::Queue;").is_empty());
    }
}
