//! The stages as the services call them: each gets the documents of those before it, as bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod budgets;
mod chain;
mod edges;
mod equality;
mod promotion;
mod secrets;
