//! Packing a state.

use std::collections::BTreeMap;

use kube_model::Object;

use crate::answer::{NodeCount, Packed, Packing, Placement};
use crate::autoscale::{self, Expander};
use crate::cluster::Cluster;
use crate::node::{Node, NodeKind, Owner};
use crate::sim::{Sim, Stays};
use crate::wanted::Wanted;
use crate::workload::{Workload, workloads};
use crate::{Controller, PackingError};

/// Packs a state on a cluster. Pods of the cluster whose controller is in the state are that controller's: the state's
/// pods stay where those are, and what there are more of waits for a place.
///
/// # Errors
/// When a workload has a field that Kubernetes refuses, or there are more than [`MOST_PODS`](crate::MOST_PODS).
pub fn pack(cluster: &Cluster, state: &[Object]) -> Result<Packing, PackingError> {
    let (cluster, workloads) = read(cluster, &Wanted::from(state))?;
    let stays = running(&cluster, &workloads);
    Ok(settle(&cluster, &workloads, &stays))
}

/// The cluster with what a state adds to what is known of it, and the state's workloads.
pub(crate) fn read(cluster: &Cluster, state: &Wanted<'_>) -> Result<(Cluster, Vec<Workload>), PackingError> {
    let mut cluster = cluster.clone();
    cluster.facts.add(state.objects)?;
    if let Some(counted) = state.counted {
        cluster.pods.retain(|live| !counted.elsewhere.contains(&live.controller));
    }
    let workloads = workloads(state, &cluster.facts)?;
    Ok((cluster, workloads))
}

/// The nodes on which the pods of these workloads run now.
pub(crate) fn running(cluster: &Cluster, workloads: &[Workload]) -> Stays {
    let mut stays: Stays = workloads.iter().map(|one| (one.controller.clone(), Vec::new())).collect();
    for live in &cluster.pods {
        if let (Some(nodes), Some(node)) = (stays.get_mut(&live.controller), &live.node) {
            nodes.push(node.clone());
        }
    }
    stays
}

/// The answers: the likely one, and where chance chooses among groups one for each.
pub(crate) fn settle(cluster: &Cluster, workloads: &[Workload], stays: &Stays) -> Packing {
    let likely = settle_once(cluster, workloads, stays, None);
    let mut others: Vec<Packed> = Vec::new();
    if cluster.options.expander == Expander::Random {
        for group in (0..cluster.groups.len()).filter(|group| cluster.groups[*group].scales()) {
            let other = settle_once(cluster, workloads, stays, Some(group));
            if other != likely && !others.contains(&other) {
                others.push(other);
            }
        }
    }
    Packing { likely, others }
}

fn settle_once(cluster: &Cluster, workloads: &[Workload], stays: &Stays, favourite: Option<usize>) -> Packed {
    let mut sim = Sim::new(cluster, workloads, stays);
    sim.favourite = favourite;
    sim.schedule();
    autoscale::scale_up(&mut sim);
    autoscale::provision(&mut sim);
    autoscale::scale_down(&mut sim);
    autoscale::consolidate(&mut sim);
    answer(&mut sim)
}

/// The kind of a node: the group that it is of by its description, else by its labels.
pub(crate) fn kind_of(cluster: &Cluster, node: &Node) -> NodeKind {
    let mut kind = node.kind();
    match node.owner {
        Owner::Group(group) => kind.group = Some(cluster.groups[group].name.clone()),
        Owner::Pool(pool) => kind.group = Some(cluster.pools.pools[pool].name.clone()),
        Owner::Nobody => {}
    }
    kind
}

fn answer(sim: &mut Sim<'_>) -> Packed {
    let pending = sim.explain();
    let kinds: Vec<NodeKind> =
        sim.world.nodes.iter().map(|state| kind_of(sim.cluster, &state.node)).collect();
    let mut nodes: BTreeMap<&NodeKind, NodeCount> = BTreeMap::new();
    for (state, kind) in sim.world.nodes.iter().zip(&kinds) {
        let count = nodes.entry(kind).or_insert_with(|| NodeCount {
            kind: kind.clone(),
            count: 0,
            added: 0,
            removed: Vec::new(),
            price: state.node.price,
        });
        match (state.alive, state.present) {
            (true, present) => {
                count.count += 1;
                count.added += u32::from(!present);
            }
            (false, true) => count.removed.push(state.name.clone()),
            // An autoscaler's claim that became another node, or was given up again.
            (false, false) => {}
        }
    }
    nodes.retain(|_, count| count.count > 0 || !count.removed.is_empty());
    Packed { placements: placements(sim, &kinds), nodes: nodes.into_values().collect(), pending }
}

fn placements(sim: &Sim<'_>, kinds: &[NodeKind]) -> Vec<Placement> {
    let mut placements: BTreeMap<&Controller, Placement> = BTreeMap::new();
    for pod in &sim.world.pods {
        let controller = &sim.controllers[pod.owner];
        let Some(node) = pod.node else { continue };
        let placement = placements.entry(controller).or_insert_with(|| Placement {
            controller: controller.clone(),
            nodes: BTreeMap::new(),
            kinds: BTreeMap::new(),
        });
        *placement.nodes.entry(sim.world.nodes[node].name.clone()).or_default() += 1;
        *placement.kinds.entry(kinds[node].clone()).or_default() += 1;
    }
    placements.into_values().collect()
}
