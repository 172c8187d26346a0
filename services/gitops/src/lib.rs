//! Approved promotions as branches of Git repositories, and what becomes of them.
//!
//! `PromotionApproved` or `ApprovalCarried` ─▶ `BranchPushed`, `ConflictDetected` or `PushRefused` ([`Pusher`]). What was
//! pushed is looked at until it is merged or its branch is gone ─▶ `MergeSeen`, `BranchDeleted` ([`Watcher`]).

pub mod git;

mod carry;
mod config;
mod pusher;
mod state;
mod tasks;
mod watcher;

pub use config::{Config, ProcessConfig};
pub use pusher::Pusher;
pub use tasks::tasks;
pub use watcher::Watcher;
