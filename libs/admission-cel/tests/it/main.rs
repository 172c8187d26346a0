//! Tests of the whole: expressions and policies of the Kubernetes documentation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod case;
mod cluster;
mod expressions;
mod limits;
mod matching;
mod policies;
mod unknown;
