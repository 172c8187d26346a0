//! Files of providers, as they publish them, become lists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod aws;
mod azure;
mod bounded;
mod cut;
mod gcp;
mod opencost;
mod order;
mod spot;
mod support;
