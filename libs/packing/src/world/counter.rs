//! How many pods of a set are in each domain of a topology: what affinity, anti-affinity and spreading are held against.

use std::collections::BTreeMap;

use super::{ClassId, NodeId, World};
use crate::pod::PodSet;

/// The domain of a node without the label.
pub(super) const NOWHERE: u32 = u32::MAX;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Counted {
    /// Pods that are in all of these sets.
    pub(super) sets: Vec<PodSet>,
    /// The topology key, by its place.
    pub(super) key: usize,
    /// The class of which the spread constraint is, where only the nodes that it may use count.
    pub(super) only: Option<ClassId>,
    /// Whether the lowest count is asked for.
    pub(super) levelled: bool,
}

/// Counts by domain.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) what: Counted,
    domains: Vec<Domain>,
    /// How many domains that have a node have so many pods.
    levels: BTreeMap<u32, u32>,
    /// The pods that are counted, in all domains.
    pub(super) total: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct Domain {
    pods: u32,
    /// Pods that have the term as their own anti-affinity.
    owners: u32,
    nodes: u32,
}

impl Counter {
    pub(super) fn new(what: Counted) -> Self {
        Self { what, domains: Vec::new(), levels: BTreeMap::new(), total: 0 }
    }

    fn domain(&mut self, domain: u32) -> &mut Domain {
        let index = domain as usize;
        if self.domains.len() <= index {
            self.domains.resize(index + 1, Domain::default());
        }
        &mut self.domains[index]
    }

    fn at(&self, domain: u32) -> Domain {
        self.domains.get(domain as usize).copied().unwrap_or_default()
    }

    pub(super) fn pods(&self, domain: u32) -> u32 {
        self.at(domain).pods
    }

    pub(super) fn owners(&self, domain: u32) -> u32 {
        self.at(domain).owners
    }

    /// The fewest pods that a domain with a node has.
    pub(super) fn lowest(&self) -> u32 {
        self.levels.first_key_value().map_or(0, |(level, _)| *level)
    }

    /// How many domains have a node.
    pub(super) fn domain_count(&self) -> u32 {
        self.levels.values().sum()
    }

    fn shift(&mut self, from: Option<u32>, to: Option<u32>) {
        if let Some(level) = from
            && let Some(count) = self.levels.get_mut(&level)
        {
            *count -= 1;
            if *count == 0 {
                self.levels.remove(&level);
            }
        }
        if let Some(level) = to {
            *self.levels.entry(level).or_insert(0) += 1;
        }
    }

    fn count_node(&mut self, domain: u32, comes: bool) {
        let one = self.domain(domain);
        one.nodes = if comes { one.nodes + 1 } else { one.nodes.saturating_sub(1) };
        let (nodes, pods) = (one.nodes, one.pods);
        match (comes, nodes) {
            (true, 1) => self.shift(None, Some(pods)),
            (false, 0) => self.shift(Some(pods), None),
            _ => {}
        }
    }

    fn count_pod(&mut self, domain: u32, comes: bool) {
        let one = self.domain(domain);
        let before = one.pods;
        one.pods = if comes { before + 1 } else { before.saturating_sub(1) };
        let (after, nodes) = (one.pods, one.nodes);
        self.total = if comes { self.total + 1 } else { self.total.saturating_sub(1) };
        if self.what.levelled && nodes > 0 {
            self.shift(Some(before), Some(after));
        }
    }

    fn count_owner(&mut self, domain: u32, comes: bool) {
        let one = self.domain(domain);
        one.owners = if comes { one.owners + 1 } else { one.owners.saturating_sub(1) };
    }
}

impl World {
    /// Whether pods on a node count.
    fn counts(&self, counter: usize, node: NodeId) -> Option<u32> {
        let Counted { key, only, .. } = self.counters[counter].what;
        let domain = self.nodes[node].domains[key];
        let within = || only.is_none_or(|class| self.is_eligible(class, node, counter));
        (domain != NOWHERE && within()).then_some(domain)
    }

    /// Takes a node into, or out of, the domains that are levelled.
    pub(super) fn count_node(&mut self, node: NodeId, comes: bool) {
        for counter in 0..self.counters.len() {
            if !self.counters[counter].what.levelled {
                continue;
            }
            if let Some(class) = self.counters[counter].what.only {
                self.judge(class, node);
            }
            if let Some(domain) = self.counts(counter, node) {
                self.counters[counter].count_node(domain, comes);
            }
        }
    }

    /// Takes a pod of a class into, or out of, the counts.
    pub(super) fn count_pod(&mut self, class: ClassId, node: NodeId, comes: bool) {
        for index in 0..self.classes[class].counted.len() {
            let counter = self.classes[class].counted[index];
            if let Some(domain) = self.counts(counter, node) {
                self.counters[counter].count_pod(domain, comes);
            }
        }
        for index in 0..self.classes[class].repels.len() {
            let counter = self.classes[class].repels[index];
            if let Some(domain) = self.counts(counter, node) {
                self.counters[counter].count_owner(domain, comes);
            }
        }
    }
}
