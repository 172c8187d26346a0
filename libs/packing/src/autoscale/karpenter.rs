//! Karpenter: nodes are launched for pods that wait, of the cheapest type that takes them, and given up or replaced by
//! cheaper ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drain::Targets;
use crate::node::{CAPACITY_TYPE, Node, Owner};
use crate::read::Resources;
use crate::sim::{Sim, zone_of};
use crate::world::{ClassId, NodeId, PodId};

/// A node that is to be launched: which type it becomes is decided once its pods are known.
struct Claim {
    node: NodeId,
    pool: usize,
    /// The offerings that still take all its pods, the cheapest first.
    left: Vec<Arc<Node>>,
    asked: Resources,
    pods: Vec<PodId>,
}

/// Launches nodes for the pods that wait, and places them (karpenter's `pkg/controllers/provisioning/scheduling`): the
/// largest pods first, each on a node that is being launched already if one takes it, else on a new one of the first pool
/// that has an offering. Of what takes all pods of a node the cheapest offering is launched.
pub(crate) fn provision(sim: &mut Sim<'_>) {
    if sim.cluster.pools.is_empty() {
        return;
    }
    let waiting = sim.waiting();
    let pods: Vec<PodId> = waiting.into_iter().flat_map(|(_, pods)| pods).collect();
    let claims = claims(sim, pods, usize::MAX).0;
    for claim in claims {
        launch(sim, claim);
    }
    sim.settle_pending();
}

/// Claims for pods, at most so many, and the pods that found no place.
fn claims(sim: &mut Sim<'_>, mut pods: Vec<PodId>, most: usize) -> (Vec<Claim>, Vec<PodId>) {
    let request = |sim: &Sim<'_>, pod: &PodId, name: &str| {
        sim.world.classes[sim.world.pods[*pod].class].spec.requests.get(name).copied().unwrap_or(0)
    };
    pods.sort_by_key(|pod| {
        (std::cmp::Reverse((request(sim, pod, "cpu"), request(sim, pod, "memory"))), *pod)
    });
    let mut used = used_by_pools(sim);
    let mut claims: Vec<Claim> = Vec::new();
    let mut left_over = Vec::new();
    // The class that last found nothing, and how many claims there were then.
    let mut hopeless: Option<ClassId> = None;
    for pod in pods {
        let class = sim.world.pods[pod].class;
        if hopeless == Some(class) || sim.world.classes[class].spec.gate.is_some() {
            left_over.push(pod);
            continue;
        }
        claims.sort_by_key(|claim| (claim.pods.len(), claim.node));
        if claims.iter_mut().any(|claim| claim.take(sim, pod)) {
            continue;
        }
        match (claims.len() < most).then(|| open(sim, pod, &used)).flatten() {
            Some(claim) => {
                reserve(&mut used[claim.pool], &claim.left);
                claims.push(claim);
            }
            None => {
                hopeless = Some(class);
                left_over.push(pod);
            }
        }
    }
    (claims, left_over)
}

impl Claim {
    /// Takes a pod if an offering is left that holds it too.
    fn take(&mut self, sim: &mut Sim<'_>, pod: PodId) -> bool {
        let class = sim.world.pods[pod].class;
        let spec = Arc::clone(&sim.world.classes[class].spec);
        let mut asked = self.asked.clone();
        add(&mut asked, &spec.requests);
        let left: Vec<Arc<Node>> = self
            .left
            .iter()
            .filter(|offering| holds(offering, &asked) && sim.world.would_admit(class, offering))
            .cloned()
            .collect();
        if left.is_empty() || sim.world.fits(class, self.node).is_err() {
            return false;
        }
        sim.world.place(pod, self.node);
        self.left = left;
        self.asked = asked;
        self.pods.push(pod);
        true
    }
}

