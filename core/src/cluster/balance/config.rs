//! What can be set on a load balancer.

use core::time::Duration;

use crate::node::Nodes;
use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a [`Balancer`](super::Balancer), as plain data. Nothing is checked before
/// [`BalanceConfig::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceSettings {
    /// How many nodes there are: 1 to 16. Default: 5.
    pub nodes: u8,
    /// Who gets the next request. Default: in turn.
    pub pick: Pick,
    /// Health checks, if any. Default: as [`Checks::default`].
    pub checks: Option<Checks>,
    /// Outlier ejection, if any. Default: none.
    pub ejection: Option<Ejection>,
    /// When less than so many percent of the nodes are left, all are used; 0 to 100, 0 never. Default: 50 (Envoy).
    pub panic_percent: u32,
}

impl Default for BalanceSettings {
    fn default() -> Self {
        Self { nodes: 5, pick: Pick::InTurn, checks: Some(Checks::default()), ejection: None, panic_percent: 50 }
    }
}

/// Who gets the next request, among those that are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pick {
    /// One after the other.
    #[default]
    InTurn,
    /// Who has the fewest requests under way; of equals in turn.
    LeastBusy,
}

/// Health checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Checks {
    /// How often each node is asked; longer than `timeout`. Default: 2 s (HAProxy's `inter`).
    pub every: Duration,
    /// How long to wait for the answer; from 1 ns. Default: 1 s.
    pub timeout: Duration,
    /// So many failed in a row take it out; at least 1. Default: 3 (HAProxy).
    pub fall: u32,
    /// So many passed in a row put it back; at least 1. Default: 2 (HAProxy).
    pub rise: u32,
}

impl Default for Checks {
    fn default() -> Self {
        Self { every: Duration::from_secs(2), timeout: Duration::from_secs(1), fall: 3, rise: 2 }
    }
}

/// Outlier ejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ejection {
    /// So many failed requests in a row take it out; 0 never. Default: 5 (Envoy's `consecutive_5xx`).
    pub failures: u32,
    /// A mean latency over so many thousandths of the median of the nodes' means takes it out; 0 never, else over 1000.
    /// Default: never.
    pub slow_permille: u32,
    /// Of nodes with fewer requests in an interval no mean is taken; at least 1. Default: 10.
    pub least_requests: u32,
    /// How often latencies are compared. Default: 10 s (Envoy's `interval`).
    pub interval: Duration,
    /// How long it stays out the first time; each further time so much longer. Default: 30 s (Envoy).
    pub base: Duration,
    /// At most so many percent of the nodes are out by ejection, but one always may be; 0 to 100. Default: 10 (Envoy).
    pub most_percent: u32,
}

impl Default for Ejection {
    fn default() -> Self {
        Self {
            failures: 5,
            slow_permille: 0,
            least_requests: 10,
            interval: Duration::from_secs(10),
            base: Duration::from_secs(30),
            most_percent: 10,
        }
    }
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceConfig {
    settings: BalanceSettings,
}

impl BalanceConfig {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields.
    pub fn new(settings: BalanceSettings) -> Result<Self, OutOfRange> {
        count("nodes", u32::from(settings.nodes), 1, u32::from(Nodes::MOST))?;
        if let Some(Checks { every, timeout, fall, rise }) = settings.checks {
            let every = time("every", every, 2, u64::MAX)?;
            time("timeout", timeout, 1, every - 1)?;
            count("fall", fall, 1, u32::MAX)?;
            count("rise", rise, 1, u32::MAX)?;
        }
        if let Some(ejection) = settings.ejection {
            if ejection.slow_permille > 0 {
                count("slow_permille", ejection.slow_permille, 1_001, u32::MAX)?;
            }
            count("least_requests", ejection.least_requests, 1, u32::MAX)?;
            time("interval", ejection.interval, 1, u64::MAX)?;
            time("base", ejection.base, 1, u64::MAX)?;
            count("most_percent", ejection.most_percent, 0, 100)?;
        }
        count("panic_percent", settings.panic_percent, 0, 100)?;
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &BalanceSettings {
        &self.settings
    }
}
