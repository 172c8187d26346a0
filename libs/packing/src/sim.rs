//! A cluster as it settles: pods take nodes, autoscalers add some and take some away.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::Controller;
use crate::cluster::Cluster;
use crate::node::{self, Node};
use crate::pod::PodSpec;
use crate::workload::Workload;
use crate::world::{ClassId, NodeId, PodId, World};

/// See the module.
pub(crate) struct Sim<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) world: World,
    pub(crate) controllers: Vec<Controller>,
    /// What a new node gets, by controller.
    daemons: Vec<(usize, ClassId)>,
    pub(crate) pending: Vec<PodId>,
    /// Nodes are named by the order in which they come.
    named: usize,
    /// The group that is taken where chance decides.
    pub(crate) favourite: Option<usize>,
}

/// Where the pods of a controller are when the simulation starts.
pub(crate) type Stays = BTreeMap<Controller, Vec<String>>;

/// Controllers and classes by number.
#[derive(Default)]
struct Numbers {
    controllers: Vec<Controller>,
    by_controller: HashMap<Controller, usize>,
    specs: Vec<Arc<PodSpec>>,
    by_spec: HashMap<Arc<PodSpec>, ClassId>,
}

impl Numbers {
    fn controller(&mut self, controller: &Controller) -> usize {
        if let Some(number) = self.by_controller.get(controller) {
            return *number;
        }
        self.controllers.push(controller.clone());
        self.by_controller.insert(controller.clone(), self.controllers.len() - 1);
        self.controllers.len() - 1
    }

    fn class(&mut self, spec: &Arc<PodSpec>) -> ClassId {
        if let Some(class) = self.by_spec.get(spec) {
            return *class;
        }
        self.specs.push(Arc::clone(spec));
        self.by_spec.insert(Arc::clone(spec), self.specs.len() - 1);
        self.specs.len() - 1
    }
}

/// Pods to be started: whose, of which class, and on which node they are if they are on one.
struct Start {
    controller: usize,
    class: ClassId,
    node: Option<String>,
    daemon: bool,
    /// Whether it runs there only if it fits: a workload's pod may differ from the one that runs.
    may_move: bool,
}

impl<'a> Sim<'a> {
    /// The cluster with these workloads in the place of the pods that are theirs; what is in `stays` is where it is, and
    /// everything else waits.
    pub(crate) fn new(cluster: &'a Cluster, workloads: &[Workload], stays: &Stays) -> Self {
        let mut numbers = Numbers::default();
        let starts = starts(cluster, workloads, stays, &mut numbers);
        let daemons = daemons(cluster, workloads, &mut numbers);
        let mut sim = Self {
            cluster,
            world: World::new(Arc::new(cluster.facts.clone()), numbers.specs),
            controllers: numbers.controllers,
            daemons: Vec::new(),
            pending: Vec::new(),
            named: 0,
            favourite: None,
        };
        let mut by_name = HashMap::new();
        for node in &cluster.nodes {
            let id = sim.world.add_node(Arc::clone(node), node.name.clone());
            sim.world.nodes[id].present = true;
            by_name.insert(node.name.clone(), id);
        }
        sim.start(starts, &by_name);
        for (controller, class, runs) in daemons {
            if !runs {
                sim.daemon_on_each(controller, class);
            }
            sim.daemons.push((controller, class));
        }
        sim
    }

    fn start(&mut self, starts: Vec<Start>, nodes: &HashMap<String, NodeId>) {
        for start in starts {
            let pod = self.world.add_pod(start.class, start.controller);
            self.world.pods[pod].daemon = start.daemon;
            match start.node.as_ref().and_then(|name| nodes.get(name)) {
                Some(node) if !start.may_move || self.world.could_hold(start.class, *node) => {
                    self.world.place(pod, *node);
                }
                _ => self.pending.push(pod),
            }
        }
    }

    /// A pod on each node that admits it; those for which there is no room wait.
    fn daemon_on_each(&mut self, controller: usize, class: ClassId) {
        for node in self.world.living().collect::<Vec<_>>() {
            if self.world.admits(class, node) {
                let pod = self.world.add_pod(class, controller);
                self.world.pods[pod].daemon = true;
                match self.world.fits(class, node) {
                    Ok(()) => self.world.place(pod, node),
                    Err(_) => self.pending.push(pod),
                }
            }
        }
    }

    /// Adds a node like this one, with the daemons that come with it.
    pub(crate) fn add_node(&mut self, template: &Arc<Node>) -> NodeId {
        self.named += 1;
        let name = format!("{}-new-{}", template.name, self.named);
        let id = self.world.add_node(Arc::clone(template), name);
        for index in 0..self.daemons.len() {
            let (controller, class) = self.daemons[index];
            if self.world.admits(class, id) {
                let pod = self.world.add_pod(class, controller);
                self.world.pods[pod].daemon = true;
                self.world.place(pod, id);
            }
        }
        id
    }

