//! What an estimate says, against computations by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

mod bill;
mod bill_pods;
mod errors;
mod groups;
mod kinds;
mod pods;
mod properties;
mod report;
mod runs;
mod schema;
mod since;
mod support;
mod table;
mod volumes;
mod working;
mod workloads;
