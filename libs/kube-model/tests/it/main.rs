//! Kubernetes' own reading of YAML, recorded, against ours; and what is never shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod secrets;
mod written_table;
mod yaml_table;
