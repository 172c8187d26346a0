//! Preemption: a pod that fits nowhere takes the place of pods of a lower priority.

use std::cmp::Reverse;

use super::{NodeId, PodId, World};

/// What a node would cost, in the order of `pickOneNodeForPreemption` (kubernetes' `pkg/scheduler/framework/preemption`):
/// the lowest of the highest priorities, the lowest sum of priorities, the fewest pods; disruption budgets and start
/// times are not known here, and the first node is taken.
type Price = (i32, i64, usize, NodeId);

impl World {
    /// Places a pod by taking others away, if that helps. Returns those that had to go.
    pub(crate) fn preempt(&mut self, pod: PodId) -> Option<Vec<PodId>> {
        let class = self.pods[pod].class;
        let spec = &self.classes[class].spec;
        if !spec.preempts || spec.gate.is_some() {
            return None;
        }
        let priority = spec.priority;
        let candidates: Vec<NodeId> = self.living().collect();
        let mut best: Option<(Price, Vec<PodId>)> = None;
        for node in candidates {
            let has_lower =
                |world: &Self| world.nodes[node].pods.iter().any(|one| world.priority(*one) < priority);
            if !has_lower(self) || !self.admits(class, node) {
                continue;
            }
            let mark = self.mark();
            let victims = self.victims(pod, node);
            self.back_to(mark);
            if let Some(victims) = victims {
                let price = self.price(&victims, node);
                if best.as_ref().is_none_or(|(least, _)| price < *least) {
                    best = Some((price, victims));
                }
            }
        }
        let ((.., node), victims) = best?;
        for victim in &victims {
            self.remove(*victim);
        }
        self.place(pod, node);
        Some(victims)
    }

    pub(crate) fn priority(&self, pod: PodId) -> i32 {
        self.classes[self.pods[pod].class].spec.priority
    }

    /// The pods that have to leave a node: all of a lower priority go, and each may come back, the highest priority
    /// first, if the pod then still fits (`SelectVictimsOnNode`). The caller takes the steps back.
    fn victims(&mut self, pod: PodId, node: NodeId) -> Option<Vec<PodId>> {
        let (class, priority) = (self.pods[pod].class, self.priority(pod));
        let mut lower: Vec<PodId> =
            self.nodes[node].pods.iter().copied().filter(|one| self.priority(*one) < priority).collect();
        lower.sort_by_key(|one| (Reverse(self.priority(*one)), *one));
        for one in &lower {
            self.remove(*one);
        }
        self.fits(class, node).ok()?;
        let mut victims = Vec::new();
        for one in lower {
            self.place(one, node);
            if self.fits(class, node).is_err() {
                self.remove(one);
                victims.push(one);
            }
        }
        Some(victims)
    }

    fn price(&self, victims: &[PodId], node: NodeId) -> Price {
        let priorities = victims.iter().map(|one| self.priority(*one));
        let highest = priorities.clone().max().unwrap_or(i32::MIN);
        // Each counts from the lowest priority up, so that more pods are a higher price (as the scheduler does).
        let sum = priorities.map(|one| i64::from(one) + i64::from(i32::MAX) + 1).sum();
        (highest, sum, victims.len(), node)
    }
}
