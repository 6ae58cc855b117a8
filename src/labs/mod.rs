//! The registry: one line a lab.

use crate::lab::{Entrance, Listed};

/// Hands the labs' modules, one line each, to a macro that makes something of them.
#[macro_export]
macro_rules! each_lab {
    ($make:ident) => {
        $make! {
            circuit_breaker
            cascade
        }
    };
}

/// Declares the modules and lists the labs, so that a new lab is one line above.
macro_rules! labs {
    ($($module:ident)*) => {
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
