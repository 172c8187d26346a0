//! A pod as the scheduler and the autoscalers see it.

mod fields;
mod request;
mod terms;

use std::collections::BTreeMap;

use kube_model::Object;

pub(crate) use fields::{ClaimSpecFields, TemplateFields, Toleration};
pub(crate) use terms::{PodSet, PodTerm, Scope, Spread};

use crate::PackingError;
use crate::facts::Facts;
use crate::read::{Amount, Labels, Resources, counted, part};
use crate::selector::{NodeSelector, NodeTerm};
use fields::{ContainerFields, PodFields, VolumeFields};

/// The resource that stands for the volumes of a driver that a node can hold.
pub(crate) fn volumes_of(driver: &str) -> String {
    format!("volumes/{driver}")
}

/// A port of the node that a pod takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct HostPort {
    pub(crate) ip: String,
    pub(crate) protocol: String,
    pub(crate) port: u16,
}

impl HostPort {
    /// Whether both cannot be had on one node: an address of `0.0.0.0` is every address.
    pub(crate) fn clashes(&self, other: &Self) -> bool {
        let all = "0.0.0.0";
        (self.port, &self.protocol) == (other.port, &other.protocol)
            && (self.ip == all || other.ip == all || self.ip == other.ip)
    }
}

/// What decides whether an autoscaler may move a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Eviction {
    /// `cluster-autoscaler.kubernetes.io/safe-to-evict`, where it is given.
    pub(crate) safe: Option<bool>,
    /// `karpenter.sh/do-not-disrupt`.
    pub(crate) do_not_disrupt: bool,
    /// It keeps files on its node.
    pub(crate) local_storage: bool,
    /// Something makes it anew elsewhere.
    pub(crate) has_controller: bool,
}

/// All that decides where a pod may run. Pods of which this is equal are alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PodSpec {
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    pub(crate) requests: Resources,
    /// What it counts as where nodes are compared.
    pub(crate) weight: Resources,
    pub(crate) node_selector: Labels,
    pub(crate) node_terms: Option<NodeSelector>,
    pub(crate) preferred: Vec<(i32, NodeTerm)>,
    pub(crate) tolerations: Vec<Toleration>,
    /// Where its volumes are.
    pub(crate) volumes: Vec<NodeSelector>,
    pub(crate) affinity: Vec<PodTerm>,
    pub(crate) anti_affinity: Vec<PodTerm>,
    pub(crate) spread: Vec<Spread>,
    pub(crate) ports: Vec<HostPort>,
    pub(crate) priority: i32,
    pub(crate) preempts: bool,
    pub(crate) gate: Option<String>,
    pub(crate) eviction: Eviction,
}

/// Labels that tell the pods of one controller apart; nobody selects by them to place pods.
const OF_ONE_POD: [&str; 2] = ["statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"];

impl PodSpec {
    /// The pod of a `metadata` and a `spec` at these places of an object.
    pub(crate) fn of(
        object: &Object,
        (metadata, spec): (&[&str], &[&str]),
        facts: &Facts,
    ) -> Result<Self, PackingError> {
        let at = |key: &'static str| -> Vec<&str> { metadata.iter().copied().chain([key]).collect() };
        let mut labels: Labels = part(object, &at("labels"))?;
        labels.retain(|key, _| !OF_ONE_POD.contains(&key.as_str()));
        let annotations: Labels = part(object, &at("annotations"))?;
        let fields: PodFields = part(object, spec)?;
        let namespace = object.key.namespace.clone().unwrap_or_else(|| "default".to_owned());
        let (priority, preempts) = facts.priority(
            fields.priority,
            fields.priority_class_name.as_deref(),
            fields.preemption_policy.as_deref(),
        );
        let overhead = fields.runtime_class_name.as_deref().and_then(|name| facts.overhead(name));
        let mut requests = request::effective(&fields, overhead);
        requests.insert("pods".to_owned(), 1);
        let mut pod = Self {
            requests,
            weight: request::weight(&fields, overhead),
            eviction: eviction(&fields.volumes, &annotations),
            ports: host_ports(&fields),
            gate: fields.scheduling_gates.first().map(|gate| gate.name.clone()),
            node_selector: fields.node_selector,
            node_terms: fields.affinity.node_affinity.required,
            preferred: fields
                .affinity
                .node_affinity
                .preferred
                .into_iter()
                .map(|one| (one.weight, one.preference))
                .collect(),
            tolerations: fields.tolerations,
            volumes: Vec::new(),
            affinity: terms(fields.affinity.pod_affinity.required, &namespace, &labels),
            anti_affinity: terms(fields.affinity.pod_anti_affinity.required, &namespace, &labels),
            spread: fields
                .topology_spread_constraints
                .into_iter()
                .filter_map(|one| Spread::of(one, &namespace, &labels))
                .collect(),
            priority,
            preempts,
            namespace,
            labels,
        };
        for volume in &fields.volumes {
            pod.take_volume(volume, facts);
        }
        Ok(pod)
    }

