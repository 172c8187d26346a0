//! Which nodes a cluster needs for its pods.
//!
//! [`Cluster`] says what there is: nodes, node groups, Karpenter's pools, what runs. [`pack`] places the pods of a state
//! on it as kube-scheduler would, lets the autoscalers add nodes for what waits and take away what is not needed, and says
//! what comes of it; [`compare`] does so for a state before and after a change. Equal inputs give equal answers: where the
//! scheduler and the autoscalers leave it to chance, the first by name is taken, and where chance decides about the bill
//! ([`Packing::others`]) the other answers are given too.

mod answer;
mod autoscale;
mod cluster;
mod compare;
mod controller;
mod daemon;
mod error;
mod essence;
mod facts;
mod groups;
mod node;
mod pack;
mod pod;
mod pools;
mod read;
mod reason;
mod rollout;
mod selector;
mod sim;
mod wanted;
mod workload;
mod world;

pub use answer::{NodeCount, Packed, Packing, Pending, Placement};
pub use cluster::Cluster;
pub use compare::{Comparison, Effect, KindChange, compare};
pub use controller::Controller;
pub use error::PackingError;
pub use essence::essence;
pub use node::NodeKind;
pub use pack::pack;
pub use pools::InstanceType;
pub use read::{Labels, Resources};
pub use rollout::StuckRollout;
pub use wanted::{Counted, CountedPods, Wanted};
pub use workload::MOST_PODS;
