//! The registry: one line a lab.

use crate::lab::Entrance;

/// Declares the labs' modules and lists their entrances, so that a new lab is one line here.
macro_rules! labs {
    ($($module:ident)*) => {
        $(pub mod $module;)*

        /// All labs, in the order in which they are listed.
        pub static LABS: &[Entrance] = &[$(Entrance::to::<$module::Lab>()),*];
    };
}

labs! {
    circuit_breaker
    cascade
}

/// The lab at this address.
pub fn find(slug: &str) -> Option<&'static Entrance> {
    LABS.iter().find(|lab| lab.about.slug == slug)
}
