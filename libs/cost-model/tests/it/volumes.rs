use crate::support::{CORE, DISK, check, cost, pod, workload};

fn claim(name: &str, size: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}, namespace: shop}}, spec: {{resources: \
         {{requests: {{{size}}}}}}}}}\n"
    )
}

fn stateful_set(spec: &str) -> String {
    let templates = "volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 10Gi}}}}, \
                     {metadata: {name: log}, spec: {resources: {requests: {storage: 512Mi}}}}],";
    workload("StatefulSet", &format!("{spec} {templates}"), "cpu: 0, memory: 0")
}

#[test]
fn volumes_cost_their_size() {
    let ephemeral = "volumes: [{name: scratch, ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: \
                     {storage: 20Gi}}}}}}, {name: tmp, emptyDir: {}}], containers: [{name: c}]";
    check(&[
        ("a claim", claim("data", "storage: 100Gi"), DISK * 100),
        // 1 TB = 10¹² / 2³⁰ GiB = 931.3225746154785… × 100,000
        ("a size in powers of ten", claim("data", "storage: 1T"), 93_132_257),
        ("no size", claim("data", ""), 0),
        // 3 × (10 + 0.5)
        ("templates × replicas", stateful_set("replicas: 3,"), DISK * 63 / 2),
        ("templates of no replicas", stateful_set("replicas: 0,"), 0),
        ("an ephemeral volume", pod(ephemeral), DISK * 20),
    ]);
    assert_eq!(cost(&claim("data", "")).objects[0].notes, ["claim: no storage request, counted at nothing"]);
}

/// An ephemeral volume lives as long as its pod: 730 runs of 6 hours each are 6 months of one.
#[test]
fn an_ephemeral_volume_is_held_for_as_long_as_its_pod_runs() {
    let yaml = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '@hourly', jobTemplate: \
                {spec: {template: {spec: {volumes: [{name: s, ephemeral: {volumeClaimTemplate: {spec: {resources: \
                {requests: {storage: 30Gi}}}}}}], containers: [{name: c}]}}}}}}";
    let mut assumptions = crate::support::assumptions();
    assumptions.run_minutes = 360;
    let objects = crate::support::objects(yaml);
    let report = cost_model::estimate(None, &objects, &crate::support::book(), &assumptions).unwrap();
    assert_eq!(crate::support::micros(&report), DISK * 30 * 6);
}

/// The claims that a StatefulSet's controller makes are named after it; read back from a cluster they are not counted
/// again, but those that are left over from more replicas are.
#[test]
fn claims_of_a_stateful_set_are_counted_with_it() {
    let set = stateful_set("replicas: 2,");
    let with = |names: &[&str]| {
        let claims: Vec<String> =
            names.iter().map(|name| format!("---\n{}", claim(name, "storage: 10Gi"))).collect();
        format!("{set}{}", claims.concat())
    };
    check(&[
        ("its claims", with(&["data-web-0", "data-web-1"]), DISK * 21),
        ("a claim left over", with(&["data-web-0", "data-web-2"]), DISK * 31),
        ("a claim of another name", with(&["cache-web-0", "data-web-x"]), DISK * 41),
        (
            "from another start",
            with(&["data-web-0"]).replace("replicas: 2", "ordinals: {start: 5}, replicas: 2"),
            DISK * 31,
        ),
    ]);
}

#[test]
fn a_pod_and_its_volume_are_two_parts() {
    let yaml = format!(
        "{}---\n{}",
        claim("data", "storage: 1Gi"),
        pod("containers: [{name: c, resources: {requests: {cpu: 1}}}]")
    );
    check(&[("both", yaml, CORE + DISK)]);
}
