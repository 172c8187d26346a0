use kube_model::{State, yaml::Limits};
use serde_json::json;

use super::*;
use crate::definition;

fn objects(text: &str) -> Vec<Object> {
    State::read([("a.yaml", text)], &Limits::default()).unwrap().objects
}

/// What `kubectl get -o yaml` shows of a Deployment that was applied client-side, scaled by an autoscaler and injected into.
const LIVE: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  uid: 00000000-0000-4000-8000-000000000000
  resourceVersion: "12"
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels: {app: web, old: "yes"}
  annotations:
    deployment.kubernetes.io/revision: "2"
    note: by hand
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","old":"yes"}},
       "spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"web","image":"web:1","tty":true}]}}}}
  managedFields:
  - {manager: kube-controller-manager, operation: Update, subresource: scale, fieldsV1: {"f:spec": {"f:replicas": {}}}}
  - {manager: kubectl-edit, operation: Update, fieldsV1: {"f:metadata": {"f:annotations": {"f:note": {}}}}}
spec:
  replicas: 7
  revisionHistoryLimit: 10
  template:
    spec:
      containers:
      - {name: web, image: "web:1", imagePullPolicy: IfNotPresent, tty: true}
      - {name: istio-proxy, image: "istio/proxyv2:1"}
status: {replicas: 7}
"#;

const DESIRED: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: web, image: "web:2"}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
"#;

#[test]
fn only_what_applying_changes_is_a_change_and_the_rest_is_told() {
    let (live, desired) = (objects(LIVE), objects(DESIRED));
    let predictions = predict(None, &live, &desired, &Choice::AsBefore);
    assert_eq!(predictions[0].method, Method::ClientSide);
    let diff = compare_live(None, &live, &desired, &predictions);
    assert_eq!(diff.summary.modified, ["deployment/web"]);
    assert_eq!(diff.summary.added, ["horizontalpodautoscaler/web"]);
    let container = "spec.template.spec.containers[name=web]";
    let changes: Vec<String> = diff.changes.iter().map(|one| one.path.to_string()).collect();
    // What last-applied had and the manifest has no more is removed.
    assert_eq!(
        changes,
        ["metadata.labels.old", &format!("{container}.image"), &format!("{container}.tty"), ""]
    );
    let mut told: Vec<String> =
        diff.suppressed.iter().map(|one| format!("{} {}", one.path, one.reason)).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "metadata.annotations.note owned-by:kubectl-edit",
            "metadata.annotations[\"deployment.kubernetes.io/revision\"] server-set",
            "metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"] server-set",
            "metadata.creationTimestamp server-set",
            "metadata.generation server-set",
            "metadata.managedFields server-set",
            "metadata.namespace server-set",
            "metadata.resourceVersion server-set",
            "metadata.uid server-set",
            "spec.replicas owned-by:horizontal-pod-autoscaler",
            "spec.revisionHistoryLimit default",
            "spec.template.spec.containers[name=istio-proxy] injected-by:istio",
            "spec.template.spec.containers[name=web].imagePullPolicy default",
            "status server-set",
        ]
    );
}

#[test]
fn a_server_side_apply_removes_what_it_alone_had() {
    let live = r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  managedFields:
  - {manager: argocd-controller, operation: Apply, fieldsV1: {"f:data": {"f:a": {}, "f:b": {}, "f:shared": {}}}}
  - {manager: hand, operation: Apply, fieldsV1: {"f:data": {"f:shared": {}, "f:c": {}}}}
data: {a: "1", b: "2", c: "3", shared: "4"}
"#;
    let desired = objects("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: '1', c: '5'}}");
    let live = objects(live);
    let predictions = predict(None, &live, &desired, &Choice::AsBefore);
    assert_eq!(predictions[0].method, Method::ServerSide("argocd-controller".into()));
    assert_eq!(predictions[0].object.value["data"], json!({"a": "1", "c": "5", "shared": "4"}));
    let conflict = Conflict { path: "data.c".parse().unwrap(), manager: "hand".into() };
    assert_eq!(predictions[0].conflicts, [conflict]);

    let by_hand = predict(None, &live, &desired, &Choice::Given(Method::ServerSide("nobody".into())));
    assert_eq!(by_hand[0].object.value["data"], json!({"a": "1", "b": "2", "c": "5", "shared": "4"}));
}

