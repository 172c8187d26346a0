//! What a change does to the nodes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::answer::{Packed, Packing};
use crate::cluster::Cluster;
use crate::pack::{read, running, settle};
use crate::rollout::{self, StuckRollout};
use crate::wanted::Wanted;
use crate::workload::Workload;
use crate::{Controller, NodeKind, PackingError};

/// A state before and after a change, packed on the same cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Before the change.
    pub before: Packing,
    /// After it.
    pub after: Packing,
    /// What the change does to each kind of node, sorted by kind; kinds that stay as they are, are among them.
    pub kinds: Vec<KindChange>,
    /// What it does altogether.
    pub effect: Effect,
    /// The rollouts of it that do not go on, sorted by controller.
    pub stuck: Vec<StuckRollout>,
}

/// What a change does to the number of nodes of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindChange {
    /// The kind.
    pub kind: NodeKind,
    /// How many there are now.
    pub present: u32,
    /// How many there are once the state before the change has been consolidated.
    pub before: u32,
    /// How many there are once the state after it has been.
    pub after: u32,
    /// What that is.
    pub effect: Effect,
}

/// What a change does to nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It fits into what is free: as many nodes as without it.
    Fits,
    /// Nodes can go that stayed without it.
    Frees,
    /// Nodes that are there stay, which would go without it: nothing is added today, and the bill is higher.
    Keeps,
    /// Nodes are added.
    Adds,
}

/// Packs a state before and after a change. Pods that the change does not touch are where they run now; those of which
/// what decides about their place differs take a place anew, as a rollout makes them.
///
/// # Errors
/// As [`pack`](crate::pack).
pub fn compare<'a>(
    cluster: &Cluster,
    state_before: impl Into<Wanted<'a>>,
    state_after: impl Into<Wanted<'a>>,
) -> Result<Comparison, PackingError> {
    let (state_before, state_after) = (state_before.into(), state_after.into());
    let (facts_before, old) = read(cluster, &state_before)?;
    let (facts_after, new) = read(cluster, &state_after)?;
    let stays = running(cluster, &old);
    let mut stays_after = running(cluster, &new);
    let old_by_name: HashMap<&Controller, &Workload> = old.iter().map(|one| (&one.controller, one)).collect();
    let unchanged =
        |one: &Workload| old_by_name.get(&one.controller).is_some_and(|other| has_same_pods(one, other));
    for workload in &new {
        if !unchanged(workload) {
            stays_after.remove(&workload.controller);
        }
    }
    // What the change takes away does not run afterwards, though it runs now.
    let named: BTreeSet<_> = new.iter().map(|one| &one.controller).collect();
    let gone = old.iter().filter(|one| !named.contains(&one.controller)).map(|one| one.controller.clone());
    let gone: BTreeSet<_> = gone.collect();
    let mut facts_after = facts_after;
    facts_after.pods.retain(|live| !gone.contains(&live.controller));
    // What the change brings does not run before, even if the cluster has it already.
    let was: BTreeSet<_> = old.iter().map(|one| one.controller.clone()).collect();
    let come: BTreeSet<_> = new.iter().map(|one| &one.controller).filter(|one| !was.contains(*one)).collect();
    let mut facts_before = facts_before;
    facts_before.pods.retain(|live| !come.contains(&live.controller));
    let before = settle(&facts_before, &old, &stays);
    let after = settle(&facts_after, &new, &stays_after);
    let kinds = changes(cluster, &before.likely, &after.likely);
    let effect = kinds.iter().map(|kind| kind.effect).max().unwrap_or(Effect::Fits);
    let surges = rollout::surges(state_before.objects, state_after.objects, &new)?;
    let stuck = rollout::stuck(&facts_before, &old, &new, &surges);
    Ok(Comparison { before, after, kinds, effect, stuck })
}

/// Whether a rollout leaves the pods of a workload alone, but for their number.
fn has_same_pods(one: &Workload, other: &Workload) -> bool {
    (one.pods.first() == other.pods.first() || one.pods.is_empty() || other.pods.is_empty())
        && one.daemon == other.daemon
}

fn changes(cluster: &Cluster, before: &Packed, after: &Packed) -> Vec<KindChange> {
    let count = |packed: &Packed| -> BTreeMap<NodeKind, u32> {
        packed.nodes.iter().map(|nodes| (nodes.kind.clone(), nodes.count)).collect()
    };
    let mut present: BTreeMap<NodeKind, u32> = BTreeMap::new();
    for node in &cluster.nodes {
        *present.entry(crate::pack::kind_of(cluster, node)).or_default() += 1;
    }
    let (before, after) = (count(before), count(after));
    let kinds: BTreeSet<&NodeKind> = before.keys().chain(after.keys()).chain(present.keys()).collect();
    let of = |counts: &BTreeMap<NodeKind, u32>, kind: &NodeKind| counts.get(kind).copied().unwrap_or(0);
    let change = |kind: &NodeKind| {
        let (present, before, after) = (of(&present, kind), of(&before, kind), of(&after, kind));
        let effect = match after.cmp(&before) {
            std::cmp::Ordering::Equal => Effect::Fits,
            std::cmp::Ordering::Less => Effect::Frees,
            std::cmp::Ordering::Greater if after <= present => Effect::Keeps,
            std::cmp::Ordering::Greater => Effect::Adds,
        };
        KindChange { kind: kind.clone(), present, before, after, effect }
    };
    kinds.into_iter().map(change).collect()
}
