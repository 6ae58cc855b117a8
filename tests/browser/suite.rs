//! Browser tests of the finished page, served with the strict policy. `cargo xtask test --only page` runs them in Chromium,
//! Firefox and WebKitGTK; `--browser firefox` in one of them, and a word after it only those whose name contains it.
//!
//! A new test goes into a file beside this one, named here. [`support`] has what tests need; a test waits for conditions,
//! never for time, and reads what a person would read: names, words of the log, what is announced.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "waiting needs a clock; no run depends on it")]

mod backoff;
mod breaker;
mod breaker_keys;
mod calculators;
mod cascade;
mod charts;
mod compare;
mod editor;
mod embed;
mod experiments;
mod isolation;
mod links;
mod looks;
mod native;
mod quest;
mod reading;
mod retry_storm;
mod smoke;
mod support;
