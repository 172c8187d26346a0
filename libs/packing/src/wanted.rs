//! What a state asks for.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{Object, ObjectKey};

use crate::Controller;

/// The objects of a state, and their pods where somebody counts them who knows more than the manifests of workloads and
/// HorizontalPodAutoscalers say.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The objects.
    pub objects: &'a [Object],
    /// Their pods; none where the manifests alone are to be gone by.
    pub counted: Option<&'a Counted<'a>>,
}

/// The pods of a state's workloads.
#[derive(Debug, Clone, Default)]
pub struct Counted<'a> {
    /// By the key of the workload. One that is not among them keeps no pods on nodes.
    pub pods: BTreeMap<&'a ObjectKey, CountedPods<'a>>,
    /// The workloads whose pods run elsewhere than on nodes; those that the cluster has of them take no room either.
    pub elsewhere: BTreeSet<Controller>,
}

/// The pods of one workload.
#[derive(Debug, Clone)]
pub struct CountedPods<'a> {
    /// How many there are at once; of a DaemonSet it is the nodes that decide.
    pub count: u32,
    /// What describes a pod: the workload, or what that refers to.
    pub described: &'a Object,
    /// Where the pod's `spec` is in it.
    pub spec: &'static [&'static str],
    /// What a pod asks for, in nano-units by the name of the resource, in the place of what its `spec` says.
    pub requests: Option<BTreeMap<String, i128>>,
}

impl<'a> From<&'a [Object]> for Wanted<'a> {
    fn from(objects: &'a [Object]) -> Self {
        Self { objects, counted: None }
    }
}

impl<'a> From<&'a Vec<Object>> for Wanted<'a> {
    fn from(objects: &'a Vec<Object>) -> Self {
        Self::from(objects.as_slice())
    }
}
