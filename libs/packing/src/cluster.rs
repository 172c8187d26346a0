//! What is known of a cluster: its nodes, what can add more of them, and what runs there.

use std::collections::BTreeSet;
use std::sync::Arc;

use kube_model::Object;

use crate::autoscale::Options;
use crate::facts::Facts;
use crate::groups::{self, Group};
use crate::node::Node;
use crate::pod::PodSpec;
use crate::pools::{InstanceType, Pools};
use crate::read::part;
use crate::{Controller, PackingError};

/// A pod that runs, or waits.
#[derive(Debug, Clone)]
pub(crate) struct LivePod {
    pub(crate) name: String,
    pub(crate) controller: Controller,
    pub(crate) spec: Arc<PodSpec>,
    pub(crate) node: Option<String>,
    pub(crate) is_daemon: bool,
}

/// Said of NodePools alone.
const NO_TYPES: &str = "no instanceTypes are described beside the NodePools: Karpenter launches nothing here";

/// What is known of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub(crate) nodes: Vec<Arc<Node>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) pools: Pools,
    pub(crate) options: Options,
    pub(crate) pods: Vec<LivePod>,
    /// DaemonSets that are described, rather than seen running.
    pub(crate) daemons: Vec<(Controller, Arc<PodSpec>)>,
    pub(crate) facts: Facts,
    /// What is taken for granted, as sentences.
    pub(crate) notes: Vec<String>,
    newest_kubelet: Option<(u32, u32)>,
    /// What the prices are in that the description gives.
    currency: Option<String>,
}

impl Cluster {
    /// Reads what describes a cluster: nodes and pods (`kubectl get nodes,pods --all-namespaces -o yaml`), node groups
    /// (`NodeGroups`, see `docs/nodes.md`), Karpenter's NodePools, DaemonSets, and whatever pods refer to (claims,
    /// volumes, priority classes, namespaces). Other kinds are passed over.
    ///
    /// # Errors
    /// When a field is not what its schema says, or no node is described.
    pub fn read(objects: &[Object]) -> Result<Self, PackingError> {
        let mut cluster = Self::default();
        cluster.facts.add(objects)?;
        for object in objects {
            cluster.add(object)?;
        }
        cluster.leave_out_serverless();
        cluster.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        cluster.pods.sort_by(|a, b| (a.controller.turn(), &a.name).cmp(&(b.controller.turn(), &b.name)));
        groups::settle(&mut cluster);
        cluster.pools.settle(&mut cluster.nodes);
        if cluster.nodes.is_empty() && cluster.groups.is_empty() && cluster.pools.is_empty() {
            return Err(PackingError::NoNodes);
        }
        cluster.note_what_is_taken_for_granted();
        Ok(cluster)
    }

    fn add(&mut self, object: &Object) -> Result<(), PackingError> {
        match (object.key.group.as_str(), object.key.kind.as_str()) {
            ("", "Node") => {
                self.newest_kubelet = self.newest_kubelet.max(kubelet(object));
                self.nodes.push(Arc::new(Node::of(object, &self.facts)?));
            }
            ("", "Pod") => self.pods.extend(live_pod(object, &self.facts)?),
            ("apps", "DaemonSet") => self.add_daemons(object)?,
            ("plimsoll.dev", "NodeGroups") => groups::read(object, self)?,
            ("karpenter.sh", "NodePool") => self.pools.add(object)?,
            _ => {}
        }
        Ok(())
    }

    /// The nodes of Fargate and virtual nodes hold what is billed by itself: neither they nor their pods are of the bill for
    /// nodes.
    fn leave_out_serverless(&mut self) {
        let is_one = |node: &Arc<Node>| {
            node.label("eks.amazonaws.com/compute-type") == Some("fargate")
                || node.label("type") == Some("virtual-kubelet")
        };
        let names: BTreeSet<String> =
            self.nodes.iter().filter(|node| is_one(node)).map(|node| node.name.clone()).collect();
        if names.is_empty() {
            return;
        }
        self.nodes.retain(|node| !names.contains(&node.name));
        self.pods.retain(|pod| pod.node.as_ref().is_none_or(|node| !names.contains(node)));
        let count = names.len();
        let note = format!(
            "nodes of Fargate and virtual nodes are left out ({count}): their pods are billed, not they"
        );
        self.notes.push(note);
    }

