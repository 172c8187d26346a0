use super::deployment;
use crate::support::{CORE, GIB, check, cost, pod, workload};

fn with(range: &str, yaml: String) -> String {
    format!(
        "{{apiVersion: v1, kind: LimitRange, metadata: {{name: defaults, namespace: shop}}, spec: {{limits: [{{type: Container, {range}}}]}}}}\n---\n{yaml}"
    )
}

#[test]
fn what_limit_ranges_fill_in() {
    let bare = || workload("Deployment", "replicas: 2,", "");
    check(&[
        // 2 × 0.1 cores and 2 × 0.5 GiB
        ("defaultRequest", with("defaultRequest: {cpu: 100m, memory: 512Mi}", bare()), CORE / 5 + GIB),
        // the default limit is the default request where there is none
        ("default", with("default: {cpu: 1, memory: 1Gi}", bare()), CORE * 2 + GIB * 2),
        (
            "default and defaultRequest",
            with("default: {cpu: 1, memory: 1Gi}, defaultRequest: {cpu: 500m}", bare()),
            CORE + GIB * 2,
        ),
        // the largest limit is the default limit where there is none, the least request the request
        ("max", with("max: {cpu: 2}", bare()), CORE * 4),
        ("min", with("min: {memory: 256Mi}", bare()), GIB / 2),
        ("max and min", with("max: {cpu: 2}, min: {cpu: 1}", bare()), CORE * 4),
        // what is asked for stays, and a limit is a request before the LimitRange is asked
        (
            "a request of its own",
            with(
                "defaultRequest: {cpu: 100m, memory: 512Mi}",
                workload("Deployment", "replicas: 2,", "cpu: 1"),
            ),
            CORE * 2 + GIB,
        ),
        (
            "a limit of its own",
            with("defaultRequest: {cpu: 100m}", workload("Deployment", "", "memory: 0}, limits: {cpu: 3")),
            CORE * 3,
        ),
        // of another namespace
        (
            "elsewhere",
            with("defaultRequest: {cpu: 5}", workload("Deployment", "", "cpu: 1, memory: 0"))
                .replace("defaults, namespace: shop", "defaults, namespace: x"),
            CORE,
        ),
        // only containers have defaults
        (
            "of pods",
            with("defaultRequest: {cpu: 5}", workload("Deployment", "", ""))
                .replace("type: Container", "type: Pod"),
            0,
        ),
    ]);
    let notes = cost(&with("defaultRequest: {cpu: 100m}", bare())).objects[0].notes.clone();
    assert_eq!(
        notes,
        [
            "container web: no memory request, counted at nothing",
            "container web: no CPU request, so the namespace's LimitRange fills it in"
        ]
    );
}

#[test]
fn init_containers_sidecars_and_overhead_with_more_than_one_of_each() {
    let container = |name: &str, more: &str, cpu: u32| {
        format!("{{name: {name}, {more} resources: {{requests: {{cpu: {cpu}, memory: 0}}}}}}")
    };
    let always = "restartPolicy: Always,";
    check(&[
        // max(1 + 6, 1 + 2 + 3 + 4) + 1: the sidecars are 1 and 2, the init container between them 6
        (
            "an init container between sidecars",
            pod(&format!(
                "overhead: {{cpu: 1}}, initContainers: [{}, {}, {}], containers: [{}, {}]",
                container("s1", always, 1),
                container("i", "", 6),
                container("s2", always, 2),
                container("a", "", 3),
                container("b", "", 4)
            )),
            CORE * 11,
        ),
        // max(2 + 9, 2 + 3): the init container is larger
        (
            "a large init container",
            pod(&format!(
                "initContainers: [{}, {}], containers: [{}]",
                container("s", always, 2),
                container("i", "", 9),
                container("a", "", 3)
            )),
            CORE * 11,
        ),
        ("a plain pod beside them", deployment(""), CORE * 2),
    ]);
}
