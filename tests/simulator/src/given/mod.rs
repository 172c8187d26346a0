//! What a process is given in place of the outside world: the twins in memory, behind everything that can go wrong.

mod blobs;
mod catalog;
mod log;
mod planner;
mod remote;
mod repositories;
mod store;
mod subscription;
mod tables;

pub(crate) use blobs::GivenBlobs;
pub(crate) use catalog::GivenCatalog;
pub(crate) use log::GivenLog;
pub(crate) use planner::{GivenPlanner, OldPlans};
pub(crate) use remote::{GivenGit, Hosts, Pushing};
pub(crate) use repositories::GivenRepositories;
pub(crate) use store::GivenStore;
pub(crate) use tables::{GivenTables, GivenTrees};
