//! The icons, drawn in the text's colour.

use super::el::{El, el};

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Back to the last entry.
    StepBack,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// On to the next entry.
    Step,
    /// Take back.
    Undo,
    /// Take the undo back.
    Redo,
    /// From the beginning.
    Reset,
    /// Share.
    Share,
    /// Away with it.
    Close,
    /// Leads out.
    Out,
    /// Dice: chance.
    Dice,
    /// Light.
    Sun,
    /// Dark.
    Moon,
    /// As the system has it.
    System,
    /// Speed and seed.
    Dials,
}

/// An icon of 18 units; it is decoration, the button around it has a name.
#[inline(never)]
pub(crate) fn draw(icon: Icon) -> El {
    let (filled, drawn) = paths(icon);
    let lines = "path[fill=none][stroke=currentColor][stroke-width=1.8][stroke-linecap=round][stroke-linejoin=round]";
    el("svg.icon[width=18][height=18][viewBox=0 0 18 18][aria-hidden=true][focusable=false]")
        .put(el("path[fill=currentColor]").word("d", filled))
        .put(el(lines).word("d", drawn))
}

/// What is filled, and what is drawn as a line.
fn paths(icon: Icon) -> (&'static str, &'static str) {
    match icon {
        Icon::StepBack => (
            "M13.5 3.2v11.6a.6.6 0 0 1-.9.5L6 9.5v5a.5.5 0 0 1-.5.5h-1a.5.5 0 0 1-.5-.5v-11a.5.5 0 0 1 .5-.5h1a.5.5 0 0 1 .5.5v5l6.6-5.8a.6.6 0 0 1 .9.5z",
            "",
        ),
        Icon::Play => ("M5 3.1v11.8a.7.7 0 0 0 1.1.6l8.6-5.9a.7.7 0 0 0 0-1.2L6.1 2.5A.7.7 0 0 0 5 3.1z", ""),
        Icon::Pause => (
            "M4.5 3h2.8a.5.5 0 0 1 .5.5v11a.5.5 0 0 1-.5.5H4.5a.5.5 0 0 1-.5-.5v-11a.5.5 0 0 1 .5-.5zM10.7 3h2.8a.5.5 0 0 1 .5.5v11a.5.5 0 0 1-.5.5h-2.8a.5.5 0 0 1-.5-.5v-11a.5.5 0 0 1 .5-.5z",
            "",
        ),
        Icon::Step => (
            "M4.5 3.2v11.6a.6.6 0 0 0 .9.5L12 9.5v5a.5.5 0 0 0 .5.5h1a.5.5 0 0 0 .5-.5v-11a.5.5 0 0 0-.5-.5h-1a.5.5 0 0 0-.5.5v5L5.4 2.7a.6.6 0 0 0-.9.5z",
            "",
        ),
        Icon::Undo => ("", "M6.5 3.5 3 7l3.5 3.5M3.5 7H11a4 4 0 0 1 0 8H8"),
        Icon::Redo => ("", "M11.5 3.5 15 7l-3.5 3.5M14.5 7H7a4 4 0 0 0 0 8h3"),
        Icon::Reset => ("", "M4 5.5A6.2 6.2 0 1 1 2.8 9M4.2 2.5v3.2h3.2"),
        Icon::Share => ("", "M9 11V2.5M5.8 5.5 9 2.3l3.2 3.2M4 9v5.5a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9"),
        Icon::Close => ("", "M4.5 4.5l9 9M13.5 4.5l-9 9"),
        Icon::Out => (
            "",
            "M7 4H4.5A1.5 1.5 0 0 0 3 5.5v8A1.5 1.5 0 0 0 4.5 15h8a1.5 1.5 0 0 0 1.5-1.5V11M10.5 3H15v4.5M15 3 8.5 9.5",
        ),
        Icon::Moon => ("", "M15 10.6A6.5 6.5 0 0 1 7.4 3a6.5 6.5 0 1 0 7.6 7.6z"),
        Icon::System => {
            ("", "M3.5 3.5h11a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V4.5a1 1 0 0 1 1-1zM9 12v3M6 15.2h6")
        }
        Icon::Sun => (
            "",
            "M5.8 9a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0M9 1.5v1.8M9 14.7v1.8M1.5 9h1.8M14.7 9h1.8M3.7 3.7l1.3 1.3M13 13l1.3 1.3M3.7 14.3 5 13M13 5l1.3-1.3",
        ),
        Icon::Dials => (
            "",
            "M2.5 5.5h7M13.5 5.5h2M2.5 12.5h2M8.5 12.5h7M9.5 5.5a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4.5 12.5a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
        ),
        Icon::Dice => (
            "M4.9 6.2a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0M10.5 11.8a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0M7.7 9a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0",
            "M5.5 2.5h7a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-7a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3z",
        ),
    }
}
