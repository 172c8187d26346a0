//! Promotions: requested, approved, opened, merged.

pub mod domain;
