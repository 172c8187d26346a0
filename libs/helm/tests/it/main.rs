//! Values as Helm merges them: each case of a table against what Helm 3 and Helm 4 answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod answers;
mod case;
mod cases;
mod chart;
mod origins;
mod probes;
mod real;