    /// Asks for these amounts, in nano-units, in the place of what it asked for; each pod still counts as one, and its volumes.
    pub(crate) fn ask_for(&mut self, nanos: &BTreeMap<String, i128>) {
        for (name, nanos) in nanos {
            let amount = counted(name, Amount(*nanos));
            self.requests.insert(name.clone(), amount);
            if amount > 0 {
                self.weight.insert(name.clone(), amount);
            }
        }
        self.requests.retain(|_, amount| *amount > 0);
    }

    fn take_volume(&mut self, volume: &VolumeFields, facts: &Facts) {
        if let Some(claim) = &volume.persistent_volume_claim {
            self.take_claim(&claim.claim_name, facts);
        }
        if let Some(ephemeral) = &volume.ephemeral {
            self.take_template(&ephemeral.volume_claim_template.spec, facts);
        }
    }

    /// Takes a claim that there is, or will be: where its volume is, and a place among its driver's volumes.
    pub(crate) fn take_claim(&mut self, name: &str, facts: &Facts) {
        if let Some(claim) = facts.claim(&self.namespace, name) {
            self.take_template(&claim.clone(), facts);
        }
    }

    /// Takes a claim of this shape.
    pub(crate) fn take_template(&mut self, claim: &ClaimSpecFields, facts: &Facts) {
        let storage = facts.storage(claim);
        if let Some(driver) = storage.driver {
            *self.requests.entry(volumes_of(driver)).or_default() += 1;
        }
        self.volumes.extend(storage.places.iter().cloned());
    }

    /// Whether it tolerates a taint (`Toleration.ToleratesTaint` of k8s.io/api).
    pub(crate) fn tolerates(&self, key: &str, value: &str, effect: &str) -> bool {
        self.tolerations.iter().any(|one| {
            let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
            given(&one.effect).is_none_or(|wanted| wanted == effect)
                && given(&one.key).is_none_or(|wanted| wanted == key)
                && match one.operator.as_deref() {
                    Some("Exists") => true,
                    None | Some("" | "Equal") => {
                        given(&one.key).is_some() && one.value.as_deref().unwrap_or("") == value
                    }
                    _ => false,
                }
        })
    }
}

fn terms(fields: Vec<fields::PodTermFields>, namespace: &str, labels: &Labels) -> Vec<PodTerm> {
    fields.into_iter().map(|one| PodTerm::of(one, namespace, labels)).collect()
}

fn eviction(volumes: &[VolumeFields], annotations: &Labels) -> Eviction {
    let said = |key: &str| annotations.get(key).map(String::as_str);
    let in_memory = |volume: &VolumeFields| {
        volume.empty_dir.as_ref().is_some_and(|dir| dir.medium.as_deref() == Some("Memory"))
    };
    let on_the_node = |volume: &VolumeFields| volume.host_path.is_some() || volume.empty_dir.is_some();
    Eviction {
        safe: said("cluster-autoscaler.kubernetes.io/safe-to-evict").and_then(|text| text.parse().ok()),
        do_not_disrupt: said("karpenter.sh/do-not-disrupt") == Some("true"),
        local_storage: volumes.iter().any(|volume| on_the_node(volume) && !in_memory(volume)),
        has_controller: true,
    }
}

/// The ports of the node; those of sidecars too, and on the host's network every port.
fn host_ports(fields: &PodFields) -> Vec<HostPort> {
    let sidecars =
        fields.init_containers.iter().filter(|one| one.restart_policy.as_deref() == Some("Always"));
    let ports = |container: &ContainerFields| -> Vec<HostPort> {
        let of = |port: &fields::PortFields| {
            let implied = port.container_port.filter(|_| fields.host_network);
            let number = port.host_port.filter(|port| *port > 0).or(implied)?;
            Some(HostPort {
                ip: port.host_ip.clone().filter(|ip| !ip.is_empty()).unwrap_or_else(|| "0.0.0.0".to_owned()),
                protocol: port.protocol.clone().unwrap_or_else(|| "TCP".to_owned()),
                port: number,
            })
        };
        container.ports.iter().filter_map(of).collect()
    };
    fields.containers.iter().chain(sidecars).flat_map(ports).collect()
}
