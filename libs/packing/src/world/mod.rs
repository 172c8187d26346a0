//! Nodes and the pods on them, as they come to be: what fits where is asked of it, and every step can be taken back.

mod class;
mod counter;
mod filter;
mod place;
mod preempt;
mod score;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use class::Class;
pub(crate) use filter::Why;

use crate::facts::Facts;
use crate::node::Node;
use crate::pod::{HostPort, PodSpec};
use crate::read::Resources;
use counter::{Counter, NOWHERE};

/// A class of equal pods, by its place.
pub(crate) type ClassId = usize;
/// A node, by its place.
pub(crate) type NodeId = usize;
/// A pod, by its place.
pub(crate) type PodId = usize;

/// A node with what is on it.
#[derive(Debug)]
pub(crate) struct NodeState {
    pub(crate) node: Arc<Node>,
    pub(crate) name: String,
    /// Whether it is there: a node that was taken away keeps its place.
    pub(crate) alive: bool,
    /// Whether it was there before any autoscaler added one.
    pub(crate) present: bool,
    pub(crate) pods: Vec<PodId>,
    pub(crate) free: Vec<i128>,
    /// Nodes of one shape admit the same pods, apart from what is free.
    shape: usize,
    /// The value of each topology key, as a number.
    domains: Vec<u32>,
    ports: Vec<HostPort>,
    load: score::Load,
}

/// A pod, and where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PodState {
    pub(crate) class: ClassId,
    /// Whose pod it is, as the caller counts.
    pub(crate) owner: usize,
    pub(crate) node: Option<NodeId>,
    /// It comes and goes with its node.
    pub(crate) daemon: bool,
}

/// A step that can be taken back.
#[derive(Debug, Clone, Copy)]
enum Step {
    Placed(PodId),
    Removed(PodId, NodeId),
    Added(NodeId),
    Dropped(NodeId),
    NewPod,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct World {
    facts: Arc<Facts>,
    /// The resources that some pod asks for.
    pub(crate) resources: Vec<String>,
    /// The topology keys that some pod speaks of, with the numbers of their values.
    keys: Vec<(String, HashMap<String, u32>)>,
    /// The labels on which the place of some pod depends.
    label_keys: Vec<String>,
    pub(crate) classes: Vec<Class>,
    counters: Vec<Counter>,
    shapes: HashMap<ShapeKey, usize>,
    pub(crate) nodes: Vec<NodeState>,
    pub(crate) pods: Vec<PodState>,
    steps: Vec<Step>,
}

/// What nodes of one shape have in common.
type ShapeKey = (Vec<Option<String>>, Vec<crate::node::Taint>, bool);

impl World {
    /// A world without nodes, for pods of these classes.
    pub(crate) fn new(facts: Arc<Facts>, specs: Vec<Arc<PodSpec>>) -> Self {
        let mut world = Self {
            facts,
            resources: class::resource_names(&specs),
            keys: class::topology_keys(&specs).into_iter().map(|key| (key, HashMap::new())).collect(),
            label_keys: class::label_keys(&specs),
            classes: Vec::new(),
            counters: Vec::new(),
            shapes: HashMap::new(),
            nodes: Vec::new(),
            pods: Vec::new(),
            steps: Vec::new(),
        };
        world.add_classes(specs);
        world
    }

    /// Adds a node; it is empty.
    pub(crate) fn add_node(&mut self, node: Arc<Node>, name: String) -> NodeId {
        let domain = |(key, numbers): &mut (String, HashMap<String, u32>)| {
            let value = if key == crate::node::HOSTNAME && !node.labels.contains_key(key) {
                Some(&name)
            } else {
                node.labels.get(key)
            };
            let Some(value) = value else { return NOWHERE };
            let next = u32::try_from(numbers.len()).unwrap_or(NOWHERE);
            *numbers.entry(value.clone()).or_insert(next)
        };
        let domains = self.keys.iter_mut().map(domain).collect();
        let labels = self.label_keys.iter().map(|key| node.labels.get(key).cloned()).collect();
        let shape_key = (labels, node.taints.clone(), node.unschedulable);
        let next = self.shapes.len();
        let shape = *self.shapes.entry(shape_key).or_insert(next);
        let id = self.nodes.len();
        self.nodes.push(NodeState {
            load: score::Load::of(&node.allocatable),
            alive: true,
            present: false,
            pods: Vec::new(),
            free: self.amounts(&node.allocatable),
            shape,
            domains,
            ports: Vec::new(),
            name,
            node,
        });
        self.count_node(id, true);
        self.steps.push(Step::Added(id));
        id
    }

