use super::{deployment, of, template};
use crate::support::{CORE, GIB, GPU, check, pod};

#[test]
fn every_kind_of_workload() {
    let canary = "strategy: {canary: {steps: [{setWeight: 20}]}},";
    let reference = "replicas: 3, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: base}";
    let base = |spec: &str| {
        of("apps/v1", "Deployment", &format!("{spec} {}", template("cpu: 1, memory: 1Gi")))
            .replace("name: web, n", "name: base, n")
    };
    let scaling = reference.replace("name: base", "name: base, scaleDown: onsuccess");
    let scaled_job = |spec: &str| {
        of(
            "keda.sh/v1alpha1",
            "ScaledJob",
            &format!("{spec} jobTargetRef: {{parallelism: 2, {}}}", template("cpu: 1, memory: 0")),
        )
    };
    let knative = |annotations: &str| {
        of("serving.knative.dev/v1", "Service", &template("cpu: 500m, memory: 0"))
            .replace("template: {", &format!("template: {{metadata: {{annotations: {{{annotations}}}}}, "))
    };
    check(&[
        // 4 × (0.5 × 21.90 + 2.92)
        (
            "a Rollout",
            of(
                "argoproj.io/v1alpha1",
                "Rollout",
                &format!("replicas: 4, {canary} {}", template("cpu: 500m, memory: 1Gi")),
            ),
            CORE * 2 + GIB * 4,
        ),
        // 3 pods of the Rollout, 2 of the Deployment that nobody scales down: 5 × (21.90 + 2.92)
        (
            "a Rollout over a Deployment",
            format!("{}{}", of("argoproj.io/v1alpha1", "Rollout", reference), base("replicas: 2,")),
            (CORE + GIB) * 5,
        ),
        // the Rollout scales the Deployment down: 3 × (21.90 + 2.92)
        (
            "a Rollout that scales its Deployment down",
            format!("{}{}", of("argoproj.io/v1alpha1", "Rollout", &scaling), base("replicas: 2,")),
            (CORE + GIB) * 3,
        ),
        // the least is expected: 0, and 2 Jobs of 2 pods each
        ("a ScaledJob", scaled_job(""), 0),
        ("a ScaledJob with a least", scaled_job("minReplicaCount: 2,"), CORE * 4),
        // it scales to zero: 0; the least that is kept: 3 × 0.5 cores
        ("a Knative Service", knative("autoscaling.knative.dev/max-scale: '5'"), 0),
        (
            "a Knative Service that is kept warm",
            knative("autoscaling.knative.dev/min-scale: '3'"),
            CORE * 3 / 2,
        ),
        ("its older annotation", knative("autoscaling.knative.dev/minScale: '2'"), CORE),
        // a million replicas of 1m: 1,000 cores
        (
            "a million replicas",
            of("apps/v1", "Deployment", &format!("replicas: 1000000, {}", template("cpu: 1m, memory: 0"))),
            CORE * 1_000,
        ),
        // 2 × 256 Mi of huge pages are half a GiB
        (
            "huge pages",
            pod("containers: [{name: a, resources: {requests: {cpu: 0, memory: 0, hugepages-2Mi: 512Mi}}}]"),
            GIB / 2,
        ),
        // ephemeral storage is a part of the node
        (
            "ephemeral storage",
            pod(
                "containers: [{name: a, resources: {requests: {cpu: 1, memory: 0, ephemeral-storage: 10Gi}}}]",
            ),
            CORE,
        ),
    ]);
}

#[test]
fn gpus_by_model_and_capacity_by_kind() {
    let gpus = |pod_spec: &str| {
        pod(&format!(
            "{pod_spec} containers: [{{name: a, resources: {{limits: {{cpu: 0, memory: 0, nvidia.com/gpu: 2}}}}}}]"
        ))
    };
    // 2 × 0.35 × 730 = 511.00
    let t4 = 511_000_000;
    let term = |values: &str| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: \
             [{{matchExpressions: [{{key: cloud.google.com/gke-accelerator, operator: In, values: [{values}]}}]}}]}}}}}},"
        )
    };
    super::check_priced(&[
        ("any GPU", gpus(""), GPU * 2),
        ("a T4 by selector", gpus("nodeSelector: {cloud.google.com/gke-accelerator: nvidia-tesla-t4},"), t4),
        ("a T4 by affinity", gpus(&term("nvidia-tesla-t4")), t4),
        // either of two models: the price of any GPU
        ("two models", gpus(&term("nvidia-tesla-t4, nvidia-l4")), GPU * 2),
        ("a model without a price", gpus("nodeSelector: {nvidia.com/gpu.product: H100},"), GPU * 2),
        // spot nodes have no unit price of their own: 2 × 21.90, assumed
        ("spot", deployment("nodeSelector: {karpenter.sh/capacity-type: spot},"), CORE * 2),
        ("spot of EKS", deployment("nodeSelector: {eks.amazonaws.com/capacityType: SPOT},"), CORE * 2),
    ]);
}

#[test]
fn spot_is_assumed_and_on_demand_is_not() {
    use price_book::Confidence;
    let confidence = |pod: &str| {
        let report = super::report(&deployment(pod), &super::priced(), cost_model::Usage::default());
        (report.objects[0].parts[0].confidence, report.objects[0].parts[0].class.clone())
    };
    let spot = (Confidence::Assumed, Some("spot".to_owned()));
    let on_demand = (Confidence::Contract, None);
    assert_eq!(confidence("nodeSelector: {cloud.google.com/gke-spot: 'true'},"), spot);
    assert_eq!(confidence("nodeSelector: {kubernetes.azure.com/scalesetpriority: spot},"), spot);
    assert_eq!(confidence("nodeSelector: {karpenter.sh/capacity-type: on-demand},"), on_demand);
    assert_eq!(
        confidence("tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: spot}],"),
        on_demand
    );
    assert_eq!(confidence(""), on_demand);
}
