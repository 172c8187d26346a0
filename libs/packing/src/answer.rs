//! What packing comes to.

use std::collections::BTreeMap;

use crate::{Controller, NodeKind};

/// Where everything is once it has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// How many nodes of which kind there are, sorted by kind.
    pub nodes: Vec<NodeCount>,
    /// Where the pods of each controller run, sorted by controller; DaemonSets among them.
    pub placements: Vec<Placement>,
    /// What waits, sorted by controller.
    pub pending: Vec<Pending>,
}

/// Nodes of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCount {
    /// The kind.
    pub kind: NodeKind,
    /// How many there are.
    pub count: u32,
    /// How many of them an autoscaler added.
    pub added: u32,
    /// The names of nodes that are there now and go away.
    pub removed: Vec<String>,
    /// What one costs an hour, in billionths of a unit of money, where the description of the nodes says so.
    pub price: Option<u64>,
}

/// The pods of a controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The controller.
    pub controller: Controller,
    /// How many run on nodes of which name. The nodes that an autoscaler adds have names that tell their group and an
    /// order, and no more.
    pub nodes: BTreeMap<String, u32>,
    /// How many run on nodes of which kind.
    pub kinds: BTreeMap<NodeKind, u32>,
}

/// Pods that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Whose they are.
    pub controller: Controller,
    /// How many.
    pub pods: u32,
    /// Why, for each reason with the number of nodes of which it holds; the most frequent first.
    pub reasons: Vec<(u32, String)>,
    /// A sentence: `9 pods stay Pending: no node has 24 GiB of memory free`.
    pub text: String,
}

/// What packing comes to, and what else it may come to where an autoscaler leaves it to chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packing {
    /// The answer: chance takes the first by name.
    pub likely: Packed,
    /// The other answers that chance may give; none that equals the likely one.
    pub others: Vec<Packed>,
}

impl Packed {
    /// The number of nodes.
    #[must_use]
    pub fn node_count(&self) -> u32 {
        self.nodes.iter().map(|nodes| nodes.count).sum()
    }

    /// The number of pods that wait.
    #[must_use]
    pub fn pending_count(&self) -> u32 {
        self.pending.iter().map(|pending| pending.pods).sum()
    }
}
