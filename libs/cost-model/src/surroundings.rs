//! What the cost of an object depends on besides itself: the other objects of its state.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use kube_model::{Object, ObjectKey};

use crate::assumptions::DaemonPods;
use crate::balancer::{self, Balancer, ingress_balancer, ingress_class};
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::kinds::Kind;
use crate::limit_range;
use crate::pod::Requests;

/// A namespace, a kind and a name.
type Target<'a> = (Option<&'a str>, &'a str, &'a str);

/// Objects by their keys: of several the first by name counts.
type ByKey<'a> = BTreeMap<&'a ObjectKey, &'a Object>;

/// The objects of a state, by what they do to one another.
#[derive(Debug, Default)]
pub(crate) struct Surroundings<'a> {
    keys: HashSet<&'a ObjectKey>,
    /// The autoscalers of a workload: KEDA's, then others.
    scalers: BTreeMap<Target<'a>, [ByKey<'a>; 2]>,
    verticals: BTreeMap<Target<'a>, ByKey<'a>>,
    /// The Rollouts that run the pods which a workload describes.
    rollouts: BTreeMap<Target<'a>, &'a Object>,
    workloads: BTreeMap<Target<'a>, &'a Object>,
    runtime_classes: BTreeMap<&'a str, &'a Object>,
    storage_classes: BTreeMap<&'a str, &'a Object>,
    volume_attributes: BTreeMap<&'a str, &'a Object>,
    /// The controllers of IngressClasses and GatewayClasses.
    controllers: BTreeMap<(&'a str, &'a str), &'a str>,
    /// The class of Ingresses that name none, of several the last by name.
    default_ingress_class: Option<&'a str>,
    gateways: ByKey<'a>,
    limit_ranges: BTreeMap<Option<&'a str>, ByKey<'a>>,
    /// The names of the claims that StatefulSets make, without their ordinal.
    stateful_sets: BTreeMap<(Option<&'a str>, String), &'a Object>,
    /// The names of claims, by namespace.
    claims: BTreeMap<Option<&'a str>, BTreeSet<&'a str>>,
    /// The first Ingress of each group that shares a balancer.
    ingress_groups: BTreeMap<String, &'a ObjectKey>,
    /// How many pods a DaemonSet has, by namespace and name.
    daemon_pods: BTreeMap<(String, String), u32>,
}

impl<'a> Surroundings<'a> {
    /// With the number of pods of DaemonSets that `pods` takes of those that are known.
    pub(crate) fn on_nodes(mut self, daemons: &[DaemonPods], pods: impl Fn(&DaemonPods) -> u32) -> Self {
        let name = |one: &DaemonPods| (one.namespace.clone(), one.name.clone());
        self.daemon_pods = daemons.iter().map(|one| (name(one), pods(one))).collect();
        self
    }

    /// How many pods a DaemonSet has on the target's nodes, if these are known. A manifest that names no namespace is of the one
    /// that it is applied in, whichever that is.
    pub(crate) fn daemon_pods(&self, key: &ObjectKey) -> Option<u32> {
        let meant = |namespace: &str| key.namespace.as_deref().is_none_or(|own| own == namespace);
        let mut found = self.daemon_pods.iter().filter(|((ns, name), _)| *name == key.name && meant(ns));
        let pods = found.next().map(|(_, pods)| *pods);
        pods.filter(|_| found.next().is_none())
    }

    pub(crate) fn of(objects: &'a [Object]) -> Self {
        let mut surroundings = Self::default();
        for object in objects {
            surroundings.keys.insert(&object.key);
            surroundings.add(object);
        }
        // The controllers of all classes have to be known for these.
        for object in objects {
            if object.key.kind == "Ingress" {
                surroundings.add_ingress(object);
            }
        }
        surroundings
    }

