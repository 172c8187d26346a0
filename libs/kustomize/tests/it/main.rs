//! Held to the real kustomize: by what it made of the trees in `tests/trees` (recorded by `scripts/kustomize/record.sh`),
//! and by itself where it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod hostile;
mod layered;
mod origins;
mod real;
mod tree;
mod trees;