#[test]
fn what_is_not_desired_stays() {
    let live = objects(
        "{apiVersion: v1, kind: Pod, metadata: {name: p, ownerReferences: [{kind: ReplicaSet, name: web-1}]}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}",
    );
    let diff = compare_live(None, &live, &[], &[]);
    let told: Vec<&str> = diff.suppressed.iter().map(|one| one.reason.as_str()).collect();
    assert!(diff.changes.is_empty());
    assert_eq!(told, ["not-applied", "owned-by:ReplicaSet/web-1"]);
}

#[test]
fn of_a_custom_resource_what_others_have_set_stays() {
    let live = objects(
        r#"{"apiVersion": "example.com/v1", "kind": "Route", "metadata": {"name": "r", "uid": "1", "annotations": {"kubectl.kubernetes.io/last-applied-configuration":
           "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Route\",\"metadata\":{\"name\":\"r\"},\"spec\":{\"old\":1,\"hosts\":[\"a\"]}}"}},
           "spec": {"old": 1, "hosts": ["a"], "filled": true}, "status": {"ready": true}}"#,
    );
    let desired =
        objects("{apiVersion: example.com/v1, kind: Route, metadata: {name: r}, spec: {hosts: [b]}}");
    let predictions = predict(None, &live, &desired, &Choice::AsBefore);
    assert_eq!(predictions[0].object.value["spec"], json!({"hosts": ["b"], "filled": true}));
    let diff = compare_live(None, &live, &desired, &predictions);
    let changes: Vec<String> = diff.changes.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(changes, ["spec.hosts", "spec.old"]);
    let told: Vec<String> =
        diff.suppressed.iter().map(|one| format!("{} {}", one.path, one.reason)).collect();
    assert!(told.contains(&"spec.filled not-applied".to_owned()), "{told:?}");
}

#[test]
fn what_keda_scales_is_its_own() {
    let live = objects("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 5}}");
    let desired = objects(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1}}\n---\n{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: web}, spec: {scaleTargetRef: {name: web}}}",
    );
    let diff = compare_live(None, &live, &desired, &predict(None, &live, &desired, &Choice::AsBefore));
    let told: Vec<String> =
        diff.suppressed.iter().map(|one| format!("{} {}", one.path, one.reason)).collect();
    assert_eq!(told, ["spec.replicas owned-by:horizontal-pod-autoscaler"]);
    assert!(diff.summary.modified.is_empty());
}

/// Expected: Kubernetes' page on server-side apply (merge strategies of custom resources), kubectl's JSON merge patch of them.
#[test]
fn a_custom_resource_is_merged_and_filled_in_as_its_definition_says() {
    let live = objects(
        r#"{"apiVersion": "example.com/v1", "kind": "Route", "metadata": {"name": "r", "namespace": "shop", "managedFields": [
             {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:hops": {"k:{\"host\":\"x\"}": {".": {}, "f:host": {}}}}}},
             {"manager": "mesh", "operation": "Apply", "fieldsV1": {"f:spec": {"f:hops": {"k:{\"host\":\"y\"}": {".": {}, "f:host": {}}}}}}]},
           "spec": {"weight": 1, "hops": [{"host": "x", "port": 80}, {"host": "y", "port": 80}]}}"#,
    );
    let route = "{apiVersion: example.com/v1, kind: Route, metadata: {name: r}, spec: {hops: [{host: x}, {host: z}]}}";
    let desired = objects(&format!("{route}\n---{}", definition::of_routes("Namespaced")));
    let made = |method: Method| {
        let predictions = predict(Some("shop"), &live, &desired, &Choice::Given(method));
        let diff = compare_live(Some("shop"), &live, &desired, &predictions);
        let at = predictions.iter().position(|one| one.object.key.kind == "Route").unwrap();
        (predictions[at].object.value["spec"].clone(), diff)
    };
    let hop = |host: &str| json!({"host": host, "port": 80});
    let (spec, diff) = made(Method::ServerSide("kubectl".into()));
    assert_eq!(spec, json!({"weight": 1, "hops": [hop("x"), hop("z"), hop("y")]}));
    let changes: Vec<String> = diff.changes.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(changes, ["", "spec.hops[host=z]"]);
    let (spec, _) = made(Method::ClientSide);
    assert_eq!(spec["hops"], json!([hop("x"), hop("z")]));
}