    fn add_daemons(&mut self, object: &Object) -> Result<(), PackingError> {
        let metadata = ["spec", "template", "metadata"];
        let mut spec = PodSpec::of(object, (&metadata, &["spec", "template", "spec"]), &self.facts)?;
        crate::daemon::tolerate(&mut spec);
        self.daemons.push((Controller::of(object), Arc::new(spec)));
        Ok(())
    }

    /// Adds instance types that a NodePool may launch, besides those that are described: a provider's list. One that is
    /// described already stays as it is.
    #[must_use]
    pub fn with_instance_types(mut self, types: Vec<InstanceType>) -> Self {
        self.pools.add_types(types);
        self.pools.settle(&mut self.nodes);
        self.notes.retain(|note| note != NO_TYPES || self.pools.has_no_types());
        self
    }

    /// What is taken for granted of the cluster, as sentences.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The kind of node class (`EC2NodeClass`) of NodePools for which no instance types are described.
    #[must_use]
    pub fn node_class_without_types(&self) -> Option<&str> {
        self.pools.node_class().filter(|_| self.pools.has_no_types())
    }

    /// The region of its nodes, if all that say so are in one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let regions: BTreeSet<&str> =
            self.nodes.iter().filter_map(|node| node.label(crate::node::REGION)).collect();
        regions.first().copied().filter(|_| regions.len() == 1)
    }

    /// Major and minor version of the newest kubelet; none where no node says its own. The API server's is this one or newer
    /// (Kubernetes documentation, "Version Skew Policy").
    #[must_use]
    pub fn newest_kubelet(&self) -> Option<(u32, u32)> {
        self.newest_kubelet
    }

    /// The currency of the prices that the description of the nodes gives, by its code; none where it does not say.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// Prices in two currencies cannot be added up.
    pub(crate) fn add_currency(
        &mut self,
        object: &Object,
        currency: Option<String>,
    ) -> Result<(), PackingError> {
        match (&self.currency, &currency) {
            (Some(known), Some(other)) if known != other => {
                let why = format!("the prices are in {other}, and others beside them in {known}");
                return Err(PackingError::field(object, "spec.currency", why));
            }
            (None, Some(_)) => self.currency = currency,
            _ => {}
        }
        Ok(())
    }

    fn note_what_is_taken_for_granted(&mut self) {
        if self.groups.iter().all(|group| !group.scales()) && self.pools.is_empty() {
            let note = "no autoscaler is described: the nodes stay as they are";
            self.notes.push(note.to_owned());
        }
        if self.pools.has_no_types() {
            self.notes.push(NO_TYPES.to_owned());
        }
        if self.pods.is_empty() {
            let note = "no pods are among what describes the nodes: nothing else runs there";
            self.notes.push(note.to_owned());
        }
    }
}

/// A pod that has not ended.
/// `v1.33.4-eks-1234` is 1.33.
fn kubelet(node: &Object) -> Option<(u32, u32)> {
    let version = node.text(&["status", "nodeInfo", "kubeletVersion"])?.strip_prefix('v')?;
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn live_pod(object: &Object, facts: &Facts) -> Result<Option<LivePod>, PackingError> {
    if matches!(object.text(&["status", "phase"]), Some("Succeeded" | "Failed")) {
        return Ok(None);
    }
    let mut spec = PodSpec::of(object, (&["metadata"], &["spec"]), facts)?;
    let controller = Controller::of_pod(object)?;
    spec.eviction.has_controller = controller.is_some();
    // A static pod's controller is its node: it comes and goes with that, as a DaemonSet's does.
    let is_daemon = controller.as_ref().is_some_and(|one| matches!(one.kind.as_str(), "DaemonSet" | "Node"));
    if is_daemon {
        spec = crate::daemon::untied(spec);
    }
    let node: Option<String> = part(object, &["spec", "nodeName"])?;
    Ok(Some(LivePod {
        name: object.key.name.clone(),
        controller: controller.unwrap_or_else(|| Controller::of(object)),
        spec: Arc::new(spec),
        node: node.filter(|name| !name.is_empty()),
        is_daemon,
    }))
}