    fn amounts(&self, allocatable: &Resources) -> Vec<i128> {
        // What nothing limits is without limit: the volumes of a driver that does not say how many it takes.
        let unlimited = |name: &String| if name.starts_with("volumes/") { i128::MAX / 2 } else { 0 };
        let amount = |name: &String| allocatable.get(name).copied().unwrap_or_else(|| unlimited(name));
        self.resources.iter().map(amount).collect()
    }

    /// Takes an empty node away.
    pub(crate) fn drop_node(&mut self, id: NodeId) {
        self.nodes[id].alive = false;
        self.count_node(id, false);
        self.steps.push(Step::Dropped(id));
    }

    /// Adds a pod that is nowhere yet.
    pub(crate) fn add_pod(&mut self, class: ClassId, owner: usize) -> PodId {
        self.pods.push(PodState { class, owner, node: None, daemon: false });
        self.steps.push(Step::NewPod);
        self.pods.len() - 1
    }

    /// Puts a pod on a node, whether it fits or not.
    pub(crate) fn place(&mut self, pod: PodId, node: NodeId) {
        self.put(pod, node);
        self.steps.push(Step::Placed(pod));
    }

    /// Takes a pod from its node.
    pub(crate) fn remove(&mut self, pod: PodId) {
        if let Some(node) = self.take(pod) {
            self.steps.push(Step::Removed(pod, node));
        }
    }

    fn put(&mut self, pod: PodId, id: NodeId) {
        let class = self.pods[pod].class;
        self.pods[pod].node = Some(id);
        let node = &mut self.nodes[id];
        node.pods.push(pod);
        for (resource, amount) in &self.classes[class].requests {
            node.free[*resource] -= amount;
        }
        node.load.add(&self.classes[class].weight, 1);
        node.ports.extend_from_slice(&self.classes[class].spec.ports);
        self.count_pod(class, id, true);
    }

    fn take(&mut self, pod: PodId) -> Option<NodeId> {
        let id = self.pods[pod].node.take()?;
        let class = self.pods[pod].class;
        let node = &mut self.nodes[id];
        node.pods.retain(|one| *one != pod);
        for (resource, amount) in &self.classes[class].requests {
            node.free[*resource] += amount;
        }
        node.load.add(&self.classes[class].weight, -1);
        for port in &self.classes[class].spec.ports {
            if let Some(at) = node.ports.iter().position(|one| one == port) {
                node.ports.swap_remove(at);
            }
        }
        self.count_pod(class, id, false);
        Some(id)
    }

    /// Where the world stands, for [`World::back_to`].
    pub(crate) fn mark(&self) -> usize {
        self.steps.len()
    }

    /// Takes back every step since a mark.
    pub(crate) fn back_to(&mut self, mark: usize) {
        while self.steps.len() > mark {
            match self.steps.pop() {
                Some(Step::Placed(pod)) => {
                    self.take(pod);
                }
                Some(Step::Removed(pod, node)) => self.put(pod, node),
                Some(Step::Added(node)) => {
                    self.count_node(node, false);
                    self.nodes.truncate(node);
                }
                Some(Step::Dropped(node)) => {
                    self.nodes[node].alive = true;
                    self.count_node(node, true);
                }
                Some(Step::NewPod) => {
                    self.pods.pop();
                }
                None => {}
            }
        }
    }

    /// The nodes that are there.
    pub(crate) fn living(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.nodes.len()).filter(|id| self.nodes[*id].alive)
    }
}
