//! Where the program is cut into files that arrive when they are needed: one a lab, one for what unfolds below a stage,
//! and one for the pages without a lab.
//!
//! With the feature `split` a macro marks the cuts and `cargo xtask build` makes them. Without it everything is in one file
//! and has always arrived.

use halfopen::lab::{Entrance, Listed};
use halfopen::ui::{Arriving, Chunks, Pages, Panels};

/// How the page gets at its chunks.
pub(crate) const CHUNKS: Chunks = Chunks { lab, panels, pages };

#[cfg(feature = "split")]
#[allow(
    unsafe_code,
    reason = "the macro exports and imports the functions at the cuts by name; nothing else here does"
)]
mod cuts {
    use super::*;
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    /// One function a lab, named as its module.
    macro_rules! cuts {
        ($($module:ident: $chunk:ident)*) => {$(
            #[wasm_split($chunk, fallible)]
            pub(super) fn $module() -> Result<&'static [Entrance], SplitLoaderError> {
                static LAB: [Entrance; 1] = [Entrance::to::<halfopen::labs::$module::Lab>()];
                Ok(&LAB)
            }
        )*};
    }
    halfopen::each_lab!(cuts);

    #[wasm_split(panels, fallible)]
    pub(super) fn panels() -> Result<Panels, SplitLoaderError> {
        Ok(halfopen::ui::panels())
    }

    #[wasm_split(pages, fallible)]
    pub(super) fn pages() -> Result<Pages, SplitLoaderError> {
        Ok(halfopen::ui::pages())
    }
}

#[cfg(feature = "split")]
fn lab(wanted: Listed) -> Arriving<&'static [Entrance]> {
    macro_rules! choose {
        ($($module:ident: $chunk:ident)*) => {$(
            if wanted == const { Listed::of::<halfopen::labs::$module::Lab>() } {
                return Box::pin(async { cuts::$module().await.ok() });
            }
        )*};
    }
    halfopen::each_lab!(choose);
    Box::pin(core::future::ready(None))
}

#[cfg(feature = "split")]
fn panels() -> Arriving<Panels> {
    Box::pin(async { cuts::panels().await.ok() })
}

#[cfg(feature = "split")]
fn pages() -> Arriving<Pages> {
    Box::pin(async { cuts::pages().await.ok() })
}

#[cfg(not(feature = "split"))]
fn lab(wanted: Listed) -> Arriving<&'static [Entrance]> {
    use halfopen::labs::LABS;
    let found = LABS.iter().position(|lab| lab.about.slug == wanted.slug);
    Box::pin(core::future::ready(found.and_then(|index| LABS.get(index..=index))))
}

#[cfg(not(feature = "split"))]
fn panels() -> Arriving<Panels> {
    Box::pin(core::future::ready(Some(halfopen::ui::panels())))
}

#[cfg(not(feature = "split"))]
fn pages() -> Arriving<Pages> {
    Box::pin(core::future::ready(Some(halfopen::ui::pages())))
}