    fn add(&mut self, object: &'a Object) {
        let name = object.key.name.as_str();
        match (object.key.group.as_str(), object.key.kind.as_str()) {
            ("autoscaling", "HorizontalPodAutoscaler") => self.add_scaler(object, 1),
            ("keda.sh", "ScaledObject") => self.add_scaler(object, 0),
            ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
                if let Some(target) = target_of(object, "targetRef", None) {
                    self.verticals.entry(target).or_default().insert(&object.key, object);
                }
            }
            ("argoproj.io", "Rollout") => {
                if let Some(target) = target_of(object, "workloadRef", None) {
                    self.rollouts.insert(target, object);
                }
            }
            ("node.k8s.io", "RuntimeClass") => {
                self.runtime_classes.insert(name, object);
            }
            ("storage.k8s.io", "StorageClass") => {
                self.storage_classes.insert(name, object);
            }
            ("storage.k8s.io", "VolumeAttributesClass") => {
                self.volume_attributes.insert(name, object);
            }
            ("networking.k8s.io", "IngressClass") => {
                self.add_controller(object, "controller");
                if is_annotated(object, "ingressclass.kubernetes.io/is-default-class") {
                    self.default_ingress_class = self.default_ingress_class.max(Some(name));
                }
            }
            ("gateway.networking.k8s.io", "Gateway") => {
                self.gateways.insert(&object.key, object);
            }
            ("gateway.networking.k8s.io", "GatewayClass") => self.add_controller(object, "controllerName"),
            ("", "LimitRange") => {
                let namespace = object.key.namespace.as_deref();
                self.limit_ranges.entry(namespace).or_default().insert(&object.key, object);
            }
            ("", "PersistentVolumeClaim") => {
                self.claims.entry(object.key.namespace.as_deref()).or_default().insert(name);
            }
            ("apps", "StatefulSet") => self.add_claims(object),
            _ => {}
        }
        if matches!(object.key.kind.as_str(), "Deployment" | "ReplicaSet") {
            self.workloads.insert((object.key.namespace.as_deref(), &object.key.kind, name), object);
        }
    }

    fn add_scaler(&mut self, object: &'a Object, rank: usize) {
        let default = (rank == 0).then_some("Deployment");
        if let Some(target) = target_of(object, "scaleTargetRef", default) {
            self.scalers.entry(target).or_default()[rank].insert(&object.key, object);
        }
    }

    fn add_controller(&mut self, object: &'a Object, key: &str) {
        if let Some(controller) = object.text(&["spec", key]) {
            self.controllers.insert((&object.key.kind, &object.key.name), controller);
        }
    }

    fn add_ingress(&mut self, object: &'a Object) {
        let root = Cursor::root(object);
        let Some(class) = ingress_class(&root).or_else(|| self.default_ingress_class()) else { return };
        if let Some((_, Some(group))) = ingress_balancer(&root, class, self.ingress_controller(class)) {
            let first = self.ingress_groups.entry(group).or_insert(&object.key);
            *first = (*first).min(&object.key);
        }
    }

    fn add_claims(&mut self, object: &'a Object) {
        let templates = object.at(&["spec", "volumeClaimTemplates"]).and_then(|list| list.as_array());
        for template in templates.into_iter().flatten() {
            if let Some(name) = template.pointer("/metadata/name").and_then(|name| name.as_str()) {
                let prefix = format!("{name}-{}", object.key.name);
                self.stateful_sets.insert((object.key.namespace.as_deref(), prefix), object);
            }
        }
    }

    /// The autoscaler that sets this workload's replicas: a ScaledObject, which makes an HorizontalPodAutoscaler of its
    /// own, before others; the first by name, if there are several.
    pub(crate) fn scaler(&self, workload: &ObjectKey) -> Option<&'a Object> {
        let ranks = self.scalers.get(&place(workload))?;
        ranks.iter().find_map(|all| meant(all, "scaleTargetRef", workload))
    }

    /// The VerticalPodAutoscaler that sets its requests.
    pub(crate) fn vertical(&self, workload: &ObjectKey) -> Option<&'a Object> {
        meant(self.verticals.get(&place(workload))?, "targetRef", workload)
    }

    /// The Rollout that runs the pods which this workload describes (`workloadRef`).
    pub(crate) fn rollout_over(&self, workload: &ObjectKey) -> Option<&'a Object> {
        self.rollouts.get(&place(workload)).copied()
    }

    /// The workload whose pods a Rollout runs.
    pub(crate) fn referenced_by(&self, rollout: &'a Object) -> Option<&'a Object> {
        self.workloads.get(&target_of(rollout, "workloadRef", None)?).copied()
    }

    pub(crate) fn storage_class(&self, name: &str) -> Option<&'a Object> {
        self.storage_classes.get(name).copied()
    }

    /// The class of claims that name none: annotated as the default, of several the last by name.
    pub(crate) fn default_storage_class(&self) -> Option<&'a Object> {
        let is_default =
            |class: &&&'a Object| is_annotated(class, "storageclass.kubernetes.io/is-default-class");
        self.storage_classes.values().rfind(is_default).copied()
    }

    /// The class of Ingresses that name none: annotated as the default.
    pub(crate) fn default_ingress_class(&self) -> Option<&'a str> {
        self.default_ingress_class
    }

    pub(crate) fn volume_attributes(&self, name: &str) -> Option<&'a Object> {
        self.volume_attributes.get(name).copied()
    }

    pub(crate) fn ingress_controller(&self, class: &str) -> Option<&'a str> {
        self.controllers.get(&("IngressClass", class)).copied()
    }

    pub(crate) fn gateway_controller(&self, class: &str) -> Option<&'a str> {
        self.controllers.get(&("GatewayClass", class)).copied()
    }

    /// The Ingress with which the balancer of a group is counted.
    pub(crate) fn first_of_ingress_group(&self, group: &str) -> Option<&'a ObjectKey> {
        self.ingress_groups.get(group).copied()
    }

    /// How many claims there are of a StatefulSet's template, by their name before the ordinal, with such ordinals.
    pub(crate) fn claims_of(&self, namespace: Option<&str>, prefix: &str, ordinals: Range<u64>) -> usize {
        let is_meant = |name: &&&str| {
            let parts = name.rsplit_once('-').filter(|(before, _)| *before == prefix);
            parts.and_then(|(_, ordinal)| ordinal.parse().ok()).is_some_and(|one| ordinals.contains(&one))
        };
        self.claims.get(&namespace).map_or(0, |names| names.iter().filter(is_meant).count())
    }

    /// What the LimitRanges of a namespace fill in; of several the first by name.
    pub(crate) fn request_defaults(&self, namespace: Option<&str>) -> Result<Requests<'a>, CostError> {
        let mut requests = Requests::new();
        for range in self.limit_ranges.get(&namespace).into_iter().flat_map(BTreeMap::values) {
            for (name, nanos) in limit_range::defaults(range)? {
                requests.entry(name).or_insert(nanos);
            }
        }
        Ok(requests)
    }

    /// The overhead of the pods of a RuntimeClass; none if it is not in this state.
    pub(crate) fn runtime_class(&self, name: &str) -> Option<&'a Object> {
        self.runtime_classes.get(name).copied()
    }

    /// The StatefulSet that makes this claim, with the claim's ordinal.
    pub(crate) fn stateful_set_of(&self, claim: &ObjectKey) -> Option<(&'a Object, u32)> {
        let (prefix, ordinal) = claim.name.rsplit_once('-')?;
        let key = (claim.namespace.as_deref(), prefix.to_owned());
        Some((*self.stateful_sets.get(&key)?, ordinal.parse().ok()?))
    }

    /// Whether the object is made and counted by another one of this state: what `kubectl get -o yaml` prints
    /// holds a Deployment, its ReplicaSets and their Pods, which are one cost.
    pub(crate) fn is_counted_with_its_owner(&self, object: &Object) -> bool {
        if self.is_of_knative(object) || self.is_of_gateway(object) {
            return true;
        }
        let owners = object.at(&["metadata", "ownerReferences"]).and_then(|owners| owners.as_array());
        owners.into_iter().flatten().any(|owner| {
            let text = |key: &str| owner.get(key).and_then(|value| value.as_str()).unwrap_or_default();
            let key = ObjectKey {
                group: group_of(text("apiVersion")).to_owned(),
                kind: text("kind").to_owned(),
                namespace: object.key.namespace.clone(),
                name: text("name").to_owned(),
            };
            let controls = owner.get("controller").and_then(|value| value.as_bool()) == Some(true);
            controls && Kind::of(&key).runs_pods() && self.keys.contains(&key)
        })
    }

    /// Whether it is the Service of a Gateway of this state that is counted with a balancer: by its owner (Istio, Cilium), or
    /// by the labels of Envoy Gateway, which makes it in a namespace of its own.
    fn is_of_gateway(&self, object: &Object) -> bool {
        if !object.key.group.is_empty() || object.key.kind != "Service" {
            return false;
        }
        let is_counted = |namespace: Option<&str>, name: &str| {
            let key = ObjectKey {
                group: "gateway.networking.k8s.io".to_owned(),
                kind: "Gateway".to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
            };
            let gateway = self.gateways.get(&key).map(|gateway| Cursor::root(gateway));
            gateway.is_some_and(|gateway| matches!(balancer::gateway(&gateway, self), Balancer::Own(..)))
        };
        let labels = object.at(&["metadata", "labels"]);
        let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(|value| value.as_str());
        let owning =
            ["namespace", "name"].map(|part| label(&format!("gateway.envoyproxy.io/owning-gateway-{part}")));
        if let [namespace, Some(name)] = owning {
            return is_counted(namespace, name);
        }
        let owners = object.at(&["metadata", "ownerReferences"]).and_then(|owners| owners.as_array());
        owners.into_iter().flatten().any(|owner| {
            let text = |key: &str| owner.get(key).and_then(|value| value.as_str()).unwrap_or_default();
            let is_gateway =
                text("kind") == "Gateway" && group_of(text("apiVersion")) == "gateway.networking.k8s.io";
            is_gateway && is_counted(object.key.namespace.as_deref(), text("name"))
        })
    }

    /// Whether it is made for a Knative Service of this state, over a Revision, which says so by a label.
    fn is_of_knative(&self, object: &Object) -> bool {
        let labels = object.at(&["metadata", "labels"]);
        let service = labels.and_then(|labels| labels.get("serving.knative.dev/service"));
        service.and_then(|name| name.as_str()).is_some_and(|name| {
            let key = ObjectKey {
                group: "serving.knative.dev".to_owned(),
                kind: "Service".to_owned(),
                namespace: object.key.namespace.clone(),
                name: name.to_owned(),
            };
            key != object.key && self.keys.contains(&key)
        })
    }

    /// The overhead that a pod's RuntimeClass adds.
    pub(crate) fn overhead(&self, pod: &Cursor<'a>) -> Option<Cursor<'a>> {
        Cursor::root(self.runtime_class(pod.text("runtimeClassName")?)?).get("overhead")
    }
}

fn is_annotated(object: &Object, key: &str) -> bool {
    let annotations = object.at(&["metadata", "annotations"]);
    annotations.and_then(|all| all.get(key)).and_then(|value| value.as_str()) == Some("true")
}

fn place(workload: &ObjectKey) -> Target<'_> {
    (workload.namespace.as_deref(), &workload.kind, &workload.name)
}

/// What a reference in `spec` names, in the object's own namespace.
fn target_of<'a>(object: &'a Object, reference: &str, default_kind: Option<&'a str>) -> Option<Target<'a>> {
    let text = |key| object.text(&["spec", reference, key]);
    Some((object.key.namespace.as_deref(), text("kind").or(default_kind)?, text("name")?))
}

/// The first whose reference is to this workload's group; one without an `apiVersion` is to any.
fn meant<'a>(all: &ByKey<'a>, reference: &str, workload: &ObjectKey) -> Option<&'a Object> {
    let is_meant = |object: &&&'a Object| match object.text(&["spec", reference, "apiVersion"]) {
        Some(version) => group_of(version) == workload.group,
        None => true,
    };
    all.values().find(is_meant).copied()
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}
