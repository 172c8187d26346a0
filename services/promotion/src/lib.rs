//! Promotions: requested, approved, opened, merged.
