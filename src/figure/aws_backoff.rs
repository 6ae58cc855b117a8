//! Backoff and jitter against each other: the experiment behind a well-known chart.
//!
//! N clients want to change the same row at once, by optimistic concurrency: each reads the row's version and writes with
//! it; a write that comes with an old version fails, and the client waits and begins anew. What matters is how long it
//! takes until all have succeeded, and how many writes that costs.
//!
//! The model is that of M. Brooker's `backoff_simulator.py` (aws-samples/aws-arch-backoff-simulator at 66cb1692, 2015),
//! which made the charts of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: a base of 5 ms, whose first
//! wait is twice that, a cap of 2 s, and a network whose every leg takes |Normal(10 ms, 2 ms)|. A test holds the results
//! against an independent re-implementation.

mod charts;
mod model;
mod stats;

use std::time::Duration;

use halfopen_core::backoff::{Config, ConfigError, Jitter, Kind, Settings};
use halfopen_core::rng::Seed;
use halfopen_core::{OutOfRange, Quantity};

use crate::lab::Chart;
use model::Outcome;
pub use stats::{Row, Stats, csv};

/// The most clients of a run: the number of writes grows with nearly the square, and a run is not interrupted.
pub const CLIENTS_MAX: u32 = 1000;
/// The most runs of a cell, which all are kept.
pub const RUNS_MAX: u32 = 10_000;
/// The most numbers of clients.
pub const SIZES_MAX: u32 = 100;

/// What a client does after its write has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// Tries again at once.
    None,
    /// Waits e(n) = min(2 s, 5 ms × 2ⁿ) after the n-th failure.
    Exponential,
    /// Waits e(n)/2 + U(0, e(n)/2).
    EqualJitter,
    /// Waits U(0, e(n)).
    FullJitter,
    /// Waits min(2 s, U(5 ms, 3 × the wait before)), which is 5 ms at first.
    Decorrelated,
}

impl Strategy {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::None, Self::Exponential, Self::EqualJitter, Self::FullJitter, Self::Decorrelated];

    /// Its name in tables, such as `full_jitter`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Exponential => "exponential",
            Self::EqualJitter => "equal_jitter",
            Self::FullJitter => "full_jitter",
            Self::Decorrelated => "decorrelated",
        }
    }

    /// Its name for readers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "no backoff",
            Self::Exponential => "exponential",
            Self::EqualJitter => "equal jitter",
            Self::FullJitter => "full jitter",
            Self::Decorrelated => "decorrelated",
        }
    }

    /// The waits after failures.
    fn settings(self) -> Settings {
        const BASE: Duration = Duration::from_millis(5);
        // Counted from 1 in the model and from 0 here: the first wait is the base doubled.
        let doubling = Kind::Exponential { base: Duration::from_millis(10), factor_permille: 2000 };
        let (kind, jitter) = match self {
            Self::None => (Kind::None, Jitter::None),
            Self::Exponential => (doubling, Jitter::None),
            Self::EqualJitter => (doubling, Jitter::Equal),
            Self::FullJitter => (doubling, Jitter::Full),
            Self::Decorrelated => (Kind::Decorrelated { base: BASE }, Jitter::None),
        };
        Settings { jitter, cap: Some(Duration::from_secs(2)), ..Settings::plain(kind) }
    }
}

/// What is to be run: every strategy with each number of clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Numbers of clients, from 1 to [`CLIENTS_MAX`] each; at most [`SIZES_MAX`] of them.
    pub clients: Vec<u32>,
    /// Runs of each strategy with each number, from 1 to [`RUNS_MAX`].
    pub runs: u32,
    /// Where chance comes from. The strategies of a run draw from the same stream, in the order of their own events.
    pub seed: u64,
}

impl Default for Order {
    /// That of the original: 10, 20 … 190 clients, 100 runs.
    fn default() -> Self {
        Self { clients: (1..20).map(|tens| tens * 10).collect(), runs: 100, seed: 1 }
    }
}

/// The experiment under way: runs done so far, and which is next.
///
/// The first run of all cells comes before the second of any, so that partial results are whole curves.
#[derive(Clone, Debug)]
pub struct Experiment {
    order: Order,
    cells: Vec<Cell>,
    /// How many runs have been done, all cells together.
    done: usize,
}

/// A strategy with a number of clients.
#[derive(Clone, Debug)]
struct Cell {
    clients: u32,
    strategy: Strategy,
    waits: Config,
    outcomes: Vec<Outcome>,
}

impl Experiment {
    /// Prepares the runs and does none yet.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn new(order: Order) -> Result<Self, OutOfRange> {
        let sizes = u32::try_from(order.clients.len()).unwrap_or(u32::MAX);
        within("the length of clients", sizes, SIZES_MAX)?;
        order.clients.iter().try_for_each(|clients| within("clients", *clients, CLIENTS_MAX))?;
        within("runs", order.runs, RUNS_MAX)?;
        let mut cells = Vec::new();
        for clients in &order.clients {
            for strategy in Strategy::ALL {
                // They are constants, and valid.
                let Ok(waits) = Config::new(strategy.settings()) as Result<_, ConfigError> else { continue };
                cells.push(Cell { clients: *clients, strategy, waits, outcomes: Vec::new() });
            }
        }
        Ok(Self { order, cells, done: 0 })
    }

    /// Does so many runs at most, and says whether there are more to do. Advancing in any steps gives the same results.
    pub fn advance(&mut self, runs: u32) -> bool {
        for _ in 0..runs {
            let (run, cell) = (self.done / self.cells.len().max(1), self.done % self.cells.len().max(1));
            let Some(cell) = self.cells.get_mut(cell).filter(|_| run < self.order.runs as usize) else { return false };
            let seed = Seed(self.order.seed).fork("clients", u64::from(cell.clients)).fork("run", run as u64);
            cell.outcomes.push(model::run(&cell.waits, cell.clients, seed));
            self.done += 1;
        }
        self.done < self.total()
    }

    /// What was ordered.
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// How many runs have been done.
    pub const fn done(&self) -> usize {
        self.done
    }

    /// How many there are to do in all.
    pub const fn total(&self) -> usize {
        self.cells.len() * self.order.runs as usize
    }

    /// The results so far: for each number of clients, in the order given, a row a strategy that has run.
    pub fn rows(&self) -> Vec<Row> {
        let ran = self.cells.iter().filter(|cell| !cell.outcomes.is_empty());
        ran.map(|cell| Row::new(cell.clients, cell.strategy, &cell.outcomes)).collect()
    }

    /// The results so far as charts: `time`, then `writes`.
    pub fn charts(&self) -> Vec<Chart> {
        charts::charts(&self.rows(), self.done / self.cells.len().max(1))
    }
}

fn within(field: &'static str, value: u32, most: u32) -> Result<(), OutOfRange> {
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(OutOfRange { field, value: Quantity::Count(value), least: Quantity::Count(1), most: Quantity::Count(most) })
}
