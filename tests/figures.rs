//! The figures: their results against those of others, and that they can be done in slices.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::invariants::assert_charts;
use halfopen::figure::aws_backoff::{CLIENTS_MAX, Experiment, Order, RUNS_MAX, Row, Strategy, csv};

/// 1000 runs a row of an independent re-implementation of the model, which was itself held against the unmodified
/// original. Its columns are ours.
const REFERENCE: &str = include_str!("figures/aws-backoff.csv");

fn finished(clients: &[u32], runs: u32, seed: u64) -> Experiment {
    let mut experiment = Experiment::new(Order { clients: clients.to_vec(), runs, seed }).unwrap();
    while experiment.advance(u32::MAX) {}
    experiment
}

/// How far two means are apart, in standard errors of their difference.
fn z(mean: f64, error: f64, reference: f64, reference_error: f64) -> f64 {
    (mean - reference) / libm::hypot(error, reference_error)
}

#[test]
fn every_cell_agrees_with_the_reference() {
    let rows = finished(&[10, 50, 100], 300, 1).rows();
    let mut compared = Vec::new();
    for (row, line) in rows.iter().zip(REFERENCE.lines().skip(1)) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!((row.clients.to_string().as_str(), row.strategy.name()), (fields[0], fields[1]));
        for (stats, from) in [(row.time, 3), (row.writes, 8)] {
            let number = |column: usize| fields[from + column].parse::<f64>().unwrap();
            let off = z(stats.mean, stats.sem.unwrap(), number(0), number(2));
            assert!(off.abs() < 4.0, "{line}: z = {off:.2}, {stats:?}");
            compared.push(off);
            // Coarse, and not for the exponential wait of few clients, whose times fall into four tight clusters.
            if !(row.clients == 10 && row.strategy == Strategy::Exponential) {
                assert!((stats.p50 / number(3) - 1.0).abs() < 0.05, "{line}: {stats:?}");
                assert!((stats.p95 / number(4) - 1.0).abs() < 0.15, "{line}: {stats:?}");
            }
        }
    }
    assert_eq!(compared.len(), 30);
    // A mistake that moves all cells a little one way shows in the mean of their differences.
    let mean = compared.iter().sum::<f64>() / 30.0;
    assert!(mean.abs() < 0.9, "{mean}");
}

/// Where the clock stops, at the client or one leg earlier at the server, shows only without backoff and with many runs.
#[test]
fn the_clock_stops_when_the_client_knows() {
    let mut experiment = Experiment::new(Order { clients: vec![10], runs: 4000, seed: 2 }).unwrap();
    while experiment.advance(u32::MAX) {}
    let row = &experiment.rows()[0];
    let off = z(row.time.mean, row.time.sem.unwrap(), 380.74, 1.10);
    assert!(row.strategy == Strategy::None && off.abs() < 4.0, "z = {off:.2}, {row:?}");
}

#[test]
fn advancing_in_any_slices_gives_the_same_results() {
    let whole = finished(&[3, 20], 7, 5);
    let mut sliced = Experiment::new(whole.order().clone()).unwrap();
    assert_eq!((sliced.done(), sliced.total(), sliced.rows().len()), (0, 70, 0));
    let mut steps = 0;
    while sliced.advance(3) {
        steps += 1;
        assert_eq!(sliced.done(), 3 * steps);
        let rows = sliced.rows();
        // No cell is more than a run ahead of another.
        let runs = |row: &Row| row.runs as usize;
        assert!(rows.iter().all(|row| runs(row).abs_diff(sliced.done() / 10) <= 1), "{rows:?}");
        assert_charts(&sliced.charts());
    }
    assert_eq!((sliced.done(), sliced.total()), (70, 70));
    assert_eq!(sliced.rows(), whole.rows());
    assert_eq!(sliced.charts(), whole.charts());
    assert!(!sliced.advance(1), "there is nothing left");
    assert_eq!(sliced.rows(), whole.rows());
    // A cell does not depend on which others are run, and another seed gives others.
    assert_eq!(finished(&[20], 7, 5).rows(), whole.rows()[5..]);
    assert_ne!(finished(&[20], 7, 6).rows(), whole.rows()[5..]);
}

#[test]
fn a_single_client_succeeds_at_once() {
    for row in finished(&[1], 50, 1).rows() {
        assert_eq!((row.writes.mean, row.writes.p95, row.writes.sd), (1.0, 1.0, Some(0.0)));
        // Four legs of 10 ms.
        assert!((row.time.mean - 40.0).abs() < 4.0 * 4.0 / libm::sqrt(50.0), "{row:?}");
    }
}

#[test]
fn partial_results_say_what_they_cannot_tell() {
    let mut experiment = Experiment::new(Order { clients: vec![2], runs: 2, seed: 1 }).unwrap();
    assert_charts(&experiment.charts());
    assert_eq!(experiment.charts()[0].summary, "No run has ended yet.");
    experiment.advance(5);
    let rows = experiment.rows();
    assert!(rows.len() == 5 && rows.iter().all(|row| row.time.sd.is_none() && row.writes.sem.is_none()));
    let text = csv(&rows);
    assert_eq!(text.lines().next(), REFERENCE.lines().next());
    assert!(
        text.lines().skip(1).all(|line| line.split(',').count() == 13 && line.matches(",,").count() == 2),
        "{text}"
    );
}

#[test]
fn bad_orders_are_named() {
    let told =
        |clients: Vec<u32>, runs: u32| Experiment::new(Order { clients, runs, seed: 1 }).unwrap_err().to_string();
    assert_eq!(told(vec![10, 0], 1), "clients is 0, outside 1 to 1000");
    assert_eq!(told(vec![1_000_000_000], 1), "clients is 1000000000, outside 1 to 1000");
    assert_eq!(told(vec![1; 101], 1), "the length of clients is 101, outside 1 to 100");
    assert_eq!(told(vec![], 1), "the length of clients is 0, outside 1 to 100");
    assert_eq!(told(vec![1], 0), "runs is 0, outside 1 to 10000");
    assert!(Experiment::new(Order { clients: vec![CLIENTS_MAX; 100], runs: RUNS_MAX, seed: 1 }).is_ok());
}
