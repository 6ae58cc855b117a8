//! No committed file names a place on somebody's machine: a clone must work, and mean the same, everywhere.

use crate::run::{Outcome, fail, output, root};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Checks every file that git knows.
pub(crate) fn no_machine_paths() -> Outcome {
    let root = root();
    let Ok(list) = output(
        Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(&root),
    ) else {
        eprintln!("not a git checkout: nothing to look through");
        return Ok(());
    };
    // Also whatever this very machine calls its folders, unless that is too short to mean anything.
    let mut places = vec![root.display().to_string()];
    places.extend(["HOME", "CARGO_HOME", "XDG_CACHE_HOME"].iter().filter_map(|name| std::env::var(name).ok()));
    places.retain(|place| place.len() > 5);
    let mut found = Vec::new();
    for file in list.split('\0').filter(|file| !file.is_empty()) {
        let Ok(text) = fs::read_to_string(root.join(file)) else { continue };
        found.extend(text.lines().enumerate().filter_map(|(number, line)| {
            let named = named_place(line, &places)?;
            Some(format!("  {file}:{}: {named}", number + 1))
        }));
    }
    if found.is_empty() { Ok(()) } else { fail(format!("files name places of one machine:\n{}", found.join("\n"))) }
}

/// The first place of one machine that the line names.
fn named_place(line: &str, places: &[String]) -> Option<String> {
    let general = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("C:", "\\Users\\")];
    let starts_a_path = |at: usize| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | '~' | '/'))
    };
    let all = general.into_iter().chain(places.iter().map(String::as_str));
    let mut hits = all.filter(|place| line.match_indices(place).any(|(at, _)| starts_a_path(at)));
    hits.next().map(|place| Path::new(place).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_from_addresses() {
        let home = concat!("see /ho", "me/ada/notes");
        assert!(named_place(home, &[]).is_some());
        assert!(named_place(concat!("https://example.org/ho", "me/x"), &[]).is_none());
        assert!(named_place("at /srv/build/x", &["/srv/build".to_owned()]).is_some());
        assert!(named_place("nothing here", &["/srv/build".to_owned()]).is_none());
    }
}
