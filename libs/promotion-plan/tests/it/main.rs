//! Plans, tried from outside. The examples that specify the plan are in `tests/scenarios`, and are run through the
//! command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test reports")]

mod bases;
mod cases;
mod properties;
mod tries;
mod triple;
