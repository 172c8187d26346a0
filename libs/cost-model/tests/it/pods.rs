//! The effective request, by the examples of the Kubernetes documentation and of its own tests
//! (`staging/src/k8s.io/component-helpers/resource/helpers_test.go`, `TestPodResourceLimits` and
//! `TestPodResourceRequests`).

use crate::support::{CORE, GIB, check, cost, pod};

fn cpu(cores: &str) -> String {
    format!("resources: {{requests: {{cpu: {cores}, memory: 0}}}}")
}

fn init(cores: &str) -> String {
    format!("{{name: i, {}}}", cpu(cores))
}

fn sidecar(cores: &str) -> String {
    format!("{{name: s, restartPolicy: Always, {}}}", cpu(cores))
}

fn with_init(init_containers: &[String], cores: &str) -> String {
    pod(&format!(
        "initContainers: [{}], containers: [{{name: c, {}}}]",
        init_containers.join(", "),
        cpu(cores)
    ))
}

#[test]
fn the_larger_of_starting_and_running_counts() {
    check(&[
        // max(4, 1)
        ("a larger init container", with_init(&[init("4")], "1"), CORE * 4),
        // max(2, 2 + 3)
        (
            "larger containers",
            pod(&format!(
                "initContainers: [{}], containers: [{{name: a, {}}}, {{name: b, {}}}]",
                init("2"),
                cpu("2"),
                cpu("3")
            )),
            CORE * 5,
        ),
        // 1 + 1
        ("a sidecar", with_init(&[sidecar("1")], "1"), CORE * 2),
        // max(5, 1 + 2 + 3 + 1)
        (
            "several sidecars",
            with_init(&[init("5"), sidecar("1"), sidecar("2"), sidecar("3")], "1"),
            CORE * 7,
        ),
        // init-2 runs beside the sidecars before it: 1 + 2 + 5; the one after it does not count
        (
            "sidecars and init containers",
            with_init(&[init("5"), sidecar("1"), sidecar("2"), init("5"), sidecar("3")], "1"),
            CORE * 8,
        ),
        // 10 + 200 while starting, 10 + 100 while running
        (
            "a sidecar before a large init container",
            with_init(&[sidecar("10"), init("200")], "100"),
            CORE * 210,
        ),
        // max(5, 1 + 1): what ran before the first sidecar does not count it
        ("an init container before the sidecar", with_init(&[init("5"), sidecar("1")], "1"), CORE * 5),
        (
            "a restart policy that makes no sidecar",
            with_init(&[init("3").replace("name: i", "name: i, restartPolicy: Never")], "1"),
            CORE * 3,
        ),
    ]);
}

/// kubernetes.io, "Pod Overhead": two containers with limits of 500m and 1500m CPU and of 100Mi memory each, and the
/// overhead 250m and 120Mi of `kata-fc`, need 2.25 CPU and 320 MiB. 2.25 × 21.90 + 0.3125 × 2.92.
#[test]
fn the_documentations_pod_with_overhead() {
    let containers = "containers: [{name: busybox-ctr, resources: {limits: {cpu: 500m, memory: 100Mi}}}, \
                      {name: nginx-ctr, resources: {limits: {cpu: 1500m, memory: 100Mi}}}]";
    let class = "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: kata-fc}, handler: kata-fc, \
                 overhead: {podFixed: {memory: 120Mi, cpu: 250m}}}\n";
    let by_class = pod(&format!("runtimeClassName: kata-fc, {containers}"));
    let admitted = pod(&format!("overhead: {{cpu: 250m, memory: 120Mi}}, {containers}"));
    let with_overhead = CORE * 9 / 4 + GIB * 5 / 16;
    check(&[
        ("by its RuntimeClass", format!("{class}---\n{by_class}"), with_overhead),
        ("as admission writes it", admitted.clone(), with_overhead),
        (
            "both",
            format!("{class}---\n{}", admitted.replace("{overhead", "{runtimeClassName: kata-fc, overhead")),
            with_overhead,
        ),
        ("without the class", by_class.clone(), CORE * 2 + GIB * 25 / 128),
    ]);
    assert!(cost(&by_class).objects[0].notes.contains(
        &"RuntimeClass kata-fc is not in this state: an overhead that it sets is not counted".to_owned()
    ));
}

/// Overhead is added after the larger of starting and running is taken: max(2, 2 + 3) + 1 ("pod overhead included").
#[test]
fn overhead_comes_on_top() {
    let yaml = pod(&format!(
        "overhead: {{cpu: 1, memory: 1Gi}}, initContainers: [{}], containers: [{{name: a, {}}}, {{name: b, {}}}]",
        init("2"),
        cpu("2"),
        cpu("3")
    ));
    check(&[("overhead", yaml, CORE * 6 + GIB)]);
}

/// KEP-2837 and `defaultPodRequests`: the pod's own request wins; its limit counts where nobody has a request.
#[test]
fn the_pods_own_resources_win() {
    let with = |own: &str, container: &str| {
        pod(&format!("resources: {{{own}}}, containers: [{{name: c, resources: {{{container}}}}}]"))
    };
    check(&[
        (
            "a request of the pod",
            with("requests: {cpu: 2, memory: 1Gi}", "requests: {cpu: 1}"),
            CORE * 2 + GIB,
        ),
        (
            "the other by the container",
            with("requests: {memory: 2Gi}", "requests: {cpu: 500m}"),
            CORE / 2 + GIB * 2,
        ),
        ("a limit of the pod alone", with("limits: {cpu: 3, memory: 1Gi}", ""), CORE * 3 + GIB),
        ("a limit beside a request", with("limits: {cpu: 3, memory: 1Gi}", "requests: {cpu: 1}"), CORE + GIB),
    ]);
}

#[test]
fn what_is_missing_is_said() {
    let notes = |container: &str| {
        cost(&pod(&format!("containers: [{{name: c, {container}}}]"))).objects[0].notes.clone()
    };
    assert_eq!(notes(""), ["container c: no CPU or memory request, counted at nothing"]);
    assert_eq!(
        notes("resources: {limits: {cpu: 1}}"),
        [
            "container c: no memory request, counted at nothing",
            "container c: no CPU request, so Kubernetes takes the limit"
        ]
    );
    assert_eq!(
        notes("resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}"),
        ["container c: no memory request, so Kubernetes takes the limit"]
    );
    assert_eq!(notes("resources: {requests: {cpu: 0, memory: 0}}"), [""; 0]);
}

/// `SetDefaults_Pod`: for each resource by itself, and a request of zero is a request.
#[test]
fn a_limit_without_a_request_is_the_request() {
    let container = |resources: &str| pod(&format!("containers: [{{name: c, resources: {{{resources}}}}}]"));
    check(&[
        ("limits alone", container("limits: {cpu: 2, memory: 1Gi}"), CORE * 2 + GIB),
        ("a lower request", container("requests: {cpu: 1}, limits: {cpu: 2, memory: 1Gi}"), CORE + GIB),
        ("a request of zero", container("requests: {cpu: 0}, limits: {cpu: 2}"), 0),
    ]);
}

#[test]
fn a_resource_without_a_price_is_named() {
    let report =
        cost(&pod("containers: [{name: c, resources: {requests: {cpu: 1, memory: 0, google.com/tpu: 8, \
                            ephemeral-storage: 1Gi}}}]"));
    assert_eq!(report.total.projected.money.micros, CORE);
    assert_eq!(
        report.unknown[0].why,
        "its pods ask for google.com/tpu, which has no price; the rest is counted"
    );
}
