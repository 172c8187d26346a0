//! What the cost of an object depends on besides itself: the other objects of its state.

use std::collections::{BTreeMap, HashSet};

use kube_model::{Object, ObjectKey};

use crate::cursor::Cursor;
use crate::kinds::Kind;

/// The objects of a state, by what they do to one another.
#[derive(Debug, Default)]
pub(crate) struct Surroundings<'a> {
    keys: HashSet<&'a ObjectKey>,
    /// The autoscalers of a workload, by namespace, kind and name of the workload.
    autoscalers: BTreeMap<(Option<&'a str>, &'a str, &'a str), BTreeMap<&'a ObjectKey, &'a Object>>,
    runtime_classes: BTreeMap<&'a str, &'a Object>,
    /// The names of the claims that StatefulSets make, without their ordinal.
    stateful_sets: BTreeMap<(Option<&'a str>, String), &'a Object>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn of(objects: &'a [Object]) -> Self {
        let mut surroundings = Self::default();
        for object in objects {
            surroundings.keys.insert(&object.key);
            match (object.key.group.as_str(), object.key.kind.as_str()) {
                ("autoscaling", "HorizontalPodAutoscaler") => surroundings.add_autoscaler(object),
                ("node.k8s.io", "RuntimeClass") => {
                    surroundings.runtime_classes.insert(&object.key.name, object);
                }
                ("apps", "StatefulSet") => surroundings.add_claims(object),
                _ => {}
            }
        }
        surroundings
    }

    fn add_autoscaler(&mut self, object: &'a Object) {
        let target = |key| object.text(&["spec", "scaleTargetRef", key]);
        if let (Some(kind), Some(name)) = (target("kind"), target("name")) {
            let namespace = object.key.namespace.as_deref();
            self.autoscalers.entry((namespace, kind, name)).or_default().insert(&object.key, object);
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

    /// The HorizontalPodAutoscaler that sets this workload's replicas (the first by name, if there are several).
    pub(crate) fn autoscaler(&self, workload: &ObjectKey) -> Option<&'a Object> {
        let place = (workload.namespace.as_deref(), workload.kind.as_str(), workload.name.as_str());
        let meant = |hpa: &&&'a Object| match hpa.text(&["spec", "scaleTargetRef", "apiVersion"]) {
            Some(version) => group_of(version) == workload.group,
            None => true,
        };
        self.autoscalers.get(&place)?.values().find(meant).copied()
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

    /// The overhead that a pod's RuntimeClass adds.
    pub(crate) fn overhead(&self, pod: &Cursor<'a>) -> Option<Cursor<'a>> {
        Cursor::root(self.runtime_class(pod.text("runtimeClassName")?)?).get("overhead")
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}
