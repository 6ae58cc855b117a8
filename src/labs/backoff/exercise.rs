//! The usual hand-written version, with its faults. Each is a way of working of this lab, so that it can be played.

use crate::lab::{Exercise, Fault};

pub(super) const EXERCISE: Exercise = Exercise {
    task: "A retry around a charge, with a breaker, as it is often written by hand. It runs, and four things are wrong with it. Choose a line that shows one.",
    text: include_str!("faulty.py.txt"),
    faults: &[
        Fault {
            lines: (4, 4),
            title: "the breaker is asked once, outside the retry",
            because: "It may open after the first attempt; the others go past it all the same. Each attempt needs a permit of its own.",
            play: "overlay_none=off&breaker=asked_once&t=16s",
            readout: "past_open",
            shows: 160.0,
            mended: ("overlay_none=off&breaker=each_attempt&t=16s", 0.0),
        },
        Fault {
            lines: (5, 5),
            title: "once open, it returns early for ever",
            because: "Its state is read, and reading moves nothing: who returns early sends no probe, so nobody learns that the backend is well again. Asking for a permit lets one call through when the wait is over.",
            play: "overlay_none=off&breaker=state_read&do=6:heal,12:reroll&t=28s",
            readout: "answered",
            shows: 0.0,
            mended: ("overlay_none=off&breaker=each_attempt&do=6:heal,12:reroll&t=28s", 45.0),
        },
        Fault {
            lines: (8, 12),
            title: "a charge is retried without an idempotency key",
            because: "Where the work was done and only its answer was lost, the next attempt does it again. A key, made once for each charge and sent with every attempt, lets the server see that it is the same.",
            play: "overlay_none=off&failure=after&key=off&t=16s",
            readout: "twice",
            shows: 40.0,
            mended: ("overlay_none=off&failure=after&t=16s", 0.0),
        },
        Fault {
            lines: (13, 14),
            title: "the breaker never hears how a call went",
            because: "Nothing tells it of the failure, nor of a success above, so it counts none and never opens: it is decoration. Every permit is to be handed back with its outcome.",
            play: "overlay_none=off&breaker=never_told&t=16s",
            readout: "openings",
            shows: 0.0,
            mended: ("overlay_none=off&breaker=each_attempt&t=16s", 3.0),
        },
    ],
};
