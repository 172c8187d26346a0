//! What a pod asks of the pods around it.

use std::collections::BTreeSet;

use super::fields::{PodTermFields, SpreadFields};
use crate::read::Labels;
use crate::selector::{LabelSelector, Operator, Requirement};

/// Whose pods a term speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub(crate) namespaces: BTreeSet<String>,
    /// Namespaces by their labels, besides those that are named.
    pub(crate) labelled: Option<LabelSelector>,
}

/// Pods of a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PodSet {
    pub(crate) scope: Scope,
    /// None selects no pod.
    pub(crate) selector: Option<LabelSelector>,
}

/// A required term of affinity or anti-affinity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PodTerm {
    pub(crate) pods: PodSet,
    pub(crate) key: String,
}

/// A topology spread constraint that keeps a pod from a node (`DoNotSchedule`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spread {
    pub(crate) key: String,
    pub(crate) max_skew: u32,
    pub(crate) min_domains: u32,
    pub(crate) pods: PodSet,
    /// Whether nodes that the pod's selector and affinity do not admit are left out (`nodeAffinityPolicy: Honor`).
    pub(crate) honors_affinity: bool,
    /// Whether nodes with a taint that the pod does not tolerate are left out (`nodeTaintsPolicy: Honor`).
    pub(crate) honors_taints: bool,
}

impl PodTerm {
    pub(super) fn of(fields: PodTermFields, namespace: &str, labels: &Labels) -> Self {
        let mut namespaces: BTreeSet<String> = fields.namespaces.into_iter().collect();
        if namespaces.is_empty() && fields.namespace_selector.is_none() {
            namespaces.insert(namespace.to_owned());
        }
        let mut selector = fields.label_selector;
        if let Some(selector) = &mut selector {
            narrow(selector, &fields.match_label_keys, labels, Operator::In);
            narrow(selector, &fields.mismatch_label_keys, labels, Operator::NotIn);
        }
        let scope = Scope { namespaces, labelled: fields.namespace_selector };
        Self { pods: PodSet { scope, selector }, key: fields.topology_key }
    }
}

impl Spread {
    /// None for a constraint that only weighs (`ScheduleAnyway`).
    pub(super) fn of(fields: SpreadFields, namespace: &str, labels: &Labels) -> Option<Self> {
        if fields.when_unsatisfiable != "DoNotSchedule" {
            return None;
        }
        let mut selector = fields.label_selector;
        if let Some(selector) = &mut selector {
            narrow(selector, &fields.match_label_keys, labels, Operator::In);
        }
        let scope = Scope { namespaces: BTreeSet::from([namespace.to_owned()]), labelled: None };
        Some(Self {
            key: fields.topology_key,
            max_skew: fields.max_skew,
            min_domains: fields.min_domains.unwrap_or(1),
            pods: PodSet { scope, selector },
            honors_affinity: fields.node_affinity_policy.as_deref() != Some("Ignore"),
            honors_taints: fields.node_taints_policy.as_deref() == Some("Honor"),
        })
    }
}

/// Adds the pod's own values of these labels to a selector (`matchLabelKeys`, `mismatchLabelKeys`). A label that the pod
/// does not have is passed over.
fn narrow(selector: &mut LabelSelector, keys: &[String], labels: &Labels, operator: Operator) {
    for key in keys {
        if let Some(value) = labels.get(key) {
            selector.match_expressions.push(Requirement { operator, ..Requirement::is_in(key, value) });
        }
    }
}
