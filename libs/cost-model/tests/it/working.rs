//! The calculation as lines that a person can check.

use cost_model::{Assumptions, working};

use crate::support::{assumptions, book, objects, workload};

fn lines(yaml: &str, kind: &str) -> Option<Vec<String>> {
    let objects = objects(yaml);
    let key = objects.iter().find(|object| object.key.kind == kind).unwrap().key.clone();
    working(&objects, &key, &book(), &assumptions()).unwrap()
}

/// 3 × 0.25 × 730 = 547.5 core-hours × 0.03 = 16.425; 3 × 0.5 × 730 = 1,095 GiB-hours × 0.004 = 4.38.
#[test]
fn a_deployment() {
    let yaml = workload("Deployment", "replicas: 3,", "cpu: 250m, memory: 512Mi");
    assert_eq!(
        lines(&yaml, "Deployment").unwrap(),
        [
            "container web asks for cpu 0.25 core, memory 0.5 GiB",
            "a pod asks for cpu 0.25 core, memory 0.5 GiB: the sum of all containers (KEP-753), with overhead",
            "pods: spec.replicas is 3",
            "cpu: 3 pods, which are 2190 pod-hours a month of 730 hours: 0.75 core at once, 547.5 core-hour",
            "  547.5 core-hour × 0.03 USD (contract: by hand, 2026-01-31) = 16.425, rounded half to even to 16.425000",
            "memory: 3 pods, which are 2190 pod-hours a month of 730 hours: 1.5 GiB at once, 1095 GiB-hour",
            "  1095 GiB-hour × 0.004 USD (contract: by hand, 2026-01-31) = 4.38, rounded half to even to 4.380000",
            "a month: the sum, 20.805000 USD, shown as $20.80",
        ]
    );
}

#[test]
fn a_claim_and_what_has_no_working() {
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {resources: {requests: {storage: 10Gi}}}}";
    assert_eq!(
        lines(claim, "PersistentVolumeClaim").unwrap(),
        [
            "storage: 10 GiB, 10 GiB-month a month",
            "  assumed: it names no StorageClass, and the default one is not known",
            "  10 GiB-month × 0.1 USD (assumed: by hand, 2026-01-31; its storage class is not known; the price of any GiB is taken) = 1, \
             rounded half to even to 1.000000",
            "a month: the sum, 1.000000 USD, shown as $1.00",
        ]
    );
    assert_eq!(lines("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "ConfigMap"), None);
    let unknown = lines("{apiVersion: x.example/v1, kind: Cache, metadata: {name: a}}", "Cache").unwrap();
    assert_eq!(unknown, ["not known: what a Cache of x.example costs is not known"]);
    let none = objects(claim);
    let other = kube_model::ObjectKey { name: "b".to_owned(), ..none[0].key.clone() };
    assert_eq!(working(&none, &other, &book(), &Assumptions::default()).unwrap(), None);
}

#[test]
fn what_starts_and_what_varies_is_said() {
    let yaml = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  template:
    spec:
      initContainers: [{name: migrate, resources: {limits: {cpu: 2}}}, {name: proxy, restartPolicy: Always, resources: {requests: {cpu: 500m}}}]
      containers: [{name: web, resources: {requests: {cpu: 1}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 10}
";
    let lines = lines(yaml, "Deployment").unwrap();
    for expected in [
        "init container migrate asks for cpu 2 core (cpu: its limit, as it has no request)",
        "sidecar proxy asks for cpu 0.5 core",
        "a pod asks for cpu 2 core: the larger of an init container with the sidecars before it, and of all that stays (KEP-753), with overhead",
        "pods: HorizontalPodAutoscaler/web keeps 2 to 10 replicas, spec.replicas is 4: counted with 4",
        "  a range: from 2920 to 14600 core-hour",
        "  assumed: how far HorizontalPodAutoscaler/web scales is not known",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:#?}");
    }
}

/// Of three pods with 10 GiB one goes, and its volume stays: 2 × 10 + 10 GiB × 0.10.
#[test]
fn what_stays_is_in_the_working_of_the_state_after() {
    let set = |replicas: u32| {
        objects(&format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: db}}, spec: {{replicas: {replicas}, volumeClaimTemplates: \
             [{{metadata: {{name: data}}, spec: {{resources: {{requests: {{storage: 10Gi}}}}}}}}], template: {{spec: {{containers: []}}}}}}}}"
        ))
    };
    let (before, after) = (set(3), set(2));
    let of = |after: &[kube_model::Object]| {
        let lines = cost_model::working_after(&before, after, &before[0].key, &book(), &assumptions());
        lines.unwrap().unwrap_or_default()
    };
    for after in [after, Vec::new()] {
        let lines = of(&after);
        let sum = "a month: the sum, 3.000000 USD, shown as $3.00";
        assert!(lines.iter().any(|line| line == sum), "{lines:#?}");
    }
}
