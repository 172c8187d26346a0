//! cluster-autoscaler: groups grow for pods that wait, and shrink by nodes that are used little.

use std::sync::Arc;

use super::drain::Targets;
use super::expander::{Growth, choose};
use crate::groups::Group;
use crate::node::{Node, Owner};
use crate::sim::{Sim, zone_of};
use crate::world::{ClassId, NodeId, PodId};

/// Pods by class.
type Waiting = [(ClassId, Vec<PodId>)];

/// Lets groups grow until no pod waits that a node more would help (`ScaleUpOrchestrator` and `BinpackingNodeEstimator`
/// of kubernetes/autoscaler): of all groups it is seen how many new nodes would take how many pods, the expander chooses
/// one, and the rest is looked at anew.
pub(crate) fn scale_up(sim: &mut Sim<'_>) {
    loop {
        let waiting = sim.waiting();
        let groups = &sim.cluster.groups;
        let growths: Vec<Growth> =
            (0..groups.len()).filter_map(|group| estimate(sim, group, &waiting)).collect();
        let Some(group) = choose(&sim.cluster.options, &growths, sim.favourite) else { return };
        fill(sim, group, &waiting);
        sim.settle_pending();
    }
}

/// What growing a group would do; the world is as before. None if it helps no pod.
fn estimate(sim: &mut Sim<'_>, group: usize, waiting: &Waiting) -> Option<Growth> {
    let mark = sim.world.mark();
    let (nodes, pods) = fill(sim, group, waiting);
    let waste = waste(sim, &nodes, &pods);
    sim.world.back_to(mark);
    let name = sim.cluster.groups[group].name.clone();
    (!pods.is_empty()).then_some(Growth { group, name, nodes: nodes.len(), pods: pods.len(), waste })
}

/// Places what fits on new nodes of a group. Returns the nodes and the pods.
fn fill(sim: &mut Sim<'_>, group: usize, waiting: &Waiting) -> (Vec<NodeId>, Vec<PodId>) {
    let Some(template) = sim.cluster.groups[group].templates.first().cloned() else {
        return (Vec::new(), Vec::new());
    };
    let size = size(sim, group);
    let mut room = sim.cluster.groups[group].max.saturating_sub(size);
    let mut order: Vec<&(ClassId, Vec<PodId>)> = waiting.iter().collect();
    order.sort_by(|a, b| large(sim, b.0, &template).total_cmp(&large(sim, a.0, &template)));
    let (mut nodes, mut placed) = (Vec::new(), Vec::new());
    for (class, pods) in order {
        let mut from = 0;
        for pod in pods {
            let around = sim.world.classes[*class].looks_around();
            let start = if around { 0 } else { from };
            let found = (start..nodes.len()).find(|at| sim.world.fits(*class, nodes[*at]).is_ok());
            from = found.unwrap_or(nodes.len());
            let node = match found {
                Some(at) => Some(nodes[at]),
                None if room > 0 => new_node_for(sim, group, *class),
                None => None,
            };
            let Some(node) = node else { break };
            if found.is_none() {
                nodes.push(node);
                room -= 1;
            }
            sim.world.place(*pod, node);
            placed.push(*pod);
        }
    }
    (nodes, placed)
}

/// A new node of a group on which a pod of a class fits: in the zone with the fewest nodes of the group, as the
/// providers' groups of several zones are balanced, or in another if the pod needs that.
fn new_node_for(sim: &mut Sim<'_>, group: usize, class: ClassId) -> Option<NodeId> {
    for template in by_fewest_nodes(sim, group) {
        let mark = sim.world.mark();
        let node = sim.add_node(&template);
        if sim.world.fits(class, node).is_ok() {
            return Some(node);
        }
        sim.world.back_to(mark);
    }
    None
}

