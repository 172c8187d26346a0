use crate::support::{BALANCER, CORE, GIB, GPU, check, cost, pod, workload};

fn replication_controller() -> String {
    workload("ReplicationController", "replicas: 4,", "cpu: 1").replace("apps/v1", "v1")
}

fn scaled(spec: &str, autoscaler: &str) -> String {
    let target = workload("Deployment", spec, "cpu: 1");
    format!(
        "{target}---\n{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web, namespace: \
         shop}}, spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, {autoscaler}}}}}\n"
    )
}

#[test]
fn every_kind_of_workload_costs_its_requests() {
    check(&[
        // 3 × 0.25 cores + 3 × 0.5 GiB
        (
            "a Deployment",
            workload("Deployment", "replicas: 3,", "cpu: 250m, memory: 512Mi"),
            CORE * 3 / 4 + GIB * 3 / 2,
        ),
        // spec.replicas is 1 where it is absent
        ("no replicas", workload("Deployment", "", "cpu: 1"), CORE),
        ("replicas of null", workload("Deployment", "replicas: null,", "cpu: 1"), CORE),
        ("no pods at all", workload("Deployment", "replicas: 0,", "cpu: 1"), 0),
        ("a StatefulSet", workload("StatefulSet", "replicas: 2,", "memory: 4Gi"), GIB * 8),
        ("a ReplicaSet", workload("ReplicaSet", "replicas: 5,", "cpu: 100m"), CORE / 2),
        ("a ReplicationController", replication_controller(), CORE * 4),
        // 3 nodes are assumed
        ("a DaemonSet", workload("DaemonSet", "", "cpu: 100m, memory: 128Mi"), CORE * 3 / 10 + GIB * 3 / 8),
        (
            "a bare Pod",
            pod("containers: [{name: a, resources: {requests: {cpu: 2, memory: 1Gi}}}]"),
            CORE * 2 + GIB,
        ),
        // the old group of Deployments
        (
            "extensions/v1beta1",
            workload("Deployment", "", "cpu: 1").replace("apps/v1", "extensions/v1beta1"),
            CORE,
        ),
        // a million replicas of 1 Ti: 10^6 × 1,024 GiB
        (
            "a million replicas",
            workload("Deployment", "replicas: 1000000,", "memory: 1Ti"),
            GIB * 1_024_000_000,
        ),
        // 1 n = 10⁻⁹ cores: 0.0219 micro-units, which round to 0
        ("next to nothing", workload("Deployment", "", "cpu: 1n"), 0),
        // 100 M = 100,000,000 / 2³⁰ GiB = 0.0931322574615… × 2,920,000 = 271,946.19…
        ("a size in powers of ten", workload("Deployment", "", "memory: 100M"), 271_946),
        // 1.5 cores, as an exponent and as a fraction of memory: 1.5 × 2.92 + 1.5 × 21.90
        (
            "exponents and fractions",
            workload("Deployment", "", "cpu: 15e-1, memory: 1.5Gi"),
            CORE * 3 / 2 + GIB * 3 / 2,
        ),
    ]);
}

#[test]
fn extended_resources_and_balancers_have_their_own_prices() {
    let gpus = |name: &str, key: &str| {
        pod(&format!("containers: [{{name: a, resources: {{{key}: {{cpu: 0, memory: 0, {name}: 2}}}}}}]"))
    };
    let service = |kind: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{type: {kind}, ports: []}}}}\n"
        )
    };
    check(&[
        ("GPUs by limit", gpus("nvidia.com/gpu", "limits"), GPU * 2),
        ("GPUs by request", gpus("amd.com/gpu", "requests"), GPU * 2),
        ("a load balancer", service("LoadBalancer"), BALANCER),
        ("a cluster address", service("ClusterIP"), 0),
        ("a node port", service("NodePort"), 0),
        ("a name elsewhere", service("ExternalName"), 0),
    ]);
}

