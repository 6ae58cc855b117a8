//! The playground: labs, the session that plays them, and what shows them. Nothing here is a stable interface; the
//! library for other people's programs is `halfopen-core`.
//!
//! Everything outside `ui` and `embed` is free of web types, so that the same lab runs in the browser, on the command
//! line and in tests.

#![forbid(unsafe_code)]

pub mod calculators;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
#[cfg(not(target_arch = "wasm32"))]
pub mod conform;
#[cfg(target_arch = "wasm32")]
pub mod embed;
pub mod figure;
pub mod lab;
pub mod labs;
pub mod paint;
pub mod session;
pub mod sweep;
pub mod system;
#[cfg(target_arch = "wasm32")]
pub mod ui;

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
