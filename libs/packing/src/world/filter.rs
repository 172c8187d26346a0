//! Whether a pod fits on a node: the filters of kube-scheduler's default plugins, in their order.

use super::counter::NOWHERE;
use super::{ClassId, NodeId, World};
use crate::node::{Node, Taint};
use crate::pod::PodSpec;

/// Why a pod does not fit on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// The node is cordoned.
    Unschedulable,
    /// It has a taint that the pod does not tolerate.
    Taint(Taint),
    /// Its labels are not what the pod's selector or affinity asks for.
    NodeAffinity,
    /// A port that the pod takes is taken.
    Port,
    /// It has too little of a resource, by its place; pods and volumes are resources too.
    Resource(usize),
    /// The pod's volume is elsewhere.
    VolumePlace,
    /// Spreading would be broken.
    Spread,
    /// No pod that the affinity asks for is there.
    Affinity,
    /// A pod that the anti-affinity forbids is there, or one that forbids this pod.
    AntiAffinity,
}

/// What does not change with the pods on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Static {
    /// Whether the selector and the affinity admit it.
    affinity: bool,
    taint: Option<Taint>,
    refusal: Option<Why>,
}

impl Static {
    fn of(spec: &PodSpec, node: &Node) -> Self {
        let affinity = spec.node_selector.iter().all(|(key, value)| node.label(key) == Some(value))
            && spec.node_terms.as_ref().is_none_or(|terms| terms.selects(&node.name, &node.labels));
        let keeps_away = |taint: &&Taint| {
            matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
                && !spec.tolerates(&taint.key, &taint.value, &taint.effect)
        };
        let taint = node.taints.iter().find(keeps_away).cloned();
        let cordoned =
            node.unschedulable && !spec.tolerates("node.kubernetes.io/unschedulable", "", "NoSchedule");
        let refusal = if cordoned {
            Some(Why::Unschedulable)
        } else if let Some(taint) = &taint {
            Some(Why::Taint(taint.clone()))
        } else if !affinity {
            Some(Why::NodeAffinity)
        } else if !spec.volumes.iter().all(|place| place.selects(&node.name, &node.labels)) {
            Some(Why::VolumePlace)
        } else {
            None
        };
        Self { affinity, taint, refusal }
    }
}

impl World {
    /// What a class makes of a node's labels and taints; kept by shape.
    pub(super) fn judge(&mut self, class: ClassId, node: NodeId) {
        let shape = self.nodes[node].shape;
        let one = &mut self.classes[class];
        if one.by_name {
            return;
        }
        if one.verdicts.len() <= shape {
            one.verdicts.resize(shape + 1, None);
        }
        if one.verdicts[shape].is_none() {
            one.verdicts[shape] = Some(Static::of(&one.spec, &self.nodes[node].node));
        }
    }

    fn verdict<T>(&self, class: ClassId, node: NodeId, read: impl Fn(&Static) -> T) -> T {
        let one = &self.classes[class];
        match one.verdicts.get(self.nodes[node].shape) {
            Some(Some(verdict)) if !one.by_name => read(verdict),
            _ => read(&Static::of(&one.spec, &self.nodes[node].node)),
        }
    }

    /// Whether the labels and taints of a node admit a class.
    pub(crate) fn admits(&mut self, class: ClassId, node: NodeId) -> bool {
        self.judge(class, node);
        self.verdict(class, node, |verdict| verdict.refusal.is_none())
    }

    /// Whether the labels and taints of a node that is not there would admit a class.
    pub(crate) fn would_admit(&self, class: ClassId, node: &Node) -> bool {
        Static::of(&self.classes[class].spec, node).refusal.is_none()
    }

    /// Whether pods on a node count for a spread constraint of a class: it has all the keys, and the constraint's
    /// policies admit it.
    pub(super) fn is_eligible(&self, class: ClassId, node: NodeId, counter: usize) -> bool {
        let one = &self.classes[class];
        let keyed = |counter: usize| self.nodes[node].domains[self.counters[counter].what.key] != NOWHERE;
        one.spreads.iter().all(|rule| keyed(rule.counter))
            && one.spreads.iter().filter(|rule| rule.counter == counter).all(|rule| {
                self.verdict(class, node, |verdict| {
                    (!rule.honors_affinity || verdict.affinity)
                        && (!rule.honors_taints || verdict.taint.is_none())
                })
            })
    }

    /// Whether a pod of a class fits on a node.
    ///
    /// # Errors
    /// The first reason why not.
    pub(crate) fn fits(&mut self, class: ClassId, node: NodeId) -> Result<(), Why> {
        self.judge(class, node);
        self.holds(class, node)
    }

    pub(super) fn holds(&self, class: ClassId, node: NodeId) -> Result<(), Why> {
        if let Some(refusal) = self.verdict(class, node, |verdict| verdict.refusal.clone())
            && refusal != Why::VolumePlace
        {
            return Err(refusal);
        }
        self.has_room(class, node)?;
        if let Some(refusal) = self.verdict(class, node, |verdict| verdict.refusal.clone()) {
            return Err(refusal);
        }
        self.suits(class, node, |_| true)
    }

    fn has_room(&self, class: ClassId, node: NodeId) -> Result<(), Why> {
        let (one, state) = (&self.classes[class], &self.nodes[node]);
        let clash = |port: &crate::pod::HostPort| state.ports.iter().any(|taken| taken.clashes(port));
        if one.spec.ports.iter().any(clash) {
            return Err(Why::Port);
        }
        match one.requests.iter().find(|(resource, amount)| state.free[*resource] < *amount) {
            Some((resource, _)) => Err(Why::Resource(*resource)),
            None => Ok(()),
        }
    }

    /// Whether the pods around a node suit a pod of a class, as far as these counters go.
    pub(super) fn suits(
        &self,
        class: ClassId,
        node: NodeId,
        asked: impl Fn(usize) -> bool,
    ) -> Result<(), Why> {
        let one = &self.classes[class];
        let domain = |counter: usize| self.nodes[node].domains[self.counters[counter].what.key];
        for rule in one.spreads.iter().filter(|rule| asked(rule.counter)) {
            let counter = &self.counters[rule.counter];
            let here = domain(rule.counter);
            let lowest = if counter.domain_count() < rule.min_domains { 0 } else { counter.lowest() };
            let with_it = counter.pods(here) + u32::from(rule.counts_itself);
            if here == NOWHERE || with_it > lowest.saturating_add(rule.max_skew) {
                return Err(Why::Spread);
            }
        }
        let attracted = || one.attracted.iter().copied().filter(|counter| asked(*counter));
        if attracted().any(|counter| domain(counter) == NOWHERE) {
            return Err(Why::Affinity);
        }
        let alone =
            one.self_attracted && one.attracted.iter().all(|counter| self.counters[*counter].total == 0);
        if !alone && attracted().any(|counter| self.counters[counter].pods(domain(counter)) == 0) {
            return Err(Why::Affinity);
        }
        let is_near = |counter: usize, count: fn(&super::Counter, u32) -> u32| {
            domain(counter) != NOWHERE && count(&self.counters[counter], domain(counter)) > 0
        };
        let own = one.repels.iter().filter(|counter| asked(**counter));
        let others = one.repelled.iter().filter(|counter| asked(**counter));
        let repelled = own.clone().any(|counter| is_near(*counter, super::Counter::pods))
            || others.clone().any(|counter| is_near(*counter, super::Counter::owners));
        if repelled { Err(Why::AntiAffinity) } else { Ok(()) }
    }
}