fn by_fewest_nodes(sim: &Sim<'_>, group: usize) -> Vec<Arc<Node>> {
    let Group { templates, .. } = &sim.cluster.groups[group];
    if templates.len() == 1 {
        return templates.clone();
    }
    let in_zone = |template: &Arc<Node>| {
        let alike = |node: &NodeId| zone_of(&sim.world.nodes[*node].node) == zone_of(template);
        members(sim, group).filter(alike).count()
    };
    let mut order: Vec<(usize, &Arc<Node>)> = templates.iter().map(|one| (in_zone(one), one)).collect();
    order.sort_by_key(|(count, _)| *count);
    order.into_iter().map(|(_, template)| Arc::clone(template)).collect()
}

fn members<'s>(sim: &'s Sim<'_>, group: usize) -> impl Iterator<Item = NodeId> + 's {
    sim.world.living().filter(move |node| sim.world.nodes[*node].node.owner == Owner::Group(group))
}

fn size(sim: &Sim<'_>, group: usize) -> u32 {
    u32::try_from(members(sim, group).count()).unwrap_or(u32::MAX)
}

/// How large a pod is beside a node: the larger ones are placed first (`DecreasingPodOrderer`).
fn large(sim: &Sim<'_>, class: ClassId, template: &Node) -> f64 {
    let requests = &sim.world.classes[class].spec.requests;
    ["cpu", "memory"].iter().map(|name| share(requests.get(*name), template.allocatable.get(*name))).sum()
}

#[expect(clippy::cast_precision_loss, reason = "shares are compared, not added up into money")]
fn share(part: Option<&i128>, whole: Option<&i128>) -> f64 {
    match (part, whole) {
        (Some(part), Some(whole)) if *whole > 0 => *part as f64 / *whole as f64,
        _ => 0.0,
    }
}

/// The share of CPU that is left over plus that of memory (`expander/waste`).
fn waste(sim: &Sim<'_>, nodes: &[NodeId], pods: &[PodId]) -> f64 {
    let wasted = |name: &str| {
        let room: i128 =
            nodes.iter().filter_map(|node| sim.world.nodes[*node].node.allocatable.get(name)).sum();
        let class = |pod: &PodId| &sim.world.classes[sim.world.pods[*pod].class];
        let asked: i128 = pods.iter().filter_map(|pod| class(pod).spec.requests.get(name)).sum();
        1.0 - share(Some(&asked), Some(&room))
    };
    wasted("cpu") + wasted("memory")
}

/// Takes nodes away that are used less than the threshold and whose pods fit elsewhere, the least used first, down to
/// the group's minimum (cluster-autoscaler's FAQ, "How does scale-down work?").
pub(crate) fn scale_down(sim: &mut Sim<'_>) {
    if !sim.cluster.options.scale_down_enabled {
        return;
    }
    let mut candidates: Vec<(i128, NodeId)> = sim
        .world
        .living()
        .filter(|node| may_go(sim, *node))
        .map(|node| (sim.utilisation(node), node))
        .filter(|(used, _)| *used < sim.cluster.options.threshold)
        .collect();
    candidates.sort_unstable();
    let mut sizes: Vec<u32> = (0..sim.cluster.groups.len()).map(|group| size(sim, group)).collect();
    let mut targets = Targets::of(sim);
    for (_, node) in candidates {
        let Owner::Group(group) = sim.world.nodes[node].node.owner else { continue };
        // Pods may have come to it from others.
        let used_little = sim.utilisation(node) < sim.cluster.options.threshold;
        if used_little && sizes[group] > sim.cluster.groups[group].min && sim.drain(node, &mut targets) {
            sizes[group] -= 1;
        }
    }
}

fn may_go(sim: &Sim<'_>, node: NodeId) -> bool {
    let options = &sim.cluster.options;
    let state = &sim.world.nodes[node];
    let holds = |pod: &PodId| {
        let spec = &sim.world.classes[sim.world.pods[*pod].class].spec;
        let eviction = &spec.eviction;
        match eviction.safe {
            Some(safe) => !safe,
            None => {
                !eviction.has_controller
                    || options.skip_nodes_with_local_storage && eviction.local_storage
                    || options.skip_nodes_with_system_pods && spec.namespace == "kube-system"
            }
        }
    };
    matches!(state.node.owner, Owner::Group(group) if sim.cluster.groups[group].scales())
        && !state.node.held
        && !sim.movable(node).iter().any(holds)
}