    /// Takes a node away, with its daemons. Nothing else may be on it.
    pub(crate) fn drop_node(&mut self, node: NodeId) {
        for pod in self.world.nodes[node].pods.clone() {
            self.world.remove(pod);
        }
        self.world.drop_node(node);
    }

    /// Lets every waiting pod take a node, until none finds one any more: a pod may wait for another that comes after it.
    pub(crate) fn schedule(&mut self) {
        loop {
            let waiting = self.pending.len();
            self.schedule_once();
            if self.pending.is_empty() || self.pending.len() >= waiting {
                return;
            }
        }
    }

    /// The highest priority first, and of equal ones in the order of controllers. A pod that fits nowhere may take the
    /// place of others, which then wait.
    fn schedule_once(&mut self) {
        let mut queue = std::mem::take(&mut self.pending);
        while !queue.is_empty() {
            queue.sort_by_key(|pod| (std::cmp::Reverse(self.world.priority(*pod)), *pod));
            let class = self.world.pods[queue[0]].class;
            let alike = queue.iter().take_while(|pod| self.world.pods[**pod].class == class).count();
            let batch: Vec<PodId> = queue.drain(..alike).collect();
            let unplaced = self.world.place_alike(class, &batch);
            let mut unplaced = unplaced.into_iter();
            for pod in unplaced.by_ref() {
                let Some(victims) = self.world.preempt(pod) else {
                    self.pending.push(pod);
                    break;
                };
                queue.extend(victims.into_iter().filter(|victim| !self.world.pods[*victim].daemon));
            }
            // Where one found no place, its equals do not either.
            self.pending.extend(unplaced);
        }
        self.pending.sort_unstable();
    }

    /// The waiting pods by class, in the order in which they wait. Daemons wait for their node, and no other helps.
    pub(crate) fn waiting(&self) -> Vec<(ClassId, Vec<PodId>)> {
        let mut waiting: Vec<(ClassId, Vec<PodId>)> = Vec::new();
        for pod in self.pending.iter().filter(|pod| !self.world.pods[**pod].daemon) {
            let class = self.world.pods[*pod].class;
            match waiting.iter_mut().find(|(one, _)| *one == class) {
                Some((_, pods)) => pods.push(*pod),
                None => waiting.push((class, vec![*pod])),
            }
        }
        waiting
    }

    /// Pods that wait no more.
    pub(crate) fn settle_pending(&mut self) {
        let world = &self.world;
        self.pending.retain(|pod| world.pods[*pod].node.is_none());
    }
}

fn starts(cluster: &Cluster, workloads: &[Workload], stays: &Stays, numbers: &mut Numbers) -> Vec<Start> {
    let ours: std::collections::BTreeSet<&Controller> = workloads.iter().map(|one| &one.controller).collect();
    let mut starts = Vec::new();
    for live in cluster.pods.iter().filter(|live| !ours.contains(&live.controller)) {
        starts.push(Start {
            controller: numbers.controller(&live.controller),
            class: numbers.class(&live.spec),
            node: live.node.clone(),
            daemon: live.is_daemon,
            may_move: false,
        });
    }
    for workload in workloads {
        let controller = numbers.controller(&workload.controller);
        let mut nodes = stays.get(&workload.controller).map(Vec::as_slice).unwrap_or_default().iter();
        for spec in &workload.pods {
            let node = nodes.next().cloned();
            let class = numbers.class(spec);
            starts.push(Start { controller, class, node, daemon: false, may_move: true });
        }
    }
    starts
}

/// The daemons of the cluster and of the workloads, and whether they run on the nodes already.
fn daemons(cluster: &Cluster, workloads: &[Workload], numbers: &mut Numbers) -> Vec<(usize, ClassId, bool)> {
    let mut specs: BTreeMap<&Controller, (&Arc<PodSpec>, bool)> = BTreeMap::new();
    for live in cluster.pods.iter().filter(|live| live.is_daemon && live.controller.kind == "DaemonSet") {
        specs.entry(&live.controller).or_insert((&live.spec, true));
    }
    for (controller, spec) in &cluster.daemons {
        let runs = specs.contains_key(controller);
        specs.insert(controller, (spec, runs));
    }
    for workload in workloads {
        if let Some(spec) = &workload.daemon {
            specs.insert(&workload.controller, (spec, false));
        }
    }
    let number = |(controller, (spec, runs)): (&Controller, (&Arc<PodSpec>, bool))| {
        (numbers.controller(controller), numbers.class(spec), runs)
    };
    specs.into_iter().map(number).collect()
}

/// The zone of a node, for spreading a group over its zones.
pub(crate) fn zone_of(node: &Node) -> Option<&str> {
    node.label(node::ZONE)
}
