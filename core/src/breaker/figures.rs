//! What a breaker can be asked about its counts.

/// The counts behind the current state.
///
/// In `closed` and `metrics_only`: the window. In `half_open`: the results of this stay. In `open`: those of the state
/// before, as they were when it was left. In `forced_open` and `disabled`: zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Recorded results; at all times `failed + succeeded`.
    pub buffered: u64,
    /// Failures among them.
    pub failed: u64,
    /// Successes among them.
    pub succeeded: u64,
    /// Slow calls among them, whether failed or not.
    pub slow: u64,
    /// Failures since the last success (or the entry into the state); those that have left the window too.
    pub failures_in_a_row: u64,
    /// Failures among the results; `None` while it may not be judged: nothing recorded, or too few.
    pub failure_rate: Option<Rate>,
    /// Slow calls among the results; `None` while it may not be judged.
    pub slow_rate: Option<Rate>,
    /// Asks refused since the state was entered.
    pub not_permitted: u64,
    /// Probes that may still be let through now; `None` outside `half_open`.
    pub permits_left: Option<u32>,
    /// Probes of this stay that have been neither finished nor released; 0 outside `half_open`.
    pub probes_in_flight: u32,
}

/// An exact share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub part: u64,
    /// Of how many; above 0.
    pub whole: u64,
}

impl Rate {
    /// In percent, rounded to the nearest `f64`: for showing, never for deciding.
    pub fn percent(self) -> f64 {
        if self.whole == 0 { 0.0 } else { 100.0 * self.part as f64 / self.whole as f64 }
    }

    /// Whether 100 × part is at least (or above) percent × whole, exactly.
    #[inline]
    pub(super) fn exceeds(self, percent: u32, compare: super::settings::Compare) -> bool {
        compare.exceeds(u128::from(self.part) * 100, u128::from(self.whole) * u128::from(percent))
    }
}