#[test]
fn an_autoscaler_holds_replicas_within_its_bounds() {
    check(&[
        ("below", scaled("replicas: 1,", "minReplicas: 3, maxReplicas: 10"), CORE * 3),
        ("within", scaled("replicas: 5,", "minReplicas: 3, maxReplicas: 10"), CORE * 5),
        ("above", scaled("replicas: 12,", "minReplicas: 3, maxReplicas: 10"), CORE * 10),
        ("replicas absent", scaled("", "minReplicas: 2, maxReplicas: 4"), CORE * 2),
        ("no lower bound", scaled("", "maxReplicas: 4"), CORE),
        // an autoscaler leaves alone what was scaled to zero by hand
        ("scaled to zero", scaled("replicas: 0,", "minReplicas: 2, maxReplicas: 4"), 0),
        (
            "of another name",
            scaled("", "minReplicas: 2, maxReplicas: 4").replace("name: web}, m", "name: api}, m"),
            CORE,
        ),
        (
            "of another namespace",
            scaled("", "minReplicas: 2, maxReplicas: 4").replacen("namespace: shop", "namespace: other", 1),
            CORE,
        ),
        (
            "of another group",
            scaled("", "minReplicas: 2, maxReplicas: 4").replace(
                "{apiVersion: apps/v1, kind: Deployment, name",
                "{apiVersion: example.com/v1, kind: Deployment, name",
            ),
            CORE,
        ),
    ]);
    let notes = |yaml: &str| cost(yaml).objects[0].notes[0].clone();
    assert_eq!(
        notes(&scaled("replicas: 1,", "minReplicas: 3, maxReplicas: 10")),
        "HorizontalPodAutoscaler/web keeps 3 to 10 replicas, spec.replicas is 1: counted with 3"
    );
    assert_eq!(
        notes(&scaled("", "minReplicas: 2, maxReplicas: 4")),
        "HorizontalPodAutoscaler/web keeps 2 to 4 replicas, spec.replicas is absent, which is 1: counted with 2"
    );
    assert_eq!(
        notes(&scaled("replicas: 0,", "minReplicas: 2, maxReplicas: 4")),
        "scaled to 0, which switches HorizontalPodAutoscaler/web off"
    );
}

/// What `kubectl get deployments,replicasets,pods -o yaml` prints is one workload, and not three.
#[test]
fn what_a_workload_makes_is_counted_once() {
    let owner = |version: &str, kind: &str, name: &str| {
        format!(
            "ownerReferences: [{{apiVersion: {version}, kind: {kind}, name: {name}, controller: true, uid: u}}],"
        )
    };
    let deployment = workload("Deployment", "replicas: 2,", "cpu: 1");
    let replica_set = workload("ReplicaSet", "replicas: 2,", "cpu: 1")
        .replace("{name: web, ", &format!("{{{} name: web-5d4f, ", owner("apps/v1", "Deployment", "web")));
    let made = |index: u32| {
        pod("containers: [{name: web, resources: {requests: {cpu: 1}}}]").replace(
            "{name: one}",
            &format!(
                "{{{} name: web-5d4f-{index}, namespace: shop}}",
                owner("apps/v1", "ReplicaSet", "web-5d4f")
            ),
        )
    };
    check(&[
        ("all of it", format!("{deployment}---\n{replica_set}---\n{}---\n{}", made(1), made(2)), CORE * 2),
        ("without the Deployment", format!("{replica_set}---\n{}", made(1)), CORE * 2),
        ("a Pod alone", made(1), CORE),
    ]);
}

/// `kubectl get ksvc,deployments -o yaml` holds a Service and the Deployment of its Revision, which are one cost.
#[test]
fn what_knative_makes_is_counted_once() {
    let service = "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {template: {metadata: \
                   {annotations: {autoscaling.knative.dev/min-scale: '2'}}, spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}}}}";
    let made = workload("Deployment", "replicas: 2,", "cpu: 1")
        .replace("{name: web, ", "{name: web-00001-deployment, labels: {serving.knative.dev/service: web}, ");
    check(&[("both", format!("{service}\n---\n{made}"), CORE * 2), ("the Deployment alone", made, CORE * 2)]);
}

/// The largest requests that there are, on platforms that reckon with them.
#[test]
fn absurd_requests_are_errors_and_no_wrong_figures() {
    let many: Vec<String> = (0..40)
        .map(|index| format!("{{name: c{index}, resources: {{requests: {{cpu: 9E, memory: 9E}}}}}}"))
        .collect();
    for selector in ["cloud.google.com/compute-class: autopilot", "type: virtual-kubelet", "a: b"] {
        let yaml = pod(&format!("nodeSelector: {{{selector}}}, containers: [{}]", many.join(", ")));
        let error = crate::support::try_cost(&yaml).unwrap_err();
        assert_eq!(error.code(), "COST_OVERFLOW", "{selector}: {error}");
    }
}
