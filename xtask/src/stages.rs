//! Stages of a long command: a heading for each, and at the end a table of their seconds and tests.

use crate::run::{Failure, Outcome, fail};
use std::time::{Duration, Instant};

/// How many tests passed, as the test harness tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Tests {
    /// Adds the numbers of a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`; other lines change nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else { return };
        let words: Vec<&str> = result.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let [count, what] = pair else { continue };
            let Ok(count) = count.parse::<u64>() else { continue };
            match *what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// The stages so far.
pub(crate) struct Stages {
    command: &'static str,
    began: Instant,
    done: Vec<(String, Duration, Option<Tests>)>,
}

impl Stages {
    pub(crate) fn new(command: &'static str) -> Self {
        Self { command, began: Instant::now(), done: Vec::new() }
    }

    /// Runs one stage; when it fails, prints the table and says which it was.
    pub(crate) fn stage<T>(&mut self, name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let (name, began) = self.begin(name);
        let outcome = work();
        self.done.push((name, began.elapsed(), None));
        self.named(outcome)
    }

    /// Like [`stage`](Self::stage) for one that counts tests. One that finds no test at all has proved nothing, and fails.
    pub(crate) fn tests(&mut self, name: &str, work: impl FnOnce(&mut Tests) -> Outcome) -> Outcome {
        let (name, began) = self.begin(name);
        let mut tests = Tests::default();
        let mut outcome = work(&mut tests);
        if outcome.is_ok() && tests.passed == 0 {
            outcome = fail("not a single test ran");
        }
        self.done.push((name, began.elapsed(), Some(tests)));
        self.named(outcome)
    }

    fn begin(&self, name: &str) -> (String, Instant) {
        eprintln!("\n== {name}");
        (name.to_owned(), Instant::now())
    }

    fn named<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        outcome.map_err(|failure| {
            self.table();
            let stage = self.done.last().map_or("", |(name, ..)| name);
            Failure { message: format!("failed in stage \"{stage}\": {}", failure.message), code: failure.code }
        })
    }

    /// Prints the table: the last thing a command that went well does.
    pub(crate) fn table(&self) {
        println!("\n{:>8}  {:>6}  {}", "seconds", "tests", self.command);
        let mut all = Tests::default();
        for (name, took, tests) in &self.done {
            let count = tests.map_or(String::new(), |tests| tests.passed.to_string());
            println!("{:>8.1}  {count:>6}  {name}", took.as_secs_f64());
            let tests = tests.unwrap_or_default();
            all.passed += tests.passed;
            all.failed += tests.failed;
            all.ignored += tests.ignored;
        }
        let count = if all == Tests::default() { String::new() } else { all.passed.to_string() };
        println!("{:>8.1}  {count:>6}  total", self.began.elapsed().as_secs_f64());
        if all.failed + all.ignored > 0 {
            println!("{} failed, {} ignored", all.failed, all.ignored);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tests;

    #[test]
    fn counts_add_up_over_harnesses() {
        let mut tests = Tests::default();
        tests.read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s");
        tests.read("running 7 tests");
        tests.read("    test result: FAILED. 1 passed; 2 failed; 0 ignored");
        assert_eq!(tests, Tests { passed: 13, failed: 2, ignored: 1 });
    }
}
