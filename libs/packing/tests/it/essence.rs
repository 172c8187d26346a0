//! What of a cluster's objects is kept for packing.

use packing::{Cluster, Packed, essence};

use crate::support::{likely, objects};

/// As `kubectl get nodes,pods -o yaml` prints them, cut short: words that decide about nothing are `secret`.
const LIVE: &str = r#"
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata:
    name: n1
    uid: secret
    labels: {node.kubernetes.io/instance-type: m5.large, eks.amazonaws.com/nodegroup: general}
    annotations: {node.alpha.kubernetes.io/ttl: secret}
  spec: {providerID: secret, taints: [{key: old, effect: NoSchedule}]}
  status:
    allocatable: {cpu: 1900m, memory: 7Gi, pods: "29"}
    addresses: [{type: InternalIP, address: secret}]
    images: [{names: [secret]}]
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-1
    namespace: shop
    labels: {app: web}
    annotations: {kubectl.kubernetes.io/last-applied-configuration: secret, cluster-autoscaler.kubernetes.io/safe-to-evict: "false"}
    ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web, uid: secret, controller: true}]
  spec:
    nodeName: n1
    serviceAccountName: secret
    tolerations: [{operator: Exists}]
    containers:
    - {name: c, image: secret, command: [secret], env: [{name: A, value: secret}], resources: {requests: {cpu: 600m}}}
    volumes: [{name: secret, hostPath: {path: /secret}}, {name: secret, configMap: {name: secret}}]
  status: {phase: Running, hostIP: secret}
- apiVersion: v1
  kind: Secret
  metadata: {name: secret, namespace: shop}
  data: {a: c2VjcmV0}
"#;

#[test]
fn what_decides_about_nothing_is_left_behind() {
    let kept = essence(&objects(LIVE));
    let kinds: Vec<&str> = kept.iter().map(|object| object.key.kind.as_str()).collect();
    assert_eq!(kinds, ["Node", "Pod"]);
    for object in &kept {
        let text = object.value.to_string();
        assert!(!text.contains("secret") && !text.contains("c2VjcmV0"), "{text}");
    }
    assert_eq!(kept[1].value["spec"]["volumes"][0], serde_json::json!({"hostPath": {}}));
}

#[test]
fn it_gives_the_same_answer() {
    let all = objects(LIVE);
    let packed = |objects: &[kube_model::Object]| -> Packed { likely(&Cluster::read(objects).unwrap(), &[]) };
    assert_eq!(packed(&essence(&all)), packed(&all));
    assert_eq!(packed(&all).placements[0].nodes["n1"], 1);
}
