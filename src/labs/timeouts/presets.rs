//! Chains to begin with.

use super::knobs::KNOBS;
use crate::lab::{BESIDE_PRESETS, Config, Preset};

const fn preset(
    id: &'static str,
    label: &'static str,
    note: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Preset {
    Preset { id, label, note, source: "", set }
}

pub(super) const PRESETS: &[Preset] = &[
    preset(
        "a_5_s_over_b_30_s",
        "A 5 s over B 30 s",
        "Common, and wrong: A gives up first, and B waits on for an answer that nobody will read.",
        &[],
    ),
    preset(
        "retries_inside",
        "B tries 3 times",
        "4 s look short enough under A's 5 s. Three of them with their waits are 15 s.",
        &[("b_timeout", "4s"), ("b_attempts", "3")],
    ),
    preset(
        "consistent",
        "Consistent chain",
        "Each hop waits less than its caller: nobody works for nobody but C, which hangs.",
        &[("a_timeout", "5.5s"), ("b_timeout", "5s")],
    ),
    preset(
        "no_timeouts",
        "No timeouts",
        "Ten requests a second meet a C that hangs: every thread waits for ever.",
        &[("client_timeout", "0"), ("a_timeout", "0"), ("b_timeout", "0"), ("rate", "10/s")],
    ),
    preset(
        "too_short",
        "Too short",
        "Nothing hangs; B does not wait for answers that C would give.",
        &[("a_timeout", "5.5s"), ("b_timeout", "400ms"), ("hangs", "nobody"), ("rate", "10/s")],
    ),
    preset(
        "propagated",
        "Deadline passed on",
        "The same 5 s over 30 s, but each call says how much time is left: all stop together, even C.",
        &[("propagate", "on")],
    ),
];

/// Whether these are a preset's settings, whatever the traffic.
pub(super) fn is_one(config: &Config) -> bool {
    PRESETS.iter().any(|preset| {
        let mut made = Config::new(KNOBS);
        for (knob, text) in preset.set {
            // The registry walk proves that every preset's values parse and fit.
            let _ = made.set_text(knob, text);
        }
        let mut pairs = made.iter().zip(config.iter());
        pairs.all(|((knob, one), (_, other))| BESIDE_PRESETS.contains(&knob.group) || one == other)
    })
}
