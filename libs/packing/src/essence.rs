//! What of a cluster's objects decides about its nodes, and nothing else: commands, images, variables and addresses stay
//! behind.

use std::sync::Arc;

use kube_model::Object;
use serde_json::{Map, Value};

/// What is taken of a value.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// All of it.
    Whole,
    /// Of a map these fields.
    Fields(&'static [(&'static str, Shape)]),
    /// Of each item of a list.
    Each(&'static Shape),
    /// That it is there.
    Presence,
}

use Shape::{Each, Fields, Presence, Whole};

const EVICTION: Shape = Fields(&[
    ("cluster-autoscaler.kubernetes.io/safe-to-evict", Whole),
    ("karpenter.sh/do-not-disrupt", Whole),
]);

const CONTAINER: Shape = Fields(&[
    ("resources", Fields(&[("requests", Whole), ("limits", Whole)])),
    (
        "ports",
        Each(&Fields(&[
            ("containerPort", Whole),
            ("hostPort", Whole),
            ("hostIP", Whole),
            ("protocol", Whole),
        ])),
    ),
    ("restartPolicy", Whole),
]);

const CLAIM: Shape = Fields(&[("storageClassName", Whole), ("volumeName", Whole)]);

const VOLUME: Shape = Fields(&[
    ("persistentVolumeClaim", Fields(&[("claimName", Whole)])),
    ("ephemeral", Fields(&[("volumeClaimTemplate", Fields(&[("spec", CLAIM)]))])),
    ("emptyDir", Fields(&[("medium", Whole)])),
    ("hostPath", Presence),
]);

const POD: Shape = Fields(&[
    ("nodeName", Whole),
    ("nodeSelector", Whole),
    ("affinity", Whole),
    ("tolerations", Whole),
    ("topologySpreadConstraints", Whole),
    ("initContainers", Each(&CONTAINER)),
    ("containers", Each(&CONTAINER)),
    ("overhead", Whole),
    ("resources", Fields(&[("requests", Whole), ("limits", Whole)])),
    ("volumes", Each(&VOLUME)),
    ("schedulingGates", Whole),
    ("hostNetwork", Whole),
    ("priority", Whole),
    ("priorityClassName", Whole),
    ("preemptionPolicy", Whole),
    ("runtimeClassName", Whole),
]);

const NODE_METADATA: Shape = Fields(&[
    ("labels", Whole),
    (
        "annotations",
        Fields(&[
            ("cluster-autoscaler.kubernetes.io/scale-down-disabled", Whole),
            ("karpenter.sh/do-not-disrupt", Whole),
        ]),
    ),
]);

const POD_METADATA: Shape = Fields(&[
    ("labels", Whole),
    ("annotations", EVICTION),
    ("ownerReferences", Each(&Fields(&[("kind", Whole), ("name", Whole), ("controller", Whole)]))),
]);

const POOL: Shape = Fields(&[
    (
        "template",
        Fields(&[
            ("metadata", Fields(&[("labels", Whole)])),
            (
                "spec",
                Fields(&[
                    ("requirements", Whole),
                    ("taints", Whole),
                    ("nodeClassRef", Fields(&[("kind", Whole)])),
                ]),
            ),
        ]),
    ),
    ("limits", Whole),
    ("weight", Whole),
    ("disruption", Fields(&[("consolidationPolicy", Whole)])),
]);

const LABELS: Shape = Fields(&[("labels", Whole)]);

const DEFAULT_CLASS: Shape =
    Fields(&[("annotations", Fields(&[("storageclass.kubernetes.io/is-default-class", Whole)]))]);

/// What is taken of each kind, as `Cluster::read` reads it.
const KINDS: [(&str, &str, Shape); 12] = [
    (
        "",
        "Node",
        Fields(&[
            ("metadata", NODE_METADATA),
            ("spec", Fields(&[("taints", Whole), ("unschedulable", Whole)])),
            (
                "status",
                Fields(&[
                    ("allocatable", Whole),
                    ("capacity", Whole),
                    ("nodeInfo", Fields(&[("kubeletVersion", Whole)])),
                ]),
            ),
        ]),
    ),
    (
        "",
        "Pod",
        Fields(&[("metadata", POD_METADATA), ("spec", POD), ("status", Fields(&[("phase", Whole)]))]),
    ),
    (
        "apps",
        "DaemonSet",
        Fields(&[("spec", Fields(&[("template", Fields(&[("metadata", POD_METADATA), ("spec", POD)]))]))]),
    ),
    ("plimsoll.dev", "NodeGroups", Fields(&[("spec", Whole)])),
    ("karpenter.sh", "NodePool", Fields(&[("spec", POOL)])),
    (
        "scheduling.k8s.io",
        "PriorityClass",
        Fields(&[("value", Whole), ("preemptionPolicy", Whole), ("globalDefault", Whole)]),
    ),
    ("node.k8s.io", "RuntimeClass", Fields(&[("overhead", Fields(&[("podFixed", Whole)]))])),
    ("", "Namespace", Fields(&[("metadata", LABELS)])),
    ("", "PersistentVolumeClaim", Fields(&[("spec", CLAIM)])),
    (
        "",
        "PersistentVolume",
        Fields(&[
            ("metadata", LABELS),
            ("spec", Fields(&[("csi", Fields(&[("driver", Whole)])), ("nodeAffinity", Whole)])),
        ]),
    ),
    (
        "storage.k8s.io",
        "StorageClass",
        Fields(&[("metadata", DEFAULT_CLASS), ("provisioner", Whole), ("allowedTopologies", Whole)]),
    ),
    (
        "storage.k8s.io",
        "CSINode",
        Fields(&[(
            "spec",
            Fields(&[("drivers", Each(&Fields(&[("name", Whole), ("allocatable", Whole)])))]),
        )]),
    ),
];

/// What of these objects decides about nodes: what [`Cluster::read`](crate::Cluster::read) makes of the result is what it
/// makes of the objects. Objects of kinds that it passes over are left out.
#[must_use]
pub fn essence(objects: &[Object]) -> Vec<Object> {
    objects.iter().filter_map(of).collect()
}

fn of(object: &Object) -> Option<Object> {
    let is_its =
        |(group, kind, _): &&(&str, &str, Shape)| (*group, *kind) == (&*object.key.group, &*object.key.kind);
    let (.., shape) = KINDS.iter().find(is_its)?;
    let value = taken(&object.value, *shape);
    Some(Object { value: Arc::new(value), ..object.clone() })
}

/// What has another form than its schema says is taken whole: who reads it says what is wrong.
fn taken(value: &Value, shape: Shape) -> Value {
    match (shape, value) {
        (Fields(fields), Value::Object(map)) => {
            let field =
                |(key, shape): &(&str, Shape)| Some(((*key).to_owned(), taken(map.get(*key)?, *shape)));
            Value::Object(fields.iter().filter_map(field).collect())
        }
        (Each(shape), Value::Array(items)) => items.iter().map(|item| taken(item, *shape)).collect(),
        (Presence, Value::Object(_)) => Value::Object(Map::new()),
        _ => value.clone(),
    }
}
