//! Pods of DaemonSets: one on each node that admits it.

use crate::node::HOSTNAME;
use crate::pod::{PodSpec, Toleration};
use crate::selector::NodeTerm;

/// What the DaemonSet controller adds to the tolerations of its pods (`AddOrUpdateDaemonPodTolerations` in kubernetes'
/// `pkg/controller/daemon/util`).
const TOLERATED: [(&str, &str); 7] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ("node.kubernetes.io/network-unavailable", "NoSchedule"),
];

/// Adds what the controller adds.
pub(crate) fn tolerate(spec: &mut PodSpec) {
    spec.tolerations.extend(TOLERATED.map(|(key, effect)| Toleration {
        key: Some(key.to_owned()),
        operator: Some("Exists".to_owned()),
        value: None,
        effect: Some(effect.to_owned()),
    }));
}

/// The pod of a DaemonSet without what ties it to its node: what a new node would get.
pub(crate) fn untied(mut spec: PodSpec) -> PodSpec {
    if let Some(terms) = &mut spec.node_terms {
        for term in &mut terms.node_selector_terms {
            term.match_fields.clear();
        }
        // A term without requirements would select nothing; the DaemonSet that had none has no terms.
        let empty = |term: &NodeTerm| term.match_expressions.is_empty();
        if terms.node_selector_terms.iter().any(empty) {
            spec.node_terms = None;
        }
    }
    spec.node_selector.remove(HOSTNAME);
    spec
}
