//! What pods are rounded to that are billed by themselves.

use super::{deployment, of, report};
use crate::support::{CORE, GIB, book, check, pod};

fn on_fargate(requests: &str) -> String {
    pod(&format!(
        "schedulerName: fargate-scheduler, containers: [{{name: a, resources: {{requests: {{{requests}}}}}}}]"
    ))
}

/// A pod's memory and 256 MiB, then the next size of the table: vCPU, GiB.
#[test]
fn fargate() {
    let size = |quarters: i64, half_gib: i64| CORE * quarters / 4 + GIB * half_gib / 2;
    check(&[
        // nothing asked for: 0.25 vCPU and 0.5 GB
        ("the smallest", on_fargate("cpu: 0, memory: 0"), size(1, 1)),
        // 256 Mi + 256 Mi = 0.5 GB
        ("just fits", on_fargate("cpu: 250m, memory: 256Mi"), size(1, 1)),
        // 257 Mi + 256 Mi > 0.5: 1 GB
        ("a MiB more", on_fargate("cpu: 250m, memory: 257Mi"), size(1, 2)),
        // 1 GiB + 256 Mi: 0.25 vCPU has no 1.5 GB, but 2
        ("no 1.5 GB", on_fargate("cpu: 250m, memory: 1Gi"), size(1, 4)),
        // 2 GiB + 256 Mi: 0.25 vCPU ends at 2, 0.5 has 3
        ("the next vCPU", on_fargate("cpu: 250m, memory: 2Gi"), size(2, 6)),
        // 300m: 0.5 vCPU, whose least is 1 GB
        ("0.5 vCPU", on_fargate("cpu: 300m, memory: 64Mi"), size(2, 2)),
        // 4 vCPU goes to 30 GB; 30 GiB + 256 Mi need 8 vCPU, in steps of 4: 32 GB
        ("steps of 4 GB", on_fargate("cpu: 4, memory: 30Gi"), CORE * 8 + GIB * 32),
        // 16 vCPU in steps of 8: 100 + 0.25 is 104
        ("steps of 8 GB", on_fargate("cpu: 12, memory: 100Gi"), CORE * 16 + GIB * 104),
        // by label, two pods of one vCPU: 2 GB each
        (
            "by selector",
            deployment("nodeSelector: {eks.amazonaws.com/compute-type: fargate},"),
            CORE * 2 + GIB * 4,
        ),
    ]);
    let report = report(&on_fargate("cpu: 17, memory: 0"), &book(), cost_model::Usage::default());
    assert_eq!(report.unknown[0].why, "Fargate has no size that is so large, so the pod stays Pending");
}

/// General-purpose pods: 50m and 52 MiB at least, 1 to 6.5 GiB a vCPU, and 0.5 vCPU and 2 GiB where nothing is asked for.
#[test]
fn autopilot() {
    let on = |requests: &str| {
        pod(&format!(
            "nodeSelector: {{cloud.google.com/compute-class: autopilot}}, containers: [{{name: a, resources: {{requests: {{{requests}}}}}}}]"
        ))
    };
    check(&[
        ("nothing asked for", on(""), CORE / 2 + GIB * 2),
        // 50m and 52 MiB are within the ratio: 0.05 × 21.90 + 52 / 1,024 × 2.92 = 1.095 + 0.14828125
        ("the least", on("cpu: 1m, memory: 1Mi"), 1_095_000 + 148_281),
        // 2 vCPU ask for 2 GiB at least
        ("too little memory", on("cpu: 2, memory: 1Gi"), CORE * 2 + GIB * 2),
        // 13 GiB ask for 2 vCPU at least
        ("too little CPU", on("cpu: 1, memory: 13Gi"), CORE * 2 + GIB * 13),
        ("within", on("cpu: 1, memory: 4Gi"), CORE + GIB * 4),
        // a DaemonSet's pods on 3 nodes: 0.15 × 21.90 and 300 / 1,024 × 2.92 = 0.85546875
        (
            "a DaemonSet that asks for nothing",
            of(
                "apps/v1",
                "DaemonSet",
                "template: {spec: {nodeSelector: {cloud.google.com/compute-class: autopilot}, containers: [{name: a}]}}",
            ),
            CORE * 3 / 20 + 855_469,
        ),
    ]);
}

/// Other classes have other minimums, ratios and prices.
#[test]
fn autopilot_of_another_class() {
    let yaml = deployment("nodeSelector: {cloud.google.com/compute-class: Scale-Out},");
    let autopilot = super::usage(r#"{"platform": "autopilot"}"#);
    let why = "it asks for the compute class Scale-Out, which is not billed as general-purpose pods are; it is counted as those";
    assert_eq!(report(&yaml, &book(), autopilot).unknown[0].why, why);
    // where the cluster is not said to be Autopilot, the class is that of nodes
    assert!(report(&yaml, &book(), cost_model::Usage::default()).unknown.is_empty());
}

/// Rounded down to 0.01 vCPU and 10⁸ bytes a container; 1 vCPU and 1.5 × 10⁹ bytes where nothing is asked for.
#[test]
fn virtual_nodes() {
    let on = |containers: &str| {
        pod(&format!("nodeSelector: {{type: virtual-kubelet}}, containers: [{containers}]"))
    };
    check(&[
        // 1.5 × 10⁹ / 2³⁰ × 2,920,000 = 4,079,192.86
        ("nothing asked for", on("{name: a}"), CORE + 4_079_193),
        // 1.23 vCPU; 1 GiB = 1,073,741,824 bytes are 10 × 10⁸: 10⁹ / 2³⁰ × 2,920,000 = 2,719,461.9
        (
            "rounded",
            on("{name: a, resources: {requests: {cpu: 1239m, memory: 1Gi}}}"),
            CORE * 123 / 100 + 2_719_462,
        ),
        // the least: 0.01 vCPU; 10⁸ / 2³⁰ × 2,920,000 = 271,946.19
        ("the least", on("{name: a, resources: {requests: {cpu: 1m, memory: 1Mi}}}"), CORE / 100 + 271_946),
    ]);
}
