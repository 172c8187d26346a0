//! Kubernetes' own reading of YAML, recorded, against ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod yaml_table;
