//! Approved promotions as branches of Git repositories, and what becomes of them.
//!
//! `PromotionApproved` or `ApprovalCarried` is noted ([`Approvals`]) and pushed ─▶ `BranchPushed`, `ConflictDetected` or
//! `PushRefused`; `PushDelayed` as long as the host is away ([`Pusher`]). What was pushed is looked at until it is merged
//! or its branch is gone ─▶ `MergeSeen`, `BranchDeleted` ([`Watcher`]).

pub mod git;

mod approvals;
mod carry;
mod config;
mod lists;
mod pusher;
mod rounds;
mod state;
mod tasks;
mod turns;
mod watcher;

pub use approvals::Approvals;
pub use config::{Config, ProcessConfig};
pub use pusher::Pusher;
pub use tasks::tasks;
pub use watcher::Watcher;
