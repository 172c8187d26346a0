//! What a real kube-scheduler did with generated cases (`scripts/cluster/record_scheduler.py`), held against what is
//! predicted: per controller the same number of pods waits. The scheduler breaks ties at random, so a few cases differ; each of
//! those is named in `mismatches.md` beside the record.

use std::collections::BTreeMap;
use std::path::PathBuf;

use packing::{Cluster, essence};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{likely, of_values, waiting};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    case: u32,
    nodes: Vec<Node>,
    running: Vec<Controller>,
    coming: Vec<Controller>,
    volumes: Vec<Claim>,
    ran: BTreeMap<String, Vec<String>>,
    bound: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    name: String,
    labels: Value,
    allocatable: Value,
    #[serde(default)]
    taints: Value,
    #[serde(default)]
    unschedulable: bool,
    volume_limit: Option<u32>,
}

#[derive(Deserialize)]
struct Controller {
    name: String,
    namespace: String,
    replicas: u32,
    labels: Value,
    spec: Value,
}

#[derive(Deserialize)]
struct Claim {
    name: String,
    namespace: String,
    zone: Option<String>,
}

/// As in `scripts/cluster/scheduler_cases.py`.
const PRIORITIES: [(&str, i32); 4] = [("low", 100), ("middle", 1000), ("patient", 5000), ("high", 10000)];
const DRIVER: &str = "disk.example";

impl Case {
    fn cluster(&self) -> Vec<Value> {
        let mut items: Vec<Value> = self.nodes.iter().flat_map(Node::objects).collect();
        items.extend(self.volumes.iter().flat_map(Claim::objects));
        for namespace in ["red", "blue"] {
            let metadata = json!({"name": namespace, "labels": {"team": namespace}});
            items.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        }
        for (name, value) in PRIORITIES {
            let policy = if name == "patient" { "Never" } else { "PreemptLowerPriority" };
            items.push(json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
                "metadata": {"name": name}, "value": value, "preemptionPolicy": policy}));
        }
        items.extend(self.running.iter().flat_map(|one| one.pods(&self.ran[&one.name])));
        items
    }

    /// The controllers of which another number waits than the scheduler left, with both numbers.
    fn differences(&self) -> Vec<(String, u32, u32)> {
        let objects = of_values(self.cluster());
        let cluster = Cluster::read(&objects).unwrap();
        let state = of_values(self.coming.iter().map(Controller::replica_set).collect());
        let packed = likely(&cluster, &state);
        let essential = likely(&Cluster::read(&essence(&objects)).unwrap(), &state);
        assert_eq!(essential, packed, "case {}: its essence gives another answer", self.case);
        let all = self.running.iter().chain(&self.coming);
        all.map(|one| (one.name.clone(), one.replicas - self.bound[&one.name], waiting(&packed, &one.name)))
            .filter(|(_, real, predicted)| real != predicted)
            .collect()
    }
}

impl Node {
    fn objects(&self) -> Vec<Value> {
        let node = json!({"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": self.name, "labels": self.labels},
            "spec": {"taints": self.taints, "unschedulable": self.unschedulable},
            "status": {"allocatable": self.allocatable}});
        let limit = self.volume_limit.map(|count| {
            let driver = json!({"name": DRIVER, "nodeID": self.name, "allocatable": {"count": count}});
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "CSINode",
                "metadata": {"name": self.name}, "spec": {"drivers": [driver]}})
        });
        [node].into_iter().chain(limit).collect()
    }
}

impl Controller {
    fn replica_set(&self) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": {"replicas": self.replicas, "template": {"metadata": {"labels": self.labels}, "spec": self.spec}}})
    }

    /// The pods that run on these nodes, and those that wait.
    fn pods(&self, nodes: &[String]) -> Vec<Value> {
        let pod = |index: u32| {
            let mut spec = self.spec.clone();
            if let Some(node) = nodes.get(index as usize) {
                spec["nodeName"] = json!(node);
            }
            let owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": self.name, "uid": "u", "controller": true});
            json!({"apiVersion": "v1", "kind": "Pod", "spec": spec, "metadata": {
                "name": format!("{}-{index:04}", self.name), "namespace": self.namespace, "labels": self.labels,
                "ownerReferences": [owner]}})
        };
        (0..self.replicas).map(pod).collect()
    }
}

impl Claim {
    fn objects(&self) -> Vec<Value> {
        let volume = format!("{}-{}", self.namespace, self.name);
        let mut spec = json!({"csi": {"driver": DRIVER, "volumeHandle": volume}});
        if let Some(zone) = &self.zone {
            let is_in = json!({"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]});
            spec["nodeAffinity"] =
                json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [is_in]}]}});
        }
        vec![
            json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": spec}),
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": {"name": self.name, "namespace": self.namespace},
                "spec": {"volumeName": volume, "storageClassName": ""}}),
        ]
    }
}

/// The record that is checked in, and how many cases may differ; or another one (`make test-scheduler` makes one anew), of
/// which chance decides a few cases otherwise.
fn record() -> (String, usize) {
    let checked_in = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/scheduler.jsonl");
    let (path, allowed) = match std::env::var_os("PLIMSOLL_SCHEDULER_RECORD") {
        Some(path) => (PathBuf::from(path), 10),
        None => (checked_in, 5),
    };
    (std::fs::read_to_string(path).unwrap(), allowed)
}

#[test]
fn as_many_pods_wait_as_with_a_real_scheduler() {
    let mut differing = Vec::new();
    let (mut cases, mut with_waiting) = (0, 0);
    let (record, allowed) = record();
    for line in record.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let differences = case.differences();
        let wanted: u32 = case.running.iter().chain(&case.coming).map(|one| one.replicas).sum();
        cases += 1;
        with_waiting += u32::from(case.bound.values().sum::<u32>() < wanted);
        if !differences.is_empty() {
            let each =
                differences.iter().map(|(name, real, ours)| format!("{name}: {real} wait, {ours} predicted"));
            differing.push(format!("case {}: {}", case.case, each.collect::<Vec<_>>().join("; ")));
        }
    }
    println!(
        "{cases} cases, pods wait in {with_waiting}; differing: {}\n{}",
        differing.len(),
        differing.join("\n")
    );
    assert!(cases >= 100 && with_waiting >= 50, "{cases} cases, {with_waiting} in which pods wait");
    assert!(differing.len() <= allowed, "{}", differing.join("\n"));
}
