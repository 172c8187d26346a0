//! Whether a node's pods fit elsewhere.

use std::collections::HashMap;

use crate::sim::Sim;
use crate::world::{ClassId, NodeId, PodId};

/// The nodes to which pods may move, in the order in which they are tried: the fullest first, so that those that are
/// nearly empty become empty.
pub(super) struct Targets {
    order: Vec<NodeId>,
    /// Before this place of the order no node takes a pod of the class. Nodes only fill up while others are drained.
    from: HashMap<ClassId, usize>,
}

impl Targets {
    pub(super) fn of(sim: &Sim<'_>) -> Self {
        let mut order: Vec<NodeId> = sim.world.living().collect();
        order.sort_by_key(|node| (std::cmp::Reverse(sim.utilisation(*node)), *node));
        Self { order, from: HashMap::new() }
    }

    /// Moves a pod to the first node that takes it.
    fn take_in(&mut self, sim: &mut Sim<'_>, pod: PodId) -> bool {
        let class = sim.world.pods[pod].class;
        let around = sim.world.classes[class].looks_around();
        let from = if around { 0 } else { self.from.get(&class).copied().unwrap_or(0) };
        for place in from..self.order.len() {
            let node = self.order[place];
            if sim.world.nodes[node].alive && sim.world.fits(class, node).is_ok() {
                self.from.insert(class, place);
                sim.world.place(pod, node);
                return true;
            }
        }
        self.from.insert(class, self.order.len());
        false
    }
}

impl Sim<'_> {
    /// The larger share of CPU and memory that is requested on a node, in thousandths; of a node with GPUs that of the
    /// GPUs (cluster-autoscaler's FAQ, "How does scale-down work?").
    pub(super) fn utilisation(&self, node: NodeId) -> i128 {
        let share = |name: &str| {
            let index = self.world.resources.iter().position(|one| one == name)?;
            let room = self.world.nodes[node].node.allocatable.get(name).copied().filter(|room| *room > 0)?;
            Some((room - self.world.nodes[node].free[index]) * 1000 / room)
        };
        match share("nvidia.com/gpu") {
            Some(gpus) => gpus,
            None => share("cpu").max(share("memory")).unwrap_or(0),
        }
    }

    /// The pods of a node that do not come and go with it.
    pub(super) fn movable(&self, node: NodeId) -> Vec<PodId> {
        let pods = self.world.nodes[node].pods.iter().copied();
        let mut pods: Vec<PodId> = pods.filter(|pod| !self.world.pods[*pod].daemon).collect();
        pods.sort_unstable();
        pods
    }

    /// Takes a node away if all its pods fit elsewhere; else nothing changes.
    pub(super) fn drain(&mut self, node: NodeId, targets: &mut Targets) -> bool {
        let (mark, from) = (self.world.mark(), targets.from.clone());
        let pods = self.movable(node);
        self.drop_node(node);
        if pods.into_iter().all(|pod| targets.take_in(self, pod)) {
            return true;
        }
        self.world.back_to(mark);
        targets.from = from;
        false
    }

    /// Moves what fits elsewhere, and returns what does not. The nodes are gone.
    pub(super) fn drain_all(&mut self, nodes: &[NodeId], targets: &mut Targets) -> Vec<PodId> {
        let pods: Vec<PodId> = nodes.iter().flat_map(|node| self.movable(*node)).collect();
        nodes.iter().for_each(|node| self.drop_node(*node));
        pods.into_iter().filter(|pod| !targets.take_in(self, *pod)).collect()
    }
}
