//! Every rule with a change that it has to see and one that it must not, from pairs of YAML texts.

#![allow(clippy::unwrap_used, reason = "a panic in a test is its report")]

mod availability;
mod capacity;
mod case;
mod catalogue;
mod configuration;
mod data;
mod generated;
mod growth;
mod immutable;
mod named;
mod network;
mod ordinary;
mod promotion;
mod report;
mod rollout;
mod security;
mod supply_chain;
