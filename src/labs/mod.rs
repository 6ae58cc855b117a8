//! The registry: one line a lab.

use crate::lab::text::edits;
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
            availability: capacity
            bulkhead: capacity
            limits: capacity
            timeouts: isolation
            idempotency: isolation
            fallback: isolation
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_that_was_meant_is_found() {
        let found = |written| nearest(written).map(|lab| lab.slug);
        assert_eq!(found("circut-braker"), Some("circuit-breaker"));
        assert_eq!(found("Breaker"), Some("circuit-breaker"));
        assert_eq!(found("casacde"), Some("cascade"));
        assert_eq!(found("xyz"), None);
    }
}
