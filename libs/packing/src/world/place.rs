//! Placing pods: each takes the best node that it fits on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{ClassId, NodeId, PodId, World};

/// Topologies with at most so many domains (zones, regions) are looked at as a whole; of others each node by itself.
const FEW_DOMAINS: usize = 64;

/// The nodes that are alike for everything that a class asks of the pods around it, but for what is node by node.
#[derive(Debug)]
struct Lane {
    /// One of its nodes, for all of them.
    sample: NodeId,
    /// The best node first, and of equal ones the first.
    heap: BinaryHeap<(i64, Reverse<NodeId>)>,
    /// Nodes that spreading keeps away for now.
    parked: Vec<NodeId>,
}

/// The nodes that a class may take, in order: kept while many of its pods are placed.
#[derive(Debug)]
struct Lanes {
    class: ClassId,
    /// The counters of topologies with few domains.
    coarse: Vec<usize>,
    lanes: Vec<Lane>,
}

impl World {
    /// Places pods of one class, as many as fit. Returns those that do not.
    pub(crate) fn place_alike(&mut self, class: ClassId, pods: &[PodId]) -> Vec<PodId> {
        if self.classes[class].spec.gate.is_some() {
            return pods.to_vec();
        }
        let candidates: Vec<NodeId> = self.living().collect();
        let mut lanes = self.lanes(class, &candidates);
        for (index, pod) in pods.iter().enumerate() {
            let Some(node) = self.best(&mut lanes) else { return pods[index..].to_vec() };
            let lowest = self.lowest(class);
            self.place(*pod, node);
            self.put_back(&mut lanes, node, self.lowest(class) != lowest);
        }
        Vec::new()
    }

    fn lanes(&mut self, class: ClassId, candidates: &[NodeId]) -> Lanes {
        let one = &self.classes[class];
        let asked = [&one.repels, &one.repelled, &one.attracted].into_iter().flatten().copied();
        let asked = asked.chain(one.spreads.iter().map(|rule| rule.counter));
        let is_coarse = |counter: &usize| self.keys[self.counters[*counter].what.key].1.len() <= FEW_DOMAINS;
        let coarse: Vec<usize> = asked.filter(is_coarse).collect();
        let mut keys: Vec<usize> = coarse.iter().map(|counter| self.counters[*counter].what.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut by_domains: BTreeMap<Vec<u32>, Vec<(i64, Reverse<NodeId>)>> = BTreeMap::new();
        for node in candidates {
            if self.could_hold(class, *node) {
                let domains = keys.iter().map(|key| self.nodes[*node].domains[*key]).collect();
                let scored = (self.score(class, *node), Reverse(*node));
                by_domains.entry(domains).or_default().push(scored);
            }
        }
        let lane = |nodes: Vec<(i64, Reverse<NodeId>)>| {
            let sample = nodes.first().map(|(_, Reverse(node))| *node)?;
            Some(Lane { sample, heap: nodes.into(), parked: Vec::new() })
        };
        Lanes { class, coarse, lanes: by_domains.into_values().filter_map(lane).collect() }
    }

    /// Whether a node admits a class and has room for it, whatever is around.
    pub(crate) fn could_hold(&mut self, class: ClassId, node: NodeId) -> bool {
        self.admits(class, node) && self.has_space(class, node)
    }

    /// Whether there is room for the requests of a class.
    fn has_space(&self, class: ClassId, node: NodeId) -> bool {
        let free = &self.nodes[node].free;
        self.classes[class].requests.iter().all(|(resource, amount)| free[*resource] >= *amount)
    }

    /// The best node. It stays in its lane.
    fn best(&self, lanes: &mut Lanes) -> Option<NodeId> {
        let Lanes { class, coarse, lanes } = lanes;
        let mut best = None;
        for lane in lanes {
            if self.suits(*class, lane.sample, |counter| coarse.contains(&counter)).is_err() {
                continue;
            }
            while let Some((score, Reverse(node))) = lane.heap.peek().copied() {
                match self.holds(*class, node) {
                    Ok(()) => {
                        best = best.max(Some((score, Reverse(node))));
                        break;
                    }
                    Err(why) => {
                        lane.heap.pop();
                        if why == super::Why::Spread {
                            lane.parked.push(node);
                        }
                    }
                }
            }
        }
        best.map(|(_, Reverse(node))| node)
    }

    /// Scores a node anew that was taken. Spreading lets the parked ones in again once the lowest count has risen.
    fn put_back(&self, lanes: &mut Lanes, node: NodeId, rose: bool) {
        let class = lanes.class;
        for lane in &mut lanes.lanes {
            if lane.heap.peek().is_some_and(|(_, Reverse(top))| *top == node) {
                lane.heap.pop();
                lane.heap.push((self.score(class, node), Reverse(node)));
            }
            if rose {
                let parked = lane.parked.drain(..).map(|node| (self.score(class, node), Reverse(node)));
                lane.heap.extend(parked);
            }
        }
    }

    fn lowest(&self, class: ClassId) -> Vec<u32> {
        self.classes[class].spreads.iter().map(|rule| self.counters[rule.counter].lowest()).collect()
    }
}
