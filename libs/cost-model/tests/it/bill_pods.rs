//! Whose pods need nodes: as many, and as large, as the cost counts. A node of 1900m holds three pods of 600m and costs, as an
//! m5.large on demand in us-east-1, 0.096 × 730 = 70.08 a month. One is there whatever runs.

use cost_model::{Bill, bill};
use packing::Cluster;
use price_book::PriceBook;

use crate::support::objects;

const NODE: i64 = 70_080_000;

fn cluster(more: &str) -> Cluster {
    Cluster::read(&objects(&format!(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: production}}
spec:
  {more}
  groups:
    - {{name: general, instanceType: m5.large, region: us-east-1, allocatable: {{cpu: 1900m, memory: 7Gi}}, min: 1, max: 5}}
"
    )))
    .unwrap()
}

fn new(state: &str) -> Bill {
    bill(&cluster(""), None, &objects(state), &PriceBook::shipped().unwrap()).unwrap()
}

fn nodes(bill: &Bill) -> u32 {
    bill.nodes.iter().map(|line| line.after).sum()
}

fn range(bill: &Bill) -> (i64, i64) {
    let (low, high) = bill.delta_range.unwrap();
    (low.micros, high.micros)
}

/// A Deployment in `shop`; `spec` stands in its `spec` and `pod` in its pod's.
fn deployment(name: &str, spec: &str, pod: &str) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  {spec}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{{pod}}}
"
    )
}

const POD: &str = "containers: [{name: c, resources: {requests: {cpu: 600m, memory: 1Gi}}}]";

fn scaler(least: u32, most: u32) -> String {
    format!(
        "---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web, namespace: shop}}
spec: {{minReplicas: {least}, maxReplicas: {most}, scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}}}
"
    )
}

/// KEDA keeps from 10 to 15 pods: 4 nodes (3 + 3 + 3 + 1) to 5. The manifest by itself says one pod.
#[test]
fn keda_says_how_many_pods_there_are() {
    let scaled = "---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web, namespace: shop}
spec: {minReplicaCount: 10, maxReplicaCount: 15, scaleTargetRef: {name: web}, triggers: []}
";
    let bill = new(&[deployment("web", "", POD), scaled.to_owned()].concat());
    assert_eq!((nodes(&bill), range(&bill)), (4, (3 * NODE, 4 * NODE)));
}

/// Three pods are one node before and after; at the most 3 and 12 of them are 1 and 4 nodes.
#[test]
fn a_higher_ceiling_is_a_range() {
    let state = |most| objects(&[deployment("web", "replicas: 3", POD), scaler(3, most)].concat());
    let book = PriceBook::shipped().unwrap();
    let bill = |most| bill(&cluster(""), Some(&state(3)), &state(most), &book).unwrap();
    assert_eq!(range(&bill(12)), (0, 3 * NODE));
    assert_eq!(bill(12).total.unwrap().delta.money.micros, 0);
    assert_eq!(bill(12).range().unwrap(), "$0.00 to +$210.24 as the autoscaler chooses");
    assert_eq!(bill(3).verdict(), "unchanged at $70.08 a month");
    // 18 pods are six nodes, and there may be five of three pods each.
    let waits = "with every autoscaler at its most, 3 more pods find no place on the nodes that may be";
    assert!(bill(18).notes.contains(&waits.to_owned()), "{:?}", bill(18).notes);
    // More pods than are packed at all.
    let notes = bill(400_000).notes;
    assert!(notes.iter().any(|note| note.contains("the range ends at what is expected")), "{notes:?}");
}

/// Four pods that ask for nothing fit on one node; with 600m each, which the namespace fills in, they need two.
#[test]
fn a_limit_range_and_a_vertical_autoscaler_size_pods() {
    let web = deployment("web", "replicas: 4", "containers: [{name: c}]");
    let limits = "---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec: {limits: [{type: Container, defaultRequest: {cpu: 600m}}]}
";
    assert_eq!(nodes(&new(&web)), 1);
    assert_eq!(nodes(&new(&[&web, limits].concat())), 2);
    let vertical = "---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  resourcePolicy: {containerPolicies: [{containerName: c, controlledResources: [cpu], minAllowed: {cpu: 600m}, maxAllowed: {cpu: 1800m}}]}
";
    // At least 600m (two nodes), at most 1800m (a node each).
    let sized = new(&[&web, vertical].concat());
    assert_eq!((nodes(&sized), range(&sized)), (2, (NODE, 3 * NODE)));
}

/// Four pods are two nodes: those of the Rollout, which scales the Deployment down that describes them.
#[test]
fn a_rollout_runs_the_pods_that_a_deployment_describes() {
    let rollout = "---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: shop}
spec: {replicas: 4, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web, scaleDown: onsuccess}}
";
    let bill = new(&[deployment("web", "replicas: 4", POD), rollout.to_owned()].concat());
    assert_eq!(nodes(&bill), 2);
}

/// What `kubectl get deploy,rs -o yaml` prints: three pods, not six.
#[test]
fn a_replica_set_is_counted_with_its_deployment() {
    let web = deployment("web", "replicas: 3", POD);
    let owner =
        "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: u}]";
    let set = deployment("web-7d5", "replicas: 3", POD)
        .replace("kind: Deployment\n", "kind: ReplicaSet\n")
        .replace("name: web-7d5, namespace: shop", &format!("name: web-7d5, namespace: shop, {owner}"));
    assert_eq!(nodes(&new(&[web, set].concat())), 1);
}

/// Two pods of Fargate beside two others: one node, nobody waits, and it is said.
#[test]
fn pods_of_fargate_need_no_node() {
    let fargate = format!("nodeSelector: {{eks.amazonaws.com/compute-type: fargate}}, {POD}");
    let states = [deployment("web", "replicas: 2", POD), deployment("api", "replicas: 2", &fargate)];
    let bill = new(&states.concat());
    assert_eq!((nodes(&bill), bill.pending.len()), (1, 0));
    let note = "run on Fargate, and need no nodes: Deployment.apps/shop/api";
    assert!(bill.notes.contains(&note.to_owned()), "{:?}", bill.notes);
}

#[test]
fn prices_in_another_currency_than_the_books_are_refused() {
    let book = PriceBook::shipped().unwrap();
    let in_euros = bill(&cluster("currency: EUR"), None, &[], &book).unwrap_err();
    assert_eq!(in_euros.code(), "MONEY_CURRENCIES");
    assert!(bill(&cluster("currency: USD"), None, &[], &book).is_ok());
}