/// A claim for a pod: of the pools by weight the first with an offering that takes it, with its daemons. The zone and the
/// capacity type are settled here: spot before on demand (karpenter.sh, "NodePools", capacity type), and of the zones the
/// one with the fewest nodes among those that suit the pods around.
fn open(sim: &mut Sim<'_>, pod: PodId, used: &[Resources]) -> Option<Claim> {
    let class = sim.world.pods[pod].class;
    for (pool, used) in used.iter().enumerate() {
        let offerings: Vec<Arc<Node>> = {
            let one = &sim.cluster.pools.pools[pool];
            let within = |node: &&Arc<Node>| is_within(&one.limits, used, node);
            let takes = |node: &&Arc<Node>| sim.world.would_admit(class, node);
            one.offerings.iter().filter(within).filter(takes).cloned().collect()
        };
        for (_, alike) in profiles(sim, offerings) {
            if let Some(claim) = open_with(sim, pod, pool, alike) {
                return Some(claim);
            }
        }
    }
    None
}

/// Offerings by capacity type and zone, in the order in which they are tried.
fn profiles(sim: &Sim<'_>, offerings: Vec<Arc<Node>>) -> BTreeMap<(bool, usize, String), Vec<Arc<Node>>> {
    let mut in_zone: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for node in sim.world.living() {
        let zone = zone_of(&sim.world.nodes[node].node).map(str::to_owned);
        *in_zone.entry(zone).or_default() += 1;
    }
    let mut profiles: BTreeMap<(bool, usize, String), Vec<Arc<Node>>> = BTreeMap::new();
    for node in offerings {
        let zone = zone_of(&node).map(str::to_owned);
        let nodes = in_zone.get(&zone).copied().unwrap_or(0);
        let on_demand = node.label(CAPACITY_TYPE) != Some("spot");
        profiles.entry((on_demand, nodes, zone.unwrap_or_default())).or_default().push(node);
    }
    profiles
}

fn open_with(sim: &mut Sim<'_>, pod: PodId, pool: usize, alike: Vec<Arc<Node>>) -> Option<Claim> {
    let mark = sim.world.mark();
    let mut endless = (**alike.first()?).clone();
    endless.allocatable = limitless(sim);
    let node = sim.add_node(&Arc::new(endless));
    let mut asked = Resources::new();
    for daemon in sim.world.nodes[node].pods.clone() {
        add(&mut asked, &sim.world.classes[sim.world.pods[daemon].class].spec.requests);
    }
    let mut claim = Claim { node, pool, left: alike, asked, pods: Vec::new() };
    if claim.take(sim, pod) {
        return Some(claim);
    }
    sim.world.back_to(mark);
    None
}

/// What a claim's node holds is decided by its offerings.
fn limitless(sim: &Sim<'_>) -> Resources {
    sim.world.resources.iter().map(|name| (name.clone(), i128::MAX / 2)).collect()
}

/// Puts the cheapest offering in the place of a claim.
fn launch(sim: &mut Sim<'_>, claim: Claim) -> Option<NodeId> {
    let cheapest = claim.left.iter().min_by_key(|node| (node.price, node.labels.clone())).cloned()?;
    sim.world.nodes[claim.node].pods.clone().into_iter().for_each(|pod| sim.world.remove(pod));
    sim.world.drop_node(claim.node);
    let node = sim.add_node(&cheapest);
    for pod in claim.pods {
        sim.world.place(pod, node);
    }
    Some(node)
}

fn add(sum: &mut Resources, more: &Resources) {
    for (name, amount) in more {
        *sum.entry(name.clone()).or_default() += amount;
    }
}

fn holds(offering: &Node, asked: &Resources) -> bool {
    asked.iter().all(|(name, amount)| {
        let unlimited = name.starts_with("volumes/") && !offering.allocatable.contains_key(name);
        unlimited || offering.allocatable.get(name).copied().unwrap_or(0) >= *amount
    })
}

/// What the nodes of each pool have, which its limits are held against.
fn used_by_pools(sim: &Sim<'_>) -> Vec<Resources> {
    let mut used = vec![Resources::new(); sim.cluster.pools.pools.len()];
    for node in sim.world.living() {
        if let Owner::Pool(pool) = sim.world.nodes[node].node.owner {
            add(&mut used[pool], &sim.world.nodes[node].node.allocatable);
            *used[pool].entry("nodes".to_owned()).or_default() += 1;
        }
    }
    used
}

