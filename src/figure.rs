//! Figures: experiments of many runs, each with one answer, such as a well-known chart drawn anew.
//!
//! A figure is a state machine that does a bounded number of runs a call, so that the command line can do them all and
//! the page can show progress, partial results, and be stopped. It names no web type and draws nothing itself.

pub mod aws_backoff;
