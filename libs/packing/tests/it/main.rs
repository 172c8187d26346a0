#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]
//! Packing, against a real scheduler's record and against what the autoscalers' documentation says.

mod cluster_autoscaler;
mod counting;
mod essence;
mod karpenter;
mod properties;
mod recorded;
mod support;
