//! Karpenter's answers, by hand from its documentation (karpenter.sh: "NodePools", "Scheduling", "Disruption").

use packing::Cluster;
use serde_json::{Value, json};

use crate::support::{deployment, likely, nodes, of_values, waiting};

/// Three types: 1900m for 0.10 an hour, 3900m for 0.18, 7900m for 0.40; spot is a third.
fn types() -> Value {
    json!({"apiVersion": "plimsoll.dev/v1", "kind": "NodeGroups", "metadata": {"name": "types"}, "spec": {"instanceTypes": [
        {"name": "small", "allocatable": {"cpu": "1900m", "memory": "7Gi"}, "pricePerHour": "0.10", "spotPricePerHour": "0.033", "zones": ["a", "b"]},
        {"name": "medium", "allocatable": {"cpu": "3900m", "memory": "15Gi"}, "pricePerHour": "0.18", "spotPricePerHour": "0.06", "zones": ["a", "b"]},
        {"name": "large", "allocatable": {"cpu": "7900m", "memory": "31Gi"}, "pricePerHour": "0.40", "spotPricePerHour": "0.13", "zones": ["a", "b"]},
    ]}})
}

fn pool(name: &str, more: Value) -> Value {
    let mut pool = json!({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": name},
        "spec": {"template": {"spec": {"requirements": [], "nodeClassRef": {"kind": "EC2NodeClass", "name": "default"}}}}});
    if let (Value::Object(spec), Value::Object(more)) = (&mut pool["spec"], more) {
        spec.extend(more);
    }
    pool
}

fn requirements(list: Value) -> Value {
    json!({"template": {"spec": {"requirements": list}}})
}

fn cluster(mut items: Vec<Value>) -> Cluster {
    items.push(types());
    Cluster::read(&of_values(items)).unwrap()
}

/// A node of the pool `default`, with what runs on it.
fn node(name: &str, kind: &str, (cpu, capacity): (&str, &str)) -> Value {
    json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"karpenter.sh/nodepool": "default", "node.kubernetes.io/instance-type": kind,
            "karpenter.sh/capacity-type": capacity, "topology.kubernetes.io/zone": "a"}},
        "status": {"allocatable": {"cpu": cpu, "memory": "31Gi", "pods": "110"}}})
}

fn pod(name: &str, node: &str, cpu: &str) -> Value {
    let owner = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "old", "uid": "u", "controller": true});
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "ownerReferences": [owner]},
        "spec": {"nodeName": node, "containers": [{"name": "c", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}]}})
}

/// Pods are packed on one node as long as a type holds them, and the cheapest that holds them is launched: 3 pods of 1 CPU
/// are a medium node (0.18), not three small ones; 8 are more than the largest (7.9 CPU) holds: 7 on a large, 1 on a small.
#[test]
fn the_cheapest_type_that_holds_the_pods_is_launched() {
    let one = cluster(vec![pool("default", json!({}))]);
    let state = |replicas| of_values(vec![deployment("web", replicas, ("1", "1Gi"), json!({}))]);
    assert_eq!(nodes(&likely(&one, &state(3))), ["default/medium 1"]);
    assert_eq!(nodes(&likely(&one, &state(8))), ["default/large 1", "default/small 1"]);
}

/// "Karpenter prioritizes Spot offerings if the NodePool allows Spot and on-demand instances"; without a requirement on the
/// capacity type only on-demand instances are launched.
#[test]
fn spot_is_taken_where_the_pool_allows_it() {
    let both =
        json!([{"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"]}]);
    let state = of_values(vec![deployment("web", 1, ("1", "1Gi"), json!({}))]);
    let kind = |cluster: &Cluster| likely(cluster, &state).nodes[0].kind.capacity_type.clone();
    let allowed = cluster(vec![pool("default", requirements(both))]);
    assert_eq!(kind(&allowed).as_deref(), Some("spot"));
    assert_eq!(kind(&cluster(vec![pool("default", json!({}))])).as_deref(), Some("on-demand"));
    // A pod that asks for on demand gets it.
    let picky = json!({"nodeSelector": {"karpenter.sh/capacity-type": "on-demand"}});
    let picky = of_values(vec![deployment("web", 1, ("1", "1Gi"), picky)]);
    assert_eq!(likely(&allowed, &picky).nodes[0].kind.capacity_type.as_deref(), Some("on-demand"));
}

/// The pool with the higher weight is asked first; its limit of 4 CPU is one medium node (3.9), and the rest goes to the
/// other pool. Pods that tolerate no pool's taints wait.
#[test]
fn pools_are_asked_by_weight_within_their_limits() {
    let only_medium =
        json!([{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["medium"]}]);
    let mut preferred = requirements(only_medium.clone());
    preferred["weight"] = json!(50);
    preferred["limits"] = json!({"cpu": "4"});
    let pools = cluster(vec![pool("preferred", preferred), pool("default", requirements(only_medium))]);
    let state = of_values(vec![deployment("web", 6, ("1", "1Gi"), json!({}))]);
    assert_eq!(nodes(&likely(&pools, &state)), ["default/medium 1", "preferred/medium 1"]);
    let tainted = json!({"template": {"spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}}});
    let tainted = likely(&cluster(vec![pool("default", tainted)]), &state);
    assert_eq!((tainted.node_count(), waiting(&tainted, "web")), (0, 6));
}

/// "Consolidation": a node goes if its pods fit on the others (delete), or is replaced by a cheaper one (replace).
#[test]
fn nodes_are_given_up_or_replaced_by_cheaper_ones() {
    let on_demand = ("7900m", "on-demand");
    let two = |policy: Value| {
        vec![
            pool("default", json!({"disruption": {"consolidationPolicy": policy}})),
            node("n1", "large", on_demand),
            node("n2", "large", on_demand),
            pod("old-0", "n1", "6"),
            pod("old-1", "n2", "1"),
        ]
    };
    // 6 + 1 CPU fit on one large node.
    let both = json!("WhenEmptyOrUnderutilized");
    assert_eq!(nodes(&likely(&cluster(two(both)), &[])), ["default/large 1"]);
    assert_eq!(nodes(&likely(&cluster(two(json!("WhenEmpty"))), &[])), ["default/large 2"]);
    // 1 CPU on a large node (0.40) fits on a small one (0.10).
    let alone = vec![pool("default", json!({})), node("n1", "large", on_demand), pod("old-0", "n1", "1")];
    assert_eq!(nodes(&likely(&cluster(alone), &[])), ["default/small 1"]);
    // A spot node is not replaced by another spot node, as long as SpotToSpotConsolidation is off.
    let spot = node("n1", "large", ("7900m", "spot"));
    let spot = vec![pool("default", json!({})), spot, pod("old-0", "n1", "1")];
    assert_eq!(nodes(&likely(&cluster(spot), &[])), ["default/large 1"]);
}

/// "Pod-level controls": `karpenter.sh/do-not-disrupt` keeps a node.
#[test]
fn a_pod_that_may_not_be_disturbed_keeps_its_node() {
    let mut pod = pod("old-0", "n1", "1");
    pod["metadata"]["annotations"] = json!({"karpenter.sh/do-not-disrupt": "true"});
    let items = vec![pool("default", json!({})), node("n1", "large", ("7900m", "on-demand")), pod];
    assert_eq!(nodes(&likely(&cluster(items), &[])), ["default/large 1"]);
}