fn is_within(limits: &Resources, used: &Resources, node: &Node) -> bool {
    limits.iter().all(|(name, limit)| {
        let more = if name == "nodes" { 1 } else { node.allocatable.get(name).copied().unwrap_or(0) };
        used.get(name).copied().unwrap_or(0) + more <= *limit
    })
}

/// Until its type is known a claim counts with the most that it may have (`subtractMax` of karpenter's scheduler).
fn reserve(used: &mut Resources, left: &[Arc<Node>]) {
    let mut most = Resources::from([("nodes".to_owned(), 1)]);
    for (name, amount) in left.iter().flat_map(|node| &node.allocatable) {
        let entry = most.entry(name.clone()).or_default();
        *entry = (*entry).max(*amount);
    }
    add(used, &most);
}

/// The most nodes that are given up in one go (`MultiNodeConsolidation`).
const MOST_AT_ONCE: usize = 100;

/// Gives up nodes whose pods fit elsewhere, or fit elsewhere and on one cheaper node (karpenter.sh, "Disruption",
/// consolidation): several at once first, then one by one, until nothing is left to gain.
pub(crate) fn consolidate(sim: &mut Sim<'_>) {
    loop {
        let candidates = candidates(sim);
        let several = several(sim, &candidates);
        let one = several || candidates.into_iter().any(|node| give_up(sim, &[node]));
        if !one {
            return;
        }
    }
}

/// The largest run of first candidates that can be given up together, found as Karpenter finds it: by halving
/// (`firstNConsolidationOption`).
fn several(sim: &mut Sim<'_>, candidates: &[NodeId]) -> bool {
    let (mut least, mut most) = (2, candidates.len().min(MOST_AT_ONCE));
    let mut found = 0;
    while least <= most {
        let middle = usize::midpoint(least, most);
        let mark = sim.world.mark();
        if give_up(sim, &candidates[..middle]) {
            sim.world.back_to(mark);
            found = middle;
            least = middle + 1;
        } else {
            most = middle - 1;
        }
    }
    found > 0 && give_up(sim, &candidates[..found])
}

/// The nodes that may be given up, those that disturb the fewest pods first.
fn candidates(sim: &Sim<'_>) -> Vec<NodeId> {
    let may_go = |node: &NodeId| {
        let state = &sim.world.nodes[*node];
        let Owner::Pool(pool) = state.node.owner else { return false };
        let pods = sim.movable(*node);
        let held = |pod: &PodId| sim.world.classes[sim.world.pods[*pod].class].spec.eviction.do_not_disrupt;
        !state.node.held
            && (sim.cluster.pools.pools[pool].underutilized || pods.is_empty())
            && !pods.iter().any(held)
    };
    let mut nodes: Vec<NodeId> = sim.world.living().filter(may_go).collect();
    nodes.sort_by_key(|node| (sim.movable(*node).len(), *node));
    nodes
}

/// Gives nodes up if that is cheaper; else nothing changes. A spot node is replaced by nothing, as it is by default
/// (`SpotToSpotConsolidation` is off).
fn give_up(sim: &mut Sim<'_>, nodes: &[NodeId]) -> bool {
    let mark = sim.world.mark();
    let price = price_of(sim, nodes);
    let spot = nodes.iter().any(|node| sim.world.nodes[*node].node.label(CAPACITY_TYPE) == Some("spot"));
    let mut targets = Targets::of(sim);
    let left = sim.drain_all(nodes, &mut targets);
    if left.is_empty() {
        return true;
    }
    let (claims, unplaced) = if spot { (Vec::new(), left) } else { claims(sim, left, 1) };
    let cheaper = match (claims.into_iter().next(), price) {
        (Some(mut claim), Some(price)) if unplaced.is_empty() => {
            claim.left.retain(|node| node.price.is_some_and(|new| u128::from(new) < price));
            launch(sim, claim).is_some()
        }
        _ => false,
    };
    if !cheaper {
        sim.world.back_to(mark);
    }
    cheaper
}

/// What nodes cost together; none where the price of one is not known.
fn price_of(sim: &Sim<'_>, nodes: &[NodeId]) -> Option<u128> {
    nodes.iter().map(|node| sim.world.nodes[*node].node.price.map(u128::from)).sum()
}
