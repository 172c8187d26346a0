//! Which pods a state has, and who counts them.

use std::collections::{BTreeMap, BTreeSet};

use packing::{Cluster, Controller, Counted, CountedPods, Wanted, compare};
use serde_json::{Value, json};

use crate::support::{deployment, likely, nodes, objects, of_values};

/// Nodes that hold four pods of 500m each.
fn cluster(more: &str) -> Cluster {
    Cluster::read(&objects(&format!(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: production}}
spec: {{groups: [{{name: general, allocatable: {{cpu: \"2\", memory: 8Gi}}, min: 0, max: 50}}]}}
---
{more}
"
    )))
    .unwrap()
}

fn owned_by(mut object: Value, kind: &str, name: &str) -> Value {
    let owner = json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true, "uid": "u"});
    object["metadata"]["ownerReferences"] = json!([owner]);
    object
}

/// What `kubectl get deploy,rs,po -o yaml` prints of a Deployment with four pods: four pods of 500m fill one node of two cores.
/// By themselves the ReplicaSet's four would be another, and each Pod beside.
#[test]
fn what_another_object_makes_is_counted_with_that() {
    let web = deployment("web", 4, ("500m", "1Gi"), json!({}));
    let mut set = deployment("web-6f9", 4, ("500m", "1Gi"), json!({}));
    set["kind"] = json!("ReplicaSet");
    let pod = |index: u32| {
        let name = format!("web-6f9-{index}");
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
            "spec": web["spec"]["template"]["spec"]})
    };
    let set = owned_by(set, "Deployment", "web");
    let made =
        |kind: &str, name: &str| (0..4).map(|index| owned_by(pod(index), kind, name)).collect::<Vec<_>>();
    let all = [vec![web.clone(), set.clone()], made("ReplicaSet", "web-6f9")].concat();
    assert_eq!(nodes(&likely(&cluster(""), &of_values(all))), ["general/- 1"]);
    // Without the Deployment it is the ReplicaSet that counts; without either each Pod does.
    let some = [vec![set], made("ReplicaSet", "web-6f9")].concat();
    assert_eq!(nodes(&likely(&cluster(""), &of_values(some))), ["general/- 1"]);
    let eight = [vec![web.clone()], made("ReplicaSet", "another")].concat();
    assert_eq!(nodes(&likely(&cluster(""), &of_values(eight))), ["general/- 2"]);
}

/// Ten pods of one core are five nodes of two cores, whatever the manifest says of one pod of 500m.
#[test]
fn pods_that_somebody_counts_come_before_the_manifest() {
    let state = of_values(vec![deployment("web", 1, ("500m", "1Gi"), json!({}))]);
    let requests = BTreeMap::from([("cpu".to_owned(), 1_000_000_000)]);
    let spec: &[&str] = &["spec", "template", "spec"];
    let pods = CountedPods { count: 10, described: &state[0], spec, requests: Some(requests) };
    let counted = Counted { pods: BTreeMap::from([(&state[0].key, pods)]), elsewhere: BTreeSet::new() };
    let wanted = Wanted { objects: &state, counted: Some(&counted) };
    let change = compare(&cluster(""), &state, wanted).unwrap();
    assert_eq!((change.kinds[0].before, change.kinds[0].after), (1, 5));
}

/// A pod that waits is one of Fargate's: it needs no node.
#[test]
fn what_runs_elsewhere_takes_no_room() {
    let waits = "
apiVersion: v1
kind: Pod
metadata:
  name: web-0
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web, controller: true, uid: u}]
spec: {containers: [{name: c, resources: {requests: {cpu: 500m}}}]}
";
    let (cluster, state) = (cluster(waits), Vec::new());
    let web =
        Controller { kind: "StatefulSet".to_owned(), namespace: "shop".to_owned(), name: "web".to_owned() };
    let counted = Counted { pods: BTreeMap::new(), elsewhere: BTreeSet::from([web]) };
    let change = compare(&cluster, &state, Wanted { objects: &state, counted: Some(&counted) }).unwrap();
    assert_eq!((change.kinds[0].before, change.kinds[0].after), (1, 0));
}

/// Of a cluster with a Fargate node that holds a pod only the other nodes count.
#[test]
fn the_nodes_of_fargate_are_left_out() {
    let cluster = cluster(
        "
apiVersion: v1
kind: Node
metadata: {name: fargate-ip-10-0-0-1, labels: {eks.amazonaws.com/compute-type: fargate}}
status: {allocatable: {cpu: \"2\", memory: 8Gi, pods: \"1\"}}
---
apiVersion: v1
kind: Pod
metadata: {name: alone, namespace: shop}
spec: {nodeName: fargate-ip-10-0-0-1, containers: [{name: c, resources: {requests: {cpu: 500m}}}]}
",
    );
    let packed = likely(&cluster, &[]);
    assert_eq!((packed.node_count(), packed.placements.len(), packed.pending_count()), (0, 0, 0));
    assert!(
        cluster.notes()[0].starts_with("nodes of Fargate and virtual nodes are left out (1)"),
        "{:?}",
        cluster.notes()
    );
}

#[test]
fn prices_in_two_currencies_are_refused() {
    let groups = |currency: &str| {
        format!(
            "---
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: in-{currency}}}
spec: {{currency: {currency}, groups: [{{name: in-{currency}, allocatable: {{cpu: 1}}, pricePerHour: 1, max: 2}}]}}
"
        )
    };
    let one = Cluster::read(&objects(&groups("EUR"))).unwrap();
    assert_eq!(one.currency(), Some("EUR"));
    let error = Cluster::read(&objects(&[groups("EUR"), groups("USD")].concat())).unwrap_err();
    assert_eq!(error.code(), "PACKING_FIELD");
    assert!(error.to_string().contains("the prices are in USD, and others beside them in EUR"), "{error}");
}
