//! The registry: one line a lab.

use crate::lab::{Entrance, Listed};

/// Hands the labs' modules, one line each, to a macro that makes something of them. After the colon stands the file of the
/// page's program that the lab is in: labs that are visited together share one, and the front page's has its own.
#[macro_export]
macro_rules! each_lab {
    ($make:ident) => {
        $make! {
            circuit_breaker: circuit_breaker
            cascade: storms
            backoff: storms
            retry_storm: storms
            availability: availability
        }
    };
}

/// Declares the modules and lists the labs, so that a new lab is one line above.
macro_rules! labs {
    ($($module:ident: $chunk:ident)*) => {
        $(pub mod $module;)*

        /// What lists and headings say of the labs, in their order. The browser has this before it has any lab.
        pub static LISTED: &[Listed] = &[$(Listed::of::<$module::Lab>()),*];

        /// All labs, in the same order.
        pub static LABS: &[Entrance] = &[$(Entrance::to::<$module::Lab>()),*];
    };
}

each_lab!(labs);

/// The lab at this address.
pub fn find(slug: &str) -> Option<&'static Entrance> {
    LABS.iter().find(|lab| lab.about.slug == slug)
}

/// The lab whose address takes the fewest edits to reach from what was written, if they are few.
pub fn nearest(written: &str) -> Option<&'static Listed> {
    // By ASCII's letters, which addresses are made of: all of Unicode's would be 10 kB of tables.
    let written: String = written.chars().take(64).map(|letter| letter.to_ascii_lowercase()).collect();
    let within = |slug: &str| slug.as_bytes().windows(written.len().max(3)).any(|part| part == written.as_bytes());
    let mut best: Option<(usize, &Listed)> = None;
    for lab in LISTED {
        let (slug, far) = (lab.slug, edits(&written, lab.slug));
        let near = far <= slug.len() / 3 || within(slug);
        if near && best.is_none_or(|best| far < best.0) {
            best = Some((far, lab));
        }
    }
    best.map(|best| best.1)
}

/// How many letters must be put in, left out or replaced to make one word of the other: Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, left) in a.chars().enumerate() {
        let (mut diagonal, mut last) = (i, i + 1);
        for (slot, right) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *slot;
            last = (diagonal + usize::from(left != right)).min(above + 1).min(last + 1);
            (*slot, diagonal) = (last, above);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, edits_between) in
            [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("äöü", "aöü", 1), ("ab", "ba", 2)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (edits_between, edits_between), "{a} {b}");
        }
        let found = |written| nearest(written).map(|lab| lab.slug);
        assert_eq!(found("circut-braker"), Some("circuit-breaker"));
        assert_eq!(found("Breaker"), Some("circuit-breaker"));
        assert_eq!(found("casacde"), Some("cascade"));
        assert_eq!(found("xyz"), None);
    }
}