#[test]
fn what_names_no_namespace_is_applied_in_the_one_that_is_given() {
    let map = |namespace: &str| {
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{namespace}}}, data: {{a: '1'}}}}")
    };
    let live = objects(&format!("{}\n---\n{}", map(", namespace: shop"), map(", namespace: other")));
    let desired = objects(&format!("{}\n---\n{}", map(""), map("").replace("name: c", "name: d")));
    let predictions = predict(Some("shop"), &live, &desired, &Choice::AsBefore);
    assert_eq!(
        predictions[0].live,
        Some(live.iter().find(|one| one.key.namespace.as_deref() == Some("shop")).unwrap().key.clone())
    );
    assert_eq!(predictions[1].object.value["metadata"], json!({"name": "d", "namespace": "shop"}));
    let diff = compare_live(Some("shop"), &live, &desired, &predictions);
    assert_eq!(
        (diff.summary.added.as_slice(), diff.summary.modified.len()),
        (&["configmap/d".to_owned()][..], 0)
    );
    // Which of the two is meant nobody says without it.
    assert_eq!(predict(None, &live, &desired, &Choice::AsBefore)[0].live, None);
}

#[test]
fn an_object_whose_kind_moved_to_another_group_is_the_live_one() {
    let ingress = |version: &str, class: &str| {
        objects(&format!(
            "{{apiVersion: {version}, kind: Ingress, metadata: {{name: web}}, spec: {{ingressClassName: {class}}}}}"
        ))
    };
    let (live, desired) = (ingress("networking.k8s.io/v1", "a"), ingress("extensions/v1beta1", "b"));
    let predictions = predict(None, &live, &desired, &Choice::AsBefore);
    let diff = compare_live(None, &live, &desired, &predictions);
    assert!(diff.summary.added.is_empty() && diff.suppressed.iter().all(|one| !one.path.is_root()));
    assert_eq!((diff.matched.len(), diff.matched[0].how), (1, How::ApiVersion));
    let changes: Vec<String> = diff.changes.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(changes, ["spec.ingressClassName"]);
}

/// `kubectl diff` has the server convert: of `v1` and `v2` it shows what both say otherwise, and no more. Expected values: the
/// conversion of Kubernetes (`pkg/apis/autoscaling/v1/conversion.go`).
#[test]
fn a_manifest_in_another_version_of_the_api_is_compared_in_what_both_have() {
    let live = objects(
        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: shop}, spec: {minReplicas: 1, \
         maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: \
         {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]}}",
    );
    let desired = |percent: u8, most: u8| {
        objects(&format!(
            "{{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {{name: web, namespace: shop}}, spec: {{\
             maxReplicas: {most}, targetCPUUtilizationPercentage: {percent}, scaleTargetRef: {{apiVersion: apps/v1, kind: \
             Deployment, name: web}}}}}}"
        ))
    };
    let found = |desired: &[Object]| {
        let predictions = predict(None, &live, desired, &Choice::AsBefore);
        assert_eq!(predictions[0].object.value["apiVersion"], "autoscaling/v2");
        compare_live(None, &live, desired, &predictions)
    };
    let same = found(&desired(70, 5));
    assert!(same.changes.is_empty(), "{:?}", same.changes);
    assert_eq!(same.matched[0].how, How::ApiVersion);
    let told: Vec<_> =
        same.suppressed.iter().map(|one| (one.path.to_string(), one.reason.to_string())).collect();
    assert!(
        told.contains(&("spec.targetCPUUtilizationPercentage".into(), "other-version".into())),
        "{told:?}"
    );
    let changed = found(&desired(60, 6));
    let paths: Vec<_> = changed.changes.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(paths, ["spec.maxReplicas", "spec.metrics"]);
}
