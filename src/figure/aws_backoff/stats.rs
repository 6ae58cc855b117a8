//! The results of a cell, and as CSV.

use super::Strategy;
use super::model::Outcome;
use crate::lab::mean::Mean;
use crate::lab::text::fixed;

/// What came of the runs of a strategy with a number of clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How many clients.
    pub clients: u32,
    /// What they did.
    pub strategy: Strategy,
    /// How many runs.
    pub runs: u32,
    /// Milliseconds until the last client received its success.
    pub time: Stats,
    /// Writes that reached the server, failed ones included.
    pub writes: Stats,
}

/// Runs in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, by n − 1; `None` of a single run.
    pub sd: Option<f64>,
    /// The standard error of the mean; `None` of a single run.
    pub sem: Option<f64>,
    /// Half the width of the mean's 95 % confidence interval; infinite of a single run.
    pub margin: f64,
    /// The median: of the k sorted results, that with the number ⌊k/2⌋ from 0.
    pub p50: f64,
    /// Likewise ⌊95 k / 100⌋.
    pub p95: f64,
}

impl Row {
    pub(super) fn new(clients: u32, strategy: Strategy, outcomes: &[Outcome]) -> Self {
        let runs = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
        let time = outcomes.iter().map(|outcome| outcome.time.as_nanos() as f64 / 1e6).collect();
        let writes = outcomes.iter().map(|outcome| f64::from(outcome.writes)).collect();
        Self { clients, strategy, runs, time: Stats::new(time), writes: Stats::new(writes) }
    }
}

impl Stats {
    fn new(mut values: Vec<f64>) -> Self {
        crate::lab::chart::sort(&mut values);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let (p50, p95) = (at(values.len() / 2), at(values.len() * 95 / 100));
        let Some(Mean { count, mean, deviation, margin }) = Mean::of(&values) else {
            return Self { mean: f64::NAN, sd: None, sem: None, margin: f64::INFINITY, p50, p95 };
        };
        let sd = (count > 1).then_some(deviation);
        let sem = sd.map(|sd| sd / libm::sqrt(count as f64));
        Self { mean, sd, sem, margin, p50, p95 }
    }
}

/// The rows as CSV, with two decimals. What a single run cannot tell is left empty.
pub fn csv(rows: &[Row]) -> String {
    let mut out = String::from(
        "clients,algorithm,runs,time_mean_ms,time_sd_ms,time_sem_ms,time_p50_ms,time_p95_ms,\
         write_calls_mean,write_calls_sd,write_calls_sem,write_calls_p50,write_calls_p95\n",
    );
    for row in rows {
        out.push_str(&format!("{},{},{}", row.clients, row.strategy.name(), row.runs));
        for Stats { mean, sd, sem, p50, p95, .. } in [row.time, row.writes] {
            for value in [Some(mean), sd, sem, Some(p50), Some(p95)] {
                out.push(',');
                out.push_str(&value.map_or_else(String::new, two_decimals));
            }
        }
        out.push('\n');
    }
    out
}

/// With two decimals, by whole numbers.
fn two_decimals(value: f64) -> String {
    fixed(libm::round(value * 100.0) as u64, 2)
}
