//! Approved promotions as branches of Git repositories, and what becomes of them.

pub mod git;
